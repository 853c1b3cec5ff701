/* SPDX-License-Identifier: MIT */
/* The writer: group commit, savepoints, bounds, and what it says when a write
 * fails. The database beneath is real; the fake in between makes it fail. */
#include "tests/unit/test_store.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/lib/db_fake.h"
#include "tests/lib/verify.h"
#include "db/sqlite/sqlite.h"

#define KEY(n)                                                                                     \
	{                                                                                          \
		(n)                                                                                \
	}

/* ------------------------------------------------------------------ jobs */

/* A job that writes one counter and then returns `rc`. */
struct put_job {
	struct store_job job;
	uint8_t key[32];
	int rc, early; /* early: returned before anything is written */
	bool swallow;  /* errors of the database */
	sem_t *entered, *gate;
	sem_t *told;
	int result;
	unsigned n_commits; /* when it was told */
	unsigned n_told;
};

static unsigned
commits(void)
{
	unsigned n, i, n_commits = 0;
	const struct fake_record *r = fake_records(&n);

	for (i = 0; i < n; i++)
		n_commits += r[i].query == N_QUERIES && r[i].txn == DB_COMMIT;
	return n_commits;
}

static int
put_run(struct store_conn *db, void *arg)
{
	struct put_job *j = arg;
	const struct store_counter c = {.n = 1};
	int rc;

	if (j->entered)
		sem_post(j->entered);
	if (j->gate)
		sem_wait(j->gate);
	if (j->early)
		return j->early;
	rc = store_counter_put(db, COUNTER_PASSWORD, j->key, &c);
	if (rc && !j->swallow)
		return rc;
	return j->rc;
}

static void
put_done(void *arg, int rc)
{
	struct put_job *j = arg;

	j->result = rc;
	j->n_commits = commits();
	j->n_told++;
	sem_post(j->told);
}

static void
put_init(struct put_job *j, uint8_t key, sem_t *told)
{
	*j = (struct put_job){.key = KEY(key), .told = told, .result = 1};
	j->job = (struct store_job){.run = put_run, .done = put_done, .arg = j};
}

static bool
is_stored(struct fixture *f, uint8_t key)
{
	const uint8_t k[32] = KEY(key);
	struct store_counter c;

	assert_int_equal(store_counter_get(f->reader, COUNTER_PASSWORD, k, &c), 0);
	return c.n == 1;
}

static void
open_between(struct fixture *f, unsigned queue_max, unsigned batch_max)
{
	struct store_options o = fixture_options(f);

	fake_reset(&db_sqlite);
	o.queue_max = queue_max;
	o.batch_max = batch_max;
	assert_int_equal(store_open_on(&db_fake, &o, &f->store), 0);
	assert_int_equal(store_reader_new(f->store, &f->reader), 0);
}

static void
wait_told(sem_t *told, unsigned n)
{
	while (n--)
		sem_wait(told);
}

/* ------------------------------------------------------------ group commit */

/* While the first job holds the writer, the others queue up; they are then
 * committed together, and nobody hears of it before. */
static void
test_what_queues_up_is_one_commit(void **state)
{
	enum { N = 12 };
	struct fixture *f = *state;
	struct put_job jobs[N];
	struct store_stats st;
	sem_t told, entered, gate;
	unsigned i;

	open_between(f, 100, 64);
	sem_init(&told, 0, 0);
	sem_init(&entered, 0, 0);
	sem_init(&gate, 0, 0);
	for (i = 0; i < N; i++)
		put_init(&jobs[i], (uint8_t)(i + 1), &told);
	jobs[0].entered = &entered;
	jobs[0].gate = &gate;
	assert_int_equal(store_submit(f->store, &jobs[0].job), 0);
	sem_wait(&entered);
	for (i = 1; i < N; i++)
		assert_int_equal(store_submit(f->store, &jobs[i].job), 0);
	store_stats_get(f->store, &st);
	assert_int_equal(st.queued, N - 1);
	assert_int_equal(st.commits, 0);
	sem_post(&gate);
	wait_told(&told, N);
	store_stats_get(f->store, &st);
	assert_int_equal(st.commits, 2);
	assert_int_equal(st.jobs, N);
	assert_int_equal(st.failed_jobs, 0);
	assert_int_equal(st.queued, 0);
	for (i = 0; i < N; i++) {
		assert_int_equal(jobs[i].result, 0);
		assert_int_equal(jobs[i].n_told, 1);
		/* the first after the first commit, all others after the second */
		assert_int_equal(jobs[i].n_commits, i == 0 ? 1 : 2);
		assert_true(is_stored(f, (uint8_t)(i + 1)));
	}
}

