/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CTL_CHECKPOINT_H
#define EMAGE_CTL_CHECKPOINT_H

#include <stdint.h>

#include <sodium.h>

/*
 * What the audit trail was at some moment, signed (Ed25519): kept off the machine, it
 * shows a trail that was cut off, computed anew or set back, which no chain of hashes
 * can show by itself. A text:
 *
 *	emage audit checkpoint 1
 *	rows 1234
 *	hash 64 hexadecimal digits of row 1234
 *	at 1480000000000
 *	key 64 hexadecimal digits of the public key
 *	signature 128 hexadecimal digits, over the lines before
 *
 * A key is a file of one line of hexadecimal digits: the secret half, 64 bytes,
 * readable by its owner alone, or the public one, 32 bytes, beside it in FILE.pub.
 */
struct checkpoint {
	uint64_t rows;
	uint8_t hash[32];
	int64_t at_ms;
};

/* Each says on standard error what is wrong: 0 or -EM_E_*. */

/* Makes both halves when there is no such file. */
int checkpoint_secret_key(const char *path, uint8_t secret_r[crypto_sign_SECRETKEYBYTES]);
/* Of either file. */
int checkpoint_public_key(const char *path, uint8_t public_r[crypto_sign_PUBLICKEYBYTES]);
/* "-" = standard output. The file appears whole or not at all. */
int checkpoint_write(
    const char *path, const struct checkpoint *c, const uint8_t secret[crypto_sign_SECRETKEYBYTES]);
/* To a command of the shell, on its standard input; it must end with 0. */
int checkpoint_send(const char *command, const struct checkpoint *c,
    const uint8_t secret[crypto_sign_SECRETKEYBYTES]);
/* -EM_E_CERTIFICATE: not signed by this key. */
int checkpoint_read(
    const char *path, const uint8_t public[crypto_sign_PUBLICKEYBYTES], struct checkpoint *c_r);

#endif
