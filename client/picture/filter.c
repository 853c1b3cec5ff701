/* SPDX-License-Identifier: MIT */
/*
 * Tells a terminal's replies from keystrokes, one character at a time. Only
 * while replies are due: at other times everything is a keystroke at once.
 */
#include "client/picture/probe.h"

#include <stdlib.h>
#include <string.h>

enum filter_state {
	FILTER_IDLE,
	FILTER_ESC,	   /* ESC held */
	FILTER_CSI,	   /* ESC [ ... held */
	FILTER_STRING,	   /* inside ESC P or ESC _, swallowed */
	FILTER_STRING_ESC, /* ESC inside it */
};

enum { CTRL_BEL = 0x07, CTRL_ESC = 0x1b, CTRL_ST = 0x9c };

/* Numbers of "a;b;c"; an empty one is 0. */
static size_t
filter_numbers(const char *s, unsigned *out_r, size_t max)
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

/* CSI ? 62 ; 4 ; 22 c */
static void
filter_take_da1(struct probe_filter *f, struct probe *p, const char *params)
{
	unsigned v[32];
	size_t n = filter_numbers(params, v, 32);

	for (size_t i = 1; i < n; i++)
		if (v[i] == 4)
			p->sixel = true;
	p->fenced = true;
	f->listening = false;
	f->changed = true;
}

/* CSI ? item ; status ; value [; value] S, answers of XTSMGRAPHICS. */
static void
filter_take_graphics(struct probe *p, const char *params)
{
	unsigned v[4] = {0};
	size_t n = filter_numbers(params, v, 4);

	if (n < 3 || v[1] != 0)
		return;
	if (v[0] == 1) {
		p->sixel_registers = v[2];
	} else if (v[0] == 2 && n == 4) {
		p->sixel_max_width = v[2];
		p->sixel_max_height = v[3];
	}
}

/* CSI 6 ; height ; width t (a character), CSI 4 ; ... t (the text area). */
static bool
filter_take_size(struct probe *p, const char *params)
{
	unsigned v[3] = {0};

	if (filter_numbers(params, v, 3) < 3 || (v[0] != 4 && v[0] != 6))
		return false;
	if (v[0] == 6 && v[1] <= 512 && v[2] <= 512) {
		p->cell_height = v[1];
		p->cell_width = v[2];
	} else if (v[0] == 4) {
		p->area_height = v[1];
		p->area_width = v[2];
	}
	return true;
}

/* Whether the held control sequence was a reply. */
static bool
filter_take_csi(struct probe_filter *f, struct probe *p)
{
	char params[PROBE_HELD_MAX];
	char final = (char)f->held[f->n_held - 1];
	size_t n = 0;

	for (unsigned i = 2; i + 1 < f->n_held; i++)
		params[n++] = (char)f->held[i];
	params[n] = '\0';

	if (params[0] == '?' && final == 'c') {
		filter_take_da1(f, p, params + 1);
		return true;
	}
	if (params[0] == '?' && final == 'S') {
		filter_take_graphics(p, params + 1);
		return true;
	}
	if (final == 't')
		return filter_take_size(p, params);
	if (final == 'n' && strcmp(params, "0") == 0 && f->fences_due > 0) {
		f->fences_due--;
		return true;
	}
	return false;
}

/* The text of ESC P ... or ESC _ ... */
static void
filter_take_string(struct probe_filter *f, struct probe *p)
{
	const char *s = f->text;
	size_t n = 0;

	f->text[f->n_text] = '\0';
	if (f->held[1] == '_') {
		if (strcmp(s, "Gi=31;OK") == 0)
			p->kitty = true;
		return;
	}
	if (strncmp(s, ">|", 2) != 0)
		return; /* XTGETTCAP: a hint that nothing here needs */
	for (s += 2; *s != '\0' && n + 1 < sizeof(p->name); s++)
		if (*s >= ' ' && *s <= '~')
			p->name[n++] = *s;
	p->name[n] = '\0';
	if (strncmp(p->name, "iTerm2", 6) == 0 || strncmp(p->name, "WezTerm", 7) == 0 ||
	    strncmp(p->name, "mintty", 6) == 0)
		p->iterm2 = true;
}

static void
filter_forget(struct probe_filter *f)
{
	f->state = FILTER_IDLE;
	f->n_held = f->n_text = 0;
}

/* What is held, then c unless it is 0, become keystrokes. */
static size_t
filter_release(struct probe_filter *f, uint32_t c)
{
	size_t n = f->n_held;

	memcpy(f->keys, f->held, n * sizeof(f->held[0]));
	if (c != 0)
		f->keys[n++] = c;
	filter_forget(f);
	return n;
}

static void
filter_hold(struct probe_filter *f, uint32_t c, unsigned state)
{
	f->held[f->n_held++] = c;
	f->state = state;
}

static size_t
filter_feed_esc(struct probe_filter *f, uint32_t c)
{
	size_t n;

	if (c == '[') {
		filter_hold(f, c, FILTER_CSI);
		return 0;
	}
	if ((c == 'P' || c == '_') && f->listening) {
		filter_hold(f, c, FILTER_STRING);
		return 0;
	}
	if (c != CTRL_ESC)
		return filter_release(f, c);
	n = filter_release(f, 0);
	filter_hold(f, c, FILTER_ESC);
	return n;
}

static size_t
filter_feed_csi(struct probe_filter *f, struct probe *p, uint32_t c)
{
	if (c < 0x20 || c > 0x7e || f->n_held + 1 >= PROBE_HELD_MAX)
		return filter_release(f, c);
	filter_hold(f, c, FILTER_CSI);
	if (c < 0x40)
		return 0;
	if (!filter_take_csi(f, p))
		return filter_release(f, 0);
	filter_forget(f);
	return 0;
}

/* A control character (Enter, say) or too long a text: it was no reply. */
static size_t
filter_feed_string(struct probe_filter *f, struct probe *p, uint32_t c)
{
	bool ends = c == CTRL_BEL || c == CTRL_ST || (f->state == FILTER_STRING_ESC && c == '\\');

	if (ends) {
		filter_take_string(f, p);
		filter_forget(f);
		return 0;
	}
	if (c == CTRL_ESC) {
		f->state = FILTER_STRING_ESC;
		return 0;
	}
	if (c < 0x20 || f->n_text + 1 >= sizeof(f->text)) {
		filter_forget(f);
		f->keys[0] = c;
		return 1;
	}
	f->state = FILTER_STRING;
	f->text[f->n_text++] = c < 0x7f ? (char)c : '?';
	return 0;
}

size_t
probe_feed(struct probe_filter *f, struct probe *p, uint32_t c)
{
	switch ((enum filter_state)f->state) {
	case FILTER_ESC:
		return filter_feed_esc(f, c);
	case FILTER_CSI:
		return filter_feed_csi(f, p, c);
	case FILTER_STRING:
	case FILTER_STRING_ESC:
		return filter_feed_string(f, p, c);
	case FILTER_IDLE:
		break;
	}
	if (c == CTRL_ESC && (f->listening || f->fences_due > 0)) {
		filter_hold(f, c, FILTER_ESC);
		return 0;
	}
	f->keys[0] = c;
	return 1;
}

bool
probe_holding(const struct probe_filter *f)
{
	/* inside a reply's text one waits for its end */
	return f->n_held > 0 && f->n_text == 0;
}

size_t
probe_flush(struct probe_filter *f)
{
	return probe_holding(f) ? filter_release(f, 0) : 0;
}
