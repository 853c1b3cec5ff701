/* SPDX-License-Identifier: MIT */
/*
 * The consent recorded at a reception desk, what it opens, and its text.
 */
#include "tests/unit/test_handle_desk.h"

#include <pthread.h>

#include "tests/lib/file.h"

static void
test_consent_new(void **state)
{
	struct place *p = *state;
	Emage__DeskConsentRequest m = desk_new_patient();
	struct caller later = caller_new(TERMINAL, 3);
	struct desk_given g = desk_consent(p, &here.desk, &m);

	assert_int_equal(g.err, 0);
	assert_false(g.reopened);
	assert_string_equal(g.support, "aide@exemple.invalid");
	assert_string_equal(g.establishment, "Clinique Fictive");
	assert_int_equal(g.until_ms, p->now_ms + 30 * DAY_MS);
	/* the letter leads in, the code goes to the number that was typed */
	assert_int_equal(person_password(p, &later, g.identifier, g.temporary), 0);
	assert_string_not_equal(letter_to(p, "+33600000077").code, "");
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM consent c JOIN patient_number n USING"
			    " (patient_id) WHERE n.ipp = '777' AND n.authority = '990000001'"
			    " AND c.text_version = '2026-02' AND length(c.text_hash) = 64 AND"
			    " c.channel = 'paper' AND c.operator_account = 80 AND"
			    " c.establishment_id = 70 AND c.operator_name LIKE 'Alix%'"),
	    1);
	assert_int_equal(desk_find_name(p, &here.desk, "invente", "dom", 0).n, 1);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM account WHERE temp_hash LIKE '%-%'"
			    " OR temp_hash NOT LIKE '$argon2id$%' AND temp_hash <> ''"),
	    0);
}

static void
test_consent_bad_input(void **state)
{
	struct place *p = *state;
	struct {
		const char *field;
		size_t offset;
		const char *value;
	} bad[] = {
#define F(name, value) {#name, offsetof(Emage__DeskConsentRequest, name), value}
	    F(civility, "Docteur"),
	    F(given_name, ""),
	    F(given_name, "A\x1b[2J"),
	    F(used_name, ""),
	    F(sex, "X"),
	    F(language, "es"),
	    F(text_version, "2025-12"),
	    F(text_version, ""),
	    F(channel, ""),
	    F(channel, "telepathy"),
	    F(mobile, "06"),
	    F(mobile, "+1 555 0100"),
	    F(mobile, "+33600000077\r\nX"),
	    F(email, "a@b\r\nBcc: c@d.invalid"),
	    F(email, "a@b"),
	    F(ipp, "7\n7"),
#undef F
	};
	const uint32_t days[] = {0, 19600230, 19601301, 20990101, 18000101, 4294967295u};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		Emage__DeskConsentRequest m = desk_new_patient();
		const char *value = bad[i].value;
		struct desk_given g;

		memcpy((char *)&m + bad[i].offset, &value, sizeof(value));
		g = desk_consent(p, &here.desk, &m);
		assert_int_equal(g.err, EM_E_INVALID);
		assert_string_equal(g.field, bad[i].field);
	}
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		Emage__DeskConsentRequest m = desk_new_patient();

		m.birth_date = days[i];
		assert_string_equal(desk_consent(p, &here.desk, &m).field, "birth_date");
	}
	{
		Emage__DeskConsentRequest m = desk_new_patient();

		m.mobile = S("");
		assert_string_equal(desk_consent(p, &here.desk, &m).field, "email");
		m = desk_new_patient();
		m.establishment_id = 70;
		assert_string_equal(desk_consent(p, &here.desk, &m).field, "establishment_id");
		m = desk_new_patient();
		m.patient_id = 999999;
		assert_int_equal(desk_consent(p, &here.desk, &m).err, EM_E_NOT_FOUND);
	}
	assert_int_equal(place_number(p, "SELECT count(*) FROM patient"), 1);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM audit WHERE event = 'consent.given'"), 0);
}

