/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_TRANSPORT_H
#define EMAGE_SERVER_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct conn;

/*
 * How bytes come and go: TLS, the local socket, or memory in tests. None
 * blocks. -EM_E_AGAIN: wait for the descriptor, after setting
 * conn->wants_write when it is to become writable. -EM_E_CLOSED, -EM_E_TLS,
 * -EM_E_IO: over.
 */
struct transport {
	const char *name;
	/* Goes on with the handshake; 0 = bytes may flow. */
	int (*open)(struct conn *c);
	ssize_t (*read)(struct conn *c, uint8_t *bytes_r, size_t n);
	ssize_t (*write)(struct conn *c, const uint8_t *bytes, size_t n);
	/* Whether bytes are here already that the descriptor does not tell of. */
	bool (*pending)(struct conn *c);
	/* What ties a sign-in to this connection; false = nothing. */
	bool (*binding)(struct conn *c, uint8_t out_r[32]);
	/* Says goodbye if `clean` and gives up what it holds. */
	void (*close)(struct conn *c, bool clean);
};

extern const struct transport transport_tls, transport_local;

/* Whether bytes hold a whole ClientHello: 1 yes, 0 not yet, -1 it is none. */
int transport_is_hello(const uint8_t *bytes, size_t n);

#endif
