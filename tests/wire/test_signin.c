/* SPDX-License-Identifier: MIT */
/*
 * Signing in: what a failure tells (nothing), how often one may try, and what
 * an access code is good for.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/tls_raw.h"
#include "tests/lib/wire.h"

#define MINUTE_MS 60000
#define DAY_MS	  (24 * 3600 * 1000)

static struct fixture *server;
static struct fixture_patient camille, paul, zoe, luc, ines;

static int
set_up(void **state)
{
	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	fixture_add_patient(server, "Camille", "camille@example.org", &camille);
	fixture_add_patient(server, "Paul", "paul@example.org", &paul);
	fixture_add_patient(server, "Zoé", "zoe@example.org", &zoe);
	fixture_add_patient(server, "Luc", "luc@example.org", &luc);
	fixture_add_patient(server, "Inès", "ines@example.org", &ines);
	wire_first_sign_in(server, &camille);
	wire_first_sign_in(server, &paul);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

/* Counters of the tests before are of no interest any more. */
static int
next_day(void **state)
{
	(void)state;
	fixture_advance(server, DAY_MS + MINUTE_MS);
	return 0;
}

static const char *
wrong_code(const char *right)
{
	return strcmp(right, "00000000") == 0 ? "00000001" : "00000000";
}

/* ------------------------------------------------------------- one answer */

struct answer {
	uint8_t bytes[256];
	size_t len;
	uint16_t record_lens[TLS_RAW_RECORDS_MAX];
	size_t n_records;
};

static void
refuse_signin(const char *identifier, const char *password, struct answer *a)
{
	Emage__AuthPasswordRequest rq = EMAGE__AUTH_PASSWORD_REQUEST__INIT;
	struct tls_raw t;

	assert_true(tls_raw_open(&t, server, NULL));
	tls_raw_hello(&t);
	t.n_records = 0;
	rq.identifier = (char *)identifier;
	rq.password = (char *)password;
	tls_raw_send(&t, 10, 77, &rq.base);
	a->len = tls_raw_receive(&t, a->bytes, sizeof(a->bytes));
	a->n_records = t.n_records;
	memcpy(a->record_lens, t.record_lens, sizeof(a->record_lens));
	tls_raw_close(&t);
}

static void
assert_same_answer(const struct answer *a, const struct answer *b)
{
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->bytes, b->bytes, a->len);
	assert_int_equal(a->n_records, b->n_records);
	assert_memory_equal(
	    a->record_lens, b->record_lens, a->n_records * sizeof(a->record_lens[0]));
}

static void
set_account(const struct fixture_patient *p, const char *what)
{
	char *sql = mem_printf("UPDATE account SET %s WHERE patient_id = %llu", what,
	    (unsigned long long)p->patient_id);

	fixture_sql(server, sql);
	free(sql);
}

static void
test_five_failures_one_answer(void **state)
{
	struct answer unknown = {0}, others[4] = {0};
	struct mailbox *m = fixture_mailbox(server);
	Emage__Error *e;
	char *text;
	size_t len;

	(void)state;
	fixture_stop(server);
	set_account(&zoe, "state = 2"); /* consent withdrawn */
	set_account(&luc, "state = 0"); /* not activated yet */
	fixture_start(server);
	refuse_signin("C4F-7HK9-M2X", "un mot de passe quelconque", &unknown);
	e = emage__error__unpack(
	    NULL, unknown.len - FRAME_HEADER_LEN, unknown.bytes + FRAME_HEADER_LEN);
	assert_non_null(e);
	assert_int_equal(e->code, EM_E_AUTH);
	assert_string_equal(e->field, "");
	emage__error__free_unpacked(e, NULL);
	/* all others type what would be right */
	refuse_signin(paul.identifier, "un mot de passe quelconque", &others[0]);
	refuse_signin(zoe.identifier, zoe.temporary, &others[1]);
	refuse_signin(luc.identifier, luc.temporary, &others[2]);
	refuse_signin("Identifiant très long et tout à fait inconnu ici", "x", &others[3]);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_same_answer(&unknown, &others[i]);
	/* and none of them was sent anything */
	assert_int_equal(mailbox_next(m, 0, &text, &len), -EM_E_TIMEOUT);
	mailbox_free(&m);
}

/* Locked after 50 failures: the right password is answered as an identifier that
 * nobody has and that has failed as often. */
