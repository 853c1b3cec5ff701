/* SPDX-License-Identifier: MIT */
/*
 * Taking a backup: the server's copy of its database and the files of images that are
 * not in the folder yet, sealed as they come.
 */
#include "tools/emagectl/backup_take.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "proto/backup.pb-c.h"

#define LINE_MAX_BYTES 160u
#define STEP_MAX_MS    1000

/* ---------------------------------------------------------------- following */

static void
backup_progress(const struct backup *b, const char *what, uint64_t done, uint64_t total)
{
	char x[BACKUP_BYTES_LEN], y[BACKUP_BYTES_LEN];

	if (b->progress)
		fprintf(stderr, "\r\033[K%s: %s of %s", what, backup_bytes(done, x),
		    backup_bytes(total, y));
}

static void
backup_refused(struct backup *b, int err, const Emage__Error *e)
{
	char text[256];

	connection_error_text(err, e, text, sizeof(text));
	if (b->progress)
		putc('\n', stderr);
	ctl_fail("%s%s", text,
	    err == -EM_E_BUSY	     ? ": another backup is under way"
	    : err == -EM_E_DISK_FULL ? ": a copy of the database is made there for a moment"
				     : "");
	b->rc = err;
	b->done = true;
}

/* One request to its last reply; what fails on this side ends the connection. */
static int
backup_follow(struct backup *b, enum method_index m, const ProtobufCMessage *rq, rpc_done *on)
{
	b->done = false;
	b->rc = 0;
	if (!rpc_call(b->ctl->c.rpc, m, rq, b->ctl->c.timeout_ms, on, b)) {
		ctl_fail("%s", err_text(-EM_E_CLOSED));
		return -EM_E_CLOSED;
	}
	while (!b->done && b->rc == 0) {
		struct pollfd p = {.fd = -1};
		int timeout_ms;

		rpc_wants(b->ctl->c.rpc, &p.fd, &p.events, &timeout_ms);
		if (timeout_ms < 0 || timeout_ms > STEP_MAX_MS)
			timeout_ms = STEP_MAX_MS;
		poll(&p, 1, timeout_ms);
		rpc_step(b->ctl->c.rpc);
	}
	return b->rc;
}

/* ----------------------------------------------------------------- database */

static void
backup_add_files(struct backup *b, const Emage__BackupDatabaseReply *r)
{
	for (size_t i = 0; i < r->n_files; i++) {
		const Emage__BackupFile *from = r->files[i];
		struct backup_file f = {.instance_id = from->instance_id,
		    .original = from->original != 0,
		    .missing = from->missing != 0,
		    .n_bytes = from->n_bytes};

		if (b->n_files == b->n_room) {
			b->n_room = b->n_room ? 2 * b->n_room : 1024;
			b->files = mem_grow(b->files, b->n_room, sizeof(*b->files));
		}
		if (f.missing)
			b->n_missing++;
		else if (!backup_folder_has(&b->folder, &f))
			b->media_bytes += f.n_bytes;
		b->files[b->n_files++] = f;
	}
}

/* What it will take is known: whether it is there, before anything is written. */
static int
backup_begin_archive(struct backup *b)
{
	char head[LINE_MAX_BYTES], hash[2 * sizeof(b->audit_hash) + 1];
	uint64_t n_bytes = sealed_size(b->database_bytes + LINE_MAX_BYTES * b->n_files);
	int rc;

	for (size_t i = 0; i < b->n_files; i++)
		if (!b->files[i].kept && !b->files[i].missing)
			n_bytes += sealed_size(b->files[i].n_bytes);
	rc = backup_folder_room(&b->folder, n_bytes);
	if (rc == 0)
		rc = backup_part_begin(&b->archive, &b->folder, b->folder.fd, b->public);
	if (rc < 0)
		return rc;
	sodium_bin2hex(hash, sizeof(hash), b->audit_hash, sizeof(b->audit_hash));
	snprintf(head, sizeof(head), BACKUP_HEAD "audit %" PRIu64 " %s\ndatabase %" PRIu64 "\n\n",
	    b->audit_seq, hash, b->database_bytes);
	return backup_part_put(&b->archive, head, strlen(head));
}

static int
backup_part_of(struct backup *b, const Emage__BackupDatabaseReply *r)
{
	int rc = 0;

	if (r->audit_hash.len == sizeof(b->audit_hash)) {
		b->audit_seq = r->audit_seq;
		memcpy(b->audit_hash, r->audit_hash.data, sizeof(b->audit_hash));
	}
	b->database_bytes = r->total_bytes;
	backup_add_files(b, r);
	if (r->files_done)
		rc = backup_begin_archive(b);
	if (rc == 0 && r->data.len > 0) {
		rc = backup_part_put(&b->archive, r->data.data, r->data.len);
		b->database_done += r->data.len;
		backup_progress(b, "database", b->database_done, b->database_bytes);
	} else if (rc == 0) {
		backup_progress(b, "copying", r->copied_bytes, r->total_bytes);
	}
	return rc;
}

static void
backup_on_database(
    void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct backup *b = arg;

	if (err < 0) {
		if (b->rc == 0)
			backup_refused(b, err, e);
		return;
	}
	if (b->rc == 0)
		b->rc = backup_part_of(b, (const Emage__BackupDatabaseReply *)msg);
	b->done = !more;
}

