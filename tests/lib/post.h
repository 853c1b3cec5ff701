/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_POST_H
#define EMAGE_TESTS_POST_H

#include <sys/types.h>

#include "db/store.h"
#include "server/server.h"

/*
 * The server's outbox and its courier, the real program, without the server around
 * them: as many sealed messages as a test wants, without anybody who signs in.
 */
struct post {
	char folder[64];
	struct server server;
	struct settings *settings;
	struct store_conn *reader;
	uint64_t account_id;
	int64_t shift_ms; /* of the test's clock */
	uint32_t n;	  /* messages made, numbered from 0 */
};

/* `settings`: lines of the section courier, "email = smtp\n...". die()s when
 * something is wrong. */
struct post *post_new(const char *settings);
/* Ends the courier too. Removes the folder. */
void post_free(struct post **p);

/* Puts so many into the outbox, for person<number>@example.org or, by mobile, a number of
 * its own; a code does not expire soon. Its key begins with the number. */
void post_add(struct post *p, unsigned n, enum outbox_kind kind, int channel);
/* The courier: its thread and its process, which begin with what waits. */
void post_start(struct post *p);
void post_stop(struct post *p);
/* The process; waits until there is one. */
pid_t post_courier(const struct post *p);
/* All clocks go on, and the courier is told so (TESTING builds). */
void post_advance(struct post *p, int64_t ms);
unsigned post_n_waiting(struct post *p);
/* Whether some are due or under way. */
bool post_has_due(struct post *p);
/* How often a message was tried; false: it has not been sent. */
bool post_was_sent(struct post *p, uint32_t number, uint32_t *n_tries_r);

#endif
