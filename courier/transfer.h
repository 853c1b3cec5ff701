/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_TRANSFER_H
#define EMAGE_COURIER_TRANSFER_H

#include <stdbool.h>

#include <curl/curl.h>

/*
 * Transfers of libcurl under way, many at a time in one thread. Connections are
 * kept and used again.
 */
struct transfers;

struct transfer {
	CURL *easy; /* configured by whoever starts it */
	/* Once, when it is over; whoever started it frees both. */
	void (*done)(struct transfer *t, CURLcode code);
};

/* NULL when libcurl cannot be used. */
struct transfers *transfers_new(void);
/* What is under way is given up without a word. */
void transfers_free(struct transfers **t);
/* false: it could not be begun, and done() is not called. */
bool transfers_start(struct transfers *all, struct transfer *t);
/* Waits for the network or for fd (-1: only the network), at most timeout_ms, and
 * calls done() of what is over. Whether fd can be read. */
bool transfers_wait(struct transfers *all, int fd, int timeout_ms);

#endif
