/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_CONTACT_H
#define EMAGE_SERVER_HANDLE_CONTACT_H

#include <stdbool.h>

#include "db/store.h"
#include "server/handle/texts.h"
#include "server/request.h"

/* Parts of changing an address (contact.c). On the writer, but for the mask. */

/* An address as it is shown, from the arena; NULL when that is exhausted. */
char *contact_mask(struct arena *a, int channel, const char *address);

/*
 * What holds for whoever begins a change, the person or a desk: not the address
 * that is there, not within 72 hours of the other one. *may_r false: the request has
 * been refused.
 */
int contact_may(struct request *rq, struct store_conn *db, const struct store_account *who,
    int channel, const char *address, bool *may_r);
/* Beginnings of a day, counted for the account whose address it is. */
int contact_count(struct request *rq, struct store_conn *db, uint64_t account_id, bool *may_r);

struct contact_sending {
	int channel;
	const char *address;
	enum text_id pair;
};
/* A new code for the change, into the outbox and as a hash into *c with its
 * tries and times; counts as sent. Takes rq->cleanup. */
int contact_send_code(struct request *rq, struct store_conn *db, const struct store_account *who,
    struct store_contact_change *c, const struct contact_sending *to);

/*
 * The open change of an account, begun in this session and in that state, one try
 * taken, the code held against it. *right_r false: the request has been refused,
 * what was counted stays.
 */
struct contact_try {
	const struct store_account *who;
	enum contact_state state;
	const char *typed;
};
int contact_try_code(struct request *rq, struct store_conn *db, const struct contact_try *t,
    struct store_contact_change *c_r, bool *right_r);

/* The new address holds; old, new and other ways are told how to undo it. */
int contact_finish(struct request *rq, struct store_conn *db, const struct store_contact_change *c,
    const struct store_account *who);

#endif
