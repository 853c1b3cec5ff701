/* SPDX-License-Identifier: MIT */
/*
 * Step 2: the access code. Time is shown in minutes, and in seconds only during
 * the last one: a screen reader reads every change.
 */
#include "client/screen/screen.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/app.h"
#include "client/model/dates.h"
#include "client/model/session.h"
#include "client/model/signin.h"
#include "client/tr.h"
#include "client/widget/form.h"
#include "client/widget/wrap.h"
#include "client/words.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"
#include "proto/session.pb-c.h"

#define CODE_RECOVERY_MAX 16

enum code_item {
	CODE_FIELD,
	CODE_REVEAL,
	CODE_CHANNEL,
	CODE_RESEND,
	CODE_CONTINUE,
	CODE_BACK,
	N_CODE_ITEMS,
};

struct screen_code {
	struct screen base;
	struct form form;
	struct item items[N_CODE_ITEMS];
	struct field code;
	struct choice channel; /* index of the contacts */
};

static struct screen_code *
screen_code(struct screen *s)
{
	return (struct screen_code *)s;
}

static void
screen_code_free(struct screen *s)
{
	field_release(&screen_code(s)->code);
	free(s);
}

static const char *
screen_code_channel_name(Emage__Channel channel)
{
	return channel == EMAGE__CHANNEL__CHANNEL_MOBILE ? _("mobile") : _("e-mail");
}

static const char *
screen_code_channel_text(void *arg, size_t i)
{
	const struct signin *m = app_signin(((struct screen_code *)arg)->base.app);

	return screen_code_channel_name(m->contacts[i].channel);
}

/* --------------------------------------------------------------------- time */

/* Seconds as they are shown: whole minutes, then seconds. */
static unsigned
screen_code_shown_s(unsigned left_s)
{
	return left_s > 60 ? (left_s + 59) / 60 * 60 : left_s;
}

static void
screen_code_sooner(struct screen_code *c, int64_t at_ms)
{
	if (at_ms != 0 && (c->base.wake_at_ms == 0 || at_ms < c->base.wake_at_ms))
		c->base.wake_at_ms = at_ms;
}

static void
screen_code_plan(struct screen_code *c)
{
	const struct signin *m = app_signin(c->base.app);
	int64_t now_ms = clock_boot_ms();
	unsigned left_s = signin_expires_in_s(m, now_ms);
	unsigned shown_s = screen_code_shown_s(left_s);
	unsigned next_s = shown_s > 60 ? shown_s - 60 : left_s > 0 ? left_s - 1 : 0;

	c->base.wake_at_ms = left_s > 0 ? m->expires_at_ms - (int64_t)next_s * 1000 : 0;
	if (m->resend_at_ms > now_ms)
		screen_code_sooner(c, m->resend_at_ms);
	if (left_s > 0)
		screen_code_sooner(c, m->ask_at_ms);
}

/* The code takes long: said, and the other way stands ready. */
static void
screen_code_sending(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct signin *m = app_signin(s->app);
	bool was_late = m->late;
	char *text;

	(void)e;
	(void)more;
	if (err < 0)
		return;
	text = signin_take_sending(m, (const Emage__AuthSendingReply *)msg);
	for (size_t i = 0; text && !was_late && i < m->n_contacts; i++)
		if (m->contacts[i].channel == signin_other(m))
			screen_code(s)->channel.chosen = i;
	if (text && !was_late)
		app_message(s->app, MESSAGE_WARN, "%s", text);
	free(text);
	screen_code_plan(screen_code(s));
}

static void
screen_code_tick(struct screen *s)
{
	Emage__AuthSendingRequest r = EMAGE__AUTH_SENDING_REQUEST__INIT;
	struct signin *m = app_signin(s->app);

	if (m->ask_at_ms != 0 && m->ask_at_ms <= clock_boot_ms()) {
		m->ask_at_ms = 0;
		app_call(s, METHOD_auth_sending, &r.base, CALL_BACKGROUND, screen_code_sending);
	}
	screen_code_plan(screen_code(s));
}

