/* SPDX-License-Identifier: MIT */
/*
 * Helper processes that die, talk rubbish or say nothing (F-10), and messages
 * that wait for one (F-08). The helpers here are shell scripts.
 */
#include "tests/unit/test_store.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/mem.h"
#include "server/courier_link.h"
#include "server/handle/message.h"
#include "server/helper.h"
#include "server/imaging_pool.h"
#include "server/settings.h"
#include "tests/lib/file.h"

/* Reads all that it is told and never answers. */
#define SILENT "#!/bin/sh\nexec cat <&3 > /dev/null\n"
/* A courier is told first how messages leave, and answers that it can be done. */
#define SET_UP                                                                                     \
	"#!/bin/sh\ndd bs=65536 count=1 <&3 > /dev/null 2>&1\n"                                    \
	"printf '\\0\\0\\0\\2\\0\\2\\0\\1\\0\\0\\0\\1\\10\\1' >&3\n"
#define COURIER_SILENT SET_UP "exec cat <&3 > /dev/null\n"
#define COURIER_DIES   SET_UP "dd bs=65536 count=1 <&3 > /dev/null 2>&1\nexit 1\n"
#define DIES	       "#!/bin/sh\nhead -c 5 <&3 > /dev/null\nexit 1\n"
/* A reply's header that announces more than there may be. */
#define RUBBISH                                                                                    \
	"#!/bin/sh\nhead -c 5 <&3 > /dev/null\n"                                                   \
	"printf '\\377\\377\\377\\377\\000\\001\\000\\001\\000\\000\\000\\001' >&3\n"              \
	"exec cat <&3 > /dev/null\n"
/* A whole frame whose body is no message. */
#define NO_MESSAGE                                                                                 \
	"#!/bin/sh\nhead -c 5 <&3 > /dev/null\n"                                                   \
	"printf '\\000\\000\\000\\002\\000\\001\\000\\001\\000\\000\\000\\001\\377\\377' >&3\n"    \
	"exec cat <&3 > /dev/null\n"

struct house {
	struct fixture *f;
	struct settings *settings;
	struct server server;
	char clock[96], bin[96];
};

static void
write_text(const char *path, const char *text, mode_t mode)
{
	char fresh[128];

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	file_write(text, "%s", fresh);
	assert_int_equal(chmod(fresh, mode), 0);
	assert_int_equal(rename(fresh, path), 0);
}

static void
set_clock(struct house *h, int64_t shift_ms)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)shift_ms);
	write_text(h->clock, text, 0600);
}

static void
put_helper(struct house *h, const char *name, const char *script)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", h->bin, name);
	if (script)
		write_text(path, script, 0700);
	else
		unlink(path);
}

static int
setup(void **state)
{
	struct settings_source from = {.path = "/nonexistent/emaged.conf"};
	struct house *h = calloc(1, sizeof(*h));
	char faults[512], clock[112];
	void *fixture;

	assert_non_null(h);
	assert_int_equal(fixture_setup(&fixture), 0);
	h->f = fixture;
	snprintf(h->clock, sizeof(h->clock), "%s/clock", h->f->dir);
	snprintf(h->bin, sizeof(h->bin), "%s/bin", h->f->dir);
	assert_int_equal(mkdir(h->bin, 0700), 0);
	set_clock(h, 0);
	snprintf(clock, sizeof(clock), "@%s", h->clock);
	setenv("EMAGE_TEST_CLOCK", clock, 1);
	setenv("EMAGE_LIBEXEC", h->bin, 1);
	assert_int_equal(settings_load(&from, &h->settings, faults, sizeof(faults)), 0);
	h->server.settings = h->settings;
	h->server.store = h->f->store;
	h->server.pepper = secret_new(32);
	log_set(0, false); /* helpers fail on purpose here */
	*state = h;
	return 0;
}

static int
teardown(void **state)
{
	struct house *h = *state;
	void *fixture = h->f;

	put_helper(h, "emage-imaging", NULL);
	put_helper(h, "emage-courier", NULL);
	assert_int_equal(rmdir(h->bin), 0);
	unsetenv("EMAGE_TEST_CLOCK");
	unsetenv("EMAGE_LIBEXEC");
	unlink(h->clock);
	settings_free(&h->settings);
	secret_free(&h->server.pepper);
	free(h);
	return fixture_teardown(&fixture);
}

/* ----------------------------------------------------------------- imaging */

