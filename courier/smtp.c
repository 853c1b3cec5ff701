/* SPDX-License-Identifier: MIT */
/*
 * E-mail through relays, by libcurl.
 */
#include "courier/smtp.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/mem.h"
#include "common/secret.h"
#include "courier/job.h"
#include "courier/rest.h"
#include "courier/transfer.h"

#define SMTP_RELAYS_MAX 8u

struct smtp_relay {
	const char *url; /* as curl takes it */
	bool plain;
	struct rest rest;
};

struct smtp {
	const Emage__CourierSetupRequest *setup;
	struct transfers *transfers;
	struct smtp_relay relay[SMTP_RELAYS_MAX];
	size_t n_relays;
};

/* One message with one relay. */
struct smtp_try {
	struct transfer transfer;
	struct smtp *smtp;
	struct job *job;
	struct curl_slist *to;
	char *text, *sender;
	size_t len, sent;
	size_t relay;
	uint32_t tried; /* relays, as bits */
	struct rest_try rest;
	/* how far it came: whether the receiver was named, and what was said last */
	bool named;
	bool policy;
	bool receiver_later; /* what a relay before said */
};

/* ------------------------------------------------------------------ opening */

static int
smtp_open(const Emage__CourierSetupRequest *setup, struct transfers *transfers, void **state_r,
    const char **reason_r)
{
	static const char plain[] = "smtp+plain://";
	struct smtp *s = mem_new(sizeof(*s));

	s->setup = setup;
	s->transfers = transfers;
	for (size_t i = 0; i < setup->n_relays && i < SMTP_RELAYS_MAX; i++) {
		struct smtp_relay *r = &s->relay[s->n_relays++];

		r->plain = strncmp(setup->relays[i], plain, sizeof(plain) - 1) == 0;
		/* curl knows it without the "+plain" */
		r->url = r->plain ? mem_printf("smtp://%s", setup->relays[i] + sizeof(plain) - 1)
				  : mem_strdup(setup->relays[i]);
	}
	if (s->n_relays > 0) {
		*state_r = s;
		return 0;
	}
	*reason_r = "no relay is named (courier.relays)";
	free(s);
	return -EM_E_CONFIG;
}

static void
smtp_close(void *state)
{
	struct smtp *s = state;

	for (size_t i = 0; i < s->n_relays; i++)
		free((char *)(uintptr_t)s->relay[i].url);
	free(s);
}

/* -------------------------------------------------------------------- tries */

static void
smtp_try_free(struct smtp_try *t)
{
	if (t->transfer.easy != NULL)
		curl_easy_cleanup(t->transfer.easy);
	curl_slist_free_all(t->to);
	secret_wipe(t->text, t->len);
	free(t->text);
	free(t->sender);
	free(t);
}

static size_t
smtp_read(char *to, size_t size, size_t n, void *arg)
{
	struct smtp_try *t = arg;
	size_t room = size * n, left = t->len - t->sent;

	if (left > room)
		left = room;
	memcpy(to, t->text + t->sent, left);
	t->sent += left;
	return left;
}

/* The relay to be tried next: the first that is not left alone; for an urgent message,
 * when all are, the first that nobody tries just now. n_relays: none is left. */
static size_t
smtp_choose(const struct smtp *s, uint32_t tried, bool urgent)
{
	for (size_t i = 0; i < s->n_relays; i++) {
		if (!(tried & 1u << i) && rest_is_over(&s->relay[i].rest))
			return i;
	}
	for (size_t i = 0; urgent && i < s->n_relays; i++) {
		if (!(tried & 1u << i) && rest_takes_urgent(&s->relay[i].rest))
			return i;
	}
	return s->n_relays;
}

/* What is said to the relay and by it: how far the message came. */
static int
smtp_watch(CURL *easy, curl_infotype type, char *bytes, size_t len, void *arg)
{
	struct smtp_try *t = arg;

	(void)easy;
	if (type == CURLINFO_HEADER_OUT)
		t->named |= len > 5 && memcmp(bytes, "RCPT ", 5) == 0;
	/* "554 5.7.1 Relay access denied" (RFC 3463, 3.8) */
	else if (type == CURLINFO_HEADER_IN && len > 8 && bytes[0] == '5')
		t->policy = memcmp(bytes + 4, "5.7.", 4) == 0;
	return 0;
}

static void smtp_over(struct transfer *transfer, CURLcode code);

