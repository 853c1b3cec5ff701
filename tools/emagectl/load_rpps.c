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
#include "server/settings.h"
#include "tools/emagectl/load.h"

/* Type of identifier: 8 = RPPS. */
#define TYPE_RPPS "8"
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
	RPPS_DEPARTMENT,
	RPPS_COMMUNE,
	RPPS_POSTCODE,
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
    [RPPS_DEPARTMENT] = {"code departement (structure)", "Code Département (structure)", false},
    [RPPS_COMMUNE] = {"code commune (coord. structure)", "Code commune (coord. structure)", false},
    [RPPS_POSTCODE] = {"code postal (coord. structure)", "Code postal (coord. structure)", false},
};

struct rpps_options {
	struct load_options common;
	struct option_list professions, departments;
	bool all, all_departments, without_place, add_establishments, accept_drop, add;
};

#define OPT(field) .offset = offsetof(struct rpps_options, field)

static const struct option_row rpps_rows[] = {
    {'n', "dry-run", NULL, OPTION_FLAG, OPT(common.dry_run),
	.help = "Read and judge every line; store nothing."},
    {0, "profession", "CODE", OPTION_LIST, OPT(professions),
	.help = "Also those of this profession, besides the settings' (region.professions)."},
    {0, "all-professions", NULL, OPTION_FLAG, OPT(all), .help = "Whatever the profession."},
    {0, "department", "CODE", OPTION_LIST, OPT(departments),
	.help = "Also those who work in this department, besides the settings' "
		"(region.departments)."},
    {0, "without-place", NULL, OPTION_FLAG, OPT(without_place),
	.help = "Also those whose line names no place of work."},
    {0, "all-departments", NULL, OPTION_FLAG, OPT(all_departments),
	.help = "Wherever they work, and also if they work nowhere."},
    {0, "accept-drop", NULL, OPTION_FLAG, OPT(accept_drop),
	.help = "Also when the directory loses more than 5 people in 100."},
    {0, "add", NULL, OPTION_FLAG, OPT(add),
	.help = "Add to the directory in force, such as lines that were refused and have been "
		"mended: nobody leaves it."},
    {0, "add-establishments", NULL, OPTION_FLAG, OPT(add_establishments),
	.help = "Add establishments that are not known, with the name in the file."},
    {0, "refused", "FILE", OPTION_STRING, OPT(common.refused), .words = "@file",
	.help = "Write the lines that were refused to this file, to be mended and read again."},
    {'q', "quiet", NULL, OPTION_FLAG, OPT(common.quiet),
	.help = "Show refused lines and the counts only."},
};

enum {
	RPPS_N_NEW,
	RPPS_N_RENEWED,
	RPPS_N_FURTHER,
	RPPS_N_NO_PLACE,
	RPPS_N_NOWHERE,
	RPPS_N_LEFT,
};
static const struct load_count rpps_counts[] = {
    {"new", "new", RPPS_N_NEW},
    {"renewed", "renewed", RPPS_N_RENEWED},
    {"further", "further activities", RPPS_N_FURTHER},
    {"no_establishment", "with an establishment that is not known", RPPS_N_NO_PLACE},
    {"no_place", "without a place of work", RPPS_N_NOWHERE},
    {"left", "left the directory", RPPS_N_LEFT},
};

static bool
rpps_is_wished(const struct load *l, const char *code)
{
	const struct rpps_options *o = l->own;

	return o->all || load_is_among(code, l->settings->region_professions, &o->professions);
}

/* Somebody whose line names no place is of no region: left out, and counted, unless
 * asked for. */
static bool
rpps_is_near(struct load *l, char *const *value)
{
	const enum rpps_column places[] = {RPPS_COMMUNE, RPPS_POSTCODE, RPPS_FINESS};
	const struct rpps_options *o = l->own;
	const char *place = "";

	for (size_t i = 0; i < ARRAY_LEN(places) && *place == '\0'; i++)
		place = value[places[i]];
	if (*place == '\0' && *value[RPPS_DEPARTMENT] == '\0') {
		l->count[RPPS_N_NOWHERE]++;
		return o->without_place || o->all_departments;
	}
	return o->all_departments ||
	       load_is_near(l, value[RPPS_DEPARTMENT], place, &o->departments);
}

