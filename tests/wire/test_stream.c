/* SPDX-License-Identifier: MIT */
/*
 * Many replies to one request: images in parts, other requests in between,
 * cancelling, a reader that is slow, a session that ends meanwhile, and a consent
 * that is withdrawn.
 */
#include "tests/lib/check.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/account.pb-c.h"
#include "proto/exam.pb-c.h"
#include "tests/lib/wire.h"

#define N_FRAMES 10 /* of the ultrasound loop of octave-dicom */

static struct fixture *server;
static struct fixture_patient camille;
static uint64_t loop_series, single_series;
static size_t all_frames_bytes; /* of the loop, as they come over the wire */

static uint64_t
series_of(struct wire *w, uint64_t exam_id, uint32_t *n_frames_r)
{
	Emage__ExamSeriesRequest rq = EMAGE__EXAM_SERIES_REQUEST__INIT;
	const Emage__ExamSeriesReply *reply;

	rq.exam_id = exam_id;
	assert_int_equal(wire_call(w, METHOD_exam_series, &rq), 0);
	reply = (const Emage__ExamSeriesReply *)w->reply;
	assert_int_equal(reply->n_series, 1);
	*n_frames_r = reply->series[0]->n_frames;
	return reply->series[0]->series_id;
}

static void
find_series(struct wire *w)
{
	Emage__ExamListRequest rq = EMAGE__EXAM_LIST_REQUEST__INIT;
	uint64_t exams[2];
	uint32_t n_frames;

	rq.page = 1;
	rq.page_size = 10;
	assert_int_equal(wire_call(w, METHOD_exam_list, &rq), 0);
	assert_int_equal(((const Emage__ExamListReply *)w->reply)->n_rows, 2);
	for (size_t i = 0; i < 2; i++)
		exams[i] = ((const Emage__ExamListReply *)w->reply)->rows[i]->exam_id;
	for (size_t i = 0; i < 2; i++) {
		uint64_t series = series_of(w, exams[i], &n_frames);

		if (n_frames == N_FRAMES)
			loop_series = series;
		else
			single_series = series;
	}
	assert_true(loop_series > 0 && single_series > 0);
}

