/* SPDX-License-Identifier: MIT */
/*
 * Models filled from replies, the configuration of regions, words for errors,
 * catalogues.
 */
#include "tests/lib/check.h"

#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/clientconf.h"
#include "client/errtext.h"
#include "client/model/exams.h"
#include "client/model/report.h"
#include "client/model/session.h"
#include "client/model/signin.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"

/* --------------------------------------------------------------------- exams */

static void
test_exams(void **state)
{
	Emage__ExamListReply reply = EMAGE__EXAM_LIST_REPLY__INIT;
	Emage__ExamRow row = EMAGE__EXAM_ROW__INIT;
	Emage__ExamRow *rows[] = {&row};
	struct exams m;
	struct exams_query q;
	struct exam copy;

	(void)state;
	exams_init(&m);
	q = m.query;
	assert_int_equal(q.page_size, 10);
	assert_false(exams_query_is_filtered(&q));
	q.from_date = 20160101;
	assert_true(exams_query_is_filtered(&q));
	q.page = 9;
	row.exam_id = 42;
	row.establishment = (char *)(uintptr_t) "CHRU\033[2J de \u202eStrasbourg";
	row.description = (char *)(uintptr_t) "ÉCHO\r\n";
	row.modality = (char *)(uintptr_t) "US";
	reply.rows = rows;
	reply.n_rows = 1;
	reply.total = 21;
	reply.page = 3; /* past the end: the last page */
	reply.n_pages = 3;
	exams_take_list(&m, &q, &reply);
	assert_int_equal(m.changed, EXAMS_CHANGED_ROWS);
	assert_true(m.loaded);
	assert_int_equal(m.query.page, 3);
	assert_int_equal(m.query.from_date, 20160101);
	assert_null(strchr(m.rows[0].establishment, '\033'));
	assert_null(strstr(m.rows[0].establishment, "\u202e"));
	assert_null(strchr(m.rows[0].description, '\r'));
	exam_copy(&m.rows[0], &copy);
	/* a later reply replaces all of it */
	reply.n_rows = 0;
	exams_take_list(&m, &q, &reply);
	assert_int_equal(m.n_rows, 0);
	assert_int_equal(copy.id, 42);
	exam_release(&copy);
	exams_release(&m);
}

/* -------------------------------------------------------------------- report */

static void
test_report(void **state)
{
	Emage__ExamReportReply part = EMAGE__EXAM_REPORT_REPLY__INIT;
	struct report r = {0};

	(void)state;
	part.title = (char *)(uintptr_t) "Compte rendu";
	part.author = (char *)(uintptr_t) "Dr Exemple";
	part.total_bytes = 11;
	part.text = (char *)(uintptr_t) "Un\n\033deux";
	assert_true(report_take(&r, &part, true));
	assert_false(r.complete);
	part.title = part.author = (char *)(uintptr_t) "";
	part.text = (char *)(uintptr_t) "fin";
	assert_true(report_take(&r, &part, false));
	assert_true(r.complete);
	assert_string_equal(r.text, "Un\n\ufffd"
				    "deuxfin");
	assert_string_equal(r.author, "Dr Exemple");
	/* more than announced */
	assert_false(report_take(&r, &part, false));
	report_release(&r);
	part.total_bytes = 4000000000u;
	assert_false(report_take(&r, &part, true));
	report_release(&r);
}

/* ------------------------------------------------------------------- session */

static void
test_session(void **state)
{
	Emage__AuthCodeReply open = EMAGE__AUTH_CODE_REPLY__INIT;
	uint8_t token[32] = {1, 2, 3};
	char name[64];
	struct session s;
	int64_t now_ms;

	(void)state;
	session_init(&s);
	assert_false(session_is_open(&s));
	open.token.data = token;
	open.token.len = sizeof(token);
	open.display_name = (char *)(uintptr_t) "Camille\tMARTIN";
	open.civility = (char *)(uintptr_t) "Madame";
	open.idle_limit_s = 120;
	open.absolute_limit_s = 900;
	session_take_open(&s, &open);
	now_ms = s.touched_at_ms;
	assert_true(session_is_open(&s));
	assert_string_equal(s.display_name, "Camille MARTIN");
	session_name(&s, name, sizeof(name));
	assert_string_equal(name, "Mme Camille MARTIN");
	assert_int_equal(session_idle_left_ms(&s, now_ms + 20000), 100000);
	assert_false(session_wants_touch(&s, now_ms + 30000));
	assert_true(session_wants_touch(&s, now_ms + 30001));
	session_touched(&s, now_ms + 40000);
	assert_int_equal(session_idle_left_ms(&s, now_ms + 40000), 120000);
	session_close(&s);
	assert_false(session_is_open(&s));
	session_name(&s, name, sizeof(name));
	assert_string_equal(name, "");
	session_release(&s);
}

/* What is said of a code that waits or was given up. */
static void
signin_told(struct signin *s, bool waiting, bool given_up, const char *says)
{
	Emage__AuthSendingReply reply = EMAGE__AUTH_SENDING_REPLY__INIT;
	char *text;

	reply.waiting = waiting;
	reply.given_up = given_up;
	text = signin_take_sending(s, &reply);
	if (says)
		assert_string_equal(text, says);
	else
		assert_null(text);
	free(text);
}

