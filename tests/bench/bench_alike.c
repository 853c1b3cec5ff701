/* SPDX-License-Identifier: MIT */
/*
 * Whether a professional can tell by the time of an answer that a patient has shut
 * him out (V-02): a record asked for of nobody, of one without consent and of one who
 * blocks; a search for nobody and for one who blocks. Over TLS, in turns of random
 * order, each answer after its commit. The figure is the chance that an answer of
 * one kind takes longer than one of the other: 0.5 when they cannot be told apart.
 *
 *	bench_alike
 */
#include "tests/lib/check.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "proto/access.pb-c.h"
#include "proto/desk.pb-c.h"
#include "proto/record.pb-c.h"
#include "tests/bench/proc.h"
#include "tests/lib/staff_fixture.h"

#define N_ROUNDS 1500u
#define N_WARM	 100u

enum alike { OPEN_NOBODY, OPEN_CLOSED, OPEN_BLOCKED, FIND_NOBODY, FIND_BLOCKED, N_ALIKE };

static const struct alike_pair {
	const char *name;
	enum alike a, b;
} alike_pairs[] = {
    {"record.open: blocked against unknown", OPEN_BLOCKED, OPEN_NOBODY},
    {"record.open: blocked against no consent", OPEN_BLOCKED, OPEN_CLOSED},
    {"record.open: no consent against unknown", OPEN_CLOSED, OPEN_NOBODY},
    {"patient.find: blocked against unknown", FIND_BLOCKED, FIND_NOBODY},
};

static double took_us[N_ALIKE][N_ROUNDS];

static void
alike_must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "bench_alike: %s\n", what);
	exit(1);
}

/* One patient blocks, one has withdrawn. */
static void
alike_people(
    struct fixture *f, const struct fixture_patient *blocker, const struct fixture_patient *closed)
{
	char sql[512];

	fixture_stop(f);
	snprintf(sql, sizeof(sql),
	    "INSERT INTO block (patient_id, professional_id, blocked_at_ms)"
	    " SELECT %llu, professional_id, 1 FROM professional;"
	    "INSERT INTO consent (patient_id, given, at_ms, operator_name)"
	    " VALUES (%llu, 0, 1, '')",
	    (unsigned long long)blocker->patient_id, (unsigned long long)closed->patient_id);
	fixture_sql(f, sql);
	fixture_start(f);
}

static void
alike_ask(struct wire *w, enum alike kind, uint64_t patient_id)
{
	Emage__RecordOpenRequest open = EMAGE__RECORD_OPEN_REQUEST__INIT;
	Emage__PatientFindRequest find = EMAGE__PATIENT_FIND_REQUEST__INIT;

	open.patient_id = patient_id;
	open.motive = (char *)(uintptr_t) "seen";
	find.given_name = (char *)(uintptr_t)(kind == FIND_BLOCKED ? "Camille" : "Kamille");
	find.birth_date = 19840531;
	if (kind < FIND_NOBODY)
		alike_must(
		    wire_call(w, METHOD_record_open, &open) == -EM_E_NOT_FOUND, "a record opens");
	else
		alike_must(wire_call(w, METHOD_patient_find, &find) == 0, "no answer");
}

static void
alike_round(struct wire *w, const uint64_t patient_id[N_ALIKE], unsigned round)
{
	unsigned order[N_ALIKE];

	for (unsigned i = 0; i < N_ALIKE; i++) {
		unsigned k = randombytes_uniform(i + 1);

		order[i] = order[k];
		order[k] = i;
	}
	for (unsigned i = 0; i < N_ALIKE; i++) {
		int64_t from = proc_now_ns();

		alike_ask(w, (enum alike)order[i], patient_id[order[i]]);
		if (round >= N_WARM)
			took_us[order[i]][round - N_WARM] = (double)(proc_now_ns() - from) / 1e3;
	}
}

/* The chance that one of `a` is longer than one of `b`; both sorted. */
static double
alike_chance(const double *a, const double *b)
{
	double wins = 0;
	unsigned below = 0, same = 0;

	for (unsigned i = 0; i < N_ROUNDS; i++) {
		while (below < N_ROUNDS && b[below] < a[i])
			below++;
		for (same = below; same < N_ROUNDS && b[same] <= a[i];)
			same++;
		wins += below + (same - below) / 2.0;
	}
	return wins / N_ROUNDS / N_ROUNDS;
}

static void
alike_report(void)
{
	double median[N_ALIKE];

	for (unsigned i = 0; i < N_ALIKE; i++)
		median[i] = proc_median(took_us[i], N_ROUNDS);
	for (size_t i = 0; i < ARRAY_LEN(alike_pairs); i++) {
		const struct alike_pair *p = &alike_pairs[i];

		printf("%-42s %.3f   (medians %.0f and %.0f us)\n", p->name,
		    alike_chance(took_us[p->a], took_us[p->b]), median[p->a], median[p->b]);
	}
}

int
main(void)
{
	static const char *const sets[] = {
	    "limits.session_requests=100000", "limits.source_signins=1000", NULL};
	struct fixture_patient blocker, closed;
	uint64_t patient_id[N_ALIKE] = {[OPEN_NOBODY] = 999999999};
	struct fixture *f;
	struct staff paul;
	struct wire *w;

	secret_setup();
	f = fixture_new(sets);
	fixture_start(f);
	fixture_add_patient(f, "Camille", "camille@example.org", &blocker);
	fixture_add_patient(f, "Sasha", "sasha@example.org", &closed);
	staff_new(f, EMAGE__ROLE__ROLE_PROFESSIONAL, 7, 0, &paul);
	alike_people(f, &blocker, &closed);
	patient_id[OPEN_BLOCKED] = blocker.patient_id;
	patient_id[OPEN_CLOSED] = closed.patient_id;
	w = staff_sign_in(f, &paul);
	for (unsigned i = 0; i < N_WARM + N_ROUNDS; i++)
		alike_round(w, patient_id, i);
	wire_free(&w);
	fixture_free(&f);
	printf("answers that must not be told apart, %u of each; the chance that the first takes "
	       "longer:\n",
	    N_ROUNDS);
	alike_report();
	return 0;
}
