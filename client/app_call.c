/* SPDX-License-Identifier: MIT */
/*
 * Between screens and the connection: who waits for what, what a lost or
 * returned connection means, how a session ends.
 */
#include "client/app_state.h"

#include <stdlib.h>

#include "client/tr.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "proto/session.pb-c.h"

static void
app_unlink_pending(struct app *app, struct app_pending *p)
{
	struct app_pending **at = &app->pending;

	while (*at && *at != p)
		at = &(*at)->next;
	if (*at)
		*at = p->next;
}

static bool
app_err_ends_session(int err)
{
	return err == -EM_E_SESSION_ENDED || err == -EM_E_SESSION_IDLE ||
	       err == -EM_E_SESSION_TAKEN;
}

/* What looks into the record that is open finds everything that was listed; when it
 * does not, the patient is no more to be seen. */
static bool
app_err_ends_record(const struct app *app, enum method_index m, int err)
{
	if (!record_is_open(&app->session.record))
		return false;
	return err == -EM_E_NO_RECORD ||
	       (err == -EM_E_NOT_FOUND && method_at(m)->roles == (RO_P | RO_D));
}

/* Most replies come sooner: what asked for them and what they bring are then one
 * repaint, without words that stand for a blink. */
#define APP_HOLD_MS 100

static void
app_call_done(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct app_pending *p = arg;
	struct app *app = p->app;

	app_repaint(app);
	if (more) {
		p->done(p->screen, err, msg, e, true);
		return;
	}
	app_unlink_pending(app, p);
	if (err == -EM_E_CLOSED)
		app->unmet = true;
	if (app_err_ends_session(err) && session_is_open(&app->session))
		app->lost_err = err;
	else if (app_err_ends_record(app, p->method, err))
		app->record_err = err;
	else
		p->done(p->screen, err, msg, e, false);
	free(p);
}

/* Methods that move the server's idle limit. */
static bool
app_method_touches(enum method_index m)
{
	enum rate_class rate = method_at(m)->rate;

	return rate == RATE_user || rate == RATE_auth || method_at(m)->cost == COST_stream;
}

uint32_t
app_call(struct screen *s, enum method_index m, const ProtobufCMessage *request,
    enum call_kind kind, app_done *done)
{
	struct app *app = s->app;
	struct rpc *rpc = link_rpc(app->link);
	struct app_pending *p;

	if (!rpc) {
		app->unmet = true;
		link_wake(app->link);
		return 0;
	}
	p = mem_new(sizeof(*p));
	p->app = app;
	p->screen = s;
	p->method = m;
	p->kind = kind;
	p->done = done;
	p->id = rpc_call(rpc, m, request, 0, app_call_done, p);
	if (p->id == 0) {
		free(p);
		return 0;
	}
	p->next = app->pending;
	app->pending = p;
	if (kind == CALL_WAIT && app->hold_until_ms == 0)
		app->hold_until_ms = clock_boot_ms() + APP_HOLD_MS;
	if (app_method_touches(m))
		session_touched(&app->session, clock_boot_ms());
	return p->id;
}

static void
app_drop_pending(struct app *app, struct app_pending *p)
{
	app_unlink_pending(app, p);
	/* also while the connection is being mended: what it asked is on the list
	 * until its time is over */
	link_forget(app->link, p->id);
	free(p);
}

void
app_forget(struct screen *s, uint32_t id)
{
	for (struct app_pending *p = s->app->pending; p; p = p->next) {
		if (p->screen != s || p->id != id)
			continue;
		app_drop_pending(s->app, p);
		return;
	}
}

void
app_forget_all(struct screen *s)
{
	struct app_pending *next;

	for (struct app_pending *p = s->app->pending; p; p = next) {
		next = p->next;
		if (p->screen == s)
			app_drop_pending(s->app, p);
	}
}

bool
app_waits(const struct screen *s)
{
	for (const struct app_pending *p = s->app->pending; p; p = p->next)
		if (p->screen == s && p->kind == CALL_WAIT)
			return true;
	return false;
}

bool
app_awaits_reply(const struct app *app)
{
	for (const struct app_pending *p = app->pending; p; p = p->next)
		if (p->kind == CALL_WAIT)
			return true;
	return false;
}

bool
app_is_busy(const struct app *app)
{
	if (app_awaits_reply(app) || app->spawn_screen)
		return true;
	return link_state(app->link) == LINK_CONNECTING;
}

/* --------------------------------------------------------------- connection */

bool
app_needs_link(const struct app *app)
{
	/* the access code belongs to the connection that it was asked on */
	for (size_t i = 0; i < app->n_stack; i++)
		if (app->stack[i]->ops->contexts & CTX_CODE)
			return true;
	return app->unmet;
}

