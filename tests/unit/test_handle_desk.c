/* SPDX-License-Identifier: MIT */
/*
 * The reception desk: finding patients, the consent and what it opens, the ways
 * back in, and what must not be possible there.
 */
#include "tests/unit/test_handle_account.h"
#include "tests/unit/test_handle_imaging.h"
#include "tests/unit/test_handle_sql.h"

#include <pthread.h>

#include "proto/access.pb-c.h"
#include "proto/desk.pb-c.h"

#define CAMILLE	       "camille@exemple.invalid"
#define CAMILLE_MOBILE "+33600000042"
#define NEW_EMAIL      "nouvelle@exemple.invalid"
#define TODAY	       "2026-01"

#define S(text) ((char *)(uintptr_t)(text))

static struct {
	struct caller desk, other_desk, doctor;
	struct person camille;
} here;

static struct caller
staff_caller(int role, uint64_t account_id)
{
	struct caller who = caller_new(TERMINAL, (uint8_t)account_id);

	who.phase = PH_O;
	who.role = role;
	who.account_id = account_id;
	who.session_id = 1000 + account_id;
	return who;
}

/* Two receptionists of one hospital, a doctor, and a patient with a password. */
static int
set_up(void **state)
{
	int rc = place_setup(state);
	struct place *p = *state;

	here.camille = person_settled(p, "0042");
	place_sql(p,
	    "INSERT INTO establishment (establishment_id, finess, name, name_fold)"
	    " VALUES (70, '990000001', 'Clinique Fictive', 'clinique fictive');"
	    "INSERT INTO account (account_id, role, state, identifier, email, mobile, language,"
	    " password_hash, temp_hash, temp_expires_at_ms, created_at_ms) VALUES"
	    " (80, 2, 1, 'accueil1', 'a1@exemple.invalid', '', 'fr', '', '', 0, 1),"
	    " (81, 2, 1, 'accueil2', 'a2@exemple.invalid', '', 'fr', '', '', 0, 1),"
	    " (82, 3, 1, 'medecin1', 'm1@exemple.invalid', '', 'fr', '', '', 0, 1);"
	    "INSERT INTO staff (account_id, family_name, given_name, family_fold, given_fold,"
	    " establishment_id) VALUES (80, 'Accueillante', 'Alix', 'accueillante', 'alix', 70),"
	    " (81, 'Accueillant', 'Bo', 'accueillant', 'bo', 70),"
	    " (82, 'Docteure', 'Dana', 'docteure', 'dana', 70);"
	    "INSERT INTO professional (professional_id, rpps, account_id, family_name, given_name,"
	    " family_fold, given_fold, profession_code, specialty_code, load_id) VALUES"
	    " (90, '10000000090', 82, 'Docteure', 'Dana', 'docteure', 'dana', '', '', 1)");
	here.desk = staff_caller(EMAGE__ROLE__ROLE_RECEPTION, 80);
	here.other_desk = staff_caller(EMAGE__ROLE__ROLE_RECEPTION, 81);
	here.doctor = staff_caller(EMAGE__ROLE__ROLE_PROFESSIONAL, 82);
	return rc;
}

static uint64_t
count(struct place *p, const char *sql)
{
	char path[96];
	sqlite3 *db;
	sqlite3_stmt *stmt;
	uint64_t n;

	(void)snprintf(path, sizeof(path), "%s/emage.db", p->dir);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = (uint64_t)sqlite3_column_int64(stmt, 0);
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return n;
}

/* ------------------------------------------------------------------ finding */

struct found {
	int err;
	unsigned n, namesakes;
	bool more;
	uint64_t ids[64];
	int account;
	char ipp[64], used_name[128];
};

static void
on_found(struct call *c, const void *reply)
{
	const Emage__PatientFindReply *r = reply;
	struct found *f = c->arg;

	assert_true(r->n_rows <= 50);
	f->n = (unsigned)r->n_rows;
	f->more = r->more;
	for (size_t i = 0; i < r->n_rows; i++)
		f->ids[i] = r->rows[i]->patient_id;
	if (r->n_rows == 0)
		return;
	f->namesakes = r->rows[0]->n_namesakes;
	f->account = (int)r->rows[0]->account;
	(void)snprintf(f->ipp, sizeof(f->ipp), "%s", r->rows[0]->ipp);
	(void)snprintf(f->used_name, sizeof(f->used_name), "%s", r->rows[0]->used_name);
}

