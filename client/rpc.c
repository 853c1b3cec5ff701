/* SPDX-License-Identifier: MIT */
/*
 * Requests and replies over a net: packs, remembers who waits for which id,
 * unpacks, calls back. Unpacked replies are wiped when freed, since a token or
 * a temporary password may be in one.
 */
#include "client/rpc.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/frame.h"
#include "common/mem.h"
#include "common/secret.h"

#define RPC_TIMEOUT_MS 30000
#define RPC_ERR_LAST   89 /* numbers above never come over the wire */

struct rpc_entry {
	uint32_t id;
	const struct method *method;
	int timeout_ms;
	int64_t deadline_ms;
	rpc_done *done;
	void *arg;
};

struct rpc {
	struct net *net;
	uint32_t last_id;
	struct rpc_entry *entries; /* in order of calling */
	unsigned n_entries, cap;
};

/* ------------------------------------------------- memory of an unpacked reply */

union rpc_block {
	size_t size;
	max_align_t align;
};

static void *
rpc_block_alloc(void *arg, size_t size)
{
	union rpc_block *b;

	(void)arg;
	if (size > SIZE_MAX - sizeof(*b))
		return NULL;
	b = malloc(sizeof(*b) + size);
	if (!b)
		return NULL;
	b->size = size;
	return b + 1;
}

static void
rpc_block_free(void *arg, void *p)
{
	union rpc_block *b = p;

	(void)arg;
	if (!b)
		return;
	b--;
	secret_wipe(b + 1, b->size);
	free(b);
}

static ProtobufCAllocator rpc_wiping = {.alloc = rpc_block_alloc, .free = rpc_block_free};

/* --------------------------------------------------------------- who waits */

struct rpc *
rpc_new(struct net *n)
{
	struct rpc *r = mem_new(sizeof(*r));

	r->net = n;
	return r;
}

static struct rpc_entry *
rpc_find(struct rpc *r, uint32_t id)
{
	for (unsigned i = 0; i < r->n_entries; i++)
		if (r->entries[i].id == id)
			return &r->entries[i];
	return NULL;
}

static void
rpc_remove(struct rpc *r, struct rpc_entry *e)
{
	unsigned i = (unsigned)(e - r->entries);

	memmove(e, e + 1, (r->n_entries - i - 1) * sizeof(*e));
	r->n_entries--;
}

/* Ends one request; the entry may move while its callback runs. */
static void
rpc_finish(struct rpc *r, struct rpc_entry *e, int err, const Emage__Error *detail)
{
	struct rpc_entry copy = *e;

	rpc_remove(r, e);
	copy.done(copy.arg, err, NULL, detail, false);
}

/* Ends those that wait now; what the callbacks ask for again is left alone. */
static void
rpc_finish_all(struct rpc *r, int err)
{
	uint32_t newest = r->last_id;

	while (r->n_entries > 0 && (int32_t)(newest - r->entries[0].id) >= 0)
		rpc_finish(r, &r->entries[0], err, NULL);
}

void
rpc_free(struct rpc **rp)
{
	struct rpc *r = *rp;

	if (!r)
		return;
	*rp = NULL;
	rpc_finish_all(r, -EM_E_CANCELLED);
	free(r->entries);
	free(r);
}

unsigned
rpc_pending(const struct rpc *r)
{
	return r->n_entries;
}

void
rpc_forget(struct rpc *r, uint32_t id)
{
	struct rpc_entry *e = rpc_find(r, id);

	if (e)
		rpc_remove(r, e);
}

uint32_t
rpc_call(struct rpc *r, enum method_index m, const ProtobufCMessage *request, int timeout_ms,
    rpc_done *done, void *arg)
{
	const struct method *method = method_at(m);
	struct rpc_entry *e;

	if (net_state(r->net) != NET_UP)
		return 0;
	if (++r->last_id == 0) /* 0 says that the call failed */
		r->last_id = 1;
	if (frame_append(net_out(r->net), method->number, 0, r->last_id, request) < 0)
		return 0;
	if (r->n_entries == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 8;
		r->entries = mem_grow(r->entries, r->cap, sizeof(*r->entries));
	}
	e = &r->entries[r->n_entries++];
	*e = (struct rpc_entry){
	    .id = r->last_id,
	    .method = method,
	    .timeout_ms = timeout_ms ? timeout_ms : RPC_TIMEOUT_MS,
	    .done = done,
	    .arg = arg,
	};
	e->deadline_ms = clock_boot_ms() + e->timeout_ms;
	return e->id;
}

/* ------------------------------------------------------------------ replies */

/* 0, or -EM_E_PROTOCOL when the server makes no sense. */
static int
rpc_take_error(struct rpc *r, struct rpc_entry *e, const struct frame *f)
{
	Emage__Error *detail;
	int err;

	detail = emage__error__unpack(&rpc_wiping, f->body_len, f->body);
	if (!detail)
		return -EM_E_PROTOCOL;
	err =
	    detail->code >= 1 && detail->code <= RPC_ERR_LAST ? -(int)detail->code : -EM_E_INTERNAL;
	buf_consume(net_in(r->net), FRAME_HEADER_LEN + f->body_len);
	if (e)
		rpc_finish(r, e, err, detail);
	emage__error__free_unpacked(detail, &rpc_wiping);
	return 0;
}

