/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_PEOPLE_H
#define EMAGE_SERVER_HANDLE_PEOPLE_H

#include "db/store.h"
#include "proto/session.pb-c.h"
#include "server/request.h"

/* How handlers speak of persons: to themselves, and to the audit trail. */

/* "Camille MARTIN", from the arena; NULL when that is exhausted. */
char *people_display_name(struct arena *a, const struct store_account *who);

/* The ways to reach a person, masked, in the order in which they are tried:
 * array from the arena. 0 or -EM_E_NO_MEMORY. */
int people_contacts(struct arena *a, const struct store_account *who,
    Emage__MaskedContact ***contacts_r, size_t *n_r);
/* Where messages of a channel go; "" when the person has no such way. */
const char *people_address(const struct store_account *who, int channel);

/* Kind of client (emage.ClientKind), as the trail names it. */
const char *people_terminal(int kind);

/*
 * One row of the audit trail about this request. The person acting is
 * e->actor_account or the caller's account; at_ms, actor and terminal are
 * filled in here. 0 or what the store says: then the request must fail too.
 */
int people_audit(struct request *rq, struct store_conn *db, const struct store_audit *e);

#endif