static struct found
find(struct place *p, struct caller *who, const Emage__PatientFindRequest *m)
{
	struct found f = {.n = 0};
	struct call c = {.on_reply = on_found, .arg = &f};

	call_begin(&c, p, who, METHOD_patient_find, m);
	f.err = c.err;
	call_end(&c);
	return f;
}

static struct found
find_name(struct place *p, struct caller *who, const char *name, const char *given, uint32_t born)
{
	Emage__PatientFindRequest m = EMAGE__PATIENT_FIND_REQUEST__INIT;

	m.name = S(name);
	m.given_name = S(given);
	m.birth_date = born;
	return find(p, who, &m);
}

static void
test_find(void **state)
{
	struct place *p = *state;
	Emage__PatientFindRequest m = EMAGE__PATIENT_FIND_REQUEST__INIT;
	struct found f;

	/* used and birth name, folded, beginnings, two of three */
	f = find_name(p, &here.desk, "fictive éx", "CAM", 0);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.ids[0], here.camille.patient_id);
	assert_int_equal(f.account, EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE);
	assert_string_equal(f.ipp, "0042");
	assert_int_equal(find_name(p, &here.desk, "EXEMPLE", "", 19750214).n, 1);
	assert_int_equal(find_name(p, &here.desk, "", "camille", 19750214).n, 1);
	assert_int_equal(find_name(p, &here.desk, "exemple", "", 19750215).n, 0);
	/* in the middle of a name is not its beginning, and there are no wildcards */
	assert_int_equal(find_name(p, &here.desk, "exemplee", "cam", 0).n, 0);
	assert_int_equal(find_name(p, &here.desk, "%", "cam", 0).n, 0);
	assert_int_equal(find_name(p, &here.desk, "exemple", "", 0).err, EM_E_FILTER_EMPTY);
	assert_int_equal(find_name(p, &here.desk, "exemple", " - ", 0).err, EM_E_FILTER_EMPTY);
	assert_int_equal(find_name(p, &here.desk, "exemple", "", 19750230).err, EM_E_INVALID);
	assert_int_equal(find_name(p, &here.desk, "exem\nple", "cam", 0).err, EM_E_INVALID);
	/* as printed, as typed */
	m.identifier = here.camille.identifier;
	assert_int_equal(find(p, &here.desk, &m).n, 1);
	m.identifier = S("C4F-7HK9-M2Y");
	assert_int_equal(find(p, &here.desk, &m).n, 0);
	m.identifier = S("");
	m.ipp = S("0042");
	assert_int_equal(find(p, &here.desk, &m).n, 1);
	m.ipp_authority = S("HOPITAL-ESSAI");
	assert_int_equal(find(p, &here.desk, &m).n, 1);
	m.ipp_authority = S("AUTRE");
	assert_int_equal(find(p, &here.desk, &m).n, 0);
	/* every search is on record */
	assert_int_equal(
	    count(p, "SELECT count(*) FROM audit WHERE event = 'patient.searched'"), 11);
}

/* A professional sees who consents and has not shut them out; who has, sees the
 * search. */
static void
test_find_as_professional(void **state)
{
	struct place *p = *state;
	struct found f;

	assert_int_equal(find_name(p, &here.doctor, "exemple", "camille", 0).n, 1);
	place_sql(p, "INSERT INTO block (patient_id, professional_id, blocked_at_ms)"
		     " SELECT patient_id, 90, 5 FROM patient");
	f = find_name(p, &here.doctor, "exemple", "camille", 0);
	assert_int_equal(f.err, 0);
	assert_int_equal(f.n, 0);
	assert_int_equal(count(p, "SELECT count(*) FROM access WHERE result = 2 AND rpps ="
				  " '10000000090' AND motive_label = 'Recherche du dossier'"),
	    1);
	/* the desk still does */
	assert_int_equal(find_name(p, &here.desk, "exemple", "camille", 0).n, 1);
	place_sql(p, "DELETE FROM block; INSERT INTO consent (patient_id, given, at_ms,"
		     " operator_name) SELECT patient_id, 0, 9, '' FROM patient");
	assert_int_equal(find_name(p, &here.doctor, "exemple", "camille", 0).n, 0);
	f = find_name(p, &here.desk, "exemple", "camille", 0);
	assert_int_equal(f.account, EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_WITHDRAWN);
	/* without consent nothing stands in the history */
	assert_int_equal(count(p, "SELECT count(*) FROM access"), 1);
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
	assert_int_equal(count(p, "SELECT count(*) FROM access"), 0);
}

