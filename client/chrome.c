/* SPDX-License-Identifier: MIT */
/*
 * The frame: brand bar, way (steps or sections), rule, message, hints. The hints
 * are those actions of the one list that work on this screen now; help is the
 * first of them and always fits.
 */
#include "client/app_state.h"

#include <stdio.h>
#include <string.h>

#include "client/errtext.h"
#include "client/lang.h"
#include "client/model/dates.h"
#include "client/tr.h"
#include "client/widget/wrap.h"
#include "common/clock.h"
#include "common/text.h"

#include <curses.h>

#define CHROME_GAP	 2
#define CHROME_WORDS_MAX 5 /* rows of a message, in the narrowest window */

void
chrome_add_spot(struct app *app, int y, int x, int w, enum action a, size_t language)
{
	if (app->n_spots == APP_MAX_SPOTS || w <= 0)
		return;
	app->spots[app->n_spots++] = (struct app_spot){
	    .y = y,
	    .x = x,
	    .w = w,
	    .action = a,
	    .language = language,
	};
}

static const struct app_spot *
chrome_spot_near(const struct app *app, int y, int x, int margin)
{
	for (size_t i = 0; i < app->n_spots; i++) {
		const struct app_spot *s = &app->spots[i];

		if (y >= s->y - margin && y <= s->y + margin && x >= s->x && x < s->x + s->w)
			return s;
	}
	return NULL;
}

const struct app_spot *
chrome_spot(const struct app *app, int y, int x)
{
	const struct app_spot *s = chrome_spot_near(app, y, x, 0);

	/* fingers: the rows above and below mean it too */
	return s || !app->options->kiosk ? s : chrome_spot_near(app, y, x, 1);
}

/* ---------------------------------------------------------------- brand bar */

/* "FR  [DE]  EN" */
static int
chrome_draw_languages(struct app *app)
{
	int x = COLS - N_LANGS * 5 - 1;

	for (size_t i = 0; i < N_LANGS; i++, x += 5) {
		const struct lang *l = lang_at(i);
		bool now = l->code == lang_now();
		char text[8];

		snprintf(text, sizeof(text), now ? "[%c%c]" : " %c%c ", l->code[0] - 32,
		    l->code[1] - 32);
		paint_text(0, x, 4, STYLE_BAR, text);
		chrome_add_spot(app, 0, x, 4, ACTION_NONE, i);
	}
	return COLS - N_LANGS * 5 - 1;
}

/* Name and clock, or the clock alone where the screen has a heading of its own;
 * returns the column where it begins. */
static int
chrome_draw_person(struct app *app, bool named)
{
	char clock[DATES_LEN];
	char name[192] = "";
	char text[256];
	int w;

	dates_clock(clock_now_ms(), clock);
	if (named)
		session_name(&app->session, name, sizeof(name));
	snprintf(text, sizeof(text), "%s   %s ", name, clock);
	w = (int)text_width(text);
	w = w < COLS * 2 / 3 ? w : COLS * 2 / 3;
	paint_right(0, COLS - w, w, STYLE_BAR, text);
	return COLS - w;
}

static void
chrome_draw_brand(struct app *app, struct screen *base)
{
	struct area left = {.y = 0, .x = 1, .h = 1};
	const char *region = app->session.region;
	char text[256];
	int end;

	paint_fill(0, 0, COLS, STYLE_BAR);
	if (session_is_open(&app->session))
		end = chrome_draw_person(app, !base->ops->draw_brand);
	else
		end = chrome_draw_languages(app);
	left.w = end - 2;
	if (base->ops->draw_brand) {
		base->ops->draw_brand(base, &left);
		return;
	}
	if (!session_is_open(&app->session) && *region && !(base->ops->contexts & CTX_HOME)) {
		int w = (int)text_width(region) + 2;

		w = w < left.w / 2 ? w : left.w / 2;
		left.w -= w;
		paint_right(0, left.x + left.w, w - 1, STYLE_BAR, region);
	}
	snprintf(text, sizeof(text), "e-mage · %s", _("Imagerie médicale partagée"));
	paint_text(0, 1, left.w, STYLE_BAR, (int)text_width(text) <= left.w ? text : "e-mage");
}

/* ------------------------------------------------------------ message, hints */

/* In one row, or in as many as the words need: those are taken from the room. */
static void
chrome_draw_words(enum style style, const char *text)
{
	struct area a = {.y = LINES - 2, .x = 1, .h = 1, .w = COLS - 2};

	int rows = wrap_rows(a.w, text);

	for (; a.h < rows && a.h < CHROME_WORDS_MAX; a.h++)
		paint_fill(--a.y, 0, COLS, STYLE_PLAIN);
	wrap_draw(&a, style, text);
}

/* The state of the connection, when it is not simply there; false when it is.
 * It stays the same while it is tried again and again: a screen reader reads
 * every change. */
