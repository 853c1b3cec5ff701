/* SPDX-License-Identifier: MIT */
/*
 * Reasons for refusing a file.
 */
#include "imaging/refusal.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/err.h"

int
refuse(struct refusal *r, const char *field, const char *fmt, ...)
{
	va_list ap;

	if (r->reason[0] != '\0')
		return -EM_E_INVALID;
	va_start(ap, fmt);
	vsnprintf(r->reason, sizeof(r->reason), fmt, ap);
	va_end(ap);
	snprintf(r->field, sizeof(r->field), "%s", field);
	return -EM_E_INVALID;
}
