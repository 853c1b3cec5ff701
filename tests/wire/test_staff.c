/* SPDX-License-Identifier: MIT */
/*
 * Administration with the real programs: accounts of staff and what ends when they
 * do, all sessions, the trail.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/account.pb-c.h"
#include "tests/lib/staff_fixture.h"

static struct fixture *server;
static struct staff ada, line, paul;
static struct fixture_patient camille;

static int
set_up(void **state)
{
	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	staff_new(server, EMAGE__ROLE__ROLE_ADMIN, 1, 0, &ada);
	staff_new(server, EMAGE__ROLE__ROLE_RECEPTION, 2, 0, &line);
	staff_new(server, EMAGE__ROLE__ROLE_PROFESSIONAL, 3, 0, &paul);
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

/* Codes may be sent again, sessions are over. */
static int
next_day(void **state)
{
	(void)state;
	fixture_advance(server, INT64_C(24) * 3600 * 1000 + 1000);
	return 0;
}

static int
staff_list(struct wire *w, const char *name)
{
	Emage__StaffListRequest rq = EMAGE__STAFF_LIST_REQUEST__INIT;

	rq.name = (char *)(uintptr_t)name;
	rq.page = 1;
	rq.page_size = 50;
	return wire_call(w, METHOD_staff_list, &rq);
}

static int
staff_enable(struct wire *w, const struct staff *s, bool enable)
{
	Emage__StaffSetRequest rq = EMAGE__STAFF_SET_REQUEST__INIT;

	rq.account_id = s->account_id;
	rq.enabled = enable ? EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_YES
			    : EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_NO;
	return wire_call(w, METHOD_staff_set, &rq);
}

/* ----------------------------------------------------------------- accounts */

static void
test_roles(void **state)
{
	const struct staff *all[] = {&ada, &line, &paul};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct wire *w = staff_sign_in(server, all[i]);
		const Emage__AccountGetReply *own;

		assert_int_equal(wire_call_empty(w, METHOD_session_whoami), 0);
		assert_int_equal(((const Emage__SessionWhoamiReply *)w->reply)->role, all[i]->role);
		/* one's own account, without what is a patient's */
		assert_int_equal(wire_call_empty(w, METHOD_account_get), 0);
		own = (const Emage__AccountGetReply *)w->reply;
		assert_int_equal(own->consent_at_ms, 0);
		assert_string_not_equal(own->email, "");
		assert_int_equal(wire_call_empty(w, METHOD_consent_get), -EM_E_UNKNOWN_METHOD);
		assert_int_equal(staff_list(w, ""),
		    all[i]->role == EMAGE__ROLE__ROLE_ADMIN ? 0 : -EM_E_UNKNOWN_METHOD);
		wire_free(&w);
	}
}

static void
test_list(void **state)
{
	struct wire *w = staff_sign_in(server, &ada);
	const Emage__StaffListReply *reply;

	(void)state;
	assert_int_equal(staff_list(w, ""), 0);
	reply = (const Emage__StaffListReply *)w->reply;
	assert_int_equal(reply->total, 3);
	assert_string_equal(reply->rows[0]->family_name, "ACCUEIL");
	assert_string_equal(reply->rows[1]->family_name, "ADMIN");
	assert_true(reply->rows[1]->last_session_at_ms > 0);
	assert_string_equal(reply->rows[2]->rpps, paul.rpps);
	assert_int_equal(staff_list(w, "méd"), 0);
	assert_int_equal(((const Emage__StaffListReply *)w->reply)->total, 1);
	assert_int_equal(staff_list(w, line.person.identifier), 0);
	reply = (const Emage__StaffListReply *)w->reply;
	assert_int_equal(reply->total, 1);
	assert_int_equal(reply->rows[0]->account_id, line.account_id);
	wire_free(&w);
}