static void
test_batches_and_queue_have_a_limit(void **state)
{
	enum { N = 8 };
	struct fixture *f = *state;
	struct put_job jobs[N + 1];
	struct store_stats st;
	sem_t told, entered, gate;
	unsigned i;

	open_between(f, N - 1, 3);
	sem_init(&told, 0, 0);
	sem_init(&entered, 0, 0);
	sem_init(&gate, 0, 0);
	for (i = 0; i <= N; i++)
		put_init(&jobs[i], (uint8_t)(i + 1), &told);
	jobs[0].entered = &entered;
	jobs[0].gate = &gate;
	assert_int_equal(store_submit(f->store, &jobs[0].job), 0);
	sem_wait(&entered);
	for (i = 1; i < N; i++)
		assert_int_equal(store_submit(f->store, &jobs[i].job), 0);
	/* full: refused at once, nobody waits */
	assert_int_equal(store_submit(f->store, &jobs[N].job), -EM_E_BUSY);
	sem_post(&gate);
	wait_told(&told, N);
	assert_int_equal(jobs[N].n_told, 0);
	store_stats_get(f->store, &st);
	/* 1, then 7 in threes */
	assert_int_equal(st.commits, 4);
	/* room again */
	assert_int_equal(store_submit(f->store, &jobs[N].job), 0);
	wait_told(&told, 1);
	assert_int_equal(jobs[N].result, 0);
	assert_false(is_stored(f, N + 7));
	assert_true(is_stored(f, N + 1));
}

static void
test_a_failing_job_leaves_nothing_the_others_stay(void **state)
{
	struct fixture *f = *state;
	struct put_job jobs[4];
	struct store_stats st;
	sem_t told, entered, gate;
	unsigned i;

	open_between(f, 100, 64);
	sem_init(&told, 0, 0);
	sem_init(&entered, 0, 0);
	sem_init(&gate, 0, 0);
	for (i = 0; i < 4; i++)
		put_init(&jobs[i], (uint8_t)(i + 1), &told);
	jobs[0].entered = &entered;
	jobs[0].gate = &gate;
	jobs[2].rc = -EM_E_CODE_WRONG;
	assert_int_equal(store_submit(f->store, &jobs[0].job), 0);
	sem_wait(&entered);
	for (i = 1; i < 4; i++)
		assert_int_equal(store_submit(f->store, &jobs[i].job), 0);
	sem_post(&gate);
	wait_told(&told, 4);
	assert_int_equal(jobs[1].result, 0);
	assert_int_equal(jobs[2].result, -EM_E_CODE_WRONG);
	assert_int_equal(jobs[3].result, 0);
	assert_true(is_stored(f, 2));
	assert_false(is_stored(f, 3));
	assert_true(is_stored(f, 4));
	store_stats_get(f->store, &st);
	assert_int_equal(st.failed_jobs, 1);
	/* a positive result is a mistake of the job, not a success */
	put_init(&jobs[2], 3, &told);
	jobs[2].rc = 5;
	assert_int_equal(store_submit(f->store, &jobs[2].job), 0);
	wait_told(&told, 1);
	assert_int_equal(jobs[2].result, -EM_E_INTERNAL);
	assert_false(is_stored(f, 3));
}

/* ------------------------------------------------------------------- loading */

/* Holds the writer in jobs[0], which is one of a loading, while the others queue up
 * as they are. */
static void
run_behind_a_loading(struct fixture *f, struct put_job *jobs, unsigned n, sem_t *told)
{
	sem_t entered, gate;

	sem_init(&entered, 0, 0);
	sem_init(&gate, 0, 0);
	jobs[0].job.bulk = true;
	jobs[0].entered = &entered;
	jobs[0].gate = &gate;
	assert_int_equal(store_submit(f->store, &jobs[0].job), 0);
	sem_wait(&entered);
	for (unsigned i = 1; i < n; i++)
		assert_int_equal(store_submit(f->store, &jobs[i].job), 0);
	sem_post(&gate);
	wait_told(told, n);
}

