/* SPDX-License-Identifier: MIT */
/*
 * The painter of slow lines: whatever picture follows another, a terminal shows it
 * afterwards, and the bytes are no more than they need to be.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/thrift.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"
#include "tests/lib/pty_screen.h"

#define ROWS	9
#define COLUMNS 24
#define BYTES	65536

struct desk {
	struct thrift *t;
	struct pty_screen *screen;
	char rows[ROWS][COLUMNS * 4 + 1];   /* what is wanted; '\0' ends early */
	unsigned char looks[ROWS][COLUMNS]; /* of it, enum thrift_look */
	char sent[BYTES];
	size_t len;
};

static int
open_desk(void **state)
{
	struct desk *d = mem_new(sizeof(*d));

	d->t = thrift_new(ROWS, COLUMNS);
	d->screen = pty_screen_new(ROWS, COLUMNS);
	*state = d;
	return 0;
}

static int
close_desk(void **state)
{
	struct desk *d = *state;

	thrift_free(&d->t);
	assert_null(d->t);
	pty_screen_free(&d->screen);
	free(d);
	return 0;
}

/* The character that text begins with, and the marks on it; bytes taken. */
static size_t
desk_take(const char *text, struct thrift_cell *c)
{
	uint32_t cp = ' ';
	size_t len = text_decode(text, strlen(text), &cp), n;

	*c = (struct thrift_cell){.bytes = " ", .len = 1, .width = 1};
	if (len == 0)
		return 0;
	c->width = (uint8_t)text_cp_width(cp);
	while ((n = text_decode(text + len, strlen(text + len), &cp)) > 0 && text_cp_width(cp) == 0)
		len += n;
	memcpy(c->bytes, text, len);
	c->len = (uint8_t)len;
	return len;
}

/* One row of the picture, blanks up to its end. */
static void
desk_fill_row(struct desk *d, int y)
{
	const char *text = d->rows[y];

	for (int x = 0; x < COLUMNS;) {
		struct thrift_cell *c = thrift_cell(d->t, y, x);

		text += desk_take(text, c);
		c->look = d->looks[y][x];
		x += c->width;
		if (c->width == 2)
			c[1] = (struct thrift_cell){.len = 0};
	}
}

static void
desk_looks_right(const struct desk *d, int y)
{
	static const struct {
		unsigned look, attr;
	} same[] = {
	    {THRIFT_UNDERLINE, PTY_UNDERLINE},
	    {THRIFT_REVERSE, PTY_REVERSE},
	    {THRIFT_BOLD, PTY_BOLD},
	};

	for (int x = 0; x < COLUMNS; x++) {
		const struct thrift_cell *c = thrift_cell(d->t, y, x);
		unsigned attrs = pty_screen_attrs(d->screen, (unsigned)y, (unsigned)x);

		/* bold of a blank cannot be seen */
		for (size_t i = 0; i < ARRAY_LEN(same) && c->len > 0; i++)
			if (c->bytes[0] != ' ' || same[i].look != THRIFT_BOLD)
				assert_int_equal(
				    (attrs & same[i].attr) != 0, (c->look & same[i].look) != 0);
	}
}

/* Paints the picture; the terminal shows it, the cursor where it belongs. */
static size_t
desk_paint(struct desk *d, int y, int x, bool may_erase)
{
	struct buf out;
	unsigned row, column;
	char text[COLUMNS * 4 + 1];

	for (int i = 0; i < ROWS; i++)
		desk_fill_row(d, i);
	buf_init(&out, sizeof(d->sent));
	assert_int_equal(thrift_paint(d->t, y, x, may_erase, &out), 0);
	d->len = out.len;
	if (out.len > 0)
		memcpy(d->sent, buf_bytes(&out), out.len);
	d->sent[d->len] = '\0';
	buf_release(&out);
	pty_screen_feed(d->screen, d->sent, d->len);
	pty_screen_cursor(d->screen, &row, &column);
	assert_int_equal(row, y);
	assert_int_equal(column, x);
	for (int i = 0; i < ROWS; i++) {
		size_t len = strlen(d->rows[i]);

		while (len > 0 && d->rows[i][len - 1] == ' ')
			d->rows[i][--len] = '\0';
		pty_screen_row(d->screen, (unsigned)i, text, sizeof(text));
		assert_string_equal(text, d->rows[i]);
		desk_looks_right(d, i);
	}
	return d->len;
}

