/* SPDX-License-Identifier: MIT */
/*
 * Themes: one table, style by theme. Nothing else in the client names a colour,
 * but for pictures.
 */
#include "client/theme.h"

#include <string.h>

#include <curses.h>

struct theme_look {
	short fg, bg;
	attr_t attr;
};

static const char *const theme_names[N_THEMES] = {
    [THEME_DARK] = "sombre",
    [THEME_LIGHT] = "clair",
    [THEME_CONTRAST] = "contraste",
    [THEME_MONO] = "mono",
};

static const struct theme_look theme_table[N_THEMES][N_STYLES] =
    {
	[THEME_DARK] =
	    {
		[STYLE_PLAIN] = {COLOR_WHITE, COLOR_BLACK, A_NORMAL},
		[STYLE_BAR] = {COLOR_WHITE, COLOR_BLUE, A_BOLD},
		[STYLE_TITLE] = {COLOR_WHITE, COLOR_BLACK, A_BOLD},
		[STYLE_LABEL] = {COLOR_CYAN, COLOR_BLACK, A_NORMAL},
		[STYLE_FIELD] = {COLOR_WHITE, COLOR_BLACK, A_NORMAL},
		[STYLE_FOCUS] = {COLOR_WHITE, COLOR_BLACK, A_REVERSE},
		[STYLE_CURRENT] = {COLOR_CYAN, COLOR_BLACK, A_BOLD},
		[STYLE_DIM] = {COLOR_WHITE, COLOR_BLACK, A_DIM},
		[STYLE_INFO] = {COLOR_GREEN, COLOR_BLACK, A_BOLD},
		[STYLE_WARN] = {COLOR_YELLOW, COLOR_BLACK, A_BOLD},
		[STYLE_ERROR] = {COLOR_WHITE, COLOR_RED, A_BOLD},
		[STYLE_KEY] = {COLOR_WHITE, COLOR_BLACK, A_BOLD},
		[STYLE_FOUND] = {COLOR_BLACK, COLOR_YELLOW, A_NORMAL},
		[STYLE_LIGHT] = {COLOR_BLACK, COLOR_WHITE, A_NORMAL},
		[STYLE_DARK] = {COLOR_WHITE, COLOR_BLACK, A_NORMAL},
	    },
	[THEME_LIGHT] =
	    {
		[STYLE_PLAIN] = {COLOR_BLACK, COLOR_WHITE, A_NORMAL},
		[STYLE_BAR] = {COLOR_WHITE, COLOR_BLUE, A_BOLD},
		[STYLE_TITLE] = {COLOR_BLACK, COLOR_WHITE, A_BOLD},
		[STYLE_LABEL] = {COLOR_BLUE, COLOR_WHITE, A_NORMAL},
		[STYLE_FIELD] = {COLOR_BLACK, COLOR_WHITE, A_NORMAL},
		[STYLE_FOCUS] = {COLOR_WHITE, COLOR_BLACK, A_NORMAL},
		[STYLE_CURRENT] = {COLOR_BLUE, COLOR_WHITE, A_BOLD},
		[STYLE_DIM] = {COLOR_BLACK, COLOR_WHITE, A_DIM},
		[STYLE_INFO] = {COLOR_BLUE, COLOR_WHITE, A_BOLD},
		[STYLE_WARN] = {COLOR_RED, COLOR_WHITE, A_BOLD},
		[STYLE_ERROR] = {COLOR_WHITE, COLOR_RED, A_BOLD},
		[STYLE_KEY] = {COLOR_BLACK, COLOR_WHITE, A_BOLD},
		[STYLE_FOUND] = {COLOR_BLACK, COLOR_YELLOW, A_NORMAL},
		[STYLE_LIGHT] = {COLOR_BLACK, COLOR_WHITE, A_NORMAL},
		[STYLE_DARK] = {COLOR_WHITE, COLOR_BLACK, A_NORMAL},
	    },
	[THEME_CONTRAST] =
	    {
		[STYLE_PLAIN] = {COLOR_WHITE, COLOR_BLACK, A_BOLD},
		[STYLE_BAR] = {COLOR_BLACK, COLOR_YELLOW, A_NORMAL},
		[STYLE_TITLE] = {COLOR_YELLOW, COLOR_BLACK, A_BOLD},
		[STYLE_LABEL] = {COLOR_YELLOW, COLOR_BLACK, A_BOLD},
		[STYLE_FIELD] = {COLOR_WHITE, COLOR_BLACK, A_BOLD | A_UNDERLINE},
		[STYLE_FOCUS] = {COLOR_BLACK, COLOR_YELLOW, A_NORMAL},
		[STYLE_CURRENT] = {COLOR_BLACK, COLOR_WHITE, A_NORMAL},
		[STYLE_DIM] = {COLOR_WHITE, COLOR_BLACK, A_NORMAL},
		[STYLE_INFO] = {COLOR_WHITE, COLOR_BLACK, A_BOLD},
		[STYLE_WARN] = {COLOR_YELLOW, COLOR_BLACK, A_BOLD},
		[STYLE_ERROR] = {COLOR_BLACK, COLOR_WHITE, A_NORMAL},
		[STYLE_KEY] = {COLOR_YELLOW, COLOR_BLACK, A_BOLD},
		[STYLE_FOUND] = {COLOR_BLACK, COLOR_YELLOW, A_NORMAL},
		[STYLE_LIGHT] = {COLOR_BLACK, COLOR_WHITE, A_NORMAL},
		[STYLE_DARK] = {COLOR_WHITE, COLOR_BLACK, A_NORMAL},
	    },
	[THEME_MONO] =
	    {
		[STYLE_BAR] = {0, 0, A_REVERSE},
		[STYLE_TITLE] = {0, 0, A_BOLD},
		[STYLE_FOCUS] = {0, 0, A_REVERSE},
		[STYLE_CURRENT] = {0, 0, A_BOLD},
		[STYLE_WARN] = {0, 0, A_BOLD},
		[STYLE_ERROR] = {0, 0, A_BOLD},
		[STYLE_KEY] = {0, 0, A_BOLD},
		[STYLE_FOUND] = {0, 0, A_UNDERLINE},
		[STYLE_LIGHT] = {0, 0, A_REVERSE},
	    },
};

