/* SPDX-License-Identifier: MIT */
/*
 * Sorting more than fits: records fill the memory, are sorted there and written
 * as a run; in the end the runs are merged, each read through a small window.
 */
#include "tools/lib/sorter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"

/* Of each run, when they are merged: a record and what is read at once. */
#define WINDOW_BYTES 65536u

/* In memory: a record of `len` bytes at place `at`; its first bytes decide most. */
struct sorter_item {
	uint64_t head;
	uint32_t at, len;
};

/* A sorted run in the file: each record behind its length. */
struct sorter_run {
	off_t next, end; /* what is not in the window yet */
	char *window;
	size_t room, n, taken; /* bytes of it */
	const char *record;    /* the first that was not given yet */
	uint32_t len;
};

struct sorter {
	const char *folder;
	int fd;
	off_t size; /* of the file */
	/* both grow as records come */
	char *memory;
	size_t memory_bytes, room, used;
	struct sorter_item *items;
	size_t n_items, items_max, items_room, next;
	struct sorter_run *runs, **heap;
	size_t n_runs, n_heap;
	uint64_t n_records;
};

struct sorter *
sorter_new(size_t memory_bytes, const char *folder)
{
	struct sorter *s = mem_new(sizeof(*s));

	s->folder = folder;
	s->fd = -1;
	s->memory_bytes = memory_bytes > SORTER_RECORD_MAX ? memory_bytes : SORTER_RECORD_MAX;
	/* records shorter than this fill the list before the memory */
	s->items_max = s->memory_bytes / 64;
	return s;
}

void
sorter_free(struct sorter **sp)
{
	struct sorter *s = *sp;

	*sp = NULL;
	if (!s)
		return;
	for (size_t i = 0; i < s->n_runs; i++)
		free(s->runs[i].window);
	if (s->fd >= 0)
		close(s->fd);
	free(s->runs);
	free(s->heap);
	free(s->items);
	free(s->memory);
	free(s);
}

uint64_t
sorter_count(const struct sorter *s)
{
	return s->n_records;
}

/* ---------------------------------------------------------------- comparing */

static uint64_t
sorter_head(const char *record, size_t len)
{
	uint64_t head = 0;

	for (size_t i = 0; i < sizeof(head); i++)
		head = head << 8 | (i < len ? (uint8_t)record[i] : 0);
	return head;
}

static int
sorter_compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int c = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return c != 0 ? c : (a_len > b_len) - (a_len < b_len);
}

static int
sorter_compare(const void *va, const void *vb, void *memory)
{
	const struct sorter_item *a = va, *b = vb;
	const char *from = memory;

	if (a->head != b->head)
		return a->head < b->head ? -1 : 1;
	return sorter_compare_bytes(from + a->at, a->len, from + b->at, b->len);
}

static void
sorter_sort(struct sorter *s)
{
	if (s->n_items > 0)
		qsort_r(s->items, s->n_items, sizeof(*s->items), sorter_compare, s->memory);
}

/* ------------------------------------------------------------------ writing */

