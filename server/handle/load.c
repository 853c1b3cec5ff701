/* SPDX-License-Identifier: MIT */
/*
 * Loading the directory of professionals, as its national extract has it: the
 * same person on several lines, one for each activity.
 */
#include "server/handle/load.h"

#include <string.h>

#include "server/handle.h"
#include "server/handle/fields.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/policy/rpps.h"

#define NAME_MAX_CHARS	100u
#define LABEL_MAX_CHARS 200u
#define CODE_MAX_CHARS	16u

/* --------------------------------------------------------------- refusals */

int
load_refuse(struct load_verdict *v, const char *field, const char *reason)
{
	v->field = field;
	v->reason = reason;
	return -EM_E_INVALID;
}

static Emage__LoadRefusal *
load_refusal(struct request *rq, const struct load_verdict *v)
{
	Emage__LoadRefusal *one = arena_alloc(rq->arena, sizeof(*one));

	if (one == NULL)
		return NULL;
	emage__load_refusal__init(one);
	one->line = v->line;
	one->field = (char *)(uintptr_t)v->field;
	one->reason = (char *)(uintptr_t)v->reason;
	return one;
}

int
load_each(struct request *rq, struct store_conn *db, size_t n_lines, load_line_fn *line, void *arg,
    Emage__LoadRefusal ***list_r, size_t *n_r)
{
	Emage__LoadRefusal **list = arena_alloc(rq->arena, n_lines * sizeof(Emage__LoadRefusal *));
	size_t n = 0;

	if (list == NULL)
		return -EM_E_NO_MEMORY;
	for (size_t i = 0; i < n_lines; i++) {
		struct load_verdict v = {.field = NULL};
		int rc = line(rq, db, arg, i, &v);

		if (v.field == NULL && rc < 0)
			return rc;
		if (v.field == NULL)
			continue;
		list[n] = load_refusal(rq, &v);
		if (list[n++] == NULL)
			return -EM_E_NO_MEMORY;
	}
	*list_r = list;
	*n_r = n;
	return 0;
}

/* ---------------------------------------------------------- professionals */

int
check_admin_professionals_put(struct request *rq)
{
	const Emage__AdminProfessionalsPutRequest *m = rq->msg;

	if (m->load_id == 0 || m->load_id > INT64_MAX)
		return request_invalid(rq, "load_id");
	if (m->n_professionals == 0 || m->n_professionals > LOAD_LINES_MAX)
		return request_invalid(rq, "professionals");
	return 0;
}

/* The first field that does not look as it must, and why; or NULL. */
static const char *
load_professional_fault(const Emage__AdminProfessional *p, const char **reason_r)
{
	*reason_r = "empty, too long, or with characters that cannot be shown";
	if (!policy_rpps_is_valid(p->rpps)) {
		*reason_r = "not eleven digits with a right key";
		return "rpps";
	}
	if (!fields_line(p->family_name, 1, NAME_MAX_CHARS))
		return "family_name";
	if (!fields_line(p->given_name, 0, NAME_MAX_CHARS))
		return "given_name";
	if (!fields_line(p->profession_code, 1, CODE_MAX_CHARS))
		return "profession_code";
	if (!fields_line(p->profession, 1, LABEL_MAX_CHARS))
		return "profession";
	if (!fields_line(p->specialty_code, 0, CODE_MAX_CHARS))
		return "specialty_code";
	if (!fields_line(p->specialty, p->specialty_code[0] != '\0', LABEL_MAX_CHARS))
		return "specialty";
	if (p->finess[0] != '\0' && !fields_finess(p->finess)) {
		*reason_r = "not a FINESS number";
		return "finess";
	}
	return NULL;
}

/* What lines of one request have found out: most name the same few. */
#define LOAD_PLACES_MAX 1024u
struct load_seen {
	struct store_seen lines;
	struct {
		const char *finess;
		uint64_t establishment_id; /* 0 = not known */
	} place[LOAD_PLACES_MAX];
};

static int
load_place_find(struct store_conn *db, const Emage__AdminProfessionalsPutRequest *m,
    const Emage__AdminProfessional *p, uint64_t *id_r)
{
	bool existed = false;
	int rc = store_establishment_by_finess(db, p->finess, id_r);

	if (rc != -EM_E_NOT_FOUND)
		return rc;
	*id_r = 0;
	if (!m->add_establishments || m->dry_run ||
	    !fields_line(p->establishment, 1, LABEL_MAX_CHARS))
		return 0;
	return store_establishment_add(db, p->finess, p->establishment, id_r, &existed);
}

