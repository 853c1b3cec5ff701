/* SPDX-License-Identifier: MIT */
/*
 * The reception desk: finding patients, the ways back in, and what must not be
 * possible there.
 */
#include "tests/unit/test_handle_desk.h"

/* ------------------------------------------------------------------ finding */

static void
test_find(void **state)
{
	struct place *p = *state;
	Emage__PatientFindRequest m = EMAGE__PATIENT_FIND_REQUEST__INIT;
	struct desk_found f;

	/* used and birth name, folded, beginnings, two of three */
	f = desk_find_name(p, &here.desk, "fictive éx", "CAM", 0);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.ids[0], here.camille.patient_id);
	assert_int_equal(f.account, EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE);
	assert_string_equal(f.ipp, "0042");
	assert_int_equal(desk_find_name(p, &here.desk, "EXEMPLE", "", 19750214).n, 1);
	assert_int_equal(desk_find_name(p, &here.desk, "", "camille", 19750214).n, 1);
	assert_int_equal(desk_find_name(p, &here.desk, "exemple", "", 19750215).n, 0);
	/* in the middle of a name is not its beginning, and there are no wildcards */
	assert_int_equal(desk_find_name(p, &here.desk, "exemplee", "cam", 0).n, 0);
	assert_int_equal(desk_find_name(p, &here.desk, "%", "cam", 0).n, 0);
	assert_int_equal(desk_find_name(p, &here.desk, "exemple", "", 0).err, EM_E_FILTER_EMPTY);
	assert_int_equal(desk_find_name(p, &here.desk, "exemple", " - ", 0).err, EM_E_FILTER_EMPTY);
	assert_int_equal(desk_find_name(p, &here.desk, "exemple", "", 19750230).err, EM_E_INVALID);
	assert_int_equal(desk_find_name(p, &here.desk, "exem\nple", "cam", 0).err, EM_E_INVALID);
	/* as printed, as typed */
	m.identifier = here.camille.identifier;
	assert_int_equal(desk_find(p, &here.desk, &m).n, 1);
	m.identifier = S("C4F-7HK9-M2Y");
	assert_int_equal(desk_find(p, &here.desk, &m).n, 0);
	m.identifier = S("");
	m.ipp = S("0042");
	assert_int_equal(desk_find(p, &here.desk, &m).n, 1);
	m.ipp_authority = S("HOPITAL-ESSAI");
	assert_int_equal(desk_find(p, &here.desk, &m).n, 1);
	m.ipp_authority = S("AUTRE");
	assert_int_equal(desk_find(p, &here.desk, &m).n, 0);
	/* every search is on record */
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM audit WHERE event = 'patient.searched'"), 11);
}

/* A professional sees who consents and has not shut them out; who has, sees the
 * search. */
static void
test_find_as_professional(void **state)
{
	struct place *p = *state;
	struct desk_found f;

	assert_int_equal(desk_find_name(p, &here.doctor, "exemple", "camille", 0).n, 1);
	place_sql(p, "INSERT INTO block (patient_id, professional_id, blocked_at_ms)"
		     " SELECT patient_id, 90, 5 FROM patient");
	f = desk_find_name(p, &here.doctor, "exemple", "camille", 0);
	assert_int_equal(f.err, 0);
	assert_int_equal(f.n, 0);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM access WHERE result = 2 AND rpps ="
			    " '10000000090' AND motive_label = 'Recherche du dossier'"),
	    1);
	/* the desk still does */
	assert_int_equal(desk_find_name(p, &here.desk, "exemple", "camille", 0).n, 1);
	place_sql(p, "DELETE FROM block; INSERT INTO consent (patient_id, given, at_ms,"
		     " operator_name) SELECT patient_id, 0, 9, '' FROM patient");
	assert_int_equal(desk_find_name(p, &here.doctor, "exemple", "camille", 0).n, 0);
	f = desk_find_name(p, &here.desk, "exemple", "camille", 0);
	assert_int_equal(f.account, EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_WITHDRAWN);
	/* without consent nothing stands in the history */
	assert_int_equal(place_number(p, "SELECT count(*) FROM access"), 1);
}

