/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_HANDLE_H
#define EMAGE_TESTS_UNIT_TEST_HANDLE_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "common/err.h"
#include "common/log.h"
#include "common/secret.h"
#include "proto/admin.pb-c.h"
#include "proto/common.pb-c.h"
#include "proto/exam.pb-c.h"
#include "proto/session.pb-c.h"
#include "server/handle/pwhash.h"
#include "server/courier_link.h"
#include "server/handle.h"
#include "server/handle/consents.h"
#include "server/handle/message.h"
#include "server/handle/texts.h"
#include "server/imaging_pool.h"
#include "server/policy/password.h"
#include "server/registry.h"
#include "server/server.h"
#include "server/stages.h"
#include "tests/lib/file.h"

/*
 * Argon2id with the least memory wherever today's parameters are asked for: a
 * test signs in many times over and asks what became of it, not what it costs.
 * What other parameters a row has stays; the server as it is runs in tests/wire.
 */
int
crypto_pwhash(unsigned char *const out, unsigned long long out_len, const char *const text,
    unsigned long long text_len, const unsigned char *const salt, unsigned long long ops,
    size_t mem_bytes, int alg)
{
	if (ops == PWHASH_OPS && mem_bytes == (size_t)PWHASH_MEM_KIB * 1024) {
		ops = crypto_pwhash_argon2id_OPSLIMIT_MIN;
		mem_bytes = crypto_pwhash_argon2id_MEMLIMIT_MIN;
	}
	return crypto_pwhash_argon2id(out, out_len, text, text_len, salt, ops, mem_bytes, alg);
}

/*
 * Handlers without the server around them: a real store and a real media
 * folder, connections that are no more than their `struct caller`, and a clock
 * that the test moves. Every request goes through all its stages in order,
 * with the writes on the writer thread.
 */
struct place {
	char dir[64];
	struct server server;
	struct settings settings;
	struct store_conn *reader;
	int64_t now_ms;
};

#define PLACE_NOW_MS INT64_C(1480000000000)

/* What a handler did to the world outside the store. */
static struct {
	unsigned n_wakes;
	uint64_t ended[16]; /* sessions, through the registry */
	unsigned n_ended;
	uint64_t ended_account;
	uint64_t shut_out_account, shut_out_patient;
	uint32_t cancelled_stream;
	void *attached;
	void (*attached_release)(void *data);
} world;

/* ------------------------------------------- the server's side, in brief */

void
request_refuse(
    struct request *rq, int err, const char *field, uint32_t retry_after_s, uint32_t tries_left)
{
	rq->refuse = err;
	rq->refuse_field = field;
	rq->retry_after_s = retry_after_s;
	rq->tries_left = tries_left;
}

void *
request_attached(struct request *rq)
{
	(void)rq;
	return world.attached;
}

void
request_attach(struct request *rq, void *data, void (*release)(void *data))
{
	(void)rq;
	world.attached = data;
	world.attached_release = release;
}

bool
request_cancel_stream(struct request *rq, uint32_t id)
{
	(void)rq;
	world.cancelled_stream = id;
	return true;
}

void
courier_wake(struct courier_link *c)
{
	(void)c;
	world.n_wakes++;
}

bool
courier_is_up(const struct courier_link *c)
{
	return c != NULL;
}

unsigned
imaging_up(const struct imaging_pool *p)
{
	return p == NULL ? 0 : 2;
}

void
registry_end_session(uint64_t session_id)
{
	assert_true(world.n_ended < ARRAY_LEN(world.ended));
	world.ended[world.n_ended++] = session_id;
}

void
registry_end_account(uint64_t account_id, uint64_t except_session_id)
{
	(void)except_session_id;
	world.ended_account = account_id;
}

void
registry_shut_out(uint64_t account_id, uint64_t patient_id)
{
	world.shut_out_account = account_id;
	world.shut_out_patient = patient_id;
}

/* --------------------------------------------------------------- requests */

/* One request from beginning to end. */
struct call {
	struct place *place;
	struct caller *who;
	struct request rq;
	int rc;	 /* as the dispatcher sees it: 0 also when refused */
	int err; /* positive, what goes out; 0 = a reply */
	/* streams: each reply, while it is there */
	void (*on_reply)(struct call *c, const void *reply);
	void *arg;
	unsigned n_replies;
};

