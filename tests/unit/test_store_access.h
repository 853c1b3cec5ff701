/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_STORE_ACCESS_H
#define EMAGE_TESTS_UNIT_TEST_STORE_ACCESS_H

#include <sqlite3.h>

#include "tests/unit/test_store.h"

/* Fictitious professionals, accesses and blocks. */

struct put_args {
	struct store_professional_line line;
	enum store_put put;
};

static inline int
run_put(struct store_conn *db, void *arg)
{
	struct put_args *a = arg;

	return store_professional_put(db, &a->line, &a->put);
}

static inline struct store_professional_line
professional_line(const char *rpps, const char *family_name, const char *given_name)
{
	return (struct store_professional_line){
	    .rpps = rpps,
	    .family_name = family_name,
	    .given_name = given_name,
	    .profession_code = "10",
	    .profession = "Médecin",
	    .specialty_code = "SM44",
	    .specialty = "Radio-diagnostic (SM)",
	    .load_id = 1,
	};
}

static inline enum store_put
put_line(struct fixture *f, const struct store_professional_line *line)
{
	struct put_args a = {.line = *line};

	assert_int_equal(store_run(f->store, run_put, &a), 0);
	return a.put;
}

static inline struct store_professional
professional_of(struct fixture *f, const char *rpps)
{
	struct store_professional p;

	assert_int_equal(store_professional_by_rpps(f->reader, f->arena, rpps, &p), 0);
	return p;
}

struct establishment_args {
	const char *finess, *name;
	uint64_t id;
};

static inline int
run_establishment(struct store_conn *db, void *arg)
{
	struct establishment_args *a = arg;
	bool existed;

	return store_establishment_add(db, a->finess, a->name, &a->id, &existed);
}

static inline uint64_t
establishment(struct fixture *f, const char *finess, const char *name)
{
	struct establishment_args a = {.finess = finess, .name = name};

	assert_int_equal(store_run(f->store, run_establishment, &a), 0);
	return a.id;
}

/* --------------------------------------------------------------- accesses */

struct access_args {
	struct store_access e;
	uint64_t number;
	int rc; /* what the job returns after it has written */
};

static inline int
run_access(struct store_conn *db, void *arg)
{
	static const struct store_actor by = {.account_id = 7, .name = "", .terminal = "terminal"};
	struct access_args *a = arg;
	int rc = store_access_append(db, &a->e, &by, &a->number);

	return rc ? rc : a->rc;
}

static inline struct access_args
access_new(uint64_t patient_id, int64_t at_ms)
{
	return (struct access_args){.e = {
					.patient_id = patient_id,
					.at_ms = at_ms,
					.recorded_at_ms = NOW_MS,
					.rpps = "10000000017",
					.family_name = "Müller-Fictif",
					.given_name = "Jean-Paul",
					.profession = "Médecin",
					.specialty = "Radiologie (SCH)",
					.establishment = "CHU FICTIF",
					.motive = "seen",
					.motive_label = "Vu en consultation",
					.motive_detail = "",
					.until_ms = at_ms + 3600000,
					.terminal = "poste 4",
				    }};
}

static inline uint64_t
access_add(struct fixture *f, uint64_t patient_id, int64_t at_ms)
{
	struct access_args a = access_new(patient_id, at_ms);

	assert_int_equal(store_run(f->store, run_access, &a), 0);
	return a.number;
}

/* SQL by somebody else, on a database that is not open here. */
static inline int
plain_sql(struct fixture *f, const char *sql)
{
	sqlite3 *db;
	int result;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	result = sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_close(db);
	return result;
}

#endif
