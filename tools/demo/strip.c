/* SPDX-License-Identifier: MIT */
/*
 * Runs a program in the terminal's upper rows and shows a mailbox in the lower
 * ones, so that whoever tries the demo reads the access code without a second
 * window. The program's bytes pass through untouched, so that pictures (sixel,
 * kitty) stay what this terminal makes of them; the strip is drawn only while
 * the program is quiet, never in the middle of its escape sequences.
 *
 *	demo-strip MAILDIR HINT PROGRAM [ARGUMENT ...]
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"

/* The strip is drawn after this long without a byte of the program. */
#define STRIP_QUIET_MS 120
/* Rows of the strip in a tall terminal, and where the program needs its 24. */
#define STRIP_ROWS_TALL	 4
#define STRIP_ROWS_SHORT 2
#define STRIP_TALL	 30
#define STRIP_TEXT_MAX	 256
#define STRIP_CHUNK	 65536

struct strip {
	const char *maildir; /* .../new */
	const char *hint;
	struct winsize size; /* of the real terminal */
	unsigned rows;	     /* of the strip */
	int master;
	pid_t child;
	bool stale; /* to be drawn when it is quiet */
	struct termios before;
	char line[STRIP_TEXT_MAX]; /* of the newest message, with the code */
};

static struct strip *strip_restored;

static void
strip_write(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
}

static void
strip_restore(void)
{
	static const char out[] = "\x1b[r\x1b[0m\x1b[2J\x1b[H";

	if (strip_restored == NULL)
		return;
	strip_write(STDOUT_FILENO, out, sizeof(out) - 1);
	tcsetattr(STDIN_FILENO, TCSANOW, &strip_restored->before);
	strip_restored = NULL;
}

/* Sizes of the real terminal and, as the result, of the program's. */
static struct winsize
strip_measure(struct strip *s)
{
	struct winsize inner;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &s->size) < 0 || s->size.ws_row == 0)
		s->size = (struct winsize){.ws_row = 24, .ws_col = 80};
	s->rows = s->size.ws_row >= STRIP_TALL ? STRIP_ROWS_TALL : STRIP_ROWS_SHORT;
	inner = s->size;
	if (inner.ws_row > s->rows) {
		inner.ws_row = (unsigned short)(s->size.ws_row - s->rows);
		inner.ws_ypixel =
		    (unsigned short)(s->size.ws_ypixel * inner.ws_row / s->size.ws_row);
	}
	s->stale = true;
	return inner;
}

/* One row of the strip: cut to the width, the rest erased. */
static void
strip_row(struct strip *s, FILE *out, unsigned row, const char *style, const char *text)
{
	size_t width, n = text_fit(text, s->size.ws_col > 0 ? s->size.ws_col - 1u : 79u, &width);

	fprintf(out, "\x1b[%u;1H\x1b[0m%s%.*s\x1b[K\x1b[0m", row, style, (int)n, text);
}

static void
strip_draw(struct strip *s)
{
	unsigned first = s->size.ws_row - s->rows + 1u;
	char mail[STRIP_TEXT_MAX + 64];
	char *bytes = NULL;
	size_t n = 0;
	FILE *out;

	s->stale = false;
	if (s->size.ws_row <= s->rows)
		return;
	out = open_memstream(&bytes, &n);
	if (out == NULL)
		return;
	snprintf(mail, sizeof(mail), " Messages reçus : %s",
	    s->line[0] != '\0' ? s->line : "aucun pour l'instant");
	fputs("\x1b"
	      "7",
	    out);
	if (s->rows == STRIP_ROWS_TALL)
		strip_row(s, out, first++, "\x1b[2m",
		    "════ démonstration : ce qui suit n'est pas e-mage ════");
	strip_row(s, out, first++, "\x1b[7m", s->hint);
	strip_row(s, out, first++, "\x1b[7m", mail);
	if (s->rows == STRIP_ROWS_TALL)
		strip_row(s, out, first, "\x1b[2m",
		    " Quitter le client (0, puis confirmer) arrête tout.");
	fputs("\x1b"
	      "8",
	    out);
	fclose(out);
	strip_write(STDOUT_FILENO, bytes, n);
	free(bytes);
}

/* The first line of a message's body that holds a run of four digits. */
static void
strip_read_mail(struct strip *s, const char *path)
{
	FILE *in = fopen(path, "r");
	char line[STRIP_TEXT_MAX], safe[3 * STRIP_TEXT_MAX + 1];
	bool body = false;

	if (in == NULL)
		return;
	while (fgets(line, sizeof(line), in) != NULL) {
		size_t digits = 0, i = 0;

		line[strcspn(line, "\r\n")] = '\0';
		body = body || line[0] == '\0';
		for (; body && line[i] != '\0' && digits < 4; i++)
			digits = line[i] >= '0' && line[i] <= '9' ? digits + 1 : 0;
		if (digits == 4) {
			text_sanitise(line, strlen(line), false, safe);
			snprintf(s->line, sizeof(s->line), "%.*s", STRIP_TEXT_MAX - 1, safe);
			s->stale = true;
			break;
		}
	}
	fclose(in);
}

