/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TOOLS_CONNECTION_H
#define EMAGE_TOOLS_CONNECTION_H

#include <stdio.h>

#include "client/net.h"
#include "client/rpc.h"
#include "proto/session.pb-c.h"

/* A tool's connection to a server, from its command line. */

#define CONNECTION_DEFAULT_PORT "7443"

struct connection_options {
	const char *server;  /* HOST, HOST:PORT, [ADDRESS]:PORT */
	const char *socket;  /* a local socket instead */
	const char *ca_path; /* NULL = system store */
	const char *name;    /* name in the certificate, NULL = host */
	int timeout_ms;
};

struct connection {
	struct net *net;
	struct rpc *rpc;
	int timeout_ms;
	char where[256]; /* for messages */
};

/* Connects and waits. 0, or -EM_E_* after a message on standard error; close
 * in either case. */
int connection_open(struct connection *c, const char *program, const struct connection_options *o);
void connection_close(struct connection *c);
/* Drops the connection and makes another to the same server. */
int connection_again(struct connection *c, const char *program);

/* Greets. The reply (freed by the caller) in *reply_r unless NULL. */
int connection_hello(struct connection *c, Emage__ClientKind kind, const char *language,
    Emage__HelloReply **reply_r);

/* "AUTH: identifier or password not accepted (wait 5 s; 3 tries left)" */
void connection_error_text(int err, const Emage__Error *e, char *out_r, size_t out_len);

/* Splits "HOST:PORT"; host_r and port_r hold len bytes each. */
int connection_split(const char *server, char *host_r, char *port_r, size_t len);

#endif
