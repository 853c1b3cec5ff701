/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_SERVER_H
#define EMAGE_TESTS_UNIT_TEST_SERVER_H

#include "tests/unit/test_store.h"

#include "common/buf.h"
#include "common/clock.h"
#include "common/frame.h"
#include "common/mem.h"
#include "proto/common.pb-c.h"
#include "proto/session.pb-c.h"
#include "server/conn.h"
#include "server/core.h"
#include "server/loop.h"
#include "server/settings.h"
#include "server/task.h"

/*
 * One io thread of the server run by the test itself, on a store of its own,
 * with connections whose bytes come from and go to memory. Its clock stands
 * in a file and moves when the test says so.
 */
struct bench {
	struct fixture *f;
	struct core core;
	struct loop *loop;
	struct settings *settings;
	char clock_path[96];
};

struct peer {
	struct buf to_server, from_server;
	size_t takes; /* bytes it still takes; SIZE_MAX = all */
	bool gone;    /* closed its side */
	bool closed;  /* by the server */
	uint64_t conn_id;
};

static int
memory_open(struct conn *c)
{
	(void)c;
	return 0;
}

static ssize_t
memory_read(struct conn *c, uint8_t *bytes_r, size_t n)
{
	struct peer *p = c->peer;

	if (!p->to_server.len)
		return p->gone ? -EM_E_CLOSED : -EM_E_AGAIN;
	if (n > p->to_server.len)
		n = p->to_server.len;
	memcpy(bytes_r, buf_bytes(&p->to_server), n);
	buf_consume(&p->to_server, n);
	return (ssize_t)n;
}

static ssize_t
memory_write(struct conn *c, const uint8_t *bytes, size_t n)
{
	struct peer *p = c->peer;

	if (p->gone)
		return -EM_E_CLOSED;
	if (n > p->takes)
		n = p->takes;
	if (!n) {
		c->wants_write = true;
		return -EM_E_AGAIN;
	}
	if (p->takes != SIZE_MAX)
		p->takes -= n;
	assert_int_equal(buf_append(&p->from_server, bytes, n), 0);
	return (ssize_t)n;
}

static bool
memory_pending(struct conn *c)
{
	return ((struct peer *)c->peer)->to_server.len > 0;
}

static bool
memory_binding(struct conn *c, uint8_t out_r[32])
{
	memset(out_r, (int)(c->id & 0xff), 32);
	return true;
}

static void
memory_close(struct conn *c, bool clean)
{
	struct peer *p = c->peer;

	(void)clean;
	p->closed = true;
}

static const struct transport transport_memory = {
    .name = "memory",
    .open = memory_open,
    .read = memory_read,
    .write = memory_write,
    .pending = memory_pending,
    .binding = memory_binding,
    .close = memory_close,
};

static inline void
bench_set_clock(struct bench *b, int64_t shift_ms)
{
	FILE *f = fopen(b->clock_path, "w");

	assert_non_null(f);
	fprintf(f, "%lld", (long long)shift_ms);
	assert_int_equal(fclose(f), 0);
}

static inline void
bench_start(struct bench *b, const struct stages *stages)
{
	struct settings_source from = {.path = "/nonexistent/emaged.conf"};
	struct admit_limits limits = {.connections = 100, .unauthenticated = 50, .per_source = 10};
	char faults[512], clock[112];

	snprintf(b->clock_path, sizeof(b->clock_path), "%s/clock", b->f->dir);
	bench_set_clock(b, 0);
	snprintf(clock, sizeof(clock), "@%s", b->clock_path);
	setenv("EMAGE_TEST_CLOCK", clock, 1);
	assert_int_equal(settings_load(&from, &b->settings, faults, sizeof(faults)), 0);
	b->core.server.settings = b->settings;
	b->core.server.store = b->f->store;
	b->core.stages = stages;
	b->core.admit = admit_new(&limits);
	b->core.rates = rate_table_new();
	b->core.hash = work_pool_new("hash", 1, 4);
	b->core.media = work_pool_new("media", 1, 4);
	b->core.loops = &b->loop;
	b->core.n_loops = 1;
	assert_int_equal(loop_new(&b->core, 0, NULL, &b->loop), 0);
}

