/* SPDX-License-Identifier: MIT */
/*
 * What goes wrong: wrong words, a server that is away or dies, a window of any
 * size, a terminal that is gone. Each shows a clear message, mends itself where
 * it can, and loses nothing typed.
 */
#include "tests/lib/check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "common/mem.h"
#include "tests/lib/pty_stage.h"

#define LOST	   "Connexion au serveur perdue"
#define BACK_AGAIN "Connexion rétablie"
#define MISTAKE	   "Identifiant ou mot de passe incorrect. Réessayez dans 1 seconde."

static struct pty *
mishap_client(struct pty_stage *s)
{
	pty_stage_next_day(s);
	return pty_stage_client(s, NULL);
}

static struct pty *
mishap_signed_in(struct pty_stage *s)
{
	struct pty *p = mishap_client(s);

	assert_true(pty_stage_sign_in(p, s));
	return p;
}

/* --------------------------------------------------------------- wrong words */

static void
test_wrong_password_and_unknown_person(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = mishap_client(s);

	assert_true(pty_stage_password(p, s->patient.identifier, "pas le bon mot de passe"));
	assert_true(pty_wait_text(p, MISTAKE));
	assert_true(pty_wait_text(p, s->patient.identifier));
	pty_free(&p);

	/* the same answer, so that nobody learns who has an account */
	pty_stage_next_day(s);
	p = pty_stage_client(s, NULL);
	assert_true(pty_stage_password(p, "ZZZZ9999ZZZZ", "pas le bon mot de passe"));
	assert_true(pty_wait_text(p, MISTAKE));
	pty_free(&p);
}

static void
test_nothing_filled_in(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = mishap_client(s);

	assert_true(pty_stage_password(p, "", ""));
	assert_true(pty_wait_text(p, "Saisissez votre identifiant."));
	pty_free(&p);
}

/* What was refused still stands there, hidden: typing replaces it. */
static void
test_wrong_password_then_right_one(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p;
	char code[16];

	pty_stage_next_day(s);
	p = mishap_client(s);
	assert_true(pty_stage_password(p, s->patient.identifier, "pas le bon mot de passe"));
	assert_true(pty_wait_text(p, "Identifiant ou mot de passe incorrect."));
	assert_true(pty_wait_screen(p, "signin"));
	fixture_advance(s->fixture, 60000); /* longer than any wait */
	pty_send(p, s->patient.password);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "code"));
	fixture_next_code(s->mailbox, code); /* not for the next test */
	pty_free(&p);
	pty_stage_next_day(s);
}

static void
test_wrong_code_then_right_one(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = mishap_client(s);
	char code[16], wrong[16];

	assert_true(pty_stage_password(p, s->patient.identifier, s->patient.password));
	assert_true(pty_wait_screen(p, "code"));
	fixture_next_code(s->mailbox, code);
	memcpy(wrong, code, sizeof(wrong));
	wrong[0] = wrong[0] == '9' ? '0' : (char)(wrong[0] + 1);
	pty_send(p, "123\r"); /* not as long as a code */
	assert_true(pty_wait_text(p, "Ce code d'accès n'est pas le bon."));
	pty_send(p, "1"); /* replaces it, and takes the message away */
	assert_true(pty_wait_no_text(p, "Ce code d'accès n'est pas le bon."));
	pty_key(p, PTY_KEY_BACKSPACE);
	pty_send(p, wrong);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Ce code d'accès n'est pas le bon."));
	assert_true(pty_wait_screen(p, "code"));
	/* it is still there to be mended, and hidden: typing replaces it */
	pty_send(p, code);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "exams"));
	pty_free(&p);
}

static void
test_expired_code(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = mishap_client(s);
	char code[16];

	assert_true(pty_stage_password(p, s->patient.identifier, s->patient.password));
	assert_true(pty_wait_screen(p, "code"));
	fixture_next_code(s->mailbox, code);
	fixture_advance(s->fixture, 15 * 60 * 1000 + 1000);
	pty_send(p, code);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Ce code d'accès a expiré"));
	pty_free(&p);
}

static void
test_filter_without_a_criterion(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = mishap_signed_in(s);

	pty_key(p, PTY_KEY_F0 + 2);
	assert_true(pty_wait_idle(p));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Veuillez renseigner au minimum un critère de recherche"));
	pty_send(p, "31/02/2016");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Date incorrecte"));
	assert_true(pty_wait_text(p, "31/02/2016"));
	pty_free(&p);
}

/* ------------------------------------------------------------- server away */

static void
test_server_away_at_first(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p;

	pty_stage_next_day(s);
	fixture_stop(s->fixture);
	p = pty_stage_client(s, NULL);
	assert_true(pty_stage_fill_in(p, s->patient.identifier, s->patient.password));
	assert_true(pty_wait_text(p, "Le serveur est arrêté ou refuse la connexion."));
	fixture_start(s->fixture);
	/* tries again by itself, and what was typed is still there */
	assert_true(pty_wait_no_text(p, "Le serveur est arrêté"));
	assert_true(pty_wait_text(p, s->patient.identifier));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_stage_code(p, s));
	assert_true(pty_wait_screen(p, "exams"));
	pty_free(&p);
}

