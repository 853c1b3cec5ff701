/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CTL_PLACE_H
#define EMAGE_CTL_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <jansson.h>

/*
 * Files and folders that are made once and never changed: what is there is kept.
 * A file appears whole and on disk, or not at all. Says what it did.
 */
struct place {
	uid_t uid;
	gid_t gid;
	bool give; /* to uid and gid */
	bool tell; /* on standard output */
	json_t *made, *kept;
};

/* owner NULL: the caller. 0 or -EM_E_* after a message. */
int place_begin(struct place *p, const char *owner, bool tell);
void place_end(struct place *p);

bool place_exists(const char *path);
/* Notes that a file was left as it is; 0. */
int place_kept(struct place *p, const char *path);
/* 0 or -EM_E_IO after a message. Missing folders above get mode 0755. */
int place_directory(struct place *p, const char *path, mode_t mode);
int place_file(struct place *p, const char *path, const void *bytes, size_t len, mode_t mode);

#endif
