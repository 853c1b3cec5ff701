/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_PTY_BYTES_H
#define EMAGE_TESTS_PTY_BYTES_H

#include <stddef.h>

/*
 * What a repaint's bytes were sent for. A blank between two words is text; two
 * and more in a row are blanks.
 */
enum pty_byte {
	PTY_BYTE_TEXT,
	PTY_BYTE_BLANK,
	PTY_BYTE_RULE, /* line drawing, as Unicode or in the terminal's own set */
	PTY_BYTE_MOVE, /* cursor, newlines among it */
	PTY_BYTE_LOOK, /* bold, reverse, colour, character set */
	PTY_BYTE_ERASE,
	PTY_BYTE_OTHER, /* modes */
	N_PTY_BYTES,
};

/* Adds to the counts. A sequence that the bytes cut off is counted as other. */
void pty_bytes_count(const char *bytes, size_t len, size_t counts[N_PTY_BYTES]);
/* "text 800, blank 30, ..." */
void pty_bytes_print(const size_t counts[N_PTY_BYTES], char *out, size_t out_len);

#endif
