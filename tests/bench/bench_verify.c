/* SPDX-License-Identifier: MIT */
/*
 * How long the audit trail and the histories take to verify, a row of each for an
 * access, beside the least that reading and hashing the same bytes costs, and what
 * that makes for the 50 million rows of the requirement.
 *
 *	bench_verify [DIRECTORY [ACCESSES]]
 */
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/secret.h"
#include "db/store.h"
#include "tests/bench/proc.h"
#include "tests/lib/patient.h"

#define N_ACCESSES  200000u
#define N_PATIENTS  2000u
#define ROWS_A_JOB  500u
#define ROWS_A_STEP 2000u
#define ROWS_ASKED  50e6
#define MS_ASKED    (5 * 60 * 1000.0)
#define HASH_LEN    32

struct fill {
	uint32_t from, n;
};

static void
verify_must(int rc, const char *what)
{
	if (rc != 0)
		die("bench verify: %s: %s", what, err_name(rc));
}

static int
verify_people(struct store_conn *db, void *arg)
{
	const struct fill *f = arg;
	int rc = 0;

	for (uint32_t i = f->from; i < f->from + f->n && rc == 0; i++) {
		struct store_patient_new patient;
		char identifier[32];
		uint64_t patient_id, account_id;

		snprintf(identifier, sizeof(identifier), "patient%u", i);
		patient = patient_new(identifier, 1);
		rc = store_patient_add(db, &patient, &patient_id, &account_id);
	}
	return rc;
}

static int
verify_accesses(struct store_conn *db, void *arg)
{
	static const struct store_actor by = {.name = "", .terminal = "terminal"};
	const struct fill *f = arg;
	int rc = 0;

	for (uint32_t i = f->from; i < f->from + f->n && rc == 0; i++) {
		uint64_t number;

		rc = store_access_append(db,
		    &(struct store_access){.patient_id = 1 + i % N_PATIENTS,
			.at_ms = i,
			.recorded_at_ms = i,
			.rpps = "10000000009",
			.family_name = "MEDECIN",
			.given_name = "Paul",
			.profession = "Médecin",
			.specialty = "Radiologie (SCH)",
			.establishment = "CHU FICTIF",
			.motive = "seen",
			.motive_label = "Vu en consultation",
			.motive_detail = "",
			.terminal = "poste 4"},
		    &by, &number);
	}
	return rc;
}

static void
verify_fill(struct store *store, int (*run)(struct store_conn *db, void *arg), uint32_t n)
{
	struct fill f;

	for (f.from = 0; f.from < n; f.from += f.n) {
		f.n = n - f.from < ROWS_A_JOB ? n - f.from : ROWS_A_JOB;
		verify_must(store_run(store, run, &f), "filling");
	}
}

/* Milliseconds of the whole verifying, as the server does it. */
static double
verify_run(struct store *store, uint64_t n_accesses)
{
	struct store_verify *v = store_verify_new(0, NULL);
	struct store_verdict verdict = {0};
	struct store_conn *db;
	int64_t from = proc_now_ns();

	verify_must(store_reader_new(store, &db), "reader");
	while (!verdict.done)
		verify_must(store_verify_step(v, db, ROWS_A_STEP, &verdict), "step");
	from = proc_now_ns() - from;
	if (!verdict.sound || verdict.n_accesses != n_accesses)
		die("bench verify: %s", verdict.why);
	store_reader_free(&db);
	store_verify_free(&v);
	return (double)from / 1e6;
}

/* Every column of every row into a hash, by itself. */
static double
verify_least(const char *path)
{
	static const char *const queries[] = {
	    "SELECT * FROM audit ORDER BY seq", "SELECT * FROM access ORDER BY patient_id, number"};
	int64_t from = proc_now_ns();
	sqlite3 *db;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		die("bench verify: %s: cannot open", path);
	for (size_t q = 0; q < ARRAY_LEN(queries); q++) {
		sqlite3_stmt *s;

		if (sqlite3_prepare_v2(db, queries[q], -1, &s, NULL) != SQLITE_OK)
			die("bench verify: %s", sqlite3_errmsg(db));
		while (sqlite3_step(s) == SQLITE_ROW) {
			crypto_generichash_state st;
			uint8_t hash[HASH_LEN];

			crypto_generichash_init(&st, NULL, 0, sizeof(hash));
			for (int i = 0; i < sqlite3_column_count(s); i++) {
				const void *bytes = sqlite3_column_blob(s, i);
				if (bytes != NULL)
					crypto_generichash_update(
					    &st, bytes, (unsigned)sqlite3_column_bytes(s, i));
			}
			crypto_generichash_final(&st, hash, sizeof(hash));
		}
		sqlite3_finalize(s);
	}
	sqlite3_close(db);
	return (double)(proc_now_ns() - from) / 1e6;
}

static void
verify_remove(const char *path)
{
	static const char *const endings[] = {"", "-wal", "-shm", ".lock"};

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		char *file = mem_printf("%s%s", path, endings[i]);

		unlink(file);
		free(file);
	}
}

int
main(int argc, char **argv)
{
	const uint32_t n = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : N_ACCESSES;
	char *path = mem_printf("%s/verify-%d.db", argc > 1 ? argv[1] : ".", (int)getpid());
	struct store_options o = {
	    .path = path, .cache_bytes = 64 << 20, .queue_max = 16, .batch_max = 16};
	struct store *store;
	double took_ms, least_ms;

	secret_setup();
	log_set(LOG_LEVEL_ERROR, false);
	verify_must(store_open(&o, &store), path);
	verify_fill(store, verify_people, N_PATIENTS);
	verify_fill(store, verify_accesses, n);
	took_ms = verify_run(store, n);
	store_close(&store);
	least_ms = verify_least(path);
	verify_remove(path);
	free(path);
	printf("audit verify, %u accesses: %.0f ms, %.2f of reading and hashing; "
	       "%.0f million rows in %.0f s (at most %.0f)\n",
	    n, took_ms, took_ms / least_ms, ROWS_ASKED / 1e6,
	    took_ms / 1000 * ROWS_ASKED / (2.0 * n), MS_ASKED / 1000);
	return 0;
}
