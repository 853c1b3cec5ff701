/* SPDX-License-Identifier: MIT */
/* Length of short messages. */
#include "common/sms.h"

#include <stdint.h>

#include "common/mem.h"
#include "common/text.h"

enum { SMS_GSM_ONE = 160, SMS_GSM_PART = 153, SMS_UCS2_ONE = 70, SMS_UCS2_PART = 67 };

/* The basic table beyond what ASCII has in common with it. */
static const uint16_t sms_basic[] = {0xa3, 0xa5, 0xe8, 0xe9, 0xf9, 0xec, 0xf2, 0xc7, 0xd8, 0xf8,
    0xc5, 0xe5, 0x394, 0x3a6, 0x393, 0x39b, 0x3a9, 0x3a0, 0x3a8, 0x3a3, 0x398, 0x39e, 0xc6, 0xe6,
    0xdf, 0xc9, 0xa4, 0xa1, 0xc4, 0xd6, 0xd1, 0xdc, 0xa7, 0xbf, 0xe4, 0xf6, 0xf1, 0xfc, 0xe0};
static const uint16_t sms_extension[] = {'\f', '^', '{', '}', '\\', '[', '~', ']', '|', 0x20ac};

static bool
sms_is_in(uint32_t cp, const uint16_t *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (table[i] == cp)
			return true;
	}
	return false;
}

/* Septets of a character, 0 = it is not in the alphabet. */
static unsigned
sms_septets(uint32_t cp)
{
	if (sms_is_in(cp, sms_extension, ARRAY_LEN(sms_extension)))
		return 2;
	if (cp == '\n' || cp == '\r' || (cp >= ' ' && cp <= '~' && cp != '`'))
		return 1;
	return sms_is_in(cp, sms_basic, ARRAY_LEN(sms_basic)) ? 1 : 0;
}

static unsigned
sms_units(uint32_t cp, bool unicode)
{
	return unicode ? 1 + (cp > 0xffff) : sms_septets(cp);
}

static bool
sms_is_unicode(const char *text, size_t len)
{
	uint32_t cp;
	size_t n;

	for (size_t i = 0; i < len && (n = text_decode(text + i, len - i, &cp)) > 0; i += n) {
		if (sms_septets(cp) == 0)
			return true;
	}
	return false;
}

struct sms_size
sms_measure(const char *text, size_t len)
{
	struct sms_size size = {.unicode = sms_is_unicode(text, len)};
	const unsigned one = size.unicode ? SMS_UCS2_ONE : SMS_GSM_ONE;
	const unsigned part = size.unicode ? SMS_UCS2_PART : SMS_GSM_PART;
	unsigned here = 0, parts = 0;
	uint32_t cp;
	size_t n;

	for (size_t i = 0; i < len && (n = text_decode(text + i, len - i, &cp)) > 0; i += n) {
		unsigned units = sms_units(cp, size.unicode);

		size.units += units;
		if (parts == 0 || here + units > part) {
			parts++;
			here = 0;
		}
		here += units;
	}
	size.segments = size.units == 0 ? 0 : size.units <= one ? 1 : parts;
	return size;
}
