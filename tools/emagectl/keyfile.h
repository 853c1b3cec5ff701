/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CTL_KEYFILE_H
#define EMAGE_CTL_KEYFILE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Pairs of keys in files of one line of hexadecimal digits: the secret half readable
 * by its owner alone, the public one beside it in FILE.pub. Messages go to standard
 * error.
 */
#define KEYFILE_MAX_BYTES 64u

/* Both halves; neither replaces a file. 0 or -EM_E_IO. */
int keyfile_make(const char *path, const uint8_t *secret, size_t secret_len, const uint8_t *public,
    size_t public_len);
/* Length of the key that the file has; 0 = it has none (no message). */
size_t keyfile_load(const char *path, uint8_t key_r[KEYFILE_MAX_BYTES]);

#endif
