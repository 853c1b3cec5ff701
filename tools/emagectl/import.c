/* SPDX-License-Identifier: MIT */
/*
 * emagectl import dicom: several files under way at once on one connection, a
 * verdict for each.
 */
#include "tools/emagectl/import.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/frame.h"
#include "common/mem.h"
#include "tools/emagectl/ctl.h"
#include "tools/lib/pbjson.h"

#define IMPORT_JOBS_MAX	   16
#define IMPORT_WINDOW	   8   /* chunks of one file not acknowledged yet */
#define IMPORT_PROGRESS_MS 200 /* between two progress lines */
#define IMPORT_RATIO_MS	   1000

struct import_options {
	bool dry_run, release, quiet;
	const char *patient, *finess;
	int64_t jobs;
};

#define OPT(field) .offset = offsetof(struct import_options, field)

static const struct option_row import_rows[] = {
    {'n', "dry-run", NULL, OPTION_FLAG, OPT(dry_run),
	.help = "Read and judge every file; store nothing."},
    {0, "patient", "IDENTIFIER", OPTION_STRING, OPT(patient),
	.help = "Attach to this patient, whoever the files name."},
    {0, "finess", "NUMBER", OPTION_STRING, OPT(finess),
	.help = "Establishment, where a file names none that is known."},
    {0, "release", NULL, OPTION_FLAG, OPT(release),
	.help = "Make the exams visible to their patient now."},
    {0, "jobs", "N", OPTION_INT, OPT(jobs), .min = 1, .max = IMPORT_JOBS_MAX,
	.help = "Files under way at once (default 4)."},
    {'q', "quiet", NULL, OPTION_FLAG, OPT(quiet),
	.help = "Show refused files and the counts only."},
};

enum import_count {
	IMPORT_STORED,
	IMPORT_KNOWN,
	IMPORT_WOULD_STORE,
	IMPORT_SKIPPED,
	IMPORT_REFUSED,
	IMPORT_COUNTS,
};

static const char *const import_words[] = {
    [IMPORT_STORED] = "stored",
    [IMPORT_KNOWN] = "known",
    [IMPORT_WOULD_STORE] = "would store",
    [IMPORT_SKIPPED] = "skipped",
    [IMPORT_REFUSED] = "refused",
};

struct import;

/* One file under way. */
struct import_job {
	struct import *import;
	const char *path; /* NULL = free */
	int fd;
	uint64_t size, offset;
	uint32_t upload_id;
	bool is_open;	  /* the server has given it a number */
	bool is_finished; /* the last request is out */
	unsigned unacknowledged;
	bool failed; /* told already; late replies say nothing more */
};

struct import {
	struct ctl *ctl;
	const struct import_options *o;
	struct import_list list;
	size_t next; /* in the list */
	struct import_job jobs[IMPORT_JOBS_MAX];
	unsigned n_busy;
	size_t counts[IMPORT_COUNTS];
	size_t n_done;
	uint64_t n_bytes;
	int64_t started_ms, shown_ms;
	bool on_terminal;
	bool lost; /* the connection */
};

/* ------------------------------------------------------------------ reporting */

static void
import_erase_progress(const struct import *im)
{
	if (im->on_terminal)
		fputs("\r\033[K", stderr);
}

static void
import_progress(struct import *im)
{
	int64_t now_ms = clock_boot_ms(), ms = now_ms - im->started_ms;

	if (!im->on_terminal || now_ms - im->shown_ms < IMPORT_PROGRESS_MS)
		return;
	im->shown_ms = now_ms;
	fprintf(stderr, "\r%zu/%zu files, %zu stored, %zu known, %zu refused", im->n_done,
	    im->list.n, im->counts[IMPORT_STORED], im->counts[IMPORT_KNOWN],
	    im->counts[IMPORT_REFUSED]);
	if (ms > IMPORT_RATIO_MS)
		fprintf(stderr, ", %.1f files/s, %.1f MB/s", (double)im->n_done * 1000 / (double)ms,
		    (double)im->n_bytes / 1000 / (double)ms);
	fputs("\033[K", stderr);
	fflush(stderr);
}

