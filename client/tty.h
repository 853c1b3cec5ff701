/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_TTY_H
#define EMAGE_CLIENT_TTY_H

#include <stdbool.h>
#include <stddef.h>

#include "client/keys.h"
#include "client/theme.h"

/*
 * The terminal: opened, restored whatever happens (die() included), wiped.
 * ncurses draws; what comes in is read here and decoded by keys.c.
 */
struct tty;

struct tty_wish {
	enum theme theme;
	bool theme_is_wanted; /* named by the person: also on a slow line */
	bool mouse;
};

enum tty_fault {
	TTY_OK,
	TTY_NO_TTY,  /* input or output is no terminal */
	TTY_DUMB,    /* cannot place a cursor */
	TTY_UNKNOWN, /* no description of $TERM */
};

/* Takes the locale of the environment, or C.UTF-8 when it is not there (then
 * false) or has only ASCII; before anything is shown. */
bool tty_locale(void);

/* Whether tty_open() can work; needs no locale. */
enum tty_fault tty_check(void);
/* Draws nothing yet. tty_check() first. */
enum tty_fault tty_open(const struct tty_wish *wish, struct tty **t_r);
void tty_close(struct tty **t); /* wipes screen and scrollback, restores */

int tty_fd(const struct tty *t);
enum theme tty_theme(const struct tty *t);
/* Teaches k what terminfo knows of this terminal's keys. */
void tty_teach(const struct tty *t, struct keys *k);
/* Takes the size from the kernel; true when it has changed. */
bool tty_resize(struct tty *t);
void tty_cell_pixels(const struct tty *t, int *width_r, int *height_r);
/* What has been drawn into stdscr to the terminal, the cursor there. may_erase: as
 * thrift_paint() means it. Without a terminal of ours (NULL) to that of curses. */
void tty_paint(struct tty *t, int y, int x, bool may_erase);
/* Everything is drawn anew at the next refresh. */
void tty_invalidate(struct tty *t);
/* Screen and scrollback empty now. */
void tty_wipe(struct tty *t);
/* Stops the program as Ctrl-Z would; returns when it goes on. */
void tty_suspend(struct tty *t);
void tty_bell(struct tty *t);

/* Bytes past ncurses, in order, without blocking. */
void tty_raw(struct tty *t, const void *bytes, size_t len);
bool tty_raw_pending(const struct tty *t);
/* Descriptor to poll for POLLOUT while bytes are pending. */
int tty_raw_fd(const struct tty *t);
/* Writes what the terminal takes; false when it is gone. */
bool tty_raw_step(struct tty *t);

#endif
