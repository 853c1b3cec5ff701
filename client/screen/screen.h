/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SCREEN_SCREEN_H
#define EMAGE_CLIENT_SCREEN_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "client/actions.h"
#include "client/keys.h"
#include "client/widget/paint.h"

/*
 * One screen = one file = one table of functions. The app keeps a stack of
 * them, calls these functions from its one loop, and draws the frame (brand
 * bar, way, rule, message, hints). A screen runs no loop, owns no descriptor
 * and knows no socket: it asks with app_call() and shows its model.
 *
 * Order of an event: event() first; if it returns false and the key belongs to
 * an action of the screen's contexts (client/actions.def), act(). Then the app
 * repaints: draw() of every visible screen from the lowest, doupdate(), flush,
 * painted() of the uppermost.
 */
struct app;
struct screen;

struct screen_ops {
	const char *name;    /* of the sync line and the help: constant */
	const char *title;   /* msgid: heading of its help */
	const char *about;   /* msgid: what one does here, for its help */
	unsigned contexts;   /* CTX_*: actions that work here */
	unsigned step;	     /* of signing in, 1 to 3; 0: inside or home */
	enum action section; /* that opens the section it belongs to, or none */
	bool overlay;	     /* drawn over what is below (dialogs) */

	/* Frees the whole screen; calls under way are forgotten before. */
	void (*free)(struct screen *s);
	/* Draws into the room between rule and message row. Must set the
	 * cursor (paint_cursor). */
	void (*draw)(struct screen *s, const struct area *room);
	/* Rows 0 (its left part) and 1, when they are not the usual ones. */
	void (*draw_brand)(struct screen *s, const struct area *row);
	void (*draw_way)(struct screen *s, const struct area *row);
	/* True when used. */
	bool (*event)(struct screen *s, const struct event *ev);
	void (*act)(struct screen *s, enum action a);
	/* Whether letters and digits are text now (a field has the focus);
	 * then only function keys and Ctrl, Alt keys are actions. NULL: never. */
	bool (*wants_text)(const struct screen *s);
	/* Whether an action makes sense now; hints leave out the others. NULL: all. */
	bool (*can)(const struct screen *s, enum action a);
	/* wake_at_ms has come. */
	void (*tick)(struct screen *s);
	/* The session is there again after a lost connection: ask again for what
	 * has not come. */
	void (*resumed)(struct screen *s);

	/*
	 * For screens that write picture bytes past ncurses. covered(true):
	 * something is about to be drawn over the screen (an overlay) or it is
	 * about to leave; remove pixels now with app_raw(). covered(false): it is
	 * uppermost again, painted() follows. painted(): ncurses has written all
	 * it had; app_raw() may write the picture. `whole` is true when cells
	 * were rewritten from nothing (first time, resize, Ctrl-L, overlay gone).
	 * Cells under the picture must be left blank in draw().
	 */
	void (*covered)(struct screen *s, bool is_covered);
	void (*painted)(struct screen *s, bool whole);
};

/* Embedded as first member. */
struct screen {
	const struct screen_ops *ops;
	struct app *app;
	int64_t wake_at_ms;	  /* clock_boot_ms() of the next tick(); 0 = none */
	struct screen *next_dead; /* the app's: popped, not freed yet */
};

struct exam;
struct region;

struct screen *screen_home_new(struct app *app);
struct screen *screen_signin_new(struct app *app);
/* For s = such a screen: forgets the password and keeps the identifier. */
void screen_signin_again(struct screen *s);
/* The same: puts an identifier there that was typed elsewhere. */
void screen_signin_identify(struct screen *s, const char *identifier);
/* The identifier typed so far is taken along. */
struct screen *screen_forgot_new(struct app *app, const char *identifier);
struct screen *screen_undo_new(struct app *app);
struct screen *screen_code_new(struct app *app);
struct screen *screen_newpass_new(struct app *app);
struct screen *screen_exams_new(struct app *app);
struct screen *screen_history_new(struct app *app);
struct screen *screen_blocks_new(struct app *app);
struct screen *screen_settings_new(struct app *app);
/* The same as an administrator's section. */
struct screen *screen_settings_own_new(struct app *app);
struct screen *screen_closed_new(struct app *app);
/* Reception. */
struct screen *screen_desk_new(struct app *app);
struct screen *screen_desk_register_new(struct app *app);
/* Administration. */
struct screen *screen_admin_accounts_new(struct app *app);
struct screen *screen_admin_sessions_new(struct app *app);
struct screen *screen_admin_places_new(struct app *app);
struct screen *screen_admin_contests_new(struct app *app);
struct screen *screen_admin_trail_new(struct app *app);
struct screen *screen_admin_service_new(struct app *app);
/* Inside the personal space, or without signing in. */
struct screen *screen_faq_new(struct app *app);
struct screen *screen_support_new(struct app *app);
/* A professional: finding a patient, and the exams of the record that is open (NULL,
 * with a message: none is). */
struct screen *screen_record_new(struct app *app);
struct screen *screen_record_exams_new(struct app *app);
/* The exam is copied. */
struct screen *screen_report_new(struct app *app, const struct exam *exam);
struct screen *screen_viewer_new(struct app *app, const struct exam *exam);
/* Help on the screen below. */
struct screen *screen_help_new(struct app *app, const struct screen *about);

/* A question; `yes` is called when it is confirmed. The answer with the focus
 * at first is the safe one. Texts are borrowed (constant). */
struct screen *screen_dialog_new(struct app *app, const char *title, const char *text,
    const char *no_label, const char *yes_label, void (*yes)(struct app *app));
/* The same, asked by a screen that it stands on; takes the text, which is in the
 * person's language already. */
struct screen *screen_question_new(struct screen *asker, const char *title, char *take_text,
    const char *no_label, const char *yes_label, void (*yes)(struct screen *asker));

/* Row 1 of an exam's two screens: "[C]ompte rendu   [I]mages: <detail>".
 * detail may be NULL. */
void screen_exam_draw_way(const struct area *row, bool images, const char *detail);
/* Row 0: "SCANNER THORAX · 24/12/2015 15:58 · CHRU de Strasbourg". */
void screen_exam_draw_brand(const struct exam *exam, const struct area *row);

#endif
