/* SPDX-License-Identifier: MIT */
/*
 * Every method in every phase and role (S-07); frame limits; requests that are
 * under way when their connection or session goes.
 */
#include "tests/unit/test_server.h"

#include <pthread.h>

#include "server/handle.h"
#include "server/registry.h"
#include "server/session.h"

/* What the stages of every method do in these tests. */
static struct script {
	int check, read, work, write;  /* results */
	unsigned n_checked, n_written; /* how often */
	unsigned n_cleaned;
	unsigned n_replies; /* of a stream */
	size_t reply_bytes;
	struct change change;
	bool recorded;
	bool hold; /* the worker waits at the gate */
} script;

static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_moved = PTHREAD_COND_INITIALIZER;
static bool gate_reached, gate_open;

static void
gate_reset(void)
{
	gate_reached = gate_open = false;
}

static void
gate_pass(void)
{
	pthread_mutex_lock(&gate_lock);
	gate_reached = true;
	pthread_cond_broadcast(&gate_moved);
	while (!gate_open)
		pthread_cond_wait(&gate_moved, &gate_lock);
	pthread_mutex_unlock(&gate_lock);
}

static void
gate_await(void)
{
	pthread_mutex_lock(&gate_lock);
	while (!gate_reached)
		pthread_cond_wait(&gate_moved, &gate_lock);
	pthread_mutex_unlock(&gate_lock);
}

static void
gate_release(void)
{
	pthread_mutex_lock(&gate_lock);
	gate_open = true;
	pthread_cond_broadcast(&gate_moved);
	pthread_mutex_unlock(&gate_lock);
}

static void
fake_cleanup(struct request *rq)
{
	script.n_cleaned++;
	assert_non_null(rq->method);
}

static int
fake_check(struct request *rq)
{
	script.n_checked++;
	rq->cleanup = fake_cleanup;
	return script.check;
}

static int
fake_local(struct request *rq)
{
	rq->change = script.change;
	return 0;
}

static int
fake_read(struct request *rq, struct store_conn *db)
{
	unsigned *sent = arena_alloc(rq->arena, sizeof(*sent));

	assert_non_null(db);
	rq->state = sent;
	rq->recorded = script.recorded;
	rq->change = script.change;
	return script.read;
}

static int
fake_work(struct request *rq)
{
	(void)rq;
	if (script.hold)
		gate_pass();
	return script.work;
}

static int
fake_write(struct request *rq, struct store_conn *db)
{
	assert_non_null(db);
	script.n_written++;
	rq->change = script.change;
	return script.write;
}

static int
fake_next(struct request *rq)
{
	unsigned *sent = rq->state;

	if (rq->method->number == 30) {
		ProtobufCBinaryData *data =
		    (ProtobufCBinaryData *)((char *)rq->reply +
					    protobuf_c_message_descriptor_get_field_by_name(
						rq->method->reply, "data")
						->offset);

		data->data = arena_alloc(rq->arena, script.reply_bytes);
		data->len = script.reply_bytes;
		assert_non_null(data->data);
	}
	rq->more = ++*sent < script.n_replies;
	return 0;
}

#include "tests/unit/test_server_stages.h"

static int
setup(void **state)
{
	script = (struct script){.n_replies = 1};
	gate_reset();
	return bench_setup(state, fake_stages);
}

/* -------------------------------------------------------------- the matrix */

/* The table again, from its source and not through common/method.c. */
static const struct row {
	uint16_t number;
	unsigned phases, roles;
	uint32_t cap;
} rows[] = {
#define METHOD(nr, name, family, in_phases, for_roles, max, rate, cost)                            \
	{.number = (nr), .phases = (in_phases), .roles = (for_roles), .cap = (max)},
#include "proto/methods.def"
#undef METHOD
};

static const enum phase phases[] = {PH_N, PH_A, PH_C, PH_T, PH_O};

