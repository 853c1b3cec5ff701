/* SPDX-License-Identifier: MIT */
/*
 * Reading the client's configuration: one group a region, so the keys are a
 * table but the groups are not. One group is not a region: [staff].
 */
#include "client/clientconf.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libeconf.h>

#include "client/tr.h"
#include "common/config.h"
#include "common/err.h"
#include "common/mem.h"

#define CLIENTCONF_PORT "7443"

#define CLIENTCONF_STAFF "staff"

static const char *const clientconf_region_keys[] = {"name", "server", "ca"};
static const char *const clientconf_staff_keys[] = {"printer", "letters"};

int
clientconf_split(const char *server, char **host_r, char **port_r)
{
	const char *host = server;
	const char *end;
	const char *colon;
	size_t len;

	*host_r = *port_r = NULL;
	if (server[0] == '[') {
		end = strchr(server, ']');
		if (!end || (end[1] != '\0' && end[1] != ':'))
			return -EM_E_CONFIG;
		host = server + 1;
		colon = end[1] == ':' ? end + 1 : NULL;
	} else {
		colon = strrchr(server, ':');
		end = colon ? colon : server + strlen(server);
		/* an IPv6 address without brackets has no port */
		if (colon && strchr(server, ':') != colon) {
			colon = NULL;
			end = server + strlen(server);
		}
	}
	len = (size_t)(end - host);
	if (len == 0 || (colon && colon[1] == '\0'))
		return -EM_E_CONFIG;
	for (const char *p = colon ? colon + 1 : ""; *p; p++)
		if (!isdigit((unsigned char)*p))
			return -EM_E_CONFIG;
	*host_r = mem_printf("%.*s", (int)len, host);
	*port_r = mem_strdup(colon ? colon + 1 : CLIENTCONF_PORT);
	return 0;
}

static struct region *
clientconf_add(struct clientconf *c)
{
	c->regions = mem_grow(c->regions, c->n_regions + 1, sizeof(*c->regions));
	c->regions[c->n_regions] = (struct region){0};
	return &c->regions[c->n_regions++];
}

static void
clientconf_drop_regions(struct clientconf *c)
{
	for (size_t i = 0; i < c->n_regions; i++) {
		free(c->regions[i].name);
		free(c->regions[i].host);
		free(c->regions[i].port);
		free(c->regions[i].ca);
	}
	free(c->regions);
	c->regions = NULL;
	c->n_regions = 0;
}

int
clientconf_from_server(const char *server, const char *ca, struct clientconf *c)
{
	struct region *r;

	clientconf_drop_regions(c);
	r = clientconf_add(c);
	r->name = mem_strdup("");
	r->ca = ca ? mem_strdup(ca) : NULL;
	return clientconf_split(server, &r->host, &r->port);
}

void
clientconf_release(struct clientconf *c)
{
	clientconf_drop_regions(c);
	free(c->printer);
	free(c->letters);
	*c = (struct clientconf){0};
}

/* ------------------------------------------------------------------ reading */

struct clientconf_reader {
	econf_file *file;
	const char *path;
	char *err;
	size_t err_len, err_used;
	bool failed;
};

