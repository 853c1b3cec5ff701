/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_IMPORT_OBJECT_H
#define EMAGE_SERVER_HANDLE_IMPORT_OBJECT_H

#include <stdbool.h>

#include "common/mem.h"
#include "db/store.h"
#include "proto/admin.pb-c.h"
#include "proto/internal.pb-c.h"

/*
 * What the imaging process found in a file, held against everything that the
 * rest relies on, since that process has read a foreign file, and turned into
 * the store's row.
 */
struct import_object {
	/* UNSPECIFIED: good so far; REFUSED, SKIPPED: why is below */
	Emage__ImportVerdict verdict;
	const char *reason, *field;
	/* who and where, as the file says it, sanitised */
	const char *patient_id, *patient_issuer, *institution;
	struct store_report report;
	bool is_report;
	/* without patient, establishment, instance id and release */
	struct store_instance_new row;
};

/*
 * frames_fd: the file of codestreams or of the report's text, complete; -1 in a
 * dry run, which has none. Memory from the arena. 0, -EM_E_NO_MEMORY, -EM_E_IO.
 */
int import_object_make(struct arena *a, const Emage__ImagingDecodeReply *found,
    Emage__ImagingFrame *const *frames, int frames_fd, struct import_object *object_r);

/* Says why an object is not taken. */
void import_object_refuse(struct import_object *o, const char *field, const char *reason);

#endif
