/* SPDX-License-Identifier: MIT */
/*
 * libvterm behind a small face: screen, scrollback, cursor and answers.
 * libvterm 0.1 tells nothing of CSI 3 J (erase the scrollback) and sets only the
 * first of several modes in one sequence (xterm's CSI ? 1006 ; 1000 h): both
 * are followed here.
 */
#include "tests/lib/pty_screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vterm.h>

#include "common/mem.h"
#include "common/text.h"
#include "tests/lib/pty.h"

#define SCROLLBACK_MAX 2000u

enum scan_state { SCAN_TEXT, SCAN_ESC, SCAN_CSI, SCAN_STRING, SCAN_STRING_ESC };

struct pty_screen {
	VTerm *vt;
	VTermScreen *screen;
	unsigned rows, columns;
	VTermPos cursor;
	bool visible, alternate, mouse;
	unsigned bells;
	char **scrollback; /* oldest first */
	unsigned n_scrollback;
	enum scan_state scan;
	char csi[16]; /* parameters of the control sequence under way */
	size_t csi_len;
};

static int
screen_on_cursor(VTermPos pos, VTermPos old, int visible, void *user)
{
	struct pty_screen *s = user;

	(void)old;
	(void)visible;
	s->cursor = pos;
	return 1;
}

static int
screen_on_prop(VTermProp prop, VTermValue *val, void *user)
{
	struct pty_screen *s = user;

	if (prop == VTERM_PROP_CURSORVISIBLE)
		s->visible = val->boolean != 0;
	else if (prop == VTERM_PROP_ALTSCREEN)
		s->alternate = val->boolean != 0;
	else if (prop == VTERM_PROP_MOUSE)
		s->mouse = val->number != VTERM_PROP_MOUSE_NONE;
	return 1;
}

static int
screen_on_bell(void *user)
{
	((struct pty_screen *)user)->bells++;
	return 1;
}

/* Appends the characters of one cell; the length grows at most to out_len - 1. */
static void
screen_put_cell(const VTermScreenCell *cell, char *out, size_t *len, size_t out_len)
{
	char utf8[4];
	size_t n;
	int i;

	if (cell->chars[0] == 0 && *len + 1 < out_len)
		out[(*len)++] = ' ';
	for (i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0; i++) {
		if (cell->chars[i] == (uint32_t)-1)
			return; /* second half of a wide character */
		n = text_encode(cell->chars[i], utf8);
		if (*len + n >= out_len)
			return;
		memcpy(out + *len, utf8, n);
		*len += n;
	}
}

static void
screen_trim(char *row, size_t len)
{
	while (len > 0 && row[len - 1] == ' ')
		len--;
	row[len] = '\0';
}

static int
screen_on_scroll(int columns, const VTermScreenCell *cells, void *user)
{
	struct pty_screen *s = user;
	size_t room = (size_t)columns * 4 * VTERM_MAX_CHARS_PER_CELL + 1, len = 0;
	char *row = mem_new(room);
	int i;

	for (i = 0; i < columns; i++)
		screen_put_cell(&cells[i], row, &len, room);
	screen_trim(row, len);
	if (s->n_scrollback == SCROLLBACK_MAX) {
		free(s->scrollback[0]);
		memmove(s->scrollback, s->scrollback + 1,
		    (SCROLLBACK_MAX - 1) * sizeof(*s->scrollback));
		s->n_scrollback--;
	}
	s->scrollback[s->n_scrollback++] = row;
	return 1;
}

static const VTermScreenCallbacks screen_callbacks = {
    .movecursor = screen_on_cursor,
    .settermprop = screen_on_prop,
    .bell = screen_on_bell,
    .sb_pushline = screen_on_scroll,
};

struct pty_screen *
pty_screen_new(unsigned rows, unsigned columns)
{
	struct pty_screen *s = mem_new(sizeof(*s));

	s->rows = rows;
	s->columns = columns;
	s->visible = true;
	s->scrollback = mem_new_array(SCROLLBACK_MAX, sizeof(*s->scrollback));
	s->vt = vterm_new((int)rows, (int)columns);
	vterm_set_utf8(s->vt, 1);
	s->screen = vterm_obtain_screen(s->vt);
	vterm_screen_set_callbacks(s->screen, &screen_callbacks, s);
	vterm_screen_enable_altscreen(s->screen, 1);
	vterm_screen_reset(s->screen, 1);
	return s;
}

