/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_OTPAUTH_H
#define EMAGE_CLIENT_MODEL_OTPAUTH_H

#include <stdbool.h>

/*
 * Shorter spellings of an otpauth:// address, for a QR code that has to fit a
 * terminal: what an app assumes anyway goes first, then the issuer where the
 * label names it.
 */
#define OTPAUTH_SHORTER 2

/* As the server wrote it (0), or shorter (1, 2). A new string; never NULL. */
char *otpauth_shorten(const char *uri, unsigned how);

#endif