/* What is kept of a line, in the order of names as the directory has it. */
enum rpps_text {
	RPPS_BY_FAMILY_FOLD,
	RPPS_BY_GIVEN_FOLD,
	RPPS_BY_NUMBER,
	N_RPPS_KEYS,
	RPPS_BY_FAMILY = N_RPPS_KEYS,
	RPPS_BY_GIVEN,
	RPPS_BY_PROFESSION_CODE,
	RPPS_BY_PROFESSION,
	RPPS_BY_SPECIALTY_CODE,
	RPPS_BY_SPECIALTY,
	RPPS_BY_FINESS,
	RPPS_BY_PLACE,
	N_RPPS_TEXTS,
};

static void
rpps_put_by(struct load *l, char *const *value)
{
	const char *place = value[RPPS_PLACE];
	char family[3 * 4 * FIELD_MAX_CHARS + 1], given[sizeof(family)];
	const char *const text[N_RPPS_TEXTS] = {
	    [RPPS_BY_FAMILY_FOLD] = family,
	    [RPPS_BY_GIVEN_FOLD] = given,
	    [RPPS_BY_NUMBER] = value[RPPS_NUMBER],
	    [RPPS_BY_FAMILY] = value[RPPS_FAMILY],
	    [RPPS_BY_GIVEN] = value[RPPS_GIVEN],
	    [RPPS_BY_PROFESSION_CODE] = value[RPPS_PROFESSION_CODE],
	    [RPPS_BY_PROFESSION] = value[RPPS_PROFESSION],
	    [RPPS_BY_SPECIALTY_CODE] = value[RPPS_SPECIALTY_CODE],
	    [RPPS_BY_SPECIALTY] = value[RPPS_SPECIALTY],
	    [RPPS_BY_FINESS] = value[RPPS_FINESS],
	    [RPPS_BY_PLACE] = text_count(place, strlen(place)) <= FIELD_MAX_CHARS ? place : "",
	};

	family[text_fold(value[RPPS_FAMILY], strlen(value[RPPS_FAMILY]), family)] = '\0';
	given[text_fold(value[RPPS_GIVEN], strlen(value[RPPS_GIVEN]), given)] = '\0';
	load_later(l, text);
}

static void
rpps_line(struct load *l, char *const *value)
{
	if (strcmp(value[RPPS_TYPE], TYPE_RPPS) != 0 ||
	    !rpps_is_wished(l, value[RPPS_PROFESSION_CODE]) || !rpps_is_near(l, value)) {
		l->n_skipped++;
		return;
	}
	for (unsigned i = 0; i < RPPS_DEPARTMENT; i++) {
		if (i != RPPS_PLACE && text_count(value[i], strlen(value[i])) > FIELD_MAX_CHARS) {
			load_refuse(l, rpps_columns[i].shown, "too long");
			return;
		}
	}
	rpps_put_by(l, value);
}

/* A line that was put by. */
static void
rpps_sorted(struct load *l, char *const *text)
{
	Emage__AdminProfessional *p = load_alloc(l, sizeof(*p));

	emage__admin_professional__init(p);
	p->line = load_mark(l);
	p->rpps = text[RPPS_BY_NUMBER];
	p->family_name = text[RPPS_BY_FAMILY];
	p->given_name = text[RPPS_BY_GIVEN];
	p->profession_code = text[RPPS_BY_PROFESSION_CODE];
	p->profession = text[RPPS_BY_PROFESSION];
	p->specialty_code = text[RPPS_BY_SPECIALTY_CODE];
	p->specialty = text[RPPS_BY_SPECIALTY];
	p->finess = text[RPPS_BY_FINESS];
	p->establishment = text[RPPS_BY_PLACE];
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
	rq.whole = !o->add && !o->common.dry_run;
	rq.n_professionals = b->n;
	rq.professionals = (Emage__AdminProfessional **)(void *)b->message;
	return rpc_call(l->ctl->c.rpc, METHOD_admin_professionals_put, &rq.base, load_timeout_ms(l),
	    load_answered, b);
}

