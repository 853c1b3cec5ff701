/* SPDX-License-Identifier: MIT */
/*
 * Setting up what the process consists of: folder, keys, words, store, pools,
 * io threads.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/program.h"
#include "common/tls.h"
#include "server/daemon_int.h"
#include "server/handle/consents.h"
#include "server/handle/media.h"
#include "server/handle/pages.h"
#include "server/handle/texts.h"
#include "server/loop.h"
#include "server/policy/password.h"
#include "server/purge.h"

#define BLOCKLIST_FILE	 "blocklist.bin"
#define STORE_QUEUE_MAX	 4096
#define STORE_BATCH_MAX	 256
#define MEDIA_QUEUE_MAX	 64
#define DESCRIPTORS_KEPT 256

unsigned
daemon_n_threads(int64_t wanted)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (wanted > 0)
		return (unsigned)wanted;
	return cores > 0 ? (unsigned)(cores > 64 ? 64 : cores) : 1;
}

void
daemon_use_settings(struct daemon *d, struct settings *st)
{
	d->settings = mem_grow(d->settings, d->n_settings + 1, sizeof(struct settings *));
	d->settings[d->n_settings++] = st;
	atomic_store_explicit(&d->core.server.settings, st, memory_order_release);
	log_set(settings_log_level(st), getenv("JOURNAL_STREAM") == NULL);
}

int
daemon_fault(struct daemon *d, const char *name, const char *what)
{
	snprintf(d->faults, sizeof(d->faults), "%s: %s\n", name, what);
	return -EM_E_CONFIG;
}

int
daemon_open_directory(struct daemon *d)
{
	const char *path = daemon_settings(d)->storage_directory;
	struct server *s = &d->core.server;
	struct stat sb;

	s->directory_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->directory_fd < 0 || fstat(s->directory_fd, &sb) != 0)
		return daemon_fault(d, path,
		    errno == ENOENT ? "no such directory (emagectl init makes it)"
				    : strerror(errno));
	if (sb.st_uid != geteuid() || (sb.st_mode & 077) != 0)
		return daemon_fault(
		    d, path, "must belong to the server and to nobody else (mode 0700)");
	if (mkdirat(s->directory_fd, SERVER_MEDIA, 0700) != 0 && errno != EEXIST)
		return daemon_fault(d, SERVER_MEDIA, strerror(errno));
	s->media_fd = openat(s->directory_fd, SERVER_MEDIA, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->media_fd < 0)
		return daemon_fault(d, SERVER_MEDIA, strerror(errno));
	return 0;
}

int
daemon_load_keys(struct daemon *d)
{
	const struct settings *st = daemon_settings(d);
	char *pepper = mem_printf("%s/%s", st->storage_directory, SERVER_PEPPER);
	int rc = secret_load(pepper, 32, &d->core.server.pepper);

	if (rc)
		daemon_fault(d, pepper, "not usable as a key (emagectl init makes it)");
	free(pepper);
	if (rc)
		return -EM_E_CONFIG;
	if (tls_server_ctx(st->listen_certificate, st->listen_key, &d->tls) != 0)
		return daemon_fault(d, st->listen_certificate,
		    "not usable as a certificate with its key, see above");
	return 0;
}

int
daemon_load_pages(struct daemon *d, const struct settings *st)
{
	struct server *s = &d->core.server;
	struct pages *pages = NULL;

	if (pages_new(st->help_directory, &pages, d->faults, sizeof(d->faults)) != 0)
		return -EM_E_CONFIG;
	/* requests under way read the ones before */
	pages_keep(pages, atomic_load(&s->pages));
	atomic_store_explicit(&s->pages, pages, memory_order_release);
	return 0;
}

int
daemon_load_words(struct daemon *d)
{
	const struct settings *st = daemon_settings(d);
	const char *path = st->password_blocklist;
	struct server *s = &d->core.server;
	char installed[PATH_MAX];

	if (texts_new(st->courier_messages, &s->texts, d->faults, sizeof(d->faults)) != 0)
		return -EM_E_CONFIG;
	if (consents_new(st->consent_texts, &s->consents, d->faults, sizeof(d->faults)) != 0)
		return -EM_E_CONFIG;
	if (daemon_load_pages(d, st) != 0)
		return -EM_E_CONFIG;
	if (!*path && program_find(EMAGE_DATADIR, BLOCKLIST_FILE, R_OK, installed))
		path = installed;
	if (blocklist_load(path, &s->blocklist) != 0)
		return daemon_fault(d, "password.blocklist", "not usable, see above");
	return 0;
}

