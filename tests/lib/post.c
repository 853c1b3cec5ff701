/* SPDX-License-Identifier: MIT */
/*
 * An outbox full of messages, and the courier.
 */
#include "tests/lib/post.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "proto/common.pb-c.h"
#include "server/courier_link.h"
#include "server/handle/message.h"
#include "server/settings.h"
#include "tests/lib/file.h"
#include "tests/lib/patient.h"

#define POST_ARENA_MAX	((size_t)1 << 20)
#define POST_EXPIRES_MS (INT64_C(3650) * 24 * 3600 * 1000)

static void
post_must(bool ok, const char *what)
{
	if (!ok)
		die("post: %s", what);
}

static void
post_write(const struct post *p, const char *name, const char *text)
{
	char *path = mem_printf("%s/%s", p->folder, name), *fresh = mem_printf("%s.new", path);
	FILE *f = fopen(fresh, "we");

	/* moved, so that nobody reads half of it */
	post_must(f && fputs(text, f) >= 0 && fclose(f) == 0 && rename(fresh, path) == 0, path);
	free(path);
	free(fresh);
}

/* -------------------------------------------------------------------- making */

static int
post_run_account(struct store_conn *db, void *arg)
{
	struct post *p = arg;
	const struct store_patient_new n = patient_new("WTM3RHWXHJ", clock_now_ms());
	uint64_t patient_id;

	return store_patient_add(db, &n, &patient_id, &p->account_id);
}

static void
post_open(struct post *p)
{
	char *path = mem_printf("%s/db", p->folder);
	struct store_options o = {
	    .path = path, .cache_bytes = (size_t)8 << 20, .queue_max = 1000, .batch_max = 64};

	post_must(store_open(&o, &p->server.store) == 0 &&
		      store_reader_new(p->server.store, &p->reader) == 0,
	    path);
	free(path);
	post_must(store_run(p->server.store, post_run_account, p) == 0, "account");
}

struct post *
post_new(const char *settings)
{
	struct post *p = mem_new(sizeof(*p));
	char *config, *clock, *text = mem_printf("[courier]\n%s", settings), faults[512];
	struct settings_source from = {.must_exist = true};

	snprintf(p->folder, sizeof(p->folder), "/tmp/emage-post-XXXXXX");
	post_must(mkdtemp(p->folder) != NULL, p->folder);
	config = mem_printf("%s/emaged.conf", p->folder);
	clock = mem_printf("%s/time", p->folder);
	post_must(mkdir(clock, 0755) == 0, clock);
	free(clock);
	clock = mem_printf("@%s/time/clock", p->folder);
	from.path = config;
	from.directory = p->folder;
	post_write(p, "emaged.conf", text);
	post_write(p, "time/clock", "0\n");
	setenv("EMAGE_TEST_CLOCK", clock, 1);
	setenv("EMAGE_LIBEXEC", getenv("EMAGE_BUILD"), 1);
	if (settings_load(&from, &p->settings, faults, sizeof(faults)) != 0)
		die("post: %s", faults);
	p->server.settings = p->settings;
	p->server.pepper = secret_new(32);
	post_open(p);
	free(config);
	free(clock);
	free(text);
	return p;
}

void
post_free(struct post **pp)
{
	struct post *p = *pp;

	post_stop(p);
	store_reader_free(&p->reader);
	store_close(&p->server.store);
	settings_free(&p->settings);
	secret_free(&p->server.pepper);
	unsetenv("EMAGE_TEST_CLOCK");
	file_remove_all(p->folder);
	free(p);
	*pp = NULL;
}

/* ------------------------------------------------------------------ messages */

struct post_adding {
	struct post *p;
	unsigned n;
	enum outbox_kind kind;
	int channel;
};

