/* SPDX-License-Identifier: MIT */
/*
 * Waiting for what a test asks: it ends as soon as that is there.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/text.h"
#include "tests/lib/pty_state.h"

#define SETTLE_MS 200

void
pty_print(struct pty *p, const char *why)
{
	unsigned row, column;
	char *text;

	if (p->quiet)
		return;
	text = pty_screen_text(p->screen, false);
	pty_screen_cursor(p->screen, &row, &column);
	fprintf(stderr, "%s\n---- screen \"%s\" %s, cursor %u,%u, %ux%u%s\n%s----\n", why, p->name,
	    p->idle ? "idle" : "busy", row, column, pty_screen_columns(p->screen),
	    pty_screen_rows(p->screen), p->ended ? ", program ended" : "", text);
	free(text);
}

bool
pty_is_quiet(const struct pty *p)
{
	return p->quiet;
}

bool
pty_wait(struct pty *p, bool (*holds)(struct pty *p, void *arg), void *arg, const char *what)
{
	int64_t left, until = pty_now_ms() + p->deadline_ms;
	struct pollfd wait[3];
	char *why;

	for (;;) {
		pty_poll(p);
		if (holds(p, arg))
			return true;
		left = until - pty_now_ms();
		if (p->ended || left <= 0)
			break;
		wait[0] = (struct pollfd){.fd = p->master, .events = POLLIN};
		wait[1] = (struct pollfd){.fd = p->sync, .events = POLLIN};
		wait[2] = (struct pollfd){.fd = p->pidfd, .events = POLLIN};
		/* a hung-up end is ready for ever: wait for the others then */
		poll(wait, 3, (int)left);
		if (wait[0].revents == POLLHUP || wait[1].revents == POLLHUP)
			poll(&wait[2], 1, 10);
	}
	why = mem_printf(
	    "%s while waiting for %s", p->ended ? "the program ended" : "deadline", what);
	pty_print(p, why);
	free(why);
	return false;
}

bool
pty_find(struct pty *p, const char *text, unsigned *row_r, unsigned *column_r)
{
	char row[4096];
	const char *at;
	unsigned i;

	for (i = 0; i < pty_screen_rows(p->screen); i++) {
		pty_screen_row(p->screen, i, row, sizeof(row));
		at = strstr(row, text);
		if (at == NULL)
			continue;
		row[at - row] = '\0';
		if (row_r != NULL)
			*row_r = i;
		if (column_r != NULL)
			*column_r = (unsigned)text_width(row);
		return true;
	}
	return false;
}

bool
pty_has(struct pty *p, const char *text)
{
	pty_poll(p);
	return pty_find(p, text, NULL, NULL);
}

static bool
pty_holds_text(struct pty *p, void *arg)
{
	return pty_find(p, arg, NULL, NULL);
}

static bool
pty_holds_no_text(struct pty *p, void *arg)
{
	return !pty_find(p, arg, NULL, NULL);
}

static bool
pty_holds_cursor(struct pty *p, void *arg)
{
	const unsigned *want = arg;
	unsigned row, column;

	pty_screen_cursor(p->screen, &row, &column);
	return row == want[0] && column == want[1];
}

/* Whether the newest sync line was written after all input had been read. */
static bool
pty_is_current(const struct pty *p)
{
	return p->idle && (!p->counts_input || p->n_taken >= p->n_sent);
}

static bool
pty_holds_screen(struct pty *p, void *arg)
{
	return pty_is_current(p) && strcmp(p->name, arg) == 0;
}

static bool
pty_holds_idle(struct pty *p, void *arg)
{
	(void)arg;
	return pty_is_current(p) && p->n_idle != p->n_idle_mark;
}

static bool
pty_holds_exit(struct pty *p, void *arg)
{
	(void)arg;
	return p->ended;
}

bool
pty_wait_text(struct pty *p, const char *text)
{
	return pty_wait(p, pty_holds_text, (void *)(uintptr_t)text, text);
}

bool
pty_wait_no_text(struct pty *p, const char *text)
{
	return pty_wait(p, pty_holds_no_text, (void *)(uintptr_t)text, "text to go");
}

bool
pty_wait_cursor(struct pty *p, unsigned row, unsigned column)
{
	unsigned want[2] = {row, column};

	return pty_wait(p, pty_holds_cursor, want, "the cursor's cell");
}

bool
pty_wait_screen(struct pty *p, const char *screen)
{
	return pty_wait(p, pty_holds_screen, (void *)(uintptr_t)screen, screen);
}

bool
pty_wait_idle(struct pty *p)
{
	return pty_wait(p, pty_holds_idle, NULL, "an idle sync line");
}

bool
pty_wait_exit(struct pty *p, int *status_r)
{
	if (!pty_wait(p, pty_holds_exit, NULL, "the program's end"))
		return false;
	*status_r = p->status;
	return true;
}

const char *
pty_screen_name(const struct pty *p)
{
	return p->name;
}

void
pty_settle(struct pty *p)
{
	struct pollfd wait[2];

	do {
		pty_poll(p);
		wait[0] = (struct pollfd){.fd = p->master, .events = POLLIN};
		wait[1] = (struct pollfd){.fd = p->sync, .events = POLLIN};
	} while (!p->ended && poll(wait, 2, SETTLE_MS) > 0);
}
