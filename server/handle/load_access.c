/* SPDX-License-Identifier: MIT */
/*
 * Taking over a history of accesses from an earlier system: rows like any other,
 * with the time when they were recorded here.
 */
#include "server/handle/load.h"

#include <string.h>

#include "server/handle.h"
#include "server/handle/fields.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/policy/identifier.h"
#include "server/policy/motive.h"
#include "server/policy/rpps.h"

#define NAME_MAX_CHARS	 100u
#define LABEL_MAX_CHARS	 200u
#define DETAIL_MAX_CHARS 500u
#define NUMBER_MAX_CHARS 64u
/* 1 January 1990: before there was anything to open. */
#define FIRST_ACCESS_MS INT64_C(631152000000)

int
check_admin_accesses_put(struct request *rq)
{
	const Emage__AdminAccessesPutRequest *m = rq->msg;

	if (m->n_accesses == 0 || m->n_accesses > LOAD_LINES_MAX)
		return request_invalid(rq, "accesses");
	return 0;
}

static bool
load_names_are_given(const Emage__AdminAccess *a)
{
	return a->family_name[0] != '\0' || a->given_name[0] != '\0';
}

/* The first field that does not look as it must, and why; or NULL. */
static const char *
load_access_fault(const struct request *rq, const Emage__AdminAccess *a, const char **reason_r)
{
	*reason_r = "too long, or with characters that cannot be shown";
	if (!fields_line(a->patient, a->ipp[0] == '\0', NUMBER_MAX_CHARS))
		return "patient";
	if (!fields_line(a->ipp, 0, NUMBER_MAX_CHARS))
		return "ipp";
	if (!fields_line(a->ipp_authority, 0, NUMBER_MAX_CHARS))
		return "authority";
	if (!fields_line(a->family_name, 0, NAME_MAX_CHARS))
		return "family_name";
	if (!fields_line(a->given_name, 0, NAME_MAX_CHARS))
		return "given_name";
	if (!fields_line(a->profession, 0, LABEL_MAX_CHARS))
		return "profession";
	if (!fields_line(a->specialty, 0, LABEL_MAX_CHARS))
		return "specialty";
	if (!fields_line(a->motive, 1, POLICY_MOTIVE_MAX / 4 - 1))
		return "motive";
	if (!fields_line(a->motive_detail, 0, DETAIL_MAX_CHARS))
		return "motive_detail";
	if (!fields_line(a->terminal, 0, NAME_MAX_CHARS))
		return "terminal";
	*reason_r = "not eleven digits with a right key";
	if (a->rpps[0] != '\0' && !policy_rpps_is_valid(a->rpps))
		return "rpps";
	*reason_r = "needed, unless the names of that day are given";
	if (a->rpps[0] == '\0' && !load_names_are_given(a))
		return "rpps";
	*reason_r = "not a FINESS number";
	if (a->finess[0] != '\0' && !fields_finess(a->finess))
		return "finess";
	*reason_r = "not a unique identifier";
	if (a->study_uid[0] != '\0' && !fields_uid(a->study_uid))
		return "study_uid";
	*reason_r = "not a known one";
	if ((unsigned)a->result > ACCESS_REFUSED)
		return "result";
	*reason_r = "before 1990, or in the future";
	if (a->at_ms < FIRST_ACCESS_MS || a->at_ms > rq->now_ms)
		return "at";
	*reason_r = "before the access itself";
	if (a->until_ms != 0 && a->until_ms < a->at_ms)
		return "until";
	return NULL;
}

/* ------------------------------------------------------ what a line names */

struct load_access {
	const Emage__AdminAccess *in;
	struct store_access e;
	struct load_verdict *verdict;
};

static int
load_patient(struct request *rq, struct store_conn *db, struct load_access *l)
{
	const Emage__AdminAccess *a = l->in;
	struct store_account account;
	char *kept;
	int rc;

	if (a->patient[0] == '\0') {
		rc = store_patient_by_ipp(db, a->ipp_authority, a->ipp, &l->e.patient_id);
		return rc == -EM_E_NOT_FOUND ? load_refuse(l->verdict, "ipp", "no such patient")
					     : rc;
	}
	kept = arena_alloc(rq->arena, 3 * strlen(a->patient) + 1);
	if (kept == NULL)
		return -EM_E_NO_MEMORY;
	(void)policy_identifier_normalise(a->patient, kept);
	rc = store_account_by_identifier(db, rq->arena, kept, &account);
	if (rc == -EM_E_NOT_FOUND || (rc == 0 && account.patient_id == 0))
		return load_refuse(l->verdict, "patient", "no such patient");
	l->e.patient_id = rc == 0 ? account.patient_id : 0;
	return rc;
}

