/* SPDX-License-Identifier: MIT */
/*
 * The letter from the reception desk: printed, saved and read, through the real
 * client, emage-letter and an lp(1) that keeps what it gets.
 */
#include "tests/lib/check.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/day.h"
#include "common/mem.h"
#include "tests/lib/file.h"
#include "tests/lib/golden.h"
#include "tests/lib/person.h"
#include "tests/lib/pty_steps.h"
#include "tests/lib/staff_fixture.h"

#define LETTER_PASSWORD_LEN 19u /* XXXX-XXXX-XXXX-XXXX */
#define CODE_LEN	    9u	/* 1234 5678 */
#define CHOICE		    "Votre choix : "

/* What every test has: the desk's account, a configuration, an lp(1). */
static struct staff line;
static struct fixture *server;
static char folder[128], config[128], lp[128], lp_env[160];

/* An lp(1) that writes its arguments and its input beside itself. */
static void
make_lp(const char *rest)
{
	char *script = mem_printf("#!/bin/sh\n"
				  "env > \"$0.env\"\n"
				  "ls -l /proc/$$/fd > \"$0.fds\"\n"
				  "printf '%%s\\n' \"$@\" > \"$0.args\"\n%s\n",
	    rest);

	file_write_script(script, "%s", lp);
	free(script);
}

static void
make_config(const char *staff)
{
	char *text = mem_printf("[staff]\n%s", staff);

	file_write(text, "%s", config);
	free(text);
}

static int
set_up(void **state)
{
	struct pty_stage *s = pty_stage_new(true);

	*state = s;
	server = s->fixture;
	staff_new(server, EMAGE__ROLE__ROLE_RECEPTION, 1, 0, &line);
	snprintf(folder, sizeof(folder), "%s/lettres", s->fixture->folder);
	snprintf(config, sizeof(config), "%s/emage.conf", s->fixture->folder);
	snprintf(lp, sizeof(lp), "%s/lp", s->fixture->folder);
	snprintf(lp_env, sizeof(lp_env), "EMAGE_LP=%s", lp);
	return mkdir(folder, 0700);
}

static const struct look {
	const char *language, *name, *theme;
	unsigned rows, columns;
} usual = {.language = "fr"};

static struct pty *
at_desk(struct pty_stage *s, const struct look *look)
{
	const char *args[] = {
	    "--staff", "--config", config, look->theme ? "--theme" : NULL, look->theme, NULL};
	const char *env[] = {lp_env, NULL};

	return pty_stage_staff(s,
	    &(struct pty_stage_options){.language = look->language,
		.rows = look->rows,
		.columns = look->columns,
		.args = args,
		.env = env},
	    &line.person, "desk");
}

/* The stage's patient. */
static void
to_patient(struct pty *p)
{
	step_find_martin(p);
	step_enter(p, "patient");
	assert_true(pty_wait_text(p, "1984"));
}

/* Confirms what was asked. */
static void
confirm(struct pty *p)
{
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "dialog"));
	step_key(p, PTY_KEY_RIGHT);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "letter"));
}

/* The letter of the stage's patient once more. */
static void
to_letter(struct pty *p)
{
	to_patient(p);
	confirm(p);
}

/* Somebody new, up to the letter. */
static void
to_consent(struct pty *p)
{
	step_key(p, PTY_KEY_ESCAPE);
	pty_send(p, "2");
	assert_true(pty_wait_screen(p, "desk-new"));
	step_next(p, "Sasha");
	step_next(p, "IMAGINAIRE");
	step_key(p, PTY_KEY_TAB);
	step_next(p, "01/02/1990");
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "à faire lire"));
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "consent-text"));
	step_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "desk-new"));
	pty_send(p, " ");
	step_key(p, PTY_KEY_TAB);
	step_next(p, "sasha@example.org");
	step_key(p, PTY_KEY_TAB);
	step_next(p, "01/02/1990");
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "letter"));
}

