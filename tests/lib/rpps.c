/* SPDX-License-Identifier: MIT */
/* National numbers of professionals (ISO/IEC 7812-1 key), for tests. */
#include "tests/lib/rpps.h"

#include <stddef.h>
#include <stdio.h>

void
rpps_make(unsigned n, char rpps_r[12])
{
	unsigned sum = 0;

	(void)snprintf(rpps_r, 12, "10%08u", n % 100000000);
	for (size_t i = 0; i < 10; i++) {
		unsigned digit = (unsigned)(rpps_r[i] - '0') * (i % 2 == 1 ? 2 : 1);

		sum += digit > 9 ? digit - 9 : digit;
	}
	rpps_r[10] = (char)('0' + (10 - sum % 10) % 10);
	rpps_r[11] = '\0';
}
