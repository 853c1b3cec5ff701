/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_HANDLE_PERSON_H
#define EMAGE_TESTS_UNIT_TEST_HANDLE_PERSON_H

#include "tests/unit/test_handle.h"

/*
 * Fictitious patients, the ways in which they sign in, and the outbox in which
 * their codes wait.
 */

/* ------------------------------------------------------------- the outbox */

struct posted {
	unsigned n;	    /* waiting, codes and what else expires */
	unsigned n_notices; /* waiting beside them */
	struct store_message newest;
	char body[2048];   /* of the newest that is no notice, opened */
	char notice[2048]; /* of the newest notice */
	char code[9];
};

static inline void
place_read_code(struct posted *r)
{
	const char *s = strpbrk(r->body, "0123456789");

	assert_non_null(s);
	if (strlen(s) <= 9 || s[4] != ' ') /* a temporary password */
		return;
	(void)snprintf(r->code, sizeof(r->code), "%.4s%.4s", s, s + 5);
}

static inline void
place_open_body(struct place *p, struct arena *a, const struct store_message *m, char out_r[2048])
{
	char *body = NULL;

	assert_int_equal(message_open(&p->server.pepper, a, m, &body), 0);
	(void)snprintf(out_r, 2048, "%s", body);
}

/* What waits for the courier. Strings of `newest`, the last code, are gone after. */
static inline struct posted
place_posted(struct place *p)
{
	struct arena *a = arena_new(1 << 20);
	struct store_message m[128];
	struct posted r = {.n = 0};
	unsigned n = 0;

	assert_int_equal(store_reader_begin(p->reader), 0);
	assert_int_equal(store_outbox_waiting(p->reader, a, 0, m, 128, &n), 0);
	store_reader_end(p->reader);
	for (unsigned i = 0; i < n; i++) {
		if (m[i].kind == OUTBOX_CODE) {
			r.n++;
			r.newest = m[i];
		} else {
			r.n_notices++;
			place_open_body(p, a, &m[i], r.notice);
		}
	}
	if (r.n > 0) {
		place_open_body(p, a, &r.newest, r.body);
		place_read_code(&r);
	}
	arena_free(&a);
	return r;
}

/* --------------------------------------------------------------- patients */

struct person {
	char identifier[32];
	char temporary[32];
	uint64_t patient_id;
};

static inline struct caller
caller_operator(void)
{
	return (struct caller){.phase = PH_O,
	    .role = EMAGE__ROLE__ROLE_OPERATOR,
	    .kind = EMAGE__CLIENT_KIND__CLIENT_KIND_SCRIPT,
	    .language = "fr",
	    .source = {.local = true, .uid = 12}};
}

/* A connection that has said hello; `n` tells connections apart. */
static inline struct caller
caller_new(int kind, uint8_t n)
{
	struct caller who = {.phase = PH_A, .kind = kind, .language = "fr", .conn_id = n};

	memset(who.binding, n, sizeof(who.binding));
	who.source.trusted = kind == EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK;
	return who;
}

static inline Emage__AdminPatientAddRequest
person_request(const char *ipp)
{
	Emage__AdminPatientAddRequest m = EMAGE__ADMIN_PATIENT_ADD_REQUEST__INIT;

	m.civility = (char *)(uintptr_t) "Madame";
	m.given_name = (char *)(uintptr_t) "Camille";
	m.used_name = (char *)(uintptr_t) "Fictive-Éxemple";
	m.birth_name = (char *)(uintptr_t) "Exemple";
	m.birth_date = 19750214;
	m.sex = (char *)(uintptr_t) "F";
	m.email = (char *)(uintptr_t) "camille@exemple.invalid";
	m.mobile = (char *)(uintptr_t) "+33600000042";
	m.language = (char *)(uintptr_t) "fr";
	m.ipp = (char *)(uintptr_t)ipp;
	m.ipp_authority = (char *)(uintptr_t)(ipp[0] != '\0' ? "HOPITAL-ESSAI" : "");
	m.operator_name = (char *)(uintptr_t) "accueil";
	return m;
}

static inline struct person
person_add(struct place *p, const char *ipp)
{
	Emage__AdminPatientAddRequest m = person_request(ipp);
	struct caller op = caller_operator();
	struct call c = {.n_replies = 0};
	struct person person = {.patient_id = 0};
	const Emage__AdminPatientAddReply *reply;

	call_begin(&c, p, &op, METHOD_admin_patient_add, &m);
	assert_int_equal(c.err, 0);
	reply = c.rq.reply;
	(void)snprintf(person.identifier, sizeof(person.identifier), "%s", reply->identifier);
	(void)snprintf(person.temporary, sizeof(person.temporary), "%s", reply->temporary_password);
	person.patient_id = reply->patient_id;
	call_end(&c);
	return person;
}

static inline int
person_password(struct place *p, struct caller *who, const char *identifier, const char *password)
{
	Emage__AuthPasswordRequest m = EMAGE__AUTH_PASSWORD_REQUEST__INIT;

	m.identifier = (char *)(uintptr_t)identifier;
	m.password = (char *)(uintptr_t)password;
	return call_once(p, who, METHOD_auth_password, &m);
}

static inline int
person_code(struct place *p, struct caller *who, const char *code)
{
	Emage__AuthCodeRequest m = EMAGE__AUTH_CODE_REQUEST__INIT;

	m.code = (char *)(uintptr_t)code;
	return call_once(p, who, METHOD_auth_code, &m);
}

static inline int
person_new_password(struct place *p, struct caller *who, const char *password)
{
	Emage__AuthNewPasswordRequest m = EMAGE__AUTH_NEW_PASSWORD_REQUEST__INIT;

	m.password = (char *)(uintptr_t)password;
	return call_once(p, who, METHOD_auth_new_password, &m);
}

/* Both steps, with what the outbox holds. */
static inline void
person_sign_in(struct place *p, struct caller *who, const char *identifier, const char *password)
{
	assert_int_equal(person_password(p, who, identifier, password), 0);
	assert_int_equal(person_code(p, who, place_posted(p).code), 0);
}

/* A person with a password of her own. */
#define OWN_PASSWORD "sept pommes vertes"
static inline struct person
person_settled(struct place *p, const char *ipp)
{
	struct person person = person_add(p, ipp);
	struct caller who = caller_new(EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL, 200);

	person_sign_in(p, &who, person.identifier, person.temporary);
	assert_int_equal(who.phase, PH_T);
	assert_int_equal(person_new_password(p, &who, OWN_PASSWORD), 0);
	assert_int_equal(who.phase, PH_A);
	return person;
}

/* A password that is not accepted: the bytes of the answer. */
static inline size_t
refused_bytes(struct place *p, const char *identifier, const char *password, uint8_t out_r[128])
{
	Emage__AuthPasswordRequest m = EMAGE__AUTH_PASSWORD_REQUEST__INIT;
	struct caller who = caller_new(EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL, 1);
	struct call c = {.n_replies = 0};
	size_t n;

	m.identifier = (char *)(uintptr_t)identifier;
	m.password = (char *)(uintptr_t)password;
	call_begin(&c, p, &who, METHOD_auth_password, &m);
	assert_int_equal(c.err, EM_E_AUTH);
	assert_int_equal(who.phase, PH_A);
	n = call_error_bytes(&c, out_r);
	call_end(&c);
	return n;
}

#endif
