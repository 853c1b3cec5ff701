/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_BACKUP_H
#define EMAGE_DB_STORE_BACKUP_H

#include "db/store_core.h"

/* Part of db/store.h: copies for a backup, and marks. */

/* ------------------------------------------------------- copies of the whole */

/*
 * A copy of the whole database as one reading connection sees it in its transaction,
 * in steps of some milliseconds; whoever writes is not held up. As long as that
 * transaction is open the journal grows. The file holds everything in the clear.
 */
struct store_copy;

/* `path`: a file that is made anew. Begins the connection's transaction if need be,
 * and leaves it open. -EM_E_UNAVAILABLE: this database has no such copies. */
int store_copy_new(struct store_conn *reader, const char *path, struct store_copy **copy_r);
/* Some more; 1 = there is more, 0 = the file is whole, or -EM_E_* (-EM_E_UNAVAILABLE:
 * the disk is full). *done_r and *total_r in bytes. */
int store_copy_step(struct store_copy *copy, uint64_t *done_r, uint64_t *total_r);
/* The file stays. */
void store_copy_free(struct store_copy **copy);

/* Instances with numbers above `after`, by number, at most max. */
struct store_instance_files {
	uint64_t instance_id;
	bool has_frames; /* there are two files of it */
};
int store_instances_after(struct store_conn *db, uint64_t after, struct store_instance_files *r,
    unsigned max, unsigned *n_r);

/* -------------------------------------------------------------------- marks */

/* When something was done last, such as "backup". 0 = never. */
int store_mark_put(struct store_conn *db, const char *name, int64_t at_ms);
int store_mark_get(struct store_conn *db, const char *name, int64_t *at_ms_r);

#endif
