/* SPDX-License-Identifier: MIT */
/*
 * emagectl import accesses: a history taken over from an earlier system, in a
 * file of our own making: see emagectl(8) for its columns.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/text.h"
#include "tools/emagectl/load.h"

#define FIELD_MAX_CHARS 500u

enum access_column {
	ACCESS_PATIENT,
	ACCESS_AUTHORITY,
	ACCESS_IPP,
	ACCESS_RPPS,
	ACCESS_AT,
	ACCESS_MOTIVE,
	ACCESS_DETAIL,
	ACCESS_RESULT,
	ACCESS_STUDY,
	ACCESS_UNTIL,
	ACCESS_FINESS,
	ACCESS_FAMILY,
	ACCESS_GIVEN,
	ACCESS_PROFESSION,
	ACCESS_SPECIALTY,
	ACCESS_TERMINAL,
	N_ACCESS_COLUMNS,
};

static const struct load_column access_columns[N_ACCESS_COLUMNS] = {
    [ACCESS_PATIENT] = {"patient", "patient", false},
    [ACCESS_AUTHORITY] = {"authority", "authority", false},
    [ACCESS_IPP] = {"ipp", "ipp", false},
    [ACCESS_RPPS] = {"rpps", "rpps", true},
    [ACCESS_AT] = {"at", "at", true},
    [ACCESS_MOTIVE] = {"motive", "motive", true},
    [ACCESS_DETAIL] = {"motive detail", "motive_detail", false},
    [ACCESS_RESULT] = {"result", "result", false},
    [ACCESS_STUDY] = {"study uid", "study_uid", false},
    [ACCESS_UNTIL] = {"until", "until", false},
    [ACCESS_FINESS] = {"finess", "finess", false},
    [ACCESS_FAMILY] = {"family name", "family_name", false},
    [ACCESS_GIVEN] = {"given name", "given_name", false},
    [ACCESS_PROFESSION] = {"profession", "profession", false},
    [ACCESS_SPECIALTY] = {"specialty", "specialty", false},
    [ACCESS_TERMINAL] = {"terminal", "terminal", false},
};

static const struct {
	const char *word;
	Emage__AccessResult result;
} access_results[] = {
    {"", EMAGE__ACCESS_RESULT__ACCESS_RESULT_GRANTED},
    {"granted", EMAGE__ACCESS_RESULT__ACCESS_RESULT_GRANTED},
    {"over_block", EMAGE__ACCESS_RESULT__ACCESS_RESULT_EMERGENCY_OVER_BLOCK},
    {"refused", EMAGE__ACCESS_RESULT__ACCESS_RESULT_REFUSED_BLOCKED},
};

#define OPT(field) .offset = offsetof(struct load_options, field)

static const struct option_row access_rows[] = {
    {'n', "dry-run", NULL, OPTION_FLAG, OPT(dry_run),
	.help = "Read and judge every line; store nothing."},
    {0, "refused", "FILE", OPTION_STRING, OPT(refused), .words = "@file",
	.help = "Write the lines that were refused to this file, to be mended and read again."},
    {'q', "quiet", NULL, OPTION_FLAG, OPT(quiet),
	.help = "Show refused lines and the counts only."},
};

enum { ACCESS_N_ADDED, ACCESS_N_KNOWN };
static const struct load_count access_counts[] = {
    {"added", "added", ACCESS_N_ADDED},
    {"known", "known already", ACCESS_N_KNOWN},
};

/* "2017-06-06 11:34", with seconds or without, civil time of France. */
static bool
access_time(const char *s, int64_t *at_ms_r)
{
	int year, month, day, hour, minute, second = 0, len = 0, more = 0;
	struct clock_civil back;

	if (strspn(s, "0123456789-:T ") != strlen(s) ||
	    sscanf(s, "%4d-%2d-%2d%*1[ T]%2d:%2d%n", &year, &month, &day, &hour, &minute, &len) !=
		5)
		return false;
	if (s[len] == ':' && sscanf(s + len, ":%2d%n", &second, &more) != 1)
		return false;
	if (s[len + more] != '\0' || year < 1900 || month < 1 || day < 1 || hour < 0 || hour > 23 ||
	    minute < 0 || minute > 59 || second < 0 || second > 59)
		return false;
	if (clock_day_start_ms((uint32_t)(year * 10000 + month * 100 + day)) == INT64_MIN)
		return false;
	*at_ms_r = clock_from_paris(year, month, day, hour, minute, second);
	/* an hour that spring leaves out */
	back = clock_paris(*at_ms_r);
	return back.hour == hour && back.minute == minute;
}

