/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CTL_IMPORT_H
#define EMAGE_CTL_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/admin.pb-c.h"

/* Which files `emagectl import dicom` sends, and what becomes of them. */

struct import_file {
	char *path;
	bool is_named; /* on the command line, so it is sent whatever it is */
};

struct import_list {
	struct import_file *files;
	size_t n, cap;
};

/*
 * Adds a file, or every regular file below a folder in the order of names. A
 * DICOMDIR stands for the folder it lies in. 0, or -EM_E_IO after a message
 * (what could be read is in the list nevertheless).
 */
int import_list_add(struct import_list *l, const char *path);
void import_list_release(struct import_list *l);

/* Whether these first bytes of a file look like DICOM: the mark at 128, or a
 * data set without one. `len` may be short. */
bool import_looks_like_dicom(const unsigned char *bytes, size_t len);

enum import_count {
	IMPORT_STORED,
	IMPORT_KNOWN,
	IMPORT_WOULD_STORE,
	IMPORT_SKIPPED,
	IMPORT_REFUSED,
	IMPORT_COUNTS,
};

struct import_tally {
	bool json, quiet;
	bool on_terminal; /* where a progress line is shown */
	size_t n_files, n_done;
	size_t counts[IMPORT_COUNTS];
	uint64_t n_bytes; /* sent */
	int64_t started_ms, shown_ms;
};

/* Tells what became of a file and counts it: once for each. r may be NULL. */
void import_tally_add(struct import_tally *t, const char *path, enum import_count what,
    const Emage__AdminImportFinishReply *r);
/* The same with a reason of our own. */
void import_tally_why(
    struct import_tally *t, const char *path, enum import_count what, const char *reason);
/* Shows how far it is, now and then. */
void import_tally_progress(struct import_tally *t);
void import_tally_summary(const struct import_tally *t);

#endif