static void
test_locked_is_one_of_them(void **state)
{
	struct answer unknown = {0}, locked = {0};
	struct wire *w;

	(void)state;
	refuse_signin("C4F-7HK9-M2X", "faux", &unknown);
	refuse_signin(paul.identifier, "faux", &locked);
	assert_same_answer(&unknown, &locked);
	fixture_stop(server);
	fixture_sql(server, "UPDATE counter SET n = 49 WHERE kind = 1");
	fixture_start(server);
	fixture_advance(server, 2 * MINUTE_MS);
	refuse_signin("C4F-7HK9-M2X", "faux", &unknown);
	refuse_signin(paul.identifier, "faux", &locked);
	assert_same_answer(&unknown, &locked);
	fixture_advance(server, 2 * MINUTE_MS);
	refuse_signin("C4F-7HK9-M2X", paul.password, &unknown);
	refuse_signin(paul.identifier, paul.password, &locked);
	assert_same_answer(&unknown, &locked);
	/* had it failed once less, it would have opened */
	fixture_stop(server);
	fixture_sql(server, "UPDATE counter SET n = 49 WHERE kind = 1");
	fixture_start(server);
	fixture_advance(server, 2 * MINUTE_MS);
	w = wire_open_greeted(server);
	assert_int_equal(wire_password(w, paul.identifier, paul.password), 0);
	wire_free(&w);
}

/* ------------------------------------------------------------------ delays */

static void
test_delays_grow_and_survive(void **state)
{
	static const uint32_t delays_s[] = {1, 3, 5, 10, 20, 30, 45, 60, 60};
	struct wire *w = wire_open_greeted(server);
	int64_t failed = fixture_counter(server, "signins_failed");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(delays_s); i++) {
		assert_int_equal(wire_password(w, camille.identifier, "faux"), -EM_E_AUTH);
		assert_int_equal(w->error->retry_after_s, delays_s[i]);
		/* too early: the right one is not even looked at */
		if (delays_s[i] >= 5) {
			assert_int_equal(
			    wire_password(w, camille.identifier, camille.password), -EM_E_AUTH);
			assert_true(w->error->retry_after_s <= delays_s[i]);
		}
		if (i + 1 < ARRAY_LEN(delays_s))
			fixture_advance(server, delays_s[i] * 1000);
		wire_free(&w);
		/* neither another connection nor a crash forgets it */
		if (i % 4 == 3) {
			fixture_kill(server);
			fixture_start(server);
			failed = -(int64_t)(i + 1);
		}
		w = wire_open_greeted(server);
	}
	assert_int_equal(
	    fixture_counter(server, "signins_failed") - failed, (int64_t)ARRAY_LEN(delays_s));
	assert_int_equal(wire_password(w, camille.identifier, camille.password), -EM_E_AUTH);
	fixture_advance(server, 61000);
	assert_int_equal(wire_password(w, camille.identifier, camille.password), 0);
	wire_free(&w);
}

/* Of many at a time only one is evaluated. */
static void
test_tries_at_the_same_time(void **state)
{
	struct wire *w[8];
	Emage__AuthPasswordRequest rq = EMAGE__AUTH_PASSWORD_REQUEST__INIT;
	int64_t before = fixture_counter(server, "signins_failed");
	struct buf body;

	(void)state;
	rq.identifier = camille.identifier;
	rq.password = (char *)"faux et archifaux";
	buf_init(&body, 4096);
	assert_int_equal(frame_append(&body, 10, 0, 1000, &rq.base), 0);
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		w[i] = wire_open_greeted(server);
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		wire_send(w[i], buf_bytes(&body), body.len);
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		wire_expect_error(w[i], 1000, EM_E_AUTH);
		wire_free(&w[i]);
	}
	buf_release(&body);
	assert_int_equal(fixture_counter(server, "signins_failed"), before + 1);
}

/* ------------------------------------------------------------------ access codes */

/* A greeted connection on which the password was right. */
static struct wire *
ask_code(const struct fixture_patient *p, char code_r[16])
{
	struct wire *w = wire_open_greeted(server);
	struct mailbox *m = fixture_mailbox(server);

	assert_int_equal(wire_password(w, p->identifier, p->password), 0);
	fixture_next_code(m, code_r);
	mailbox_free(&m);
	return w;
}

