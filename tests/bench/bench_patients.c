/* SPDX-License-Identifier: MIT */
/*
 * How long the desk's searches take among a million patients: the store alone, as
 * the io thread runs it. The database is made once and kept beside the program.
 *
 *	bench_patients [DIRECTORY [PATIENTS]]
 */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/secret.h"
#include "db/store.h"

#define N_PATIENTS 1000000u
#define A_JOB	   100000u
#define N_SEARCHES 2000u
#define FOUND_MAX  50u
/* What the desk may wait for, of a hundred searches the slowest but one. */
#define GOAL_MS 20.0

static const char *const given_names[] = {"Marie", "Jean", "Anne", "Pierre", "Jean-Paul", "Camille",
    "Dominique", "Françoise", "Nathalie", "Émile", "Zoé", "Loïc", "Catherine", "Vincent", "Marc",
    "Hélène", "Jean-Luc", "Marie-Noëlle", "Benoît", "Wanda"};
static const char *const syllables[] = {"MAR", "BER", "DU", "LE", "FA", "VA", "RO", "CHE", "MUL",
    "SCHMI", "TIN", "NARD", "PONT", "ROUX", "LET", "DON", "ZEL", "GER", "BACH", "LIN"};

/* Who is made: places in the lists above. */
struct bench_person {
	uint8_t used[3], birth[3], given;
	uint32_t birth_date;
};

/* While they are made. */
struct bench_fill {
	struct store_job job;
	struct bench_person *people;
	uint32_t from, n;
	sem_t done;
	int rc;
};

/* Small numbers more often than large ones, as names are. */
static uint32_t
bench_draw(uint64_t *state, uint32_t n)
{
	uint32_t r[2];

	for (int i = 0; i < 2; i++) {
		*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
		r[i] = (uint32_t)(*state >> 33) % n;
	}
	return r[0] < r[1] ? r[0] : r[1];
}

static void
bench_draw_name(uint64_t *random, uint8_t name_r[3])
{
	for (int i = 0; i < 3; i++)
		name_r[i] = (uint8_t)bench_draw(random, ARRAY_LEN(syllables));
}

static void
bench_spell(const uint8_t name[3], char out_r[64])
{
	(void)snprintf(
	    out_r, 64, "%s%s%s", syllables[name[0]], syllables[name[1]], syllables[name[2]]);
}

static void
bench_name(uint64_t *random, char out_r[64])
{
	uint8_t name[3];

	bench_draw_name(random, name);
	bench_spell(name, out_r);
}

static uint32_t
bench_day(uint64_t *random)
{
	return (1930 + bench_draw(random, 90)) * 10000 + (1 + bench_draw(random, 12)) * 100 + 1 +
	       bench_draw(random, 28);
}

static int
bench_add(struct store_conn *db, const struct bench_person *who, uint32_t i)
{
	char used[64], birth[64] = "", identifier[32], ipp[16];
	const struct store_patient_new p = {.identifier = identifier,
	    .civility = "",
	    .given_name = given_names[who->given],
	    .used_name = used,
	    .birth_name = birth,
	    .sex = "",
	    .birth_date = who->birth_date,
	    .email = "fictif@example.org",
	    .mobile = "",
	    .language = "fr",
	    .temp_hash = "",
	    .ipp = ipp,
	    .ipp_authority = "990000001",
	    .operator_name = "Accueil fictif",
	    .now_ms = 1};
	uint64_t patient_id, account_id;

	bench_spell(who->used, used);
	if (i % 3 == 0)
		bench_spell(who->birth, birth);
	(void)snprintf(identifier, sizeof(identifier), "fictif%07u", i);
	(void)snprintf(ipp, sizeof(ipp), "%07u", i);
	return store_patient_add(db, &p, &patient_id, &account_id);
}

static int
bench_run(struct store_conn *db, void *arg)
{
	struct bench_fill *f = arg;
	int rc = 0;

	for (uint32_t i = f->from; i < f->from + f->n && rc == 0; i++)
		rc = bench_add(db, &f->people[i], i);
	return rc;
}

static void
bench_done(void *arg, int rc)
{
	struct bench_fill *f = arg;

	f->rc = rc;
	sem_post(&f->done);
}

static int
bench_compare_people(const void *a, const void *b)
{
	char x[64], y[64];

	bench_spell(((const struct bench_person *)a)->used, x);
	bench_spell(((const struct bench_person *)b)->used, y);
	return strcmp(x, y);
}

/* In the order of names, in which the widest index grows at its end. */
static struct bench_person *
bench_people(uint32_t n)
{
	struct bench_person *people = mem_new_array(n, sizeof(*people));
	uint64_t random = 1;

	for (uint32_t i = 0; i < n; i++) {
		bench_draw_name(&random, people[i].used);
		bench_draw_name(&random, people[i].birth);
		people[i].given = (uint8_t)bench_draw(&random, ARRAY_LEN(given_names));
		people[i].birth_date = bench_day(&random);
	}
	qsort(people, n, sizeof(*people), bench_compare_people);
	return people;
}