/* Nobody who administers sees a password: it is in the person's mail. */
static void
test_reset(void **state)
{
	Emage__StaffResetRequest rq = EMAGE__STAFF_RESET_REQUEST__INIT;
	struct wire *w = staff_sign_in(server, &ada);
	const Emage__StaffResetReply *reply;
	struct mailbox *m = fixture_mailbox(server);
	char *mail = NULL;
	size_t len;

	(void)state;
	rq.account_id = line.account_id;
	assert_int_equal(wire_call(w, METHOD_staff_reset, &rq), 0);
	reply = (const Emage__StaffResetReply *)w->reply;
	assert_string_equal(reply->temporary_password, "");
	assert_int_equal(reply->n_sent_to, 1);
	assert_int_equal(mailbox_next(m, FIXTURE_DEADLINE_MS, &mail, &len), 0);
	assert_non_null(strstr(mail, "line2@example.org"));
	assert_non_null(strstr(mail, "mot de passe temporaire"));
	free(mail);
	mailbox_free(&m);
	/* a patient's account is none of theirs */
	rq.account_id = 999999;
	assert_int_equal(wire_call(w, METHOD_staff_reset, &rq), -EM_E_NOT_FOUND);
	wire_free(&w);
	/* her own password is valid as before */
	w = staff_sign_in(server, &line);
	wire_free(&w);
}

/* What is refused looks like a wrong password, and what was open ends (S-06). */
static void
test_disable(void **state)
{
	struct wire *admin = staff_sign_in(server, &ada);
	struct wire *hers = staff_sign_in(server, &line);
	struct wire *again;
	uint32_t code, wait;

	(void)state;
	assert_int_equal(staff_enable(admin, &line, false), 0);
	assert_true(((const Emage__StaffSetReply *)admin->reply)->row->disabled);
	assert_int_equal(wire_call_empty(hers, METHOD_account_get), -EM_E_SESSION_ENDED);
	wire_free(&hers);
	again = wire_open_greeted(server);
	assert_int_equal(
	    wire_password(again, line.person.identifier, line.person.password), -EM_E_AUTH);
	code = again->error->code;
	wait = again->error->retry_after_s;
	assert_int_equal(wire_password(again, "personne-de-ce-nom", "un mot de passe"), -EM_E_AUTH);
	assert_int_equal(again->error->code, code);
	assert_int_equal(again->error->retry_after_s, wait);
	wire_free(&again);
	assert_int_equal(staff_enable(admin, &line, true), 0);
	wire_free(&admin);
	fixture_advance(server, 60000);
	hers = staff_sign_in(server, &line);
	wire_free(&hers);
}

static void
test_last_admin(void **state)
{
	Emage__StaffSetRequest rq = EMAGE__STAFF_SET_REQUEST__INIT;
	struct wire *w = staff_sign_in(server, &ada);

	(void)state;
	assert_int_equal(staff_enable(w, &ada, false), -EM_E_LAST_ADMIN);
	rq.account_id = ada.account_id;
	rq.role = EMAGE__ROLE__ROLE_RECEPTION;
	rq.establishment_id = line.establishment_id;
	assert_int_equal(wire_call(w, METHOD_staff_set, &rq), -EM_E_LAST_ADMIN);
	/* the session goes on: nothing was changed */
	assert_int_equal(staff_list(w, ""), 0);
	wire_free(&w);
}

/* Another role takes the old one's session and its place in the directory. */
static void
test_role(void **state)
{
	Emage__StaffSetRequest rq = EMAGE__STAFF_SET_REQUEST__INIT;
	struct wire *admin = staff_sign_in(server, &ada);
	struct wire *his = staff_sign_in(server, &paul);
	const Emage__StaffSetReply *reply;

	(void)state;
	rq.account_id = paul.account_id;
	rq.role = EMAGE__ROLE__ROLE_RECEPTION;
	assert_int_equal(wire_call(admin, METHOD_staff_set, &rq), -EM_E_INVALID);
	assert_string_equal(admin->error->field, "establishment_id");
	rq.establishment_id = line.establishment_id;
	assert_int_equal(wire_call(admin, METHOD_staff_set, &rq), 0);
	reply = (const Emage__StaffSetReply *)admin->reply;
	assert_int_equal(reply->row->role, EMAGE__ROLE__ROLE_RECEPTION);
	assert_string_equal(reply->row->rpps, "");
	assert_int_equal(wire_call_empty(his, METHOD_motive_list), -EM_E_SESSION_ENDED);
	wire_free(&his);
	rq.role = EMAGE__ROLE__ROLE_PROFESSIONAL;
	assert_int_equal(wire_call(admin, METHOD_staff_set, &rq), -EM_E_INVALID);
	assert_string_equal(admin->error->field, "rpps");
	rq.rpps = paul.rpps;
	assert_int_equal(wire_call(admin, METHOD_staff_set, &rq), 0);
	assert_string_equal(((const Emage__StaffSetReply *)admin->reply)->row->rpps, paul.rpps);
	wire_free(&admin);
}

