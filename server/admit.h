/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_ADMIT_H
#define EMAGE_SERVER_ADMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "server/request.h"

/*
 * How many connections there may be (N-06). A ticket stands for one connection
 * that has not shown a right password yet; a connection gives it back when it
 * has, or when it closes. When there are too many, the oldest ticket's
 * connection gives way; never one without a ticket. Any thread.
 */
struct admit;
struct admit_ticket;

struct admit_limits {
	unsigned connections;	  /* all */
	unsigned unauthenticated; /* tickets */
	unsigned per_source;	  /* tickets of one source that is not trusted */
};

struct admit *admit_new(const struct admit_limits *l);
void admit_free(struct admit **a);
void admit_set_limits(struct admit *a, const struct admit_limits *l);

/*
 * Asks for one more connection. NULL = refused: the source has too many, or
 * all are taken by signed-in ones. *shed_r = connection that must be closed to
 * make room, 0 = none; it is given once.
 */
struct admit_ticket *admit_enter(struct admit *a, const struct source *s, uint64_t *shed_r);
/* Which connection the ticket is for. false: it has had to give way before it
 * had a name, and must be closed. */
bool admit_name(struct admit *a, struct admit_ticket *t, uint64_t conn_id);
/* The connection has signed in (or has come back to the greeting: enter again
 * with admit_return). It counts as a connection all along. */
void admit_promote(struct admit *a, struct admit_ticket **t);
struct admit_ticket *admit_return(struct admit *a, const struct source *s, uint64_t conn_id);
/* The connection is gone; t may be NULL. */
void admit_leave(struct admit *a, struct admit_ticket **t);
/* Takes the oldest when descriptors have run out. false: there is none. Its
 * connection is 0 when it has no name yet (it learns it with its name). */
bool admit_shed_oldest(struct admit *a, uint64_t *conn_id_r);

/* More than half of the tickets are out: deadlines before sign-in halve. */
bool admit_stressed(const struct admit *a);
unsigned admit_count(struct admit *a);

#endif
