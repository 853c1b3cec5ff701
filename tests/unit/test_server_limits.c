/* SPDX-License-Identifier: MIT */
/*
 * How often and how many: token buckets, tickets before sign-in, sources,
 * deadlines and their heap, work queues; what a ClientHello looks like.
 */
#include "tests/lib/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "server/admit.h"
#include "server/courier_link.h"
#include "server/deadline.h"
#include "server/rate.h"
#include "server/source.h"
#include "server/timers.h"
#include "server/transport.h"
#include "server/work.h"

/* ----------------------------------------------------------------- buckets */

static void
a_bucket_gives_its_burst_then_its_rate(void **state)
{
	struct rate r = {.per_minute = 60, .burst = 5};
	struct bucket b = {0};
	uint32_t wait_s;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_true(bucket_take(&b, &r, 1000, &wait_s));
	assert_false(bucket_take(&b, &r, 1000, &wait_s));
	assert_int_equal(wait_s, 2);
	assert_false(bucket_take(&b, &r, 1999, &wait_s));
	assert_int_equal(wait_s, 1);
	assert_true(bucket_take(&b, &r, 2000, &wait_s));
	assert_false(bucket_take(&b, &r, 2000, &wait_s));
	/* never more than the burst, however long it was quiet */
	for (int i = 0; i < 5; i++)
		assert_true(bucket_take(&b, &r, INT64_C(1) << 50, &wait_s));
	assert_false(bucket_take(&b, &r, INT64_C(1) << 50, &wait_s));
	/* a clock that goes back gives nothing */
	assert_false(bucket_take(&b, &r, 5, &wait_s));
}

static void
a_bucket_without_refill_stays_empty(void **state)
{
	struct rate r = {.per_minute = 0, .burst = 1};
	struct bucket b = {0};
	uint32_t wait_s;

	(void)state;
	assert_true(bucket_take(&b, &r, 1, &wait_s));
	assert_false(bucket_take(&b, &r, 1000000, &wait_s));
	assert_int_equal(wait_s, 60);
}

static void
sources_have_buckets_of_their_own(void **state)
{
	struct rate_table *t = rate_table_new();
	struct rate r = {.per_minute = 1, .burst = 2};
	uint8_t one[16] = {1}, other[16] = {2};
	uint32_t wait_s;

	(void)state;
	assert_true(rate_table_take(t, one, &r, 1, &wait_s));
	assert_true(rate_table_take(t, one, &r, 1, &wait_s));
	assert_false(rate_table_take(t, one, &r, 1, &wait_s));
	assert_true(rate_table_take(t, other, &r, 1, &wait_s));
	/* a hundred thousand others: memory stays, and each gets its turn */
	for (uint32_t i = 0; i < 100000; i++) {
		uint8_t many[16] = {3};

		memcpy(many + 4, &i, sizeof(i));
		assert_true(rate_table_take(t, many, &r, 2, &wait_s));
	}
	rate_table_free(&t);
	assert_null(t);
}

/* ----------------------------------------------------------------- tickets */

static struct source
source_of(uint8_t last, bool trusted)
{
	return (struct source){
	    .prefix = {[10] = 0xff, [11] = 0xff, [15] = last}, .trusted = trusted};
}

static void
one_source_gets_so_many(void **state)
{
	struct admit *a = admit_new(
	    &(struct admit_limits){.connections = 100, .unauthenticated = 100, .per_source = 2});
	struct source s = source_of(1, false), t = source_of(2, true), u = source_of(3, false);
	struct admit_ticket *tickets[8];
	uint64_t shed;

	(void)state;
	tickets[0] = admit_enter(a, &s, &shed);
	tickets[1] = admit_enter(a, &s, &shed);
	assert_null(admit_enter(a, &s, &shed));
	assert_int_equal(shed, 0);
	tickets[2] = admit_enter(a, &u, &shed);
	assert_non_null(tickets[2]);
	for (unsigned i = 3; i < 6; i++)
		assert_non_null(tickets[i] = admit_enter(a, &t, &shed));
	/* signing in makes room for the next from there */
	admit_promote(a, &tickets[0]);
	assert_null(tickets[0]);
	assert_non_null(tickets[6] = admit_enter(a, &s, &shed));
	assert_int_equal(admit_count(a), 7);
	for (unsigned i = 0; i < 7; i++)
		admit_leave(a, &tickets[i]);
	assert_int_equal(admit_count(a), 0);
	admit_free(&a);
}

