/* SPDX-License-Identifier: MIT */
/*
 * Professionals, accesses and blocks with the real programs: a directory and a
 * history are imported, their patient reads, asks, blocks and unblocks; another
 * patient sees nothing of it, and it all outlives a kill -9.
 */
#include "tests/lib/check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/access.pb-c.h"
#include "tests/lib/wire.h"

static struct fixture *server;
static struct fixture_patient camille, paul;
static char *directory, *accesses, *refused;

/* The demo's own files, with the patient's identifier in the history. */
static void
write_files(void)
{
	char *script = fixture_source("data/demo/make_directory.py");
	char *folder = mem_printf("%s/files", server->folder), *made, line[1024];
	char *command = mem_printf("/usr/bin/python3 '%s' '%s'", script, folder);
	FILE *from, *to;

	assert_int_equal(system(command), 0);
	made = mem_printf("%s/accesses.csv", folder);
	directory = mem_printf("%s/rpps.txt", folder);
	accesses = mem_printf("%s/mine.csv", folder);
	refused = mem_printf("%s/refused.txt", folder);
	from = fopen(made, "re");
	to = fopen(accesses, "we");
	assert_true(from != NULL && to != NULL);
	while (fgets(line, sizeof(line), from)) {
		if (strncmp(line, "authority;ipp", 13) == 0)
			fprintf(to, "finess;patient%s", line + 13);
		else
			fprintf(to, "679900019;%s%s", camille.identifier,
			    line + strlen("EMAGE-DEMO;DEMO-0001"));
	}
	fclose(from);
	assert_int_equal(fclose(to), 0);
	free(made);
	free(command);
	free(folder);
	free(script);
}

static int
set_up(void **state)
{
	const char *contact[] = {"emagectl", "establishment", "add", "-S", NULL, "--finess",
	    "679900019", "--name", "CHU FICTIF", "--contact", "contact@chu.example", NULL};

	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	contact[4] = server->socket;
	fixture_must_run(server, contact, NULL);
	fixture_add_patient(server, "Camille", "camille@example.org", &camille);
	fixture_add_patient(server, "Paul", "paul@example.org", &paul);
	wire_first_sign_in(server, &camille);
	wire_first_sign_in(server, &paul);
	write_files();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	free(directory);
	free(accesses);
	free(refused);
	return 0;
}

/* emagectl WORDS... (NULL at the end): its status; its output holds `want`. */
static int
ctl(const char *const *words, const char *want)
{
	const char *argv[24] = {"emagectl"};
	size_t n = 1;
	char *out;
	int status;

	for (size_t i = 0; words[i]; i++)
		argv[n++] = words[i];
	argv[n++] = "-S";
	argv[n] = server->socket;
	status = fixture_run(server, argv, &out);
	if (!strstr(out, want))
		fail_msg("\"%s\" is not in \"%s\"", want, out);
	free(out);
	return status;
}

static struct wire *
open_session(const struct fixture_patient *p)
{
	struct wire *w = wire_open_greeted(server);

	wire_sign_in(w, p);
	return w;
}

static const void *
ok(struct wire *w, enum method_index m, const void *request)
{
	int rc = wire_call(w, m, request);

	if (rc != 0)
		fail_msg("%s: %s", method_at((unsigned)m)->name, err_name(rc));
	return w->reply;
}

/* -------------------------------------------------------------------- import */

static void
test_import(void **state)
{
	const char *dry[] = {"import", "rpps", "--all-departments", "-n", directory, NULL};
	const char *rpps[] = {"import", "rpps", "--all-departments", directory, NULL};
	const char *mine[] = {"import", "accesses", accesses, NULL};
	const char *none[] = {"import", "rpps", "/nonexistent", NULL};

	(void)state;
	assert_int_equal(ctl(dry, "dry run"), 0);
	assert_int_equal(ctl(rpps, "300 new, 0 renewed"), 0);
	/* again does no harm */
	assert_int_equal(ctl(rpps, "0 new, 300 renewed"), 0);
	assert_int_equal(ctl(mine, "61 added, 0 known already, 0 skipped, 0 refused"), 0);
	assert_int_equal(ctl(mine, "0 added, 61 known already"), 0);
	assert_int_equal(ctl(none, "0 lines"), 2);
}

