/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_KEYS_H
#define EMAGE_CLIENT_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the terminal sends, decoded: bytes in, events out. Own decoder and not
 * getch(), because pictures make terminals answer (device attributes, kitty
 * replies, "frame shown") and an answer that comes late must never become
 * keystrokes. Pure: no terminal, no clock.
 */

/* A key is a code point, or one of these, or a code point with K_CTRL/K_ALT. */
enum key {
	K_NONE = 0,
	K_BASE = 0x200000,
	K_UP,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_HOME,
	K_END,
	K_PGUP,
	K_PGDN,
	K_INSERT,
	K_DELETE,
	K_BACKSPACE,
	K_ENTER,
	K_TAB,
	K_BTAB,
	K_ESC,
	K_F0 = K_BASE + 0x100,
};
#define K_F(n)	  ((uint32_t)K_F0 + (uint32_t)(n)) /* 1..12; Alt-1 or Esc 1 gives F1 as well */
#define K_CTRL(c) (0x400000U | (uint32_t)(c))	   /* K_CTRL('l') */
#define K_ALT(c)  (0x800000U | (uint32_t)(c))

enum event_type {
	EVENT_KEY,
	EVENT_MOUSE,
	EVENT_PASTE, /* key: one code point of a pasted text */
	EVENT_REPLY, /* bytes: an answer of the terminal, whole, with its ESC */
};

enum mouse_kind { MOUSE_PRESS, MOUSE_RELEASE, MOUSE_DRAG, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct event {
	enum event_type type;
	uint32_t key;
	enum mouse_kind mouse;
	int button; /* 1 left, 2 middle, 3 right; 0 for the wheel */
	int y, x;   /* screen cell from 0 */
	const char *bytes;
	size_t len;
};

/* What *ev points to is valid during the call only. */
typedef void keys_event(void *arg, const struct event *ev);

struct keys;
/* utf8: false when the terminal speaks the locale's own character set. */
struct keys *keys_new(bool utf8, keys_event *to, void *arg);
void keys_free(struct keys **k);

/* Teaches a sequence of this terminal (from terminfo); known ones need no
 * teaching. Ignored when longer than 15 bytes, empty, or not beginning with a
 * control character. */
void keys_learn(struct keys *k, const char *sequence, uint32_t key);

void keys_feed(struct keys *k, const char *bytes, size_t len);
/* Whether an ESC or half a sequence waits for more bytes; after the escape
 * delay the owner calls keys_flush(), which gives K_ESC or an Alt key. Half a
 * reply is given up only after many delays without a byte. */
bool keys_pending(const struct keys *k);
void keys_flush(struct keys *k);

#endif
