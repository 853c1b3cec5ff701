/* SPDX-License-Identifier: MIT */
/*
 * The line is a thread that copies bytes both ways, one connection at a time.
 */
#include "tests/lib/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/mem.h"
#include "tests/lib/throttle.h"

#define THROTTLE_STEP 4096u

struct throttle {
	pthread_t thread;
	pthread_mutex_t lock; /* guards left, cut and over */
	size_t left;	      /* bytes that may still come from the server */
	bool cut;	      /* the connection that there is */
	bool over;
	int wake; /* something under the lock has changed */
	int listener;
	struct sockaddr_in server;
	char address[32];
};

static size_t
throttle_left(struct throttle *t, bool *over_r)
{
	size_t left;

	pthread_mutex_lock(&t->lock);
	left = t->left;
	*over_r = t->over;
	pthread_mutex_unlock(&t->lock);
	return left;
}

/* Once for each cut. */
static bool
throttle_is_cut(struct throttle *t)
{
	bool cut;

	pthread_mutex_lock(&t->lock);
	cut = t->cut;
	t->cut = false;
	pthread_mutex_unlock(&t->lock);
	return cut;
}

static void
throttle_change(struct throttle *t, size_t left, bool over)
{
	uint64_t one = 1;

	pthread_mutex_lock(&t->lock);
	t->left = left;
	t->over = over;
	pthread_mutex_unlock(&t->lock);
	assert_int_equal(write(t->wake, &one, sizeof(one)), sizeof(one));
}

static void
throttle_used(struct throttle *t, size_t n)
{
	pthread_mutex_lock(&t->lock);
	if (t->left != SIZE_MAX)
		t->left = t->left > n ? t->left - n : 0;
	pthread_mutex_unlock(&t->lock);
}

/* Copies what is there; 0 at the end of the connection. */
static size_t
throttle_copy(int from, int to, size_t most)
{
	char bytes[THROTTLE_STEP];
	ssize_t n = read(from, bytes, most < sizeof(bytes) ? most : sizeof(bytes));

	for (ssize_t at = 0; at < n;) {
		ssize_t sent = send(to, bytes + at, (size_t)(n - at), MSG_NOSIGNAL);

		if (sent <= 0)
			return 0;
		at += sent;
	}
	return n > 0 ? (size_t)n : 0;
}

static void
throttle_connection(struct throttle *t, int client, int server)
{
	for (;;) {
		struct pollfd p[] = {
		    {.fd = t->wake, .events = POLLIN},
		    {.fd = client, .events = POLLIN},
		    {.fd = server, .events = POLLIN},
		};
		uint64_t count;
		bool over;
		size_t left = throttle_left(t, &over);
		size_t n;

		if (over || throttle_is_cut(t))
			return;
		if (left == 0)
			p[2].fd = -1;
		poll(p, ARRAY_LEN(p), -1);
		if (p[0].revents && read(t->wake, &count, sizeof(count)) < 0)
			return;
		if (p[1].revents && throttle_copy(client, server, THROTTLE_STEP) == 0)
			return;
		if (!p[2].revents)
			continue;
		n = throttle_copy(server, client, left);
		if (n == 0)
			return;
		throttle_used(t, n);
	}
}

static void *
throttle_run(void *arg)
{
	struct throttle *t = arg;
	bool over = false;

	while (throttle_left(t, &over), !over) {
		struct pollfd p[] = {
		    {.fd = t->wake, .events = POLLIN}, {.fd = t->listener, .events = POLLIN}};
		uint64_t count;
		int client, server;

		poll(p, ARRAY_LEN(p), -1);
		if (p[0].revents && read(t->wake, &count, sizeof(count)) < 0)
			break;
		if (!p[1].revents)
			continue;
		client = accept(t->listener, NULL, NULL);
		server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(server, (struct sockaddr *)&t->server, sizeof(t->server)) == 0)
			throttle_connection(t, client, server);
		close(server);
		close(client);
	}
	return NULL;
}

struct throttle *
throttle_new(const char *server_port)
{
	struct throttle *t = mem_new(sizeof(*t));
	struct sockaddr_in here = {
	    .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(here);

	t->server = here;
	t->server.sin_port = htons((uint16_t)atoi(server_port));
	t->left = SIZE_MAX;
	t->wake = eventfd(0, EFD_CLOEXEC);
	t->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(t->listener, (struct sockaddr *)&here, sizeof(here)), 0);
	assert_int_equal(listen(t->listener, 4), 0);
	assert_int_equal(getsockname(t->listener, (struct sockaddr *)&here, &len), 0);
	snprintf(t->address, sizeof(t->address), "127.0.0.1:%u", ntohs(here.sin_port));
	pthread_mutex_init(&t->lock, NULL);
	assert_int_equal(pthread_create(&t->thread, NULL, throttle_run, t), 0);
	return t;
}

void
throttle_free(struct throttle **tp)
{
	struct throttle *t = *tp;

	*tp = NULL;
	throttle_change(t, 0, true);
	pthread_join(t->thread, NULL);
	pthread_mutex_destroy(&t->lock);
	close(t->listener);
	close(t->wake);
	free(t);
}

const char *
throttle_address(const struct throttle *t)
{
	return t->address;
}

void
throttle_hold(struct throttle *t, size_t bytes)
{
	throttle_change(t, bytes, false);
}

void
throttle_cut(struct throttle *t)
{
	pthread_mutex_lock(&t->lock);
	t->cut = true;
	pthread_mutex_unlock(&t->lock);
	throttle_change(t, SIZE_MAX, false);
}

void
throttle_let_go(struct throttle *t)
{
	throttle_change(t, SIZE_MAX, false);
}
