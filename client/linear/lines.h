/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_LINEAR_LINES_H
#define EMAGE_CLIENT_LINEAR_LINES_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Lines out and lines in, on standard output and input, whatever these are.
 * Keeps the terminal's echo and the signals that end the program: signals come as
 * events, and the echo is put back on every way out, die() included. One at a time.
 */
struct lines;

/* Longest line that is taken, in bytes of UTF-8: a question of 500 characters. */
#define LINES_MAX 2048

enum lines_event {
	LINES_NONE,
	LINES_LINE, /* lines_text() */
	LINES_BAD,  /* a line that is no text */
	LINES_LONG, /* a line longer than LINES_MAX; none of it is kept */
	LINES_STOP, /* Ctrl-C */
	LINES_OVER, /* end of input, hang-up, or told to end */
};

struct lines *lines_open(void);
void lines_close(struct lines **l); /* restores, wipes */

/* Sanitised UTF-8; nothing but "\n" is sent of what controls a terminal. */
void lines_write(struct lines *l, const char *text);
/* Off: a password is being typed. Nothing where input is no terminal. */
void lines_echo(struct lines *l, bool on);
/* Columns of the terminal, 80 where it is none. */
unsigned lines_columns(const struct lines *l);

#define LINES_N_FDS 2
/* What to wait for. False: lines_step() has something already. */
bool lines_wants(const struct lines *l, bool wants_line, struct pollfd fds_r[LINES_N_FDS]);
/* One event at most. A line, and the end of input behind the last one, only when
 * a line is wanted. */
enum lines_event lines_step(struct lines *l, bool wants_line, const struct pollfd fds[LINES_N_FDS]);
/* Input has ended and no line of it is left. */
bool lines_at_end(const struct lines *l);
/* The last line without its end, to be changed at will. Valid until the next step. */
char *lines_text(struct lines *l);
/* Wipes the last line. */
void lines_forget(struct lines *l);

#endif