static void
test_server_killed_and_restarted(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = mishap_signed_in(s);

	pty_key(p, PTY_KEY_F0 + 2);
	assert_true(pty_wait_idle(p));
	pty_send(p, "01/12/2015");
	assert_true(pty_wait_text(p, "01/12/2015"));
	fixture_kill(s->fixture);
	assert_true(pty_wait_text(p, LOST));
	/* the screen stays, and so does what was typed */
	assert_true(pty_wait_text(p, "ECHO-DOPPLER"));
	assert_true(pty_wait_text(p, "01/12/2015"));
	fixture_start(s->fixture);
	assert_true(pty_wait_text(p, BACK_AGAIN));
	assert_true(pty_wait_text(p, "01/12/2015"));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Résultats 1 à 10 sur 10"));
	pty_free(&p);
}

static void
test_server_dies_while_images_come(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = mishap_signed_in(s);

	assert_true(pty_stage_choose(p, STAGE_IMAGES_AT));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "report"));
	fixture_kill(s->fixture);
	pty_send(p, "i");
	assert_true(pty_wait_text(p, LOST));
	fixture_start(s->fixture);
	assert_true(pty_wait_text(p, "C 40 L 400"));
	pty_free(&p);
}

static void
test_certificate_of_somebody_else(void **state)
{
	struct pty_stage *s = *state;
	struct fixture *other = fixture_new(NULL);
	char *server = mem_printf("127.0.0.1:%s", s->fixture->port);
	const char *args[] = {"--server", server, "--ca", other->ca, NULL};
	struct pty_stage_options o = {.bare = true, .args = args};
	struct pty *p = pty_stage_client(s, &o);

	assert_true(pty_stage_password(p, s->patient.identifier, s->patient.password));
	assert_true(pty_wait_text(p, "Le certificat du serveur n'est pas reconnu"));
	assert_string_equal(pty_screen_name(p), "signin");
	pty_free(&p);
	free(server);
	fixture_free(&other);
}

static void
test_session_ends_on_the_server(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = mishap_signed_in(s);

	fixture_advance(s->fixture, 11 * 60 * 1000);
	pty_key(p, PTY_KEY_F0 + 5);
	assert_true(pty_wait_screen(p, "signin"));
	assert_true(pty_wait_text(p, "Votre session a été fermée faute d'activité."));
	assert_false(pty_has(p, "MARTIN"));
	pty_free(&p);
}

/* --------------------------------------------------------------- the window */

static void
test_too_small_and_back(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = mishap_signed_in(s);
	char *before, *after;

	pty_key(p, PTY_KEY_DOWN);
	assert_true(pty_wait_idle(p));
	before = pty_screen_text(pty_view(p), false);
	pty_resize(p, 11, 39);
	assert_true(pty_wait_screen(p, "small"));
	assert_true(pty_wait_text(p, "Fenêtre trop petite"));
	pty_resize(p, 24, 80);
	assert_true(pty_wait_screen(p, "exams"));
	assert_true(pty_wait_text(p, "11/12/2015 11:55"));
	after = pty_screen_text(pty_view(p), false);
	assert_string_equal(before, after);
	free(before);
	free(after);
	pty_free(&p);
}

/* From 1x1 to 60x200, each while the one before may still be drawn. */
static void
mishap_resizes(struct pty *p, int n, uint32_t any)
{
	while (n-- > 0) {
		any = any * 1664525 + 1013904223;
		pty_resize(p, 1 + any / 65536 % 60, 1 + any / 7 % 200);
		if (n % 8 == 0)
			assert_true(pty_wait_idle(p));
	}
}

static void
test_resizes_at_random(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = mishap_signed_in(s);

	pty_key(p, PTY_KEY_DOWN);
	assert_true(pty_wait_cursor(p, 12, 1));
	mishap_resizes(p, 200, 12345);
	pty_resize(p, 24, 80);
	assert_true(pty_wait_screen(p, "exams"));
	assert_true(pty_wait_cursor(p, 12, 1));
	assert_true(pty_wait_text(p, ">18/02/2016 23:37"));
	assert_true(pty_wait_text(p, "Résultats 1 à 10 sur 30"));
	pty_free(&p);
}

/* With a picture on the screen, while it plays, and below a question. */
static void
test_resizes_of_a_picture(void **state)
{
	static const char *const half[] = {"--graphics", "half", NULL};
	struct pty_stage *s = *state;
	struct pty *p;

	pty_stage_next_day(s);
	p = pty_stage_client(s, &(struct pty_stage_options){.args = half});
	assert_true(pty_stage_sign_in(p, s));
	assert_true(pty_stage_choose(p, STAGE_IMAGES_AT));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "report"));
	pty_send(p, "i");
	assert_true(pty_wait_text(p, "C 40 L 400"));
	pty_send(p, " "); /* plays */
	mishap_resizes(p, 50, 99);
	pty_resize(p, 24, 80);
	assert_true(pty_wait_screen(p, "viewer"));
	pty_send(p, "\x03");
	assert_true(pty_wait_screen(p, "dialog"));
	mishap_resizes(p, 50, 100);
	pty_resize(p, 24, 80);
	assert_true(pty_wait_screen(p, "dialog"));
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "viewer"));
	pty_resize(p, 24, 80);
	assert_true(pty_wait_text(p, "Image non diagnostique"));
	assert_true(pty_wait_text(p, "C 40 L 400"));
	pty_send(p, "qq");
	assert_true(pty_wait_screen(p, "exams"));
	assert_true(pty_wait_text(p, ">" STAGE_IMAGES_AT));
	pty_free(&p);
}

