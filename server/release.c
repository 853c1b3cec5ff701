/* SPDX-License-Identifier: MIT */
/*
 * Release of exams by time.
 */
#include "server/release.h"

#include <stdlib.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "server/courier_link.h"
#include "server/handle/notice.h"
#include "server/policy/release.h"

#define NOTICE_MAX_BYTES ((size_t)256 * 1024)

struct release {
	struct store_job job;
	struct server *server;
	int64_t now_ms;
	unsigned n;
};

static int
release_one(const struct notice_from *from, struct store_conn *db, uint64_t exam_id)
{
	bool was = false;
	int rc = store_exam_release(db, exam_id, from->now_ms, &was);

	if (rc == 0)
		rc = notice_report_of(from, db, exam_id);
	if (rc != 0)
		return rc;
	return store_audit_append(db, &(struct store_audit){
					  .at_ms = from->now_ms,
					  .event = "exam.released",
					  .actor = "imaging.release_days",
					  .exam_id = exam_id,
					  .terminal = "",
					  .result = "ok",
					  .detail = "",
				      });
}

int
release_step(struct server *s, struct store_conn *db, int64_t now_ms, unsigned *n_r)
{
	struct notice_from from = {.server = s, .now_ms = now_ms};
	uint64_t ids[RELEASE_STEP];
	int64_t arrived_by_ms;
	int rc = 0;

	*n_r = 0;
	if (!policy_release_by_time(
		server_settings(s)->imaging_release_days, now_ms, &arrived_by_ms))
		return 0;
	rc = store_exams_waiting(db, arrived_by_ms, ids, RELEASE_STEP, n_r);
	from.arena = arena_new(NOTICE_MAX_BYTES);
	for (unsigned i = 0; rc == 0 && i < *n_r; i++) {
		rc = release_one(&from, db, ids[i]);
		arena_reset(from.arena);
	}
	arena_free(&from.arena);
	return rc;
}

static int
release_run(struct store_conn *db, void *arg)
{
	struct release *r = arg;

	return release_step(r->server, db, r->now_ms, &r->n);
}

static void
release_done(void *arg, int rc)
{
	struct release *r = arg;

	if (rc != 0)
		log_warn("release.failed", "error=%s", err_name(rc));
	else if (r->n > 0 && r->server->courier != NULL)
		courier_wake(r->server->courier);
	/* busy: the next time will do */
	if (rc != 0 || r->n < RELEASE_STEP || store_submit(r->server->store, &r->job) != 0)
		free(r);
}

void
release_later(struct server *s, int64_t now_ms)
{
	struct release *r;

	if (server_settings(s)->imaging_release_days == 0)
		return;
	r = mem_new(sizeof(*r));
	r->server = s;
	r->now_ms = now_ms;
	r->job = (struct store_job){.run = release_run, .done = release_done, .arg = r};
	if (store_submit(s->store, &r->job) != 0)
		free(r);
}
