/* SPDX-License-Identifier: MIT */
/*
 * Allocation that cannot fail, and the capped arena of a request.
 */
#include "common/mem.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "common/err.h"

/* First block: most requests need no second one. */
#define ARENA_BLOCK_LEN 8192u
#define ARENA_ALIGN	16u

struct arena_block {
	struct arena_block *older;
	size_t cap;
	size_t used;
	_Alignas(ARENA_ALIGN) uint8_t bytes[];
};

struct arena {
	size_t max;
	size_t used; /* over all blocks, with padding */
	bool exhausted;
	struct arena_block *newest;
};

void *
mem_new(size_t n_bytes)
{
	return mem_new_array(1, n_bytes);
}

void *
mem_new_array(size_t n, size_t size_bytes)
{
	void *p = calloc(n == 0 ? 1 : n, size_bytes == 0 ? 1 : size_bytes);

	if (p == NULL)
		die("out of memory");
	return p;
}

void *
mem_grow(void *old, size_t n, size_t size_bytes)
{
	void *p = reallocarray(old, n == 0 ? 1 : n, size_bytes);

	if (p == NULL)
		die("out of memory");
	return p;
}

char *
mem_strdup(const char *s)
{
	char *p = strdup(s);

	if (p == NULL)
		die("out of memory");
	return p;
}

char *
mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	if (vasprintf(&p, fmt, ap) < 0)
		die("out of memory");
	va_end(ap);
	return p;
}

static struct arena_block *
arena_block_new(size_t cap)
{
	struct arena_block *b = mem_new(sizeof(*b) + cap);

	b->cap = cap;
	return b;
}

static void
arena_block_free(struct arena_block *b)
{
	sodium_memzero(b->bytes, b->used);
	free(b);
}

struct arena *
arena_new(size_t max_bytes)
{
	struct arena *a = mem_new(sizeof(*a));

	a->max = max_bytes;
	return a;
}

void
arena_free(struct arena **a)
{
	if (*a == NULL)
		return;
	arena_reset(*a);
	free((*a)->newest);
	free(*a);
	*a = NULL;
}

void *
arena_alloc(struct arena *a, size_t n_bytes)
{
	struct arena_block *b = a->newest;
	size_t n;
	void *p;

	if (n_bytes > a->max - a->used ||
	    (n = (n_bytes + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1)) > a->max - a->used) {
		a->exhausted = true;
		return NULL;
	}
	if (b == NULL || n > b->cap - b->used) {
		size_t cap = b == NULL ? ARENA_BLOCK_LEN : b->cap * 2;

		b = arena_block_new(cap > n ? cap : n);
		b->older = a->newest;
		a->newest = b;
	}
	p = b->bytes + b->used;
	b->used += n;
	a->used += n;
	return p;
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	if (p != NULL)
		memcpy(p, s, len);
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || (p = arena_alloc(a, (size_t)n + 1)) == NULL)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void
arena_reset(struct arena *a)
{
	while (a->newest != NULL && a->newest->older != NULL) {
		struct arena_block *b = a->newest;

		a->newest = b->older;
		arena_block_free(b);
	}
	if (a->newest != NULL) {
		/* memory must be zeroed for the next user anyway */
		sodium_memzero(a->newest->bytes, a->newest->used);
		a->newest->used = 0;
	}
	a->used = 0;
	a->exhausted = false;
}

bool
arena_exhausted(const struct arena *a)
{
	return a->exhausted;
}