/* The temporary password that is on the screen. */
static void
password_shown(struct pty *p, char out_r[LETTER_PASSWORD_LEN + 1])
{
	static const char good[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ-";
	char *text = pty_screen_text(pty_view(p), false);
	const char *at = text;

	for (; *at; at++)
		if (strspn(at, good) == LETTER_PASSWORD_LEN && at[4] == '-' && at[9] == '-' &&
		    at[14] == '-')
			break;
	assert_true(*at != '\0');
	snprintf(out_r, LETTER_PASSWORD_LEN + 1, "%s", at);
	free(text);
}

/* The access code that is on the screen. */
static void
code_shown(struct pty *p, char out_r[CODE_LEN + 1])
{
	char *text = pty_screen_text(pty_view(p), false);
	const char *at = text;

	for (; *at; at++)
		if (strspn(at, "0123456789 ") >= CODE_LEN && at[0] != ' ' && at[3] != ' ' &&
		    at[4] == ' ' && at[5] != ' ')
			break;
	assert_true(*at != '\0');
	snprintf(out_r, CODE_LEN + 1, "%s", at);
	free(text);
}

/* What a program prints of a file; freed by the caller. */
static char *
output_of(const char *const *argv)
{
	char *out = NULL;

	fixture_must_run(server, argv, &out);
	return out;
}

static char *
text_of(const char *pdf)
{
	const char *argv[] = {"/usr/bin/pdftotext", "-layout", pdf, "-", NULL};

	return output_of(argv);
}

static char *
file_text(const char *path)
{
	const char *argv[] = {"/bin/cat", path, NULL};

	return output_of(argv);
}

/* Name of the one file in the folder with this ending. */
static void
only_file(const char *ending, char path_r[400])
{
	DIR *d = opendir(folder);
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		size_t len = strlen(e->d_name), tail = strlen(ending);

		if (len < tail || strcmp(e->d_name + len - tail, ending) != 0)
			continue;
		snprintf(path_r, 400, "%s/%s", folder, e->d_name);
		n++;
	}
	closedir(d);
	assert_int_equal(n, 1);
}

static void
assert_has(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("\"%s\" is not in:\n%s", what, text);
}

/* ----------------------------------------------------------------------- tests */

/* Saved twice, each for its owner alone; the second beside the first. */
static void
test_save(void **state)
{
	struct pty_stage *s = *state;
	char password[LETTER_PASSWORD_LEN + 1], path[400], *conf, *text;
	struct stat st;
	struct pty *p;

	conf = mem_printf("letters = %s\n", folder);
	make_config(conf);
	p = at_desk(s, &usual);
	to_letter(p);
	assert_false(pty_has(p, "Imprimer ]"));
	assert_true(pty_wait_text(p, ">[ Enregistrer ]"));
	password_shown(p, password);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Lettre enregistrée :"));
	only_file(".pdf", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	text = text_of(path);
	assert_has(text, password);
	assert_has(text, s->patient.identifier);
	assert_has(text, "Camille");
	assert_has(text, "réédité par votre établissement");
	free(text);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "-2.pdf"));
	only_file("-2.pdf", path);
	assert_int_equal(unlink(path), 0);
	only_file(".pdf", path);
	assert_int_equal(unlink(path), 0);
	pty_free(&p);
	free(conf);
}

/* A folder that is not there, and is made while the letter waits. */
static void
test_save_fails(void **state)
{
	char *later = mem_printf("%s/plus-tard", folder);
	char *conf = mem_printf("letters = %s\n", later);
	char *file =
	    mem_printf("%s/e-mage-%s.pdf", later, ((struct pty_stage *)*state)->patient.identifier);
	struct pty *p;

	make_config(conf);
	p = at_desk(*state, &usual);
	to_letter(p);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "La lettre n'est pas enregistrée"));
	assert_true(pty_wait_text(p, "Vérifiez « letters »"));
	assert_false(pty_has(p, "Lettre enregistrée"));
	assert_int_equal(mkdir(later, 0700), 0);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Lettre enregistrée :"));
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(later), 0);
	pty_free(&p);
	free(file);
	free(conf);
	free(later);
}