static void
import_tell_json(const char *path, enum import_count what, const Emage__AdminImportFinishReply *r)
{
	char *clean = ctl_clean(path);
	json_t *j = r ? pbjson_from_message(&r->base) : json_object();

	json_object_set_new(j, "verdict", json_string(import_words[what]));
	json_object_set_new(j, "file", json_string(clean));
	pbjson_print(stdout, j, 0);
	json_decref(j);
	free(clean);
}

static void
import_tell_text(const char *path, enum import_count what, const Emage__AdminImportFinishReply *r)
{
	char *clean = ctl_clean(path), *modality, *reason, *field;

	printf("%-11s %s", import_words[what], clean);
	free(clean);
	if (r) {
		modality = ctl_clean(r->modality);
		reason = ctl_clean(r->reason);
		field = ctl_clean(r->field);
		if (*modality)
			printf("  %s", modality);
		if (r->n_frames > 1)
			printf(", %u frames", r->n_frames);
		if (*reason)
			printf(": %s", reason);
		if (*field)
			printf(" [%s]", field);
		free(modality);
		free(reason);
		free(field);
	}
	putchar('\n');
}

/* The one place where a file is counted. */
static void
import_tell(struct import *im, const char *path, enum import_count what,
    const Emage__AdminImportFinishReply *r)
{
	im->counts[what]++;
	im->n_done++;
	if (im->o->quiet && what != IMPORT_REFUSED)
		return;
	import_erase_progress(im);
	if (im->ctl->json)
		import_tell_json(path, what, r);
	else
		import_tell_text(path, what, r);
	im->shown_ms = 0;
}

static void
import_tell_why(struct import *im, const char *path, enum import_count what, const char *reason)
{
	Emage__AdminImportFinishReply r = EMAGE__ADMIN_IMPORT_FINISH_REPLY__INIT;

	r.reason = (char *)reason;
	import_tell(im, path, what, &r);
}

/* ----------------------------------------------------------------------- jobs */

static void
import_job_end(struct import_job *job)
{
	close(job->fd);
	job->path = NULL;
	job->import->n_busy--;
}

/* Errors of the connection and of the server, for any request of a job. */
static void
import_job_error(struct import_job *job, int err, const Emage__Error *e)
{
	char text[256];

	if (!e)
		job->import->lost = true;
	if (job->failed)
		return;
	job->failed = true;
	connection_error_text(err, e, text, sizeof(text));
	import_tell_why(job->import, job->path, IMPORT_REFUSED, text);
}

/* A failed job ends when nothing that mentions it is under way. */
static void
import_job_settle(struct import_job *job)
{
	if (job->failed && job->unacknowledged == 0)
		import_job_end(job);
}

static enum import_count
import_count_of(Emage__ImportVerdict v)
{
	switch (v) {
	case EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_STORED:
		return IMPORT_STORED;
	case EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_KNOWN:
		return IMPORT_KNOWN;
	case EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_WOULD_STORE:
		return IMPORT_WOULD_STORE;
	case EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_SKIPPED:
		return IMPORT_SKIPPED;
	default:
		return IMPORT_REFUSED;
	}
}

static void
import_finished(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct import_job *job = arg;
	const Emage__AdminImportFinishReply *r = (const void *)msg;

	(void)more;
	job->unacknowledged--;
	if (err < 0) {
		import_job_error(job, err, e);
	} else if (!job->failed) {
		import_tell(job->import, job->path, import_count_of(r->verdict), r);
		job->failed = true; /* told */
	}
	import_job_settle(job);
}

static void
import_data_taken(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct import_job *job = arg;

	(void)msg;
	(void)more;
	job->unacknowledged--;
	if (err < 0)
		import_job_error(job, err, e);
	import_job_settle(job);
}

