/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_RPC_H
#define EMAGE_CLIENT_RPC_H

#include <stdbool.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "client/net.h"
#include "common/method.h"
#include "proto/common.pb-c.h"

/*
 * Requests and replies over a net. Many may be under way; replies find their
 * callback by id. Callbacks run inside rpc_step(), never inside rpc_call().
 */
struct rpc;

/* `err` is 0 with a reply, or -EM_E_*: of the server (then `e` has field, wait
 * and tries) or of the connection (e = NULL; -EM_E_CLOSED, -EM_E_TIMEOUT).
 * Called once per reply; `more` says that another will come. msg and e are freed
 * after the callback. */
typedef void rpc_done(
    void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more);

struct rpc *rpc_new(struct net *n); /* borrows n */
void rpc_free(struct rpc **r);	    /* pending callbacks get -EM_E_CANCELLED */

/* Packs and queues; returns the request's id, or 0 when the connection is not
 * up or the message too large. timeout_ms: 0 = 30 s. */
uint32_t rpc_call(struct rpc *r, enum method_index m, const ProtobufCMessage *request,
    int timeout_ms, rpc_done *done, void *arg);
/* The callback will not be called any more; a late reply is dropped. */
void rpc_forget(struct rpc *r, uint32_t id);
unsigned rpc_pending(const struct rpc *r);

/* Moves bytes and calls back. As net_wants()/net_step(), deadlines included. */
void rpc_wants(const struct rpc *r, int *fd_r, short *events_r, int *timeout_ms_r);
void rpc_step(struct rpc *r);

/* For tools and tests: waits (poll) until the connection is up; 0 or
 * -EM_E_*. */
int rpc_wait_up(struct rpc *r, int timeout_ms);
/*
 * Calls and waits for the one reply. 0 and *msg_r (free with
 * protobuf_c_message_free_unpacked(msg, NULL)), or -EM_E_* and, if the server
 * answered with an error, a copy in *e_r (may be NULL) to be freed likewise.
 */
int rpc_call_wait(struct rpc *r, enum method_index m, const ProtobufCMessage *request,
    int timeout_ms, ProtobufCMessage **msg_r, Emage__Error **e_r);

#endif
