/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_APP_STATE_H
#define EMAGE_CLIENT_APP_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "client/app.h"
#include "client/clientconf.h"
#include "client/keys.h"
#include "client/link.h"
#include "client/model/session.h"
#include "client/model/signin.h"
#include "client/options.h"
#include "client/sections.h"
#include "client/spawn.h"
#include "client/tty.h"

/*
 * Inside of the app, for app*.c and chrome*.c only; screens see app.h.
 */

#define APP_MAX_SCREENS 8
#define APP_MAX_SPOTS	24

/* A request of a screen under way. */
struct app_pending {
	struct app_pending *next;
	struct app *app;
	struct screen *screen;
	uint32_t id;
	enum method_index method;
	enum call_kind kind;
	app_done *done;
};

/* Something of the frame that can be clicked. */
struct app_spot {
	int y, x, w;
	enum action action; /* ACTION_NONE: the language of this number */
	size_t language;
};

struct app {
	const struct options *options;
	struct clientconf conf;
	struct tty *tty;
	struct keys *keys;
	int signal_fd; /* reading end of the signal pipe */
	struct link *link;
	struct session session;
	struct signin signin;
	const char *first_language; /* at the start: a kiosk comes back to it */

	struct screen *stack[APP_MAX_SCREENS];
	size_t n_stack;
	struct screen *parked;
	struct screen *dead; /* popped; freed at the end of the turn */
	struct app_pending *pending;
	struct spawn *spawn;	     /* NULL: none runs */
	struct screen *spawn_screen; /* NULL: it has gone */
	app_spawned *spawn_done;

	char message[512];
	enum message_kind message_kind;
	struct app_spot spots[APP_MAX_SPOTS];
	size_t n_spots;

	bool quit;
	int status;
	bool dirty; /* repaint */
	bool whole; /* cells under a picture may have been rewritten */
	bool anew;  /* every cell is sent again */
	bool terminal_gone;
	bool unmet;	/* a screen asked while there was no connection */
	int lost_err;	/* the session is over: leave its screens */
	int record_err; /* the open record is over: leave its screens */
	bool idle_warned, total_warned;
	int64_t active_at_ms;  /* last key, press or paste */
	int64_t flush_at_ms;   /* when an ESC alone was the key; 0 = none waits */
	int64_t hold_until_ms; /* a repaint waits for a reply so long; 0 = for none */
	int64_t minute;	       /* shown by the clock */
	uint64_t seq;	       /* repaints */
	uint64_t n_input;      /* bytes read from the terminal */
	int sync_fd;	       /* for tests; -1 */
};

/* app_event.c */
void app_read_terminal(struct app *app);
void app_flush_keys(struct app *app);
void app_event(struct app *app, const struct event *ev);
void app_act(struct app *app, enum action a);

/* app_idle.c: warnings before the session ends by itself */
void app_idle_step(struct app *app);
/* Wake-up that it needs, in clock_boot_ms(); 0 = none. */
int64_t app_idle_wake_ms(const struct app *app);
/* A person is there. True when the event answered the warning and means
 * nothing else. */
bool app_idle_active(struct app *app);

/* app_stack.c */
/* Goes to a section: back to its first screen, or that is opened. False when it
 * is uppermost already. */
bool app_open_section(struct app *app, const struct section *section);
/* Ends the screens of a section, if it is open. */
void app_leave_section(struct app *app, enum action section);
/* The action of the section where the person is, or ACTION_NONE. */
enum action app_section(const struct app *app);
void app_bury(struct app *app);
void app_drop_parked(struct app *app);
void app_clear_stack(struct app *app);

/* app_call.c */
extern const struct link_hooks app_link_hooks;
/* Whether a lost connection is to be mended at once. */
bool app_needs_link(const struct app *app);
bool app_is_busy(const struct app *app);
/* The person waits for a reply, of whatever screen. */
bool app_awaits_reply(const struct app *app);
void app_end_session(struct app *app, int err);

/* app_spawn.c */
void app_spawn_step(struct app *app, const struct pollfd p[SPAWN_FDS]);
void app_spawn_forget(struct screen *s);

/* app_draw.c */
void app_draw(struct app *app);

/* chrome.c: the frame that every screen shares */
#define CHROME_TOP    3 /* rows above the room */
#define CHROME_BOTTOM 2 /* rows below it */
void chrome_draw(struct app *app, struct screen *base, struct screen *top);
/* The message row; after the screens, since a long one takes a row of theirs. */
void chrome_draw_message(struct app *app);
/* A place of the frame that answers a press with an action, or with a language. */
void chrome_add_spot(struct app *app, int y, int x, int w, enum action a, size_t language);
/* chrome_way.c: steps or sections; returns the column where row 2 is free. */
int chrome_way_draw(struct app *app, struct screen *base);
/* The spot that a press hits, or NULL. */
const struct app_spot *chrome_spot(const struct app *app, int y, int x);

#endif
