/* SPDX-License-Identifier: MIT */
/*
 * What nobody at a reception may do alone: sign in as somebody else, whether with a
 * printed password and a code shown beside it, or with one that goes to an address put
 * in for it.
 */
#include "tests/unit/test_handle_desk.h"

/* One more receptionist, in another establishment. */
static struct caller far_desk;

static int
hands_setup(void **state)
{
	int rc = desk_setup(state);

	place_sql(*state,
	    "INSERT INTO establishment (establishment_id, finess, name, name_fold)"
	    " VALUES (71, '990000002', 'Autre Clinique', 'autre clinique');"
	    "INSERT INTO account (account_id, role, state, identifier, email, mobile, language,"
	    " password_hash, temp_hash, temp_expires_at_ms, created_at_ms) VALUES"
	    " (83, 2, 1, 'accueil3', 'a3@exemple.invalid', '', 'fr', '', '', 0, 1);"
	    "INSERT INTO staff (account_id, family_name, given_name, family_fold, given_fold,"
	    " establishment_id) VALUES (83, 'Accueilli', 'Cy', 'accueilli', 'cy', 71)");
	far_desk = staff_caller(EMAGE__ROLE__ROLE_RECEPTION, 83);
	return rc;
}

static int64_t
history_of(struct place *p, const char *label)
{
	char sql[256];

	(void)snprintf(
	    sql, sizeof(sql), "SELECT count(*) FROM access WHERE motive_label = '%s'", label);
	return place_number(p, sql);
}

/* The patient's own password was asked for first. */
static struct caller
asked(struct place *p, uint8_t connection, const char *password)
{
	struct caller me = caller_new(TERMINAL, connection);

	assert_int_equal(person_password(p, &me, here.camille.identifier, password), 0);
	assert_int_equal(me.phase, PH_C);
	return me;
}

/* -------------------------------------------------------------- code in person */

/* Whoever can be sent a code, or has an app, gets none from a desk. */
static void
test_code_not_needed(void **state)
{
	static const char *const ways[] = {
	    "UPDATE account SET mobile = '' WHERE patient_id IS NOT NULL",
	    "UPDATE account SET mobile = '" CAMILLE_MOBILE "', email = ''"
	    " WHERE patient_id IS NOT NULL",
	    "UPDATE account SET mobile = '' WHERE patient_id IS NOT NULL;"
	    "INSERT INTO totp (account_id, in_force, since_ms, last_step, secret)"
	    " SELECT account_id, 1, 1, 0, x'00' FROM account WHERE patient_id IS NOT NULL"};
	struct place *p = *state;
	char code[9];

	assert_int_equal(desk_show_code(p, &here.desk, code), EM_E_NOT_NEEDED);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		place_sql(p, ways[i]);
		assert_int_equal(desk_show_code(p, &here.desk, code), EM_E_NOT_NEEDED);
	}
	assert_int_equal(place_number(p, "SELECT count(*) FROM desk_code"), 0);
	assert_int_equal(place_number(p, "SELECT count(*) FROM access"), 0);
	place_sql(p, "DELETE FROM totp");
	assert_int_equal(desk_show_code(p, &here.desk, code), 0);
}

/* One that was shown before there was an address is good for nothing after. */
static void
test_code_outlived(void **state)
{
	struct place *p = *state;
	struct caller me;
	char code[9];

	desk_no_ways(p);
	assert_int_equal(desk_show_code(p, &here.desk, code), 0);
	place_sql(p, "UPDATE account SET email = '" CAMILLE "' WHERE patient_id IS NOT NULL");
	me = asked(p, 3, OWN_PASSWORD);
	assert_int_equal(person_code(p, &me, code), EM_E_CODE_WRONG);
	assert_int_equal(person_code(p, &me, letter_to(p, CAMILLE).code), 0);
}

/* Not even in a sign-in that began without one. */
static void
test_code_outlived_meanwhile(void **state)
{
	struct place *p = *state;
	struct caller me;
	char code[9];

	desk_no_ways(p);
	me = asked(p, 3, OWN_PASSWORD);
	assert_int_equal(desk_show_code(p, &here.desk, code), 0);
	place_sql(p, "UPDATE account SET email = '" CAMILLE "' WHERE patient_id IS NOT NULL");
	assert_int_equal(person_code(p, &me, code), EM_E_CODE_WRONG);
}

