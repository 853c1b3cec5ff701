/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_CONFIG_H
#define EMAGE_COMMON_CONFIG_H

#include <stddef.h>
#include <stdint.h>

/*
 * Settings: a table says what there is; files give values. Vendor file in
 * /usr/lib/emage, the administrator's in /etc/emage, drop-ins in <name>.conf.d
 * (libeconf merges them). An unknown section or key is an error that names
 * file, line and the nearest right name.
 */
enum setting_type { SETTING_STRING, SETTING_PATH, SETTING_INT, SETTING_BOOL };

struct setting {
	const char *section;
	const char *key;
	enum setting_type type;
	int64_t min, max;     /* SETTING_INT */
	const char *fallback; /* as it would stand in the file */
	const char *unit;     /* "s", "bytes", "" */
	size_t offset;	      /* of the char * or int64_t in the caller's struct */
	const char *help;     /* one sentence; the man page prints it */
};

/*
 * Fills `into` (strings allocated) from the defaults, then from `path` and its
 * "<path>.d/(star).conf". A missing file is no error unless must_exist. 0, or -EM_E_CONFIG with
 * every fault written to err_r (up to err_len bytes, one "file:line: what" a
 * line).
 */
int config_load(const struct setting *table, size_t n, const char *path, _Bool must_exist,
    void *into, char *err_r, size_t err_len);
void config_release(const struct setting *table, size_t n, void *into);
/* Prints the table as an example file with comments: what a new set-up starts with. */
void config_print(const struct setting *table, size_t n, const void *values, int fd);

/* The candidate nearest to `word` by edit distance, or NULL when none is near. */
const char *config_nearest(const char *word, const char *const *candidates, size_t n);

#endif