static void
import_opened(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct import_job *job = arg;

	(void)more;
	job->unacknowledged--;
	if (err < 0) {
		import_job_error(job, err, e);
	} else {
		job->upload_id = ((const Emage__AdminImportOpenReply *)msg)->upload_id;
		job->is_open = true;
	}
	import_job_settle(job);
}

static bool
import_call(struct import_job *job, enum method_index m, const ProtobufCMessage *rq, rpc_done *done)
{
	if (rpc_call(job->import->ctl->c.rpc, m, rq, job->import->ctl->c.timeout_ms, done, job) ==
	    0)
		return false; /* no room: later */
	job->unacknowledged++;
	return true;
}

static void
import_send_finish(struct import_job *job)
{
	const struct import_options *o = job->import->o;
	Emage__AdminImportFinishRequest rq = EMAGE__ADMIN_IMPORT_FINISH_REQUEST__INIT;

	rq.upload_id = job->upload_id;
	rq.dry_run = o->dry_run;
	rq.patient_identifier = (char *)(o->patient ? o->patient : "");
	rq.finess = (char *)(o->finess ? o->finess : "");
	rq.release = o->release;
	job->is_finished = import_call(job, METHOD_admin_import_finish, &rq.base, import_finished);
}

/* False when the window or the connection is full. */
static bool
import_send_chunk(struct import_job *job, uint8_t *chunk)
{
	Emage__AdminImportDataRequest rq = EMAGE__ADMIN_IMPORT_DATA_REQUEST__INIT;
	ssize_t n = pread(job->fd, chunk, FRAME_DATA_MAX, (off_t)job->offset);

	if (n <= 0) {
		import_tell_why(job->import, job->path, IMPORT_REFUSED,
		    n < 0 ? strerror(errno) : "the file became shorter");
		job->failed = true;
		import_job_settle(job);
		return false;
	}
	rq.upload_id = job->upload_id;
	rq.offset = job->offset;
	rq.data.data = chunk;
	rq.data.len =
	    (size_t)n < job->size - job->offset ? (size_t)n : (size_t)(job->size - job->offset);
	if (!import_call(job, METHOD_admin_import_data, &rq.base, import_data_taken))
		return false;
	job->offset += rq.data.len;
	job->import->n_bytes += rq.data.len;
	return true;
}

static void
import_job_go_on(struct import_job *job, uint8_t *chunk)
{
	if (!job->is_open || job->is_finished || job->failed)
		return;
	while (job->offset < job->size && job->unacknowledged < IMPORT_WINDOW)
		if (!import_send_chunk(job, chunk))
			return;
	if (job->offset == job->size)
		import_send_finish(job);
}

/* Opens a file and asks for an upload. False when the file is done with. */
static bool
import_job_begin(struct import *im, struct import_job *job, const struct import_file *file)
{
	Emage__AdminImportOpenRequest rq = EMAGE__ADMIN_IMPORT_OPEN_REQUEST__INIT;
	unsigned char head[132];
	struct stat st;
	ssize_t n;
	int fd = open(file->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0 || (n = pread(fd, head, sizeof(head), 0)) < 0) {
		import_tell_why(im, file->path, IMPORT_REFUSED, strerror(errno));
		goto drop;
	}
	if (!file->is_named && !import_looks_like_dicom(head, (size_t)n)) {
		import_tell_why(im, file->path, IMPORT_SKIPPED, "not DICOM");
		goto drop;
	}
	if (st.st_size == 0) {
		import_tell_why(im, file->path, IMPORT_REFUSED, "empty");
		goto drop;
	}
	*job = (struct import_job){
	    .import = im,
	    .path = file->path,
	    .fd = fd,
	    .size = (uint64_t)st.st_size,
	};
	im->n_busy++;
	rq.total_bytes = job->size;
	if (!import_call(job, METHOD_admin_import_open, &rq.base, import_opened)) {
		im->lost = true;
		import_job_end(job);
	}
	return true;
drop:
	if (fd >= 0)
		close(fd);
	return false;
}

