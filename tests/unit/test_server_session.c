/* SPDX-License-Identifier: MIT */
/*
 * Sessions on connections: what the store says, what time says, what happens
 * elsewhere (S-03, S-04, S-06), and the deadlines before sign-in (N-05).
 */
#include "tests/unit/test_server.h"

#include "server/handle.h"
#include "server/registry.h"
#include "server/session.h"

static int64_t idle_ms, total_ms;
static unsigned n_released;
static uint8_t n_sessions;

static int
fake_check(struct request *rq)
{
	(void)rq;
	return 0;
}

static int
fake_local(struct request *rq)
{
	if (rq->method->number == 1)
		rq->change = (struct change){.phase = PH_A, .kind = 1, .language = "fr"};
	return 0;
}

static int
fake_read(struct request *rq, struct store_conn *db)
{
	(void)db;
	rq->recorded = true;
	return 0;
}

static int
fake_write(struct request *rq, struct store_conn *db)
{
	(void)db;
	if (rq->method->number == 15)
		rq->change.phase = PH_A;
	return 0;
}

static int
fake_work(struct request *rq)
{
	(void)rq;
	return 0;
}

/* Never comes to its end by itself. */
static int
fake_next(struct request *rq)
{
	rq->more = true;
	return 0;
}

#include "tests/unit/test_server_stages.h"

static int
setup(void **state)
{
	idle_ms = 600000;
	total_ms = 3600000;
	n_released = 0;
	return bench_setup(state, fake_stages);
}

/* ---------------------------------------------------------------- sessions */

static int
run_session_add(struct store_conn *db, void *arg)
{
	struct store_session *s = arg;
	struct store_patient_new n = fixture_patient_new("ABC123");
	int rc = 0;

	if (!s->account_id)
		rc = store_patient_add(db, &n, &s->patient_id, &s->account_id);
	if (!rc)
		rc = store_session_add(db, s, &s->session_id);
	return rc;
}

static struct store_session
new_session(struct bench *b, uint64_t account_id)
{
	struct store_session s = {
	    .account_id = account_id,
	    .role = 1,
	    .kind = 1,
	    .opened_at_ms = clock_now_ms(),
	    .active_at_ms = clock_now_ms(),
	    .idle_limit_ms = idle_ms,
	    .ends_at_ms = clock_now_ms() + total_ms,
	    .token_hash = {++n_sessions},
	};

	assert_int_equal(store_run(b->core.server.store, run_session_add, &s), 0);
	assert_int_equal(store_session_get(b->f->reader, s.session_id, &s), 0);
	return s;
}

static int
run_session_end(struct store_conn *db, void *arg)
{
	return store_session_end(db, *(uint64_t *)arg);
}

static struct conn *
hold(struct bench *b, struct peer *p, const struct store_session *s)
{
	struct conn *c;

	peer_connect(b, p);
	c = peer_conn(b, p);
	session_change(c, &(struct change){
			      .phase = PH_O,
			      .role = 1,
			      .account_id = s->account_id,
			      .patient_id = s->patient_id,
			      .session_id = s->session_id,
			      .session_generation = s->generation,
			      .idle_limit_ms = s->idle_limit_ms,
			      .ends_at_ms = s->ends_at_ms,
			  });
	return c;
}

/* Result of a request that moves the idle limit. */
static uint32_t
ask(struct bench *b, struct peer *p)
{
	peer_frame(p, 20, 3, NULL, 0);
	peer_poke(b, p);
	return peer_error(b, p, NULL);
}

static uint32_t
ping(struct bench *b, struct peer *p)
{
	peer_frame(p, 2, 4, NULL, 0);
	peer_poke(b, p);
	return peer_error(b, p, NULL);
}

static void
a_session_lives_while_it_is_used(void **state)
{
	struct bench *b = *state;
	struct store_session s = new_session(b, 0), row;
	struct peer p;

	hold(b, &p, &s);
	for (int64_t at_ms = 0; at_ms < 3000000; at_ms += 500000) {
		bench_set_clock(b, at_ms);
		assert_int_equal(ask(b, &p), 0);
	}
	/* the store has learnt of it: read behind the jobs that told it */
	(void)new_session(b, s.account_id);
	assert_int_equal(store_session_get(b->f->reader, s.session_id, &row), 0);
	assert_true(row.active_at_ms >= s.active_at_ms + 2500000);
	/* what is done within seconds is told when the connection goes */
	bench_set_clock(b, 2510000);
	assert_int_equal(ask(b, &p), 0);
	(void)new_session(b, s.account_id);
	assert_int_equal(store_session_get(b->f->reader, s.session_id, &row), 0);
	assert_true(row.active_at_ms < s.active_at_ms + 2510000);
	peer_release(b, &p);
	(void)new_session(b, s.account_id);
	assert_int_equal(store_session_get(b->f->reader, s.session_id, &row), 0);
	assert_true(row.active_at_ms >= s.active_at_ms + 2510000);
}

