/* SPDX-License-Identifier: MIT */
/*
 * Comparing of values in scripts.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/emage-call/script_int.h"

/* 64-bit integers are strings in JSON, so numbers are compared as numbers
 * whichever way they are written. */
static bool
script_integer(const json_t *j, long long *value_r)
{
	char *end;

	if (json_is_integer(j)) {
		*value_r = json_integer_value(j);
		return true;
	}
	if (!json_is_string(j) || json_string_length(j) == 0)
		return false;
	errno = 0;
	*value_r = strtoll(json_string_value(j), &end, 10);
	return errno == 0 && *end == '\0' && !isspace((unsigned char)*json_string_value(j));
}

/* < 0, 0, > 0; *comparable_r false when only "different" can be said. */
static int
script_order(const json_t *left, const json_t *right, bool *comparable_r)
{
	bool both_text = json_is_string(left) && json_is_string(right);
	long long a, b;
	double x, y;

	*comparable_r = true;
	/* two texts are text ("007" is not "7"), unless order is asked */
	if (!both_text && script_integer(left, &a) && script_integer(right, &b))
		return (a > b) - (a < b);
	if (json_is_number(left) && json_is_number(right)) {
		x = json_number_value(left);
		y = json_number_value(right);
		return (x > y) - (x < y);
	}
	if (both_text)
		return strcmp(json_string_value(left), json_string_value(right));
	*comparable_r = false;
	return !json_equal(left, right);
}

static bool
script_contains(const json_t *left, const json_t *right)
{
	json_t *item;
	size_t i;

	if (json_is_string(left) && json_is_string(right))
		return strstr(json_string_value(left), json_string_value(right));
	json_array_foreach((json_t *)left, i, item) if (json_equal(item, right)) return true;
	return false;
}

bool
script_compare(const json_t *left, enum script_compare how, const json_t *right)
{
	bool comparable;
	int order = script_order(left, right, &comparable);

	switch (how) {
	case SCRIPT_EQUAL:
		return order == 0;
	case SCRIPT_UNEQUAL:
		return order != 0;
	case SCRIPT_LESS:
		return comparable && order < 0;
	case SCRIPT_LESS_EQUAL:
		return comparable && order <= 0;
	case SCRIPT_GREATER:
		return comparable && order > 0;
	case SCRIPT_GREATER_EQUAL:
		return comparable && order >= 0;
	case SCRIPT_CONTAINS:
		break;
	}
	return script_contains(left, right);
}
