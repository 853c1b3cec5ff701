/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_PLACE_H
#define EMAGE_DB_PLACE_H

#include <stdint.h>

/*
 * Where a frame stands in its series, as bytes that compare (memcmp, BLOB,
 * BYTEA) in the order in which frames are shown:
 *
 *	8 bytes	sort key: position along the slice normal, else instance number
 *	4	instance number
 *	8	hash of the SOP instance UID: the same order whatever came first
 *	4	frame number
 */
#define PLACE_LEN 24

/* A sort key that is no number counts as 0. */
void place_make(double sort_key, int32_t instance_number, const char *sop_uid, uint32_t frame,
    uint8_t place_r[PLACE_LEN]);

#endif
