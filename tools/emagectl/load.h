/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CTL_LOAD_H
#define EMAGE_CTL_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/mem.h"
#include "proto/load.pb-c.h"
#include "tools/emagectl/ctl.h"
#include "tools/lib/lines.h"

/*
 * Files of lines with a heading that names the columns, sent in batches: what
 * `emagectl import rpps` and `import accesses` have in common.
 */

/* A column that is looked for, by its name as text_fold() makes it. */
struct load_column {
	const char *name, *shown;
	bool needed;
};

struct load_options {
	bool dry_run, quiet;
	const char *refused; /* file for the lines that were not taken, or NULL */
};

#define LOAD_COLUMNS_MAX 24u
#define LOAD_BATCH_MAX	 400u
/* Bytes of one request: below the largest that the server takes. */
#define LOAD_BATCH_BYTES 60000u
/* ... and of one line, at most: longer fields are refused before they are sent. */
#define LOAD_LINE_BYTES 8000u

/* Batches at the server at once: it writes these in one transaction while the next
 * are made. Its other writers wait for no more than so many. */
#define LOAD_WINDOW 12u

struct load;

/* Lines of one request; messages, their texts and the lines are in the arena. */
struct load_batch {
	struct load *load;
	struct arena *arena;
	ProtobufCMessage *message[LOAD_BATCH_MAX];
	uint64_t line_number[LOAD_BATCH_MAX];
	char *raw[LOAD_BATCH_MAX];
	size_t n, n_bytes, n_raw_bytes;
	bool is_out; /* its reply has not come */
};

/* A count of the summary: "12 new", or "new": 12. */
struct load_count {
	const char *name, *text;
	size_t place; /* in load->count */
};
#define LOAD_COUNTS_MAX 8u

struct load_format {
	char separator;
	bool quoted;
	bool strict;   /* a column that is not known is an error */
	bool by_place; /* no heading: columns are found by place */
	const struct load_column *columns;
	size_t n_columns;
	/*
	 * One line, its columns in the order of `columns`. Adds a message to the
	 * batch with load_add(), tells why not with load_refuse(), or counts it
	 * with load->n_skipped.
	 */
	void (*line)(struct load *l, char *const *value);
	/* Sends a batch: rpc_call() with load_answered. Its result. */
	uint32_t (*send)(struct load *l, struct load_batch *b);
	/* The reply: counts, and passes on what was refused. */
	void (*answered)(struct load_batch *b, const ProtobufCMessage *msg);
	/* NULL, or before the first line: 0, or -EM_E_* after a message. */
	int (*begin)(struct load *l);
	/* NULL, or after the last reply, with load->failed when nothing of it may
	 * be used; sets load->failed after a message. */
	void (*end)(struct load *l);
	/* The format's own counts, in load->count. */
	const struct load_count *counts;
	size_t n_counts;
};

struct load {
	struct ctl *ctl;
	const struct load_format *format;
	const struct load_options *o;
	const void *own; /* the format's options */
	const char *path;
	struct lines lines;
	/* place of each column in this file + 1, 0 = not there */
	size_t place[LOAD_COLUMNS_MAX];
	struct load_batch batch[LOAD_WINDOW], *filling;
	/* counts of all files */
	uint64_t n_lines, n_skipped, n_refused, n_warned, n_1252;
	uint64_t count[LOAD_COUNTS_MAX];
	uint64_t load_id;
	FILE *refused_file;
	bool heading_written, on_terminal, failed;
	int64_t shown_ms;
};

/* Memory of this batch. */
void *load_alloc(struct load *l, size_t n_bytes);
char *load_text(struct load *l, const char *s);
/* Adds the message of the line that is being read, from load_alloc(). */
void load_add(struct load *l, ProtobufCMessage *msg);
/* "FILE: line N: field: reason", of the line that is being read. */
void load_refuse(struct load *l, const char *field, const char *reason);
/* Likewise of something that is taken all the same. */
void load_warn(struct load *l, const char *field, const char *reason);
/* What the server refused, by line. */
void load_refusals(struct load_batch *b, Emage__LoadRefusal *const *list, size_t n);
/* Whether something is in the region, or in a department that was asked for too.
 * Its department, else the number of its place, says so. */
bool load_is_near(const char *department, const char *place, const struct option_list *also);
/* For rpc_call(), with the batch as its argument. */
void load_answered(
    void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more);
/* Reads all files. enum ctl_exit. */
int load_files(struct load *l, int argc, char **argv);

#endif