/* 0 in *id_r: none is named, or it is not known. */
static int
load_place(struct store_conn *db, const Emage__AdminProfessionalsPutRequest *m,
    const Emage__AdminProfessional *p, struct load_seen *seen, uint64_t *id_r)
{
	uint32_t at = 0;
	int rc = 0;

	*id_r = 0;
	if (p->finess[0] == '\0')
		return 0;
	for (const char *s = p->finess; *s != '\0'; s++)
		at = at * 31 + (uint8_t)*s;
	at %= LOAD_PLACES_MAX;
	if (seen->place[at].finess != NULL && strcmp(seen->place[at].finess, p->finess) == 0) {
		*id_r = seen->place[at].establishment_id;
		return 0;
	}
	rc = load_place_find(db, m, p, id_r);
	/* one that is not known may still be named with a line that can be kept */
	if (rc == 0 && *id_r != 0) {
		seen->place[at].finess = p->finess;
		seen->place[at].establishment_id = *id_r;
	}
	return rc;
}

static int
load_would_put(struct request *rq, struct store_conn *db, const Emage__AdminProfessional *p,
    enum store_put *put_r)
{
	struct store_professional known;
	int rc = store_professional_by_rpps(db, rq->arena, p->rpps, &known);

	*put_r = rc == 0 ? STORE_PUT_CHANGED : STORE_PUT_NEW;
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

static int
load_professional(
    struct request *rq, struct store_conn *db, void *arg, size_t i, struct load_verdict *v)
{
	const Emage__AdminProfessionalsPutRequest *m = rq->msg;
	const Emage__AdminProfessional *p = m->professionals[i];
	Emage__AdminProfessionalsPutReply *reply = rq->reply;
	struct load_seen *seen = arg;
	struct store_professional_line line = {
	    .rpps = p->rpps,
	    .family_name = p->family_name,
	    .given_name = p->given_name,
	    .profession_code = p->profession_code,
	    .profession = p->profession,
	    .specialty_code = p->specialty_code,
	    .specialty = p->specialty,
	    .load_id = m->load_id,
	    .generation = m->whole ? m->load_id : 0,
	    .seen = &seen->lines,
	};
	enum store_put put = STORE_PUT_NEW;
	int rc;

	v->line = p->line;
	v->field = load_professional_fault(p, &v->reason);
	if (v->field != NULL)
		return 0;
	rc = load_place(db, m, p, seen, &line.establishment_id);

	reply->n_no_place +=
	    p->finess[0] != '\0' && line.establishment_id == 0 && !m->add_establishments;
	if (rc == 0)
		rc = m->dry_run ? load_would_put(rq, db, p, &put)
				: store_professional_put(db, &line, &put);
	if (rc < 0)
		return rc;
	reply->n_new += put == STORE_PUT_NEW;
	reply->n_renewed += put == STORE_PUT_CHANGED;
	reply->n_further += put == STORE_PUT_AGAIN;
	return 0;
}

/* What was written: of a whole directory once, when it is used. */
static int
load_written(struct request *rq, struct store_conn *db, size_t n_lines)
{
	const Emage__AdminProfessionalsPutRequest *m = rq->msg;
	const Emage__AdminProfessionalsPutReply *reply = rq->reply;
	const struct store_directory added = {
	    .load_id = m->load_id,
	    .n_people = reply->n_new + reply->n_renewed,
	    .n_stayed = reply->n_renewed,
	    .n_lines = n_lines,
	};
	const char *detail;

	if (m->whole) {
		int rc = store_directory_grow(db, &added, rq->now_ms);

		/* was not begun, or another loading has taken its place */
		return rc == -EM_E_NOT_FOUND ? request_invalid(rq, "load_id") : rc;
	}
	if (n_lines == 0)
		return 0;
	detail = arena_printf(rq->arena, "load=%llu lines=%zu new=%u",
	    (unsigned long long)m->load_id, n_lines, reply->n_new);
	if (detail == NULL)
		return -EM_E_NO_MEMORY;
	return people_audit(
	    rq, db, &(struct store_audit){.event = "professionals.loaded", .detail = detail});
}

int
handle_admin_professionals_put_write(struct request *rq, struct store_conn *db)
{
	const Emage__AdminProfessionalsPutRequest *m = rq->msg;
	Emage__AdminProfessionalsPutReply *reply = rq->reply;
	struct load_seen seen = {.place = {{NULL, 0}}};
	int rc = load_each(rq, db, m->n_professionals, load_professional, &seen, &reply->refused,
	    &reply->n_refused);

	if (rc < 0)
		return rc;
	return m->dry_run ? 0 : load_written(rq, db, m->n_professionals - reply->n_refused);
}