/* The one who has printed the password shows no code to type with it; another does. */
static void
test_code_of_the_same(void **state)
{
	struct place *p = *state;
	struct desk_printed letter;
	struct caller me;
	char code[9];

	desk_no_ways(p);
	letter = desk_print(p, &here.desk);
	assert_int_equal(letter.err, 0);
	assert_int_equal(desk_show_code(p, &here.desk, code), EM_E_OTHER_HAND);
	assert_int_equal(place_number(p, "SELECT count(*) FROM desk_code"), 0);
	assert_int_equal(desk_show_code(p, &here.other_desk, code), 0);
	me = asked(p, 3, letter.temporary);
	assert_int_equal(person_code(p, &me, code), 0);
	assert_int_equal(me.phase, PH_T);
}

/* In the other order: the password ends the code, whoever has shown it. */
static void
test_code_before_letter(void **state)
{
	struct place *p = *state;
	struct desk_printed letter;
	struct caller me;
	char code[9];

	desk_no_ways(p);
	assert_int_equal(desk_show_code(p, &here.desk, code), 0);
	letter = desk_print(p, &here.desk);
	me = asked(p, 3, letter.temporary);
	assert_int_equal(person_code(p, &me, code), EM_E_CODE_WRONG);
}

/* A letter of somebody else's in between does not make the first one's code good. */
static void
test_letter_of_another_between(void **state)
{
	struct place *p = *state;
	struct desk_printed letter;
	struct caller me;
	char code[9];

	desk_no_ways(p);
	letter = desk_print(p, &here.desk);
	me = asked(p, 3, letter.temporary);
	assert_int_equal(desk_print(p, &here.other_desk).err, 0);
	assert_int_equal(desk_show_code(p, &here.desk, code), 0);
	assert_int_equal(person_code(p, &me, code), EM_E_CODE_EXPIRED);
	assert_int_equal(me.phase, PH_A);
}

/* What counts is who it is of when it is typed. */
static void
test_code_looked_at_when_typed(void **state)
{
	struct place *p = *state;
	struct desk_printed letter;
	struct caller me;
	char code[9];

	desk_no_ways(p);
	letter = desk_print(p, &here.desk);
	assert_int_equal(desk_show_code(p, &here.other_desk, code), 0);
	place_sql(p, "UPDATE desk_code SET by_account = 80");
	me = asked(p, 3, letter.temporary);
	assert_int_equal(person_code(p, &me, code), EM_E_CODE_WRONG);
	/* with one's own password it is nobody's other half */
	p->now_ms += HOUR_MS / 12;
	me = asked(p, 4, OWN_PASSWORD);
	assert_int_equal(person_code(p, &me, code), 0);
}

static void
test_two_establishments(void **state)
{
	struct place *p = *state;
	struct desk_printed letter;
	struct caller me;
	char code[9];

	p->settings.desk_two_establishments = 1;
	desk_no_ways(p);
	letter = desk_print(p, &here.desk);
	assert_int_equal(desk_show_code(p, &here.other_desk, code), EM_E_OTHER_HAND);
	assert_int_equal(desk_show_code(p, &far_desk, code), 0);
	me = asked(p, 3, letter.temporary);
	assert_int_equal(person_code(p, &me, code), 0);
}

/* -------------------------------------------------------- addresses, and letters */

/* What holds for the patient's own change holds here. */
static void
test_correction_rules(void **state)
{
	struct place *p = *state;
	struct desk_contact r;

	assert_int_equal(desk_correct(p, &here.desk, EMAIL, NEW_EMAIL), 0);
	assert_int_equal(history_of(p, "Correction de l''adresse mail"), 1);
	r = desk_contact_start(p, &here.other_desk, MOBILE, "06 00 00 00 43");
	assert_int_equal(r.err, EM_E_RATE);
	assert_string_equal(r.field, "channel");
	assert_int_equal(r.wait_s, 72 * 3600);
	p->now_ms += 72 * HOUR_MS;
	assert_int_equal(desk_correct(p, &here.desk, MOBILE, "+33600000043"), 0);
	assert_int_equal(history_of(p, "Correction du mobile"), 1);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM account WHERE email = '" NEW_EMAIL "' AND"
			    " mobile = '+33600000043'"),
	    1);
}

