/* SPDX-License-Identifier: MIT */
/*
 * A sheet's lines: said by its screen, measured, scrolled, drawn.
 */
#include "client/screen/sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/widget/wrap.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"

#define SHEET_TEXT_MAX	   1024
#define SHEET_FIELD_COLUMN 46 /* widest field */
#define SHEET_DATE_COLUMNS 12
#define SHEET_BUTTON_GAP   3

enum sheet_kind {
	SHEET_TEXT,
	SHEET_FIELD,
	SHEET_CHECK,
	SHEET_RULE,
	SHEET_ROW,
	SHEET_BUTTONS,
	SHEET_GAP,
};

struct sheet_line {
	enum sheet_kind kind;
	enum style style;
	char *text, *value;
	size_t item, n;
	bool kept;
	int rows;
};

struct sheet_flow {
	struct sheet *sheet;
	struct sheet_line lines[SHEET_MAX_LINES];
	size_t n;
	int y, x, w; /* of the line being drawn */
	int label, row_label;
};

/* -------------------------------------------------------------------- lines */

static struct sheet_line *
sheet_line(struct sheet_flow *f, enum sheet_kind kind, const char *text)
{
	struct sheet_line *l = &f->lines[f->n < SHEET_MAX_LINES ? f->n++ : SHEET_MAX_LINES - 1];

	free(l->text);
	free(l->value);
	*l = (struct sheet_line){.kind = kind, .item = SHEET_NONE, .rows = 1};
	l->text = mem_strdup(text);
	return l;
}

