/* SPDX-License-Identifier: MIT */
/*
 * The one program that may run beside this one, and the screen that waits for
 * it.
 */
#include "client/app_state.h"

bool
app_may_spawn(const struct app *app)
{
	return app->options->staff;
}

bool
app_spawn(struct screen *s, const char *name, const char *const args[], struct buf *take_input,
    app_spawned *done)
{
	struct app *app = s->app;
	bool may = app_may_spawn(app) && !app->spawn;

	if (may)
		app->spawn = spawn_new(name, args, take_input);
	buf_release(take_input);
	if (!may || !app->spawn)
		return false;
	app->spawn_screen = s;
	app->spawn_done = done;
	app_repaint(app);
	return true;
}

bool
app_spawns(const struct screen *s)
{
	return s->app->spawn && s->app->spawn_screen == s;
}

void
app_spawn_forget(struct screen *s)
{
	if (s->app->spawn_screen == s)
		s->app->spawn_screen = NULL;
}

void
app_spawn_step(struct app *app, const struct pollfd p[SPAWN_FDS])
{
	struct spawn *ended = app->spawn;
	struct screen *s = app->spawn_screen;
	struct spawn_result result;

	if (!spawn_step(ended, p))
		return;
	/* its screen may start another at once */
	app->spawn = NULL;
	app->spawn_screen = NULL;
	result = spawn_result(ended);
	if (s)
		app->spawn_done(s, &result);
	spawn_free(&ended);
	app_repaint(app);
}
