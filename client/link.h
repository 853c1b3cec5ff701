/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_LINK_H
#define EMAGE_CLIENT_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "client/clientconf.h"
#include "client/model/session.h"
#include "client/rpc.h"

/*
 * The connection as a person sees it: there, coming, lost and coming back.
 * Greets, takes the session over after a loss, tries again with growing waits.
 * Where nobody needs it (the server closes idle connections before sign-in) it
 * sleeps until somebody does.
 */
struct link;

enum link_state {
	LINK_ASLEEP,	 /* link_wake() connects */
	LINK_CONNECTING, /* up to the end of the greeting or resumption */
	LINK_READY,
	LINK_WAITING, /* lost; tries again by itself */
	LINK_FAILED,  /* makes no sense to try again without being told to */
};

struct link_hooks {
	/* Ready for calls. resumed: the session of before is open. */
	void (*ready)(void *arg, bool resumed);
	/* The server has ended the session meanwhile. */
	void (*session_over)(void *arg, int err);
};

/* session is borrowed: greeting and resumption go there. */
struct link *link_new(
    struct session *session, Emage__ClientKind kind, const struct link_hooks *hooks, void *arg);
void link_free(struct link **l);

/* Chooses the server (strings are copied) and connects. */
void link_open(struct link *l, const struct region *region, const char *language);
void link_set_language(struct link *l, const char *language);
/* Ends the connection until link_wake(). */
void link_sleep(struct link *l);
void link_wake(struct link *l);
/* Tries again now if it waits or has failed. */
void link_retry(struct link *l);
/* Whether a loss while nothing is asked shall be mended at once. */
void link_set_needed(struct link *l, bool needed);

enum link_state link_state(const struct link *l);
/* Why it waits, has failed, or is being mended; 0 when all is well. */
int link_error(const struct link *l);
/* NULL unless ready. */
struct rpc *link_rpc(struct link *l);
/* In whatever state: nobody is told of this request any more. */
void link_forget(struct link *l, uint32_t id);

void link_wants(const struct link *l, int *fd_r, short *events_r, int *timeout_ms_r);
/* Moves; hooks and replies are called from here. */
void link_step(struct link *l);

#endif
