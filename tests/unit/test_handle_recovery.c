/* SPDX-License-Identifier: MIT */
/*
 * Forgotten password: what an answer tells (nothing), what is sent, and what the
 * temporary password is good for (R-01 .. R-07).
 */
#include "tests/unit/test_handle_account.h"
#include "tests/unit/test_handle_imaging.h"
#include "tests/unit/test_handle_sql.h"

#include <sqlite3.h>

#define CAMILLE	       "camille@exemple.invalid"
#define CAMILLE_MOBILE "+33600000042"

static struct caller
stranger(uint8_t n)
{
	return caller_new(TERMINAL, n);
}

/* ---------------------------------------------------------- the same answer */

/* Statements that a request has made on the writer, by counting what changed. */
struct trace {
	int rc, err;
	unsigned n_replies;
	uint8_t bytes[64];
	size_t len;
	struct store_stats before, after;
};

static struct trace
trace_of(struct place *p, const char *identifier)
{
	Emage__RecoveryStartRequest m = EMAGE__RECOVERY_START_REQUEST__INIT;
	struct caller who = stranger(9);
	struct call c = {.n_replies = 0};
	struct trace t = {.rc = 0};

	m.identifier = (char *)(uintptr_t)identifier;
	store_stats_get(p->server.store, &t.before);
	call_begin(&c, p, &who, METHOD_recovery_start, &m);
	t.rc = c.rc;
	t.err = c.err;
	t.len = emage__recovery_start_reply__get_packed_size(c.rq.reply);
	emage__recovery_start_reply__pack(c.rq.reply, t.bytes);
	call_end(&c);
	assert_int_equal(place_write(p, nothing, NULL), 0);
	store_stats_get(p->server.store, &t.after);
	assert_int_equal(who.phase, PH_A);
	return t;
}

static void
test_any_identifier_has_the_same_answer(void **state)
{
	struct place *p = *state;
	struct person known = person_settled(p, "");
	struct person withdrawn, silent, locked;
	Emage__AdminPatientAddRequest m = person_request("");
	struct trace t[6];
	char *sql;

	withdrawn = person_settled(p, "IPP-W");
	silent = person_settled(p, "IPP-S");
	locked = person_settled(p, "IPP-L");
	(void)m;
	sql = sqlite3_mprintf("UPDATE account SET state = 2 WHERE patient_id = %llu;"
			      "UPDATE account SET email = '', mobile = '' WHERE patient_id = %llu",
	    (unsigned long long)withdrawn.patient_id, (unsigned long long)silent.patient_id);
	place_sql(p, sql);
	sqlite3_free(sql);
	for (unsigned i = 0; i < 3; i++) {
		struct caller who = stranger(3);

		assert_int_equal(recover(p, &who, locked.identifier), 0);
	}
	t[0] = trace_of(p, known.identifier);
	t[1] = trace_of(p, "C4F-7HK9-M2X");
	t[2] = trace_of(p, withdrawn.identifier);
	t[3] = trace_of(p, silent.identifier);
	t[4] = trace_of(p, locked.identifier); /* more than three in an hour */
	t[5] = trace_of(p, "n'importe quoi");
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(t[i].rc, 0);
		assert_int_equal(t[i].err, 0);
		assert_int_equal(t[i].len, t[0].len);
		assert_memory_equal(t[i].bytes, t[0].bytes, t[0].len);
		/* as many jobs and commits for everybody */
		assert_int_equal(
		    t[i].after.jobs - t[i].before.jobs, t[0].after.jobs - t[0].before.jobs);
		assert_int_equal(t[i].after.failed_jobs, t[0].before.failed_jobs);
	}
}

/* Every hash is made of the parameters of everybody else's. */
static void
test_one_hash_for_everybody(void **state)
{
	struct place *p = *state;
	struct person known = person_settled(p, "");
	const char *who[] = {known.identifier, "C4F-7HK9-M2X"};
	const struct stages *s = &stages_table[METHOD_recovery_start];

	for (unsigned i = 0; i < 2; i++) {
		Emage__RecoveryStartRequest m = EMAGE__RECOVERY_START_REQUEST__INIT;
		struct caller caller = stranger(1);
		struct call c = {.n_replies = 0};

		assert_non_null(s->work);
		m.identifier = (char *)(uintptr_t)who[i];
		call_begin(&c, p, &caller, METHOD_recovery_start, &m);
		assert_int_equal(c.err, 0);
		call_end(&c);
	}
	assert_int_equal(place_write(p, nothing, NULL), 0);
	assert_int_equal(letter_to(p, CAMILLE).n, 2); /* the first code, and this one */
}

