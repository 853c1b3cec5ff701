/* SPDX-License-Identifier: MIT */
/* Directories of professionals as wholes: one in force, one being loaded. */
#include "db/conn.h"

#include <stdlib.h>

static const struct db_field directory_fields[] = {
    DB_COL(struct store_directory, load_id),
    DB_COL(struct store_directory, state),
    DB_COL(struct store_directory, moved_at_ms),
    DB_COL(struct store_directory, n_people),
    DB_COL(struct store_directory, n_stayed),
    DB_COL(struct store_directory, n_lines),
};

int
store_directory_begin(struct store_conn *db, uint64_t load_id, int64_t now_ms)
{
	uint64_t added = 0;
	int rc =
	    db_exec(db, Q_directory_load_begin, BINDS(db_u64(load_id), db_i64(now_ms)), &added);

	return rc ? rc : added == 1 ? 0 : -EM_E_EXISTS;
}

int
store_directory_get(struct store_conn *db, uint64_t load_id, struct store_directory *r)
{
	return db_one(db, NULL, Q_directory_load_get, BINDS(db_u64(load_id)),
	    DB_FIELDS(struct store_directory, directory_fields), r);
}

int
store_directory_of(struct store_conn *db, enum directory_stage state, struct store_directory *r)
{
	return db_one(db, NULL, Q_directory_load_of, BINDS(db_i64(state)),
	    DB_FIELDS(struct store_directory, directory_fields), r);
}

int
store_directory_grow(struct store_conn *db, const struct store_directory *added, int64_t now_ms)
{
	return db_exec_one(db, Q_directory_load_grow,
	    BINDS(db_i64(now_ms), db_u64(added->n_people), db_u64(added->n_stayed),
		db_u64(added->n_lines), db_u64(added->load_id)));
}

int
store_directory_use(struct store_conn *db, uint64_t load_id, int64_t now_ms)
{
	struct store_directory before;
	int rc = store_directory_of(db, DIRECTORY_IN_FORCE, &before);

	if (!rc)
		rc = store_directory_give_up(db, before.load_id);
	if (!rc)
		rc = db_exec(db, Q_directory_use_professions, BINDS(db_u64(load_id)), NULL);
	if (!rc)
		rc = db_exec(db, Q_directory_use_specialties, BINDS(db_u64(load_id)), NULL);
	if (!rc)
		rc = db_exec_one(db, Q_directory_load_use, BINDS(db_i64(now_ms), db_u64(load_id)));
	if (!rc)
		rc = db_exec_one(db, Q_directory_use, BINDS(db_u64(load_id)));
	return rc;
}

int
store_directory_give_up(struct store_conn *db, uint64_t load_id)
{
	return db_exec_one(db, Q_directory_load_drop, BINDS(db_u64(load_id)));
}

int
store_directory_drop(struct store_conn *db, uint32_t n, bool *more_r)
{
	struct store_directory d;
	uint64_t dropped = 0;
	struct db_value value[2];
	const struct db_binds *some = &(const struct db_binds){.value = value, .n = 2};
	int rc = store_directory_of(db, DIRECTORY_TO_DROP, &d);

	*more_r = false;
	if (rc)
		return rc == -EM_E_NOT_FOUND ? 0 : rc;
	*more_r = true;
	value[0] = db_u64(d.load_id);
	value[1] = db_i64(n);
	rc = db_exec(db, Q_directory_remember, some, NULL);
	if (!rc)
		rc = db_exec(db, Q_directory_drop_places, some, NULL);
	if (!rc)
		rc = db_exec(db, Q_directory_drop, some, &dropped);
	if (rc || dropped > 0)
		return rc;
	rc = db_exec(db, Q_directory_drop_labels, BINDS(db_u64(d.load_id)), NULL);
	return rc ? rc : db_exec_one(db, Q_directory_load_gone, BINDS(db_u64(d.load_id)));
}

/* ---------------------------------------------------------- establishments */

int
store_establishment_put(
    struct store_conn *db, const char *finess, const char *name, enum store_put *put_r)
{
	uint64_t id = 0, renamed = 0;
	bool existed = false;
	char *fold;
	int rc = store_establishment_add(db, finess, name, &id, &existed);

	*put_r = STORE_PUT_NEW;
	if (rc || !existed)
		return rc;
	fold = db_fold(name);
	rc = db_exec(
	    db, Q_establishment_rename, BINDS(db_text(name), db_text(fold), db_u64(id)), &renamed);
	free(fold);
	*put_r = renamed ? STORE_PUT_CHANGED : STORE_PUT_AGAIN;
	return rc;
}