struct decoding {
	struct imaging_pool *pool;
	struct arena *arena;
	int rc;
	char reason[64];
};

static void *
decode(void *arg)
{
	struct decoding *d = arg;
	Emage__ImagingDecodeReply *reply = NULL;
	Emage__ImagingFrame **frames = NULL;
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	d->rc = imaging_decode(d->pool, d->arena, fd, fd, false, &reply, &frames);
	snprintf(d->reason, sizeof(d->reason), "%s", reply ? reply->reason : "");
	close(fd);
	return NULL;
}

static void
a_bad_decoder_costs_the_file_and_is_replaced(void **state)
{
	static const char *const scripts[] = {DIES, RUBBISH, NO_MESSAGE};
	struct house *h = *state;

	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		struct decoding d = {.arena = arena_new(1 << 20)};

		put_helper(h, "emage-imaging", scripts[i]);
		d.pool = imaging_pool_new(2);
		assert_int_equal(imaging_up(d.pool), 2);
		for (unsigned n = 0; n < 3; n++) {
			decode(&d);
			assert_int_equal(d.rc, -EM_E_INVALID);
			assert_true(strlen(d.reason) > 10);
			assert_int_equal(imaging_up(d.pool), 2);
			arena_reset(d.arena);
		}
		imaging_pool_stop(d.pool);
		imaging_pool_free(&d.pool);
		arena_free(&d.arena);
	}
}

static void
a_decoder_that_takes_too_long_is_ended(void **state)
{
	struct house *h = *state;
	struct decoding d = {.arena = arena_new(1 << 20)};
	pthread_t thread;

	put_helper(h, "emage-imaging", SILENT);
	d.pool = imaging_pool_new(1);
	assert_int_equal(pthread_create(&thread, NULL, decode, &d), 0);
	set_clock(h, 61000);
	/* whether the clock moved before or after it began: it goes on moving */
	for (int64_t shift_ms = 61000; pthread_tryjoin_np(thread, NULL) != 0; shift_ms += 61000) {
		set_clock(h, shift_ms);
		sched_yield();
	}
	assert_int_equal(d.rc, -EM_E_INVALID);
	assert_string_equal(d.reason, "decoding took too long");
	assert_int_equal(imaging_up(d.pool), 1);
	imaging_pool_stop(d.pool);
	imaging_pool_free(&d.pool);
	arena_free(&d.arena);
}

static void
stopping_does_not_wait_for_a_file(void **state)
{
	struct house *h = *state;
	struct decoding d[3];
	pthread_t threads[3];

	put_helper(h, "emage-imaging", SILENT);
	d[0].pool = imaging_pool_new(1);
	/* one is decoded, two wait for the process */
	for (size_t i = 0; i < ARRAY_LEN(d); i++) {
		d[i].pool = d[0].pool;
		d[i].arena = arena_new(1 << 20);
		assert_int_equal(pthread_create(&threads[i], NULL, decode, &d[i]), 0);
	}
	imaging_pool_stop(d[0].pool);
	for (size_t i = 0; i < ARRAY_LEN(d); i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_true(d[i].rc == -EM_E_INVALID || d[i].rc == -EM_E_UNAVAILABLE);
		arena_free(&d[i].arena);
	}
	imaging_pool_free(&d[0].pool);
	assert_int_equal(imaging_up(NULL), 0);
}

static void
without_a_decoder_files_are_not_blamed(void **state)
{
	struct house *h = *state;
	struct decoding d = {.arena = arena_new(1 << 20)};

	d.pool = imaging_pool_new(1);
	assert_int_equal(imaging_up(d.pool), 0);
	decode(&d);
	assert_int_equal(d.rc, -EM_E_UNAVAILABLE);
	/* and it is tried again */
	put_helper(h, "emage-imaging", DIES);
	decode(&d);
	assert_int_equal(d.rc, -EM_E_INVALID);
	imaging_pool_stop(d.pool);
	imaging_pool_free(&d.pool);
	arena_free(&d.arena);
}

/* ----------------------------------------------------------------- courier */

struct adding {
	struct house *h;
	int64_t expires_at_ms;
	uint64_t account_id, outbox_id;
	uint8_t key;
};

