/* SPDX-License-Identifier: MIT */
/*
 * A code that takes long: the person who waits for it is told so, with the other way,
 * which then stands ready; when it has left nothing is said any more.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "tests/lib/await.h"
#include "tests/lib/person.h"

static void
value(const char *json, const char *key, char value_r[32])
{
	const char *at = strstr(json, key);

	assert_non_null(at);
	assert_int_equal(sscanf(at + strlen(key), " : \"%31[^\"]", value_r), 1);
}

static struct fixture *
house(struct fixture_patient *p_r)
{
	char *relays = mem_printf("courier.relays=smtp+plain://127.0.0.1:%u", await_free_port());
	const char *sets[] = {"courier.email=smtp", relays, NULL};
	struct fixture *f = fixture_new(sets);
	const char *argv[] = {"emagectl", "patient", "add", "-S", f->socket, "--given-name",
	    "Camille", "--name", "MARTIN", "--birth-date", "1984-05-31", "--email",
	    "camille@example.org", "--mobile", "+33600000042", "--json", NULL};
	char *out;

	fixture_start(f);
	fixture_must_run(f, argv, &out);
	*p_r = (struct fixture_patient){.email = "camille@example.org"};
	value(out, "\"identifier\"", p_r->identifier);
	value(out, "\"temporary_password\"", p_r->temporary);
	free(out);
	free(relays);
	return f;
}

static void
test_told_that_it_takes_long(void **state)
{
	struct pty_stage s = {.fixture = NULL};
	char *clock;
	struct pty *p;

	(void)state;
	s.fixture = house(&s.patient);
	clock = mem_printf("EMAGE_TEST_CLOCK=@%s", s.fixture->clock);
	p = pty_stage_client(
	    &s, &(struct pty_stage_options){.env = (const char *const[]){clock, NULL}});
	assert_true(pty_stage_password(p, s.patient.identifier, s.patient.temporary));
	assert_true(pty_wait_text(p, "Un code d'accès à usage unique vous a été envoyé"));
	fixture_advance(s.fixture, 16000);
	/* a client that sleeps does not see a clock that is moved: a key wakes it */
	pty_send(p, "1");
	assert_true(pty_wait_text(
	    p, "L'envoi prend plus de temps que prévu. Autre envoi possible : mobile."));
	assert_true(pty_wait_text(p, "[mobile"));
	pty_free(&p);
	fixture_free(&s.fixture);
	free(clock);
}

static void
test_told_by_lines(void **state)
{
	struct pty_stage s = {.fixture = NULL};
	char *clock;
	struct person h;

	(void)state;
	s.fixture = house(&s.patient);
	clock = mem_printf("EMAGE_TEST_CLOCK=@%s", s.fixture->clock);
	h = person_new(&s, &(struct pty_stage_options){.term = "vt100",
			       .args = (const char *const[]){"--linear", NULL},
			       .env = (const char *const[]){clock, NULL}});
	answer(&h, "Identifiant : ", s.patient.identifier);
	answer(&h, "Mot de passe : ", s.patient.temporary);
	hear(&h, "vous a été envoyé (e-mail)");
	fixture_advance(s.fixture, 16000);
	answer(&h, "Code d'accès :", "t");
	hear(&h, "L'envoi prend plus de temps que prévu. Autre envoi possible : mobile.");
	answer(&h, "Code d'accès :", "q");
	pty_free(&h.p);
	fixture_free(&s.fixture);
	free(clock);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_told_that_it_takes_long),
	    cmocka_unit_test(test_told_by_lines),
	};

	return cmocka_run_group_tests_name("late", tests, NULL, NULL);
}
