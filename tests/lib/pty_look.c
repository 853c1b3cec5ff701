/* SPDX-License-Identifier: MIT */
/*
 * One play, in each look.
 */
#include "tests/lib/pty_look.h"

#include <stdlib.h>

#include "tests/lib/check.h"

#include "common/clock.h"
#include "common/mem.h"
#include "tests/lib/golden.h"

#define LOOK_MAX_ARGS 16

static struct pty_look looks[] = {
    {"80x24", 24, 80, "fr", "fr", NULL, 0},
    {"60x20", 20, 60, "fr", "fr", NULL, 1},
    {"120x40", 40, 120, "fr", "fr", NULL, 2},
    {"german", 24, 80, "de", "de", NULL, 3},
    {"english", 24, 80, "en", "en", NULL, 4},
    {"mono", 24, 80, "fr", "fr-mono", "mono", 5},
};

/* Of the one group that a program runs. */
static struct {
	struct pty_stage *stage;
	int (*set_up)(void **state);
	void (*play)(struct pty_stage *s, const struct pty_look *l);
} look_run;

struct pty *
pty_look_client(
    const struct pty_stage *s, const struct pty_look *l, const char *const *args, bool bare)
{
	const char *all[LOOK_MAX_ARGS] = {NULL};
	size_t n = 0;

	if (l->theme) {
		all[n++] = "--theme";
		all[n++] = l->theme;
	}
	for (; args && *args && n + 1 < LOOK_MAX_ARGS; args++)
		all[n++] = *args;
	return pty_stage_client(s, &(struct pty_stage_options){
				       .rows = l->rows,
				       .columns = l->columns,
				       .language = l->language,
				       .args = all,
				       .bare = bare,
				   });
}

void
pty_look_golden(struct pty *p, const struct pty_look *l, const char *name)
{
	assert_true(golden_matches(p, name, l->name));
}

void
pty_look_help(struct pty *p, const struct pty_look *l, const char *screen)
{
	char *name = mem_printf("help-%s", screen);

	pty_key(p, PTY_KEY_F0 + 1);
	assert_true(pty_wait_screen(p, "help"));
	pty_look_golden(p, l, name);
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, screen));
	free(name);
}

void
pty_look_day(struct pty_stage *s, int day)
{
	int64_t at_ms = clock_from_paris(2031, 1, day, 14, 32, 0);

	fixture_advance(s->fixture, at_ms - clock_now_ms() - s->fixture->shift_ms);
	pty_stage_new_mailbox(s);
}

static int
look_set_up(void **state)
{
	int rc = look_run.set_up(state);

	look_run.stage = *state;
	*state = NULL; /* it would be each test's, in the place of the look */
	return rc;
}

static int
look_tear_down(void **state)
{
	*state = look_run.stage;
	return pty_stage_tear_down(state);
}

static void
look_test(void **state)
{
	look_run.play(look_run.stage, *state);
}

int
pty_look_run(const char *group, int (*set_up)(void **state),
    void (*play)(struct pty_stage *s, const struct pty_look *l))
{
	struct CMUnitTest tests[ARRAY_LEN(looks)];

	for (size_t i = 0; i < ARRAY_LEN(looks); i++)
		tests[i] = (struct CMUnitTest){
		    .name = looks[i].title,
		    .test_func = look_test,
		    .initial_state = &looks[i],
		};
	look_run.set_up = set_up;
	look_run.play = play;
	return _cmocka_run_group_tests(group, tests, ARRAY_LEN(tests), look_set_up, look_tear_down);
}
