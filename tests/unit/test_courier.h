/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_TEST_COURIER_H
#define EMAGE_TESTS_TEST_COURIER_H

/*
 * The courier process itself, started as emaged starts it, and messages for it.
 */
#include "tests/lib/check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/frame.h"
#include "common/mem.h"
#include "proto/internal.pb-c.h"

/* Longest wait for the process, ample; a failure, not a pace. */
#define PATIENCE_MS 30000

struct office {
	char dir[64]; /* the Maildir is below */
	pid_t pid;
	int fd;
	uint32_t id;
};

/* Closes its socket; its exit status, or 1000 + signal. */
static inline int
office_end(struct office *o)
{
	int status;

	(void)close(o->fd);
	assert_int_equal(waitpid(o->pid, &status, 0), o->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* A byte stream that must come. */
static inline size_t
office_read(struct office *o, uint8_t *to, size_t max)
{
	struct pollfd p = {.fd = o->fd, .events = POLLIN};
	ssize_t n;

	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
	n = recv(o->fd, to, max, 0);
	assert_true(n >= 0);
	return (size_t)n;
}

static inline Emage__CourierSendReply *
office_answer(struct office *o)
{
	Emage__CourierSendReply *reply;
	struct buf in;
	struct frame f;

	buf_init(&in, FRAME_HEADER_LEN + FRAME_BODY_MAX);
	while (frame_peek(&in, FRAME_BODY_MAX, &f) == -EM_E_AGAIN) {
		uint8_t *room = buf_reserve(&in, 4096);
		size_t n = office_read(o, room, 4096);

		assert_true(n > 0);
		buf_commit(&in, n);
	}
	assert_int_equal(f.flags, FRAME_REPLY);
	assert_int_equal(f.method, 1);
	assert_int_equal(f.id, o->id);
	reply = emage__courier_send_reply__unpack(NULL, f.body_len, f.body);
	assert_non_null(reply);
	buf_release(&in);
	return reply;
}

static inline Emage__CourierSendRequest
message(const char *key)
{
	Emage__CourierSendRequest m = EMAGE__COURIER_SEND_REQUEST__INIT;

	m.outbox_id = 5;
	m.channel = (char *)(uintptr_t) "email";
	m.address = (char *)(uintptr_t) "camille@exemple.invalid";
	m.subject = (char *)(uintptr_t) "Votre code d'accès";
	m.body = (char *)(uintptr_t) "Code : 1234 5678\nValable 15 minutes, été comme hiver.";
	m.idempotency_key = (char *)(uintptr_t)key;
	m.from = (char *)(uintptr_t) "e-mage <ne-pas-repondre@e-mage.example>";
	return m;
}

/* How messages leave; that it can be done is the first answer. */
static inline void
office_set_up(struct office *o, const Emage__CourierSetupRequest *setup)
{
	const uint8_t ok[] = {
	    0, 0, 0, 2, 0, 2, 0, FRAME_REPLY, 0, 0, 0, (uint8_t)(o->id + 1), 0x08, 1};
	uint8_t got[sizeof(ok)];
	struct buf out;

	buf_init(&out, FRAME_HEADER_LEN + FRAME_BODY_MAX);
	assert_int_equal(frame_append(&out, 2, 0, ++o->id, &setup->base), 0);
	assert_int_equal(send(o->fd, buf_bytes(&out), out.len, MSG_NOSIGNAL), out.len);
	buf_release(&out);
	for (size_t n = 0; n < sizeof(got);) {
		size_t more = office_read(o, got + n, sizeof(got) - n);

		assert_true(more > 0);
		n += more;
	}
	assert_memory_equal(got, ok, sizeof(ok));
}

enum answer { SENT, NEVER, LATER, RECEIVER_LATER, EXPIRED };

static inline enum answer
office_send(struct office *o, const Emage__CourierSendRequest *m, char reason_r[64])
{
	Emage__CourierSendReply *reply;
	enum answer answer;
	struct buf out;

	buf_init(&out, FRAME_HEADER_LEN + FRAME_BODY_MAX);
	assert_int_equal(frame_append(&out, 1, 0, ++o->id, &m->base), 0);
	assert_int_equal(send(o->fd, buf_bytes(&out), out.len, MSG_NOSIGNAL), out.len);
	buf_release(&out);
	reply = office_answer(o);
	assert_int_equal(reply->outbox_id, m->outbox_id);
	(void)snprintf(reason_r, 64, "%s", reply->reason);
	answer = reply->sent	    ? SENT
		 : reply->expired   ? EXPIRED
		 : reply->permanent ? NEVER
		 : reply->receiver  ? RECEIVER_LATER
				    : LATER;
	emage__courier_send_reply__free_unpacked(reply, NULL);
	return answer;
}

/* The process, not set up yet. */
static inline void
office_spawn(struct office *o)
{
	char program[256];
	int pair[2];

	(void)snprintf(program, sizeof(program), "%s/emage-courier", getenv("EMAGE_BUILD"));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	o->pid = fork();
	assert_true(o->pid >= 0);
	if (o->pid == 0) {
		int null_fd = open("/dev/null", O_WRONLY);

		if (pair[1] == 3)
			(void)fcntl(3, F_SETFD, 0);
		else if (dup2(pair[1], 3) < 0)
			_exit(127);
		(void)dup2(null_fd, STDERR_FILENO);
		execl(program, "emage-courier", (char *)NULL);
		_exit(127);
	}
	(void)close(pair[1]);
	o->fd = pair[0];
}

/* With a Maildir for every channel. */
static inline void
office_start(struct office *o)
{
	char maildir[96], *back_ends[] = {(char *)(uintptr_t) "maildir"};
	Emage__CourierSetupRequest setup = EMAGE__COURIER_SETUP_REQUEST__INIT;

	office_spawn(o);
	(void)snprintf(maildir, sizeof(maildir), "%s/mail", o->dir);
	setup.maildir = maildir;
	setup.email = setup.mobile = back_ends;
	setup.n_email = setup.n_mobile = 1;
	office_set_up(o, &setup);
}

#endif