static void
screen_erase_scrollback(struct pty_screen *s)
{
	while (s->n_scrollback > 0)
		free(s->scrollback[--s->n_scrollback]);
}

void
pty_screen_free(struct pty_screen **sp)
{
	struct pty_screen *s = *sp;

	*sp = NULL;
	if (s == NULL)
		return;
	screen_erase_scrollback(s);
	free(s->scrollback);
	vterm_free(s->vt);
	free(s);
}

void
pty_screen_resize(struct pty_screen *s, unsigned rows, unsigned columns)
{
	s->rows = rows;
	s->columns = columns;
	vterm_set_size(s->vt, (int)rows, (int)columns);
	vterm_screen_flush_damage(s->screen);
}

/* The modes behind the first, one by one. */
static void
screen_more_modes(struct pty_screen *s, char final)
{
	char one[24];
	char *mode = strchr(s->csi, ';'), *end;
	int n;

	for (; mode != NULL; mode = end) {
		end = strchr(++mode, ';');
		n = snprintf(one, sizeof(one), "\033[?%.*s%c",
		    (int)(end != NULL ? end - mode : (ptrdiff_t)strlen(mode)), mode, final);
		vterm_input_write(s->vt, one, (size_t)n);
	}
}

static void
screen_end_csi(struct pty_screen *s, char final)
{
	s->csi[s->csi_len] = '\0';
	if (final == 'J' && strcmp(s->csi, "3") == 0)
		screen_erase_scrollback(s);
	else if ((final == 'h' || final == 'l') && s->csi[0] == '?')
		screen_more_modes(s, final);
}

/* Follows the stream beside libvterm. True when a control sequence has just
 * ended, whose effect must come between the bytes before and after it. */
static bool
screen_scan(struct pty_screen *s, char c)
{
	unsigned char u = (unsigned char)c;

	switch (s->scan) {
	case SCAN_TEXT:
		if (u == 0x1B)
			s->scan = SCAN_ESC;
		return false;
	case SCAN_ESC:
		s->csi_len = 0;
		s->scan = SCAN_TEXT;
		if (c == '[')
			s->scan = SCAN_CSI;
		else if (strchr("]P_^X", c) != NULL && c != '\0')
			s->scan = SCAN_STRING;
		else if (u >= 0x20 && u <= 0x2F)
			s->scan = SCAN_ESC; /* intermediate: ESC ( B */
		return false;
	case SCAN_CSI:
		if (u >= 0x40 && u <= 0x7E) {
			s->scan = SCAN_TEXT;
			return true;
		}
		if (s->csi_len + 1 < sizeof(s->csi))
			s->csi[s->csi_len++] = c;
		return false;
	case SCAN_STRING:
		if (u == 0x1B)
			s->scan = SCAN_STRING_ESC;
		else if (u == 0x07)
			s->scan = SCAN_TEXT;
		return false;
	case SCAN_STRING_ESC:
		s->scan = c == '\\' ? SCAN_TEXT : SCAN_STRING;
		return false;
	}
	return false;
}

void
pty_screen_feed(struct pty_screen *s, const char *bytes, size_t len)
{
	size_t i, from = 0;

	for (i = 0; i < len; i++) {
		if (!screen_scan(s, bytes[i]))
			continue;
		vterm_input_write(s->vt, bytes + from, i + 1 - from);
		from = i + 1;
		screen_end_csi(s, bytes[i]);
	}
	if (from < len)
		vterm_input_write(s->vt, bytes + from, len - from);
	vterm_screen_flush_damage(s->screen);
}

size_t
pty_screen_answers(struct pty_screen *s, char *out_r, size_t len)
{
	return vterm_output_read(s->vt, out_r, len);
}