static bool
smtp_configure(struct smtp_try *t, const struct smtp_relay *r)
{
	const Emage__CourierSetupRequest *setup = t->smtp->setup;
	CURL *e = t->transfer.easy;
	bool ok = true;

#define SET(option, value) ok = ok && curl_easy_setopt(e, option, value) == CURLE_OK
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_URL, r->url);
	SET(CURLOPT_USE_SSL, r->plain ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	if (setup->ca[0] != '\0')
		SET(CURLOPT_CAINFO, setup->ca);
	if (setup->relay_user[0] != '\0') {
		SET(CURLOPT_USERNAME, setup->relay_user);
		SET(CURLOPT_PASSWORD, setup->relay_password);
	}
	SET(CURLOPT_MAIL_FROM, t->sender);
	SET(CURLOPT_MAIL_RCPT, t->to);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_CRLF, 1L);
	SET(CURLOPT_READFUNCTION, smtp_read);
	SET(CURLOPT_READDATA, t);
	SET(CURLOPT_DEBUGFUNCTION, smtp_watch);
	SET(CURLOPT_DEBUGDATA, t);
	SET(CURLOPT_VERBOSE, 1L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT, (long)setup->timeout_s);
	SET(CURLOPT_TIMEOUT, (long)setup->timeout_s);
#undef SET
	return ok;
}

static bool
smtp_begin(struct smtp_try *t)
{
	struct smtp_relay *r = &t->smtp->relay[t->relay];

	t->sent = 0;
	t->named = t->policy = false;
	t->rest = rest_begin(&r->rest);
	t->tried |= 1u << t->relay;
	t->transfer.done = smtp_over;
	t->transfer.easy = curl_easy_init();
	if (t->transfer.easy != NULL && smtp_configure(t, r) &&
	    transfers_start(t->smtp->transfers, &t->transfer))
		return true;
	rest_end(&r->rest, &t->rest, false);
	return false;
}

enum delivery
smtp_verdict(bool ok, long reply, bool named, bool policy)
{
	if (ok)
		return DELIVERY_SENT;
	if (!named || policy || reply < 400 || reply >= 600 || reply == 421)
		return DELIVERY_LATER;
	return reply >= 500 ? DELIVERY_NEVER : DELIVERY_RECEIVER_LATER;
}

static const char *
smtp_reason(enum delivery d, CURLcode code)
{
	static const struct {
		CURLcode code;
		const char *reason;
	} reasons[] = {
	    {CURLE_LOGIN_DENIED, "the relay does not take the login"},
	    {CURLE_PEER_FAILED_VERIFICATION, "the relay's certificate is not trusted"},
	    {CURLE_USE_SSL_FAILED, "the relay offers no TLS"},
	    {CURLE_OPERATION_TIMEDOUT, "the relay is too slow"},
	};

	if (d == DELIVERY_NEVER)
		return "refused by the relay";
	if (d == DELIVERY_RECEIVER_LATER)
		return "the receiver takes nothing now";
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (reasons[i].code == code)
			return reasons[i].reason;
	}
	return "no relay takes it now";
}

static void
smtp_over(struct transfer *transfer, CURLcode code)
{
	struct smtp_try *t = (struct smtp_try *)transfer;
	struct job *job = t->job;
	enum delivery d;
	long reply = 0;

	(void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &reply);
	d = smtp_verdict(code == CURLE_OK, reply, t->named, t->policy);
	rest_end(&t->smtp->relay[t->relay].rest, &t->rest, d != DELIVERY_LATER);
	curl_easy_cleanup(transfer->easy);
	transfer->easy = NULL;
	t->receiver_later |= d == DELIVERY_RECEIVER_LATER;
	if (d == DELIVERY_LATER || d == DELIVERY_RECEIVER_LATER) {
		t->relay = smtp_choose(t->smtp, t->tried, job->mail.urgent);
		if (t->relay < t->smtp->n_relays && smtp_begin(t))
			return;
		d = t->receiver_later ? DELIVERY_RECEIVER_LATER : d;
	}
	smtp_try_free(t);
	job_done(job, d, smtp_reason(d, code));
}

static enum delivery
smtp_deliver(void *state, struct job *job, const struct mail *m, const char **reason_r)
{
	struct smtp *s = state;
	size_t relay = smtp_choose(s, 0, m->urgent);
	struct smtp_try *t;

	if (relay == s->n_relays) {
		*reason_r = "every relay has failed and is left alone for a while";
		return DELIVERY_LATER;
	}
	t = mem_new(sizeof(*t));
	t->smtp = s;
	t->job = job;
	t->text = mail_format(m);
	t->len = strlen(t->text);
	t->sender = mail_sender(m);
	t->to = curl_slist_append(NULL, m->address);
	t->relay = relay;
	if (t->to != NULL && smtp_begin(t))
		return DELIVERY_PENDING;
	smtp_try_free(t);
	*reason_r = "the relay could not be asked";
	return DELIVERY_LATER;
}

const struct backend smtp_backend = {
    .name = "smtp",
    .open = smtp_open,
    .deliver = smtp_deliver,
    .close = smtp_close,
    .network = true,
};
