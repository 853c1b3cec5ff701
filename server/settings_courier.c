/* SPDX-License-Identifier: MIT */
/*
 * Whether the ways that messages are to take exist, and have what they need.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/mem.h"
#include "server/settings.h"

/* The ways of each channel, and what each needs. */
struct courier_way {
	const char *name;
	const char *needs; /* setting that must not be empty; NULL = none */
	size_t offset;	   /* of its value in struct settings */
};
#define WAY(name, key)                                                                             \
	{                                                                                          \
		name, "courier." #key, offsetof(struct settings, courier_##key)                    \
	}
static const struct courier_way email_ways[] = {WAY("smtp", relays), WAY("maildir", maildir)};
static const struct courier_way mobile_ways[] = {
    WAY("sms", sms_url), WAY("gammu", gammu), WAY("maildir", maildir)};
static const char *const relay_schemes[] = {"smtps://", "smtp://", "smtp+plain://"};

struct courier_faults {
	char *text;
	size_t size;
	bool any;
};

static void
settings_courier_complain(struct courier_faults *f, const char *setting, const char *what)
{
	size_t used = strnlen(f->text, f->size);

	f->any = true;
	if (used < f->size)
		snprintf(f->text + used, f->size - used, "%s: %s\n", setting, what);
}

static void
settings_courier_check_way(struct courier_faults *f, const struct settings *st, const char *setting,
    const char *word, const struct courier_way *ways, size_t n_ways)
{
	const char *names[ARRAY_LEN(mobile_ways)], *near, *value;
	char what[256];
	size_t i = 0;

	while (i < n_ways && strcmp(ways[i].name, word) != 0)
		i++;
	if (i < n_ways) {
		memcpy(&value, (const char *)st + ways[i].offset, sizeof(value));
		snprintf(what, sizeof(what), "\"%s\" needs %s", word, ways[i].needs);
		if (!*value)
			settings_courier_complain(f, setting, what);
		return;
	}
	for (i = 0; i < n_ways; i++)
		names[i] = ways[i].name;
	near = config_nearest(word, names, n_ways);
	snprintf(what, sizeof(what), "unknown value \"%.60s\"%s%s%s", word,
	    near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	settings_courier_complain(f, setting, what);
}

static void
settings_courier_check_relay(struct courier_faults *f, const char *relay)
{
	char what[256];

	for (size_t i = 0; i < ARRAY_LEN(relay_schemes); i++)
		if (strncmp(relay, relay_schemes[i], strlen(relay_schemes[i])) == 0)
			return;
	snprintf(what, sizeof(what),
	    "\"%.100s\" does not begin with smtps://, smtp:// or smtp+plain://", relay);
	settings_courier_complain(f, "courier.relays", what);
}

/* The words of a setting, each looked at; more than there is room for is a fault. */
static void
settings_courier_check_list(struct courier_faults *f, const struct settings *st,
    const char *setting, const char *value, const struct courier_way *ways, size_t n_ways)
{
	char *text = mem_strdup(value), *rest = NULL;
	size_t n = 0;

	for (char *w = strtok_r(text, " \t", &rest); w; w = strtok_r(NULL, " \t", &rest)) {
		if (++n > SETTINGS_COURIER_WORDS_MAX)
			continue;
		if (ways)
			settings_courier_check_way(f, st, setting, w, ways, n_ways);
		else
			settings_courier_check_relay(f, w);
	}
	if (n > SETTINGS_COURIER_WORDS_MAX)
		settings_courier_complain(f, setting, "more than eight");
	if (n == 0 && ways)
		settings_courier_complain(f, setting, "names no way: messages would never leave");
	free(text);
}

bool
settings_courier_check(const struct settings *st, char *err_r, size_t err_len)
{
	struct courier_faults f = {.text = err_r, .size = err_len};

	settings_courier_check_list(
	    &f, st, "courier.email", st->courier_email, email_ways, ARRAY_LEN(email_ways));
	settings_courier_check_list(
	    &f, st, "courier.mobile", st->courier_mobile, mobile_ways, ARRAY_LEN(mobile_ways));
	settings_courier_check_list(&f, st, "courier.relays", st->courier_relays, NULL, 0);
	return !f.any;
}