static void
test_where_the_code_went(void **state)
{
	char code[16];
	struct wire *w = ask_code(&camille, code);
	const Emage__AuthPasswordReply *reply = (const Emage__AuthPasswordReply *)w->reply;

	(void)state;
	assert_int_equal(strlen(code), 8);
	assert_int_equal(reply->n_contacts, 1);
	assert_int_equal(reply->sent_to, EMAGE__CHANNEL__CHANNEL_EMAIL);
	assert_null(strstr(reply->contacts[0]->masked, "camille"));
	assert_null(strstr(reply->contacts[0]->masked, "example"));
	assert_int_equal(reply->expires_in_s, 900);
	assert_int_equal(reply->resend_in_s, 60);
	assert_int_equal(reply->tries_left, 5);
	wire_free(&w);
}

static void
test_message_names_nobody(void **state)
{
	struct mailbox *m = fixture_mailbox(server);
	struct wire *w = wire_open_greeted(server);
	char *text;
	size_t len;

	(void)state;
	assert_int_equal(wire_password(w, camille.identifier, camille.password), 0);
	assert_int_equal(mailbox_next(m, FIXTURE_DEADLINE_MS, &text, &len), 0);
	assert_null(strstr(text, "MARTIN"));
	assert_null(strstr(text, "Camille"));
	assert_null(strstr(text, camille.identifier));
	assert_non_null(strstr(text, "To: camille@example.org"));
	free(text);
	mailbox_free(&m);
	wire_free(&w);
}

static int
resend(struct wire *w)
{
	return wire_call_empty(w, METHOD_auth_resend);
}

static void
test_code_lives_15_minutes(void **state)
{
	char code[16];
	struct wire *w = ask_code(&camille, code);
	struct mailbox *m;

	(void)state;
	fixture_advance(server, 14 * MINUTE_MS + 55000);
	assert_int_equal(wire_code(w, code), 0);
	wire_free(&w);

	/* who comes late is told so, and gets another on the same connection */
	w = ask_code(&paul, code);
	fixture_advance(server, 15 * MINUTE_MS);
	wire_expect_alive(w);
	assert_int_equal(wire_code(w, code), -EM_E_CODE_EXPIRED);
	m = fixture_mailbox(server);
	assert_int_equal(resend(w), 0);
	fixture_next_code(m, code);
	assert_int_equal(wire_code(w, code), 0);
	mailbox_free(&m);
	wire_free(&w);

	/* not for ever */
	w = ask_code(&paul, code);
	fixture_advance(server, 17 * MINUTE_MS + 1000);
	wire_expect_closed(w);
	wire_free(&w);
}

static void
test_code_is_of_one_attempt(void **state)
{
	char first[16], second[16];
	struct wire *a = ask_code(&camille, first), *b;

	(void)state;
	b = ask_code(&camille, second);
	/* the second attempt ended the first */
	assert_int_equal(wire_code(a, first), -EM_E_CODE_EXPIRED);
	if (strcmp(first, second) != 0) {
		assert_int_equal(wire_code(b, first), -EM_E_CODE_WRONG);
		assert_int_equal(b->error->tries_left, 4);
	}
	assert_int_equal(wire_code(b, second), 0);
	wire_free(&a);
	wire_free(&b);
}

/* Many at once: exactly one opens a session. */
static void
test_code_is_used_once(void **state)
{
	enum { N = 20 };
	Emage__AuthCodeRequest rq = EMAGE__AUTH_CODE_REQUEST__INIT;
	unsigned n_ok = 0;
	struct buf all;
	char code[16];
	struct wire *w = ask_code(&camille, code);

	(void)state;
	rq.code = code;
	buf_init(&all, 65536);
	for (uint32_t i = 0; i < N; i++)
		assert_int_equal(frame_append(&all, 11, 0, 1000 + i, &rq.base), 0);
	wire_send(w, buf_bytes(&all), all.len);
	buf_release(&all);
	for (uint32_t i = 0; i < N; i++) {
		struct frame f = wire_next_frame(w);

		assert_int_equal(f.id, 1000 + i);
		n_ok += f.flags == FRAME_REPLY;
	}
	assert_int_equal(n_ok, 1);
	assert_int_equal(wire_call_empty(w, METHOD_session_whoami), 0);
	wire_free(&w);
}

