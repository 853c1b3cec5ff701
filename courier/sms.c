/* SPDX-License-Identifier: MIT */
/*
 * Short messages through an HTTP gateway, by libcurl.
 */
#include "courier/sms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/secret.h"
#include "courier/job.h"
#include "courier/rest.h"
#include "courier/transfer.h"

/* Of an answer so much is kept: success stands at its beginning. */
#define SMS_ANSWER_MAX 4096u

struct sms {
	const Emage__CourierSetupRequest *setup;
	struct transfers *transfers;
	enum sms_escape body_escape;
	struct rest rest; /* of the gateway */
};

struct sms_try {
	struct transfer transfer;
	struct sms *sms;
	struct job *job;
	struct curl_slist *headers;
	char *url, *body;
	char answer[SMS_ANSWER_MAX + 1];
	size_t len;
	struct rest_try rest;
};

/* ---------------------------------------------------------------- templates */

static void
sms_put_url(FILE *out, const char *s)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    strchr("-._~", c) != NULL)
			(void)fputc(c, out);
		else
			(void)fprintf(out, "%%%02X", c);
	}
}

static void
sms_put_json(FILE *out, const char *s)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			(void)fprintf(out, "\\%c", c);
		else if (c < ' ')
			(void)fprintf(out, "\\u%04x", c);
		else
			(void)fputc(c, out);
	}
}

static void
sms_put(FILE *out, enum sms_escape escape, const char *s)
{
	if (escape == SMS_ESCAPE_URL)
		sms_put_url(out, s);
	else if (escape == SMS_ESCAPE_JSON)
		sms_put_json(out, s);
	else
		(void)fputs(s, out);
}

char *
sms_expand(const char *form, enum sms_escape escape, const struct mail *m, const char *user,
    const char *password)
{
	const struct {
		const char *name, *value;
	} names[] = {
	    {"{number}", m->address},
	    {"{text}", m->body},
	    {"{key}", m->key},
	    {"{user}", user},
	    {"{password}", password},
	};
	size_t len = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return mem_strdup("");
	while (*form != '\0') {
		size_t i = 0;

		while (i < ARRAY_LEN(names) &&
		       strncmp(form, names[i].name, strlen(names[i].name)) != 0)
			i++;
		if (i == ARRAY_LEN(names)) {
			(void)fputc(*form++, out);
			continue;
		}
		sms_put(out, escape, names[i].value);
		form += strlen(names[i].name);
	}
	(void)fclose(out);
	return text;
}

enum delivery
sms_verdict(long status, bool has_success)
{
	/* an answer that is no success: some say so of a number, with 200 */
	if (status >= 200 && status < 300)
		return has_success ? DELIVERY_SENT : DELIVERY_RECEIVER_LATER;
	/* about this message; 401, 403, 404, 408, 429 are about us or about now */
	return status == 400 || status == 422 ? DELIVERY_NEVER : DELIVERY_LATER;
}

/* -------------------------------------------------------------------- tries */

static int
sms_open(const Emage__CourierSetupRequest *setup, struct transfers *transfers, void **state_r,
    const char **reason_r)
{
	struct sms *s;

	if (setup->sms_url[0] == '\0') {
		*reason_r = "no gateway is named (courier.sms_url)";
		return -EM_E_CONFIG;
	}
	s = mem_new(sizeof(*s));
	*s = (struct sms){.setup = setup, .transfers = transfers};
	s->body_escape = strstr(setup->sms_type, "json") != NULL	 ? SMS_ESCAPE_JSON
			 : strstr(setup->sms_type, "urlencoded") != NULL ? SMS_ESCAPE_URL
									 : SMS_ESCAPE_NONE;
	*state_r = s;
	return 0;
}

static void
sms_try_free(struct sms_try *t)
{
	if (t->transfer.easy != NULL)
		curl_easy_cleanup(t->transfer.easy);
	curl_slist_free_all(t->headers);
	secret_wipe(t->url, strlen(t->url));
	secret_wipe(t->body, strlen(t->body));
	free(t->url);
	free(t->body);
	free(t);
}

static size_t
sms_answer(char *from, size_t size, size_t n, void *arg)
{
	struct sms_try *t = arg;
	size_t more = size * n, room = SMS_ANSWER_MAX - t->len;

	memcpy(t->answer + t->len, from, more < room ? more : room);
	t->len += more < room ? more : room;
	return more;
}

static void
sms_over(struct transfer *transfer, CURLcode code)
{
	struct sms_try *t = (struct sms_try *)transfer;
	const char *wanted = t->sms->setup->sms_success;
	struct job *job = t->job;
	enum delivery d = DELIVERY_LATER;
	long status = 0;

	(void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	t->answer[t->len] = '\0';
	if (code == CURLE_OK)
		d = sms_verdict(status, wanted[0] == '\0' || strstr(t->answer, wanted) != NULL);
	rest_end(&t->sms->rest, &t->rest, d != DELIVERY_LATER);
	sms_try_free(t);
	job_done(job, d,
	    code != CURLE_OK		   ? "the gateway does not answer"
	    : d == DELIVERY_NEVER	   ? "refused by the gateway"
	    : d == DELIVERY_RECEIVER_LATER ? "the gateway's answer is no success"
					   : "the gateway does not take it now");
}

static bool
sms_configure(struct sms_try *t)
{
	const Emage__CourierSetupRequest *setup = t->sms->setup;
	CURL *e = t->transfer.easy;
	bool ok = true;

#define SET(option, value) ok = ok && curl_easy_setopt(e, option, value) == CURLE_OK
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_URL, t->url);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	if (setup->ca[0] != '\0')
		SET(CURLOPT_CAINFO, setup->ca);
	if (strcmp(setup->sms_method, "POST") == 0) {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDS, t->body);
		SET(CURLOPT_HTTPHEADER, t->headers);
	}
	SET(CURLOPT_WRITEFUNCTION, sms_answer);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT, (long)setup->timeout_s);
	SET(CURLOPT_TIMEOUT, (long)setup->timeout_s);
#undef SET
	return ok;
}

static enum delivery
sms_deliver(void *state, struct job *job, const struct mail *m, const char **reason_r)
{
	struct sms *s = state;
	const Emage__CourierSetupRequest *setup = s->setup;
	struct sms_try *t;
	char *type;

	if (!rest_is_over(&s->rest) && !(m->urgent && rest_takes_urgent(&s->rest))) {
		*reason_r = "the gateway has failed and is left alone for a while";
		return DELIVERY_LATER;
	}
	t = mem_new(sizeof(*t));
	type = mem_printf("Content-Type: %s", setup->sms_type);

	t->sms = s;
	t->job = job;
	t->url =
	    sms_expand(setup->sms_url, SMS_ESCAPE_URL, m, setup->sms_user, setup->sms_password);
	t->body =
	    sms_expand(setup->sms_body, s->body_escape, m, setup->sms_user, setup->sms_password);
	t->headers = curl_slist_append(NULL, type);
	free(type);
	t->rest = rest_begin(&s->rest);
	t->transfer.done = sms_over;
	t->transfer.easy = curl_easy_init();
	if (t->transfer.easy != NULL && sms_configure(t) &&
	    transfers_start(s->transfers, &t->transfer))
		return DELIVERY_PENDING;
	rest_end(&s->rest, &t->rest, false);
	sms_try_free(t);
	*reason_r = "the gateway could not be asked";
	return DELIVERY_LATER;
}

static void
sms_close(void *state)
{
	free(state);
}

const struct backend sms_backend = {
    .name = "sms",
    .open = sms_open,
    .deliver = sms_deliver,
    .close = sms_close,
    .network = true,
};
