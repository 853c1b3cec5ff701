/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_EXPORT_FILES_H
#define EMAGE_SERVER_HANDLE_EXPORT_FILES_H

#include "common/buf.h"
#include "db/store.h"
#include "server/handle/tar.h"
#include "server/server.h"

/*
 * What an export of one person's data is made of, in order: a page that explains
 * it, the account, the list of exams, the history of accesses, then exam by exam
 * its report and its original images. It has a reading connection of its own and
 * is used by one thread at a time.
 */
#define EXPORT_EXAMS_MAX 20000u
/* Each of the texts. */
#define EXPORT_TEXT_MAX ((size_t)16 * 1024 * 1024)

enum export_text { EXPORT_README, EXPORT_ACCOUNT, EXPORT_EXAMS, EXPORT_ACCESSES, EXPORT_N_TEXTS };

struct export_exam {
	uint64_t exam_id;
	bool has_report;
};

struct export_files {
	const struct server *server;
	struct store_conn *db;
	uint64_t account_id, patient_id;
	int64_t now_ms;
	struct buf texts[EXPORT_N_TEXTS];
	struct export_exam *exams; /* newest first */
	unsigned n_exams;
	uint64_t total_bytes; /* of the archive */
	uint32_t total_files;
	/* the member at hand */
	char name[TAR_NAME_MAX];
	uint64_t size;
	const uint8_t *bytes; /* in memory, or NULL: in fd */
	int fd;
	/* where in the order it stands */
	unsigned text;	   /* next of `texts` */
	unsigned exam;	   /* index */
	bool report_done;  /* of that exam */
	unsigned instance; /* next of `instances` */
	unsigned n_instances;
	uint64_t *instances;
	struct arena *hold; /* of the exam at hand */
};

/* Finds everything and adds it up. A worker's job: it reads much. 0 or -EM_E_*. */
int export_files_find(struct export_files *f, const char *language);
/* The next member: name, size and where its bytes are; -EM_E_NOT_FOUND at the
 * end. One query and one open at most. */
int export_files_next(struct export_files *f);
void export_files_release(struct export_files *f);

#endif
