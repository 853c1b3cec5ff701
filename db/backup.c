/* SPDX-License-Identifier: MIT */
/* What a backup takes from the store, and when there was one. */
#include "db/conn.h"

#include <stdlib.h>

/* A megabyte: some milliseconds. */
#define STEP_PAGES 256u

struct store_copy {
	const struct db_driver *driver;
	struct db_copy *copy;
};

static const struct db_field instance_fields[] = {
    DB_COL(struct store_instance_files, instance_id),
    DB_COL(struct store_instance_files, has_frames),
};

int
store_copy_new(struct store_conn *reader, const char *path, struct store_copy **copy_r)
{
	struct store_copy *c;
	uint8_t hash[32];
	uint64_t seq;
	int rc;

	if (!reader->driver->copy_begin)
		return -EM_E_UNAVAILABLE;
	/* a transaction begins with its first query */
	rc = store_reader_begin(reader);
	if (!rc)
		rc = store_audit_head(reader, &seq, hash);
	if (rc)
		return rc;
	c = mem_new(sizeof(*c));
	c->driver = reader->driver;
	rc = c->driver->copy_begin(reader->db, path, &c->copy);
	if (rc)
		free(c);
	else
		*copy_r = c;
	return rc;
}

int
store_copy_step(struct store_copy *copy, uint64_t *done_r, uint64_t *total_r)
{
	return copy->driver->copy_step(copy->copy, STEP_PAGES, done_r, total_r);
}

void
store_copy_free(struct store_copy **copy)
{
	if (!*copy)
		return;
	(*copy)->driver->copy_end(&(*copy)->copy);
	free(*copy);
	*copy = NULL;
}

int
store_instances_after(struct store_conn *db, uint64_t after, struct store_instance_files *r,
    unsigned max, unsigned *n_r)
{
	return db_some(db, NULL, Q_instances_after, BINDS(db_u64(after), db_i64(max)),
	    DB_FIELDS(struct store_instance_files, instance_fields), r, max, n_r);
}

int
store_mark_put(struct store_conn *db, const char *name, int64_t at_ms)
{
	return db_exec(db, Q_mark_put, BINDS(db_text(name), db_i64(at_ms)), NULL);
}

int
store_mark_get(struct store_conn *db, const char *name, int64_t *at_ms_r)
{
	int rc = db_scalar(db, Q_mark_get, BINDS(db_text(name)), at_ms_r);

	if (rc == -EM_E_NOT_FOUND)
		*at_ms_r = 0;
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}