static void
the_oldest_before_signin_gives_way(void **state)
{
	static const uint64_t order[] = {14, 15, 16, 11};
	struct admit *a = admit_new(
	    &(struct admit_limits){.connections = 100, .unauthenticated = 3, .per_source = 100});
	struct source s = source_of(1, false);
	struct admit_ticket *tickets[7];
	uint64_t shed;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		tickets[i] = admit_enter(a, &s, &shed);
		assert_int_equal(shed, 0);
		admit_name(a, tickets[i], 11 + i);
	}
	/* the oldest has signed in: the next oldest goes */
	admit_promote(a, &tickets[0]);
	tickets[3] = admit_enter(a, &s, &shed);
	admit_name(a, tickets[3], 14);
	assert_int_equal(shed, 0);
	tickets[4] = admit_enter(a, &s, &shed);
	admit_name(a, tickets[4], 15);
	assert_int_equal(shed, 12);
	tickets[5] = admit_enter(a, &s, &shed);
	admit_name(a, tickets[5], 16);
	assert_int_equal(shed, 13);
	/* back at the greeting it is the newest again */
	tickets[0] = admit_return(a, &s, 11);
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		assert_true(admit_shed_oldest(a, &shed));
		assert_int_equal(shed, order[i]);
	}
	assert_false(admit_shed_oldest(a, &shed));
	for (unsigned i = 0; i < 6; i++)
		admit_leave(a, &tickets[i]);
	admit_free(&a);
}

static void
one_without_a_name_gives_way_when_it_gets_one(void **state)
{
	struct admit *a = admit_new(
	    &(struct admit_limits){.connections = 9, .unauthenticated = 1, .per_source = 9});
	struct source s = source_of(1, false);
	struct admit_ticket *first, *second;
	uint64_t shed;

	(void)state;
	first = admit_enter(a, &s, &shed);
	second = admit_enter(a, &s, &shed);
	assert_non_null(second);
	assert_int_equal(shed, 0);
	assert_true(admit_name(a, second, 12));
	assert_false(admit_name(a, first, 11));
	admit_leave(a, &first);
	admit_leave(a, &second);
	admit_free(&a);
}

static void
those_who_signed_in_are_never_shed(void **state)
{
	struct admit *a = admit_new(
	    &(struct admit_limits){.connections = 2, .unauthenticated = 2, .per_source = 100});
	struct source s = source_of(1, false);
	struct admit_ticket *tickets[3];
	uint64_t shed;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		tickets[i] = admit_enter(a, &s, &shed);
		admit_name(a, tickets[i], 11 + i);
		admit_promote(a, &tickets[i]);
	}
	assert_null(admit_enter(a, &s, &shed));
	assert_int_equal(shed, 0);
	admit_leave(a, &tickets[0]);
	assert_non_null(tickets[2] = admit_enter(a, &s, &shed));
	admit_leave(a, &tickets[1]);
	admit_leave(a, &tickets[2]);
	admit_free(&a);
}

static void
stress_begins_at_half(void **state)
{
	struct admit *a = admit_new(
	    &(struct admit_limits){.connections = 10, .unauthenticated = 4, .per_source = 100});
	struct source s = source_of(1, false);
	struct admit_ticket *tickets[3];
	uint64_t shed;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_false(admit_stressed(a));
		tickets[i] = admit_enter(a, &s, &shed);
	}
	assert_true(admit_stressed(a));
	admit_promote(a, &tickets[0]);
	assert_false(admit_stressed(a));
	for (unsigned i = 0; i < 3; i++)
		admit_leave(a, &tickets[i]);
	admit_free(&a);
}

/* ----------------------------------------------------------------- sources */

static struct source
peer_source(const char *address, const struct netlist *trusted)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct source s = {.trusted = false};

	if (inet_pton(AF_INET, address, &v4.sin_addr) == 1)
		source_from_peer((struct sockaddr *)&v4, trusted, &s);
	else if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1)
		source_from_peer((struct sockaddr *)&v6, trusted, &s);
	else
		fail_msg("%s", address);
	return s;
}

