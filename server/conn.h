/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_CONN_H
#define EMAGE_SERVER_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/ssl.h>

#include "common/buf.h"
#include "common/frame.h"
#include "server/admit.h"
#include "server/loop.h"
#include "server/rate.h"
#include "server/request.h"
#include "server/transport.h"

struct task;

enum conn_state {
	CONN_OPENING, /* TLS handshake */
	CONN_OPEN,
	CONN_CLOSING, /* sends what is left, then closes */
	CONN_DEAD,    /* freed at the end of the turn */
};

/* Requests of one connection that are under way at once. At the local socket more:
 * of an operator's loading these are what one transaction of the store takes together,
 * and a page that many of its lines touch is then written once for all of them. */
#define CONN_MAX_TASKS	     32u
#define CONN_MAX_TASKS_LOCAL 256u

/*
 * One connection; belongs to its loop. Small, because there are many idle
 * ones: no buffer is kept while nothing is in it.
 */
struct conn {
	uint64_t id;
	struct loop *loop;
	const struct transport *transport;
	void *peer; /* the transport's: tests */
	SSL *ssl;
	int fd; /* -1: none */
	enum conn_state state;
	struct source source;
	struct admit_ticket *ticket;

	/* events */
	struct event read_ev, write_ev;
	bool reads, writes; /* which are added */
	bool edge;	    /* reading edge triggered: half a ClientHello */
	bool wants_write;   /* set by the transport */
	bool broken;	    /* no goodbye */
	bool more_input;    /* reading stopped before the end */
	bool on_turn;
	struct conn *next_turn, *next_dead;
	struct timer timer;

	/* bytes */
	struct buf in, out;
	uint32_t skip_bytes; /* rest of a frame that was too large for its method */

	/* times of the boot clock */
	int64_t opened_at_ms, secured_at_ms, phase_at_ms, frame_at_ms, stalled_at_ms;

	/* session: changed by session.c alone */
	enum phase phase;
	uint32_t epoch; /* moves with each change of phase */
	int role, kind;
	char language[3];
	uint64_t account_id, patient_id, session_id, challenge_id;
	uint64_t opened_exam_id;
	int64_t record_opened_at_ms, record_until_ms; /* of the open record as last seen */
	uint32_t session_generation;
	int final_err; /* why the last session ended, positive */
	int64_t idle_limit_ms, ends_at_ms;
	int64_t active_at_ms;	/* wall clock */
	int64_t saved_at_ms;	/* activity that the store knows of */
	int64_t active_boot_ms; /* the same activity, boot clock */
	int64_t ends_boot_ms;
	int64_t checked_boot_ms; /* last look at the row, for streams */
	struct bucket bucket;

	/* requests */
	unsigned n_tasks; /* under way: other threads and streams */
	bool alone;	  /* one is under way that runs alone */
	struct task *streams, *streams_last;
	struct task *openings; /* streams to be, on their way to the record */
	void *attached;
	void (*attached_release)(void *data);
};

/*
 * Takes the descriptor and the ticket; starts with the handshake. `peer` is
 * the transport's own matter.
 */
struct conn *conn_new(struct loop *l, const struct transport *t, int fd, const struct source *s,
    struct admit_ticket *ticket, void *peer);

/* Something arrived, or may be there. */
void conn_readable(struct conn *c);
/* What remains to be done for it this turn. */
void conn_turn(struct conn *c);
/* Puts it on the list of those to be finished this turn. */
void conn_on_turn(struct conn *c);
/* Looks at its deadlines, acts on what has passed, sets the timer. */
void conn_judge_deadlines(struct conn *c);

/* Appends a frame. A peer that does not take its replies is closed. */
void conn_send(
    struct conn *c, uint16_t method, uint16_t flags, uint32_t id, const ProtobufCMessage *msg);
/* Closes once what has been said is sent and what is under way is done. */
void conn_finish(struct conn *c);
/* Closes now; c stays readable until the end of the turn. */
void conn_close(struct conn *c, const char *why);
void conn_free(struct conn *c); /* the loop's, for dead ones */

/* Whether streams may add to the output. */
bool conn_wants_stream(const struct conn *c);

#endif