static void
test_signin(void **state)
{
	Emage__MaskedContact mail = EMAGE__MASKED_CONTACT__INIT;
	Emage__MaskedContact mobile = EMAGE__MASKED_CONTACT__INIT;
	Emage__MaskedContact *contacts[] = {&mail, &mobile, &mail};
	Emage__AuthPasswordReply reply = EMAGE__AUTH_PASSWORD_REPLY__INIT;
	struct signin s = {0};
	int64_t now_ms;

	(void)state;
	mail.channel = EMAGE__CHANNEL__CHANNEL_EMAIL;
	mail.masked = (char *)(uintptr_t) "c•••••@e•••.fr";
	mobile.channel = EMAGE__CHANNEL__CHANNEL_MOBILE;
	mobile.masked = (char *)(uintptr_t) "06 •• •• •• 42";
	reply.contacts = contacts;
	reply.n_contacts = 3; /* more than there are channels */
	reply.sent_to = EMAGE__CHANNEL__CHANNEL_MOBILE;
	reply.expires_in_s = 900;
	reply.resend_in_s = 60;
	signin_take_password(&s, &reply);
	assert_int_equal(s.n_contacts, 2);
	assert_string_equal(signin_masked(&s, s.sent_to), "06 •• •• •• 42");
	assert_string_equal(signin_masked(&s, EMAGE__CHANNEL__CHANNEL_UNSPECIFIED), "");
	now_ms = s.resend_at_ms - 60000;
	assert_int_equal(signin_expires_in_s(&s, now_ms), 900);
	assert_int_equal(signin_expires_in_s(&s, now_ms + 1), 900);
	assert_int_equal(signin_expires_in_s(&s, now_ms + 899001), 1);
	assert_int_equal(signin_expires_in_s(&s, now_ms + 900000), 0);
	assert_int_equal(signin_resend_in_s(&s, now_ms + 60000), 0);
	signin_told(&s, true, false,
	    "L'envoi prend plus de temps que prévu. Autre envoi possible : e-mail.");
	assert_true(s.late && s.ask_at_ms > 0);
	signin_told(
	    &s, false, true, "Le code n'a pas pu être envoyé : demandez-en un autre par e-mail.");
	assert_int_equal(s.ask_at_ms, 0);
	signin_told(&s, false, false, NULL);
	assert_false(s.late);
	reply.n_contacts = 1;
	reply.sent_to = EMAGE__CHANNEL__CHANNEL_EMAIL;
	signin_take_password(&s, &reply);
	signin_told(&s, true, false, "L'envoi prend plus de temps que prévu : patientez.");
	signin_told(&s, false, true, "Le code n'a pas pu être envoyé : demandez-en un autre.");
	signin_clear(&s);
	assert_int_equal(s.n_contacts, 0);
}

/* ------------------------------------------------------------- configuration */

static void
expect_split(const char *server, const char *host, const char *port)
{
	char *h, *p;
	int err = clientconf_split(server, &h, &p);

	if (!host) {
		assert_int_equal(err, -EM_E_CONFIG);
		return;
	}
	assert_int_equal(err, 0);
	assert_string_equal(h, host);
	assert_string_equal(p, port);
	free(h);
	free(p);
}

static void
test_split(void **state)
{
	(void)state;
	expect_split("emage.example:7443", "emage.example", "7443");
	expect_split("emage.example", "emage.example", "7443");
	expect_split("[::1]:99", "::1", "99");
	expect_split("[::1]", "::1", "7443");
	expect_split("::1", "::1", "7443");
	expect_split("127.0.0.1:1", "127.0.0.1", "1");
	expect_split(":7443", NULL, NULL);
	expect_split("host:", NULL, NULL);
	expect_split("host:http", NULL, NULL);
	expect_split("[::1]x", NULL, NULL);
	expect_split("[::1", NULL, NULL);
	expect_split("", NULL, NULL);
}

static int
load(const char *text, struct clientconf *c, char *faults, size_t len)
{
	char path[] = "/tmp/emage-conf-XXXXXX";
	int fd = mkstemp(path);
	int err;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	err = clientconf_load(path, c, faults, len);
	unlink(path);
	return err;
}

