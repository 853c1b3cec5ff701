/* SPDX-License-Identifier: MIT */
/*
 * Connecting, for command line tools.
 */
#include "tools/lib/connection.h"

#include <string.h>

#include "common/err.h"
#include "common/text.h"

int
connection_split(const char *server, char *host_r, char *port_r, size_t len)
{
	const char *host = server, *host_end, *port = CONNECTION_DEFAULT_PORT;
	const char *first_colon = strchr(server, ':'), *last_colon = strrchr(server, ':');

	if (*server == '[') { /* [::1]:7443 */
		host = server + 1;
		host_end = strchr(host, ']');
		if (!host_end || (host_end[1] != '\0' && host_end[1] != ':'))
			return -EM_E_INVALID;
		if (host_end[1] == ':')
			port = host_end + 2;
	} else if (first_colon && first_colon == last_colon) {
		host_end = first_colon;
		port = first_colon + 1;
	} else { /* a name, or a bare IPv6 address */
		host_end = server + strlen(server);
	}
	if (host_end == host || *port == '\0' || (size_t)(host_end - host) >= len ||
	    strlen(port) >= len)
		return -EM_E_INVALID;
	memcpy(host_r, host, (size_t)(host_end - host));
	host_r[host_end - host] = '\0';
	memcpy(port_r, port, strlen(port) + 1);
	return 0;
}

static int
connection_wait(struct connection *c, const char *program)
{
	int rc = rpc_wait_up(c->rpc, c->timeout_ms);
	const char *detail = net_error_text(c->net);

	if (rc < 0)
		fprintf(stderr, "%s: %s: %s%s%s%s\n", program, c->where, err_text(rc),
		    *detail ? " (" : "", detail, *detail ? ")" : "");
	return rc;
}

int
connection_open(struct connection *c, const char *program, const struct connection_options *o)
{
	char host[256], port[256];
	struct net_target target = {
	    .ca_path = o->ca_path,
	    .unix_path = o->socket,
	    .server_name = o->name,
	};

	*c = (struct connection){.timeout_ms = o->timeout_ms};
	snprintf(c->where, sizeof(c->where), "%s", o->socket ? o->socket : o->server);
	if (!o->socket) {
		if (connection_split(o->server, host, port, sizeof(host)) < 0) {
			fprintf(stderr, "%s: \"%s\" is not HOST:PORT\n", program, o->server);
			return -EM_E_INVALID;
		}
		target.host = host;
		target.port = port;
	}
	c->net = net_new(&target);
	c->rpc = rpc_new(c->net);
	return connection_wait(c, program);
}

void
connection_close(struct connection *c)
{
	rpc_free(&c->rpc);
	if (c->net)
		net_close(c->net);
	net_free(&c->net);
}

int
connection_again(struct connection *c, const char *program)
{
	net_close(c->net);
	net_connect(c->net);
	return connection_wait(c, program);
}

int
connection_hello(
    struct connection *c, Emage__ClientKind kind, const char *language, Emage__HelloReply **reply_r)
{
	Emage__HelloRequest hello = EMAGE__HELLO_REQUEST__INIT;
	ProtobufCMessage *reply;
	int rc;

	hello.protocol = 1;
	hello.kind = kind;
	hello.language = (char *)language;
	rc = rpc_call_wait(c->rpc, METHOD_hello, &hello.base, c->timeout_ms, &reply, NULL);
	if (reply_r && rc == 0)
		*reply_r = (Emage__HelloReply *)reply;
	else if (reply)
		protobuf_c_message_free_unpacked(reply, NULL);
	return rc;
}

void
connection_error_text(int err, const Emage__Error *e, char *out_r, size_t out_len)
{
	char field[3 * 64 + 1];
	size_t at;

	snprintf(out_r, out_len, "%s: %s", err_name(err), err_text(err));
	at = strlen(out_r);
	if (e && e->field && *e->field) {
		text_sanitise(e->field, strnlen(e->field, 64), false, field);
		snprintf(out_r + at, out_len - at, " (field %s)", field);
		at += strlen(out_r + at);
	}
	if (e && e->retry_after_s) {
		snprintf(out_r + at, out_len - at, " (wait %u s)", e->retry_after_s);
		at += strlen(out_r + at);
	}
	if (e && e->tries_left)
		snprintf(out_r + at, out_len - at, " (%u tries left)", e->tries_left);
}
