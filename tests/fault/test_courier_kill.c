/* SPDX-License-Identifier: MIT */
/*
 * The courier killed two hundred times at random while messages go out: none is lost,
 * and none arrives more often than it was tried, by the same Message-ID.
 */
#include "tests/lib/check.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sodium.h>

#include "common/log.h"
#include "common/mem.h"
#include "proto/common.pb-c.h"
#include "server/courier_link.h"
#include "tests/lib/post.h"
#include "tests/lib/relay.h"

#define N_KILLS		200u
#define MESSAGES_A_KILL 2u
#define N_MESSAGES	(N_KILLS * MESSAGES_A_KILL)
/* Longer than any message waits for its next try. */
#define LONG_MS 800000

struct arrivals {
	struct relay relay;
	unsigned times[N_MESSAGES];
	unsigned n_different;
};

/* A message that has arrived. */
static void
arrival(struct arrivals *a, char *told)
{
	static const char before[] = "Message-ID: <";
	char *at = strstr(told, before), digits[9] = "";
	unsigned long number;

	assert_non_null(at);
	memcpy(digits, at + sizeof(before) - 1, 8);
	number = strtoul(digits, NULL, 16);
	assert_true(number < N_MESSAGES);
	a->n_different += a->times[number]++ == 0;
	free(told);
}

/* Kills the process, whatever it is at, waits until that was noticed, and lets so much
 * time pass that everything is due. */
static void
kill_one(struct post *p)
{
	uint64_t n = atomic_load(&p->server.counters.helper_restarts);
	pid_t pid = post_courier(p);
	struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};

	assert_true(end.fd >= 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(poll(&end, 1, -1), 1);
	close(end.fd);
	while (atomic_load(&p->server.counters.helper_restarts) == n)
		sched_yield();
	post_advance(p, LONG_MS);
}

/* Lets time pass until every message is out, each time that those left wait for
 * their next try. */
static void
finish(struct post *p)
{
	while (post_n_waiting(p) > 0) {
		post_advance(p, LONG_MS);
		while (post_has_due(p))
			sched_yield();
	}
}

static void
test_two_hundred_kills(void **state)
{
	static const unsigned arrivals_before[] = {0, 0, 1, 1, 2, 5};
	struct arrivals a = {.relay = relay_start("plain", "/nonexistent")};
	char *settings =
	    mem_printf("email = smtp\nrelays = smtp+plain://127.0.0.1:%d\n", a.relay.port);
	struct post *p = post_new(settings);
	unsigned n_doubled = 0;
	char *told;

	(void)state;
	post_start(p);
	for (unsigned i = 0; i < N_KILLS; i++) {
		bool patient = randombytes_uniform(4) > 0;
		unsigned n = arrivals_before[randombytes_uniform(ARRAY_LEN(arrivals_before))];

		post_add(p, MESSAGES_A_KILL, i % 2 == 0 ? OUTBOX_NOTICE : OUTBOX_CODE,
		    EMAGE__CHANNEL__CHANNEL_EMAIL);
		while (n-- > 0 && a.n_different < p->n)
			arrival(&a, relay_next(&a.relay));
		/* one in four is killed as soon as it begins */
		while (patient && !courier_is_up(p->server.courier))
			sched_yield();
		kill_one(p);
	}
	finish(p);
	post_stop(p);
	while ((told = relay_left(&a.relay)) != NULL)
		arrival(&a, told);
	for (uint32_t i = 0; i < N_MESSAGES; i++) {
		uint32_t n_tries;

		assert_true(post_was_sent(p, i, &n_tries));
		assert_in_range(a.times[i], 1, n_tries);
		n_doubled += a.times[i] > 1;
	}
	print_message("%u of %u messages arrived more than once\n", n_doubled, N_MESSAGES);
	assert_int_equal(atomic_load(&p->server.counters.messages_failed), 0);
	assert_int_equal(atomic_load(&p->server.counters.messages_expired), 0);
	post_free(&p);
	relay_stop(&a.relay);
	free(settings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_two_hundred_kills),
	};

	secret_setup();
	log_set(LOG_LEVEL_ERROR, false);
	return cmocka_run_group_tests_name("courier killed", tests, NULL, NULL);
}
