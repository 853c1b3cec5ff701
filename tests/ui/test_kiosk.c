/* SPDX-License-Identifier: MIT */
/*
 * A kiosk: screens for fingers at the sizes of large letters, what a press in any
 * row of a button does, the person who walks away, the server that is away.
 */
#include "tests/lib/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/mem.h"
#include "tests/lib/golden.h"
#include "tests/lib/pty_stage.h"

/* Of the client; 32 x 16 dots on 1280 x 768, 24 points on a small screen. */
static const struct size {
	unsigned rows, columns;
} sizes[] = {{.rows = 24, .columns = 80}, {.rows = 20, .columns = 60}};

#define THERE "Êtes-vous toujours là ?"

/* With two regions as a kiosk in a hospital has them; its clock is the server's
 * when `shared`, which a test may put forward. */
static struct pty *
kiosk_start_in(struct pty_stage *s, const struct size *size, const char *theme, bool shared)
{
	char *conf = pty_stage_regions(s);
	char *clock = mem_printf("EMAGE_TEST_CLOCK=@%s", s->fixture->clock);
	const char *args[] = {"--kiosk", "--config", conf, theme ? "--theme" : NULL, theme, NULL};
	const char *env[] = {shared ? clock : NULL, NULL};
	struct pty_stage_options o = {
	    .rows = size->rows,
	    .columns = size->columns,
	    .args = args,
	    .env = env,
	    .bare = true,
	};
	struct pty *p;

	pty_stage_next_day(s);
	p = pty_stage_client(s, &o);
	assert_true(pty_wait_screen(p, "home"));
	free(conf);
	free(clock);
	return p;
}

static struct pty *
kiosk_start(struct pty_stage *s, const struct size *size, bool shared)
{
	return kiosk_start_in(s, size, NULL, shared);
}

/* Presses a text, so many rows below it. */
static void
kiosk_touch(struct pty *p, const char *text, int below)
{
	unsigned row, column;

	assert_true(pty_wait_text(p, text));
	assert_true(pty_find(p, text, &row, &column));
	pty_click(p, (unsigned)((int)row + below), column + 1);
}

/* Signs in with fingers and the keyboard; the list of exams is there. */
static void
kiosk_sign_in(struct pty *p, struct pty_stage *s)
{
	char code[16];

	kiosk_touch(p, "Alsace", 0);
	assert_true(pty_stage_fill_in(p, s->patient.identifier, s->patient.password));
	kiosk_touch(p, "CONTINUER", 1);
	assert_true(pty_wait_screen(p, "code"));
	fixture_next_code(s->mailbox, code);
	pty_send(p, code);
	kiosk_touch(p, "CONTINUER", -1);
	assert_true(pty_wait_screen(p, "exams"));
	assert_true(pty_wait_text(p, "ECHO-DOPPLER"));
}

/* ------------------------------------------------------------------ screens */

static void
kiosk_screens(struct pty_stage *s, const struct size *size, const char *theme, const char *look)
{
	struct pty *p = kiosk_start_in(s, size, theme, false);
	char code[16];

	assert_true(golden_matches(p, "kiosk-home", look));
	kiosk_touch(p, "Alsace", 1);
	assert_true(pty_wait_screen(p, "signin"));
	assert_true(golden_matches(p, "kiosk-signin", look));
	assert_true(pty_stage_fill_in(p, s->patient.identifier, s->patient.password));
	kiosk_touch(p, "CONTINUER", 0);
	assert_true(pty_wait_screen(p, "code"));
	assert_true(golden_matches(p, "kiosk-code", look));
	fixture_next_code(s->mailbox, code);
	pty_send(p, code);
	kiosk_touch(p, "CONTINUER", 0);
	assert_true(pty_wait_screen(p, "exams"));
	assert_true(pty_wait_text(p, "ECHO-DOPPLER"));
	assert_true(golden_matches(p, "kiosk-exams", look));
	kiosk_touch(p, "0 Déco", 0);
	assert_true(pty_wait_screen(p, "dialog"));
	assert_true(golden_matches(p, "kiosk-logout", look));
	pty_free(&p);
}

static void
test_screens(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		kiosk_screens(*state, &sizes[i], NULL, "fr");
	kiosk_screens(*state, &sizes[0], "mono", "fr-mono");
}

/* -------------------------------------------------------------------- touch */

/* The upper edge, the words, the lower edge. */
static void
test_each_row_of_a_button(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct pty *p = kiosk_start(*state, &sizes[i], false);

		for (int below = -1; below <= 1; below++) {
			kiosk_touch(p, "Alsace", below);
			assert_true(pty_wait_screen(p, "signin"));
			kiosk_touch(p, "CONTINUER", below);
			assert_true(pty_wait_text(p, "Saisissez votre identifiant."));
			kiosk_touch(p, "Mot de passe oublié ?", below);
			assert_true(pty_wait_screen(p, "forgot"));
			kiosk_touch(p, "Précédent", below);
			assert_true(pty_wait_screen(p, "signin"));
			kiosk_touch(p, "Précédent", below);
			assert_true(pty_wait_screen(p, "home"));
		}
		pty_free(&p);
	}
}

