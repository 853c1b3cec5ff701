/* SPDX-License-Identifier: MIT */
/*
 * What may come between a person and her account: an export that is cancelled or
 * cut, an address that must wait, a consent that is withdrawn elsewhere while
 * images come.
 */
#include "tests/lib/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/mem.h"
#include "tests/lib/pty_steps.h"
#include "tests/lib/throttle.h"

/* ------------------------------------------------------------------- export */

/* More than the connection and the programs at its ends hold. */
static void
export_images(struct pty_stage *s, const struct fixture_patient *who)
{
	char *script = fixture_source("tests/ui/make_exam.py");
	char *folder = mem_printf("%s/more", s->fixture->folder);
	const char *make[] = {
	    "/usr/bin/python3", script, folder, "1.2.826.0.1.3680043.8.498.9.77", NULL};
	const char *paths[] = {folder, NULL};

	assert_int_equal(mkdir(folder, 0700), 0);
	fixture_must_run(s->fixture, make, NULL);
	fixture_import(s->fixture, who, paths);
	free(script);
	free(folder);
}

/* Bytes of the files whose names begin so; -1: there is none. */
static int64_t
export_bytes(const struct pty_stage *s, const char *name)
{
	DIR *d = opendir(s->fixture->folder);
	int64_t bytes = -1;
	struct dirent *e;
	struct stat st;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, name, strlen(name)) != 0)
			continue;
		if (fstatat(dirfd(d), e->d_name, &st, 0) != 0) /* removed meanwhile */
			continue;
		bytes = (bytes < 0 ? 0 : bytes) + st.st_size;
	}
	closedir(d);
	return bytes;
}

/* Starts it on a line that is held before its end. */
static void
export_part(struct pty *p, struct pty_stage *s, struct throttle *line, const char *name)
{
	char *path = mem_printf("\x15%s/%s", s->fixture->folder, name);

	step_type(p, path);
	free(path);
	throttle_hold(line, 700 << 10);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Échap annule"));
	assert_true(pty_wait_text(p, " sur ")); /* how much, of how much */
	assert_true(pty_wait_text(p, "[#"));
	assert_false(pty_has(p, "100 %"));
	assert_true(export_bytes(s, name) > 0);
}

/* Cancelled, then cut: each time nothing is kept, and it can be begun again. */
static void
test_export_in_part(void **state)
{
	struct pty_stage *s = *state;
	struct throttle *line = throttle_new(s->fixture->port);
	const char *args[] = {"--server", throttle_address(line), "--ca", s->fixture->ca, NULL};
	struct pty_stage_options o = {.args = args, .bare = true};
	struct fixture_patient who;
	struct pty *p;

	step_somebody(s, "Noémie", "noemie@example.org", &who);
	export_images(s, &who);
	p = step_signed_in(s, &who, &o);
	step_open_setting(p, "Mes données", "export");
	export_part(p, s, line, "cancelled");
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_text(p, "Annulé : rien n'a été gardé."));
	assert_int_equal(export_bytes(s, "cancelled"), -1);
	throttle_let_go(line);
	export_part(p, s, line, "cut");
	throttle_cut(line);
	assert_true(pty_wait_text(p, "La connexion a été coupée : rien n'a été gardé"));
	assert_int_equal(export_bytes(s, "cut"), -1);
	assert_true(pty_wait_text(p, "Connexion rétablie."));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Vos données sont dans"));
	assert_true(export_bytes(s, "cut") > 64 << 10);
	pty_free(&p);
	throttle_free(&line);
}

/* ---------------------------------------------------------------- addresses */

static void
address_new(struct pty *p, struct pty_stage *s, const char *address, const char *password)
{
	step_type(p, address);
	step_key(p, PTY_KEY_TAB);
	step_type(p, "\x15"); /* what a refused form has kept */
	step_type(p, password);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Pour vérifier que c'est bien vous"));
	step_type_code(p, s);
	assert_true(pty_wait_text(p, "à la nouvelle adresse"));
	step_type_code(p, s);
	assert_true(pty_wait_screen(p, "settings"));
}

/* Signs in again when the rule of 72 hours between two addresses is over. */
static void
address_days_later(struct pty *p, struct pty_stage *s, const struct fixture_patient *who)
{
	assert_true(pty_stage_log_out(p));
	fixture_advance(s->fixture, (int64_t)73 * 3600 * 1000);
	mailbox_free(&s->mailbox);
	s->mailbox = fixture_mailbox(s->fixture);
	assert_true(pty_stage_password(p, who->identifier, who->password));
	assert_true(pty_stage_code(p, s));
	assert_true(pty_wait_screen(p, "exams"));
}