static void
test_mobiles(void **state)
{
	struct place *p = *state;
	static const struct {
		const char *typed, *kept;
	} mobiles[] = {{"07.00.00.00.01", "+33700000001"}, {"0049 151 23456789", "+4915123456789"},
	    {"+352 621 000 001", "+352621000001"}, {"+32 470 00 00 01", "+32470000001"},
	    {"+41 79 000 00 01", "+41790000001"}};

	for (size_t i = 0; i < ARRAY_LEN(mobiles); i++) {
		Emage__DeskConsentRequest m = desk_new_patient();
		char sql[128];

		m.mobile = S(mobiles[i].typed);
		m.namesake = true;
		m.ipp = S("");
		assert_int_equal(desk_consent(p, &here.desk, &m).err, 0);
		(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM account WHERE mobile = '%s'",
		    mobiles[i].kept);
		assert_int_equal(place_number(p, sql), 1);
	}
}

static void
test_namesakes(void **state)
{
	struct place *p = *state;
	Emage__DeskConsentRequest m = desk_new_patient();
	struct desk_given first = desk_consent(p, &here.desk, &m), second;
	struct desk_found f;

	/* by the used or the birth name, whatever the accents */
	m.ipp = S("");
	m.used_name = S("INVENTE");
	second = desk_consent(p, &here.desk, &m);
	assert_int_equal(second.err, EM_E_EXISTS);
	assert_string_equal(second.field, "namesake");
	m.used_name = S("Autre");
	m.birth_name = S("Inventé");
	assert_string_equal(desk_consent(p, &here.desk, &m).field, "namesake");
	/* told apart on purpose, never merged */
	m = desk_new_patient();
	m.namesake = true;
	assert_string_equal(desk_consent(p, &here.desk, &m).field, "ipp");
	m.ipp = S("778");
	second = desk_consent(p, &here.desk, &m);
	assert_int_equal(second.err, 0);
	assert_true(second.patient_id != first.patient_id);
	assert_string_not_equal(second.identifier, first.identifier);
	f = desk_find_name(p, &here.desk, "invente", "", 19601231);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.namesakes, 1);
}

struct race {
	pthread_barrier_t *barrier;
	struct place *place;
	struct caller who;
	struct desk_given given;
	const Emage__DeskConsentRequest *m;
};

static void *
race_run(void *arg)
{
	struct race *r = arg;
	struct place own = *r->place; /* its reader is one thread's */

	assert_int_equal(store_reader_new(own.server.store, &own.reader), 0);
	(void)pthread_barrier_wait(r->barrier);
	r->given = desk_consent(&own, &r->who, r->m);
	store_reader_free(&own.reader);
	return NULL;
}