/* Names of that day, or those of the directory. */
static int
load_names(struct request *rq, struct store_conn *db, struct load_access *l)
{
	const Emage__AdminAccess *a = l->in;
	struct store_professional who;
	int rc;

	l->e.rpps = a->rpps;
	if (load_names_are_given(a)) {
		l->e.family_name = a->family_name;
		l->e.given_name = a->given_name;
		l->e.profession = a->profession;
		l->e.specialty = a->specialty;
		return 0;
	}
	rc = store_professional_by_rpps(db, rq->arena, a->rpps, &who);
	if (rc == -EM_E_NOT_FOUND)
		return load_refuse(
		    l->verdict, "rpps", "not in the directory, and no names are given");
	l->e.family_name = who.family_name;
	l->e.given_name = who.given_name;
	l->e.profession = who.profession;
	l->e.specialty = who.specialty;
	return rc;
}

/* Where, and what was opened. */
static int
load_things(struct request *rq, struct store_conn *db, struct load_access *l)
{
	const Emage__AdminAccess *a = l->in;
	int rc = 0;

	l->e.establishment = "";
	if (a->finess[0] != '\0') {
		rc = store_establishment_by_finess(db, a->finess, &l->e.establishment_id);
		if (rc == -EM_E_NOT_FOUND)
			return load_refuse(l->verdict, "finess", "no such establishment");
		if (rc == 0)
			rc = store_establishment_name(
			    db, rq->arena, l->e.establishment_id, &l->e.establishment);
	}
	if (rc == 0 && a->study_uid[0] != '\0') {
		rc = store_exam_by_study(db, l->e.patient_id, a->study_uid, &l->e.exam_id);
		if (rc == -EM_E_NOT_FOUND)
			return load_refuse(l->verdict, "study_uid", "no such exam of this patient");
	}
	return rc;
}

/* The motive's words are kept as they are; of the list, with their code. */
static int
load_motive(struct request *rq, struct load_access *l)
{
	char code[POLICY_MOTIVE_MAX], label[POLICY_MOTIVE_MAX];

	l->e.motive_detail = l->in->motive_detail;
	l->e.motive = "";
	l->e.motive_label = l->in->motive;
	if (policy_motive_label(l->in->motive, "fr", label)) {
		l->e.motive = l->in->motive;
		l->e.motive_label = arena_strdup(rq->arena, label);
	} else if (policy_motive_code(l->in->motive, code)) {
		l->e.motive = arena_strdup(rq->arena, code);
	}
	return l->e.motive == NULL || l->e.motive_label == NULL ? -EM_E_NO_MEMORY : 0;
}

/* ---------------------------------------------------------------- writing */

static int
load_append(struct request *rq, struct store_conn *db, struct load_access *l, bool dry_run)
{
	Emage__AdminAccessesPutReply *reply = rq->reply;
	const struct store_actor by = {
	    .name = arena_printf(rq->arena, "operator uid=%u", rq->caller.source.uid),
	    .terminal = "",
	};
	uint64_t number;
	bool known = false;
	int rc = by.name == NULL ? -EM_E_NO_MEMORY : store_access_known(db, &l->e, &known);

	if (rc < 0)
		return rc;
	if (known) {
		reply->n_known++;
		return 0;
	}
	reply->n_added++;
	return dry_run ? 0 : store_access_append(db, &l->e, &by, &number);
}

static int
load_access(struct request *rq, struct store_conn *db, void *arg, size_t i, struct load_verdict *v)
{
	const Emage__AdminAccessesPutRequest *m = rq->msg;
	const Emage__AdminAccess *in = m->accesses[i];
	struct load_access l = {
	    .in = in,
	    .verdict = v,
	    .e = {.at_ms = in->at_ms,
		.recorded_at_ms = rq->now_ms,
		.until_ms = in->until_ms,
		.result = (enum access_result)in->result,
		.terminal = in->terminal},
	};
	int rc;

	(void)arg;
	v->line = in->line;
	v->field = load_access_fault(rq, in, &v->reason);
	if (v->field != NULL)
		return 0;
	rc = load_patient(rq, db, &l);
	if (rc == 0)
		rc = load_names(rq, db, &l);
	if (rc == 0)
		rc = load_things(rq, db, &l);
	if (rc == 0)
		rc = load_motive(rq, &l);
	return rc == 0 ? load_append(rq, db, &l, m->dry_run) : rc;
}

int
handle_admin_accesses_put_write(struct request *rq, struct store_conn *db)
{
	const Emage__AdminAccessesPutRequest *m = rq->msg;
	Emage__AdminAccessesPutReply *reply = rq->reply;

	return load_each(
	    rq, db, m->n_accesses, load_access, NULL, &reply->refused, &reply->n_refused);
}
