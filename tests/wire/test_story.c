/* SPDX-License-Identifier: MIT */
/*
 * The guide's whole story, played by emage-call from a script.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/mem.h"
#include "tests/lib/pty_stage.h"

static void
test_story(void **state)
{
	struct pty_stage *s = pty_stage_new(false);
	char *script = fixture_source("tests/wire/story.script");
	char *address = mem_printf("127.0.0.1:%s", s->fixture->port);
	char *identifier = mem_printf("identifier=%s", s->patient.identifier);
	char *temporary = mem_printf("temporary=%s", s->patient.temporary);
	char *maildir = mem_printf("maildir=%s", s->fixture->maildir);
	const char *argv[] = {"emage-call", "-s", address, "--ca", s->fixture->ca, "--script",
	    script, "--var", identifier, "--var", temporary, "--var", maildir, "--var",
	    "password=ma phrase de passe à moi", "--var", "other=une autre phrase de passe", NULL};

	(void)state;
	fixture_must_run(s->fixture, argv, NULL);
	free(script);
	free(address);
	free(identifier);
	free(temporary);
	free(maildir);
	pty_stage_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_story),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
