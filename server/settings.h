/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_SETTINGS_H
#define EMAGE_SERVER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/log.h"
#include "server/server.h"

/* Where the settings come from: the same at start and at each reload. */
struct settings_source {
	const char *path;      /* configuration file */
	bool must_exist;       /* it was named on the command line */
	const char *directory; /* replaces storage.directory, NULL = no */
	bool as_written;       /* for printing: relative paths stay relative */
};

/*
 * A new set of settings, checked, with relative paths placed below
 * storage.directory. 0, or -EM_E_CONFIG with every fault in err_r, one a line.
 */
int settings_load(
    const struct settings_source *from, struct settings **settings_r, char *err_r, size_t err_len);
void settings_free(struct settings **st);

/* Words in one setting of the section courier. */
#define SETTINGS_COURIER_WORDS_MAX 8u
/* Part of settings_load(): what is wrong with the ways of messages, a line for each
 * fault appended to err_r; whether there is nothing. */
bool settings_courier_check(const struct settings *st, char *err_r, size_t err_len);

/* Whether something differs that a reload cannot change. */
bool settings_need_restart(const struct settings *old, const struct settings *new);

/* Name of a path that a reload would read although the server has given up the folder
 * where it lies (confine.h); NULL = none. */
const char *settings_out_of_reach(const struct settings *st, char name_r[64]);

enum log_level settings_log_level(const struct settings *st);

#endif
