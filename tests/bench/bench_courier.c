/* SPDX-License-Identifier: MIT */
/*
 * A thousand codes that wait, by the real courier through a relay: how long until all
 * have arrived, beside a plain loop of libcurl on as many connections, and what the
 * process holds after the first tenth and at the end. Then what a right password is
 * answered in while the relay works, says nothing, or is not there.
 */
#include "tests/lib/check.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "proto/common.pb-c.h"
#include "server/courier_link.h"
#include "tests/bench/proc.h"
#include "tests/bench/table.h"
#include "tests/lib/await.h"
#include "tests/lib/post.h"
#include "tests/lib/relay.h"
#include "tests/lib/wire.h"

#define N_CODES	      1000u
#define N_FIRST	      (N_CODES / 10)
#define N_CONNECTIONS 8u
#define N_ROUNDS      3u
#define N_SIGNINS     15u

/* ------------------------------------------------------------ the plain loop */

struct sender {
	pthread_t thread;
	const char *url;
	unsigned first;
};

struct text {
	const char *at;
	size_t left;
};

static size_t
plain_read(char *to, size_t size, size_t n, void *arg)
{
	struct text *t = arg;
	size_t more = size * n < t->left ? size * n : t->left;

	memcpy(to, t->at, more);
	t->at += more;
	t->left -= more;
	return more;
}

static void *
plain_run(void *arg)
{
	static const char form[] =
	    "Date: Tue, 24 Nov 2026 12:00:00 +0100\nFrom: e-mage <a@e-mage.example>\n"
	    "To: person@example.org\nSubject: =?UTF-8?B?Vm90cmUgY29kZSBkJ2FjY8Ooc2UtbWFnZQ==?=\n"
	    "Message-ID: <%08x@e-mage.example>\nAuto-Submitted: auto-generated\n"
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
	    "Content-Transfer-Encoding: 8bit\n\nBonjour,\n\nVotre code d'accès e-mage : 1234 "
	    "5678\n";
	struct sender *s = arg;
	CURL *e = curl_easy_init();
	struct curl_slist *to = curl_slist_append(NULL, "person@example.org");

	curl_easy_setopt(e, CURLOPT_URL, s->url);
	curl_easy_setopt(e, CURLOPT_MAIL_FROM, "a@e-mage.example");
	curl_easy_setopt(e, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(e, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(e, CURLOPT_CRLF, 1L);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_READFUNCTION, plain_read);
	for (unsigned i = s->first; i < N_CODES; i += N_CONNECTIONS) {
		char *words = mem_printf(form, i);
		struct text t = {.at = words, .left = strlen(words)};

		curl_easy_setopt(e, CURLOPT_READDATA, &t);
		if (curl_easy_perform(e) != CURLE_OK)
			die("bench courier: the plain loop cannot send");
		free(words);
	}
	curl_slist_free_all(to);
	curl_easy_cleanup(e);
	return NULL;
}

static void
drain(struct relay *r, unsigned n)
{
	while (n-- > 0)
		free(relay_next(r));
}

static double
plain_ms(void)
{
	struct relay r = relay_start("plain", "/nonexistent");
	char *url = mem_printf("smtp://127.0.0.1:%d", r.port);
	struct sender s[N_CONNECTIONS];
	int64_t begin_ns = proc_now_ns(), took_ns;

	for (unsigned i = 0; i < N_CONNECTIONS; i++) {
		s[i] = (struct sender){.url = url, .first = i};
		if (pthread_create(&s[i].thread, NULL, plain_run, &s[i]) != 0)
			die("bench courier: thread");
	}
	drain(&r, N_CODES);
	took_ns = proc_now_ns() - begin_ns;
	for (unsigned i = 0; i < N_CONNECTIONS; i++)
		pthread_join(s[i].thread, NULL);
	relay_stop(&r);
	free(url);
	return (double)took_ns / 1e6;
}

/* -------------------------------------------------------------- the courier */

static double
courier_ms(double *first_kib_r, double *last_kib_r)
{
	struct relay r = relay_start("plain", "/nonexistent");
	char *settings = mem_printf("email = smtp\nrelays = smtp+plain://127.0.0.1:%d\n", r.port);
	struct post *p = post_new(settings);
	int64_t begin_ns;
	double took_ms;
	pid_t pid;

	post_add(p, N_CODES, OUTBOX_CODE, EMAGE__CHANNEL__CHANNEL_EMAIL);
	begin_ns = proc_now_ns();
	post_start(p);
	drain(&r, N_FIRST);
	pid = post_courier(p);
	*first_kib_r = (double)proc_resident_kib(pid);
	drain(&r, N_CODES - N_FIRST);
	took_ms = (double)(proc_now_ns() - begin_ns) / 1e6;
	*last_kib_r = (double)proc_resident_kib(pid);
	post_free(&p);
	relay_stop(&r);
	free(settings);
	return took_ms;
}

/* ------------------------------------------------------------------ sign-ins */

static double
signin_ms(const char *relays)
{
	const char *sets[] = {"courier.email=smtp", relays, NULL};
	struct fixture *f = fixture_new(sets);
	double took_ms[N_SIGNINS], median;

	fixture_start(f);
	for (unsigned i = 0; i < N_SIGNINS; i++) {
		struct fixture_patient p;
		struct wire *w;
		int64_t begin_ns;

		fixture_add_patient(f, "Camille", "camille@example.org", &p);
		w = wire_open_greeted(f);
		begin_ns = proc_now_ns();
		if (wire_password(w, p.identifier, p.temporary) != 0)
			die("bench courier: sign-in");
		took_ms[i] = (double)(proc_now_ns() - begin_ns) / 1e6;
		wire_free(&w);
	}
	fixture_free(&f);
	median = proc_median(took_ms, N_SIGNINS);
	return median;
}

static void
signins(struct table *t)
{
	struct relay r = relay_start("plain", "/nonexistent");
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char *up = mem_printf("courier.relays=smtp+plain://127.0.0.1:%d", r.port), *mute, *gone;
	double up_ms;

	if (bind(silent, (struct sockaddr *)&a, len) != 0 || listen(silent, 64) != 0 ||
	    getsockname(silent, (struct sockaddr *)&a, &len) != 0)
		die("bench courier: socket");
	mute = mem_printf("courier.relays=smtp+plain://127.0.0.1:%u", ntohs(a.sin_port));
	gone = mem_printf("courier.relays=smtp+plain://127.0.0.1:%u", await_free_port());
	up_ms = signin_ms(up);
	table_at_most(t, "password answered, relay silent", "ms", signin_ms(mute), up_ms, 1.25);
	table_at_most(t, "password answered, relay gone", "ms", signin_ms(gone), up_ms, 1.25);
	close(silent);
	relay_stop(&r);
	free(up);
	free(mute);
	free(gone);
}

int
main(void)
{
	struct table t = {.out = stdout};
	double plain[N_ROUNDS], courier[N_ROUNDS], first_kib, last_kib;

	secret_setup();
	log_set(LOG_LEVEL_ERROR, false);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	/* in turns, so that the machine's mood is shared */
	for (unsigned i = 0; i < N_ROUNDS; i++) {
		plain[i] = plain_ms();
		courier[i] = courier_ms(&first_kib, &last_kib);
	}
	table_begin(&t);
	table_at_most(&t, "1,000 codes out, plain libcurl", "ms", proc_median(courier, N_ROUNDS),
	    proc_median(plain, N_ROUNDS), 1.25);
	table_at_most(&t, "courier's memory, 1,000 to 100", "KiB", last_kib, first_kib, 1.05);
	signins(&t);
	return t.n_missed > 0;
}