static void
matrix_cell(struct bench *b, const struct row *row, enum phase phase, int role)
{
	bool allowed = row->phases & phase && (phase != PH_O || row->roles & 1u << (role - 1));
	struct peer p;
	struct conn *c;
	uint32_t id, code;

	peer_connect(b, &p);
	c = peer_conn(b, &p);
	c->phase = phase;
	c->role = phase == PH_O ? role : 0;
	script.n_checked = 0;
	peer_frame(&p, row->number, 77, NULL, 0);
	peer_poke(b, &p);
	code = peer_error(b, &p, &id);
	assert_int_equal(id, 77);
	if (code != (allowed ? 0u : (uint32_t)EM_E_UNKNOWN_METHOD))
		fail_msg("method %u phase %d role %d: %u", row->number, phase, role, code);
	/* what does not exist is not looked at either */
	assert_int_equal(script.n_checked, allowed ? 1 : 0);
	peer_release(b, &p);
}

static void
every_method_in_every_phase_and_role(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t j = 0; j < ARRAY_LEN(phases); j++)
			for (int role = 1; role <= 5; role++)
				if (phases[j] == PH_O || role == 1)
					matrix_cell(b, &rows[i], phases[j], role);
}

static bool
is_a_method(unsigned number)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].number == number)
			return true;
	return false;
}

static void
numbers_that_are_not_in_the_table(void **state)
{
	struct bench *b = *state;
	struct peer p;
	unsigned n = 0;

	peer_connect(b, &p);
	peer_conn(b, &p)->phase = PH_A;
	for (unsigned number = 0; number < 256; number++) {
		if (is_a_method(number))
			continue;
		peer_frame(&p, (uint16_t)number, number, "x", 1);
		n++;
	}
	peer_frame(&p, 65535, 1, NULL, 0);
	peer_poke(b, &p);
	for (unsigned i = 0; i < n + 1; i++)
		assert_int_equal(peer_error(b, &p, NULL), EM_E_UNKNOWN_METHOD);
	assert_int_equal(script.n_checked, 0);
	peer_release(b, &p);
}

/* ------------------------------------------------------------------ frames */

/* In phase O as a patient without a row in the store. */
static struct conn *
open_patient(struct bench *b, struct peer *p)
{
	struct conn *c;

	peer_connect(b, p);
	c = peer_conn(b, p);
	session_change(c, &(struct change){.phase = PH_O, .role = 1, .patient_id = 5});
	return c;
}

static void
frames_arrive_in_pieces(void **state)
{
	struct bench *b = *state;
	struct peer whole, p;
	size_t n;

	peer_connect(b, &whole);
	peer_connect(b, &p);
	peer_conn(b, &p)->phase = PH_A;
	peer_frame(&whole, 2, 1, NULL, 0);
	peer_frame(&whole, 2, 2, NULL, 0);
	n = whole.to_server.len;
	for (size_t i = 0; i < n; i++) {
		peer_bytes(&p, buf_bytes(&whole.to_server) + i, 1);
		peer_poke(b, &p);
	}
	for (uint32_t expected = 1; expected <= 2; expected++) {
		uint32_t id;

		assert_int_equal(peer_error(b, &p, &id), 0);
		assert_int_equal(id, expected);
	}
	assert_null(peer_conn(b, &p)->in.data);
	assert_null(peer_conn(b, &p)->out.data);
	peer_release(b, &p);
	peer_release(b, &whole);
}

static void
a_frame_larger_than_its_phase_allows_closes(void **state)
{
	struct bench *b = *state;
	struct frame f = {.method = 10, .body_len = FRAME_BODY_MAX_PRE + 1};
	uint8_t head[FRAME_HEADER_LEN];
	struct peer p;

	peer_connect(b, &p);
	peer_conn(b, &p)->phase = PH_A;
	frame_put_header(head, &f);
	peer_bytes(&p, head, sizeof(head));
	peer_poke(b, &p);
	assert_true(p.closed);
	assert_int_equal(b->core.server.counters.frames_malformed, 1);
	peer_release(b, &p);
}