static void __attribute__((format(printf, 2, 3)))
clientconf_fault(struct clientconf_reader *r, const char *fmt, ...)
{
	va_list ap;
	int n;

	r->failed = true;
	if (r->err_used + 2 >= r->err_len)
		return;
	va_start(ap, fmt);
	n = vsnprintf(r->err + r->err_used, r->err_len - r->err_used - 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	r->err_used += (size_t)n;
	if (r->err_used > r->err_len - 2)
		r->err_used = r->err_len - 2;
	r->err[r->err_used++] = '\n';
	r->err[r->err_used] = '\0';
}

/* Value of a key or NULL; to be freed. */
static char *
clientconf_value(struct clientconf_reader *r, const char *group, const char *key)
{
	char *value = NULL;

	if (econf_getStringValue(r->file, group, key, &value) != ECONF_SUCCESS)
		return NULL;
	return value;
}

static void
clientconf_check_keys(
    struct clientconf_reader *r, const char *group, const char *const *known_keys, size_t n_known)
{
	size_t n = 0;
	char **keys = NULL;

	if (econf_getKeys(r->file, group, &n, &keys) != ECONF_SUCCESS)
		return;
	for (size_t i = 0; i < n; i++) {
		const char *near;
		bool known = false;

		for (size_t k = 0; k < n_known; k++)
			known = known || strcmp(keys[i], known_keys[k]) == 0;
		if (known)
			continue;
		near = config_nearest(keys[i], known_keys, n_known);
		if (near)
			clientconf_fault(r, _("%s : [%s] : « %s » inconnu ; peut-être « %s » ?"),
			    r->path, group, keys[i], near);
		else
			clientconf_fault(
			    r, _("%s : [%s] : « %s » inconnu"), r->path, group, keys[i]);
	}
	econf_free(keys);
}

static void
clientconf_read_region(struct clientconf_reader *r, struct clientconf *c, const char *group)
{
	struct region *region;
	char *server = clientconf_value(r, group, "server");
	char *name = clientconf_value(r, group, "name");

	clientconf_check_keys(r, group, clientconf_region_keys, ARRAY_LEN(clientconf_region_keys));
	region = clientconf_add(c);
	region->name = mem_strdup(name && *name ? name : group);
	region->ca = clientconf_value(r, group, "ca");
	if (!server)
		clientconf_fault(r, _("%s : [%s] : « server » manque"), r->path, group);
	else if (clientconf_split(server, &region->host, &region->port) < 0)
		clientconf_fault(
		    r, _("%s : [%s] : « %s » n'est pas HÔTE:PORT"), r->path, group, server);
	free(server);
	free(name);
}

/* NULL for one that is empty: as if it were not there. */
static char *
clientconf_wanted(struct clientconf_reader *r, const char *key)
{
	char *value = clientconf_value(r, CLIENTCONF_STAFF, key);

	if (value && !*value) {
		free(value);
		return NULL;
	}
	return value;
}

static void
clientconf_read_staff(struct clientconf_reader *r, struct clientconf *c)
{
	clientconf_check_keys(
	    r, CLIENTCONF_STAFF, clientconf_staff_keys, ARRAY_LEN(clientconf_staff_keys));
	c->printer = clientconf_wanted(r, "printer");
	c->letters = clientconf_wanted(r, "letters");
	if (c->printer && c->printer[0] == '-')
		clientconf_fault(r, _("%s : [%s] : « %s » n'est pas le nom d'une imprimante"),
		    r->path, CLIENTCONF_STAFF, c->printer);
	if (c->letters && c->letters[0] != '/')
		clientconf_fault(r,
		    _("%s : [%s] : « %s » n'est pas un dossier : écrivez-le depuis « / »"), r->path,
		    CLIENTCONF_STAFF, c->letters);
}

int
clientconf_load(const char *path, struct clientconf *c_r, char *err_r, size_t err_len)
{
	struct clientconf_reader r = {
	    .path = path ? path : CLIENTCONF_PATH,
	    .err = err_r,
	    .err_len = err_len,
	};
	char **groups = NULL;
	size_t n = 0;
	econf_err rc;

	*c_r = (struct clientconf){0};
	err_r[0] = '\0';
	if (!path && access(r.path, F_OK) < 0)
		return 0;
	rc = econf_readFile(&r.file, r.path, "=", "#");
	if (rc != ECONF_SUCCESS) {
		clientconf_fault(&r, "%s : %s", r.path, econf_errString(rc));
		return -EM_E_CONFIG;
	}
	if (econf_getGroups(r.file, &n, &groups) == ECONF_SUCCESS) {
		for (size_t i = 0; i < n; i++)
			if (strcmp(groups[i], CLIENTCONF_STAFF) == 0)
				clientconf_read_staff(&r, c_r);
			else
				clientconf_read_region(&r, c_r, groups[i]);
		econf_free(groups);
	}
	econf_free(r.file);
	if (r.failed)
		clientconf_release(c_r);
	return r.failed ? -EM_E_CONFIG : 0;
}