/* ------------------------------------------------------------------ consent */

struct given {
	int err;
	char field[32], identifier[32], temporary[32], support[64], establishment[64];
	bool reopened;
	uint64_t patient_id;
	int64_t until_ms;
};

static Emage__DeskConsentRequest
new_patient(void)
{
	Emage__DeskConsentRequest m = EMAGE__DESK_CONSENT_REQUEST__INIT;

	m.civility = S("Monsieur");
	m.given_name = S("Dominique");
	m.used_name = S("Inventé");
	m.birth_date = 19601231;
	m.sex = S("M");
	m.mobile = S("06 00 00 00 77");
	m.language = S("de");
	m.text_version = S(TODAY);
	m.channel = S("paper");
	m.ipp = S("777");
	return m;
}

static struct given
consent(struct place *p, struct caller *who, const Emage__DeskConsentRequest *m)
{
	struct given g = {.err = 0};
	struct call c = {.n_replies = 0};
	const Emage__DeskConsentReply *r;

	call_begin(&c, p, who, METHOD_desk_consent, m);
	g.err = c.err;
	if (c.rq.refuse_field != NULL)
		(void)snprintf(g.field, sizeof(g.field), "%s", c.rq.refuse_field);
	r = c.rq.reply;
	if (c.err == 0) {
		(void)snprintf(g.identifier, 32, "%s", r->letter->identifier);
		(void)snprintf(g.temporary, 32, "%s", r->letter->temporary_password);
		(void)snprintf(g.support, 64, "%s", r->letter->support_address);
		(void)snprintf(g.establishment, 64, "%s", r->letter->establishment);
		g.reopened = r->reopened;
		g.patient_id = r->letter->patient_id;
		g.until_ms = r->letter->temporary_until_ms;
	}
	call_end(&c);
	return g;
}

static void
test_consent_new(void **state)
{
	struct place *p = *state;
	Emage__DeskConsentRequest m = new_patient();
	struct caller later = caller_new(TERMINAL, 3);
	struct given g = consent(p, &here.desk, &m);

	assert_int_equal(g.err, 0);
	assert_false(g.reopened);
	assert_string_equal(g.support, "aide@exemple.invalid");
	assert_string_equal(g.establishment, "Clinique Fictive");
	assert_int_equal(g.until_ms, p->now_ms + 30 * DAY_MS);
	/* the letter leads in, the code goes to the number that was typed */
	assert_int_equal(person_password(p, &later, g.identifier, g.temporary), 0);
	assert_string_not_equal(letter_to(p, "+33600000077").code, "");
	assert_int_equal(count(p, "SELECT count(*) FROM consent c JOIN patient_number n USING"
				  " (patient_id) WHERE n.ipp = '777' AND n.authority = '990000001'"
				  " AND c.text_version = '2026-01' AND length(c.text_hash) = 64 AND"
				  " c.channel = 'paper' AND c.operator_account = 80 AND"
				  " c.establishment_id = 70 AND c.operator_name LIKE 'Alix%'"),
	    1);
	assert_int_equal(find_name(p, &here.desk, "invente", "dom", 0).n, 1);
	assert_int_equal(count(p, "SELECT count(*) FROM account WHERE temp_hash LIKE '%-%'"
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
		Emage__DeskConsentRequest m = new_patient();
		const char *value = bad[i].value;
		struct given g;

		memcpy((char *)&m + bad[i].offset, &value, sizeof(value));
		g = consent(p, &here.desk, &m);
		assert_int_equal(g.err, EM_E_INVALID);
		assert_string_equal(g.field, bad[i].field);
	}
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		Emage__DeskConsentRequest m = new_patient();

		m.birth_date = days[i];
		assert_string_equal(consent(p, &here.desk, &m).field, "birth_date");
	}
	{
		Emage__DeskConsentRequest m = new_patient();

		m.mobile = S("");
		assert_string_equal(consent(p, &here.desk, &m).field, "email");
		m = new_patient();
		m.establishment_id = 70;
		assert_string_equal(consent(p, &here.desk, &m).field, "establishment_id");
		m = new_patient();
		m.patient_id = 999999;
		assert_int_equal(consent(p, &here.desk, &m).err, EM_E_NOT_FOUND);
	}
	assert_int_equal(count(p, "SELECT count(*) FROM patient"), 1);
	assert_int_equal(count(p, "SELECT count(*) FROM audit WHERE event = 'consent.given'"), 0);
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
		Emage__DeskConsentRequest m = new_patient();
		char sql[128];

		m.mobile = S(mobiles[i].typed);
		m.namesake = true;
		m.ipp = S("");
		assert_int_equal(consent(p, &here.desk, &m).err, 0);
		(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM account WHERE mobile = '%s'",
		    mobiles[i].kept);
		assert_int_equal(count(p, sql), 1);
	}
}

