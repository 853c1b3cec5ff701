/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_FRAME_H
#define EMAGE_DB_FRAME_H

#include "db/conn.h"
#include "db/place.h"

/* For the import. Puts a frame in its place and keeps the runs. The arena is
 * scratch. */
int frame_add(struct store_conn *db, struct arena *a, uint64_t series_id, uint64_t instance_id,
    const uint8_t place[PLACE_LEN], const struct store_frame_new *f);
/* 1 when the series begins with this place, 0 when not, or an error. */
int frame_place_is_first(
    struct store_conn *db, struct arena *a, uint64_t series_id, const uint8_t place[PLACE_LEN]);

#endif