static bool
access_result(const char *word, Emage__AccessResult *result_r)
{
	for (size_t i = 0; i < ARRAY_LEN(access_results); i++) {
		if (strcmp(access_results[i].word, word) == 0) {
			*result_r = access_results[i].result;
			return true;
		}
	}
	return false;
}

/* Why a line cannot be sent, and the column; or NULL. */
static const char *
access_fault(char *const *value, Emage__AdminAccess *a, enum access_column *column_r)
{
	for (unsigned i = 0; i < N_ACCESS_COLUMNS; i++) {
		*column_r = (enum access_column)i;
		if (text_count(value[i], strlen(value[i])) > FIELD_MAX_CHARS)
			return "too long";
	}
	*column_r = ACCESS_AT;
	if (!access_time(value[ACCESS_AT], &a->at_ms))
		return "not a time YYYY-MM-DD HH:MM";
	*column_r = ACCESS_UNTIL;
	if (*value[ACCESS_UNTIL] && !access_time(value[ACCESS_UNTIL], &a->until_ms))
		return "not a time YYYY-MM-DD HH:MM";
	*column_r = ACCESS_RESULT;
	if (!access_result(value[ACCESS_RESULT], &a->result))
		return "not granted, over_block or refused";
	return NULL;
}

static void
access_line(struct load *l, char *const *value)
{
	Emage__AdminAccess *a = load_alloc(l, sizeof(*a));
	enum access_column column;
	const char *why;

	emage__admin_access__init(a);
	why = access_fault(value, a, &column);
	if (why) {
		load_refuse(l, access_columns[column].shown, why);
		return;
	}
	a->line = load_mark(l);
	a->patient = load_text(l, value[ACCESS_PATIENT]);
	a->ipp_authority = load_text(l, value[ACCESS_AUTHORITY]);
	a->ipp = load_text(l, value[ACCESS_IPP]);
	a->rpps = load_text(l, value[ACCESS_RPPS]);
	a->motive = load_text(l, value[ACCESS_MOTIVE]);
	a->motive_detail = load_text(l, value[ACCESS_DETAIL]);
	a->study_uid = load_text(l, value[ACCESS_STUDY]);
	a->finess = load_text(l, value[ACCESS_FINESS]);
	a->family_name = load_text(l, value[ACCESS_FAMILY]);
	a->given_name = load_text(l, value[ACCESS_GIVEN]);
	a->profession = load_text(l, value[ACCESS_PROFESSION]);
	a->specialty = load_text(l, value[ACCESS_SPECIALTY]);
	a->terminal = load_text(l, value[ACCESS_TERMINAL]);
	load_add(l, &a->base);
}

static uint32_t
access_send(struct load *l, struct load_batch *b)
{
	Emage__AdminAccessesPutRequest rq = EMAGE__ADMIN_ACCESSES_PUT_REQUEST__INIT;

	rq.dry_run = l->o->dry_run;
	rq.n_accesses = b->n;
	rq.accesses = (Emage__AdminAccess **)(void *)b->message;
	return rpc_call(l->ctl->c.rpc, METHOD_admin_accesses_put, &rq.base, load_timeout_ms(l),
	    load_answered, b);
}

static void
access_answered(struct load_batch *b, const ProtobufCMessage *msg)
{
	const Emage__AdminAccessesPutReply *reply = (const void *)msg;

	b->load->count[ACCESS_N_ADDED] += reply->n_added;
	b->load->count[ACCESS_N_KNOWN] += reply->n_known;
	load_refusals(b, reply->refused, reply->n_refused);
}

static const struct load_format access_format = {
    .separator = ';',
    .quoted = true,
    .strict = true,
    .columns = access_columns,
    .n_columns = N_ACCESS_COLUMNS,
    .line = access_line,
    .send = access_send,
    .answered = access_answered,
    .counts = access_counts,
    .n_counts = ARRAY_LEN(access_counts),
};

static int
access_run(struct ctl *ctl, const void *options, int argc, char **argv)
{
	return load_run(ctl, &ctl_import_accesses, &access_format, options, options, argc, argv);
}

const struct ctl_command ctl_import_accesses = {
    .name = "import accesses",
    .args = "FILE...",
    .help = "Take over a history of accesses from another system.",
    .words = "@file",
    .rows = access_rows,
    .n_rows = ARRAY_LEN(access_rows),
    .options_size = sizeof(struct load_options),
    .run = access_run,
};