static void
test_five_tries(void **state)
{
	char code[16];
	struct wire *w = ask_code(&camille, code);

	(void)state;
	for (uint32_t left = 4; left > 0; left--) {
		assert_int_equal(wire_code(w, wrong_code(code)), -EM_E_CODE_WRONG);
		assert_int_equal(w->error->tries_left, left);
		assert_string_equal(w->error->field, "code");
	}
	assert_int_equal(wire_code(w, wrong_code(code)), -EM_E_CODE_DEAD);
	/* back at the beginning; the right one opens nothing any more */
	assert_int_equal(wire_code(w, code), -EM_E_UNKNOWN_METHOD);
	assert_int_equal(wire_call_empty(w, METHOD_exam_list), -EM_E_UNKNOWN_METHOD);
	wire_free(&w);
}

static void
test_what_is_no_code(void **state)
{
	static const char *const typed[] = {
	    "", "1234567", "123456789", "abcdefgh", "1234567a", "-1234567"};
	char code[16];
	struct wire *w = ask_code(&camille, code);
	char spaced[24];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
		assert_int_equal(wire_code(w, typed[i]), -EM_E_INVALID);
		assert_string_equal(w->error->field, "code");
	}
	/* none of that cost a try; blanks are allowed, as it is printed with one */
	snprintf(spaced, sizeof(spaced), "%.4s %s", code, code + 4);
	assert_int_equal(wire_code(w, spaced), 0);
	wire_free(&w);
}

static void
test_another_code(void **state)
{
	char first[16], second[16];
	struct mailbox *m;
	struct wire *w = ask_code(&camille, first);
	const Emage__AuthResendReply *reply;

	(void)state;
	assert_int_equal(wire_code(w, wrong_code(first)), -EM_E_CODE_WRONG);
	assert_int_equal(resend(w), -EM_E_RESEND_EARLY);
	assert_true(w->error->retry_after_s > 0 && w->error->retry_after_s <= 60);
	fixture_advance(server, 61000);
	m = fixture_mailbox(server);
	assert_int_equal(resend(w), 0);
	reply = (const Emage__AuthResendReply *)w->reply;
	assert_int_equal(reply->expires_in_s, 900);
	/* tries are not given back */
	assert_int_equal(reply->tries_left, 4);
	fixture_next_code(m, second);
	if (strcmp(first, second) != 0)
		assert_int_equal(wire_code(w, first), -EM_E_CODE_WRONG);
	assert_int_equal(wire_code(w, second), 0);
	mailbox_free(&m);
	wire_free(&w);
}

static void
test_three_codes_in_15_minutes(void **state)
{
	char code[16];
	struct wire *w = ask_code(&camille, code);

	(void)state;
	for (int i = 0; i < 2; i++) {
		fixture_advance(server, 61000);
		assert_int_equal(resend(w), 0);
	}
	fixture_advance(server, 61000);
	assert_int_equal(resend(w), -EM_E_RESEND_LIMIT);
	assert_true(w->error->retry_after_s > 0);
	wire_free(&w);
	/* nor by beginning again, nor after a crash */
	fixture_kill(server);
	fixture_start(server);
	w = wire_open_greeted(server);
	assert_int_equal(
	    wire_password(w, camille.identifier, camille.password), -EM_E_RESEND_LIMIT);
	wire_free(&w);
}

/* 20 wrong codes in a row, however they are spread (A-12, F-20). */
static void
test_twenty_wrong_codes(void **state)
{
	unsigned evaluated = 0;
	char code[16];

	(void)state;
	for (unsigned round = 0; round < 8; round++) {
		struct wire *w = wire_open_greeted(server);
		struct mailbox *m = fixture_mailbox(server);
		int rc = wire_password(w, camille.identifier, camille.password);

		if (rc != 0) {
			/* locked looks like a wrong password */
			assert_int_equal(rc, -EM_E_AUTH);
			mailbox_free(&m);
			wire_free(&w);
			break;
		}
		fixture_next_code(m, code);
		while ((rc = wire_code(w, wrong_code(code))) == -EM_E_CODE_WRONG)
			evaluated++;
		assert_int_equal(rc, -EM_E_CODE_DEAD);
		evaluated++;
		mailbox_free(&m);
		wire_free(&w);
		if (round % 2 == 1) {
			fixture_kill(server);
			fixture_start(server);
		}
		fixture_advance(server, 20 * MINUTE_MS);
	}
	assert_int_equal(evaluated, 20);
	/* and time alone does not unlock it */
	fixture_advance(server, 40 * (int64_t)DAY_MS);
	{
		struct wire *w = wire_open_greeted(server);

		assert_int_equal(
		    wire_password(w, camille.identifier, camille.password), -EM_E_AUTH);
		wire_free(&w);
	}
}

