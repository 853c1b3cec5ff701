/* SPDX-License-Identifier: MIT */
/* JSON for people and programs, without a tree in memory. */
#include "server/handle/jsontext.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"

static void
jsontext_put(struct jsontext *j, const char *s, size_t len)
{
	if (!j->failed && buf_append(j->out, s, len) < 0)
		j->failed = true;
}

static void
jsontext_text(struct jsontext *j, const char *s)
{
	jsontext_put(j, s, strlen(s));
}

static void
jsontext_quoted(struct jsontext *j, const char *s)
{
	jsontext_text(j, "\"");
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;
		char escape[8];

		if (c == '"' || c == '\\')
			(void)snprintf(escape, sizeof(escape), "\\%c", c);
		else if (c == '\n')
			(void)snprintf(escape, sizeof(escape), "\\n");
		else if (c < 0x20 || c == 0x7f)
			(void)snprintf(escape, sizeof(escape), "\\u%04x", c);
		else
			(void)snprintf(escape, sizeof(escape), "%c", c);
		jsontext_text(j, escape);
	}
	jsontext_text(j, "\"");
}

/* What stands before a value. */
static void
jsontext_begin(struct jsontext *j, const char *key)
{
	if (!j->first)
		jsontext_text(j, ",");
	if (j->depth > 0)
		jsontext_text(j, "\n");
	for (unsigned i = 0; i < j->depth; i++)
		jsontext_text(j, "  ");
	j->first = false;
	if (key != NULL) {
		jsontext_quoted(j, key);
		jsontext_text(j, ": ");
	}
}

void
jsontext_open(struct jsontext *j, const char *key, char bracket)
{
	jsontext_begin(j, key);
	jsontext_put(j, &bracket, 1);
	j->depth++;
	j->first = true;
}

void
jsontext_close(struct jsontext *j, char bracket)
{
	bool empty = j->first;

	j->depth--;
	if (!empty)
		jsontext_text(j, "\n");
	for (unsigned i = 0; !empty && i < j->depth; i++)
		jsontext_text(j, "  ");
	jsontext_put(j, &bracket, 1);
	j->first = false;
	if (j->depth == 0)
		jsontext_text(j, "\n");
}

void
jsontext_string(struct jsontext *j, const char *key, const char *value)
{
	jsontext_begin(j, key);
	jsontext_quoted(j, value);
}

void
jsontext_number(struct jsontext *j, const char *key, int64_t value)
{
	char text[32];

	jsontext_begin(j, key);
	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	jsontext_text(j, text);
}

void
jsontext_bool(struct jsontext *j, const char *key, bool value)
{
	jsontext_begin(j, key);
	jsontext_text(j, value ? "true" : "false");
}

void
jsontext_time(struct jsontext *j, const char *key, int64_t at_ms)
{
	struct clock_civil c;
	char text[80];

	jsontext_begin(j, key);
	if (at_ms == 0) {
		jsontext_text(j, "null");
		return;
	}
	c = clock_paris(at_ms);
	(void)snprintf(text, sizeof(text), "\"%04d-%02d-%02dT%02d:%02d:%02d+%02d:%02d\"", c.year,
	    c.month, c.day, c.hour, c.minute, c.second, c.offset_min / 60, c.offset_min % 60);
	jsontext_text(j, text);
}

void
jsontext_day(struct jsontext *j, const char *key, uint32_t yyyymmdd)
{
	char text[48];

	jsontext_begin(j, key);
	if (yyyymmdd == 0) {
		jsontext_text(j, "null");
		return;
	}
	(void)snprintf(text, sizeof(text), "\"%04u-%02u-%02u\"", yyyymmdd / 10000,
	    yyyymmdd / 100 % 100, yyyymmdd % 100);
	jsontext_text(j, text);
}