static int
run_add(struct store_conn *db, void *arg)
{
	struct adding *a = arg;
	struct store_patient_new n = fixture_patient_new("ABC123");
	struct arena *arena = arena_new(1 << 16);
	struct store_message m = {
	    .kind = OUTBOX_CODE,
	    .channel = 1,
	    .address = "camille@exemple.invalid",
	    .language = "fr",
	    .subject = "Code",
	    .created_at_ms = clock_now_ms(),
	    .due_at_ms = clock_now_ms(),
	    .expires_at_ms = a->expires_at_ms,
	    .key = {a->key},
	};
	uint64_t patient_id;
	int rc = a->account_id ? 0 : store_patient_add(db, &n, &patient_id, &a->account_id);

	m.account_id = a->account_id;
	m.body = message_seal(&a->h->server.pepper, arena, &m, "12345678");
	if (!rc)
		rc = store_outbox_add(db, &m, &a->outbox_id);
	arena_free(&arena);
	return rc;
}

/* Rows that wait, whenever they are due. */
static unsigned
n_waiting(struct house *h, struct store_message *m_r)
{
	unsigned n = 0;

	store_reader_end(h->f->reader);
	arena_reset(h->f->arena);
	assert_int_equal(store_outbox_waiting(h->f->reader, h->f->arena, 0, m_r, 8, &n), 0);
	store_reader_end(h->f->reader);
	return n;
}

static uint64_t
counter(const atomic_uint_fast64_t *c)
{
	return atomic_load(c);
}

static void
an_expired_code_is_never_sent(void **state)
{
	struct house *h = *state;
	struct adding a = {.h = h, .expires_at_ms = clock_now_ms() - 1, .key = 1};
	struct courier_link *c;
	struct store_message m[8];

	put_helper(h, "emage-courier", COURIER_SILENT);
	assert_int_equal(store_run(h->server.store, run_add, &a), 0);
	assert_int_equal(n_waiting(h, m), 1);
	assert_int_equal(courier_link_new(&h->server, &c), 0);
	courier_wake(c);
	while (counter(&h->server.counters.messages_expired) == 0)
		sched_yield();
	courier_link_free(&c);
	assert_int_equal(n_waiting(h, m), 0);
	assert_int_equal(counter(&h->server.counters.messages_sent), 0);
	assert_int_equal(counter(&h->server.counters.helper_restarts), 0);
}

static void
a_message_outlives_a_courier_that_dies(void **state)
{
	struct house *h = *state;
	struct adding a = {.h = h, .expires_at_ms = clock_now_ms() + 900000, .key = 2};
	struct courier_link *c;
	struct store_message m[8];

	put_helper(h, "emage-courier", COURIER_DIES);
	assert_int_equal(store_run(h->server.store, run_add, &a), 0);
	assert_int_equal(courier_link_new(&h->server, &c), 0);
	while (counter(&h->server.counters.helper_restarts) < 1)
		sched_yield();
	courier_link_free(&c);
	/* it waits, for longer than before, and is neither sent nor lost */
	assert_int_equal(n_waiting(h, m), 1);
	assert_int_equal(m[0].n_tries, 1);
	assert_true(m[0].due_at_ms >= m[0].created_at_ms + 1500);
	assert_int_equal(counter(&h->server.counters.messages_sent), 0);
	assert_int_equal(counter(&h->server.counters.messages_failed), 0);
}

static void
a_courier_that_says_nothing_is_replaced(void **state)
{
	struct house *h = *state;
	struct adding a = {.h = h, .key = 3};
	struct courier_link *c;
	struct store_message m[8];
	int64_t shift_ms = 0;

	put_helper(h, "emage-courier", COURIER_SILENT);
	assert_int_equal(store_run(h->server.store, run_add, &a), 0);
	assert_int_equal(courier_link_new(&h->server, &c), 0);
	do {
		set_clock(h, shift_ms += 31000);
		sched_yield();
		assert_int_equal(n_waiting(h, m), 1);
	} while (m[0].n_tries == 0);
	courier_link_free(&c);
	assert_true(counter(&h->server.counters.helper_restarts) >= 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_bad_decoder_costs_the_file_and_is_replaced, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_decoder_that_takes_too_long_is_ended, setup, teardown),
	    cmocka_unit_test_setup_teardown(stopping_does_not_wait_for_a_file, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		without_a_decoder_files_are_not_blamed, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_expired_code_is_never_sent, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_message_outlives_a_courier_that_dies, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_courier_that_says_nothing_is_replaced, setup, teardown),
	};

	return cmocka_run_group_tests_name("server_helper", tests, NULL, NULL);
}
