/* SPDX-License-Identifier: MIT */
/*
 * The table behind emaged.conf(5), made from settings.def, and what has to be
 * right between settings beyond what a table can say.
 */
#include "server/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"

#define OFFSET(section, key) offsetof(struct settings, section##_##key)
const struct setting settings_table[] = {
#define STR(s, k, preset, text)                                                                    \
	{.section = #s,                                                                            \
	    .key = #k,                                                                             \
	    .type = SETTING_STRING,                                                                \
	    .fallback = (preset),                                                                  \
	    .unit = "",                                                                            \
	    .offset = OFFSET(s, k),                                                                \
	    .help = (text)},
#define PATH(s, k, preset, text)                                                                   \
	{.section = #s,                                                                            \
	    .key = #k,                                                                             \
	    .type = SETTING_PATH,                                                                  \
	    .fallback = (preset),                                                                  \
	    .unit = "",                                                                            \
	    .offset = OFFSET(s, k),                                                                \
	    .help = (text)},
#define INT(s, k, least, most, preset, measure, text)                                              \
	{.section = #s,                                                                            \
	    .key = #k,                                                                             \
	    .type = SETTING_INT,                                                                   \
	    .min = (least),                                                                        \
	    .max = (most),                                                                         \
	    .fallback = #preset,                                                                   \
	    .unit = (measure),                                                                     \
	    .offset = OFFSET(s, k),                                                                \
	    .help = (text)},
#define BOOL(s, k, preset, text)                                                                   \
	{.section = #s,                                                                            \
	    .key = #k,                                                                             \
	    .type = SETTING_BOOL,                                                                  \
	    .fallback = (preset),                                                                  \
	    .unit = "",                                                                            \
	    .offset = OFFSET(s, k),                                                                \
	    .help = (text)},
#include "server/settings.def"
#undef STR
#undef PATH
#undef INT
#undef BOOL
};
const size_t settings_table_len = ARRAY_LEN(settings_table);

/* Settings whose value is one word of a few. */
static const struct choice {
	const char *section, *key;
	const char *words[6];
} choices[] = {
    {.section = "confine", .key = "calls", .words = {"strict", "log", "off"}},
    {.section = "courier", .key = "sms_method", .words = {"GET", "POST"}},
    {.section = "imaging", .key = "release", .words = {"report", "import", "hand"}},
    {.section = "log", .key = "level", .words = {"error", "warn", "info", "debug"}},
};

static char **
settings_string(const struct settings *st, const char *section, const char *key)
{
	for (size_t i = 0; i < settings_table_len; i++) {
		const struct setting *row = &settings_table[i];

		if (!strcmp(row->section, section) && !strcmp(row->key, key))
			return (char **)((char *)(uintptr_t)st + row->offset);
	}
	return NULL;
}

/* Appends "section.key: what" to what is there. */
static void
settings_complain(char *err_r, size_t err_len, const char *name, const char *what)
{
	size_t used = strnlen(err_r, err_len);

	if (used < err_len)
		snprintf(err_r + used, err_len - used, "%s: %s\n", name, what);
}

