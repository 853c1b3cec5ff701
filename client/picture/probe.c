/* SPDX-License-Identifier: MIT */
/*
 * Asks the terminal what it can show, and decides how pictures are drawn.
 */
#include "client/picture/probe.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"

/* after err.h: curses wants ERR for itself */
#include <curses.h>
#include <term.h>

/* Everything in one write; DA1 last, because every terminal answers that. */
static const char PROBE_QUESTIONS[] = "\0337\033[?1049h"
				      "\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\" /* kitty? */
				      "\033P+q544e\033\\" /* XTGETTCAP TN */
				      "\033[>0q"	  /* XTVERSION */
				      "\033[?1;1;0S"	  /* registers */
				      "\033[?2;1;0S"	  /* sixel size */
				      "\033[16t\033[14t"  /* pixels */
				      "\033[c";
static const char PROBE_LEAVE[] = "\033[?1049l\0338";

static const char *const WISH_NAMES[] = {
    [PROBE_AUTO] = "auto",
    [PROBE_WISH_KITTY] = "kitty",
    [PROBE_WISH_SIXEL] = "sixel",
    [PROBE_WISH_ITERM] = "iterm",
    [PROBE_WISH_HALF] = "half",
    [PROBE_WISH_SHADE] = "shade",
    [PROBE_WISH_PLAIN] = "plain",
    [PROBE_WISH_NONE] = "none",
};

static const char *const WAY_NAMES[N_PICTURE_WAYS] = {
    [PICTURE_KITTY] = "kitty",
    [PICTURE_SIXEL] = "sixel",
    [PICTURE_ITERM2] = "iterm2",
    [PICTURE_CELLS_TRUE] = "half-24bit",
    [PICTURE_CELLS_256] = "half-256",
    [PICTURE_CELLS_16] = "half-16",
    [PICTURE_SHADE] = "shade",
    [PICTURE_PLAIN] = "plain",
    [PICTURE_NONE] = "none",
};

const char *
picture_way_name(enum picture_way way)
{
	return WAY_NAMES[way < N_PICTURE_WAYS ? way : PICTURE_NONE];
}

bool
probe_wish_by_name(const char *name, enum probe_wish *wish_r)
{
	for (size_t i = 0; i < ARRAY_LEN(WISH_NAMES); i++) {
		if (strcmp(name, WISH_NAMES[i]) == 0) {
			*wish_r = (enum probe_wish)i;
			return true;
		}
	}
	return false;
}

static bool
probe_is_set(const char *name)
{
	const char *v = getenv(name);

	return v != NULL && v[0] != '\0';
}

struct probe_env
probe_env_read(void)
{
	struct probe_env env = {
	    .term = getenv("TERM"),
	    .colorterm = getenv("COLORTERM"),
	    .term_program = getenv("TERM_PROGRAM"),
	    .in_tmux = probe_is_set("TMUX") || probe_is_set("STY"),
	    .is_remote = probe_is_set("SSH_CONNECTION") || probe_is_set("SSH_TTY"),
	    .is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
	    .no_color = probe_is_set("NO_COLOR"),
	    .n_colors = -1,
	};
	int err = 0;

	if (env.term != NULL && setupterm(NULL, STDOUT_FILENO, &err) == OK) {
		env.n_colors = tigetnum("colors");
		del_curterm(cur_term);
	}
	return env;
}

static bool
probe_starts(const char *s, const char *front)
{
	return s != NULL && strncmp(s, front, strlen(front)) == 0;
}

static bool
probe_is_multiplexed(const struct probe_env *env)
{
	return env->in_tmux || probe_starts(env->term, "tmux") || probe_starts(env->term, "screen");
}

/* Terminals of glass and phosphor, and the Linux console: letters only. */
static bool
probe_is_old(const struct probe_env *env)
{
	return env->term == NULL || strcmp(env->term, "dumb") == 0 || probe_starts(env->term, "vt");
}

static bool
probe_is_console(const struct probe_env *env)
{
	return probe_starts(env->term, "linux");
}

static bool
probe_is_24bit(const struct probe_env *env)
{
	const char *c = env->colorterm;
	size_t len = strlen(env->term);

	if (c != NULL && (strcmp(c, "truecolor") == 0 || strcmp(c, "24bit") == 0))
		return true;
	return env->n_colors >= 1 << 24 || (len > 7 && strcmp(env->term + len - 7, "-direct") == 0);
}

/* Half blocks in the depth that there is. */
static enum picture_way
probe_choose_half(const struct probe_env *env)
{
	if (probe_is_24bit(env))
		return PICTURE_CELLS_TRUE;
	return env->n_colors >= 256 ? PICTURE_CELLS_256 : PICTURE_CELLS_16;
}

static enum picture_way
probe_choose_symbols(const struct probe_env *env)
{
	if (!env->is_utf8 || probe_is_old(env))
		return PICTURE_PLAIN;
	/* the fonts of the Linux console have no half blocks */
	if (env->no_color || env->n_colors < 16 || probe_is_console(env))
		return PICTURE_SHADE;
	return probe_choose_half(env);
}

