/* SPDX-License-Identifier: MIT */
/*
 * An account shut at a reception: suspended because somebody else is in it, or
 * with the consent withdrawn where it was given (V-04); and what opens it again.
 */
#include "tests/unit/test_handle_desk.h"

#define BORN 19750214u

static int64_t
history_of(struct place *p, const char *label)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM access WHERE profession = 'Accueil' AND motive_label = '%s'",
	    label);
	return place_number(p, sql);
}

static int
suspend(struct place *p, struct caller *who)
{
	Emage__DeskSuspendRequest m = EMAGE__DESK_SUSPEND_REQUEST__INIT;

	m.patient_id = here.camille.patient_id;
	return call_once(p, who, METHOD_desk_suspend, &m);
}

struct given {
	int err;
	char field[32], temporary[32];
};

static struct given
resume(struct place *p, struct caller *who, uint32_t born)
{
	Emage__DeskResumeRequest m = EMAGE__DESK_RESUME_REQUEST__INIT;
	struct given g = {.err = 0};
	struct call c = {.n_replies = 0};

	m.patient_id = here.camille.patient_id;
	m.birth_date = born;
	call_begin(&c, p, who, METHOD_desk_resume, &m);
	g.err = c.err;
	if (c.rq.refuse_field != NULL)
		(void)snprintf(g.field, sizeof(g.field), "%s", c.rq.refuse_field);
	if (c.err == 0)
		(void)snprintf(g.temporary, sizeof(g.temporary), "%s",
		    ((const Emage__DeskResumeReply *)c.rq.reply)->letter->temporary_password);
	call_end(&c);
	return g;
}

static int
withdraw(struct place *p, struct caller *who, uint32_t born)
{
	Emage__DeskWithdrawRequest m = EMAGE__DESK_WITHDRAW_REQUEST__INIT;

	m.patient_id = here.camille.patient_id;
	m.birth_date = born;
	return call_once(p, who, METHOD_desk_withdraw, &m);
}

static struct desk_given
consent_again(struct place *p, struct caller *who)
{
	Emage__DeskConsentRequest m = EMAGE__DESK_CONSENT_REQUEST__INIT;

	m.patient_id = here.camille.patient_id;
	m.text_version = S(TODAY);
	m.channel = S("paper");
	m.language = S("fr");
	return desk_consent(p, who, &m);
}

/* What the desk sees of it, and what a professional does. */
static int
shown(struct place *p, struct caller *who)
{
	const struct desk_found f = desk_find_name(p, who, "exemple", "camille", 0);

	assert_int_equal(f.n, 1);
	return f.account;
}

static void
test_suspend(void **state)
{
	struct place *p = *state;
	struct caller thief, half = caller_new(TERMINAL, 4), later = caller_new(TERMINAL, 5);
	Emage__SessionWhoamiRequest whoami = EMAGE__SESSION_WHOAMI_REQUEST__INIT;
	struct desk_printed letter = desk_print(p, &here.desk);
	unsigned n;
	char code[9];

	thief = person_open(p, &here.camille, OWN_PASSWORD, TERMINAL, 3);
	p->now_ms += HOUR_MS;
	assert_int_equal(person_password(p, &half, here.camille.identifier, OWN_PASSWORD), 0);
	(void)snprintf(code, sizeof(code), "%s", letter_to(p, CAMILLE).code);
	n = place_posted(p).n_notices;
	assert_int_equal(suspend(p, &here.desk), 0);
	/* what was open, what had begun, what would begin */
	assert_int_equal(place_number(p, "SELECT count(*) FROM session WHERE patient_id <> 0"), 0);
	assert_int_equal(call_once(p, &thief, METHOD_session_whoami, &whoami), EM_E_SESSION_ENDED);
	assert_int_equal(person_code(p, &half, code), EM_E_CODE_EXPIRED);
	assert_int_equal(
	    person_password(p, &later, here.camille.identifier, OWN_PASSWORD), EM_E_AUTH);
	p->now_ms += HOUR_MS;
	assert_int_equal(
	    person_password(p, &later, here.camille.identifier, letter.temporary), EM_E_AUTH);
	assert_int_equal(recover(p, &later, here.camille.identifier), 0);
	assert_int_equal(place_number(p, "SELECT count(*) FROM account WHERE temp_hash <> ''"), 0);
	/* told, written down, and done once */
	assert_int_equal(place_posted(p).n_notices, n + 2);
	assert_string_equal(letter_to(p, CAMILLE).subject, "Votre compte e-mage est suspendu");
	assert_non_null(strstr(letter_to(p, CAMILLE_MOBILE).body, "est suspendu"));
	assert_int_equal(history_of(p, "Suspension du compte"), 1);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM audit WHERE event = 'account.suspended'"), 1);
	assert_int_equal(suspend(p, &here.other_desk), EM_E_NOT_FOUND);
}

