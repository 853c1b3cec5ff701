/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_THROTTLE_H
#define EMAGE_TESTS_THROTTLE_H

#include <stddef.h>

/*
 * A line between a client and a server that can be held: what comes from the
 * server stops after so many bytes, until it is let go. Wants CMocka's headers
 * before it.
 */
struct throttle;

/* In front of this port of 127.0.0.1. Fails the test where it cannot. */
struct throttle *throttle_new(const char *server_port);
void throttle_free(struct throttle **t); /* cuts its connections */
/* "127.0.0.1:PORT", where it listens. */
const char *throttle_address(const struct throttle *t);
/* Lets so many more bytes from the server through, then none. */
void throttle_hold(struct throttle *t, size_t bytes);
void throttle_let_go(struct throttle *t);
/* Ends the connection that there is; what was held is lost, another one may come. */
void throttle_cut(struct throttle *t);

#endif
