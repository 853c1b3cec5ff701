/* SPDX-License-Identifier: MIT */
/*
 * Between curses, which everything is drawn into, and the painter of slow lines.
 */
#include "client/tty_slow.h"

#include <limits.h>
#include <string.h>
#include <wchar.h>

#include "client/widget/paint.h"

#include <curses.h>
#include <term.h>

/* Whether a capability is this sequence, delays aside. */
static bool
tty_slow_is(const char *capability, const char *want)
{
	size_t len = strlen(want);

	return capability && strncmp(capability, want, len) == 0 &&
	       (capability[len] == '\0' || strncmp(capability + len, "$<", 2) == 0);
}

bool
tty_slow_can(void)
{
	const char *place = cursor_address ? tparm(cursor_address, 4, 7) : NULL;

	return eat_newline_glitch && change_scroll_region && tty_slow_is(place, "\033[5;8H") &&
	       tty_slow_is(scroll_reverse, "\033M") && tty_slow_is(clr_eol, "\033[K") &&
	       tty_slow_is(clr_eos, "\033[J") && tty_slow_is(enter_bold_mode, "\033[1m") &&
	       tty_slow_is(enter_reverse_mode, "\033[7m");
}

static unsigned
tty_slow_look(attr_t attrs)
{
	return (attrs & A_BOLD ? THRIFT_BOLD : 0u) | (attrs & A_UNDERLINE ? THRIFT_UNDERLINE : 0u) |
	       (attrs & A_REVERSE ? THRIFT_REVERSE : 0u);
}

/* The base and as many of its marks as there is room for. */
static void
tty_slow_encode(const wchar_t *wide, struct thrift_cell *c)
{
	mbstate_t st = {0};

	for (; *wide; wide++) {
		char bytes[MB_LEN_MAX];
		size_t n = wcrtomb(bytes, *wide, &st);

		if (n == (size_t)-1 || c->len + n > sizeof(c->bytes))
			break;
		memcpy(c->bytes + c->len, bytes, n);
		c->len = (uint8_t)(c->len + n);
	}
}

static struct thrift_cell
tty_slow_cell(const cchar_t *from)
{
	wchar_t wide[CCHARW_MAX + 1] = {0};
	struct thrift_cell c = {.width = 1};
	attr_t attrs = 0;
	short pair = 0;

	if (getcchar(from, wide, &attrs, &pair, NULL) == ERR)
		return c;
	c.look = (uint8_t)tty_slow_look(attrs);
	c.width = wcwidth(wide[0]) == 2 ? 2 : 1;
	tty_slow_encode(wide, &c);
	return c;
}

void
tty_slow_take(struct thrift *t)
{
	for (int y = 0; y < LINES; y++) {
		if (paint_take_anew(y))
			thrift_forget_row(t, y);
		if (paint_is_first(y))
			thrift_read_first(t, y);
		for (int x = 0; x < COLS;) {
			struct thrift_cell *to = thrift_cell(t, y, x);
			cchar_t from;

			mvin_wch(y, x, &from);
			*to = tty_slow_cell(&from);
			if (to->len == 0)
				*to = (struct thrift_cell){.bytes = " ", .len = 1, .width = 1};
			x += to->width;
			if (to->width == 2 && x <= COLS)
				to[1] = (struct thrift_cell){.width = 0};
		}
	}
}
