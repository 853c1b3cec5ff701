/* SPDX-License-Identifier: MIT */
/*
 * The outbox and the courier process: due rows are handed over one by one and
 * marked with what became of them.
 */
#include "server/courier_link.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <sodium.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/wirecheck.h"
#include "db/store.h"
#include "proto/common.pb-c.h"
#include "proto/internal.pb-c.h"
#include "server/handle/message.h"
#include "server/helper.h"
#include "server/server.h"

#define BATCH		 16
#define ARENA_MAX	 (1024u * 1024)
#define FRAME_BUF_MAX	 (FRAME_HEADER_LEN + FRAME_BODY_MAX)
#define ANSWER_MAX_MS	 30000
#define BACKOFF_FIRST_MS 2000
#define BACKOFF_MAX_MS	 600000
#define RESTART_FIRST_MS 100
#define RESTART_MAX_MS	 30000
/* The outbox is looked at this often even if nobody said that there is work. */
#ifdef EMAGE_TESTING
#define LOOK_MAX_MS 100 /* a test moves the clock without saying so */
#else
#define LOOK_MAX_MS 60000
#endif

struct courier_link {
	struct server *server;
	pthread_t thread;
	int wake_fd;
	atomic_bool up, stopping;
	/* the thread's own */
	struct store_conn *db;
	struct arena *arena;
	struct helper helper;
	uint32_t next_id;
	unsigned n_deaths; /* since a message last got through */
	int64_t restart_at_ms;
	int64_t look_at_ms; /* when the next row is due */
};

int64_t
courier_backoff_ms(uint32_t n_tries, uint32_t chance)
{
	int64_t wait_ms = BACKOFF_FIRST_MS;

	for (; n_tries > 1 && wait_ms < BACKOFF_MAX_MS; n_tries--)
		wait_ms *= 2;
	if (wait_ms > BACKOFF_MAX_MS)
		wait_ms = BACKOFF_MAX_MS;
	return wait_ms - wait_ms / 4 + (int64_t)((uint64_t)chance * (uint64_t)(wait_ms / 2) >> 32);
}

/* --------------------------------------------------------------- process */

static void
courier_lost(struct courier_link *c)
{
	int64_t wait_ms = RESTART_FIRST_MS;

	atomic_store(&c->up, false);
	helper_end(&c->helper);
	for (unsigned i = 0; i < c->n_deaths && wait_ms < RESTART_MAX_MS; i++)
		wait_ms *= 2;
	c->n_deaths++;
	c->restart_at_ms = clock_boot_ms() + (wait_ms < RESTART_MAX_MS ? wait_ms : RESTART_MAX_MS);
	server_count(c->server, helper_restarts);
	log_warn("courier.lost", "deaths=%u", c->n_deaths);
}

static void
courier_start(struct courier_link *c)
{
	const struct settings *st = server_settings(c->server);
	const char *args[] = {st->courier_backend, st->courier_maildir, NULL};

	if (helper_start(&c->helper, "emage-courier", args) != 0) {
		courier_lost(c);
		return;
	}
	atomic_store(&c->up, true);
	log_info("courier.started", "pid=%d", (int)c->helper.pid);
}

/* -------------------------------------------------------------- messages */

static const char *
courier_channel(int channel)
{
	return channel == EMAGE__CHANNEL__CHANNEL_MOBILE ? "mobile" : "email";
}

/* What became of a message. `gone`: the process, not the message, failed. */
struct outcome {
	bool sent, permanent, gone;
};

static int
courier_pack(struct courier_link *c, const struct store_message *m, char *body, struct buf *out)
{
	Emage__CourierSendRequest rq = EMAGE__COURIER_SEND_REQUEST__INIT;
	char key[2 * sizeof(m->key) + 1];

	sodium_bin2hex(key, sizeof(key), m->key, sizeof(m->key));
	rq.outbox_id = m->outbox_id;
	rq.channel = (char *)(uintptr_t)courier_channel(m->channel);
	rq.address = (char *)(uintptr_t)m->address;
	rq.subject = (char *)(uintptr_t)m->subject;
	rq.body = body;
	rq.idempotency_key = key;
	rq.expires_at_ms = m->expires_at_ms;
	rq.from = server_settings(c->server)->courier_from;
	return frame_append(out, HELPER_METHOD, 0, ++c->next_id, &rq.base);
}

