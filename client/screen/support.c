/* SPDX-License-Identifier: MIT */
/*
 * 5 Assistance et support: where to write, what to have at hand, and the
 * operator's page. The same inside the personal space and without signing in.
 */
#include "client/screen/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/model/faq.h"
#include "client/model/session.h"
#include "client/screen/text.h"
#include "client/tr.h"
#include "client/widget/pager.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"
#include "proto/account.pb-c.h"

struct screen_support {
	struct screen base;
	struct pager pager;
	char *address, *phone, *page; /* the server's; NULL: not here yet */
	char *text;		      /* shown */
	bool missing;		      /* asked while there was no connection */
	char language[4];	      /* that it was asked in */
};

static struct screen_support *
screen_support(struct screen *s)
{
	return (struct screen_support *)s;
}

static void
screen_support_forget(struct screen_support *u)
{
	free(u->address);
	free(u->phone);
	free(u->page);
	u->address = u->phone = u->page = NULL;
}

static void
screen_support_free(struct screen *s)
{
	struct screen_support *u = screen_support(s);

	pager_release(&u->pager);
	screen_support_forget(u);
	free(u->text);
	free(u);
}

/* -------------------------------------------------------------------- words */

/* Before the page is here, the greeting's address is. */
static const char *
screen_support_address(const struct screen_support *u)
{
	return u->address && u->address[0] ? u->address : app_session(u->base.app)->support_address;
}

static char *
screen_support_where(const struct screen_support *u)
{
	const char *address = screen_support_address(u);
	char *mail = address[0] ? mem_printf(_("Support technique : %s"), address) : mem_strdup("");
	char *phone =
	    u->phone && u->phone[0] ? mem_printf(_("Téléphone : %s"), u->phone) : mem_strdup("");
	char *both = mem_printf("%s%s%s", mail, mail[0] && phone[0] ? "\n" : "", phone);

	free(mail);
	free(phone);
	return both;
}

static void
screen_support_compose(struct screen_support *u)
{
	char *where = screen_support_where(u);

	pager_set(&u->pager, "", 0);
	free(u->text);
	u->text = mem_printf("%s\n\n%s\n%s\n%s\n%s\n%s%s%s", where,
	    _("Ayez sous la main pour écrire :"),
	    _("- votre identifiant de connexion, jamais votre mot de passe ni un code d'accès ;"),
	    _("- la région, la date et l'heure de ce qui s'est passé ;"),
	    _("- le message affiché en bas de l'écran, mot à mot ;"),
	    _("- pour un examen : sa date et l'établissement qui l'a réalisé."),
	    u->page ? "\n\n" : "", u->page ? u->page : "");
	pager_set(&u->pager, u->text, strlen(u->text));
	free(where);
}

/* ------------------------------------------------------------------ loading */

static char *
screen_support_text(const char *s)
{
	size_t len = strlen(s);
	char *out = mem_new(3 * len + 1);

	text_sanitise(s, len, false, out);
	return out;
}

static void
screen_support_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_support *u = screen_support(s);
	const Emage__HelpSupportReply *r = (const Emage__HelpSupportReply *)msg;

	(void)more;
	if (err == -EM_E_CLOSED) {
		u->missing = true;
		return;
	}
	if (err < 0) {
		app_message_error(s->app, err, e);
		return;
	}
	screen_support_forget(u);
	u->address = screen_support_text(r->address);
	u->phone = screen_support_text(r->phone);
	u->page = faq_paragraphs(r->text);
	screen_support_compose(u);
}

static void
screen_support_load(struct screen_support *u)
{
	Emage__HelpSupportRequest r = EMAGE__HELP_SUPPORT_REQUEST__INIT;

	snprintf(u->language, sizeof(u->language), "%s", app_language(u->base.app));
	r.language = u->language;
	u->missing =
	    app_call(&u->base, METHOD_help_support, &r.base, CALL_WAIT, screen_support_done) == 0;
}

static void
screen_support_resumed(struct screen *s)
{
	if (screen_support(s)->missing)
		screen_support_load(screen_support(s));
}

/* ------------------------------------------------------------------ drawing */

static void
screen_support_draw(struct screen *s, const struct area *room)
{
	struct area a = {.y = room->y, .x = 2, .h = room->h, .w = room->w - 4};

	if (strcmp(screen_support(s)->language, app_language(s->app)) != 0) {
		screen_support_load(screen_support(s));
		screen_support_compose(screen_support(s));
	}
	if (room->h >= 12) {
		paint_text(a.y, a.x, a.w, STYLE_TITLE, _("Assistance et support"));
		a.y += 2;
		a.h -= 2;
	}
	pager_draw(&screen_support(s)->pager, &a);
	pager_tell_more(&screen_support(s)->pager);
}

static bool
screen_support_event(struct screen *s, const struct event *ev)
{
	return screen_text_wheel(&screen_support(s)->pager, ev);
}

static void
screen_support_act(struct screen *s, enum action a)
{
	if (screen_text_scroll(&screen_support(s)->pager, a))
		return;
	if (a == ACTION_BACK || a == ACTION_BACK_LIST)
		app_pop(s->app, s);
}

#define SUPPORT_ABOUT                                                                              \
	N_("L'adresse de l'assistance de votre région, et ce qu'il faut avoir sous la main pour " \
	   "lui écrire.")

static const struct screen_ops screen_support_outside_ops = {
    .name = "support",
    .title = N_("Assistance et support"),
    .about = SUPPORT_ABOUT,
    .contexts = CTX_TEXT,
    .free = screen_support_free,
    .draw = screen_support_draw,
    .event = screen_support_event,
    .act = screen_support_act,
    .resumed = screen_support_resumed,
};

static const struct screen_ops screen_support_inside_ops = {
    .name = "support",
    .title = N_("Assistance et support"),
    .about = SUPPORT_ABOUT,
    .contexts = CTX_TEXT | CTX_SPACE,
    .section = ACTION_SECTION_SUPPORT,
    .free = screen_support_free,
    .draw = screen_support_draw,
    .event = screen_support_event,
    .act = screen_support_act,
    .resumed = screen_support_resumed,
};

struct screen *
screen_support_new(struct app *app)
{
	struct screen_support *u = mem_new(sizeof(*u));

	u->base.ops = session_is_open(app_session(app)) ? &screen_support_inside_ops
							: &screen_support_outside_ops;
	u->base.app = app;
	pager_init(&u->pager);
	screen_support_load(u);
	screen_support_compose(u);
	return &u->base;
}
