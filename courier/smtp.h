/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_SMTP_H
#define EMAGE_COURIER_SMTP_H

#include "courier/backend.h"

/*
 * E-mail through relays (RFC 5321), in order; the certificate must be good. One
 * that fails is left alone for a while as long as another one answers.
 *	smtps://HOST:PORT	TLS from the first byte
 *	smtp://HOST:PORT	STARTTLS, which must be offered
 *	smtp+plain://HOST:PORT	nothing of it: for a relay on this machine
 */
extern const struct backend smtp_backend;

/* What a reply code and curl's verdict mean for the message: a refusal of it or of
 * its receiver is for good, one of us or of the session is not. */
enum delivery smtp_verdict(bool ok, long reply, bool refused_message);

#endif