static enum picture_way
probe_choose_auto(const struct probe *p, const struct probe_env *env)
{
	const char *program = env->term_program;
	bool iterm2 = p->iterm2 || (program != NULL && (strcmp(program, "iTerm.app") == 0 ||
							   strcmp(program, "WezTerm") == 0));

	if (probe_is_multiplexed(env) || probe_is_old(env) || probe_is_console(env))
		return probe_choose_symbols(env);
	if (p->kitty)
		return PICTURE_KITTY;
	if (p->sixel)
		return PICTURE_SIXEL;
	return iterm2 ? PICTURE_ITERM2 : probe_choose_symbols(env);
}

enum picture_way
probe_choose(const struct probe *p, const struct probe_env *env, enum probe_wish wish)
{
	switch (wish) {
	case PROBE_WISH_KITTY:
		return PICTURE_KITTY;
	case PROBE_WISH_SIXEL:
		return PICTURE_SIXEL;
	case PROBE_WISH_ITERM:
		return PICTURE_ITERM2;
	case PROBE_WISH_HALF:
		return env->is_utf8 && env->term != NULL ? probe_choose_half(env) : PICTURE_PLAIN;
	case PROBE_WISH_SHADE:
		return env->is_utf8 ? PICTURE_SHADE : PICTURE_PLAIN;
	case PROBE_WISH_PLAIN:
		return PICTURE_PLAIN;
	case PROBE_WISH_NONE:
		return PICTURE_NONE;
	case PROBE_AUTO:
		break;
	}
	return probe_choose_auto(p, env);
}

/* Real time on purpose: a person waits before a terminal. */
static int64_t
probe_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
probe_write(int fd, const char *s, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, s, len);
		if (n < 0 && errno == EAGAIN) {
			struct pollfd wait = {.fd = fd, .events = POLLOUT};
			poll(&wait, 1, 1000);
			continue;
		}
		if (n < 0 && errno != EINTR)
			return -EM_E_IO;
		if (n > 0) {
			s += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static int
probe_listen(int fd, struct probe *p, struct probe_filter *f, int64_t until_ms)
{
	while (!p->fenced) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		unsigned char bytes[256];
		int64_t left = until_ms - probe_now_ms();

		if (left <= 0)
			return -EM_E_TIMEOUT;
		if (poll(&wait, 1, (int)left) <= 0)
			continue;
		ssize_t n = read(fd, bytes, sizeof(bytes));
		if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
			return -EM_E_CLOSED;
		for (ssize_t i = 0; i < n; i++) {
			size_t keys = probe_feed(f, p, bytes[i]);
			for (size_t k = 0; k < keys && f->n_typed < sizeof(f->typed); k++)
				f->typed[f->n_typed++] = (unsigned char)f->keys[k];
		}
	}
	return 0;
}

int
probe_terminal(int fd, const struct probe_env *env, struct probe *p_r, struct probe_filter *f_r)
{
	struct termios before, raw;
	int err;

	*p_r = (struct probe){0};
	*f_r = (struct probe_filter){0};
	if (probe_is_old(env) || probe_is_console(env) || probe_is_multiplexed(env) ||
	    tcgetattr(fd, &before) != 0)
		return 0;

	raw = before;
	cfmakeraw(&raw);
	raw.c_oflag = before.c_oflag;
	if (tcsetattr(fd, TCSANOW, &raw) != 0)
		return -EM_E_IO;
	f_r->listening = true;
	err = probe_write(fd, PROBE_QUESTIONS, sizeof(PROBE_QUESTIONS) - 1);
	if (err == 0)
		err = probe_listen(fd, p_r, f_r, probe_now_ms() + (env->is_remote ? 1000 : 300));
	f_r->changed = false;
	if (err != -EM_E_CLOSED)
		probe_write(fd, PROBE_LEAVE, sizeof(PROBE_LEAVE) - 1);
	tcsetattr(fd, TCSANOW, &before);
	return err;
}

void
probe_cell_size(int fd, const struct probe *p, unsigned *width_r, unsigned *height_r)
{
	struct winsize w = {0};
	unsigned width = p->cell_width, height = p->cell_height;

	if (ioctl(fd, TIOCGWINSZ, &w) != 0 || w.ws_col == 0 || w.ws_row == 0)
		w = (struct winsize){.ws_row = 1, .ws_col = 1};
	if ((width == 0 || height == 0) && w.ws_xpixel > 0 && w.ws_ypixel > 0) {
		width = w.ws_xpixel / w.ws_col;
		height = w.ws_ypixel / w.ws_row;
	}
	if (width == 0 || height == 0) {
		width = p->area_width / w.ws_col;
		height = p->area_height / w.ws_row;
	}
	/* a size that no character has says nothing */
	if (width < 2 || height < 4 || width > 512 || height > 512) {
		width = 8;
		height = 16;
	}
	*width_r = width;
	*height_r = height;
}
