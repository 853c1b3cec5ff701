/* SPDX-License-Identifier: MIT */
/*
 * The members of an export, one after the other, twice by the same walk: once to
 * add them up, once to send them. No more of it is in memory than one exam's list
 * and the texts.
 */
#include "server/handle/export_files.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/log.h"
#include "server/handle/export_text.h"
#include "server/handle/media.h"

#define EXAM_ARENA ((size_t)32 * 1024 * 1024)

static const char *const text_names[EXPORT_N_TEXTS] = {
    [EXPORT_README] = "README.txt",
    [EXPORT_ACCOUNT] = "account.json",
    [EXPORT_EXAMS] = "exams.json",
    [EXPORT_ACCESSES] = "accesses.json",
};

static void
export_close(struct export_files *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = -1;
	f->bytes = NULL;
	f->size = 0;
}

/* To the beginning of the order. */
static void
export_rewind(struct export_files *f)
{
	export_close(f);
	arena_reset(f->hold);
	f->text = f->exam = f->instance = f->n_instances = 0;
	f->instances = NULL;
	f->report_done = false;
}

static int
export_next_text(struct export_files *f)
{
	const struct buf *b = &f->texts[f->text];

	memcpy(f->name, text_names[f->text], strlen(text_names[f->text]) + 1);
	f->bytes = b->len > 0 ? buf_bytes(b) : (const uint8_t *)"";
	f->size = b->len;
	f->text++;
	return 0;
}

/* The report of the exam at hand; -EM_E_NOT_FOUND when it is gone. */
static int
export_next_report(struct export_files *f)
{
	struct store_report r;
	struct buf out;
	uint8_t *copy;
	int rc = store_report_get(f->db, f->hold, &(struct store_eyes){.patient_id = f->patient_id},
	    f->exams[f->exam].exam_id, &r);

	if (rc < 0)
		return rc;
	buf_init(&out, EXPORT_TEXT_MAX);
	rc = export_text_report(&r, &out);
	copy = rc == 0 ? arena_alloc(f->hold, out.len + 1) : NULL;
	if (copy != NULL)
		memcpy(copy, buf_bytes(&out), out.len);
	f->bytes = copy;
	f->size = out.len;
	buf_release(&out);
	export_name_report(f->exam, f->name);
	return rc == 0 && copy == NULL ? -EM_E_NO_MEMORY : rc;
}

static int
export_next_image(struct export_files *f)
{
	struct stat st;
	uint64_t id = f->instances[f->instance];

	export_name_image(f->exam, f->instance, f->name);
	f->instance++;
	f->fd = media_open(f->server->media_fd, id, MEDIA_ORIGINAL);
	if (f->fd < 0)
		return -EM_E_INTERNAL;
	if (fstat(f->fd, &st) != 0 || st.st_size < 0 || (uint64_t)st.st_size > TAR_SIZE_MAX)
		return -EM_E_INTERNAL;
	f->size = (uint64_t)st.st_size;
	return 0;
}

/* The lists of the exam that comes next. */
static int
export_enter_exam(struct export_files *f)
{
	arena_reset(f->hold);
	f->instance = f->n_instances = 0;
	f->report_done = !f->exams[f->exam].has_report;
	return store_originals_of(f->db, f->hold, f->patient_id, f->exams[f->exam].exam_id,
	    &f->instances, &f->n_instances);
}

static int
export_step(struct export_files *f)
{
	int rc;

	if (f->text < EXPORT_N_TEXTS) {
		rc = export_next_text(f);
		if (f->text == EXPORT_N_TEXTS && f->n_exams > 0)
			rc = export_enter_exam(f);
		return rc;
	}
	while (f->exam < f->n_exams) {
		if (!f->report_done) {
			f->report_done = true;
			rc = export_next_report(f);
			if (rc != -EM_E_NOT_FOUND)
				return rc;
		}
		if (f->instance < f->n_instances)
			return export_next_image(f);
		f->exam++;
		rc = f->exam < f->n_exams ? export_enter_exam(f) : 0;
		if (rc < 0)
			return rc;
	}
	return -EM_E_NOT_FOUND;
}

int
export_files_next(struct export_files *f)
{
	int rc;

	export_close(f);
	rc = store_reader_begin(f->db);
	if (rc == 0)
		rc = export_step(f);
	store_reader_end(f->db);
	if (rc < 0)
		f->size = 0;
	return rc;
}

int
export_files_find(struct export_files *f, const char *language)
{
	int rc = store_reader_new(f->server->store, &f->db);

	if (rc < 0)
		return rc;
	f->hold = arena_new(EXAM_ARENA);
	f->exams = mem_new_array(EXPORT_EXAMS_MAX, sizeof(*f->exams));
	for (int i = 0; i < EXPORT_N_TEXTS; i++)
		buf_init(&f->texts[i], EXPORT_TEXT_MAX);
	rc = export_text_readme(f, language);
	if (rc == 0)
		rc = store_reader_begin(f->db);
	if (rc == 0)
		rc = export_text_account(f);
	if (rc == 0)
		rc = export_text_exams(f);
	if (rc == 0)
		rc = export_text_accesses(f);
	store_reader_end(f->db);
	f->total_bytes = TAR_END_BYTES;
	while (rc == 0) {
		rc = export_files_next(f);
		if (rc == 0) {
			f->total_bytes += tar_member_bytes(f->size);
			f->total_files++;
		}
	}
	export_rewind(f);
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

void
export_files_release(struct export_files *f)
{
	export_close(f);
	for (int i = 0; i < EXPORT_N_TEXTS; i++)
		buf_release(&f->texts[i]);
	free(f->exams);
	f->exams = NULL;
	arena_free(&f->hold);
	store_reader_free(&f->db);
}