static void
test_namesakes(void **state)
{
	struct place *p = *state;
	Emage__DeskConsentRequest m = new_patient();
	struct given first = consent(p, &here.desk, &m), second;
	struct found f;

	/* by the used or the birth name, whatever the accents */
	m.ipp = S("");
	m.used_name = S("INVENTE");
	second = consent(p, &here.desk, &m);
	assert_int_equal(second.err, EM_E_EXISTS);
	assert_string_equal(second.field, "namesake");
	m.used_name = S("Autre");
	m.birth_name = S("Inventé");
	assert_string_equal(consent(p, &here.desk, &m).field, "namesake");
	/* told apart on purpose, never merged */
	m = new_patient();
	m.namesake = true;
	assert_string_equal(consent(p, &here.desk, &m).field, "ipp");
	m.ipp = S("778");
	second = consent(p, &here.desk, &m);
	assert_int_equal(second.err, 0);
	assert_true(second.patient_id != first.patient_id);
	assert_string_not_equal(second.identifier, first.identifier);
	f = find_name(p, &here.desk, "invente", "", 19601231);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.namesakes, 1);
}

struct race {
	pthread_barrier_t *barrier;
	struct place *place;
	struct caller who;
	struct given given;
	const Emage__DeskConsentRequest *m;
};

static void *
race_run(void *arg)
{
	struct race *r = arg;
	struct place own = *r->place; /* its reader is one thread's */

	assert_int_equal(store_reader_new(own.server.store, &own.reader), 0);
	(void)pthread_barrier_wait(r->barrier);
	r->given = consent(&own, &r->who, r->m);
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
	Emage__DeskConsentRequest m = new_patient();

	race(p, &m, "namesake");
	assert_int_equal(
	    count(p, "SELECT count(*) FROM patient WHERE given_name = 'Dominique'"), 1);
	/* a known one who has withdrawn */
	place_sql(p, "INSERT INTO consent (patient_id, given, at_ms, operator_name)"
		     " SELECT patient_id, 0, 9, '' FROM patient WHERE given_name = 'Camille'");
	m.patient_id = here.camille.patient_id;
	m.ipp = S("");
	race(p, &m, "patient_id");
	assert_int_equal(count(p, "SELECT count(*) FROM consent WHERE given = 1"), 3);
}

