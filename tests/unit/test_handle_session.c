/* SPDX-License-Identifier: MIT */
/*
 * Greeting, the life of a session, and what an operator does.
 */
#include "tests/unit/test_handle_imaging.h"

#define TERMINAL EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL
#define KIOSK	 EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK

static void
test_hello(void **state)
{
	struct place *p = *state;
	struct caller who = {.phase = PH_N};
	Emage__HelloRequest m = EMAGE__HELLO_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	const Emage__HelloReply *reply;

	m.protocol = 2;
	m.kind = KIOSK;
	assert_int_equal(call_once(p, &who, METHOD_hello, &m), EM_E_VERSION);
	m.protocol = 1;
	m.kind = EMAGE__CLIENT_KIND__CLIENT_KIND_UNSPECIFIED;
	assert_int_equal(call_once(p, &who, METHOD_hello, &m), EM_E_INVALID);
	assert_int_equal(who.phase, PH_N);
	m.kind = KIOSK;
	m.language = (char *)(uintptr_t) "de";
	call_begin(&c, p, &who, METHOD_hello, &m);
	assert_int_equal(c.err, 0);
	reply = c.rq.reply;
	assert_string_equal(reply->region, "Région d'essai");
	assert_int_equal(reply->code_digits, 8);
	assert_int_equal(reply->password_min_chars, 12);
	assert_int_equal(reply->now_ms, p->now_ms);
	call_end(&c);
	assert_int_equal(who.phase, PH_A);
	assert_int_equal(who.kind, KIOSK);
	assert_string_equal(who.language, "de");
	/* a language that nobody has here is French */
	who.phase = PH_N;
	m.language = (char *)(uintptr_t) "it";
	assert_int_equal(call_once(p, &who, METHOD_hello, &m), 0);
	assert_string_equal(who.language, "fr");
}

/* Signs in and returns the token. */
static void
open_session(struct place *p, struct caller *who, const struct person *person, uint8_t token_r[32])
{
	Emage__AuthCodeRequest m = EMAGE__AUTH_CODE_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	struct posted mail;
	const Emage__AuthCodeReply *reply;

	assert_int_equal(person_password(p, who, person->identifier, OWN_PASSWORD), 0);
	mail = place_posted(p);
	m.code = mail.code;
	call_begin(&c, p, who, METHOD_auth_code, &m);
	assert_int_equal(c.err, 0);
	reply = c.rq.reply;
	assert_int_equal(reply->token.len, 32);
	assert_int_equal(reply->role, EMAGE__ROLE__ROLE_PATIENT);
	assert_false(reply->must_change_password);
	memcpy(token_r, reply->token.data, 32);
	call_end(&c);
	assert_int_equal(who->phase, PH_O);
	assert_int_equal(who->patient_id, person->patient_id);
}

static int
resume(struct place *p, struct caller *who, const uint8_t token[32], uint8_t new_r[32])
{
	Emage__SessionResumeRequest m = EMAGE__SESSION_RESUME_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	uint8_t copy[32];

	memcpy(copy, token, 32);
	m.token.data = copy;
	m.token.len = 32;
	call_begin(&c, p, who, METHOD_session_resume, &m);
	if (c.err == 0)
		memcpy(new_r, ((const Emage__SessionResumeReply *)c.rq.reply)->token.data, 32);
	call_end(&c);
	return c.err;
}

static void
test_limits_follow_the_kind(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller kiosk = caller_new(KIOSK, 1), terminal = caller_new(TERMINAL, 2);
	uint8_t token[32];

	open_session(p, &kiosk, &camille, token);
	assert_int_equal(kiosk.idle_limit_ms, 120000);
	assert_int_equal(kiosk.ends_at_ms, p->now_ms + 900000);
	open_session(p, &terminal, &camille, token);
	assert_int_equal(terminal.idle_limit_ms, 600000);
	assert_int_equal(terminal.ends_at_ms, p->now_ms + 3600000);
}

static void
test_one_kiosk_and_one_other_place(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, ""), other = person_settled(p, "2");
	struct caller kiosk = caller_new(KIOSK, 1), first = caller_new(TERMINAL, 2);
	struct caller second = caller_new(TERMINAL, 3), apart = caller_new(TERMINAL, 4);
	uint8_t token[32], first_token[32], kiosk_token[32];

	open_session(p, &kiosk, &camille, kiosk_token);
	open_session(p, &apart, &other, token);
	open_session(p, &first, &camille, first_token);
	assert_int_equal(world.n_ended, 0);
	open_session(p, &second, &camille, token);
	assert_int_equal(world.n_ended, 1);
	assert_int_equal(world.ended[0], first.session_id);
	/* the first is over, also by its token; the kiosk's is not */
	first.phase = PH_A;
	assert_int_equal(resume(p, &first, first_token, token), EM_E_SESSION_ENDED);
	kiosk.phase = PH_A;
	assert_int_equal(resume(p, &kiosk, kiosk_token, token), 0);
}

