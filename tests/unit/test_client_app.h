/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_CLIENT_APP_H
#define EMAGE_TESTS_UNIT_TEST_CLIENT_APP_H

#include "tests/lib/check.h"

#include "client/app_state.h"
#include "common/mem.h"
#include "tests/unit/test_client.h"

/* The app without a terminal and without a server: screens are pushed, keys go
 * in, cells come out. */

static struct region regions[] = {
    {.name = (char *)(uintptr_t) "Alsace"},
    {.name = (char *)(uintptr_t) "Lorraine"},
};

static const struct options options = {0};

static inline struct app *
new_app(void)
{
	struct app *app = mem_new(sizeof(*app));

	app->options = &options;
	app->conf = (struct clientconf){.regions = regions, .n_regions = 2};
	app->sync_fd = -1;
	session_init(&app->session);
	app->link =
	    link_new(&app->session, EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL, &app_link_hooks, app);
	return app;
}

static inline void
free_app(struct app *app)
{
	app_clear_stack(app);
	app_bury(app);
	link_free(&app->link);
	signin_clear(&app->signin);
	session_release(&app->session);
	free(app);
}

static inline void
open_session(struct app *app)
{
	Emage__AuthCodeReply r = EMAGE__AUTH_CODE_REPLY__INIT;
	uint8_t token[32] = {7};

	r.token.data = token;
	r.token.len = sizeof(token);
	r.role = EMAGE__ROLE__ROLE_PATIENT;
	r.display_name = (char *)(uintptr_t) "Camille MARTIN";
	r.civility = (char *)(uintptr_t) "Madame";
	r.idle_limit_s = 600;
	r.absolute_limit_s = 3600;
	session_take_open(&app->session, &r);
}

static inline struct event
key(uint32_t k)
{
	return test_key(k);
}

static inline void
send(struct app *app, uint32_t k)
{
	struct event ev = key(k);

	app_event(app, &ev);
	app_bury(app);
}

static inline void
check_frame(int rows, int columns)
{
	int y, x;

	assert_true(paint_cursor_wanted(&y, &x));
	assert_in_range(y, 0, rows - 1);
	assert_in_range(x, 0, columns - 1);
	if (rows < 12 || columns < 40) {
		assert_true(columns < 39 || strstr(test_row(0), "39 x 11") != NULL);
		return;
	}
	assert_int_equal(strncmp(test_row(rows - 1), " F1/? ", 6), 0);
	/* hints are whole or not there: no ellipsis */
	assert_null(strstr(test_row(rows - 1), "…"));
}

/* Walks through the focus of a screen; each time the frame holds. */
static inline void
walk(struct app *app, int rows, int columns)
{
	for (int step = 0; step < 12; step++) {
		test_cells_clear();
		app_draw(app);
		check_frame(rows, columns);
		app_act(app, step % 5 == 4 ? ACTION_DOWN : ACTION_NEXT);
	}
}

#endif
