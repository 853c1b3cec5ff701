/* SPDX-License-Identifier: MIT */
/*
 * How many records a second professionals open, each with its row in the patient's
 * history durable before the answer: 64 at once, through the store as the handler
 * uses it. Beside it the least that one row of evidence costs.
 *
 *	bench_record [DIRECTORY]
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/secret.h"
#include "db/store.h"
#include "tests/bench/proc.h"
#include "tests/bench/writes.h"
#include "tests/lib/patient.h"

#define N_DOORS	  64u
#define N_EACH	  200u
#define BATCH_MAX 64u
#define RAW_MS	  2000

struct door {
	struct store *store;
	unsigned n;
	uint64_t account_id, patient_id, professional_id, session_id;
	double took_ms[N_EACH];
};

static struct door doors[N_DOORS];

static void
record_must(int rc, const char *what)
{
	if (rc != 0)
		die("bench record: %s: %s", what, err_name(rc));
}

static int
record_make(struct store_conn *db, void *arg)
{
	struct door *d = arg;
	char identifier[32], rpps[12];
	enum store_put put;
	struct arena *a = arena_new(65536);
	struct store_patient_new patient;
	struct store_professional who;
	uint64_t ignored;
	int rc;

	snprintf(identifier, sizeof(identifier), "patient%u", d->n);
	snprintf(rpps, sizeof(rpps), "%011u", d->n);
	patient = patient_new(identifier, 1);
	rc = store_patient_add(db, &patient, &d->patient_id, &ignored);
	if (rc == 0)
		rc = store_professional_put(db,
		    &(struct store_professional_line){.rpps = rpps,
			.family_name = "MEDECIN",
			.given_name = "Paul",
			.profession_code = "10",
			.profession = "Médecin",
			.specialty_code = "",
			.specialty = "",
			.load_id = d->n + 1},
		    &put);
	if (rc == 0)
		rc = store_professional_by_rpps(db, a, rpps, &who);
	d->professional_id = who.professional_id;
	snprintf(identifier, sizeof(identifier), "medecin%u", d->n);
	if (rc == 0)
		rc = store_staff_add(db,
		    &(struct store_staff_new){.role = 3,
			.identifier = identifier,
			.family_name = "MEDECIN",
			.given_name = "Paul",
			.professional_id = d->professional_id,
			.email = "y@example.org",
			.mobile = "",
			.language = "fr",
			.now_ms = 1},
		    &d->account_id);
	if (rc == 0)
		rc = store_session_add(db,
		    &(struct store_session){.account_id = d->account_id,
			.role = 3,
			.kind = 1,
			.opened_at_ms = 1,
			.active_at_ms = 1,
			.idle_limit_ms = 1,
			.ends_at_ms = 1,
			.generation = 1,
			.factors = 1,
			.token_hash = {(uint8_t)d->n, 1}},
		    &d->session_id);
	arena_free(&a);
	return rc;
}

/* What record.open does in its transaction. */
static int
record_open(struct store_conn *db, void *arg)
{
	struct door *d = arg;
	struct arena *a = arena_new(65536);
	struct store_staff staff;
	struct store_professional who;
	struct store_person person;
	struct store_record before, r = {.session_id = d->session_id,
					.account_id = d->account_id,
					.professional_id = d->professional_id,
					.patient_id = d->patient_id,
					.motive = "seen",
					.motive_label = "Vu en consultation",
					.motive_detail = "",
					.opened_at_ms = 2,
					.until_ms = 3};
	int64_t blocked_at_ms;
	int rc = store_staff_get(db, a, d->account_id, &staff);

	if (rc == 0)
		rc = store_professional_get(db, a, staff.professional_id, &who);
	if (rc == 0)
		rc = store_record_person(db, a, d->patient_id, &person);
	if (rc == 0)
		rc = store_block_get(db, d->patient_id, d->professional_id, &blocked_at_ms);
	if (rc == 0)
		rc = store_access_append(db,
		    &(struct store_access){.patient_id = d->patient_id,
			.at_ms = 2,
			.recorded_at_ms = 2,
			.rpps = who.rpps,
			.family_name = who.family_name,
			.given_name = who.given_name,
			.profession = who.profession,
			.specialty = who.specialty,
			.establishment = "",
			.motive = r.motive,
			.motive_label = r.motive_label,
			.motive_detail = "",
			.until_ms = 3,
			.terminal = "terminal"},
		    &(struct store_actor){
			.account_id = d->account_id, .name = "", .terminal = "terminal"},
		    &r.access_number);
	if (rc == 0)
		rc = store_record_get(db, a, d->session_id, &before);
	if (rc == 0 || rc == -EM_E_NOT_FOUND)
		rc = store_record_put(db, &r);
	if (rc == 0)
		rc = store_audit_append(db, &(struct store_audit){.at_ms = 2,
						.event = "record.opened",
						.actor_account = d->account_id,
						.actor = "",
						.patient_id = d->patient_id,
						.terminal = "terminal",
						.result = "ok",
						.detail = "motive=seen"});
	arena_free(&a);
	return rc;
}

static void *
record_door(void *arg)
{
	struct door *d = arg;

	for (unsigned i = 0; i < N_EACH; i++) {
		int64_t from = proc_now_ns();

		record_must(store_run(d->store, record_open, d), "open");
		d->took_ms[i] = (double)(proc_now_ns() - from) / 1e6;
	}
	return NULL;
}

static int
record_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
record_report(int64_t took_ns, double raw)
{
	static double all[N_DOORS * N_EACH];
	const unsigned n = N_DOORS * N_EACH;

	for (unsigned i = 0; i < n; i++)
		all[i] = doors[i / N_EACH].took_ms[i % N_EACH];
	qsort(all, n, sizeof(all[0]), record_compare);
	printf("record.open, %u at once: %.0f/s, median %.1f ms, p99 %.1f ms (one row of evidence: "
	       "%.0f/s)\n",
	    N_DOORS, n * 1e9 / (double)took_ns, all[n / 2], all[n - n / 100], raw);
}

int
main(int argc, char **argv)
{
	const char *directory = argc > 1 ? argv[1] : ".";
	char *path = mem_printf("%s/record-%d.db", directory, (int)getpid());
	static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
	struct store_options o = {
	    .path = path, .cache_bytes = 64 << 20, .queue_max = 1024, .batch_max = BATCH_MAX};
	pthread_t thread[N_DOORS];
	struct store *store;
	int64_t from;

	secret_setup();
	log_set(LOG_LEVEL_ERROR, false);
	record_must(store_open(&o, &store), path);
	for (unsigned i = 0; i < N_DOORS; i++) {
		doors[i].store = store;
		doors[i].n = i;
		record_must(store_run(store, record_make, &doors[i]), "people");
	}
	from = proc_now_ns();
	for (unsigned i = 0; i < N_DOORS; i++)
		pthread_create(&thread[i], NULL, record_door, &doors[i]);
	for (unsigned i = 0; i < N_DOORS; i++)
		pthread_join(thread[i], NULL);
	from = proc_now_ns() - from;
	store_close(&store);
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		char *file = mem_printf("%s%s", path, endings[i]);

		unlink(file);
		free(file);
	}
	free(path);
	record_report(from, writes_raw(directory, RAW_MS));
	return 0;
}