static void
test_lost_role(void **state)
{
	struct place *p = *state;
	Emage__PatientGetRequest m = EMAGE__PATIENT_GET_REQUEST__INIT;
	Emage__DeskLetterRequest letter = EMAGE__DESK_LETTER_REQUEST__INIT;
	struct call c = {.n_replies = 0};

	m.patient_id = letter.patient_id = here.camille.patient_id;
	call_begin(&c, p, &here.desk, METHOD_patient_get, &m);
	assert_int_equal(c.err, 0);
	call_end(&c);
	place_sql(p, "UPDATE account SET role = 4 WHERE account_id = 80;"
		     "UPDATE account SET state = 2 WHERE account_id = 81");
	assert_int_equal(call_once(p, &here.desk, METHOD_patient_get, &m), EM_E_SESSION_ENDED);
	assert_int_equal(call_once(p, &here.desk, METHOD_desk_letter, &letter), EM_E_SESSION_ENDED);
	assert_int_equal(
	    call_once(p, &here.other_desk, METHOD_desk_letter, &letter), EM_E_SESSION_ENDED);
	assert_int_equal(place_number(p, "SELECT count(*) FROM access"), 0);
}

/* ----------------------------------------------------- letter, reset, code */

static void
test_letter(void **state)
{
	struct place *p = *state;
	Emage__DeskLetterRequest m = EMAGE__DESK_LETTER_REQUEST__INIT;
	struct caller later = caller_new(TERMINAL, 3);
	struct call c = {.n_replies = 0};
	char temporary[32];

	m.patient_id = here.camille.patient_id;
	call_begin(&c, p, &here.desk, METHOD_desk_letter, &m);
	assert_int_equal(c.err, 0);
	{
		const Emage__DeskLetterReply *r = c.rq.reply;

		assert_string_equal(r->letter->identifier, here.camille.identifier);
		(void)snprintf(temporary, sizeof(temporary), "%s", r->letter->temporary_password);
	}
	call_end(&c);
	/* both are good until the new one has been used */
	assert_int_equal(person_password(p, &later, here.camille.identifier, OWN_PASSWORD), 0);
	later = caller_new(TERMINAL, 4);
	assert_int_equal(person_password(p, &later, here.camille.identifier, temporary), 0);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM access WHERE profession = 'Accueil' AND"
			    " family_name = 'Accueillante' AND result = 0 AND motive_label ="
			    " 'Réédition du document de connexion'"),
	    1);
	m.patient_id = 999;
	assert_int_equal(call_once(p, &here.desk, METHOD_desk_letter, &m), EM_E_NOT_FOUND);
}

static void
test_reset_shows_nothing(void **state)
{
	struct place *p = *state;
	Emage__DeskResetRequest m = EMAGE__DESK_RESET_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	struct letter mail;
	uint8_t bytes[256];
	size_t n;

	m.patient_id = here.camille.patient_id;
	call_begin(&c, p, &here.desk, METHOD_desk_reset, &m);
	assert_int_equal(c.err, 0);
	{
		const Emage__DeskResetReply *r = c.rq.reply;

		assert_int_equal(r->n_sent_to, 1);
		assert_int_equal(r->sent_to[0]->channel, EMAIL);
		n = emage__desk_reset_reply__get_packed_size(r);
		assert_true(n <= sizeof(bytes));
		(void)emage__desk_reset_reply__pack(r, bytes);
	}
	call_end(&c);
	mail = letter_to(p, CAMILLE);
	assert_int_equal(strlen(mail.secret), 19);
	assert_null(memmem(bytes, n, mail.secret, 4));
	assert_null(memmem(bytes, n, CAMILLE, strlen(CAMILLE)));
	/* as often as the person may ask */
	assert_int_equal(call_once(p, &here.desk, METHOD_desk_reset, &m), 0);
	assert_int_equal(call_once(p, &here.desk, METHOD_desk_reset, &m), 0);
	assert_int_equal(call_once(p, &here.desk, METHOD_desk_reset, &m), EM_E_RESEND_LIMIT);
}

/* Whose account it is learns of what was done for somebody who said to be her, at
 * each of her addresses, and by no name. */
