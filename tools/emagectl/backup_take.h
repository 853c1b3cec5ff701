/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CTL_BACKUP_TAKE_H
#define EMAGE_CTL_BACKUP_TAKE_H

#include "tools/emagectl/backup.h"
#include "tools/emagectl/ctl.h"

/* What one run of emagectl backup knows. */
struct backup {
	struct ctl *ctl;
	struct backup_folder folder;
	uint8_t public[SEALED_PUBLIC];
	struct backup_part archive, media; /* media: the file under way */
	struct backup_file *files;
	size_t n_files, n_room;
	uint64_t audit_seq;
	uint8_t audit_hash[32];
	uint64_t database_bytes, database_done;
	uint64_t media_bytes, media_done; /* that have to be fetched */
	uint64_t n_new, n_missing, n_written;
	bool progress;
	/* the request under way */
	bool done;
	int rc;
	char name[64];
};

/* From the server into the folder: the database, the files of images that are not
 * there yet, the list, and the archive's name. 0 or -EM_E_* after a message. */
int backup_take(struct backup *b);

#endif
