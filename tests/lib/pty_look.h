/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_PTY_LOOK_H
#define EMAGE_TESTS_PTY_LOOK_H

#include "tests/lib/pty_steps.h"

/*
 * The looks in which each screen is under version control: French at the three
 * sizes that count, German and English, and French without colour.
 */
struct pty_look {
	const char *title; /* of the test */
	unsigned rows, columns;
	const char *language; /* of the client */
	const char *name;     /* of the golden files */
	const char *theme;    /* NULL = as it comes */
	unsigned number;      /* from 0 */
};

/* args: behind the look's own; NULL = none. */
struct pty *pty_look_client(
    const struct pty_stage *s, const struct pty_look *l, const char *const *args, bool bare);
/* The screen is as the golden file of this name and look says, or the test fails. */
void pty_look_golden(struct pty *p, const struct pty_look *l, const char *name);
/* Opens the help of this screen, compares it as "help-<screen>" and comes back. */
void pty_look_help(struct pty *p, const struct pty_look *l, const char *screen);
/* The server's clock goes on to 14:32, as the client's says, of that day in the year
 * 2031 (1: the first of January), later than all that the stage has; a mailbox begins
 * anew. */
void pty_look_day(struct pty_stage *s, int day);

/* One test a look, all on one stage; set_up as pty_stage_set_up(). What main()
 * returns. */
int pty_look_run(const char *group, int (*set_up)(void **state),
    void (*play)(struct pty_stage *s, const struct pty_look *l));

#endif
