/* SPDX-License-Identifier: MIT */
/*
 * Owner of the terminal. Opens it through newterm(), since initscr() would
 * exit with a message of its own; keeps a second description of it for picture
 * bytes, so that O_NONBLOCK there does not reach ncurses' own writes.
 */
#include "client/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client/tty_slow.h"
#include "common/buf.h"
#include "common/err.h" /* before curses.h, which has an ERR of its own */
#include "common/mem.h"

#include <curses.h>
#include <term.h>

#define TTY_RAW_MAX   (16u * 1024u * 1024u)
#define TTY_RAW_STEP  16384u
#define TTY_SLOW_BAUD 19200

struct tty {
	SCREEN *screen;
	int in_fd, out_fd;
	int raw_fd; /* out_fd, or its own description without blocking */
	struct buf raw;
	enum theme theme;
	struct thrift *thrift; /* of a slow line; NULL: curses paints */
	bool mouse;
	bool pastes; /* bracketed paste is on */
};

/* die() has no argument to hand over; there is one terminal. */
static struct tty *tty_current;

/* The escape that empties the scrollback; terminals without one ignore it. */
static const char tty_erase_scrollback[] = "\033[3J";

bool
tty_locale(void)
{
	bool is_there = setlocale(LC_ALL, "") != NULL;

	if (!is_there || strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") == 0)
		if (!setlocale(LC_ALL, "C.UTF-8"))
			setlocale(LC_ALL, "C");
	return is_there;
}

static const char *
tty_name(void)
{
	const char *name = getenv("TERM");

	return name ? name : "";
}

enum tty_fault
tty_check(void)
{
	const char *name = tty_name();
	bool can_place;
	int err = 0;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return TTY_NO_TTY;
	if (strcmp(name, "dumb") == 0)
		return TTY_DUMB;
	if (name[0] == '\0' || setupterm(name, STDOUT_FILENO, &err) == ERR)
		return TTY_UNKNOWN;
	can_place = cursor_address != NULL;
	del_curterm(cur_term); /* newterm() makes its own */
	return can_place ? TTY_OK : TTY_DUMB;
}

static void
tty_write_bytes(const struct tty *t, const void *from, size_t len)
{
	const char *bytes = from;

	while (len > 0) {
		ssize_t n = write(t->out_fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

static void
tty_write(const struct tty *t, const char *bytes)
{
	tty_write_bytes(t, bytes, strlen(bytes));
}

static int
tty_putchar(int c)
{
	return putchar(c);
}

/* putp() would leave it in ncurses' own buffer. */
static void
tty_put_capability(const char *s)
{
	tputs(s, 1, tty_putchar);
	fflush(stdout);
}

/* Terminals of xterm's kind: have a mouse report in their description. */
static bool
tty_is_xterm_like(void)
{
	const char *mouse = tigetstr("kmous");

	return mouse && mouse != (char *)-1 && mouse[0] == 27;
}

static void
tty_modes(struct tty *t, bool on)
{
	if (keypad_xmit && keypad_local)
		tty_put_capability(on ? keypad_xmit : keypad_local);
	if (t->pastes)
		tty_write(t, on ? "\033[?2004h" : "\033[?2004l");
	if (t->mouse)
		tty_write(t,
		    on ? "\033[?1000h\033[?1002h\033[?1006h" : "\033[?1006l\033[?1002l\033[?1000l");
}

/* Leaves an empty screen behind, then the terminal as it was. */
static void
tty_restore(struct tty *t)
{
	tty_modes(t, false);
	tty_wipe(t);
	endwin();
	if (!enter_ca_mode && clear_screen)
		tty_put_capability(clear_screen);
	/* a console keeps what it has shown in more places than these */
	if (strncmp(tty_name(), "linux", 5) == 0 && reset_1string)
		tty_put_capability(reset_1string);
	tty_write(t, tty_erase_scrollback);
}

static void
tty_restore_current(void)
{
	if (tty_current)
		tty_restore(tty_current);
}

/* curses begins an empty screen, and leaves it to the painter of slow lines. */
static void
tty_start_thrift(struct tty *t)
{
	refresh();
	t->thrift = thrift_new(LINES, COLS);
	paint_start_slow();
	theme_spare_bold();
}

enum tty_fault
tty_open(const struct tty_wish *wish, struct tty **t_r)
{
	struct tty *t = mem_new(sizeof(*t));
	const char *tty;
	bool slow; /* colours are a third of the bytes of a screen */

	t->in_fd = STDIN_FILENO;
	t->out_fd = STDOUT_FILENO;
	/* line-drawing characters instead of the switch of character set, which
	 * emulators in UTF-8 mode may not know; a VT knows it, and its line is slow */
	if (strncmp(tty_name(), "vt", 2) != 0)
		setenv("NCURSES_NO_UTF8_ACS", "1", 0);
	t->screen = newterm(NULL, stdout, stdin);
	if (!t->screen) {
		free(t);
		return TTY_UNKNOWN;
	}
	set_term(t->screen);
	slow = !wish->theme_is_wanted && baudrate() > 0 && baudrate() <= TTY_SLOW_BAUD;
	t->theme = theme_start(slow ? THEME_MONO : wish->theme);
	raw();
	noecho();
	nonl();
	typeahead(-1); /* ncurses must not look at the input */
	scrollok(stdscr, FALSE);
	bkgdset((chtype)' ' | theme_attr(STYLE_PLAIN) | COLOR_PAIR(theme_pair(STYLE_PLAIN)));
	if (slow && tty_slow_can())
		tty_start_thrift(t);
	t->mouse = wish->mouse && tty_is_xterm_like();
	t->pastes = tty_is_xterm_like();
	buf_init(&t->raw, TTY_RAW_MAX);
	tty = ttyname(t->out_fd);
	t->raw_fd = tty ? open(tty, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
	if (t->raw_fd < 0)
		t->raw_fd = t->out_fd;
	tty_current = t;
	die_before_exit(tty_restore_current);
	tty_modes(t, true);
	*t_r = t;
	return TTY_OK;
}

void
tty_close(struct tty **tp)
{
	struct tty *t = *tp;

	if (!t)
		return;
	*tp = NULL;
	tty_current = NULL;
	tty_restore(t);
	if (t->raw_fd != t->out_fd)
		close(t->raw_fd);
	buf_release(&t->raw);
	thrift_free(&t->thrift);
	delscreen(t->screen);
	free(t);
}

int
tty_fd(const struct tty *t)
{
	return t->in_fd;
}

enum theme
tty_theme(const struct tty *t)
{
	return t->theme;
}

/* --------------------------------------------------------------------- keys */

static const struct {
	const char *capability;
	uint32_t key;
} tty_keys[] = {
    {"kcuu1", K_UP},
    {"kcud1", K_DOWN},
    {"kcub1", K_LEFT},
    {"kcuf1", K_RIGHT},
    {"khome", K_HOME},
    {"kend", K_END},
    {"kpp", K_PGUP},
    {"knp", K_PGDN},
    {"kich1", K_INSERT},
    {"kdch1", K_DELETE},
    {"kcbt", K_BTAB},
    {"kent", K_ENTER},
    {"kf1", K_F(1)},
    {"kf2", K_F(2)},
    {"kf3", K_F(3)},
    {"kf4", K_F(4)},
    {"kf5", K_F(5)},
    {"kf6", K_F(6)},
    {"kf7", K_F(7)},
    {"kf8", K_F(8)},
    {"kf9", K_F(9)},
    {"kf10", K_F(10)},
};

void
tty_teach(const struct tty *t, struct keys *k)
{
	(void)t;
	for (size_t i = 0; i < ARRAY_LEN(tty_keys); i++) {
		const char *s = tigetstr(tty_keys[i].capability);

		if (s && s != (char *)-1)
			keys_learn(k, s, tty_keys[i].key);
	}
}

/* --------------------------------------------------------------------- size */

bool
tty_resize(struct tty *t)
{
	struct winsize ws;

	if (ioctl(t->out_fd, TIOCGWINSZ, &ws) < 0 || ws.ws_row == 0 || ws.ws_col == 0)
		return false;
	if (ws.ws_row == LINES && ws.ws_col == COLS)
		return false;
	resizeterm(ws.ws_row, ws.ws_col);
	return true;
}

void
tty_cell_pixels(const struct tty *t, int *width_r, int *height_r)
{
	struct winsize ws;

	*width_r = *height_r = 0;
	if (ioctl(t->out_fd, TIOCGWINSZ, &ws) < 0 || ws.ws_row == 0 || ws.ws_col == 0)
		return;
	*width_r = ws.ws_xpixel / ws.ws_col;
	*height_r = ws.ws_ypixel / ws.ws_row;
}

void
tty_invalidate(struct tty *t)
{
	if (t && t->thrift)
		thrift_forget(t->thrift, LINES, COLS);
	else
		clearok(curscr, TRUE);
}

static void
tty_paint_slowly(struct tty *t, int y, int x, bool may_erase)
{
	struct buf out;

	tty_slow_take(t->thrift);
	buf_init(&out, TTY_RAW_MAX);
	if (thrift_paint(t->thrift, y, x, may_erase, &out) == 0)
		tty_write_bytes(t, buf_bytes(&out), out.len);
	buf_release(&out);
}

void
tty_paint(struct tty *t, int y, int x, bool may_erase)
{
	if (t != NULL && t->thrift) {
		tty_paint_slowly(t, y, x, may_erase);
		return;
	}
	move(y, x);
	refresh();
}

void
tty_wipe(struct tty *t)
{
	/* ncurses keeps copies of what it has shown: overwrite them too */
	werase(stdscr);
	clearok(stdscr, TRUE);
	refresh();
	fflush(stdout);
	if (t->thrift)
		thrift_forget(t->thrift, LINES, COLS);
	buf_release(&t->raw);
	tty_write(t, tty_erase_scrollback);
}

void
tty_suspend(struct tty *t)
{
	tty_modes(t, false);
	endwin();
	raise(SIGSTOP);
	erase(); /* what was shown is drawn anew */
	refresh();
	tty_modes(t, true);
	tty_invalidate(t);
}

void
tty_bell(struct tty *t)
{
	(void)t;
	beep();
}

/* ---------------------------------------------------------------- raw bytes */

void
tty_raw(struct tty *t, const void *bytes, size_t len)
{
	/* what does not fit would only be shown half: leave it out whole */
	if (buf_append(&t->raw, bytes, len) == 0)
		tty_raw_step(t);
}

bool
tty_raw_pending(const struct tty *t)
{
	return t->raw.len > 0;
}

int
tty_raw_fd(const struct tty *t)
{
	return t->raw_fd;
}

bool
tty_raw_step(struct tty *t)
{
	while (t->raw.len > 0) {
		size_t len = t->raw.len < TTY_RAW_STEP ? t->raw.len : TTY_RAW_STEP;
		ssize_t n = write(t->raw_fd, buf_bytes(&t->raw), len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		buf_consume(&t->raw, (size_t)n);
	}
	return true;
}