static int
post_add_one(struct store_conn *db, const struct post_adding *a)
{
	struct arena *arena = arena_new(POST_ARENA_MAX);
	bool mobile = a->channel == EMAGE__CHANNEL__CHANNEL_MOBILE;
	struct post *p = a->p;
	struct store_message m = {
	    .kind = a->kind,
	    .channel = a->channel,
	    .account_id = p->account_id,
	    .address = arena_printf(arena, mobile ? "+336%08u" : "person%u@example.org", p->n),
	    .language = "fr",
	    .subject = mobile ? "" : "Votre code d'accès e-mage",
	    .created_at_ms = clock_now_ms(),
	    .due_at_ms = clock_now_ms(),
	};
	uint64_t id;
	int rc;

	if (a->kind == OUTBOX_CODE)
		m.expires_at_ms = m.created_at_ms + POST_EXPIRES_MS;
	for (unsigned i = 0; i < 4; i++)
		m.key[i] = (uint8_t)(p->n >> (24 - 8 * i));
	p->n++;
	m.body = message_seal(
	    &p->server.pepper, arena, &m, "Bonjour,\n\nVotre code d'accès e-mage : 1234 5678\n");
	rc = store_outbox_add(db, &m, &id);
	arena_free(&arena);
	return rc;
}

static int
post_run_add(struct store_conn *db, void *arg)
{
	const struct post_adding *a = arg;
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < a->n; i++)
		rc = post_add_one(db, a);
	return rc;
}

void
post_add(struct post *p, unsigned n, enum outbox_kind kind, int channel)
{
	struct post_adding a = {.p = p, .n = n, .kind = kind, .channel = channel};

	post_must(store_run(p->server.store, post_run_add, &a) == 0, "outbox");
	courier_wake(p->server.courier);
}

unsigned
post_n_waiting(struct post *p)
{
	uint32_t n = 0;

	post_must(
	    store_reader_begin(p->reader) == 0 && store_outbox_count(p->reader, &n) == 0, "outbox");
	store_reader_end(p->reader);
	return n;
}

bool
post_has_due(struct post *p)
{
	struct arena *arena = arena_new(POST_ARENA_MAX);
	struct store_message m;
	unsigned n = 0;

	post_must(store_reader_begin(p->reader) == 0, "outbox");
	for (int kind = OUTBOX_CODE; n == 0 && kind <= OUTBOX_NOTICE; kind++)
		for (int channel = 1; n == 0 && channel <= EMAGE__CHANNEL__CHANNEL_MOBILE;
		     channel++)
			post_must(store_outbox_due(p->reader, arena, (enum outbox_kind)kind,
				      channel, clock_now_ms(), &m, 1, &n) == 0,
			    "outbox");
	store_reader_end(p->reader);
	arena_free(&arena);
	return n > 0;
}

bool
post_was_sent(struct post *p, uint32_t number, uint32_t *n_tries_r)
{
	char *path = mem_printf("%s/db", p->folder);
	sqlite3_stmt *s = NULL;
	sqlite3 *db = NULL;
	bool sent;

	post_must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
		      sqlite3_prepare_v2(db,
			  "SELECT state = 1, n_tries FROM outbox WHERE hex(substr(key, 1, 4)) ="
			  " printf('%08X', ?)",
			  -1, &s, NULL) == SQLITE_OK &&
		      sqlite3_bind_int64(s, 1, number) == SQLITE_OK &&
		      sqlite3_step(s) == SQLITE_ROW,
	    path);
	sent = sqlite3_column_int(s, 0) != 0;
	*n_tries_r = (uint32_t)sqlite3_column_int64(s, 1);
	sqlite3_finalize(s);
	sqlite3_close(db);
	free(path);
	return sent;
}

/* ------------------------------------------------------------------- courier */

void
post_start(struct post *p)
{
	post_must(courier_link_new(&p->server, &p->server.courier) == 0, "courier");
}

void
post_stop(struct post *p)
{
	courier_link_free(&p->server.courier);
}

pid_t
post_courier(const struct post *p)
{
	pid_t pid;

	while ((pid = courier_pid(p->server.courier)) == 0)
		sched_yield();
	return pid;
}

void
post_advance(struct post *p, int64_t ms)
{
	char text[32];

	p->shift_ms += ms;
	snprintf(text, sizeof(text), "%lld\n", (long long)p->shift_ms);
	post_write(p, "time/clock", text);
	courier_wake(p->server.courier);
}
