/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_RELAY_H
#define EMAGE_TESTS_RELAY_H

#include <stdio.h>
#include <sys/types.h>

/*
 * Somebody else's server for the courier to talk to (tests/lib/relay.py): a relay
 * for e-mail, or an HTTP gateway. Wants CMocka's headers before it.
 */
struct relay {
	pid_t pid;
	FILE *told; /* a line of JSON for each message */
	int port;
};

#define RELAY_FOLDER_MAX 32

/* A folder of its own, for the caller to remove, with a key and a certificate for
 * localhost, 127.0.0.1 and ::1: relay.key, relay.pem, the authority ca.pem that it is
 * from, and other.pem, somebody else's. */
void relay_folder(char folder_r[RELAY_FOLDER_MAX]);
/* mode: smtp (STARTTLS and login), smtps, plain (no TLS), http. */
struct relay relay_start(const char *mode, const char *folder);
/* Likewise on this port of 127.0.0.1. */
struct relay relay_start_at(const char *mode, const char *folder, int port);
/* The next message, freed by the caller; it must come. */
char *relay_next(struct relay *r);
/* Kills it; then what it had told besides, one at each call, NULL at the end. */
char *relay_left(struct relay *r);
void relay_stop(struct relay *r);

#endif
