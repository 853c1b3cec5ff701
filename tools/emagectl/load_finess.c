/* SPDX-License-Identifier: MIT */
/*
 * emagectl import finess: the national file of establishments (etalab-cs1100507):
 * columns separated by ";", no heading, two sections of which the first names
 * the establishments and the second says where they stand.
 */
#include <stdlib.h>
#include <string.h>

#include "server/policy/load.h"
#include "tools/emagectl/load.h"

#define SECTION_PLACES "structureet"

/* Columns of the first section, by place; those behind are not needed. */
enum finess_column {
	FINESS_SECTION,
	FINESS_NUMBER,
	FINESS_LEGAL,
	FINESS_NAME,
	FINESS_LONG_NAME,
	FINESS_ADDRESS_FIRST,
	FINESS_DEPARTMENT = 13,
	N_FINESS_COLUMNS,
};

#define BEHIND                                                                                     \
	{                                                                                          \
		.name = "", .shown = ""                                                            \
	}
static const struct load_column finess_columns[N_FINESS_COLUMNS] = {
    [FINESS_SECTION] = {"section", "section", true},
    [FINESS_NUMBER] = {"nofinesset", "nofinesset", true},
    [FINESS_LEGAL] = BEHIND,
    [FINESS_NAME] = {"rs", "rs", true},
    [FINESS_LONG_NAME] = {"rslongue", "rslongue", false},
    [FINESS_ADDRESS_FIRST... FINESS_DEPARTMENT - 1] = BEHIND,
    [FINESS_DEPARTMENT] = {"departement", "departement", false},
};

struct finess_options {
	struct load_options common;
	struct option_list departments;
	bool all_departments;
};

#define OPT(field) .offset = offsetof(struct finess_options, field)

static const struct option_row finess_rows[] = {
    {'n', "dry-run", NULL, OPTION_FLAG, OPT(common.dry_run),
	.help = "Read and judge every line; store nothing."},
    {0, "department", "CODE", OPTION_LIST, OPT(departments),
	.help = "Also those of this department, besides the region's."},
    {0, "all-departments", NULL, OPTION_FLAG, OPT(all_departments), .help = "Wherever they are."},
    {0, "refused", "FILE", OPTION_STRING, OPT(common.refused), .words = "@file",
	.help = "Write the lines that were refused to this file, to be mended and read again."},
    {'q', "quiet", NULL, OPTION_FLAG, OPT(common.quiet),
	.help = "Show refused lines and the counts only."},
};

enum { FINESS_N_NEW, FINESS_N_RENAMED, FINESS_N_KNOWN };
static const struct load_count finess_counts[] = {
    {"new", "new", FINESS_N_NEW},
    {"renamed", "renamed", FINESS_N_RENAMED},
    {"known", "known already", FINESS_N_KNOWN},
};

static bool
finess_is_passed_over(const struct load *l, char *const *value)
{
	const struct finess_options *o = l->own;

	return !o->all_departments &&
	       !load_is_near(l, value[FINESS_DEPARTMENT], value[FINESS_NUMBER], &o->departments);
}

static void
finess_line(struct load *l, char *const *value)
{
	const char *section = value[FINESS_SECTION];
	const char *name = value[*value[FINESS_NAME] ? FINESS_NAME : FINESS_LONG_NAME];
	Emage__AdminEstablishment *e;

	if (strcmp(section, "finess") == 0 || strcmp(section, "geolocalisation") == 0 ||
	    (strcmp(section, SECTION_PLACES) == 0 && finess_is_passed_over(l, value))) {
		l->n_skipped++;
		return;
	}
	if (strcmp(section, SECTION_PLACES) != 0) {
		load_refuse(
		    l, "section", "not structureet or geolocalisation: not a line of this file");
		return;
	}
	if (strlen(value[FINESS_NUMBER]) == 9 && !policy_finess_key_is_right(value[FINESS_NUMBER]))
		load_warn(l, "nofinesset", "the key is not right; taken all the same");
	e = load_alloc(l, sizeof(*e));
	emage__admin_establishment__init(e);
	e->line = load_mark(l);
	e->finess = load_text(l, value[FINESS_NUMBER]);
	e->name = load_text(l, name);
	load_add(l, &e->base);
}

static uint32_t
finess_send(struct load *l, struct load_batch *b)
{
	Emage__AdminEstablishmentsPutRequest rq = EMAGE__ADMIN_ESTABLISHMENTS_PUT_REQUEST__INIT;

	rq.dry_run = l->o->dry_run;
	rq.n_establishments = b->n;
	rq.establishments = (Emage__AdminEstablishment **)(void *)b->message;
	return rpc_call(l->ctl->c.rpc, METHOD_admin_establishments_put, &rq.base,
	    load_timeout_ms(l), load_answered, b);
}

static void
finess_answered(struct load_batch *b, const ProtobufCMessage *msg)
{
	const Emage__AdminEstablishmentsPutReply *reply = (const void *)msg;

	b->load->count[FINESS_N_NEW] += reply->n_new;
	b->load->count[FINESS_N_RENAMED] += reply->n_renamed;
	b->load->count[FINESS_N_KNOWN] += reply->n_known;
	load_refusals(b, reply->refused, reply->n_refused);
}

static const struct load_format finess_format = {
    .separator = ';',
    .by_place = true,
    .regional = true,
    .columns = finess_columns,
    .n_columns = N_FINESS_COLUMNS,
    .line = finess_line,
    .send = finess_send,
    .answered = finess_answered,
    .counts = finess_counts,
    .n_counts = ARRAY_LEN(finess_counts),
};

static int
finess_run(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct finess_options *o = options;

	return load_run(ctl, &ctl_import_finess, &finess_format, &o->common, options, argc, argv);
}

const struct ctl_command ctl_import_finess = {
    .name = "import finess",
    .args = "FILE...",
    .help = "Import establishments (the national file of FINESS numbers).",
    .words = "@file",
    .rows = finess_rows,
    .n_rows = ARRAY_LEN(finess_rows),
    .options_size = sizeof(struct finess_options),
    .run = finess_run,
};
