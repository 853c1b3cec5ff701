/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_PTY_SCREEN_H
#define EMAGE_TESTS_PTY_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A terminal in memory (libvterm): bytes go in, cells, cursor and the answers
 * to a program's questions come out. Knows no process.
 */
struct pty_screen;

enum pty_attr {
	PTY_BOLD = 1,
	PTY_UNDERLINE = 2,
	PTY_REVERSE = 4,
	PTY_FOREGROUND = 8, /* a colour other than the default */
	PTY_BACKGROUND = 16,
};

struct pty_screen *pty_screen_new(unsigned rows, unsigned columns);
void pty_screen_free(struct pty_screen **s);
void pty_screen_resize(struct pty_screen *s, unsigned rows, unsigned columns);
void pty_screen_feed(struct pty_screen *s, const char *bytes, size_t len);
/* What the terminal says back (answers, keys); bytes copied, at most len. */
size_t pty_screen_answers(struct pty_screen *s, char *out_r, size_t len);
/* The bytes of a key in the mode that the program has set. See PTY_KEY_*. */
void pty_screen_key(struct pty_screen *s, int key);
/* Presses and releases the left button on a cell. */
void pty_screen_click(struct pty_screen *s, unsigned row, unsigned column);

unsigned pty_screen_rows(const struct pty_screen *s);
unsigned pty_screen_columns(const struct pty_screen *s);
void pty_screen_cursor(const struct pty_screen *s, unsigned *row_r, unsigned *column_r);
bool pty_screen_cursor_visible(const struct pty_screen *s);
bool pty_screen_alternate(const struct pty_screen *s);
bool pty_screen_mouse(const struct pty_screen *s);
unsigned pty_screen_bells(const struct pty_screen *s);
/* One row as UTF-8, blanks at the end left out. Never cuts a character. */
void pty_screen_row(const struct pty_screen *s, unsigned row, char *out_r, size_t out_len);
/* enum pty_attr of a cell. */
unsigned pty_screen_attrs(const struct pty_screen *s, unsigned row, unsigned column);
/* All rows, one a line; then, when wanted, the lines that scrolled out of the
 * top and were not erased since. free() it. */
char *pty_screen_text(const struct pty_screen *s, bool with_scrollback);

#endif
