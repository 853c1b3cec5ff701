/* SPDX-License-Identifier: MIT */
/*
 * Whether a restored database is what was backed up: SQLite's own check, the images
 * that it knows of, and every chain as emagectl audit verify does.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "common/err.h"
#include "db/store.h"
#include "tools/emagectl/ctl.h"
#include "tools/emagectl/restore.h"

#define STEP_ROWS   5000u
#define CACHE_BYTES (INT64_C(64) << 20)

static int
verify_fault(const char *what)
{
	ctl_fail("the restored database %s", what);
	return -EM_E_INVALID;
}

/* --------------------------------------------------------------- the file itself */

/* The first row's first column must be this text; no row at all when it is NULL. */
static int
verify_pragma(sqlite3 *db, const char *sql, const char *wanted, const char *fault)
{
	sqlite3_stmt *stmt = NULL;
	int result = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), rc = 0;
	const char *text;

	if (result == SQLITE_OK)
		result = sqlite3_step(stmt);
	text = result == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
	if (wanted ? !text || strcmp(text, wanted) != 0 : result != SQLITE_DONE)
		rc = verify_fault(fault);
	(void)sqlite3_finalize(stmt);
	return rc;
}

/* Its instances are those of the list, which is in the same order. */
static int
verify_images(sqlite3 *db, const struct restore_archive *a)
{
	sqlite3_stmt *stmt = NULL;
	int result = sqlite3_prepare_v2(
	    db, "SELECT instance_id, n_frames > 0 FROM instance ORDER BY 1", -1, &stmt, NULL);
	size_t at = 0;
	bool same = true;

	while (same && result == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW) {
		const uint64_t id = (uint64_t)sqlite3_column_int64(stmt, 0);
		const int n = 1 + sqlite3_column_int(stmt, 1);

		for (int i = 0; same && i < n; i++, at++)
			same = at < a->n_files && a->files[at].instance_id == id &&
			       a->files[at].original == (i == 0);
	}
	same = same && sqlite3_finalize(stmt) == SQLITE_OK && at == a->n_files;
	return same ? 0 : verify_fault("does not know the same images as the archive's list");
}

static int
verify_file(const char *path, const struct restore_archive *a)
{
	sqlite3 *db = NULL;
	int rc = 0;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		rc = verify_fault("cannot be opened");
	if (rc == 0)
		rc = verify_pragma(db, "PRAGMA integrity_check(1)", "ok", "is damaged");
	if (rc == 0)
		rc = verify_pragma(
		    db, "PRAGMA foreign_key_check", NULL, "refers to rows that are not there");
	if (rc == 0)
		rc = verify_images(db, a);
	(void)sqlite3_close(db);
	return rc;
}

/* ------------------------------------------------------------------- the chains */

static int
verify_verdict(const struct restore_check *c, const struct store_verdict *v)
{
	if (v->sound)
		return 0;
	if (v->bad_seq && strcmp(v->why, "checkpoint") == 0)
		ctl_fail("the restored database's audit trail is not what the checkpoint of row "
			 "%" PRIu64 " says: it is another past, or an older backup than that",
		    c->checkpoint_seq);
	else if (v->bad_seq)
		ctl_fail("the restored database's audit trail is wrong at row %" PRIu64 " (%s)",
		    v->bad_seq, v->why);
	else if (v->bad_consent)
		ctl_fail("the restored database's consent %" PRIu64
			 " is not what its audit trail tells",
		    v->bad_consent);
	else
		ctl_fail("the restored database's access %" PRIu64 " of patient %" PRIu64
			 " is wrong (%s)",
		    v->bad_number, v->bad_patient, v->why);
	return -EM_E_INVALID;
}

static int
verify_steps(struct store_conn *db, struct restore_check *c)
{
	struct store_verify *v = store_verify_new(c->checkpoint_seq, c->checkpoint_hash);
	struct store_verdict found = {.done = false};
	int rc = 0;

	while (rc == 0 && !found.done) {
		rc = store_verify_step(v, db, STEP_ROWS, &found);
		if (c->progress)
			fprintf(stderr,
			    "\r\033[Kaudit trail: %" PRIu64 " of %" PRIu64 " rows, %" PRIu64
			    " accesses",
			    found.n_rows, found.n_total, found.n_accesses);
	}
	store_verify_free(&v);
	c->n_rows = found.n_rows;
	c->n_accesses = found.n_accesses;
	if (c->progress)
		fputs("\r\033[K", stderr);
	return rc < 0 ? verify_fault(err_text(rc)) : verify_verdict(c, &found);
}

/* The trail ends where the server said that it did. */
static int
verify_head(struct store_conn *db, const struct restore_archive *a)
{
	uint8_t hash[32];
	uint64_t seq = 0;
	int rc = store_audit_head(db, &seq, hash);

	if (rc == 0 && seq == a->audit_seq && memcmp(hash, a->audit_hash, sizeof(hash)) == 0)
		return 0;
	return verify_fault("does not end with the row of the trail that the archive names");
}

int
restore_verify(const char *database, struct restore_check *c)
{
	const struct store_options o = {
	    .path = database, .cache_bytes = CACHE_BYTES, .queue_max = 4, .batch_max = 4};
	struct store_conn *db = NULL;
	struct store *store = NULL;
	int rc = verify_file(database, c->archive);

	if (rc < 0)
		return rc;
	rc = store_open(&o, &store);
	if (rc == 0)
		rc = store_reader_new(store, &db);
	if (rc < 0) {
		store_close(&store);
		return verify_fault(rc == -EM_E_CONFIG ? "is of a newer version than this program"
						       : "cannot be opened");
	}
	rc = store_reader_begin(db);
	if (rc == 0)
		rc = verify_head(db, c->archive);
	if (rc == 0)
		rc = verify_steps(db, c);
	store_reader_free(&db);
	store_close(&store);
	return rc;
}