static int
backup_database(struct backup *b)
{
	Emage__BackupDatabaseRequest rq = EMAGE__BACKUP_DATABASE_REQUEST__INIT;
	int rc = backup_follow(b, METHOD_backup_database, &rq.base, backup_on_database);

	if (rc == 0 && b->database_done != b->database_bytes) {
		ctl_fail("the server's copy of its database ended early");
		rc = -EM_E_PROTOCOL;
	}
	return rc;
}

/* ------------------------------------------------------------------- images */

static void
backup_on_media(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__BackupMediaReply *r = (const Emage__BackupMediaReply *)msg;
	struct backup *b = arg;

	if (err < 0) {
		if (b->rc == 0)
			backup_refused(b, err, e);
		return;
	}
	if (b->rc == 0)
		b->rc = backup_part_put(&b->media, r->data.data, r->data.len);
	b->media_done += r->data.len;
	b->done = !more;
	backup_progress(b, "images", b->media_done, b->media_bytes);
}

static int
backup_fetch_into(struct backup *b, struct backup_file *f, int dir_fd)
{
	Emage__BackupMediaRequest rq = EMAGE__BACKUP_MEDIA_REQUEST__INIT;
	const uint64_t before = b->media_done;
	char name[BACKUP_SEALED_LEN];
	uint64_t n = 0;
	int rc = backup_part_begin(&b->media, &b->folder, dir_fd, b->public);

	rq.instance_id = f->instance_id;
	rq.original = f->original;
	if (rc == 0)
		rc = backup_follow(b, METHOD_backup_media, &rq.base, backup_on_media);
	if (rc == 0 && b->media_done - before != f->n_bytes) {
		ctl_fail("an image was sent with another length than it has");
		rc = -EM_E_PROTOCOL;
	}
	if (rc == 0)
		rc = backup_part_finish(&b->media, f->hash, &n);
	backup_sealed_name(f, name);
	if (rc == 0)
		rc = backup_part_name(&b->media, strchr(name, '/') + 1);
	backup_part_end(&b->media);
	f->kept = rc == 0;
	b->n_new += f->kept;
	b->n_written += n;
	return rc;
}

static int
backup_fetch(struct backup *b, struct backup_file *f)
{
	char dir[3];
	int fd, rc;

	snprintf(dir, sizeof(dir), "%02x", (unsigned)(f->instance_id & 0xff));
	if (mkdirat(b->folder.media_fd, dir, 0700) < 0 && errno != EEXIST)
		fd = -1;
	else
		fd = openat(b->folder.media_fd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		ctl_fail("%s/" BACKUP_MEDIA "/%s: %s", b->folder.path, dir, strerror(errno));
		return -EM_E_IO;
	}
	rc = backup_fetch_into(b, f, fd);
	close(fd);
	return rc;
}

static int
backup_images(struct backup *b)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < b->n_files; i++)
		if (!b->files[i].kept && !b->files[i].missing)
			rc = backup_fetch(b, &b->files[i]);
	if (rc == 0 && fsync(b->folder.media_fd) < 0) {
		ctl_fail("%s/" BACKUP_MEDIA ": %s", b->folder.path, strerror(errno));
		rc = -EM_E_IO;
	}
	return rc;
}

/* --------------------------------------------------------------- the archive */

static int
backup_put_line(struct backup *b, const struct backup_file *f)
{
	char line[LINE_MAX_BYTES], hash[2 * SEALED_HASH + 1];

	sodium_bin2hex(hash, sizeof(hash), f->hash, sizeof(f->hash));
	if (f->missing)
		snprintf(line, sizeof(line), "%016" PRIx64 " %s missing\n", f->instance_id,
		    f->original ? "dcm" : "jls");
	else
		snprintf(line, sizeof(line), "%016" PRIx64 " %s %" PRIu64 " %s\n", f->instance_id,
		    f->original ? "dcm" : "jls", f->n_bytes, hash);
	return backup_part_put(&b->archive, line, strlen(line));
}

static int
backup_finish(struct backup *b)
{
	char end[LINE_MAX_BYTES];
	uint8_t hash[SEALED_HASH];
	time_t now = (time_t)(clock_now_ms() / 1000);
	struct tm tm;
	uint64_t n = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < b->n_files; i++)
		rc = backup_put_line(b, &b->files[i]);
	snprintf(end, sizeof(end), "end %zu\n", b->n_files);
	if (rc == 0)
		rc = backup_part_put(&b->archive, end, strlen(end));
	if (rc == 0)
		rc = backup_part_finish(&b->archive, hash, &n);
	b->n_written += n;
	gmtime_r(&now, &tm);
	strftime(b->name, sizeof(b->name), "emage-%Y%m%dT%H%M%SZ" BACKUP_ENDING, &tm);
	return rc == 0 ? backup_part_name(&b->archive, b->name) : rc;
}

int
backup_take(struct backup *b)
{
	int rc = backup_database(b);

	if (rc == 0)
		rc = backup_images(b);
	return rc == 0 ? backup_finish(b) : rc;
}
