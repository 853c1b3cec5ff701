/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_APP_H
#define EMAGE_CLIENT_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "client/screen/screen.h"
#include "common/buf.h"
#include "common/method.h"
#include "proto/common.pb-c.h"

/*
 * The client's one loop and what it owns: terminal, screen stack, connection,
 * session. Everything here runs in one thread and returns at once.
 */
struct app;
struct options;
struct session; /* client/model/session.h */
struct signin;	/* client/model/signin.h */
struct clientconf;
struct spawn_result; /* client/spawn.h */

/* ---- stack: takes the screen; freed when popped. A screen may pop itself:
 * it is freed when its function has returned. */
void app_push(struct app *app, struct screen *s);
void app_pop(struct app *app, struct screen *s);
/* Takes a screen off the stack and keeps it with what was typed, until a screen
 * of this name is wanted again or the session opens or ends. One at a time. */
void app_park(struct app *app, struct screen *s);
struct screen *app_unpark(struct app *app, const char *name); /* NULL: none */
/* Ends every screen and begins again with this one. */
void app_restart(struct app *app, struct screen *s);
struct screen *app_top(const struct app *app);
/* What a screen is to the keys: its contexts, and whose space it stands in. */
unsigned app_contexts(const struct app *app, const struct screen *s);

/* ---- row 22: shown until the next key; MESSAGE_STAY until replaced */
enum message_kind { MESSAGE_INFO, MESSAGE_WARN, MESSAGE_ERROR };
void app_message(struct app *app, enum message_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Words of an error (client/errtext.h); e may be NULL. */
void app_message_error(struct app *app, int err, const Emage__Error *e);
void app_message_clear(struct app *app);

/* ---- asking the server
 * err 0 with msg, or -EM_E_*; msg and e live during the call. */
typedef void app_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more);
enum call_kind {
	CALL_WAIT,	 /* the person waits for it: busy until it comes */
	CALL_BACKGROUND, /* prefetch */
};
/* The request's id, or 0 when there is no connection now (row 22 says so;
 * resumed() will be called). A lost connection ends it with -EM_E_CLOSED. When
 * the screen goes, its calls are forgotten. */
uint32_t app_call(struct screen *s, enum method_index m, const ProtobufCMessage *request,
    enum call_kind kind, app_done *done);
void app_forget(struct screen *s, uint32_t id);
void app_forget_all(struct screen *s);
bool app_waits(const struct screen *s); /* a CALL_WAIT is under way */

/* ---- a program of ours beside this one (client/spawn.h), for staff: from
 * everybody else the kernel takes the way of starting any (client/confine.h). */
bool app_may_spawn(const struct app *app);
typedef void app_spawned(struct screen *s, const struct spawn_result *r);
/* Takes the input and wipes it. When the screen goes, the program goes on and
 * nobody hears of it. False: not allowed, cannot be started, or one still runs. */
bool app_spawn(struct screen *s, const char *name, const char *const args[], struct buf *take_input,
    app_spawned *done);
bool app_spawns(const struct screen *s); /* one of this screen is under way */

/* ---- terminal
 * Queues bytes for the terminal, after all that ncurses has written and before
 * anything that it will write: repaints are held until they are out. Never
 * blocks. Only from painted(), covered() and event(EVENT_REPLY). */
void app_raw(struct app *app, const void *bytes, size_t len);
bool app_raw_pending(const struct app *app);
/* Size of a cell in pixels as the kernel knows it, or 0, 0. */
void app_cell_pixels(const struct app *app, int *width_r, int *height_r);
/* --graphics, or NULL for "auto". */
const char *app_graphics(const struct app *app);
bool app_is_mono(const struct app *app);
bool app_is_kiosk(const struct app *app);
/* --staff: over SSH, for the people of an establishment. */
bool app_is_staff(const struct app *app);
/* Asks for a repaint (models that changed outside an event or a reply). */
void app_repaint(struct app *app);
void app_bell(struct app *app);

/* ---- state */
struct session *app_session(struct app *app);
struct signin *app_signin(struct app *app);
const struct clientconf *app_conf(const struct app *app);
/* fr, de or en */
const char *app_language(const struct app *app);
void app_set_language(struct app *app, const char *language);
/* Region chosen: connects to its server. */
void app_open_region(struct app *app, size_t region);
/* The session is open: its person's space. */
void app_enter(struct app *app);
/* Back to step 1 on a connection of its own, the identifier kept. */
void app_signin_again(struct app *app);
/* Asks first, then ends the session on the server and here. */
void app_ask_logout(struct app *app);
/* The server has ended the session: back to signing in, with the reason. */
void app_session_lost(struct app *app, int err);
/* The record that a professional had open is over: its screens go, and nothing of
 * it stays. err 0, or why: then row 22 says it, for a patient who may no longer be
 * seen as for one who does not exist. */
void app_record_closed(struct app *app, int err);
/* The person has closed the account: the session is over, and a screen says so. */
void app_account_closed(struct app *app);
void app_quit(struct app *app);

/* ---- main.c: o and what conf points to are borrowed. NULL when the terminal
 * cannot be used. */
struct app *app_new(const struct options *o, const struct clientconf *conf);
/* Until the person leaves; the exit status. */
int app_run(struct app *app);
void app_free(struct app **app);

#endif
