/* SPDX-License-Identifier: MIT */
/*
 * Patients, found by whoever may: the desk and the operator find everybody; a
 * professional finds those whose consent is in force and who have not shut them
 * out. No row leaves before the audit row of the search is durable; for a
 * professional the same commit writes into the histories of those who were hidden
 * that somebody looked for them.
 */
#include "server/handle.h"

#include <string.h>

#include "proto/desk.pb-c.h"
#include "server/handle/desk.h"
#include "server/handle/fields.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/policy/identifier.h"
#include "server/policy/load.h"

#define TYPED_MAX_CHARS 100u
#define FIND_MAX	50u
/* Hidden patients whom one search is written down for. */
#define HIDDEN_MAX   5u
#define SEARCH_LABEL "Recherche du dossier"

struct find_state {
	struct desk_agent agent;
	struct store_patient_row *rows; /* those shown, then nothing */
	unsigned n, n_hidden;
	uint64_t hidden[HIDDEN_MAX];
	bool more;
};

/* ------------------------------------------------------------------- find */

static const char *
patient_find_fault(const Emage__PatientFindRequest *m)
{
	const struct {
		const char *value, *field;
	} typed[] = {{m->identifier, "identifier"}, {m->ipp, "ipp"},
	    {m->ipp_authority, "ipp_authority"}, {m->ins, "ins"}, {m->name, "name"},
	    {m->given_name, "given_name"}};

	for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
		if (!fields_typed(typed[i].value, TYPED_MAX_CHARS))
			return typed[i].field;
	}
	return m->birth_date != 0 && !fields_day(m->birth_date) ? "birth_date" : NULL;
}

int
check_patient_find(struct request *rq)
{
	const Emage__PatientFindRequest *m = rq->msg;
	const char *field = patient_find_fault(m);
	const int n = (m->name[0] != '\0') + (m->given_name[0] != '\0') + (m->birth_date != 0);

	if (field != NULL)
		return request_invalid(rq, field);
	if (m->identifier[0] == '\0' && m->ipp[0] == '\0' && m->ins[0] == '\0' && n < 2) {
		request_refuse(rq, EM_E_FILTER_EMPTY, "", 0, 0);
		return -EM_E_FILTER_EMPTY;
	}
	return 0;
}

/* Takes those out whom the caller may not see. */
static void
patient_hide(struct find_state *st)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < st->n; i++) {
		if (st->rows[i].blocked_at_ms == 0)
			st->rows[kept++] = st->rows[i];
		else if (st->n_hidden < HIDDEN_MAX)
			st->hidden[st->n_hidden++] = st->rows[i].patient_id;
	}
	st->n = kept;
}

int
handle_patient_find_read(struct request *rq, struct store_conn *db)
{
	const Emage__PatientFindRequest *m = rq->msg;
	struct find_state *st = arena_alloc(rq->arena, sizeof(*st));
	char *identifier = arena_alloc(rq->arena, 3 * strlen(m->identifier) + 1);
	struct store_patient_row nobody;
	struct store_patient_find q = {.identifier = identifier,
	    .ipp = m->ipp,
	    .ipp_authority = m->ipp_authority,
	    .ins = m->ins,
	    .name = m->name,
	    .given_name = m->given_name,
	    .birth_date = m->birth_date};
	int rc;

	if (st == NULL || identifier == NULL)
		return -EM_E_NO_MEMORY;
	rq->state = st;
	(void)policy_identifier_normalise(m->identifier, identifier);
	rc = desk_agent_get(rq, db, &st->agent);
	if (rc < 0)
		return rc;
	q.own_authority = st->agent.authority;
	q.professional_id = st->agent.professional_id;
	if (rq->caller.role == EMAGE__ROLE__ROLE_PROFESSIONAL && q.professional_id == 0)
		return -EM_E_SESSION_ENDED; /* no longer in the directory */
	rc = store_patient_find(db, rq->arena, &q, FIND_MAX, &st->rows, &st->n, &st->more);
	if (rc == 0 && st->n == 0) {
		/* as many looks as for one who is hidden (V-02) */
		rc = store_patient_get(db, rq->arena, 1, &q, &nobody);
		return rc == -EM_E_NOT_FOUND ? 0 : rc;
	}
	if (rc == 0)
		patient_hide(st);
	return rc;
}