static void
strip_check_mail(struct strip *s)
{
	DIR *dir = opendir(s->maildir);
	struct timespec best = {0};
	char *newest = NULL;
	const struct dirent *e;

	if (dir == NULL)
		return;
	while ((e = readdir(dir)) != NULL) {
		struct stat st;

		if (e->d_name[0] == '.' || fstatat(dirfd(dir), e->d_name, &st, 0) < 0)
			continue;
		if (st.st_mtim.tv_sec > best.tv_sec ||
		    (st.st_mtim.tv_sec == best.tv_sec && st.st_mtim.tv_nsec > best.tv_nsec)) {
			best = st.st_mtim;
			free(newest);
			newest = mem_printf("%s/%s", s->maildir, e->d_name);
		}
	}
	closedir(dir);
	if (newest != NULL)
		strip_read_mail(s, newest);
	free(newest);
}

/* Whether these bytes of the program may have erased the strip or moved the
 * scrolling region. */
static bool
strip_may_be_gone(const char *bytes, size_t n)
{
	return memmem(bytes, n, "J", 1) != NULL ||
	       memmem(bytes, n,
		   "\x1b"
		   "c",
		   2) != NULL ||
	       memmem(bytes, n, "\x1b[?1049", 7) != NULL;
}

static bool
strip_copy(int from, int to, char *chunk, size_t *n_r)
{
	ssize_t n = read(from, chunk, STRIP_CHUNK);

	*n_r = n > 0 ? (size_t)n : 0;
	if (n <= 0)
		return n < 0 && (errno == EINTR || errno == EAGAIN);
	strip_write(to, chunk, *n_r);
	return true;
}

/* Until the program has closed its terminal. */
static void
strip_loop(struct strip *s, int mail_fd, int signal_fd)
{
	char *chunk = mem_new(STRIP_CHUNK);
	struct pollfd p[] = {
	    {.fd = s->master, .events = POLLIN},
	    {.fd = STDIN_FILENO, .events = POLLIN},
	    {.fd = mail_fd, .events = POLLIN},
	    {.fd = signal_fd, .events = POLLIN},
	};
	size_t n;

	for (;;) {
		int ready = poll(p, ARRAY_LEN(p), s->stale ? STRIP_QUIET_MS : -1);

		if (ready < 0 && errno != EINTR)
			break;
		if (ready == 0)
			strip_draw(s);
		if (ready <= 0)
			continue;
		if (p[0].revents != 0) {
			if (!strip_copy(s->master, STDOUT_FILENO, chunk, &n))
				break;
			s->stale = s->stale || strip_may_be_gone(chunk, n);
		}
		if (p[1].revents != 0 && !strip_copy(STDIN_FILENO, s->master, chunk, &n)) {
			kill(s->child, SIGHUP);
			p[1].fd = -1;
		}
		if (p[2].revents != 0 && read(mail_fd, chunk, STRIP_CHUNK) > 0)
			strip_check_mail(s);
		if (p[3].revents != 0 && read(signal_fd, chunk, STRIP_CHUNK) > 0) {
			struct winsize inner = strip_measure(s);

			ioctl(s->master, TIOCSWINSZ, &inner);
		}
	}
	free(chunk);
}

static int
strip_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void
strip_child(char **argv)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int
main(int argc, char **argv)
{
	struct strip s = {.master = -1};
	struct winsize inner;
	int mail_fd, signal_fd, status = 0;
	struct termios raw;

	if (argc < 4) {
		fprintf(stderr, "usage: demo-strip MAILDIR HINT PROGRAM [ARGUMENT ...]\n");
		return 2;
	}
	s.maildir = mem_printf("%s/new", argv[1]);
	s.hint = argv[2];
	if (tcgetattr(STDIN_FILENO, &s.before) < 0)
		die("standard input is not a terminal");
	mail_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (mail_fd < 0 || inotify_add_watch(mail_fd, s.maildir, IN_MOVED_TO | IN_CREATE) < 0)
		die("%s: %s", s.maildir, strerror(errno));
	signal_fd = strip_signals();
	inner = strip_measure(&s);
	s.child = forkpty(&s.master, NULL, &s.before, &inner);
	if (s.child < 0)
		die("no pseudo-terminal: %s", strerror(errno));
	if (s.child == 0)
		strip_child(argv + 3);
	raw = s.before;
	cfmakeraw(&raw);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	strip_restored = &s;
	die_before_exit(strip_restore);
	strip_check_mail(&s);
	strip_loop(&s, mail_fd, signal_fd);
	waitpid(s.child, &status, 0);
	strip_restore();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
