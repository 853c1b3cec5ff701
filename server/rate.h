/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_RATE_H
#define EMAGE_SERVER_RATE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Token buckets. A bucket that was never used is full. Times are of a clock
 * that does not go back; one that does gives nothing.
 */
struct rate {
	uint32_t per_minute; /* refill */
	uint32_t burst;	     /* what a full bucket holds */
};
struct bucket {
	int64_t at_ms;	  /* 0 = never used */
	uint64_t level_u; /* tokens * RATE_UNIT */
};

/* Takes one token. Otherwise false, with the seconds to wait, at least 1. */
bool bucket_take(struct bucket *b, const struct rate *r, int64_t now_ms, uint32_t *retry_after_s_r);

/*
 * Buckets by source, for requests before sign-in. A fixed number of them: when
 * there are more sources, the one that has been quiet longest is forgotten.
 * Any thread.
 */
struct rate_table;

struct rate_table *rate_table_new(void);
void rate_table_free(struct rate_table **t);
bool rate_table_take(struct rate_table *t, const uint8_t prefix[16], const struct rate *r,
    int64_t now_ms, uint32_t *retry_after_s_r);

#endif
