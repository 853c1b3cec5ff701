/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_WRITER_H
#define EMAGE_DB_WRITER_H

#include "db/conn.h"

/* The thread that writes; see store.h for what its jobs may expect. */
struct writer;

struct writer *writer_new(struct store_conn *db, unsigned queue_max, unsigned batch_max);
/* Runs what is queued, ends the thread, frees, nulls. True when no write ever
 * failed: the database may be closed tidily. */
bool writer_free(struct writer **w);

/* Whether this is the writer's thread, which cannot wait for itself. */
bool writer_is_me(const struct writer *w);
int writer_submit(struct writer *w, struct store_job *job);
void writer_on_fatal(struct writer *w, void (*fatal)(void *arg), void *arg);
void writer_stats(struct writer *w, struct store_stats *st_r);

#endif