static void
desk_write(struct desk *d, int y, const char *text)
{
	snprintf(d->rows[y], sizeof(d->rows[y]), "%s", text);
}

/* ------------------------------------------------------------------ exact bytes */

static void
expect_sent(struct desk *d, int y, int x, const char *bytes)
{
	desk_paint(d, y, x, true);
	assert_string_equal(d->sent, bytes);
}

static void
test_only_what_changes(void **state)
{
	struct desk *d = *state;

	desk_write(d, 0, "titre");
	desk_write(d, 1, " un");
	desk_write(d, 2, ">deux");
	expect_sent(d, 2, 0, "\033[H\033[Jtitre\r\n un\r\n>deux\r");
	expect_sent(d, 2, 0, "");
	/* a mark that moves */
	desk_write(d, 1, ">un");
	desk_write(d, 2, " deux");
	expect_sent(d, 1, 0, "\033[A>\r\n \033[2H");
	/* a word at the end of a row that others share */
	desk_write(d, 2, " deux mots");
	expect_sent(d, 1, 0, "\033[3;7Hmots\033[2H");
}

static void
test_erases_what_is_gone(void **state)
{
	struct desk *d = *state;

	for (int y = 0; y < ROWS; y++)
		desk_write(d, y, "plein de mots par ici");
	desk_paint(d, 0, 0, true);
	desk_write(d, 3, "plein");
	expect_sent(d, 0, 0, "\033[4;7H\033[K\033[H");
	for (int y = 5; y < ROWS; y++)
		desk_write(d, y, "");
	expect_sent(d, 0, 0, "\033[6H\033[J\033[H");
	desk_write(d, 0, "plein de mots par i");
	expect_sent(d, 0, 0, "\033[19C  \r");
}

/* What others have put below is not known here. */
static void
test_erases_nothing_below(void **state)
{
	struct desk *d = *state;

	for (int y = 0; y < ROWS; y++)
		desk_write(d, y, "plein de mots par ici");
	desk_paint(d, 0, 0, false);
	for (int y = 0; y < ROWS; y++)
		desk_write(d, y, "");
	desk_paint(d, 0, 0, false);
	assert_null(strstr(d->sent, "\033[J"));
	assert_int_equal(
	    d->len, ROWS * strlen("\033[K") + (ROWS - 1) * strlen("\r\n") + strlen("\033[H"));
}

static void
test_a_text_moves(void **state)
{
	struct desk *d = *state;

	desk_write(d, 0, "barre");
	desk_write(d, 1, "Titre");
	for (int y = 2; y < ROWS - 1; y++)
		snprintf(d->rows[y], sizeof(d->rows[y]), "ligne %d du texte", y);
	desk_write(d, ROWS - 1, "touches");
	desk_paint(d, 1, 0, true);
	for (int y = 2; y < ROWS - 1; y++)
		snprintf(d->rows[y], sizeof(d->rows[y]), "ligne %d du texte", y + 1);
	expect_sent(d, 1, 0, "\033[3;8r\033[8H\n\033[r\033[8Hligne 8 du texte\033[2H");
	for (int y = 2; y < ROWS - 1; y++)
		snprintf(d->rows[y], sizeof(d->rows[y]), "ligne %d du texte", y);
	expect_sent(d, 1, 0, "\033[3;8r\r\n\n\033M\033[r\r\n\nligne 2 du texte\033[2H");
}

/* Nothing may go out at the top: a terminal would keep it. */
static void
test_the_top_never_scrolls(void **state)
{
	struct desk *d = *state;
	char *text;

	for (int y = 0; y < ROWS; y++)
		snprintf(d->rows[y], sizeof(d->rows[y]), "secret %d", y);
	desk_paint(d, 0, 0, true);
	for (int n = 1; n < ROWS; n++) {
		for (int y = 0; y < ROWS; y++)
			snprintf(d->rows[y], sizeof(d->rows[y]), "secret %d", y + n);
		desk_paint(d, 0, 0, true);
	}
	text = pty_screen_text(d->screen, true);
	assert_null(strstr(text, "secret 0"));
	free(text);
}

/* The rows that are read first, the cursor, then the others. */
static void
test_read_first(void **state)
{
	struct desk *d = *state;
	const char *list, *bar;

	desk_write(d, 0, "barre");
	desk_write(d, 4, ">liste");
	desk_write(d, 5, " suite");
	thrift_read_first(d->t, 4);
	thrift_read_first(d->t, 5);
	expect_sent(d, 4, 0, "\033[H\033[J\033[5H>liste\r\n suite\033[5H\033[Hbarre\033[5H");
	list = strstr(d->sent, "suite");
	bar = strstr(d->sent, "barre");
	assert_true(list && bar && list < bar);
}

