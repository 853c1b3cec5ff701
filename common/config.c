/* SPDX-License-Identifier: MIT */
/*
 * Settings from files (libeconf reads them) against a table.
 */
#include "common/config.h"

#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <libeconf.h>
#include <libeconf_ext.h>

#include "common/err.h"
#include "common/mem.h"

/* Longest name that still gets a "did you mean". */
#define CONFIG_WORD_MAX 64
/* A name further away than this is another name. */
#define CONFIG_NEAR_MAX 3

/* One load: the table, the values, the faults found so far. */
struct load {
	const struct setting *table;
	size_t n;
	void *into;
	char *err;
	size_t err_len, err_used;
	bool failed;
};

static void *
config_place(void *into, const struct setting *s)
{
	return (char *)into + s->offset;
}

static void __attribute__((format(printf, 4, 5)))
config_fault(struct load *l, const char *path, uint64_t line, const char *fmt, ...)
{
	va_list ap;
	int n;

	l->failed = true;
	if (l->err_used + 1 >= l->err_len)
		return;
	n = snprintf(l->err + l->err_used, l->err_len - l->err_used, "%s:%llu: ", path,
	    (unsigned long long)line);
	l->err_used += n > 0 ? (size_t)n : 0;
	if (l->err_used + 1 < l->err_len) {
		va_start(ap, fmt);
		n = vsnprintf(l->err + l->err_used, l->err_len - l->err_used, fmt, ap);
		va_end(ap);
		l->err_used += n > 0 ? (size_t)n : 0;
	}
	if (l->err_used + 1 < l->err_len) {
		l->err[l->err_used++] = '\n';
		l->err[l->err_used] = '\0';
	} else {
		l->err_used = l->err_len - 1;
	}
}

static unsigned
config_min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein distance; words longer than CONFIG_WORD_MAX are far from all. */
static unsigned
config_distance(const char *a, const char *b)
{
	unsigned row[CONFIG_WORD_MAX + 1];
	size_t len_a = strlen(a), len_b = strlen(b);

	if (len_a > CONFIG_WORD_MAX || len_b > CONFIG_WORD_MAX)
		return UINT32_MAX;
	for (unsigned j = 0; j <= len_b; j++)
		row[j] = j;
	for (unsigned i = 1; i <= len_a; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= len_b; j++) {
			unsigned cost = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = config_min3(row[j] + 1, row[j - 1] + 1, cost);
		}
	}
	return row[len_b];
}

const char *
config_nearest(const char *word, const char *const *candidates, size_t n)
{
	const char *best = NULL;
	unsigned best_distance = CONFIG_NEAR_MAX + 1;

	for (size_t i = 0; i < n; i++) {
		unsigned d = config_distance(word, candidates[i]);

		if (d < best_distance) {
			best_distance = d;
			best = candidates[i];
		}
	}
	return best;
}

/* Names of the table: its sections, or the keys of one. */
static const char *
config_nearest_in_table(const struct load *l, const char *section, const char *word)
{
	const char **names = mem_new_array(l->n, sizeof(*names));
	const char *best;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (section == NULL)
			names[n++] = l->table[i].section;
		else if (strcmp(l->table[i].section, section) == 0)
			names[n++] = l->table[i].key;
	}
	best = config_nearest(word, names, n);
	free(names);
	return best;
}

static bool
config_has_section(const struct load *l, const char *section)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->table[i].section, section) == 0)
			return true;
	}
	return false;
}

static const struct setting *
config_find(const struct load *l, const char *section, const char *key)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->table[i].section, section) == 0 && strcmp(l->table[i].key, key) == 0)
			return &l->table[i];
	}
	return NULL;
}

static bool
config_parse_bool(const char *text, int64_t *v_r)
{
	static const char *const yes[] = {"yes", "true", "on", "1"};
	static const char *const no[] = {"no", "false", "off", "0"};

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (strcasecmp(text, yes[i]) == 0 || strcasecmp(text, no[i]) == 0) {
			*v_r = strcasecmp(text, yes[i]) == 0;
			return true;
		}
	}
	return false;
}

static bool
config_parse_int(const char *text, int64_t *v_r)
{
	char *end;

	errno = 0;
	*v_r = strtoll(text, &end, 10);
	return errno == 0 && end != text && *end == '\0';
}

static void
config_set(
    struct load *l, const struct setting *s, const char *text, const char *path, uint64_t line)
{
	int64_t v = 0;
	char **string;

	switch (s->type) {
	case SETTING_STRING:
	case SETTING_PATH:
		string = config_place(l->into, s);
		free(*string);
		*string = mem_strdup(text);
		return;
	case SETTING_BOOL:
		if (!config_parse_bool(text, &v)) {
			config_fault(
			    l, path, line, "%s: yes or no wanted, not \"%s\"", s->key, text);
			return;
		}
		break;
	case SETTING_INT:
		if (!config_parse_int(text, &v) || v < s->min || v > s->max) {
			config_fault(l, path, line,
			    "%s: a number from %lld to %lld wanted, not \"%s\"", s->key,
			    (long long)s->min, (long long)s->max, text);
			return;
		}
		break;
	}
	*(int64_t *)config_place(l->into, s) = v;
}

