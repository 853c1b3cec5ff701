/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_PASSWORD_H
#define EMAGE_CLIENT_MODEL_PASSWORD_H

#include <stdbool.h>

/* Rules for a new password that can be ticked while it is typed; the server
 * knows the others. */
bool password_is_long(const char *password, unsigned min_chars);
/* Typed twice, and not empty. */
bool password_is_repeated(const char *password, const char *again);

#define PASSWORD_RULE_LEN 128
/* "au moins 12 caractères" */
void password_rule_text(unsigned min_chars, char out_r[PASSWORD_RULE_LEN]);

#endif