/* The letter arrives at lp(1), and nothing else of ours does. */
static void
test_print(void **state)
{
	struct pty_stage *s = *state;
	char password[LETTER_PASSWORD_LEN + 1], pdf[160], other[160], *text;
	struct pty *p;

	make_lp("cat > \"$0.pdf\"");
	make_config("printer = accueil\n");
	p = at_desk(s, &usual);
	to_letter(p);
	assert_true(pty_wait_text(p, ">[ Imprimer ]"));
	assert_false(pty_has(p, "Enregistrer ]"));
	password_shown(p, password);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Lettre envoyée à l'imprimante « accueil »."));
	snprintf(pdf, sizeof(pdf), "%s.pdf", lp);
	text = text_of(pdf);
	assert_has(text, password);
	free(text);
	snprintf(other, sizeof(other), "%s.args", lp);
	text = file_text(other);
	assert_string_equal(text, "-t\ne-mage\n-d\naccueil\n");
	free(text);
	snprintf(other, sizeof(other), "%s.env", lp);
	text = file_text(other);
	assert_null(strstr(text, password));
	assert_null(strstr(text, "TERM="));
	free(text);
	/* no terminal, no connection */
	snprintf(other, sizeof(other), "%s.fds", lp);
	text = file_text(other);
	assert_null(strstr(text, "/dev/pts"));
	assert_null(strstr(text, "socket:"));
	free(text);
	pty_free(&p);
}

/* Somebody new: the first letter, printed from the screen that the consent ends on.
 * Until it is printed the screen stays. */
static void
test_consent(void **state)
{
	struct pty_stage *s = *state;
	char *go = mem_printf("%s.go", lp), *pdf = mem_printf("%s.pdf", lp), *text;
	char password[LETTER_PASSWORD_LEN + 1];
	struct pty *p;
	FILE *gate;

	make_lp("cat > \"$0.pdf\"\nread -r x < \"$0.go\"");
	make_config("printer = accueil\n");
	assert_int_equal(mkfifo(go, 0600), 0);
	p = at_desk(s, &usual);
	to_consent(p);
	password_shown(p, password);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Impression en cours"));
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_text(p, "attendez avant de fermer"));
	assert_true(pty_has(p, password));
	gate = fopen(go, "we"); /* lp(1) is at its other end */
	assert_non_null(gate);
	fputs("go\n", gate);
	fclose(gate);
	assert_true(pty_wait_text(p, "Lettre envoyée"));
	text = text_of(pdf);
	assert_has(text, "Vous venez de créer votre dossier");
	assert_has(text, "Sasha");
	assert_has(text, password);
	free(text);
	step_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "patient"));
	assert_true(pty_wait_no_text(p, password));
	assert_int_equal(unlink(go), 0);
	pty_free(&p);
	free(go);
	free(pdf);
}

/* Without --staff no program is started, and the screen says what it takes. */
static void
test_not_staff(void **state)
{
	const char *args[] = {"--config", config, NULL};
	struct pty *p;

	make_config("printer = accueil\n");
	p = pty_stage_staff(
	    *state, &(struct pty_stage_options){.args = args}, &line.person, "desk");
	to_letter(p);
	assert_true(pty_wait_text(p, "il faut emage --staff"));
	assert_true(pty_wait_text(p, ">[ Fermer ]"));
	assert_false(pty_has(p, "Imprimer ]"));
	assert_false(pty_has(p, "Afficher le texte ]"));
	pty_free(&p);
}