static bool
chrome_draw_link(const struct app *app)
{
	enum link_state state = link_state(app->link);
	int err = link_error(app->link);
	char text[512];
	size_t len;

	if (state == LINK_CONNECTING && err == 0) {
		chrome_draw_words(STYLE_INFO, _("Connexion au serveur…"));
		return true;
	}
	if (state == LINK_READY || state == LINK_ASLEEP)
		return false;
	errtext(err, NULL, text, sizeof(text));
	len = strlen(text);
	snprintf(text + len, sizeof(text) - len, " %s",
	    state == LINK_FAILED ? _("Entrée : réessayer.") : _("Nouvel essai automatique."));
	chrome_draw_words(STYLE_WARN, text);
	return true;
}

/* Where a text is longer than the room. */
static void
chrome_draw_more(void)
{
	bool above, below;

	paint_more_wanted(&above, &below);
	if (above && below)
		chrome_draw_words(STYLE_PLAIN, _("Pg↑ : début du texte, Pg↓ : suite du texte"));
	else if (below)
		chrome_draw_words(STYLE_PLAIN, _("Pg↓ : suite du texte"));
	else if (above)
		chrome_draw_words(STYLE_PLAIN, _("Pg↑ : début du texte"));
}

/* Whose record is open, why, and for how long: on every screen, while nothing else
 * is to be said. */
static void
chrome_draw_record(const struct app *app)
{
	const struct record *r = &app->session.record;
	char left[64];
	char text[512];
	int w;

	record_left_text(r, clock_boot_ms(), left, sizeof(left));
	snprintf(text, sizeof(text), _("encore %s"), left);
	w = (int)text_width(text);
	paint_right(LINES - 2, COLS - 1 - w, w, STYLE_INFO, text);
	snprintf(text, sizeof(text), _("Dossier de %.200s · %.200s"), r->name, r->motive);
	paint_text(LINES - 2, 1, COLS - 4 - w, STYLE_INFO, text);
}

void
chrome_draw_message(struct app *app)
{
	static const enum style styles[] = {
	    [MESSAGE_INFO] = STYLE_INFO,
	    [MESSAGE_WARN] = STYLE_WARN,
	    [MESSAGE_ERROR] = STYLE_ERROR,
	};
	char text[512];

	if (!app->message[0]) {
		if (chrome_draw_link(app))
			return;
		if (record_is_open(&app->session.record))
			chrome_draw_record(app);
		chrome_draw_more();
		return;
	}
	snprintf(text, sizeof(text), "%s%.500s", app->message_kind == MESSAGE_INFO ? "" : "! ",
	    app->message);
	chrome_draw_words(styles[app->message_kind], text);
}

/* Whether the key that the hint names works while letters are text. */
static bool
chrome_has_key(const struct action_row *row, bool text)
{
	return !text || row->keys[0] < ' ' || row->keys[0] >= K_BASE;
}

static bool
chrome_shows(const struct app *app, struct screen *top, enum action a)
{
	const struct action_row *row = action_row(a);
	bool text = top->ops->wants_text && top->ops->wants_text(top);

	if (!row->hint[0] || !(row->contexts & app_contexts(app, top)))
		return false;
	if (a == ACTION_QUIT && app->options->kiosk)
		return false;
	if (a != ACTION_HELP && top->ops->can && !top->ops->can(top, a))
		return false;
	return chrome_has_key(row, text);
}

static int
chrome_hint_width(const struct action_row *row)
{
	return (int)(text_width(_(row->label)) + 1 + text_width(_(row->hint)));
}

/* Columns kept for the way back: on a screen that neither the sections nor a button of
 * its own would leave. */
static int
chrome_back_width(const struct app *app, struct screen *top)
{
	if (top->ops->section != ACTION_NONE || (top->ops->contexts & CTX_OUTSIDE) ||
	    !chrome_shows(app, top, ACTION_BACK))
		return 0;
	return chrome_hint_width(action_row(ACTION_BACK)) + CHROME_GAP;
}

/* As many as there is room for. */
static void
chrome_draw_hints(struct app *app, struct screen *top)
{
	int kept = chrome_back_width(app, top);
	int y = LINES - 1;
	int x = 1;

	for (unsigned a = ACTION_NONE + 1; a < N_ACTIONS; a++) {
		const struct action_row *row = action_row((enum action)a);
		int w;

		if (!chrome_shows(app, top, (enum action)a))
			continue;
		if (a == ACTION_BACK)
			kept = 0;
		w = chrome_hint_width(row);
		/* whole or not at all; the last cell would scroll some terminals */
		if (x + w + kept >= COLS && a != ACTION_HELP)
			continue;
		chrome_add_spot(app, y, x, w, (enum action)a, 0);
		x += paint_text(y, x, COLS - 1 - x, STYLE_KEY, _(row->label)) + 1;
		x += paint_text(y, x, COLS - 1 - x, STYLE_PLAIN, _(row->hint)) + CHROME_GAP;
	}
}

void
chrome_draw(struct app *app, struct screen *base, struct screen *top)
{
	int rule;

	app->n_spots = 0;
	chrome_draw_brand(app, base);
	rule = chrome_way_draw(app, base);
	paint_rule(2, rule, COLS - rule);
	chrome_draw_hints(app, top);
}
