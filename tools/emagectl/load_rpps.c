/* SPDX-License-Identifier: MIT */
/*
 * emagectl import rpps: the public extract of the national directory
 * (PS_LibreAcces_Personne_activite): columns separated by "|" without quoting,
 * the same person on several lines, one for each activity. Columns are found by
 * name, since extracts have them in different orders.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/text.h"
#include "tools/emagectl/load.h"

/* Type of identifier: 8 = RPPS. */
#define TYPE_RPPS "8"
#define MEDICINE  "10"
/* Longer fields are no names: the server would refuse them as well. */
#define FIELD_MAX_CHARS 200u

enum rpps_column {
	RPPS_TYPE,
	RPPS_NUMBER,
	RPPS_FAMILY,
	RPPS_GIVEN,
	RPPS_PROFESSION_CODE,
	RPPS_PROFESSION,
	RPPS_SPECIALTY_CODE,
	RPPS_SPECIALTY,
	RPPS_FINESS,
	RPPS_PLACE,
	N_RPPS_COLUMNS,
};

static const struct load_column rpps_columns[N_RPPS_COLUMNS] = {
    [RPPS_TYPE] = {"type d identifiant pp", "Type d'identifiant PP", true},
    [RPPS_NUMBER] = {"identifiant pp", "Identifiant PP", true},
    [RPPS_FAMILY] = {"nom d exercice", "Nom d'exercice", true},
    [RPPS_GIVEN] = {"prenom d exercice", "Prénom d'exercice", true},
    [RPPS_PROFESSION_CODE] = {"code profession", "Code profession", true},
    [RPPS_PROFESSION] = {"libelle profession", "Libellé profession", true},
    [RPPS_SPECIALTY_CODE] = {"code savoir faire", "Code savoir-faire", true},
    [RPPS_SPECIALTY] = {"libelle savoir faire", "Libellé savoir-faire", true},
    [RPPS_FINESS] = {"numero finess site", "Numéro FINESS site", false},
    [RPPS_PLACE] = {"raison sociale site", "Raison sociale site", false},
};

struct rpps_options {
	struct load_options common;
	struct option_list professions;
	bool all, add_establishments;
};

#define OPT(field) .offset = offsetof(struct rpps_options, field)

static const struct option_row rpps_rows[] = {
    {'n', "dry-run", NULL, OPTION_FLAG, OPT(common.dry_run),
	.help = "Read and judge every line; store nothing."},
    {0, "profession", "CODE", OPTION_LIST, OPT(professions),
	.help = "Also those of this profession, besides 10 (physicians)."},
    {0, "all-professions", NULL, OPTION_FLAG, OPT(all), .help = "Whatever the profession."},
    {0, "add-establishments", NULL, OPTION_FLAG, OPT(add_establishments),
	.help = "Add establishments that are not known, with the name in the file."},
    {0, "refused", "FILE", OPTION_STRING, OPT(common.refused), .words = "@file",
	.help = "Write the lines that were refused to this file, to be mended and read again."},
    {'q', "quiet", NULL, OPTION_FLAG, OPT(common.quiet),
	.help = "Show refused lines and the counts only."},
};

static struct {
	uint64_t n_new, n_renewed, n_further, n_no_place;
} rpps_tally;

static bool
rpps_is_wished(const struct rpps_options *o, const char *code)
{
	if (o->all || strcmp(code, MEDICINE) == 0)
		return true;
	for (size_t i = 0; i < o->professions.n; i++)
		if (strcmp(code, o->professions.items[i]) == 0)
			return true;
	return false;
}

