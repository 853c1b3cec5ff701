/* SPDX-License-Identifier: MIT */
/*
 * Administration without a server around it: accounts of staff, what is handed over
 * to whom, what ends with a change, lists, and the trail.
 */
#include "tests/unit/test_handle_account.h"
#include "tests/unit/test_handle_imaging.h"
#include "tests/unit/test_handle_sql.h"

#include "proto/staff.pb-c.h"

#define S(text) ((char *)(uintptr_t)(text))
#define ADA	80
#define LINE	81

static struct caller ada, line;

static struct caller
caller_of(int role, uint64_t account_id)
{
	struct caller who = caller_new(TERMINAL, (uint8_t)account_id);

	who.phase = PH_O;
	who.role = role;
	who.account_id = account_id;
	who.session_id = 1000 + account_id;
	return who;
}

/* An administrator, a receptionist, and two people of the directory. */
static int
set_up(void **state)
{
	int rc = place_setup(state);
	struct place *p = *state;

	place_sql(p,
	    "INSERT INTO establishment (establishment_id, finess, name, name_fold)"
	    " VALUES (70, '990000001', 'Clinique Fictive', 'clinique fictive');"
	    "INSERT INTO account (account_id, role, state, identifier, email, mobile, language,"
	    " password_hash, temp_hash, temp_expires_at_ms, created_at_ms) VALUES"
	    " (80, 4, 1, 'ada', 'ada@exemple.invalid', '', 'fr', '', '', 0, 1),"
	    " (81, 2, 1, 'line', 'line@exemple.invalid', '+33600000081', 'fr', '', '', 0, 1);"
	    "INSERT INTO staff (account_id, family_name, given_name, family_fold, given_fold,"
	    " establishment_id) VALUES (80, 'Admin', 'Ada', 'admin', 'ada', NULL),"
	    " (81, 'Accueil', 'Line', 'accueil', 'line', 70);"
	    "INSERT INTO professional (professional_id, rpps, account_id, family_name, given_name,"
	    " family_fold, given_fold, profession_code, specialty_code, load_id) VALUES"
	    " (90, '10000000009', NULL, 'Docteure', 'Dana', 'docteure', 'dana', '', '', 1),"
	    " (91, '10000000017', NULL, 'Docteur', 'Bo', 'docteur', 'bo', '', '', 1)");
	ada = caller_of(EMAGE__ROLE__ROLE_ADMIN, ADA);
	line = caller_of(EMAGE__ROLE__ROLE_RECEPTION, LINE);
	memset(&world, 0, sizeof(world));
	return rc;
}

/* ------------------------------------------------------------------- adding */

struct added {
	int err;
	char field[32], identifier[32], temporary[32];
	uint64_t account_id;
	unsigned n_sent;
};

static Emage__StaffAddRequest
new_doctor(void)
{
	Emage__StaffAddRequest m = EMAGE__STAFF_ADD_REQUEST__INIT;

	m.role = EMAGE__ROLE__ROLE_PROFESSIONAL;
	m.family_name = S("Docteure");
	m.given_name = S("Dana");
	m.rpps = S("10000000009");
	m.email = S("dana@exemple.invalid");
	return m;
}

static struct added
add(struct place *p, struct caller *who, const Emage__StaffAddRequest *m)
{
	const Emage__StaffAddReply *r;
	struct added a = {.err = 0};
	struct call c = {.n_replies = 0};

	call_begin(&c, p, who, METHOD_staff_add, m);
	a.err = c.err;
	if (c.rq.refuse_field != NULL)
		(void)snprintf(a.field, sizeof(a.field), "%s", c.rq.refuse_field);
	r = c.rq.reply;
	if (c.err == 0) {
		(void)snprintf(a.identifier, sizeof(a.identifier), "%s", r->identifier);
		(void)snprintf(a.temporary, sizeof(a.temporary), "%s", r->temporary_password);
		a.account_id = r->account_id;
		a.n_sent = (unsigned)r->n_sent_to;
	}
	call_end(&c);
	return a;
}

/* Through an administrator it goes to the person's mail and is on no screen;
 * an operator on the machine gets it on paper. */
static void
test_add(void **state)
{
	struct place *p = *state;
	Emage__StaffAddRequest m = new_doctor();
	struct caller op = caller_operator(), later = caller_new(TERMINAL, 3);
	struct added a = add(p, &ada, &m);
	struct letter mail;

	assert_int_equal(a.err, 0);
	assert_string_equal(a.temporary, "");
	assert_int_equal(a.n_sent, 1);
	mail = letter_to(p, "dana@exemple.invalid");
	assert_string_not_equal(mail.secret, "");
	assert_int_equal(person_password(p, &later, a.identifier, mail.secret), 0);
	assert_int_equal(place_number(p, "SELECT account_id FROM professional WHERE rpps ="
					 " '10000000009'"),
	    (int64_t)a.account_id);
	m.rpps = S("10000000017");
	m.identifier = S("Docteur.Bo");
	a = add(p, &op, &m);
	assert_int_equal(a.err, 0);
	assert_string_not_equal(a.temporary, "");
	assert_int_equal(a.n_sent, 0);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM audit WHERE event = 'staff.added'"), 2);
	assert_int_equal(place_number(p, "SELECT count(*) FROM audit WHERE detail LIKE '%temp%' OR"
					 " detail LIKE '%-%'"),
	    0);
}

