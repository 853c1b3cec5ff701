/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_NET_H
#define EMAGE_CLIENT_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

/*
 * One connection to a server, never blocking: name lookup (in a thread), TCP
 * with every address in turn, TLS with the server's name checked, or a local
 * socket. Moves only inside net_step(), which the owner calls when poll() says
 * so. Shared by the client, the tools and the tests.
 */
struct net;

enum net_state {
	NET_IDLE,
	NET_RESOLVING,
	NET_CONNECTING,
	NET_HANDSHAKE,
	NET_UP,
	NET_DOWN, /* see net_error() */
};

struct net_target {
	const char *host; /* name or address */
	const char *port;
	const char *ca_path;	 /* NULL = system store */
	const char *unix_path;	 /* a local socket instead; host, port, ca unused */
	const char *server_name; /* name to check; NULL = host */
};

/* Strings are copied. SIGPIPE is ignored from here on, unless handled. */
struct net *net_new(const struct net_target *t);
void net_free(struct net **n);
/* Begins (again). Drops what was buffered. */
void net_connect(struct net *n);
void net_close(struct net *n);
/* Gives a connection up: NET_DOWN with this error (-EM_E_*) and text. */
void net_abort(struct net *n, int err, const char *why);

enum net_state net_state(const struct net *n);
/* -EM_E_RESOLVE, -EM_E_REFUSED, -EM_E_TIMEOUT, -EM_E_CERTIFICATE, -EM_E_TLS,
 * -EM_E_CLOSED; 0 while all is well. */
int net_error(const struct net *n);
/* Detail for an operator ("certificate has expired"), never NULL. */
const char *net_error_text(const struct net *n);

/* What to wait for: descriptor (-1: none yet), poll(2) events, and the longest
 * wait in ms (-1 = any). */
void net_wants(const struct net *n, int *fd_r, short *events_r, int *timeout_ms_r);
void net_step(struct net *n);

/* Bytes come and go through these; net_step() moves them. */
struct buf *net_in(struct net *n);
struct buf *net_out(struct net *n);

#endif