static void
a_frame_larger_than_its_method_allows_is_refused_unread(void **state)
{
	struct bench *b = *state;
	struct frame f = {.method = 2, .id = 9, .body_len = 4000}; /* ping: 64 */
	uint8_t head[FRAME_HEADER_LEN], zero[500] = {0};
	struct peer p;
	uint32_t id;

	peer_connect(b, &p);
	peer_conn(b, &p)->phase = PH_A;
	frame_put_header(head, &f);
	peer_bytes(&p, head, sizeof(head));
	peer_poke(b, &p);
	assert_int_equal(peer_error(b, &p, &id), EM_E_TOO_LARGE);
	assert_int_equal(id, 9);
	for (unsigned i = 0; i < 8; i++) {
		peer_bytes(&p, zero, sizeof(zero));
		peer_poke(b, &p);
		assert_int_equal(peer_conn(b, &p)->in.len, 0);
	}
	peer_frame(&p, 2, 10, NULL, 0);
	peer_poke(b, &p);
	assert_int_equal(peer_error(b, &p, &id), 0);
	assert_int_equal(id, 10);
	peer_release(b, &p);
}

static void
caps_hold_to_the_byte(void **state)
{
	struct bench *b = *state;
	uint8_t body[4097] = {0};

	/* a string field of unknown number is refused as invalid, not as large */
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct peer p;

		if (rows[i].phases != PH_O || !(rows[i].roles & RO_P) || rows[i].cap > 4096)
			continue;
		open_patient(b, &p);
		peer_frame(&p, rows[i].number, 1, body, rows[i].cap);
		peer_frame(&p, rows[i].number, 2, body, rows[i].cap + 1);
		peer_poke(b, &p);
		assert_int_not_equal(peer_error(b, &p, NULL), EM_E_TOO_LARGE);
		assert_int_equal(peer_error(b, &p, NULL), EM_E_TOO_LARGE);
		peer_release(b, &p);
	}
}

static void
replies_from_a_client_close(void **state)
{
	struct bench *b = *state;

	for (uint16_t flags = 1; flags < 16; flags++) {
		struct frame f = {.method = 2, .flags = flags};
		uint8_t head[FRAME_HEADER_LEN];
		struct peer p;

		peer_connect(b, &p);
		peer_conn(b, &p)->phase = PH_A;
		frame_put_header(head, &f);
		peer_bytes(&p, head, sizeof(head));
		peer_poke(b, &p);
		assert_true(p.closed);
		assert_int_equal(p.from_server.len, 0);
		peer_release(b, &p);
	}
	assert_int_equal(b->core.server.counters.frames_malformed, 15);
}

static void
messages_are_checked_before_they_are_unpacked(void **state)
{
	struct bench *b = *state;
	/* identifier (field 1) twice; and with a NUL in it */
	static const uint8_t twice[] = {0x0a, 1, 'a', 0x0a, 1, 'b'};
	static const uint8_t nul[] = {0x0a, 3, 'a', 0, 'b'};
	struct peer p;

	peer_connect(b, &p);
	peer_conn(b, &p)->phase = PH_A;
	peer_frame(&p, 10, 1, twice, sizeof(twice));
	peer_frame(&p, 10, 2, nul, sizeof(nul));
	peer_frame(&p, 10, 3, "\xff\xff", 2);
	peer_poke(b, &p);
	assert_int_equal(peer_error(b, &p, NULL), EM_E_INVALID);
	assert_int_equal(peer_error(b, &p, NULL), EM_E_INVALID);
	assert_int_not_equal(peer_error(b, &p, NULL), 0);
	assert_int_equal(script.n_checked, 0);
	peer_release(b, &p);
}

/* -------------------------------------------------------------- under way */

static void
one_that_runs_alone_holds_back_the_next(void **state)
{
	struct bench *b = *state;
	struct peer p;
	uint32_t id;

	script.hold = true;
	script.change.phase = PH_C;
	peer_connect(b, &p);
	peer_conn(b, &p)->phase = PH_A;
	peer_frame(&p, 10, 1, NULL, 0);
	peer_frame(&p, 11, 2, NULL, 0); /* exists in phase C only */
	peer_poke(b, &p);
	gate_await();
	loop_turn(b->loop, true);
	assert_int_equal(p.from_server.len, 0);
	assert_int_equal(script.n_checked, 1);
	gate_release();
	assert_int_equal(peer_error(b, &p, &id), 0);
	assert_int_equal(id, 1);
	assert_int_equal(peer_error(b, &p, &id), 0);
	assert_int_equal(id, 2);
	peer_release(b, &p);
}

