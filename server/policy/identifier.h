/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_IDENTIFIER_H
#define EMAGE_SERVER_POLICY_IDENTIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A patient's identifier, as it is printed: C4F-7HK9-M2X. Nine characters and a
 * check character from 23: digits and consonants, without those that look like
 * another (B 8, G 6, S 5, Z 2, U V, I L 1, O Q 0) and without vowels, so that no
 * word comes out. 23 is prime: the check finds every single
 * wrong character and every swap of two. 1.8e12 identifiers; they are no secret
 * but cannot be guessed by counting.
 */
#define POLICY_IDENTIFIER_MAX 16 /* printed, with its NUL */

/* A new one, as printed. That it is not taken is for the store to say. */
void policy_identifier_new(char shown_r[POLICY_IDENTIFIER_MAX]);

/*
 * What was typed (or printed), as the store keeps it: folded, without blanks
 * and hyphens; in something of the length of a patient's identifier, letters
 * that look like one of the alphabet become that one. out_r has 3 * strlen + 1
 * bytes. Returns its length.
 */
size_t policy_identifier_normalise(const char *typed, char *out_r);

/* Whether a normalised identifier has the form of a patient's and its check
 * character is right. For telling a typing error from an unknown identifier
 * where that is allowed (the desk), never in signing in. */
bool policy_identifier_is_sound(const char *normalised);
/* As printed, from its normalised form, which must be sound. */
void policy_identifier_show(const char *normalised, char shown_r[POLICY_IDENTIFIER_MAX]);

#endif