static void
test_what_is_forgotten_comes_again(void **state)
{
	struct desk *d = *state;

	desk_write(d, 2, "ligne");
	desk_paint(d, 0, 0, true);
	pty_screen_feed(d->screen, "\033[3;1Hfremd und lang\033[1;1H", 26);
	thrift_forget_row(d->t, 2);
	desk_paint(d, 0, 0, true);
	pty_screen_feed(d->screen, "\033[9;1Hfremd\033[2;1Hfremd", 22);
	thrift_forget(d->t, ROWS, COLUMNS);
	desk_paint(d, 0, 0, true);
}

/* -------------------------------------------------------------------- any picture */

static uint32_t dice_state = 20161;

static unsigned
dice(unsigned n)
{
	dice_state = dice_state * 1664525u + 1013904223u;
	return (dice_state >> 10) % n;
}

/* Words of one, two and three bytes a character, a mark that combines, characters
 * two columns wide, blanks; up to the last column. */
static void
dice_row(struct desk *d, int y)
{
	static const char *const words[] = {
	    "exam",
	    "É",
	    "médicale",
	    "e\xCC\x81",
	    "漢",
	    "漢字",
	    " ",
	    "    ",
	    "          ",
	    "…",
	    "Voir]",
	    "a",
	};
	char text[COLUMNS * 4 + 1] = "";

	for (unsigned n = dice(9); n > 0; n--) {
		const char *w = words[dice(ARRAY_LEN(words))];

		if (text_width(text) + text_width(w) <= COLUMNS)
			strcat(text, w);
	}
	desk_write(d, y, text);
	for (int x = 0, left = 0; x < COLUMNS; x++, left--) {
		static const unsigned char looks[] = {0, 0, 0, 1, 2, 4, 5, 7};

		if (left <= 0)
			left = (int)dice(8) + 1;
		d->looks[y][x] = left == 1 ? looks[dice(ARRAY_LEN(looks))]
				 : x > 0   ? d->looks[y][x - 1]
					   : 0;
	}
}

static void
dice_shift(struct desk *d)
{
	int from = (int)dice(ROWS - 1), n = ROWS - 1 - from;

	if (dice(2)) {
		memmove(d->rows[from + 1], d->rows[from], (size_t)n * sizeof(d->rows[0]));
		memmove(d->looks[from + 1], d->looks[from], (size_t)n * sizeof(d->looks[0]));
	} else {
		memmove(d->rows[from], d->rows[from + 1], (size_t)n * sizeof(d->rows[0]));
		memmove(d->looks[from], d->looks[from + 1], (size_t)n * sizeof(d->looks[0]));
	}
}

static void
test_any_picture(void **state)
{
	struct desk *d = *state;

	for (int i = 0; i < 400; i++) {
		unsigned rows = dice(3) == 0 ? ROWS : dice(3);

		if (dice(4) == 0)
			dice_shift(d);
		for (unsigned n = 0; n < rows; n++)
			dice_row(d, (int)dice(ROWS));
		for (unsigned n = dice(4); n > 0; n--)
			thrift_read_first(d->t, (int)dice(ROWS));
		if (dice(10) == 0)
			thrift_forget_row(d->t, (int)dice(ROWS));
		desk_paint(d, (int)dice(ROWS), (int)dice(COLUMNS), dice(5) > 0);
		assert_int_equal(desk_paint(d, 0, 0, true) > strlen("\033[H"), false);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_only_what_changes, open_desk, close_desk),
	    cmocka_unit_test_setup_teardown(test_erases_what_is_gone, open_desk, close_desk),
	    cmocka_unit_test_setup_teardown(test_erases_nothing_below, open_desk, close_desk),
	    cmocka_unit_test_setup_teardown(test_a_text_moves, open_desk, close_desk),
	    cmocka_unit_test_setup_teardown(test_the_top_never_scrolls, open_desk, close_desk),
	    cmocka_unit_test_setup_teardown(test_read_first, open_desk, close_desk),
	    cmocka_unit_test_setup_teardown(
		test_what_is_forgotten_comes_again, open_desk, close_desk),
	    cmocka_unit_test_setup_teardown(test_any_picture, open_desk, close_desk),
	};

	return cmocka_run_group_tests_name("thrift", tests, NULL, NULL);
}
