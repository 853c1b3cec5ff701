/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_PTY_H
#define EMAGE_TESTS_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tests/lib/pty_screen.h"

/*
 * A real program in a pseudo-terminal, and a terminal in memory that shows it.
 *
 * Nothing here sleeps: every wait ends as soon as what it waits for is there,
 * and fails at a deadline, printing the screen. A program built for tests
 * writes one line per repaint to the descriptor named by EMAGE_SYNC_FD,
 * "screen=exams seq=17 idle in=42": "busy" while a reply is awaited; the number
 * of input bytes it had read, which may be left out.
 */
struct pty;

enum pty_key {
	PTY_KEY_UP = 1,
	PTY_KEY_DOWN,
	PTY_KEY_LEFT,
	PTY_KEY_RIGHT,
	PTY_KEY_PAGE_UP,
	PTY_KEY_PAGE_DOWN,
	PTY_KEY_HOME,
	PTY_KEY_END,
	PTY_KEY_DELETE,
	PTY_KEY_BACKSPACE,
	PTY_KEY_ENTER,
	PTY_KEY_ESCAPE,
	PTY_KEY_TAB,
	PTY_KEY_BACKTAB,
	N_PTY_KEYS,
	PTY_KEY_F0 = 100, /* PTY_KEY_F0 + 5 = F5 */
};

struct pty_options {
	const char *const *argv; /* argv[0] is the program's path; ends with NULL */
	const char *const *env;	 /* "NAME=value" beside the harness's own; NULL = none */
	const char *term;	 /* NULL = xterm-256color */
	const char *language;	 /* NULL = fr */
	unsigned rows, columns;	 /* 0 = 24 and 80 */
	unsigned baud;		 /* of the line, 9600 or 19200; 0 = as a pty is, fast */
	bool mute;		 /* a thin terminal: answers no question */
	bool ignore_hup;	 /* the program starts with SIGHUP ignored */
	bool quiet;		 /* a failed wait prints nothing: it is expected */
	int deadline_ms;	 /* of each wait; 0 = 20 s */
};

/* Never NULL: die()s when the machine has no pseudo-terminal. */
struct pty *pty_start(const struct pty_options *o);
/* Kills the program if it still runs, reaps it, nulls. */
void pty_free(struct pty **p);
pid_t pty_pid(const struct pty *p);
const struct pty_screen *pty_view(const struct pty *p);

/* Bytes as typed; a named key in the terminal's mode; a click. */
void pty_send(struct pty *p, const char *keys);
void pty_send_bytes(struct pty *p, const void *bytes, size_t len);
void pty_key(struct pty *p, enum pty_key key);
void pty_click(struct pty *p, unsigned row, unsigned column);
void pty_resize(struct pty *p, unsigned rows, unsigned columns);
/* Closes the terminal, as a lost SSH connection does. */
void pty_hangup(struct pty *p);

/*
 * Waits; true once it holds. False at the deadline or when the program ended
 * before, with the reason and the screen on standard error.
 */
bool pty_wait(struct pty *p, bool (*holds)(struct pty *p, void *arg), void *arg, const char *what);
bool pty_wait_text(struct pty *p, const char *text);
bool pty_wait_no_text(struct pty *p, const char *text);
bool pty_wait_cursor(struct pty *p, unsigned row, unsigned column);
/* The newest sync line names this screen, says idle, and is younger than all
 * that was typed. */
bool pty_wait_screen(struct pty *p, const char *screen);
/* Such a line, of any screen, has come since the last key, resize or mark. */
bool pty_wait_idle(struct pty *p);
/* Nothing has come for a while: for what makes golden files, never for a test. */
void pty_settle(struct pty *p);
/* The program has ended; *status_r as from waitpid(2). */
bool pty_wait_exit(struct pty *p, int *status_r);

/* Reads what is there now without waiting. */
void pty_poll(struct pty *p);
/* Whether the text is on one row of the screen now; where, if asked. */
bool pty_has(struct pty *p, const char *text);
bool pty_find(struct pty *p, const char *text, unsigned *row_r, unsigned *column_r);
/* Newest screen name of a sync line, "" before the first. */
const char *pty_screen_name(const struct pty *p);

/* Bytes received since the last mark (the start is one). */
void pty_mark(struct pty *p);
size_t pty_bytes(const struct pty *p);
/* Sync lines since then: repaints. */
unsigned pty_paints(const struct pty *p);
/* Those bytes, at most the newest 8 MiB. Valid until the next wait. */
const char *pty_raw(const struct pty *p, size_t *len_r);
/* Processor time the program has used, ms; also after it ended. */
int64_t pty_cpu_ms(const struct pty *p);
/* The screen on standard error, unless quiet. */
void pty_print(struct pty *p, const char *why);
bool pty_is_quiet(const struct pty *p);

#endif
