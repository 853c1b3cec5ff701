/* SPDX-License-Identifier: MIT */
/*
 * The back ends there are.
 */
#include "courier/backend.h"

#include <string.h>

#include "common/mem.h"
#include "courier/gammu.h"
#include "courier/maildir.h"
#include "courier/sms.h"
#include "courier/smtp.h"

static const struct backend *const backends[] = {
    &maildir_backend,
    &smtp_backend,
    &sms_backend,
    &gammu_backend,
};

const struct backend *
backend_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(backends); i++) {
		if (strcmp(backends[i]->name, name) == 0)
			return backends[i];
	}
	return NULL;
}