static void
app_link_ready(void *arg, bool resumed)
{
	struct app *app = arg;

	app->unmet = false;
	if (resumed)
		app_message(app, MESSAGE_INFO, "%s", _("Connexion rétablie."));
	for (size_t i = 0; i < app->n_stack; i++)
		if (app->stack[i]->ops->resumed)
			app->stack[i]->ops->resumed(app->stack[i]);
	app_repaint(app);
}

static void
app_link_session_over(void *arg, int err)
{
	struct app *app = arg;

	app->lost_err = err;
	app_repaint(app);
}

const struct link_hooks app_link_hooks = {
    .ready = app_link_ready,
    .session_over = app_link_session_over,
};

/* ------------------------------------------------------------------ session */

static void
app_logged_out(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	(void)arg;
	(void)err;
	(void)msg;
	(void)e;
	(void)more;
}

/* Tells the server if it can be told, without waiting for its answer. */
static void
app_send_logout(struct app *app)
{
	Emage__SessionLogoutRequest r = EMAGE__SESSION_LOGOUT_REQUEST__INIT;
	struct rpc *rpc = link_rpc(app->link);

	if (!rpc || !session_is_open(&app->session))
		return;
	rpc_call(rpc, METHOD_session_logout, &r.base, 0, app_logged_out, NULL);
	rpc_step(rpc);
}

static void
app_begin_screens(struct app *app)
{
	/* for the next person, whatever language the last one has chosen */
	if (app->options->kiosk && app->first_language)
		app_set_language(app, app->first_language);
	if (app->conf.n_regions > 1)
		app_restart(app, screen_home_new(app));
	else
		app_restart(app, screen_signin_new(app));
}

/* Leaves nothing of the person: server, memory, screen, scrollback. */
void
app_end_session(struct app *app, int err)
{
	app_send_logout(app);
	app_clear_stack(app);
	app_drop_parked(app);
	session_close(&app->session);
	signin_clear(&app->signin);
	link_sleep(app->link);
	if (!app->terminal_gone)
		tty_wipe(app->tty);
	if (app->quit)
		return;
	app_begin_screens(app);
	if (app->conf.n_regions == 1)
		link_wake(app->link);
	if (err < 0)
		app_message_error(app, err, NULL);
}

void
app_session_lost(struct app *app, int err)
{
	app->lost_err = err;
	app_repaint(app);
}

void
app_record_closed(struct app *app, int err)
{
	bool unseen = err == -EM_E_NOT_FOUND;

	app->record_err = 0;
	record_release(&app->session.record);
	app_drop_parked(app);
	/* the search goes too, with what it had found of somebody who is not to be seen */
	if (unseen)
		app_restart(app, screen_record_new(app));
	else
		app_leave_section(app, ACTION_SECTION_RECORD_EXAMS);
	app->anew = true;
	if (unseen)
		app_message_error(app, err, NULL);
	else if (err < 0)
		app_message(app, MESSAGE_WARN, "%s",
		    _("Le temps du dossier est écoulé : il est fermé. Pour le rouvrir, indiquez de "
		      "nouveau un motif."));
}

void
app_account_closed(struct app *app)
{
	app_end_session(app, 0);
	app_push(app, screen_closed_new(app));
}

static void
app_logout_confirmed(struct app *app)
{
	app_end_session(app, 0);
	app_message(app, MESSAGE_INFO, "%s", _("Vous êtes déconnecté. À bientôt."));
}

void
app_ask_logout(struct app *app)
{
	app_push(
	    app, screen_dialog_new(app, N_("Déconnexion de votre espace personnel"),
		     N_("Pour des raisons de sécurité, il est indispensable de vous déconnecter de "
			"votre espace. Voulez-vous vous déconnecter maintenant ?"),
		     N_("Rester"), N_("Se déconnecter"), app_logout_confirmed));
}

void
app_enter(struct app *app)
{
	const struct section *first;

	signin_clear(&app->signin);
	app_drop_parked(app);
	first = section_at(app->session.role, 0);
	app_restart(app, first->open ? first->open(app) : screen_support_new(app));
}

void
app_signin_again(struct app *app)
{
	signin_clear(&app->signin);
	app_forget_all(app_top(app));
	link_sleep(app->link);
	link_wake(app->link);
	screen_signin_again(app_top(app));
}

void
app_open_region(struct app *app, size_t region)
{
	session_set_region(&app->session, app->conf.regions[region].name);
	link_open(app->link, &app->conf.regions[region], app_language(app));
}