static void
config_read_key(struct load *l, econf_file *file, const char *section, const char *key)
{
	const struct setting *s = config_find(l, section, key);
	econf_ext_value *value = NULL;
	const char *near;

	if (econf_getExtValue(file, section, key, &value) != ECONF_SUCCESS)
		return;
	if (s != NULL) {
		config_set(l, s, value->values[0] == NULL ? "" : value->values[0], value->file,
		    value->line_number);
	} else if (!config_has_section(l, section)) {
		near = config_nearest_in_table(l, NULL, section);
		config_fault(l, value->file, value->line_number, "unknown section [%s]%s%s%s",
		    section, near ? "; nearest: [" : "", near ? near : "", near ? "]" : "");
	} else {
		near = config_nearest_in_table(l, section, key);
		config_fault(l, value->file, value->line_number, "unknown setting %s in [%s]%s%s",
		    key, section, near ? "; nearest: " : "", near ? near : "");
	}
	econf_freeExtValue(value);
}

static void
config_read_section(struct load *l, econf_file *file, const char *section)
{
	size_t n = 0;
	char **keys = NULL;

	if (econf_getKeys(file, section, &n, &keys) != ECONF_SUCCESS)
		return;
	for (size_t i = 0; i < n; i++)
		config_read_key(l, file, section, keys[i]);
	econf_freeArray(keys);
}

static void
config_read_loose_keys(struct load *l, econf_file *file, const char *path)
{
	size_t n = 0;
	char **keys = NULL;

	if (econf_getKeys(file, NULL, &n, &keys) != ECONF_SUCCESS)
		return;
	for (size_t i = 0; i < n; i++) {
		econf_ext_value *value = NULL;

		if (econf_getExtValue(file, NULL, keys[i], &value) != ECONF_SUCCESS)
			continue;
		config_fault(
		    l, path, value->line_number, "%s stands before any [section]", keys[i]);
		econf_freeExtValue(value);
	}
	econf_freeArray(keys);
}

static void
config_read_file(struct load *l, const char *path)
{
	econf_file *file = NULL;
	econf_err rc = econf_readFile(&file, path, "=", "#");
	size_t n = 0;
	char **sections = NULL;

	if (rc != ECONF_SUCCESS) {
		uint64_t line = 0;
		char *where = NULL;

		econf_errLocation(&where, &line);
		config_fault(l, path, line, "%s", econf_errString(rc));
		free(where);
		return;
	}
	config_read_loose_keys(l, file, path);
	if (econf_getGroups(file, &n, &sections) == ECONF_SUCCESS) {
		for (size_t i = 0; i < n; i++)
			config_read_section(l, file, sections[i]);
		econf_freeArray(sections);
	}
	econf_freeFile(file);
}

static void
config_read_drop_ins(struct load *l, const char *path)
{
	char *pattern = mem_printf("%s.d/*.conf", path);
	glob_t found = {0};

	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			config_read_file(l, found.gl_pathv[i]);
	}
	globfree(&found);
	free(pattern);
}

int
config_load(const struct setting *table, size_t n, const char *path, bool must_exist, void *into,
    char *err_r, size_t err_len)
{
	struct load l = {.table = table, .n = n, .into = into, .err = err_r, .err_len = err_len};

	err_r[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (table[i].type == SETTING_STRING || table[i].type == SETTING_PATH)
			*(char **)config_place(into, &table[i]) = NULL;
		config_set(&l, &table[i], table[i].fallback, "default", 0);
	}
	if (path != NULL) {
		if (must_exist || access(path, F_OK) == 0)
			config_read_file(&l, path);
		config_read_drop_ins(&l, path);
	}
	return l.failed ? -EM_E_CONFIG : 0;
}

void
config_release(const struct setting *table, size_t n, void *into)
{
	for (size_t i = 0; i < n; i++) {
		if (table[i].type == SETTING_STRING || table[i].type == SETTING_PATH) {
			char **string = config_place(into, &table[i]);

			free(*string);
			*string = NULL;
		}
	}
}

void
config_print(const struct setting *table, size_t n, const void *values, int fd)
{
	const char *section = "";

	for (size_t i = 0; i < n; i++) {
		const struct setting *s = &table[i];
		const void *place = (const char *)values + s->offset;

		if (strcmp(section, s->section) != 0) {
			dprintf(fd, "%s[%s]\n", *section ? "\n" : "", s->section);
			section = s->section;
		}
		dprintf(fd, "# %s", s->help);
		if (s->type == SETTING_INT)
			dprintf(fd, " %lld to %lld%s%s.", (long long)s->min, (long long)s->max,
			    *s->unit ? " " : "", s->unit);
		dprintf(fd, "\n");
		if (s->type == SETTING_STRING || s->type == SETTING_PATH)
			dprintf(fd, "%s = %s\n", s->key, *(char *const *)place);
		else if (s->type == SETTING_BOOL)
			dprintf(fd, "%s = %s\n", s->key, *(const int64_t *)place ? "yes" : "no");
		else
			dprintf(fd, "%s = %lld\n", s->key, (long long)*(const int64_t *)place);
	}
}