static int
set_up(void **state)
{
	char *ct = fixture_dicom("CT_small.dcm");
	const char *paths[] = {NULL, ct, NULL};
	struct wire *w;
	glob_t loop;

	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	fixture_add_establishment(server, "679900019", "CHU FICTIF");
	fixture_add_patient(server, "Camille", "camille@example.org", &camille);
	wire_first_sign_in(server, &camille);
	/* whatever the version of octave-dicom */
	assert_int_equal(
	    glob("/usr/share/octave/packages/dicom-*/imdata/US-PAL-8-10x-echo.dcm", 0, NULL, &loop),
	    0);
	paths[0] = loop.gl_pathv[0];
	fixture_import(server, &camille, paths);
	globfree(&loop);
	w = wire_open_greeted(server);
	wire_sign_in(w, &camille);
	find_series(w);
	wire_free(&w);
	free(ct);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

static struct wire *
open_session(void **state)
{
	struct wire *w;

	(void)state;
	fixture_advance(server, 24 * 3600 * 1000);
	w = wire_open_greeted(server);
	wire_sign_in(w, &camille);
	return w;
}

/* ------------------------------------------------------------------- in parts */

/* What has come of one request. */
struct parts {
	unsigned n_replies, n_frames;
	uint32_t index;		   /* of the frame at hand */
	uint32_t total_bytes, got; /* of it */
	bool done;		   /* the last reply has been seen */
	int err;
};

/* One reply; checks that order and lengths hold at every moment. */
static void
take_part(struct parts *p, const struct frame *f, uint32_t first)
{
	Emage__FrameGetReply *r;

	assert_false(p->done);
	p->n_replies++;
	if (f->flags & FRAME_ERROR) {
		Emage__Error *e = emage__error__unpack(NULL, f->body_len, f->body);

		assert_non_null(e);
		p->err = (int)e->code;
		p->done = true;
		emage__error__free_unpacked(e, NULL);
		return;
	}
	r = emage__frame_get_reply__unpack(NULL, f->body_len, f->body);
	assert_non_null(r);
	if (r->info) {
		/* the frame before is whole */
		assert_int_equal(p->got, p->total_bytes);
		assert_int_equal(r->index, first + p->n_frames);
		assert_int_equal(r->data.len, 0);
		assert_true(r->info->rows > 0 && r->info->columns > 0);
		p->n_frames++;
		p->index = r->index;
		p->total_bytes = r->info->total_bytes;
		p->got = 0;
		assert_true(p->total_bytes > 0);
	} else {
		assert_true(p->n_frames > 0);
		assert_int_equal(r->index, p->index);
		assert_true(r->data.len > 0 && r->data.len <= FRAME_DATA_MAX);
		p->got += (uint32_t)r->data.len;
		assert_true(p->got <= p->total_bytes);
	}
	p->done = !(f->flags & FRAME_MORE);
	if (p->done)
		assert_int_equal(p->got, p->total_bytes);
	emage__frame_get_reply__free_unpacked(r, NULL);
}

static void
append_ask(struct buf *out, uint64_t series, uint32_t first, uint32_t n, uint32_t id)
{
	Emage__FrameGetRequest rq = EMAGE__FRAME_GET_REQUEST__INIT;

	rq.series_id = series;
	rq.first = first;
	rq.count = n;
	assert_int_equal(frame_append(out, 30, 0, id, &rq.base), 0);
}

static void
ask_frames(struct wire *w, uint64_t series, uint32_t first, uint32_t n, uint32_t id)
{
	struct buf out;

	buf_init(&out, 4096);
	append_ask(&out, series, first, n, id);
	wire_send(w, buf_bytes(&out), out.len);
	buf_release(&out);
}

static void
test_all_frames_in_order(void **state)
{
	struct wire *w = open_session(state);
	struct parts p = {0};

	ask_frames(w, loop_series, 0, N_FRAMES, 1000);
	while (!p.done) {
		struct frame f = wire_next_frame(w);

		assert_int_equal(f.id, 1000);
		take_part(&p, &f, 0);
		all_frames_bytes += FRAME_HEADER_LEN + f.body_len;
	}
	assert_int_equal(p.err, 0);
	assert_int_equal(p.n_frames, N_FRAMES);
	assert_true(p.n_replies > 2 * N_FRAMES); /* none fits into one part */
	wire_expect_alive(w);
	wire_free(&w);
}

static void
test_a_part_of_the_series(void **state)
{
	struct wire *w = open_session(state);
	struct parts p = {0}, q = {0};

	ask_frames(w, loop_series, 7, 64, 1000); /* as many as there are */
	while (!p.done) {
		struct frame f = wire_next_frame(w);

		take_part(&p, &f, 7);
	}
	assert_int_equal(p.err, 0);
	assert_int_equal(p.n_frames, 3);
	ask_frames(w, loop_series, N_FRAMES, 1, 1001);
	while (!q.done) {
		struct frame f = wire_next_frame(w);

		take_part(&q, &f, N_FRAMES);
	}
	assert_int_equal(q.err, EM_E_INVALID);
	wire_free(&w);
}

static void
test_how_many_may_be_asked(void **state)
{
	static const uint32_t counts[] = {0, 65, UINT32_MAX};
	struct wire *w = open_session(state);

	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		ask_frames(w, loop_series, 0, counts[i], 1000 + (uint32_t)i);
		wire_expect_error(w, 1000 + (uint32_t)i, EM_E_INVALID);
	}
	ask_frames(w, loop_series, UINT32_MAX, 64, 2000);
	wire_expect_error(w, 2000, EM_E_INVALID);
	wire_free(&w);
}

