/* SPDX-License-Identifier: MIT */
/*
 * One repaint: every visible screen into ncurses' model, then what has changed
 * to the terminal, then whatever a screen writes past ncurses.
 */
#include "client/app_state.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/tr.h"
#include "client/widget/rows.h"
#include "client/widget/wrap.h"

#include <curses.h>

#define APP_MIN_ROWS	12
#define APP_MIN_COLUMNS 40

static bool
app_too_small(void)
{
	return LINES < APP_MIN_ROWS || COLS < APP_MIN_COLUMNS;
}

static void
app_draw_too_small(void)
{
	struct area all = {.y = 0, .x = 0, .h = LINES, .w = COLS};
	char text[160];

	snprintf(text, sizeof(text), _("Fenêtre trop petite : %d x %d. Il faut au moins %d x %d."),
	    COLS, LINES, APP_MIN_COLUMNS, APP_MIN_ROWS);
	wrap_draw(&all, STYLE_PLAIN, text);
	paint_cursor(0, 0);
}

static void
app_draw_screen(void *arg, const struct area *room)
{
	struct screen *s = arg;

	s->ops->draw(s, room);
}

/* What a person came for: the title and what a widget has named, a table; else, and
 * with a question over it, the whole room. And the message. The bars can wait. */
static void
app_read_first(const struct area *room, bool covered)
{
	bool named = false;

	for (int y = 0; y < LINES && !covered; y++)
		named = named || paint_is_first(y);
	paint_read_first(room->y, named ? 1 : room->h);
	paint_read_first(LINES - CHROME_BOTTOM, 1);
}

static void
app_draw_screens(struct app *app)
{
	struct area room = {
	    .y = CHROME_TOP,
	    .x = 0,
	    .h = LINES - CHROME_TOP - CHROME_BOTTOM,
	    .w = COLS,
	};
	size_t base = app->n_stack - 1;

	while (base > 0 && app->stack[base]->ops->overlay)
		base--;
	chrome_draw(app, app->stack[base], app_top(app));
	for (size_t i = base; i < app->n_stack; i++)
		rows_draw(&room, app_draw_screen, app->stack[i]);
	chrome_draw_message(app);
	app_read_first(&room, base + 1 < app->n_stack);
}

/* For tests: a line for each repaint, whether anything is still to come, and how
 * many bytes of input it answers. */
static void
app_sync(struct app *app)
{
	char line[96];
	bool busy;
	int n;

	app->seq++;
	if (app->sync_fd < 0)
		return;
	busy = app_is_busy(app) || keys_pending(app->keys);
	n = snprintf(line, sizeof(line), "screen=%s seq=%llu %s in=%llu\n",
	    app_too_small() ? "small" : app_top(app)->ops->name, (unsigned long long)app->seq,
	    busy ? "busy" : "idle", (unsigned long long)app->n_input);
	if (write(app->sync_fd, line, (size_t)n) < 0)
		app->sync_fd = -1;
}

void
app_draw(struct app *app)
{
	struct screen *top = app_top(app);
	bool whole = app->whole || app->anew;
	int y, x;

	if (app->anew)
		tty_invalidate(app->tty);
	app->dirty = app->whole = app->anew = false;
	app->hold_until_ms = 0;
	erase();
	paint_begin();
	rows_begin(app->options->kiosk);
	if (app_too_small())
		app_draw_too_small();
	else
		app_draw_screens(app);
	if (!paint_cursor_wanted(&y, &x)) {
		y = LINES - CHROME_BOTTOM;
		x = 0;
	}
	/* a screen with more to send afterwards may have pictures on the terminal */
	tty_paint(app->tty, y, x, !top->ops->painted);
	if (!app_too_small() && top->ops->painted)
		top->ops->painted(top, whole);
	app_sync(app);
}
