/* SPDX-License-Identifier: MIT */
/*
 * Accepting connections.
 */
#include "server/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "server/conn.h"
#include "server/loop.h"
#include "server/source.h"
#include "server/starter.h"

#define BACKLOG 4096
/* Accepted before the other events of the main thread get their turn. */
#define ACCEPT_BATCH 64
/* What the kernel may hold for a peer that does not read. */
#define UNSENT_MAX_BYTES (128 * 1024)
#define PAUSE_MS	 100
/* How many give way when descriptors run out, and the time they need for it. */
#define SHED_BATCH    8
#define ROOM_MS	      10
#define WARN_EVERY_MS 10000

struct listener {
	struct core *core;
	struct event *tcp_ev, *local_ev, *resume_ev;
	int tcp_fd, local_fd;
	int spare_fd; /* given up to accept, and refuse, when there are no more */
	unsigned next_loop;
	int64_t warned_at_ms;
	char *local_path;
	char address[INET6_ADDRSTRLEN + 16];
	struct netlist trusted;
	uint32_t *operators;
	size_t n_operators;
};

struct accepted {
	struct loop_msg msg;
	const struct transport *transport;
	int fd;
	struct source source;
	struct admit_ticket *ticket;
};

static void
listener_complain(
    char *err_r, size_t err_len, const char *name, const char *value, const char *what)
{
	snprintf(err_r, err_len, "%s: \"%.100s\": %s\n", name, value, what);
}

/* ---------------------------------------------------------------- accepting */

static void
listener_on_loop(struct loop *l, struct loop_msg *m)
{
	struct accepted *a = (struct accepted *)m;
	struct conn *c = conn_new(l, a->transport, a->fd, &a->source, a->ticket, NULL);

	if (l->draining)
		conn_close(c, "draining");
	free(a);
}

static void
listener_shed(struct core *core, uint64_t conn_id)
{
	if (!conn_id)
		return;
	server_count(&core->server, connections_refused);
	loop_close_conn(core->loops[loop_index_of(conn_id)], conn_id, "gave way");
}

static void
listener_admit(struct listener *l, const struct transport *t, int fd, const struct source *s)
{
	struct core *core = l->core;
	struct admit_ticket *ticket;
	struct accepted *a;
	uint64_t shed = 0;

	ticket = admit_enter(core->admit, s, &shed);
	listener_shed(core, shed);
	if (!ticket) {
		server_count(&core->server, connections_refused);
		close(fd);
		return;
	}
	server_count(&core->server, connections_accepted);
	a = mem_new(sizeof(*a));
	a->msg.deliver = listener_on_loop;
	a->transport = t;
	a->fd = fd;
	a->source = *s;
	a->ticket = ticket;
	loop_post(core->loops[l->next_loop], &a->msg);
	l->next_loop = (l->next_loop + 1) % core->n_loops;
}

/* Stops accepting for a moment, since what waits would wake us for nothing. */
static void
listener_pause(struct listener *l, int ms)
{
	event_del(l->tcp_ev);
	event_del(l->local_ev);
	event_add(l->resume_ev, &(struct timeval){.tv_usec = ms * 1000});
}

/* Takes the one that waits with the spare descriptor, and closes it. */
static bool
listener_refuse(struct listener *l, int listen_fd)
{
	int fd;

	if (l->spare_fd >= 0)
		close(l->spare_fd);
	fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	server_count(&l->core->server, connections_refused);
	l->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd >= 0 && l->spare_fd >= 0;
}

/*
 * No descriptor is left. The oldest connections before sign-in give way, and
 * those that wait are taken as soon as they have; when there are none, the one
 * that waits is refused.
 */
static void
listener_out_of_descriptors(struct listener *l, int listen_fd)
{
	int64_t now_ms = clock_boot_ms();
	uint64_t conn_id;
	int n = 0;

	while (n < SHED_BATCH && admit_shed_oldest(l->core->admit, &conn_id)) {
		listener_shed(l->core, conn_id);
		n++;
	}
	if (!l->warned_at_ms || now_ms - l->warned_at_ms > WARN_EVERY_MS) {
		log_warn("listen.descriptors", "left=0 gave_way=%d", n);
		l->warned_at_ms = now_ms;
	}
	if (n)
		listener_pause(l, ROOM_MS);
	else if (!listener_refuse(l, listen_fd))
		listener_pause(l, PAUSE_MS);
}

static void
listener_on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;

	(void)fd;
	(void)what;
	listener_start(l);
}