/* Two streams and small requests at once: each gets its turn. */
static void
test_others_in_between(void **state)
{
	struct wire *w = open_session(state);
	struct parts a = {0}, b = {0};
	unsigned a_when_b_done = N_FRAMES, n_pings = 0;
	struct buf all;

	/* on record, so that what follows are streams at once; and in one write */
	ask_frames(w, loop_series, 0, 1, 999);
	while (wire_next_frame(w).flags & FRAME_MORE)
		;
	buf_init(&all, 4096);
	append_ask(&all, loop_series, 0, N_FRAMES, 1000);
	append_ask(&all, loop_series, 4, 1, 1001);
	for (uint32_t i = 0; i < 5; i++) {
		const struct frame ping = {.method = 2, .id = 3000 + i};
		uint8_t header[FRAME_HEADER_LEN];

		frame_put_header(header, &ping);
		assert_int_equal(buf_append(&all, header, sizeof(header)), 0);
	}
	wire_send(w, buf_bytes(&all), all.len);
	buf_release(&all);
	while (!a.done || !b.done || n_pings < 5) {
		struct frame f = wire_next_frame(w);

		if (f.id == 1000) {
			take_part(&a, &f, 0);
		} else if (f.id == 1001) {
			take_part(&b, &f, 4);
			if (b.done)
				a_when_b_done = a.n_frames;
		} else {
			assert_int_equal(f.id, 3000 + n_pings++);
			assert_false(a.done);
		}
	}
	assert_int_equal(a.n_frames, N_FRAMES);
	assert_int_equal(b.n_frames, 1);
	/* the short one did not have to wait for the long one */
	assert_true(a_when_b_done < N_FRAMES);
	wire_free(&w);
}

static void
test_cancel(void **state)
{
	Emage__FrameCancelRequest rq = EMAGE__FRAME_CANCEL_REQUEST__INIT;
	struct wire *w = open_session(state);
	struct parts p = {0};
	bool cancelled = false;
	struct buf out;

	/* the opening is on record from here on, so each is a stream at once */
	ask_frames(w, loop_series, 0, 1, 999);
	while (wire_next_frame(w).flags & FRAME_MORE)
		;
	/* more than the socket holds, so that the server still has some to send */
	for (uint32_t i = 0; i < 8; i++)
		ask_frames(w, loop_series, 0, N_FRAMES, 1000 + i);
	rq.request_id = 1007;
	buf_init(&out, 64);
	assert_int_equal(frame_append(&out, 31, 0, 2000, &rq.base), 0);
	wire_send(w, buf_bytes(&out), out.len);
	buf_release(&out);
	while (!p.done || !cancelled) {
		struct frame f = wire_next_frame(w);

		if (f.id == 2000) {
			assert_int_equal(f.flags, FRAME_REPLY);
			assert_true(p.done); /* its end comes before this reply */
			cancelled = true;
		} else if (f.id == 1007) {
			take_part(&p, &f, 0);
		}
	}
	assert_int_equal(p.err, EM_E_CANCELLED);
	assert_true(p.n_frames < N_FRAMES);
	/* cancelling what is over is no error */
	rq.request_id = 1007;
	assert_int_equal(wire_call(w, METHOD_frame_cancel, &rq), 0);
	rq.request_id = 424242;
	assert_int_equal(wire_call(w, METHOD_frame_cancel, &rq), 0);
	wire_free(&w);
}

