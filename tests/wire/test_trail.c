/* SPDX-License-Identifier: MIT */
/*
 * What is done to the trail and to a patient's history behind the server's back, with
 * the database file in hand: each time found by emagectl audit verify. Who knows how
 * rows are hashed can make every hash fit again, since no key is in them; then it is
 * the signed checkpoint, kept elsewhere, that tells (L-03).
 */
#include "tests/lib/check.h"

#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "db/hashed.h"
#include "proto/record.pb-c.h"
#include "tests/lib/staff_fixture.h"

static struct fixture *server;
static struct staff ada, paul;

/* One access is in the history of the one patient. */
static int
set_up(void **state)
{
	Emage__RecordOpenRequest open = EMAGE__RECORD_OPEN_REQUEST__INIT;
	struct fixture_patient camille;
	struct wire *w;

	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	staff_new(server, EMAGE__ROLE__ROLE_ADMIN, 1, 0, &ada);
	staff_new(server, EMAGE__ROLE__ROLE_PROFESSIONAL, 3, 0, &paul);
	fixture_add_patient(server, "Camille", "camille@example.org", &camille);
	w = staff_sign_in(server, &paul);
	open.patient_id = camille.patient_id;
	open.motive = (char *)(uintptr_t) "seen";
	assert_int_equal(wire_call(w, METHOD_record_open, &open), 0);
	wire_free(&w);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

/* Codes may be sent again, sessions are over. */
static int
next_day(void **state)
{
	(void)state;
	fixture_advance(server, INT64_C(24) * 3600 * 1000 + 1000);
	return 0;
}

/* The status and first words of emagectl audit verify, without a checkpoint. */
static int
verify_alone(char out_r[256])
{
	const char *argv[] = {"emagectl", "audit", "verify", "-S", server->socket, NULL};
	char *out;
	int status = fixture_run(server, argv, &out);

	snprintf(out_r, 256, "%s", out);
	free(out);
	return status;
}

/* The same held against the checkpoint. */
static int
verify(char out_r[256])
{
	char *checkpoint = mem_printf("%s/checkpoint", server->folder);
	char *key = mem_printf("%s/key.pub", server->folder), *out;
	const char *argv[] = {"emagectl", "audit", "verify", "-S", server->socket, "--checkpoint",
	    checkpoint, "--key", key, NULL};
	int status = fixture_run(server, argv, &out);

	snprintf(out_r, 256, "%s", out);
	free(out);
	free(checkpoint);
	free(key);
	return status;
}

static void
take_checkpoint(void)
{
	char *checkpoint = mem_printf("%s/checkpoint", server->folder);
	char *key = mem_printf("%s/key", server->folder);
	const char *argv[] = {"emagectl", "audit", "checkpoint", "-S", server->socket, "--key", key,
	    checkpoint, NULL};

	fixture_must_run(server, argv, NULL);
	free(checkpoint);
	free(key);
}

#define FREE                                                                                       \
	"DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; DROP TRIGGER audit_in_order;"

/* Somebody with the database file in hand; the triggers are no obstacle. */
static const struct {
	const char *what, *sql, *says;
} attacks[] = {
    {"edit", FREE "UPDATE audit SET detail = 'rien' WHERE seq = 3;", "BROKEN: row 3 "},
    {"insert",
	FREE "UPDATE audit SET seq = -seq - 1 WHERE seq > 3; UPDATE audit SET seq = -seq"
	     " WHERE seq < 0; INSERT INTO audit SELECT 4, at_ms, 'exam.opened', actor_account,"
	     " actor, patient_id, exam_id, terminal, result, detail, hash FROM audit"
	     " WHERE seq = 3;",
	"BROKEN: row 4 "},
    {"delete", FREE "DELETE FROM audit WHERE seq = 3;", "BROKEN: row 3 "},
    {"reorder",
	FREE "UPDATE audit SET seq = 0 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4;"
	     " UPDATE audit SET seq = 4 WHERE seq = 0;",
	"BROKEN: row 3 "},
    {"another consent",
	"DROP TRIGGER consent_no_update; UPDATE consent SET operator_name = 'Autre';",
	"BROKEN: consent 1 "},
    {"another text",
	"DROP TRIGGER consent_no_update; UPDATE consent SET text_hash = 'ab', text_version = '2';",
	"BROKEN: consent 1 "},
    {"consent taken away", "DROP TRIGGER consent_no_delete; DELETE FROM consent;",
	"BROKEN: consent 1 "},
    {"consent put in",
	"INSERT INTO consent (patient_id, given, at_ms, operator_name)"
	" SELECT patient_id, 1, at_ms, operator_name FROM consent;",
	"BROKEN: consent 2 "},
    {"consents said to be older than the trail",
	"UPDATE sequence SET value = 1 WHERE name = 'consent_unchained'; DROP TRIGGER"
	" consent_no_update; UPDATE consent SET operator_name = 'Autre';",
	"BROKEN: consent 1 "},
    {"truncate", FREE "DELETE FROM audit WHERE seq > 5;", "is not what the checkpoint says"},
};

/* The trail and the ledger of consents, without the histories (V-05). */
static void
test_consents_alone(void **state)
{
	const char *argv[] = {
	    "emagectl", "audit", "verify", "--consent", "-S", server->socket, NULL};
	const char *list[] = {
	    "emagectl", "audit", "list", "--event", "consent.added", "-S", server->socket, NULL};
	char *out;

	(void)state;
	assert_int_equal(fixture_run(server, argv, &out), 0);
	assert_non_null(strstr(out, " rows, 1 consents, 0 accesses"));
	free(out);
	assert_int_equal(fixture_run(server, list, &out), 0);
	assert_non_null(strstr(out, "consent=1 given=1 hash="));
	free(out);
}

static char *
database(void)
{
	return mem_printf("%s/emage.db", server->storage);
}

static void
copy_file(const char *from, const char *to)
{
	char *command = mem_printf("cp '%s' '%s' && rm -f '%s-wal' '%s-shm'", from, to, to, to);

	assert_int_equal(system(command), 0);
	free(command);
}

static void
test_attacks(void **state)
{
	char *saved = mem_printf("%s/saved.db", server->folder), *db = database(), said[256];

	(void)state;
	take_checkpoint();
	assert_int_equal(verify(said), 0);
	assert_memory_equal(said, "sound: ", 7);
	fixture_stop(server);
	copy_file(db, saved);
	for (size_t i = 0; i < ARRAY_LEN(attacks); i++) {
		fixture_sql(server, attacks[i].sql);
		fixture_start(server);
		assert_int_equal(verify(said), 1);
		if (strstr(said, attacks[i].says) == NULL)
			fail_msg("%s: %s", attacks[i].what, said);
		fixture_stop(server);
		copy_file(saved, db);
	}
	fixture_start(server);
	assert_int_equal(verify(said), 0);
	free(saved);
	free(db);
}

/* --------------------------------------------------------------- restamping */

static void
restamp_must(sqlite3 *db, bool holds)
{
	if (!holds)
		fail_msg("%s", sqlite3_errmsg(db));
}

static sqlite3_stmt *
restamp_begin(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	restamp_must(db, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK);
	return stmt;
}

static void
restamp_set(sqlite3 *db, const char *sql, int64_t key, const uint8_t hash[HASHED_LEN])
{
	sqlite3_stmt *stmt = restamp_begin(db, sql);

	sqlite3_bind_blob(stmt, 1, hash, HASHED_LEN, SQLITE_TRANSIENT);
	sqlite3_bind_int64(stmt, 2, key);
	restamp_must(db, sqlite3_step(stmt) == SQLITE_DONE);
	sqlite3_finalize(stmt);
}

/* All columns of a row after the hash of the one before: numbers as numbers, texts as
 * texts, in the order that db/audit.c and db/access.c tell. */
static void
restamp_hash(sqlite3_stmt *row, uint8_t hash[HASHED_LEN])
{
	crypto_generichash_state st;

	hashed_begin(&st, hash);
	for (int i = 0; i < sqlite3_column_count(row); i++) {
		if (sqlite3_column_type(row, i) == SQLITE_INTEGER)
			hashed_u64(&st, (uint64_t)sqlite3_column_int64(row, i));
		else
			hashed_text(&st, (const char *)sqlite3_column_text(row, i));
	}
	hashed_end(&st, hash);
}

/* The history of the one patient, and what the trail tells of it. */
static void
restamp_history(sqlite3 *db)
{
	sqlite3_stmt *rows = restamp_begin(db,
	    "SELECT patient_id, number, at_ms, recorded_at_ms, rpps, family_name, given_name,"
	    " family_fold, given_fold, profession, specialty, establishment_id, establishment,"
	    " motive, motive_label, motive_detail, result, exam_id, until_ms, terminal"
	    " FROM access ORDER BY number");
	uint8_t hash[HASHED_LEN] = {0};

	while (sqlite3_step(rows) == SQLITE_ROW) {
		int64_t number = sqlite3_column_int64(rows, 1);

		restamp_hash(rows, hash);
		restamp_set(db, "UPDATE access SET hash = ?1 WHERE number = ?2", number, hash);
		restamp_set(db,
		    "UPDATE audit SET detail = 'number=' || ?2 || ' hash=' || lower(hex(?1))"
		    " WHERE event = 'access.added' AND detail LIKE 'number=' || ?2 || ' %'",
		    number, hash);
	}
	sqlite3_finalize(rows);
}

static void
restamp_trail(sqlite3 *db)
{
	sqlite3_stmt *rows = restamp_begin(db,
	    "SELECT seq, at_ms, actor_account, patient_id, exam_id, event, actor, terminal,"
	    " result, detail FROM audit ORDER BY seq");
	uint8_t hash[HASHED_LEN] = {0};

	while (sqlite3_step(rows) == SQLITE_ROW) {
		restamp_hash(rows, hash);
		restamp_set(db, "UPDATE audit SET hash = ?1 WHERE seq = ?2",
		    sqlite3_column_int64(rows, 0), hash);
	}
	sqlite3_finalize(rows);
}

static const struct {
	const char *what, *sql;
} restamped[] = {
    {"a row of the trail", "UPDATE audit SET actor = 'quelqu''un' WHERE seq = 3;"},
    {"who looked", "UPDATE access SET family_name = 'AUTRE', family_fold = 'autre';"},
    {"that somebody looked",
	"DELETE FROM access; DELETE FROM audit WHERE event = 'access.added';"
	"UPDATE audit SET seq = -(SELECT count(*) FROM audit b WHERE b.seq <= audit.seq);"
	"UPDATE audit SET seq = -seq;"},
};

/* Without a checkpoint nobody would see it; with one everybody does. */
static void
test_restamped(void **state)
{
	char *saved = mem_printf("%s/saved.db", server->folder), *path = database(), said[256];

	(void)state;
	take_checkpoint();
	fixture_stop(server);
	copy_file(path, saved);
	for (size_t i = 0; i < ARRAY_LEN(restamped); i++) {
		sqlite3 *db;

		fixture_sql(
		    server, FREE "DROP TRIGGER access_no_update; DROP TRIGGER access_no_delete;");
		fixture_sql(server, restamped[i].sql);
		assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
		restamp_history(db);
		restamp_trail(db);
		assert_int_equal(sqlite3_close(db), SQLITE_OK);
		fixture_start(server);
		if (verify_alone(said) != 0)
			fail_msg("%s, badly: %s", restamped[i].what, said);
		assert_int_equal(verify(said), 1);
		if (strstr(said, "is not what the checkpoint says") == NULL)
			fail_msg("%s: %s", restamped[i].what, said);
		fixture_stop(server);
		copy_file(saved, path);
	}
	fixture_start(server);
	assert_int_equal(verify(said), 0);
	free(saved);
	free(path);
}

/* ------------------------------------------------------- older and forged ones */

/* Set back to an older copy, and used on: every hash fits, but not the checkpoint. */
static void
test_rollback(void **state)
{
	char *old = mem_printf("%s/old.db", server->folder), *db = database(), said[256];
	struct wire *w;

	(void)state;
	fixture_stop(server);
	copy_file(db, old);
	fixture_start(server);
	w = staff_sign_in(server, &ada);
	wire_free(&w);
	take_checkpoint();
	fixture_stop(server);
	copy_file(old, db);
	fixture_start(server);
	assert_int_equal(verify(said), 1);
	assert_non_null(strstr(said, "is not what the checkpoint says"));
	/* and the same number of rows and more: a restamped trail */
	fixture_advance(server, 3600000);
	w = staff_sign_in(server, &ada);
	wire_free(&w);
	w = staff_sign_in(server, &paul);
	wire_free(&w);
	assert_int_equal(verify(said), 1);
	assert_non_null(strstr(said, "is not what the checkpoint says"));
	free(old);
	free(db);
}

/* A checkpoint that somebody has mended is none. */
static void
test_checkpoint_forged(void **state)
{
	char *path = mem_printf("%s/checkpoint", server->folder), said[256];
	char *command = mem_printf("sed -i 's/^rows .*/rows 1/' '%s'", path);

	(void)state;
	take_checkpoint();
	assert_int_equal(verify(said), 0);
	assert_int_equal(system(command), 0);
	assert_int_equal(verify(said), 2);
	free(command);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_consents_alone),
	    cmocka_unit_test_setup(test_attacks, next_day),
	    cmocka_unit_test_setup(test_restamped, next_day),
	    cmocka_unit_test_setup(test_rollback, next_day),
	    cmocka_unit_test_setup(test_checkpoint_forged, next_day),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