static void
test_resume_moves_the_session(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller first = caller_new(TERMINAL, 1), second = caller_new(TERMINAL, 2);
	struct caller kiosk = caller_new(KIOSK, 3);
	uint8_t token[32], next[32], last[32];

	open_session(p, &first, &camille, token);
	p->now_ms += 599999;
	assert_int_equal(resume(p, &kiosk, token, next), EM_E_SESSION_ENDED);
	assert_int_equal(resume(p, &second, token, next), 0);
	assert_int_equal(second.session_id, first.session_id);
	assert_int_equal(second.session_generation, first.session_generation + 1);
	assert_int_equal(second.patient_id, camille.patient_id);
	assert_memory_not_equal(token, next, 32);
	/* a token is good for one resume */
	kiosk = caller_new(TERMINAL, 4);
	assert_int_equal(resume(p, &kiosk, token, last), EM_E_SESSION_ENDED);
	/* the new one within the idle limit, counted from here */
	p->now_ms += 600000;
	assert_int_equal(resume(p, &kiosk, next, last), EM_E_SESSION_IDLE);
	p->now_ms -= 1;
	assert_int_equal(resume(p, &kiosk, next, last), 0);
}

static void
test_resume_ends_with_the_absolute_limit(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = caller_new(TERMINAL, 1);
	uint8_t token[32];

	open_session(p, &who, &camille, token);
	for (unsigned i = 0; i < 6; i++) {
		p->now_ms += 599000;
		who = caller_new(TERMINAL, 1);
		assert_int_equal(resume(p, &who, token, token), 0);
	}
	p->now_ms += 6000;
	who = caller_new(TERMINAL, 1);
	assert_int_equal(resume(p, &who, token, token), EM_E_SESSION_ENDED);
}

static void
test_logout(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = caller_new(TERMINAL, 1);
	Emage__SessionLogoutRequest m = EMAGE__SESSION_LOGOUT_REQUEST__INIT;
	struct posted mail;
	uint8_t token[32];

	open_session(p, &who, &camille, token);
	assert_int_equal(call_once(p, &who, METHOD_session_logout, &m), 0);
	assert_int_equal(who.phase, PH_A);
	assert_int_equal(who.session_id, 0);
	assert_int_equal(resume(p, &who, token, token), EM_E_SESSION_ENDED);
	/* in step 2 it ends the code */
	assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), 0);
	mail = place_posted(p);
	assert_int_equal(call_once(p, &who, METHOD_session_logout, &m), 0);
	assert_int_equal(who.phase, PH_A);
	who.phase = PH_C;
	assert_int_equal(person_code(p, &who, mail.code), EM_E_CODE_EXPIRED);
}

static void
test_whoami_and_touch(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = caller_new(TERMINAL, 1), op = caller_operator();
	Emage__SessionWhoamiRequest m = EMAGE__SESSION_WHOAMI_REQUEST__INIT;
	Emage__SessionTouchRequest touch = EMAGE__SESSION_TOUCH_REQUEST__INIT;
	const Emage__SessionWhoamiReply *reply;
	const Emage__SessionTouchReply *touched;
	struct call c = {.n_replies = 0};
	uint8_t token[32];

	open_session(p, &who, &camille, token);
	p->now_ms += 100000;
	call_begin(&c, p, &who, METHOD_session_whoami, &m);
	assert_int_equal(c.err, 0);
	reply = c.rq.reply;
	assert_string_equal(reply->display_name, "Camille FICTIVE-ÉXEMPLE");
	assert_int_equal(reply->n_factors, 2);
	assert_string_equal(reply->factors[0], "password");
	assert_string_equal(reply->factors[1], "code-email");
	assert_int_equal(reply->idle_left_s, 500);
	assert_int_equal(reply->absolute_left_s, 3500);
	call_end(&c);
	call_begin(&c, p, &who, METHOD_session_touch, &touch);
	touched = c.rq.reply;
	assert_int_equal(touched->idle_left_s, 600);
	assert_int_equal(touched->absolute_left_s, 3500);
	call_end(&c);
	call_begin(&c, p, &op, METHOD_session_whoami, &m);
	reply = c.rq.reply;
	assert_int_equal(c.err, 0);
	assert_int_equal(reply->role, EMAGE__ROLE__ROLE_OPERATOR);
	assert_string_equal(reply->display_name, "uid 12");
	call_end(&c);
}

/* --------------------------------------------------------------- operator */