static void
test_a_loading_lets_others_go_first(void **state)
{
	struct fixture *f = *state;
	struct put_job jobs[5];
	sem_t told;

	open_between(f, 100, 64);
	sem_init(&told, 0, 0);
	for (unsigned i = 0; i < 5; i++)
		put_init(&jobs[i], (uint8_t)(i + 1), &told);
	jobs[1].job.bulk = jobs[2].job.bulk = true;
	run_behind_a_loading(f, jobs, 5, &told);
	/* what came last is written second, and the rest of the loading then */
	assert_int_equal(jobs[0].n_commits, 1);
	assert_int_equal(jobs[3].n_commits, 2);
	assert_int_equal(jobs[4].n_commits, 2);
	assert_int_equal(jobs[1].n_commits, 3);
	assert_int_equal(jobs[2].n_commits, 3);
	for (unsigned i = 0; i < 5; i++)
		assert_true(is_stored(f, (uint8_t)(i + 1)));
}

/* A batch of a loading ends after the job that is running when somebody else comes. */
static void
test_a_loading_makes_way(void **state)
{
	struct fixture *f = *state;
	struct put_job first, jobs[3], other;
	sem_t told, entered, gate, entered2, gate2;

	open_between(f, 100, 64);
	sem_init(&told, 0, 0);
	sem_init(&entered, 0, 0);
	sem_init(&gate, 0, 0);
	sem_init(&entered2, 0, 0);
	sem_init(&gate2, 0, 0);
	put_init(&first, 1, &told);
	put_init(&other, 2, &told);
	first.entered = &entered;
	first.gate = &gate;
	assert_int_equal(store_submit(f->store, &first.job), 0);
	sem_wait(&entered);
	for (unsigned i = 0; i < 3; i++) {
		put_init(&jobs[i], (uint8_t)(i + 3), &told);
		jobs[i].job.bulk = true;
	}
	jobs[0].entered = &entered2;
	jobs[0].gate = &gate2;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(store_submit(f->store, &jobs[i].job), 0);
	sem_post(&gate);
	sem_wait(&entered2);
	assert_int_equal(store_submit(f->store, &other.job), 0);
	sem_post(&gate2);
	wait_told(&told, 5);
	assert_int_equal(jobs[0].n_commits, 2);
	assert_int_equal(other.n_commits, 3);
	assert_int_equal(jobs[1].n_commits, 4);
	assert_int_equal(jobs[2].n_commits, 4);
	for (uint8_t key = 1; key <= 5; key++)
		assert_true(is_stored(f, key));
}

static void
test_a_loading_that_fails(void **state)
{
	struct fixture *f = *state;
	struct put_job jobs[5];
	sem_t told;

	open_between(f, 100, 64);
	sem_init(&told, 0, 0);
	for (unsigned i = 0; i < 5; i++)
		put_init(&jobs[i], (uint8_t)(i + 1), &told);
	jobs[1].job.bulk = jobs[2].job.bulk = jobs[3].job.bulk = true;
	/* it has refused before it wrote: the others of its batch stay */
	jobs[2].early = -EM_E_CODE_WRONG;
	run_behind_a_loading(f, jobs, 5, &told);
	assert_int_equal(jobs[1].result, 0);
	assert_int_equal(jobs[2].result, -EM_E_CODE_WRONG);
	assert_int_equal(jobs[3].result, 0);
	assert_true(is_stored(f, 2));
	assert_false(is_stored(f, 3));
	assert_true(is_stored(f, 4));
	for (unsigned i = 0; i < 5; i++)
		put_init(&jobs[i], (uint8_t)(i + 11), &told);
	jobs[1].job.bulk = jobs[2].job.bulk = jobs[3].job.bulk = true;
	/* it has written: what was before it in its transaction goes with it, no more */
	jobs[2].rc = -EM_E_CODE_WRONG;
	run_behind_a_loading(f, jobs, 5, &told);
	assert_int_equal(jobs[0].result, 0);
	assert_int_equal(jobs[1].result, -EM_E_UNAVAILABLE);
	assert_int_equal(jobs[2].result, -EM_E_CODE_WRONG);
	assert_int_equal(jobs[3].result, 0);
	assert_int_equal(jobs[4].result, 0);
	assert_true(is_stored(f, 11));
	assert_false(is_stored(f, 12));
	assert_false(is_stored(f, 13));
	assert_true(is_stored(f, 14));
	assert_true(is_stored(f, 15));
}