static void
test_add_bad_input(void **state)
{
	struct place *p = *state;
	static const struct {
		const char *field, *value;
		size_t offset;
		int err;
	} bad[] = {
#define F(name, value, err) {#name, value, offsetof(Emage__StaffAddRequest, name), err}
	    F(family_name, "", EM_E_INVALID),
	    F(family_name, "A\x1b[2J", EM_E_INVALID),
	    F(rpps, "", EM_E_INVALID),
	    F(rpps, "10000000008", EM_E_INVALID),   /* its key is wrong */
	    F(rpps, "10000000025", EM_E_NOT_FOUND), /* not in the directory */
	    F(email, "", EM_E_INVALID),
	    F(email, "a@b\r\nBcc: c@d.invalid", EM_E_INVALID),
	    F(mobile, "06", EM_E_INVALID),
	    F(language, "es", EM_E_INVALID),
	    F(identifier, "ADA", EM_E_EXISTS),
#undef F
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		Emage__StaffAddRequest m = new_doctor();
		const char *value = bad[i].value;
		struct added a;

		memcpy((char *)&m + bad[i].offset, &value, sizeof(value));
		a = add(p, &ada, &m);
		if (a.err != bad[i].err || strcmp(a.field, bad[i].field) != 0)
			fail_msg("%s \"%s\": error %d, field %s", bad[i].field, bad[i].value, a.err,
			    a.field);
	}
	{
		Emage__StaffAddRequest m = new_doctor();

		m.role = EMAGE__ROLE__ROLE_PATIENT;
		assert_string_equal(add(p, &ada, &m).field, "role");
		m.role = EMAGE__ROLE__ROLE_OPERATOR;
		assert_string_equal(add(p, &ada, &m).field, "role");
		m = new_doctor();
		m.role = EMAGE__ROLE__ROLE_RECEPTION;
		m.rpps = S("");
		assert_string_equal(add(p, &ada, &m).field, "establishment_id");
		m.establishment_id = 4711;
		assert_string_equal(add(p, &ada, &m).field, "establishment_id");
	}
	assert_int_equal(place_number(p, "SELECT count(*) FROM account"), 2);
	assert_int_equal(place_posted(p).n, 0);
}

/* ----------------------------------------------------------------- changing */

static int
change(struct place *p, struct caller *who, const Emage__StaffSetRequest *m, char field_r[32])
{
	struct call c = {.n_replies = 0};

	call_begin(&c, p, who, METHOD_staff_set, m);
	field_r[0] = '\0';
	if (c.rq.refuse_field != NULL)
		(void)snprintf(field_r, 32, "%s", c.rq.refuse_field);
	call_end(&c);
	return c.err;
}

static void
line_is_in(struct place *p)
{
	place_sql(p, "INSERT INTO session (session_id, account_id, patient_id, role, kind,"
		     " opened_at_ms, active_at_ms, idle_limit_ms, ends_at_ms, generation, factors,"
		     " token_hash) VALUES (1081, 81, 0, 2, 1, 1, 1, 1, 1, 1, 1, zeroblob(32))");
	world.ended_account = 0;
}

static int64_t
sessions_of_line(struct place *p)
{
	return place_number(p, "SELECT count(*) FROM session WHERE account_id = 81");
}

/* What takes rights away ends what is open, in the store and on the wire; what does
 * not leaves it. */
static void
test_what_ends(void **state)
{
	struct place *p = *state;
	Emage__StaffSetRequest m = EMAGE__STAFF_SET_REQUEST__INIT;
	char field[32];

	m.account_id = LINE;
	m.email = S("line@autre.invalid");
	line_is_in(p);
	assert_int_equal(change(p, &ada, &m, field), 0);
	assert_int_equal(sessions_of_line(p), 1);
	assert_int_equal(world.ended_account, 0);
	/* the address of before is told, at both */
	assert_non_null(strstr(letter_to(p, "line@exemple.invalid").subject, "remplacée"));
	assert_int_equal(letter_to(p, "+33600000081").n, 1);
	m.email = S("");
	m.role = EMAGE__ROLE__ROLE_ADMIN;
	assert_int_equal(change(p, &ada, &m, field), 0);
	assert_int_equal(sessions_of_line(p), 0);
	assert_int_equal(world.ended_account, LINE);
	/* the same role again is no change */
	line_is_in(p);
	assert_int_equal(change(p, &ada, &m, field), 0);
	assert_int_equal(world.ended_account, 0);
	assert_int_equal(sessions_of_line(p), 1);
	m.enabled = EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_NO;
	assert_int_equal(change(p, &ada, &m, field), 0);
	assert_int_equal(sessions_of_line(p), 0);
	assert_int_equal(world.ended_account, LINE);
}

