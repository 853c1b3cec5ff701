/* SPDX-License-Identifier: MIT */
/*
 * Disks that fail, and power that goes, at every moment: what was acknowledged
 * is there, what was refused is not, the database is whole and its audit chain
 * unbroken. And the same harness must find the losses of a store that does not
 * wait for the disk, or it would prove nothing.
 */
#include "tests/unit/test_store.h"

#include "db/sqlite/sqlite.h"
#include "tests/lib/verify.h"
#include "tests/unit/test_store_disk.h"

#define N_JOBS 8
/* changes of files in one run that nothing disturbs, and some */
#define N_OPS 200
/* the same moment tears differently each time; under the sanitizers, which look at
 * memory and take three times as long, each comes once */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define N_CUTS N_OPS
#endif
#endif
#ifndef N_CUTS
#define N_CUTS (2 * N_OPS)
#endif
#define N_CUTS_NAIVE 60

struct world {
	struct fixture *f;
	void *base; /* a database with something in it, as bytes */
	long base_len;
};

struct add_job {
	struct store_job job;
	char identifier[16];
	unsigned nr;
	int result;
	bool told;
};

struct outcome {
	unsigned n_acknowledged, n_lost, n_ghosts;
	bool damaged;
};

/* ---------------------------------------------------------------------- work */

/* A patient with an exam of some frames, in one job, with its audit row. */
static int
add_run(struct store_conn *db, void *arg)
{
	static const uint8_t info[300] = {1};
	static const struct store_frame_new frames[] = {
	    {.n_bytes = 1, .sort_key = 1, .info = info, .info_len = sizeof(info)},
	    {.n_bytes = 1, .sort_key = 2, .info = info, .info_len = sizeof(info)},
	};
	const struct store_audit e = {
	    .event = "patient.added", .actor = "", .terminal = "", .result = "ok", .detail = ""};
	struct add_job *j = arg;
	struct store_patient_new p = fixture_patient_new(j->identifier);
	struct store_instance_new in;
	struct sqlite_conn *c = (struct sqlite_conn *)db->db;
	uint64_t patient_id, account_id, instance_id, exam_id;
	char uid[32];
	int rc = store_patient_add(db, &p, &patient_id, &account_id);

	snprintf(uid, sizeof(uid), "2.25.%u", j->nr);
	in = fixture_instance(patient_id, uid, uid);
	in.frames = frames;
	in.n_frames = 2;
	if (!rc)
		rc = store_instance_add(db, &in, &instance_id, &exam_id);
	if (!rc)
		rc = store_audit_append(db, &e);
	/* checkpoints as often as possible */
	c->checkpoint_at = j->nr % 3 == 0 ? 1 : 100000;
	if (j->nr % 7 == 0)
		c->log_pages = 100000;
	return rc;
}

static void
add_done(void *arg, int rc)
{
	struct add_job *j = arg;

	j->result = rc;
	j->told = true;
}

static int
run_naive(struct store_conn *db, void *arg)
{
	(void)arg;
	db_txn(db, DB_RELEASE);
	db_txn(db, DB_COMMIT);
	sqlite_do(((struct sqlite_conn *)db->db)->db, "PRAGMA synchronous = OFF");
	db_txn(db, DB_BEGIN_WRITE);
	return db_txn(db, DB_SAVEPOINT);
}

static void
write_base(const struct world *w)
{
	static const char *const suffix[] = {"-wal", "-shm"};
	char name[128];
	size_t i;
	FILE *f = fopen(w->f->path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(w->base, 1, (size_t)w->base_len, f), w->base_len);
	fclose(f);
	for (i = 0; i < ARRAY_LEN(suffix); i++) {
		snprintf(name, sizeof(name), "%s%s", w->f->path, suffix[i]);
		unlink(name);
	}
}

static void
forget_index(const struct world *w)
{
	char name[128];

	snprintf(name, sizeof(name), "%s-shm", w->f->path);
	unlink(name);
}

/* All jobs on the failing disk; every one is told something, or refused. */
static void
run_jobs(const struct world *w, struct add_job *jobs, bool naive)
{
	struct store_options o = fixture_options(w->f);
	struct store *s = NULL;
	unsigned i;

	o.batch_max = 3;
	memset(jobs, 0, N_JOBS * sizeof(*jobs));
	for (i = 0; i < N_JOBS; i++) {
		jobs[i].nr = i + 1;
		snprintf(jobs[i].identifier, sizeof(jobs[i].identifier), "em%u", i + 1);
		jobs[i].job = (struct store_job){.run = add_run, .done = add_done, .arg = &jobs[i]};
		jobs[i].result = -EM_E_UNAVAILABLE;
	}
	if (store_open(&o, &s) != 0)
		return;
	if (naive)
		(void)store_run(s, run_naive, NULL);
	for (i = 0; i < N_JOBS; i++) {
		if (store_submit(s, &jobs[i].job) != 0)
			jobs[i].told = true;
	}
	store_close(&s);
	for (i = 0; i < N_JOBS; i++)
		assert_true(jobs[i].told);
}

