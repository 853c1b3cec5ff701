/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_OTHERS_H
#define EMAGE_TESTS_OTHERS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Other people's servers, from Debian, below build/pkg (tools/build/deps.sh): Postfix
 * as a relay, Kannel with its fake SMS centre as a gateway. Each keeps everything in
 * the folder that it is given.
 */

/* Why a Postfix cannot run here (a constant), or NULL: it wants to be root. */
const char *others_no_postfix(void);

struct postfix {
	pid_t pid;
	unsigned port;	   /* of 127.0.0.1 and [::1] */
	char maildir[128]; /* of everybody at example.org */
	char log[128];
};
/* Wants relay.pem and relay.key in the folder (relay_folder()). */
void postfix_start(struct postfix *p, const char *folder);
void postfix_stop(struct postfix *p);

struct kannel {
	pid_t bearerbox, centre, smsbox;
	unsigned port;	      /* of sendsms; user "emage", password "secret" */
	char centre_log[128]; /* "<sender receiver text words>" for each message */
};
void kannel_start(struct kannel *k, const char *folder);
void kannel_stop(struct kannel *k);

#endif