static void
daemon_on_fatal(void *arg)
{
	struct daemon *d = arg;
	uint64_t one = 1;

	if (write(d->fatal_fd, &one, sizeof(one)) < 0)
		_exit(EXIT_FAILURE); /* nothing may be acknowledged any more */
}

static int
daemon_sweep(struct daemon *d)
{
	struct server *s = &d->core.server;
	struct store_conn *db;
	int rc = store_reader_new(s->store, &db);

	if (rc)
		return rc;
	/* a backup that was cut off: everything is in it, in the clear */
	(void)unlinkat(s->directory_fd, SERVER_COPY, 0);
	rc = media_sweep(s->media_fd, db);
	store_reader_free(&db);
	return rc;
}

int
daemon_open_store(struct daemon *d)
{
	const struct settings *st = daemon_settings(d);
	struct server *s = &d->core.server;
	char *path = mem_printf("%s/%s", st->storage_directory, SERVER_DATABASE);
	struct store_options o = {
	    .path = path,
	    .cache_bytes = st->storage_cache_mib * 1024 * 1024,
	    .queue_max = STORE_QUEUE_MAX,
	    .batch_max = STORE_BATCH_MAX,
	};
	int rc = store_open(&o, &s->store);

	if (rc) {
		daemon_fault(
		    d, path, rc == -EM_E_CONFIG ? "made by a newer version" : err_text(rc));
	} else {
		store_on_fatal(s->store, daemon_on_fatal, d);
		rc = purge_now(s->store, clock_now_ms(), daemon_settings(d)->courier_kept_days);
		if (!rc)
			rc = store_consents_chain(s->store, clock_now_ms());
		if (!rc)
			rc = daemon_sweep(d);
		if (rc)
			daemon_fault(d, path, err_text(rc));
	}
	free(path);
	return rc;
}

/* Each connection is a descriptor; the rest is for files and helpers. */
static void
daemon_check_descriptors(const struct settings *st)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 &&
	    files.rlim_cur < (rlim_t)st->limits_connections + DESCRIPTORS_KEPT)
		log_warn("limits.descriptors", "have=%llu connections=%lld",
		    (unsigned long long)files.rlim_cur, (long long)st->limits_connections);
}

struct admit_limits
daemon_admit_limits(const struct settings *st)
{
	return (struct admit_limits){
	    .connections = (unsigned)st->limits_connections,
	    .unauthenticated = (unsigned)st->limits_unauthenticated,
	    .per_source = (unsigned)st->limits_per_source,
	};
}

static void *
daemon_loop_thread(void *arg)
{
	struct loop *l = arg;
	struct daemon *d = (struct daemon *)l->core;
	uint64_t one = 1;

	loop_run(l);
	if (write(d->done_fd, &one, sizeof(one)) < 0)
		log_error("loop.end", "cause=\"%s\"", strerror(errno));
	return NULL;
}

int
daemon_start_loops(struct daemon *d)
{
	struct core *core = &d->core;
	unsigned n = daemon_n_threads(daemon_settings(d)->threads_io);

	core->loops = mem_new_array(n, sizeof(struct loop *));
	d->threads = mem_new_array(n, sizeof(pthread_t));
	for (; core->n_loops < n; core->n_loops++)
		if (loop_new(core, core->n_loops, d->tls, &core->loops[core->n_loops]) != 0)
			return daemon_fault(d, SERVER_DATABASE, "no connection for reading");
	for (unsigned i = 0; i < n; i++) {
		if (pthread_create(&d->threads[i], NULL, daemon_loop_thread, core->loops[i]) != 0)
			die("cannot start an io thread");
		pthread_setname_np(d->threads[i], "io");
		d->n_running++;
	}
	return 0;
}

void
daemon_start_pools(struct daemon *d)
{
	const struct settings *st = daemon_settings(d);
	struct admit_limits limits = daemon_admit_limits(st);

	daemon_check_descriptors(st);
	d->core.stages = stages_table;
	d->core.admit = admit_new(&limits);
	d->core.rates = rate_table_new();
	d->core.hash = work_pool_new(
	    "hash", daemon_n_threads(st->threads_hash), (unsigned)st->limits_hash_queue);
	d->core.media =
	    work_pool_new("media", daemon_n_threads(st->threads_imaging), MEDIA_QUEUE_MAX);
}
