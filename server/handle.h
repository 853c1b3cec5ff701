/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_H
#define EMAGE_SERVER_HANDLE_H

#include "server/request.h"

/*
 * Prototypes of every check_ and handle_ function, made from the table, so
 * that a handler with a wrong shape does not compile and a missing one does
 * not link. server/handle/<family>.c includes this header.
 *
 * `db` is the io thread's read-only connection, inside the loop turn's read
 * transaction, or the writer's inside the request's savepoint. It is borrowed
 * for the call.
 */
#define STAGES_local(name) int handle_##name##_local(struct request *rq);
#define STAGES_read(name)  int handle_##name##_read(struct request *rq, struct store_conn *db);
#define STAGES_write(name) int handle_##name##_write(struct request *rq, struct store_conn *db);
#define STAGES_hash(name)                                                                          \
	STAGES_read(name) int handle_##name##_work(struct request *rq);                            \
	STAGES_write(name)
#define STAGES_media(name)  STAGES_hash(name)
#define STAGES_stream(name) STAGES_read(name) int handle_##name##_next(struct request *rq);
#define STAGES_record(name)                                                                        \
	STAGES_stream(name) int handle_##name##_write(struct request *rq, struct store_conn *db);
#define STAGES_archive(name) STAGES_hash(name) int handle_##name##_next(struct request *rq);
#define METHOD(number, name, family, phases, roles, cap, rate, cost)                               \
	int check_##name(struct request *rq);                                                      \
	STAGES_##cost(name)
#include "proto/methods.def"
#undef METHOD
#undef STAGES_local
#undef STAGES_read
#undef STAGES_write
#undef STAGES_hash
#undef STAGES_media
#undef STAGES_stream
#undef STAGES_record
#undef STAGES_archive

/*
 * Memory. Everything from rq->arena lives until the request ends and is wiped
 * then; rq->state and rq->cleanup carry what the arena cannot (descriptors,
 * locked memory). rq->cleanup runs exactly once, on the io thread, whether the
 * request succeeded, failed, was cancelled or its connection went away; set it
 * as soon as rq->state owns something.
 *
 * Streams. handle_x_read() finds what is to be sent and leaves it in
 * rq->state (from rq->arena); it sends nothing. Then handle_x_next() is called
 * once per reply: it fills rq->reply (initialised anew before each call) and
 * sets rq->more while another one follows. During handle_x_next() rq->arena is
 * another arena, emptied as soon as the reply is packed: use it for what this
 * one reply needs, never for what the next call must find. An error ends the
 * stream with an error reply. Between two calls the session is looked at again
 * at least once a second, and the peer's reading sets the pace. Cost record is a
 * stream whose handle_x_write() runs and commits before the first
 * handle_x_next(); when handle_x_read() has set rq->recorded it is left out.
 * Cost archive is that with handle_x_work() before the write, on a worker.
 *
 * Phase changes. rq->change is applied when the reply leaves, on success only:
 *	to PH_A from PH_N: takes kind and language; on the local socket the
 *		connection goes on to PH_O with the operator's role by itself
 *	to PH_C, PH_T: takes account_id, challenge_id, language when not ""
 *	to PH_O: takes role, account_id, patient_id, session_id,
 *		session_generation, idle_limit_ms, ends_at_ms, language when
 *		not ""; another connection that holds the same session is told
 *		SESSION_TAKEN by itself
 *	to PH_A from elsewhere: forgets all of them; kind and language stay
 * A refused request (request_refuse()) may change the phase too.
 * rq->change.opened_exam_id, when not 0, is kept in the connection's caller
 * whatever the phase does; leaving the session forgets it.
 * Requests that can be called before PH_O, and all `auth` ones, run alone on
 * their connection: the next frame is looked at after their reply.
 */

/* Something a family keeps on the connection between its requests (an
 * upload). One per connection. io thread only: local, read and next. NULL
 * when there is none. */
void *request_attached(struct request *rq);
/* Replaces what is attached without releasing the old; NULL takes it off.
 * `release` is called on the io thread when the connection closes or leaves
 * its session. */
void request_attach(struct request *rq, void *data, void (*release)(void *data));

/* Ends the stream that this connection's request `id` started, with the error
 * CANCELLED as its last reply. Whether there was one. io thread only. */
bool request_cancel_stream(struct request *rq, uint32_t id);

#endif
