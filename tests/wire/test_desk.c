/* SPDX-License-Identifier: MIT */
/*
 * The reception desk with the real server: two receptionists and one patient, two
 * patients of one name and birth date, a code handed over in person, what the patient
 * reads of it all in the history, and a receptionist who is one no more.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/access.pb-c.h"
#include "proto/desk.pb-c.h"
#include "tests/lib/staff_fixture.h"

#define S(text) ((char *)(uintptr_t)(text))

static struct fixture *server;
static struct staff line, other;
static char version[32]; /* of the text of today */

static struct wire *
sign_in(const struct staff *s)
{
	fixture_advance(server, INT64_C(24) * 3600 * 1000 + 1000);
	return staff_sign_in(server, s);
}

static int
set_up(void **state)
{
	Emage__ConsentTextRequest rq = EMAGE__CONSENT_TEXT_REQUEST__INIT;
	struct wire *w;

	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	staff_new(server, EMAGE__ROLE__ROLE_RECEPTION, 1, 0, &line);
	staff_new(server, EMAGE__ROLE__ROLE_RECEPTION, 2, line.establishment_id, &other);
	w = sign_in(&line);
	assert_int_equal(wire_call(w, METHOD_consent_text, &rq), 0);
	snprintf(
	    version, sizeof(version), "%s", ((const Emage__ConsentTextReply *)w->reply)->version);
	wire_free(&w);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

static Emage__DeskConsentRequest
consent_of(const char *given_name, const char *email)
{
	Emage__DeskConsentRequest m = EMAGE__DESK_CONSENT_REQUEST__INIT;

	m.civility = S("Madame");
	m.given_name = S(given_name);
	m.used_name = S("FICTIVE");
	m.birth_date = 19800229;
	m.sex = S("F");
	m.email = S(email);
	m.language = S("fr");
	m.text_version = version;
	m.channel = S("paper");
	return m;
}

/* The letter's identifier and temporary password, and the patient. */
static void
take_letter(const Emage__DeskLetter *l, struct fixture_patient *p_r)
{
	snprintf(p_r->identifier, sizeof(p_r->identifier), "%s", l->identifier);
	snprintf(p_r->temporary, sizeof(p_r->temporary), "%s", l->temporary_password);
	p_r->patient_id = l->patient_id;
	p_r->password = "mon grand chat orange 7";
}

static void
register_patient(struct wire *w, Emage__DeskConsentRequest *m, struct fixture_patient *p_r)
{
	*p_r = (struct fixture_patient){.email = m->email};
	assert_int_equal(wire_call(w, METHOD_desk_consent, m), 0);
	take_letter(((const Emage__DeskConsentReply *)w->reply)->letter, p_r);
}

static uint32_t
send_consent(struct wire *w, const Emage__DeskConsentRequest *m, uint32_t id)
{
	struct buf out;

	buf_init(&out, 512);
	assert_int_equal(frame_append(&out, 133, 0, id, &m->base), 0);
	wire_send(w, buf_bytes(&out), out.len);
	buf_release(&out);
	return id;
}

/* 0, or what the error says; its field. */
static int
verdict(struct wire *w, char field_r[32])
{
	struct frame f = wire_next_frame(w);
	Emage__Error *e;
	int err;

	field_r[0] = '\0';
	if (!(f.flags & FRAME_ERROR))
		return 0;
	e = emage__error__unpack(NULL, f.body_len, f.body);
	assert_non_null(e);
	err = (int)e->code;
	snprintf(field_r, 32, "%s", e->field);
	emage__error__free_unpacked(e, NULL);
	return err;
}

/* Both have sent before either is answered: one wins, and the other is told which of
 * the two it is: this patient's account is open, or somebody is called so. */
static void
both_at_once(struct wire *a, struct wire *b, const Emage__DeskConsentRequest *m, const char *field)
{
	char of_a[32], of_b[32];
	int err_a, err_b;

	send_consent(a, m, 900);
	send_consent(b, m, 901);
	err_a = verdict(a, of_a);
	err_b = verdict(b, of_b);
	assert_int_equal(err_a + err_b, EM_E_EXISTS);
	assert_true(err_a == 0 || err_b == 0);
	assert_string_equal(err_a != 0 ? of_a : of_b, field);
}

static void
test_two_desks(void **state)
{
	Emage__PatientGetRequest get = EMAGE__PATIENT_GET_REQUEST__INIT;
	Emage__PatientFindRequest find = EMAGE__PATIENT_FIND_REQUEST__INIT;
	Emage__DeskConsentRequest m = consent_of("Deux", "deux@example.org");
	struct wire *a = sign_in(&line), *b = staff_sign_in(server, &other);
	const Emage__PatientFindReply *found;

	(void)state;
	both_at_once(a, b, &m, "namesake");
	find.name = S("fictive");
	find.given_name = S("deux");
	assert_int_equal(wire_call(a, METHOD_patient_find, &find), 0);
	found = (const Emage__PatientFindReply *)a->reply;
	assert_int_equal(found->n_rows, 1);
	m.patient_id = get.patient_id = found->rows[0]->patient_id;
	/* the consent is withdrawn; both open the account again */
	wire_free(&a);
	wire_free(&b);
	fixture_stop(server);
	fixture_sql(server, "INSERT INTO consent (patient_id, given, at_ms, operator_name)"
			    " SELECT patient_id, 0, 1, '' FROM patient WHERE given_name = 'Deux'");
	fixture_start(server);
	a = sign_in(&line);
	b = staff_sign_in(server, &other);
	both_at_once(a, b, &m, "patient_id");
	assert_int_equal(wire_call(a, METHOD_patient_get, &get), 0);
	assert_int_equal(((const Emage__PatientGetReply *)a->reply)->n_consents, 3);
	wire_free(&a);
	wire_free(&b);
}

/* One name, one birth date, two people: told before a second is made, both found and
 * marked, each with what is only its own. */
static void
test_namesakes(void **state)
{
	Emage__PatientFindRequest find = EMAGE__PATIENT_FIND_REQUEST__INIT;
	Emage__DeskConsentRequest m = consent_of("Jumelle", "un@example.org");
	struct fixture_patient first, second;
	struct wire *w = sign_in(&line);
	const Emage__PatientFindReply *found;

	(void)state;
	m.ipp = S("J-1");
	register_patient(w, &m, &first);
	m.email = S("deux@example.org");
	m.ipp = S("J-2");
	assert_int_equal(wire_call(w, METHOD_desk_consent, &m), -EM_E_EXISTS);
	assert_string_equal(w->error->field, "namesake");
	m.namesake = true;
	register_patient(w, &m, &second);
	assert_true(first.patient_id != second.patient_id);
	assert_string_not_equal(first.identifier, second.identifier);
	find.name = S("fictive");
	find.birth_date = 19800229;
	find.given_name = S("jumelle");
	assert_int_equal(wire_call(w, METHOD_patient_find, &find), 0);
	found = (const Emage__PatientFindReply *)w->reply;
	assert_int_equal(found->n_rows, 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(found->rows[i]->n_namesakes, 1);
	assert_string_equal(found->rows[0]->ipp, "J-1");
	assert_string_equal(found->rows[1]->ipp, "J-2");
	wire_free(&w);
}

/* ------------------------------------------------------ in person, in the history */

static void
expect_history(struct wire *patient, const char *const *labels)
{
	Emage__AccessListRequest rq = EMAGE__ACCESS_LIST_REQUEST__INIT;
	const Emage__AccessListReply *r;
	size_t n = 0;

	rq.page = 1;
	rq.page_size = 20;
	assert_int_equal(wire_call(patient, METHOD_access_list, &rq), 0);
	r = (const Emage__AccessListReply *)patient->reply;
	for (; labels[n] != NULL; n++) {
		assert_true(n < r->n_rows);
		assert_string_equal(r->rows[n]->motive, labels[n]);
		assert_string_equal(r->rows[n]->family_name, "ACCUEIL");
		assert_string_equal(r->rows[n]->profession, "Accueil");
	}
	assert_int_equal(r->n_rows, n);
}

static int
show_code(struct wire *desk, uint64_t patient_id, char code_r[16])
{
	Emage__DeskCodeRequest m = EMAGE__DESK_CODE_REQUEST__INIT;
	int rc;

	m.patient_id = patient_id;
	rc = wire_call(desk, METHOD_desk_code, &m);
	if (rc == 0)
		snprintf(code_r, 16, "%s", ((const Emage__DeskCodeReply *)desk->reply)->code);
	return rc;
}

static int
print_letter(struct wire *desk, struct fixture_patient *p)
{
	Emage__DeskLetterRequest m = EMAGE__DESK_LETTER_REQUEST__INIT;
	int rc;

	m.patient_id = p->patient_id;
	rc = wire_call(desk, METHOD_desk_letter, &m);
	if (rc == 0)
		take_letter(((const Emage__DeskLetterReply *)desk->reply)->letter, p);
	return rc;
}

/* Neither mail nor mobile is left. */
static void
without_ways(const struct fixture_patient *p)
{
	char sql[160];

	fixture_stop(server);
	snprintf(sql, sizeof(sql),
	    "UPDATE account SET email = '', mobile = '' WHERE patient_id = %llu",
	    (unsigned long long)p->patient_id);
	fixture_sql(server, sql);
	fixture_start(server);
}

/* One receptionist cannot be the patient: the code is for who gets none otherwise, and
 * not from the hand that printed the password. A second one's leads in, once; all of it
 * stands in the history. */
static void
test_in_person(void **state)
{
	static const char *const labels[] = {"Remise d'un code d'accès en personne",
	    "Remise d'un code d'accès en personne", "Réédition du document de connexion", NULL};
	Emage__DeskConsentRequest m = consent_of("Seule", "seule@example.org");
	Emage__AuthNewPasswordRequest own = EMAGE__AUTH_NEW_PASSWORD_REQUEST__INIT;
	struct wire *desk = sign_in(&line), *second, *w;
	struct fixture_patient p;
	char code[16];

	(void)state;
	register_patient(desk, &m, &p);
	wire_first_sign_in(server, &p);
	assert_int_equal(show_code(desk, p.patient_id, code), -EM_E_NOT_NEEDED);
	wire_free(&desk);
	without_ways(&p);
	desk = sign_in(&line);
	second = staff_sign_in(server, &other);
	assert_int_equal(print_letter(desk, &p), 0);
	assert_int_equal(show_code(desk, p.patient_id, code), -EM_E_OTHER_HAND);
	assert_int_equal(show_code(second, p.patient_id, code), 0);
	w = wire_open_greeted(server);
	assert_int_equal(wire_password(w, p.identifier, p.temporary), 0);
	assert_int_equal(wire_code(w, code), 0);
	assert_true(((const Emage__AuthCodeReply *)w->reply)->must_change_password);
	p.password = "mon petit chat blanc 8";
	own.password = S(p.password);
	assert_int_equal(wire_call(w, METHOD_auth_new_password, &own), 0);
	assert_int_equal(wire_password(w, p.identifier, p.password), 0);
	assert_int_equal(wire_code(w, code), -EM_E_CODE_WRONG);
	/* with one's own password it may be the first one again */
	assert_int_equal(show_code(desk, p.patient_id, code), 0);
	assert_int_equal(wire_code(w, code), 0);
	expect_history(w, labels);
	wire_free(&w);
	wire_free(&second);
	wire_free(&desk);
}

/* An address that a desk has put in: the other one waits, no password is printed, and
 * the patient reads of it. */
static void
test_corrected(void **state)
{
	static const char *const labels[] = {"Correction de l'adresse mail", NULL};
	Emage__DeskConsentRequest m = consent_of("Corrigée", "avant@example.org");
	Emage__DeskContactStartRequest start = EMAGE__DESK_CONTACT_START_REQUEST__INIT;
	Emage__DeskContactConfirmRequest confirm = EMAGE__DESK_CONTACT_CONFIRM_REQUEST__INIT;
	struct wire *desk = sign_in(&line), *w;
	struct mailbox *box;
	struct fixture_patient p;
	char code[16];

	(void)state;
	register_patient(desk, &m, &p);
	wire_first_sign_in(server, &p);
	box = fixture_mailbox(server);
	start.patient_id = confirm.patient_id = p.patient_id;
	start.channel = EMAGE__CHANNEL__CHANNEL_EMAIL;
	start.address = S("apres@example.org");
	assert_int_equal(wire_call(desk, METHOD_desk_contact_start, &start), 0);
	fixture_next_code(box, code);
	mailbox_free(&box);
	confirm.code = code;
	assert_int_equal(wire_call(desk, METHOD_desk_contact_confirm, &confirm), 0);
	start.channel = EMAGE__CHANNEL__CHANNEL_MOBILE;
	start.address = S("06 00 00 00 91");
	assert_int_equal(wire_call(desk, METHOD_desk_contact_start, &start), -EM_E_RATE);
	assert_string_equal(desk->error->field, "channel");
	assert_int_equal(print_letter(desk, &p), -EM_E_HOLD);
	assert_int_equal(desk->error->retry_after_s, 72 * 3600);
	wire_free(&desk);
	fixture_advance(server, INT64_C(24) * 3600 * 1000);
	p.email = "apres@example.org";
	w = wire_open_greeted(server);
	wire_sign_in(w, &p);
	expect_history(w, labels);
	wire_free(&w);
}

/* Somebody else is in the account: out at once, told nothing, and back in only with what
 * the desk prints after looking at a document. */
static void
test_suspended(void **state)
{
	static const char *const labels[] = {
	    "Levée de la suspension du compte", "Suspension du compte", NULL};
	Emage__DeskConsentRequest m = consent_of("Volée", "volee@example.org");
	Emage__DeskSuspendRequest suspend = EMAGE__DESK_SUSPEND_REQUEST__INIT;
	Emage__DeskResumeRequest resume = EMAGE__DESK_RESUME_REQUEST__INIT;
	Emage__SessionWhoamiRequest whoami = EMAGE__SESSION_WHOAMI_REQUEST__INIT;
	struct wire *desk = sign_in(&line), *thief, *w;
	struct fixture_patient p;

	(void)state;
	register_patient(desk, &m, &p);
	wire_first_sign_in(server, &p);
	wire_free(&desk);
	desk = sign_in(&line);
	thief = wire_open_greeted(server);
	wire_sign_in(thief, &p);
	suspend.patient_id = resume.patient_id = p.patient_id;
	assert_int_equal(wire_call(desk, METHOD_desk_suspend, &suspend), 0);
	assert_int_equal(wire_call(thief, METHOD_session_whoami, &whoami), -EM_E_SESSION_ENDED);
	wire_free(&thief);
	w = wire_open_greeted(server);
	assert_int_equal(wire_password(w, p.identifier, p.password), -EM_E_AUTH);
	wire_free(&w);
	resume.birth_date = 19800228;
	assert_int_equal(wire_call(desk, METHOD_desk_resume, &resume), -EM_E_INVALID);
	assert_string_equal(desk->error->field, "birth_date");
	resume.birth_date = 19800229;
	assert_int_equal(wire_call(desk, METHOD_desk_resume, &resume), 0);
	take_letter(((const Emage__DeskResumeReply *)desk->reply)->letter, &p);
	wire_free(&desk);
	p.password = "mon petit chat blanc 8";
	fixture_advance(server, 3600 * 1000);
	wire_first_sign_in(server, &p);
	fixture_advance(server, 3600 * 1000);
	w = wire_open_greeted(server);
	wire_sign_in(w, &p);
	expect_history(w, labels);
	wire_free(&w);
}

/* The consent is taken back where it was given; another one opens it again. */
static void
test_withdrawn_at_desk(void **state)
{
	Emage__DeskConsentRequest m = consent_of("Retirée", "retiree@example.org");
	Emage__DeskWithdrawRequest withdraw = EMAGE__DESK_WITHDRAW_REQUEST__INIT;
	Emage__SessionWhoamiRequest whoami = EMAGE__SESSION_WHOAMI_REQUEST__INIT;
	struct wire *desk = sign_in(&line), *second, *w;
	struct fixture_patient p;

	(void)state;
	register_patient(desk, &m, &p);
	wire_first_sign_in(server, &p);
	wire_free(&desk);
	desk = sign_in(&line);
	second = staff_sign_in(server, &other);
	w = wire_open_greeted(server);
	wire_sign_in(w, &p);
	withdraw.patient_id = m.patient_id = p.patient_id;
	withdraw.birth_date = 19800228;
	assert_int_equal(wire_call(desk, METHOD_desk_withdraw, &withdraw), -EM_E_INVALID);
	withdraw.birth_date = 19800229;
	assert_int_equal(wire_call(desk, METHOD_desk_withdraw, &withdraw), 0);
	assert_int_equal(wire_call(w, METHOD_session_whoami, &whoami), -EM_E_SESSION_ENDED);
	assert_int_equal(wire_password(w, p.identifier, p.password), -EM_E_AUTH);
	assert_int_equal(wire_call(desk, METHOD_desk_consent, &m), -EM_E_OTHER_HAND);
	assert_int_equal(wire_call(second, METHOD_desk_consent, &m), 0);
	assert_true(((const Emage__DeskConsentReply *)second->reply)->reopened);
	wire_free(&w);
	wire_free(&second);
	wire_free(&desk);
}

/* While a patient's sheet is on her screen the receptionist loses the role: nothing
 * of what it offers works any more, and nothing is left half done. */
static void
test_role_lost(void **state)
{
	Emage__StaffSetRequest set = EMAGE__STAFF_SET_REQUEST__INIT;
	Emage__DeskConsentRequest m = consent_of("Ouverte", "ouverte@example.org");
	Emage__PatientGetRequest get = EMAGE__PATIENT_GET_REQUEST__INIT;
	Emage__DeskLetterRequest letter = EMAGE__DESK_LETTER_REQUEST__INIT;
	struct wire *w = sign_in(&other), *op = wire_open_local(server);
	struct fixture_patient p;

	(void)state;
	register_patient(w, &m, &p);
	get.patient_id = letter.patient_id = p.patient_id;
	assert_int_equal(wire_call(w, METHOD_patient_get, &get), 0);
	set.account_id = other.account_id;
	set.role = EMAGE__ROLE__ROLE_ADMIN;
	assert_int_equal(wire_call(op, METHOD_staff_set, &set), 0);
	assert_int_equal(wire_call(w, METHOD_desk_letter, &letter), -EM_E_SESSION_ENDED);
	assert_int_equal(wire_call(w, METHOD_patient_get, &get), -EM_E_SESSION_ENDED);
	wire_free(&w);
	/* signed in anew it is an administrator's session, which has no patients */
	w = sign_in(&other);
	assert_int_equal(wire_call(w, METHOD_patient_get, &get), -EM_E_UNKNOWN_METHOD);
	wire_free(&w);
	wire_free(&op);
	/* the letter that she had handed over is as good as before */
	fixture_advance(server, 3600 * 1000);
	wire_first_sign_in(server, &p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_two_desks),
	    cmocka_unit_test(test_namesakes),
	    cmocka_unit_test(test_in_person),
	    cmocka_unit_test(test_corrected),
	    cmocka_unit_test(test_suspended),
	    cmocka_unit_test(test_withdrawn_at_desk),
	    cmocka_unit_test(test_role_lost),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
