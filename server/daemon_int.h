/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_DAEMON_INT_H
#define EMAGE_SERVER_DAEMON_INT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <openssl/ssl.h>

#include "server/core.h"
#include "server/daemon.h"

/* What daemon.c (the course of things) and daemon_parts.c (their set-up) share. */

#define DAEMON_FAULTS_LEN 4096

struct listener;

struct daemon {
	struct core core;
	const struct settings_source *from;
	struct settings **settings; /* every set there was: old ones are still read */
	size_t n_settings;
	SSL_CTX *tls;
	struct event_base *base;
	struct event *signal_ev, *fatal_ev, *purge_ev, *watchdog_ev, *status_ev, *limit_ev,
	    *done_ev, *starter_ev;
	struct listener *listener;
	pthread_t *threads;
	int signal_fd, fatal_fd, done_fd;
	unsigned n_running; /* loops whose thread has not ended */
	bool draining, failed;
	char faults[DAEMON_FAULTS_LEN]; /* "name: what" lines for whoever reads them */
};

static inline const struct settings *
daemon_settings(const struct daemon *d)
{
	return server_settings(&d->core.server);
}

/* A setting of threads or processes: 0 = one per core. */
unsigned daemon_n_threads(int64_t wanted);
/* Puts settings in force; they belong to the process from then on. */
void daemon_use_settings(struct daemon *d, struct settings *st);
struct admit_limits daemon_admit_limits(const struct settings *st);
/* Notes a fault; returns -EM_E_CONFIG. */
int daemon_fault(struct daemon *d, const char *name, const char *what);

/* In this order. 0, or -EM_E_* with the cause in d->faults. */
int daemon_open_directory(struct daemon *d);
int daemon_load_keys(struct daemon *d);
int daemon_load_words(struct daemon *d);
/* At start and at each reload; in case of a fault the ones in force stay. */
int daemon_load_pages(struct daemon *d, const struct settings *st);
int daemon_open_store(struct daemon *d);
void daemon_start_pools(struct daemon *d);
int daemon_start_loops(struct daemon *d);

#endif
