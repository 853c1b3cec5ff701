/* SPDX-License-Identifier: MIT */
/*
 * From a terminal's bytes to events. A small machine: plain characters, an
 * escape sequence being collected, the body of a string reply being skipped, a
 * bracketed paste. What the terminal's own description teaches wins over the
 * built-in tables, because vt100 and xterm use the same bytes for other keys.
 */
#include "client/keys.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "common/mem.h"
#include "common/text.h"

#define KEYS_SEQUENCE_MAX 128 /* longer ones are no keys; skipped */
#define KEYS_LEARNED_MAX  96
#define KEYS_LEARNED_LEN  15
#define KEYS_QUIET_MAX	  20 /* escape delays until half a reply is given up */

enum keys_state { KEYS_GROUND, KEYS_ESCAPE, KEYS_STRING, KEYS_STRING_ESC };

struct keys_learned {
	char bytes[KEYS_LEARNED_LEN + 1];
	size_t len;
	uint32_t key;
};

struct keys {
	keys_event *to;
	void *arg;
	bool utf8;
	bool pasting;
	enum keys_state state;
	char seq[KEYS_SEQUENCE_MAX + 1]; /* escape sequence so far */
	size_t n_seq;
	unsigned n_quiet; /* times nothing came */
	char ch[8];	  /* character so far */
	size_t n_ch;
	struct keys_learned learned[KEYS_LEARNED_MAX];
	size_t n_learned;
};

struct keys_code {
	int code;
	uint32_t key;
};

/* CSI n ~ */
static const struct keys_code keys_tilde[] = {
    {1, K_HOME},
    {2, K_INSERT},
    {3, K_DELETE},
    {4, K_END},
    {5, K_PGUP},
    {6, K_PGDN},
    {7, K_HOME},
    {8, K_END},
    {11, K_F(1)},
    {12, K_F(2)},
    {13, K_F(3)},
    {14, K_F(4)},
    {15, K_F(5)},
    {17, K_F(6)},
    {18, K_F(7)},
    {19, K_F(8)},
    {20, K_F(9)},
    {21, K_F(10)},
    {23, K_F(11)},
    {24, K_F(12)},
};

/* Last byte of CSI and of ESC O. */
static const struct keys_code keys_final[] = {
    {'A', K_UP}, {'B', K_DOWN}, {'C', K_RIGHT}, {'D', K_LEFT}, {'H', K_HOME}, {'F', K_END},
    {'Z', K_BTAB}, {'P', K_F(1)}, {'Q', K_F(2)}, {'R', K_F(3)}, {'S', K_F(4)},
    {'M', K_ENTER}, /* keypad; CSI M is the old mouse report */
};

struct keys *
keys_new(bool utf8, keys_event *to, void *arg)
{
	struct keys *k = mem_new(sizeof(*k));

	k->utf8 = utf8;
	k->to = to;
	k->arg = arg;
	return k;
}

void
keys_free(struct keys **kp)
{
	free(*kp);
	*kp = NULL;
}

void
keys_learn(struct keys *k, const char *sequence, uint32_t key)
{
	size_t len = sequence ? strlen(sequence) : 0;
	struct keys_learned *l;

	if (len < 2 || len > KEYS_LEARNED_LEN || sequence[0] != 27)
		return;
	if (k->n_learned == KEYS_LEARNED_MAX)
		return;
	l = &k->learned[k->n_learned++];
	memcpy(l->bytes, sequence, len);
	l->len = len;
	l->key = key;
}

static uint32_t
keys_lookup(const struct keys_code *table, size_t n, int code)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].code == code)
			return table[i].key;
	return K_NONE;
}

/* ------------------------------------------------------------------- events */

static void
keys_give(struct keys *k, uint32_t key)
{
	struct event ev = {
	    .type = k->pasting ? EVENT_PASTE : EVENT_KEY,
	    .key = key,
	};

	if (key != K_NONE)
		k->to(k->arg, &ev);
}

static void
keys_give_reply(struct keys *k)
{
	struct event ev = {.type = EVENT_REPLY, .bytes = k->seq, .len = k->n_seq};

	k->to(k->arg, &ev);
}

static void
keys_give_mouse(struct keys *k, int code, int x, int y, bool release)
{
	struct event ev = {.type = EVENT_MOUSE, .y = y - 1, .x = x - 1};

	if (x < 1 || y < 1)
		return;
	if (code & 64) {
		ev.mouse = code & 1 ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP;
	} else {
		ev.button = (code & 3) + 1;
		ev.mouse = release ? MOUSE_RELEASE : code & 32 ? MOUSE_DRAG : MOUSE_PRESS;
	}
	k->to(k->arg, &ev);
}

/* --------------------------------------------------------------- characters */

