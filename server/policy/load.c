/* SPDX-License-Identifier: MIT */
#include "server/policy/load.h"

#include <string.h>

#define INS_LEN	    13u
#define INS_KEY_LEN 2u
#define FINESS_LEN  9u
/* Where the department stands in an INS. */
#define INS_DEPARTMENT 5u

bool
policy_load_is_drop(uint64_t n_before, uint64_t n_people)
{
	return n_people < n_before && (n_before - n_people) > n_before / 20;
}

bool
policy_finess_key_is_right(const char *finess)
{
	unsigned sum = 0;

	if (strlen(finess) != FINESS_LEN)
		return false;
	for (unsigned i = 0; i < FINESS_LEN; i++) {
		char c = finess[FINESS_LEN - 1 - i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : 0;

		if (i % 2 == 1)
			digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
		sum += digit;
	}
	return sum % 10 == 0;
}

bool
policy_ins_key(const char *matricule, char key_r[3])
{
	uint64_t n = 0;
	unsigned key;

	if (strlen(matricule) != INS_LEN)
		return false;
	for (unsigned i = 0; i < INS_LEN; i++) {
		char c = matricule[i];
		bool corsica = i == INS_DEPARTMENT + 1 && matricule[INS_DEPARTMENT] == '2';

		if (c >= '0' && c <= '9')
			n = 10 * n + (uint64_t)(c - '0');
		else if (corsica && (c == 'A' || c == 'B'))
			/* the two places together: 20 - 1 or 20 - 2 */
			n = 10 * n - (c == 'A' ? 1 : 2);
		else
			return false;
	}
	key = (unsigned)(97 - n % 97);
	key_r[0] = (char)('0' + key / 10);
	key_r[1] = (char)('0' + key % 10);
	key_r[2] = '\0';
	return true;
}

bool
policy_ins_key_is_wrong(const char *typed)
{
	char plain[INS_LEN + INS_KEY_LEN + 1], key[INS_KEY_LEN + 1];
	char its[INS_KEY_LEN + 1];
	size_t n = 0;

	for (; *typed; typed++) {
		if (*typed == ' ')
			continue;
		if (n == INS_LEN + INS_KEY_LEN)
			return true;
		plain[n++] = (char)(*typed >= 'a' && *typed <= 'z' ? *typed - 'a' + 'A' : *typed);
	}
	if (n <= INS_LEN)
		return false;
	plain[n] = '\0';
	memcpy(key, plain + INS_LEN, INS_KEY_LEN);
	key[n - INS_LEN] = '\0';
	plain[INS_LEN] = '\0';
	return !policy_ins_key(plain, its) || strcmp(key, its) != 0;
}