/* A reader that does not read: the server neither gathers all for it nor waits. */
static void
test_reader_that_does_not_read(void **state)
{
	struct wire *lazy = open_session(state), *other = wire_open_greeted(server);
	size_t got = 0;
	int64_t sent, before, missed = fixture_counter(server, "deadlines_missed");

	for (uint32_t i = 0; i < 16; i++)
		ask_frames(lazy, loop_series, 0, N_FRAMES, 1000 + i);
	/* until no more goes out than what asking costs */
	sent = fixture_counter(server, "bytes_sent");
	do {
		wire_expect_alive(other);
		before = sent;
		sent = fixture_counter(server, "bytes_sent");
	} while (sent - before > 4096);
	/* it has taken nothing for half a minute, and is let go */
	fixture_advance(server, 31000);
	while (fixture_counter(server, "deadlines_missed") == missed)
		wire_expect_alive(other);
	/* most of it never left the server */
	while (net_state(lazy->net) == NET_UP) {
		net_step(lazy->net);
		got += net_in(lazy->net)->len;
		buf_consume(net_in(lazy->net), net_in(lazy->net)->len);
	}
	assert_true(got < 16 * all_frames_bytes);
	wire_free(&lazy);
	wire_free(&other);
}

/* The session ends: what it still wanted ends with it. */
static void
test_session_ends_meanwhile(void **state)
{
	Emage__SessionResumeRequest rq = EMAGE__SESSION_RESUME_REQUEST__INIT;
	struct wire *w = open_session(state), *other = wire_open_greeted(server);
	unsigned n_ended = 0, n_done = 0;

	for (uint32_t i = 0; i < 16; i++)
		ask_frames(w, loop_series, 0, N_FRAMES, 1000 + i);
	rq.token = (ProtobufCBinaryData){.data = w->token, .len = sizeof(w->token)};
	assert_int_equal(wire_call(other, METHOD_session_resume, &rq), 0);
	while (n_done < 16) {
		struct frame f = wire_next_frame(w);

		if (f.flags & FRAME_MORE)
			continue;
		n_done++;
		if (f.flags & FRAME_ERROR)
			n_ended++;
	}
	assert_true(n_ended > 0);
	assert_int_equal(wire_call_empty(w, METHOD_exam_establishments), -EM_E_SESSION_TAKEN);
	wire_free(&w);
	wire_free(&other);
}

/* A session of hers on a kiosk, beside the one that she has. */
static struct wire *
open_beside(void)
{
	struct wire *w = wire_open(server);
	struct mailbox *m = fixture_mailbox(server);
	char code[16];

	assert_int_equal(wire_hello(w, EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK), 0);
	assert_int_equal(wire_password(w, camille.identifier, camille.password), 0);
	fixture_next_code(m, code);
	assert_int_equal(wire_code(w, code), 0);
	mailbox_free(&m);
	return w;
}

/* She withdraws her consent elsewhere: no image goes on coming (S-06). The last
 * test, since her account is closed by it. */
static void
test_consent_withdrawn_meanwhile(void **state)
{
	Emage__ConsentWithdrawRequest rq = EMAGE__CONSENT_WITHDRAW_REQUEST__INIT;
	struct wire *w = open_session(state), *other;
	unsigned n_ended = 0, n_done = 0;

	other = open_beside();
	for (uint32_t i = 0; i < 16; i++)
		ask_frames(w, loop_series, 0, N_FRAMES, 1000 + i);
	rq.password = (char *)(uintptr_t)camille.password;
	rq.word = (char *)(uintptr_t) "retirer";
	assert_int_equal(wire_call(other, METHOD_consent_withdraw, &rq), 0);
	while (n_done < 16) {
		struct frame f = wire_next_frame(w);

		if (f.flags & FRAME_MORE)
			continue;
		n_done++;
		if (f.flags & FRAME_ERROR)
			n_ended++;
	}
	assert_true(n_ended > 0);
	assert_int_equal(wire_call_empty(w, METHOD_exam_establishments), -EM_E_SESSION_ENDED);
	wire_free(&w);
	wire_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all_frames_in_order),
	    cmocka_unit_test(test_a_part_of_the_series),
	    cmocka_unit_test(test_how_many_may_be_asked),
	    cmocka_unit_test(test_others_in_between),
	    cmocka_unit_test(test_cancel),
	    cmocka_unit_test(test_reader_that_does_not_read),
	    cmocka_unit_test(test_session_ends_meanwhile),
	    cmocka_unit_test(test_consent_withdrawn_meanwhile),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
