/* SPDX-License-Identifier: MIT */
/*
 * Before the server ends a session for inactivity the person is asked, with
 * the bell, and any key keeps it alive (S-03, C-06); before it ends because its
 * longest duration is reached, the person is told. The limits are the server's;
 * here are only the warnings. A kiosk where nobody has signed in goes back to
 * its first screen likewise, so that nothing typed stays for the next person.
 */
#include "client/app_state.h"

#include "client/tr.h"
#include "common/clock.h"
#include "common/err.h"
#include "proto/session.pb-c.h"

#define APP_IDLE_WARN_MS  30000
#define APP_TOTAL_WARN_MS 60000
#define APP_IDLE_KIOSK_MS 120000

/* What is left without activity, or INT64_MAX where no limit is. */
static int64_t
app_idle_left_ms(const struct app *app, int64_t now_ms)
{
	if (session_is_open(&app->session))
		return session_idle_left_ms(&app->session, now_ms);
	if (app->options->kiosk && app->active_at_ms > 0)
		return app->active_at_ms + APP_IDLE_KIOSK_MS - now_ms;
	return INT64_MAX;
}

/* Seconds as they are shown: seldom at first, each one at the end. */
static unsigned
app_idle_shown_s(int64_t left_ms)
{
	unsigned s = left_ms > 0 ? (unsigned)((left_ms + 999) / 1000) : 0;

	return s > 10 ? (s + 4) / 5 * 5 : s;
}

static void
app_idle_over(struct app *app)
{
	app->idle_warned = false;
	if (session_is_open(&app->session)) {
		app_session_lost(app, -EM_E_SESSION_IDLE);
		return;
	}
	app->active_at_ms = 0;
	app_end_session(app, 0);
}

/* The longest duration of a session: told once, a minute before. */
static void
app_idle_total(struct app *app, int64_t now_ms)
{
	int64_t left_ms = session_total_left_ms(&app->session, now_ms);

	if (!session_is_open(&app->session) || left_ms > APP_TOTAL_WARN_MS) {
		app->total_warned = false;
		return;
	}
	if (left_ms <= 0) {
		app_session_lost(app, -EM_E_SESSION_ENDED);
	} else if (!app->total_warned) {
		app->total_warned = true;
		app_bell(app);
		app_message(app, MESSAGE_WARN, "%s",
		    _("Durée maximale de la session : elle se termine dans une minute."));
	}
}

/* A record closes by itself, here as on the server. */
static void
app_idle_record(struct app *app, int64_t now_ms)
{
	const struct record *r = &app->session.record;

	if (record_is_open(r) && record_left_ms(r, now_ms) <= 0)
		app_record_closed(app, -EM_E_NO_RECORD);
}

void
app_idle_step(struct app *app)
{
	int64_t now_ms = clock_boot_ms();
	int64_t left_ms = app_idle_left_ms(app, now_ms);

	app_idle_total(app, now_ms);
	app_idle_record(app, now_ms);
	if (left_ms > APP_IDLE_WARN_MS)
		return;
	if (left_ms <= 0) {
		app_idle_over(app);
		return;
	}
	if (!app->idle_warned)
		app_bell(app);
	app->idle_warned = true;
	app_message(app, MESSAGE_WARN, _("Êtes-vous toujours là ? Appuyez sur une touche (%u s)"),
	    app_idle_shown_s(left_ms));
}

/* When the next lower number is to be shown, or the first one. */
static int64_t
app_idle_next_ms(const struct app *app, int64_t now_ms)
{
	int64_t left_ms = app_idle_left_ms(app, now_ms);
	int64_t shown_ms;

	if (left_ms == INT64_MAX)
		return INT64_MAX;
	if (left_ms > APP_IDLE_WARN_MS)
		return now_ms + left_ms - APP_IDLE_WARN_MS;
	shown_ms = (int64_t)app_idle_shown_s(left_ms) * 1000;
	shown_ms -= shown_ms > 10000 ? 5000 : 1000;
	return now_ms + (left_ms > shown_ms ? left_ms - shown_ms : 1);
}

int64_t
app_idle_wake_ms(const struct app *app)
{
	int64_t now_ms = clock_boot_ms();
	int64_t at_ms = app_idle_next_ms(app, now_ms);
	int64_t end_ms = app->session.ends_at_ms;

	if (session_is_open(&app->session)) {
		end_ms -= app->total_warned ? 0 : APP_TOTAL_WARN_MS;
		at_ms = end_ms < at_ms ? end_ms : at_ms;
	}
	if (record_is_open(&app->session.record) && app->session.record.ends_at_ms < at_ms)
		at_ms = app->session.record.ends_at_ms;
	return at_ms == INT64_MAX ? 0 : at_ms;
}

static void
app_idle_touched(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct app *app = arg;

	(void)msg;
	(void)e;
	(void)more;
	if (err == -EM_E_SESSION_ENDED || err == -EM_E_SESSION_IDLE || err == -EM_E_SESSION_TAKEN)
		app_session_lost(app, err);
}

static void
app_idle_touch(struct app *app, int64_t now_ms)
{
	Emage__SessionTouchRequest r = EMAGE__SESSION_TOUCH_REQUEST__INIT;
	struct rpc *rpc = link_rpc(app->link);

	if (rpc && rpc_call(rpc, METHOD_session_touch, &r.base, 0, app_idle_touched, app) != 0)
		session_touched(&app->session, now_ms);
}

bool
app_idle_active(struct app *app)
{
	int64_t now_ms = clock_boot_ms();
	bool was_warned = app->idle_warned;

	app->active_at_ms = now_ms;
	app->idle_warned = false;
	if (was_warned)
		app_message_clear(app);
	if (was_warned ? session_is_open(&app->session)
		       : session_wants_touch(&app->session, now_ms))
		app_idle_touch(app, now_ms);
	return was_warned;
}
