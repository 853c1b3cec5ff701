/* SPDX-License-Identifier: MIT */
/*
 * A directory of professionals as a whole: begun, used or given up, and what was
 * before it taken away. And establishments, from their national file.
 */
#include <inttypes.h>

#include "server/handle.h"
#include "server/handle/fields.h"
#include "server/handle/load.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/policy/load.h"

#define NAME_MAX_CHARS 200u
/* People taken away at a time: other writers wait for no more than these. */
#define LOAD_DROP_ROWS 4000u

/* ------------------------------------------------------------------ begin */

int
check_admin_directory_begin(struct request *rq)
{
	const Emage__AdminDirectoryBeginRequest *m = rq->msg;

	if (m->load_id == 0 || m->load_id > INT64_MAX)
		return request_invalid(rq, "load_id");
	return 0;
}

/* One loading at a time; one that was left behind gives way. */
static int
load_make_way(struct request *rq, struct store_conn *db)
{
	struct store_directory other;
	int rc = store_directory_of(db, DIRECTORY_LOADING, &other);

	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? 0 : rc;
	if (other.moved_at_ms + POLICY_LOAD_LEFT_MS > rq->now_ms) {
		int64_t wait_ms = other.moved_at_ms + POLICY_LOAD_LEFT_MS - rq->now_ms;

		request_refuse(rq, EM_E_BUSY, "load_id", (uint32_t)(wait_ms / 1000 + 1), 0);
		return -EM_E_BUSY;
	}
	return store_directory_give_up(db, other.load_id);
}

