/* SPDX-License-Identifier: MIT */
#include "server/policy/rpps.h"

#include <string.h>

bool
policy_rpps_is_valid(const char *rpps)
{
	unsigned sum = 0;

	if (strlen(rpps) != POLICY_RPPS_LEN || strspn(rpps, "0123456789") != POLICY_RPPS_LEN)
		return false;
	for (unsigned i = 0; i < POLICY_RPPS_LEN; i++) {
		unsigned digit = (unsigned)(rpps[POLICY_RPPS_LEN - 1 - i] - '0');

		if (i % 2 == 1)
			digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
		sum += digit;
	}
	return sum % 10 == 0;
}