/* The printer's own words, and then it works. */
static void
test_printer_fails(void **state)
{
	struct pty *p;

	make_lp("cat > /dev/null\necho 'lp: The printer or class does not exist.' >&2\nexit 1");
	make_config("printer = accueil\n");
	p = at_desk(*state, &usual);
	to_letter(p);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "L'imprimante « accueil » n'a pas pris la lettre"));
	assert_true(pty_wait_text(p, "lp: The printer or class"));
	assert_false(pty_has(p, "Lettre envoyée"));
	make_lp("cat > /dev/null");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Lettre envoyée à l'imprimante « accueil »."));
	pty_free(&p);
}

/* The whole of it as text; nothing of it is left after logging out. */
static void
test_text(void **state)
{
	char password[LETTER_PASSWORD_LEN + 1], *all;
	struct pty *p;

	make_config("");
	p = at_desk(*state, &usual);
	to_letter(p);
	password_shown(p, password);
	assert_true(pty_wait_text(p, "remplit [staff]"));
	assert_true(pty_wait_text(p, ">[ Afficher le texte ]"));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "letter-text"));
	assert_true(pty_wait_text(p, "Votre accès à e-mage"));
	step_key(p, PTY_KEY_END);
	assert_true(pty_wait_text(p, "info@pulsy.fr"));
	step_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "letter"));
	step_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_stage_log_out(p));
	assert_true(pty_wait_screen(p, "signin"));
	all = pty_screen_text(pty_view(p), true);
	assert_null(strstr(all, password));
	free(all);
	pty_free(&p);
}

static const struct look looks[] = {{"fr", "fr", NULL, 24, 80}, {"de", "de", NULL, 24, 80},
    {"en", "en", NULL, 24, 80}, {"fr", "fr", NULL, 20, 60}, {"fr", "fr", NULL, 40, 120},
    {"fr", "fr-mono", "mono", 24, 80}};

static void
test_looks(void **state)
{
	struct pty_stage *s = *state;
	char *conf = mem_printf("printer = accueil\nletters = %s\n", folder);

	make_lp("cat > /dev/null");
	make_config(conf);
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		struct pty *p = at_desk(s, &looks[i]);
		char password[LETTER_PASSWORD_LEN + 1], until[DAY_TEXT_LEN], path[400];
		char today[DAY_TEXT_LEN], tomorrow[DAY_TEXT_LEN];
		/* the letter speaks the patient's language, whatever the desk's is */
		char letter_today[DAY_TEXT_LEN], letter_tomorrow[DAY_TEXT_LEN];
		const char *but[] = {password, until, today, tomorrow, letter_today,
		    letter_tomorrow, s->patient.identifier, strrchr(s->fixture->folder, '-'), NULL};

		to_letter(p);
		password_shown(p, password);
		day_text(looks[i].language,
		    day_paris(clock_now_ms() + s->fixture->shift_ms + 30LL * 86400000), until);
		/* the client's clock is at the next 14:32 */
		day_text(looks[i].language, day_paris(clock_now_ms()), today);
		day_text(looks[i].language, day_paris(clock_now_ms() + 86400000), tomorrow);
		day_text("fr", day_paris(clock_now_ms()), letter_today);
		day_text("fr", day_paris(clock_now_ms() + 86400000), letter_tomorrow);
		assert_true(golden_matches_but(p, "desk-letter", looks[i].name, but));
		step_key(p, PTY_KEY_RIGHT);
		pty_key(p, PTY_KEY_ENTER);
		assert_true(pty_wait_text(p, ".pdf"));
		assert_true(golden_matches_but(p, "desk-letter-saved", looks[i].name, but));
		step_key(p, PTY_KEY_RIGHT);
		pty_key(p, PTY_KEY_ENTER);
		assert_true(pty_wait_screen(p, "letter-text"));
		assert_true(golden_matches_but(p, "desk-letter-text", looks[i].name, but));
		only_file(".pdf", path);
		assert_int_equal(unlink(path), 0);
		pty_free(&p);
	}
	free(conf);
}

