/* SPDX-License-Identifier: MIT */
/*
 * The byte queue between a socket and the frames.
 */
#include "common/buf.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "common/err.h"
#include "common/mem.h"

#define BUF_CAP_MIN 512u

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max};
}

void
buf_release(struct buf *b)
{
	if (b->data != NULL)
		sodium_memzero(b->data, b->cap);
	free(b->data);
	buf_init(b, b->max);
}

uint8_t *
buf_bytes(const struct buf *b)
{
	return b->data == NULL ? NULL : b->data + b->start;
}

/* Moves the unread bytes to a new allocation: realloc() would leave a copy. */
static void
buf_resize(struct buf *b, size_t cap)
{
	uint8_t *data = mem_new(cap);

	if (b->len > 0)
		memcpy(data, buf_bytes(b), b->len);
	if (b->data != NULL)
		sodium_memzero(b->data, b->cap);
	free(b->data);
	b->data = data;
	b->cap = cap;
	b->start = 0;
}

uint8_t *
buf_reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap < BUF_CAP_MIN ? BUF_CAP_MIN : b->cap;

	if (n > b->max - b->len)
		return NULL;
	if (b->cap - b->start - b->len >= n && b->data != NULL)
		return b->data + b->start + b->len;
	if (b->data != NULL && b->cap - b->len >= n && b->start >= b->len) {
		memcpy(b->data, buf_bytes(b), b->len);
		sodium_memzero(b->data + b->len, b->start);
		b->start = 0;
		return b->data + b->len;
	}
	while (cap < b->len + n)
		cap *= 2;
	buf_resize(b, cap > b->max ? b->max : cap);
	return b->data + b->len;
}

void
buf_commit(struct buf *b, size_t n)
{
	b->len += n;
}

int
buf_append(struct buf *b, const void *bytes, size_t n)
{
	uint8_t *p;

	if (n == 0)
		return 0;
	p = buf_reserve(b, n);
	if (p == NULL)
		return -EM_E_TOO_LARGE;
	memcpy(p, bytes, n);
	b->len += n;
	return 0;
}

void
buf_consume(struct buf *b, size_t n)
{
	if (n == 0)
		return;
	sodium_memzero(buf_bytes(b), n);
	b->start += n;
	b->len -= n;
	if (b->len == 0)
		b->start = 0;
}
