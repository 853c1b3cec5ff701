/* SPDX-License-Identifier: MIT */
/*
 * Where a connection comes from, reduced to what limits count by.
 */
#include "server/source.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"

#define V4_PREFIX_BITS 96u
#define V6_KEPT_BYTES  8u

static void
source_map_v4(const void *v4, uint8_t out_r[16])
{
	memset(out_r, 0, 10);
	out_r[10] = out_r[11] = 0xff;
	memcpy(out_r + 12, v4, 4);
}

static bool
source_is_v4(const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(address, mapped, sizeof(mapped)) == 0;
}

/* One "address" or "address/bits". */
static bool
netlist_parse_word(const char *word, size_t len, struct net *net_r)
{
	char text[INET6_ADDRSTRLEN + 4];
	char *slash, *end = NULL;
	uint8_t v4[4];
	unsigned most = 128, base = 0;
	unsigned long bits;

	if (len >= sizeof(text))
		return false;
	memcpy(text, word, len);
	text[len] = '\0';
	slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	if (inet_pton(AF_INET, text, v4) == 1) {
		source_map_v4(v4, net_r->address);
		most = 32;
		base = V4_PREFIX_BITS;
	} else if (inet_pton(AF_INET6, text, net_r->address) != 1) {
		return false;
	}
	net_r->bits = base + most;
	if (!slash)
		return true;
	if (slash[1] < '0' || slash[1] > '9')
		return false;
	bits = strtoul(slash + 1, &end, 10);
	if (*end || bits > most)
		return false;
	net_r->bits = base + (unsigned)bits;
	return true;
}

int
netlist_parse(const char *text, struct netlist *l_r, const char **bad_r, size_t *bad_len_r)
{
	const char *blanks = " \t,";

	*l_r = (struct netlist){0};
	for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
		size_t len = strcspn(text, blanks);

		l_r->nets = mem_grow(l_r->nets, l_r->n + 1, sizeof(*l_r->nets));
		if (!netlist_parse_word(text, len, &l_r->nets[l_r->n])) {
			*bad_r = text;
			*bad_len_r = len;
			netlist_release(l_r);
			return -EM_E_CONFIG;
		}
		l_r->n++;
		text += len;
	}
	return 0;
}

void
netlist_release(struct netlist *l)
{
	free(l->nets);
	*l = (struct netlist){0};
}

static bool
net_has(const struct net *net, const uint8_t address[16])
{
	unsigned whole = net->bits / 8, rest = net->bits % 8;

	if (memcmp(net->address, address, whole) != 0)
		return false;
	return !rest || ((net->address[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

bool
netlist_has(const struct netlist *l, const uint8_t address[16])
{
	for (size_t i = 0; i < l->n; i++)
		if (net_has(&l->nets[i], address))
			return true;
	return false;
}

void
source_from_peer(const struct sockaddr *peer, const struct netlist *trusted, struct source *s_r)
{
	*s_r = (struct source){0};
	if (peer->sa_family == AF_INET)
		source_map_v4(
		    &((const struct sockaddr_in *)(const void *)peer)->sin_addr, s_r->prefix);
	else if (peer->sa_family == AF_INET6)
		memcpy(s_r->prefix, &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr,
		    sizeof(s_r->prefix));
	s_r->trusted = netlist_has(trusted, s_r->prefix);
	if (!source_is_v4(s_r->prefix))
		memset(s_r->prefix + V6_KEPT_BYTES, 0, sizeof(s_r->prefix) - V6_KEPT_BYTES);
}

void
source_from_uid(uint32_t uid, struct source *s_r)
{
	*s_r = (struct source){.trusted = true, .local = true, .uid = uid};
}