/* What a sound disk finds afterwards. */
static struct outcome
look(const struct world *w, const struct add_job *jobs)
{
	struct fixture *f = w->f;
	struct store_options o = fixture_options(f);
	struct outcome out = {.n_lost = 0};
	struct store_account a;
	struct store_frame *frames;
	struct store_exam_query q = {.from_ms = INT64_MIN, .before_ms = INT64_MAX, .limit = 2};
	struct store_exam *exams;
	struct store_series *series;
	struct store_verdict trail = {.n_rows = 0};
	int64_t whole = 0;
	uint32_t total;
	unsigned i, n, n_there = 0;

	if (store_open(&o, &f->store) != 0) {
		out.damaged = true;
		return out;
	}
	assert_int_equal(store_reader_new(f->store, &f->reader), 0);
	if (sqlite_integer(((struct sqlite_conn *)f->reader->db)->db,
		"SELECT count(*) = 1 AND max(integrity_check) = 'ok' FROM pragma_integrity_check",
		&whole) ||
	    !whole || verify_store(f->reader, &trail) || trail.bad_seq)
		out.damaged = true;
	for (i = 0; i < N_JOBS && !out.damaged; i++) {
		const int rc =
		    store_account_by_identifier(f->reader, f->arena, jobs[i].identifier, &a);

		out.n_acknowledged += jobs[i].result == 0;
		out.n_lost += jobs[i].result == 0 && rc != 0;
		out.n_ghosts += jobs[i].result != 0 && jobs[i].result != -EM_E_UNCERTAIN && rc == 0;
		n_there += rc == 0;
		if (rc)
			continue;
		/* there as a whole */
		q.patient_id = a.patient_id;
		if (store_exam_page(f->reader, f->arena, &q, &exams, &n) || n != 1 ||
		    store_series_of(
			f->reader, f->arena, EYES(a.patient_id), exams->exam_id, &series, &n) ||
		    n != 1 ||
		    store_frames_get(f->reader, f->arena, EYES(a.patient_id), series->series_id, 0,
			9, &frames, &n, &total) ||
		    n != 2)
			out.damaged = true;
	}
	/* a row of the job's own, and one of the consent */
	if (!out.damaged && trail.n_rows != 2 * n_there)
		out.damaged = true;
	arena_reset(f->arena);
	fixture_close(f);
	return out;
}

/* ---------------------------------------------------------------------- tests */

/* Every change of a file fails in every way, one run each. */
static void
test_every_io_may_fail(void **state)
{
	struct world *w = *state;
	struct add_job jobs[N_JOBS];
	enum disk_fault fault;
	unsigned k, n_runs = 0, n_refused = 0;

	for (fault = DISK_EIO; fault < DISK_CUT; fault++) {
		for (k = 1;; k++) {
			struct outcome out;

			write_base(w);
			disk_insert();
			disk_arm(k, fault, k);
			run_jobs(w, jobs, false);
			disk_remove();
			if (!disk.faulted)
				break;
			out = look(w, jobs);
			if (out.damaged || out.n_lost || out.n_ghosts)
				fail_msg("fault %d at %u: damaged %d, lost %u, ghosts %u",
				    (int)fault, k, out.damaged, out.n_lost, out.n_ghosts);
			n_refused += out.n_acknowledged < N_JOBS;
			n_runs++;
		}
		assert_true(k > N_OPS / 2);
	}
	/* the harness did something: most faults cost somebody the acknowledgement */
	assert_true(n_refused > n_runs / 4);
}

static struct outcome
cut_at(const struct world *w, unsigned k, uint64_t seed, bool naive)
{
	struct add_job jobs[N_JOBS];

	write_base(w);
	disk_insert();
	disk_arm(k, DISK_CUT, seed);
	run_jobs(w, jobs, naive);
	disk_lose();
	disk_remove();
	forget_index(w);
	return look(w, jobs);
}

static void
test_power_may_go_at_any_moment(void **state)
{
	struct world *w = *state;
	unsigned i, n_acknowledged = 0;

	for (i = 0; i < N_CUTS; i++) {
		const unsigned k = 1 + i % N_OPS;
		struct outcome out = cut_at(w, k, i + 1, false);

		if (out.damaged || out.n_lost || out.n_ghosts)
			fail_msg("cut %u at %u: damaged %d, lost %u, ghosts %u", i, k, out.damaged,
			    out.n_lost, out.n_ghosts);
		n_acknowledged += out.n_acknowledged;
	}
	assert_true(n_acknowledged > N_CUTS / 2);
}

/* The control: without waiting for the disk, cuts must cost something. */
static void
test_harness_finds_what_is_lost(void **state)
{
	struct world *w = *state;
	struct add_job jobs[N_JOBS];
	struct outcome whole;
	unsigned i, n_bad = 0;

	/* nothing is wrong with it as long as the power stays */
	write_base(w);
	disk_insert();
	disk_arm(0, DISK_NO_FAULT, 1);
	run_jobs(w, jobs, true);
	disk_remove();
	whole = look(w, jobs);
	assert_false(whole.damaged);
	assert_int_equal(whole.n_acknowledged, N_JOBS);
	assert_int_equal(whole.n_lost, 0);

	for (i = 0; i < N_CUTS_NAIVE; i++) {
		struct outcome out = cut_at(w, 40 + i, i + 1, true);

		n_bad += out.damaged || out.n_lost;
	}
	assert_true(n_bad > N_CUTS_NAIVE / 10);
}

static int
world_setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	void *folder;
	FILE *f;

	assert_non_null(w);
	fixture_folder(&folder);
	w->f = folder;
	fixture_open(w->f);
	fixture_close(w->f);
	f = fopen(w->f->path, "re");
	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	w->base_len = ftell(f);
	rewind(f);
	w->base = malloc((size_t)w->base_len);
	assert_non_null(w->base);
	assert_int_equal(fread(w->base, 1, (size_t)w->base_len, f), w->base_len);
	fclose(f);
	/* thousands of failures are wanted here; nobody reads of each */
	log_set((enum log_level)0, false);
	*state = w;
	return 0;
}

static int
world_teardown(void **state)
{
	struct world *w = *state;
	void *folder = w->f;

	log_set(LOG_LEVEL_ERROR, false);
	write_base(w);
	fixture_open(w->f);
	fixture_teardown(&folder);
	free(w->base);
	free(w);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_every_io_may_fail),
	    TEST(test_power_may_go_at_any_moment),
	    TEST(test_harness_finds_what_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
