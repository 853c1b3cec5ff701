/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_FRAME_H
#define EMAGE_COMMON_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "common/buf.h"

/*
 * One frame of the wire: 12 bytes of header, big-endian, then one protobuf
 * message. See emage-protocol(7).
 */
#define FRAME_HEADER_LEN   12u
#define FRAME_BODY_MAX_PRE 4096u  /* before sign-in */
#define FRAME_BODY_MAX	   65536u /* after */
#define FRAME_DATA_MAX	   61440u /* bytes field of a chunk, leaves room for the rest */

enum frame_flag {
	FRAME_REPLY = 1,
	FRAME_MORE = 2,
	FRAME_ERROR = 4,
	FRAME_FLAGS = 7,
};

struct frame {
	uint32_t body_len;
	uint16_t method;
	uint16_t flags;
	uint32_t id;
	const uint8_t *body; /* borrowed from the buffer it was read from */
};

void frame_put_header(uint8_t out_r[FRAME_HEADER_LEN], const struct frame *f);

/*
 * Looks at the front of `in`: 0 and *f_r when a whole frame is there (consume
 * FRAME_HEADER_LEN + body_len when done), -EM_E_AGAIN when more is needed,
 * -EM_E_TOO_LARGE when the header announces more than max_body (before any of
 * it is buffered), -EM_E_PROTOCOL for unknown flags. *f_r has the header from
 * the moment that its 12 bytes are there, whatever the result.
 */
int frame_peek(const struct buf *in, uint32_t max_body, struct frame *f_r);

/* Packs a message behind its header. 0 or -EM_E_TOO_LARGE. */
int frame_append(
    struct buf *out, uint16_t method, uint16_t flags, uint32_t id, const ProtobufCMessage *msg);

#endif