static int
rpc_take_reply(struct rpc *r, struct rpc_entry *e, const struct frame *f)
{
	ProtobufCMessage *msg;
	struct rpc_entry copy = *e;
	bool more = f->flags & FRAME_MORE;

	if (f->method != copy.method->number)
		return -EM_E_PROTOCOL;
	msg = protobuf_c_message_unpack(copy.method->reply, &rpc_wiping, f->body_len, f->body);
	if (!msg)
		return -EM_E_PROTOCOL;
	buf_consume(net_in(r->net), FRAME_HEADER_LEN + f->body_len);
	if (more)
		e->deadline_ms = clock_boot_ms() + copy.timeout_ms;
	else
		rpc_remove(r, e);
	copy.done(copy.arg, 0, msg, NULL, more);
	protobuf_c_message_free_unpacked(msg, &rpc_wiping);
	return 0;
}

static int
rpc_take_frame(struct rpc *r, const struct frame *f)
{
	struct rpc_entry *e = rpc_find(r, f->id);

	if (!(f->flags & FRAME_REPLY))
		return -EM_E_PROTOCOL;
	if (f->flags & FRAME_ERROR)
		return rpc_take_error(r, e, f);
	if (e)
		return rpc_take_reply(r, e, f);
	/* forgotten, or too late */
	buf_consume(net_in(r->net), FRAME_HEADER_LEN + f->body_len);
	return 0;
}

static void
rpc_expire(struct rpc *r)
{
	int64_t now_ms = clock_boot_ms();
	uint32_t newest = r->last_id;
	unsigned i = 0;

	while (i < r->n_entries) {
		struct rpc_entry *e = &r->entries[i];

		if (e->deadline_ms > now_ms || (int32_t)(newest - e->id) < 0) {
			i++;
			continue;
		}
		rpc_finish(r, e, -EM_E_TIMEOUT, NULL);
		i = 0; /* the callback may have changed the list */
	}
}

void
rpc_step(struct rpc *r)
{
	struct frame f;
	int err;

	net_step(r->net);
	while ((err = frame_peek(net_in(r->net), FRAME_BODY_MAX, &f)) == 0) {
		err = rpc_take_frame(r, &f);
		if (err < 0)
			break;
	}
	if (err != -EM_E_AGAIN)
		net_abort(r->net, -EM_E_PROTOCOL, "the server's frames make no sense");
	if (net_state(r->net) == NET_DOWN)
		rpc_finish_all(r, net_error(r->net));
	rpc_expire(r);
}

void
rpc_wants(const struct rpc *r, int *fd_r, short *events_r, int *timeout_ms_r)
{
	int64_t now_ms = clock_boot_ms();

	net_wants(r->net, fd_r, events_r, timeout_ms_r);
	for (unsigned i = 0; i < r->n_entries; i++) {
		int64_t left = r->entries[i].deadline_ms - now_ms;

		left = left < 0 ? 0 : left;
		if (*timeout_ms_r < 0 || left < *timeout_ms_r)
			*timeout_ms_r = (int)left;
	}
}

/* ----------------------------------------------------- for those who may wait */

/* One turn of waiting, at most until deadline_ms. */
static void
rpc_wait(struct rpc *r, int64_t deadline_ms)
{
	struct pollfd p = {0};
	int timeout_ms;
	int64_t left = deadline_ms - clock_boot_ms();

	rpc_wants(r, &p.fd, &p.events, &timeout_ms);
	left = left < 0 ? 0 : left;
	if (timeout_ms < 0 || timeout_ms > left)
		timeout_ms = (int)left;
	poll(&p, 1, timeout_ms);
	rpc_step(r);
}

int
rpc_wait_up(struct rpc *r, int timeout_ms)
{
	int64_t deadline_ms = clock_boot_ms() + (timeout_ms ? timeout_ms : RPC_TIMEOUT_MS);

	if (net_state(r->net) == NET_IDLE)
		net_connect(r->net);
	while (net_state(r->net) != NET_UP) {
		if (net_state(r->net) == NET_DOWN)
			return net_error(r->net);
		if (clock_boot_ms() >= deadline_ms)
			return -EM_E_TIMEOUT;
		rpc_wait(r, deadline_ms);
	}
	return 0;
}

struct rpc_waiter {
	bool done;
	int err;
	ProtobufCMessage *msg;
	Emage__Error *detail;
};

/* The caller frees the copy with the default allocator. */
static ProtobufCMessage *
rpc_copy(const ProtobufCMessage *msg)
{
	size_t len = protobuf_c_message_get_packed_size(msg);
	uint8_t *bytes = mem_new(len + 1);
	ProtobufCMessage *copy;

	protobuf_c_message_pack(msg, bytes);
	copy = protobuf_c_message_unpack(msg->descriptor, NULL, len, bytes);
	secret_wipe(bytes, len);
	free(bytes);
	if (!copy)
		die("out of memory");
	return copy;
}

static void
rpc_waiter_done(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct rpc_waiter *w = arg;

	w->err = err;
	if (msg && !w->msg) /* of several replies the first counts */
		w->msg = rpc_copy(msg);
	if (e)
		w->detail = (Emage__Error *)rpc_copy(&e->base);
	w->done = !more;
}

int
rpc_call_wait(struct rpc *r, enum method_index m, const ProtobufCMessage *request, int timeout_ms,
    ProtobufCMessage **msg_r, Emage__Error **e_r)
{
	struct rpc_waiter w = {0};

	*msg_r = NULL;
	if (e_r)
		*e_r = NULL;
	if (rpc_call(r, m, request, timeout_ms, rpc_waiter_done, &w) == 0)
		return net_state(r->net) == NET_UP ? -EM_E_TOO_LARGE : -EM_E_CLOSED;
	while (!w.done)
		rpc_wait(r, INT64_MAX / 2);
	if (w.err < 0 && w.msg) {
		protobuf_c_message_free_unpacked(w.msg, NULL);
		w.msg = NULL;
	}
	*msg_r = w.msg;
	if (e_r)
		*e_r = w.detail;
	else if (w.detail)
		emage__error__free_unpacked(w.detail, NULL);
	return w.err;
}