/* Nothing of the desk leads around it, and those who treat the patient go on. */
static void
test_suspended(void **state)
{
	struct place *p = *state;
	char code[9];

	assert_int_equal(suspend(p, &here.desk), 0);
	assert_int_equal(desk_print(p, &here.desk).err, EM_E_NOT_FOUND);
	assert_int_equal(desk_contact_start(p, &here.desk, EMAIL, NEW_EMAIL).err, EM_E_NOT_FOUND);
	desk_no_ways(p);
	assert_int_equal(desk_show_code(p, &here.desk, code), EM_E_NOT_FOUND);
	assert_string_equal(consent_again(p, &here.desk).field, "patient_id");
	assert_int_equal(shown(p, &here.desk), EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED);
	assert_int_equal(shown(p, &here.doctor), EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE);
	assert_int_equal(
	    place_number(p, "SELECT given FROM consent ORDER BY consent_id DESC LIMIT 1"), 1);
}

static void
test_resume(void **state)
{
	struct place *p = *state;
	struct caller later = caller_new(TERMINAL, 5);
	struct given g;

	assert_int_equal(resume(p, &here.desk, BORN).err, EM_E_NOT_FOUND);
	place_sql(p,
	    "INSERT INTO totp (account_id, in_force, since_ms, last_step, secret)"
	    " SELECT account_id, 1, 1, 0, x'00' FROM account WHERE patient_id IS NOT NULL");
	assert_int_equal(suspend(p, &here.desk), 0);
	g = resume(p, &here.desk, 19750215);
	assert_int_equal(g.err, EM_E_INVALID);
	assert_string_equal(g.field, "birth_date");
	assert_int_equal(resume(p, &here.desk, 0).err, EM_E_INVALID);
	assert_int_equal(shown(p, &here.desk), EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED);
	g = resume(p, &here.desk, BORN);
	assert_int_equal(g.err, 0);
	assert_int_equal(shown(p, &here.desk), EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE);
	/* the password of before is the thief's, and so may be the app */
	assert_int_equal(
	    person_password(p, &later, here.camille.identifier, OWN_PASSWORD), EM_E_AUTH);
	assert_int_equal(place_number(p, "SELECT count(*) FROM totp"), 0);
	p->now_ms += HOUR_MS;
	assert_int_equal(person_password(p, &later, here.camille.identifier, g.temporary), 0);
	assert_int_equal(person_code(p, &later, letter_to(p, CAMILLE).code), 0);
	assert_int_equal(later.phase, PH_T);
	assert_int_equal(history_of(p, "Levée de la suspension du compte"), 1);
	assert_int_equal(place_number(p, "SELECT count(*) FROM outbox WHERE subject ="
					 " 'La suspension de votre compte e-mage est levée'"),
	    1);
	assert_int_equal(resume(p, &here.desk, BORN).err, EM_E_NOT_FOUND);
}

