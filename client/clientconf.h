/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_CLIENTCONF_H
#define EMAGE_CLIENT_CLIENTCONF_H

#include <stddef.h>

/*
 * emage.conf(5): the regions one can sign in to.
 *
 *	[alsace]
 *	name = Alsace
 *	server = emage-alsace.example:7443
 *	ca = /etc/emage/alsace-ca.pem
 *
 * and what the people of an establishment have (emage --staff):
 *
 *	[staff]
 *	printer = accueil
 *	letters = /srv/emage/lettres
 */
struct region {
	char *name; /* "" when the server shall say it */
	char *host, *port;
	char *ca; /* NULL: the system's certificates */
};

struct clientconf {
	struct region *regions;
	size_t n_regions;
	char *printer; /* of lp(1); NULL: none */
	char *letters; /* folder where letters are saved; NULL: none */
};

#define CLIENTCONF_PATH EMAGE_SYSCONFDIR "/emage/emage.conf"

/* path NULL: the usual one, which need not exist. 0, or -EM_E_CONFIG and a
 * line for each fault in err_r, in the person's language. */
int clientconf_load(const char *path, struct clientconf *c_r, char *err_r, size_t err_len);
/* One region, for a server given by hand, instead of those that there are. 0 or
 * -EM_E_CONFIG. */
int clientconf_from_server(const char *server, const char *ca, struct clientconf *c);
void clientconf_release(struct clientconf *c);

/* "HOST:PORT", "HOST", "[ADDRESS]:PORT": new strings. 0 or -EM_E_CONFIG. */
int clientconf_split(const char *server, char **host_r, char **port_r);

#endif
