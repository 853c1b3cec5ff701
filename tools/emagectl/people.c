/* SPDX-License-Identifier: MIT */
/*
 * emagectl patient add, release.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/day.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "tools/emagectl/ctl.h"

/* --------------------------------------------------------------- patient add */

struct patient_options {
	const char *civility, *given_name, *name, *birth_name, *birth_date, *sex, *email, *mobile,
	    *language, *ipp, *ipp_authority, *operator_name, *letter, *printer;
	int64_t establishment;
};

#define OPT(field) .offset = offsetof(struct patient_options, field)

static const struct option_row patient_rows[] = {
    {0, "civility", "WORD", OPTION_STRING, OPT(civility), .words = "Madame Monsieur",
	.help = "Madame or Monsieur."},
    {0, "given-name", "NAME", OPTION_STRING, OPT(given_name), .help = "Given name."},
    {0, "name", "NAME", OPTION_STRING, OPT(name), .help = "Name in use."},
    {0, "birth-name", "NAME", OPTION_STRING, OPT(birth_name),
	.help = "Name at birth (default: the name in use)."},
    {0, "birth-date", "YYYY-MM-DD", OPTION_STRING, OPT(birth_date), .help = "Date of birth."},
    {0, "sex", "F|M", OPTION_STRING, OPT(sex), .words = "F M", .help = "As in the identity."},
    {0, "email", "ADDRESS", OPTION_STRING, OPT(email),
	.help = "Where access codes go; this or --mobile is needed to sign in."},
    {0, "mobile", "NUMBER", OPTION_STRING, OPT(mobile),
	.help = "Likewise, with the country: +33612345678."},
    {0, "language", "LANG", OPTION_STRING, OPT(language), .words = "fr de en",
	.help = "Language of messages (default fr)."},
    {0, "ipp", "NUMBER", OPTION_STRING, OPT(ipp),
	.help = "The hospital's patient number, which DICOM files bear."},
    {0, "ipp-authority", "ID", OPTION_STRING, OPT(ipp_authority),
	.help = "Who gave that number: DICOM issuer or FINESS."},
    {0, "operator", "NAME", OPTION_STRING, OPT(operator_name),
	.help = "Who recorded the consent (default: the user who calls)."},
    {0, "establishment", "ID", OPTION_INT, OPT(establishment), .max = INT64_MAX,
	.help = "Where the consent was recorded."},
    {0, "letter", "FILE", OPTION_STRING, OPT(letter), .words = "@file",
	.help = "Write the patient's letter there instead of showing the password: PDF, or text "
		"if the name ends in .txt; - is standard output."},
    {0, "print", "PRINTER", OPTION_STRING, OPT(printer),
	.help = "Print the letter with lp(1) instead of showing the password."},
};

/* "1984-05-31" -> 19840531; 0 when it is no date. Whether the day exists is the
 * server's to say. */
static uint32_t
patient_date(const char *text)
{
	unsigned year, month, day;
	int len = 0;

	if (sscanf(text, "%4u-%2u-%2u%n", &year, &month, &day, &len) != 3 || text[len] != '\0' ||
	    month > 12 || day > 31)
		return 0;
	return year * 10000 + month * 100 + day;
}

static char *
patient_text(const char *s)
{
	return (char *)(s ? s : "");
}

static int
patient_request(const struct patient_options *o, Emage__AdminPatientAddRequest *rq)
{
	const char *user = getenv("SUDO_USER") ? getenv("SUDO_USER") : getenv("USER");

	if (!o->given_name || !o->name || !o->birth_date)
		return ctl_fail("--given-name, --name and --birth-date are needed");
	rq->birth_date = patient_date(o->birth_date);
	if (rq->birth_date == 0)
		return ctl_fail("--birth-date: \"%s\" is not YYYY-MM-DD", o->birth_date);
	rq->civility = patient_text(o->civility);
	rq->given_name = patient_text(o->given_name);
	rq->used_name = patient_text(o->name);
	rq->birth_name = patient_text(o->birth_name ? o->birth_name : o->name);
	rq->sex = patient_text(o->sex);
	rq->email = patient_text(o->email);
	rq->mobile = patient_text(o->mobile);
	rq->language = patient_text(o->language ? o->language : "fr");
	rq->ipp = patient_text(o->ipp);
	rq->ipp_authority = patient_text(o->ipp_authority);
	rq->operator_name = patient_text(o->operator_name ? o->operator_name : user);
	rq->establishment_id = (uint64_t)o->establishment;
	return CTL_OK;
}

