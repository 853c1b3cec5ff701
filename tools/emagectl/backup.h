/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CTL_BACKUP_H
#define EMAGE_CTL_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/sealed.h"

/*
 * A folder of backups:
 *
 *	emage-20261124T180000Z.backup	the database and the list of images
 *	media/5a/<instance>.dcm-<hash>	a file of images, for all backups; once
 *
 * each sealed (tools/lib/sealed.h) to the same public key. What an archive holds:
 *
 *	emage backup 1
 *	audit 1234 <hash of row 1234>
 *	database 4096000
 *	(an empty line, then so many bytes)
 *	<instance> dcm 52312 <hash>	a line for each file of images; the hash is
 *	<instance> dcm missing		of the sealed file, and in its name
 *	end 2
 */
#define BACKUP_HEAD   "emage backup 1\n"
#define BACKUP_ENDING ".backup"
#define BACKUP_PART   ".part" /* what is not whole yet */
#define BACKUP_MEDIA  "media"

struct backup_file {
	uint64_t instance_id;
	bool original;
	bool missing; /* the server does not have it */
	bool kept;    /* it is in the folder: hash */
	uint64_t n_bytes;
	uint8_t hash[SEALED_HASH];
};

/* "5a/00000000000000.dcm", as the server names it. */
#define BACKUP_NAME_LEN 48u
void backup_media_name(const struct backup_file *f, char out_r[BACKUP_NAME_LEN]);
/* The same with its hash: beneath media. */
#define BACKUP_SEALED_LEN (BACKUP_NAME_LEN + 2 * SEALED_HASH + 2)
void backup_sealed_name(const struct backup_file *f, char out_r[BACKUP_SEALED_LEN]);

/* ------------------------------------------------------------- the folder */

struct backup_folder {
	const char *path;
	int fd, media_fd;
	struct backup_file *known; /* files of images that are there, sorted */
	size_t n_known, n_room;
};

/* Each says on standard error what is wrong: 0 or -EM_E_*. */

/* Makes what is not there, locks the folder, reads which files are there. */
int backup_folder_open(struct backup_folder *b, const char *path);
void backup_folder_close(struct backup_folder *b);
/* Whether the file is there; its hash then. */
bool backup_folder_has(const struct backup_folder *b, struct backup_file *f);
/* -EM_E_UNAVAILABLE unless so many bytes are free. */
int backup_folder_room(const struct backup_folder *b, uint64_t n_bytes);

/* A file of the folder on its way: it has its name once it is whole and on disk. */
struct backup_part {
	const struct backup_folder *folder;
	int dir_fd; /* borrowed */
	int fd;
	struct sealed_out *out;
};
int backup_part_begin(struct backup_part *p, const struct backup_folder *b, int dir_fd,
    const uint8_t public[SEALED_PUBLIC]);
int backup_part_put(struct backup_part *p, const void *bytes, size_t len);
/* All that was put in has left; its hash, and what it takes. */
int backup_part_finish(struct backup_part *p, uint8_t hash_r[SEALED_HASH], uint64_t *n_written_r);
int backup_part_name(struct backup_part *p, const char *name);
/* Also after a failure: nothing is left then. */
void backup_part_end(struct backup_part *p);

/* "12.3 MB" */
#define BACKUP_BYTES_LEN 24u
const char *backup_bytes(uint64_t n, char out_r[BACKUP_BYTES_LEN]);

#endif
