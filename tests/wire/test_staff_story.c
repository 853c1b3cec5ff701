/* SPDX-License-Identifier: MIT */
/*
 * The story of an establishment, played by emage-call from a script: consent and
 * letter, first sign-in, a doctor with a motive, the block, the withdrawal, and the
 * account opened again.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "tests/lib/staff_fixture.h"

struct newcomer {
	char identifier[64], temporary[64];
};

/* An account whose temporary password nobody has used yet. */
static void
add_staff(struct fixture *f, const Emage__StaffAddRequest *rq, struct newcomer *n_r)
{
	struct wire *w = wire_open_local(f);
	const Emage__StaffAddReply *reply;

	assert_int_equal(wire_call(w, METHOD_staff_add, rq), 0);
	reply = (const Emage__StaffAddReply *)w->reply;
	snprintf(n_r->identifier, sizeof(n_r->identifier), "%s", reply->identifier);
	snprintf(n_r->temporary, sizeof(n_r->temporary), "%s", reply->temporary_password);
	wire_free(&w);
}

#define S(text) ((char *)(uintptr_t)(text))

static void
test_story(void **state)
{
	struct fixture *f = fixture_new(NULL);
	Emage__StaffAddRequest desk = EMAGE__STAFF_ADD_REQUEST__INIT;
	Emage__StaffAddRequest doctor = EMAGE__STAFF_ADD_REQUEST__INIT;
	struct newcomer line, paul;
	char rpps[12], *script = fixture_source("tests/wire/staff.script");
	char *vars[6], *server;
	const char *argv[24] = {"emage-call", "-s", NULL, "--ca", f->ca, "--script", script};
	size_t n = 7;

	(void)state;
	fixture_start(f);
	desk.role = EMAGE__ROLE__ROLE_RECEPTION;
	desk.family_name = S("ACCUEIL");
	desk.given_name = S("Line");
	desk.establishment_id = fixture_add_establishment(f, "679900019", "CHU FICTIF");
	desk.email = S("line@exemple.example");
	add_staff(f, &desk, &line);
	staff_directory(f, 7, "SOIGNANT-FICTIF", "Paul", desk.establishment_id, rpps);
	doctor.role = EMAGE__ROLE__ROLE_PROFESSIONAL;
	doctor.family_name = S("SOIGNANT-FICTIF");
	doctor.given_name = S("Paul");
	doctor.rpps = rpps;
	doctor.email = S("paul@exemple.example");
	add_staff(f, &doctor, &paul);
	server = mem_printf("127.0.0.1:%s", f->port);
	argv[2] = server;
	vars[0] = mem_printf("desk=%s", line.identifier);
	vars[1] = mem_printf("desk_temporary=%s", line.temporary);
	vars[2] = mem_printf("doctor=%s", paul.identifier);
	vars[3] = mem_printf("doctor_temporary=%s", paul.temporary);
	vars[4] = mem_printf("maildir=%s", f->maildir);
	vars[5] = mem_printf("contact=noemie@exemple.example");
	for (size_t i = 0; i < ARRAY_LEN(vars); i++) {
		argv[n++] = "--var";
		argv[n++] = vars[i];
	}
	argv[n++] = "--var";
	argv[n] = "ipp=IPP-0042";
	fixture_must_run(f, argv, NULL);
	for (size_t i = 0; i < ARRAY_LEN(vars); i++)
		free(vars[i]);
	free(server);
	free(script);
	fixture_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_story),
	};

	return cmocka_run_group_tests_name("story of an establishment", tests, NULL, NULL);
}
