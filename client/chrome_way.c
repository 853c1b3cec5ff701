/* SPDX-License-Identifier: MIT */
/*
 * The way: the three steps of signing in, or the sections of a personal space, in
 * row 1. Where that is too narrow the blanks give way first, then what has no room
 * goes on in row 2, whose rule begins behind it; only the narrowest windows cut
 * the ends of labels. A finger then has two rows for each: the one above row 1,
 * the one below row 2.
 */
#include "client/app_state.h"

#include <stdio.h>

#include "client/tr.h"
#include "common/mem.h"
#include "common/text.h"

#include <curses.h>

#define CHROME_WAY_MAX	   12
#define CHROME_WAY_ROWS	   2
#define CHROME_STEPS_GAP   6 /* room for two cells of rule */
#define CHROME_LABEL_LEAST 2

static const char *const chrome_way_steps[] = {
    N_("1. Authentification"),
    N_("2. Envoi du code d'accès"),
    N_("3. Accès au portail"),
};

struct chrome_way_item {
	char text[96]; /* brackets included */
	int w;	       /* columns that it takes from the way */
	int lead;      /* its bracket stands in a blank of the gap */
	bool now;
	enum action action;
	int y, x, shown; /* where it is drawn, and how much of it */
};

struct chrome_way {
	struct chrome_way_item items[CHROME_WAY_MAX];
	size_t n;
	int gap;
	int end; /* column behind the last in row 2; 0: row 2 is not in use */
};

/* Labels but the current one are at most `max` wide. False: no room. */
static bool
chrome_way_lay(struct chrome_way *way, int gap, int rows, int max)
{
	int y = 1, x = 1;

	way->gap = gap;
	for (size_t i = 0; i < way->n; i++) {
		struct chrome_way_item *it = &way->items[i];
		int w = it->now || it->w < max ? it->w : max;

		if (x + w + it->lead > COLS) {
			if (++y > rows)
				return false;
			x = 1;
		}
		it->y = y;
		it->x = x - it->lead;
		it->shown = w + 2 * it->lead;
		x += w + gap;
	}
	way->end = y > 1 ? x - gap + 1 : 0;
	return true;
}

static void
chrome_way_fit(struct chrome_way *way, int gap)
{
	for (; gap >= 1; gap--)
		if (chrome_way_lay(way, gap, 1, COLS))
			return;
	for (int max = COLS; max >= CHROME_LABEL_LEAST; max--)
		if (chrome_way_lay(way, 1, CHROME_WAY_ROWS, max))
			return;
}

static void
chrome_way_set_steps(struct chrome_way *way, size_t now)
{
	way->n = ARRAY_LEN(chrome_way_steps);
	for (size_t i = 0; i < way->n; i++) {
		struct chrome_way_item *it = &way->items[i];

		it->now = i == now;
		snprintf(
		    it->text, sizeof(it->text), it->now ? "[%s]" : "%s", _(chrome_way_steps[i]));
		it->w = (int)text_width(it->text);
	}
}

static void
chrome_way_set_sections(struct chrome_way *way, struct app *app)
{
	enum action current = app_section(app);
	const struct section *s;

	for (; way->n < CHROME_WAY_MAX && (s = section_at(app->session.role, way->n)); way->n++) {
		struct chrome_way_item *it = &way->items[way->n];

		it->action = s->action;
		it->now = s->action == current;
		it->lead = it->now;
		it->w = (int)text_width(_(s->label));
		snprintf(it->text, sizeof(it->text), it->now ? "[%s]" : "%s", _(s->label));
	}
}

int
chrome_way_draw(struct app *app, struct screen *base)
{
	struct area row = {.y = 1, .x = 1, .h = 1, .w = COLS - 2};
	bool steps = base->ops->step > 0;
	struct chrome_way way = {0};

	if (base->ops->draw_way) {
		base->ops->draw_way(base, &row);
		return 0;
	}
	if (steps)
		chrome_way_set_steps(&way, base->ops->step - 1);
	else if (session_is_open(&app->session))
		chrome_way_set_sections(&way, app);
	if (!steps || !chrome_way_lay(&way, CHROME_STEPS_GAP, 1, COLS))
		chrome_way_fit(&way, steps ? 2 : 3);
	for (size_t i = 0; i < way.n; i++) {
		const struct chrome_way_item *it = &way.items[i];

		paint_text(
		    it->y, it->x, it->shown, it->now ? STYLE_CURRENT : STYLE_PLAIN, it->text);
		if (!steps)
			chrome_add_spot(app, it->y, it->x, it->shown + way.gap, it->action, 0);
		else if (way.gap == CHROME_STEPS_GAP && i + 1 < way.n)
			paint_rule(it->y, it->x + it->shown + 2, 2);
	}
	return way.end;
}