static int
sorter_make_file(struct sorter *s)
{
	char *path;

	s->fd = open(s->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (s->fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return s->fd < 0 ? -EM_E_IO : 0;
	path = mem_printf("%s/emage-sort-XXXXXX", s->folder);
	s->fd = mkostemp(path, O_CLOEXEC);
	if (s->fd >= 0)
		(void)unlink(path);
	free(path);
	return s->fd < 0 ? -EM_E_IO : 0;
}

static int
sorter_write(struct sorter *s, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = pwrite(s->fd, bytes, len, s->size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EM_E_IO;
		s->size += n;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Through a buffer: records are short. */
static int
sorter_write_items(struct sorter *s)
{
	char *buffer = mem_new(WINDOW_BYTES);
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < s->n_items; i++) {
		const struct sorter_item *item = &s->items[i];
		const char *at = s->memory + item->at;

		if (n + sizeof(item->len) + item->len > WINDOW_BYTES) {
			rc = sorter_write(s, buffer, n);
			n = 0;
		}
		if (rc == 0 && sizeof(item->len) + item->len > WINDOW_BYTES) {
			rc = sorter_write(s, (const char *)&item->len, sizeof(item->len));
			if (rc == 0)
				rc = sorter_write(s, at, item->len);
			continue;
		}
		memcpy(buffer + n, &item->len, sizeof(item->len));
		memcpy(buffer + n + sizeof(item->len), at, item->len);
		n += sizeof(item->len) + item->len;
	}
	if (rc == 0)
		rc = sorter_write(s, buffer, n);
	free(buffer);
	return rc;
}

static int
sorter_spill(struct sorter *s)
{
	struct sorter_run run = {.next = s->size};
	int rc = s->fd < 0 ? sorter_make_file(s) : 0;

	sorter_sort(s);
	if (rc == 0)
		rc = sorter_write_items(s);
	if (rc < 0)
		return rc;
	run.end = s->size;
	s->runs = mem_grow(s->runs, s->n_runs + 1, sizeof(*s->runs));
	s->runs[s->n_runs++] = run;
	s->n_items = s->used = 0;
	return 0;
}

static void
sorter_grow(struct sorter *s, size_t len)
{
	if (!s->memory || s->used + len > s->room) {
		size_t twice = 2 * (s->used + len + 64);

		s->room = twice < s->memory_bytes ? twice : s->memory_bytes;
		s->memory = mem_grow(s->memory, s->room, 1);
	}
	if (s->n_items == s->items_room) {
		size_t twice = 2 * (s->n_items + 32);

		s->items_room = twice < s->items_max ? twice : s->items_max;
		s->items = mem_grow(s->items, s->items_room, sizeof(*s->items));
	}
}

int
sorter_put(struct sorter *s, const void *record, size_t len)
{
	struct sorter_item *item;

	if (len > SORTER_RECORD_MAX)
		return -EM_E_TOO_LARGE;
	if (s->used + len > s->memory_bytes || s->n_items == s->items_max) {
		int rc = sorter_spill(s);

		if (rc < 0)
			return rc;
	}
	sorter_grow(s, len);
	item = &s->items[s->n_items++];
	*item = (struct sorter_item){
	    .head = sorter_head(record, len), .at = (uint32_t)s->used, .len = (uint32_t)len};
	memcpy(s->memory + item->at, record, len);
	s->used += len;
	s->n_records++;
	return 0;
}

/* ------------------------------------------------------------------ merging */

/* Makes sure that n bytes lie in the window, unless the run ends before. */
static int
sorter_fill(const struct sorter *s, struct sorter_run *r, size_t n)
{
	memmove(r->window, r->window + r->taken, r->n - r->taken);
	r->n -= r->taken;
	r->taken = 0;
	if (n > r->room) {
		r->window = mem_grow(r->window, n, 1);
		r->room = n;
	}
	while (r->n < n && r->next < r->end) {
		off_t left = r->end - r->next;
		size_t room = r->room - r->n;
		ssize_t got = pread(
		    s->fd, r->window + r->n, (off_t)room < left ? room : (size_t)left, r->next);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -EM_E_IO;
		r->next += got;
		r->n += (size_t)got;
	}
	return r->n < n ? -EM_E_IO : 0;
}

/* To the next record of a run: 1, 0 = it has no more, -EM_E_IO. */
static int
sorter_step(const struct sorter *s, struct sorter_run *r)
{
	size_t n = sizeof(r->len);
	int rc = 0;

	if (r->n == r->taken && r->next == r->end)
		return 0;
	if (r->n - r->taken < n)
		rc = sorter_fill(s, r, n);
	if (rc < 0)
		return rc;
	memcpy(&r->len, r->window + r->taken, n);
	n += r->len;
	if (r->n - r->taken < n)
		rc = sorter_fill(s, r, n);
	if (rc < 0)
		return rc;
	r->record = r->window + r->taken + sizeof(r->len);
	r->taken += n;
	return 1;
}

static bool
sorter_is_before(const struct sorter_run *a, const struct sorter_run *b)
{
	return sorter_compare_bytes(a->record, a->len, b->record, b->len) < 0;
}

/* The heap's first may be too late: it sinks to its place. */
static void
sorter_sink(struct sorter *s, size_t i)
{
	for (;;) {
		struct sorter_run *r;
		size_t least = i;

		for (size_t k = 2 * i + 1; k <= 2 * i + 2 && k < s->n_heap; k++)
			if (sorter_is_before(s->heap[k], s->heap[least]))
				least = k;
		if (least == i)
			return;
		r = s->heap[i];
		s->heap[i] = s->heap[least];
		s->heap[least] = r;
		i = least;
	}
}

int
sorter_end(struct sorter *s)
{
	int rc = 0;

	if (s->n_runs == 0) {
		sorter_sort(s);
		return 0;
	}
	if (s->n_items > 0)
		rc = sorter_spill(s);
	/* the runs' windows take their place */
	free(s->memory);
	s->memory = NULL;
	free(s->items);
	s->items = NULL;
	s->heap = mem_new_array(s->n_runs, sizeof(struct sorter_run *));
	for (size_t i = 0; rc >= 0 && i < s->n_runs; i++) {
		s->runs[i].room = WINDOW_BYTES;
		s->runs[i].window = mem_new(WINDOW_BYTES);
		rc = sorter_step(s, &s->runs[i]);
		if (rc == 1)
			s->heap[s->n_heap++] = &s->runs[i];
	}
	for (size_t i = s->n_heap / 2; rc >= 0 && i-- > 0;)
		sorter_sink(s, i);
	/* the first is given by the first call, and stepped on by the second */
	return rc < 0 ? rc : 0;
}

static int
sorter_next_merged(struct sorter *s, const char **record_r, size_t *len_r)
{
	if (s->n_heap > 0 && s->next++ > 0) {
		int rc = sorter_step(s, s->heap[0]);

		if (rc < 0)
			return rc;
		if (rc == 0)
			s->heap[0] = s->heap[--s->n_heap];
		if (s->n_heap > 0)
			sorter_sink(s, 0);
	}
	if (s->n_heap == 0)
		return 0;
	*record_r = s->heap[0]->record;
	*len_r = s->heap[0]->len;
	return 1;
}

int
sorter_next(struct sorter *s, const char **record_r, size_t *len_r)
{
	if (s->n_runs > 0)
		return sorter_next_merged(s, record_r, len_r);
	if (s->next == s->n_items)
		return 0;
	*record_r = s->memory + s->items[s->next].at;
	*len_r = s->items[s->next++].len;
	return 1;
}