static void
test_patient_fields_are_checked(void **state)
{
	static const char *const addresses[] = {"a", "@b.fr", "a@", "a@b", "a b@c.fr", "a@b@c.fr",
	    "a@b.fr\nBcc: x@y.fr", "a@b.fr\r", "<a@b.fr>", "a@b.fr.", "é@b.fr"};
	static const char *const numbers[] = {
	    "06000", "+33", "+0612345678", "+3360000004x", "+331234567890123456"};
	static const char *const names[] = {
	    "", " Camille", "Camille ", "Cam\nille", "Cam\xc2\x9bil", "Cam\xe2\x80\xaeille"};
	struct place *p = *state;
	struct caller op = caller_operator();
	Emage__AdminPatientAddRequest m;

	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		m = person_request("");
		m.email = (char *)(uintptr_t)addresses[i];
		assert_int_equal(call_once(p, &op, METHOD_admin_patient_add, &m), EM_E_INVALID);
	}
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		m = person_request("");
		m.mobile = (char *)(uintptr_t)numbers[i];
		assert_int_equal(call_once(p, &op, METHOD_admin_patient_add, &m), EM_E_INVALID);
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		m = person_request("");
		m.given_name = (char *)(uintptr_t)names[i];
		assert_int_equal(call_once(p, &op, METHOD_admin_patient_add, &m), EM_E_INVALID);
	}
	m = person_request("");
	m.birth_date = 20230229;
	assert_int_equal(call_once(p, &op, METHOD_admin_patient_add, &m), EM_E_INVALID);
	/* no way to reach the person, no account */
	m = person_request("");
	m.email = m.mobile = (char *)(uintptr_t) "";
	assert_int_equal(call_once(p, &op, METHOD_admin_patient_add, &m), EM_E_INVALID);
	m = person_request("");
	m.establishment_id = 77;
	assert_int_equal(call_once(p, &op, METHOD_admin_patient_add, &m), EM_E_INVALID);
}

static void
test_local_number_is_given_once(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	Emage__AdminPatientAddRequest m = person_request("IPP-1");
	struct person one = person_add(p, "IPP-1"), two = person_add(p, "IPP-2");

	assert_string_not_equal(one.identifier, two.identifier);
	assert_string_not_equal(one.temporary, two.temporary);
	assert_int_equal(call_once(p, &op, METHOD_admin_patient_add, &m), EM_E_EXISTS);
	m.ipp_authority = (char *)(uintptr_t) "AUTRE-ESSAI";
	assert_int_equal(call_once(p, &op, METHOD_admin_patient_add, &m), 0);
}

static void
test_establishments(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	Emage__AdminEstablishmentAddRequest m = EMAGE__ADMIN_ESTABLISHMENT_ADD_REQUEST__INIT;
	const Emage__AdminEstablishmentAddReply *reply;
	struct call c = {.n_replies = 0};
	uint64_t id;

	m.finess = (char *)(uintptr_t) "12345678";
	m.name = (char *)(uintptr_t) "Hôpital d'essai";
	assert_int_equal(call_once(p, &op, METHOD_admin_establishment_add, &m), EM_E_INVALID);
	m.finess = (char *)(uintptr_t) "2A0000001";
	call_begin(&c, p, &op, METHOD_admin_establishment_add, &m);
	assert_int_equal(c.err, 0);
	reply = c.rq.reply;
	assert_false(reply->existed);
	id = reply->establishment_id;
	call_end(&c);
	call_begin(&c, p, &op, METHOD_admin_establishment_add, &m);
	assert_int_equal(c.err, 0);
	reply = c.rq.reply;
	assert_true(reply->existed);
	assert_int_equal(reply->establishment_id, id);
	call_end(&c);
}

static uint64_t
counter_of(const Emage__AdminStatusReply *reply, const char *name)
{
	for (size_t i = 0; i < reply->n_counters; i++) {
		if (strcmp(reply->counters[i]->name, name) == 0)
			return reply->counters[i]->value;
	}
	fail_msg("no counter %s", name);
	return 0;
}

static void
test_status_counts(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator(), who = caller_new(TERMINAL, 1);
	Emage__AdminStatusRequest m = EMAGE__ADMIN_STATUS_REQUEST__INIT;
	const Emage__AdminStatusReply *reply;
	struct call c = {.n_replies = 0};

	(void)person_settled(p, "");
	assert_int_equal(person_password(p, &who, "personne", "rien du tout"), EM_E_AUTH);
	call_begin(&c, p, &op, METHOD_admin_status, &m);
	assert_int_equal(c.err, 0);
	reply = c.rq.reply;
	assert_int_equal(counter_of(reply, "signins_ok"), 1);
	assert_int_equal(counter_of(reply, "signins_failed"), 1);
	assert_int_equal(counter_of(reply, "codes_sent"), 1);
	assert_true(counter_of(reply, "store_commits") > 0);
	assert_true(reply->courier_up);
	assert_int_equal(reply->imaging_up, 2);
	call_end(&c);
}

static void
test_release_of_nothing(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	Emage__AdminReleaseRequest m = EMAGE__ADMIN_RELEASE_REQUEST__INIT;

	assert_int_equal(call_once(p, &op, METHOD_admin_release, &m), EM_E_INVALID);
	m.exam_id = 12345;
	assert_int_equal(call_once(p, &op, METHOD_admin_release, &m), EM_E_NOT_FOUND);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, place_setup, place_teardown)
	const struct CMUnitTest tests[] = {
	    T(test_hello),
	    T(test_limits_follow_the_kind),
	    T(test_one_kiosk_and_one_other_place),
	    T(test_resume_moves_the_session),
	    T(test_resume_ends_with_the_absolute_limit),
	    T(test_logout),
	    T(test_whoami_and_touch),
	    T(test_patient_fields_are_checked),
	    T(test_local_number_is_given_once),
	    T(test_establishments),
	    T(test_status_counts),
	    T(test_release_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
