/* SPDX-License-Identifier: MIT */
/*
 * Makes the database that is measured on. The directory and the schema come
 * from the project itself (emagectl init, the store's migrations); the rows go
 * in by plain inserts in the order of their keys, without a journal, because
 * ten million of them have to be there in a minute or two.
 */
#include "tests/bench/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"
#include "db/store.h"
#include "server/handle/keyed.h"
#include "server/server.h"
#include "tests/bench/proc.h"

#define DATA_VERSION	   1 /* moves when what is made changes */
#define N_ESTABLISHMENTS   40u
#define REPORTS_OF_SAMPLED 2u /* newest exams of a sampled patient */
#define DAY_MS		   86400000LL
#define NEWEST_MS	   1790000000000LL /* September 2026 */
#define UID_ROOT	   "1.2.826.0.1.3680043.10.474."

struct data_exam_kind {
	const char *modality, *description;
};

static const struct data_exam_kind data_kinds[] = {
    {"US", "ÉCHO-DOPPLER DES ARTÈRES TEMPORALES"},
    {"CT", "CRÂNE ABDOMINO-PELVIEN"},
    {"CT", "THORAX SANS INJECTION"},
    {"MR", "IRM CÉRÉBRALE"},
    {"DX", "RADIOGRAPHIE DU GENOU DROIT, FACE ET PROFIL"},
    {"NM", "SCINTIGRAPHIE OSSEUSE CORPS ENTIER"},
    {"MG", "MAMMOGRAPHIE BILATÉRALE"},
    {"CR", "ABDOMEN SANS PRÉPARATION"},
};

struct data {
	sqlite3 *db;
	uint32_t n_patients;
	int64_t now_ms;
};

/* ------------------------------------------------------------ what is where */

uint32_t
data_n_sampled(uint32_t n_patients)
{
	uint32_t n = n_patients / 4;

	return n == 0 ? 1 : n > BENCH_SAMPLED ? BENCH_SAMPLED : n;
}

static uint32_t
data_stride(uint32_t n_patients)
{
	return n_patients / data_n_sampled(n_patients);
}

uint64_t
data_sampled_patient(uint32_t n_patients, uint32_t i)
{
	return 1 + (uint64_t)i * data_stride(n_patients);
}

uint64_t
data_session_patient(uint32_t n_patients, uint32_t i)
{
	/* neighbours in number are far apart in the file */
	return data_sampled_patient(
	    n_patients, (uint32_t)((uint64_t)i * 7919 % data_n_sampled(n_patients)));
}

/* Sampled patients before this one. */
static uint64_t
data_sampled_before(uint32_t n_patients, uint64_t patient_id)
{
	uint64_t stride = data_stride(n_patients), n = (patient_id - 1 + stride - 1) / stride;

	return n > data_n_sampled(n_patients) ? data_n_sampled(n_patients) : n;
}

static unsigned
data_n_exams(uint32_t n_patients, uint64_t patient_id)
{
	bool sampled = (patient_id - 1) % data_stride(n_patients) == 0 &&
		       (patient_id - 1) / data_stride(n_patients) < data_n_sampled(n_patients);

	return sampled ? BENCH_EXAMS_SAMPLED : BENCH_EXAMS;
}

uint64_t
data_exam_id(uint32_t n_patients, uint64_t patient_id, unsigned k)
{
	return 1 + (patient_id - 1) * BENCH_EXAMS +
	       data_sampled_before(n_patients, patient_id) * (BENCH_EXAMS_SAMPLED - BENCH_EXAMS) +
	       k;
}

void
data_token(uint32_t i, uint8_t token_r[32])
{
	secret_hash(NULL, &i, sizeof(i), token_r);
}