/* --------------------------------------------------------------- failures */

static void
count_fatal(void *arg)
{
	unsigned *n = arg;

	(*n)++;
}

/* Holds the writer in the first job, queues three in one batch, of which the
 * second refuses by itself, lets the database fail as arranged. */
static void
batch_of_three(struct fixture *f, struct put_job jobs[4], sem_t *told, void (*arrange)(void))
{
	sem_t entered, gate;
	unsigned i;

	sem_init(told, 0, 0);
	sem_init(&entered, 0, 0);
	sem_init(&gate, 0, 0);
	for (i = 0; i < 4; i++)
		put_init(&jobs[i], (uint8_t)(i + 1), told);
	jobs[0].entered = &entered;
	jobs[0].gate = &gate;
	jobs[2].rc = -EM_E_CODE_WRONG;
	/* told on the writer, before it takes the batch: then it shall fail */
	assert_int_equal(store_submit(f->store, &jobs[0].job), 0);
	sem_wait(&entered);
	for (i = 1; i < 4; i++)
		assert_int_equal(store_submit(f->store, &jobs[i].job), 0);
	arrange();
	sem_post(&gate);
	wait_told(told, 4);
}

static void
fail_commit_io(void)
{
	fake_fail_txn(DB_COMMIT, -EM_E_IO);
}
static void
fail_commit_full(void)
{
	fake_fail_txn(DB_COMMIT, -EM_E_UNAVAILABLE);
}

static void
test_failed_commit_is_uncertain_and_the_end(void **state)
{
	struct fixture *f = *state;
	struct put_job jobs[4], late;
	unsigned n_fatal = 0;
	sem_t told;

	open_between(f, 100, 64);
	store_on_fatal(f->store, count_fatal, &n_fatal);
	batch_of_three(f, jobs, &told, fail_commit_io);
	/* the first commit already fails; what waited behind was never begun */
	assert_int_equal(jobs[0].result, -EM_E_UNCERTAIN);
	assert_int_equal(jobs[1].result, -EM_E_UNAVAILABLE);
	assert_int_equal(jobs[2].result, -EM_E_UNAVAILABLE);
	assert_int_equal(jobs[3].result, -EM_E_UNAVAILABLE);
	assert_int_equal(n_fatal, 1);
	fake_fail_txn(DB_COMMIT, 0);
	put_init(&late, 9, &told);
	assert_int_equal(store_submit(f->store, &late.job), -EM_E_UNAVAILABLE);
	assert_int_equal(n_fatal, 1);
	assert_false(is_stored(f, 1));
	/* told at once when it has already happened */
	store_on_fatal(f->store, count_fatal, &n_fatal);
	assert_int_equal(n_fatal, 2);
}

static void
test_full_disk_is_uncertain_but_not_the_end(void **state)
{
	struct fixture *f = *state;
	struct put_job jobs[4], late;
	unsigned n_fatal = 0;
	sem_t told;

	open_between(f, 100, 64);
	store_on_fatal(f->store, count_fatal, &n_fatal);
	batch_of_three(f, jobs, &told, fail_commit_full);
	assert_int_equal(jobs[0].result, -EM_E_UNCERTAIN);
	assert_int_equal(jobs[1].result, -EM_E_UNCERTAIN);
	/* this one had refused by itself: that is certain */
	assert_int_equal(jobs[2].result, -EM_E_CODE_WRONG);
	assert_int_equal(jobs[3].result, -EM_E_UNCERTAIN);
	assert_int_equal(n_fatal, 0);
	assert_false(is_stored(f, 1));
	assert_false(is_stored(f, 2));
	fake_fail_txn(DB_COMMIT, 0);
	put_init(&late, 9, &told);
	assert_int_equal(store_submit(f->store, &late.job), 0);
	wait_told(&told, 1);
	assert_int_equal(late.result, 0);
	assert_true(is_stored(f, 9));
}

