/* SPDX-License-Identifier: MIT */
/*
 * The relay is gone for a day; the server is killed again and again while it has
 * messages to send. No notice is lost, no code arrives after its time, and nobody is
 * asked more often than the waits between tries allow.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/await.h"
#include "tests/lib/relay.h"
#include "tests/lib/wire.h"

#define N_PEOPLE    6
#define N_KILLS	    20
#define HOUR_MS	    INT64_C(3600000)
#define WRONG_TRIES 5

static const char *const people[N_PEOPLE] = {"a@example.org", "b@example.org", "c@example.org",
    "d@example.org", "e@example.org", "f@example.org"};

struct house {
	struct fixture *f;
	struct fixture_patient p[N_PEOPLE];
	int port; /* of the relay, when there is one */
};

static void
open_house(struct house *h)
{
	/* an hour that is let pass in a moment is no relay that says nothing */
	const char *sets[] = {"courier.email=smtp", "courier.timeout_s=300", NULL, NULL};
	char *relays;

	h->port = (int)await_free_port();
	relays = mem_printf("courier.relays=smtp+plain://127.0.0.1:%d", h->port);
	sets[2] = relays;
	h->f = fixture_new(sets);
	fixture_start(h->f);
	for (size_t i = 0; i < N_PEOPLE; i++)
		fixture_add_patient(h->f, "Camille", people[i], &h->p[i]);
	free(relays);
}

/* The password is right, so a code is on its way; with wrong codes as well there is a
 * notice. */
static void
sign_in(struct house *h, size_t who, bool wrong_codes)
{
	struct wire *w = wire_open_greeted(h->f);

	assert_int_equal(wire_password(w, h->p[who].identifier, h->p[who].temporary), 0);
	for (int i = 1; wrong_codes && i <= WRONG_TRIES; i++)
		assert_int_equal(
		    wire_code(w, "00000000"), i < WRONG_TRIES ? -EM_E_CODE_WRONG : -EM_E_CODE_DEAD);
	wire_free(&w);
}

static bool
is_code(const char *told)
{
	return strstr(told, "ne peut servir qu'une seule fois") != NULL;
}

/* Until so many tries were in vain. */
static void
wait_deferred(struct house *h, int64_t n)
{
	while (fixture_counter(h->f, "messages_deferred") < n)
		;
}

static void
test_a_day_without_a_relay(void **state)
{
	struct house h;
	struct relay r;
	unsigned n_notices = 0;
	char *told;

	(void)state;
	open_house(&h);
	for (size_t i = 0; i < N_PEOPLE; i++)
		sign_in(&h, i, i % 2 == 0);
	wait_deferred(&h, 2 * N_PEOPLE - N_PEOPLE / 2);
	for (int hour = 0; hour < 24; hour++) {
		int64_t n = fixture_counter(h.f, "messages_deferred");

		fixture_advance(h.f, HOUR_MS);
		wait_deferred(&h, n + N_PEOPLE / 2);
	}
	r = relay_start_at("plain", "/nonexistent", h.port);
	/* one tries whether the relay is back, then the others go */
	while (n_notices < N_PEOPLE / 2) {
		fixture_advance(h.f, HOUR_MS);
		told = relay_next(&r);
		assert_false(is_code(told));
		n_notices++;
		free(told);
	}
	assert_int_equal(fixture_counter(h.f, "messages_expired"), N_PEOPLE);
	assert_int_equal(fixture_counter(h.f, "messages_failed"), 0);
	fixture_stop(h.f);
	while ((told = relay_left(&r)) != NULL) {
		fail_msg("arrived besides: %s", told);
		free(told);
	}
	assert_int_equal(fixture_sql_number(h.f, "SELECT count(*) FROM outbox WHERE state = 0"), 0);
	assert_int_equal(
	    fixture_sql_number(h.f, "SELECT count(*) FROM outbox WHERE kind = 2 AND state = 1"),
	    N_PEOPLE / 2);
	/* one for each hour that was let pass, and what the first minutes allow */
	assert_in_range(
	    fixture_sql_number(h.f, "SELECT max(n_tries) FROM outbox WHERE kind = 2"), 24, 40);
	assert_in_range(
	    fixture_sql_number(h.f, "SELECT max(n_tries) FROM outbox WHERE kind = 1"), 1, 8);
	fixture_free(&h.f);
	relay_stop(&r);
}

/* emaged itself is killed, twenty times, from its first moment on. */
static void
test_killed_with_messages(void **state)
{
	static const char *const counts[] = {"codes", "notices"};
	unsigned times[2][N_PEOPLE] = {{0}};
	struct relay r;
	struct house h;
	char *told;

	(void)state;
	open_house(&h);
	for (size_t i = 0; i < N_PEOPLE; i++)
		sign_in(&h, i, true);
	fixture_kill(h.f);
	r = relay_start_at("plain", "/nonexistent", h.port);
	for (int i = 0; i < N_KILLS; i++) {
		size_t at = fixture_log_size(h.f);

		fixture_start(h.f);
		if (i % 3 > 0)
			fixture_wait_log(h.f, at, "courier.started");
		fixture_kill(h.f);
		fixture_advance(h.f, 31000);
	}
	fixture_start(h.f);
	fixture_must_run(h.f,
	    (const char *const[]){"emagectl", "outbox", "retry", "-S", h.f->socket, "all", NULL},
	    NULL);
	for (unsigned n = 0; n < 2 * N_PEOPLE;) {
		told = relay_next(&r);
		for (size_t i = 0; i < N_PEOPLE; i++)
			if (strstr(told, people[i]))
				n += times[!is_code(told)][i]++ == 0;
		free(told);
	}
	fixture_stop(h.f);
	for (size_t kind = 0; kind < 2; kind++)
		for (size_t i = 0; i < N_PEOPLE; i++)
			if (times[kind][i] < 1 || times[kind][i] > N_KILLS + 1)
				fail_msg("%s of %s: %u", counts[kind], people[i], times[kind][i]);
	assert_int_equal(fixture_sql_number(h.f, "SELECT count(*) FROM outbox WHERE state = 2"), 0);
	fixture_free(&h.f);
	relay_stop(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_day_without_a_relay),
	    cmocka_unit_test(test_killed_with_messages),
	};

	return cmocka_run_group_tests_name("outage", tests, NULL, NULL);
}
