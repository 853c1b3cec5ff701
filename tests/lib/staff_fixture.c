/* SPDX-License-Identifier: MIT */
/*
 * Staff of the fixture's server.
 */
#include "tests/lib/check.h"

#include "tests/lib/staff_fixture.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/mem.h"
#include "proto/load.pb-c.h"
#include "tests/lib/rpps.h"

#define FINESS "679900001"

static const struct {
	const char *family_name, *given_name, *mailbox;
} staff_names[] = {
    [EMAGE__ROLE__ROLE_RECEPTION] = {"ACCUEIL", "Line", "line"},
    [EMAGE__ROLE__ROLE_PROFESSIONAL] = {"MEDECIN", "Paul", "paul"},
    [EMAGE__ROLE__ROLE_ADMIN] = {"ADMIN", "Ada", "ada"},
};

void
staff_directory(struct fixture *f, unsigned n, const char *family_name, const char *given_name,
    uint64_t establishment_id, char rpps_r[12])
{
	Emage__AdminProfessionalsPutRequest rq = EMAGE__ADMIN_PROFESSIONALS_PUT_REQUEST__INIT;
	Emage__AdminProfessional p = EMAGE__ADMIN_PROFESSIONAL__INIT, *all[] = {&p};
	struct wire *w = wire_open_local(f);
	const Emage__AdminProfessionalsPutReply *reply;

	rpps_make(n, rpps_r);
	p.line = 1;
	p.rpps = rpps_r;
	p.family_name = (char *)(uintptr_t)family_name;
	p.given_name = (char *)(uintptr_t)given_name;
	p.profession_code = (char *)(uintptr_t) "10";
	p.profession = (char *)(uintptr_t) "Médecin";
	p.finess = (char *)(uintptr_t)(establishment_id != 0 ? FINESS : "");
	rq.load_id = n + 1;
	rq.professionals = all;
	rq.n_professionals = 1;
	assert_int_equal(wire_call(w, METHOD_admin_professionals_put, &rq), 0);
	reply = (const Emage__AdminProfessionalsPutReply *)w->reply;
	assert_int_equal(reply->n_refused, 0);
	wire_free(&w);
}

void
staff_new(
    struct fixture *f, Emage__Role role, unsigned n, uint64_t establishment_id, struct staff *s_r)
{
	Emage__StaffAddRequest rq = EMAGE__STAFF_ADD_REQUEST__INIT;
	const Emage__StaffAddReply *reply;
	struct wire *w;
	char email[48];

	*s_r = (struct staff){.role = role, .establishment_id = establishment_id};
	if (role == EMAGE__ROLE__ROLE_RECEPTION && establishment_id == 0)
		s_r->establishment_id =
		    fixture_add_establishment(f, FINESS, "Centre hospitalier fictif");
	if (role == EMAGE__ROLE__ROLE_PROFESSIONAL)
		staff_directory(f, n, staff_names[role].family_name, staff_names[role].given_name,
		    establishment_id, s_r->rpps);
	snprintf(email, sizeof(email), "%s%u@example.org", staff_names[role].mailbox, n);
	rq.role = role;
	rq.family_name = (char *)(uintptr_t)staff_names[role].family_name;
	rq.given_name = (char *)(uintptr_t)staff_names[role].given_name;
	rq.establishment_id = s_r->establishment_id;
	rq.rpps = s_r->rpps;
	rq.email = email;
	w = wire_open_local(f);
	assert_int_equal(wire_call(w, METHOD_staff_add, &rq), 0);
	reply = (const Emage__StaffAddReply *)w->reply;
	s_r->account_id = reply->account_id;
	snprintf(s_r->person.identifier, sizeof(s_r->person.identifier), "%s", reply->identifier);
	snprintf(
	    s_r->person.temporary, sizeof(s_r->person.temporary), "%s", reply->temporary_password);
	s_r->person.password = "une phrase de passe du service";
	wire_free(&w);
	wire_first_sign_in(f, &s_r->person);
}

struct wire *
staff_sign_in(struct fixture *f, const struct staff *s)
{
	struct wire *w = wire_open_greeted(f);

	wire_sign_in(w, &s->person);
	return w;
}

struct wire *
staff_wire(struct fixture *f, Emage__Role role, unsigned n, struct staff *s_r)
{
	staff_new(f, role, n, 0, s_r);
	return staff_sign_in(f, s_r);
}

void
staff_example(struct fixture *f)
{
	char sql[2048];

	snprintf(sql, sizeof(sql),
	    "INSERT INTO patient (patient_id, civility, given_name, used_name, birth_name, sex,"
	    " birth_date, created_at_ms) VALUES (900, 'Madame', 'Dominique', 'EXEMPLE',"
	    " 'INVENTEE', 'F', 19600229, 1);"
	    "INSERT INTO patient_name (name_fold, given_fold, birth_date, patient_id) VALUES"
	    " ('exemple', 'dominique', 19600229, 900), ('inventee', 'dominique', 19600229, 900);"
	    "INSERT INTO patient (patient_id, civility, given_name, used_name, birth_name, sex,"
	    " birth_date, created_at_ms) VALUES (901, 'Madame', 'Dominique', 'EXEMPLE',"
	    " 'INVENTEE', 'F', 19600229, 1);"
	    "INSERT INTO patient_name (name_fold, given_fold, birth_date, patient_id) VALUES"
	    " ('exemple', 'dominique', 19600229, 901), ('inventee', 'dominique', 19600229, 901);"
	    "INSERT INTO patient_ins (oid, matricule, key, status, patient_id)"
	    " VALUES ('1.2.250.1.213.1.4.10', '2600299900001', '07', 'QUAL', 900);"
	    "INSERT INTO patient_number (authority, ipp, patient_id)"
	    " VALUES ('990000777', '0900', 900), ('990000777', '0901', 901);"
	    "INSERT INTO consent (patient_id, given, at_ms, operator_name, channel)"
	    " VALUES (900, 1, %lld, 'Alix FICTIF', 'spoken');"
	    "INSERT INTO account (patient_id, role, state, identifier, email, mobile, language,"
	    " password_hash, temp_hash, temp_expires_at_ms, created_at_ms) VALUES (900, 1, 1,"
	    " 'wtm3rhwxhj', 'dominique@example.org', '+33600000090', 'fr', 'x', '', 0, 1);",
	    (long long)clock_from_paris(2026, 1, 15, 9, 0, 0));
	fixture_stop(f);
	fixture_sql(f, sql);
	fixture_start(f);
}
