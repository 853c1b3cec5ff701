/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TOOLS_SEALED_H
#define EMAGE_TOOLS_SEALED_H

#include <stddef.h>
#include <stdint.h>

#include <sodium.h>

/*
 * Files that whoever has the public key can write and only the secret key can read:
 *
 *	"emage sealed 1\n", a zero byte
 *	32 bytes	the public key
 *	80 bytes	the stream's key, sealed to it (crypto_box_seal)
 *	24 bytes	header of the stream (crypto_secretstream_xchacha20poly1305)
 *	chunks		65536 bytes each in 65553, the last one shorter and marked as
 *			the last; the first one vouches for all that stands before it
 *
 * A bit that is another one, a chunk that is missing, moved or put in, and an end that
 * was cut off are found wherever they are.
 */
#define SEALED_CHUNK   65536u
#define SEALED_HASH    32u
#define SEALED_PUBLIC  crypto_box_PUBLICKEYBYTES
#define SEALED_SECRET  crypto_box_SECRETKEYBYTES
#define SEALED_WHY_LEN 128u

/* Bytes that a file takes whose contents are so many. */
uint64_t sealed_size(uint64_t n_bytes);

struct sealed_out;
/* Writes to fd from where it is; borrows it. 0 or -EM_E_IO, errno then says why. */
int sealed_out_new(int fd, const uint8_t public[SEALED_PUBLIC], struct sealed_out **out_r);
int sealed_put(struct sealed_out *out, const void *bytes, size_t len);
/* The end. *hash_r: BLAKE2b-256 of all that was written. Not yet on the disk. */
int sealed_finish(struct sealed_out *out, uint8_t hash_r[SEALED_HASH], uint64_t *n_written_r);
void sealed_out_free(struct sealed_out **out);

struct sealed_in;
/* Reads fd from its beginning; borrows it. Never fails: sealed_get() tells. */
struct sealed_in *sealed_in_new(int fd, const uint8_t secret[SEALED_SECRET]);
void sealed_in_free(struct sealed_in **in);
/*
 * The next bytes, each of which has been vouched for: at most len, *n_r of them; 0 =
 * the end, which was marked as such. -EM_E_CERTIFICATE: sealed to another key;
 * -EM_E_INVALID: damaged or cut off; -EM_E_IO. sealed_why() has it in words.
 */
int sealed_get(struct sealed_in *in, void *bytes_r, size_t len, size_t *n_r);
const char *sealed_why(const struct sealed_in *in);
/* After the end: of the whole file. */
void sealed_in_hash(struct sealed_in *in, uint8_t hash_r[SEALED_HASH]);

#endif
