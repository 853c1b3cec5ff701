/* SPDX-License-Identifier: MIT */
/*
 * What closes a patient's record that a professional has open, with the real server:
 * time, logout, a block, an account of staff that is switched off or gets another
 * role, a withdrawn consent; also while images are on their way (V-02, V-04, S-06).
 */
#include "tests/wire/test_record_open.h"

#include <stdio.h>

#include "proto/account.pb-c.h"

static void
test_time_is_over(void **state)
{
	struct wire *w = doctor_in();

	(void)state;
	assert_int_equal(open_record(w, camille.patient_id, "seen", ""), 0);
	fixture_advance(server, (RECORD_S - 1) * 1000);
	assert_int_equal(list_exams(w), 0);
	fixture_advance(server, 2000);
	assert_int_equal(list_exams(w), -EM_E_NO_RECORD);
	assert_int_equal(open_now(w), 0);
	assert_int_equal(open_record(w, camille.patient_id, "seen", ""), 0);
	assert_int_equal(list_exams(w), 0);
	wire_free(&w);
}

/* A lost connection keeps the record, a logout does not. */
static void
test_resume_and_logout(void **state)
{
	Emage__SessionResumeRequest rq = EMAGE__SESSION_RESUME_REQUEST__INIT;
	struct wire *w = doctor_in(), *again = wire_open_greeted(server);

	(void)state;
	assert_int_equal(open_record(w, camille.patient_id, "seen", ""), 0);
	rq.token = (ProtobufCBinaryData){.data = w->token, .len = sizeof(w->token)};
	assert_int_equal(wire_call(again, METHOD_session_resume, &rq), 0);
	assert_int_equal(open_now(again), camille.patient_id);
	assert_int_equal(list_exams(again), 0);
	assert_int_equal(list_exams(w), -EM_E_SESSION_TAKEN);
	assert_int_equal(wire_call_empty(again, METHOD_session_logout), 0);
	wire_free(&w);
	wire_free(&again);
	fixture_stop(server);
	assert_int_equal(fixture_sql_number(server, "SELECT count(*) FROM record r JOIN session s"
						    " ON s.session_id = r.session_id JOIN account a"
						    " ON a.account_id = s.account_id"),
	    fixture_sql_number(server, "SELECT count(*) FROM record"));
	fixture_start(server);
}

/* ---------------------------------------------------- while images come (S-06) */

#define N_ASKED 16u

/* Sixteen requests at once: more than the sockets hold. */
static void
ask_frames(struct wire *w)
{
	Emage__FrameGetRequest rq = EMAGE__FRAME_GET_REQUEST__INIT;

	assert_int_equal(series(w, exam_of(w, true), &rq.series_id), 0);
	rq.count = N_FRAMES;
	for (uint32_t i = 0; i < N_ASKED; i++) {
		struct buf out;

		buf_init(&out, 64);
		assert_int_equal(frame_append(&out, 30, 0, 1000 + i, &rq.base), 0);
		wire_send(w, buf_bytes(&out), out.len);
		buf_release(&out);
	}
}

/* Reads to the end of each; those that were cut short, with this error. */
static unsigned
count_ended(struct wire *w, int err)
{
	unsigned n_ended = 0;

	for (unsigned n_done = 0; n_done < N_ASKED;) {
		struct frame f = wire_next_frame(w);

		if (f.flags & FRAME_MORE)
			continue;
		n_done++;
		if (f.flags & FRAME_ERROR) {
			Emage__Error *e = emage__error__unpack(NULL, f.body_len, f.body);

			assert_int_equal(e->code, err);
			emage__error__free_unpacked(e, NULL);
			n_ended++;
		}
	}
	return n_ended;
}

/* A block ends what is being sent, as if there were no such patient; the session
 * goes on. */
