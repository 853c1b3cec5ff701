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

/* What a relay's last reply means for the message: a refusal once its receiver was
 * named is about the two and, with 5xx, for good; one before, of us (`policy`: 5.7.x) or
 * of the whole session (421) is not. */
enum delivery smtp_verdict(bool ok, long reply, bool named, bool policy);

#endif