static int
patient_letter(const struct patient_options *o, const Emage__AdminPatientAddRequest *rq,
    const Emage__AdminPatientAddReply *reply)
{
	Emage__Letter l = EMAGE__LETTER__INIT;

	l.language = rq->language;
	l.date = day_paris(clock_now_ms());
	l.civility = rq->civility;
	l.given_name = rq->given_name;
	l.used_name = rq->used_name;
	l.birth_name = rq->birth_name;
	l.identifier = reply->identifier;
	l.temporary_password = reply->temporary_password;
	l.expires = day_paris(reply->temporary_until_ms);
	l.establishment = reply->establishment;
	l.support_address = reply->support_address;
	l.region = reply->region;
	return ctl_letter(o->letter, o->printer, &l);
}

/* The password is shown when no letter has it. */
static void
patient_show(FILE *f, const Emage__AdminPatientAddReply *reply, bool has_letter)
{
	fprintf(f, "identifier:         %s\n", reply->identifier);
	if (has_letter)
		fputs("The temporary password stands in the letter.\n", f);
	else
		fprintf(f,
		    "temporary password: %s\n"
		    "The password is shown this once; it must be replaced at the first "
		    "sign-in.\n",
		    reply->temporary_password);
}

static int
patient_add(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct patient_options *o = options;
	bool wants_letter = o->letter || o->printer;
	bool letter_is_output = o->letter && strcmp(o->letter, "-") == 0;
	Emage__AdminPatientAddRequest rq = EMAGE__ADMIN_PATIENT_ADD_REQUEST__INIT;
	ProtobufCMessage *msg;
	Emage__AdminPatientAddReply *reply;
	int rc = CTL_OK;

	(void)argv;
	if (argc > 0)
		return ctl_usage(&ctl_patient_add);
	if (ctl->json && letter_is_output)
		return ctl_fail("--json and --letter - cannot both have standard output");
	if (patient_request(o, &rq) != CTL_OK ||
	    ctl_letter_check(o->letter, o->printer) != CTL_OK || ctl_connect(ctl) < 0 ||
	    ctl_call(ctl, METHOD_admin_patient_add, &rq.base, &msg) < 0)
		return CTL_FAILED;
	reply = (Emage__AdminPatientAddReply *)msg;
	/* the account is there: without its letter the password is still told */
	if (wants_letter && patient_letter(o, &rq, reply) != CTL_OK)
		rc = CTL_PARTLY;
	if (ctl->json)
		ctl_print_json(msg);
	else
		patient_show(
		    letter_is_output ? stderr : stdout, reply, wants_letter && rc == CTL_OK);
	secret_wipe(reply->temporary_password, strlen(reply->temporary_password));
	protobuf_c_message_free_unpacked(msg, NULL);
	return rc;
}

const struct ctl_command ctl_patient_add = {
    .name = "patient add",
    .args = "",
    .help = "Open an account; prints identifier and temporary password, or the letter.",
    .rows = patient_rows,
    .n_rows = ARRAY_LEN(patient_rows),
    .options_size = sizeof(struct patient_options),
    .run = patient_add,
};

/* ------------------------------------------------------------------ release */

static int
release_one(struct ctl *ctl, const char *word)
{
	Emage__AdminReleaseRequest rq = EMAGE__ADMIN_RELEASE_REQUEST__INIT;
	ProtobufCMessage *msg;
	char *end;

	errno = 0;
	rq.exam_id = strtoull(word, &end, 10);
	if (errno != 0 || *word < '0' || *word > '9' || *end != '\0')
		return ctl_fail("\"%s\" is not the number of an exam", word);
	if (ctl_call(ctl, METHOD_admin_release, &rq.base, &msg) < 0)
		return CTL_FAILED;
	if (ctl->json)
		ctl_print_json(msg);
	else
		printf("exam %s %s\n", word,
		    ((Emage__AdminReleaseReply *)msg)->was_released ? "was released already"
								    : "released");
	protobuf_c_message_free_unpacked(msg, NULL);
	return CTL_OK;
}

static int
release_run(struct ctl *ctl, const void *options, int argc, char **argv)
{
	int n_done = 0;

	(void)options;
	if (argc == 0)
		return ctl_usage(&ctl_release);
	if (ctl_connect(ctl) < 0)
		return CTL_FAILED;
	for (int i = 0; i < argc; i++)
		n_done += release_one(ctl, argv[i]) == CTL_OK;
	return n_done == argc ? CTL_OK : n_done > 0 ? CTL_PARTLY : CTL_FAILED;
}

const struct ctl_command ctl_release = {
    .name = "release",
    .args = "EXAM...",
    .help = "Make exams visible to their patient.",
    .run = release_run,
};
