/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_NET_LOOKUP_H
#define EMAGE_CLIENT_NET_LOOKUP_H

#include <netdb.h>

/*
 * A name being looked up by a thread. The thread and the connection hold it
 * together, and whoever lets go last frees it: a connection may be dropped while
 * the resolver still waits.
 */
struct net_lookup;

/* NULL and errno when it cannot be started. */
struct net_lookup *net_lookup_new(const char *host, const char *port);
void net_lookup_release(struct net_lookup *l);
/* Readable once it is done. */
int net_lookup_fd(const struct net_lookup *l);
/* Only then: getaddrinfo()'s result, and what it found (freeaddrinfo()). */
int net_lookup_take(struct net_lookup *l, struct addrinfo **found_r);

#endif