static bool
settings_check_choice(
    const struct settings *st, const struct choice *c, char *err_r, size_t err_len)
{
	const char *value = *settings_string(st, c->section, c->key);
	const char *nearest;
	char name[64], what[256];
	size_t n = 0;

	while (n < ARRAY_LEN(c->words) && c->words[n]) {
		if (!strcmp(c->words[n], value))
			return true;
		n++;
	}
	nearest = config_nearest(value, c->words, n);
	snprintf(name, sizeof(name), "%s.%s", c->section, c->key);
	snprintf(what, sizeof(what), "unknown value \"%.60s\"%s%s%s", value,
	    nearest ? ", did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
	settings_complain(err_r, err_len, name, what);
	return false;
}

/* Codes of at most three characters, separated by blanks. */
static bool
settings_check_codes(const char *codes, const char *name, char *err_r, size_t err_len)
{
	const char *s = codes;
	bool good;

	do {
		size_t n;

		s += strspn(s, " ");
		n = strspn(s, "0123456789ABab");
		good = n > 0 && n <= 3 && (s[n] == ' ' || s[n] == '\0');
		s += n;
	} while (good && s[strspn(s, " ")] != '\0');
	if (!good)
		settings_complain(err_r, err_len, name,
		    "not codes of one to three characters, separated by blanks");
	return good;
}

static bool
settings_check(const struct settings *st, char *err_r, size_t err_len)
{
	bool good = true;
	char *end = NULL;
	long port;

	for (size_t i = 0; i < ARRAY_LEN(choices); i++)
		good &= settings_check_choice(st, &choices[i], err_r, err_len);
	good &= settings_courier_check(st, err_r, err_len);
	good &= settings_check_codes(st->region_departments, "region.departments", err_r, err_len);
	good &= settings_check_codes(st->region_professions, "region.professions", err_r, err_len);
	errno = 0;
	port = strtol(st->listen_port, &end, 10);
	if (!*st->listen_port || *end || errno || port < 0 || port > 65535) {
		settings_complain(err_r, err_len, "listen.port", "not a port (0 to 65535)");
		good = false;
	}
	if (*st->storage_directory != '/') {
		settings_complain(err_r, err_len, "storage.directory", "must begin with /");
		good = false;
	}
	if (st->limits_unauthenticated > st->limits_connections) {
		settings_complain(
		    err_r, err_len, "limits.unauthenticated", "more than limits.connections");
		good = false;
	}
	return good;
}

/* Relative paths are below storage.directory; an empty one stays empty. */
static void
settings_anchor_paths(struct settings *st)
{
	for (size_t i = 0; i < settings_table_len; i++) {
		const struct setting *row = &settings_table[i];
		char **value = (char **)((char *)st + row->offset);
		char *whole;

		if (row->type != SETTING_PATH || value == &st->storage_directory)
			continue;
		if (!**value || **value == '/')
			continue;
		whole = mem_printf("%s/%s", st->storage_directory, *value);
		free(*value);
		*value = whole;
	}
}

static int
settings_set_directory(struct settings *st, const char *directory, char *err_r, size_t err_len)
{
	char *whole = realpath(directory, NULL);

	if (!whole) {
		settings_complain(err_r, err_len, directory, strerror(errno));
		return -EM_E_CONFIG;
	}
	free(st->storage_directory);
	st->storage_directory = whole;
	return 0;
}

int
settings_load(
    const struct settings_source *from, struct settings **settings_r, char *err_r, size_t err_len)
{
	struct settings *st = mem_new(sizeof(*st));
	int rc;

	err_r[0] = '\0';
	rc = config_load(
	    settings_table, settings_table_len, from->path, from->must_exist, st, err_r, err_len);
	if (!rc && from->directory)
		rc = settings_set_directory(st, from->directory, err_r, err_len);
	if (!rc && !settings_check(st, err_r, err_len))
		rc = -EM_E_CONFIG;
	if (rc) {
		settings_free(&st);
		return rc;
	}
	if (!from->as_written)
		settings_anchor_paths(st);
	*settings_r = st;
	return 0;
}

void
settings_free(struct settings **st)
{
	if (!*st)
		return;
	config_release(settings_table, settings_table_len, *st);
	free(*st);
	*st = NULL;
}

/* What is read at the start only; without a key, the whole section. */
static const struct {
	const char *section, *key;
} start_only[] = {
    {"listen", "address"},
    {"listen", "port"},
    {"listen", "local_socket"},
    {"storage", NULL},
    {"threads", NULL},
    {"limits", "hash_queue"},
    {"limits", "request_kib"},
    {"confine", NULL},
    {"courier", NULL},
    {"consent", NULL},
    {"password", "blocklist"},
};

static bool
settings_is_start_only(const struct setting *row)
{
	for (size_t i = 0; i < ARRAY_LEN(start_only); i++)
		if (!strcmp(row->section, start_only[i].section) &&
		    (!start_only[i].key || !strcmp(row->key, start_only[i].key)))
			return true;
	return false;
}

static bool
settings_same(const struct setting *row, const struct settings *a, const struct settings *b)
{
	const char *x = (const char *)a + row->offset, *y = (const char *)b + row->offset;

	if (row->type == SETTING_INT)
		return *(const int64_t *)(const void *)x == *(const int64_t *)(const void *)y;
	if (row->type == SETTING_BOOL)
		return *(const bool *)x == *(const bool *)y;
	return !strcmp(*(char *const *)(const void *)x, *(char *const *)(const void *)y);
}

bool
settings_need_restart(const struct settings *old, const struct settings *new)
{
	for (size_t i = 0; i < settings_table_len; i++)
		if (settings_is_start_only(&settings_table[i]) &&
		    !settings_same(&settings_table[i], old, new))
			return true;
	return false;
}

static bool
settings_is_denied(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	bool denied = fd < 0 && errno == EACCES;

	if (fd >= 0)
		close(fd);
	return denied;
}

const char *
settings_out_of_reach(const struct settings *st, char name_r[64])
{
	for (size_t i = 0; i < settings_table_len; i++) {
		const struct setting *row = &settings_table[i];
		const char *place = (const char *)st + row->offset;

		if (row->type != SETTING_PATH || settings_is_start_only(row) ||
		    !settings_is_denied(*(char *const *)(const void *)place))
			continue;
		snprintf(name_r, 64, "%s.%s", row->section, row->key);
		return name_r;
	}
	return NULL;
}

enum log_level
settings_log_level(const struct settings *st)
{
	static const struct {
		const char *word;
		enum log_level level;
	} levels[] = {
	    {"error", LOG_LEVEL_ERROR},
	    {"warn", LOG_LEVEL_WARN},
	    {"info", LOG_LEVEL_INFO},
	    {"debug", LOG_LEVEL_DEBUG},
	};

	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (!strcmp(levels[i].word, st->log_level))
			return levels[i].level;
	return LOG_LEVEL_INFO;
}
