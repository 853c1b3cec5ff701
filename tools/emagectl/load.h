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
#include "tools/lib/sorter.h"

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

/* Batches at the server at once, as many as it looks at: it writes these in one
 * transaction, unless somebody else wants to write. Indexes have other orders than the
 * lines, so that most of their pages are touched again and again: the longer the
 * transaction, the less often they are written. */
#define LOAD_WINDOW 256u

struct load;

/* Where a line stands, and as what. */
struct load_line {
	const char *path;
	uint64_t number;
	const char *raw; /* kept only when there is a file for refused lines */
	size_t raw_len;
};

/* Lines of one request; messages, their texts and the lines are in the arena. */
struct load_batch {
	struct load *load;
	struct arena *arena;
	ProtobufCMessage *message[LOAD_BATCH_MAX];
	struct load_line line[LOAD_BATCH_MAX];
	size_t n, n_bytes, n_raw_bytes;
	bool is_out; /* its reply has not come */
};

/* A count of the summary: "12 new", or "new": 12. */
struct load_count {
	const char *name, *text;
	size_t place; /* in load->count */
};
#define LOAD_COUNTS_MAX 8u
/* Lines that wait to be sorted: what is more waits in a file. */
#define LOAD_SORT_BYTES (16u << 20)

struct load_format {
	char separator;
	bool quoted;
	bool strict;   /* a column that is not known is an error */
	bool regional; /* asks load_is_near() */
	bool by_place; /* no heading: columns are found by place */
	const struct load_column *columns;
	size_t n_columns;
	/*
	 * One line, its columns in the order of `columns`. Adds a message to the
	 * batch with load_add(), tells why not with load_refuse(), or counts it
	 * with load->n_skipped.
	 */
	void (*line)(struct load *l, char *const *value);
	/*
	 * NULL, or: `line` puts lines by with load_later(), as n_texts texts. When all
	 * files are read this makes the messages, in the order of the first n_keys
	 * texts, and adds them with load_add().
	 */
	void (*sorted)(struct load *l, char *const *text);
	size_t n_texts, n_keys;
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
	const void *own;	   /* the format's options */
	struct settings *settings; /* of a regional format */
	struct load_line at;	   /* the line that is being read, or made a message of */
	struct lines lines;
	struct sorter *sorter;
	/* place of each column in this file + 1, 0 = not there */
	size_t place[LOAD_COLUMNS_MAX];
	struct load_batch batch[LOAD_WINDOW], *filling;
	/* counts of all files */
	uint64_t n_sorted; /* of what was put by */
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
/* What the message of the line at hand calls it. */
uint32_t load_mark(const struct load *l);
/* Adds the message of the line at hand, from load_alloc(). */
void load_add(struct load *l, ProtobufCMessage *msg);
/* Puts the line at hand by, for format->sorted. */
void load_later(struct load *l, const char *const *text);
/* "FILE: line N: field: reason", of the line at hand. */
void load_refuse(struct load *l, const char *field, const char *reason);
/* Likewise of something that is taken all the same. */
void load_warn(struct load *l, const char *field, const char *reason);
/* What the server refused, by line. */
void load_refusals(struct load_batch *b, Emage__LoadRefusal *const *list, size_t n);
/* Whether something is in the region's departments, or in those of `also`. Its
 * department, else the number of its place, says so. */
bool load_is_near(const struct load *l, const char *department, const char *place,
    const struct option_list *also);
/* Whether a code is one of the words, or of `also`. */
bool load_is_among(const char *code, const char *words, const struct option_list *also);
/* Between load.c and load_sorted.c: sends what is full; makes messages of all that was
 * put by, in its order (l->failed after a message: it cannot be read again). */
void load_send_full(struct load *l);
void load_send_sorted(struct load *l);
/* For rpc_call(): how long a reply may take, to a batch with a window of others before
 * it. */
int load_timeout_ms(const struct load *l);
/* For rpc_call(), with the batch as its argument. */
void load_answered(
    void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more);
/* A whole subcommand: reads all files. own: the options as its `own` knows them. enum
 * ctl_exit. */
int load_run(struct ctl *ctl, const struct ctl_command *cmd, const struct load_format *format,
    const struct load_options *o, const void *own, int argc, char **argv);

#endif
