/* SPDX-License-Identifier: MIT */
/*
 * Frame headers, see emage-protocol(7).
 */
#include "common/frame.h"

#include "common/err.h"

static void
frame_put_u16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
frame_put_u32(uint8_t *p, uint32_t v)
{
	frame_put_u16(p, (uint16_t)(v >> 16));
	frame_put_u16(p + 2, (uint16_t)v);
}

static uint16_t
frame_get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t
frame_get_u32(const uint8_t *p)
{
	return (uint32_t)frame_get_u16(p) << 16 | frame_get_u16(p + 2);
}

void
frame_put_header(uint8_t out_r[FRAME_HEADER_LEN], const struct frame *f)
{
	frame_put_u32(out_r, f->body_len);
	frame_put_u16(out_r + 4, f->method);
	frame_put_u16(out_r + 6, f->flags);
	frame_put_u32(out_r + 8, f->id);
}

int
frame_peek(const struct buf *in, uint32_t max_body, struct frame *f_r)
{
	const uint8_t *p;

	if (in->len < FRAME_HEADER_LEN)
		return -EM_E_AGAIN;
	p = buf_bytes(in);
	*f_r = (struct frame){
	    .body_len = frame_get_u32(p),
	    .method = frame_get_u16(p + 4),
	    .flags = frame_get_u16(p + 6),
	    .id = frame_get_u32(p + 8),
	    .body = p + FRAME_HEADER_LEN,
	};
	if (f_r->body_len > max_body)
		return -EM_E_TOO_LARGE;
	if ((f_r->flags & ~(unsigned)FRAME_FLAGS) != 0)
		return -EM_E_PROTOCOL;
	if (in->len - FRAME_HEADER_LEN < f_r->body_len)
		return -EM_E_AGAIN;
	return 0;
}

int
frame_append(
    struct buf *out, uint16_t method, uint16_t flags, uint32_t id, const ProtobufCMessage *msg)
{
	size_t len = protobuf_c_message_get_packed_size(msg);
	struct frame f = {.method = method, .flags = flags, .id = id};
	uint8_t *p;

	if (len > FRAME_BODY_MAX)
		return -EM_E_TOO_LARGE;
	p = buf_reserve(out, FRAME_HEADER_LEN + len);
	if (p == NULL)
		return -EM_E_TOO_LARGE;
	f.body_len = (uint32_t)len;
	frame_put_header(p, &f);
	protobuf_c_message_pack(msg, p + FRAME_HEADER_LEN);
	buf_commit(out, FRAME_HEADER_LEN + len);
	return 0;
}
