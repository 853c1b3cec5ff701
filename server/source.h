/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_SOURCE_H
#define EMAGE_SERVER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "server/request.h"

/* Networks, as "127.0.0.0/8 ::1 2001:db8::/48". */
struct netlist {
	struct net {
		uint8_t address[16]; /* IPv4 mapped */
		unsigned bits;	     /* of 128 */
	} * nets;
	size_t n;
};

/* 0, or -EM_E_CONFIG with the word at fault in bad_r (borrowed from text,
 * *bad_len_r bytes). */
int netlist_parse(const char *text, struct netlist *l_r, const char **bad_r, size_t *bad_len_r);
void netlist_release(struct netlist *l);
bool netlist_has(const struct netlist *l, const uint8_t address[16]);

/*
 * The source of a peer's address, to count by: the IPv4 address, or the /64 of
 * IPv6, since whoever has one address of a /64 has them all.
 */
void source_from_peer(
    const struct sockaddr *peer, const struct netlist *trusted, struct source *s_r);
void source_from_uid(uint32_t uid, struct source *s_r);

#endif
