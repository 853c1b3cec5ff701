/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_REQUEST_H
#define EMAGE_SERVER_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/method.h"
#include "db/store.h"

/*
 * What a handler sees of the world. A method's functions are named after its
 * row in proto/methods.def and live in server/handle/<family>.c:
 *
 *	check_<name>()		every message, before anything else: ranges,
 *				lengths, enum values (UTF-8, NUL, duplicates are
 *				already checked by wirecheck)
 *	handle_<name>_read()	cost read, hash, media, stream, record: io thread
 *	handle_<name>_work()	cost hash, media: worker thread, no database
 *	handle_<name>_write()	cost write, hash, media, record: writer thread,
 *				inside a savepoint; the reply leaves after the
 *				commit
 *	handle_<name>_local()	cost local: io thread, no database
 *	handle_<name>_next()	cost stream, record: io thread, once per reply,
 *				while the peer takes them
 *
 * Each returns 0 or -EM_E_*, which becomes the error reply (and, in a write,
 * undoes the savepoint). To refuse and keep what was written, call
 * request_refuse() and return 0.
 */

struct source {
	uint8_t prefix[16]; /* IPv4-mapped, or the /64 of IPv6 */
	bool trusted;	    /* listed in trusted_sources: a kiosk */
	bool local;	    /* the local socket */
	uint32_t uid;	    /* peer credentials, local only */
};

/* A copy of what the connection was when the request was dispatched. */
struct caller {
	enum phase phase;
	int role; /* emage.Role */
	int kind; /* emage.ClientKind */
	char language[3];
	uint64_t account_id;
	/* the patient who calls; for a professional, whose record is open, and that in
	 * the methods alone that look into it */
	uint64_t patient_id;
	uint64_t session_id;
	uint32_t session_generation;
	uint64_t challenge_id;
	int64_t idle_limit_ms, ends_at_ms; /* of the session */
	uint64_t opened_exam_id;	   /* whose opening this connection has on record */
	struct source source;
	uint8_t binding[32]; /* TLS exporter */
	uint64_t conn_id;
};

/* What the connection becomes when the reply leaves. */
struct change {
	enum phase phase; /* 0 = stays */
	int role, kind;
	char language[3];
	uint64_t account_id, patient_id, session_id, challenge_id;
	uint32_t session_generation;
	int64_t idle_limit_ms, ends_at_ms;
	uint64_t opened_exam_id; /* 0 = stays */
	bool record;		 /* another patient's record is open now: patient_id, 0 = none */
	bool close;		 /* after the reply */
};

struct server; /* settings, keys, store, helpers: server/server.h */

struct request {
	const struct method *method;
	struct server *server;
	struct arena *arena;
	const void *msg; /* Emage__<Name>Request */
	void *reply;	 /* Emage__<Name>Reply, initialised, in the arena */
	struct caller caller;
	int64_t now_ms; /* when the request was dispatched */
	uint32_t id;
	void *state; /* handed from one function of the method to the next */
	/* called once when the request ends in any way, on the io thread; for
	 * descriptors and secrets in `state` */
	void (*cleanup)(struct request *rq);
	int refuse; /* positive EM_E_*, 0 = none */
	const char *refuse_field;
	uint32_t retry_after_s, tries_left;
	int result; /* for cleanup: 0, or the -EM_E_* that it ended with */
	struct change change;
	bool recorded; /* record: nothing to write, go on to the replies */
	bool more;     /* stream, record: another reply follows this one */
	bool slow;     /* likewise: this one took its time, the others' turn first */
};

void request_refuse(
    struct request *rq, int err, const char *field, uint32_t retry_after_s, uint32_t tries_left);

#endif
