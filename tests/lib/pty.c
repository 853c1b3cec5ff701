/* SPDX-License-Identifier: MIT */
/*
 * Starts a program in a pseudo-terminal and moves bytes between it and the
 * terminal in memory.
 *
 * Order of bytes and sync lines: a program writes a repaint to the terminal,
 * then its sync line. A non-blocking read of a Linux pty says "nothing there"
 * only after it has flushed what was written to the other end, so reading the
 * terminal until then, after a sync line, gives the whole repaint.
 */
#include "tests/lib/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/pty_state.h"

#define RAW_MAX	    (8u << 20)
#define SYNC_FD	    3
#define DEADLINE_MS 20000

int64_t
pty_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ----------------------------------------------------------------- start */

static void
pty_env_add(char **env, size_t *n, char *pair)
{
	size_t name_len = strcspn(pair, "=") + 1, i;

	for (i = 0; i < *n; i++)
		if (strncmp(env[i], pair, name_len) == 0)
			break;
	if (i < *n)
		free(env[i]);
	env[i] = pair;
	if (i == *n)
		(*n)++;
}

static char **
pty_env(const struct pty_options *o)
{
	static const char *const inherited[] = {
	    "PATH",
	    "HOME",
	    "ASAN_OPTIONS",
	    "UBSAN_OPTIONS",
	    "LLVM_PROFILE_FILE",
	};
	size_t n = 0, n_more = 0, i;
	char **env;

	while (o->env != NULL && o->env[n_more] != NULL)
		n_more++;
	env = mem_new_array(n_more + ARRAY_LEN(inherited) + 5, sizeof(*env));
	for (i = 0; i < ARRAY_LEN(inherited); i++)
		if (getenv(inherited[i]) != NULL)
			pty_env_add(
			    env, &n, mem_printf("%s=%s", inherited[i], getenv(inherited[i])));
	pty_env_add(env, &n, mem_printf("TERM=%s", o->term ? o->term : "xterm-256color"));
	pty_env_add(env, &n, mem_strdup("LC_ALL=C.UTF-8"));
	pty_env_add(env, &n, mem_printf("LANGUAGE=%s", o->language ? o->language : "fr"));
	pty_env_add(env, &n, mem_printf("EMAGE_SYNC_FD=%d", SYNC_FD));
	for (i = 0; i < n_more; i++)
		pty_env_add(env, &n, mem_strdup(o->env[i]));
	return env;
}

