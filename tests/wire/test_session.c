/* SPDX-License-Identifier: MIT */
/*
 * The life of a session: its limits, one connection at a time, resuming, and
 * its end.
 */
#include "tests/lib/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/exam.pb-c.h"
#include "tests/lib/wire.h"

#define DAY_MS (24 * 3600 * 1000)

static struct fixture *server;
static struct fixture_patient camille;

static int
set_up(void **state)
{
	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	fixture_add_patient(server, "Camille", "camille@example.org", &camille);
	wire_first_sign_in(server, &camille);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

static int
next_day(void **state)
{
	(void)state;
	fixture_advance(server, DAY_MS + 60000);
	return 0;
}

static struct wire *
open_session(Emage__ClientKind kind)
{
	struct wire *w = wire_open(server);

	assert_int_equal(wire_hello(w, kind), 0);
	wire_sign_in(w, &camille);
	return w;
}

static struct wire *
open_terminal(void)
{
	return open_session(EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL);
}

static int
list(struct wire *w)
{
	Emage__ExamListRequest rq = EMAGE__EXAM_LIST_REQUEST__INIT;

	rq.page = 1;
	rq.page_size = 10;
	return wire_call(w, METHOD_exam_list, &rq);
}

static int
resume(struct wire *w, const uint8_t token[32])
{
	Emage__SessionResumeRequest rq = EMAGE__SESSION_RESUME_REQUEST__INIT;
	const Emage__SessionResumeReply *reply;
	uint8_t copy[32];
	int rc;

	memcpy(copy, token, sizeof(copy));
	rq.token = (ProtobufCBinaryData){.data = copy, .len = sizeof(copy)};
	rc = wire_call(w, METHOD_session_resume, &rq);
	reply = (const Emage__SessionResumeReply *)w->reply;
	if (rc == 0) {
		assert_int_equal(reply->token.len, 32);
		memcpy(w->token, reply->token.data, 32);
	}
	return rc;
}

/* --------------------------------------------------------------------- limits */

static void
test_what_one_is_told(void **state)
{
	struct wire *w = open_terminal();
	const Emage__AuthCodeReply *reply = (const Emage__AuthCodeReply *)w->reply;
	const Emage__SessionWhoamiReply *who;

	(void)state;
	assert_int_equal(reply->token.len, 32);
	assert_int_equal(reply->role, EMAGE__ROLE__ROLE_PATIENT);
	assert_int_equal(reply->idle_limit_s, 600);
	assert_int_equal(reply->absolute_limit_s, 3600);
	assert_non_null(strstr(reply->display_name, "Camille"));
	assert_int_equal(wire_call_empty(w, METHOD_session_whoami), 0);
	who = (const Emage__SessionWhoamiReply *)w->reply;
	assert_int_equal(who->n_factors, 2);
	assert_string_equal(who->factors[0], "password");
	assert_string_equal(who->factors[1], "code-email");
	wire_free(&w);
}

static void
check_idle(Emage__ClientKind kind, int64_t idle_ms)
{
	struct wire *w = open_session(kind);

	fixture_advance(server, idle_ms - 5000);
	assert_int_equal(list(w), 0); /* activity: the limit moves */
	fixture_advance(server, idle_ms - 5000);
	assert_int_equal(wire_call_empty(w, METHOD_session_touch), 0);
	fixture_advance(server, idle_ms - 5000);
	/* neither of these is activity of a person */
	assert_int_equal(wire_call_empty(w, METHOD_ping), 0);
	assert_int_equal(wire_call_empty(w, METHOD_session_whoami), 0);
	fixture_advance(server, 6000);
	assert_int_equal(list(w), -EM_E_SESSION_IDLE);
	/* the connection is back at its beginning */
	assert_int_equal(wire_call_empty(w, METHOD_ping), 0);
	assert_int_equal(list(w), -EM_E_SESSION_IDLE);
	wire_free(&w);
}

static void
test_idle(void **state)
{
	(void)state;
	check_idle(EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL, 600000);
	check_idle(EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK, 120000);
}

static void
check_total(Emage__ClientKind kind, int64_t total_ms, int64_t step_ms)
{
	struct wire *w = open_session(kind);
	int64_t past_ms = 0;

	for (; past_ms + step_ms < total_ms; past_ms += step_ms) {
		fixture_advance(server, step_ms);
		assert_int_equal(wire_call_empty(w, METHOD_session_touch), 0);
	}
	fixture_advance(server, total_ms - past_ms + 1000);
	assert_int_equal(list(w), -EM_E_SESSION_ENDED);
	wire_free(&w);
}

static void
test_total(void **state)
{
	(void)state;
	check_total(EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL, 3600000, 550000);
	check_total(EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK, 900000, 110000);
}

/* An idle session is dead for those who hold its token, too. */
static void
test_idle_is_not_resumed(void **state)
{
	struct wire *w = open_terminal(), *again;

	(void)state;
	net_close(w->net);
	fixture_advance(server, 601000);
	again = wire_open_greeted(server);
	assert_true(resume(again, w->token) < 0);
	assert_int_equal(list(again), -EM_E_UNKNOWN_METHOD);
	wire_free(&again);
	wire_free(&w);
}

/* -------------------------------------------------------------------- resuming */

static void
test_resume(void **state)
{
	struct wire *a = open_terminal(), *b = wire_open_greeted(server), *c;

	(void)state;
	assert_int_equal(resume(b, a->token), 0);
	assert_int_equal(list(b), 0);
	/* another token, and the other connection is out */
	assert_memory_not_equal(a->token, b->token, 32);
	assert_int_equal(list(a), -EM_E_SESSION_TAKEN);
	c = wire_open_greeted(server);
	assert_int_equal(resume(c, a->token), -EM_E_SESSION_ENDED);
	assert_int_equal(list(b), 0);
	wire_free(&a);
	wire_free(&b);
	wire_free(&c);
}

static void
test_resume_after_a_crash(void **state)
{
	struct wire *a = open_terminal(), *b;

	(void)state;
	fixture_kill(server);
	fixture_start(server);
	b = wire_open_greeted(server);
	assert_int_equal(resume(b, a->token), 0);
	assert_int_equal(list(b), 0);
	wire_free(&a);
	wire_free(&b);
}

static void
test_resume_does_not_lengthen(void **state)
{
	struct wire *w = open_terminal(), *next;

	(void)state;
	for (int i = 0; i < 7; i++) {
		fixture_advance(server, 500000);
		next = wire_open_greeted(server);
		assert_int_equal(resume(next, w->token), 0);
		wire_free(&w);
		w = next;
	}
	fixture_advance(server, 101000);
	assert_int_equal(list(w), -EM_E_SESSION_ENDED);
	wire_free(&w);
}

static void
test_tokens_that_are_none(void **state)
{
	Emage__SessionResumeRequest rq = EMAGE__SESSION_RESUME_REQUEST__INIT;
	struct wire *w = wire_open_greeted(server);
	uint8_t bytes[33] = {0};

	(void)state;
	assert_int_equal(resume(w, bytes), -EM_E_SESSION_ENDED);
	rq.token = (ProtobufCBinaryData){.data = bytes, .len = 31};
	assert_int_equal(wire_call(w, METHOD_session_resume, &rq), -EM_E_INVALID);
	rq.token.len = 33;
	assert_int_equal(wire_call(w, METHOD_session_resume, &rq), -EM_E_INVALID);
	rq.token.len = 0;
	assert_int_equal(wire_call(w, METHOD_session_resume, &rq), -EM_E_INVALID);
	wire_free(&w);
}

/* ---------------------------------------------------------------------- the end */

static void
test_logout(void **state)
{
	struct wire *a = open_terminal(), *b = wire_open_greeted(server);

	(void)state;
	assert_int_equal(wire_call_empty(a, METHOD_session_logout), 0);
	assert_int_equal(list(a), -EM_E_UNKNOWN_METHOD);
	assert_int_equal(resume(b, a->token), -EM_E_SESSION_ENDED);
	/* the same connection may sign in again */
	fixture_advance(server, 1000);
	wire_sign_in(a, &camille);
	assert_int_equal(list(a), 0);
	wire_free(&a);
	wire_free(&b);
}

/* One kiosk and one other place; the newest wins (S-05). */
static void
test_one_of_each_kind(void **state)
{
	struct wire *terminal = open_terminal(), *kiosk, *newer;

	(void)state;
	kiosk = open_session(EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK);
	assert_int_equal(list(terminal), 0);
	assert_int_equal(list(kiosk), 0);
	newer = open_terminal();
	assert_int_equal(list(newer), 0);
	assert_int_equal(list(kiosk), 0);
	assert_int_equal(list(terminal), -EM_E_SESSION_ENDED);
	wire_free(&terminal);
	wire_free(&kiosk);
	wire_free(&newer);
}

/* What is on disk opens nothing (S-01). */
static void
test_token_is_not_in_the_files(void **state)
{
	static const char *const names[] = {"emage.db", "emage.db-wal"};
	struct wire *w = open_terminal();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *path = mem_printf("%s/%s", server->storage, names[i]);
		int fd = open(path, O_RDONLY);
		off_t len = lseek(fd, 0, SEEK_END);
		uint8_t *bytes = mem_new((size_t)len + 1);

		assert_true(fd >= 0);
		assert_int_equal(pread(fd, bytes, (size_t)len, 0), len);
		assert_null(memmem(bytes, (size_t)len, w->token, 32));
		assert_null(memmem(bytes, (size_t)len, camille.password, strlen(camille.password)));
		close(fd);
		free(bytes);
		free(path);
	}
	wire_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_what_one_is_told, next_day),
	    cmocka_unit_test_setup(test_idle, next_day),
	    cmocka_unit_test_setup(test_total, next_day),
	    cmocka_unit_test_setup(test_idle_is_not_resumed, next_day),
	    cmocka_unit_test_setup(test_resume, next_day),
	    cmocka_unit_test_setup(test_resume_after_a_crash, next_day),
	    cmocka_unit_test_setup(test_resume_does_not_lengthen, next_day),
	    cmocka_unit_test_setup(test_tokens_that_are_none, next_day),
	    cmocka_unit_test_setup(test_logout, next_day),
	    cmocka_unit_test_setup(test_one_of_each_kind, next_day),
	    cmocka_unit_test_setup(test_token_is_not_in_the_files, next_day),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