/* Five beginnings a day, whoever begins: codes are no toy for strangers' phones. */
static void
test_corrections_are_counted(void **state)
{
	struct place *p = *state;
	char address[64];

	for (unsigned i = 0; i < 5; i++) {
		(void)snprintf(address, sizeof(address), "n%u@exemple.invalid", i);
		assert_int_equal(desk_contact_start(p, &here.desk, EMAIL, address).err, 0);
		p->now_ms += HOUR_MS;
	}
	assert_int_equal(
	    desk_contact_start(p, &here.other_desk, EMAIL, NEW_EMAIL).err, EM_E_RESEND_LIMIT);
}

/* Time for the old address to undo it, before anybody prints a password. */
static void
test_letter_waits(void **state)
{
	struct place *p = *state;
	Emage__ContactUndoRequest undo = EMAGE__CONTACT_UNDO_REQUEST__INIT;
	struct caller stranger = caller_new(TERMINAL, 9);
	struct desk_printed letter;
	char secret[24];

	assert_int_equal(desk_correct(p, &here.desk, EMAIL, NEW_EMAIL), 0);
	letter = desk_print(p, &here.other_desk);
	assert_int_equal(letter.err, EM_E_HOLD);
	assert_int_equal(letter.wait_s, 72 * 3600);
	assert_int_equal(place_number(p, "SELECT count(*) FROM account WHERE temp_hash <> ''"), 0);
	assert_int_equal(history_of(p, "Réédition du document de connexion"), 0);
	/* undone: nothing holds any more */
	(void)snprintf(secret, sizeof(secret), "%s", letter_to(p, CAMILLE).secret);
	undo.undo_code = secret;
	assert_int_equal(call_once(p, &stranger, METHOD_contact_undo, &undo), 0);
	assert_int_equal(desk_print(p, &here.other_desk).err, 0);
	/* else with the time, for everybody */
	p->now_ms += HOUR_MS;
	place_sql(p, "UPDATE account SET temp_hash = '', temp_by = 0");
	assert_int_equal(desk_correct(p, &here.desk, EMAIL, NEW_EMAIL), 0);
	p->now_ms += 72 * HOUR_MS - 1;
	assert_int_equal(desk_print(p, &here.desk).err, EM_E_HOLD);
	p->now_ms++;
	assert_int_equal(desk_print(p, &here.desk).err, 0);
}

/* Where nobody is at an old address, or where the operator wants no wait, another
 * person than the one who has put in the address prints. */
static void
test_letter_of_the_same(void **state)
{
	struct place *p = *state;

	desk_no_ways(p);
	assert_int_equal(desk_correct(p, &here.desk, EMAIL, NEW_EMAIL), 0);
	assert_int_equal(desk_print(p, &here.desk).err, EM_E_OTHER_HAND);
	assert_int_equal(desk_print(p, &here.other_desk).err, 0);
	p->now_ms += 80 * HOUR_MS;
	place_sql(p, "UPDATE account SET temp_hash = '', temp_by = 0");
	p->settings.desk_letter_hold_h = 0;
	assert_int_equal(desk_correct(p, &here.desk, EMAIL, CAMILLE), 0);
	assert_int_equal(desk_print(p, &here.desk).err, EM_E_OTHER_HAND);
	assert_int_equal(desk_print(p, &here.other_desk).err, 0);
}

/* In the other order: whoever has printed a password that waits puts in no address. */
static void
test_correction_of_the_same(void **state)
{
	struct place *p = *state;
	struct desk_contact r;

	assert_int_equal(desk_contact_start(p, &here.desk, EMAIL, NEW_EMAIL).err, 0);
	assert_int_equal(desk_print(p, &here.desk).err, 0);
	/* nor ends what was begun before */
	assert_int_equal(
	    desk_contact_confirm(p, &here.desk, letter_to(p, NEW_EMAIL).code), EM_E_OTHER_HAND);
	r = desk_contact_start(p, &here.desk, EMAIL, NEW_EMAIL);
	assert_int_equal(r.err, EM_E_OTHER_HAND);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM account WHERE email = '" NEW_EMAIL "'"), 0);
	p->now_ms += HOUR_MS;
	assert_int_equal(desk_correct(p, &here.other_desk, EMAIL, NEW_EMAIL), 0);
	/* once its time is over it is no half any more */
	p->now_ms += 30 * DAY_MS;
	assert_int_equal(desk_correct(p, &here.desk, EMAIL, CAMILLE), 0);
}

