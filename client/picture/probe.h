/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_PROBE_H
#define EMAGE_CLIENT_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/picture/picture.h"

/*
 * What can the terminal show? Asked once, with one write that ends in DA1: a
 * terminal answers in order, so its DA1 reply closes the conversation, and one
 * that knows nothing of the rest still answers that. Replies that come after
 * the time limit are swallowed by a filter and never become keystrokes; they
 * still count (probe_choose() again when `changed`).
 *
 * Order of calls in a program:
 *
 *	struct probe p;
 *	struct probe_filter f;
 *	probe_terminal(fd, &env, &p, &f);     before newterm()
 *	way = probe_choose(&p, &env, wish);
 *	for each character c read:            not for curses' KEY_* codes
 *		n = probe_feed(&f, &p, c);        f.keys[0..n-1] are keystrokes
 *	when none has come for 50 ms (remote: 200 ms) and probe_holding(&f):
 *		n = probe_flush(&f);              as above: a lone Esc was a key
 */

/* Answers. */
struct probe {
	bool fenced; /* the DA1 reply has come */
	bool sixel, kitty, iterm2;
	unsigned sixel_registers;		    /* 0 = not said */
	unsigned sixel_max_width, sixel_max_height; /* 0 = not said */
	unsigned cell_width, cell_height;	    /* pixels of a character; 0 = not said */
	unsigned area_width, area_height;	    /* pixels of the text area; 0 = not said */
	char name[48];				    /* XTVERSION, printable ASCII, or "" */
};

/* What the environment says. Strings may be NULL. */
struct probe_env {
	const char *term;
	const char *colorterm;
	const char *term_program;
	bool in_tmux;	/* TMUX or STY is set */
	bool is_remote; /* SSH_CONNECTION or SSH_TTY is set: wait longer */
	bool is_utf8;	/* the locale's characters; false = ASCII only */
	bool no_color;	/* NO_COLOR, or a monochrome theme */
	int n_colors;	/* of terminfo; -1 or 0 = monochrome */
};
/* Reads TERM, COLORTERM, TERM_PROGRAM, TMUX, STY, SSH_*, NO_COLOR and the
 * locale; n_colors from terminfo without starting curses. */
struct probe_env probe_env_read(void);

/* --graphics=NAME */
enum probe_wish {
	PROBE_AUTO,
	PROBE_WISH_KITTY,
	PROBE_WISH_SIXEL,
	PROBE_WISH_ITERM,
	PROBE_WISH_HALF,
	PROBE_WISH_SHADE,
	PROBE_WISH_PLAIN,
	PROBE_WISH_NONE,
};
/* "auto", "kitty", "sixel", "iterm", "half", "shade", "plain", "none". */
bool probe_wish_by_name(const char *name, enum probe_wish *wish_r);

/* Best way for these answers, never one that the terminal garbles unless the
 * person asked for it by name. Pure. */
enum picture_way probe_choose(
    const struct probe *p, const struct probe_env *env, enum probe_wish wish);

/* Characters that may yet become a reply. */
#define PROBE_HELD_MAX 64
struct probe_filter {
	bool listening;	     /* replies to the questions are still to come */
	unsigned fences_due; /* CSI 5 n sent, CSI 0 n not seen yet */
	bool changed;	     /* an answer arrived late; the reader clears it */
	unsigned state, n_held, n_text;
	uint32_t held[PROBE_HELD_MAX];
	uint32_t keys[PROBE_HELD_MAX + 1]; /* result of the last call */
	char text[256];			   /* body of a reply */
	/* Bytes typed while probe_terminal() waited, for ungetch(): last first. */
	unsigned n_typed;
	unsigned char typed[64];
};

/*
 * Asks and waits: 300 ms, or 1 s when remote. Not asked at all for TERM=dumb,
 * linux, vt*, inside tmux or screen, or when fd is no terminal. Works on the
 * alternate screen and leaves it; terminal modes are put back. What a person
 * typed meanwhile is kept in f_r->typed. Returns 0, or -EM_E_TIMEOUT when the
 * fence has not come (then the filter goes on listening), -EM_E_IO,
 * -EM_E_CLOSED.
 */
int probe_terminal(
    int fd, const struct probe_env *env, struct probe *p_r, struct probe_filter *f_r);

/* Number of characters in f->keys that are keystrokes: 0 while one is held or
 * swallowed. Any escape sequence that is no reply comes back whole. */
size_t probe_feed(struct probe_filter *f, struct probe *p, uint32_t c);
bool probe_holding(const struct probe_filter *f);
size_t probe_flush(struct probe_filter *f);

/* Size of a character in pixels: what the terminal said, else TIOCGWINSZ, else
 * 8 x 16. Never 0. Ask again after a resize. */
void probe_cell_size(int fd, const struct probe *p, unsigned *width_r, unsigned *height_r);

/* Flow control: append this to what is drawn; when the terminal has dealt with
 * it all it answers, and f->fences_due goes down again. */
#define PROBE_FENCE "\033[5n"
static inline void
probe_fence_sent(struct probe_filter *f)
{
	f->fences_due++;
}

#endif
