/* SPDX-License-Identifier: MIT */
/*
 * Every screen, in French, at the three sizes that count, as text under
 * version control: tests/ui/golden. The real client on a real server.
 */
#include "tests/lib/check.h"

#include "client/rpc.h"
#include "common/mem.h"
#include "tests/lib/golden.h"
#include "tests/lib/pty_stage.h"
#include "tests/lib/wire.h"

struct size {
	unsigned rows, columns;
};

static const struct size sizes[] = {
    {.rows = 24, .columns = 80}, {.rows = 20, .columns = 60}, {.rows = 40, .columns = 120}};

/* Plain characters, so that pictures are text too. */
static const char *const plain[] = {"--graphics", "plain", NULL};

static struct pty *
screens_client(struct pty_stage *s, const struct size *size)
{
	struct pty_stage_options o = {
	    .rows = size->rows,
	    .columns = size->columns,
	    .args = plain,
	};

	return pty_stage_client(s, &o);
}

static void
screens_help(struct pty *p, const char *name)
{
	pty_key(p, PTY_KEY_F0 + 1);
	assert_true(pty_wait_screen(p, "help"));
	assert_true(golden_matches(p, name, "fr"));
	pty_key(p, PTY_KEY_ESCAPE);
}

static void
screens_of_exam(struct pty *p)
{
	assert_true(pty_stage_choose(p, STAGE_IMAGES_AT));
	assert_true(golden_matches(p, "exams-focus", "fr"));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "report"));
	assert_true(pty_wait_text(p, "Indication"));
	assert_true(golden_matches(p, "report", "fr"));
	pty_send(p, "/");
	assert_true(pty_wait_idle(p));
	pty_send(p, "mediastin\r");
	assert_true(pty_wait_idle(p));
	assert_true(golden_matches(p, "report-search", "fr"));
	pty_send(p, "i");
	assert_true(pty_wait_screen(p, "viewer"));
	assert_true(pty_wait_no_text(p, "Chargement"));
	assert_true(pty_wait_text(p, "C 40 L 400"));
	assert_true(golden_matches(p, "viewer", "fr"));
	pty_send(p, "t");
	assert_true(pty_wait_screen(p, "series"));
	assert_true(golden_matches(p, "series", "fr"));
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "viewer"));
	screens_help(p, "help-viewer");
	assert_true(pty_wait_screen(p, "viewer"));
	pty_send(p, "q");
	assert_true(pty_wait_screen(p, "report"));
	pty_send(p, "q");
	assert_true(pty_wait_screen(p, "exams"));
}

static void
screens_at(struct pty_stage *s, const struct size *size)
{
	struct pty *p;

	pty_stage_next_day(s);
	p = screens_client(s, size);
	assert_true(pty_wait_screen(p, "signin"));
	assert_true(golden_matches(p, "signin", "fr"));
	screens_help(p, "help-signin");
	assert_true(pty_stage_password(p, s->patient.identifier, s->patient.password));
	assert_true(pty_wait_screen(p, "code"));
	assert_true(golden_matches(p, "code", "fr"));
	assert_true(pty_stage_code(p, s));
	assert_true(pty_wait_screen(p, "exams"));
	assert_true(pty_wait_text(p, "ECHO-DOPPLER"));
	assert_true(golden_matches(p, "exams", "fr"));
	screens_of_exam(p);
	pty_send(p, "0");
	assert_true(pty_wait_screen(p, "dialog"));
	assert_true(golden_matches(p, "logout", "fr"));
	pty_free(&p);
}

static void
test_80x24(void **state)
{
	screens_at(*state, &sizes[0]);
}

static void
test_60x20(void **state)
{
	screens_at(*state, &sizes[1]);
}

static void
test_120x40(void **state)
{
	screens_at(*state, &sizes[2]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_80x24),
	    cmocka_unit_test(test_60x20),
	    cmocka_unit_test(test_120x40),
	};

	return cmocka_run_group_tests_name("screens", tests, pty_stage_set_up, pty_stage_tear_down);
}
