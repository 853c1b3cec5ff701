/* SPDX-License-Identifier: MIT */
/*
 * Looking a name up without waiting: the resolver blocks, so it has a thread.
 */
#include "client/net_lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/mem.h"

struct net_lookup {
	char *host, *port;
	int done_fd[2]; /* the thread writes one byte when the rest is set */
	int rc;
	struct addrinfo *found;
	atomic_int holders; /* the thread and the connection */
};

void
net_lookup_release(struct net_lookup *l)
{
	if (atomic_fetch_sub(&l->holders, 1) != 1)
		return;
	if (l->found)
		freeaddrinfo(l->found);
	close(l->done_fd[0]);
	close(l->done_fd[1]);
	free(l->host);
	free(l->port);
	free(l);
}

static void *
net_lookup_thread(void *arg)
{
	struct net_lookup *l = arg;
	const struct addrinfo hints = {
	    .ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_ADDRCONFIG,
	};
	ssize_t n;

	l->rc = getaddrinfo(l->host, l->port, &hints, &l->found);
	do {
		n = write(l->done_fd[1], "", 1);
	} while (n < 0 && errno == EINTR);
	net_lookup_release(l);
	return NULL;
}

struct net_lookup *
net_lookup_new(const char *host, const char *port)
{
	struct net_lookup *l = mem_new(sizeof(*l));
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;
	int rc;

	l->host = mem_strdup(host);
	l->port = mem_strdup(port);
	if (pipe2(l->done_fd, O_CLOEXEC) < 0) {
		free(l->host);
		free(l->port);
		free(l);
		return NULL;
	}
	atomic_init(&l->holders, 2);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	/* signals (SIGWINCH ...) belong to the thread that draws */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rc = pthread_create(&thread, &attr, net_lookup_thread, l);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	if (rc != 0) {
		atomic_store(&l->holders, 1);
		net_lookup_release(l);
		return NULL;
	}
	return l;
}

int
net_lookup_fd(const struct net_lookup *l)
{
	return l->done_fd[0];
}

int
net_lookup_take(struct net_lookup *l, struct addrinfo **found_r)
{
	*found_r = l->found;
	l->found = NULL;
	return l->rc;
}