static void
networks_are_told_apart(void **state)
{
	static const struct {
		const char *address;
		bool trusted;
	} cases[] = {
	    {"10.1.2.3", true},
	    {"10.2.0.0", false},
	    {"192.0.2.77", true},
	    {"192.0.2.78", false},
	    {"::ffff:10.1.9.9", true},
	    {"2001:db8:0:7fff::1", true},
	    {"2001:db8:0:8000::1", false},
	    {"::1", true},
	};
	struct netlist l;
	const char *bad;
	size_t bad_len;

	(void)state;
	assert_int_equal(
	    netlist_parse("10.1.0.0/16, 192.0.2.77 2001:db8::/49 ::1", &l, &bad, &bad_len), 0);
	assert_int_equal(l.n, 4);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (peer_source(cases[i].address, &l).trusted != cases[i].trusted)
			fail_msg("%s", cases[i].address);
	netlist_release(&l);
	assert_int_equal(netlist_parse("", &l, &bad, &bad_len), 0);
	assert_false(peer_source("127.0.0.1", &l).trusted);
	netlist_release(&l);
}

static void
wrong_networks_are_named(void **state)
{
	static const char *const wrong[] = {"10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::/129", "x",
	    "10.0.0.0/-1", "10.0.0.0/8x",
	    "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.21.22"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct netlist l;
		char *text = mem_printf("::1 %s ::2", wrong[i]);
		const char *bad = NULL;
		size_t bad_len = 0;

		assert_int_equal(netlist_parse(text, &l, &bad, &bad_len), -EM_E_CONFIG);
		assert_ptr_equal(bad, text + 4);
		assert_int_equal(bad_len, strlen(wrong[i]));
		assert_null(l.nets);
		free(text);
	}
}

static void
sources_count_by_what_one_party_holds(void **state)
{
	struct netlist none = {.n = 0};
	struct source a = peer_source("2001:db8::1", &none),
		      b = peer_source("2001:db8::2:1", &none);
	struct source c = peer_source("2001:db8:0:1::1", &none);
	struct source v4 = peer_source("192.0.2.1", &none), next = peer_source("192.0.2.2", &none);

	(void)state;
	assert_memory_equal(a.prefix, b.prefix, 16);
	assert_memory_not_equal(a.prefix, c.prefix, 16);
	assert_memory_not_equal(v4.prefix, next.prefix, 16);
}

/* --------------------------------------------------------------- deadlines */

static const struct deadline_limits limits = {
    .handshake_ms = 5000,
    .first_frame_ms = 5000,
    .frame_ms = 10000,
    .signin_ms = 120000,
    .code_ms = 900000,
    .stall_ms = 30000,
};

static void
the_soonest_deadline_counts(void **state)
{
	static const struct {
		struct deadline_view v;
		int64_t at_ms;
		enum deadline_why why;
	} cases[] = {
	    {{.phase = PH_N, .opened_at_ms = 1000}, 6000, DEADLINE_HANDSHAKE},
	    {{.phase = PH_N, .opened_at_ms = 1000, .stressed = true}, 3500, DEADLINE_HANDSHAKE},
	    {{.phase = PH_N, .opened_at_ms = 1000, .secured = true, .secured_at_ms = 2000}, 7000,
		DEADLINE_FIRST_FRAME},
	    {{.phase = PH_A, .secured = true, .phase_at_ms = 3000}, 123000, DEADLINE_SIGNIN},
	    {{.phase = PH_A, .secured = true, .phase_at_ms = 3000, .stressed = true}, 63000,
		DEADLINE_SIGNIN},
	    {{.phase = PH_A, .secured = true, .phase_at_ms = 3000, .busy = true}, INT64_MAX,
		DEADLINE_NONE},
	    {{.phase = PH_A, .secured = true, .phase_at_ms = 3000, .frame_at_ms = 4000}, 14000,
		DEADLINE_FRAME},
	    {{.phase = PH_C, .secured = true, .phase_at_ms = 3000, .stressed = true}, 903000,
		DEADLINE_CODE},
	    {{.phase = PH_T, .secured = true, .phase_at_ms = 3000}, 903000, DEADLINE_CODE},
	    {{.phase = PH_O, .secured = true, .phase_at_ms = 3000}, INT64_MAX, DEADLINE_NONE},
	    {{.phase = PH_O,
		 .secured = true,
		 .active_at_ms = 5000,
		 .idle_limit_ms = 600000,
		 .ends_at_ms = 900000},
		605000, DEADLINE_IDLE},
	    {{.phase = PH_O,
		 .secured = true,
		 .active_at_ms = 500000,
		 .idle_limit_ms = 600000,
		 .ends_at_ms = 900000},
		900000, DEADLINE_TOTAL},
	    {{.phase = PH_O,
		 .secured = true,
		 .active_at_ms = 5000,
		 .idle_limit_ms = 600000,
		 .stalled_at_ms = 6000,
		 .stressed = true},
		36000, DEADLINE_STALL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum deadline_why why;

		assert_int_equal(deadline_next(&cases[i].v, &limits, &why), cases[i].at_ms);
		assert_string_equal(deadline_name(why), deadline_name(cases[i].why));
	}
}

static void
timers_come_up_in_order(void **state)
{
	enum { N = 2000 };
	struct timer *all = calloc(N, sizeof(*all));
	struct timers ts = {0};
	uint32_t seed = 12345;
	int64_t last = INT64_MIN;
	unsigned n = 0;

	(void)state;
	assert_non_null(all);
	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < N; i++) {
			seed = seed * 1664525u + 1013904223u;
			timers_set(&ts, &all[i], (int64_t)(seed >> 8));
		}
	for (unsigned i = 0; i < N; i += 3)
		timers_remove(&ts, &all[i]);
	timers_remove(&ts, &all[0]);
	for (struct timer *t; (t = timers_first(&ts)); n++) {
		assert_true(t->at_ms >= last);
		last = t->at_ms;
		assert_true((t - all) % 3 != 0);
		timers_remove(&ts, t);
	}
	assert_int_equal(n, N - (N + 2) / 3);
	timers_release(&ts);
	free(all);
}