static void
a_connection_may_go_while_a_worker_works(void **state)
{
	struct bench *b = *state;
	struct peer p, other;

	script.hold = true;
	peer_connect(b, &p);
	peer_conn(b, &p)->phase = PH_A;
	peer_frame(&p, 10, 1, NULL, 0);
	peer_poke(b, &p);
	gate_await();
	peer_release(b, &p);
	assert_null(peer_conn(b, &p));
	/* the slot is used again: the result must not find its way there */
	peer_connect(b, &other);
	peer_conn(b, &other)->phase = PH_A;
	assert_int_equal(script.n_cleaned, 0);
	gate_release();
	while (b->loop->n_tasks)
		loop_turn(b->loop, false);
	assert_int_equal(script.n_cleaned, 1);
	assert_int_equal(script.n_written, 1);
	assert_int_equal(other.from_server.len, 0);
	peer_release(b, &other);
}

static void
a_full_queue_says_busy(void **state)
{
	struct bench *b = *state;
	struct peer p[6];
	unsigned n_busy = 0;

	script.hold = true;
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		peer_connect(b, &p[i]);
		peer_conn(b, &p[i])->phase = PH_A;
		peer_frame(&p[i], 10, 1, NULL, 0);
		peer_poke(b, &p[i]);
		if (i == 0)
			gate_await(); /* one works, four wait */
	}
	assert_true(p[5].from_server.len > 0);
	gate_release();
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		n_busy += peer_error(b, &p[i], NULL) == EM_E_BUSY;
		peer_release(b, &p[i]);
	}
	assert_int_equal(n_busy, 1);
	assert_int_equal(script.n_cleaned, ARRAY_LEN(p));
}