static void
bench_remove(const char *path)
{
	static const char *const suffix[] = {"", "-wal", "-shm", ".lock"};

	for (size_t i = 0; i < ARRAY_LEN(suffix); i++) {
		char *name = mem_printf("%s%s", path, suffix[i]);

		(void)unlink(name);
		free(name);
	}
}

/* Made under another name: what is there under its own is whole. */
static void
bench_fill(const char *path, uint32_t n)
{
	char *part = mem_printf("%s.part", path);
	struct store_options o = {
	    .path = part, .cache_bytes = 512 << 20, .queue_max = 10, .batch_max = 1};
	struct bench_fill f = {.people = bench_people(n)};
	struct store *store;

	fprintf(stderr, "making %u patients, once\n", n);
	sem_init(&f.done, 0, 0);
	bench_remove(part);
	if (store_open(&o, &store) != 0)
		die("bench patients: %s: cannot open", part);
	for (; f.from < n; f.from += f.n) {
		f.n = n - f.from < A_JOB ? n - f.from : A_JOB;
		f.job = (struct store_job){
		    .run = bench_run, .done = bench_done, .arg = &f, .bulk = true};
		if (store_submit(store, &f.job) == 0)
			sem_wait(&f.done);
		if (f.rc != 0)
			die("bench patients: rows were refused");
	}
	store_close(&store);
	if (rename(part, path) != 0)
		die("bench patients: %s: cannot be named", path);
	bench_remove(part);
	sem_destroy(&f.done);
	free(f.people);
	free(part);
}

/* One of the searches that a desk makes, all kinds as often. */
static void
bench_search(uint64_t *random, uint32_t n, struct store_patient_find *q, char text[3][64])
{
	uint32_t kind = bench_draw(random, 1u << 30) % 8;

	bench_name(random, text[0]);
	(void)snprintf(text[1], 64, "%s", given_names[bench_draw(random, ARRAY_LEN(given_names))]);
	(void)snprintf(text[2], 64, "%07u", bench_draw(random, n));
	*q = (struct store_patient_find){.own_authority = "990000001"};
	if (kind == 0) {
		q->ipp = text[2];
		return;
	}
	if (kind == 1 || kind == 2) /* short beginnings: the widest searches */
		text[0][kind] = '\0';
	q->name = kind == 7 ? "" : text[0];
	q->given_name = kind == 6 ? "" : text[1];
	if (kind >= 5)
		q->birth_date = bench_day(random);
	if (kind == 3)
		q->professional_id = 1;
}

static int
bench_compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
bench_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int
main(int argc, char **argv)
{
	const char *directory = argc > 1 ? argv[1] : ".";
	const uint32_t n = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : N_PATIENTS;
	char *path = mem_printf("%s/patients-%u.db", directory, n);
	const struct store_options o = {
	    .path = path, .cache_bytes = 64 << 20, .queue_max = 10, .batch_max = 1};
	double *ms = mem_new_array(N_SEARCHES, sizeof(*ms));
	struct store *store;
	struct store_conn *reader;
	uint64_t random = 11;
	struct arena *a = arena_new(4 << 20);
	uint64_t n_found = 0;

	secret_setup();
	log_set(LOG_LEVEL_ERROR, false);
	if (access(path, F_OK) != 0)
		bench_fill(path, n);
	if (store_open(&o, &store) != 0 || store_reader_new(store, &reader) != 0)
		die("bench patients: %s: cannot open", path);
	for (unsigned i = 0; i < N_SEARCHES; i++) {
		struct store_patient_row *rows;
		struct store_patient_find q;
		char text[3][64];
		unsigned n_rows;
		bool more;
		double from;

		bench_search(&random, n, &q, text);
		from = bench_now_ms();
		if (store_patient_find(reader, a, &q, FOUND_MAX, &rows, &n_rows, &more) != 0)
			die("bench patients: a search failed");
		ms[i] = bench_now_ms() - from;
		n_found += n_rows;
		store_reader_end(reader);
		arena_reset(a);
	}
	if (n_found < N_SEARCHES)
		die("bench patients: the searches find nothing");
	qsort(ms, N_SEARCHES, sizeof(*ms), bench_compare);
	printf("patient search, %u patients: median %.2f ms, p99 %.2f ms, worst %.2f ms (goal: p99 "
	       "%.0f ms)\n",
	    n, ms[N_SEARCHES / 2], ms[N_SEARCHES * 99 / 100], ms[N_SEARCHES - 1], GOAL_MS);
	store_reader_free(&reader);
	store_close(&store);
	arena_free(&a);
	free(ms);
	free(path);
	return 0;
}