/* Windows-1252, a bad key, a short line: told one by one, and written out so that
 * they can be mended. */
static void
test_bad_lines(void **state)
{
	static const char heading[] =
	    "Nom d'exercice|Pr\xe9nom d'exercice|Identifiant PP|Type d'identifiant PP|"
	    "Code profession|Libell\xe9 profession|Code savoir-faire|Libell\xe9 savoir-faire\n";
	static const char lines[] = "L\xc9GER-FICTIF|Zo\xe9|10000090034|8|10|M\xe9"
				    "decin||\n"
				    "ESSAI|Anne|10000090035|8|10|M\xe9"
				    "decin||\n"
				    "ESSAI|Anne\n"
				    "AUTRE|Anne|10000090042|8|70|Masseur||\n";
	char *path = mem_printf("%s/files/bad.txt", server->folder), text[512];
	const char *bad[] = {
	    "import", "rpps", "--add", "--all-departments", "--refused", refused, path, NULL};
	Emage__DirectorySearchRequest m = EMAGE__DIRECTORY_SEARCH_REQUEST__INIT;
	const Emage__DirectorySearchReply *r;
	struct wire *w;
	size_t n;
	FILE *f;

	(void)state;
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(heading, f);
	fputs(lines, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(ctl(bad, "1 new, 0 renewed, 0 further activities, 0 with an"
				  " establishment that is not known, 2 without a place of work,"
				  " 0 left the directory,"
				  " 1 skipped, 2 refused"),
	    1);
	f = fopen(refused, "re");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	assert_int_equal(strncmp(text, heading, strlen(heading)), 0);
	assert_non_null(strstr(text, "10000090035"));
	assert_null(strstr(text, "10000090034"));

	w = open_session(&paul);
	m.family_name = (char *)"leger fic";
	m.page = m.page_size = 1;
	r = ok(w, METHOD_directory_search, &m);
	assert_int_equal(r->total, 1);
	assert_string_equal(r->rows[0]->family_name, "LÉGER-FICTIF");
	assert_string_equal(r->rows[0]->given_name, "Zoé");
	wire_free(&w);
	free(path);
}

/* ------------------------------------------------------------------- history */

static void
test_history_as_in_the_guide(void **state)
{
	static const char *const motives[] = {"Vu en consultation", "Hospitalisé dans mon service",
	    "Médecin traitant", "Accès en urgence", "Hospitalisé dans mon service"};
	Emage__AccessListRequest m = EMAGE__ACCESS_LIST_REQUEST__INIT;
	struct wire *w = open_session(&camille);
	const Emage__AccessListReply *r;
	uint32_t seen = 0;

	(void)state;
	m.page = 1;
	m.page_size = 5;
	r = ok(w, METHOD_access_list, &m);
	assert_int_equal(r->total, 61);
	assert_int_equal(r->n_pages, 13);
	for (unsigned i = 0; i < 5; i++)
		assert_string_equal(r->rows[i]->motive, motives[i]);
	assert_string_equal(r->rows[2]->family_name, "MULLER");
	assert_string_equal(r->rows[2]->specialty, "Radiologie (SCH)");
	assert_int_equal(r->rows[2]->at_ms, INT64_C(1496303280000)); /* 01/06/2017 09:48 */
	for (m.page = 1; m.page <= 13; m.page++) {
		r = ok(w, METHOD_access_list, &m);
		for (size_t i = 0; i < r->n_rows; i++)
			assert_int_equal(r->rows[i]->number, 61 - seen++);
	}
	assert_int_equal(seen, 61);
	m.page = 1;
	m.from_date = 20170601;
	m.to_date = 20170602;
	r = ok(w, METHOD_access_list, &m);
	assert_int_equal(r->total, 2);
	m.from_date = 20170603;
	assert_int_equal(wire_call(w, METHOD_access_list, &m), -EM_E_DATE_ORDER);
	wire_free(&w);

	/* nothing of it is another's */
	m = (Emage__AccessListRequest)EMAGE__ACCESS_LIST_REQUEST__INIT;
	m.page = m.page_size = 1;
	w = open_session(&paul);
	r = ok(w, METHOD_access_list, &m);
	assert_int_equal(r->total, 0);
	for (uint64_t number = 1; number <= 62; number++) {
		Emage__AccessGetRequest get = EMAGE__ACCESS_GET_REQUEST__INIT;
		Emage__AccessContestRequest ask = EMAGE__ACCESS_CONTEST_REQUEST__INIT;

		get.number = ask.number = number;
		ask.question = (char *)"Qui est cette personne ?";
		assert_int_equal(wire_call(w, METHOD_access_get, &get), -EM_E_NOT_FOUND);
		if (number % 20 == 1)
			assert_int_equal(
			    wire_call(w, METHOD_access_contest, &ask), -EM_E_NOT_FOUND);
	}
	wire_free(&w);
}

/* The next message to this address; others may come before it. */
static char *
mail_to(struct mailbox *box, const char *address)
{
	for (;;) {
		char *mail;
		size_t len;

		assert_int_equal(mailbox_next(box, FIXTURE_DEADLINE_MS, &mail, &len), 0);
		if (strstr(mail, address))
			return mail;
		free(mail);
	}
}

static void
test_a_question_and_its_answer(void **state)
{
	const char *list[] = {"contest", "list", NULL};
	const char *answer[] = {"contest", "answer", "--author", "CHU FICTIF", "Q-000001",
	    "Le radiologue de garde.", NULL};
	Emage__AccessContestRequest ask = EMAGE__ACCESS_CONTEST_REQUEST__INIT;
	Emage__AccessGetRequest get = EMAGE__ACCESS_GET_REQUEST__INIT;
	struct mailbox *box;
	struct wire *w = open_session(&camille);
	const Emage__AccessGetReply *r;
	char *mail;

	(void)state;
	box = fixture_mailbox(server);
	get.number = ask.number = 59;
	ask.question = (char *)"Je ne connais pas cette personne. Qui est-ce ?";
	assert_string_equal(
	    ((const Emage__AccessContestReply *)ok(w, METHOD_access_contest, &ask))->reference,
	    "Q-000001");
	assert_int_equal(wire_call(w, METHOD_access_contest, &ask), -EM_E_EXISTS);
	mail = mail_to(box, "contact@chu.example");
	assert_non_null(strstr(mail, "Q-000001"));
	assert_null(strstr(mail, "Camille"));
	assert_null(strstr(mail, "MARTIN"));
	assert_null(strstr(mail, "MULLER"));
	assert_null(strstr(mail, camille.identifier));
	assert_null(strstr(mail, "connais"));
	free(mail);
	mailbox_free(&box);

	assert_int_equal(ctl(list, "Qui est-ce ?"), 0);
	assert_int_equal(ctl(list, "Jean-Paul MULLER, CHU FICTIF"), 0);
	assert_int_equal(ctl(answer, ""), 0);
	assert_int_equal(ctl(answer, ""), 2);
	assert_int_equal(ctl(list, ""), 0);
	r = ok(w, METHOD_access_get, &get);
	assert_string_equal(r->answer, "Le radiologue de garde.");
	assert_string_equal(r->professional_establishment, "CHU FICTIF");
	assert_int_equal(r->row->contest, EMAGE__CONTEST_STATE__CONTEST_STATE_ANSWERED);
	wire_free(&w);
}

/* -------------------------------------------------------------------- blocks */

static uint64_t
search_one(struct wire *w, const char *family, const char *given)
{
	Emage__DirectorySearchRequest m = EMAGE__DIRECTORY_SEARCH_REQUEST__INIT;
	const Emage__DirectorySearchReply *r;

	m.family_name = (char *)family;
	m.given_name = (char *)given;
	m.page = 1;
	m.page_size = 10;
	r = ok(w, METHOD_directory_search, &m);
	assert_int_equal(r->total, 1);
	return r->rows[0]->professional_id;
}

static uint32_t
n_blocked(struct wire *w)
{
	Emage__BlockListRequest m = EMAGE__BLOCK_LIST_REQUEST__INIT;

	m.page = 1;
	m.page_size = 10;
	return ((const Emage__BlockListReply *)ok(w, METHOD_block_list, &m))->total;
}

static void
test_blocking(void **state)
{
	Emage__BlockAddRequest add = EMAGE__BLOCK_ADD_REQUEST__INIT;
	Emage__BlockRemoveRequest take = EMAGE__BLOCK_REMOVE_REQUEST__INIT;
	Emage__DirectorySearchRequest m = EMAGE__DIRECTORY_SEARCH_REQUEST__INIT;
	struct wire *w = open_session(&camille), *other = open_session(&paul), *later;

	(void)state;
	m.page = m.page_size = 1;
	assert_int_equal(wire_call(w, METHOD_directory_search, &m), -EM_E_FILTER_EMPTY);
	assert_int_equal(n_blocked(w), 0);
	add.professional_id = take.professional_id = search_one(w, "Müller", "jean paul");
	assert_false(((const Emage__BlockAddReply *)ok(w, METHOD_block_add, &add))->was_blocked);
	assert_true(((const Emage__BlockAddReply *)ok(w, METHOD_block_add, &add))->was_blocked);
	assert_int_equal(n_blocked(w), 1);
	assert_int_equal(n_blocked(other), 0);
	add.professional_id = 4711000;
	assert_int_equal(wire_call(w, METHOD_block_add, &add), -EM_E_NOT_FOUND);

	/* acknowledged is durable */
	wire_free(&w);
	wire_free(&other);
	fixture_kill(server);
	fixture_start(server);
	later = open_session(&camille);
	assert_int_equal(n_blocked(later), 1);
	assert_true(
	    ((const Emage__BlockRemoveReply *)ok(later, METHOD_block_remove, &take))->was_blocked);
	assert_false(
	    ((const Emage__BlockRemoveReply *)ok(later, METHOD_block_remove, &take))->was_blocked);
	assert_int_equal(n_blocked(later), 0);
	wire_free(&later);
}

/* The region's decision is on the screen as soon as it is made. */
static void
test_the_regions_decision(void **state)
{
	Emage__BlockListRequest m = EMAGE__BLOCK_LIST_REQUEST__INIT;
	struct wire *w = open_session(&camille);
	const Emage__BlockListReply *r;
	size_t from = fixture_log_size(server);

	(void)state;
	m.page = m.page_size = 1;
	r = ok(w, METHOD_block_list, &m);
	assert_false(r->emergency_overrides);
	fixture_set(server, "access", "emergency_overrides_block = yes");
	fixture_signal(server, SIGHUP);
	fixture_wait_log(server, from, "reload.done");
	r = ok(w, METHOD_block_list, &m);
	assert_true(r->emergency_overrides);
	wire_free(&w);
}

/* In the history and in the audit trail, and nothing twice. */
static void
test_what_is_on_record(void **state)
{
	(void)state;
	assert_int_equal(fixture_stop(server), 0);
	assert_int_equal(fixture_sql_number(server, "SELECT count(*) FROM access"), 61);
	assert_int_equal(fixture_sql_number(server, "SELECT max(number) FROM access"), 61);
	assert_int_equal(
	    fixture_sql_number(server, "SELECT count(*) FROM audit WHERE event = 'access.added'"),
	    61);
	assert_int_equal(fixture_sql_number(server, "SELECT count(*) FROM audit WHERE event IN"
						    " ('block.added', 'block.removed')"),
	    2);
	fixture_start(server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_import),
	    cmocka_unit_test(test_bad_lines),
	    cmocka_unit_test(test_history_as_in_the_guide),
	    cmocka_unit_test(test_a_question_and_its_answer),
	    cmocka_unit_test(test_blocking),
	    cmocka_unit_test(test_the_regions_decision),
	    cmocka_unit_test(test_what_is_on_record),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