static void
screen_code_time_text(const struct signin *m, char *out, size_t len)
{
	unsigned left_s = signin_expires_in_s(m, clock_boot_ms());
	unsigned minutes = screen_code_shown_s(left_s) / 60;

	if (left_s == 0 && signin_is_unsent(m))
		snprintf(out, len, "%s", _("Temps écoulé : revenez à l'étape précédente."));
	else if (left_s == 0)
		snprintf(out, len, "%s", _("Ce code d'accès a expiré : demandez-en un autre."));
	else if (left_s > 60)
		snprintf(out, len,
		    ngettext("Temps restant : %u minute", "Temps restant : %u minutes", minutes),
		    minutes);
	else
		snprintf(out, len,
		    ngettext("Temps restant : %u seconde", "Temps restant : %u secondes", left_s),
		    left_s);
}

/* ------------------------------------------------------------------- asking */

static void
screen_code_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__AuthCodeReply *reply = (const Emage__AuthCodeReply *)msg;

	(void)more;
	if (err == -EM_E_INVALID) /* not as long as a code: it is not the one sent */
		err = -EM_E_CODE_WRONG;
	/* a slip of the finger is mended, not typed again; another code replaces it */
	screen_code(s)->code.fresh = err == -EM_E_CODE_WRONG;
	if (err != -EM_E_CODE_WRONG)
		field_clear(&screen_code(s)->code);
	form_focus(&screen_code(s)->form,
	    err == -EM_E_CODE_DEAD || err == -EM_E_CODE_EXPIRED
		? (signin_is_unsent(app_signin(s->app)) ? CODE_BACK : CODE_RESEND)
		: CODE_FIELD);
	if (err == -EM_E_CLOSED)
		return; /* resumed() tells */
	if (err < 0) {
		app_message_error(s->app, err, e);
	} else if (reply->must_change_password) {
		struct app *app = s->app;

		app_pop(app, s);
		app_push(app, screen_newpass_new(app));
	} else {
		session_take_open(app_session(s->app), reply);
		app_enter(s->app);
	}
}

static void
screen_code_submit(struct screen_code *c)
{
	Emage__AuthCodeRequest r = EMAGE__AUTH_CODE_REQUEST__INIT;

	if (app_waits(&c->base))
		return;
	if (field_is_empty(&c->code)) {
		form_focus(&c->form, CODE_FIELD);
		app_message(c->base.app, MESSAGE_ERROR, "%s",
		    _("Entrez votre code d'accès à usage unique."));
		return;
	}
	r.code = (char *)(uintptr_t)field_text(&c->code);
	app_call(&c->base, METHOD_auth_code, &r.base, CALL_WAIT, screen_code_done);
}

static void
screen_code_resent(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	(void)more;
	if (err == -EM_E_CLOSED)
		return;
	if (err < 0) {
		app_message_error(s->app, err, e);
		return;
	}
	signin_take_resend(app_signin(s->app), (const Emage__AuthResendReply *)msg);
	field_clear(&screen_code(s)->code);
	form_focus(&screen_code(s)->form, CODE_FIELD);
	screen_code_plan(screen_code(s));
	app_message(s->app, MESSAGE_INFO, "%s",
	    _("Un autre code d'accès a été envoyé ; le précédent ne sert plus."));
}

static void
screen_code_resend(struct screen_code *c)
{
	Emage__AuthResendRequest r = EMAGE__AUTH_RESEND_REQUEST__INIT;
	const struct signin *m = app_signin(c->base.app);
	unsigned wait_s = signin_resend_in_s(m, clock_boot_ms());

	if (app_waits(&c->base) || signin_is_unsent(m))
		return;
	if (wait_s > 0) {
		Emage__Error e = EMAGE__ERROR__INIT;

		e.retry_after_s = wait_s;
		app_message_error(c->base.app, -EM_E_RESEND_EARLY, &e);
		return;
	}
	r.channel = c->channel.n > 0 ? m->contacts[c->channel.chosen].channel : m->sent_to;
	app_call(&c->base, METHOD_auth_resend, &r.base, CALL_WAIT, screen_code_resent);
}

/* The code belonged to the connection that is gone. */
static void
screen_code_resumed(struct screen *s)
{
	app_message(s->app, MESSAGE_WARN, "%s",
	    _("La connexion a été coupée. Appuyez sur CONTINUER : un autre code d'accès vous sera "
	      "envoyé."));
	app_pop(s->app, s);
}

