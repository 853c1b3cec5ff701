/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_REST_H
#define EMAGE_COURIER_REST_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A relay or gateway that fails is left alone: five seconds, then twice as long each
 * time, up to ten minutes, a quarter more or less by chance. When that is over one
 * message at a time tries it until it works again. Zeroed at first.
 */
struct rest {
	unsigned n_failures;	    /* in a row */
	int64_t since_ms, until_ms; /* of clock_boot_ms() */
	bool probed;		    /* one is trying it */
};
struct rest_try {
	int64_t began_ms;
	bool probe;
};

/* Whether a message may try it now; an urgent one may while it rests, one at a time. */
bool rest_is_over(const struct rest *r);
bool rest_takes_urgent(const struct rest *r);
struct rest_try rest_begin(struct rest *r);
/* What came of it. Failures of tries that began before this rest count once. */
void rest_end(struct rest *r, const struct rest_try *t, bool works);

#endif
