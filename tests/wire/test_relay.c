/* SPDX-License-Identifier: MIT */
/*
 * Codes by way of a relay and of a gateway, with the real server: they arrive, and
 * no relay that is slow, lying or gone is felt by whoever signs in (F-08).
 */
#include "tests/lib/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/outbox.pb-c.h"
#include "tests/lib/file.h"
#include "tests/lib/relay.h"
#include "tests/lib/wire.h"

static char folder[RELAY_FOLDER_MAX];

static int
set_up(void **state)
{
	(void)state;
	relay_folder(folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return file_remove_all(folder);
}

static void
test_a_code_arrives(void **state)
{
	struct relay r = relay_start("smtp", folder);
	char *relays = mem_printf("courier.relays=smtp://127.0.0.1:%d", r.port);
	char *ca = mem_printf("courier.ca=%s/ca.pem", folder);
	const char *sets[] = {"courier.email=smtp", relays, ca, NULL};
	struct fixture *f = fixture_new(sets);
	struct fixture_patient p;
	struct wire *w;
	char *told, *code, digits[16] = "";

	(void)state;
	fixture_start(f);
	fixture_add_patient(f, "Camille", "camille@example.org", &p);
	w = wire_open_greeted(f);
	assert_int_equal(wire_password(w, p.identifier, p.temporary), 0);
	told = relay_next(&r);
	assert_non_null(strstr(told, "camille@example.org"));
	assert_null(strstr(told, "MARTIN"));
	/* the first eight digits of the text, blanks and JSON's \\u00e9 aside */
	code = strstr(told, "\\r\\n\\r\\n");
	assert_non_null(code);
	for (size_t n = 0; *code && n < 8; code++) {
		if (strncmp(code, "\\u", 2) == 0)
			code += 5;
		else if (*code >= '0' && *code <= '9')
			digits[n++] = *code;
	}
	assert_int_equal(wire_code(w, digits), 0);
	free(told);
	wire_free(&w);
	fixture_free(&f);
	relay_stop(&r);
	free(relays);
	free(ca);
}

/* Two codes wait: an operator sees them, not where they go nor what they say, and
 * gives one up. */
static void
check_outbox(struct fixture *f)
{
	struct wire *w = wire_open_local(f);
	Emage__OutboxRetryRequest all = EMAGE__OUTBOX_RETRY_REQUEST__INIT;
	Emage__OutboxDropRequest one = EMAGE__OUTBOX_DROP_REQUEST__INIT;
	const Emage__OutboxListReply *list;

	assert_int_equal(wire_call_empty(w, METHOD_outbox_list), 0);
	list = (const Emage__OutboxListReply *)w->reply;
	assert_int_equal(list->n_rows, 2);
	assert_int_equal(list->n_waiting, 2);
	assert_true(list->rows[0]->is_code && !list->more);
	assert_null(strstr(list->rows[0]->masked, "camille"));
	one.outbox_id = list->rows[1]->outbox_id;
	assert_int_equal(wire_call(w, METHOD_outbox_retry, &all), 0);
	assert_int_equal(((const Emage__OutboxRetryReply *)w->reply)->n, 2);
	assert_int_equal(wire_call(w, METHOD_outbox_drop, &one), 0);
	assert_int_equal(wire_call(w, METHOD_outbox_drop, &one), -EM_E_NOT_FOUND);
	assert_int_equal(wire_call_empty(w, METHOD_outbox_list), 0);
	assert_int_equal(((const Emage__OutboxListReply *)w->reply)->n_rows, 1);
	wire_free(&w);
}

/* With a relay that takes connections and never says a word the answer to the
 * password comes all the same, and the code waits. */
static void
test_a_silent_relay_holds_nobody_up(void **state)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct fixture_patient p, q;
	const char *sets[4] = {"courier.email=smtp", NULL, NULL, NULL};
	struct fixture *f;
	struct wire *w;
	char *relays;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	relays = mem_printf("courier.relays=smtp+plain://127.0.0.1:%d", ntohs(a.sin_port));
	sets[1] = relays;
	f = fixture_new(sets);
	fixture_start(f);
	fixture_add_patient(f, "Camille", "camille@example.org", &p);
	fixture_add_patient(f, "Paul", "paul@example.org", &q);
	w = wire_open_greeted(f);
	assert_int_equal(wire_password(w, p.identifier, p.temporary), 0);
	/* who waits for it can be told so */
	assert_int_equal(wire_call_empty(w, METHOD_auth_sending), 0);
	assert_true(((const Emage__AuthSendingReply *)w->reply)->waiting);
	assert_false(((const Emage__AuthSendingReply *)w->reply)->given_up);
	wire_free(&w);
	w = wire_open_greeted(f);
	assert_int_equal(wire_call_empty(w, METHOD_auth_sending), -EM_E_UNKNOWN_METHOD);
	assert_int_equal(wire_password(w, q.identifier, q.temporary), 0);
	assert_int_equal(wire_password(w, q.identifier, "not this one"), -EM_E_AUTH);
	wire_free(&w);
	assert_int_equal(fixture_counter(f, "messages_sent"), 0);
	assert_int_equal(fixture_counter(f, "messages_failed"), 0);
	check_outbox(f);
	fixture_free(&f);
	free(relays);
	assert_int_equal(close(fd), 0);
}