int
handle_admin_directory_begin_write(struct request *rq, struct store_conn *db)
{
	const Emage__AdminDirectoryBeginRequest *m = rq->msg;
	Emage__AdminDirectoryBeginReply *reply = rq->reply;
	struct store_directory now, left;
	int rc = load_make_way(rq, db);

	if (rc == 0)
		rc = store_directory_begin(db, m->load_id, rq->now_ms);
	if (rc == -EM_E_EXISTS)
		return request_invalid(rq, "load_id");
	if (rc == 0)
		rc = store_directory_of(db, DIRECTORY_IN_FORCE, &now);
	if (rc < 0)
		return rc;
	reply->n_people = now.n_people;
	rc = store_directory_of(db, DIRECTORY_TO_DROP, &left);
	reply->more = rc == 0;
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

/* -------------------------------------------------------------------- use */

int
check_admin_directory_use(struct request *rq)
{
	const Emage__AdminDirectoryUseRequest *m = rq->msg;

	if (m->load_id == 0 || m->load_id > INT64_MAX)
		return request_invalid(rq, "load_id");
	return 0;
}

static int
load_tell_use(struct request *rq, struct store_conn *db, const struct store_directory *d)
{
	const Emage__AdminDirectoryUseRequest *m = rq->msg;
	const Emage__AdminDirectoryUseReply *reply = rq->reply;
	bool drop = policy_load_is_drop(reply->n_before, reply->n_people);
	const char *detail = arena_printf(rq->arena,
	    "load=%" PRIu64 " lines=%" PRIu64 " people=%" PRIu64 " before=%" PRIu64 " left=%" PRIu64
	    "%s",
	    d->load_id, d->n_lines, reply->n_people, reply->n_before, reply->n_left,
	    !drop	     ? ""
	    : m->accept_drop ? " drop=accepted"
			     : " drop=refused");

	if (detail == NULL)
		return -EM_E_NO_MEMORY;
	return people_audit(rq, db,
	    &(struct store_audit){
		.event = reply->used ? "directory.used" : "directory.given_up", .detail = detail});
}

int
handle_admin_directory_use_write(struct request *rq, struct store_conn *db)
{
	const Emage__AdminDirectoryUseRequest *m = rq->msg;
	Emage__AdminDirectoryUseReply *reply = rq->reply;
	struct store_directory before, d = {.load_id = 0};
	int rc = store_directory_get(db, m->load_id, &d);

	if (rc == -EM_E_NOT_FOUND || (rc == 0 && d.state != DIRECTORY_LOADING))
		return request_invalid(rq, "load_id");
	if (rc == 0)
		rc = store_directory_of(db, DIRECTORY_IN_FORCE, &before);
	if (rc < 0)
		return rc;
	reply->n_people = d.n_people;
	reply->n_before = before.n_people;
	/* lines added to the one in force meanwhile are not counted as having left */
	reply->n_left = before.n_people > d.n_stayed ? before.n_people - d.n_stayed : 0;
	reply->used = !m->give_up && d.n_people > 0 &&
		      (m->accept_drop || !policy_load_is_drop(before.n_people, d.n_people));
	rc = reply->used ? store_directory_use(db, d.load_id, rq->now_ms)
			 : store_directory_give_up(db, d.load_id);
	return rc == 0 ? load_tell_use(rq, db, &d) : rc;
}

/* ------------------------------------------------------------------- drop */

int
check_admin_directory_drop(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_admin_directory_drop_write(struct request *rq, struct store_conn *db)
{
	Emage__AdminDirectoryDropReply *reply = rq->reply;
	bool more = false;
	int rc = store_directory_drop(db, LOAD_DROP_ROWS, &more);

	reply->more = more;
	return rc;
}

/* --------------------------------------------------------- establishments */

int
check_admin_establishments_put(struct request *rq)
{
	const Emage__AdminEstablishmentsPutRequest *m = rq->msg;

	if (m->n_establishments == 0 || m->n_establishments > LOAD_LINES_MAX)
		return request_invalid(rq, "establishments");
	return 0;
}

static int
load_establishment(
    struct request *rq, struct store_conn *db, void *arg, size_t i, struct load_verdict *v)
{
	const Emage__AdminEstablishmentsPutRequest *m = rq->msg;
	const Emage__AdminEstablishment *e = m->establishments[i];
	Emage__AdminEstablishmentsPutReply *reply = rq->reply;
	enum store_put put = STORE_PUT_NEW;
	uint64_t id;
	int rc = 0;

	(void)arg;
	v->line = e->line;
	if (!fields_finess(e->finess))
		return load_refuse(v, "finess", "not a FINESS number");
	if (!fields_line(e->name, 1, NAME_MAX_CHARS))
		return load_refuse(
		    v, "name", "empty, too long, or with characters that cannot be shown");
	if (!m->dry_run) {
		rc = store_establishment_put(db, e->finess, e->name, &put);
	} else {
		rc = store_establishment_by_finess(db, e->finess, &id);
		put = rc == 0 ? STORE_PUT_AGAIN : STORE_PUT_NEW;
		rc = rc == -EM_E_NOT_FOUND ? 0 : rc;
	}
	if (rc < 0)
		return rc;
	reply->n_new += put == STORE_PUT_NEW;
	reply->n_renamed += put == STORE_PUT_CHANGED;
	reply->n_known += put == STORE_PUT_AGAIN;
	return 0;
}

int
handle_admin_establishments_put_write(struct request *rq, struct store_conn *db)
{
	const Emage__AdminEstablishmentsPutRequest *m = rq->msg;
	Emage__AdminEstablishmentsPutReply *reply = rq->reply;
	const char *detail;
	int rc = load_each(rq, db, m->n_establishments, load_establishment, NULL, &reply->refused,
	    &reply->n_refused);

	if (rc < 0)
		return rc;
	if (m->dry_run || reply->n_new + reply->n_renamed == 0)
		return 0;
	detail = arena_printf(rq->arena, "new=%u renamed=%u", reply->n_new, reply->n_renamed);
	if (detail == NULL)
		return -EM_E_NO_MEMORY;
	return people_audit(
	    rq, db, &(struct store_audit){.event = "establishments.loaded", .detail = detail});
}