/* Nothing is half changed: what is refused leaves all as it was. */
static void
test_refused_changes(void **state)
{
	struct place *p = *state;
	Emage__StaffSetRequest m = EMAGE__STAFF_SET_REQUEST__INIT;
	struct person camille = person_add(p, "0042");
	char field[32];
	int64_t account;

	line_is_in(p);
	m.account_id = ADA;
	m.enabled = EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_NO;
	assert_int_equal(change(p, &ada, &m, field), EM_E_LAST_ADMIN);
	assert_string_equal(field, "enabled");
	m.enabled = EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_STAYS;
	m.role = EMAGE__ROLE__ROLE_RECEPTION;
	m.establishment_id = 70;
	assert_int_equal(change(p, &ada, &m, field), EM_E_LAST_ADMIN);
	m.account_id = LINE;
	m.role = EMAGE__ROLE__ROLE_PROFESSIONAL;
	m.email = S("line@autre.invalid");
	assert_int_equal(change(p, &ada, &m, field), EM_E_INVALID);
	assert_string_equal(field, "rpps");
	m.role = EMAGE__ROLE__ROLE_UNSPECIFIED;
	m.establishment_id = 4711;
	assert_int_equal(change(p, &ada, &m, field), EM_E_INVALID);
	assert_string_equal(field, "establishment_id");
	assert_int_equal(place_number(p, "SELECT count(*) FROM account WHERE email ="
					 " 'line@autre.invalid'"),
	    0);
	assert_int_equal(sessions_of_line(p), 1);
	assert_int_equal(world.ended_account, 0);
	/* a patient's account is nobody's to administer */
	assert_int_equal(camille.patient_id > 0, 1);
	account = place_number(p, "SELECT account_id FROM account WHERE role = 1");
	m = (Emage__StaffSetRequest)EMAGE__STAFF_SET_REQUEST__INIT;
	m.account_id = (uint64_t)account;
	m.enabled = EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_NO;
	assert_int_equal(change(p, &ada, &m, field), EM_E_NOT_FOUND);
	assert_int_equal(place_number(p, "SELECT state FROM account WHERE role = 1"), 1);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM audit WHERE event = 'staff.changed'"), 0);
}

/* --------------------------------------------------------------------- lists */

/* Whoever administers has no business with patients: no name, no account. */
static void
test_sessions_name_no_patient(void **state)
{
	struct place *p = *state;
	Emage__AdminSessionListRequest m = EMAGE__ADMIN_SESSION_LIST_REQUEST__INIT;
	Emage__AdminSessionEndRequest end = EMAGE__ADMIN_SESSION_END_REQUEST__INIT;
	struct person camille = person_settled(p, "0042");
	struct caller me = person_open(p, &camille, OWN_PASSWORD, TERMINAL, 5);
	const Emage__AdminSessionListReply *r;
	struct call c = {.n_replies = 0};
	unsigned n_patients = 0;

	place_sql(p, "INSERT INTO session (session_id, account_id, patient_id, role, kind,"
		     " opened_at_ms, active_at_ms, idle_limit_ms, ends_at_ms, generation, factors,"
		     " token_hash) VALUES (1080, 80, 0, 4, 1, 1480000000000, 1480000000000, 900000,"
		     " 1490000000000, 1, 1, zeroblob(32))");
	m.page = 1;
	m.page_size = 20;
	call_begin(&c, p, &ada, METHOD_admin_session_list, &m);
	assert_int_equal(c.err, 0);
	r = c.rq.reply;
	assert_int_equal(r->total, 2);
	for (size_t i = 0; i < r->n_rows; i++) {
		if (r->rows[i]->role != EMAGE__ROLE__ROLE_PATIENT)
			continue;
		assert_string_equal(r->rows[i]->name, "");
		assert_int_equal(r->rows[i]->account_id, 0);
		n_patients++;
	}
	assert_int_equal(n_patients, 1);
	call_end(&c);
	end.session_id = me.session_id;
	assert_int_equal(call_once(p, &ada, METHOD_admin_session_end, &end), 0);
	assert_int_equal(world.n_ended, 1);
	assert_int_equal(world.ended[0], me.session_id);
	assert_int_equal(call_once(p, &ada, METHOD_admin_session_end, &end), EM_E_NOT_FOUND);
	assert_int_equal(place_number(p, "SELECT count(*) FROM audit WHERE event ="
					 " 'session.ended' AND actor_account = 80"),
	    1);
}

#define T(test) cmocka_unit_test_setup_teardown(test, set_up, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_add),
	    T(test_add_bad_input),
	    T(test_what_ends),
	    T(test_refused_changes),
	    T(test_sessions_name_no_patient),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