static int
patient_write_hidden(struct request *rq, struct store_conn *db, const struct find_state *st)
{
	const struct desk_agent *agent = &st->agent;
	struct store_professional who = {.profession = "", .specialty = ""};
	/* where nobody is hidden it costs as much as where one is (V-02) */
	const unsigned n = st->n_hidden > 0 ? st->n_hidden : 1;
	int rc = store_professional_get(db, rq->arena, agent->professional_id, &who);

	for (unsigned i = 0; rc == 0 && i < n; i++) {
		const struct store_access e = {.patient_id = st->hidden[i],
		    .at_ms = rq->now_ms,
		    .recorded_at_ms = rq->now_ms,
		    .rpps = agent->rpps,
		    .family_name = agent->family_name,
		    .given_name = agent->given_name,
		    .profession = who.profession,
		    .specialty = who.specialty,
		    .establishment_id = agent->establishment_id,
		    .establishment = agent->establishment,
		    .motive = "",
		    .motive_label = SEARCH_LABEL,
		    .motive_detail = "",
		    .result = ACCESS_REFUSED,
		    .terminal = people_terminal(rq->caller.kind)};
		const struct store_actor by = {.account_id = agent->account_id,
		    .name = "",
		    .terminal = people_terminal(rq->caller.kind)};
		uint64_t number;

		rc = store_access_append_alike(db, &e, &by, i < st->n_hidden, &number);
	}
	return rc;
}

int
handle_patient_find_write(struct request *rq, struct store_conn *db)
{
	const struct find_state *st = rq->state;
	int rc = 0;

	if (rq->caller.role == EMAGE__ROLE__ROLE_PROFESSIONAL)
		rc = patient_write_hidden(rq, db, st);
	if (rc < 0)
		return rc;
	return people_audit(rq, db,
	    &(struct store_audit){.event = "patient.searched",
		.detail = arena_printf(rq->arena, "found=%u%s", st->n, st->more ? "+" : "")});
}

static Emage__PatientRow *
patient_row(struct arena *a, const struct store_patient_row *r)
{
	Emage__PatientRow *row = arena_alloc(a, sizeof(*row));

	if (row == NULL)
		return NULL;
	emage__patient_row__init(row);
	row->patient_id = r->patient_id;
	row->civility = (char *)(uintptr_t)r->civility;
	row->given_name = (char *)(uintptr_t)r->given_name;
	row->used_name = (char *)(uintptr_t)r->used_name;
	row->birth_name = (char *)(uintptr_t)r->birth_name;
	row->birth_date = r->birth_date;
	row->sex = (char *)(uintptr_t)r->sex;
	row->ipp = (char *)(uintptr_t)r->ipp;
	row->account = (Emage__AccountState)r->account;
	return row;
}

static bool
patient_is_namesake(const struct store_patient_row *a, const struct store_patient_row *b)
{
	return a != b && a->birth_date == b->birth_date &&
	       strcmp(a->given_name, b->given_name) == 0 &&
	       (strcmp(a->used_name, b->used_name) == 0 ||
		   (a->birth_name[0] != '\0' && strcmp(a->birth_name, b->birth_name) == 0));
}

int
handle_patient_find_next(struct request *rq)
{
	const Emage__PatientFindRequest *m = rq->msg;
	const struct find_state *st = rq->state;
	Emage__PatientFindReply *reply = rq->reply;

	reply->ins_key_wrong = policy_ins_key_is_wrong(m->ins);
	reply->rows = arena_alloc(rq->arena, (st->n + 1) * sizeof(*reply->rows));
	if (reply->rows == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; i < st->n; i++) {
		reply->rows[i] = patient_row(rq->arena, &st->rows[i]);
		if (reply->rows[i] == NULL)
			return -EM_E_NO_MEMORY;
		/* who treats somebody needs to know of the consent and no more */
		if (rq->caller.role == EMAGE__ROLE__ROLE_PROFESSIONAL)
			reply->rows[i]->account = EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE;
		for (unsigned k = 0; k < st->n; k++)
			reply->rows[i]->n_namesakes +=
			    patient_is_namesake(&st->rows[i], &st->rows[k]);
	}
	reply->n_rows = st->n;
	reply->more = st->more;
	return 0;
}

/* -------------------------------------------------------------------- get */

struct get_state {
	struct store_patient_row row;
	struct store_account who;  /* account_id 0 = none */
	struct store_traits known; /* of who has none */
	struct store_number *numbers;
	struct store_consent_entry *consents;
	struct store_ins ins;
	unsigned n_numbers, n_consents, n_ins;
};

int
check_patient_get(struct request *rq)
{
	const Emage__PatientGetRequest *m = rq->msg;

	return m->patient_id == 0 ? request_invalid(rq, "patient_id") : 0;
}

