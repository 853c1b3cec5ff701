/* SPDX-License-Identifier: MIT */
/*
 * An outbox full of messages, and the courier.
 */
#include "tests/lib/post.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ftw.h>
#include <sqlite3.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "proto/common.pb-c.h"
#include "server/courier_link.h"
#include "server/handle/message.h"
#include "server/settings.h"

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
	const struct store_patient_new n = {
	    .identifier = "WTM3RHWXHJ",
	    .civility = "Madame",
	    .given_name = "Camille",
	    .used_name = "FICTIVE",
	    .birth_name = "EXEMPLE",
	    .sex = "F",
	    .birth_date = 19750214,
	    .email = "camille@example.org",
	    .mobile = "+33600000042",
	    .language = "fr",
	    .temp_hash = "$temp$",
	    .ipp = "",
	    .ipp_authority = "",
	    .operator_name = "accueil",
	    .now_ms = clock_now_ms(),
	};
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
	clock = mem_printf("@%s/clock", p->folder);
	from.path = config;
	from.directory = p->folder;
	post_write(p, "emaged.conf", text);
	post_write(p, "clock", "0\n");
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

static int
post_remove(const char *path, const struct stat *st, int kind, struct FTW *w)
{
	(void)st;
	(void)kind;
	(void)w;
	return remove(path);
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
	nftw(p->folder, post_remove, 8, FTW_DEPTH | FTW_PHYS);
	free(p);
	*pp = NULL;
}

/* ------------------------------------------------------------------ messages */

struct post_adding {
	struct post *p;
	struct store_message m;
};

static int
post_run_add(struct store_conn *db, void *arg)
{
	struct post_adding *a = arg;
	uint64_t id;

	return store_outbox_add(db, &a->m, &id);
}

void
post_add(struct post *p, enum outbox_kind kind, int channel)
{
	struct arena *arena = arena_new(POST_ARENA_MAX);
	bool mobile = channel == EMAGE__CHANNEL__CHANNEL_MOBILE;
	struct post_adding a = {.p = p,
	    .m = {
		.kind = kind,
		.channel = channel,
		.account_id = p->account_id,
		.language = "fr",
		.subject = mobile ? "" : "Votre code d'accès e-mage",
		.created_at_ms = clock_now_ms(),
		.due_at_ms = clock_now_ms(),
	    }};

	if (kind == OUTBOX_CODE)
		a.m.expires_at_ms = a.m.created_at_ms + POST_EXPIRES_MS;
	a.m.address = arena_printf(arena, mobile ? "+336%08u" : "person%u@example.org", p->n);
	for (unsigned i = 0; i < 4; i++)
		a.m.key[i] = (uint8_t)(p->n >> (24 - 8 * i));
	a.m.body = message_seal(
	    &p->server.pepper, arena, &a.m, "Bonjour,\n\nVotre code d'accès e-mage : 1234 5678\n");
	post_must(store_run(p->server.store, post_run_add, &a) == 0, "outbox");
	p->n++;
	arena_free(&arena);
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

/* The child of this process that has become the program, 0 = none. */
static pid_t
post_child(void)
{
	DIR *proc = opendir("/proc");
	char path[300], comm[64], life;
	struct dirent *entry;
	int pid, parent;
	pid_t found = 0;
	FILE *f;

	while (proc && !found && (entry = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		f = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "re") : NULL;
		if (!f)
			continue;
		if (fscanf(f, "%d (%63[^)]) %c %d", &pid, comm, &life, &parent) == 4 &&
		    life != 'Z' && parent == getpid() && strcmp(comm, "emage-courier") == 0)
			found = pid;
		fclose(f);
	}
	if (proc)
		closedir(proc);
	return found;
}

pid_t
post_courier(const struct post *p)
{
	pid_t pid;

	(void)p;
	while ((pid = post_child()) == 0)
		sched_yield();
	return pid;
}

void
post_advance(struct post *p, int64_t ms)
{
	char text[32];

	p->shift_ms += ms;
	snprintf(text, sizeof(text), "%lld\n", (long long)p->shift_ms);
	post_write(p, "clock", text);
	courier_wake(p->server.courier);
}
