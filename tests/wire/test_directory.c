/* SPDX-License-Identifier: MIT */
/*
 * Directories with the real programs: a loading takes the place of the one before in
 * one step or not at all; what is wrong with a line is told, and the others go on.
 */
#include "tests/lib/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/access.pb-c.h"
#include "proto/desk.pb-c.h"
#include "tests/lib/rpps.h"
#include "tests/lib/wire.h"

#define HEADING                                                                                    \
	"Type d'identifiant PP|Identifiant PP|Nom d'exercice|Prénom d'exercice|Code profession|"  \
	"Libellé profession|Code savoir-faire|Libellé savoir-faire|Numéro FINESS site|Raison "  \
	"sociale site|Code postal (coord. structure)\n"
#define N_PEOPLE 100u

static struct fixture *server;
static char path[128], refused[128];

static int
set_up(void **state)
{
	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	snprintf(path, sizeof(path), "%s/file", server->folder);
	snprintf(refused, sizeof(refused), "%s/refused", server->folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

static void
put_file(const void *bytes, size_t len)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void
put_text(const char *text)
{
	put_file(text, strlen(text));
}

/* emagectl WORDS... FILE, NULL at the end: its status; its output holds `want`. */
static int
import(const char *want, ...)
{
	const char *argv[16] = {"emagectl", "import"}, *word;
	size_t n = 2;
	va_list ap;
	char *out;
	int status;

	va_start(ap, want);
	while ((word = va_arg(ap, const char *)))
		argv[n++] = word;
	va_end(ap);
	argv[n++] = "-S";
	argv[n++] = server->socket;
	argv[n] = path;
	status = fixture_run(server, argv, &out);
	if (!strstr(out, want))
		fail_msg("\"%s\" is not in \"%s\"", want, out);
	free(out);
	return status;
}

/* A directory of the first n people. */
static void
put_people(unsigned n)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(HEADING, f);
	for (unsigned i = 0; i < n; i++) {
		char number[12];

		rpps_make(i, number);
		fprintf(f, "8|%s|FICTIF-%u|Anne|10|Médecin|SM44|Radio-diagnostic (SM)|||67000\n",
		    number, i);
	}
	assert_int_equal(fclose(f), 0);
}

static unsigned
n_found(const char *family_name)
{
	Emage__DirectorySearchRequest m = EMAGE__DIRECTORY_SEARCH_REQUEST__INIT;
	struct wire *w = wire_open_local(server);
	unsigned n;

	m.family_name = (char *)(uintptr_t)family_name;
	m.page = 1;
	m.page_size = 10;
	assert_int_equal(wire_call(w, METHOD_directory_search, &m), 0);
	n = ((const Emage__DirectorySearchReply *)w->reply)->total;
	wire_free(&w);
	return n;
}

/* ---------------------------------------------------------------- professionals */

static void
test_one_step_or_none(void **state)
{
	(void)state;
	put_people(N_PEOPLE);
	assert_int_equal(import("100 new", "rpps", NULL), 0);
	assert_int_equal(n_found("fictif"), N_PEOPLE);
	/* the same again changes nothing */
	assert_int_equal(import("0 new, 100 renewed", "rpps", NULL), 0);
	/* a file that has lost people is not believed */
	put_people(N_PEOPLE - 10);
	assert_int_equal(import("", "rpps", NULL), 2);
	assert_int_equal(n_found("fictif"), N_PEOPLE);
	assert_int_equal(import("10 left the directory", "rpps", "--accept-drop", NULL), 0);
	assert_int_equal(n_found("fictif"), N_PEOPLE - 10);
	assert_int_equal(n_found("fictif-99"), 0);
}

static void
test_a_changed_heading(void **state)
{
	(void)state;
	put_text("Type d'identifiant PP|Identifiant PP|Nom\n8|10000000017|MARTEAU\n");
	assert_int_equal(import("", "rpps", NULL), 2);
	assert_true(n_found("fictif") > 0);
}

/* Carriage returns, one line in another encoding, no end of line at the end. */
static void
test_lines_as_they_come(void **state)
{
	char a[12], b[12], text[1024];

	(void)state;
	rpps_make(500, a);
	rpps_make(501, b);
	snprintf(text, sizeof(text),
	    "%.*s\r\n8|%s|MÊLÉE-FICTIVE|Zoé|10|Médecin|||||67000\r\n"
	    "8|%s|M\xcaL\xc9"
	    "E-FICTIVE|Zo\xe9|10|M\xe9"
	    "decin|||||67000",
	    (int)strlen(HEADING) - 1, HEADING, a, b);
	put_text(text);
	assert_int_equal(import("2 new", "rpps", "--add", NULL), 0);
	assert_int_equal(n_found("melee-fictive"), 2);
}

/* What cannot be taken is written out under its heading, and taken once mended. */
static void
test_refused_and_mended(void **state)
{
	static char long_name[70000];
	static char back[200000];
	char good[12], bad[12], *text, *line;
	size_t n;
	FILE *f;

	(void)state;
	rpps_make(600, good);
	rpps_make(601, bad);
	bad[10] = bad[10] == '0' ? '1' : '0';
	memset(long_name, 'X', sizeof(long_name) - 1);
	text = mem_printf("%s8|%s|BRISEE-FICTIVE|Anne|10|Médecin|||||67000\n"
			  "8|%s|BRISEE-FICTIVE|Léa|10|Médecin|||||67000\n"
			  "8|%s|%s|Léa|10|Médecin|||||67000\n",
	    HEADING, good, bad, good, long_name);
	put_text(text);
	free(text);
	assert_int_equal(import("2 refused", "rpps", "--add", "--refused", refused, NULL), 1);
	f = fopen(refused, "re");
	assert_non_null(f);
	n = fread(back, 1, sizeof(back) - 1, f);
	back[n] = '\0';
	fclose(f);
	assert_int_equal(strncmp(back, HEADING, strlen(HEADING)), 0);
	/* the line as it was; the other one is too long to be mended */
	line = strstr(back, bad);
	assert_non_null(line);
	rpps_make(601, good);
	memcpy(line, good, strlen(good));
	text = mem_printf("%s8|%.*s\n", HEADING, (int)strcspn(line, "\n"), line);
	put_text(text);
	free(text);
	assert_int_equal(import("1 new", "rpps", "--add", NULL), 0);
	assert_int_equal(n_found("brisee-fictive"), 2);
}

static void
test_a_nul_byte(void **state)
{
	char number[12], text[512], kept[512];
	FILE *f;
	int len;

	(void)state;
	rpps_make(700, number);
	len = snprintf(
	    text, sizeof(text), "%s8|%s|NUL@-FICTIF|Anne|10|Médecin|||||67000\n", HEADING, number);
	*strchr(text, '@') = '\0';
	put_file(text, (size_t)len);
	assert_int_equal(import("1 refused", "rpps", "--add", "--refused", refused, NULL), 2);
	assert_int_equal(n_found("nul"), 0);
	/* to be mended: as it was, to its last byte */
	f = fopen(refused, "re");
	assert_non_null(f);
	assert_int_equal(fread(kept, 1, sizeof(kept), f), len);
	assert_memory_equal(kept, text, (size_t)len);
	fclose(f);
}

/* --------------------------------------------------------------- establishments */

#define PLACE(number, name, department)                                                            \
	"structureet;" number ";679900027;" name ";;;;1;RUE;DE L'EXEMPLE;;;482;" department        \
	";;67000 STRASBOURG;;;355;Centre Hospitalier (C.H.);1102;Centres Hospitaliers;;;;;;;"      \
	"2000-01-01;2000-01-01;2026-10-01;\n"

static void
test_finess(void **state)
{
	static const char first[] = "finess;etalab;93;2026-11-01\n" PLACE(
	    "679900019", "CHU FICTIF STRASBOURG", "67") PLACE("759900011", "H\xd4PITAL FICTIF",
	    "75") "geolocalisation;679900019;1049000.0;6840000.0;1,ATLASANTE;2026-10-01\n";
	static const char second[] = "finess;etalab;93;2026-12-01\n" PLACE(
	    "679900019", "CHU RENOMM\xc9 FICTIF", "67") "ailleurs;679900019\n";

	(void)state;
	put_text(first);
	assert_int_equal(import("1 new", "finess", NULL), 0); /* of the region */
	assert_int_equal(import("0 new, 0 renamed, 1 known already", "finess", NULL), 0);
	assert_int_equal(
	    import("1 new, 0 renamed, 1 known already", "finess", "--all-departments", NULL), 0);
	put_text(second);
	assert_int_equal(import("0 new, 1 renamed", "finess", NULL), 1);
}

/* --------------------------------------------------------------------- patients */

/* A wrong key is told and taken; nobody is made of a name and a date alone. */
static void
test_patients(void **state)
{
	static const char text[] =
	    "ins_type;matricule;cle;nom_naissance;prenoms;date_naissance;sexe;lieu_insee;statut\n"
	    "NIR;2750299350003;56;DUPONT-TEST;MARIE ANNE;1975-02-14;F;99350;QUAL\n"
	    "NIR;1850767482001;11;FICTIF;PAUL;1985-07-02;M;67482;VALI\n"
	    "NIR;180032A004123;75;ESSAI-CORSE;ANGE;1980-03-05;M;2A004;QUAL\n"
	    ";;;SANS-NUMERO;LEA;1990-03-21;F;54395;PROV\n"
	    "NIR;2900354395002;76;EXEMPLE;LEA;1990-02-31;F;54395;PROV\n";
	Emage__PatientFindRequest m = EMAGE__PATIENT_FIND_REQUEST__INIT;
	Emage__PatientGetRequest who = EMAGE__PATIENT_GET_REQUEST__INIT;
	const Emage__PatientFindReply *r;
	const Emage__PatientGetReply *sheet;
	struct wire *w;

	(void)state;
	put_text(text);
	assert_int_equal(import("3 new", "patients", NULL), 1);
	assert_int_equal(import("0 new, 0 renewed, 3 as they were", "patients", NULL), 1);
	w = wire_open_local(server);
	m.ins = (char *)(uintptr_t) "1 80 03 2A 004 123 75";
	assert_int_equal(wire_call(w, METHOD_patient_find, &m), 0);
	r = (const Emage__PatientFindReply *)w->reply;
	assert_int_equal(r->n_rows, 1);
	assert_string_equal(r->rows[0]->birth_name, "ESSAI-CORSE");
	assert_int_equal(r->rows[0]->account, EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_NONE);
	who.patient_id = r->rows[0]->patient_id;
	assert_int_equal(wire_call(w, METHOD_patient_get, &who), 0);
	sheet = (const Emage__PatientGetReply *)w->reply;
	assert_string_equal(sheet->ins, "180032A00412375");
	assert_string_equal(sheet->ins_status, "QUAL");
	wire_free(&w);
}

/* Addresses that came with a patient are shown to the desk, and are the account's
 * when no other is told. */
static void
test_addresses_of_patients(void **state)
{
	Emage__PatientFindRequest find = EMAGE__PATIENT_FIND_REQUEST__INIT;
	Emage__PatientGetRequest who = EMAGE__PATIENT_GET_REQUEST__INIT;
	Emage__ConsentTextRequest text = EMAGE__CONSENT_TEXT_REQUEST__INIT;
	Emage__DeskConsentRequest m = EMAGE__DESK_CONSENT_REQUEST__INIT;
	const Emage__PatientGetReply *sheet;
	struct wire *w;
	char *version;

	(void)state;
	put_text("nom_naissance;prenoms;date_naissance;sexe;ipp;ipp_autorite;email;mobile\n"
		 "ADRESSE-FICTIVE;LEA;1990-03-21;F;A77;990000777;lea@example.org;06 00 00 00 77\n");
	assert_int_equal(import("1 new", "patients", NULL), 0);
	w = wire_open_local(server);
	find.name = (char *)(uintptr_t) "adresse-fictive";
	find.given_name = (char *)(uintptr_t) "lea";
	assert_int_equal(wire_call(w, METHOD_patient_find, &find), 0);
	assert_int_equal(((const Emage__PatientFindReply *)w->reply)->n_rows, 1);
	who.patient_id = ((const Emage__PatientFindReply *)w->reply)->rows[0]->patient_id;
	assert_int_equal(wire_call(w, METHOD_patient_get, &who), 0);
	sheet = (const Emage__PatientGetReply *)w->reply;
	assert_string_equal(sheet->identifier, "");
	assert_string_equal(sheet->email, "lea@example.org");
	assert_string_equal(sheet->mobile, "+33600000077");
	assert_int_equal(wire_call(w, METHOD_consent_text, &text), 0);
	version = mem_strdup(((const Emage__ConsentTextReply *)w->reply)->version);
	m.patient_id = who.patient_id;
	m.text_version = version;
	m.channel = (char *)(uintptr_t) "spoken";
	assert_int_equal(wire_call(w, METHOD_desk_consent, &m), 0);
	free(version);
	assert_int_equal(wire_call(w, METHOD_patient_get, &who), 0);
	sheet = (const Emage__PatientGetReply *)w->reply;
	assert_string_not_equal(sheet->identifier, "");
	assert_string_equal(sheet->email, "lea@example.org");
	assert_string_equal(sheet->mobile, "+33600000077");
	wire_free(&w);
	assert_int_equal(fixture_stop(server), 0);
	assert_int_equal(fixture_sql_number(server, "SELECT count(*) FROM patient_contact"), 0);
	fixture_start(server);
}

/* Whose directory it is, the settings say; who works nowhere is of no region. */
static void
test_the_region(void **state)
{
	static const struct {
		const char *profession, *postcode;
	} row[] = {{"10", "67000"}, {"10", "75001"}, {"10", ""}, {"60", "67000"}, {"60", "75001"}};
	char number[12], text[2048] = HEADING;

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(row); i++) {
		size_t len = strlen(text);

		rpps_make(900000 + i, number);
		snprintf(text + len, sizeof(text) - len, "8|%s|REGION|Anne|%s|Métier|||||%s\n",
		    number, row[i].profession, row[i].postcode);
	}
	put_text(text);
	assert_int_equal(import("5 lines: 1 new, 0 renewed", "rpps", "-n", NULL), 0);
	assert_int_equal(import("1 without a place of work, 0 left the directory, 4 skipped",
			     "rpps", "-n", NULL),
	    0);
	assert_int_equal(import("2 new", "rpps", "-n", "--without-place", NULL), 0);
	assert_int_equal(import("2 new", "rpps", "-n", "--profession", "60", NULL), 0);
	assert_int_equal(import("2 new", "rpps", "-n", "--department", "75", NULL), 0);
	assert_int_equal(
	    import("5 new", "rpps", "-n", "--all-departments", "--all-professions", NULL), 0);
	fixture_set(server, "region", "departments = 67 75");
	fixture_set(server, "region", "professions = 10 60");
	assert_int_equal(import("4 new", "rpps", "-n", "-c", server->config, NULL), 0);
	fixture_set(server, "region", "departments = 67,75");
	assert_int_equal(import("", "rpps", "-n", "-c", server->config, NULL), 2);
	fixture_set(server, "region", "departments = 67");
}

/* A character that no screen can show costs its line, not those that are sent with it. */
static void
test_a_control_character(void **state)
{
	char number[12], text[1024];

	(void)state;
	rpps_make(500, number);
	snprintf(text, sizeof(text),
	    HEADING "8|%s|FIC\033[31mTIF|Anne|10|Médecin|||||67000\n"
		    "8|%s|VERTICAL|Anne|10|Médecin|||||67000\n",
	    number, number);
	put_text(text);
	assert_int_equal(import("0 skipped, 1 refused", "rpps", "--add", NULL), 1);
	assert_int_equal(n_found("vertical"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_step_or_none),
	    cmocka_unit_test(test_a_changed_heading),
	    cmocka_unit_test(test_lines_as_they_come),
	    cmocka_unit_test(test_refused_and_mended),
	    cmocka_unit_test(test_a_nul_byte),
	    cmocka_unit_test(test_finess),
	    cmocka_unit_test(test_patients),
	    cmocka_unit_test(test_addresses_of_patients),
	    cmocka_unit_test(test_the_region),
	    cmocka_unit_test(test_a_control_character),
	};

	return cmocka_run_group_tests_name("directories", tests, set_up, tear_down);
}
