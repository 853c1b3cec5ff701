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
#include "server/courier_mark.h"
#include "server/courier_setup.h"
#include "server/courier_window.h"
#include "server/handle/message.h"
#include "server/helper.h"
#include "server/server.h"

#define ARENA_MAX     (1024u * 1024)
#define SETUP_METHOD  2
#define ROUTES_MAX    8
#define LOGIN_MAX     256
#define FRAME_BUF_MAX (FRAME_HEADER_LEN + FRAME_BODY_MAX)
#define HAND_OVER_MS  30000
/* Beyond the tries that the settings allow. */
#define ANSWER_SPARE_MS	 10000
#define STORE_FAILED_MS	 2000
#define RESTART_FIRST_MS 100
#define RESTART_MAX_MS	 30000
/* The same refusal is told this often. */
#define REFUSED_LOG_MS 60000
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
	atomic_int pid; /* for other threads */
	/* the thread's own */
	struct store_conn *db;
	struct arena *arena;
	struct helper helper;
	uint32_t next_id;
	struct courier_window window;
	struct courier_marks marks;
	unsigned n_deaths; /* since a message last got through */
	int64_t restart_at_ms;
	int64_t look_at_ms; /* when the next row becomes due; 0 = none does */
	/* refusals in the log */
	char refused[64];
	int64_t refused_at_ms;
	unsigned n_refused;
};

/* --------------------------------------------------------------- process */

static void courier_mark(
    struct courier_link *c, const struct courier_flight *f, enum courier_outcome outcome);

/* What was under way counts as tried: it may be what the process died of. */
static void
courier_take_back(struct courier_link *c)
{
	struct courier_flight f;

	while (courier_window_take_any(&c->window, &f))
		courier_mark(c, &f, OUTCOME_LATER);
}

static void
courier_lost(struct courier_link *c)
{
	int64_t wait_ms = RESTART_FIRST_MS;

	atomic_store(&c->up, false);
	atomic_store(&c->pid, 0);
	helper_end(&c->helper);
	for (unsigned i = 0; i < c->n_deaths && wait_ms < RESTART_MAX_MS; i++)
		wait_ms *= 2;
	c->n_deaths++;
	c->restart_at_ms = clock_boot_ms() + (wait_ms < RESTART_MAX_MS ? wait_ms : RESTART_MAX_MS);
	server_count(c->server, helper_restarts);
	log_warn("courier.lost", "deaths=%u", c->n_deaths);
	courier_take_back(c);
}

/* As long as every relay and back end may take, one after the other. */
static int64_t
courier_answer_max_ms(const struct courier_link *c)
{
	return 1000 * server_settings(c->server)->courier_timeout_s * COURIER_TRIES_MAX +
	       ANSWER_SPARE_MS;
}

/* Says how messages leave, and waits for the word that it can be done. */
static int
courier_tell_setup(struct courier_link *c)
{
	Emage__CourierSetupReply *reply = NULL;
	const char *field;
	struct courier_setup s;
	struct frame f;
	struct buf out;
	int rc = courier_setup_make(server_settings(c->server), &s);

	buf_init(&out, FRAME_BUF_MAX);
	if (rc == 0)
		rc = frame_append(&out, SETUP_METHOD, 0, ++c->next_id, &s.rq.base);
	if (rc == 0)
		rc = helper_send(&c->helper, &out, NULL, 0, clock_boot_ms() + HAND_OVER_MS);
	if (rc == 0)
		rc = helper_receive(&c->helper, clock_boot_ms() + HAND_OVER_MS, &f);
	if (rc == 0 &&
	    wirecheck(&emage__courier_setup_reply__descriptor, f.body, f.body_len, &field) != 0)
		rc = -EM_E_PROTOCOL;
	if (rc == 0)
		reply = emage__courier_setup_reply__unpack(NULL, f.body_len, f.body);
	if (reply && !reply->ok) {
		log_error("courier.setup", "cause=\"%s\"", reply->reason);
		rc = -EM_E_CONFIG;
	}
	if (reply)
		emage__courier_setup_reply__free_unpacked(reply, NULL);
	buf_release(&out);
	courier_setup_wipe(&s);
	return rc;
}