/* ----------------------------------------------------------------- sessions */

static void
test_sessions(void **state)
{
	Emage__AdminSessionListRequest rq = EMAGE__ADMIN_SESSION_LIST_REQUEST__INIT;
	Emage__AdminSessionEndRequest end = EMAGE__ADMIN_SESSION_END_REQUEST__INIT;
	struct wire *hers = wire_open_greeted(server), *admin;
	const Emage__AdminSessionListReply *reply;

	(void)state;
	wire_sign_in(hers, &camille);
	admin = staff_sign_in(server, &ada);
	rq.page = 1;
	rq.page_size = 10;
	assert_int_equal(wire_call(admin, METHOD_admin_session_list, &rq), 0);
	reply = (const Emage__AdminSessionListReply *)admin->reply;
	assert_int_equal(reply->total, 2);
	assert_true(reply->rows[0]->mine);
	assert_string_equal(reply->rows[0]->name, "Ada ADMIN");
	/* of a patient neither name nor account */
	assert_int_equal(reply->rows[1]->role, EMAGE__ROLE__ROLE_PATIENT);
	assert_string_equal(reply->rows[1]->name, "");
	assert_int_equal(reply->rows[1]->account_id, 0);
	end.session_id = reply->rows[1]->session_id;
	assert_int_equal(wire_call(admin, METHOD_admin_session_end, &end), 0);
	assert_int_equal(wire_call_empty(hers, METHOD_account_get), -EM_E_SESSION_ENDED);
	assert_int_equal(wire_call(admin, METHOD_admin_session_end, &end), -EM_E_NOT_FOUND);
	wire_free(&hers);
	wire_free(&admin);
}

/* ---------------------------------------------------------------- the trail */

static void
test_trail(void **state)
{
	Emage__AuditListRequest rq = EMAGE__AUDIT_LIST_REQUEST__INIT;
	struct wire *w = staff_sign_in(server, &ada);
	const Emage__AuditListReply *reply;

	(void)state;
	rq.limit = 5;
	assert_int_equal(wire_call(w, METHOD_audit_list, &rq), 0);
	reply = (const Emage__AuditListReply *)w->reply;
	assert_int_equal(reply->n_rows, 5);
	assert_string_equal(reply->rows[0]->event, "session.opened");
	assert_string_equal(reply->rows[0]->actor, "Ada ADMIN");
	assert_int_equal(reply->next_seq, reply->rows[4]->seq);
	rq.event = (char *)(uintptr_t) "staff.changed";
	rq.limit = 100;
	assert_int_equal(wire_call(w, METHOD_audit_list, &rq), 0);
	reply = (const Emage__AuditListReply *)w->reply;
	assert_true(reply->n_rows > 0);
	for (size_t i = 0; i < reply->n_rows; i++)
		assert_string_equal(reply->rows[i]->event, "staff.changed");
	assert_int_equal(reply->next_seq, 0);
	wire_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_roles, next_day),
	    cmocka_unit_test_setup(test_list, next_day),
	    cmocka_unit_test_setup(test_reset, next_day),
	    cmocka_unit_test_setup(test_disable, next_day),
	    cmocka_unit_test_setup(test_last_admin, next_day),
	    cmocka_unit_test_setup(test_role, next_day),
	    cmocka_unit_test_setup(test_sessions, next_day),
	    cmocka_unit_test_setup(test_trail, next_day),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