/* An hour's short messages are spent: nobody else's code goes, whatever is started
 * anew, until the next hour. */
static void
test_budget_of_short_messages(void **state)
{
	static const char *const sets[] = {"courier.sms_hour=1", NULL};
	struct fixture *f = fixture_new(sets);
	struct fixture_patient p, q;
	struct wire *w;

	(void)state;
	fixture_start(f);
	fixture_add_patient(f, "Camille", "+33600000042", &p);
	fixture_add_patient(f, "Paul", "+33600000043", &q);
	w = wire_open_greeted(f);
	assert_int_equal(wire_password(w, p.identifier, p.temporary), 0);
	wire_free(&w);
	fixture_wait_log(f, 0, "sms.budget window=hour used=1 limit=1 spent=yes");
	for (int again = 0; again < 2; again++) {
		w = wire_open_greeted(f);
		assert_int_equal(wire_password(w, q.identifier, q.temporary), -EM_E_SMS_BUDGET);
		wire_free(&w);
		assert_int_equal(fixture_counter(f, "sms_over_budget"), 1);
		assert_int_equal(fixture_stop(f), 0);
		fixture_start(f);
	}
	fixture_advance(f, 3600000);
	w = wire_open_greeted(f);
	assert_int_equal(wire_password(w, q.identifier, q.temporary), 0);
	wire_free(&w);
	fixture_free(&f);
}

/* The courier killed again and again while messages go out: none is lost. */
static void
test_killed_again_and_again(void **state)
{
	struct relay r = relay_start("plain", folder);
	char *relays = mem_printf("courier.relays=smtp+plain://127.0.0.1:%d", r.port);
	const char *sets[] = {"courier.email=smtp", relays, NULL};
	struct fixture *f = fixture_new(sets);
	struct fixture_patient p[8];

	(void)state;
	fixture_start(f);
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		char email[32];

		snprintf(email, sizeof(email), "person%zu@example.org", i);
		fixture_add_patient(f, "Camille", email, &p[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		struct wire *w = wire_open_greeted(f);
		char *kill = mem_printf("pkill -KILL -P %d emage-courier", (int)f->pid), *told;
		char want[32];

		assert_int_equal(wire_password(w, p[i].identifier, p[i].temporary), 0);
		/* whether it was there or is being started again */
		(void)!system(kill);
		snprintf(want, sizeof(want), "person%zu@example.org", i);
		do {
			fixture_advance(f, 700000);
			told = relay_next(&r);
		} while (!strstr(told, want) && (free(told), true));
		free(told);
		free(kill);
		wire_free(&w);
	}
	assert_true(fixture_counter(f, "helper_restarts") >= 1);
	fixture_free(&f);
	relay_stop(&r);
	free(relays);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_code_arrives),
	    cmocka_unit_test(test_a_silent_relay_holds_nobody_up),
	    cmocka_unit_test(test_budget_of_short_messages),
	    cmocka_unit_test(test_killed_again_and_again),
	};

	return cmocka_run_group_tests_name("relay", tests, set_up, tear_down);
}
