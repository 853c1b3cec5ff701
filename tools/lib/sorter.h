/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TOOLS_SORTER_H
#define EMAGE_TOOLS_SORTER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Any number of records, given back in the order of their bytes, in memory that
 * does not grow with them: what does not fit waits in a file without a name.
 */
struct sorter;

/* Records of up to SORTER_RECORD_MAX bytes. The file is made when it is needed, in
 * `folder`, which is borrowed. */
#define SORTER_RECORD_MAX (1u << 20)
struct sorter *sorter_new(size_t memory_bytes, const char *folder);
void sorter_free(struct sorter **s);

/* A copy of it. -EM_E_TOO_LARGE, or -EM_E_IO: the file cannot be written (errno). */
int sorter_put(struct sorter *s, const void *record, size_t len);
/* There are no more. -EM_E_IO. */
int sorter_end(struct sorter *s);
/* After sorter_end(): 1 = a record, valid until the next call, 0 = no more, -EM_E_IO. */
int sorter_next(struct sorter *s, const char **record_r, size_t *len_r);
/* Records that were put. */
uint64_t sorter_count(const struct sorter *s);

#endif
