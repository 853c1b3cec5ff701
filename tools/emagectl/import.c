/* SPDX-License-Identifier: MIT */
/*
 * emagectl import dicom: several files under way at once on one connection, a
 * verdict for each.
 */
#include "tools/emagectl/import.h"

#include <errno.h>
#include <fcntl.h>
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

#define IMPORT_JOBS_MAX	 8 /* uploads of one connection, see emage-protocol(7) */
#define IMPORT_FINISH_MS 600000
#define IMPORT_WINDOW	 8 /* chunks of one file not acknowledged yet */

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
	struct import_tally tally;
	bool lost; /* the connection */
};

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
	import_tally_why(&job->import->tally, job->path, IMPORT_REFUSED, text);
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
		import_tally_add(&job->import->tally, job->path, import_count_of(r->verdict), r);
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
	int timeout_ms = job->import->ctl->c.timeout_ms;

	/* decoding has its own limit, and the files before have theirs */
	if (m == METHOD_admin_import_finish && timeout_ms < IMPORT_FINISH_MS)
		timeout_ms = IMPORT_FINISH_MS;
	if (rpc_call(job->import->ctl->c.rpc, m, rq, timeout_ms, done, job) == 0)
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
		import_tally_why(&job->import->tally, job->path, IMPORT_REFUSED,
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
	job->import->tally.n_bytes += rq.data.len;
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
		import_tally_why(&im->tally, file->path, IMPORT_REFUSED, strerror(errno));
		goto drop;
	}
	if (!file->is_named && !import_looks_like_dicom(head, (size_t)n)) {
		import_tally_why(&im->tally, file->path, IMPORT_SKIPPED, "not DICOM");
		goto drop;
	}
	if (st.st_size == 0) {
		import_tally_why(&im->tally, file->path, IMPORT_REFUSED, "empty");
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
		import_tally_progress(&im->tally);
		import_fill(im);
	}
	free(chunk);
}

static int
import_verdict(const struct import *im, bool unread)
{
	size_t good = im->tally.n_done - im->tally.counts[IMPORT_REFUSED];

	if (im->lost || good == 0)
		return CTL_FAILED;
	return im->tally.counts[IMPORT_REFUSED] > 0 || unread ? CTL_PARTLY : CTL_OK;
}

static int
import_run(struct ctl *ctl, const void *options, int argc, char **argv)
{
	struct import_options o = *(const struct import_options *)options;
	struct import im = {.ctl = ctl, .o = &o};
	bool unread = false;
	int rc = CTL_FAILED;

	if (argc == 0)
		return ctl_usage(&ctl_import_dicom);
	if (o.jobs == 0)
		o.jobs = 4;
	im.tally = (struct import_tally){
	    .json = ctl->json,
	    .quiet = o.quiet,
	    .on_terminal = isatty(STDERR_FILENO) == 1,
	    .started_ms = clock_boot_ms(),
	};
	for (int i = 0; i < argc; i++)
		if (import_list_add(&im.list, argv[i]) < 0)
			unread = true;
	im.tally.n_files = im.list.n;
	if (im.list.n == 0) {
		ctl_fail("no file to import");
	} else if (ctl_connect(ctl) == 0) {
		import_send_all(&im);
		if (im.lost)
			ctl_fail("connection lost: %s", net_error_text(ctl->c.net));
		import_tally_summary(&im.tally);
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
