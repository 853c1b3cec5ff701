/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_HASHED_H
#define EMAGE_DB_HASHED_H

#include <sodium.h>
#include <stdint.h>
#include <string.h>

/*
 * What chained rows are hashed with: BLAKE2b-256 over the hash of the row
 * before (32 zero bytes before the first), then each value in turn, numbers as
 * 8 bytes big-endian, texts as their length likewise and their bytes.
 */
#define HASHED_LEN 32u

static inline void
hashed_begin(crypto_generichash_state *st, const uint8_t before[HASHED_LEN])
{
	crypto_generichash_init(st, NULL, 0, HASHED_LEN);
	crypto_generichash_update(st, before, HASHED_LEN);
}

static inline void
hashed_u64(crypto_generichash_state *st, uint64_t v)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(v >> (56 - 8 * i));
	crypto_generichash_update(st, bytes, sizeof(bytes));
}

static inline void
hashed_text(crypto_generichash_state *st, const char *s)
{
	size_t len = strlen(s);

	hashed_u64(st, len);
	crypto_generichash_update(st, (const uint8_t *)s, len);
}

static inline void
hashed_end(crypto_generichash_state *st, uint8_t hash_r[HASHED_LEN])
{
	crypto_generichash_final(st, hash_r, HASHED_LEN);
}

#endif
