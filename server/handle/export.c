/* SPDX-License-Identifier: MIT */
/*
 * One person's data as one archive (V-06): found by a worker, put on record,
 * then sent as the peer takes it. Cancelling a stream cancels an export too.
 */
#include "server/handle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/frame.h"
#include "common/log.h"
#include "proto/account.pb-c.h"
#include "server/handle/export_files.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"

/* At a time in the whole server: each has a reading connection. */
#define EXPORTS_MAX 8u
/* Bytes of the archive in one reply. */
#define PART_MAX     ((size_t)48 * 1024)
#define BUSY_RETRY_S 30

struct export_state {
	struct export_files files;
	uint64_t sent;	/* of the member at hand */
	size_t padding; /* zeroes that are still due */
	bool begun;	/* the first reply has left */
	bool ended;	/* the archive's end is what is due */
	char language[3];
};

int
check_export_get(struct request *rq)
{
	(void)rq;
	return 0;
}

static void
export_cleanup(struct request *rq)
{
	struct export_state *st = rq->state;

	export_files_release(&st->files);
	free(st);
	atomic_fetch_sub_explicit(&rq->server->exports, 1, memory_order_relaxed);
}

int
handle_export_get_read(struct request *rq, struct store_conn *db)
{
	struct export_state *st;
	struct store_account who;
	int rc = store_account_by_id(db, rq->arena, rq->caller.account_id, &who);

	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? -EM_E_SESSION_ENDED : rc;
	if (atomic_fetch_add_explicit(&rq->server->exports, 1, memory_order_relaxed) >=
	    EXPORTS_MAX) {
		atomic_fetch_sub_explicit(&rq->server->exports, 1, memory_order_relaxed);
		rq->retry_after_s = BUSY_RETRY_S;
		return -EM_E_BUSY;
	}
	st = mem_new(sizeof(*st));
	rq->state = st;
	rq->cleanup = export_cleanup;
	st->files = (struct export_files){.server = rq->server,
	    .account_id = rq->caller.account_id,
	    .patient_id = rq->caller.patient_id,
	    .now_ms = rq->now_ms,
	    .fd = -1};
	if (strlen(who.language) < sizeof(st->language))
		memcpy(st->language, who.language, strlen(who.language) + 1);
	return 0;
}

int
handle_export_get_work(struct request *rq)
{
	struct export_state *st = rq->state;

	return export_files_find(&st->files, st->language);
}

int
handle_export_get_write(struct request *rq, struct store_conn *db)
{
	const struct export_state *st = rq->state;
	char *detail = arena_printf(
	    rq->arena, "%u exams, %u files", st->files.n_exams, (unsigned)st->files.total_files);

	if (detail == NULL)
		return -EM_E_NO_MEMORY;
	return people_audit(rq, db,
	    &(struct store_audit){
		.event = "export.taken", .patient_id = rq->caller.patient_id, .detail = detail});
}

/* ---------------------------------------------------------------- replies */

/* One reply's part of the archive. */
struct export_part {
	uint8_t *bytes;
	size_t len;
};

/* The next member's header. */
static int
export_begin_member(struct export_state *st, struct export_part *p, Emage__ExportGetReply *reply)
{
	struct export_files *f = &st->files;
	int rc = export_files_next(f);

	if (rc == -EM_E_NOT_FOUND) {
		st->ended = true;
		st->padding = TAR_END_BYTES;
		return 0;
	}
	if (rc < 0)
		return rc;
	if (!tar_header(f->name, f->size, f->now_ms, p->bytes + p->len))
		return -EM_E_INTERNAL;
	p->len += TAR_BLOCK;
	st->sent = 0;
	st->padding = tar_padding(f->size);
	reply->file = f->name;
	if (f->fd >= 0)
		(void)posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

static int
export_copy(struct export_state *st, struct export_part *p)
{
	struct export_files *f = &st->files;
	uint64_t left = f->size - st->sent;
	size_t n = left < PART_MAX - p->len ? (size_t)left : PART_MAX - p->len, got = 0;

	if (f->bytes != NULL) {
		memcpy(p->bytes + p->len, f->bytes + st->sent, n);
		got = n;
	}
	while (got < n) {
		ssize_t r = pread(f->fd, p->bytes + p->len + got, n - got, (off_t)(st->sent + got));

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0) {
			log_error(
			    "export.read", "cause=%s", r < 0 ? strerrorname_np(errno) : "short");
			return -EM_E_INTERNAL;
		}
		got += (size_t)r;
	}
	p->len += n;
	st->sent += n;
	return 0;
}

/* Zeroes that are due, as far as they fit: the part is zeroed. */
static void
export_pad(struct export_state *st, struct export_part *p)
{
	size_t n = st->padding < PART_MAX - p->len ? st->padding : PART_MAX - p->len;

	p->len += n;
	st->padding -= n;
}

int
handle_export_get_next(struct request *rq)
{
	struct export_state *st = rq->state;
	Emage__ExportGetReply *reply = rq->reply;
	struct export_part p = {.bytes = arena_alloc(rq->arena, PART_MAX)};
	int rc = 0;

	if (p.bytes == NULL)
		return -EM_E_NO_MEMORY;
	if (!st->begun) {
		st->begun = true;
		reply->total_bytes = st->files.total_bytes;
		reply->total_files = st->files.total_files;
	}
	while (rc == 0 && p.len < PART_MAX) {
		if (st->sent < st->files.size)
			rc = export_copy(st, &p);
		else if (st->padding > 0)
			export_pad(st, &p);
		else if (st->ended || PART_MAX - p.len < TAR_BLOCK || reply->file[0] != '\0')
			break; /* one beginning a reply: its name is told */
		else
			rc = export_begin_member(st, &p, reply);
	}
	if (rc < 0)
		return rc;
	reply->data.data = p.bytes;
	reply->data.len = p.len;
	rq->more = !st->ended || st->padding > 0;
	return 0;
}
