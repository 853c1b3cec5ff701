/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_TEXT_H
#define EMAGE_COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * UTF-8 text: strict decoding, columns on a terminal, what may be shown, and
 * the fold that searches and sorts use. Independent of the locale.
 */

/* Length of the character at s (1..4) and its code point, or 0 when the bytes
 * are not strict UTF-8 (overlong, surrogate, above U+10FFFF, truncated). */
size_t text_decode(const char *s, size_t len, uint32_t *cp_r);
/* Bytes written to out_r (1..4). */
size_t text_encode(uint32_t cp, char out_r[4]);
bool text_is_utf8(const char *s, size_t len);
/* Number of code points; s must be UTF-8. */
size_t text_count(const char *s, size_t len);

/* Columns of a code point: 0 combining, 1, or 2 (East Asian wide, emoji).
 * -1 for control characters. */
int text_cp_width(uint32_t cp);
/* Columns of a string that text_sanitise() has made. */
size_t text_width(const char *s);
/* Bytes of the longest front of s that fits into `columns`, never between a
 * base character and its combining marks; *width_r gets the columns used. */
size_t text_fit(const char *s, size_t columns, size_t *width_r);

/* Whether a code point may reach a terminal: false for C0, DEL, C1,
 * bidirectional and invisible format characters, private use, surrogates,
 * noncharacters (C-01). */
bool text_cp_is_safe(uint32_t cp);

/*
 * Copies s so that it can be shown (C-01, C-02): unsafe and undecodable
 * characters become U+FFFD, at most 4 combining marks stay on a base
 * character. With keep_lines "\n" stays and "\t" becomes spaces; otherwise both
 * become one space. Returns bytes written without the NUL; out_r needs
 * 3 * len + 1 bytes.
 */
size_t text_sanitise(const char *s, size_t len, bool keep_lines, char *out_r);

/*
 * Folds for comparing: case, accents, ligatures (œ -> oe), '-' and apostrophes
 * and runs of blanks become one space, trimmed. Returns bytes without the NUL;
 * out_r needs 3 * len + 1 bytes. "ÉCHO-DOPPLER" -> "echo doppler".
 */
size_t text_fold(const char *s, size_t len, char *out_r);

/* Canonical composition (NFC), for passwords and names. New string, or NULL
 * when s is not UTF-8. */
char *text_nfc(const char *s, size_t len);

/* "c•••••@e•••.fr", "06 •• •• •• 42"; out_r at least 64 bytes. */
void text_mask_email(const char *email, char *out_r, size_t out_len);
void text_mask_mobile(const char *e164, char *out_r, size_t out_len);

#endif
