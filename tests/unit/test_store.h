/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_STORE_H
#define EMAGE_TESTS_UNIT_TEST_STORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/log.h"
#include "common/secret.h"
#include "db/conn.h"
#include "tests/lib/patient.h"

/*
 * What the tests of the store share: a database in a folder of its own, and
 * fictitious people, exams and slices in it.
 */
struct fixture {
	char dir[64];
	char path[96];
	struct store *store;
	struct store_conn *reader;
	struct arena *arena;
};

#define NOW_MS INT64_C(1480000000000)
/* A patient's own. */
#define EYES(patient) (&(const struct store_eyes){.patient_id = (patient)})

static inline struct store_options
fixture_options(const struct fixture *f)
{
	return (struct store_options){
	    .path = f->path, .cache_bytes = 1 << 20, .queue_max = 1000, .batch_max = 64};
}

static inline void
fixture_open(struct fixture *f)
{
	struct store_options o = fixture_options(f);

	assert_int_equal(store_open(&o, &f->store), 0);
	assert_int_equal(store_reader_new(f->store, &f->reader), 0);
}

static inline void
fixture_close(struct fixture *f)
{
	store_reader_free(&f->reader);
	store_close(&f->store);
}

static inline int
fixture_folder(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	secret_setup();
	log_set(LOG_LEVEL_ERROR, false);
	snprintf(f->dir, sizeof(f->dir), "/tmp/emage-store-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/db", f->dir);
	f->arena = arena_new(4 << 20);
	*state = f;
	return 0;
}

static inline int
fixture_setup(void **state)
{
	fixture_folder(state);
	fixture_open(*state);
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	static const char *const suffix[] = {"", "-wal", "-shm", ".lock"};
	struct fixture *f = *state;
	char name[128];
	size_t i;

	fixture_close(f);
	for (i = 0; i < ARRAY_LEN(suffix); i++) {
		snprintf(name, sizeof(name), "%s%s", f->path, suffix[i]);
		unlink(name);
	}
	assert_int_equal(rmdir(f->dir), 0);
	arena_free(&f->arena);
	free(f);
	return 0;
}

/* ---------------------------------------------------------------- patients */

struct fixture_patient {
	const char *identifier;
	uint64_t patient_id, account_id;
};

static inline struct store_patient_new
fixture_patient_new(const char *identifier)
{
	return patient_new(identifier, NOW_MS);
}

static inline int
fixture_run_patient(struct store_conn *db, void *arg)
{
	struct fixture_patient *p = arg;
	struct store_patient_new n = fixture_patient_new(p->identifier);

	return store_patient_add(db, &n, &p->patient_id, &p->account_id);
}

static inline struct fixture_patient
fixture_patient(struct fixture *f, const char *identifier)
{
	struct fixture_patient p = {.identifier = identifier};

	assert_int_equal(store_run(f->store, fixture_run_patient, &p), 0);
	return p;
}

/* ------------------------------------------------------------------- slices */

struct fixture_add {
	struct store_instance_new in;
	uint64_t instance_id, exam_id;
};

static inline int
fixture_run_add(struct store_conn *db, void *arg)
{
	struct fixture_add *a = arg;

	return store_instance_add(db, &a->in, &a->instance_id, &a->exam_id);
}

/* A slice or report to be adapted; `sop` names it. */
static inline struct store_instance_new
fixture_instance(uint64_t patient_id, const char *study, const char *sop)
{
	return (struct store_instance_new){
	    .patient_id = patient_id,
	    .study_uid = study,
	    .accession_number = "ACC1",
	    .study_description = "SCANNER THORAX",
	    .taken_at_ms = NOW_MS,
	    .series_uid = "2.25.3",
	    .series_description = "THORAX 1.25mm",
	    .modality = "CT",
	    .body_part = "CHEST",
	    .series_number = 2,
	    .rows = 512,
	    .columns = 512,
	    .sop_class_uid = "1.2.840.10008.5.1.4.1.1.2",
	    .sop_uid = sop,
	    .transfer_syntax_uid = "1.2.840.10008.1.2.1",
	    .instance_number = 1,
	    .release = true,
	    .now_ms = NOW_MS,
	};
}

static inline struct fixture_add
fixture_add(struct fixture *f, const struct store_instance_new *in)
{
	struct fixture_add a = {.in = *in};

	assert_int_equal(store_run(f->store, fixture_run_add, &a), 0);
	return a;
}

#endif
