/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_BUF_H
#define EMAGE_COMMON_BUF_H

#include <stddef.h>
#include <stdint.h>

/*
 * Bytes in, bytes out: appended at the end, consumed at the front, never more
 * than `max` at a time. An empty one holds no memory. Consumed and freed bytes
 * are wiped, because passwords pass through.
 */
struct buf {
	uint8_t *data; /* allocation */
	size_t start;  /* first unread byte */
	size_t len;    /* unread bytes */
	size_t cap;
	size_t max;
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b); /* wipes and frees; may be used again */

/* First unread byte, valid until the next call; NULL before the first byte. */
uint8_t *buf_bytes(const struct buf *b);

/* Room for at least n more bytes at the end, or NULL past `max`. buf_commit()
 * says how many were really written there. */
uint8_t *buf_reserve(struct buf *b, size_t n);
void buf_commit(struct buf *b, size_t n);

/* 0, or -EM_E_TOO_LARGE and nothing appended. */
int buf_append(struct buf *b, const void *bytes, size_t n);
void buf_consume(struct buf *b, size_t n);

#endif
