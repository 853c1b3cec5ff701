/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_PROBE_H
#define EMAGE_CLIENT_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/picture/picture.h"

/*
 * What can the terminal show? Asked with one write that ends in DA1: a terminal
 * answers in order, so its DA1 reply closes the conversation, and one that knows
 * nothing of the rest still answers that. The key decoder (client/keys.h) tells
 * replies from keystrokes at all times, so an answer that comes after the time
 * limit harms nothing and still counts. No I/O here.
 *
 *	env = probe_env_read();
 *	if (probe_should_ask(&env)) write PROBE_QUESTIONS, wait probe_patience_ms()
 *	for each reply: probe_reply(&p, bytes, len)
 *	when p.fenced or out of patience: way = probe_choose(&p, &env, wish)
 */

/* Answers. */
struct probe {
	bool fenced; /* the DA1 reply has come */
	bool sixel, kitty, iterm2;
	unsigned sixel_registers;		    /* 0 = not said */
	unsigned sixel_max_width, sixel_max_height; /* 0 = not said */
	unsigned cell_width, cell_height;	    /* pixels of a character; 0 = not said */
	unsigned area_width, area_height;	    /* pixels of all of them; 0 = not said */
	char name[48];				    /* XTVERSION, printable ASCII, or "" */
};

/* What the environment says. Strings may be NULL. */
struct probe_env {
	const char *term;
	const char *colorterm;
	const char *term_program;
	bool in_tmux;	/* TMUX or STY is set */
	bool is_remote; /* SSH_CONNECTION or SSH_TTY is set: wait longer */
	bool is_utf8;	/* the terminal's characters; false = ASCII only */
	bool no_color;	/* NO_COLOR, or a monochrome theme */
	int n_colors;	/* of terminfo; -1 or 0 = monochrome */
};
/* Reads TERM, COLORTERM, TERM_PROGRAM, TMUX, STY, SSH_*, NO_COLOR, the locale's
 * character set and terminfo (curses must have been started). */
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
/* "auto", "kitty", "sixel", "iterm", "half", "shade", "plain", "none". NULL is
 * "auto"; false for anything else. */
bool probe_wish_by_name(const char *name, enum probe_wish *wish_r);

extern const char PROBE_QUESTIONS[];
/* False for TERM=dumb, linux, vt*, and inside tmux or screen: they cannot show
 * pixels, and old ones print what they do not know. */
bool probe_should_ask(const struct probe_env *env);
int probe_patience_ms(const struct probe_env *env);

/* When the terminal has drawn what was sent before PROBE_FENCE it answers:
 * flow control. */
#define PROBE_FENCE "\033[5n"

enum probe_reply {
	PROBE_REPLY_NONE,   /* none of ours */
	PROBE_REPLY_ANSWER, /* noted in *p */
	PROBE_REPLY_LAST,   /* DA1: no more will come */
	PROBE_REPLY_FENCE,
};
/* One whole reply, ESC included. */
enum probe_reply probe_reply(struct probe *p, const char *bytes, size_t len);

/* Best way for these answers, never one that the terminal garbles unless the
 * person asked for it by name. Pure. */
enum picture_way probe_choose(
    const struct probe *p, const struct probe_env *env, enum probe_wish wish);

/* Pixels of a character on a screen of rows x columns characters: what the
 * terminal said, else what the kernel knows (0, 0 if nothing), else 8 x 16. */
void probe_cell_size(const struct probe *p, int rows, int columns, int kernel_width,
    int kernel_height, unsigned *width_r, unsigned *height_r);

#endif
