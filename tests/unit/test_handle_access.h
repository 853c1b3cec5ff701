/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_HANDLE_ACCESS_H
#define EMAGE_TESTS_UNIT_TEST_HANDLE_ACCESS_H

#include "tests/unit/test_handle_ward.h"

#include "proto/access.pb-c.h"
#include "proto/load.pb-c.h"

/*
 * A ward with a directory of professionals and a history, both loaded by the
 * operator's own methods.
 */
#define TEXT(s) ((char *)(uintptr_t)(s))

static const struct {
	const char *rpps, *family, *given, *code, *specialty;
} ward_people[] = {
    {"10000000009", "MULLER", "Jean-Paul", "SCH55", "Radiologie (SCH)"},
    {"10000000017", "MARTEAU", "Dominique", "SM44", "Radio-diagnostic (SM)"},
    {"10000000025", "ESSAI", "Vincent", "SM44", "Radio-diagnostic (SM)"},
    {"10000000033", "FICTIF", "Charlotte", "SM42", "Psychiatrie (SM)"},
};
#define N_WARD_PEOPLE 4u

static inline Emage__AdminProfessional
professional_message(unsigned i)
{
	Emage__AdminProfessional p = EMAGE__ADMIN_PROFESSIONAL__INIT;

	p.line = i + 2;
	p.rpps = TEXT(ward_people[i].rpps);
	p.family_name = TEXT(ward_people[i].family);
	p.given_name = TEXT(ward_people[i].given);
	p.profession_code = TEXT("10");
	p.profession = TEXT("Médecin");
	p.specialty_code = TEXT(ward_people[i].code);
	p.specialty = TEXT(ward_people[i].specialty);
	p.finess = TEXT(i < 2 ? "670000001" : "");
	p.establishment = TEXT(i < 2 ? "HOPITAL D'ESSAI" : "");
	return p;
}

static inline void
ward_load_people(struct place *p)
{
	Emage__AdminProfessionalsPutRequest m = EMAGE__ADMIN_PROFESSIONALS_PUT_REQUEST__INIT;
	Emage__AdminProfessional row[N_WARD_PEOPLE], *rows[N_WARD_PEOPLE];
	struct caller op = caller_operator();
	struct call c = {.n_replies = 0};

	for (unsigned i = 0; i < N_WARD_PEOPLE; i++) {
		row[i] = professional_message(i);
		rows[i] = &row[i];
	}
	m.load_id = 1;
	m.professionals = rows;
	m.n_professionals = N_WARD_PEOPLE;
	call_begin(&c, p, &op, METHOD_admin_professionals_put, &m);
	assert_int_equal(c.err, 0);
	assert_int_equal(((Emage__AdminProfessionalsPutReply *)c.rq.reply)->n_new, N_WARD_PEOPLE);
	call_end(&c);
}

static inline uint64_t
ward_professional(struct place *p, unsigned i)
{
	struct arena *a = arena_new(8192);
	struct store_professional who;

	assert_int_equal(store_professional_by_rpps(p->reader, a, ward_people[i].rpps, &who), 0);
	arena_free(&a);
	return who.professional_id;
}

/* Of the patient with the number IPP-1. */
static inline Emage__AdminAccess
access_message(unsigned person, int64_t at_ms, const char *motive)
{
	Emage__AdminAccess a = EMAGE__ADMIN_ACCESS__INIT;

	a.line = 2;
	a.ipp_authority = TEXT("HOPITAL-ESSAI");
	a.ipp = TEXT("IPP-1");
	a.rpps = TEXT(ward_people[person].rpps);
	a.at_ms = at_ms;
	a.motive = TEXT(motive);
	return a;
}

/* One line; what it was refused for ("" = it was not) stays in `why`. */
static char ward_why[64];

static inline void
ward_put_access(struct place *p, Emage__AdminAccess *a)
{
	Emage__AdminAccessesPutRequest m = EMAGE__ADMIN_ACCESSES_PUT_REQUEST__INIT;
	struct caller op = caller_operator();
	struct call c = {.n_replies = 0};
	const Emage__AdminAccessesPutReply *r;

	m.accesses = &a;
	m.n_accesses = 1;
	call_begin(&c, p, &op, METHOD_admin_accesses_put, &m);
	assert_int_equal(c.err, 0);
	r = c.rq.reply;
	assert_int_equal(r->n_added + r->n_known + r->n_refused, 1);
	(void)snprintf(ward_why, sizeof(ward_why), "%s",
	    r->n_refused ? r->refused[0]->field
	    : r->n_known ? "(known)"
			 : "");
	call_end(&c);
}

static inline void
ward_add_access(struct place *p, unsigned person, int64_t at_ms, const char *motive)
{
	Emage__AdminAccess a = access_message(person, at_ms, motive);

	ward_put_access(p, &a);
	assert_string_equal(ward_why, "");
}

static inline int
access_ward_setup(void **state)
{
	int rc = ward_setup(state);

	ward_load_people(*state);
	return rc;
}

#endif