static void
test_open_again(void **state)
{
	struct place *p = *state;
	Emage__DeskConsentRequest m = EMAGE__DESK_CONSENT_REQUEST__INIT;
	struct caller later = caller_new(TERMINAL, 3);
	struct given g;

	m.patient_id = here.camille.patient_id;
	m.text_version = S(TODAY);
	m.channel = S("spoken");
	m.language = S("fr");
	m.email = S(NEW_EMAIL);
	g = consent(p, &here.desk, &m);
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
	g = consent(p, &here.desk, &m);
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
	assert_int_equal(count(p, "SELECT (SELECT count(*) FROM totp) +"
				  " (SELECT count(*) FROM recovery_code) +"
				  " (SELECT count(*) FROM contact_change WHERE state < 3)"),
	    0);
	/* the ledger keeps all of it */
	assert_int_equal(count(p, "SELECT count(*) FROM consent"), 3);
	assert_int_equal(
	    count(p, "SELECT count(*) FROM account WHERE mobile = '' AND role = 1"), 1);
}

static void
test_known_without_account(void **state)
{
	struct place *p = *state;
	Emage__DeskConsentRequest m = EMAGE__DESK_CONSENT_REQUEST__INIT;
	struct given g;

	place_sql(p, "INSERT INTO patient (patient_id, civility, given_name, used_name, birth_name,"
		     " sex, birth_date, created_at_ms) VALUES (500, '', 'Sasha', 'Imaginaire', '',"
		     " '', 19900101, 1);"
		     "INSERT INTO patient_name (name_fold, given_fold, birth_date, patient_id)"
		     " VALUES ('imaginaire', 'sasha', 19900101, 500)");
	assert_int_equal(find_name(p, &here.desk, "imag", "sas", 0).account,
	    EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_NONE);
	m.patient_id = 500;
	m.text_version = S(TODAY);
	m.channel = S("remote");
	assert_string_equal(consent(p, &here.desk, &m).field, "email");
	m.email = S(NEW_EMAIL);
	g = consent(p, &here.desk, &m);
	assert_int_equal(g.err, 0);
	assert_false(g.reopened);
	assert_int_equal(g.patient_id, 500);
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
	assert_int_equal(count(p, "SELECT count(*) FROM access WHERE profession = 'Accueil' AND"
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

static void
desk_code(struct place *p, char code_r[9])
{
	Emage__DeskCodeRequest m = EMAGE__DESK_CODE_REQUEST__INIT;
	struct call c = {.n_replies = 0};

	m.patient_id = here.camille.patient_id;
	call_begin(&c, p, &here.desk, METHOD_desk_code, &m);
	assert_int_equal(c.err, 0);
	(void)snprintf(code_r, 9, "%s", ((const Emage__DeskCodeReply *)c.rq.reply)->code);
	assert_int_equal(strlen(code_r), 8);
	call_end(&c);
}

static void
test_code_in_person(void **state)
{
	struct place *p = *state;
	struct caller me = caller_new(TERMINAL, 3), again = caller_new(TERMINAL, 4);
	char code[9], newer[9], wrong[9];

	desk_code(p, code);
	assert_int_equal(person_password(p, &me, here.camille.identifier, OWN_PASSWORD), 0);
	/* instead of the one that was sent; wrong ones count as ever */
	(void)snprintf(wrong, sizeof(wrong), "%s", code);
	wrong[7] = wrong[7] == '0' ? '1' : '0';
	assert_int_equal(person_code(p, &me, wrong), EM_E_CODE_WRONG);
	assert_int_equal(person_code(p, &me, code), 0);
	assert_int_equal(me.phase, PH_O);
	assert_int_equal(count(p, "SELECT factors FROM session"), 1 | 32);
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
	assert_int_equal(count(p, "SELECT count(*) FROM access WHERE motive_label ="
				  " 'Remise d''un code d''accès en personne'"),
	    3);
	assert_int_equal(
	    count(p, "SELECT count(*) FROM desk_code WHERE length(code_hash) <> 32"), 0);
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

	place_sql(p, "UPDATE account SET email = '', mobile = '' WHERE patient_id IS NOT NULL");
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

static int
contact_start(struct place *p, struct caller *who, Emage__Channel channel, const char *address)
{
	Emage__DeskContactStartRequest m = EMAGE__DESK_CONTACT_START_REQUEST__INIT;

	m.patient_id = here.camille.patient_id;
	m.channel = channel;
	m.address = S(address);
	return call_once(p, who, METHOD_desk_contact_start, &m);
}

static int
contact_confirm(struct place *p, struct caller *who, const char *code)
{
	Emage__DeskContactConfirmRequest m = EMAGE__DESK_CONTACT_CONFIRM_REQUEST__INIT;

	m.patient_id = here.camille.patient_id;
	m.code = S(code);
	return call_once(p, who, METHOD_desk_contact_confirm, &m);
}

static void
test_contact(void **state)
{
	struct place *p = *state;
	Emage__ContactUndoRequest undo = EMAGE__CONTACT_UNDO_REQUEST__INIT;
	struct caller stranger = caller_new(TERMINAL, 9);
	struct letter old;
	char code[9];

	assert_int_equal(contact_start(p, &here.desk, EMAIL, CAMILLE), EM_E_EXISTS);
	assert_int_equal(contact_start(p, &here.desk, EMAIL, ""), EM_E_INVALID);
	assert_int_equal(
	    contact_start(p, &here.desk, EMAIL, "a@b.invalid\r\nBcc: x"), EM_E_INVALID);
	assert_int_equal(contact_start(p, &here.desk, MOBILE, "12"), EM_E_INVALID);
	assert_int_equal(contact_start(p, &here.desk, EMAIL, NEW_EMAIL), 0);
	(void)snprintf(code, sizeof(code), "%s", letter_to(p, NEW_EMAIL).code);
	assert_string_not_equal(code, "");
	/* only where it was begun, and only with the code */
	assert_int_equal(contact_confirm(p, &here.other_desk, code), EM_E_CODE_EXPIRED);
	assert_int_equal(
	    contact_confirm(p, &here.desk, strcmp(code, "00000000") == 0 ? "00000001" : "00000000"),
	    EM_E_CODE_WRONG);
	assert_int_equal(count(p, "SELECT count(*) FROM account WHERE email = '" NEW_EMAIL "'"), 0);
	assert_int_equal(contact_confirm(p, &here.desk, code), 0);
	assert_int_equal(count(p, "SELECT count(*) FROM account WHERE email = '" NEW_EMAIL "'"), 1);
	assert_int_equal(contact_confirm(p, &here.desk, code), EM_E_CODE_EXPIRED);
	/* the old address brings it back */
	old = letter_to(p, CAMILLE);
	assert_string_not_equal(old.secret, "");
	undo.undo_code = old.secret;
	assert_int_equal(call_once(p, &stranger, METHOD_contact_undo, &undo), 0);
	assert_int_equal(count(p, "SELECT count(*) FROM account WHERE email = '" CAMILLE "'"), 1);
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
write_text(const char *dir, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s.txt", dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	(void)fputs(text, f);
	assert_int_equal(fclose(f), 0);
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
	write_text(p->dir, "fr", "# remark\nversion: v2\n\nune\nligne\n\n\nautre\n\n");
	write_text(p->dir, "de", "version: v2\n\neine\n");
	write_text(p->dir, "en", "version: v2\n\none\n");
	assert_int_equal(consents_new(p->dir, &c, err, sizeof(err)), 0);
	assert_string_equal(consents_get(c, "fr")->version, "v2");
	assert_string_equal(consents_get(c, "fr")->text, "une ligne\n\nautre");
	assert_string_not_equal(consents_get(c, "fr")->hash, consents_get(c, "de")->hash);
	consents_free(&c);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		write_text(p->dir, "de", bad[i]);
		assert_int_equal(consents_new(p->dir, &c, err, sizeof(err)), -EM_E_CONFIG);
		assert_non_null(strstr(err, "/de.txt: "));
	}
}

#define T(test) cmocka_unit_test_setup_teardown(test, set_up, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_find),
	    T(test_find_as_professional),
	    T(test_lost_role),
	    T(test_consent_new),
	    T(test_consent_bad_input),
	    T(test_mobiles),
	    T(test_namesakes),
	    T(test_race),
	    T(test_open_again),
	    T(test_known_without_account),
	    T(test_letter),
	    T(test_reset_shows_nothing),
	    T(test_code_in_person),
	    T(test_no_channel),
	    T(test_contact),
	    T(test_text),
	    T(test_own_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