/* ------------------------------------------------------------------- the whole */

static void
import_fill(struct import *im)
{
	for (int64_t i = 0; i < im->o->jobs && !im->lost; i++) {
		struct import_job *job = &im->jobs[i];

		while (!job->path && im->next < im->list.n && !im->lost)
			import_job_begin(im, job, &im->list.files[im->next++]);
	}
}

static void
import_send_all(struct import *im)
{
	uint8_t *chunk = mem_new(FRAME_DATA_MAX);
	struct rpc *rpc = im->ctl->c.rpc;

	import_fill(im);
	while (im->n_busy > 0 && !im->lost) {
		struct pollfd p = {.fd = -1};
		int timeout_ms;

		for (int64_t i = 0; i < im->o->jobs; i++)
			if (im->jobs[i].path)
				import_job_go_on(&im->jobs[i], chunk);
		rpc_wants(rpc, &p.fd, &p.events, &timeout_ms);
		poll(&p, 1, timeout_ms);
		rpc_step(rpc);
		import_progress(im);
		import_fill(im);
	}
	free(chunk);
}

static void
import_summary(const struct import *im)
{
	const char *before = "";
	json_t *j;

	import_erase_progress(im);
	if (im->ctl->json) {
		j = json_object();
		for (unsigned i = 0; i < IMPORT_COUNTS; i++)
			json_object_set_new(
			    j, import_words[i], json_integer((json_int_t)im->counts[i]));
		json_object_set_new(j, "files", json_integer((json_int_t)im->list.n));
		pbjson_print(stdout, j, 0);
		json_decref(j);
		return;
	}
	printf("%zu files: ", im->list.n);
	for (unsigned i = 0; i < IMPORT_COUNTS; i++) {
		if (im->counts[i] == 0)
			continue;
		printf("%s%zu %s", before, im->counts[i], import_words[i]);
		before = ", ";
	}
	if (im->list.n > im->n_done)
		printf("%s%zu not reached", before, im->list.n - im->n_done);
	putchar('\n');
}

static int
import_verdict(const struct import *im, bool unread)
{
	size_t good = im->n_done - im->counts[IMPORT_REFUSED];

	if (im->lost || good == 0)
		return CTL_FAILED;
	return im->counts[IMPORT_REFUSED] > 0 || unread ? CTL_PARTLY : CTL_OK;
}

static int
import_run(struct ctl *ctl, const void *options, int argc, char **argv)
{
	struct import_options o = *(const struct import_options *)options;
	struct import im = {.ctl = ctl, .o = &o, .started_ms = clock_boot_ms()};
	bool unread = false;
	int rc = CTL_FAILED;

	if (argc == 0)
		return ctl_usage(&ctl_import_dicom);
	if (o.jobs == 0)
		o.jobs = 4;
	im.on_terminal = isatty(STDERR_FILENO) == 1;
	for (int i = 0; i < argc; i++)
		if (import_list_add(&im.list, argv[i]) < 0)
			unread = true;
	if (im.list.n == 0) {
		ctl_fail("no file to import");
	} else if (ctl_connect(ctl) == 0) {
		import_send_all(&im);
		if (im.lost)
			ctl_fail("connection lost: %s", net_error_text(ctl->c.net));
		import_summary(&im);
		rc = import_verdict(&im, unread);
	}
	/* callbacks of what is still under way name `im`: end them while it lives */
	connection_close(&ctl->c);
	import_list_release(&im.list);
	return rc;
}

const struct ctl_command ctl_import_dicom = {
    .name = "import dicom",
    .args = "PATH...",
    .help = "Import DICOM files, folders, or what a DICOMDIR lies beside.",
    .words = "@file",
    .rows = import_rows,
    .n_rows = ARRAY_LEN(import_rows),
    .options_size = sizeof(struct import_options),
    .run = import_run,
};
