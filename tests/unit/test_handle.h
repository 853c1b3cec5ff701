/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_HANDLE_H
#define EMAGE_TESTS_UNIT_TEST_HANDLE_H

#include <fcntl.h>
#include <ftw.h>
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

#include "common/err.h"
#include "common/log.h"
#include "common/secret.h"
#include "proto/admin.pb-c.h"
#include "proto/common.pb-c.h"
#include "proto/exam.pb-c.h"
#include "proto/session.pb-c.h"
#include "server/courier_link.h"
#include "server/handle.h"
#include "server/handle/message.h"
#include "server/handle/texts.h"
#include "server/imaging_pool.h"
#include "server/policy/password.h"
#include "server/registry.h"
#include "server/server.h"
#include "server/stages.h"

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
	c->err = c->rc != 0 ? -c->rc : c->rq.refuse;
	c->rq.result = c->rc;
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
	place_settings(p);
	place_blocklist(p);
	place_open_store(p);
	*state = p;
	return 0;
}

static inline int
place_remove(const char *path, const struct stat *st, int kind, struct FTW *w)
{
	(void)st;
	(void)kind;
	(void)w;
	return remove(path);
}

static inline int
place_teardown(void **state)
{
	struct place *p = *state;

	if (world.attached != NULL)
		world.attached_release(world.attached);
	place_close_store(p);
	texts_free(&p->server.texts);
	blocklist_free(&p->server.blocklist);
	secret_free(&p->server.pepper);
	(void)close(p->server.media_fd);
	(void)close(p->server.directory_fd);
	assert_int_equal(nftw(p->dir, place_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
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

/* ------------------------------------------------------------- the outbox */

struct posted {
	unsigned n; /* waiting in all */
	struct store_message newest;
	char body[2048]; /* of the newest, opened */
	char code[9];
};

static inline void
place_read_code(struct posted *r)
{
	const char *s = strpbrk(r->body, "0123456789");

	assert_non_null(s);
	assert_true(strlen(s) > 9 && s[4] == ' ');
	(void)snprintf(r->code, sizeof(r->code), "%.4s%.4s", s, s + 5);
}

/* What the courier would find now. Strings of `newest` are gone after. */
static inline struct posted
place_posted(struct place *p)
{
	struct arena *a = arena_new(1 << 20);
	struct store_message m[32];
	struct posted r = {.n = 0};
	char *body = NULL;

	assert_int_equal(store_reader_begin(p->reader), 0);
	assert_int_equal(store_outbox_due(p->reader, a, p->now_ms, m, 32, &r.n), 0);
	store_reader_end(p->reader);
	if (r.n > 0) {
		r.newest = m[r.n - 1];
		assert_int_equal(message_open(&p->server.pepper, a, &r.newest, &body), 0);
		(void)snprintf(r.body, sizeof(r.body), "%s", body);
		place_read_code(&r);
	}
	arena_free(&a);
	return r;
}

/* --------------------------------------------------------------- patients */

struct person {
	char identifier[32];
	char temporary[32];
	uint64_t patient_id;
};

static inline struct caller
caller_operator(void)
{
	return (struct caller){.phase = PH_O,
	    .role = EMAGE__ROLE__ROLE_OPERATOR,
	    .kind = EMAGE__CLIENT_KIND__CLIENT_KIND_SCRIPT,
	    .language = "fr",
	    .source = {.local = true, .uid = 12}};
}

/* A connection that has said hello; `n` tells connections apart. */
static inline struct caller
caller_new(int kind, uint8_t n)
{
	struct caller who = {.phase = PH_A, .kind = kind, .language = "fr", .conn_id = n};

	memset(who.binding, n, sizeof(who.binding));
	who.source.trusted = kind == EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK;
	return who;
}

static inline Emage__AdminPatientAddRequest
person_request(const char *ipp)
{
	Emage__AdminPatientAddRequest m = EMAGE__ADMIN_PATIENT_ADD_REQUEST__INIT;

	m.civility = (char *)(uintptr_t) "Madame";
	m.given_name = (char *)(uintptr_t) "Camille";
	m.used_name = (char *)(uintptr_t) "Fictive-Éxemple";
	m.birth_name = (char *)(uintptr_t) "Exemple";
	m.birth_date = 19750214;
	m.sex = (char *)(uintptr_t) "F";
	m.email = (char *)(uintptr_t) "camille@exemple.invalid";
	m.mobile = (char *)(uintptr_t) "+33600000042";
	m.language = (char *)(uintptr_t) "fr";
	m.ipp = (char *)(uintptr_t)ipp;
	m.ipp_authority = (char *)(uintptr_t)(ipp[0] != '\0' ? "HOPITAL-ESSAI" : "");
	m.operator_name = (char *)(uintptr_t) "accueil";
	return m;
}

static inline struct person
person_add(struct place *p, const char *ipp)
{
	Emage__AdminPatientAddRequest m = person_request(ipp);
	struct caller op = caller_operator();
	struct call c = {.n_replies = 0};
	struct person person = {.patient_id = 0};
	const Emage__AdminPatientAddReply *reply;

	call_begin(&c, p, &op, METHOD_admin_patient_add, &m);
	assert_int_equal(c.err, 0);
	reply = c.rq.reply;
	(void)snprintf(person.identifier, sizeof(person.identifier), "%s", reply->identifier);
	(void)snprintf(person.temporary, sizeof(person.temporary), "%s", reply->temporary_password);
	person.patient_id = reply->patient_id;
	call_end(&c);
	return person;
}

static inline int
person_password(struct place *p, struct caller *who, const char *identifier, const char *password)
{
	Emage__AuthPasswordRequest m = EMAGE__AUTH_PASSWORD_REQUEST__INIT;

	m.identifier = (char *)(uintptr_t)identifier;
	m.password = (char *)(uintptr_t)password;
	return call_once(p, who, METHOD_auth_password, &m);
}

static inline int
person_code(struct place *p, struct caller *who, const char *code)
{
	Emage__AuthCodeRequest m = EMAGE__AUTH_CODE_REQUEST__INIT;

	m.code = (char *)(uintptr_t)code;
	return call_once(p, who, METHOD_auth_code, &m);
}

static inline int
person_new_password(struct place *p, struct caller *who, const char *password)
{
	Emage__AuthNewPasswordRequest m = EMAGE__AUTH_NEW_PASSWORD_REQUEST__INIT;

	m.password = (char *)(uintptr_t)password;
	return call_once(p, who, METHOD_auth_new_password, &m);
}

/* Both steps, with what the outbox holds. */
static inline void
person_sign_in(struct place *p, struct caller *who, const char *identifier, const char *password)
{
	assert_int_equal(person_password(p, who, identifier, password), 0);
	assert_int_equal(person_code(p, who, place_posted(p).code), 0);
}

/* A person with a password of her own. */
#define OWN_PASSWORD "sept pommes vertes"
static inline struct person
person_settled(struct place *p, const char *ipp)
{
	struct person person = person_add(p, ipp);
	struct caller who = caller_new(EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL, 200);

	person_sign_in(p, &who, person.identifier, person.temporary);
	assert_int_equal(who.phase, PH_T);
	assert_int_equal(person_new_password(p, &who, OWN_PASSWORD), 0);
	assert_int_equal(who.phase, PH_A);
	return person;
}

#endif