/* ------------------------------------------------------------------ drawing */

static int
screen_code_draw_sent(const struct signin *m, int y, int x, int w)
{
	char text[256];

	if (m->totp)
		return wrap_draw(&(struct area){.y = y, .x = x, .h = 3, .w = w}, STYLE_PLAIN,
		    _("Entrez le code que votre application d'authentification affiche, ou un de "
		      "vos codes de secours."));
	if (m->in_person)
		return wrap_draw(&(struct area){.y = y, .x = x, .h = 2, .w = w}, STYLE_PLAIN,
		    _("Aucune adresse n'est enregistrée pour vous : demandez un code d'accès à "
		      "l'accueil de votre établissement."));
	snprintf(text, sizeof(text),
	    _("Un code d'accès à usage unique vous a été envoyé (%s) : %s"),
	    screen_code_channel_name(m->sent_to), signin_masked(m, m->sent_to));
	return wrap_draw(&(struct area){.y = y, .x = x, .h = 3, .w = w}, STYLE_PLAIN, text);
}

/* Returns the rows used: the time stands below where it does not fit beside. */
static int
screen_code_draw_resend(struct screen_code *c, int y, int x, const struct area *room)
{
	const struct signin *m = app_signin(c->base.app);
	int64_t wait_ms = m->resend_at_ms - clock_boot_ms();
	int w = form_width(&c->form, CODE_RESEND);

	if (!c->items[CODE_CHANNEL].hidden) {
		x += paint_text(y, x, 20, STYLE_LABEL, _("Envoyer par")) + 2;
		form_draw(&c->form, CODE_CHANNEL, y, x, 12);
		x += 14;
	}
	form_draw(&c->form, CODE_RESEND, y, x, w);
	if (wait_ms > 0) {
		char clock[DATES_LEN];
		char text[64];
		bool beside;

		dates_clock(clock_now_ms() + wait_ms + 59999, clock);
		snprintf(text, sizeof(text), _("possible dès %s"), clock);
		beside = x + w + 2 + (int)text_width(text) < room->w;
		x = beside ? x + w + 2 : room->w - 1 - (int)text_width(text);
		paint_text(beside ? y : y + 1, x, room->w - x, STYLE_PLAIN, text);
		return beside ? 1 : 2;
	}
	return 1;
}

/* What the letter says of it, where there is room. */
static void
screen_code_draw_once(const struct signin *m, const struct area *a)
{
	const char *text = _(WORDS_CODE_ONCE);

	if (!m->totp && wrap_rows(a->w, text) <= a->h)
		wrap_draw(a, STYLE_PLAIN, text);
}

static void
screen_code_draw(struct screen *s, const struct area *room)
{
	struct screen_code *c = screen_code(s);
	const struct signin *m = app_signin(s->app);
	int x = room->w >= 60 ? 6 : 1;
	int gap = room->h >= 12 ? 2 : 1;
	int y = room->y + (room->h >= 12 ? 1 : 0);
	const char *label = _("Code d'accès :");
	int at = x + (int)text_width(label) + 2;
	char text[128];

	c->items[CODE_CHANNEL].hidden = signin_is_unsent(m) || m->n_contacts < 2;
	c->channel.n = m->n_contacts;
	form_begin(&c->form, room);
	y += screen_code_draw_sent(m, y, x, room->w - 2 * x);
	screen_code_time_text(m, text, sizeof(text));
	paint_text(y, x, room->w - 2 * x, STYLE_TITLE, text);
	y += gap;
	paint_text(y, x, at - x, STYLE_LABEL, label);
	form_draw(&c->form, CODE_FIELD, y, at, (int)c->code.max_chars + 4);
	y++;
	form_draw(&c->form, CODE_REVEAL, y, at, form_width(&c->form, CODE_REVEAL));
	y += gap;
	if (!m->totp) {
		y += screen_code_draw_resend(c, y, x + 1, room) - 1 + gap;
	}
	form_draw(&c->form, CODE_CONTINUE, y, x + 1, form_width(&c->form, CODE_CONTINUE));
	form_draw(&c->form, CODE_BACK, y, x + form_width(&c->form, CODE_CONTINUE) + 5,
	    form_width(&c->form, CODE_BACK));
	y += gap;
	screen_code_draw_once(
	    m, &(struct area){.y = y, .x = x, .h = room->y + room->h - y, .w = room->w - 2 * x});
	form_end(&c->form);
}