static void
failures_of_each_stage_are_told(void **state)
{
	struct bench *b = *state;
	static const struct {
		int check, read, work, write;
		uint32_t code;
		unsigned n_written;
	} cases[] = {
	    {.check = -EM_E_INVALID, .code = EM_E_INVALID},
	    {.read = -EM_E_IO, .code = EM_E_UNAVAILABLE},
	    {.work = -EM_E_CONFIG, .code = EM_E_INTERNAL},
	    {.write = -EM_E_AUTH, .code = EM_E_AUTH, .n_written = 1},
	    {.write = -EM_E_NO_MEMORY, .code = EM_E_TOO_LARGE, .n_written = 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct peer p;

		script = (struct script){
		    .check = cases[i].check,
		    .read = cases[i].read,
		    .work = cases[i].work,
		    .write = cases[i].write,
		    .change.phase = PH_C,
		};
		peer_connect(b, &p);
		peer_conn(b, &p)->phase = PH_A;
		peer_frame(&p, 10, 1, NULL, 0);
		peer_poke(b, &p);
		assert_int_equal(peer_error(b, &p, NULL), cases[i].code);
		assert_int_equal(script.n_written, cases[i].n_written);
		assert_int_equal(script.n_cleaned, 1);
		/* what failed changes nothing */
		assert_int_equal(peer_conn(b, &p)->phase, PH_A);
		peer_release(b, &p);
	}
}

/* ----------------------------------------------------------------- streams */

static void
a_stream_keeps_to_what_the_peer_takes(void **state)
{
	struct bench *b = *state;
	size_t most = 0, limit = (size_t)b->settings->limits_output_kib * 1024;
	struct peer p;
	unsigned n = 0;
	bool more = true;

	script.n_replies = 100;
	script.reply_bytes = 60000;
	open_patient(b, &p);
	p.takes = 0;
	peer_frame(&p, 30, 4, NULL, 0);
	peer_poke(b, &p);
	while (more) {
		struct conn *c = peer_conn(b, &p);
		struct frame f;

		if (c->out.len > most)
			most = c->out.len;
		p.takes = 50000;
		peer_poke(b, &p);
		while (frame_peek(&p.from_server, FRAME_BODY_MAX, &f) == 0) {
			n++;
			more = f.flags & FRAME_MORE;
			peer_done(&p, &f);
		}
	}
	assert_int_equal(n, 100);
	assert_true(most <= limit);
	assert_true(most > 0);
	assert_int_equal(script.n_written, 1); /* on record before the first byte */
	assert_int_equal(script.n_cleaned, 1);
	peer_release(b, &p);
}

static void
what_is_on_record_is_not_written_again(void **state)
{
	struct bench *b = *state;
	struct peer p;

	script.recorded = true;
	script.n_replies = 3;
	script.reply_bytes = 10;
	open_patient(b, &p);
	peer_frame(&p, 30, 4, NULL, 0);
	peer_poke(b, &p);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(peer_error(b, &p, NULL), 0);
	assert_int_equal(script.n_written, 0);
	peer_release(b, &p);
}

static void
a_record_that_cannot_be_written_sends_nothing(void **state)
{
	struct bench *b = *state;
	struct peer p;

	script.write = -EM_E_IO;
	script.n_replies = 3;
	script.reply_bytes = 10;
	open_patient(b, &p);
	peer_frame(&p, 30, 4, NULL, 0);
	peer_poke(b, &p);
	assert_int_equal(peer_error(b, &p, NULL), EM_E_UNAVAILABLE);
	loop_turn(b->loop, true);
	assert_int_equal(p.from_server.len, 0);
	assert_int_equal(peer_conn(b, &p)->n_tasks, 0);
	peer_release(b, &p);
}

/* A stream that the peer has not taken yet. */
static void
hold_stream(struct bench *b, struct peer *p)
{
	script.n_replies = 1000;
	script.reply_bytes = 60000;
	script.recorded = true;
	p->takes = 0;
	peer_frame(p, 30, 4, NULL, 0);
	peer_poke(b, p);
	assert_int_equal(peer_conn(b, p)->n_tasks, 1);
}

/* Takes all there is; the last reply is an error of this code. */
static void
expect_last_error(struct bench *b, struct peer *p, uint32_t code)
{
	uint32_t last = 0;

	p->takes = SIZE_MAX;
	peer_poke(b, p);
	while (p->from_server.len)
		last = peer_error(b, p, NULL);
	assert_int_equal(last, code);
	assert_int_equal(peer_conn(b, p)->n_tasks, 0);
}

static void
a_stream_ends_when_it_is_cancelled(void **state)
{
	struct bench *b = *state;
	struct peer p;
	struct conn *c = open_patient(b, &p);

	hold_stream(b, &p);
	assert_false(request_cancel_stream(&c->streams->rq, 5));
	assert_true(request_cancel_stream(&c->streams->rq, 4));
	expect_last_error(b, &p, EM_E_CANCELLED);
	assert_int_equal(script.n_cleaned, 1);
	peer_release(b, &p);
}

static void
a_stream_ends_with_its_connection(void **state)
{
	struct bench *b = *state;
	struct peer p;

	open_patient(b, &p);
	hold_stream(b, &p);
	p.gone = true;
	p.takes = SIZE_MAX;
	peer_poke(b, &p);
	assert_true(p.closed);
	assert_int_equal(script.n_cleaned, 1);
	peer_release(b, &p);
}

static void
one_that_takes_no_replies_is_closed(void **state)
{
	struct bench *b = *state;
	struct peer p;

	open_patient(b, &p);
	hold_stream(b, &p);
	assert_false(p.closed);
	bench_set_clock(b, 31000);
	loop_turn(b->loop, true);
	assert_true(p.closed);
	assert_int_equal(b->core.server.counters.deadlines_missed, 1);
	peer_release(b, &p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		every_method_in_every_phase_and_role, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		numbers_that_are_not_in_the_table, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(frames_arrive_in_pieces, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		a_frame_larger_than_its_phase_allows_closes, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		a_frame_larger_than_its_method_allows_is_refused_unread, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(caps_hold_to_the_byte, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(replies_from_a_client_close, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		messages_are_checked_before_they_are_unpacked, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		one_that_runs_alone_holds_back_the_next, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		a_connection_may_go_while_a_worker_works, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(a_full_queue_says_busy, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(failures_of_each_stage_are_told, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		a_stream_keeps_to_what_the_peer_takes, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		what_is_on_record_is_not_written_again, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		a_record_that_cannot_be_written_sends_nothing, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		a_stream_ends_when_it_is_cancelled, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		a_stream_ends_with_its_connection, setup, bench_teardown),
	    cmocka_unit_test_setup_teardown(
		one_that_takes_no_replies_is_closed, setup, bench_teardown),
	};

	return cmocka_run_group_tests_name("server_dispatch", tests, NULL, NULL);
}
