/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_LISTEN_H
#define EMAGE_SERVER_LISTEN_H

#include <stddef.h>

#include <event2/event.h>

#include "server/core.h"

/*
 * Where connections come from: one TCP socket and the local one. They are
 * accepted on the main thread and spread over the loops.
 */
struct listener;

/* Binds and listens; accepts nothing before listener_start(). 0, or
 * -EM_E_CONFIG with the cause in err_r. */
int listener_new(
    struct core *core, struct event_base *base, struct listener **l_r, char *err_r, size_t err_len);
void listener_start(struct listener *l);
/* "127.0.0.1:7443", "[::1]:7443"; as bound. */
const char *listener_address(const struct listener *l);
/* Trusted sources and operators of the settings in force. Those of before stay
 * when the new ones are wrong: -EM_E_CONFIG, cause in err_r. */
int listener_reload(struct listener *l, const struct settings *st, char *err_r, size_t err_len);
/* Accepts no more; closes the sockets, removes the local one's name. */
void listener_free(struct listener **l);

#endif