int
handle_patient_get_read(struct request *rq, struct store_conn *db)
{
	const Emage__PatientGetRequest *m = rq->msg;
	struct get_state *st = arena_alloc(rq->arena, sizeof(*st));
	struct store_patient_find q = {.professional_id = 0};
	struct desk_agent agent;
	int rc;

	if (st == NULL)
		return -EM_E_NO_MEMORY;
	rq->state = st;
	rc = desk_agent_get(rq, db, &agent);
	if (rc < 0)
		return rc;
	q.own_authority = agent.authority;
	rc = store_patient_get(db, rq->arena, m->patient_id, &q, &st->row);
	if (rc == 0 && st->row.account_id != 0)
		rc = store_account_by_id(db, rq->arena, st->row.account_id, &st->who);
	else if (rc == 0)
		rc = store_patient_traits(db, rq->arena, m->patient_id, &st->known);
	if (rc == 0)
		rc = store_patient_numbers(
		    db, rq->arena, m->patient_id, &st->numbers, &st->n_numbers);
	if (rc == 0)
		rc = store_consent_ledger(
		    db, rq->arena, m->patient_id, &st->consents, &st->n_consents);
	if (rc == 0)
		rc = store_patient_ins(db, rq->arena, m->patient_id, &st->ins, 1, &st->n_ins);
	return rc;
}

int
handle_patient_get_write(struct request *rq, struct store_conn *db)
{
	const struct get_state *st = rq->state;

	return people_audit(rq, db,
	    &(struct store_audit){.event = "patient.seen", .patient_id = st->row.patient_id});
}

static int
patient_fill_numbers(struct arena *a, const struct get_state *st, Emage__PatientGetReply *reply)
{
	Emage__PatientNumber *rows = arena_alloc(a, (st->n_numbers + 1) * sizeof(*rows));

	reply->numbers = arena_alloc(a, (st->n_numbers + 1) * sizeof(*reply->numbers));
	if (rows == NULL || reply->numbers == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; i < st->n_numbers; i++) {
		emage__patient_number__init(&rows[i]);
		rows[i].authority = (char *)(uintptr_t)st->numbers[i].authority;
		rows[i].ipp = (char *)(uintptr_t)st->numbers[i].ipp;
		reply->numbers[i] = &rows[i];
	}
	reply->n_numbers = st->n_numbers;
	return 0;
}

static int
patient_fill_consents(struct arena *a, const struct get_state *st, Emage__PatientGetReply *reply)
{
	Emage__PatientConsent *rows = arena_alloc(a, (st->n_consents + 1) * sizeof(*rows));

	reply->consents = arena_alloc(a, (st->n_consents + 1) * sizeof(*reply->consents));
	if (rows == NULL || reply->consents == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; i < st->n_consents; i++) {
		const struct store_consent_entry *c = &st->consents[i];

		emage__patient_consent__init(&rows[i]);
		rows[i].given = c->given;
		rows[i].at_ms = c->at_ms;
		rows[i].operator_name = (char *)(uintptr_t)c->operator_name;
		rows[i].establishment = (char *)(uintptr_t)c->establishment;
		rows[i].text_version = (char *)(uintptr_t)c->text_version;
		rows[i].channel = (char *)(uintptr_t)c->channel;
		reply->consents[i] = &rows[i];
	}
	reply->n_consents = st->n_consents;
	return 0;
}

int
handle_patient_get_next(struct request *rq)
{
	const struct get_state *st = rq->state;
	const struct store_account *who = &st->who;
	Emage__PatientGetReply *reply = rq->reply;
	int rc;

	reply->row = patient_row(rq->arena, &st->row);
	if (reply->row == NULL)
		return -EM_E_NO_MEMORY;
	rc = patient_fill_numbers(rq->arena, st, reply);
	if (rc == 0)
		rc = patient_fill_consents(rq->arena, st, reply);
	if (rc == 0 && st->n_ins > 0) {
		reply->ins = arena_printf(rq->arena, "%s%s", st->ins.matricule, st->ins.key);
		reply->ins_status = (char *)(uintptr_t)st->ins.status;
		rc = reply->ins == NULL ? -EM_E_NO_MEMORY : 0;
	}
	if (rc == 0 && who->account_id == 0) {
		/* as a hospital gave them: for the desk to ask whether they are right */
		reply->email = (char *)(uintptr_t)st->known.email;
		reply->mobile = (char *)(uintptr_t)st->known.mobile;
	}
	if (rc < 0 || who->account_id == 0)
		return rc;
	reply->identifier = desk_identifier_show(rq->arena, who->identifier);
	reply->email = (char *)(uintptr_t)who->email;
	reply->mobile = (char *)(uintptr_t)who->mobile;
	reply->language = (char *)(uintptr_t)who->language;
	reply->has_password = who->password_hash[0] != '\0';
	if (who->temp_hash[0] != '\0' && who->temp_expires_at_ms > rq->now_ms)
		reply->temporary_until_ms = who->temp_expires_at_ms;
	return reply->identifier == NULL ? -EM_E_NO_MEMORY : 0;
}
