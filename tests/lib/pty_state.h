/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_PTY_STATE_H
#define EMAGE_TESTS_PTY_STATE_H

#include "tests/lib/pty.h"

/* Inside pty.c and pty_wait.c. */
struct pty {
	struct pty_screen *screen;
	pid_t pid;
	int master, sync, pidfd; /* -1 = closed */
	int deadline_ms;
	bool mute, quiet;
	bool ended;
	int status;
	int64_t cpu_ms; /* once ended */
	char *raw;
	size_t raw_len, raw_cap, n_bytes;
	char line[256]; /* sync line under way */
	size_t line_len;
	char name[64];
	bool idle;
	unsigned n_idle, n_idle_mark, n_paints;
	uint64_t n_sent;   /* bytes typed, answers included */
	uint64_t n_taken;  /* of these, what the newest sync line has seen */
	bool counts_input; /* sync lines say so */
};

int64_t pty_now_ms(void);

#endif