static inline int
bench_setup(void **state, const struct stages *stages)
{
	struct bench *b = calloc(1, sizeof(*b));
	void *fixture;

	assert_non_null(b);
	assert_int_equal(fixture_setup(&fixture), 0);
	b->f = fixture;
	bench_start(b, stages);
	*state = b;
	return 0;
}

static inline int
bench_teardown(void **state)
{
	struct bench *b = *state;
	void *fixture = b->f;

	work_pool_free(&b->core.hash);
	work_pool_free(&b->core.media);
	loop_free(&b->loop);
	assert_int_equal(admit_count(b->core.admit), 0);
	admit_free(&b->core.admit);
	rate_table_free(&b->core.rates);
	unsetenv("EMAGE_TEST_CLOCK");
	unlink(b->clock_path);
	settings_free(&b->settings);
	free(b);
	return fixture_teardown(&fixture);
}

/* A connection past its handshake, in phase N. */
static inline void
peer_connect_from(struct bench *b, struct peer *p, const struct source *s)
{
	uint64_t shed;
	struct admit_ticket *t = admit_enter(b->core.admit, s, &shed);
	struct conn *c;

	assert_non_null(t);
	*p = (struct peer){.takes = SIZE_MAX};
	buf_init(&p->to_server, 4 << 20);
	buf_init(&p->from_server, 16 << 20);
	c = conn_new(b->loop, &transport_memory, -1, s, t, p);
	p->conn_id = c->id;
	conn_readable(c);
	loop_turn(b->loop, true);
}

static inline void
peer_connect(struct bench *b, struct peer *p)
{
	struct source s = {.trusted = true, .prefix = {[10] = 0xff, [11] = 0xff, [12] = 127}};

	peer_connect_from(b, p, &s);
}

static inline struct conn *
peer_conn(struct bench *b, const struct peer *p)
{
	return loop_find(b->loop, p->conn_id);
}

static inline void
peer_bytes(struct peer *p, const void *bytes, size_t n)
{
	assert_int_equal(buf_append(&p->to_server, bytes, n), 0);
}

/* A frame with a body of n zero bytes or the given ones. */
static inline void
peer_frame(struct peer *p, uint16_t method, uint32_t id, const void *body, uint32_t n)
{
	struct frame f = {.method = method, .id = id, .body_len = n};
	uint8_t head[FRAME_HEADER_LEN];

	frame_put_header(head, &f);
	peer_bytes(p, head, sizeof(head));
	if (n)
		peer_bytes(p, body, n);
}

/* Lets the server look at what was sent, without waiting for anything. */
static inline void
peer_poke(struct bench *b, struct peer *p)
{
	struct conn *c = peer_conn(b, p);

	if (c) {
		c->wants_write = false;
		c->more_input = true;
		conn_on_turn(c);
	}
	loop_turn(b->loop, true);
}

/* The next reply, turning the loop until it is there: other threads work. */
static inline struct frame
peer_reply(struct bench *b, struct peer *p)
{
	struct frame f;

	while (frame_peek(&p->from_server, FRAME_BODY_MAX, &f) != 0) {
		assert_false(p->closed);
		loop_turn(b->loop, false);
	}
	return f;
}

static inline void
peer_done(struct peer *p, const struct frame *f)
{
	buf_consume(&p->from_server, FRAME_HEADER_LEN + f->body_len);
}

/* Error code of a reply and its id; 0 = a good one. Consumes it. */
static inline uint32_t
peer_error(struct bench *b, struct peer *p, uint32_t *id_r)
{
	struct frame f = peer_reply(b, p);
	uint32_t code = 0;

	assert_true(f.flags & FRAME_REPLY);
	if (f.flags & FRAME_ERROR) {
		Emage__Error *e = emage__error__unpack(NULL, f.body_len, f.body);

		assert_non_null(e);
		code = e->code;
		assert_int_not_equal(code, 0);
		emage__error__free_unpacked(e, NULL);
	}
	if (id_r)
		*id_r = f.id;
	peer_done(p, &f);
	return code;
}

static inline void
peer_release(struct bench *b, struct peer *p)
{
	struct conn *c = peer_conn(b, p);

	if (c)
		conn_close(c, "test");
	loop_turn(b->loop, true);
	buf_release(&p->to_server);
	buf_release(&p->from_server);
}

#endif