/* --------------------------------------------------------------------- keys */

static void
screen_code_pressed(struct screen_code *c, enum form_result r)
{
	if (r != FORM_PRESSED)
		return;
	if (c->form.focus == CODE_BACK)
		app_pop(c->base.app, &c->base);
	else if (c->form.focus == CODE_RESEND)
		screen_code_resend(c);
	else
		screen_code_submit(c);
}

static bool
screen_code_event(struct screen *s, const struct event *ev)
{
	struct screen_code *c = screen_code(s);
	enum form_result r;

	if (app_waits(s) && ev->type != EVENT_MOUSE)
		return ev->type == EVENT_PASTE;
	r = form_event(&c->form, ev);
	screen_code_pressed(c, r);
	return r != FORM_IGNORED;
}

static void
screen_code_act(struct screen *s, enum action a)
{
	struct screen_code *c = screen_code(s);

	if (a == ACTION_REVEAL)
		c->code.reveal = !c->code.reveal;
	else if (a == ACTION_RESEND)
		screen_code_resend(c);
	else if (a == ACTION_BACK)
		app_pop(s->app, s);
	else
		screen_code_pressed(c, form_act(&c->form, a));
}

static bool
screen_code_wants_text(const struct screen *s)
{
	return form_wants_text(&((const struct screen_code *)s)->form);
}

static bool
screen_code_can(const struct screen *s, enum action a)
{
	return a != ACTION_RESEND || !signin_is_unsent(app_signin(s->app));
}

static const struct screen_ops screen_code_ops = {
    .name = "code",
    .title = N_("Envoi du code d'accès"),
    .about = WORDS_CODE,
    .contexts = CTX_SIGNIN | CTX_PASSWORD | CTX_CODE | CTX_FORM,
    .step = 2,
    .free = screen_code_free,
    .draw = screen_code_draw,
    .event = screen_code_event,
    .act = screen_code_act,
    .wants_text = screen_code_wants_text,
    .can = screen_code_can,
    .tick = screen_code_tick,
    .resumed = screen_code_resumed,
};

struct screen *
screen_code_new(struct app *app)
{
	struct screen_code *c = mem_new(sizeof(*c));
	unsigned digits = app_session(app)->code_digits;

	c->base.ops = &screen_code_ops;
	c->base.app = app;
	if (app_signin(app)->totp) /* recovery codes have letters */
		field_init(&c->code, FIELD_SECRET, CODE_RECOVERY_MAX);
	else
		field_init(&c->code, FIELD_CODE, digits >= 4 && digits <= 16 ? digits : 8);
	c->channel.text = screen_code_channel_text;
	c->channel.arg = c;
	c->channel.n = app_signin(app)->n_contacts;
	for (size_t i = 0; i < c->channel.n; i++)
		if (app_signin(app)->contacts[i].channel == app_signin(app)->sent_to)
			c->channel.chosen = i;
	c->items[CODE_FIELD] = (struct item){.kind = ITEM_FIELD, .field = &c->code};
	c->items[CODE_REVEAL] = (struct item){
	    .kind = ITEM_CHECK,
	    .label = N_("Afficher les caractères"),
	    .checked = &c->code.reveal,
	};
	c->items[CODE_CHANNEL] = (struct item){.kind = ITEM_CHOICE, .choice = &c->channel};
	c->items[CODE_RESEND] = (struct item){
	    .kind = ITEM_BUTTON,
	    .label = N_("Renvoyer le code"),
	};
	c->items[CODE_RESEND].hidden = signin_is_unsent(app_signin(app));
	c->items[CODE_BACK] = (struct item){.kind = ITEM_BUTTON, .label = N_("Précédent")};
	c->items[CODE_CONTINUE] = (struct item){.kind = ITEM_BUTTON, .label = N_("CONTINUER")};
	c->form = (struct form){.items = c->items, .n = N_CODE_ITEMS, .touch = app_is_kiosk(app)};
	screen_code_plan(c);
	return &c->base;
}
