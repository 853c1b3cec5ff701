/* SPDX-License-Identifier: MIT */
/*
 * Printing through lp(1): executed by its path, without a shell, with nothing
 * of the letter but on its standard input.
 */
#include "letter/printer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/program.h"

#define LP_PATH	    "/usr/bin/lp"
#define LP_LIMIT_MS 30000

struct printer {
	pid_t pid;
	int pid_fd, in, out; /* lp's standard input, output and error; -1 = closed */
	const char *bytes;
	size_t left;
	char *text;
	size_t text_len;
	int64_t until_ms;
};

bool
printer_is_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > 127 || name[0] == '-')
		return false;
	for (; *name; name++)
		if (*name <= ' ' || *name > '~' || strchr("/#'\"\\", *name))
			return false;
	return true;
}

static const char *
printer_lp(void)
{
#ifdef EMAGE_TESTING
	if (getenv("EMAGE_LP"))
		return getenv("EMAGE_LP");
#endif
	return LP_PATH;
}

static int64_t
printer_limit_ms(void)
{
#ifdef EMAGE_TESTING
	if (getenv("EMAGE_LP_LIMIT_MS"))
		return atoi(getenv("EMAGE_LP_LIMIT_MS"));
#endif
	return LP_LIMIT_MS;
}

static void
printer_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* A pipe of which lp's end is one that blocks. */
static bool
printer_pipe(int pair[2], int ours)
{
	return pipe2(pair, O_CLOEXEC) == 0 && fcntl(pair[ours], F_SETFL, O_NONBLOCK) == 0;
}

static bool
printer_start(struct printer *p, const char *name)
{
	char *const argv[] = {(char *)(uintptr_t) "lp", (char *)(uintptr_t) "-t",
	    (char *)(uintptr_t) "e-mage", (char *)(uintptr_t) "-d", (char *)(uintptr_t)name, NULL};
	char *const env[] = {
	    (char *)(uintptr_t) "PATH=/usr/bin:/bin", (char *)(uintptr_t) "LC_ALL=C.UTF-8", NULL};
	int in[2] = {-1, -1}, out[2] = {-1, -1};

	p->pid = -1;
	if (printer_pipe(in, 1) && printer_pipe(out, 0))
		p->pid = program_start(&(struct program_start){.path = printer_lp(),
		    .argv = argv,
		    .env = env,
		    .fds = (int[]){in[0], out[1], out[1]},
		    .n_fds = 3,
		    .dies_along = true});
	p->in = in[1];
	p->out = out[0];
	printer_close(&in[0]);
	printer_close(&out[1]);
	p->pid_fd = p->pid > 0 ? pidfd_open(p->pid, 0) : -1;
	return p->pid > 0;
}

/* What it says is kept as far as the first line goes, the rest read and dropped. */
static void
printer_read(struct printer *p)
{
	char chunk[512];
	ssize_t n = read(p->out, chunk, sizeof(chunk));

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		printer_close(&p->out);
	for (ssize_t i = 0; i < n && p->text_len + 1 < PRINTER_TEXT_LEN; i++)
		p->text[p->text_len++] = chunk[i];
}

static void
printer_write(struct printer *p)
{
	ssize_t n = write(p->in, p->bytes, p->left);

	if (n > 0) {
		p->bytes += n;
		p->left -= (size_t)n;
	}
	/* one that reads no more says why at its end */
	if (p->left == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		printer_close(&p->in);
}

/* Until lp has ended; false when that takes too long. */
static bool
printer_wait(struct printer *p)
{
	for (;;) {
		int64_t left_ms = p->until_ms - clock_boot_ms();
		struct pollfd f[] = {{.fd = p->pid_fd, .events = POLLIN},
		    {.fd = p->in, .events = POLLOUT}, {.fd = p->out, .events = POLLIN}};

		if (left_ms <= 0)
			return false;
		if (poll(f, 3, (int)left_ms) < 0 && errno != EINTR)
			return false;
		if (f[1].revents)
			printer_write(p);
		if (f[2].revents)
			printer_read(p);
		else if (f[0].revents)
			return true;
	}
}

/* lp(1) has said its line or the line that we have for it. */
static void
printer_first_line(char *text)
{
	size_t n = strcspn(text, "\r\n");

	text[n] = '\0';
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = ' ';
}

static enum letter_exit
printer_outcome(struct printer *p, bool ended)
{
	int status = 0;

	if (!ended)
		kill(p->pid, SIGKILL);
	while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!ended)
		return LETTER_EXIT_LATE;
	if (WIFEXITED(status) && WEXITSTATUS(status) == PROGRAM_NOT_RUN)
		return LETTER_EXIT_NO_LP;
	/* one that has not taken all of it has printed a part at most */
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || p->left > 0)
		return LETTER_EXIT_PRINTER;
	return LETTER_EXIT_OK;
}

enum letter_exit
printer_send(const char *printer, const void *bytes, size_t len, char text_r[PRINTER_TEXT_LEN])
{
	struct printer p = {.in = -1,
	    .out = -1,
	    .bytes = bytes,
	    .left = len,
	    .text = text_r,
	    .until_ms = clock_boot_ms() + printer_limit_ms()};
	enum letter_exit rc = LETTER_EXIT_NO_LP;

	memset(text_r, 0, PRINTER_TEXT_LEN);
	signal(SIGPIPE, SIG_IGN);
	if (access(printer_lp(), X_OK) != 0)
		return LETTER_EXIT_NO_LP;
	if (printer_start(&p, printer))
		rc = printer_outcome(&p, printer_wait(&p));
	printer_first_line(text_r);
	printer_close(&p.in);
	printer_close(&p.out);
	printer_close(&p.pid_fd);
	return rc;
}
