/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_ACTIONS_H
#define EMAGE_CLIENT_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What keys do. client/actions.def is the list; dispatch, hints and help read
 * it here and nowhere else.
 */

/* Kinds of screen, as a set: a screen names those that it is. */
enum action_context {
	CTX_HOME = 1 << 0,
	CTX_SIGNIN = 1 << 1,   /* steps 1 and 2 and the new password */
	CTX_PASSWORD = 1 << 2, /* has masked fields */
	CTX_CODE = 1 << 3,
	CTX_FORM = 1 << 4, /* fields and buttons */
	CTX_LIST = 1 << 5,
	CTX_REPORT = 1 << 6,
	CTX_VIEWER = 1 << 7,
	CTX_DIALOG = 1 << 8,
	CTX_HELP = 1 << 9,
	CTX_SPACE = 1 << 10,   /* inside the personal space */
	CTX_OUTSIDE = 1 << 11, /* before signing in */
	CTX_DETAIL = 1 << 12,  /* a text to be scrolled, and buttons */
	CTX_BLOCKS = 1 << 13,
	CTX_TEXT = 1 << 14, /* a text or list that pages scroll, nothing else */
	CTX_FAQ = 1 << 15,
	/* whose space it is: added to CTX_SPACE by the role of the session */
	CTX_OF_PATIENT = 1 << 16,
	CTX_OF_DESK = 1 << 17,
	CTX_OF_DOCTOR = 1 << 18,
	CTX_OF_ADMIN = 1 << 19,
	CTX_OF_ANY = CTX_OF_PATIENT | CTX_OF_DESK | CTX_OF_DOCTOR | CTX_OF_ADMIN,
	CTX_SHEET = 1 << 20, /* a form that may be longer than the room */
	CTX_RECORD = 1 << 21, /* the list of exams of a record that is open */
	CTX_ALL = (1 << 22) - 1,
};

enum action {
	ACTION_NONE,
#define ACTION(name, contexts, keys, label, hint, help) ACTION_##name,
#include "client/actions.def"
#undef ACTION
	N_ACTIONS,
};

#define ACTION_MAX_KEYS 6

struct action_row {
	const char *name; /* "PAGE_NEXT" */
	unsigned contexts;
	uint32_t keys[ACTION_MAX_KEYS]; /* 0 ends */
	const char *label;		/* msgids; hint may be "" */
	const char *hint;
	const char *help;
};

const struct action_row *action_row(enum action a);

/* The names of an action's keys, as on a keyboard: "F1, ?". */
void action_keys_text(enum action a, char *out_r, size_t len);

/* The action of a key on a screen of these contexts, or ACTION_NONE. text_focus:
 * letters, digits and blanks are text and no actions. */
enum action action_of_key(uint32_t key, unsigned contexts, bool text_focus);

#endif
