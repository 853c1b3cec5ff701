/* SPDX-License-Identifier: MIT */
/*
 * emagectl init: the settings file.
 */
#include "tools/emagectl/init.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/config.h"
#include "common/err.h"
#include "common/mem.h"
#include "tools/emagectl/ctl.h"

static const struct setting *
init_setting(const char *name, size_t len)
{
	for (size_t i = 0; i < settings_table_len; i++) {
		const struct setting *row = &settings_table[i];
		size_t section_len = strlen(row->section);

		if (len == section_len + 1 + strlen(row->key) &&
		    strncmp(name, row->section, section_len) == 0 && name[section_len] == '.' &&
		    strncmp(name + section_len + 1, row->key, strlen(row->key)) == 0)
			return row;
	}
	return NULL;
}

static int
init_no_setting(const char *name, size_t len)
{
	char **names = mem_new_array(settings_table_len, sizeof(*names));
	char *word = mem_printf("%.*s", (int)len, name);
	const char *near;

	for (size_t i = 0; i < settings_table_len; i++)
		names[i] = mem_printf("%s.%s", settings_table[i].section, settings_table[i].key);
	near = config_nearest(word, (const char *const *)names, settings_table_len);
	if (near)
		ctl_fail("--set: no setting %s; did you mean %s?", word, near);
	else
		ctl_fail("--set: no setting %s", word);
	for (size_t i = 0; i < settings_table_len; i++)
		free(names[i]);
	free(names);
	free(word);
	return -EM_E_CONFIG;
}

static int
init_set_number(void *at, const struct setting *row, const char *value)
{
	char *end;
	long long number;

	if (row->type == SETTING_BOOL) {
		*(int64_t *)at = strcmp(value, "yes") == 0;
		if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
			goto bad;
		return 0;
	}
	errno = 0;
	number = strtoll(value, &end, 10);
	if (errno != 0 || !*value || *end || number < row->min || number > row->max)
		goto bad;
	*(int64_t *)at = number;
	return 0;
bad:
	ctl_fail("--set: %s.%s cannot be \"%s\"", row->section, row->key, value);
	return -EM_E_CONFIG;
}

static int
init_set(struct settings *st, const char *assignment)
{
	const char *equals = strchr(assignment, '=');
	size_t len = equals ? (size_t)(equals - assignment) : strlen(assignment);
	const struct setting *row = init_setting(assignment, len);
	char *at;

	if (!equals) {
		ctl_fail("--set wants SECTION.KEY=VALUE");
		return -EM_E_CONFIG;
	}
	if (!row)
		return init_no_setting(assignment, len);
	if (strpbrk(equals, "\r\n")) {
		ctl_fail("--set: a value is one line");
		return -EM_E_CONFIG;
	}
	at = (char *)st + row->offset;
	if (row->type == SETTING_INT || row->type == SETTING_BOOL)
		return init_set_number(at, row, equals + 1);
	free(*(char **)(void *)at);
	*(char **)(void *)at = mem_strdup(equals + 1);
	return 0;
}

int
init_values(const struct init_options *o, struct settings *st_r)
{
	char err[512];
	/* there is no such file: the defaults alone */
	int rc = config_load(settings_table, settings_table_len, "/nonexistent/emaged.conf", false,
	    st_r, err, sizeof(err));

	for (size_t i = 0; i < o->sets.n && rc == 0; i++)
		rc = init_set(st_r, o->sets.items[i]);
	return rc;
}

int
init_config(struct place *p, const char *path, const struct settings *st)
{
	char *text;
	off_t len;
	int rc = -EM_E_IO, fd;

	if (place_exists(path))
		return place_kept(p, path);
	fd = memfd_create("settings", MFD_CLOEXEC);
	if (fd < 0)
		return ctl_fail("%s", strerror(errno));
	config_print(settings_table, settings_table_len, st, fd);
	len = lseek(fd, 0, SEEK_END);
	text = mem_new((size_t)len + 1);
	if (pread(fd, text, (size_t)len, 0) == len)
		rc = place_file(p, path, text, (size_t)len, 0644);
	free(text);
	close(fd);
	return rc;
}