void
sheet_text(struct sheet_flow *f, enum style style, const char *fmt, ...)
{
	char text[SHEET_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sheet_line(f, SHEET_TEXT, text)->style = style;
	secret_wipe(text, sizeof(text));
}

void
sheet_field(struct sheet_flow *f, const char *label, size_t item)
{
	sheet_line(f, SHEET_FIELD, label)->item = item;
}

void
sheet_check(struct sheet_flow *f, size_t item)
{
	sheet_line(f, SHEET_CHECK, "")->item = item;
}

void
sheet_rule(struct sheet_flow *f, bool kept, const char *text)
{
	sheet_line(f, SHEET_RULE, text)->kept = kept;
}

void
sheet_row(struct sheet_flow *f, const char *label, const char *value, size_t item)
{
	struct sheet_line *l = sheet_line(f, SHEET_ROW, label);

	l->value = mem_strdup(value);
	l->item = item;
}

void
sheet_buttons(struct sheet_flow *f, size_t first, size_t n)
{
	struct sheet_line *l = sheet_line(f, SHEET_BUTTONS, "");

	l->item = first;
	l->n = n;
}

void
sheet_gap(struct sheet_flow *f)
{
	sheet_line(f, SHEET_GAP, "");
}

/* ------------------------------------------------------------------- layout */

static int
sheet_item_width(const struct sheet_flow *f, size_t item)
{
	const struct item *it = &f->sheet->items[item];

	if (it->kind == ITEM_CHOICE)
		return 16;
	return form_width(&f->sheet->form, item);
}

/* Rows that buttons need, one beside the other as long as there is room; draws
 * them when asked to, from row y on. */
static int
sheet_flow_buttons(struct sheet_flow *f, const struct sheet_line *l, bool draw)
{
	int indent = f->label > 0 ? f->label + 2 : 1;
	int at = indent;
	int rows = 1;

	for (size_t i = l->item; i < l->item + l->n; i++) {
		int w = sheet_item_width(f, i);

		if (f->sheet->items[i].hidden)
			continue;
		if (at > indent && at + w > f->w) {
			at = indent;
			rows++;
		}
		if (at + w > f->w)
			at = f->w - w > 1 ? f->w - w : 1;
		if (draw)
			form_draw(&f->sheet->form, i, f->y + rows - 1, f->x + at, w);
		at += w + SHEET_BUTTON_GAP;
	}
	return rows;
}

/* A row whose label, value and button do not stand side by side has the value
 * below, in as many rows as it needs. */
static bool
sheet_row_is_tall(const struct sheet_flow *f, const struct sheet_line *l)
{
	int item = l->item == SHEET_NONE ? 0 : sheet_item_width(f, l->item) + 2;

	return (int)text_width(l->text) > f->row_label ||
	       f->row_label + 2 + (int)text_width(l->value) + item > f->w;
}

/* Columns for the value of a tall row, beside its item. */
static int
sheet_row_room(const struct sheet_flow *f, const struct sheet_line *l)
{
	return f->w - 2 - (l->item == SHEET_NONE ? 0 : sheet_item_width(f, l->item) + 2);
}

static int
sheet_row_rows(const struct sheet_flow *f, const struct sheet_line *l)
{
	int rows;

	if (!sheet_row_is_tall(f, l))
		return 1;
	rows = wrap_rows(sheet_row_room(f, l), l->value);
	return 1 + (rows > 1 ? rows : 1);
}

static int
sheet_rows(struct sheet_flow *f, const struct sheet_line *l)
{
	switch (l->kind) {
	case SHEET_TEXT:
		return wrap_rows(f->w, l->text);
	case SHEET_RULE:
		return wrap_rows(f->w - 4, l->text);
	case SHEET_ROW:
		return sheet_row_rows(f, l);
	case SHEET_BUTTONS:
		return sheet_flow_buttons(f, l, false);
	default:
		return 1;
	}
}

static void
sheet_measure(struct sheet_flow *f, int h)
{
	int all = 0, gaps = 0;

	for (size_t i = 0; i < f->n; i++) {
		struct sheet_line *l = &f->lines[i];
		int w = (int)text_width(l->text);

		if (l->kind == SHEET_FIELD && w > f->label)
			f->label = w;
		if (l->kind == SHEET_ROW && w > f->row_label)
			f->row_label = w;
	}
	if (f->label > f->w - 8) /* the label stands above */
		f->label = f->w / 2;
	if (f->row_label > f->w / 2)
		f->row_label = f->w / 2;
	for (size_t i = 0; i < f->n; i++) {
		f->lines[i].rows = sheet_rows(f, &f->lines[i]);
		all += f->lines[i].rows;
		gaps += f->lines[i].kind == SHEET_GAP;
	}
	for (size_t i = 0; i < f->n && all > h && gaps > 0; i++) {
		if (f->lines[i].kind != SHEET_GAP)
			continue;
		f->lines[i].rows = 0;
		all--;
		gaps--;
	}
}

static bool
sheet_line_has(const struct sheet_line *l, size_t item)
{
	if (l->kind == SHEET_BUTTONS)
		return item >= l->item && item < l->item + l->n;
	return l->item == item;
}

/* Scrolls until the line with the focus is there; at the first item one sees
 * the beginning. What was scrolled by hand stays until the focus moves. */
static void
sheet_scroll(struct sheet_flow *f, int h)
{
	struct sheet *s = f->sheet;
	int at = 0, from = 0, to = 0;

	for (size_t i = 0; i < f->n; at += f->lines[i].rows, i++) {
		if (!sheet_line_has(&f->lines[i], s->form.focus))
			continue;
		from = at;
		to = at + f->lines[i].rows;
	}
	s->rows = at;
	s->room = h;
	s->loose = s->loose && s->form.focus == s->told;
	s->told = s->form.focus;
	if (!s->loose && to <= h)
		s->top = 0;
	if (!s->loose && to - h > s->top)
		s->top = to - h;
	if (!s->loose && from < s->top)
		s->top = from;
	if (s->top > at - h)
		s->top = at - h > 0 ? at - h : 0;
	paint_more(s->top > 0, s->top + h < at);
}

/* ------------------------------------------------------------------ drawing */

/* The lines of a text that are in the room. */
static void
sheet_draw_text(const struct sheet_flow *f, const struct area *room, enum style style, int x, int w,
    const char *text)
{
	struct wrap lines;

	wrap_text(text, strlen(text), (size_t)(w > 0 ? w : 1), &lines);
	for (size_t i = 0; i < lines.n; i++) {
		int y = f->y + (int)i;

		if (y >= room->y && y < room->y + room->h)
			paint_bytes(
			    y, x, w, style, text + lines.lines[i].offset, lines.lines[i].len);
	}
	wrap_release(&lines);
}

static void
sheet_draw_field(struct sheet_flow *f, const struct sheet_line *l)
{
	int at = f->x + f->label + 2;
	const struct field *field = f->sheet->items[l->item].field;
	int most = field && field->kind == FIELD_DATE ? SHEET_DATE_COLUMNS : SHEET_FIELD_COLUMN;
	int w = f->x + f->w - at;

	paint_right(f->y, f->x, f->label, STYLE_LABEL, l->text);
	form_draw(&f->sheet->form, l->item, f->y, at, w < most ? w : most);
}

static void
sheet_draw_check(struct sheet_flow *f, const struct sheet_line *l)
{
	int w = form_width(&f->sheet->form, l->item);
	int at = f->label > 0 ? f->label + 2 : 1;

	if (at + w > f->w)
		at = f->w - w > 1 ? f->w - w : 1;
	form_draw(&f->sheet->form, l->item, f->y, f->x + at, w < f->w - at ? w : f->w - at);
}

static void
sheet_draw_row(struct sheet_flow *f, const struct sheet_line *l, const struct area *room)
{
	bool has_item = l->item != SHEET_NONE;
	int w = has_item ? sheet_item_width(f, l->item) : 0;
	bool tall = l->rows > 1;
	int at = tall ? 2 : f->row_label + 2;
	int y = f->y + (tall ? 1 : 0);
	int room_w = f->w - at - (has_item ? w + 2 : 0);

	if (f->y >= room->y)
		paint_text(f->y, f->x, f->w, STYLE_LABEL, l->text);
	if (y >= room->y + room->h)
		return;
	f->y = y;
	sheet_draw_text(f, room, STYLE_PLAIN, f->x + at, room_w, l->value);
	f->y -= tall ? 1 : 0;
	if (has_item && y >= room->y && !f->sheet->items[l->item].hidden)
		form_draw(&f->sheet->form, l->item, y, f->x + f->w - w, w);
}

static void
sheet_draw_line(struct sheet_flow *f, const struct sheet_line *l, const struct area *room)
{
	bool whole = f->y >= room->y && f->y + l->rows <= room->y + room->h;

	switch (l->kind) {
	case SHEET_TEXT:
		sheet_draw_text(f, room, l->style, f->x, f->w, l->text);
		break;
	case SHEET_RULE:
		if (whole)
			paint_text(f->y, f->x, 4, STYLE_TITLE, l->kept ? "[x]" : "[ ]");
		sheet_draw_text(f, room, STYLE_PLAIN, f->x + 4, f->w - 4, l->text);
		break;
	case SHEET_ROW:
		sheet_draw_row(f, l, room);
		break;
	case SHEET_FIELD:
		if (whole)
			sheet_draw_field(f, l);
		break;
	case SHEET_CHECK:
		if (whole)
			sheet_draw_check(f, l);
		break;
	case SHEET_BUTTONS:
		if (whole)
			sheet_flow_buttons(f, l, true);
		break;
	case SHEET_GAP:
		break;
	}
}

static void
sheet_flow_free(struct sheet_flow *f)
{
	for (size_t i = 0; i < f->n; i++) {
		secret_wipe(f->lines[i].text, strlen(f->lines[i].text));
		free(f->lines[i].text);
		if (f->lines[i].value)
			secret_wipe(f->lines[i].value, strlen(f->lines[i].value));
		free(f->lines[i].value);
	}
}

void
sheet_draw(struct screen *screen, const struct area *room)
{
	struct sheet *s = (struct sheet *)screen;
	struct sheet_flow f = {.sheet = s};
	struct area a = *room;
	int margin;

	a.x += s->left;
	a.w -= s->left;
	margin = a.w >= 72 ? 4 : a.w >= 40 && s->left == 0 ? 2 : 1;
	f.x = a.x + margin;
	f.w = a.w - 2 * margin;
	s->ops->lines(s, &f);
	form_begin(&s->form, room);
	sheet_measure(&f, a.h);
	sheet_scroll(&f, a.h);
	f.y = a.y - s->top;
	/* nothing to be focused yet, or it is out of sight */
	if (s->items[s->form.focus].hidden || s->loose)
		paint_cursor(a.y, f.x);
	for (size_t i = 0; i < f.n; i++) {
		if (f.y + f.lines[i].rows > a.y && f.y < a.y + a.h)
			sheet_draw_line(&f, &f.lines[i], &a);
		f.y += f.lines[i].rows;
	}
	form_end(&s->form);
	sheet_flow_free(&f);
}
