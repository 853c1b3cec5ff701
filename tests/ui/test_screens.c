/* SPDX-License-Identifier: MIT */
/*
 * The way of the guide from its first page to the images, in each look, as text
 * under version control: tests/ui/golden. The real client on a real server.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/mem.h"
#include "tests/lib/pty_look.h"

/* Plain characters, so that pictures are text too. */
static const char *const plain[] = {"--graphics", "plain", NULL};

static void
screens_of_exam(struct pty *p, const struct pty_look *l)
{
	assert_true(pty_stage_choose(p, "15:58"));
	pty_look_golden(p, l, "exams-focus");
	pty_key(p, PTY_KEY_ENTER);
	step_wait(p, "report");
	assert_true(pty_wait_text(p, "Indication"));
	pty_look_golden(p, l, "report");
	pty_look_help(p, l, "report");
	pty_send(p, "/");
	assert_true(pty_wait_idle(p));
	pty_send(p, "mediastin\r");
	assert_true(pty_wait_idle(p));
	pty_look_golden(p, l, "report-search");
	pty_send(p, "i");
	step_wait(p, "viewer");
	assert_true(pty_wait_text(p, "Abdomen"));
	pty_look_golden(p, l, "viewer");
	pty_send(p, "t");
	step_wait(p, "series");
	pty_look_golden(p, l, "series");
	pty_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "viewer");
	pty_look_help(p, l, "viewer");
	pty_send(p, "q");
	step_wait(p, "report");
	pty_send(p, "q");
	step_wait(p, "exams");
}

/* What is readable without signing in, from a person's space. */
static void
screens_reading(struct pty *p, const struct pty_look *l)
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
		step_wait(p, sections[i].screen);
		pty_look_golden(p, l, sections[i].screen);
		pty_look_help(p, l, sections[i].screen);
		pty_key(p, PTY_KEY_ESCAPE);
		step_wait(p, "exams");
	}
}

static void
screens_at(struct pty_stage *s, const struct pty_look *l)
{
	struct pty *p;

	pty_stage_next_day(s);
	p = pty_look_client(s, l, plain, false);
	step_wait(p, "signin");
	pty_look_golden(p, l, "signin");
	pty_look_help(p, l, "signin");
	assert_true(pty_stage_password(p, s->patient.identifier, s->patient.password));
	step_wait(p, "code");
	pty_look_golden(p, l, "code");
	pty_look_help(p, l, "code");
	assert_true(pty_stage_code(p, s));
	step_wait(p, "exams");
	assert_true(pty_wait_text(p, "ECHO-DOPPLER"));
	pty_look_golden(p, l, "exams");
	pty_look_help(p, l, "exams");
	screens_of_exam(p, l);
	screens_reading(p, l);
	pty_send(p, "0");
	step_wait(p, "dialog");
	pty_look_golden(p, l, "logout");
	pty_free(&p);
}

/* What comes before a person's own space, and what stands in its way. */
static void
screens_outside(struct pty_stage *s, const struct pty_look *l)
{
	char *conf = pty_stage_regions(s);
	const char *regions[] = {"--config", conf, NULL};
	char nobody[32];
	struct pty *p;

	pty_stage_next_day(s);
	p = pty_look_client(s, l, regions, true);
	step_wait(p, "home");
	pty_look_golden(p, l, "home");
	pty_look_help(p, l, "home");
	pty_key(p, PTY_KEY_ENTER);
	step_wait(p, "signin");
	/* somebody else in each look: failures of one are counted */
	snprintf(nobody, sizeof(nobody), "personne%u", l->number);
	assert_true(pty_stage_password(p, nobody, "pas le bon mot de passe"));
	assert_true(pty_wait_text(p, "! "));
	pty_look_golden(p, l, "signin-wrong");
	if (l->number == 0) {
		pty_resize(p, 11, 39);
		step_wait(p, "small");
		pty_look_golden(p, l, "small");
	}
	pty_free(&p);
	free(conf);
}

/* Home in a small window: the longest words, and each region still has its name. */
static void
screens_small_home(struct pty_stage *s)
{
	static const struct pty_look look = {
	    .rows = 20, .columns = 60, .language = "de", .name = "de"};
	char *conf = pty_stage_regions(s);
	const char *regions[] = {"--config", conf, NULL};
	struct pty *p = pty_look_client(s, &look, regions, true);

	step_wait(p, "home");
	assert_true(pty_wait_text(p, "Alsace"));
	assert_true(pty_wait_text(p, "Lorraine"));
	pty_free(&p);
	free(conf);
}

/* A password of one's own, for somebody who has only the letter's. */
static void
screens_new_password(struct pty_stage *s, const struct pty_look *l)
{
	struct fixture_patient dominique;
	struct pty *p = pty_look_client(s, l, plain, false);

	fixture_add_patient(s->fixture, "Dominique", "dominique@example.org", &dominique);
	assert_true(pty_stage_password(p, dominique.identifier, dominique.temporary));
	assert_true(pty_stage_code(p, s));
	step_wait(p, "newpass");
	pty_send(p, "trop court");
	assert_true(pty_wait_idle(p));
	pty_look_golden(p, l, "newpass");
	pty_free(&p);
}

/* The filter: nothing filled in, the list of establishments, no result. */
static void
screens_filter(struct pty_stage *s, const struct pty_look *l)
{
	struct pty *p;

	pty_stage_next_day(s);
	p = pty_look_client(s, l, plain, false);
	assert_true(pty_stage_sign_in(p, s));
	pty_key(p, PTY_KEY_F0 + 2);
	assert_true(pty_wait_idle(p));
	pty_key(p, PTY_KEY_ENTER);
	pty_look_golden(p, l, "exams-criterion");
	pty_key(p, PTY_KEY_TAB);
	assert_true(pty_wait_idle(p));
	pty_key(p, PTY_KEY_TAB);
	assert_true(pty_wait_idle(p));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "│ Cabinet d'imagerie"));
	pty_look_golden(p, l, "exams-establishments");
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_idle(p));
	pty_key(p, PTY_KEY_F0 + 2);
	assert_true(pty_wait_idle(p));
	pty_send(p, "01/01/1990");
	pty_key(p, PTY_KEY_TAB);
	pty_send(p, "31/12/1990\r");
	pty_look_golden(p, l, "exams-none");
	pty_free(&p);
}

static void
screens_all(struct pty_stage *s, const struct pty_look *l)
{
	screens_outside(s, l);
	if (l->number == 0)
		screens_small_home(s);
	screens_new_password(s, l);
	screens_at(s, l);
	screens_filter(s, l);
}

int
main(void)
{
	return pty_look_run("screens", pty_stage_set_up, screens_all);
}
