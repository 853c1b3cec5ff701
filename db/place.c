/* SPDX-License-Identifier: MIT */
/* Order-preserving encoding of a frame's place; see place.h. */
#include "db/place.h"

#include <math.h>
#include <string.h>

#include "common/secret.h"

static void
place_put(uint8_t *to, uint64_t v, unsigned n_bytes)
{
	while (n_bytes--) {
		to[n_bytes] = (uint8_t)v;
		v >>= 8;
	}
}

/* IEEE 754 doubles sort as integers once negative ones are turned over. */
static uint64_t
place_double(double d)
{
	uint64_t bits;

	if (isnan(d) || d == 0.0)
		d = 0.0; /* and -0 is 0 */
	memcpy(&bits, &d, sizeof(bits));
	return bits >> 63 ? ~bits : bits | (UINT64_C(1) << 63);
}

void
place_make(double sort_key, int32_t instance_number, const char *sop_uid, uint32_t frame,
    uint8_t place_r[PLACE_LEN])
{
	uint8_t hash[32];

	secret_hash(NULL, sop_uid, strlen(sop_uid), hash);
	place_put(place_r, place_double(sort_key), 8);
	place_put(place_r + 8, (uint32_t)instance_number ^ UINT32_C(0x80000000), 4);
	memcpy(place_r + 12, hash, 8);
	place_put(place_r + 20, frame, 4);
}
