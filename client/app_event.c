/* SPDX-License-Identifier: MIT */
/*
 * From the terminal's bytes to the screen that they are for.
 */
#include "client/app_state.h"

#include <errno.h>
#include <unistd.h>

#include "client/lang.h"
#include "client/sections.h"
#include "client/tr.h"
#include "client/widget/rows.h"
#include "common/clock.h"
#include "common/secret.h"

#define APP_READ_BYTES	    4096
#define APP_ESCAPE_DELAY_MS 50

void
app_read_terminal(struct app *app)
{
	char bytes[APP_READ_BYTES];
	ssize_t n = read(tty_fd(app->tty), bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) { /* hung up: nobody is there */
		app->terminal_gone = true;
		app->quit = true;
		return;
	}
	app->n_input += (uint64_t)n;
	keys_feed(app->keys, bytes, (size_t)n);
	secret_wipe(bytes, sizeof(bytes));
	app->flush_at_ms = keys_pending(app->keys) ? clock_boot_ms() + APP_ESCAPE_DELAY_MS : 0;
	app_repaint(app);
}

void
app_flush_keys(struct app *app)
{
	if (app->flush_at_ms == 0 || clock_boot_ms() < app->flush_at_ms)
		return;
	keys_flush(app->keys);
	app->flush_at_ms = keys_pending(app->keys) ? clock_boot_ms() + APP_ESCAPE_DELAY_MS : 0;
	app_repaint(app);
}

static void
app_quit_confirmed(struct app *app)
{
	app_quit(app);
}

/* Ctrl-C: in a session it is the way out, outside it ends the program; both
 * ask, so it never kills in the middle of something. */
static void
app_interrupt(struct app *app)
{
	struct screen *top = app_top(app);

	if (top->ops->overlay)
		return;
	if (session_is_open(&app->session))
		app_ask_logout(app);
	else if (!app->options->kiosk)
		app_push(
		    app, screen_dialog_new(app, N_("Quitter"), N_("Voulez-vous quitter e-mage ?"),
			     N_("Rester"), N_("Quitter"), app_quit_confirmed));
}

static void
app_next_language(struct app *app)
{
	for (size_t i = 0; i < N_LANGS; i++) {
		if (lang_at(i)->code != lang_now())
			continue;
		app_set_language(app, lang_at((i + 1) % N_LANGS)->code);
		return;
	}
}

/* Actions that mean the same everywhere. True when it was one. */
static bool
app_act_everywhere(struct app *app, struct screen *top, enum action a)
{
	if (section_of(a))
		return app_open_section(app, section_of(a));
	switch (a) {
	case ACTION_HELP:
		if (!(top->ops->contexts & CTX_HELP))
			app_push(app, screen_help_new(app, top));
		return true;
	case ACTION_REPAINT:
		app->anew = true;
		return true;
	case ACTION_INTERRUPT:
		app_interrupt(app);
		return true;
	case ACTION_LANGUAGE:
		app_next_language(app);
		return true;
	case ACTION_FAQ:
	case ACTION_SUPPORT:
		if (top->ops->contexts & CTX_HOME) /* a region first */
			return false;
		app_push(app, a == ACTION_FAQ ? screen_faq_new(app) : screen_support_new(app));
		return true;
	case ACTION_LOGOUT:
		app_ask_logout(app);
		return true;
	case ACTION_QUIT:
		app_quit(app);
		return true;
	case ACTION_BACK:
		if (!app_waits(top))
			return false;
		app_forget_all(top);
		app_message(app, MESSAGE_INFO, "%s", _("Annulé."));
		return true;
	default:
		return false;
	}
}

void
app_act(struct app *app, enum action a)
{
	struct screen *top = app_top(app);

	if (a == ACTION_NONE || (top->ops->can && !top->ops->can(top, a)))
		return;
	if (a == ACTION_QUIT && app->options->kiosk)
		return;
	if (app_act_everywhere(app, top, a))
		return;
	if (a == ACTION_ACTIVATE)
		link_retry(app->link);
	if (top->ops->act)
		top->ops->act(top, a);
}

/* A press on the frame: a hint, a section, a language. */
static bool
app_press(struct app *app, const struct event *ev)
{
	const struct app_spot *spot;

	if (ev->mouse != MOUSE_PRESS)
		return false;
	spot = chrome_spot(app, ev->y, ev->x);
	if (!spot)
		return false;
	if (spot->action == ACTION_NONE)
		app_set_language(app, lang_at(spot->language)->code);
	else
		app_act(app, spot->action);
	return true;
}

/* The screen counts in its own rows, whatever they have become. */
static bool
app_screen_takes(struct screen *top, const struct event *ev)
{
	struct event own = *ev;

	if (ev->type == EVENT_MOUSE)
		own.y = rows_at(ev->y);
	return top->ops->event && top->ops->event(top, &own);
}

void
app_event(struct app *app, const struct event *ev)
{
	struct screen *top = app_top(app);
	bool text = top->ops->wants_text && top->ops->wants_text(top);

	if (ev->type != EVENT_REPLY) {
		bool is_new = ev->type != EVENT_MOUSE || ev->mouse == MOUSE_PRESS;

		if (app_idle_active(app))
			return;
		link_wake(app->link);
		if (is_new)
			app_message_clear(app);
	}
	if (app_screen_takes(top, ev))
		return;
	if (ev->type == EVENT_MOUSE)
		app_press(app, ev);
	else if (ev->type == EVENT_KEY)
		app_act(app, action_of_key(ev->key, app_contexts(app, top), text));
}