static void
test_block_while_images_come(void **state)
{
	struct wire *w = doctor_in(), *patient = sign_in(&camille);
	uint64_t professional = professional_at(patient, 0);

	(void)state;
	assert_int_equal(open_record(w, camille.patient_id, "seen", ""), 0);
	ask_frames(w);
	block(patient, professional);
	assert_true(count_ended(w, EM_E_NOT_FOUND) > 0);
	assert_int_equal(list_exams(w), -EM_E_NOT_FOUND);
	assert_int_equal(open_now(w), 0);
	expect_same_refusal(w, camille.patient_id);
	unblock(patient, professional);
	/* opened again it is open again */
	assert_int_equal(open_record(w, camille.patient_id, "seen", ""), 0);
	assert_int_equal(list_exams(w), 0);
	wire_free(&w);
	wire_free(&patient);
}

/* An account of staff that is switched off, or that gets another role: the images
 * end, the record is closed, and nothing more is answered. */
static void
test_role_lost_while_images_come(void **state)
{
	Emage__StaffSetRequest changes[2] = {
	    EMAGE__STAFF_SET_REQUEST__INIT, EMAGE__STAFF_SET_REQUEST__INIT};
	Emage__StaffSetRequest back = EMAGE__STAFF_SET_REQUEST__INIT;
	struct wire *op = wire_open_local(server);
	char sql[96];

	(void)state;
	changes[0].account_id = changes[1].account_id = back.account_id = colleague.account_id;
	changes[0].enabled = EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_NO;
	changes[1].role = EMAGE__ROLE__ROLE_RECEPTION;
	changes[1].establishment_id = fixture_add_establishment(server, "679900019", "CHU FICTIF");
	back.enabled = EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_YES;
	back.role = EMAGE__ROLE__ROLE_PROFESSIONAL;
	back.rpps = colleague.rpps;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct wire *w;

		fixture_advance(server, 24 * 3600 * 1000);
		w = sign_in(&colleague.person);
		assert_int_equal(open_record(w, camille.patient_id, "seen", ""), 0);
		ask_frames(w);
		assert_int_equal(wire_call(op, METHOD_staff_set, &changes[i]), 0);
		assert_true(count_ended(w, EM_E_SESSION_ENDED) > 0);
		assert_int_equal(list_exams(w), -EM_E_SESSION_ENDED);
		assert_int_equal(
		    open_record(w, camille.patient_id, "seen", ""), -EM_E_SESSION_ENDED);
		assert_int_equal(wire_call(op, METHOD_staff_set, &back), 0);
		wire_free(&w);
	}
	wire_free(&op);
	fixture_stop(server);
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM record WHERE account_id = %llu",
	    (unsigned long long)colleague.account_id);
	assert_int_equal(fixture_sql_number(server, sql), 0);
	fixture_start(server);
}

/* The patient withdraws the consent: the images end, and to the doctor there is no
 * such patient any more. The last test, for it does not come back. */
static void
test_withdrawn_while_images_come(void **state)
{
	Emage__ConsentWithdrawRequest rq = EMAGE__CONSENT_WITHDRAW_REQUEST__INIT;
	struct wire *w = doctor_in(), *patient = sign_in(&camille);

	(void)state;
	assert_int_equal(open_record(w, camille.patient_id, "seen", ""), 0);
	ask_frames(w);
	rq.password = (char *)(uintptr_t)camille.password;
	rq.word = (char *)(uintptr_t) "RETIRER";
	assert_int_equal(wire_call(patient, METHOD_consent_withdraw, &rq), 0);
	assert_true(count_ended(w, EM_E_NOT_FOUND) > 0);
	assert_int_equal(list_exams(w), -EM_E_NOT_FOUND);
	assert_int_equal(open_now(w), 0);
	expect_same_refusal(w, camille.patient_id);
	wire_free(&w);
	wire_free(&patient);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_time_is_over),
	    cmocka_unit_test(test_resume_and_logout),
	    cmocka_unit_test(test_block_while_images_come),
	    cmocka_unit_test(test_role_lost_while_images_come),
	    cmocka_unit_test(test_withdrawn_while_images_come),
	};

	return cmocka_run_group_tests(tests, record_set_up, record_tear_down);
}