/* A slip of the pen while the patient still stands there, and not later. */
static void
test_slip_of_the_pen(void **state)
{
	struct place *p = *state;
	Emage__DeskConsentRequest m = desk_new_patient();
	struct desk_given g = desk_consent(p, &here.desk, &m);

	assert_int_equal(g.err, 0);
	here.camille.patient_id = g.patient_id;
	p->now_ms += 29 * MINUTE_MS;
	assert_int_equal(desk_correct(p, &here.desk, MOBILE, "+33600000078"), 0);
	p->now_ms += MINUTE_MS;
	assert_int_equal(
	    desk_contact_start(p, &here.desk, MOBILE, "+33600000079").err, EM_E_OTHER_HAND);
	assert_int_equal(desk_contact_start(p, &here.other_desk, MOBILE, "+33600000079").err, 0);
}

/* The letter that somebody prints anew is not the one of the consent. */
static void
test_no_slip_of_a_new_letter(void **state)
{
	struct place *p = *state;
	Emage__DeskConsentRequest m = desk_new_patient();
	struct desk_given g = desk_consent(p, &here.other_desk, &m);

	here.camille.patient_id = g.patient_id;
	p->now_ms += MINUTE_MS;
	assert_int_equal(desk_print(p, &here.desk).err, 0);
	assert_int_equal(
	    desk_contact_start(p, &here.desk, MOBILE, "+33600000078").err, EM_E_OTHER_HAND);
}

/* With one address password and code both go there: not to one just put in, by
 * whatever way it is asked for. */
static void
test_only_address_waits(void **state)
{
	struct place *p = *state;
	Emage__DeskResetRequest reset = EMAGE__DESK_RESET_REQUEST__INIT;
	Emage__RecoveryStartRequest forgot = EMAGE__RECOVERY_START_REQUEST__INIT;
	struct caller me = caller_new(TERMINAL, 3);

	reset.patient_id = here.camille.patient_id;
	forgot.identifier = here.camille.identifier;
	place_sql(p, "UPDATE account SET mobile = '' WHERE patient_id IS NOT NULL");
	assert_int_equal(desk_correct(p, &here.desk, EMAIL, NEW_EMAIL), 0);
	assert_int_equal(call_once(p, &here.other_desk, METHOD_desk_reset, &reset), EM_E_HOLD);
	assert_int_equal(call_once(p, &me, METHOD_recovery_start, &forgot), 0);
	assert_int_equal(place_write(p, nothing, NULL), 0);
	assert_int_equal(place_number(p, "SELECT count(*) FROM account WHERE temp_hash <> ''"), 0);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM audit WHERE event = 'recovery.asked' AND"
			    " result = 'HOLD'"),
	    1);
	p->now_ms += 72 * HOUR_MS;
	assert_int_equal(call_once(p, &here.other_desk, METHOD_desk_reset, &reset), 0);
	/* with another address the code goes there */
	place_sql(p, "UPDATE account SET mobile = '" CAMILLE_MOBILE "', temp_hash = ''"
		     " WHERE patient_id IS NOT NULL");
	assert_int_equal(desk_correct(p, &here.desk, EMAIL, CAMILLE), 0);
	assert_int_equal(call_once(p, &here.other_desk, METHOD_desk_reset, &reset), 0);
}

#define T(test) cmocka_unit_test_setup_teardown(test, hands_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_code_not_needed),
	    T(test_code_outlived),
	    T(test_code_outlived_meanwhile),
	    T(test_code_of_the_same),
	    T(test_code_before_letter),
	    T(test_letter_of_another_between),
	    T(test_code_looked_at_when_typed),
	    T(test_two_establishments),
	    T(test_correction_rules),
	    T(test_corrections_are_counted),
	    T(test_letter_waits),
	    T(test_letter_of_the_same),
	    T(test_correction_of_the_same),
	    T(test_slip_of_the_pen),
	    T(test_no_slip_of_a_new_letter),
	    T(test_only_address_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