/* Whatever step of a batch fails, nobody is told of a success, and nothing of
 * it is there. */
static void
test_every_step_may_fail(void **state)
{
	static const struct {
		enum db_txn txn;
		int rc, want;
		unsigned n_fatal;
	} rows[] = {
	    {DB_BEGIN_WRITE, -EM_E_UNAVAILABLE, -EM_E_UNAVAILABLE, 0},
	    {DB_BEGIN_WRITE, -EM_E_IO, -EM_E_UNAVAILABLE, 1},
	    {DB_SAVEPOINT, -EM_E_UNAVAILABLE, -EM_E_UNAVAILABLE, 0},
	    {DB_SAVEPOINT, -EM_E_IO, -EM_E_UNAVAILABLE, 1},
	    {DB_RELEASE, -EM_E_UNAVAILABLE, -EM_E_UNAVAILABLE, 0},
	    {DB_RELEASE, -EM_E_IO, -EM_E_UNCERTAIN, 1},
	    {DB_RELEASE, -EM_E_INTERNAL, -EM_E_UNCERTAIN, 1},
	    {DB_COMMIT, -EM_E_UNAVAILABLE, -EM_E_UNCERTAIN, 0},
	    {DB_COMMIT, -EM_E_IO, -EM_E_UNCERTAIN, 1},
	};
	struct fixture *f = *state;
	struct put_job job;
	unsigned i;
	sem_t told;

	sem_init(&told, 0, 0);
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		unsigned n_fatal = 0;

		open_between(f, 100, 64);
		store_on_fatal(f->store, count_fatal, &n_fatal);
		fake_fail_txn(rows[i].txn, rows[i].rc);
		put_init(&job, 1, &told);
		assert_int_equal(store_submit(f->store, &job.job), 0);
		wait_told(&told, 1);
		fake_fail_txn(rows[i].txn, 0);
		assert_int_equal(job.result, rows[i].want);
		assert_int_equal(n_fatal, rows[i].n_fatal);
		assert_false(is_stored(f, 1));
		put_init(&job, 2, &told);
		if (rows[i].n_fatal) {
			assert_int_equal(store_submit(f->store, &job.job), -EM_E_UNAVAILABLE);
		} else {
			assert_int_equal(store_submit(f->store, &job.job), 0);
			wait_told(&told, 1);
			assert_int_equal(job.result, 0);
		}
		fixture_close(f);
		unlink(f->path);
	}
	open_between(f, 100, 64);
}

/* A job that looks away from an error of the database is not believed. */
static void
test_swallowed_errors_are_kept(void **state)
{
	static const struct {
		int rc, want;
		unsigned n_fatal;
	} rows[] = {
	    {-EM_E_IO, -EM_E_UNCERTAIN, 1},
	    {-EM_E_UNAVAILABLE, -EM_E_UNAVAILABLE, 0},
	};
	struct fixture *f = *state;
	struct put_job job;
	unsigned i, k;
	sem_t told;

	sem_init(&told, 0, 0);
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		/* call 1 begins, 2 makes the savepoint, 3 and 4 are the statement */
		for (k = 3; k <= 4; k++) {
			unsigned n_fatal = 0;

			open_between(f, 100, 64);
			store_on_fatal(f->store, count_fatal, &n_fatal);
			put_init(&job, 1, &told);
			job.swallow = true;
			fake_fail_at(k, rows[i].rc);
			assert_int_equal(store_submit(f->store, &job.job), 0);
			wait_told(&told, 1);
			assert_true(fake_has_failed());
			assert_int_equal(job.result, rows[i].want);
			assert_int_equal(n_fatal, rows[i].n_fatal);
			fake_fail_at(0, 0);
			assert_false(is_stored(f, 1));
			fixture_close(f);
			unlink(f->path);
		}
	}
	open_between(f, 100, 64);
}

/* ---------------------------------------------------------- real bad disks */