/* By lines: saved, printed, read out, each as often as is wanted. */
static void
test_by_lines(void **state)
{
	const char *args[] = {"--linear", "--staff", "--config", config, NULL};
	const char *env[] = {lp_env, NULL};
	struct pty_stage *s = *state;
	char *conf = mem_printf("printer = accueil\nletters = %s\n", folder);
	char *pdf = mem_printf("%s.pdf", lp), *text, path[400];
	struct person h;

	make_lp("cat > \"$0.pdf\"");
	make_config(conf);
	assert_true(unlink(pdf) == 0 || errno == ENOENT);
	pty_stage_next_day(s);
	mailbox_free(&s->mailbox);
	s->mailbox = fixture_mailbox(s->fixture);
	h = person_new(s, &(struct pty_stage_options){.term = "vt100", .args = args, .env = env});
	answer(&h, "Identifiant : ", line.person.identifier);
	answer(&h, "Mot de passe : ", line.person.password);
	hear(&h, "Un code d'accès à usage unique vous a été envoyé");
	fixture_next_code(s->mailbox, h.code);
	answer(&h, "Code d'accès :", h.code);
	answer(&h, CHOICE, "1");
	answer(&h, "Nom : ", "martin");
	answer(&h, "Prénom : ", "");
	answer(&h, "Né(e) le : ", "31/05/1984");
	answer(&h, CHOICE, "1");
	answer(&h, CHOICE, "d");
	answer(&h, CHOICE, "1");
	hear(&h, "Mot de passe temporaire : ");
	answer(&h, CHOICE, "i");
	hear(&h, "Lettre envoyée à l'imprimante « accueil ».");
	text = text_of(pdf);
	assert_has(text, "Camille");
	free(text);
	answer(&h, CHOICE, "e");
	hear(&h, "Lettre enregistrée : /tmp/");
	only_file(".pdf", path);
	assert_int_equal(unlink(path), 0);
	answer(&h, CHOICE, "t");
	hear(&h, "Votre accès à e-mage");
	hear(&h, "info@pulsy.fr.");
	make_lp("echo 'lp: no printer' >&2; exit 1");
	answer(&h, CHOICE, "i");
	hear(&h, "L'imprimante « accueil » n'a pas pris la lettre : lp: no printer.");
	answer(&h, CHOICE, "f");
	hear(&h, "temporaire en attente");
	answer(&h, CHOICE, "q");
	answer(&h, CHOICE, "0");
	answer(&h, "maintenant ?", "1");
	answer(&h, "Identifiant : ", "0");
	person_leave(&h);
	free(conf);
	free(pdf);
}

/* A code in person stands on the same screen, with nothing to print. */
static void
test_code_looks(void **state)
{
	struct pty_stage *s = *state;

	make_config("printer = accueil\n");
	fixture_stop(s->fixture);
	fixture_sql(s->fixture, "UPDATE account SET email = '', mobile = '', temp_hash = ''"
				" WHERE patient_id IS NOT NULL");
	fixture_start(s->fixture);
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		struct pty *p = at_desk(s, &looks[i]);
		char code[CODE_LEN + 1];
		const char *but[] = {code, NULL};

		to_patient(p);
		for (int k = 0; k < 4; k++)
			step_key(p, PTY_KEY_TAB);
		confirm(p);
		code_shown(p, code);
		assert_true(golden_matches_but(p, "desk-code", looks[i].name, but));
		pty_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_save),
	    cmocka_unit_test(test_save_fails),
	    cmocka_unit_test(test_print),
	    cmocka_unit_test(test_consent),
	    cmocka_unit_test(test_not_staff),
	    cmocka_unit_test(test_printer_fails),
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_looks),
	    cmocka_unit_test(test_code_looks),
	    cmocka_unit_test(test_by_lines),
	};

	return cmocka_run_group_tests_name("desk letter", tests, set_up, pty_stage_tear_down);
}