static inline int
call_on_writer(struct store_conn *db, void *arg)
{
	struct call *c = arg;

	return stages_table[method_index(c->rq.method)].write(&c->rq, db);
}

static inline void *
call_new_reply(struct arena *a, const struct method *m)
{
	ProtobufCMessage *reply = arena_alloc(a, m->reply->sizeof_message);

	assert_non_null(reply);
	protobuf_c_message_init(m->reply, reply);
	return reply;
}

static inline void
call_stream(struct call *c, const struct stages *s)
{
	struct arena *own = c->rq.arena, *brief = arena_new(1 << 20);

	do {
		c->rq.arena = brief;
		c->rq.more = false;
		c->rq.reply = call_new_reply(brief, c->rq.method);
		c->rc = s->next(&c->rq);
		c->rq.arena = own;
		if (c->rc == 0) {
			c->n_replies++;
			if (c->on_reply != NULL)
				c->on_reply(c, c->rq.reply);
		}
		arena_reset(brief);
	} while (c->rc == 0 && c->rq.more);
	arena_free(&brief);
}

static inline void
call_stages(struct call *c)
{
	const struct stages *s = &stages_table[method_index(c->rq.method)];

	c->rc = s->check(&c->rq);
	if (c->rc == 0 && s->local)
		c->rc = s->local(&c->rq);
	if (c->rc == 0 && s->read) {
		assert_int_equal(store_reader_begin(c->place->reader), 0);
		c->rc = s->read(&c->rq, c->place->reader);
		store_reader_end(c->place->reader);
	}
	if (c->rc == 0 && s->work)
		c->rc = s->work(&c->rq);
	if (c->rc == 0 && s->write && !c->rq.recorded)
		c->rc = store_run(c->place->server.store, call_on_writer, c);
	if (c->rc == 0 && c->rq.refuse == 0 && s->next)
		call_stream(c, s);
}

/* What the connection becomes, as handle.h says. */
static inline void
call_change(struct caller *who, const struct change *ch)
{
	if (ch->opened_exam_id != 0)
		who->opened_exam_id = ch->opened_exam_id;
	if (ch->phase == 0)
		return;
	if (ch->kind != 0)
		who->kind = ch->kind;
	if (ch->language[0] != '\0')
		memcpy(who->language, ch->language, sizeof(who->language));
	who->phase = ch->phase;
	who->role = ch->role;
	who->account_id = ch->account_id;
	who->patient_id = ch->patient_id;
	who->session_id = ch->session_id;
	who->session_generation = ch->session_generation;
	who->challenge_id = ch->challenge_id;
	who->idle_limit_ms = ch->idle_limit_ms;
	who->ends_at_ms = ch->ends_at_ms;
	if (ch->phase != PH_O)
		who->opened_exam_id = 0;
}

/* call_end() frees it. The method must exist in the caller's phase. */
static inline void
call_begin(
    struct call *c, struct place *p, struct caller *who, enum method_index m, const void *msg)
{
	const struct method *method = method_at((unsigned)m);

	assert_true(method->phases & (unsigned)who->phase);
	c->place = p;
	c->who = who;
	c->rq = (struct request){
	    .method = method,
	    .server = &p->server,
	    .arena = arena_new(1 << 20),
	    .msg = msg,
	    .caller = *who,
	    .now_ms = p->now_ms,
	    .id = 7,
	};
	c->rq.reply = call_new_reply(c->rq.arena, method);
	call_stages(c);
	c->rq.result = c->rc;
	c->err = c->rc != 0 ? -c->rc : c->rq.refuse;
	if (c->rc == 0)
		call_change(who, &c->rq.change);
}

static inline void
call_end(struct call *c)
{
	if (c->rq.cleanup != NULL)
		c->rq.cleanup(&c->rq);
	arena_free(&c->rq.arena);
}

/* A request whose reply does not matter; what it was answered with. */
static inline int
call_once(struct place *p, struct caller *who, enum method_index m, const void *msg)
{
	struct call c = {.n_replies = 0};

	call_begin(&c, p, who, m, msg);
	call_end(&c);
	return c.err;
}