static int
run_limit_pages(struct store_conn *db, void *arg)
{
	struct sqlite_conn *c = (struct sqlite_conn *)db->db;
	char *sql = mem_printf("PRAGMA max_page_count = %lld", *(long long *)arg);
	int rc = sqlite_do(c->db, sql);

	free(sql);
	return rc;
}

static int
run_big(struct store_conn *db, void *arg)
{
	char name[160];
	uint64_t id;
	bool existed;
	unsigned i;
	int rc = 0;

	for (i = 0; i < 2000 && !rc; i++) {
		snprintf(name, sizeof(name), "%s %0100u", (const char *)arg, i);
		rc = store_establishment_add(db, "", name, &id, &existed);
	}
	return rc;
}

static void
test_really_full(void **state)
{
	struct fixture *f = *state;
	long long few = 1, many = 1000000;
	char one[] = "one", two[] = "two";
	uint64_t id;

	fixture_open(f);
	assert_int_equal(store_run(f->store, run_limit_pages, &few), 0);
	assert_int_equal(store_run(f->store, run_big, one), -EM_E_UNAVAILABLE);
	assert_int_equal(store_run(f->store, run_limit_pages, &many), 0);
	assert_int_equal(store_run(f->store, run_big, two), 0);
	snprintf(one, sizeof(one), "one");
	assert_int_equal(store_establishment_by_name(f->reader, "one 0", &id), -EM_E_NOT_FOUND);
}

/* The kernel refuses a write in the middle: EFBIG. */
static int
write_until_refused(struct fixture *f, unsigned *n_acknowledged_r)
{
	const struct rlimit limit = {.rlim_cur = 2000000, .rlim_max = RLIM_INFINITY};
	struct fixture_patient p = {.identifier = NULL};
	char identifier[32];
	unsigned n = 0, n_fatal = 0;
	int rc = 0;

	signal(SIGXFSZ, SIG_IGN);
	fixture_open(f);
	store_on_fatal(f->store, count_fatal, &n_fatal);
	setrlimit(RLIMIT_FSIZE, &limit);
	while (!rc && n < 100000) {
		snprintf(identifier, sizeof(identifier), "em%u", n);
		p.identifier = identifier;
		rc = store_run(f->store, fixture_run_patient, &p);
		n += !rc;
	}
	*n_acknowledged_r = n;
	if (rc != -EM_E_UNCERTAIN || n_fatal != 1)
		return 1;
	return store_run(f->store, fixture_run_patient, &p) == -EM_E_UNAVAILABLE ? 0 : 2;
}

static void
test_refused_write_loses_nothing_acknowledged(void **state)
{
	struct fixture *f = *state;
	struct store_account a;
	char identifier[32];
	unsigned n = 0, i;
	int pipes[2], status;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		unsigned n_acknowledged = 0;
		int rc = write_until_refused(f, &n_acknowledged);

		if (write(pipes[1], &n_acknowledged, sizeof(n_acknowledged)) < 0)
			rc = 3;
		_exit(rc);
	}
	assert_int_equal(read(pipes[0], &n, sizeof(n)), sizeof(n));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(n > 10);
	close(pipes[0]);
	close(pipes[1]);
	fixture_open(f);
	for (i = 0; i < n; i++) {
		snprintf(identifier, sizeof(identifier), "em%u", i);
		assert_int_equal(
		    store_account_by_identifier(f->reader, f->arena, identifier, &a), 0);
		arena_reset(f->arena);
	}
}

/* ------------------------------------------------------------------ threads */

struct racer {
	pthread_t thread;
	struct store *store;
	uint64_t challenge_id;
	int rc;
};

static int
run_use(struct store_conn *db, void *arg)
{
	return store_challenge_use(db, ((struct racer *)arg)->challenge_id, NOW_MS);
}

static void *
race(void *arg)
{
	struct racer *r = arg;

	r->rc = store_run(r->store, run_use, r);
	return NULL;
}

static int
run_challenge(struct store_conn *db, void *arg)
{
	struct racer *r = arg;
	const struct store_challenge c = {.account_id = r->challenge_id, .tries_left = 5};

	return store_challenge_add(db, &c, &r->challenge_id);
}

