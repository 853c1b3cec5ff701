/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_COURIER_MARK_H
#define EMAGE_SERVER_COURIER_MARK_H

#include "server/courier_window.h"
#include "server/server.h"

/* What became of messages, kept until it is written down, many in one transaction. */
enum courier_outcome {
	OUTCOME_SENT,
	OUTCOME_LATER,
	OUTCOME_RECEIVER_LATER, /* the receiver's other notices wait as long */
	OUTCOME_NEVER,
	OUTCOME_EXPIRED,
};

struct courier_mark {
	uint64_t outbox_id;
	enum outbox_state state;
	uint32_t n_tries;
	int64_t due_at_ms;
	bool hold;
};
struct courier_marks {
	struct courier_mark mark[COURIER_WINDOW];
	unsigned n;
};

/* Counts it as well. There must be room. */
void courier_marks_add(struct courier_marks *m, struct server *server,
    const struct courier_flight *f, enum courier_outcome outcome);
bool courier_marks_full(const struct courier_marks *m);
/* 0, also when there is none, or what store_run() says; they are gone in any case. */
int courier_marks_write(struct courier_marks *m, struct store *store);

#endif
