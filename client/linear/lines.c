/* SPDX-License-Identifier: MIT */
/*
 * Bytes in and out. Output is converted to the terminal's character set, letters
 * that it lacks are replaced by others. Waiting for a full pipe or a stopped
 * terminal ends when the program is told to end.
 */
#include "client/linear/lines.h"

#include <errno.h>
#include <iconv.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"

#define LINES_READ_BYTES  4096
#define LINES_WRITE_BYTES 256
#define LINES_COLUMNS	  80

struct lines {
	bool in_is_tty, out_is_tty;
	bool at_end;	/* of input: no more will be read */
	bool told;	/* by a signal, or the terminal is gone */
	bool is_hidden; /* echo is off */
	struct termios was;
	sigset_t old_signals;
	int signal_fd;
	iconv_t out_set, in_set; /* (iconv_t)-1: UTF-8 */
	/* read and not yet taken */
	char in[LINES_READ_BYTES];
	size_t in_at, in_n;
	/* the line as it grows, then the last one */
	char line[LINES_MAX + 1];
	size_t n;
	bool is_long;
	char text[LINES_MAX * 3 + 1]; /* it in UTF-8 */
};

/* die() has no argument to hand over. */
static struct lines *lines_current;

static void
lines_restore(void)
{
	if (lines_current)
		lines_echo(lines_current, true);
}

/* LC_ALL=C, said in so many words, is a wish for ASCII; where nothing is said the
 * characters are UTF-8. */
static const char *
lines_charset(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = getenv(names[i]);

		if (!value || value[0] == '\0')
			continue;
		if (strcmp(value, "C") == 0 || strcmp(value, "POSIX") == 0)
			return "ASCII";
		break;
	}
	return nl_langinfo(CODESET);
}

static void
lines_open_charset(struct lines *l)
{
	const char *set = lines_charset();
	char *to;

	l->out_set = l->in_set = (iconv_t)-1;
	if (strcmp(set, "UTF-8") == 0)
		return;
	to = mem_printf("%s//TRANSLIT", set);
	l->out_set = iconv_open(to, "UTF-8");
	l->in_set = iconv_open("UTF-8", set);
	free(to);
}

struct lines *
lines_open(void)
{
	struct lines *l = mem_new(sizeof(*l));
	sigset_t signals;

	l->in_is_tty = tcgetattr(STDIN_FILENO, &l->was) == 0;
	l->out_is_tty = isatty(STDOUT_FILENO);
	lines_open_charset(l);
	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGQUIT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGTSTP);
	sigprocmask(SIG_BLOCK, &signals, &l->old_signals);
	signal(SIGPIPE, SIG_IGN);
	l->signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	if (l->signal_fd < 0)
		die("signalfd: %s", strerror(errno));
	lines_current = l;
	die_before_exit(lines_restore);
	return l;
}

void
lines_close(struct lines **lp)
{
	struct lines *l = *lp;

	*lp = NULL;
	lines_echo(l, true);
	lines_current = NULL;
	close(l->signal_fd);
	sigprocmask(SIG_SETMASK, &l->old_signals, NULL);
	if (l->out_set != (iconv_t)-1)
		iconv_close(l->out_set);
	if (l->in_set != (iconv_t)-1)
		iconv_close(l->in_set);
	secret_wipe(l, sizeof(*l));
	free(l);
}

/* ----------------------------------------------------------------------- out */

/* Ends when the terminal is gone or the program is told to end. */
static void
lines_send(struct lines *l, const char *bytes, size_t len)
{
	struct pollfd fds[] = {
	    {.fd = STDOUT_FILENO, .events = POLLOUT},
	    {.fd = l->signal_fd, .events = POLLIN},
	};

	while (len > 0 && !l->told) {
		ssize_t n;

		if (poll(fds, ARRAY_LEN(fds), -1) < 0 && errno != EINTR)
			return;
		if (fds[0].revents == 0) {
			/* nobody takes the output: a signal now ends it */
			l->told = fds[1].revents != 0;
			continue;
		}
		n = write(STDOUT_FILENO, bytes, len < LINES_WRITE_BYTES ? len : LINES_WRITE_BYTES);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0) {
			l->told = true;
			return;
		}
		bytes += n;
		len -= (size_t)n;
	}
}

/* In the terminal's character set; new memory. */
static char *
lines_convert(struct lines *l, char *text, size_t *len_r)
{
	size_t left = strlen(text), room = 4 * left + 16;
	char *out = mem_new(room + 1), *in = text, *at = out;

	while (left > 0) {
		uint32_t cp;
		size_t skip;

		if (iconv(l->out_set, &in, &left, &at, &room) != (size_t)-1)
			break;
		/* there is no letter like it */
		skip = text_decode(in, left, &cp);
		skip = skip > 0 ? skip : 1;
		*at++ = '?';
		room--;
		in += skip;
		left -= skip;
	}
	*len_r = (size_t)(at - out);
	return out;
}

