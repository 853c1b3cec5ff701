/* SPDX-License-Identifier: MIT */
/*
 * Names and texts of the errors in err.def, and the way out when there is no
 * way on.
 */
#include "common/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/mem.h"

static const struct {
	int number;
	const char *name;
	const char *text;
} err_table[] = {
#define ERR(name, number, text) {EM_E_##name, #name, text},
#include "common/err.def"
#undef ERR
};

static void (*err_restore)(void);

const char *
err_name(int err)
{
	int number = err < 0 ? -err : err;

	if (number == 0)
		return "OK";
	for (size_t i = 0; i < ARRAY_LEN(err_table); i++) {
		if (err_table[i].number == number)
			return err_table[i].name;
	}
	return "UNKNOWN";
}

const char *
err_text(int err)
{
	int number = err < 0 ? -err : err;

	if (number == 0)
		return "success";
	for (size_t i = 0; i < ARRAY_LEN(err_table); i++) {
		if (err_table[i].number == number)
			return err_table[i].text;
	}
	return "unknown error";
}

void
die_before_exit(void (*restore)(void))
{
	err_restore = restore;
}

void
die(const char *fmt, ...)
{
	va_list ap;

	if (err_restore != NULL)
		err_restore();
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}
