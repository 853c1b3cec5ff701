/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_SMS_H
#define EMAGE_COURIER_SMS_H

#include "courier/backend.h"

/*
 * Short messages through an HTTP gateway that the settings describe: method, URL
 * and body with {number} {text} {key} {user} {password}, and what its
 * answer must hold.
 */
extern const struct backend sms_backend;

enum sms_escape {
	SMS_ESCAPE_URL,	 /* query strings, forms: RFC 3986 */
	SMS_ESCAPE_JSON, /* inside a string: RFC 8259 */
	SMS_ESCAPE_NONE,
};
/* A template with its names replaced, to be freed; an unknown name stays. */
char *sms_expand(const char *form, enum sms_escape escape, const struct mail *m, const char *user,
    const char *password);
/* What an HTTP status means for the message. */
enum delivery sms_verdict(long status, bool has_success);

#endif