/* The letter of it is one like any other: no address of the same hand. */
static void
test_resume_of_the_same(void **state)
{
	struct place *p = *state;

	p->now_ms += MINUTE_MS;
	assert_int_equal(suspend(p, &here.desk), 0);
	assert_int_equal(resume(p, &here.desk, BORN).err, 0);
	assert_int_equal(desk_contact_start(p, &here.desk, EMAIL, NEW_EMAIL).err, EM_E_OTHER_HAND);
	place_sql(p, "UPDATE account SET temp_hash = '', temp_by = 0 WHERE role = 1");
	assert_int_equal(desk_correct(p, &here.desk, EMAIL, NEW_EMAIL), 0);
	assert_int_equal(suspend(p, &here.desk), 0);
	assert_int_equal(resume(p, &here.other_desk, BORN).err, EM_E_HOLD);
	p->now_ms += 72 * HOUR_MS;
	assert_int_equal(resume(p, &here.other_desk, BORN).err, 0);
}

static void
test_withdraw(void **state)
{
	struct place *p = *state;
	struct caller mine, later = caller_new(TERMINAL, 5);
	Emage__SessionWhoamiRequest whoami = EMAGE__SESSION_WHOAMI_REQUEST__INIT;
	unsigned n;

	mine = person_open(p, &here.camille, OWN_PASSWORD, TERMINAL, 3);
	n = place_posted(p).n_notices;
	assert_int_equal(withdraw(p, &here.desk, 19750215), EM_E_INVALID);
	assert_int_equal(call_once(p, &mine, METHOD_session_whoami, &whoami), 0);
	assert_int_equal(withdraw(p, &here.desk, BORN), 0);
	assert_int_equal(call_once(p, &mine, METHOD_session_whoami, &whoami), EM_E_SESSION_ENDED);
	p->now_ms += HOUR_MS;
	assert_int_equal(
	    person_password(p, &later, here.camille.identifier, OWN_PASSWORD), EM_E_AUTH);
	assert_int_equal(shown(p, &here.desk), EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_WITHDRAWN);
	assert_int_equal(place_posted(p).n_notices, n + 2);
	assert_string_equal(
	    letter_to(p, CAMILLE).subject, "Votre consentement a été retiré à l'accueil");
	assert_int_equal(history_of(p, "Retrait du consentement"), 1);
	/* the ledger says who wrote it down, and where */
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM consent WHERE given = 0 AND operator_account ="
			    " 80 AND establishment_id = 70 AND operator_name LIKE 'Alix%'"),
	    1);
	assert_int_equal(withdraw(p, &here.desk, BORN), EM_E_NOT_FOUND);
}

/* Nobody withdraws for a patient and opens the account again with a letter. */
static void
test_reopen_of_the_same(void **state)
{
	struct place *p = *state;
	struct desk_given g;

	assert_int_equal(withdraw(p, &here.desk, BORN), 0);
	assert_int_equal(consent_again(p, &here.desk).err, EM_E_OTHER_HAND);
	assert_int_equal(place_number(p, "SELECT count(*) FROM consent"), 2);
	g = consent_again(p, &here.other_desk);
	assert_int_equal(g.err, 0);
	assert_true(g.reopened);
	p->now_ms += HOUR_MS;
	assert_int_equal(withdraw(p, &here.desk, BORN), 0);
	p->now_ms += 72 * HOUR_MS;
	assert_int_equal(consent_again(p, &here.desk).err, 0);
}

static void
test_withdraw_suspended(void **state)
{
	struct place *p = *state;

	assert_int_equal(suspend(p, &here.desk), 0);
	assert_int_equal(withdraw(p, &here.desk, BORN), 0);
	assert_int_equal(shown(p, &here.desk), EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_WITHDRAWN);
	assert_int_equal(resume(p, &here.other_desk, BORN).err, EM_E_NOT_FOUND);
	assert_int_equal(consent_again(p, &here.other_desk).err, 0);
	assert_int_equal(shown(p, &here.desk), EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE);
}

#define T(test) cmocka_unit_test_setup_teardown(test, desk_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_suspend),
	    T(test_suspended),
	    T(test_resume),
	    T(test_resume_of_the_same),
	    T(test_withdraw),
	    T(test_reopen_of_the_same),
	    T(test_withdraw_suspended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