static int
courier_answer(struct courier_link *c, struct outcome *o_r)
{
	Emage__CourierSendReply *reply;
	struct frame f;
	const char *field;
	int rc;

	rc = helper_receive(&c->helper, clock_boot_ms() + ANSWER_MAX_MS, &f);
	if (rc)
		return rc;
	if (f.id != c->next_id || f.flags != FRAME_REPLY ||
	    wirecheck(&emage__courier_send_reply__descriptor, f.body, f.body_len, &field) != 0)
		return -EM_E_PROTOCOL;
	reply = emage__courier_send_reply__unpack(NULL, f.body_len, f.body);
	if (!reply)
		return -EM_E_PROTOCOL;
	o_r->sent = reply->sent;
	o_r->permanent = reply->permanent;
	if (!reply->sent)
		log_warn("courier.refused", "permanent=%d reason=\"%s\"", reply->permanent,
		    reply->reason);
	emage__courier_send_reply__free_unpacked(reply, NULL);
	return 0;
}

static void
courier_send(struct courier_link *c, const struct store_message *m, struct outcome *o_r)
{
	struct buf out;
	char *body = NULL;
	int rc;

	*o_r = (struct outcome){.sent = false};
	rc = message_open(&c->server->pepper, c->arena, m, &body);
	if (rc) {
		/* not sealed by this key: it never will be */
		log_error("courier.message", "error=%s", err_name(rc));
		o_r->permanent = rc == -EM_E_INVALID;
		return;
	}
	buf_init(&out, FRAME_BUF_MAX);
	rc = courier_pack(c, m, body, &out);
	if (rc) {
		o_r->permanent = true;
	} else {
		rc = helper_send(&c->helper, &out, NULL, 0, clock_boot_ms() + ANSWER_MAX_MS);
		if (!rc)
			rc = courier_answer(c, o_r);
		o_r->gone = rc != 0;
	}
	buf_release(&out);
}

struct mark {
	uint64_t outbox_id;
	enum outbox_state state;
	uint32_t n_tries;
	int64_t due_at_ms;
};

static int
courier_run_mark(struct store_conn *db, void *arg)
{
	const struct mark *m = arg;

	return store_outbox_mark(db, m->outbox_id, m->state, m->n_tries, m->due_at_ms);
}

static int
courier_mark(struct courier_link *c, const struct store_message *m, const struct outcome *o)
{
	struct mark mark = {
	    .outbox_id = m->outbox_id,
	    .n_tries = m->n_tries + 1,
	    .due_at_ms = m->due_at_ms,
	};

	if (o->sent) {
		mark.state = OUTBOX_SENT;
		server_count(c->server, messages_sent);
	} else if (o->permanent) {
		mark.state = OUTBOX_DROPPED;
		server_count(c->server, messages_failed);
	} else {
		mark.state = OUTBOX_WAITING;
		mark.due_at_ms =
		    clock_now_ms() + courier_backoff_ms(mark.n_tries, randombytes_random());
	}
	return store_run(c->server->store, courier_run_mark, &mark);
}

/* false: what became of it could not be kept. */
static bool
courier_handle(struct courier_link *c, const struct store_message *m)
{
	struct outcome o = {.permanent = true};
	bool expired = m->expires_at_ms && clock_now_ms() >= m->expires_at_ms;

	if (!expired)
		courier_send(c, m, &o);
	if (o.gone)
		courier_lost(c);
	else if (o.sent)
		c->n_deaths = 0;
	if (courier_mark(c, m, &o) == 0)
		return true;
	/* it is tried again; its key keeps it from arriving twice */
	log_warn("courier.mark", "result=failed");
	c->look_at_ms = clock_now_ms() + BACKOFF_FIRST_MS;
	return false;
}