/* Each exam opens at each of its two rows; the question at the end takes both
 * answers. */
static void
test_rows_of_exams_and_the_question(void **state)
{
	static const char *const exams[] = {"10/06/2016", "18/02/2016", "16/02/2016", "25/12/2015"};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct pty *p = kiosk_start(*state, &sizes[i], false);

		kiosk_sign_in(p, *state);
		for (size_t k = 0; k < ARRAY_LEN(exams); k++) {
			kiosk_touch(p, exams[k], k % 2 ? 1 : 0);
			assert_true(pty_wait_screen(p, "report"));
			assert_true(pty_wait_text(p, exams[k]));
			pty_key(p, PTY_KEY_ESCAPE);
			assert_true(pty_wait_screen(p, "exams"));
		}
		for (int below = -1; below <= 1; below++) {
			kiosk_touch(p, "0 Déco", 0);
			assert_true(pty_wait_screen(p, "dialog"));
			kiosk_touch(p, "Rester", below);
			assert_true(pty_wait_screen(p, "exams"));
		}
		kiosk_touch(p, "0 Déco", 0);
		kiosk_touch(p, "Se déconnecter", 1);
		assert_true(pty_wait_screen(p, "home"));
		assert_true(pty_wait_no_text(p, "MARTIN"));
		pty_free(&p);
	}
}

/* A list that drops down, and the languages of the brand bar. */
static void
test_choice_and_languages(void **state)
{
	struct pty *p = kiosk_start(*state, &sizes[0], false);

	kiosk_sign_in(p, *state);
	kiosk_touch(p, "Tous", 1);
	kiosk_touch(p, "Cabinet d'imagerie", 0);
	kiosk_touch(p, "Rechercher", 1);
	assert_true(pty_wait_no_text(p, "ECHO-DOPPLER"));
	assert_true(pty_wait_text(p, "GENOU DROIT"));
	kiosk_touch(p, "0 Déco", 0);
	kiosk_touch(p, "Se déconnecter", 0);
	assert_true(pty_wait_screen(p, "home"));
	kiosk_touch(p, " DE ", 1);
	assert_true(pty_wait_text(p, "[DE]"));
	pty_free(&p);
}

/* ----------------------------------------------------------------- idleness */

/* Time passes; the program looks at the clock. */
static void
kiosk_wait_s(struct pty *p, struct pty_stage *s, int seconds)
{
	fixture_advance(s->fixture, seconds * 1000);
	kill(pty_pid(p), SIGCONT);
}

/* Whether this was sent since the mark. */
static bool
kiosk_has_sent(struct pty *p, const char *bytes)
{
	size_t len;
	const char *raw = pty_raw(p, &len);

	return memmem(raw, len, bytes, strlen(bytes)) != NULL;
}

static void
kiosk_expect_warning(struct pty *p)
{
	unsigned row, column;

	assert_true(pty_wait_text(p, THERE));
	assert_true(pty_find(p, THERE, &row, &column));
	assert_int_equal(row, pty_screen_rows(pty_view(p)) - 2);
	assert_true(kiosk_has_sent(p, "\a"));
}

/* Somebody types, changes the language and goes. */
static void
test_idle_before_signing_in(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = kiosk_start(s, &sizes[0], true);

	kiosk_touch(p, " DE ", 0);
	assert_true(pty_wait_text(p, "[DE]"));
	kiosk_touch(p, "Alsace", 0);
	assert_true(pty_wait_screen(p, "signin"));
	pty_send(p, "MARTIN-A-MOITIE");
	assert_true(pty_wait_text(p, "MARTIN-A-MOITIE"));
	kiosk_wait_s(p, s, 125);
	assert_true(pty_wait_screen(p, "home"));
	assert_true(pty_wait_no_text(p, "MARTIN-A-MOITIE"));
	assert_true(pty_wait_text(p, "[FR]"));
	pty_free(&p);
}

/* The server has been told, or has ended it itself. */
static void
kiosk_expect_fewer_signed_in(struct pty_stage *s, int64_t before)
{
	int64_t now = before;

	for (int looks = 0; now >= before && looks < 500; looks++)
		now = fixture_counter(s->fixture, "connections_signed_in");
	assert_true(now < before);
}

/* Six times she answers, then she does not. */
static void
test_idle_in_a_session(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = kiosk_start(s, &sizes[0], true);
	int64_t signed_in;

	kiosk_sign_in(p, s);
	signed_in = fixture_counter(s->fixture, "connections_signed_in");
	for (int i = 0; i < 6; i++) {
		pty_mark(p);
		kiosk_wait_s(p, s, 95);
		kiosk_expect_warning(p);
		pty_key(p, PTY_KEY_DOWN); /* answers, and does nothing else */
		assert_true(pty_wait_no_text(p, THERE));
		assert_true(pty_wait_text(p, ">10/06/2016"));
		/* requests are answered in their order: the server has heard the answer */
		pty_key(p, PTY_KEY_F0 + 5);
		assert_true(pty_wait_idle(p));
	}
	kiosk_wait_s(p, s, 95);
	assert_true(pty_wait_text(p, THERE));
	kiosk_wait_s(p, s, 10);
	assert_true(pty_wait_text(p, "(15 s)"));
	pty_mark(p);
	kiosk_wait_s(p, s, 20);
	assert_true(pty_wait_screen(p, "home"));
	assert_true(pty_wait_text(p, "Votre session a été fermée faute d'activité."));
	assert_true(pty_wait_no_text(p, "MARTIN"));
	assert_true(pty_wait_no_text(p, "ECHO-DOPPLER"));
	assert_true(kiosk_has_sent(p, "\033[3J"));
	kiosk_expect_fewer_signed_in(s, signed_in);
	pty_free(&p);
}

