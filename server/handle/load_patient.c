/* SPDX-License-Identifier: MIT */
/*
 * Patients as a hospital knows them: found by national or local number and by
 * nothing else. Two people of one name and one birthday are two people.
 */
#include <string.h>

#include "common/text.h"
#include "server/handle.h"
#include "server/handle/fields.h"
#include "server/handle/load.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/policy/load.h"

#define NAME_MAX_CHARS	 100u
#define NUMBER_MAX_CHARS 64u
#define INS_MAX		 8u

int
check_admin_patients_put(struct request *rq)
{
	const Emage__AdminPatientsPutRequest *m = rq->msg;

	if (m->n_patients == 0 || m->n_patients > LOAD_LINES_MAX)
		return request_invalid(rq, "patients");
	return 0;
}

static bool
load_one_of(const char *s, const char *const *words)
{
	while (*words != NULL && strcmp(*words, s) != 0)
		words++;
	return *words != NULL;
}

static bool
load_is_place(const char *s)
{
	return s[0] == '\0' || (strlen(s) == 5 && strspn(s + 2, "0123456789") == 3 && s[0] >= '0' &&
				   s[0] <= '9' && strchr("0123456789AB", s[1]) != NULL);
}

/* National numbers: what they look like. Their key is the client's to warn of. */
static const char *
load_ins_fault(const Emage__AdminPatient *p, const char **reason_r)
{
	static const char *const statuses[] = {"PROV", "RECUP", "VALI", "QUAL", NULL};
	char key[3];

	*reason_r = "an INS or a local number is needed";
	if (p->matricule[0] == '\0')
		return p->ipp[0] == '\0' ? "matricule" : NULL;
	*reason_r = "not 13 digits (Corsica: 2A or 2B in place 6)";
	if (!policy_ins_key(p->matricule, key))
		return "matricule";
	*reason_r = "not a known kind of INS";
	if (!fields_uid(p->ins_oid))
		return "ins_type";
	*reason_r = "not two digits";
	if (p->ins_key[0] != '\0' &&
	    (strlen(p->ins_key) != 2 || strspn(p->ins_key, "0123456789") != 2))
		return "cle";
	*reason_r = "not PROV, RECUP, VALI or QUAL";
	return load_one_of(p->ins_status, statuses) ? NULL : "statut";
}

/* The first field that does not look as it must, and why; or NULL. */
static const char *
load_patient_fault(const Emage__AdminPatient *p, const char **reason_r)
{
	static const char *const sexes[] = {"", "F", "M", NULL};
	static const char *const civilities[] = {"", "Madame", "Monsieur", NULL};
	const char *field;

	*reason_r = "empty, too long, or with characters that cannot be shown";
	if (!fields_line(p->birth_name, 1, NAME_MAX_CHARS))
		return "nom_naissance";
	if (!fields_line(p->given_name, 1, NAME_MAX_CHARS))
		return "prenoms";
	if (!fields_line(p->used_name, 0, NAME_MAX_CHARS))
		return "nom_utilise";
	if (!fields_line(p->ipp, 0, NUMBER_MAX_CHARS))
		return "ipp";
	if (!fields_line(p->ipp_authority, p->ipp[0] != '\0', NUMBER_MAX_CHARS))
		return "ipp_autorite";
	*reason_r = "not a day YYYY-MM-DD that exists";
	if (!fields_day(p->birth_date))
		return "date_naissance";
	*reason_r = "not F or M";
	if (!load_one_of(p->sex, sexes))
		return "sexe";
	*reason_r = "not Madame or Monsieur";
	if (!load_one_of(p->civility, civilities))
		return "civilite";
	*reason_r = "not the five characters of a commune or country";
	if (!load_is_place(p->insee_place))
		return "lieu_insee";
	field = load_ins_fault(p, reason_r);
	if (field != NULL)
		return field;
	*reason_r = "not an address";
	if (p->email[0] != '\0' && !fields_email(p->email))
		return "email";
	*reason_r = "not a number like +33612345678";
	if (p->mobile[0] != '\0' && !fields_mobile(p->mobile))
		return "mobile";
	return NULL;
}

/* ------------------------------------------------------------ who it is */

struct load_person {
	const Emage__AdminPatient *in;
	uint64_t patient_id; /* 0 = nobody known */
	struct store_traits was;
	struct load_verdict *verdict;
};

static bool
load_same_name(struct request *rq, const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);
	char *fold = arena_alloc(rq->arena, 3 * (a_len + b_len) + 2);
	char *other;

	if (fold == NULL)
		return false;
	other = fold + 3 * a_len + 1;
	fold[text_fold(a, a_len, fold)] = '\0';
	other[text_fold(b, b_len, other)] = '\0';
	return strcmp(fold, other) == 0;
}

/* Another number of the same kind is another person's. */
static int
load_check_ins(struct request *rq, struct store_conn *db, struct load_person *l)
{
	struct store_ins known[INS_MAX];
	unsigned n = 0;
	int rc = l->in->matricule[0] == '\0'
		     ? 0
		     : store_patient_ins(db, rq->arena, l->patient_id, known, INS_MAX, &n);

	for (unsigned i = 0; rc == 0 && i < n; i++)
		if (strcmp(known[i].oid, l->in->ins_oid) == 0 &&
		    strcmp(known[i].matricule, l->in->matricule) != 0)
			rc = load_refuse(l->verdict, "matricule",
			    "this local number is of a patient with another INS");
	return rc;
}

