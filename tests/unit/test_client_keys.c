/* SPDX-License-Identifier: MIT */
/*
 * The key decoder: what terminals send for each key, cut anywhere; answers that
 * never become keystrokes; hostile bytes.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

#include "client/keys.h"
#include "common/text.h"

#define MAX_EVENTS 4096

struct log {
	struct event events[MAX_EVENTS];
	char replies[MAX_EVENTS];
	size_t n;
};

static void
take(void *arg, const struct event *ev)
{
	struct log *l = arg;

	assert_true(l->n < MAX_EVENTS);
	l->events[l->n++] = *ev;
	if (ev->type == EVENT_REPLY) {
		assert_true(ev->len > 1 && ev->len < 256);
		snprintf(l->replies, sizeof(l->replies), "%.*s", (int)ev->len, ev->bytes);
	}
}

static struct log seen;

static struct keys *
fresh(void)
{
	seen.n = 0;
	return keys_new(true, take, &seen);
}

static void
expect_keys(const char *bytes, size_t len, const uint32_t *keys, size_t n)
{
	/* whole, and cut at each place */
	for (size_t cut = 0; cut <= len; cut++) {
		struct keys *k = fresh();

		keys_feed(k, bytes, cut);
		keys_feed(k, bytes + cut, len - cut);
		keys_flush(k);
		assert_int_equal(seen.n, n);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(seen.events[i].type, EVENT_KEY);
			assert_int_equal(seen.events[i].key, keys[i]);
		}
		keys_free(&k);
	}
}

#define EXPECT(bytes, ...)                                                                         \
	expect_keys(bytes, sizeof(bytes) - 1, (const uint32_t[]){__VA_ARGS__},                     \
	    sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void
test_characters(void **state)
{
	(void)state;
	EXPECT("a", 'a');
	EXPECT("é", 0xe9);
	EXPECT("€x", 0x20ac, 'x');
	EXPECT("\xf0\x9f\x99\x82", 0x1f642);
	EXPECT("\r", K_ENTER);
	EXPECT("\n", K_ENTER);
	EXPECT("\t", K_TAB);
	EXPECT("\x7f", K_BACKSPACE);
	EXPECT("\b", K_BACKSPACE);
	EXPECT("\x0c", K_CTRL('l'));
	/* not UTF-8, overlong, C1: dropped; what follows is kept */
	EXPECT("\xe9"
	       "ab",
	    'a', 'b');
	EXPECT("\xc0\x9bz", 'z');
	EXPECT("\xc2\x9bq", 'q');
}

static void
test_sequences(void **state)
{
	(void)state;
	EXPECT("\033[A", K_UP);
	EXPECT("\033OB", K_DOWN);
	EXPECT("\033[1;5C", K_RIGHT);
	EXPECT("\033[H\033[F", K_HOME, K_END);
	EXPECT("\033[5~\033[6~", K_PGUP, K_PGDN);
	EXPECT("\033[Z", K_BTAB);
	EXPECT("\033[3~", K_DELETE);
	EXPECT("\033OP", K_F(1));
	EXPECT("\033[11~", K_F(1));
	EXPECT("\033[[A", K_F(1));
	EXPECT("\033[21~", K_F(10));
	EXPECT("\033[24~", K_F(12));
	EXPECT("\033OM", K_ENTER);
	EXPECT("\033Op", '0');
}

/* Where there is no row of F-keys: Esc or Alt and a digit. */
static void
test_escape_digit(void **state)
{
	(void)state;
	EXPECT("\0331", K_F(1));
	EXPECT("\0330", K_F(10));
	EXPECT("\033x", K_ALT('x'));
}

static void
test_escape_alone(void **state)
{
	struct keys *k = fresh();

	(void)state;
	keys_feed(k, "\033", 1);
	assert_int_equal(seen.n, 0);
	assert_true(keys_pending(k));
	keys_flush(k);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.events[0].key, K_ESC);
	assert_false(keys_pending(k));
	/* Esc twice; Esc, then a key that continues no sequence */
	keys_feed(k, "\033\033", 2);
	keys_flush(k);
	keys_feed(k, "\033\r", 2);
	assert_int_equal(seen.n, 5);
	assert_int_equal(seen.events[1].key, K_ESC);
	assert_int_equal(seen.events[2].key, K_ESC);
	assert_int_equal(seen.events[3].key, K_ESC);
	assert_int_equal(seen.events[4].key, K_ENTER);
	keys_free(&k);
}

/* vt100 sends for F5 what others send for a digit of the keypad. */
static void
test_learned(void **state)
{
	struct keys *k = fresh();

	(void)state;
	keys_learn(k, "\033Ot", K_F(5));
	keys_learn(k, "", K_F(6));
	keys_learn(k, "x", K_F(6));
	keys_learn(k, "\033[much-too-long-for-a-key", K_F(6));
	keys_feed(k, "\033Ot\033Ou\033[Bx", 10);
	assert_int_equal(seen.n, 4);
	assert_int_equal(seen.events[0].key, K_F(5));
	assert_int_equal(seen.events[1].key, '5');
	assert_int_equal(seen.events[2].key, K_DOWN);
	assert_int_equal(seen.events[3].key, 'x');
	keys_free(&k);
}