static void
courier_start(struct courier_link *c)
{
	int rc = helper_start(&c->helper, "emage-courier");

	atomic_store(&c->pid, c->helper.pid);
	if (rc != 0 || courier_tell_setup(c) != 0) {
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

static void
courier_write_marks(struct courier_link *c)
{
	if (courier_marks_write(&c->marks, c->server->store) == 0)
		return;
	/* they are tried again; their keys keep them from arriving twice */
	log_warn("courier.mark", "result=failed");
	c->look_at_ms = clock_now_ms() + STORE_FAILED_MS;
}

static void
courier_mark(struct courier_link *c, const struct courier_flight *f, enum courier_outcome outcome)
{
	if (courier_marks_full(&c->marks))
		courier_write_marks(c);
	courier_marks_add(&c->marks, c->server, f, outcome);
}

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

static struct courier_flight
courier_flight(const struct courier_link *c, const struct store_message *m)
{
	return (struct courier_flight){
	    .outbox_id = m->outbox_id,
	    .kind = m->kind,
	    .channel = m->channel,
	    .n_tries = m->n_tries,
	    .due_at_ms = m->due_at_ms,
	    .expires_at_ms = m->expires_at_ms,
	    .answer_by_ms = clock_boot_ms() + courier_answer_max_ms(c),
	};
}

/* Hands one over; false when the process does not take it. */
static bool
courier_send(struct courier_link *c, const struct store_message *m)
{
	struct courier_flight f = courier_flight(c, m);
	char *body = NULL;
	struct buf out;
	int rc = message_open(&c->server->pepper, c->arena, m, &body);

	if (rc) {
		/* not sealed by this key: it never will be */
		log_error("courier.message", "error=%s", err_name(rc));
		courier_mark(c, &f, rc == -EM_E_INVALID ? OUTCOME_NEVER : OUTCOME_LATER);
		return true;
	}
	buf_init(&out, FRAME_BUF_MAX);
	rc = courier_pack(c, m, body, &out);
	if (rc == 0)
		rc = helper_send(&c->helper, &out, NULL, 0, clock_boot_ms() + HAND_OVER_MS);
	else
		courier_mark(c, &f, OUTCOME_NEVER);
	buf_release(&out);
	if (rc == -EM_E_IO || rc == -EM_E_TIMEOUT) {
		courier_lost(c);
		return false;
	}
	if (rc)
		return true;
	f.frame_id = c->next_id;
	courier_window_add(&c->window, &f);
	return true;
}

static void
courier_handle(struct courier_link *c, const struct store_message *m)
{
	struct courier_flight late = courier_flight(c, m);

	if (m->expires_at_ms && clock_now_ms() >= m->expires_at_ms)
		courier_mark(c, &late, OUTCOME_EXPIRED);
	else
		courier_send(c, m);
}

/* What is due of one kind and channel, as much as there is room for. */
static int
courier_work_on(struct courier_link *c, enum outbox_kind kind, int channel)
{
	struct store_message due[COURIER_WINDOW];
	unsigned n = 0, room = courier_window_room(&c->window, kind, channel);
	int rc;

	if (room == 0)
		return 0;
	rc = store_reader_begin(c->db);
	/* those under way are due as well, and come first */
	if (!rc)
		rc = store_outbox_due(c->db, c->arena, kind, channel, clock_now_ms(), due,
		    room + courier_window_of(&c->window, kind, channel), &n);
	store_reader_end(c->db);
	for (unsigned i = 0; !rc && i < n && room > 0 && c->helper.pid; i++) {
		if (atomic_load(&c->stopping) || courier_window_has(&c->window, due[i].outbox_id))
			continue;
		courier_handle(c, &due[i]);
		room--;
	}
	arena_reset(c->arena);
	return rc;
}

/* Hands over what is due, codes before notices, as long as there is room. */
static void
courier_work(struct courier_link *c)
{
	static const struct {
		enum outbox_kind kind;
		int channel;
	} order[] = {
	    {OUTBOX_CODE, EMAGE__CHANNEL__CHANNEL_EMAIL},
	    {OUTBOX_CODE, EMAGE__CHANNEL__CHANNEL_MOBILE},
	    {OUTBOX_NOTICE, EMAGE__CHANNEL__CHANNEL_EMAIL},
	    {OUTBOX_NOTICE, EMAGE__CHANNEL__CHANNEL_MOBILE},
	};
	int64_t next_ms = 0;
	int rc;

	courier_write_marks(c);
	rc = store_reader_begin(c->db);
	/* what is due by now goes out here, or when an answer has made room */
	if (!rc)
		rc = store_outbox_next_due(c->db, clock_now_ms(), &next_ms);
	store_reader_end(c->db);
	c->look_at_ms = next_ms;
	for (size_t i = 0; !rc && i < ARRAY_LEN(order); i++)
		rc = courier_work_on(c, order[i].kind, order[i].channel);
	if (!rc)
		return;
	log_warn("courier.outbox", "error=%s", err_name(rc));
	c->look_at_ms = clock_now_ms() + STORE_FAILED_MS;
}

/* ----------------------------------------------------------------- answers */

/* In an outage every message is refused again and again: one line a minute. */
static void
courier_tell_refused(struct courier_link *c, const Emage__CourierSendReply *reply)
{
	int64_t now_ms = clock_boot_ms();

	c->n_refused++;
	if (strncmp(c->refused, reply->reason, sizeof(c->refused) - 1) == 0 &&
	    now_ms < c->refused_at_ms + REFUSED_LOG_MS)
		return;
	log_warn("courier.refused", "permanent=%d reason=\"%s\" since_last=%u", reply->permanent,
	    reply->reason, c->n_refused);
	snprintf(c->refused, sizeof(c->refused), "%s", reply->reason);
	c->refused_at_ms = now_ms;
	c->n_refused = 0;
}

static enum courier_outcome
courier_outcome_of(struct courier_link *c, const Emage__CourierSendReply *reply)
{
	if (reply->sent) {
		c->n_deaths = 0;
		c->refused[0] = '\0';
		return OUTCOME_SENT;
	}
	courier_tell_refused(c, reply);
	return reply->expired	  ? OUTCOME_EXPIRED
	       : reply->permanent ? OUTCOME_NEVER
	       : reply->receiver  ? OUTCOME_RECEIVER_LATER
				  : OUTCOME_LATER;
}

static int
courier_take_answer(struct courier_link *c, const struct frame *f)
{
	Emage__CourierSendReply *reply;
	struct courier_flight over;
	const char *field;

	if (f->flags != FRAME_REPLY ||
	    wirecheck(&emage__courier_send_reply__descriptor, f->body, f->body_len, &field) != 0 ||
	    !courier_window_take(&c->window, f->id, &over))
		return -EM_E_PROTOCOL;
	reply = emage__courier_send_reply__unpack(NULL, f->body_len, f->body);
	courier_mark(c, &over, reply ? courier_outcome_of(c, reply) : OUTCOME_LATER);
	if (!reply)
		return -EM_E_PROTOCOL;
	emage__courier_send_reply__free_unpacked(reply, NULL);
	return 0;
}

/* Answers that have come. */
static void
courier_answers(struct courier_link *c)
{
	struct frame f;
	int rc;

	do {
		rc = helper_receive(&c->helper, clock_boot_ms() + HAND_OVER_MS, &f);
		if (rc == 0)
			rc = courier_take_answer(c, &f);
	} while (rc == 0 && helper_has_frame(&c->helper));
	if (rc)
		courier_lost(c);
}

/* ---------------------------------------------------------------- thread */

static int
courier_wait_ms(struct courier_link *c)
{
	int64_t wait_ms = LOOK_MAX_MS, left_ms;

	if (!c->helper.pid)
		left_ms = c->restart_at_ms - clock_boot_ms();
	else if (c->look_at_ms)
		left_ms = c->look_at_ms - clock_now_ms();
	else
		left_ms = LOOK_MAX_MS;
	if (left_ms < wait_ms)
		wait_ms = left_ms;
	if (courier_window_n(&c->window) == 0)
		return wait_ms < 1 ? 1 : (int)wait_ms;
	left_ms = courier_window_answer_by_ms(&c->window) - clock_boot_ms();
	/* one that never answers: something is wrong with the process */
	if (left_ms <= 0)
		courier_lost(c);
	if (left_ms < wait_ms)
		wait_ms = left_ms;
	return wait_ms < 1 ? 1 : (int)wait_ms;
}

/* Until there is work, the process says something or ends, or it is time. */
static void
courier_wait(struct courier_link *c)
{
	int wait_ms = courier_wait_ms(c);
	struct pollfd p[2] = {
	    {.fd = c->wake_fd, .events = POLLIN},
	    {.fd = c->helper.pid ? c->helper.fd : -1, .events = POLLIN},
	};
	uint64_t count;

	if (poll(p, 2, wait_ms) < 0)
		return;
	if (p[0].revents && read(c->wake_fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		log_warn("courier.wake", "cause=\"%s\"", strerror(errno));
	if (p[1].revents)
		courier_answers(c);
}

static void *
courier_thread(void *arg)
{
	struct courier_link *c = arg;

	while (!atomic_load(&c->stopping)) {
		if (!c->helper.pid && clock_boot_ms() >= c->restart_at_ms)
			courier_start(c);
		if (c->helper.pid)
			courier_work(c);
		courier_write_marks(c);
		courier_wait(c);
	}
	courier_write_marks(c);
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

pid_t
courier_pid(const struct courier_link *c)
{
	return c ? atomic_load(&c->pid) : 0;
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