static void
keys_control(struct keys *k, unsigned char c)
{
	if (c == '\r' || c == '\n')
		keys_give(k, K_ENTER);
	else if (c == '\t')
		keys_give(k, K_TAB);
	else if (c == 8 || c == 127)
		keys_give(k, K_BACKSPACE);
	else if (c >= 1 && c <= 26)
		keys_give(k, K_CTRL('a' + c - 1));
}

/* One byte of a character; an impossible one is dropped with what was there. */
static void
keys_character(struct keys *k, char c)
{
	uint32_t cp = 0;
	size_t n;

	k->ch[k->n_ch++] = c;
	if (!k->utf8) {
		wchar_t wc;
		mbstate_t st = {0};

		if (mbrtowc(&wc, k->ch, 1, &st) == 1)
			keys_give(k, (uint32_t)wc);
		k->n_ch = 0;
		return;
	}
	n = text_decode(k->ch, k->n_ch, &cp);
	if (n > 0) {
		k->n_ch = 0;
		if (cp >= 0xa0)
			keys_give(k, cp);
	} else if (k->n_ch >= 4) {
		k->n_ch = 0;
	}
}

static void
keys_ground(struct keys *k, char c)
{
	unsigned char u = (unsigned char)c;

	if (u == 27) {
		k->n_ch = 0;
		k->seq[0] = c;
		k->n_seq = 1;
		k->state = KEYS_ESCAPE;
	} else if (u < 32 || u == 127) {
		k->n_ch = 0;
		keys_control(k, u);
	} else if (u < 128) {
		k->n_ch = 0;
		keys_give(k, u);
	} else {
		if (k->utf8 && (u & 0xc0) != 0x80)
			k->n_ch = 0; /* a new one begins; the old one was cut */
		keys_character(k, c);
	}
}

/* ---------------------------------------------------------------- sequences */

/* Numbers of a CSI sequence, missing ones 0. */
static size_t
keys_params(const char *s, size_t len, int *p, size_t max)
{
	size_t n = 0;
	bool any = false;

	memset(p, 0, max * sizeof(*p));
	for (size_t i = 0; i < len && n < max; i++) {
		if (s[i] >= '0' && s[i] <= '9') {
			any = true;
			if (p[n] < 100000)
				p[n] = p[n] * 10 + (s[i] - '0');
		} else if (s[i] == ';') {
			any = true;
			n++;
		}
	}
	return any && n < max ? n + 1 : n;
}

static void
keys_csi(struct keys *k)
{
	char final = k->seq[k->n_seq - 1];
	const char *body = k->seq + 2;
	size_t len = k->n_seq - 3;
	int p[3];
	size_t n;
	uint32_t key = K_NONE;

	if (len > 0 && body[0] == '<' && (final == 'M' || final == 'm')) {
		if (keys_params(body + 1, len - 1, p, 3) == 3)
			keys_give_mouse(k, p[0], p[1], p[2], final == 'm');
		return;
	}
	if (len > 0 && (body[0] < '0' || body[0] > ';')) {
		keys_give_reply(k);
		return;
	}
	n = keys_params(body, len, p, 3);
	if (final == '~' && p[0] == 200)
		k->pasting = true;
	else if (final == '~' && p[0] == 201)
		k->pasting = false;
	else if (final == '~')
		key = keys_lookup(keys_tilde, ARRAY_LEN(keys_tilde), p[0]);
	else if (n < 2 || p[0] == 1) /* "row;column R" is a position report */
		key = keys_lookup(keys_final, ARRAY_LEN(keys_final), final);
	if (key != K_NONE && !k->pasting)
		keys_give(k, key);
	else if (final != '~')
		keys_give_reply(k);
}

/* ESC O x: cursor keys and keypad in application mode. */
static void
keys_ss3(struct keys *k)
{
	char final = k->seq[k->n_seq - 1];
	uint32_t key = keys_lookup(keys_final, ARRAY_LEN(keys_final), final);

	if (key == K_NONE && final >= 'j' && final <= 'y')
		key = (uint32_t)(final - 'p' + '0');
	keys_give(k, key);
}

enum keys_verdict { KEYS_MORE, KEYS_WHOLE, KEYS_NOTHING };

/* A sequence that the terminal's description has taught. */
static enum keys_verdict
keys_match_learned(const struct keys *k, uint32_t *key_r)
{
	enum keys_verdict v = KEYS_NOTHING;

	for (size_t i = 0; i < k->n_learned; i++) {
		const struct keys_learned *l = &k->learned[i];

		if (l->len < k->n_seq || memcmp(l->bytes, k->seq, k->n_seq) != 0)
			continue;
		if (l->len == k->n_seq) {
			*key_r = l->key;
			return KEYS_WHOLE;
		}
		v = KEYS_MORE;
	}
	return v;
}

static void
keys_reset(struct keys *k)
{
	k->state = KEYS_GROUND;
	k->n_seq = 0;
	memset(k->seq, 0, sizeof(k->seq));
}