/* ------------------------------------------------------------- what is sent */

static void
test_by_email_then_code_by_mobile(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = stranger(1), old = stranger(2);
	struct letter mail, mobile;
	Emage__AuthResendRequest resend = EMAGE__AUTH_RESEND_REQUEST__INIT;
	unsigned before = letter_to(p, CAMILLE_MOBILE).n, n;

	assert_int_equal(recover(p, &who, camille.identifier), 0);
	mail = letter_to(p, CAMILLE);
	mobile = letter_to(p, CAMILLE_MOBILE);
	assert_string_not_equal(mail.secret, "");
	assert_non_null(strstr(mail.body, "24 heures"));
	/* every other confirmed way is told, without the password */
	assert_int_equal(mobile.n, before + 1);
	assert_string_equal(mobile.secret, "");
	/* the password of today goes on */
	assert_int_equal(person_password(p, &old, camille.identifier, OWN_PASSWORD), 0);
	/* the temporary one: and its code goes the other way */
	p->now_ms += MINUTE_MS;
	n = letter_to(p, CAMILLE).n;
	assert_int_equal(person_password(p, &who, camille.identifier, mail.secret), 0);
	assert_int_equal(who.phase, PH_C);
	assert_string_not_equal(letter_to(p, CAMILLE_MOBILE).code, "");
	assert_int_equal(letter_to(p, CAMILLE).n, n);
	p->now_ms += 2 * MINUTE_MS;
	resend.channel = EMAIL;
	assert_int_equal(call_once(p, &who, METHOD_auth_resend, &resend), EM_E_NO_CHANNEL);
	assert_int_equal(person_code(p, &who, letter_to(p, CAMILLE_MOBILE).code), 0);
	assert_int_equal(who.phase, PH_T);
	assert_int_equal(person_new_password(p, &who, OWN_PASSWORD), EM_E_PASSWORD_SAME);
	assert_int_equal(person_new_password(p, &who, mail.secret), EM_E_PASSWORD_SAME);
	assert_int_equal(person_new_password(p, &who, "huit poires jaunes"), 0);
	/* both addresses know of it; the temporary one is used up */
	assert_non_null(strstr(letter_to(p, CAMILLE).subject, "mot de passe"));
	p->now_ms += HOUR_MS;
	who = stranger(4);
	assert_int_equal(person_password(p, &who, camille.identifier, mail.secret), EM_E_AUTH);
	p->now_ms += HOUR_MS;
	assert_int_equal(person_password(p, &who, camille.identifier, "huit poires jaunes"), 0);
}

static void
test_by_mobile_ten_minutes(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = stranger(1);
	struct letter mobile;

	place_sql(p, "UPDATE account SET email = ''");
	assert_int_equal(recover(p, &who, camille.identifier), 0);
	mobile = letter_to(p, CAMILLE_MOBILE);
	assert_string_not_equal(mobile.secret, "");
	assert_non_null(strstr(mobile.body, "10 minutes"));
	p->now_ms += 10 * MINUTE_MS;
	assert_int_equal(person_password(p, &who, camille.identifier, mobile.secret), EM_E_AUTH);
	p->now_ms += MINUTE_MS;
	assert_int_equal(recover(p, &who, camille.identifier), 0);
	mobile = letter_to(p, CAMILLE_MOBILE);
	p->now_ms += 10 * MINUTE_MS - 1;
	/* the only way there is brings the code too */
	assert_int_equal(person_password(p, &who, camille.identifier, mobile.secret), 0);
	assert_int_equal(who.phase, PH_C);
}

static void
test_a_day_by_email(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = stranger(1);
	struct letter mail;

	assert_int_equal(recover(p, &who, camille.identifier), 0);
	mail = letter_to(p, CAMILLE);
	p->now_ms += DAY_MS - 1;
	assert_int_equal(person_password(p, &who, camille.identifier, mail.secret), 0);
	who = stranger(2);
	p->now_ms += 1;
	assert_int_equal(person_password(p, &who, camille.identifier, mail.secret), EM_E_AUTH);
}

static void
test_three_in_an_hour(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = stranger(1);
	unsigned n = letter_to(p, CAMILLE).n;

	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(recover(p, &who, camille.identifier), 0);
		p->now_ms += 1000;
		if (i % 3 == 2)
			place_restart(p);
	}
	assert_int_equal(letter_to(p, CAMILLE).n, n + 3);
	p->now_ms += HOUR_MS;
	assert_int_equal(recover(p, &who, camille.identifier), 0);
	assert_int_equal(letter_to(p, CAMILLE).n, n + 4);
	/* none of it locks or ends anything */
	assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), 0);
}