/* Two desks record the same consent at the same moment. */
static void
race(struct place *p, const Emage__DeskConsentRequest *m, const char *field)
{
	pthread_barrier_t barrier;
	pthread_t threads[2];
	struct race r[2];
	int won;

	assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
	for (int i = 0; i < 2; i++) {
		r[i] = (struct race){.barrier = &barrier,
		    .place = p,
		    .who = i == 0 ? here.desk : here.other_desk,
		    .m = m};
		assert_int_equal(pthread_create(&threads[i], NULL, race_run, &r[i]), 0);
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(pthread_barrier_destroy(&barrier), 0);
	won = r[0].given.err == 0 ? 0 : 1;
	assert_int_equal(r[won].given.err, 0);
	assert_int_equal(r[1 - won].given.err, EM_E_EXISTS);
	assert_string_equal(r[1 - won].given.field, field);
}

static void
test_race(void **state)
{
	struct place *p = *state;
	Emage__DeskConsentRequest m = desk_new_patient();

	race(p, &m, "namesake");
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM patient WHERE given_name = 'Dominique'"), 1);
	/* a known one who has withdrawn */
	place_sql(p, "INSERT INTO consent (patient_id, given, at_ms, operator_name)"
		     " SELECT patient_id, 0, 9, '' FROM patient WHERE given_name = 'Camille'");
	m.patient_id = here.camille.patient_id;
	m.ipp = S("");
	race(p, &m, "patient_id");
	assert_int_equal(place_number(p, "SELECT count(*) FROM consent WHERE given = 1"), 3);
}

static void
test_open_again(void **state)
{
	struct place *p = *state;
	Emage__DeskConsentRequest m = EMAGE__DESK_CONSENT_REQUEST__INIT;
	struct caller later = caller_new(TERMINAL, 3);
	struct desk_given g;

	m.patient_id = here.camille.patient_id;
	m.text_version = S(TODAY);
	m.channel = S("spoken");
	m.language = S("fr");
	m.email = S(NEW_EMAIL);
	g = desk_consent(p, &here.desk, &m);
	assert_int_equal(g.err, EM_E_EXISTS);
	assert_string_equal(g.field, "patient_id");
	place_sql(p,
	    "INSERT INTO consent (patient_id, given, at_ms, operator_name)"
	    " SELECT patient_id, 0, 9, '' FROM patient;"
	    "INSERT INTO totp (account_id, in_force, since_ms, last_step, secret)"
	    " SELECT account_id, 1, 1, 0, x'00' FROM account WHERE patient_id IS NOT NULL;"
	    "INSERT INTO recovery_code (account_id, code_hash, used_at_ms)"
	    " SELECT account_id, zeroblob(32), 0 FROM account WHERE patient_id IS NOT NULL;"
	    "INSERT INTO contact_change (account_id, state, session_id, channel, old_address,"
	    " new_address, tries_left, sent_at_ms, expires_at_ms, done_at_ms, code_hash,"
	    " undo_hash) SELECT account_id, 2, 1, 1, 'old@exemple.invalid', '', 0, 1, 1, 1,"
	    " zeroblob(32), zeroblob(32) FROM account WHERE patient_id IS NOT NULL");
	assert_int_equal(
	    person_password(p, &later, here.camille.identifier, OWN_PASSWORD), EM_E_AUTH);
	g = desk_consent(p, &here.desk, &m);
	assert_int_equal(g.err, 0);
	assert_true(g.reopened);
	assert_string_equal(g.identifier, here.camille.identifier);
	/* nothing of before opens it: neither password nor app nor an old address */
	p->now_ms += HOUR_MS;
	assert_int_equal(
	    person_password(p, &later, here.camille.identifier, OWN_PASSWORD), EM_E_AUTH);
	p->now_ms += HOUR_MS;
	assert_int_equal(person_password(p, &later, g.identifier, g.temporary), 0);
	assert_string_not_equal(letter_to(p, NEW_EMAIL).code, "");
	assert_int_equal(place_number(p, "SELECT (SELECT count(*) FROM totp) +"
					 " (SELECT count(*) FROM recovery_code) +"
					 " (SELECT count(*) FROM contact_change WHERE state < 3)"),
	    0);
	/* both the address of before and that of now are told */
	assert_string_equal(letter_to(p, CAMILLE).subject, "Votre compte e-mage est réactivé");
	assert_int_equal(place_number(p, "SELECT count(*) FROM outbox WHERE subject LIKE"
					 " '%est réactivé' AND address = '" NEW_EMAIL "'"),
	    1);
	/* the patient reads it in the history */
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM access WHERE profession = 'Accueil' AND"
			    " motive_label = 'Réouverture du compte' AND establishment ="
			    " 'Clinique Fictive' AND family_name = 'Accueillante'"),
	    1);
	/* the ledger keeps all of it */
	assert_int_equal(place_number(p, "SELECT count(*) FROM consent"), 3);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM account WHERE mobile = '' AND role = 1"), 1);
}