/* -------------------------------------------------------------- work queues */

/* A pool of one thread that is kept busy until the test has queued all. */
struct queue {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	bool busy, go;
	char order[32];
	unsigned n_dropped;
};

struct queued {
	struct work_job job;
	struct queue *q;
	char name;
};

static void
queued_run(void *arg)
{
	struct queued *e = arg;

	pthread_mutex_lock(&e->q->lock);
	if (!e->name) {
		e->q->busy = true;
		pthread_cond_broadcast(&e->q->moved);
		while (!e->q->go)
			pthread_cond_wait(&e->q->moved, &e->q->lock);
	} else {
		e->q->order[strlen(e->q->order)] = e->name;
	}
	pthread_mutex_unlock(&e->q->lock);
}

static void
queued_dropped(void *arg)
{
	struct queued *e = arg;

	e->q->n_dropped++;
	e->name = '-';
}

static void
sources_take_turns(void **state)
{
	struct queue q = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
	struct work_pool *p = work_pool_new("test", 1, 4);
	/* a greedy source, key 1, and two others */
	static const struct {
		char name;
		uint64_t key;
		int rc;
	} script[] = {
	    {'a', 1, 0}, {'b', 1, 0}, {'c', 1, 0}, {'d', 1, 0},
	    {'e', 1, -EM_E_BUSY}, /* full, by oneself */
	    {'x', 2, 0},	  /* in the place of d */
	    {'y', 3, 0},	  /* in the place of c */
	    {'z', 2, -EM_E_BUSY}, /* nobody has two more than oneself */
	};
	struct queued first = {.q = &q}, e[ARRAY_LEN(script)];

	(void)state;
	first.job = (struct work_job){.run = queued_run, .dropped = queued_dropped, .arg = &first};
	assert_int_equal(work_submit(p, &first.job), 0);
	pthread_mutex_lock(&q.lock);
	while (!q.busy)
		pthread_cond_wait(&q.moved, &q.lock);
	pthread_mutex_unlock(&q.lock);
	for (size_t i = 0; i < ARRAY_LEN(script); i++) {
		e[i] = (struct queued){.q = &q, .name = script[i].name};
		e[i].job = (struct work_job){
		    .run = queued_run,
		    .dropped = queued_dropped,
		    .arg = &e[i],
		    .key = script[i].key,
		};
		assert_int_equal(work_submit(p, &e[i].job), script[i].rc);
	}
	assert_int_equal(q.n_dropped, 2);
	assert_int_equal(e[3].name, '-');
	assert_int_equal(e[2].name, '-');
	assert_int_equal(work_queued(p), 4);
	pthread_mutex_lock(&q.lock);
	q.go = true;
	pthread_cond_broadcast(&q.moved);
	pthread_mutex_unlock(&q.lock);
	work_pool_free(&p); /* runs what is queued */
	assert_string_equal(q.order, "axyb");
}

