/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_SECOND_H
#define EMAGE_SERVER_HANDLE_SECOND_H

#include <stdbool.h>

#include "common/secret.h"
#include "db/store.h"
#include "server/policy/second.h"
#include "server/request.h"

/*
 * The authenticator app as second step: its secret is kept sealed under a key
 * derived from the pepper, bound to its account; recovery codes as keyed hashes.
 */

/* Sealed, from the arena; NULL when that is exhausted. */
uint8_t *second_seal(const struct secret *pepper, struct arena *a, uint64_t account_id,
    const uint8_t secret[POLICY_TOTP_SECRET_LEN], size_t *len_r);
/* 0, or -EM_E_INVALID when it was not sealed by this key for this account. */
int second_open(const struct secret *pepper, const struct store_totp *t,
    uint8_t secret_r[POLICY_TOTP_SECRET_LEN]);

void second_hash_recovery(const struct secret *pepper, uint64_t account_id,
    const char code[POLICY_RECOVERY_CODE_LEN + 1], uint8_t out_r[32]);

enum second_how { SECOND_WRONG, SECOND_TOTP, SECOND_RECOVERY };
/* Whether what was typed has a form that can be right. */
bool second_is_formed(const char *typed);
/*
 * On the writer: whether it is a code of the account's app or one of its
 * recovery codes, not used before; a right one is used up. Counting tries is
 * the caller's.
 */
int second_try(struct request *rq, struct store_conn *db, uint64_t account_id, const char *typed,
    enum second_how *how_r);

#endif