static void
rpps_line(struct load *l, char *const *value)
{
	Emage__AdminProfessional *p;

	if (strcmp(value[RPPS_TYPE], TYPE_RPPS) != 0 ||
	    !rpps_is_wished(l->own, value[RPPS_PROFESSION_CODE])) {
		l->n_skipped++;
		return;
	}
	for (unsigned i = 0; i < N_RPPS_COLUMNS; i++) {
		if (i != RPPS_PLACE && text_count(value[i], strlen(value[i])) > FIELD_MAX_CHARS) {
			load_refuse(l, rpps_columns[i].shown, "too long");
			return;
		}
	}
	p = load_alloc(l, sizeof(*p));
	emage__admin_professional__init(p);
	p->line = (uint32_t)l->lines.number;
	p->rpps = load_text(l, value[RPPS_NUMBER]);
	p->family_name = load_text(l, value[RPPS_FAMILY]);
	p->given_name = load_text(l, value[RPPS_GIVEN]);
	p->profession_code = load_text(l, value[RPPS_PROFESSION_CODE]);
	p->profession = load_text(l, value[RPPS_PROFESSION]);
	p->specialty_code = load_text(l, value[RPPS_SPECIALTY_CODE]);
	p->specialty = load_text(l, value[RPPS_SPECIALTY]);
	p->finess = load_text(l, value[RPPS_FINESS]);
	if (text_count(value[RPPS_PLACE], strlen(value[RPPS_PLACE])) <= FIELD_MAX_CHARS)
		p->establishment = load_text(l, value[RPPS_PLACE]);
	load_add(l, &p->base);
}

static uint32_t
rpps_send(struct load *l, struct load_batch *b)
{
	const struct rpps_options *o = l->own;
	Emage__AdminProfessionalsPutRequest rq = EMAGE__ADMIN_PROFESSIONALS_PUT_REQUEST__INIT;

	rq.load_id = l->load_id;
	rq.dry_run = o->common.dry_run;
	rq.add_establishments = o->add_establishments;
	rq.n_professionals = b->n;
	rq.professionals = (Emage__AdminProfessional **)(void *)b->message;
	return rpc_call(l->ctl->c.rpc, METHOD_admin_professionals_put, &rq.base,
	    l->ctl->c.timeout_ms, load_answered, b);
}

static void
rpps_answered(struct load_batch *b, const ProtobufCMessage *msg)
{
	const Emage__AdminProfessionalsPutReply *reply = (const void *)msg;

	rpps_tally.n_new += reply->n_new;
	rpps_tally.n_renewed += reply->n_renewed;
	rpps_tally.n_further += reply->n_further;
	rpps_tally.n_no_place += reply->n_no_place;
	load_refusals(b, reply->refused, reply->n_refused);
}

static void
rpps_counts(const struct load *l, FILE *f)
{
	(void)l;
	fprintf(f,
	    "%" PRIu64 " new, %" PRIu64 " renewed, %" PRIu64 " further activities, %" PRIu64
	    " with an establishment that is not known",
	    rpps_tally.n_new, rpps_tally.n_renewed, rpps_tally.n_further, rpps_tally.n_no_place);
}

static const struct load_format rpps_format = {
    .separator = '|',
    .columns = rpps_columns,
    .n_columns = N_RPPS_COLUMNS,
    .line = rpps_line,
    .send = rpps_send,
    .answered = rpps_answered,
    .counts = rpps_counts,
};

static int
rpps_run(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct rpps_options *o = options;
	struct load *l;
	int rc;

	if (argc == 0)
		return ctl_usage(&ctl_import_rpps);
	l = mem_new(sizeof(*l));
	*l = (struct load){.ctl = ctl, .format = &rpps_format, .o = &o->common, .own = o};
	rc = load_files(l, argc, argv);
	free(l);
	return rc;
}

const struct ctl_command ctl_import_rpps = {
    .name = "import rpps",
    .args = "FILE...",
    .help = "Import the directory of professionals (PS_LibreAcces extract).",
    .words = "@file",
    .rows = rpps_rows,
    .n_rows = ARRAY_LEN(rpps_rows),
    .options_size = sizeof(struct rpps_options),
    .run = rpps_run,
};