static void
messages_wait_longer_each_time(void **state)
{
	int64_t last = 0;

	(void)state;
	for (uint32_t n = 1; n < 40; n++) {
		int64_t least = courier_backoff_ms(false, n, 0);
		int64_t most = courier_backoff_ms(false, n, UINT32_MAX);

		assert_true(least >= 1500);
		assert_true(most <= 750000);
		assert_true(least < most);
		assert_true(least >= last);
		last = least;
	}
	assert_int_equal(courier_backoff_ms(false, 1, UINT32_MAX / 2 + 1), 2000);
	assert_int_equal(courier_backoff_ms(false, 4000000000u, UINT32_MAX / 2 + 1), 600000);
	assert_int_equal(courier_backoff_ms(true, 1, UINT32_MAX / 2 + 1), 2000);
	assert_int_equal(courier_backoff_ms(true, 4000000000u, UINT32_MAX / 2 + 1), 30000);
}

/* ------------------------------------------------------------- ClientHello */

/* A hello of n bytes cut into records of at most `cut`; its length in bytes. */
static size_t
make_hello(uint8_t *out, size_t n, size_t cut)
{
	size_t len = 0, done = 0;

	while (done < n + 4) {
		size_t part = n + 4 - done < cut ? n + 4 - done : cut;

		memcpy(out + len, "\x16\x03\x01", 3);
		out[len + 3] = (uint8_t)(part >> 8);
		out[len + 4] = (uint8_t)part;
		for (size_t i = 0; i < part; i++, done++) {
			const uint8_t head[4] = {1, 0, (uint8_t)(n >> 8), (uint8_t)n};

			out[len + 5 + i] = done < 4 ? head[done] : 0xaa;
		}
		len += 5 + part;
	}
	return len;
}

static void
a_hello_is_whole_at_its_last_byte(void **state)
{
	static const size_t cuts[] = {1, 3, 4, 5, 100, 16384};
	uint8_t bytes[8192];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		size_t len = make_hello(bytes, 512, cuts[i]);

		for (size_t n = 0; n < len; n++)
			assert_int_equal(transport_is_hello(bytes, n), 0);
		assert_int_equal(transport_is_hello(bytes, len), 1);
		assert_int_equal(transport_is_hello(bytes, len + 1), 1);
	}
}

static void
what_is_no_hello_is_told_early(void **state)
{
	uint8_t bytes[1024];

	(void)state;
	assert_int_equal(transport_is_hello((const uint8_t *)"GET / HTTP/1.1", 14), -1);
	assert_int_equal(transport_is_hello((const uint8_t *)"G", 1), -1);
	make_hello(bytes, 100, 1000);
	bytes[5] = 2; /* ServerHello */
	assert_int_equal(transport_is_hello(bytes, 300), -1);
	make_hello(bytes, 100, 1000);
	bytes[6] = 1; /* longer than any real one */
	assert_int_equal(transport_is_hello(bytes, 300), -1);
	make_hello(bytes, 100, 1000);
	bytes[3] = 0x41; /* record larger than there may be */
	assert_int_equal(transport_is_hello(bytes, 300), -1);
	make_hello(bytes, 100, 1000);
	bytes[3] = bytes[4] = 0; /* empty record: one could send them for ever */
	assert_int_equal(transport_is_hello(bytes, 300), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_bucket_gives_its_burst_then_its_rate),
	    cmocka_unit_test(a_bucket_without_refill_stays_empty),
	    cmocka_unit_test(sources_have_buckets_of_their_own),
	    cmocka_unit_test(one_source_gets_so_many),
	    cmocka_unit_test(the_oldest_before_signin_gives_way),
	    cmocka_unit_test(one_without_a_name_gives_way_when_it_gets_one),
	    cmocka_unit_test(those_who_signed_in_are_never_shed),
	    cmocka_unit_test(stress_begins_at_half),
	    cmocka_unit_test(networks_are_told_apart),
	    cmocka_unit_test(wrong_networks_are_named),
	    cmocka_unit_test(sources_count_by_what_one_party_holds),
	    cmocka_unit_test(the_soonest_deadline_counts),
	    cmocka_unit_test(timers_come_up_in_order),
	    cmocka_unit_test(sources_take_turns),
	    cmocka_unit_test(messages_wait_longer_each_time),
	    cmocka_unit_test(a_hello_is_whole_at_its_last_byte),
	    cmocka_unit_test(what_is_no_hello_is_told_early),
	};

	secret_setup();
	return cmocka_run_group_tests_name("server_limits", tests, NULL, NULL);
}