static void
test_known_without_account(void **state)
{
	struct place *p = *state;
	Emage__DeskConsentRequest m = EMAGE__DESK_CONSENT_REQUEST__INIT;
	struct desk_given g;

	place_sql(p, "INSERT INTO patient (patient_id, civility, given_name, used_name, birth_name,"
		     " sex, birth_date, created_at_ms) VALUES (500, '', 'Sasha', 'Imaginaire', '',"
		     " '', 19900101, 1);"
		     "INSERT INTO patient_name (name_fold, given_fold, birth_date, patient_id)"
		     " VALUES ('imaginaire', 'sasha', 19900101, 500)");
	assert_int_equal(desk_find_name(p, &here.desk, "imag", "sas", 0).account,
	    EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_NONE);
	m.patient_id = 500;
	m.text_version = S(TODAY);
	m.channel = S("remote");
	assert_string_equal(desk_consent(p, &here.desk, &m).field, "email");
	m.email = S(NEW_EMAIL);
	g = desk_consent(p, &here.desk, &m);
	assert_int_equal(g.err, 0);
	assert_false(g.reopened);
	assert_int_equal(g.patient_id, 500);
}

/* -------------------------------------------------------------- the text */

static void
test_text(void **state)
{
	struct place *p = *state;
	Emage__ConsentTextRequest m = EMAGE__CONSENT_TEXT_REQUEST__INIT;
	static const char *const starts[][2] = {
	    {"fr", "Le portail"}, {"de", "Im Portal"}, {"en", "On the"}, {"xx", "Le portail"}};

	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		struct call c = {.n_replies = 0};
		const Emage__ConsentTextReply *r;

		m.language = S(starts[i][0]);
		call_begin(&c, p, &here.desk, METHOD_consent_text, &m);
		assert_int_equal(c.err, 0);
		r = c.rq.reply;
		assert_string_equal(r->version, TODAY);
		assert_memory_equal(r->text, starts[i][1], strlen(starts[i][1]));
		assert_null(strstr(r->text, "\n\n\n"));
		call_end(&c);
	}
}

static void
test_own_texts(void **state)
{
	struct place *p = *state;
	struct consents *c = NULL;
	char err[512];
	static const char *const bad[] = {"", "version: 1\n", "text only\n", "version: \n\ntext\n",
	    "version: 1\n\ntext\x1b\n", "version: 1\n\n\xff\n",
	    "version: 123456789012345678901234567890123\n\ntext\n"};

	assert_int_equal(consents_new(p->dir, &c, err, sizeof(err)), -EM_E_CONFIG);
	assert_non_null(strstr(err, "/fr.txt: "));
	file_write("# remark\nversion: v2\n\nune\nligne\n\n\nautre\n\n", "%s/fr.txt", p->dir);
	file_write("version: v2\n\neine\n", "%s/de.txt", p->dir);
	file_write("version: v2\n\none\n", "%s/en.txt", p->dir);
	assert_int_equal(consents_new(p->dir, &c, err, sizeof(err)), 0);
	assert_string_equal(consents_get(c, "fr")->version, "v2");
	assert_string_equal(consents_get(c, "fr")->text, "une ligne\n\nautre");
	assert_string_not_equal(consents_get(c, "fr")->hash, consents_get(c, "de")->hash);
	consents_free(&c);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		file_write(bad[i], "%s/de.txt", p->dir);
		assert_int_equal(consents_new(p->dir, &c, err, sizeof(err)), -EM_E_CONFIG);
		assert_non_null(strstr(err, "/de.txt: "));
	}
}

#define T(test) cmocka_unit_test_setup_teardown(test, desk_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_consent_new),
	    T(test_consent_bad_input),
	    T(test_mobiles),
	    T(test_namesakes),
	    T(test_race),
	    T(test_open_again),
	    T(test_known_without_account),
	    T(test_text),
	    T(test_own_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