/* Hands over what is due. Whether more may be due at once. */
static bool
courier_work(struct courier_link *c)
{
	struct store_message due[BATCH];
	unsigned n = 0;
	int64_t next_ms = 0;
	bool kept = true;
	int rc;

	rc = store_reader_begin(c->db);
	if (!rc)
		rc = store_outbox_due(c->db, c->arena, clock_now_ms(), due, BATCH, &n);
	if (!rc)
		rc = store_outbox_next_due(c->db, &next_ms);
	store_reader_end(c->db);
	c->look_at_ms = next_ms;
	if (rc) {
		log_warn("courier.outbox", "error=%s", err_name(rc));
		c->look_at_ms = clock_now_ms() + BACKOFF_FIRST_MS;
		n = 0;
	}
	for (unsigned i = 0; i < n && kept && c->helper.pid && !atomic_load(&c->stopping); i++)
		kept = courier_handle(c, &due[i]);
	arena_reset(c->arena);
	return !rc && n > 0 && kept;
}

/* ---------------------------------------------------------------- thread */

static int
courier_wait_ms(const struct courier_link *c)
{
	int64_t wait_ms = LOOK_MAX_MS, left_ms = LOOK_MAX_MS;

	if (!c->helper.pid)
		left_ms = c->restart_at_ms - clock_boot_ms();
	else if (c->look_at_ms)
		left_ms = c->look_at_ms - clock_now_ms();
	if (left_ms < wait_ms)
		wait_ms = left_ms;
	return wait_ms < 1 ? 1 : (int)wait_ms;
}

/* Until there is work, the process ends, or it is time for something. */
static void
courier_wait(struct courier_link *c)
{
	struct pollfd p[2] = {
	    {.fd = c->wake_fd, .events = POLLIN},
	    {.fd = c->helper.pid ? c->helper.fd : -1, .events = POLLIN},
	};
	uint64_t count;

	if (poll(p, 2, courier_wait_ms(c)) < 0)
		return;
	if (p[0].revents && read(c->wake_fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		log_warn("courier.wake", "cause=\"%s\"", strerror(errno));
	/* it says nothing unasked: this is its end */
	if (p[1].revents)
		courier_lost(c);
}

static void *
courier_thread(void *arg)
{
	struct courier_link *c = arg;

	while (!atomic_load(&c->stopping)) {
		bool more = false;

		if (!c->helper.pid && clock_boot_ms() >= c->restart_at_ms)
			courier_start(c);
		if (c->helper.pid)
			more = courier_work(c);
		if (!more || !c->helper.pid)
			courier_wait(c);
	}
	helper_end(&c->helper);
	return NULL;
}

void
courier_wake(struct courier_link *c)
{
	uint64_t one = 1;

	if (c && write(c->wake_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		log_warn("courier.wake", "cause=\"%s\"", strerror(errno));
}

bool
courier_is_up(const struct courier_link *c)
{
	return c && atomic_load(&c->up);
}

int
courier_link_new(struct server *server, struct courier_link **c_r)
{
	struct courier_link *c = mem_new(sizeof(*c));

	c->server = server;
	c->helper.fd = -1;
	c->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (c->wake_fd < 0 || store_reader_new(server->store, &c->db) != 0) {
		if (c->wake_fd >= 0)
			close(c->wake_fd);
		free(c);
		return -EM_E_IO;
	}
	c->arena = arena_new(ARENA_MAX);
	if (pthread_create(&c->thread, NULL, courier_thread, c) != 0)
		die("cannot start the courier's thread");
	pthread_setname_np(c->thread, "courier");
	*c_r = c;
	return 0;
}

void
courier_link_free(struct courier_link **link)
{
	struct courier_link *c = *link;

	if (!c)
		return;
	atomic_store(&c->stopping, true);
	courier_wake(c);
	pthread_join(c->thread, NULL);
	store_reader_free(&c->db);
	arena_free(&c->arena);
	close(c->wake_fd);
	free(c);
	*link = NULL;
}
