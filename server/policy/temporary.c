/* SPDX-License-Identifier: MIT */
/* Temporary passwords: drawn, printed in groups, read back as people type. */
#include "server/policy/password.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/secret.h"
#include "common/text.h"

#define TEMPORARY_LEN	16u
#define TEMPORARY_GROUP 4u

static const char temporary_alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void
policy_temp_password(char shown_r[POLICY_TEMP_PASSWORD_MAX])
{
	unsigned i, n = 0;

	for (i = 0; i < TEMPORARY_LEN; i++) {
		if (i && i % TEMPORARY_GROUP == 0)
			shown_r[n++] = '-';
		shown_r[n++] = temporary_alphabet[randombytes_uniform(32)];
	}
	shown_r[n] = '\0';
}

/* The character that was meant, or 0. */
static char
temporary_meant(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	return c && strchr(temporary_alphabet, c) ? c : '\0';
}

/* Whether it can be read as a temporary password, and then which. */
static bool
temporary_read(const char *typed, char drawn_r[TEMPORARY_LEN + 1])
{
	unsigned n = 0;

	for (; *typed; typed++) {
		if (*typed == ' ' || *typed == '-')
			continue;
		if (n == TEMPORARY_LEN || !temporary_meant(*typed))
			return false;
		drawn_r[n++] = temporary_meant(*typed);
	}
	drawn_r[n] = '\0';
	return n == TEMPORARY_LEN;
}

char *
policy_password_form(const char *typed)
{
	char *nfc = text_nfc(typed, strlen(typed));
	char drawn[TEMPORARY_LEN + 1];

	/* never longer than what it was read from */
	if (nfc && temporary_read(nfc, drawn)) {
		secret_wipe(nfc, strlen(nfc));
		memcpy(nfc, drawn, sizeof(drawn));
	}
	secret_wipe(drawn, sizeof(drawn));
	return nfc;
}
