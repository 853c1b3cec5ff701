/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_KEYED_H
#define EMAGE_SERVER_HANDLE_KEYED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/secret.h"
#include "db/store.h"
#include "server/policy/code.h"

/*
 * What the database keeps of a secret, or of something that must not be read
 * there, is a keyed BLAKE2b-256. Each use has a key of its own, derived from
 * the pepper by its label, so that a value of one use means nothing in another.
 * The pepper is in a file beside the database and in no backup of it.
 */
#define TOKEN_LEN 32u

/* The key of one use. Wipe after. */
void keyed_derive(const struct secret *pepper, const char *label, uint8_t key_r[32]);
/* Hash of some bytes under that key. */
void keyed_hash(const struct secret *pepper, const char *label, const void *bytes, size_t len,
    uint8_t out_r[32]);

/* Key of a counter about an identifier, known or not, seen from one class of
 * sources (A-09: what strangers do does not count against a kiosk). */
void keyed_identifier(
    const struct secret *pepper, const char *identifier, bool trusted, uint8_t out_r[32]);
/* Key of a counter about an account. */
void keyed_account(const struct secret *pepper, uint64_t account_id, uint8_t out_r[32]);

/* Key of a counter about a patient. */
void keyed_patient(const struct secret *pepper, uint64_t patient_id, uint8_t out_r[32]);

/* What is kept of an access code: bound to account, sending and connection of
 * its challenge (account_id, sent_at_ms and binding must be set). */
void keyed_code(const struct secret *pepper, const struct store_challenge *c,
    const char code[POLICY_CODE_DIGITS + 1], uint8_t out_r[32]);
/* Of a code handed over in person: bound to its account. */
void keyed_desk_code(const struct secret *pepper, uint64_t account_id,
    const char code[POLICY_CODE_DIGITS + 1], uint8_t out_r[32]);
void keyed_token(const struct secret *pepper, const uint8_t token[TOKEN_LEN], uint8_t out_r[32]);

#endif