/* A connection, or -1 with *again_r telling whether to look at once. */
static int
listener_accept(struct listener *l, int listen_fd, struct sockaddr_storage *peer_r)
{
	socklen_t len = sizeof(*peer_r);
	int fd = accept4(listen_fd, (struct sockaddr *)peer_r, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
		listener_out_of_descriptors(l, listen_fd);
	return -1;
}

static void
listener_on_tcp(evutil_socket_t listen_fd, short what, void *arg)
{
	struct listener *l = arg;
	struct sockaddr_storage peer;
	struct source s;

	(void)what;
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		int fd = listener_accept(l, listen_fd, &peer);

		if (fd < 0)
			return;
		source_from_peer((const struct sockaddr *)&peer, &l->trusted, &s);
		listener_admit(l, &transport_tls, fd, &s);
	}
}

static bool
listener_is_operator(const struct listener *l, uint32_t uid)
{
	if (uid == 0 || uid == geteuid())
		return true;
	for (size_t i = 0; i < l->n_operators; i++)
		if (l->operators[i] == uid)
			return true;
	return false;
}

static void
listener_on_local(evutil_socket_t listen_fd, short what, void *arg)
{
	struct listener *l = arg;
	struct sockaddr_storage peer;
	struct ucred cred;
	socklen_t len = sizeof(cred);
	struct source s;
	int fd = listener_accept(l, listen_fd, &peer);

	(void)what;
	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0 ||
	    !listener_is_operator(l, cred.uid)) {
		log_warn("listen.local", "refused=not-an-operator");
		server_count(&l->core->server, connections_refused);
		close(fd);
		return;
	}
	source_from_uid(cred.uid, &s);
	listener_admit(l, &transport_local, fd, &s);
}

/* ------------------------------------------------------------------- binding */

static int
listener_bind_tcp(struct listener *l, const struct settings *st, char *err_r, size_t err_len)
{
	struct addrinfo hints = {
	    .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
	    .ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *ai = NULL;
	int on = 1, unsent = UNSENT_MAX_BYTES, rc;

	rc = getaddrinfo(st->listen_address, st->listen_port, &hints, &ai);
	if (rc) {
		listener_complain(
		    err_r, err_len, "listen.address", st->listen_address, gai_strerror(rc));
		return -EM_E_CONFIG;
	}
	l->tcp_fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->tcp_fd < 0 ||
	    setsockopt(l->tcp_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    /* each connection inherits these */
	    setsockopt(l->tcp_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0 ||
	    setsockopt(l->tcp_fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent)) != 0 ||
	    bind(l->tcp_fd, ai->ai_addr, ai->ai_addrlen) != 0 || listen(l->tcp_fd, BACKLOG) != 0) {
		listener_complain(
		    err_r, err_len, "listen.address", st->listen_address, strerror(errno));
		rc = -EM_E_CONFIG;
	}
	freeaddrinfo(ai);
	return rc;
}

static void
listener_name_address(struct listener *l)
{
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);
	char host[INET6_ADDRSTRLEN], port[8];

	if (getsockname(l->tcp_fd, (struct sockaddr *)&bound, &len) != 0 ||
	    getnameinfo((struct sockaddr *)&bound, len, host, sizeof(host), port, sizeof(port),
		NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		die("cannot tell what is listened on");
	snprintf(
	    l->address, sizeof(l->address), strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}

/* A socket file that nobody answers at is one that a crash left. */
static bool
listener_is_stale(const struct sockaddr_un *sun)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool stale;

	if (fd < 0)
		return false;
	stale =
	    connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) != 0 && errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static int
listener_bind_local(struct listener *l, const struct settings *st, char *err_r, size_t err_len)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	const char *path = st->listen_local_socket;

	if (strlen(path) >= sizeof(sun.sun_path)) {
		listener_complain(err_r, err_len, "listen.local_socket", path, "path too long");
		return -EM_E_CONFIG;
	}
	memcpy(sun.sun_path, path, strlen(path) + 1);
	l->local_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->local_fd >= 0 && listener_is_stale(&sun))
		unlink(path);
	/* who may do what is decided by peer credentials, not by the file */
	if (l->local_fd < 0 || bind(l->local_fd, (const struct sockaddr *)&sun, sizeof(sun)) != 0) {
		listener_complain(err_r, err_len, "listen.local_socket", path,
		    errno == EADDRINUSE ? "another server is running here" : strerror(errno));
		return -EM_E_CONFIG;
	}
	l->local_path = mem_strdup(path);
	if (chmod(path, l->n_operators ? 0666 : 0600) != 0 || listen(l->local_fd, BACKLOG) != 0) {
		listener_complain(err_r, err_len, "listen.local_socket", path, strerror(errno));
		return -EM_E_CONFIG;
	}
	return 0;
}

