/* SPDX-License-Identifier: MIT */
/*
 * What nobody typed by hand and what no name should hold: a megabyte pasted, dates
 * that are none, pages that are none, texts of an exam that would move a terminal.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/text.h"
#include "tests/lib/pty_steps.h"

#define ODD_PASTE (1u << 20)

/* -------------------------------------------------------------------- a paste */

static void
odd_paste(struct pty *p, const char *before, const char *after)
{
	size_t b = strlen(before), a = strlen(after);
	char *bytes = mem_new(b + ODD_PASTE + a);

	memcpy(bytes, before, b);
	memset(bytes + b, 'x', ODD_PASTE);
	memcpy(bytes + b + ODD_PASTE, after, a);
	pty_send_bytes(p, bytes, b + ODD_PASTE + a);
	free(bytes);
	assert_true(pty_wait_idle(p));
}

/* A field takes what it can hold and says so; what follows works as before. */
static void
test_a_megabyte_in_a_field(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = pty_stage_client(s, NULL);

	assert_true(pty_wait_screen(p, "signin"));
	odd_paste(p, "\033[200~", "\033[201~");
	assert_true(pty_wait_text(p, "Ce champ est plein"));
	assert_true(pty_wait_text(p, "xxxxxxxx"));
	odd_paste(p, "", "");
	assert_true(pty_wait_text(p, "Ce champ est plein"));
	step_type(p, "\x15");
	assert_true(pty_stage_sign_in(p, s));
	pty_free(&p);
}

/* ------------------------------------------------------- dates, periods, pages */

static void
odd_refused(struct pty *p, const char *keys, const char *words, unsigned row)
{
	unsigned at, column;

	step_type(p, keys);
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, words));
	pty_screen_cursor(pty_view(p), &at, &column);
	assert_int_equal(at, row);
	assert_true(pty_has(p, keys[0] == '\x15' ? keys + 1 : keys)); /* to be mended */
	step_type(p, "\x15");
}

/* Each time the words say what to write, and the focus is on what is to be mended. */
static void
test_dates_and_pages(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p;
	unsigned row, column;

	pty_stage_next_day(s);
	p = pty_stage_client(s, NULL);
	assert_true(pty_stage_sign_in(p, s));
	pty_key(p, PTY_KEY_F0 + 2);
	assert_true(pty_wait_idle(p));
	assert_true(pty_find(p, "Date : du", &row, &column));
	odd_refused(p, "31/02/2016", "Date incorrecte", row);
	odd_refused(p, "00/00/0000", "Date incorrecte", row);
	step_type(p, "02/01/2016\t01/01/2016");
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "La période finit avant de commencer"));
	step_type(p, "\x15\t\x15");
	step_key(p, PTY_KEY_ESCAPE);
	step_key(p, PTY_KEY_BACKTAB); /* to the titles, to the page */
	step_key(p, PTY_KEY_BACKTAB);
	odd_refused(p,
	    "\x15"
	    "0",
	    "Page inconnue : choisissez un nombre de 1 à 3.", 8);
	odd_refused(p,
	    "\x15"
	    "9999",
	    "Page inconnue : choisissez un nombre de 1 à 3.", 8);
	step_type(p, "3");
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Résultats 21 à 30 sur 30"));
	pty_free(&p);
}

/* -------------------------------------------------------------- odd characters */

/* As a file from elsewhere may bring them: a wide character, combining marks, an
 * override of direction, an escape sequence, Hebrew. */
static const char odd_sql[] = "UPDATE exam SET description = CASE exam_id % 5 "
			      "WHEN 0 THEN '😀 RADIO 漢字' "
			      "WHEN 1 THEN 'E\314\201\314\202COGRAPHIE' "
			      "WHEN 2 THEN 'A\342\200\256BC\342\200\254' "
			      "WHEN 3 THEN 'בדיקה' "
			      "ELSE 'X' || char(27) || '[31mY' || char(155) || 'Z' || char(8) END";

/* Every row of the list has its button in the same column, and nothing reaches the
 * terminal that is not a character of a text. */
static void
test_odd_characters(void **state)
{
	struct pty_stage *s = *state;
	unsigned row, rows = 0;
	char text[1024], *at;
	struct pty *p;
	const char *raw;
	size_t len;

	fixture_stop(s->fixture);
	fixture_sql(s->fixture, odd_sql);
	fixture_start(s->fixture);
	pty_stage_next_day(s);
	mailbox_free(&s->mailbox);
	s->mailbox = fixture_mailbox(s->fixture);
	p = step_signed_in(s, &s->patient, NULL);
	assert_true(pty_wait_text(p, "RADIO 漢字"));
	for (row = 10; row < 20; row++) {
		pty_screen_row(pty_view(p), row, text, sizeof(text));
		at = strstr(text, "[Voir]");
		assert_non_null(at);
		*at = '\0';
		assert_int_equal(text_width(text), 74);
		rows++;
	}
	assert_int_equal(rows, 10);
	raw = pty_raw(p, &len);
	assert_null(memmem(raw, len, "\xe2\x80\xae", 3));
	assert_null(memmem(raw, len, "\xe2\x80\xac", 3));
	assert_null(memmem(raw, len, "\033[31mY", 6));
	assert_null(memmem(raw, len, "\xc2\x9b", 2));
	pty_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_megabyte_in_a_field),
	    cmocka_unit_test(test_dates_and_pages),
	    cmocka_unit_test(test_odd_characters),
	};

	return cmocka_run_group_tests_name(
	    "odd input", tests, pty_stage_set_up, pty_stage_tear_down);
}