static void
test_notices(void **state)
{
	struct place *p = *state;
	Emage__DeskLetterRequest letter = EMAGE__DESK_LETTER_REQUEST__INIT;
	const struct {
		enum method_index method;
		const void *message;
		const char *subject, *short_text;
	} rows[] = {
	    {METHOD_desk_letter, &letter, "Votre document de connexion e-mage a été réédité",
		"a été réédité à l'accueil"},
	};

	letter.patient_id = here.camille.patient_id;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const unsigned n = place_posted(p).n_notices, wakes = world.n_wakes;
		struct letter mail, text;

		assert_int_equal(call_once(p, &here.desk, rows[i].method, rows[i].message), 0);
		assert_int_equal(place_posted(p).n_notices, n + 2);
		assert_int_equal(world.n_wakes, wakes + (p->server.courier != NULL));
		mail = letter_to(p, CAMILLE);
		text = letter_to(p, CAMILLE_MOBILE);
		assert_string_equal(mail.subject, rows[i].subject);
		assert_non_null(strstr(mail.body, "aide@exemple.invalid"));
		assert_non_null(strstr(text.body, rows[i].short_text));
		assert_null(strstr(mail.body, "Camille"));
		assert_string_equal(mail.secret, "");
		assert_string_equal(mail.code, "");
	}
	/* nobody else can be told when nothing was done */
	letter.patient_id = 999;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const unsigned n = place_posted(p).n_notices;

		assert_int_equal(
		    call_once(p, &here.desk, rows[i].method, rows[i].message), EM_E_NOT_FOUND);
		assert_int_equal(place_posted(p).n_notices, n);
	}
}

/* Somebody who begins a reset from the desk cannot hide it: it goes to one address,
 * and every other one is told. */
static void
test_reset_is_told(void **state)
{
	struct place *p = *state;
	Emage__DeskResetRequest m = EMAGE__DESK_RESET_REQUEST__INIT;

	m.patient_id = here.camille.patient_id;
	assert_int_equal(call_once(p, &here.desk, METHOD_desk_reset, &m), 0);
	assert_string_not_equal(letter_to(p, CAMILLE).secret, "");
	assert_string_equal(letter_to(p, CAMILLE_MOBILE).secret, "");
	assert_non_null(strstr(letter_to(p, CAMILLE_MOBILE).body, "mot de passe"));
}

static void
desk_code(struct place *p, char code_r[9])
{
	assert_int_equal(desk_show_code(p, &here.desk, code_r), 0);
	assert_int_equal(strlen(code_r), 8);
}

static void
test_code_in_person(void **state)
{
	struct place *p = *state;
	struct caller me = caller_new(TERMINAL, 3), again = caller_new(TERMINAL, 4);
	char code[9], newer[9], wrong[9];

	desk_no_ways(p);
	desk_code(p, code);
	assert_int_equal(person_password(p, &me, here.camille.identifier, OWN_PASSWORD), 0);
	/* wrong ones count as ever */
	(void)snprintf(wrong, sizeof(wrong), "%s", code);
	wrong[7] = wrong[7] == '0' ? '1' : '0';
	assert_int_equal(person_code(p, &me, wrong), EM_E_CODE_WRONG);
	assert_int_equal(person_code(p, &me, code), 0);
	assert_int_equal(me.phase, PH_O);
	assert_int_equal(place_number(p, "SELECT factors FROM session"), 1 | 32);
	/* once */
	p->now_ms += HOUR_MS;
	assert_int_equal(person_password(p, &again, here.camille.identifier, OWN_PASSWORD), 0);
	assert_int_equal(person_code(p, &again, code), EM_E_CODE_WRONG);
	/* a new one ends the one before, and each has its time */
	desk_code(p, code);
	desk_code(p, newer);
	if (strcmp(code, newer) != 0)
		assert_int_equal(person_code(p, &again, code), EM_E_CODE_WRONG);
	p->now_ms += 15 * MINUTE_MS;
	again = caller_new(TERMINAL, 5);
	assert_int_equal(person_password(p, &again, here.camille.identifier, OWN_PASSWORD), 0);
	assert_int_equal(person_code(p, &again, newer), EM_E_CODE_WRONG);
	assert_int_equal(place_number(p, "SELECT count(*) FROM access WHERE motive_label ="
					 " 'Remise d''un code d''accès en personne'"),
	    3);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM desk_code WHERE length(code_hash) <> 32"), 0);
}

