/* SPDX-License-Identifier: MIT */
/*
 * The course of the process: set-up in order, signals and time on the main
 * thread, and the way down.
 */
#include "server/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/confine_try.h"
#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/tls.h"
#include "server/confine.h"
#include "server/courier_link.h"
#include "server/daemon_int.h"
#include "server/handle/consents.h"
#include "server/handle/pages.h"
#include "server/handle/texts.h"
#include "server/imaging_pool.h"
#include "server/listen.h"
#include "server/loop.h"
#include "server/notify.h"
#include "server/policy/password.h"
#include "server/purge.h"
#include "server/release.h"
#include "server/starter.h"

#define DRAIN_MAX_MS	10000
#define STATUS_EVERY_MS 10000

static void
daemon_print_faults(const struct daemon *d)
{
	fprintf(stderr, "emaged: %s", d->faults);
}

/* ----------------------------------------------------------------- signals */

static void
daemon_log_lines(const char *event, char *lines)
{
	char *rest = NULL;

	for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		log_error(event, "fault=\"%s\"", line);
}

static void
daemon_reload(struct daemon *d)
{
	struct settings *st = NULL;
	struct admit_limits limits;
	SSL_CTX *tls = NULL;
	char name[64];

	notify_send("RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_boot_ms() * 1000);
	if (settings_load(d->from, &st, d->faults, sizeof(d->faults)) != 0)
		goto bad;
	if (settings_out_of_reach(st, name)) {
		daemon_fault(d, name, "in a folder that may be read from a restart on");
		goto bad;
	}
	if (tls_server_ctx(st->listen_certificate, st->listen_key, &tls) != 0) {
		daemon_fault(d, st->listen_certificate, "not usable with its key");
		goto bad;
	}
	if (listener_reload(d->listener, st, d->faults, sizeof(d->faults)) != 0)
		goto bad;
	if (daemon_load_pages(d, st) != 0)
		goto bad;
	if (settings_need_restart(daemon_settings(d), st))
		log_warn("reload.partial", "remedy=restart");
	daemon_use_settings(d, st);
	limits = daemon_admit_limits(st);
	admit_set_limits(d->core.admit, &limits);
	SSL_CTX_free(d->tls);
	d->tls = tls;
	for (unsigned i = 0; i < d->core.n_loops; i++)
		loop_reload(d->core.loops[i], d->tls);
	log_info("reload.done", "set=%zu", d->n_settings);
	notify_send("READY=1");
	return;
bad:
	daemon_log_lines("reload.refused", d->faults);
	SSL_CTX_free(tls);
	settings_free(&st);
	notify_send("READY=1");
}

static void
daemon_on_limit(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	log_warn("drain.limit", "loops=%u", d->n_running);
	imaging_pool_stop(d->core.server.imaging);
	for (unsigned i = 0; i < d->core.n_loops; i++)
		loop_stop(d->core.loops[i]);
}

static void
daemon_drain(struct daemon *d)
{
	if (d->draining) /* asked twice: at once */
		event_add(d->limit_ev, &(struct timeval){.tv_sec = 0});
	if (d->draining)
		return;
	d->draining = true;
	log_info("drain.begun", "connections=%u", admit_count(d->core.admit));
	notify_send("STOPPING=1\nSTATUS=finishing requests under way");
	listener_free(&d->listener);
	for (unsigned i = 0; i < d->core.n_loops; i++)
		loop_drain(d->core.loops[i]);
	event_add(d->limit_ev, &(struct timeval){.tv_sec = DRAIN_MAX_MS / 1000});
}

static void
daemon_on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	struct signalfd_siginfo si;

	(void)what;
	while (read(fd, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGHUP && !d->draining)
			daemon_reload(d);
		else if (si.ssi_signo != SIGHUP)
			daemon_drain(d);
	}
}

/* ------------------------------------------------------------ other events */

static void
daemon_on_write_error(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	log_error("store.failed", "action=stop");
	event_del(d->fatal_ev);
	d->failed = true;
	daemon_drain(d);
}