/* ------------------------------------------------------------- temporary password */

static void
test_temporary_password(void **state)
{
	Emage__AuthNewPasswordRequest rq = EMAGE__AUTH_NEW_PASSWORD_REQUEST__INIT;
	struct wire *w = wire_open_greeted(server);
	struct mailbox *m = fixture_mailbox(server);
	char code[16];

	(void)state;
	assert_int_equal(wire_password(w, ines.identifier, ines.temporary), 0);
	fixture_next_code(m, code);
	assert_int_equal(wire_code(w, code), 0);
	assert_int_equal(((const Emage__AuthCodeReply *)w->reply)->token.len, 0);
	rq.password = (char *)"";
	assert_int_equal(wire_call(w, METHOD_auth_new_password, &rq), -EM_E_INVALID);
	rq.password = (char *)"onze lettre";
	assert_int_equal(wire_call(w, METHOD_auth_new_password, &rq), -EM_E_PASSWORD_SHORT);
	rq.password = (char *)"Password1234";
	assert_int_equal(wire_call(w, METHOD_auth_new_password, &rq), -EM_E_PASSWORD_COMMON);
	rq.password = (char *)"inesmartin12";
	assert_int_equal(wire_call(w, METHOD_auth_new_password, &rq), -EM_E_PASSWORD_OWN);
	rq.password = ines.temporary;
	assert_int_equal(wire_call(w, METHOD_auth_new_password, &rq), -EM_E_PASSWORD_SAME);
	/* decomposed here, composed when signing in: one password (NFC) */
	rq.password = (char *)"ete\xcc\x81 au bord de l'eau";
	assert_int_equal(wire_call(w, METHOD_auth_new_password, &rq), 0);
	/* no automatic sign-in */
	assert_int_equal(wire_call_empty(w, METHOD_session_whoami), -EM_E_UNKNOWN_METHOD);
	wire_free(&w);

	w = wire_open_greeted(server);
	ines.password = "et\xc3\xa9 au bord de l'eau";
	wire_sign_in(w, &ines);
	wire_free(&w);
	/* the temporary one is used up */
	w = wire_open_greeted(server);
	assert_int_equal(wire_password(w, ines.identifier, ines.temporary), -EM_E_AUTH);
	mailbox_free(&m);
	wire_free(&w);
}

/* Typed as people type: case, blanks, hyphens of an identifier do not matter. */
static void
test_identifier_as_typed(void **state)
{
	char typed[64], *to = typed;
	struct wire *w = wire_open_greeted(server);

	(void)state;
	for (const char *from = paul.identifier; *from; from++) {
		if (*from == '-')
			*to++ = ' ';
		else
			*to++ = *from >= 'A' && *from <= 'Z' ? (char)(*from + 32) : *from;
	}
	*to = '\0';
	assert_int_equal(wire_password(w, typed, paul.password), 0);
	wire_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_five_failures_one_answer, next_day),
	    cmocka_unit_test_setup(test_locked_is_one_of_them, next_day),
	    cmocka_unit_test_setup(test_delays_grow_and_survive, next_day),
	    cmocka_unit_test_setup(test_tries_at_the_same_time, next_day),
	    cmocka_unit_test_setup(test_where_the_code_went, next_day),
	    cmocka_unit_test_setup(test_message_names_nobody, next_day),
	    cmocka_unit_test_setup(test_code_lives_15_minutes, next_day),
	    cmocka_unit_test_setup(test_code_is_of_one_attempt, next_day),
	    cmocka_unit_test_setup(test_code_is_used_once, next_day),
	    cmocka_unit_test_setup(test_five_tries, next_day),
	    cmocka_unit_test_setup(test_what_is_no_code, next_day),
	    cmocka_unit_test_setup(test_another_code, next_day),
	    cmocka_unit_test_setup(test_three_codes_in_15_minutes, next_day),
	    cmocka_unit_test_setup(test_temporary_password, next_day),
	    cmocka_unit_test_setup(test_identifier_as_typed, next_day),
	    cmocka_unit_test_setup(test_twenty_wrong_codes, next_day),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