static void
pings_do_not_keep_a_session(void **state)
{
	struct bench *b = *state;
	struct store_session s = new_session(b, 0);
	struct peer p;

	hold(b, &p, &s);
	bench_set_clock(b, idle_ms - 1000);
	assert_int_equal(ping(b, &p), 0);
	assert_int_equal(peer_conn(b, &p)->phase, PH_O);
	bench_set_clock(b, idle_ms);
	/* without any request */
	loop_turn(b->loop, true);
	assert_int_equal(peer_conn(b, &p)->phase, PH_A);
	assert_int_equal(peer_conn(b, &p)->session_id, 0);
	assert_int_equal(registry_count(), 0);
	/* the next requests learn why; ping goes on */
	assert_int_equal(ask(b, &p), EM_E_SESSION_IDLE);
	assert_int_equal(ask(b, &p), EM_E_SESSION_IDLE);
	assert_int_equal(ping(b, &p), 0);
	peer_release(b, &p);
}

static void
a_session_ends_at_its_absolute_limit(void **state)
{
	struct bench *b = *state;
	struct store_session s;
	struct peer p;

	total_ms = 900000;
	s = new_session(b, 0);
	hold(b, &p, &s);
	bench_set_clock(b, 500000);
	assert_int_equal(ask(b, &p), 0);
	bench_set_clock(b, 899000);
	assert_int_equal(ask(b, &p), 0);
	bench_set_clock(b, 900000);
	loop_turn(b->loop, true);
	assert_int_equal(ask(b, &p), EM_E_SESSION_ENDED);
	peer_release(b, &p);
}

static void
an_expired_session_has_no_row_any_more(void **state)
{
	struct bench *b = *state;
	struct store_session s = new_session(b, 0), row;
	struct peer p;

	hold(b, &p, &s);
	bench_set_clock(b, idle_ms);
	loop_turn(b->loop, true);
	/* behind the job that ends it */
	(void)new_session(b, s.account_id);
	assert_int_equal(store_session_get(b->f->reader, s.session_id, &row), -EM_E_NOT_FOUND);
	peer_release(b, &p);
}

static void
a_session_resumed_elsewhere_is_not_ended_here(void **state)
{
	struct bench *b = *state;
	struct store_session s = new_session(b, 0), row;
	struct peer p;

	/* another server has it by now: this one does not know */
	s.generation--;
	hold(b, &p, &s);
	bench_set_clock(b, idle_ms);
	loop_turn(b->loop, true);
	assert_int_equal(peer_conn(b, &p)->phase, PH_A);
	(void)new_session(b, s.account_id);
	assert_int_equal(store_session_get(b->f->reader, s.session_id, &row), 0);
	peer_release(b, &p);
}

static void
a_session_ended_in_the_store_ends_at_the_next_request(void **state)
{
	struct bench *b = *state;
	struct store_session s = new_session(b, 0);
	struct peer p;

	hold(b, &p, &s);
	assert_int_equal(ask(b, &p), 0);
	assert_int_equal(store_run(b->core.server.store, run_session_end, &s.session_id), 0);
	assert_int_equal(ask(b, &p), EM_E_SESSION_ENDED);
	assert_int_equal(peer_conn(b, &p)->phase, PH_A);
	peer_release(b, &p);
}

static void
a_session_taken_over_is_told(void **state)
{
	struct bench *b = *state;
	struct store_session s = new_session(b, 0);
	struct peer first, second;

	hold(b, &first, &s);
	s.generation++;
	hold(b, &second, &s);
	loop_turn(b->loop, true);
	assert_int_equal(peer_conn(b, &first)->phase, PH_A);
	assert_int_equal(ask(b, &first), EM_E_SESSION_TAKEN);
	assert_int_equal(registry_count(), 1);
	/* its going does not take the other's entry along */
	peer_release(b, &first);
	assert_int_equal(registry_count(), 1);
	peer_release(b, &second);
	assert_int_equal(registry_count(), 0);
}

static void
an_older_generation_is_refused(void **state)
{
	struct bench *b = *state;
	struct store_session s = new_session(b, 0);
	struct peer p;

	s.generation--;
	hold(b, &p, &s);
	assert_int_equal(ask(b, &p), EM_E_SESSION_TAKEN);
	peer_release(b, &p);
}

static void
release_attached(void *data)
{
	assert_ptr_equal(data, &n_released);
	n_released++;
}