/* -------------------------------------------------------------- server away */

/* Something in the server's place that takes a connection and drops it: the
 * program has tried once more. */
static int
kiosk_listen(const struct fixture *f)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)atoi(f->port)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static int
kiosk_take(int fd)
{
	struct pollfd in = {.fd = fd, .events = POLLIN};
	int taken;

	assert_int_equal(poll(&in, 1, FIXTURE_DEADLINE_MS), 1);
	taken = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	assert_true(taken >= 0);
	return taken;
}

/* Whether the program has given it up already: its greeting, if any, ends. */
static bool
kiosk_is_given_up(int taken)
{
	char bytes[4096];
	ssize_t n = recv(taken, bytes, sizeof(bytes), 0);

	while (n > 0)
		n = recv(taken, bytes, sizeof(bytes), MSG_DONTWAIT);
	return n == 0 || errno != EAGAIN;
}

static void
kiosk_drop_one(struct pty *p, int fd)
{
	int taken = kiosk_take(fd);

	while (kiosk_is_given_up(taken)) {
		close(taken);
		taken = kiosk_take(fd);
	}
	pty_mark(p);
	close(taken);
	/* busy while it connects, idle once it waits again */
	assert_true(pty_wait_idle(p));
}

/* One region, as a kiosk of one hospital: it keeps trying by itself. */
static struct pty *
kiosk_of_one_region(struct pty_stage *s)
{
	char *clock = mem_printf("EMAGE_TEST_CLOCK=@%s", s->fixture->clock);
	const char *args[] = {"--kiosk", NULL};
	const char *env[] = {clock, NULL};
	struct pty_stage_options o = {.args = args, .env = env};
	struct pty *p;

	pty_stage_next_day(s);
	p = pty_stage_client(s, &o);
	free(clock);
	return p;
}

#define RETRY_LONGEST_S	   15
#define FOUR_HOURS_RETRIES (4 * 3600 / RETRY_LONGEST_S)

/* Each time it waits longer: what was enough the first time is not any more. */
static void
kiosk_expect_growing_waits(struct pty *p, struct pty_stage *s, int fd)
{
	static const int enough_s[] = {1, 2, 3, 5, 9, 16};
	struct pollfd in = {.fd = fd, .events = POLLIN};

	for (size_t i = 0; i < ARRAY_LEN(enough_s); i++) {
		kiosk_wait_s(p, s, enough_s[i]);
		kiosk_drop_one(p, fd);
	}
	pty_mark(p);
	kiosk_wait_s(p, s, enough_s[1]);
	assert_true(pty_wait_idle(p));
	assert_int_equal(poll(&in, 1, 0), 0);
}

/* The session ends while the server is away, and nothing of it stays; hours
 * later the server is back, and so is the kiosk. */
static void
test_server_away_for_hours(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = kiosk_of_one_region(s);
	int fd;

	assert_true(pty_stage_sign_in(p, s));
	fixture_kill(s->fixture);
	fd = kiosk_listen(s->fixture);
	assert_true(pty_wait_text(p, "Nouvel essai automatique."));
	kiosk_expect_growing_waits(p, s, fd);
	kiosk_wait_s(p, s, 125);
	assert_true(pty_wait_screen(p, "signin"));
	assert_true(pty_wait_no_text(p, "MARTIN"));
	assert_true(pty_wait_no_text(p, "ECHO-DOPPLER"));
	/* after the longest wait there is another try, each time */
	for (int i = 0; i < FOUR_HOURS_RETRIES; i++) {
		kiosk_drop_one(p, fd);
		kiosk_wait_s(p, s, RETRY_LONGEST_S);
	}
	close(fd);
	fixture_start(s->fixture);
	kiosk_wait_s(p, s, RETRY_LONGEST_S);
	assert_true(pty_wait_no_text(p, "Nouvel essai automatique."));
	pty_stage_next_day(s);
	assert_true(pty_stage_sign_in(p, s));
	pty_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_screens),
	    cmocka_unit_test(test_each_row_of_a_button),
	    cmocka_unit_test(test_rows_of_exams_and_the_question),
	    cmocka_unit_test(test_choice_and_languages),
	    cmocka_unit_test(test_idle_before_signing_in),
	    cmocka_unit_test(test_idle_in_a_session),
	    cmocka_unit_test(test_server_away_for_hours),
	};

	return cmocka_run_group_tests_name("kiosk", tests, pty_stage_set_up, pty_stage_tear_down);
}
