/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_PWHASH_H
#define EMAGE_SERVER_HANDLE_PWHASH_H

#include <stdbool.h>

#include "common/secret.h"

/*
 * Passwords at rest: Argon2id with the parameters below over the keyed
 * BLAKE2b of policy_password_form(), in the string form of libsodium
 * ("$argon2id$v=19$m=19456,t=2,p=1$salt$hash"). 19 MiB and some 60 ms a call:
 * worker threads only.
 */
#define PWHASH_OPS     2u
#define PWHASH_MEM_KIB 19456u
#define PWHASH_MAX     128u /* bytes of the string with its NUL */

/*
 * `beside`: NULL, or the hash of the other password of the account, whose salt
 * and parameters are then taken: an own and a temporary password of one account
 * share them, so that trying both costs one computation. 0, -EM_E_INVALID (not
 * UTF-8), -EM_E_NO_MEMORY.
 */
int pwhash_make(
    const struct secret *pepper, const char *password, const char *beside, char out_r[PWHASH_MAX]);

struct pwhash_match {
	bool own, temp;
	bool stale; /* own was made with other parameters than today's */
};
/*
 * Tries a password against both hashes of an account, "" where there is none.
 * Always exactly one Argon2id, also with two empty ones: nobody learns from the
 * time whether an account exists. 0 or -EM_E_NO_MEMORY.
 */
int pwhash_try(const struct secret *pepper, const char *password, const char *own_hash,
    const char *temp_hash, struct pwhash_match *match_r);

#endif