void
pty_screen_key(struct pty_screen *s, int key)
{
	static const VTermKey keys[N_PTY_KEYS] = {
	    [PTY_KEY_UP] = VTERM_KEY_UP,
	    [PTY_KEY_DOWN] = VTERM_KEY_DOWN,
	    [PTY_KEY_LEFT] = VTERM_KEY_LEFT,
	    [PTY_KEY_RIGHT] = VTERM_KEY_RIGHT,
	    [PTY_KEY_PAGE_UP] = VTERM_KEY_PAGEUP,
	    [PTY_KEY_PAGE_DOWN] = VTERM_KEY_PAGEDOWN,
	    [PTY_KEY_HOME] = VTERM_KEY_HOME,
	    [PTY_KEY_END] = VTERM_KEY_END,
	    [PTY_KEY_DELETE] = VTERM_KEY_DEL,
	    [PTY_KEY_BACKSPACE] = VTERM_KEY_BACKSPACE,
	    [PTY_KEY_ENTER] = VTERM_KEY_ENTER,
	    [PTY_KEY_ESCAPE] = VTERM_KEY_ESCAPE,
	    [PTY_KEY_TAB] = VTERM_KEY_TAB,
	};

	if (key > PTY_KEY_F0)
		vterm_keyboard_key(s->vt,
		    (VTermKey)(VTERM_KEY_FUNCTION_0 + (unsigned)(key - PTY_KEY_F0)),
		    VTERM_MOD_NONE);
	else if (key == PTY_KEY_BACKTAB)
		vterm_keyboard_key(s->vt, VTERM_KEY_TAB, VTERM_MOD_SHIFT);
	else if (key > 0 && key < N_PTY_KEYS)
		vterm_keyboard_key(s->vt, keys[key], VTERM_MOD_NONE);
}

void
pty_screen_click(struct pty_screen *s, unsigned row, unsigned column)
{
	vterm_mouse_move(s->vt, (int)row, (int)column, VTERM_MOD_NONE);
	vterm_mouse_button(s->vt, 1, true, VTERM_MOD_NONE);
	vterm_mouse_button(s->vt, 1, false, VTERM_MOD_NONE);
}

unsigned
pty_screen_rows(const struct pty_screen *s)
{
	return s->rows;
}

unsigned
pty_screen_columns(const struct pty_screen *s)
{
	return s->columns;
}

void
pty_screen_cursor(const struct pty_screen *s, unsigned *row_r, unsigned *column_r)
{
	*row_r = (unsigned)s->cursor.row;
	*column_r = (unsigned)s->cursor.col;
}

bool
pty_screen_cursor_visible(const struct pty_screen *s)
{
	return s->visible;
}

bool
pty_screen_alternate(const struct pty_screen *s)
{
	return s->alternate;
}

bool
pty_screen_mouse(const struct pty_screen *s)
{
	return s->mouse;
}

unsigned
pty_screen_bells(const struct pty_screen *s)
{
	return s->bells;
}

void
pty_screen_row(const struct pty_screen *s, unsigned row, char *out_r, size_t out_len)
{
	VTermScreenCell cell;
	VTermPos pos = {.row = (int)row, .col = 0};
	size_t len = 0;

	for (; pos.col < (int)s->columns; pos.col++)
		if (vterm_screen_get_cell(s->screen, pos, &cell))
			screen_put_cell(&cell, out_r, &len, out_len);
	screen_trim(out_r, len);
}

unsigned
pty_screen_attrs(const struct pty_screen *s, unsigned row, unsigned column)
{
	VTermPos pos = {.row = (int)row, .col = (int)column};
	VTermScreenCell cell;
	unsigned attrs = 0;

	if (!vterm_screen_get_cell(s->screen, pos, &cell))
		return 0;
	if (cell.attrs.bold)
		attrs |= PTY_BOLD;
	if (cell.attrs.underline)
		attrs |= PTY_UNDERLINE;
	if (cell.attrs.reverse)
		attrs |= PTY_REVERSE;
	if (!VTERM_COLOR_IS_DEFAULT_FG(&cell.fg))
		attrs |= PTY_FOREGROUND;
	if (!VTERM_COLOR_IS_DEFAULT_BG(&cell.bg))
		attrs |= PTY_BACKGROUND;
	return attrs;
}

char *
pty_screen_text(const struct pty_screen *s, bool with_scrollback)
{
	size_t room = (size_t)s->columns * 4 * VTERM_MAX_CHARS_PER_CELL + 2;
	char *text, *row = mem_new(room);
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	unsigned i;

	if (f == NULL)
		abort();
	for (i = 0; i < s->rows; i++) {
		pty_screen_row(s, i, row, room);
		fprintf(f, "%s\n", row);
	}
	for (i = 0; with_scrollback && i < s->n_scrollback; i++)
		fprintf(f, "%s\n", s->scrollback[i]);
	fclose(f);
	free(row);
	return text;
}