static void
ending_an_account_stops_streams_and_uploads(void **state)
{
	struct bench *b = *state;
	struct store_session kept = new_session(b, 0), ended = new_session(b, kept.account_id);
	struct peer p[2];
	struct conn *c;
	uint32_t last = 0;

	hold(b, &p[0], &kept);
	c = hold(b, &p[1], &ended);
	p[1].takes = 0;
	peer_frame(&p[1], 30, 8, NULL, 0);
	peer_poke(b, &p[1]);
	assert_int_equal(c->n_tasks, 1);
	request_attach(&c->streams->rq, &n_released, release_attached);
	registry_end_account(kept.account_id, kept.session_id);
	loop_turn(b->loop, true);
	assert_int_equal(c->n_tasks, 0);
	assert_int_equal(c->phase, PH_A);
	assert_int_equal(n_released, 1);
	p[1].takes = SIZE_MAX;
	peer_poke(b, &p[1]);
	while (p[1].from_server.len)
		last = peer_error(b, &p[1], NULL);
	assert_int_equal(last, EM_E_SESSION_ENDED);
	assert_int_equal(ask(b, &p[0]), 0);
	registry_end_session(kept.session_id);
	loop_turn(b->loop, true);
	assert_int_equal(ask(b, &p[0]), EM_E_SESSION_ENDED);
	peer_release(b, &p[0]);
	peer_release(b, &p[1]);
}

/* A patient shuts a professional out: what they have open of this patient ends as
 * if there were no such patient, and the session goes on. */
static void
shutting_out_ends_what_is_open_of_one_patient(void **state)
{
	struct bench *b = *state;
	struct store_session s = new_session(b, 0);
	struct peer p;
	struct conn *c = hold(b, &p, &s);
	uint32_t last = 0;

	c->patient_id = 7;
	c->opened_exam_id = 9;
	p.takes = 0;
	peer_frame(&p, 30, 8, NULL, 0);
	peer_poke(b, &p);
	assert_int_equal(c->n_tasks, 1);
	/* another patient's block, and another account's */
	registry_shut_out(s.account_id, 8);
	registry_shut_out(s.account_id + 1, 7);
	loop_turn(b->loop, true);
	assert_int_equal(c->n_tasks, 1);
	assert_int_equal(c->patient_id, 7);

	registry_shut_out(s.account_id, 7);
	loop_turn(b->loop, true);
	assert_int_equal(c->n_tasks, 0);
	assert_int_equal(c->patient_id, 0);
	assert_int_equal(c->opened_exam_id, 0);
	assert_int_equal(c->phase, PH_O);
	p.takes = SIZE_MAX;
	peer_poke(b, &p);
	while (p.from_server.len)
		last = peer_error(b, &p, NULL);
	assert_int_equal(last, EM_E_NOT_FOUND);
	assert_int_equal(ask(b, &p), 0);
	peer_release(b, &p);
}

static void
a_stream_notices_that_its_session_has_gone(void **state)
{
	struct bench *b = *state;
	struct store_session s = new_session(b, 0);
	struct peer p;
	uint32_t last = 0;

	hold(b, &p, &s);
	p.takes = 1000;
	peer_frame(&p, 30, 8, NULL, 0);
	peer_poke(b, &p);
	assert_int_equal(store_run(b->core.server.store, run_session_end, &s.session_id), 0);
	bench_set_clock(b, 1000);
	for (unsigned i = 0; i < 1000 && peer_conn(b, &p)->phase == PH_O; i++) {
		p.takes = 10000;
		peer_poke(b, &p);
	}
	p.takes = SIZE_MAX;
	peer_poke(b, &p);
	while (p.from_server.len)
		last = peer_error(b, &p, NULL);
	assert_int_equal(last, EM_E_SESSION_ENDED);
	peer_release(b, &p);
}

static void
logging_out_takes_the_connection_back(void **state)
{
	struct bench *b = *state;
	struct store_session s = new_session(b, 0);
	struct peer p;

	hold(b, &p, &s);
	peer_frame(&p, 15, 1, NULL, 0);
	peer_frame(&p, 20, 2, NULL, 0);
	peer_poke(b, &p);
	assert_int_equal(peer_error(b, &p, NULL), 0);
	/* one's own doing is no reason to be told */
	assert_int_equal(peer_error(b, &p, NULL), EM_E_UNKNOWN_METHOD);
	assert_int_equal(registry_count(), 0);
	peer_release(b, &p);
}

static void
requests_of_a_session_are_counted(void **state)
{
	struct bench *b = *state;
	unsigned burst = (unsigned)b->settings->limits_session_requests * 4;
	struct store_session s = new_session(b, 0);
	struct peer p;

	hold(b, &p, &s);
	for (unsigned i = 0; i < burst; i++)
		assert_int_equal(ask(b, &p), 0);
	/* real time goes on a little: refills are slower than this */
	for (unsigned i = 0; i < burst && ask(b, &p) == 0; i++)
		assert_true(i + 1 < burst);
	bench_set_clock(b, 2000);
	assert_int_equal(ask(b, &p), 0);
	peer_release(b, &p);
}