/* Set once at start: the theme in force. */
static enum theme theme_now = THEME_MONO;
/* On a slow line a word in bold costs as much as a word: there it is left to what is
 * wrong. Brackets, the focus mark and places say the rest. */
static bool theme_spares_bold;

bool
theme_by_name(const char *name, enum theme *theme_r)
{
	for (unsigned i = 0; i < N_THEMES; i++) {
		if (strcmp(name, theme_names[i]) != 0)
			continue;
		*theme_r = (enum theme)i;
		return true;
	}
	return false;
}

enum theme
theme_start(enum theme wish)
{
	theme_now = THEME_MONO;
	if (wish == THEME_MONO || !has_colors() || start_color() == ERR || COLORS < 8 ||
	    COLOR_PAIRS <= N_STYLES)
		return theme_now;
	theme_now = wish;
	/* The screen's own ground, not the terminal's: accents that read well on
	 * one would vanish on the other. */
	if (wish == THEME_LIGHT)
		assume_default_colors(COLOR_BLACK, COLOR_WHITE);
	else
		assume_default_colors(COLOR_WHITE, COLOR_BLACK);
	for (unsigned i = 0; i < N_STYLES; i++) {
		const struct theme_look *l = &theme_table[theme_now][i];

		init_pair((short)(i + 1), l->fg, l->bg);
	}
	return theme_now;
}

unsigned
theme_attr(enum style style)
{
	attr_t attr = theme_table[theme_now][style].attr;

	if (theme_spares_bold && style != STYLE_WARN && style != STYLE_ERROR)
		attr &= ~A_BOLD;
	return attr;
}

void
theme_spare_bold(void)
{
	theme_spares_bold = true;
}

/* That of the first style with these colours: between two of them nothing needs
 * to be sent. */
short
theme_pair(enum style style)
{
	const struct theme_look *l = &theme_table[theme_now][style];
	short pair = 1;

	if (theme_now == THEME_MONO)
		return 0;
	for (const struct theme_look *other = theme_table[theme_now];
	     other->fg != l->fg || other->bg != l->bg; other++)
		pair++;
	return pair;
}

short
theme_first_free_pair(void)
{
	return N_STYLES + 1;
}
