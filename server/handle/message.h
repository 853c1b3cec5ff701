/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_MESSAGE_H
#define EMAGE_SERVER_HANDLE_MESSAGE_H

#include <stdint.h>

#include "common/mem.h"
#include "common/secret.h"
#include "db/store.h"

/*
 * Messages on their way out wait in the outbox with a sealed body:
 * XChaCha20-Poly1305 under a key derived from the pepper, which is not in the
 * database, bound to the row's idempotency key and address. Neither the
 * database, its journal nor a backup ever hold an access code.
 */

/* Seals `body` into the text form a row keeps, from the arena. m->key and
 * m->address must be set. NULL when the arena is exhausted. */
char *message_seal(
    const struct secret *pepper, struct arena *a, const struct store_message *m, const char *body);

/* The body of a row in clear, from the arena (which wipes it). 0, or -EM_E_INVALID when it
 * was not sealed by this key for this row. */
int message_open(
    const struct secret *pepper, struct arena *a, const struct store_message *m, char **body_r);

#endif
