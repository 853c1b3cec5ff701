/* SPDX-License-Identifier: MIT */
/*
 * What a backup takes (D-06): the database as it was at one moment, the list of the
 * files of images that it knows of, and each of these files. It is emagectl that
 * seals and writes them.
 *
 * The copy is made in the storage folder, in steps between other requests, by a
 * reading connection whose one transaction also gives the list; then its name is
 * removed, so that nothing is left of it whatever happens.
 */
#include "server/handle/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/frame.h"
#include "common/log.h"
#include "proto/backup.pb-c.h"
#include "server/handle.h"
#include "server/handle/media.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/server.h"

#define LIST_PER_REPLY 200u
#define HASH_LEN       32u

enum backup_stage { BACKUP_BEGIN, BACKUP_COPY, BACKUP_LIST, BACKUP_SEND };

struct backup_state {
	enum backup_stage stage;
	struct store_conn *db;
	struct store_copy *copy;
	char *path;
	int fd; /* the whole copy; -1 = not yet */
	uint64_t size, sent;
	uint64_t after; /* instance */
};

/* One at a time: the journal grows while it reads. */
static atomic_flag backup_busy = ATOMIC_FLAG_INIT;

int
check_backup_database(struct request *rq)
{
	(void)rq;
	return 0;
}

static void
backup_release_reader(struct backup_state *st)
{
	store_copy_free(&st->copy);
	if (st->db)
		store_reader_free(&st->db);
}

static void
backup_end(struct request *rq)
{
	struct backup_state *st = rq->state;

	backup_release_reader(st);
	if (st->fd >= 0)
		(void)close(st->fd);
	else
		(void)unlink(st->path);
	free(st->path);
	free(st);
	atomic_flag_clear(&backup_busy);
}

int
handle_backup_database_read(struct request *rq, struct store_conn *db)
{
	struct backup_state *st;
	int rc;

	(void)db;
	if (atomic_flag_test_and_set(&backup_busy))
		return -EM_E_BUSY;
	st = mem_new(sizeof(*st));
	st->fd = -1;
	st->path = mem_printf("%s/" SERVER_COPY, server_settings(rq->server)->storage_directory);
	rq->state = st;
	rq->cleanup = backup_end;
	rc = store_reader_new(rq->server->store, &st->db);
	return rc ? rc : store_copy_new(st->db, st->path, &st->copy);
}

/* ---------------------------------------------------------------- the replies */

/* What the trail is in the copy. */
static int
backup_begin(struct request *rq, struct backup_state *st, Emage__BackupDatabaseReply *reply)
{
	reply->audit_hash.data = arena_alloc(rq->arena, HASH_LEN);
	if (!reply->audit_hash.data)
		return -EM_E_NO_MEMORY;
	reply->audit_hash.len = HASH_LEN;
	st->stage = BACKUP_COPY;
	return store_audit_head(st->db, &reply->audit_seq, reply->audit_hash.data);
}

/* Whether what the copy still takes is free: found before the disk is full, on which
 * others write as well. */
static int
backup_has_room(struct request *rq, uint64_t left_bytes)
{
	struct statvfs fs;

	if (fstatvfs(rq->server->directory_fd, &fs) < 0)
		return -EM_E_IO;
	if ((uint64_t)fs.f_bavail * fs.f_frsize > left_bytes)
		return 0;
	log_warn("backup.no_room", "needed=%" PRIu64, left_bytes);
	return -EM_E_DISK_FULL;
}

static int
backup_open_copy(struct backup_state *st)
{
	struct stat file;

	store_copy_free(&st->copy);
	st->fd = open(st->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (st->fd < 0 || unlink(st->path) < 0 || fstat(st->fd, &file) < 0) {
		log_error("backup.copy", "cause=%s", strerrorname_np(errno));
		return -EM_E_IO;
	}
	st->size = (uint64_t)file.st_size;
	st->stage = BACKUP_LIST;
	return 0;
}

static int
backup_copy(struct request *rq, struct backup_state *st, Emage__BackupDatabaseReply *reply)
{
	int rc = store_copy_step(st->copy, &reply->copied_bytes, &reply->total_bytes);

	if (rc == 1)
		return backup_has_room(rq, reply->total_bytes - reply->copied_bytes);
	return rc == -EM_E_UNAVAILABLE ? -EM_E_DISK_FULL : rc ? rc : backup_open_copy(st);
}

/* A file of an instance, noted; one that has no codestreams has no second file. */
static int
backup_note(struct request *rq, Emage__BackupDatabaseReply *reply, uint64_t id, bool original)
{
	Emage__BackupFile *file = arena_alloc(rq->arena, sizeof(*file));
	int rc;

	if (!file)
		return -EM_E_NO_MEMORY;
	emage__backup_file__init(file);
	file->instance_id = id;
	file->original = original;
	rc = media_size(
	    rq->server->media_fd, id, original ? MEDIA_ORIGINAL : MEDIA_FRAMES, &file->n_bytes);
	file->missing = rc == -EM_E_NOT_FOUND;
	if (file->missing)
		log_error("backup.missing", "original=%d", original);
	reply->files[reply->n_files++] = file;
	return file->missing ? 0 : rc;
}

static int
backup_list(struct request *rq, struct backup_state *st, Emage__BackupDatabaseReply *reply)
{
	struct store_instance_files found[LIST_PER_REPLY];
	unsigned n = 0;
	int rc = store_instances_after(st->db, st->after, found, LIST_PER_REPLY, &n);

	reply->files = arena_alloc(rq->arena, 2 * LIST_PER_REPLY * sizeof(*reply->files));
	if (!reply->files)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; rc == 0 && i < n; i++) {
		rc = backup_note(rq, reply, found[i].instance_id, true);
		if (rc == 0 && found[i].has_frames)
			rc = backup_note(rq, reply, found[i].instance_id, false);
	}
	if (rc == 0 && n > 0)
		st->after = found[n - 1].instance_id;
	if (rc == 0 && n < LIST_PER_REPLY) {
		reply->files_done = true;
		backup_release_reader(st);
		st->stage = BACKUP_SEND;
	}
	reply->copied_bytes = reply->total_bytes = st->size;
	return rc;
}

