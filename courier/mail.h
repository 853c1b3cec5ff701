/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_MAIL_H
#define EMAGE_COURIER_MAIL_H

#include <stdbool.h>
#include <stdint.h>

/* A message to one person. All strings are UTF-8. */
struct mail {
	const char *channel; /* "email", "mobile" */
	const char *address; /* of the person: e-mail address, or E.164 number */
	const char *from;    /* "name <address>" */
	const char *subject; /* "" for a mobile */
	const char *body;
	const char *key; /* the same at each try: letters, digits, '-' */
	int64_t now_ms;
	bool urgent; /* it is of use for a while only */
};

/* NULL, or why this can never be sent (a constant): what would break a header
 * is refused, not mended. */
const char *mail_fault(const struct mail *m);

/*
 * The message as RFC 5322 wants it, lines ended by "\n", to be freed. Its
 * Message-ID comes from the key, so that a message which was sent twice is
 * recognised. A mobile's message has the same form, with channel and number in
 * headers of their own. m must have no fault.
 */
char *mail_format(const struct mail *m);
/* The sender's address alone, to be freed. m must have no fault. */
char *mail_sender(const struct mail *m);

#endif
