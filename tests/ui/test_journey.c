/* SPDX-License-Identifier: MIT */
/*
 * A person's whole way through the real client and the real server, as the
 * guide tells it: temporary password, code from the mailbox, a password of her
 * own, her exams, a report, its images, and out again.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "tests/lib/pty_stage.h"

#define OWN_PASSWORD "ma phrase de passe à moi"

static void
journey_press(struct pty *p, const char *keys)
{
	pty_send(p, keys);
	assert_true(pty_wait_idle(p));
}

static void
journey_key(struct pty *p, enum pty_key key)
{
	pty_key(p, key);
	assert_true(pty_wait_idle(p));
}

/* The temporary password leads to one's own, and nowhere else. */
static void
journey_first_sign_in(struct pty *p, struct pty_stage *s)
{
	assert_true(pty_stage_password(p, s->patient.identifier, s->patient.temporary));
	assert_true(pty_stage_code(p, s));
	assert_true(pty_wait_screen(p, "newpass"));
	assert_false(pty_has(p, "ECHO-DOPPLER"));
	journey_press(p, "trop court");
	journey_key(p, PTY_KEY_TAB);
	pty_send(p, "trop court\r");
	assert_true(pty_wait_idle(p));
	assert_string_equal(pty_screen_name(p), "newpass");
	assert_true(pty_wait_text(p, "[ ] au moins 12 caractères"));
	/* the focus is where it has to be mended */
	assert_true(pty_wait_cursor(p, 7, 41));
	journey_press(p, "\x15");
	journey_press(p, OWN_PASSWORD);
	journey_key(p, PTY_KEY_TAB);
	journey_press(p, "\x15");
	journey_press(p, OWN_PASSWORD);
	assert_true(pty_wait_text(p, "[x] les deux saisies sont identiques"));
	assert_false(pty_has(p, OWN_PASSWORD));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "signin"));
	assert_true(pty_wait_text(p, "Mot de passe enregistré"));
	s->patient.password = OWN_PASSWORD;
}

/* 2.1: sorting, paging, filtering. */
static void
journey_list(struct pty *p)
{
	assert_true(pty_wait_text(p, "Résultats 1 à 10 sur 30"));
	pty_key(p, PTY_KEY_PAGE_DOWN);
	assert_true(pty_wait_text(p, "Résultats 11 à 20 sur 30"));
	pty_key(p, PTY_KEY_PAGE_DOWN);
	assert_true(pty_wait_text(p, "Résultats 21 à 30 sur 30"));
	assert_true(pty_wait_text(p, "[ 3] sur 3"));
	pty_key(p, PTY_KEY_PAGE_UP);
	assert_true(pty_wait_text(p, "Résultats 11 à 20 sur 30"));
	pty_key(p, PTY_KEY_PAGE_UP);
	assert_true(pty_wait_text(p, "Résultats 1 à 10 sur 30"));
	/* oldest first, and back */
	pty_send(p, "s");
	assert_true(pty_wait_no_text(p, "ECHO-DOPPLER"));
	assert_true(pty_wait_text(p, "Date ▲"));
	pty_send(p, "s");
	assert_true(pty_wait_text(p, "ECHO-DOPPLER"));
	assert_true(pty_wait_text(p, "Date ▼"));
	/* by establishment, by description */
	pty_send(p, "o");
	assert_true(pty_wait_text(p, "Établissement producteur ▲"));
	pty_send(p, "o");
	assert_true(pty_wait_text(p, "Description ▲"));
	assert_true(pty_wait_text(p, ">16/02/2016 11:28")); /* ABDOMINAL */
	pty_send(p, "o");
	assert_true(pty_wait_text(p, "Date ▼"));
}

static void
journey_filter(struct pty *p)
{
	unsigned row, column;

	pty_key(p, PTY_KEY_F0 + 2);
	assert_true(pty_wait_idle(p));
	pty_screen_cursor(pty_view(p), &row, &column);
	assert_int_equal(row, 6); /* below the two lines of the guide */
	journey_press(p, "01/12/2015");
	journey_key(p, PTY_KEY_TAB);
	journey_press(p, "31-12-2015");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Résultats 1 à 6 sur 6"));
	assert_false(pty_has(p, "10/06/2016"));
}

/* A report, a word in it, images, another window, the loop. */
static void
journey_exam(struct pty *p)
{
	assert_true(pty_stage_choose(p, STAGE_IMAGES_AT));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "report"));
	assert_true(pty_wait_text(p, "Dr Alix FICTIF"));
	assert_true(pty_wait_text(p, "25/12/2015"));
	journey_press(p, "/");
	journey_press(p, "epanchement\r");
	pty_send(p, "i");
	assert_true(pty_wait_screen(p, "viewer"));
	assert_true(pty_wait_text(p, "Image non diagnostique"));
	assert_true(pty_wait_text(p, "C 40 L 400"));
	pty_send(p, "w");
	assert_true(pty_wait_text(p, "Poumon"));
	pty_key(p, PTY_KEY_DOWN);
	assert_true(pty_wait_text(p, "image 2/12"));
	pty_send(p, " ");
	assert_true(pty_wait_text(p, "image 7/12"));
	pty_send(p, " ");
	pty_key(p, PTY_KEY_RIGHT);
	assert_true(pty_wait_text(p, "série 2/2"));
	pty_send(p, "qq");
	assert_true(pty_wait_screen(p, "exams"));
	/* the filter is still there, and the row */
	assert_true(pty_wait_text(p, "Résultats 1 à 6 sur 6"));
}

static void
test_whole_way(void **state)
{
	struct pty_stage *s = *state;
	static const char *const plain[] = {"--graphics", "plain", NULL};
	struct pty_stage_options o = {.args = plain};
	struct pty *p = pty_stage_client(s, &o);
	int64_t open;
	char *text;

	journey_first_sign_in(p, s);
	pty_stage_next_day(s);
	/* the identifier is kept, the password asked again */
	assert_true(pty_wait_screen(p, "signin"));
	journey_press(p, OWN_PASSWORD);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_stage_code(p, s));
	assert_true(pty_wait_screen(p, "exams"));
	assert_true(pty_wait_text(p, "ECHO-DOPPLER"));
	journey_list(p);
	journey_filter(p);
	journey_exam(p);
	open = fixture_counter(s->fixture, "connections_signed_in");
	assert_true(pty_stage_log_out(p));
	assert_true(pty_wait_screen(p, "signin"));
	assert_true(pty_wait_text(p, "Vous êtes déconnecté"));
	/* over on the server, and nothing left to scroll back to */
	assert_true(fixture_counter(s->fixture, "connections_signed_in") < open);
	text = pty_screen_text(pty_view(p), true);
	assert_null(strstr(text, "THORAX"));
	assert_null(strstr(text, "MARTIN"));
	free(text);
	pty_free(&p);
}

static int
journey_set_up(void **state)
{
	*state = pty_stage_new(false);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_whole_way),
	};

	return cmocka_run_group_tests_name("journey", tests, journey_set_up, pty_stage_tear_down);
}
