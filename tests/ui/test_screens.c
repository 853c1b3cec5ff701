/* SPDX-License-Identifier: MIT */
/*
 * Every screen, in French, at the three sizes that count, as text under
 * version control: tests/ui/golden. The real client on a real server.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/mem.h"
#include "tests/lib/golden.h"
#include "tests/lib/pty_stage.h"

struct size {
	unsigned rows, columns;
};

static const struct size sizes[] = {
    {.rows = 24, .columns = 80}, {.rows = 20, .columns = 60}, {.rows = 40, .columns = 120}};

/* Plain characters, so that pictures are text too. */
static const char *const plain[] = {"--graphics", "plain", NULL};

static struct pty *
screens_client(struct pty_stage *s, const struct size *size)
{
	struct pty_stage_options o = {
	    .rows = size->rows,
	    .columns = size->columns,
	    .args = plain,
	};

	return pty_stage_client(s, &o);
}

static void
screens_help(struct pty *p, const char *name)
{
	pty_key(p, PTY_KEY_F0 + 1);
	assert_true(pty_wait_screen(p, "help"));
	assert_true(golden_matches(p, name, "fr"));
	pty_key(p, PTY_KEY_ESCAPE);
}

static void
screens_of_exam(struct pty *p)
{
	assert_true(pty_stage_choose(p, STAGE_IMAGES_AT));
	assert_true(golden_matches(p, "exams-focus", "fr"));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "report"));
	assert_true(pty_wait_text(p, "Indication"));
	assert_true(golden_matches(p, "report", "fr"));
	pty_send(p, "/");
	assert_true(pty_wait_idle(p));
	pty_send(p, "mediastin\r");
	assert_true(pty_wait_idle(p));
	assert_true(golden_matches(p, "report-search", "fr"));
	pty_send(p, "i");
	assert_true(pty_wait_screen(p, "viewer"));
	assert_true(pty_wait_no_text(p, "Chargement"));
	assert_true(pty_wait_text(p, "C 40 L 400"));
	assert_true(golden_matches(p, "viewer", "fr"));
	pty_send(p, "t");
	assert_true(pty_wait_screen(p, "series"));
	assert_true(golden_matches(p, "series", "fr"));
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "viewer"));
	screens_help(p, "help-viewer");
	assert_true(pty_wait_screen(p, "viewer"));
	pty_send(p, "q");
	assert_true(pty_wait_screen(p, "report"));
	pty_send(p, "q");
	assert_true(pty_wait_screen(p, "exams"));
}

/* What is readable without signing in, from a person's space. */
static void
screens_reading(struct pty *p)
{
	static const struct {
		const char *key, *screen;
	} sections[] = {
	    {"5", "faq"},
	    {"6", "support"},
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(sections); i++) {
		pty_send(p, sections[i].key);
		assert_true(pty_wait_screen(p, sections[i].screen));
		assert_true(golden_matches(p, sections[i].screen, "fr"));
		pty_key(p, PTY_KEY_ESCAPE);
		assert_true(pty_wait_screen(p, "exams"));
	}
}

static void
screens_at(struct pty_stage *s, const struct size *size)
{
	struct pty *p;

	pty_stage_next_day(s);
	p = screens_client(s, size);
	assert_true(pty_wait_screen(p, "signin"));
	assert_true(golden_matches(p, "signin", "fr"));
	screens_help(p, "help-signin");
	assert_true(pty_stage_password(p, s->patient.identifier, s->patient.password));
	assert_true(pty_wait_screen(p, "code"));
	assert_true(golden_matches(p, "code", "fr"));
	assert_true(pty_stage_code(p, s));
	assert_true(pty_wait_screen(p, "exams"));
	assert_true(pty_wait_text(p, "ECHO-DOPPLER"));
	assert_true(golden_matches(p, "exams", "fr"));
	screens_of_exam(p);
	screens_reading(p);
	pty_send(p, "0");
	assert_true(pty_wait_screen(p, "dialog"));
	assert_true(golden_matches(p, "logout", "fr"));
	pty_free(&p);
}