static void
test_one_of_a_hundred_wins(void **state)
{
	static struct racer racers[100];
	struct fixture *f = *state;
	struct fixture_patient p;
	struct racer first;
	unsigned i, n_won = 0;

	fixture_open(f);
	p = fixture_patient(f, "emmartin1");
	first = (struct racer){.challenge_id = p.account_id};
	assert_int_equal(store_run(f->store, run_challenge, &first), 0);
	for (i = 0; i < ARRAY_LEN(racers); i++) {
		racers[i] = (struct racer){.store = f->store, .challenge_id = first.challenge_id};
		assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
	}
	for (i = 0; i < ARRAY_LEN(racers); i++) {
		pthread_join(racers[i].thread, NULL);
		n_won += racers[i].rc == 0;
		if (racers[i].rc)
			assert_int_equal(racers[i].rc, -EM_E_NOT_FOUND);
	}
	assert_int_equal(n_won, 1);
}

/* A job that waits for another job would wait for ever: refused. */
static int
run_inside(struct store_conn *db, void *arg)
{
	struct fixture *f = arg;
	uint32_t nr = 1;

	(void)db;
	return store_run(f->store, run_big, &nr);
}

static void
test_job_cannot_wait_for_a_job(void **state)
{
	struct fixture *f = *state;

	fixture_open(f);
	assert_int_equal(store_run(f->store, run_inside, f), -EM_E_INTERNAL);
}

/* What a reader sees in one transaction does not move under it. */
static void
test_reader_keeps_its_moment(void **state)
{
	struct fixture *f = *state;
	struct put_job job;
	sem_t told;

	fixture_open(f);
	sem_init(&told, 0, 0);
	assert_int_equal(store_reader_begin(f->reader), 0);
	assert_int_equal(store_reader_begin(f->reader), 0);
	assert_false(is_stored(f, 1));
	put_init(&job, 1, &told);
	assert_int_equal(store_submit(f->store, &job.job), 0);
	wait_told(&told, 1);
	assert_int_equal(job.result, 0);
	assert_false(is_stored(f, 1));
	store_reader_end(f->reader);
	store_reader_end(f->reader);
	assert_true(is_stored(f, 1));
	/* lazy: begun only by the first read */
	assert_int_equal(store_reader_begin(f->reader), 0);
	put_init(&job, 2, &told);
	assert_int_equal(store_submit(f->store, &job.job), 0);
	wait_told(&told, 1);
	assert_true(is_stored(f, 2));
	store_reader_end(f->reader);
}

/* Whole commits: what one job writes together, readers see together. */
#define N_PAIRS 400

struct pair_world {
	struct store *store;
	atomic_bool over;
	atomic_uint n_looks, n_torn, n_failed;
};

static const uint8_t pair_keys[2][32] = {{1}, {2}};

static int
run_pair(struct store_conn *db, void *arg)
{
	const struct store_counter c = {.n = *(uint32_t *)arg};
	int rc = store_counter_put(db, COUNTER_CODE, pair_keys[0], &c);

	return rc ? rc : store_counter_put(db, COUNTER_CODE, pair_keys[1], &c);
}

static void *
look_at_pairs(void *arg)
{
	struct pair_world *w = arg;
	struct store_conn *db;
	struct store_counter a, b;

	if (store_reader_new(w->store, &db)) {
		w->n_failed++;
		return NULL;
	}
	do {
		(void)store_reader_begin(db);
		if (store_counter_get(db, COUNTER_CODE, pair_keys[0], &a) ||
		    store_counter_get(db, COUNTER_CODE, pair_keys[1], &b))
			w->n_failed++;
		else if (a.n != b.n)
			w->n_torn++;
		store_reader_end(db);
		w->n_looks++;
	} while (!w->over);
	store_reader_free(&db);
	return NULL;
}

static void
test_readers_see_whole_commits(void **state)
{
	struct fixture *f = *state;
	struct pair_world w = {.over = false};
	pthread_t threads[3];
	uint32_t n;
	size_t i;

	fixture_open(f);
	w.store = f->store;
	for (i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, look_at_pairs, &w), 0);
	for (n = 1; n <= N_PAIRS; n++)
		assert_int_equal(store_run(f->store, run_pair, &n), 0);
	w.over = true;
	for (i = 0; i < ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(w.n_torn, 0);
	assert_int_equal(w.n_failed, 0);
	assert_true(w.n_looks >= ARRAY_LEN(threads));
}

