/* SPDX-License-Identifier: MIT */
/*
 * Bytes from the network up to a handler's door: frames, the strict reading,
 * unpacking into a capped arena, the check of the method. The first two bytes
 * choose the phase and the role, as a connection would have them.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "common/frame.h"
#include "common/wirecheck.h"
#include "server/request.h"
#include "server/stages.h"

#define ARENA_MAX (1u << 20)

static void *
fuzz_alloc(void *arena, size_t n)
{
	return arena_alloc(arena, n);
}

static void
fuzz_free(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

/* What has passed the strict reading says the same when it is packed again. */
static void
fuzz_round_trip(const ProtobufCMessage *msg)
{
	size_t len = protobuf_c_message_get_packed_size(msg);
	uint8_t *packed = malloc(len + 1);
	const char *field = NULL;

	fuzz_must(packed != NULL && protobuf_c_message_pack(msg, packed) == len);
	fuzz_must(wirecheck(msg->descriptor, packed, len, &field) == 0);
	free(packed);
}

static void
fuzz_request(struct arena *arena, const struct method *m, const struct frame *f, uint8_t role)
{
	ProtobufCAllocator in_arena = {
	    .alloc = fuzz_alloc,
	    .free = fuzz_free,
	    .allocator_data = arena,
	};
	struct request rq = {.method = m, .arena = arena, .id = f->id, .now_ms = 1480000000000};
	const char *field = NULL;
	int rc;

	rq.caller.role = 1 + role % 5;
	if (f->body_len > m->cap_bytes || wirecheck(m->request, f->body, f->body_len, &field) != 0)
		return;
	rq.msg = protobuf_c_message_unpack(m->request, &in_arena, f->body_len, f->body);
	if (rq.msg == NULL) {
		fuzz_must(arena_exhausted(arena));
		return;
	}
	fuzz_round_trip(rq.msg);
	rc = stages_table[method_index(m)].check(&rq);
	fuzz_must(rc <= 0 && rc > -100);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct arena *arena;
	struct buf in;
	struct frame f;
	unsigned phase;
	int rc;

	if (len < 2)
		return 0;
	if (arena == NULL)
		arena = arena_new(ARENA_MAX);
	phase = 1u << bytes[0] % 5;
	buf_init(&in, FRAME_HEADER_LEN + FRAME_BODY_MAX);
	if (buf_append(&in, bytes + 2, len - 2) != 0) {
		buf_release(&in);
		return 0;
	}
	while (
	    (rc = frame_peek(&in, phase == PH_O ? FRAME_BODY_MAX : FRAME_BODY_MAX_PRE, &f)) == 0) {
		const struct method *m = method_by_number(f.method);

		fuzz_must(f.body_len + FRAME_HEADER_LEN <= in.len);
		if (m != NULL && (m->phases & phase) != 0)
			fuzz_request(arena, m, &f, bytes[1]);
		arena_reset(arena);
		buf_consume(&in, FRAME_HEADER_LEN + f.body_len);
	}
	fuzz_must(rc == -EM_E_AGAIN || rc == -EM_E_TOO_LARGE || rc == -EM_E_PROTOCOL);
	buf_release(&in);
	return 0;
}
