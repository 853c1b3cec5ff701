/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_SIGNIN_H
#define EMAGE_CLIENT_MODEL_SIGNIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/session.pb-c.h"

/*
 * Where the access code went and how long it lives. Times are clock_boot_ms().
 */
struct signin_contact {
	Emage__Channel channel;
	char *masked;
};

#define SIGNIN_MAX_CONTACTS 2

struct signin {
	struct signin_contact contacts[SIGNIN_MAX_CONTACTS];
	size_t n_contacts;
	Emage__Channel sent_to;
	int64_t expires_at_ms;
	int64_t resend_at_ms;
	int64_t ask_at_ms;   /* whether it has left; 0 = no more */
	bool late, given_up; /* what the server said to that */
	unsigned tries_left;
	bool totp;	/* the code is the authenticator app's, or a recovery code */
	bool in_person; /* no address is known: the desk hands one over */
};

void signin_clear(struct signin *s);
void signin_take_password(struct signin *s, const Emage__AuthPasswordReply *reply);
void signin_take_resend(struct signin *s, const Emage__AuthResendReply *reply);
/* What to say of a code that has not left (freed by the caller), NULL = nothing. Asked
 * again until it has. */
char *signin_take_sending(struct signin *s, const Emage__AuthSendingReply *reply);
/* Another way than the one that the code went, or the same when there is none. */
Emage__Channel signin_other(const struct signin *s);
/* Masked address that the code went to; "" when unknown. */
const char *signin_masked(const struct signin *s, Emage__Channel channel);
/* None was sent, and none can be. */
bool signin_is_unsent(const struct signin *s);
/* Whole seconds left, rounded up, 0 at the end. */
unsigned signin_expires_in_s(const struct signin *s, int64_t now_ms);
unsigned signin_resend_in_s(const struct signin *s, int64_t now_ms);

#endif
