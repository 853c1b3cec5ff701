/* SPDX-License-Identifier: MIT */
/*
 * What can be said about a new password before the server sees it.
 */
#include "client/model/password.h"

#include <stdio.h>
#include <string.h>

#include "client/tr.h"
#include "common/text.h"

bool
password_is_long(const char *password, unsigned min_chars)
{
	return text_count(password, strlen(password)) >= min_chars;
}

bool
password_is_repeated(const char *password, const char *again)
{
	return password[0] != '\0' && strcmp(password, again) == 0;
}

void
password_rule_text(unsigned min_chars, char out_r[PASSWORD_RULE_LEN])
{
	snprintf(out_r, PASSWORD_RULE_LEN,
	    ngettext("au moins %u caractère", "au moins %u caractères", min_chars), min_chars);
}
