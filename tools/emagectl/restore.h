/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CTL_RESTORE_H
#define EMAGE_CTL_RESTORE_H

#include "tools/emagectl/backup.h"

/* Parts of emagectl restore. Each says on standard error what is wrong: 0 or -EM_E_*. */

/* An archive, unsealed step by step. */
struct restore_archive {
	const char *path;
	int fd;
	struct sealed_in *in;
	uint64_t audit_seq;
	uint8_t audit_hash[32];
	uint64_t database_bytes;
	struct backup_file *files;
	size_t n_files;
	uint64_t media_bytes;
	uint64_t n_missing;
};
/* Opens it and reads what stands before the database. `secret` is borrowed. */
int restore_open(struct restore_archive *a, const char *path, const uint8_t secret[SEALED_SECRET]);
/* The database, into a file that is made. */
int restore_database(struct restore_archive *a, const char *to, bool progress);
/* What stands behind it, to the end: the list of files of images. */
int restore_list(struct restore_archive *a);
void restore_close(struct restore_archive *a);

/* A file of images out of the backup's folder into a new one; its hash and its length
 * must be those of the list. */
int restore_image(
    int media_fd, const struct backup_file *f, const uint8_t secret[SEALED_SECRET], const char *to);

/* What the restored database is held against. */
struct restore_check {
	const struct restore_archive *archive;
	uint64_t checkpoint_seq; /* 0 = none */
	uint8_t checkpoint_hash[32];
	bool progress;
	/* found */
	uint64_t n_rows, n_accesses;
};
/* The whole file is sound, every chain of hashes is right, and it knows the files of
 * images that the list names. Brings an older schema up to this program's. */
int restore_verify(const char *database, struct restore_check *c);

#endif