/* Without it no helper could be replaced: better a new beginning, by whoever started
 * us. */
static void
daemon_on_starter_end(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	log_error("starter.lost", "action=stop");
	event_del(d->starter_ev);
	d->failed = true;
	daemon_drain(d);
}

static void
daemon_on_loop_end(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	uint64_t n = 0;

	(void)what;
	if (read(fd, &n, sizeof(n)) != sizeof(n))
		return;
	d->n_running -= (unsigned)n;
	if (!d->n_running)
		event_base_loopbreak(d->base);
}

static void
daemon_on_purge(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	purge_later(d->core.server.store, clock_now_ms(), daemon_settings(d)->courier_kept_days);
	release_later(&d->core.server, clock_now_ms());
}

static void
daemon_on_status(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	struct counters *n = &d->core.server.counters;

	(void)fd;
	(void)what;
	notify_send("STATUS=%llu connections, %llu signed in",
	    (unsigned long long)atomic_load_explicit(&n->connections_open, memory_order_relaxed),
	    (unsigned long long)atomic_load_explicit(
		&n->connections_signed_in, memory_order_relaxed));
}

/* The watchdog is told only when every io thread has answered since. */
static void
daemon_on_watchdog(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	int64_t stale_ms = clock_boot_ms() - 2 * notify_watchdog_ms();
	bool alive = true;

	(void)fd;
	(void)what;
	for (unsigned i = 0; i < d->core.n_loops; i++) {
		struct loop *l = d->core.loops[i];

		if (atomic_load_explicit(&l->alive_at_ms, memory_order_relaxed) < stale_ms)
			alive = false;
		loop_ask_alive(l);
	}
	if (alive)
		notify_send("WATCHDOG=1");
	else
		log_error("watchdog.silent", "cause=io-thread");
}

static struct event *
daemon_event(struct daemon *d, int fd, short what, event_callback_fn on, int64_t every_ms)
{
	struct event *ev = event_new(d->base, fd, (short)(what | EV_PERSIST), on, d);
	struct timeval tv = {
	    .tv_sec = every_ms / 1000,
	    .tv_usec = (every_ms % 1000) * 1000,
	};

	if (!ev || event_add(ev, every_ms ? &tv : NULL) != 0)
		die("cannot set up an event");
	return ev;
}

static void
daemon_setup_events(struct daemon *d)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	/* blocked here, before any thread: they reach nobody but this descriptor */
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	d->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	d->fatal_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	d->done_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	d->base = event_base_new();
	if (d->signal_fd < 0 || d->fatal_fd < 0 || d->done_fd < 0 || !d->base)
		die("cannot set up the main loop: %s", strerror(errno));
	d->signal_ev = daemon_event(d, d->signal_fd, EV_READ, daemon_on_signal, 0);
	d->fatal_ev = daemon_event(d, d->fatal_fd, EV_READ, daemon_on_write_error, 0);
	d->done_ev = daemon_event(d, d->done_fd, EV_READ, daemon_on_loop_end, 0);
	d->starter_ev = daemon_event(d, starter_alive_fd(), EV_READ, daemon_on_starter_end, 0);
	d->limit_ev = evtimer_new(d->base, daemon_on_limit, d);
	if (!d->limit_ev)
		die("cannot set up an event");
}

static void
daemon_setup_timers(struct daemon *d)
{
	d->purge_ev = daemon_event(d, -1, 0, daemon_on_purge, PURGE_EVERY_MS);
	d->status_ev = daemon_event(d, -1, 0, daemon_on_status, STATUS_EVERY_MS);
	if (!notify_watchdog_ms())
		return;
	for (unsigned i = 0; i < d->core.n_loops; i++)
		atomic_store(&d->core.loops[i]->alive_at_ms, clock_boot_ms());
	d->watchdog_ev = daemon_event(d, -1, 0, daemon_on_watchdog, notify_watchdog_ms());
}

/* ------------------------------------------------------------------ the way */