static int
load_find(struct request *rq, struct store_conn *db, struct load_person *l)
{
	const Emage__AdminPatient *p = l->in;
	uint64_t by_ins = 0, by_ipp = 0;
	int rc = -EM_E_NOT_FOUND;

	if (p->matricule[0] != '\0')
		rc = store_patient_by_ins(db, p->ins_oid, p->matricule, &by_ins);
	if (rc < 0 && rc != -EM_E_NOT_FOUND)
		return rc;
	rc = -EM_E_NOT_FOUND;
	if (p->ipp[0] != '\0')
		rc = store_patient_by_ipp(db, p->ipp_authority, p->ipp, &by_ipp);
	if (rc < 0 && rc != -EM_E_NOT_FOUND)
		return rc;
	if (by_ins != 0 && by_ipp != 0 && by_ins != by_ipp)
		return load_refuse(
		    l->verdict, "ipp", "the INS and the local number are of two patients");
	l->patient_id = by_ins != 0 ? by_ins : by_ipp;
	if (l->patient_id == 0)
		return 0;
	rc = store_patient_traits(db, rq->arena, l->patient_id, &l->was);
	if (rc == 0 && by_ins == 0)
		rc = load_check_ins(rq, db, l);
	if (rc == 0 && l->was.birth_date != p->birth_date && l->was.birth_name[0] != '\0' &&
	    !load_same_name(rq, l->was.birth_name, p->birth_name))
		rc = load_refuse(l->verdict, "nom_naissance",
		    "the patient of this number has another name and another birth date");
	return rc;
}

/* ---------------------------------------------------------------- writing */

/* What the line leaves open stays as it was. */
static const char *
load_or(const char *s, const char *was)
{
	return s[0] != '\0' || was == NULL ? s : was;
}

static struct store_traits
load_traits(const struct load_person *l)
{
	const Emage__AdminPatient *p = l->in;
	const struct store_traits *w = &l->was;

	return (struct store_traits){
	    .civility = load_or(p->civility, w->civility),
	    .given_name = p->given_name,
	    .used_name = load_or(p->used_name, w->used_name),
	    .birth_name = p->birth_name,
	    .sex = load_or(p->sex, w->sex),
	    .birth_date = p->birth_date,
	    .insee_place = load_or(p->insee_place, w->insee_place),
	    .email = load_or(p->email, w->email),
	    .mobile = load_or(p->mobile, w->mobile),
	    .has_account = w->has_account,
	};
}

static bool
load_is_same(const struct store_traits *a, const struct store_traits *b)
{
	bool contact = a->has_account ||
		       (strcmp(a->email, b->email) == 0 && strcmp(a->mobile, b->mobile) == 0);

	return contact && a->birth_date == b->birth_date && strcmp(a->civility, b->civility) == 0 &&
	       strcmp(a->given_name, b->given_name) == 0 &&
	       strcmp(a->used_name, b->used_name) == 0 &&
	       strcmp(a->birth_name, b->birth_name) == 0 && strcmp(a->sex, b->sex) == 0 &&
	       strcmp(a->insee_place, b->insee_place) == 0;
}

static int
load_numbers(struct store_conn *db, const struct load_person *l)
{
	const Emage__AdminPatient *p = l->in;
	int rc = 0;

	if (p->matricule[0] != '\0')
		rc = store_patient_ins_put(db, l->patient_id,
		    &(struct store_ins){.oid = p->ins_oid,
			.matricule = p->matricule,
			.key = p->ins_key,
			.status = p->ins_status});
	if (rc == 0 && p->ipp[0] != '\0')
		rc = store_patient_number_put(db, l->patient_id, p->ipp_authority, p->ipp);
	return rc == -EM_E_EXISTS ? -EM_E_INTERNAL : rc;
}

static int
load_person(struct request *rq, struct store_conn *db, void *arg, size_t i, struct load_verdict *v)
{
	const Emage__AdminPatientsPutRequest *m = rq->msg;
	Emage__AdminPatientsPutReply *reply = rq->reply;
	struct load_person l = {.in = m->patients[i], .verdict = v};
	struct store_traits now;
	int rc;

	(void)arg;
	v->line = l.in->line;
	v->field = load_patient_fault(l.in, &v->reason);
	if (v->field != NULL)
		return 0;
	rc = load_find(rq, db, &l);
	if (rc < 0)
		return rc;
	now = load_traits(&l);
	if (l.patient_id == 0) {
		reply->n_new++;
		if (!m->dry_run)
			rc = store_patient_known_add(db, &now, rq->now_ms, &l.patient_id);
	} else if (load_is_same(&now, &l.was)) {
		reply->n_known++;
	} else {
		reply->n_renewed++;
		if (!m->dry_run)
			rc = store_patient_traits_set(db, l.patient_id, &now);
	}
	return rc == 0 && !m->dry_run ? load_numbers(db, &l) : rc;
}

int
handle_admin_patients_put_write(struct request *rq, struct store_conn *db)
{
	const Emage__AdminPatientsPutRequest *m = rq->msg;
	Emage__AdminPatientsPutReply *reply = rq->reply;
	const char *detail;
	int rc =
	    load_each(rq, db, m->n_patients, load_person, NULL, &reply->refused, &reply->n_refused);

	if (rc < 0)
		return rc;
	if (m->dry_run || reply->n_new + reply->n_renewed == 0)
		return 0;
	detail = arena_printf(rq->arena, "new=%u renewed=%u", reply->n_new, reply->n_renewed);
	if (detail == NULL)
		return -EM_E_NO_MEMORY;
	return people_audit(
	    rq, db, &(struct store_audit){.event = "patients.loaded", .detail = detail});
}
