/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_PASSWORD_H
#define EMAGE_SERVER_POLICY_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One's own password: long enough, in code points after NFC, and
 * neither common nor made of the person's own words. No rule of composition.
 */
#define POLICY_PASSWORD_MAX_BYTES 1024u

/* Passwords never accepted; see policy/blocklist.c for the file. */
struct blocklist;

/* 0, or -EM_E_IO, -EM_E_CONFIG with the cause logged. The file is the one built
 * with e-mage, or a text with one password a line. */
int blocklist_load(const char *path, struct blocklist **b_r);
void blocklist_free(struct blocklist **b);
/* A text that text_fold() has made; blanks do not count. */
bool blocklist_has(const struct blocklist *b, const char *folded);
/* All entries, and those of 12 characters and more. */
uint32_t blocklist_count(const struct blocklist *b, uint32_t *n_long_r);

/*
 * 0, or -EM_E_INVALID (not UTF-8, or with control characters), -EM_E_PASSWORD_LONG, _SHORT,
 * _COMMON, _OWN. `words`: what belongs to the person, as it is kept (names,
 * identifier, addresses, region); NULL and "" are passed over. That it is not
 * the one before or the temporary one is for their hashes to say.
 */
int policy_password_check(const struct blocklist *b, const char *password, unsigned min_chars,
    const char *const *words, size_t n_words);

/*
 * What is hashed of a password, when it is chosen and when it is tried: its
 * NFC; and in something that can be read as a temporary password (upper or
 * lower case, with or without blanks and hyphens, O for 0, I and L for 1), that
 * password as it was drawn. Applied to all passwords alike, so that one hash
 * serves both kinds. NULL when it is not UTF-8. secret_wipe() and free().
 */
char *policy_password_form(const char *typed);

/* ------------------------------------------------------ temporary passwords */

/* "7HK9-M2XC-4F3T-Q8YZ": 16 characters of Crockford's base 32, 80 bits. */
#define POLICY_TEMP_PASSWORD_MAX 20
/* How long one is good for: printed on the letter at the desk, sent by e-mail,
 * sent to a mobile. */
#define POLICY_TEMP_LETTER_MS (INT64_C(30) * 24 * 3600 * 1000)
#define POLICY_TEMP_EMAIL_MS  (INT64_C(24) * 3600 * 1000)
#define POLICY_TEMP_MOBILE_MS (INT64_C(10) * 60 * 1000)

/* A new one, as printed. Wipe it after use. */
void policy_temp_password(char shown_r[POLICY_TEMP_PASSWORD_MAX]);

#endif