void
lines_write(struct lines *l, const char *text)
{
	size_t len = strlen(text);
	char *safe = mem_new(3 * len + 1);

	text_sanitise(text, len, true, safe);
	len = strlen(safe);
	if (l->out_set != (iconv_t)-1) {
		char *dot, *converted;

		/* a masked address: iconv would make it a letter */
		while ((dot = strstr(safe, "•")) != NULL) {
			*dot = '*';
			memmove(dot + 1, dot + strlen("•"), strlen(dot + strlen("•")) + 1);
		}
		converted = lines_convert(l, safe, &len);
		free(safe);
		safe = converted;
	}
	lines_send(l, safe, len);
	secret_wipe(safe, len);
	free(safe);
}

void
lines_echo(struct lines *l, bool on)
{
	struct termios t = l->was;

	if (!l->in_is_tty || l->is_hidden == !on)
		return;
	l->is_hidden = !on;
	if (!on) {
		t.c_lflag &= ~(tcflag_t)ECHO;
		t.c_lflag |= ECHONL;
	}
	tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

unsigned
lines_columns(const struct lines *l)
{
	struct winsize size = {0};

	if (!l->out_is_tty || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return LINES_COLUMNS;
	return size.ws_col;
}

/* ------------------------------------------------------------------------ in */

/* Moves what has been read into the line; true when the line is whole. */
static bool
lines_gather(struct lines *l)
{
	while (l->in_at < l->in_n) {
		char c = l->in[l->in_at];

		l->in[l->in_at++] = '\0';
		if (c == '\n')
			return true;
		if (l->n < LINES_MAX)
			l->line[l->n++] = c;
		else
			l->is_long = true;
	}
	return false;
}

/* The line as text that could be shown. */
static bool
lines_take_text(struct lines *l)
{
	char *in = l->line, *out = l->text;
	size_t left = l->n, room = sizeof(l->text) - 1, len;
	uint32_t cp;

	left -= left > 0 && in[left - 1] == '\r';
	if (l->in_set == (iconv_t)-1) {
		memcpy(out, in, left);
		out += left;
	} else if (iconv(l->in_set, &in, &left, &out, &room) == (size_t)-1) {
		iconv(l->in_set, NULL, NULL, NULL, NULL);
		return false;
	}
	*out = '\0';
	for (char *p = l->text; p < out; p += len) {
		len = text_decode(p, (size_t)(out - p), &cp);
		if (len == 0 || !text_cp_is_safe(cp))
			return false;
	}
	return true;
}

static enum lines_event
lines_whole(struct lines *l)
{
	enum lines_event ev = LINES_LONG;

	if (!l->is_long)
		ev = lines_take_text(l) ? LINES_LINE : LINES_BAD;
	if (ev != LINES_LINE)
		lines_forget(l);
	secret_wipe(l->line, sizeof(l->line));
	l->n = 0;
	l->is_long = false;
	/* an answer that nobody sees would leave the next question on this line */
	if (!l->in_is_tty)
		lines_write(l, "\n");
	return ev;
}

/* Ctrl-Z while a password is typed: the shell gets its echo back. */
static void
lines_suspend(struct lines *l)
{
	bool was_hidden = l->is_hidden;

	lines_echo(l, true);
	raise(SIGSTOP);
	lines_echo(l, !was_hidden);
}

static enum lines_event
lines_signal(struct lines *l)
{
	struct signalfd_siginfo info;

	while (read(l->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGINT)
			return LINES_STOP;
		if (info.ssi_signo == SIGTSTP) {
			lines_suspend(l);
			continue;
		}
		l->told = true;
	}
	return LINES_NONE;
}

static void
lines_read(struct lines *l)
{
	ssize_t n = read(STDIN_FILENO, l->in, sizeof(l->in));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	l->at_end = n <= 0;
	l->in_at = 0;
	l->in_n = n > 0 ? (size_t)n : 0;
}

bool
lines_wants(const struct lines *l, bool wants_line, struct pollfd fds_r[LINES_N_FDS])
{
	bool has_bytes = l->in_at < l->in_n;

	fds_r[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	fds_r[1] = (struct pollfd){.fd = l->signal_fd, .events = POLLIN};
	/* bytes wait until they are wanted; a terminal's hang-up is seen all the same,
	 * a closed pipe would be seen again and again */
	if (has_bytes || l->at_end) {
		fds_r[0].events = 0;
		if (!l->in_is_tty)
			fds_r[0].fd = -1;
	}
	return !l->told && !(wants_line && (has_bytes || l->at_end));
}

enum lines_event
lines_step(struct lines *l, bool wants_line, const struct pollfd fds[LINES_N_FDS])
{
	if (fds[1].revents != 0 && lines_signal(l) == LINES_STOP)
		return LINES_STOP;
	if (l->in_is_tty && (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
		l->told = true;
	if (l->told)
		return LINES_OVER;
	if (l->in_at == l->in_n && fds[0].revents != 0)
		lines_read(l);
	if (wants_line && lines_gather(l))
		return lines_whole(l);
	return wants_line && lines_at_end(l) ? LINES_OVER : LINES_NONE;
}

bool
lines_at_end(const struct lines *l)
{
	return l->at_end && l->in_at == l->in_n;
}

char *
lines_text(struct lines *l)
{
	return l->text;
}

void
lines_forget(struct lines *l)
{
	secret_wipe(l->text, sizeof(l->text));
}
