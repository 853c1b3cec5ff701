/* SPDX-License-Identifier: MIT */
/*
 * The screens of one's own account, as text under version control, in each
 * language and without colour.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "tests/lib/golden.h"
#include "tests/lib/pty_stage.h"

struct look {
	unsigned rows, columns;
	const char *language; /* of the client */
	const char *name;     /* of the golden files */
	const char *theme;    /* NULL = as it comes */
};

static const struct look looks[] = {
    {24, 80, "fr", "fr", NULL},
    {20, 60, "fr", "fr", NULL},
    {40, 120, "fr", "fr", NULL},
    {24, 80, "de", "de", NULL},
    {24, 80, "en", "en", NULL},
    {24, 80, "fr", "fr-mono", "mono"},
};

static struct pty *
looks_client(struct pty_stage *s, const struct look *l)
{
	const char *theme[] = {"--theme", l->theme, NULL};

	return pty_stage_client(s, &(struct pty_stage_options){
				       .rows = l->rows,
				       .columns = l->columns,
				       .language = l->language,
				       .args = l->theme ? theme : NULL,
				   });
}

static void
looks_golden(struct pty *p, const struct look *l, const char *name)
{
	assert_true(golden_matches(p, name, l->name));
}

static void
looks_key(struct pty *p, enum pty_key key)
{
	pty_key(p, key);
	assert_true(pty_wait_idle(p));
}

static void
looks_type(struct pty *p, const char *keys)
{
	pty_send(p, keys);
	assert_true(pty_wait_idle(p));
}

/* ------------------------------------------------------------ before signing in */

static void
looks_outside(struct pty_stage *s, const struct look *l)
{
	struct pty *p = looks_client(s, l);

	assert_true(pty_wait_screen(p, "signin"));
	for (int i = 0; i < 3; i++)
		looks_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "forgot"));
	looks_golden(p, l, "forgot");
	looks_type(p, "PERSONNE\r");
	looks_golden(p, l, "forgot-sent");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "signin"));
	looks_key(p, PTY_KEY_TAB);
	looks_key(p, PTY_KEY_TAB);
	looks_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "undo"));
	looks_golden(p, l, "undo");
	looks_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "signin"));
	pty_key(p, PTY_KEY_F0 + 6);
	assert_true(pty_wait_screen(p, "support"));
	looks_golden(p, l, "support-outside");
	looks_key(p, PTY_KEY_ESCAPE);
	pty_key(p, PTY_KEY_F0 + 5);
	assert_true(pty_wait_screen(p, "faq"));
	looks_key(p, PTY_KEY_DOWN);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "answer"));
	looks_golden(p, l, "answer");
	pty_free(&p);
}

/* --------------------------------------------------------------------- settings */

/* Goes down the settings to its n-th button and opens it. */
static void
looks_open(struct pty *p, unsigned item, const char *screen)
{
	pty_send(p, "4");
	assert_true(pty_wait_screen(p, "settings"));
	for (unsigned i = 0; i < item; i++)
		looks_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, screen));
}

static void
looks_leave(struct pty *p)
{
	pty_send(p, "\x1b");
	assert_true(pty_wait_screen(p, "settings"));
	/* another section and back: the first button again */
	looks_type(p, "1");
	assert_true(pty_wait_screen(p, "exams"));
}

static void
looks_inside(struct pty_stage *s, const struct look *l)
{
	struct pty *p;

	pty_stage_next_day(s);
	p = looks_client(s, l);
	assert_true(pty_stage_sign_in(p, s));
	pty_send(p, "4");
	assert_true(pty_wait_screen(p, "settings"));
	assert_true(pty_wait_text(p, "camille@example.org"));
	looks_golden(p, l, "settings");
	looks_type(p, "1");
	looks_open(p, 0, "contact");
	looks_golden(p, l, "contact");
	looks_leave(p);
	looks_open(p, 2, "password");
	looks_type(p, "mot de passe actuel\tun nouveau mot de passe\tun nouveau");
	looks_golden(p, l, "password");
	looks_leave(p);
	looks_open(p, 6, "totp");
	looks_golden(p, l, "totp");
	looks_leave(p);
	looks_open(p, 8, "export");
	looks_type(p, "\x15~/mes-examens.tar");
	looks_golden(p, l, "export");
	looks_leave(p);
	looks_open(p, 9, "consent");
	looks_golden(p, l, "consent");
	looks_leave(p);
	pty_free(&p);
}

static void
looks_all(void **state, size_t i)
{
	looks_outside(*state, &looks[i]);
	looks_inside(*state, &looks[i]);
}

static void
test_80x24(void **state)
{
	looks_all(state, 0);
}

static void
test_60x20(void **state)
{
	looks_all(state, 1);
}

static void
test_120x40(void **state)
{
	looks_all(state, 2);
}

static void
test_german(void **state)
{
	looks_all(state, 3);
}

static void
test_english(void **state)
{
	looks_all(state, 4);
}

static void
test_mono(void **state)
{
	looks_all(state, 5);
}

/* An identifier and dates that are always the same. */
static int
looks_set_up(void **state)
{
	int rc = pty_stage_set_up(state);
	struct pty_stage *s = *state;
	char sql[768];

	if (rc != 0)
		return rc;
	fixture_stop(s->fixture);
	snprintf(sql, sizeof(sql),
	    "UPDATE account SET identifier = 'wtm3rhwxhj', password_changed_at_ms = %lld;"
	    "INSERT INTO consent (patient_id, given, at_ms, operator_name, establishment_id)"
	    " SELECT patient_id, 1, %lld, 'x', (SELECT min(establishment_id) FROM establishment"
	    " WHERE name = '" STAGE_PLACE "') FROM account;",
	    (long long)clock_from_paris(2026, 3, 2, 9, 0, 0),
	    (long long)clock_from_paris(2026, 1, 15, 9, 0, 0));
	fixture_sql(s->fixture, sql);
	fixture_start(s->fixture);
	snprintf(s->patient.identifier, sizeof(s->patient.identifier), "WTM3RHWXHJ");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_80x24),
	    cmocka_unit_test(test_60x20),
	    cmocka_unit_test(test_120x40),
	    cmocka_unit_test(test_german),
	    cmocka_unit_test(test_english),
	    cmocka_unit_test(test_mono),
	};

	return cmocka_run_group_tests_name(
	    "settings looks", tests, looks_set_up, pty_stage_tear_down);
}