/* What comes before a person's own space, and what stands in its way. */
static void
screens_outside(struct pty_stage *s, const struct size *size)
{
	char *conf = mem_printf("%s/emage.conf", s->fixture->folder);
	const char *regions[] = {"--config", conf, NULL};
	struct pty_stage_options o = {
	    .rows = size->rows,
	    .columns = size->columns,
	    .args = regions,
	    .bare = true,
	};
	FILE *f = fopen(conf, "we");
	char nobody[32];
	struct pty *p;

	assert_non_null(f);
	fprintf(f,
	    "[alsace]\nname = Alsace\nserver = 127.0.0.1:%s\nca = %s\n"
	    "[lorraine]\nname = Lorraine\nserver = 127.0.0.1:%s\nca = %s\n",
	    s->fixture->port, s->fixture->ca, s->fixture->port, s->fixture->ca);
	assert_int_equal(fclose(f), 0);
	pty_stage_next_day(s);
	p = pty_stage_client(s, &o);
	assert_true(pty_wait_screen(p, "home"));
	assert_true(golden_matches(p, "home", "fr"));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "signin"));
	/* somebody else at each size: failures of one are counted */
	snprintf(nobody, sizeof(nobody), "personne%u", size->columns);
	assert_true(pty_stage_password(p, nobody, "pas le bon mot de passe"));
	assert_true(pty_wait_text(p, "Identifiant ou mot de passe incorrect"));
	assert_true(golden_matches(p, "signin-wrong", "fr"));
	pty_resize(p, 11, 39);
	assert_true(pty_wait_screen(p, "small"));
	assert_true(golden_matches(p, "small", "fr"));
	pty_free(&p);
	free(conf);
}

/* A password of one's own, for somebody who has only the letter's. */
static void
screens_new_password(struct pty_stage *s, const struct size *size)
{
	struct fixture_patient dominique;
	struct pty *p = screens_client(s, size);

	fixture_add_patient(s->fixture, "Dominique", "dominique@example.org", &dominique);
	assert_true(pty_stage_password(p, dominique.identifier, dominique.temporary));
	assert_true(pty_stage_code(p, s));
	assert_true(pty_wait_screen(p, "newpass"));
	pty_send(p, "trop court");
	assert_true(pty_wait_idle(p));
	assert_true(golden_matches(p, "newpass", "fr"));
	pty_free(&p);
}

/* The filter: nothing filled in, the list of establishments, no result. */
static void
screens_filter(struct pty_stage *s, const struct size *size)
{
	struct pty *p;

	pty_stage_next_day(s);
	p = screens_client(s, size);
	assert_true(pty_stage_sign_in(p, s));
	pty_key(p, PTY_KEY_F0 + 2);
	assert_true(pty_wait_idle(p));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Veuillez renseigner"));
	assert_true(golden_matches(p, "exams-criterion", "fr"));
	pty_key(p, PTY_KEY_TAB);
	assert_true(pty_wait_idle(p));
	pty_key(p, PTY_KEY_TAB);
	assert_true(pty_wait_idle(p));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "│ Cabinet d'imagerie"));
	assert_true(golden_matches(p, "exams-establishments", "fr"));
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_idle(p));
	pty_key(p, PTY_KEY_F0 + 2);
	assert_true(pty_wait_idle(p));
	pty_send(p, "01/01/1990");
	pty_key(p, PTY_KEY_TAB);
	pty_send(p, "31/12/1990\r");
	assert_true(pty_wait_text(p, "Aucun résultat"));
	assert_true(golden_matches(p, "exams-none", "fr"));
	pty_free(&p);
}

static void
screens_all(struct pty_stage *s, const struct size *size)
{
	screens_outside(s, size);
	screens_new_password(s, size);
	screens_at(s, size);
	screens_filter(s, size);
}

static void
test_80x24(void **state)
{
	screens_all(*state, &sizes[0]);
}

static void
test_60x20(void **state)
{
	screens_all(*state, &sizes[1]);
}

static void
test_120x40(void **state)
{
	screens_all(*state, &sizes[2]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_80x24),
	    cmocka_unit_test(test_60x20),
	    cmocka_unit_test(test_120x40),
	};

	return cmocka_run_group_tests_name("screens", tests, pty_stage_set_up, pty_stage_tear_down);
}