static int
daemon_setup(struct daemon *d)
{
	struct server *s = &d->core.server;
	int rc;

	rc = daemon_open_directory(d);
	if (rc)
		return rc;
	confine_self(daemon_settings(d));
	/* forked while there is one thread and no key */
	rc = starter_begin(confine_mode(daemon_settings(d)));
	if (!rc)
		rc = daemon_load_keys(d);
	if (!rc)
		rc = daemon_load_words(d);
	if (rc)
		return rc;
	daemon_setup_events(d);
	/* bound before anything is touched: one server for one directory */
	rc = listener_new(&d->core, d->base, &d->listener, d->faults, sizeof(d->faults));
	if (rc)
		return rc;
	confine_serve(daemon_settings(d), d->from->path);
	s->imaging = imaging_pool_new(daemon_n_threads(daemon_settings(d)->threads_imaging));
	rc = daemon_open_store(d);
	if (rc)
		return rc;
	daemon_start_pools(d);
	if (courier_link_new(s, &s->courier) != 0)
		return daemon_fault(d, SERVER_DATABASE, "no connection for reading");
	rc = daemon_start_loops(d);
	if (rc)
		return rc;
	daemon_setup_timers(d);
	listener_start(d->listener);
	return 0;
}

static void
daemon_serve(struct daemon *d)
{
	log_info("ready", "version=%s loops=%u", EMAGE_VERSION, d->core.n_loops);
	printf("listening on %s\n", listener_address(d->listener));
	fflush(stdout);
	notify_send("READY=1\nSTATUS=ready");
	confine_try();
	event_base_dispatch(d->base);
	for (unsigned i = 0; i < d->core.n_loops; i++)
		pthread_join(d->threads[i], NULL);
}

static void
daemon_free_event(struct event *ev)
{
	if (ev)
		event_free(ev);
}

/* In the order of who uses whom; whatever was not set up is NULL. */
static void
daemon_teardown(struct daemon *d)
{
	struct server *s = &d->core.server;
	struct event *events[] = {d->signal_ev, d->fatal_ev, d->purge_ev, d->watchdog_ev,
	    d->status_ev, d->limit_ev, d->done_ev, d->starter_ev};
	struct pages *pages;

	listener_free(&d->listener);
	imaging_pool_stop(s->imaging);
	work_pool_free(&d->core.hash);
	work_pool_free(&d->core.media);
	courier_link_free(&s->courier);
	for (unsigned i = 0; i < d->core.n_loops; i++)
		loop_free(&d->core.loops[i]);
	store_close(&s->store);
	imaging_pool_free(&s->imaging);
	starter_end();
	admit_free(&d->core.admit);
	rate_table_free(&d->core.rates);
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		daemon_free_event(events[i]);
	if (d->base)
		event_base_free(d->base);
	blocklist_free(&s->blocklist);
	texts_free(&s->texts);
	consents_free(&s->consents);
	pages = atomic_load(&s->pages);
	pages_free(&pages);
	SSL_CTX_free(d->tls);
	secret_free(&s->pepper);
	close(s->media_fd);
	close(s->directory_fd);
	free(d->core.loops);
	free(d->threads);
	for (size_t i = 0; i < d->n_settings; i++)
		settings_free(&d->settings[i]);
	free(d->settings);
}

int
daemon_run(const struct settings_source *from, struct settings *st)
{
	struct daemon *d = mem_new(sizeof(*d));
	int rc, status = EXIT_SUCCESS;

	d->from = from;
	d->core.server.directory_fd = d->core.server.media_fd = -1;
	d->core.server.started_at_ms = clock_now_ms();
	daemon_use_settings(d, st);
	notify_setup();
	rc = daemon_setup(d);
	if (rc) {
		daemon_print_faults(d);
		status = rc == -EM_E_CONFIG ? EXIT_SETTINGS : EXIT_FAILURE;
	} else {
		daemon_serve(d);
		log_info("stopped", "failed=%d", d->failed);
		status = d->failed ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	daemon_teardown(d);
	free(d);
	return status;
}