static void
address_remove(struct pty *p, struct pty_stage *s, const char *address, const char *password)
{
	step_open_setting(p, address, "contact");
	step_key(p, PTY_KEY_TAB);
	step_type(p, password);
	assert_true(pty_stage_choose(p, "[ Supprimer ]"));
	step_key(p, PTY_KEY_RIGHT);
	step_key(p, PTY_KEY_RIGHT);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Pour vérifier que c'est bien vous"));
	step_type_code(p, s);
	assert_true(pty_wait_screen(p, "settings"));
	assert_true(pty_wait_text(p, "L'adresse est supprimée de votre compte."));
}

/* A mobile is added; then the e-mail address must wait, and may go 72 hours later. */
static void
test_two_addresses(void **state)
{
	struct pty_stage *s = *state;
	struct fixture_patient who;
	struct pty *p;

	step_somebody(s, "Mathilde", "mathilde@example.org", &who);
	p = step_signed_in(s, &who, NULL);
	step_open_setting(p, "Téléphone mobile", "contact");
	step_type(p, "pas un numéro");
	step_key(p, PTY_KEY_TAB);
	step_type(p, who.password);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "06 12 34 56 78"));
	step_type(p, "\x15");
	address_new(p, s, "06 39 98 00 17", who.password);
	assert_true(pty_wait_text(p, "06 39 98 00 17"));
	step_open_setting(p, "mathilde@example.org", "contact");
	assert_true(pty_wait_text(p, "[ Supprimer ]"));
	step_type(p, "autre@example.org");
	step_key(p, PTY_KEY_TAB);
	step_type(p, who.password);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "L'autre adresse a changé il y a moins de 72 heures"));
	assert_true(pty_has(p, "autre@example.org"));
	step_key(p, PTY_KEY_ESCAPE);
	address_days_later(p, s, &who);
	address_remove(p, s, "mathilde@example.org", who.password);
	assert_true(pty_wait_no_text(p, "mathilde@example.org"));
	assert_true(pty_has(p, "06 39 98 00 17"));
	pty_free(&p);
}

/* The mobile goes as it came; then there is one address, which stays. */
static void
test_mobile_removed(void **state)
{
	struct pty_stage *s = *state;
	struct fixture_patient who;
	struct pty *p;

	step_somebody(s, "Odile", "odile@example.org", &who);
	p = step_signed_in(s, &who, NULL);
	step_open_setting(p, "Téléphone mobile", "contact");
	address_new(p, s, "06 39 98 00 18", who.password);
	address_days_later(p, s, &who);
	address_remove(p, s, "06 39 98 00 18", who.password);
	assert_true(pty_wait_no_text(p, "06 39 98 00 18"));
	step_open_setting(p, "odile@example.org", "contact");
	assert_false(pty_has(p, "[ Supprimer ]"));
	pty_free(&p);
}

/* ------------------------------------------------------------------ consent */

/* Withdrawn at home while the images of an exam come on a kiosk: nothing of them
 * stays. Last of all: the person of the stage has no account any more. */
static void
test_consent_while_images_come(void **state)
{
	static const char *const kiosk[] = {"--kiosk", NULL};
	struct pty_stage_options shared = {.args = kiosk};
	struct pty_stage *s = *state;
	struct pty *p, *other;

	pty_stage_next_day(s);
	mailbox_free(&s->mailbox);
	s->mailbox = fixture_mailbox(s->fixture);
	other = step_signed_in(s, &s->patient, NULL);
	step_open_setting(other, "Retirer votre consentement", "consent");
	step_type(other, s->patient.password);
	step_key(other, PTY_KEY_ENTER);
	step_type(other, "RETIRER");
	step_key(other, PTY_KEY_TAB);
	step_key(other, PTY_KEY_TAB);
	fixture_advance(s->fixture, 61000);
	p = step_signed_in(s, &s->patient, &shared);
	pty_key(p, PTY_KEY_PAGE_DOWN); /* five a page on a kiosk */
	assert_true(pty_wait_text(p, STAGE_IMAGES_AT));
	assert_true(pty_stage_choose(p, STAGE_IMAGES_AT));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "report"));
	pty_send(p, "i");
	assert_true(pty_wait_text(p, "C 40 L 400"));
	pty_send(p, " "); /* all of them, one after the other */
	pty_key(other, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(other, "closed"));
	pty_free(&other);
	pty_key(p, PTY_KEY_RIGHT); /* another series: asks the server */
	assert_true(pty_wait_screen(p, "signin"));
	assert_true(pty_wait_no_text(p, "THORAX"));
	assert_true(pty_wait_no_text(p, "MARTIN"));
	assert_true(pty_wait_text(p, "session"));
	pty_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {

	    cmocka_unit_test(test_export_in_part),
	    cmocka_unit_test(test_two_addresses),
	    cmocka_unit_test(test_mobile_removed),
	    cmocka_unit_test(test_consent_while_images_come),
	};

	return cmocka_run_group_tests_name(
	    "account story", tests, pty_stage_set_up, pty_stage_tear_down);
}