/* The next part of a file. */
static int
backup_part(struct request *rq, int fd, uint64_t size, uint64_t *sent, ProtobufCBinaryData *data)
{
	const uint64_t left = size - *sent;
	size_t n = left > FRAME_DATA_MAX ? FRAME_DATA_MAX : (size_t)left, got = 0;

	data->data = arena_alloc(rq->arena, n + 1);
	if (!data->data)
		return -EM_E_NO_MEMORY;
	while (got < n) {
		ssize_t r = pread(fd, data->data + got, n - got, (off_t)(*sent + got));

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0) {
			log_error(
			    "backup.read", "cause=%s", r < 0 ? strerrorname_np(errno) : "short");
			return -EM_E_IO;
		}
		got += (size_t)r;
	}
	data->len = n;
	*sent += n;
	return 0;
}

static int
backup_send(struct request *rq, struct backup_state *st, Emage__BackupDatabaseReply *reply)
{
	reply->copied_bytes = reply->total_bytes = st->size;
	return backup_part(rq, st->fd, st->size, &st->sent, &reply->data);
}

int
handle_backup_database_next(struct request *rq)
{
	static int (*const stages[])(
	    struct request *, struct backup_state *, Emage__BackupDatabaseReply *) = {
	    [BACKUP_BEGIN] = backup_begin,
	    [BACKUP_COPY] = backup_copy,
	    [BACKUP_LIST] = backup_list,
	    [BACKUP_SEND] = backup_send,
	};
	struct backup_state *st = rq->state;
	int rc = stages[st->stage](rq, st, rq->reply);

	rq->more = st->stage != BACKUP_SEND || st->sent < st->size;
	rq->slow = true;
	/* of the server's disk, not of this request */
	return rc == -EM_E_IO ? -EM_E_INTERNAL : rc;
}

/* ------------------------------------------------------------ a file of images */

struct backup_file {
	int fd;
	uint64_t size, sent;
};

int
check_backup_media(struct request *rq)
{
	const Emage__BackupMediaRequest *m = rq->msg;

	return m->instance_id == 0 ? request_invalid(rq, "instance_id") : 0;
}

static void
backup_file_end(struct request *rq)
{
	struct backup_file *f = rq->state;

	(void)close(f->fd);
}

int
handle_backup_media_read(struct request *rq, struct store_conn *db)
{
	const Emage__BackupMediaRequest *m = rq->msg;
	struct backup_file *f = arena_alloc(rq->arena, sizeof(*f));
	struct stat st;

	(void)db;
	if (!f)
		return -EM_E_NO_MEMORY;
	*f = (struct backup_file){.fd = media_open(rq->server->media_fd, m->instance_id,
				      m->original ? MEDIA_ORIGINAL : MEDIA_FRAMES)};
	if (f->fd < 0)
		return f->fd;
	rq->state = f;
	rq->cleanup = backup_file_end;
	if (fstat(f->fd, &st) < 0)
		return -EM_E_INTERNAL;
	f->size = (uint64_t)st.st_size;
	(void)posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

int
handle_backup_media_next(struct request *rq)
{
	Emage__BackupMediaReply *reply = rq->reply;
	struct backup_file *f = rq->state;
	int rc = backup_part(rq, f->fd, f->size, &f->sent, &reply->data);

	rq->more = f->sent < f->size;
	return rc == -EM_E_IO ? -EM_E_INTERNAL : rc;
}

/* ------------------------------------------------------------------- it is done */

static const char *const mark_names[] = {
    [EMAGE__BACKUP_KIND__BACKUP_KIND_BACKUP] = MARK_BACKUP,
    [EMAGE__BACKUP_KIND__BACKUP_KIND_CHECKPOINT] = MARK_CHECKPOINT,
};

int
check_backup_mark(struct request *rq)
{
	const Emage__BackupMarkRequest *m = rq->msg;

	return m->kind <= 0 || (size_t)m->kind >= ARRAY_LEN(mark_names)
		   ? request_invalid(rq, "kind")
		   : 0;
}

int
handle_backup_mark_write(struct request *rq, struct store_conn *db)
{
	const Emage__BackupMarkRequest *m = rq->msg;
	int rc = store_mark_put(db, mark_names[m->kind], rq->now_ms);
	char *detail;

	/* a checkpoint every few minutes would be most of the trail */
	if (rc || m->kind != EMAGE__BACKUP_KIND__BACKUP_KIND_BACKUP)
		return rc;
	detail = arena_printf(rq->arena, "%" PRIu64 " bytes written, %" PRIu64 " files of images",
	    m->n_bytes, m->n_files);
	if (!detail)
		return -EM_E_NO_MEMORY;
	return people_audit(
	    rq, db, &(struct store_audit){.event = "backup.taken", .detail = detail});
}