/* ------------------------------------------------------------- the terminal */

static void
mishap_hang_up(struct pty_stage *s, bool ignore_hup)
{
	struct pty_stage_options o = {.ignore_hup = ignore_hup};
	struct pty *p;
	int64_t used_ms;
	int status;

	pty_stage_next_day(s);
	p = pty_stage_client(s, &o);
	assert_true(pty_stage_sign_in(p, s));
	used_ms = pty_cpu_ms(p);
	pty_hangup(p);
	assert_true(pty_wait_exit(p, &status));
	if (WIFSIGNALED(status))
		assert_int_equal(WTERMSIG(status), SIGHUP);
	/* no loop on a terminal that is gone */
	assert_true(pty_cpu_ms(p) - used_ms < 500);
	pty_free(&p);
}

static void
test_hang_up(void **state)
{
	mishap_hang_up(*state, false);
}

static void
test_hang_up_with_the_signal_ignored(void **state)
{
	mishap_hang_up(*state, true);
}

static void
test_terminals_that_cannot_be_used(void **state)
{
	/* a kiosk needs its screen: elsewhere lines do */
	static const char *const args[] = {"--kiosk", NULL};
	struct pty_stage *s = *state;
	struct pty_stage_options o = {.term = "dumb", .args = args};
	struct pty *p = pty_stage_client(s, &o);
	int status;

	assert_true(pty_wait_exit(p, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
	assert_true(pty_wait_text(p, "terminal"));
	pty_free(&p);
	o.term = "no-such-terminal";
	p = pty_stage_client(s, &o);
	assert_true(pty_wait_exit(p, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
	assert_true(pty_wait_text(p, "no-such-terminal"));
	pty_free(&p);
}

/* Any bytes at all: it lives or ends in order, and starts no program. */
static void
test_storm_of_keys(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = mishap_signed_in(s);
	uint64_t any = 1;
	uint8_t bytes[64];
	int i, status;
	size_t k;

	for (i = 0; i < 300; i++) {
		for (k = 0; k < sizeof(bytes); k++) {
			any = any * 6364136223846793005u + 1442695040888963407u;
			bytes[k] = (uint8_t)(any >> 56);
		}
		pty_send_bytes(p, bytes, sizeof(bytes));
	}
	pty_hangup(p);
	assert_true(pty_wait_exit(p, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	pty_free(&p);
}

static void
mishap_confirm(struct pty *p)
{
	assert_true(pty_wait_screen(p, "dialog"));
	pty_key(p, PTY_KEY_RIGHT);
	assert_true(pty_wait_idle(p));
	pty_key(p, PTY_KEY_ENTER);
}

static void
test_ctrl_c_asks_first(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = mishap_signed_in(s);
	int status;

	pty_send(p, "\x03");
	assert_true(pty_wait_screen(p, "dialog"));
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "exams"));
	pty_send(p, "\x03");
	mishap_confirm(p);
	assert_true(pty_wait_screen(p, "signin"));
	assert_true(pty_wait_no_text(p, "MARTIN"));
	pty_send(p, "\x03");
	mishap_confirm(p);
	assert_true(pty_wait_exit(p, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	pty_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_wrong_password_and_unknown_person),
	    cmocka_unit_test(test_nothing_filled_in),
	    cmocka_unit_test(test_wrong_password_then_right_one),
	    cmocka_unit_test(test_wrong_code_then_right_one),
	    cmocka_unit_test(test_expired_code),
	    cmocka_unit_test(test_filter_without_a_criterion),
	    cmocka_unit_test(test_server_away_at_first),
	    cmocka_unit_test(test_server_killed_and_restarted),
	    cmocka_unit_test(test_server_dies_while_images_come),
	    cmocka_unit_test(test_certificate_of_somebody_else),
	    cmocka_unit_test(test_session_ends_on_the_server),
	    cmocka_unit_test(test_too_small_and_back),
	    cmocka_unit_test(test_resizes_at_random),
	    cmocka_unit_test(test_resizes_of_a_picture),
	    cmocka_unit_test(test_hang_up),
	    cmocka_unit_test(test_hang_up_with_the_signal_ignored),
	    cmocka_unit_test(test_terminals_that_cannot_be_used),
	    cmocka_unit_test(test_storm_of_keys),
	    cmocka_unit_test(test_ctrl_c_asks_first),
	};

	return cmocka_run_group_tests_name("mishaps", tests, pty_stage_set_up, pty_stage_tear_down);
}