/* ----------------------------------------------------------------- settings */

static int
listener_parse_operators(
    const char *text, uint32_t **uids_r, size_t *n_r, char *err_r, size_t err_len)
{
	char *copy = mem_strdup(text), *rest = NULL;
	int rc = 0;

	*uids_r = NULL;
	*n_r = 0;
	for (char *word = strtok_r(copy, " \t,", &rest); word;
	     word = strtok_r(NULL, " \t,", &rest)) {
		uint32_t uid = 0;

		if (starter_user(word, &uid) != 0) {
			listener_complain(err_r, err_len, "listen.operators", word, "no such user");
			rc = -EM_E_CONFIG;
			break;
		}
		*uids_r = mem_grow(*uids_r, *n_r + 1, sizeof(**uids_r));
		(*uids_r)[(*n_r)++] = uid;
	}
	free(copy);
	if (rc) {
		free(*uids_r);
		*uids_r = NULL;
	}
	return rc;
}

int
listener_reload(struct listener *l, const struct settings *st, char *err_r, size_t err_len)
{
	struct netlist trusted;
	uint32_t *operators;
	size_t n, bad_len = 0;
	const char *bad = NULL;
	char word[64];
	int rc;

	rc = netlist_parse(st->listen_trusted_sources, &trusted, &bad, &bad_len);
	if (rc) {
		snprintf(word, sizeof(word), "%.*s", (int)(bad_len < 60 ? bad_len : 60), bad);
		listener_complain(err_r, err_len, "listen.trusted_sources", word, "not a network");
		return rc;
	}
	rc = listener_parse_operators(st->listen_operators, &operators, &n, err_r, err_len);
	if (rc) {
		netlist_release(&trusted);
		return rc;
	}
	netlist_release(&l->trusted);
	free(l->operators);
	l->trusted = trusted;
	l->operators = operators;
	l->n_operators = n;
	if (l->local_path && chmod(l->local_path, n ? 0666 : 0600) != 0)
		log_warn("listen.local", "cause=\"%s\"", strerror(errno));
	return 0;
}

/* ------------------------------------------------------------- begin and end */

int
listener_new(
    struct core *core, struct event_base *base, struct listener **l_r, char *err_r, size_t err_len)
{
	const struct settings *st = server_settings(&core->server);
	struct listener *l = mem_new(sizeof(*l));
	int rc;

	l->core = core;
	l->tcp_fd = l->local_fd = -1;
	l->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	rc = listener_reload(l, st, err_r, err_len);
	if (!rc)
		rc = listener_bind_tcp(l, st, err_r, err_len);
	if (!rc)
		rc = listener_bind_local(l, st, err_r, err_len);
	if (rc) {
		listener_free(&l);
		return rc;
	}
	listener_name_address(l);
	l->tcp_ev = event_new(base, l->tcp_fd, EV_READ | EV_PERSIST, listener_on_tcp, l);
	l->local_ev = event_new(base, l->local_fd, EV_READ | EV_PERSIST, listener_on_local, l);
	l->resume_ev = evtimer_new(base, listener_on_resume, l);
	if (!l->tcp_ev || !l->local_ev || !l->resume_ev)
		die("cannot set up listening");
	*l_r = l;
	return 0;
}

void
listener_start(struct listener *l)
{
	if (event_add(l->tcp_ev, NULL) != 0 || event_add(l->local_ev, NULL) != 0)
		die("cannot set up listening");
}

const char *
listener_address(const struct listener *l)
{
	return l->address;
}

void
listener_free(struct listener **listener)
{
	struct listener *l = *listener;

	if (!l)
		return;
	if (l->tcp_ev)
		event_free(l->tcp_ev);
	if (l->local_ev)
		event_free(l->local_ev);
	if (l->resume_ev)
		event_free(l->resume_ev);
	if (l->tcp_fd >= 0)
		close(l->tcp_fd);
	if (l->local_fd >= 0)
		close(l->local_fd);
	if (l->spare_fd >= 0)
		close(l->spare_fd);
	if (l->local_path)
		unlink(l->local_path);
	free(l->local_path);
	netlist_release(&l->trusted);
	free(l->operators);
	free(l);
	*listener = NULL;
}