static void
rpps_answered(struct load_batch *b, const ProtobufCMessage *msg)
{
	const Emage__AdminProfessionalsPutReply *reply = (const void *)msg;

	b->load->count[RPPS_N_NEW] += reply->n_new;
	b->load->count[RPPS_N_RENEWED] += reply->n_renewed;
	b->load->count[RPPS_N_FURTHER] += reply->n_further;
	b->load->count[RPPS_N_NO_PLACE] += reply->n_no_place;
	load_refusals(b, reply->refused, reply->n_refused);
}

/* ------------------------------------------------- the directory as a whole */

/* What is no longer in force goes, some at a time: others write in between. */
static int
rpps_take_away(struct load *l)
{
	Emage__AdminDirectoryDropRequest rq = EMAGE__ADMIN_DIRECTORY_DROP_REQUEST__INIT;
	bool more = true;

	while (more) {
		ProtobufCMessage *msg;

		if (ctl_call(l->ctl, METHOD_admin_directory_drop, &rq.base, &msg) < 0)
			return -EM_E_IO;
		more = ((const Emage__AdminDirectoryDropReply *)(const void *)msg)->more;
		protobuf_c_message_free_unpacked(msg, NULL);
	}
	return 0;
}

static bool
rpps_is_whole(const struct load *l)
{
	const struct rpps_options *o = l->own;

	return !o->add && !o->common.dry_run;
}

static int
rpps_begin(struct load *l)
{
	Emage__AdminDirectoryBeginRequest rq = EMAGE__ADMIN_DIRECTORY_BEGIN_REQUEST__INIT;
	ProtobufCMessage *msg;
	bool more;

	if (!rpps_is_whole(l))
		return 0;
	rq.load_id = l->load_id;
	if (ctl_call(l->ctl, METHOD_admin_directory_begin, &rq.base, &msg) < 0)
		return ctl_fail(
			   "a directory is being loaded already, or its loading was broken off "
			   "less than two minutes ago") == CTL_OK
			   ? 0
			   : -EM_E_BUSY;
	more = ((const Emage__AdminDirectoryBeginReply *)(const void *)msg)->more;
	protobuf_c_message_free_unpacked(msg, NULL);
	return more ? rpps_take_away(l) : 0;
}

static void
rpps_end(struct load *l)
{
	const struct rpps_options *o = l->own;
	Emage__AdminDirectoryUseRequest rq = EMAGE__ADMIN_DIRECTORY_USE_REQUEST__INIT;
	const Emage__AdminDirectoryUseReply *reply;
	ProtobufCMessage *msg;

	if (!rpps_is_whole(l))
		return;
	rq.load_id = l->load_id;
	rq.accept_drop = o->accept_drop;
	rq.give_up = l->failed;
	if (ctl_call(l->ctl, METHOD_admin_directory_use, &rq.base, &msg) < 0) {
		l->failed = true;
		return;
	}
	reply = (const void *)msg;
	if (reply->used)
		l->count[RPPS_N_LEFT] = reply->n_left;
	else if (l->failed)
		ctl_fail("the directory stays as it was");
	else if (reply->n_people == 0)
		ctl_fail("no line was taken: the directory stays as it was");
	else
		ctl_fail("the file has %" PRIu64 " people, the directory %" PRIu64
			 ": more than 5 in 100 would leave. It stays as it was; look whether the "
			 "file is whole, or say --accept-drop",
		    reply->n_people, reply->n_before);
	l->failed = l->failed || !reply->used;
	protobuf_c_message_free_unpacked(msg, NULL);
	if (rpps_take_away(l) < 0)
		ctl_fail("what is no longer in force is taken away at the next import");
}

static const struct load_format rpps_format = {
    .separator = '|',
    .regional = true,
    .columns = rpps_columns,
    .n_columns = N_RPPS_COLUMNS,
    .line = rpps_line,
    .sorted = rpps_sorted,
    .n_texts = N_RPPS_TEXTS,
    .n_keys = N_RPPS_KEYS,
    .send = rpps_send,
    .answered = rpps_answered,
    .begin = rpps_begin,
    .end = rpps_end,
    .counts = rpps_counts,
    .n_counts = ARRAY_LEN(rpps_counts),
};

static int
rpps_run(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct rpps_options *o = options;

	return load_run(ctl, &ctl_import_rpps, &rpps_format, &o->common, options, argc, argv);
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
