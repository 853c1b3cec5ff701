/* SPDX-License-Identifier: MIT */
/*
 * What the terminal answered, and what follows for the way pictures are drawn.
 */
#include "client/picture/probe.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"

/* Everything in one write; DA1 last, because every terminal answers that. */
const char PROBE_QUESTIONS[] = "\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\" /* kitty? */
			       "\033P+q544e\033\\"			    /* XTGETTCAP TN */
			       "\033[>0q"				    /* XTVERSION */
			       "\033[?1;1;0S"				    /* registers */
			       "\033[?2;1;0S"				    /* sixel size */
			       "\033[16t\033[14t"			    /* pixels */
			       "\033[c";

static const char *const WISH_NAMES[] = {
    [PROBE_AUTO] = "auto",
    [PROBE_WISH_KITTY] = "kitty",
    [PROBE_WISH_SIXEL] = "sixel",
    [PROBE_WISH_ITERM] = "iterm",
    [PROBE_WISH_HALF] = "half",
    [PROBE_WISH_SHADE] = "shade",
    [PROBE_WISH_PLAIN] = "plain",
    [PROBE_WISH_NONE] = "none",
};

static const char *const WAY_NAMES[N_PICTURE_WAYS] = {
    [PICTURE_KITTY] = "kitty",
    [PICTURE_SIXEL] = "sixel",
    [PICTURE_ITERM2] = "iterm2",
    [PICTURE_CELLS_TRUE] = "half-24bit",
    [PICTURE_CELLS_256] = "half-256",
    [PICTURE_CELLS_16] = "half-16",
    [PICTURE_SHADE] = "shade",
    [PICTURE_PLAIN] = "plain",
    [PICTURE_NONE] = "none",
};

const char *
picture_way_name(enum picture_way way)
{
	return WAY_NAMES[way < N_PICTURE_WAYS ? way : PICTURE_NONE];
}

bool
probe_wish_by_name(const char *name, enum probe_wish *wish_r)
{
	*wish_r = PROBE_AUTO;
	if (name == NULL)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(WISH_NAMES); i++) {
		if (strcmp(name, WISH_NAMES[i]) == 0) {
			*wish_r = (enum probe_wish)i;
			return true;
		}
	}
	return false;
}

static bool
probe_starts(const char *s, const char *front)
{
	return s != NULL && strncmp(s, front, strlen(front)) == 0;
}

static bool
probe_is_multiplexed(const struct probe_env *env)
{
	return env->in_tmux || probe_starts(env->term, "tmux") || probe_starts(env->term, "screen");
}

/* Terminals of glass and phosphor, and the Linux console: letters only. */
static bool
probe_is_old(const struct probe_env *env)
{
	return env->term == NULL || strcmp(env->term, "dumb") == 0 || probe_starts(env->term, "vt");
}

static bool
probe_is_console(const struct probe_env *env)
{
	return probe_starts(env->term, "linux");
}

static bool
probe_is_24bit(const struct probe_env *env)
{
	const char *c = env->colorterm;
	size_t len = strlen(env->term);

	if (c != NULL && (strcmp(c, "truecolor") == 0 || strcmp(c, "24bit") == 0))
		return true;
	return env->n_colors >= 1 << 24 || (len > 7 && strcmp(env->term + len - 7, "-direct") == 0);
}

/* Colours, whatever terminfo's entry says: a terminal that tells its version has
 * 256 of them, though many run as plain "xterm" with 8. */
static int
probe_n_colors(const struct probe *p, const struct probe_env *env)
{
	return p->name[0] != '\0' && env->n_colors < 256 ? 256 : env->n_colors;
}

/* Half blocks in the depth that there is. */
static enum picture_way
probe_choose_half(const struct probe *p, const struct probe_env *env)
{
	if (probe_is_24bit(env))
		return PICTURE_CELLS_TRUE;
	return probe_n_colors(p, env) >= 256 ? PICTURE_CELLS_256 : PICTURE_CELLS_16;
}

static enum picture_way
probe_choose_symbols(const struct probe *p, const struct probe_env *env)
{
	if (!env->is_utf8 || probe_is_old(env))
		return PICTURE_PLAIN;
	/* the fonts of the Linux console have no half blocks */
	if (env->no_color || probe_n_colors(p, env) < 16 || probe_is_console(env))
		return PICTURE_SHADE;
	return probe_choose_half(p, env);
}

static enum picture_way
probe_choose_auto(const struct probe *p, const struct probe_env *env)
{
	const char *program = env->term_program;
	bool iterm2 = p->iterm2 || (program != NULL && (strcmp(program, "iTerm.app") == 0 ||
							   strcmp(program, "WezTerm") == 0));

	if (probe_is_multiplexed(env) || probe_is_old(env) || probe_is_console(env))
		return probe_choose_symbols(p, env);
	if (p->kitty)
		return PICTURE_KITTY;
	if (p->sixel)
		return PICTURE_SIXEL;
	return iterm2 ? PICTURE_ITERM2 : probe_choose_symbols(p, env);
}