/* ------------------------------------------------------------------ killed */

static int
run_audited(struct store_conn *db, void *arg)
{
	const struct store_audit e = {
	    .event = "patient.added", .actor = "", .terminal = "", .result = "ok", .detail = ""};
	int rc = fixture_run_patient(db, arg);

	return rc ? rc : store_audit_append(db, &e);
}

/* Adds patients for ever and says so after each. */
static void
add_until_killed(struct fixture *f, int say, unsigned from)
{
	struct fixture_patient p;
	char identifier[32];
	unsigned nr;

	fixture_open(f);
	for (nr = from;; nr++) {
		snprintf(identifier, sizeof(identifier), "em%u", nr);
		p = (struct fixture_patient){.identifier = identifier};
		if (store_run(f->store, run_audited, &p) || write(say, &nr, sizeof(nr)) < 0)
			_exit(1);
	}
}

static void
test_killed_loses_nothing_acknowledged(void **state)
{
	struct fixture *f = *state;
	struct store_account a;
	char identifier[32];
	unsigned round, from = 0, last = 0, nr;

	for (round = 1; round <= 8; round++) {
		int pipes[2], status;
		pid_t pid;

		assert_int_equal(pipe(pipes), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			add_until_killed(f, pipes[1], from);
		close(pipes[1]);
		for (nr = 0; nr < 3 * round; nr++)
			assert_int_equal(read(pipes[0], &last, sizeof(last)), sizeof(last));
		kill(pid, SIGKILL);
		/* what it had still said */
		while (read(pipes[0], &last, sizeof(last)) == sizeof(last))
			continue;
		close(pipes[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));

		fixture_open(f);
		for (nr = 0; nr <= last; nr++) {
			snprintf(identifier, sizeof(identifier), "em%u", nr);
			assert_int_equal(
			    store_account_by_identifier(f->reader, f->arena, identifier, &a), 0);
			arena_reset(f->arena);
		}
		/* one more may be there: durable, but not said any more */
		snprintf(identifier, sizeof(identifier), "em%u", nr);
		from = nr + (store_account_by_identifier(f->reader, f->arena, identifier, &a) == 0);
		/* its own row, and its consent's */
		assert_int_equal(verify_rows(f->reader), 2 * from);
		fixture_close(f);
	}
	fixture_open(f);
}

/* Closing runs what is queued, then refuses nobody silently. */
static void
test_close_runs_what_is_queued(void **state)
{
	enum { N = 20 };
	struct fixture *f = *state;
	struct put_job jobs[N];
	sem_t told;
	unsigned i;

	fixture_open(f);
	sem_init(&told, 0, 0);
	for (i = 0; i < N; i++) {
		put_init(&jobs[i], (uint8_t)(i + 1), &told);
		assert_int_equal(store_submit(f->store, &jobs[i].job), 0);
	}
	fixture_close(f);
	fixture_open(f);
	for (i = 0; i < N; i++) {
		assert_int_equal(jobs[i].result, 0);
		assert_true(is_stored(f, (uint8_t)(i + 1)));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_folder, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_what_queues_up_is_one_commit),
	    TEST(test_batches_and_queue_have_a_limit),
	    TEST(test_a_failing_job_leaves_nothing_the_others_stay),
	    TEST(test_a_loading_lets_others_go_first),
	    TEST(test_a_loading_makes_way),
	    TEST(test_a_loading_that_fails),
	    TEST(test_failed_commit_is_uncertain_and_the_end),
	    TEST(test_full_disk_is_uncertain_but_not_the_end),
	    TEST(test_every_step_may_fail),
	    TEST(test_swallowed_errors_are_kept),
	    TEST(test_really_full),
	    TEST(test_refused_write_loses_nothing_acknowledged),
	    TEST(test_one_of_a_hundred_wins),
	    TEST(test_job_cannot_wait_for_a_job),
	    TEST(test_reader_keeps_its_moment),
	    TEST(test_readers_see_whole_commits),
	    TEST(test_killed_loses_nothing_acknowledged),
	    TEST(test_close_runs_what_is_queued),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
