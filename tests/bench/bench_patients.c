/* SPDX-License-Identifier: MIT */
/*
 * How long the desk's searches take among a million patients: the store alone, as
 * the io thread runs it. The database is made once and kept beside the program.
 *
 *	bench_patients [DIRECTORY [PATIENTS]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/secret.h"
#include "db/store.h"

#define N_PATIENTS 1000000u
#define A_JOB	   20000u
#define N_SEARCHES 2000u
#define FOUND_MAX  50u
/* What the desk may wait for, of a hundred searches the slowest but one. */
#define GOAL_MS 20.0

static const char *const given_names[] = {"Marie", "Jean", "Anne", "Pierre", "Jean-Paul", "Camille",
    "Dominique", "Françoise", "Nathalie", "Émile", "Zoé", "Loïc", "Catherine", "Vincent", "Marc",
    "Hélène", "Jean-Luc", "Marie-Noëlle", "Benoît", "Wanda"};
static const char *const syllables[] = {"MAR", "BER", "DU", "LE", "FA", "VA", "RO", "CHE", "MUL",
    "SCHMI", "TIN", "NARD", "PONT", "ROUX", "LET", "DON", "ZEL", "GER", "BACH", "LIN"};

struct bench {
	struct store *store;
	struct store_conn *reader;
	uint64_t random;
	uint32_t from, n;
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
bench_name(uint64_t *random, char out_r[64])
{
	const char *s[3];

	for (int i = 0; i < 3; i++)
		s[i] = syllables[bench_draw(random, ARRAY_LEN(syllables))];
	(void)snprintf(out_r, 64, "%s%s%s", s[0], s[1], s[2]);
}

static uint32_t
bench_day(uint64_t *random)
{
	return (1930 + bench_draw(random, 90)) * 10000 + (1 + bench_draw(random, 12)) * 100 + 1 +
	       bench_draw(random, 28);
}

static int
bench_run(struct store_conn *db, void *arg)
{
	struct bench *b = arg;
	int rc = 0;

	for (uint32_t i = b->from; i < b->from + b->n && rc == 0; i++) {
		char used[64], birth[64], identifier[32], ipp[16];
		struct store_patient_new p = {.identifier = identifier,
		    .civility = "",
		    .given_name = given_names[bench_draw(&b->random, ARRAY_LEN(given_names))],
		    .used_name = used,
		    .birth_name = i % 3 == 0 ? birth : "",
		    .sex = "",
		    .birth_date = bench_day(&b->random),
		    .email = "fictif@example.org",
		    .mobile = "",
		    .language = "fr",
		    .temp_hash = "",
		    .ipp = ipp,
		    .ipp_authority = "990000001",
		    .operator_name = "Accueil fictif",
		    .now_ms = 1};
		uint64_t patient_id, account_id;

		bench_name(&b->random, used);
		bench_name(&b->random, birth);
		(void)snprintf(identifier, sizeof(identifier), "fictif%07u", i);
		(void)snprintf(ipp, sizeof(ipp), "%07u", i);
		rc = store_patient_add(db, &p, &patient_id, &account_id);
	}
	return rc;
}

static void
bench_fill(struct bench *b, uint32_t n_patients)
{
	struct arena *a = arena_new(1 << 16);
	struct store_account last;
	char identifier[32];

	(void)snprintf(identifier, sizeof(identifier), "fictif%07u", n_patients - 1);
	if (store_account_by_identifier(b->reader, a, identifier, &last) == -EM_E_NOT_FOUND) {
		fprintf(stderr, "making %u patients, once\n", n_patients);
		for (b->from = 0; b->from < n_patients; b->from += b->n) {
			b->n = n_patients - b->from < A_JOB ? n_patients - b->from : A_JOB;
			if (store_run(b->store, bench_run, b) != 0)
				die("bench patients: rows were refused");
		}
	}
	store_reader_end(b->reader);
	arena_free(&a);
}

/* One of the searches that a desk makes, all kinds as often. */
static void
bench_search(uint64_t *random, struct store_patient_find *q, char text[3][64])
{
	uint32_t kind = bench_draw(random, 1u << 30) % 8;

	bench_name(random, text[0]);
	(void)snprintf(text[1], 64, "%s", given_names[bench_draw(random, ARRAY_LEN(given_names))]);
	(void)snprintf(text[2], 64, "%07u", bench_draw(random, N_PATIENTS));
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
	struct bench b = {.random = 1};
	struct arena *a = arena_new(4 << 20);
	uint64_t n_found = 0;

	secret_setup();
	log_set(LOG_LEVEL_ERROR, false);
	if (n < 2 || store_open(&o, &b.store) != 0 || store_reader_new(b.store, &b.reader) != 0)
		die("bench patients: %s: cannot open", path);
	bench_fill(&b, n);
	b.random = 11;
	for (unsigned i = 0; i < N_SEARCHES; i++) {
		struct store_patient_row *rows;
		struct store_patient_find q;
		char text[3][64];
		unsigned n_rows;
		bool more;
		double from;

		bench_search(&b.random, &q, text);
		from = bench_now_ms();
		if (store_patient_find(b.reader, a, &q, FOUND_MAX, &rows, &n_rows, &more) != 0)
			die("bench patients: a search failed");
		ms[i] = bench_now_ms() - from;
		n_found += n_rows;
		store_reader_end(b.reader);
		arena_reset(a);
	}
	if (n_found < N_SEARCHES)
		die("bench patients: the searches find nothing");
	qsort(ms, N_SEARCHES, sizeof(*ms), bench_compare);
	printf("patient search, %u patients: median %.2f ms, p99 %.2f ms, worst %.2f ms (goal: p99 "
	       "%.0f ms)\n",
	    n, ms[N_SEARCHES / 2], ms[N_SEARCHES * 99 / 100], ms[N_SEARCHES - 1], GOAL_MS);
	store_reader_free(&b.reader);
	store_close(&b.store);
	arena_free(&a);
	free(ms);
	free(path);
	return 0;
}