/* ESC and one more character: Esc 1 is F1 where there is no row of F-keys. */
static void
keys_alt(struct keys *k, char c)
{
	keys_reset(k);
	if (c >= '1' && c <= '9')
		keys_give(k, K_F(c - '0'));
	else if (c == '0')
		keys_give(k, K_F(10));
	else
		keys_give(k, K_ALT((unsigned char)c));
}

static bool
keys_is_final(char c)
{
	return c >= 0x40 && c <= 0x7e;
}

/* The sequence is as long as n_seq says; ends it or waits for more. */
static void
keys_grammar(struct keys *k)
{
	char second = k->seq[1];
	char last = k->seq[k->n_seq - 1];

	if (second == 'P' || second == '_' || second == ']' || second == '^') {
		k->state = KEYS_STRING;
		return;
	}
	if (second == '[') {
		if (k->n_seq == 3 && last == '[')
			return; /* Linux console: ESC [ [ A */
		if (k->n_seq == 4 && k->seq[2] == '[') {
			if (last >= 'A' && last <= 'E')
				keys_give(k, K_F(last - 'A' + 1));
			keys_reset(k);
			return;
		}
		if (k->n_seq == 3 && last == 'M')
			return; /* old mouse report: three more bytes */
		if (k->seq[2] == 'M' && k->n_seq < 6)
			return;
		if (k->seq[2] == 'M') {
			int code = (unsigned char)k->seq[3] - 32;
			bool release = (code & 3) == 3 && !(code & 64);

			keys_give_mouse(k, release ? 0 : code, (unsigned char)k->seq[4] - 32,
			    (unsigned char)k->seq[5] - 32, release);
			keys_reset(k);
			return;
		}
		if (k->n_seq < 3 || !keys_is_final(last))
			return;
		keys_csi(k);
		keys_reset(k);
		return;
	}
	if (second == 'O') {
		if (k->n_seq < 3 || (last >= '0' && last <= '9') || last == ';')
			return;
		keys_ss3(k);
		keys_reset(k);
		return;
	}
	keys_alt(k, second);
}

static void
keys_escape(struct keys *k, char c)
{
	uint32_t key = K_NONE;
	unsigned char u = (unsigned char)c;

	/* ESC before something that continues no sequence was the key */
	if (k->n_seq == 1 && (u < 32 || u >= 127)) {
		keys_reset(k);
		keys_give(k, K_ESC);
		keys_ground(k, c);
		return;
	}
	if (u == 27 || u == 24 || u == 26) { /* cut off: begin again */
		keys_reset(k);
		if (u == 27)
			keys_ground(k, c);
		return;
	}
	if (k->n_seq == KEYS_SEQUENCE_MAX) {
		if (keys_is_final(c))
			keys_reset(k);
		return;
	}
	k->seq[k->n_seq++] = c;
	switch (keys_match_learned(k, &key)) {
	case KEYS_WHOLE:
		keys_reset(k);
		keys_give(k, key);
		break;
	case KEYS_MORE:
		/* as far as it is also a string's beginning, that comes later */
		if (k->n_seq >= 3 && keys_is_final(c) && k->seq[1] == '[' && c != '[')
			keys_grammar(k);
		break;
	case KEYS_NOTHING:
		keys_grammar(k);
		break;
	}
}

/* Body of a string: kept as far as there is room, for whoever asked. */
static void
keys_string(struct keys *k, char c)
{
	if (k->n_seq < KEYS_SEQUENCE_MAX)
		k->seq[k->n_seq++] = c;
	if (k->state == KEYS_STRING_ESC && c != '\\') {
		keys_reset(k); /* cut off by another sequence */
		keys_ground(k, 27);
		keys_escape(k, c);
	} else if (c == 7 || k->state == KEYS_STRING_ESC) {
		keys_give_reply(k);
		keys_reset(k);
	} else if (c == 27) {
		k->state = KEYS_STRING_ESC;
	}
}

void
keys_feed(struct keys *k, const char *bytes, size_t len)
{
	k->n_quiet = 0;
	for (size_t i = 0; i < len; i++) {
		switch (k->state) {
		case KEYS_GROUND:
			keys_ground(k, bytes[i]);
			break;
		case KEYS_ESCAPE:
			keys_escape(k, bytes[i]);
			break;
		case KEYS_STRING:
		case KEYS_STRING_ESC:
			keys_string(k, bytes[i]);
			break;
		}
	}
}

bool
keys_pending(const struct keys *k)
{
	return k->state != KEYS_GROUND;
}

void
keys_flush(struct keys *k)
{
	size_t n = k->n_seq;
	char second = k->seq[1];

	if (k->state == KEYS_GROUND)
		return;
	/* a reply that a slow line cuts in two must not become keystrokes */
	if (n > 2 && ++k->n_quiet < KEYS_QUIET_MAX)
		return;
	keys_reset(k);
	if (n == 1)
		keys_give(k, K_ESC);
	else if (n == 2)
		keys_alt(k, second);
}
