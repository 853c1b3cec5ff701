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
#include "courier/transfer.h"

#define SMTP_RELAYS_MAX	   8u
#define SMTP_REST_FIRST_MS 5000
#define SMTP_REST_MAX_MS   600000

struct smtp_relay {
	const char *url; /* as curl takes it */
	bool plain;
	unsigned n_failures; /* in a row */
	int64_t rests_until_ms;
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

/* The relay to be tried next: the first that is not resting, else the first that
 * has not been tried. n_relays: none is left. */
static size_t
smtp_choose(const struct smtp *s, uint32_t tried)
{
	int64_t now_ms = clock_boot_ms();
	size_t resting = s->n_relays;

	for (size_t i = 0; i < s->n_relays; i++) {
		if (tried & 1u << i)
			continue;
		if (s->relay[i].rests_until_ms <= now_ms)
			return i;
		if (resting == s->n_relays)
			resting = i;
	}
	return resting;
}

static void
smtp_note(struct smtp_relay *r, bool works)
{
	int64_t rest_ms = SMTP_REST_FIRST_MS;

	if (works) {
		r->n_failures = 0;
		r->rests_until_ms = 0;
		return;
	}
	for (unsigned i = 0; i < r->n_failures && rest_ms < SMTP_REST_MAX_MS; i++)
		rest_ms *= 2;
	r->n_failures++;
	r->rests_until_ms =
	    clock_boot_ms() + (rest_ms < SMTP_REST_MAX_MS ? rest_ms : SMTP_REST_MAX_MS);
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
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT, (long)setup->timeout_s);
	SET(CURLOPT_TIMEOUT, (long)setup->timeout_s);
#undef SET
	return ok;
}

static bool
smtp_begin(struct smtp_try *t)
{
	t->sent = 0;
	t->tried |= 1u << t->relay;
	t->transfer.done = smtp_over;
	t->transfer.easy = curl_easy_init();
	return t->transfer.easy != NULL && smtp_configure(t, &t->smtp->relay[t->relay]) &&
	       transfers_start(t->smtp->transfers, &t->transfer);
}

enum delivery
smtp_verdict(bool ok, long reply, bool refused_message)
{
	if (ok)
		return DELIVERY_SENT;
	return refused_message && reply >= 500 && reply < 600 ? DELIVERY_NEVER : DELIVERY_LATER;
}

/* MAIL, RCPT and DATA refused end as SEND_ERROR, the text refused as
 * WEIRD_SERVER_REPLY; everything else is about the relay or about us. */
static bool
smtp_is_refusal(CURLcode code)
{
	return code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY;
}

static void
smtp_over(struct transfer *transfer, CURLcode code)
{
	struct smtp_try *t = (struct smtp_try *)transfer;
	struct job *job = t->job;
	enum delivery d;
	long reply = 0;

	(void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &reply);
	d = smtp_verdict(code == CURLE_OK, reply, t->sent > 0 || smtp_is_refusal(code));
	smtp_note(&t->smtp->relay[t->relay], d != DELIVERY_LATER);
	curl_easy_cleanup(transfer->easy);
	transfer->easy = NULL;
	if (d == DELIVERY_LATER) {
		t->relay = smtp_choose(t->smtp, t->tried);
		if (t->relay < t->smtp->n_relays && smtp_begin(t))
			return;
	}
	smtp_try_free(t);
	job_done(job, d,
	    d == DELIVERY_NEVER			     ? "refused by the relay"
	    : code == CURLE_LOGIN_DENIED	     ? "the relay does not take the login"
	    : code == CURLE_PEER_FAILED_VERIFICATION ? "the relay's certificate is not trusted"
	    : code == CURLE_USE_SSL_FAILED	     ? "the relay offers no TLS"
	    : code == CURLE_OPERATION_TIMEDOUT	     ? "the relay is too slow"
						     : "no relay takes it now");
}

static enum delivery
smtp_deliver(void *state, struct job *job, const struct mail *m, const char **reason_r)
{
	struct smtp *s = state;
	struct smtp_try *t = mem_new(sizeof(*t));

	t->smtp = s;
	t->job = job;
	t->text = mail_format(m);
	t->len = strlen(t->text);
	t->sender = mail_sender(m);
	t->to = curl_slist_append(NULL, m->address);
	t->relay = smtp_choose(s, 0);
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
