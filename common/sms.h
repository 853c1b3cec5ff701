/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_SMS_H
#define EMAGE_COMMON_SMS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * How long a short message is (3GPP TS 23.038 and 23.040). In the GSM alphabet one
 * holds 160 characters, or 153 when it is one of several; those of the extension table
 * (^{}[]~\| and the euro sign) count twice. One character outside of it ("ê", "ç", "œ",
 * a typographic apostrophe) turns the whole into UCS-2: 70 and 67, beyond the basic
 * plane twice. A character that counts twice is not cut in two.
 */
struct sms_size {
	bool unicode;
	unsigned units;	   /* septets, or 16-bit units */
	unsigned segments; /* 0 for nothing */
};

/* text must be UTF-8. */
struct sms_size sms_measure(const char *text, size_t len);

#endif