static void
test_mouse(void **state)
{
	struct keys *k = fresh();
	const char bytes[] = "\033[<0;12;5M\033[<32;13;5M\033[<0;13;5m\033[<64;1;1M\033[<65;1;1M"
			     "\033[M !!";

	(void)state;
	keys_feed(k, bytes, sizeof(bytes) - 1);
	assert_int_equal(seen.n, 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(seen.events[i].type, EVENT_MOUSE);
	assert_int_equal(seen.events[0].mouse, MOUSE_PRESS);
	assert_int_equal(seen.events[0].button, 1);
	assert_int_equal(seen.events[0].x, 11);
	assert_int_equal(seen.events[0].y, 4);
	assert_int_equal(seen.events[1].mouse, MOUSE_DRAG);
	assert_int_equal(seen.events[2].mouse, MOUSE_RELEASE);
	assert_int_equal(seen.events[3].mouse, MOUSE_WHEEL_UP);
	assert_int_equal(seen.events[4].mouse, MOUSE_WHEEL_DOWN);
	assert_int_equal(seen.events[5].mouse, MOUSE_PRESS);
	assert_int_equal(seen.events[5].x, 0);
	keys_free(&k);
}

/* Answers of terminals: none of their bytes may be taken for a key, wherever
 * the line cuts them and however slow it is. */
static void
test_replies(void **state)
{
	static const char *const replies[] = {
	    "\033[?63;1;2;4;6;9;15;22c",
	    "\033_Gi=31;OK\033\\",
	    "\033P1+r544e=787465726d\033\\",
	    "\033[?1;0;256S",
	    "\033[6;16;8t",
	    "\033[0n",
	    "\033[12;40R",
	    "\033P>|XTerm(379)\033\\",
	    "\033]11;rgb:0000/0000/0000\007",
	};

	(void)state;
	for (size_t r = 0; r < sizeof(replies) / sizeof(replies[0]); r++) {
		size_t len = strlen(replies[r]);

		for (size_t cut = 3; cut < len; cut++) {
			struct keys *k = fresh();

			keys_feed(k, replies[r], cut);
			keys_flush(k); /* the escape delay has passed */
			keys_feed(k, replies[r] + cut, len - cut);
			assert_int_equal(seen.n, 1);
			assert_int_equal(seen.events[0].type, EVENT_REPLY);
			assert_string_equal(seen.replies, replies[r]);
			keys_feed(k, "j", 1);
			assert_int_equal(seen.n, 2);
			assert_int_equal(seen.events[1].key, 'j');
			keys_free(&k);
		}
	}
}

/* A reply that never ends is given up in the end. */
static void
test_reply_given_up(void **state)
{
	struct keys *k = fresh();

	(void)state;
	keys_feed(k, "\033_Gi=31", 7);
	for (int i = 0; i < 64; i++)
		keys_flush(k);
	assert_false(keys_pending(k));
	keys_feed(k, "a", 1);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.events[0].key, 'a');
	keys_free(&k);
}

static void
test_paste(void **state)
{
	struct keys *k = fresh();
	const char bytes[] = "\033[200~é\r1\033[A\033[201~x";

	(void)state;
	keys_feed(k, bytes, sizeof(bytes) - 1);
	assert_int_equal(seen.events[0].type, EVENT_PASTE);
	assert_int_equal(seen.events[0].key, 0xe9);
	assert_int_equal(seen.events[1].type, EVENT_PASTE);
	assert_int_equal(seen.events[1].key, K_ENTER);
	assert_int_equal(seen.events[2].key, '1');
	/* a sequence inside is no key */
	for (size_t i = 0; i + 1 < seen.n; i++)
		assert_int_not_equal(seen.events[i].type, EVENT_KEY);
	assert_int_equal(seen.events[seen.n - 1].type, EVENT_KEY);
	assert_int_equal(seen.events[seen.n - 1].key, 'x');
	keys_free(&k);
}

/* Random bytes with many escapes: no event but those of the contract. */
static void
test_hostile(void **state)
{
	struct keys *k = keys_new(true, take, &seen);
	uint32_t x = 12345;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		char c;

		x = x * 1664525 + 1013904223;
		c = (x >> 28) < 3   ? 27
		    : (x >> 28) < 6 ? "[OP_]<;0~MmS"[(x >> 8) % 12]
				    : (char)(x >> 16);
		seen.n = 0;
		keys_feed(k, &c, 1);
		if ((x >> 20) % 64 == 0)
			keys_flush(k);
		for (size_t i = 0; i < seen.n; i++) {
			const struct event *ev = &seen.events[i];

			assert_in_range(ev->type, EVENT_KEY, EVENT_REPLY);
			if (ev->type == EVENT_KEY && ev->key < K_BASE)
				assert_true(ev->key >= ' ' && ev->key != 127 &&
					    !(ev->key >= 0x80 && ev->key < 0xa0));
			if (ev->type == EVENT_MOUSE)
				assert_true(ev->y >= 0 && ev->x >= 0);
		}
	}
	keys_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_characters),
	    cmocka_unit_test(test_sequences),
	    cmocka_unit_test(test_escape_digit),
	    cmocka_unit_test(test_escape_alone),
	    cmocka_unit_test(test_learned),
	    cmocka_unit_test(test_mouse),
	    cmocka_unit_test(test_replies),
	    cmocka_unit_test(test_reply_given_up),
	    cmocka_unit_test(test_paste),
	    cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("client keys", tests, NULL, NULL);
}
