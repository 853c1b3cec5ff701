/* SPDX-License-Identifier: MIT */
/*
 * A text in a few lines of a narrow column; a word that is longer than a line is
 * parted with a hyphen.
 */
#include "client/widget/cell.h"

#include <string.h>

#include "client/widget/wrap.h"
#include "common/text.h"

static bool
cell_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* Whether the line behind this one begins inside a word. */
static bool
cell_splits_word(const char *text, const struct wrap *lines, size_t line)
{
	size_t at = line + 1 < lines->n ? lines->lines[line + 1].offset : 0;

	return at > 0 && cell_is_letter(text[at - 1]) && cell_is_letter(text[at]);
}

/* A word that is too long for a line leaves room for its hyphen. */
static void
cell_wrap(const char *text, int w, struct wrap *lines_r)
{
	wrap_text(text, strlen(text), (size_t)w, lines_r);
	for (size_t i = 0; i < lines_r->n && w > 2; i++) {
		if (!cell_splits_word(text, lines_r, i))
			continue;
		wrap_release(lines_r);
		wrap_text(text, strlen(text), (size_t)w - 1, lines_r);
		return;
	}
}

int
cell_lines(const char *text, int w, int max)
{
	struct wrap lines;
	int n;

	if (max == 1 || (int)text_width(text) <= w)
		return 1;
	cell_wrap(text, w, &lines);
	n = (int)lines.n;
	wrap_release(&lines);
	return n < max ? n : max;
}

void
cell_draw(int y, int x, int w, enum style style, const char *text, int max)
{
	struct wrap lines;

	if (max == 1 || (int)text_width(text) <= w) {
		paint_text(y, x, w, style, text);
		return;
	}
	cell_wrap(text, w, &lines);
	for (int i = 0; i < max && i < (int)lines.n; i++) {
		const struct wrap_line *l = &lines.lines[i];
		int used;

		if (i + 1 == max) {
			paint_text(y + i, x, w, style, text + l->offset);
			break;
		}
		used = paint_bytes(y + i, x, w, style, text + l->offset, l->len);
		if (cell_splits_word(text, &lines, (size_t)i))
			paint_text(y + i, x + used, 1, style, "-");
	}
	wrap_release(&lines);
}
