/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_MEM_H
#define EMAGE_COMMON_MEM_H

#include <stddef.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Allocation that cannot fail (die() at exhaustion). Zeroed. Free with free(). */
void *mem_new(size_t n_bytes);
void *mem_new_array(size_t n, size_t size_bytes);
void *mem_grow(void *old, size_t n, size_t size_bytes); /* not zeroed */
char *mem_strdup(const char *s);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Memory of one request: allocated piecewise, released at once, with a limit
 * fixed at creation so that no message can cost more than that (protobuf-c
 * amplifies hostile input up to 68 times). One thread at a time.
 */
struct arena;

struct arena *arena_new(size_t max_bytes);
void arena_free(struct arena **a); /* wipes, frees, nulls */

/* 16-byte aligned and zeroed; NULL once the limit would be passed. */
void *arena_alloc(struct arena *a, size_t n_bytes);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Wipes what was used and makes it available again. Keeps the first block. */
void arena_reset(struct arena *a);
/* Whether an allocation was refused since the last reset. */
_Bool arena_exhausted(const struct arena *a);

#endif
