/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_SECRET_H
#define EMAGE_COMMON_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A password, key or code: in locked memory, out of core dumps, wiped when
 * freed (libsodium). Compare only with secret_equal().
 */
struct secret {
	uint8_t *bytes;
	size_t len;
};

/* sodium_init(); die() when the random generator does not work. Call once. */
void secret_setup(void);

struct secret secret_new(size_t len);
struct secret secret_from(const void *bytes, size_t len);
void secret_free(struct secret *s);
bool secret_equal(const void *a, const void *b, size_t len); /* constant time */
void secret_wipe(void *bytes, size_t len);

/* Reads a key of exactly `len` bytes from a file that nobody else may read
 * (mode & 077 == 0). 0, -EM_E_IO or -EM_E_CONFIG (message logged). */
int secret_load(const char *path, size_t len, struct secret *s_r);

/* BLAKE2b-256, keyed when key is not NULL (key of 32 bytes). */
void secret_hash(const uint8_t *key, const void *bytes, size_t len, uint8_t out_r[32]);

#endif
