/* SPDX-License-Identifier: MIT */
/*
 * What becomes of each file of an import, told and counted.
 */
#include "tools/emagectl/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "tools/emagectl/ctl.h"
#include "tools/lib/pbjson.h"

#define IMPORT_PROGRESS_MS 200 /* between two progress lines */
#define IMPORT_RATIO_MS	   1000

static const char *const import_words[] = {
    [IMPORT_STORED] = "stored",
    [IMPORT_KNOWN] = "known",
    [IMPORT_WOULD_STORE] = "would store",
    [IMPORT_SKIPPED] = "skipped",
    [IMPORT_REFUSED] = "refused",
};

static void
import_erase_progress(const struct import_tally *t)
{
	if (t->on_terminal)
		fputs("\r\033[K", stderr);
}

void
import_tally_progress(struct import_tally *t)
{
	int64_t now_ms = clock_boot_ms(), ms = now_ms - t->started_ms;

	if (!t->on_terminal || now_ms - t->shown_ms < IMPORT_PROGRESS_MS)
		return;
	t->shown_ms = now_ms;
	fprintf(stderr, "\r%zu/%zu files, %zu stored, %zu known, %zu refused", t->n_done,
	    t->n_files, t->counts[IMPORT_STORED], t->counts[IMPORT_KNOWN],
	    t->counts[IMPORT_REFUSED]);
	if (ms > IMPORT_RATIO_MS)
		fprintf(stderr, ", %.1f files/s, %.1f MB/s", (double)t->n_done * 1000 / (double)ms,
		    (double)t->n_bytes / 1000 / (double)ms);
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

void
import_tally_add(struct import_tally *t, const char *path, enum import_count what,
    const Emage__AdminImportFinishReply *r)
{
	t->counts[what]++;
	t->n_done++;
	if (t->quiet && what != IMPORT_REFUSED)
		return;
	import_erase_progress(t);
	if (t->json)
		import_tell_json(path, what, r);
	else
		import_tell_text(path, what, r);
	t->shown_ms = 0;
}

void
import_tally_why(
    struct import_tally *t, const char *path, enum import_count what, const char *reason)
{
	Emage__AdminImportFinishReply r = EMAGE__ADMIN_IMPORT_FINISH_REPLY__INIT;

	r.reason = (char *)reason;
	import_tally_add(t, path, what, &r);
}

void
import_tally_summary(const struct import_tally *t)
{
	const char *before = "";
	json_t *j;

	import_erase_progress(t);
	if (t->json) {
		j = json_object();
		for (unsigned i = 0; i < IMPORT_COUNTS; i++)
			json_object_set_new(
			    j, import_words[i], json_integer((json_int_t)t->counts[i]));
		json_object_set_new(j, "files", json_integer((json_int_t)t->n_files));
		pbjson_print(stdout, j, 0);
		json_decref(j);
		return;
	}
	printf("%zu files: ", t->n_files);
	for (unsigned i = 0; i < IMPORT_COUNTS; i++) {
		if (t->counts[i] == 0)
			continue;
		printf("%s%zu %s", before, t->counts[i], import_words[i]);
		before = ", ";
	}
	if (t->n_files > t->n_done)
		printf("%s%zu not reached", before, t->n_files - t->n_done);
	putchar('\n');
}
