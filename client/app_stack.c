/* SPDX-License-Identifier: MIT */
/*
 * The stack of screens. A screen that is popped while one of its functions
 * runs is freed at the end of the turn.
 */
#include "client/app_state.h"

#include <string.h>

struct screen *
app_top(const struct app *app)
{
	return app->n_stack > 0 ? app->stack[app->n_stack - 1] : NULL;
}

unsigned
app_contexts(const struct app *app, const struct screen *s)
{
	unsigned own = s->ops->contexts;

	return own & CTX_SPACE ? own | section_contexts(app->session.role) : own;
}

static void
app_cover(struct screen *s, bool is_covered)
{
	if (s && s->ops->covered)
		s->ops->covered(s, is_covered);
}

static void
app_kill(struct app *app, struct screen *s)
{
	app_forget_all(s);
	app_spawn_forget(s);
	s->wake_at_ms = 0;
	s->next_dead = app->dead;
	app->dead = s;
}

void
app_push(struct app *app, struct screen *s)
{
	if (app->n_stack == APP_MAX_SCREENS) { /* no way of screens is that deep */
		app_kill(app, s);
		return;
	}
	app_cover(app_top(app), true);
	app->stack[app->n_stack++] = s;
	app_repaint(app);
}

void
app_pop(struct app *app, struct screen *s)
{
	size_t i = app->n_stack;

	while (i > 0 && app->stack[i - 1] != s)
		i--;
	if (i == 0)
		return;
	/* what stands on it goes with it */
	while (app->n_stack >= i) {
		app_cover(app_top(app), true);
		app_kill(app, app_top(app));
		app->n_stack--;
	}
	app_cover(app_top(app), false);
	if (app_top(app) && (app_top(app)->ops->contexts & CTX_HOME))
		link_sleep(app->link); /* another region may be next */
	app->whole = true;
	app_repaint(app);
}

void
app_drop_parked(struct app *app)
{
	if (app->parked)
		app_kill(app, app->parked);
	app->parked = NULL;
}

void
app_park(struct app *app, struct screen *s)
{
	while (app_top(app) && app_top(app) != s) /* help, a question */
		app_pop(app, app_top(app));
	if (!app_top(app))
		return;
	app_drop_parked(app);
	app_forget_all(s);
	app->parked = s;
	app->n_stack--;
	app_repaint(app);
}

struct screen *
app_unpark(struct app *app, const char *name)
{
	struct screen *s = app->parked;

	if (!s || strcmp(s->ops->name, name) != 0)
		return NULL;
	app->parked = NULL;
	return s;
}

bool
app_open_section(struct app *app, const struct section *section)
{
	size_t at = 0;

	while (at < app->n_stack && app->stack[at]->ops->section != section->action)
		at++;
	if (at + 1 == app->n_stack)
		return false;
	/* the first section stays below the others, with its filter */
	at = at < app->n_stack ? at : 0;
	if (at + 1 < app->n_stack)
		app_pop(app, app->stack[at + 1]);
	if (app->stack[at]->ops->section != section->action) {
		struct screen *s = section->open(app);

		if (s)
			app_push(app, s);
	}
	return true;
}

void
app_leave_section(struct app *app, enum action section)
{
	for (size_t i = 0; i < app->n_stack; i++) {
		if (app->stack[i]->ops->section != section)
			continue;
		app_pop(app, app->stack[i]);
		return;
	}
}

enum action
app_section(const struct app *app)
{
	for (size_t i = app->n_stack; i > 0; i--)
		if (app->stack[i - 1]->ops->section != ACTION_NONE)
			return app->stack[i - 1]->ops->section;
	return ACTION_NONE;
}

void
app_clear_stack(struct app *app)
{
	if (app->n_stack > 0)
		app_pop(app, app->stack[0]);
}

void
app_restart(struct app *app, struct screen *s)
{
	app_clear_stack(app);
	app_push(app, s);
}

void
app_bury(struct app *app)
{
	while (app->dead) {
		struct screen *s = app->dead;

		app->dead = s->next_dead;
		s->ops->free(s);
	}
}