enum picture_way
probe_choose(const struct probe *p, const struct probe_env *env, enum probe_wish wish)
{
	switch (wish) {
	case PROBE_WISH_KITTY:
		return PICTURE_KITTY;
	case PROBE_WISH_SIXEL:
		return PICTURE_SIXEL;
	case PROBE_WISH_ITERM:
		return PICTURE_ITERM2;
	case PROBE_WISH_HALF:
		return env->is_utf8 && env->term != NULL ? probe_choose_half(p, env)
							 : PICTURE_PLAIN;
	case PROBE_WISH_SHADE:
		return env->is_utf8 ? PICTURE_SHADE : PICTURE_PLAIN;
	case PROBE_WISH_PLAIN:
		return PICTURE_PLAIN;
	case PROBE_WISH_NONE:
		return PICTURE_NONE;
	case PROBE_AUTO:
		break;
	}
	return probe_choose_auto(p, env);
}

bool
probe_should_ask(const struct probe_env *env)
{
	return !probe_is_old(env) && !probe_is_console(env) && !probe_is_multiplexed(env);
}

int
probe_patience_ms(const struct probe_env *env)
{
	return env->is_remote ? 1000 : 300;
}

/* Numbers of "a;b;c"; an empty one is 0. */
static size_t
probe_numbers(const char *s, unsigned *out_r, size_t max)
{
	size_t n = 0;

	while (n < max) {
		char *end;
		unsigned long v = strtoul(s, &end, 10);
		out_r[n++] = v > 100000 ? 100000 : (unsigned)v;
		if (*end != ';')
			break;
		s = end + 1;
	}
	return n;
}

/* CSI ? 62 ; 4 ; 22 c: the class, then what it can do. */
static enum probe_reply
probe_reply_da1(struct probe *p, const char *params)
{
	unsigned v[32];
	size_t n = probe_numbers(params, v, 32);

	for (size_t i = 1; i < n; i++)
		if (v[i] == 4)
			p->sixel = true;
	p->fenced = true;
	return PROBE_REPLY_LAST;
}

/* CSI ? item ; status ; value [; value] S: XTSMGRAPHICS. */
static enum probe_reply
probe_reply_graphics(struct probe *p, const char *params)
{
	unsigned v[4] = {0};
	size_t n = probe_numbers(params, v, 4);

	if (n >= 3 && v[0] == 1 && v[1] == 0)
		p->sixel_registers = v[2];
	if (n == 4 && v[0] == 2 && v[1] == 0) {
		p->sixel_max_width = v[2];
		p->sixel_max_height = v[3];
	}
	return PROBE_REPLY_ANSWER;
}

/* CSI 6 ; height ; width t (a character), CSI 4 ; ... t (the text area). */
static enum probe_reply
probe_reply_size(struct probe *p, const char *params)
{
	unsigned v[3] = {0};

	if (probe_numbers(params, v, 3) < 3)
		return PROBE_REPLY_NONE;
	if (v[0] == 6) {
		p->cell_height = v[1];
		p->cell_width = v[2];
	} else if (v[0] == 4) {
		p->area_height = v[1];
		p->area_width = v[2];
	}
	return PROBE_REPLY_ANSWER;
}

static enum probe_reply
probe_reply_version(struct probe *p, const char *name)
{
	size_t n = 0;

	while (*name >= ' ' && *name <= '~' && n + 1 < sizeof(p->name))
		p->name[n++] = *name++;
	p->name[n] = '\0';
	if (probe_starts(p->name, "iTerm2") || probe_starts(p->name, "WezTerm"))
		p->iterm2 = true;
	return PROBE_REPLY_ANSWER;
}

enum probe_reply
probe_reply(struct probe *p, const char *bytes, size_t len)
{
	char s[256], last;

	if (len < 3 || len >= sizeof(s) || bytes[0] != '\033')
		return PROBE_REPLY_NONE;
	memcpy(s, bytes, len);
	s[len] = '\0';
	last = s[len - 1];
	if (s[1] == '[' && s[2] == '?' && last == 'c')
		return probe_reply_da1(p, s + 3);
	if (s[1] == '[' && s[2] == '?' && last == 'S')
		return probe_reply_graphics(p, s + 3);
	if (s[1] == '[' && last == 't')
		return probe_reply_size(p, s + 2);
	if (strcmp(s, "\033[0n") == 0)
		return PROBE_REPLY_FENCE;
	if (probe_starts(s, "\033_Gi=31;")) {
		p->kitty = probe_starts(s, "\033_Gi=31;OK");
		return PROBE_REPLY_ANSWER;
	}
	if (probe_starts(s, "\033P>|"))
		return probe_reply_version(p, s + 4);
	return PROBE_REPLY_NONE;
}

/* A size that no character has says nothing. */
static bool
probe_is_cell(unsigned width, unsigned height)
{
	return width >= 2 && height >= 4 && width <= 512 && height <= 512;
}

void
probe_cell_size(const struct probe *p, int rows, int columns, int kernel_width, int kernel_height,
    unsigned *width_r, unsigned *height_r)
{
	*width_r = p->cell_width;
	*height_r = p->cell_height;
	if (!probe_is_cell(*width_r, *height_r)) {
		*width_r = kernel_width > 0 ? (unsigned)kernel_width : 0;
		*height_r = kernel_height > 0 ? (unsigned)kernel_height : 0;
	}
	if (!probe_is_cell(*width_r, *height_r) && rows > 0 && columns > 0) {
		*width_r = p->area_width / (unsigned)columns;
		*height_r = p->area_height / (unsigned)rows;
	}
	if (!probe_is_cell(*width_r, *height_r)) {
		*width_r = 8;
		*height_r = 16;
	}
}