/* ---------------------------------------------- the local socket, limits */

static void
the_local_socket_greets_operators(void **state)
{
	struct bench *b = *state;
	struct source s = {.trusted = true, .local = true};
	struct peer p;

	peer_connect_from(b, &p, &s);
	peer_frame(&p, 1, 1, NULL, 0);
	peer_frame(&p, 100, 2, NULL, 0);
	peer_frame(&p, 20, 3, NULL, 0);
	peer_poke(b, &p);
	assert_int_equal(peer_error(b, &p, NULL), 0);
	assert_int_equal(peer_error(b, &p, NULL), 0);
	assert_int_equal(peer_error(b, &p, NULL), EM_E_UNKNOWN_METHOD);
	bench_set_clock(b, 24 * 3600 * 1000);
	loop_turn(b->loop, true);
	assert_false(p.closed);
	peer_release(b, &p);
}

static void
those_who_say_nothing_are_closed(void **state)
{
	struct bench *b = *state;
	struct peer silent, greeted, half;

	peer_connect(b, &silent);
	peer_connect(b, &greeted);
	peer_connect(b, &half);
	peer_frame(&greeted, 1, 1, NULL, 0);
	peer_poke(b, &greeted);
	assert_int_equal(peer_error(b, &greeted, NULL), 0);
	peer_frame(&half, 1, 1, NULL, 0);
	peer_poke(b, &half);
	peer_bytes(&half, "\0\0\0", 3);
	peer_poke(b, &half);
	bench_set_clock(b, 4900);
	loop_turn(b->loop, true);
	assert_false(silent.closed);
	bench_set_clock(b, 5100);
	loop_turn(b->loop, true);
	assert_true(silent.closed);
	assert_false(half.closed);
	bench_set_clock(b, 10100);
	loop_turn(b->loop, true);
	assert_true(half.closed);
	assert_false(greeted.closed);
	/* pings do not help */
	bench_set_clock(b, 119000);
	assert_int_equal(ping(b, &greeted), 0);
	bench_set_clock(b, 120100);
	loop_turn(b->loop, true);
	assert_true(greeted.closed);
	assert_int_equal(b->core.server.counters.deadlines_missed, 3);
	peer_release(b, &silent);
	peer_release(b, &greeted);
	peer_release(b, &half);
}

static void
sources_may_try_to_sign_in_so_often(void **state)
{
	struct bench *b = *state;
	struct source s = {.prefix = {[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2}};
	unsigned most = (unsigned)b->settings->limits_source_signins;
	struct peer p[2];
	uint32_t code = 0;
	unsigned n = 0;

	/* over two connections: the source counts */
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		peer_connect_from(b, &p[i], &s);
		peer_conn(b, &p[i])->phase = PH_A;
	}
	while (code == 0 && n < 2 * most) {
		peer_frame(&p[n % 2], 14, n, NULL, 0);
		peer_poke(b, &p[n % 2]);
		code = peer_error(b, &p[n % 2], NULL);
		n++;
	}
	assert_int_equal(code, EM_E_RATE);
	assert_true(n >= most + 1);
	assert_true(n <= most + 2);
	peer_release(b, &p[0]);
	peer_release(b, &p[1]);
}

static void
draining_finishes_what_is_under_way(void **state)
{
	struct bench *b = *state;
	struct peer idle, busy;

	peer_connect(b, &idle);
	peer_connect(b, &busy);
	peer_conn(b, &busy)->phase = PH_A;
	peer_frame(&busy, 10, 1, NULL, 0);
	peer_poke(b, &busy);
	loop_drain(b->loop);
	loop_run(b->loop);
	assert_true(idle.closed);
	assert_true(busy.closed);
	assert_int_equal(busy.from_server.len > 0, 1);
	assert_int_equal(peer_error(b, &busy, NULL), 0);
	peer_release(b, &idle);
	peer_release(b, &busy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_session_lives_while_it_is_used, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(pings_do_not_keep_a_session, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		a_session_ends_at_its_absolute_limit, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		an_expired_session_has_no_row_any_more, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		a_session_resumed_elsewhere_is_not_ended_here, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		a_session_ended_in_the_store_ends_at_the_next_request, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(a_session_taken_over_is_told, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(an_older_generation_is_refused, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		ending_an_account_stops_streams_and_uploads, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		shutting_out_ends_what_is_open_of_one_patient, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		a_stream_notices_that_its_session_has_gone, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		logging_out_takes_the_connection_back, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		requests_of_a_session_are_counted, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		the_local_socket_greets_operators, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		those_who_say_nothing_are_closed, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		sources_may_try_to_sign_in_so_often, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		draining_finishes_what_is_under_way, setup, bench_teardown),
	};

	return cmocka_run_group_tests_name("server_session", tests, NULL, NULL);
}
