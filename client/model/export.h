/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_EXPORT_H
#define EMAGE_CLIENT_MODEL_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/account.pb-c.h"

/*
 * An archive on its way to a file: written beside it under a name that nobody
 * else has, for its owner alone, and given its name only when it is whole.
 */
struct export_file {
	int fd;	    /* -1: none under way */
	char *path; /* wanted */
	char *temp; /* being written */
	bool may_replace;
	uint64_t total_bytes, received_bytes;
	unsigned total_files;
};

/* "~/e-mage-export-2026-11-24.tar". */
#define EXPORT_PATH_LEN 64
void export_default_path(int64_t now_ms, char out_r[EXPORT_PATH_LEN]);

/* Begins. "~/" stands for $HOME. 0 or the errno: EEXIST when the file is there
 * and may not be replaced, EISDIR for a folder. */
int export_open(struct export_file *x, const char *path, bool may_replace);
/* 0 or the errno. */
int export_take(struct export_file *x, const Emage__ExportGetReply *part);
/* All has come: on disk, then under its name. 0 or the errno; EPROTO when the
 * server has sent another amount than announced. */
int export_finish(struct export_file *x);
/* Leaves nothing of an archive that is not whole. */
void export_abort(struct export_file *x);

/* 0 to 100. */
unsigned export_percent(const struct export_file *x);
#define EXPORT_SIZE_LEN 32
/* "12,3 Mo", "12.3 MB". */
void export_size_text(const char *language, uint64_t bytes, char out_r[EXPORT_SIZE_LEN]);
/* Words for an errno, in the person's language. */
const char *export_error_text(int error);

#endif