/* --------------------------------------------------------- out of a lock */

static void
test_leads_out_of_both_locks(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = stranger(1);
	struct letter mail;

	/* twenty wrong codes */
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), 0);
		for (unsigned k = 0; k < 5; k++)
			(void)person_code(p, &who,
			    strcmp(letter_to(p, CAMILLE).code, "00000000") == 0 ? "00000001"
										: "00000000");
		assert_int_equal(who.phase, PH_A);
		p->now_ms += HOUR_MS;
	}
	assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), EM_E_AUTH);
	/* fifty wrong passwords */
	for (unsigned i = 0; i < 50; i++) {
		p->now_ms += MINUTE_MS + 1;
		assert_int_equal(person_password(p, &who, camille.identifier, "faux"), EM_E_AUTH);
	}
	p->now_ms += DAY_MS;
	assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), EM_E_AUTH);
	p->now_ms += MINUTE_MS + 1;
	assert_int_equal(recover(p, &who, camille.identifier), 0);
	mail = letter_to(p, CAMILLE);
	assert_int_equal(person_password(p, &who, camille.identifier, mail.secret), 0);
	assert_int_equal(person_code(p, &who, letter_to(p, CAMILLE_MOBILE).code), 0);
	assert_int_equal(person_new_password(p, &who, "huit poires jaunes"), 0);
	person_sign_in(p, &who, camille.identifier, "huit poires jaunes");
	assert_int_equal(who.phase, PH_O);
}

/* Whoever reads somebody's mail could buy twenty more tries with each temporary
 * password: one lock a week is opened. */
static void
test_opens_one_lock_a_week(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = stranger(1);
	unsigned evaluated = 0;

	for (unsigned i = 0; i < 12; i++) {
		int err = EM_E_CODE_WRONG;

		p->now_ms += 6 * HOUR_MS;
		assert_int_equal(recover(p, &who, camille.identifier), 0);
		assert_int_equal(
		    person_password(p, &who, camille.identifier, letter_to(p, CAMILLE).secret), 0);
		for (unsigned k = 0; k < 5 && err == EM_E_CODE_WRONG; k++) {
			const char *right = letter_to(p, CAMILLE_MOBILE).code;

			err = person_code(
			    p, &who, strcmp(right, "00000000") == 0 ? "00000001" : "00000000");
			evaluated += err == EM_E_CODE_WRONG || (err == EM_E_CODE_DEAD && k == 4);
		}
		who = stranger(1);
	}
	assert_int_equal(evaluated, 40);
}

/* Somebody has chosen another password between the reading and the sending: the
 * temporary one would never match, and is not sent. */
static int
set_other_password(struct store_conn *db, struct place *p, void *arg)
{
	(void)p;
	return store_account_set_password(db, *(uint64_t *)arg,
	    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

static void
test_password_changed_meanwhile(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = stranger(1), me;
	Emage__RecoveryStartRequest m = EMAGE__RECOVERY_START_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	unsigned n;

	me = person_open(p, &camille, OWN_PASSWORD, TERMINAL, 2);
	n = letter_to(p, CAMILLE).n;
	m.identifier = camille.identifier;
	call_begin(&c, p, &who, METHOD_recovery_start, &m);
	assert_int_equal(c.err, 0);
	assert_int_equal(place_write(p, set_other_password, &me.account_id), 0);
	call_end(&c); /* now comes what follows the answer */
	assert_int_equal(place_write(p, nothing, NULL), 0);
	assert_int_equal(letter_to(p, CAMILLE).n, n);
}

static void
test_forms(void **state)
{
	struct place *p = *state;
	struct caller who = stranger(1);
	char longest[130];

	memset(longest, 'x', sizeof(longest));
	longest[129] = '\0';
	assert_int_equal(recover(p, &who, ""), EM_E_INVALID);
	assert_int_equal(recover(p, &who, longest), EM_E_INVALID);
	longest[128] = '\0';
	assert_int_equal(recover(p, &who, longest), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(t) cmocka_unit_test_setup_teardown(t, place_setup, place_teardown)
	    TEST(test_any_identifier_has_the_same_answer),
	    TEST(test_one_hash_for_everybody),
	    TEST(test_by_email_then_code_by_mobile),
	    TEST(test_by_mobile_ten_minutes),
	    TEST(test_a_day_by_email),
	    TEST(test_three_in_an_hour),
	    TEST(test_leads_out_of_both_locks),
	    TEST(test_opens_one_lock_a_week),
	    TEST(test_password_changed_meanwhile),
	    TEST(test_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