static _Noreturn void
pty_child(const struct pty_options *o, char **env, int slave, int sync)
{
	sigset_t none;
	int kept = fcntl(sync, F_DUPFD, 10);

	signal(SIGHUP, o->ignore_hup ? SIG_IGN : SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (login_tty(slave) == 0 && dup2(kept, SYNC_FD) == SYNC_FD &&
	    close_range(SYNC_FD + 1, ~0U, 0) == 0)
		execve(o->argv[0], (char *const *)o->argv, env);
	_exit(127);
}

/* A program is told the speed of its line and may send less. */
static void
pty_set_speed(int slave, unsigned baud)
{
	struct termios t;

	if (baud == 0)
		return;
	if (tcgetattr(slave, &t) != 0 || cfsetspeed(&t, baud == 9600 ? B9600 : B19200) != 0 ||
	    tcsetattr(slave, TCSANOW, &t) != 0)
		die("no line of %u baud: %s", baud, strerror(errno));
}

struct pty *
pty_start(const struct pty_options *o)
{
	struct pty *p = mem_new(sizeof(*p));
	struct winsize size = {
	    .ws_row = (unsigned short)(o->rows != 0 ? o->rows : 24),
	    .ws_col = (unsigned short)(o->columns != 0 ? o->columns : 80),
	};
	int slave, sync[2];
	char **env = pty_env(o), **e;

	p->screen = pty_screen_new(size.ws_row, size.ws_col);
	p->mute = o->mute;
	p->quiet = o->quiet;
	p->deadline_ms = o->deadline_ms != 0 ? o->deadline_ms : DEADLINE_MS;
	if (openpty(&p->master, &slave, NULL, NULL, &size) != 0 || pipe2(sync, O_CLOEXEC) != 0)
		die("no pseudo-terminal: %s", strerror(errno));
	pty_set_speed(slave, o->baud);
	p->sync = sync[0];
	fcntl(p->master, F_SETFL, O_NONBLOCK);
	fcntl(p->master, F_SETFD, FD_CLOEXEC);
	fcntl(p->sync, F_SETFL, O_NONBLOCK);
	p->pid = fork();
	if (p->pid < 0)
		die("fork: %s", strerror(errno));
	if (p->pid == 0)
		pty_child(o, env, slave, sync[1]);
	p->pidfd = pidfd_open(p->pid, 0);
	if (p->pidfd < 0)
		die("pidfd_open: %s", strerror(errno));
	close(slave);
	close(sync[1]);
	for (e = env; *e != NULL; e++)
		free(*e);
	free(env);
	return p;
}

static void
pty_reap(struct pty *p)
{
	struct rusage use;

	if (p->ended || wait4(p->pid, &p->status, WNOHANG, &use) != p->pid)
		return;
	p->ended = true;
	p->cpu_ms = (int64_t)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000 +
		    (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000;
}

void
pty_free(struct pty **pp)
{
	struct pty *p = *pp;
	struct pollfd end;

	*pp = NULL;
	if (p == NULL)
		return;
	if (!p->ended) {
		kill(p->pid, SIGKILL);
		end = (struct pollfd){.fd = p->pidfd, .events = POLLIN};
		poll(&end, 1, p->deadline_ms);
		pty_reap(p);
	}
	if (p->master >= 0)
		close(p->master);
	close(p->sync);
	close(p->pidfd);
	pty_screen_free(&p->screen);
	free(p->raw);
	free(p);
}

pid_t
pty_pid(const struct pty *p)
{
	return p->pid;
}

const struct pty_screen *
pty_view(const struct pty *p)
{
	return p->screen;
}

/* ------------------------------------------------------------ moving bytes */

static void
pty_keep_raw(struct pty *p, const char *bytes, size_t len)
{
	if (p->raw_len + len > RAW_MAX) {
		memmove(p->raw, p->raw + p->raw_len / 2, p->raw_len - p->raw_len / 2);
		p->raw_len -= p->raw_len / 2;
	}
	if (p->raw_len + len > p->raw_cap) {
		p->raw_cap = p->raw_cap * 2 + len;
		p->raw = mem_grow(p->raw, p->raw_cap, 1);
	}
	memcpy(p->raw + p->raw_len, bytes, len);
	p->raw_len += len;
	p->n_bytes += len;
}

/* Writes all of it; while the program does not read, its output is read, so
 * that neither waits for the other. */
static void
pty_write(struct pty *p, const char *bytes, size_t len)
{
	int64_t until = pty_now_ms() + p->deadline_ms;
	struct pollfd room;
	ssize_t n;

	while (len > 0 && p->master >= 0 && !p->ended && pty_now_ms() < until) {
		n = write(p->master, bytes, len);
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
			p->n_sent += (uint64_t)n;
			continue;
		}
		if (errno != EAGAIN && errno != EINTR)
			return;
		room = (struct pollfd){.fd = p->master, .events = POLLIN | POLLOUT};
		poll(&room, 1, 100);
		pty_poll(p);
	}
}

static void
pty_answer(struct pty *p)
{
	char out[512];
	size_t n;

	while ((n = pty_screen_answers(p->screen, out, sizeof(out))) > 0)
		if (!p->mute)
			pty_write(p, out, n);
}

static void
pty_read_terminal(struct pty *p)
{
	char bytes[16384];
	ssize_t n;

	while (p->master >= 0 && (n = read(p->master, bytes, sizeof(bytes))) > 0) {
		pty_keep_raw(p, bytes, (size_t)n);
		pty_screen_feed(p->screen, bytes, (size_t)n);
		pty_answer(p);
	}
}

static void
pty_sync_line(struct pty *p)
{
	char name[64], state[16];
	unsigned long long taken;
	unsigned seq;
	int n;

	p->line[p->line_len] = '\0';
	p->line_len = 0;
	n = sscanf(p->line, "screen=%63s seq=%u %15s in=%llu", name, &seq, state, &taken);
	if (n < 3)
		return;
	p->n_paints++;
	p->counts_input = n == 4;
	if (p->counts_input)
		p->n_taken = taken;
	snprintf(p->name, sizeof(p->name), "%s", name);
	p->idle = strcmp(state, "idle") == 0;
	if (p->idle)
		p->n_idle++;
}

static void
pty_read_sync(struct pty *p)
{
	char bytes[1024];
	ssize_t n, i;

	while ((n = read(p->sync, bytes, sizeof(bytes))) > 0) {
		for (i = 0; i < n; i++) {
			if (bytes[i] == '\n')
				pty_sync_line(p);
			else if (p->line_len + 1 < sizeof(p->line))
				p->line[p->line_len++] = bytes[i];
		}
	}
}

void
pty_poll(struct pty *p)
{
	pty_reap(p); /* first: what an ended program wrote is all there */
	pty_read_sync(p);
	pty_read_terminal(p);
}

/* -------------------------------------------------------------------- input */

static void
pty_before_input(struct pty *p)
{
	pty_poll(p);
	p->n_idle_mark = p->n_idle;
}

void
pty_send_bytes(struct pty *p, const void *bytes, size_t len)
{
	pty_before_input(p);
	pty_write(p, bytes, len);
}

void
pty_send(struct pty *p, const char *keys)
{
	pty_send_bytes(p, keys, strlen(keys));
}

/* Sends what the terminal made of a key or a click, mute or not. */
static void
pty_send_made(struct pty *p)
{
	char out[128];
	size_t n = pty_screen_answers(p->screen, out, sizeof(out));

	pty_write(p, out, n);
}

void
pty_key(struct pty *p, enum pty_key key)
{
	pty_before_input(p);
	pty_screen_key(p->screen, (int)key);
	pty_send_made(p);
}

void
pty_click(struct pty *p, unsigned row, unsigned column)
{
	pty_before_input(p);
	pty_screen_click(p->screen, row, column);
	pty_send_made(p);
}

void
pty_resize(struct pty *p, unsigned rows, unsigned columns)
{
	struct winsize size = {
	    .ws_row = (unsigned short)rows,
	    .ws_col = (unsigned short)columns,
	};

	pty_before_input(p);
	pty_screen_resize(p->screen, rows, columns);
	if (p->master >= 0)
		ioctl(p->master, TIOCSWINSZ, &size);
}

void
pty_hangup(struct pty *p)
{
	if (p->master >= 0)
		close(p->master);
	p->master = -1;
}

/* ----------------------------------------------------------------- counting */

void
pty_mark(struct pty *p)
{
	pty_before_input(p);
	p->n_bytes = 0;
	p->raw_len = 0;
	p->n_paints = 0;
}

unsigned
pty_paints(const struct pty *p)
{
	return p->n_paints;
}

size_t
pty_bytes(const struct pty *p)
{
	return p->n_bytes;
}

const char *
pty_raw(const struct pty *p, size_t *len_r)
{
	*len_r = p->raw_len;
	return p->raw != NULL ? p->raw : "";
}

int64_t
pty_cpu_ms(const struct pty *p)
{
	unsigned long user = 0, system = 0;
	char path[64], stat[1024] = "";
	const char *after;
	FILE *f;

	if (p->ended)
		return p->cpu_ms;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)p->pid);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	if (fgets(stat, sizeof(stat), f) == NULL)
		stat[0] = '\0';
	fclose(f);
	/* the name in parentheses may hold anything: count fields after it */
	after = strrchr(stat, ')');
	if (after == NULL ||
	    sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		&system) != 2)
		return 0;
	return (int64_t)(user + system) * 1000 / sysconf(_SC_CLK_TCK);
}
