/* SPDX-License-Identifier: MIT */
/*
 * Keeping the tables of what is short-lived short.
 */
#include "server/purge.h"

#include <stdlib.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "db/store.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
/* A used or expired challenge says nothing after a day: resend limits are
 * counted by day and have counters of their own. */
#define CHALLENGE_KEPT_MS DAY_MS
/* Counters of failures must outlive any patience of somebody who guesses, and
 * end some day because unknown identifiers have them too. */
#define COUNTER_KEPT_MS (90 * DAY_MS)
/* Addresses that are no more; a change can be undone for three days. */
#define CONTACT_KEPT_MS (30 * DAY_MS)

struct purge {
	struct store_job job;
	int64_t now_ms, messages_kept_ms;
};

static int
purge_run(struct store_conn *db, void *arg)
{
	const struct purge *p = arg;
	int rc;

	rc = store_session_purge(db, p->now_ms);
	if (!rc)
		rc = store_challenge_purge(db, p->now_ms - CHALLENGE_KEPT_MS);
	if (!rc)
		rc = store_counter_purge(db, p->now_ms - COUNTER_KEPT_MS);
	if (!rc)
		rc = store_record_purge(db, p->now_ms);
	if (!rc)
		rc = store_desk_code_purge(db, p->now_ms);
	if (!rc)
		rc = store_contact_purge(db, p->now_ms - CONTACT_KEPT_MS);
	if (!rc)
		rc = store_outbox_purge(db, p->now_ms - p->messages_kept_ms);
	return rc;
}

static void
purge_done(void *arg, int rc)
{
	if (rc)
		log_warn("purge.failed", "error=%s", err_name(rc));
	free(arg);
}

int
purge_now(struct store *s, int64_t now_ms, int64_t messages_kept_days)
{
	struct purge p = {.now_ms = now_ms, .messages_kept_ms = messages_kept_days * DAY_MS};

	return store_run(s, purge_run, &p);
}

void
purge_later(struct store *s, int64_t now_ms, int64_t messages_kept_days)
{
	struct purge *p = mem_new(sizeof(*p));

	p->now_ms = now_ms;
	p->messages_kept_ms = messages_kept_days * DAY_MS;
	p->job = (struct store_job){.run = purge_run, .done = purge_done, .arg = p};
	if (store_submit(s, &p->job) != 0)
		free(p); /* busy: the next time will do */
}