static void
test_config(void **state)
{
	struct clientconf c;
	char faults[1024];

	(void)state;
	assert_int_equal(load("# regions\n[alsace]\nname = Alsace\nserver = a.example:1\n"
			      "ca = /etc/ca.pem\n\n[lorraine]\nserver = l.example\n",
			     &c, faults, sizeof(faults)),
	    0);
	assert_int_equal(c.n_regions, 2);
	assert_string_equal(c.regions[0].name, "Alsace");
	assert_string_equal(c.regions[0].host, "a.example");
	assert_string_equal(c.regions[0].port, "1");
	assert_string_equal(c.regions[0].ca, "/etc/ca.pem");
	assert_string_equal(c.regions[1].name, "lorraine");
	assert_null(c.regions[1].ca);
	clientconf_release(&c);

	assert_int_equal(
	    load("[alsace]\nserve = a.example\n", &c, faults, sizeof(faults)), -EM_E_CONFIG);
	assert_non_null(strstr(faults, "serve"));
	assert_non_null(strstr(faults, "server"));
	assert_non_null(strstr(faults, "alsace"));
	assert_int_equal(load("[a]\nserver = h:x\n", &c, faults, sizeof(faults)), -EM_E_CONFIG);
	assert_int_equal(c.n_regions, 0);
	/* what the desk has is no region */
	assert_int_equal(load("[alsace]\nserver = a.example\n[staff]\nprinter = accueil\n"
			      "letters = /srv/lettres\n",
			     &c, faults, sizeof(faults)),
	    0);
	assert_int_equal(c.n_regions, 1);
	assert_string_equal(c.printer, "accueil");
	assert_string_equal(c.letters, "/srv/lettres");
	/* a server given by hand leaves it as it is */
	assert_int_equal(clientconf_from_server("b.example:2", NULL, &c), 0);
	assert_int_equal(c.n_regions, 1);
	assert_string_equal(c.regions[0].host, "b.example");
	assert_string_equal(c.printer, "accueil");
	clientconf_release(&c);
	assert_null(c.printer);
	assert_int_equal(load("[staff]\nprinter =\n", &c, faults, sizeof(faults)), 0);
	assert_null(c.printer);
	assert_null(c.letters);
	clientconf_release(&c);
	assert_int_equal(load("[staff]\nprintr = x\n", &c, faults, sizeof(faults)), -EM_E_CONFIG);
	assert_non_null(strstr(faults, "printr"));
	assert_non_null(strstr(faults, "printer"));
	assert_int_equal(
	    load("[staff]\nprinter = -o x\n", &c, faults, sizeof(faults)), -EM_E_CONFIG);
	assert_non_null(strstr(faults, "-o x"));
	assert_int_equal(
	    load("[staff]\nletters = ici\n", &c, faults, sizeof(faults)), -EM_E_CONFIG);
	assert_non_null(strstr(faults, "ici"));

	/* a file named by hand must be there */
	assert_int_equal(
	    clientconf_load("/nonexistent/emage.conf", &c, faults, sizeof(faults)), -EM_E_CONFIG);
}

/* -------------------------------------------------------------------- errors */

static void
test_errors(void **state)
{
	static const int all[] = {
#define ERR(name, number, text) EM_E_##name,
#include "common/err.def"
#undef ERR
	};
	Emage__Error e = EMAGE__ERROR__INIT;
	char text[512], other[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		errtext(-all[i], NULL, text, sizeof(text));
		assert_true(strlen(text) > 3);
		errtext(all[i], NULL, other, sizeof(other));
		assert_string_equal(text, other);
		/* one row of a message */
		if (text_width(text) > 76)
			fail_msg("too long: %s", text);
	}
	e.tries_left = 1;
	errtext(-EM_E_CODE_WRONG, &e, text, sizeof(text));
	assert_non_null(strstr(text, "Il reste 1 essai."));
	e.tries_left = 4;
	errtext(-EM_E_CODE_WRONG, &e, text, sizeof(text));
	assert_non_null(strstr(text, "Il reste 4 essais."));
	e.retry_after_s = 45;
	errtext(-EM_E_RATE, &e, text, sizeof(text));
	assert_non_null(strstr(text, "45 secondes"));
	e.retry_after_s = 121;
	errtext(-EM_E_RATE, &e, text, sizeof(text));
	assert_non_null(strstr(text, "3 minutes"));
}

/* ---------------------------------------------------------------- catalogues */

static const char *
translated(const char *language, const char *msgid)
{
	setenv("LANGUAGE", language, 1);
	textdomain("emage");
	return gettext(msgid);
}

/* The languages of the screens, without any generated locale. */
static void
test_catalogues(void **state)
{
	char *locale = mem_printf("%s/locale", getenv("EMAGE_BUILD"));

	(void)state;
	assert_non_null(setlocale(LC_ALL, "C.UTF-8"));
	bindtextdomain("emage", locale);
	bind_textdomain_codeset("emage", "UTF-8");
	assert_string_equal(translated("en", "Identifiant :"), "Identifier:");
	assert_string_equal(translated("de", "Mot de passe :"), "Passwort:");
	assert_string_equal(translated("fr", "Identifiant :"), "Identifiant :");
	/* French: 0 is singular */
	assert_string_equal(
	    ngettext("Il reste %u essai.", "Il reste %u essais.", 0), "Il reste %u essai.");
	assert_string_equal(
	    ngettext("Il reste %u essai.", "Il reste %u essais.", 2), "Il reste %u essais.");
	free(locale);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_exams),
	    cmocka_unit_test(test_report),
	    cmocka_unit_test(test_session),
	    cmocka_unit_test(test_signin),
	    cmocka_unit_test(test_split),
	    cmocka_unit_test(test_config),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_catalogues),
	};

	secret_setup();
	return cmocka_run_group_tests_name("client models", tests, NULL, NULL);
}
