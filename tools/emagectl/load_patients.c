/* SPDX-License-Identifier: MIT */
/*
 * emagectl import patients: patients as a hospital knows them, with their INS, in
 * a file of our own making: see emagectl(8) for its columns. They get no account:
 * that is the reception desk's, with their consent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "server/policy/load.h"
#include "tools/emagectl/load.h"

#define FIELD_MAX_CHARS 200u

enum patient_column {
	PATIENT_INS_TYPE,
	PATIENT_MATRICULE,
	PATIENT_KEY,
	PATIENT_BIRTH_NAME,
	PATIENT_GIVEN,
	PATIENT_BORN,
	PATIENT_SEX,
	PATIENT_PLACE,
	PATIENT_STATUS,
	PATIENT_IPP,
	PATIENT_AUTHORITY,
	PATIENT_EMAIL,
	PATIENT_MOBILE,
	PATIENT_USED_NAME,
	PATIENT_CIVILITY,
	N_PATIENT_COLUMNS,
};

static const struct load_column patient_columns[N_PATIENT_COLUMNS] = {
    [PATIENT_INS_TYPE] = {"ins type", "ins_type", false},
    [PATIENT_MATRICULE] = {"matricule", "matricule", false},
    [PATIENT_KEY] = {"cle", "cle", false},
    [PATIENT_BIRTH_NAME] = {"nom naissance", "nom_naissance", true},
    [PATIENT_GIVEN] = {"prenoms", "prenoms", true},
    [PATIENT_BORN] = {"date naissance", "date_naissance", true},
    [PATIENT_SEX] = {"sexe", "sexe", true},
    [PATIENT_PLACE] = {"lieu insee", "lieu_insee", false},
    [PATIENT_STATUS] = {"statut", "statut", false},
    [PATIENT_IPP] = {"ipp", "ipp", false},
    [PATIENT_AUTHORITY] = {"ipp autorite", "ipp_autorite", false},
    [PATIENT_EMAIL] = {"email", "email", false},
    [PATIENT_MOBILE] = {"mobile", "mobile", false},
    [PATIENT_USED_NAME] = {"nom utilise", "nom_utilise", false},
    [PATIENT_CIVILITY] = {"civilite", "civilite", false},
};

/* Words of the file, and what they mean to the server. */
struct patient_word {
	const char *word, *meaning;
};
static const struct patient_word patient_oids[] = {
    {"", "1.2.250.1.213.1.4.8"},
    {"NIR", "1.2.250.1.213.1.4.8"},
    {"NIA", "1.2.250.1.213.1.4.9"},
    {"NIR-TEST", "1.2.250.1.213.1.4.10"},
};
static const struct patient_word patient_civilities[] = {
    {"Mme", "Madame"},
    {"MME", "Madame"},
    {"M", "Monsieur"},
    {"M.", "Monsieur"},
};
static const struct patient_word patient_statuses[] = {{"", "PROV"}};

#define OPT(field) .offset = offsetof(struct load_options, field)

static const struct option_row patient_rows[] = {
    {'n', "dry-run", NULL, OPTION_FLAG, OPT(dry_run),
	.help = "Read and judge every line; store nothing."},
    {0, "refused", "FILE", OPTION_STRING, OPT(refused), .words = "@file",
	.help = "Write the lines that were refused to this file, to be mended and read again."},
    {'q', "quiet", NULL, OPTION_FLAG, OPT(quiet),
	.help = "Show refused lines and the counts only."},
};

enum { PATIENT_N_NEW, PATIENT_N_RENEWED, PATIENT_N_KNOWN };
static const struct load_count patient_counts[] = {
    {"new", "new", PATIENT_N_NEW},
    {"renewed", "renewed", PATIENT_N_RENEWED},
    {"known", "as they were", PATIENT_N_KNOWN},
};

static const char *
patient_meaning(const struct patient_word *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].meaning;
	return word;
}
#define MEANING(words, word) patient_meaning(words, ARRAY_LEN(words), word)

/* "1975-02-14" or "14/02/1975"; 0 = neither. Which days exist, the server says. */
static uint32_t
patient_day(const char *s)
{
	unsigned year = 0, month = 0, day = 0;
	int len = 0;

	if (strspn(s, "0123456789-/") != strlen(s) || strlen(s) != 10)
		return 0;
	if (sscanf(s, "%4u-%2u-%2u%n", &year, &month, &day, &len) != 3 &&
	    sscanf(s, "%2u/%2u/%4u%n", &day, &month, &year, &len) != 3)
		return 0;
	return len == 10 ? (uint32_t)(year * 10000 + month * 100 + day) : 0;
}