/* Without any address the sign-in waits for the desk's code. */
static void
test_no_channel(void **state)
{
	struct place *p = *state;
	struct caller me = caller_new(TERMINAL, 3);
	Emage__AuthPasswordRequest m = EMAGE__AUTH_PASSWORD_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	unsigned before;
	char code[9];

	desk_no_ways(p);
	before = place_posted(p).n;
	m.identifier = here.camille.identifier;
	m.password = S(OWN_PASSWORD);
	call_begin(&c, p, &me, METHOD_auth_password, &m);
	assert_int_equal(c.err, 0);
	{
		const Emage__AuthPasswordReply *r = c.rq.reply;

		assert_int_equal(r->n_contacts, 0);
		assert_false(r->totp);
		assert_int_equal(r->sent_to, EMAGE__CHANNEL__CHANNEL_UNSPECIFIED);
		assert_int_equal(r->tries_left, 5);
	}
	call_end(&c);
	assert_int_equal(me.phase, PH_C);
	assert_int_equal(place_posted(p).n, before);
	assert_int_equal(person_code(p, &me, "00000000"), EM_E_CODE_WRONG);
	desk_code(p, code);
	assert_int_equal(person_code(p, &me, code), 0);
	assert_int_equal(me.phase, PH_O);
}

/* ----------------------------------------------------------------- contact */

static void
test_contact(void **state)
{
	struct place *p = *state;
	Emage__ContactUndoRequest undo = EMAGE__CONTACT_UNDO_REQUEST__INIT;
	struct caller stranger = caller_new(TERMINAL, 9);
	struct letter old;
	char code[9];

	assert_int_equal(desk_contact_start(p, &here.desk, EMAIL, CAMILLE).err, EM_E_EXISTS);
	assert_int_equal(desk_contact_start(p, &here.desk, EMAIL, "").err, EM_E_INVALID);
	assert_int_equal(
	    desk_contact_start(p, &here.desk, EMAIL, "a@b.invalid\r\nBcc: x").err, EM_E_INVALID);
	assert_int_equal(desk_contact_start(p, &here.desk, MOBILE, "12").err, EM_E_INVALID);
	assert_int_equal(desk_contact_start(p, &here.desk, EMAIL, NEW_EMAIL).err, 0);
	(void)snprintf(code, sizeof(code), "%s", letter_to(p, NEW_EMAIL).code);
	assert_string_not_equal(code, "");
	/* only where it was begun, and only with the code */
	assert_int_equal(desk_contact_confirm(p, &here.other_desk, code), EM_E_CODE_EXPIRED);
	assert_int_equal(desk_contact_confirm(p, &here.desk,
			     strcmp(code, "00000000") == 0 ? "00000001" : "00000000"),
	    EM_E_CODE_WRONG);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM account WHERE email = '" NEW_EMAIL "'"), 0);
	assert_int_equal(desk_contact_confirm(p, &here.desk, code), 0);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM account WHERE email = '" NEW_EMAIL "'"), 1);
	assert_int_equal(desk_contact_confirm(p, &here.desk, code), EM_E_CODE_EXPIRED);
	/* the old address brings it back */
	old = letter_to(p, CAMILLE);
	assert_string_not_equal(old.secret, "");
	undo.undo_code = old.secret;
	assert_int_equal(call_once(p, &stranger, METHOD_contact_undo, &undo), 0);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM account WHERE email = '" CAMILLE "'"), 1);
}

#define T(test) cmocka_unit_test_setup_teardown(test, desk_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_find),
	    T(test_find_as_professional),
	    T(test_lost_role),
	    T(test_letter),
	    T(test_reset_shows_nothing),
	    T(test_reset_is_told),
	    T(test_notices),
	    T(test_code_in_person),
	    T(test_no_channel),
	    T(test_contact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
