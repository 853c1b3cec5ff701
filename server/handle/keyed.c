/* SPDX-License-Identifier: MIT */
/*
 * Keyed hashes of secrets and identifiers, one derived key per use.
 */
#include "server/handle/keyed.h"

#include <string.h>

void
keyed_derive(const struct secret *pepper, const char *label, uint8_t key_r[32])
{
	secret_hash(pepper->bytes, label, strlen(label), key_r);
}

void
keyed_hash(const struct secret *pepper, const char *label, const void *bytes, size_t len,
    uint8_t out_r[32])
{
	uint8_t key[32];

	keyed_derive(pepper, label, key);
	secret_hash(key, bytes, len, out_r);
	secret_wipe(key, sizeof(key));
}

void
keyed_identifier(
    const struct secret *pepper, const char *identifier, bool trusted, uint8_t out_r[32])
{
	keyed_hash(pepper, trusted ? "counter identifier trusted" : "counter identifier",
	    identifier, strlen(identifier), out_r);
}

void
keyed_account(const struct secret *pepper, uint64_t account_id, uint8_t out_r[32])
{
	keyed_hash(pepper, "counter account", &account_id, sizeof(account_id), out_r);
}

void
keyed_patient(const struct secret *pepper, uint64_t patient_id, uint8_t out_r[32])
{
	keyed_hash(pepper, "counter patient", &patient_id, sizeof(patient_id), out_r);
}

void
keyed_code(const struct secret *pepper, const struct store_challenge *c,
    const char code[POLICY_CODE_DIGITS + 1], uint8_t out_r[32])
{
	uint8_t bytes[sizeof(c->account_id) + sizeof(c->sent_at_ms) + sizeof(c->binding) +
		      POLICY_CODE_DIGITS];
	uint8_t *p = bytes;

	memcpy(p, &c->account_id, sizeof(c->account_id));
	p += sizeof(c->account_id);
	memcpy(p, &c->sent_at_ms, sizeof(c->sent_at_ms));
	p += sizeof(c->sent_at_ms);
	memcpy(p, c->binding, sizeof(c->binding));
	p += sizeof(c->binding);
	memcpy(p, code, POLICY_CODE_DIGITS);
	keyed_hash(pepper, "access code", bytes, sizeof(bytes), out_r);
	secret_wipe(bytes, sizeof(bytes));
}

void
keyed_desk_code(const struct secret *pepper, uint64_t account_id,
    const char code[POLICY_CODE_DIGITS + 1], uint8_t out_r[32])
{
	uint8_t bytes[sizeof(account_id) + POLICY_CODE_DIGITS];

	memcpy(bytes, &account_id, sizeof(account_id));
	memcpy(bytes + sizeof(account_id), code, POLICY_CODE_DIGITS);
	keyed_hash(pepper, "desk code", bytes, sizeof(bytes), out_r);
	secret_wipe(bytes, sizeof(bytes));
}

void
keyed_token(const struct secret *pepper, const uint8_t token[TOKEN_LEN], uint8_t out_r[32])
{
	keyed_hash(pepper, "session token", token, TOKEN_LEN, out_r);
}