/* A French number as it is written becomes an international one. */
static char *
patient_mobile(struct load *l, const char *s)
{
	char *out = load_alloc(l, strlen(s) + 4);
	size_t n = 0;

	for (; *s != '\0'; s++)
		if (strchr(" .-", *s) == NULL)
			out[n++] = *s;
	out[n] = '\0';
	if (n == 10 && out[0] == '0') {
		memmove(out + 3, out + 1, n);
		memcpy(out, "+33", 3);
	}
	return out;
}

static void
patient_check_key(struct load *l, char *const *value)
{
	char key[3];

	if (!policy_ins_key(value[PATIENT_MATRICULE], key) || strcmp(key, value[PATIENT_KEY]) == 0)
		return;
	load_warn(l, "cle",
	    *value[PATIENT_KEY] ? "the key of the INS is not right; taken all the same"
				: "the INS comes without its key; taken all the same");
}

static void
patient_line(struct load *l, char *const *value)
{
	Emage__AdminPatient *p;

	for (unsigned i = 0; i < N_PATIENT_COLUMNS; i++) {
		if (text_count(value[i], strlen(value[i])) > FIELD_MAX_CHARS) {
			load_refuse(l, patient_columns[i].shown, "too long");
			return;
		}
	}
	patient_check_key(l, value);
	p = load_alloc(l, sizeof(*p));
	emage__admin_patient__init(p);
	p->line = load_mark(l);
	p->ins_oid = load_text(l, MEANING(patient_oids, value[PATIENT_INS_TYPE]));
	p->matricule = load_text(l, value[PATIENT_MATRICULE]);
	p->ins_key = load_text(l, value[PATIENT_KEY]);
	p->ins_status = load_text(l, MEANING(patient_statuses, value[PATIENT_STATUS]));
	p->birth_name = load_text(l, value[PATIENT_BIRTH_NAME]);
	p->given_name = load_text(l, value[PATIENT_GIVEN]);
	p->birth_date = patient_day(value[PATIENT_BORN]);
	p->sex = load_text(l, value[PATIENT_SEX]);
	p->insee_place = load_text(l, value[PATIENT_PLACE]);
	p->ipp = load_text(l, value[PATIENT_IPP]);
	p->ipp_authority = load_text(l, value[PATIENT_AUTHORITY]);
	p->email = load_text(l, value[PATIENT_EMAIL]);
	p->mobile = patient_mobile(l, value[PATIENT_MOBILE]);
	p->used_name = load_text(l, value[PATIENT_USED_NAME]);
	p->civility = load_text(l, MEANING(patient_civilities, value[PATIENT_CIVILITY]));
	load_add(l, &p->base);
}

static uint32_t
patient_send(struct load *l, struct load_batch *b)
{
	Emage__AdminPatientsPutRequest rq = EMAGE__ADMIN_PATIENTS_PUT_REQUEST__INIT;

	rq.dry_run = l->o->dry_run;
	rq.n_patients = b->n;
	rq.patients = (Emage__AdminPatient **)(void *)b->message;
	return rpc_call(l->ctl->c.rpc, METHOD_admin_patients_put, &rq.base, load_timeout_ms(l),
	    load_answered, b);
}

static void
patient_answered(struct load_batch *b, const ProtobufCMessage *msg)
{
	const Emage__AdminPatientsPutReply *reply = (const void *)msg;

	b->load->count[PATIENT_N_NEW] += reply->n_new;
	b->load->count[PATIENT_N_RENEWED] += reply->n_renewed;
	b->load->count[PATIENT_N_KNOWN] += reply->n_known;
	load_refusals(b, reply->refused, reply->n_refused);
}

static const struct load_format patient_format = {
    .separator = ';',
    .quoted = true,
    .strict = true,
    .columns = patient_columns,
    .n_columns = N_PATIENT_COLUMNS,
    .line = patient_line,
    .send = patient_send,
    .answered = patient_answered,
    .counts = patient_counts,
    .n_counts = ARRAY_LEN(patient_counts),
};

static int
patient_run(struct ctl *ctl, const void *options, int argc, char **argv)
{
	return load_run(ctl, &ctl_import_patients, &patient_format, options, options, argc, argv);
}

const struct ctl_command ctl_import_patients = {
    .name = "import patients",
    .args = "FILE...",
    .help = "Import patients with their INS or local number, without an account.",
    .words = "@file",
    .rows = patient_rows,
    .n_rows = ARRAY_LEN(patient_rows),
    .options_size = sizeof(struct load_options),
    .run = patient_run,
};