/* Any number, always the same for the same seed (splitmix64). */
static uint64_t
data_any(uint64_t seed)
{
	uint64_t z = seed * 0x9E3779B97F4A7C15u + 0x9E3779B97F4A7C15u;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

/* ---------------------------------------------------------------- statements */

static void
data_do(struct data *d, const char *sql)
{
	if (sqlite3_exec(d->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die("bench data: %s: %s", sql, sqlite3_errmsg(d->db));
}

static sqlite3_stmt *
data_prepare(struct data *d, const char *sql)
{
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(d->db, sql, -1, &s, NULL) != SQLITE_OK)
		die("bench data: %s: %s", sql, sqlite3_errmsg(d->db));
	return s;
}

static void
data_int(sqlite3_stmt *s, int i, uint64_t v)
{
	sqlite3_bind_int64(s, i, (sqlite3_int64)v);
}

static void
data_put(struct data *d, sqlite3_stmt *s)
{
	if (sqlite3_step(s) != SQLITE_DONE)
		die("bench data: %s", sqlite3_errmsg(d->db));
	sqlite3_reset(s);
}

static void
data_text(sqlite3_stmt *s, int i, const char *text)
{
	sqlite3_bind_text(s, i, text, -1, SQLITE_TRANSIENT);
}

/* --------------------------------------------------------------------- rows */

static void
data_establishments(struct data *d)
{
	sqlite3_stmt *s =
	    data_prepare(d, "INSERT INTO establishment (establishment_id, finess, name, name_fold)"
			    " VALUES (?1, ?2, ?3, ?4)");
	char name[64], fold[256], finess[16];
	uint32_t i;

	for (i = 1; i <= N_ESTABLISHMENTS; i++) {
		snprintf(name, sizeof(name), "Clinique fictive n° %u, Strasbourg", i);
		snprintf(finess, sizeof(finess), "%09u", 670000000 + i);
		text_fold(name, strlen(name), fold);
		data_int(s, 1, i);
		data_text(s, 2, finess);
		data_text(s, 3, name);
		data_text(s, 4, fold);
		data_put(d, s);
	}
	sqlite3_finalize(s);
}

static void
data_patients(struct data *d)
{
	sqlite3_stmt *patient = data_prepare(d,
	    "INSERT INTO patient (patient_id, civility, given_name, used_name, birth_name, sex,"
	    " birth_date, created_at_ms) VALUES (?1, 'Madame', 'Camille', ?2, ?2, 'F', 19800101, "
	    "?3)");
	sqlite3_stmt *consent = data_prepare(d,
	    "INSERT INTO consent (consent_id, patient_id, given, at_ms, operator_name,"
	    " establishment_id) VALUES (?1, ?1, 1, ?3, 'Accueil fictif', 1)");
	sqlite3_stmt *account = data_prepare(d,
	    "INSERT INTO account (account_id, patient_id, role, state, identifier, email, mobile,"
	    " language, password_hash, temp_hash, temp_expires_at_ms, created_at_ms)"
	    " VALUES (?1, ?1, 1, 1, ?2, 'camille@example.org', '', 'fr',"
	    " '', '', 0, ?3)");
	sqlite3_stmt *all[] = {patient, consent, account};
	char name[32];
	uint32_t p;
	size_t i;

	for (p = 1; p <= d->n_patients; p++) {
		snprintf(name, sizeof(name), "fictive%07u", p);
		for (i = 0; i < ARRAY_LEN(all); i++) {
			data_int(all[i], 1, p);
			if (all[i] != consent)
				data_text(all[i], 2, name);
			data_int(all[i], 3, (uint64_t)d->now_ms);
			data_put(d, all[i]);
		}
	}
	for (i = 0; i < ARRAY_LEN(all); i++)
		sqlite3_finalize(all[i]);
}

/* Newest first, as the table's key sorts them. */
static void
data_exams_of(struct data *d, sqlite3_stmt *s, char (*folds)[256], uint64_t patient_id)
{
	unsigned k = data_n_exams(d->n_patients, patient_id);
	int64_t at_ms = NEWEST_MS - (int64_t)(data_any(patient_id) % (300 * DAY_MS));
	uint64_t id, any;
	size_t kind;
	char uid[64];

	while (k-- > 0) {
		id = data_exam_id(d->n_patients, patient_id, k);
		any = data_any(id);
		kind = any % ARRAY_LEN(data_kinds);
		snprintf(uid, sizeof(uid), UID_ROOT "%llu", 100000000000ULL + id);
		data_int(s, 1, patient_id);
		sqlite3_bind_int64(s, 2, at_ms);
		data_int(s, 3, id);
		data_int(s, 4, 1 + any / 16 % N_ESTABLISHMENTS);
		sqlite3_bind_text(s, 5, data_kinds[kind].modality, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 6, data_kinds[kind].description, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 7, folds[kind], -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 8, uid, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 9, uid + sizeof(UID_ROOT) - 1, -1, SQLITE_STATIC);
		sqlite3_bind_int64(s, 10, at_ms + DAY_MS);
		data_int(s, 11, any / 1024 % 400);
		data_put(d, s);
		at_ms -= (int64_t)(1 + any % (100 * DAY_MS));
	}
}

static void
data_exams(struct data *d)
{
	sqlite3_stmt *s = data_prepare(d,
	    "INSERT INTO exam (patient_id, taken_at_ms, exam_id, establishment_id, modality,"
	    " description, description_fold, study_uid, accession_number, released_at_ms,"
	    " has_report, n_images) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1, ?11)");
	char folds[ARRAY_LEN(data_kinds)][256];
	uint64_t p;
	size_t i;

	for (i = 0; i < ARRAY_LEN(data_kinds); i++)
		text_fold(data_kinds[i].description, strlen(data_kinds[i].description), folds[i]);
	for (p = 1; p <= d->n_patients; p++)
		data_exams_of(d, s, folds, p);
	sqlite3_finalize(s);
	s = data_prepare(d, "UPDATE sequence SET value = (SELECT MAX(exam_id) FROM exam)"
			    " WHERE name = 'exam'");
	data_put(d, s);
	sqlite3_finalize(s);
}

/* A report for the newest exams of those who sign in. */
static void
data_reports(struct data *d)
{
	sqlite3_stmt *series = data_prepare(d,
	    "INSERT INTO series (series_id, exam_id, series_uid, number, modality, description,"
	    " body_part, n_frames, rows, columns, frame_time_ms) VALUES (?1, ?2, ?3, 1, 'SR', "
	    "'Compte rendu', '', 0, 0, 0, 0.0)");
	sqlite3_stmt *instance = data_prepare(d,
	    "INSERT INTO instance (instance_id, series_id, sop_uid, sop_class_uid,"
	    " transfer_syntax_uid, instance_number, rows, columns, n_frames, added_at_ms)"
	    " VALUES (?1, ?1, ?3, '1.2.840.10008.5.1.4.1.1.88.11',"
	    " '1.2.840.10008.1.2.1', 1, 0, 0, 0, ?4)");
	sqlite3_stmt *report = data_prepare(d, "INSERT INTO report (report_id, exam_id, "
					       "instance_id, title, author, text, signed_at_ms,"
					       " is_final, added_at_ms) VALUES (?1, ?2, ?1, "
					       "'Compte rendu', 'Dr Alix Fictif', ?3, ?4, 1,"
					       " ?4)");
	uint32_t n = data_n_sampled(d->n_patients), i;
	uint64_t id = 0, patient, exam;
	char text[1200], uid[64];
	unsigned k;

	for (k = 0; k + 1 < sizeof(text); k++)
		text[k] = k % 80 == 79 ? '\n' : "Pas d'anomalie visible. "[k % 24];
	text[k] = '\0';
	for (i = 0; i < n; i++) {
		patient = data_sampled_patient(d->n_patients, i);
		for (k = 0; k < REPORTS_OF_SAMPLED; k++) {
			exam = data_exam_id(d->n_patients, patient, BENCH_EXAMS_SAMPLED - 1 - k);
			id++;
			snprintf(uid, sizeof(uid), UID_ROOT "1.%llu", 100000000000ULL + id);
			data_int(series, 1, id);
			data_int(series, 2, exam);
			data_text(series, 3, uid);
			data_put(d, series);
			data_int(instance, 1, id);
			data_text(instance, 3, uid);
			sqlite3_bind_int64(instance, 4, d->now_ms);
			data_put(d, instance);
			data_int(report, 1, id);
			data_int(report, 2, exam);
			data_text(report, 3, text);
			sqlite3_bind_int64(report, 4, d->now_ms);
			data_put(d, report);
		}
	}
	sqlite3_finalize(series);
	sqlite3_finalize(instance);
	sqlite3_finalize(report);
}

/* ------------------------------------------------------------------- making */

static void
data_open(struct data *d, const char *directory)
{
	char *path = mem_printf("%s/" SERVER_DATABASE, directory);

	if (sqlite3_open(path, &d->db) != SQLITE_OK)
		die("bench data: %s: %s", path, sqlite3_errmsg(d->db));
	free(path);
}

static void
data_migrate(const char *directory)
{
	char *path = mem_printf("%s/" SERVER_DATABASE, directory);
	struct store_options o = {
	    .path = path,
	    .cache_bytes = BENCH_CACHE_MIB << 20,
	    .queue_max = 64,
	    .batch_max = 64,
	};
	struct store *store;

	if (store_open(&o, &store) != 0)
		die("bench data: cannot make %s", path);
	store_close(&store);
	free(path);
}

static void
data_init(const char *build, const char *directory)
{
	char *program = mem_printf("%s/emagectl", build);
	const char *argv[] = {program, "init", "--directory", directory, NULL};

	if (proc_run(argv) != 0)
		die("bench data: emagectl init failed");
	free(program);
}

static void
data_fill(struct data *d)
{
	data_do(d, "PRAGMA journal_mode = DELETE");
	data_do(d, "PRAGMA journal_mode = OFF");
	data_do(d, "PRAGMA synchronous = OFF");
	data_do(d, "PRAGMA locking_mode = EXCLUSIVE");
	data_do(d, "PRAGMA foreign_keys = OFF");
	data_do(d, "PRAGMA cache_size = -1048576");
	data_do(d, "BEGIN");
	data_establishments(d);
	data_patients(d);
	data_exams(d);
	data_reports(d);
	data_do(d, "COMMIT");
}

void
data_make(const char *build, const char *directory, uint32_t n_patients)
{
	struct data d = {.n_patients = n_patients, .now_ms = clock_now_ms()};
	char *done = mem_printf("%s/made-%d-%u", directory, DATA_VERSION, n_patients);
	const char *remove[] = {"/bin/rm", "-rf", directory, NULL};
	FILE *f;

	if (access(done, F_OK) == 0) {
		free(done);
		return;
	}
	fprintf(stderr, "making %u patients in %s, once\n", n_patients, directory);
	if (proc_run(remove) != 0)
		die("bench data: cannot clear %s", directory);
	data_init(build, directory);
	data_migrate(directory);
	data_open(&d, directory);
	data_fill(&d);
	if (sqlite3_close(d.db) != SQLITE_OK)
		die("bench data: statements left open");
	data_migrate(directory); /* back to the store's own journal */
	f = fopen(done, "we");
	if (f == NULL || fclose(f) != 0)
		die("bench data: %s", done);
	free(done);
}

void
data_sessions(const char *directory, uint32_t n_patients, uint32_t n)
{
	struct data d = {.n_patients = n_patients, .now_ms = clock_now_ms()};
	char *path = mem_printf("%s/" SERVER_PEPPER, directory);
	uint8_t token[32], hash[32];
	struct secret pepper;
	sqlite3_stmt *s;
	uint64_t patient;
	uint32_t i;

	if (secret_load(path, 32, &pepper) != 0)
		die("bench data: %s", path);
	free(path);
	data_open(&d, directory);
	data_do(&d, "PRAGMA synchronous = OFF");
	data_do(&d, "BEGIN");
	data_do(&d, "DELETE FROM session");
	s = data_prepare(&d,
	    "INSERT INTO session (account_id, patient_id, role, kind, opened_at_ms, active_at_ms,"
	    " idle_limit_ms, ends_at_ms, generation, factors, token_hash)"
	    " VALUES (?1, ?1, 1, 1, ?2, ?2, 3600000, ?2 + 14400000, 1, 3, ?3)");
	for (i = 0; i < n; i++) {
		patient = data_session_patient(n_patients, i);
		data_token(i, token);
		keyed_token(&pepper, token, hash);
		data_int(s, 1, patient);
		sqlite3_bind_int64(s, 2, d.now_ms);
		sqlite3_bind_blob(s, 3, hash, sizeof(hash), SQLITE_STATIC);
		data_put(&d, s);
	}
	sqlite3_finalize(s);
	data_do(&d, "COMMIT");
	data_do(&d, "PRAGMA wal_checkpoint(TRUNCATE)");
	if (sqlite3_close(d.db) != SQLITE_OK)
		die("bench data: statements left open");
	secret_free(&pepper);
}