/* The error as it would leave, packed. */
static inline size_t
call_error_bytes(const struct call *c, uint8_t out_r[128])
{
	Emage__Error e = EMAGE__ERROR__INIT;

	e.code = (uint32_t)c->err;
	if (c->rq.refuse_field != NULL)
		e.field = (char *)(uintptr_t)c->rq.refuse_field;
	e.retry_after_s = c->rq.retry_after_s;
	e.tries_left = c->rq.tries_left;
	assert_true(emage__error__get_packed_size(&e) <= 128);
	return emage__error__pack(&e, out_r);
}

/* --------------------------------------------------------------- the place */

static inline void
place_open_store(struct place *p)
{
	char path[96];
	struct store_options o = {
	    .path = path, .cache_bytes = 1 << 20, .queue_max = 1000, .batch_max = 64};

	(void)snprintf(path, sizeof(path), "%s/emage.db", p->dir);
	assert_int_equal(store_open(&o, &p->server.store), 0);
	assert_int_equal(store_reader_new(p->server.store, &p->reader), 0);
}

static inline void
place_close_store(struct place *p)
{
	store_reader_free(&p->reader);
	store_close(&p->server.store);
}

/* As a restart of the server: nothing but the store is left. */
static inline void
place_restart(struct place *p)
{
	place_close_store(p);
	place_open_store(p);
}

static inline void
place_settings(struct place *p)
{
	p->settings = (struct settings){
	    .region_name = (char *)(uintptr_t) "Région d'essai",
	    .region_support = (char *)(uintptr_t) "aide@exemple.invalid",
	    .password_min_chars = 12,
	    .code_lifetime_s = 900,
	    .code_resend_s = 60,
	    .session_kiosk_idle_s = 120,
	    .session_terminal_idle_s = 600,
	    .session_kiosk_total_s = 900,
	    .session_terminal_total_s = 3600,
	    .desk_letter_hold_h = 72,
	    .imaging_release = (char *)(uintptr_t) "report",
	};
	atomic_store(&p->server.settings, &p->settings);
}

static inline void
place_blocklist(struct place *p)
{
	char path[96];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/blocklist", p->dir);
	f = fopen(path, "we");
	assert_non_null(f);
	(void)fputs("motdepasse2016\nsoleil soleil\n", f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(blocklist_load(path, &p->server.blocklist), 0);
}

static inline int
place_setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	char err[256];

	assert_non_null(p);
	secret_setup();
	log_set(0, false);
	memset(&world, 0, sizeof(world));
	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/emage-handle-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	p->now_ms = PLACE_NOW_MS;
	p->server.pepper = secret_from("0123456789abcdef0123456789abcdef", 32);
	p->server.directory_fd = open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(p->server.directory_fd, "media", 0700), 0);
	p->server.media_fd =
	    openat(p->server.directory_fd, "media", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(p->server.media_fd >= 0);
	/* never looked into: their functions are replaced above */
	p->server.courier = (struct courier_link *)p;
	p->server.imaging = (struct imaging_pool *)p;
	assert_int_equal(texts_new(NULL, &p->server.texts, err, sizeof(err)), 0);
	assert_int_equal(consents_new(NULL, &p->server.consents, err, sizeof(err)), 0);
	place_settings(p);
	place_blocklist(p);
	place_open_store(p);
	*state = p;
	return 0;
}

static inline int
place_teardown(void **state)
{
	struct place *p = *state;

	if (world.attached != NULL)
		world.attached_release(world.attached);
	place_close_store(p);
	texts_free(&p->server.texts);
	consents_free(&p->server.consents);
	blocklist_free(&p->server.blocklist);
	secret_free(&p->server.pepper);
	(void)close(p->server.media_fd);
	(void)close(p->server.directory_fd);
	assert_int_equal(file_remove_all(p->dir), 0);
	free(p);
	return 0;
}

/* ------------------------------------------------------------- the writer */

/* A function on the writer, for what no method does. */
struct place_write {
	int (*run)(struct store_conn *db, struct place *p, void *arg);
	struct place *place;
	void *arg;
};

static inline int
place_on_writer(struct store_conn *db, void *arg)
{
	struct place_write *w = arg;

	return w->run(db, w->place, w->arg);
}

static inline int
place_write(
    struct place *p, int (*run)(struct store_conn *db, struct place *p, void *arg), void *arg)
{
	struct place_write w = {.run = run, .place = p, .arg = arg};

	return store_run(p->server.store, place_on_writer, &w);
}

#endif
