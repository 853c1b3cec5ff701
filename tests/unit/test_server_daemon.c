/* SPDX-License-Identifier: MIT */
/*
 * The program emaged: what it says about wrong settings, what it is after a
 * reload, how it ends, what held connections cost, what helpers are given.
 */
#include "proto/admin.pb-c.h"
#include "tests/lib/check.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "server/confine.h"
#include "server/settings.h"
#include "tests/lib/file.h"
#include "tests/lib/server_fixture.h"
#include "tests/lib/wire.h"

/* The sanitizers' builds are not confined: they need more than the server. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif

/* With a wrapper that becomes emaged by exec, and is not its parent. */
static void
start_by_exec(struct fixture *f, const char *const *wrapper)
{
	f->wrapper = wrapper;
	fixture_start(f);
	f->pid = f->parent_pid;
	f->parent_pid = 0;
}

/* ----------------------------------------------------------------- settings */

struct run {
	char *out, *err;
	int status;
};

/* emaged with these arguments to its end, both outputs kept. */
static struct run
run_emaged(struct fixture *f, const char *const *args)
{
	const char *argv[16] = {"/bin/sh", "-c", NULL, "emaged"};
	char *err_path = mem_printf("%s/stderr", f->folder);
	char *script =
	    mem_printf("exec \"%s/emaged\" \"$@\" 2> \"%s\"", getenv("EMAGE_BUILD"), err_path);
	struct run r = {.status = -1};
	size_t n = 4;
	FILE *file;

	argv[2] = script;
	for (size_t i = 0; args[i]; i++)
		argv[n++] = args[i];
	r.status = fixture_run(f, argv, &r.out);
	file = fopen(err_path, "re");
	assert_non_null(file);
	r.err = calloc(1, 8192);
	assert_non_null(r.err);
	assert_true(fread(r.err, 1, 8191, file) < 8191);
	fclose(file);
	unlink(err_path);
	free(err_path);
	free(script);
	return r;
}

static void
run_release(struct run *r)
{
	free(r->out);
	free(r->err);
}

/* Status 78, and every one of these words on standard error. */
static void
expect_refused(struct fixture *f, const char *config, const char *const *words)
{
	const char *args[] = {"-c", config, NULL};
	struct run r = run_emaged(f, args);

	assert_int_equal(r.status, 78);
	for (size_t i = 0; words[i]; i++)
		if (!strstr(r.err, words[i]))
			fail_msg("not told: %s\n%s", words[i], r.err);
	assert_string_equal(r.out, "");
	run_release(&r);
}

static void
wrong_settings_are_named(void **state)
{
	static const struct {
		const char *text;
		const char *words[4];
	} cases[] = {
	    {"[limits]\nhandshake_s = 5\nframe_sec = 3\n",
		{"wrong.conf:3", "frame_sec", "frame_s"}},
	    {"[limit]\nframe_s = 3\n", {"wrong.conf:", "limits"}},
	    {"[limits]\n\nframe_s = 0\n", {"wrong.conf:3", "frame_s"}},
	    {"[limits]\nframe_s = ten\n", {"wrong.conf:2", "frame_s"}},
	    {"[imaging]\nrelease = raport\n", {"imaging.release", "raport", "report"}},
	    {"[log]\nlevel = inf\n", {"log.level", "info"}},
	    {"[listen]\nport = 70000\n", {"listen.port"}},
	    {"[listen]\ntrusted_sources = 10.0.0.0/99\n",
		{"listen.trusted_sources", "10.0.0.0/99"}},
	    {"[listen]\naddress = nowhere\n", {"listen.address", "nowhere"}},
	    {"[listen]\noperators = no-such-user-here\n",
		{"listen.operators", "no-such-user-here"}},
	    {"[limits]\nunauthenticated = 500\nconnections = 400\n", {"limits.unauthenticated"}},
	};
	struct fixture *f = fixture_new(NULL);
	char *config = mem_printf("%s/wrong.conf", f->folder);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		/* what names a line stands in front, so that its number is known */
		char *text = mem_printf("%s[storage]\ndirectory = %s\n", cases[i].text, f->storage);

		file_write(text, "%s", config);
		expect_refused(f, config, cases[i].words);
		free(text);
	}
	free(config);
	fixture_free(&f);
}

static void
missing_and_exposed_files_are_refused(void **state)
{
	struct fixture *f = fixture_new(NULL);
	char *pepper = mem_printf("%s/keys/pepper", f->storage);
	char *away = mem_printf("%s/away", f->folder);

	(void)state;
	expect_refused(
	    f, "/nonexistent/emaged.conf", (const char *[]){"/nonexistent/emaged.conf", NULL});
	assert_int_equal(rename(pepper, away), 0);
	expect_refused(f, f->config, (const char *[]){"keys/pepper", "emagectl init", NULL});
	assert_int_equal(rename(away, pepper), 0);
	assert_int_equal(chmod(pepper, 0644), 0);
	expect_refused(f, f->config, (const char *[]){"keys/pepper", NULL});
	assert_int_equal(chmod(pepper, 0400), 0);
	assert_int_equal(chmod(f->storage, 0755), 0);
	expect_refused(f, f->config, (const char *[]){f->storage, "0700", NULL});
	assert_int_equal(chmod(f->storage, 0700), 0);
	free(pepper);
	free(away);
	fixture_free(&f);
}

static void
options(void **state)
{
	struct fixture *f = fixture_new(NULL);
	char *printed = mem_printf("%s/printed.conf", f->folder);
	struct run r;

	(void)state;
	r = run_emaged(f, (const char *[]){"--version", NULL});
	assert_int_equal(r.status, 0);
	assert_memory_equal(r.out, "emaged ", 7);
	run_release(&r);
	r = run_emaged(f, (const char *[]){"--help", NULL});
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(r.out, "--check-config"));
	run_release(&r);
	r = run_emaged(f, (const char *[]){"--no-such-option", NULL});
	assert_int_equal(r.status, 2);
	assert_non_null(strstr(r.err, "usage"));
	run_release(&r);
	r = run_emaged(f, (const char *[]){"surplus", NULL});
	assert_int_equal(r.status, 2);
	run_release(&r);
	r = run_emaged(f, (const char *[]){"-c", f->config, "--check-config", NULL});
	assert_int_equal(r.status, 0);
	run_release(&r);
	/* what is printed can be read again, with a comment for each setting */
	r = run_emaged(f, (const char *[]){"-c", f->config, "--print-config", NULL});
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(r.out, "# Time for the TLS handshake."));
	assert_non_null(strstr(r.out, "certificate = tls/server.pem"));
	file_write(r.out, "%s", printed);
	run_release(&r);
	r = run_emaged(f, (const char *[]){"-c", printed, "--check-config", NULL});
	assert_int_equal(r.status, 0);
	run_release(&r);
	free(printed);
	fixture_free(&f);
}

static void
one_server_for_one_folder(void **state)
{
	struct fixture *f = fixture_new(NULL);
	struct wire *w;

	(void)state;
	fixture_start(f);
	fixture_set(f, "listen", "port = 0");
	expect_refused(
	    f, f->config, (const char *[]){"listen.local_socket", "another server", NULL});
	w = wire_open_greeted(f);
	wire_expect_alive(w);
	wire_free(&w);
	/* killed, it leaves its socket behind; the next one takes the place */
	fixture_kill(f);
	assert_int_equal(access(f->socket, F_OK), 0);
	fixture_start(f);
	assert_int_equal(fixture_stop(f), 0);
	assert_int_not_equal(access(f->socket, F_OK), 0);
	fixture_free(&f);
}

/* ------------------------------------------------------------------ signals */

static void
copy_file(const char *from_folder, const char *to_folder, const char *name)
{
	char *cmd[] = {"cp", "-f", mem_printf("%s/%s", from_folder, name),
	    mem_printf("%s/%s", to_folder, name), NULL};
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execvp(cmd[0], cmd);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	free(cmd[2]);
	free(cmd[3]);
}

static void
a_reload_takes_the_new_certificate(void **state)
{
	struct fixture *f = fixture_new(NULL), *other = fixture_new(NULL);
	struct wire *before, *after;
	size_t log;

	(void)state;
	fixture_start(f);
	before = wire_open_greeted(f);
	/* a certificate without its key: nothing changes */
	copy_file(other->storage, f->storage, "tls/server.pem");
	log = fixture_log_size(f);
	fixture_signal(f, SIGHUP);
	log = fixture_wait_log(f, log, "reload.refused");
	after = wire_open_greeted(f);
	wire_expect_alive(after);
	wire_free(&after);
	copy_file(other->storage, f->storage, "tls/server.key");
	fixture_signal(f, SIGHUP);
	fixture_wait_log(f, log, "reload.done");
	/* trusts the new authority, and the old connection goes on */
	snprintf(f->ca, sizeof(f->ca), "%s/tls/ca.pem", other->storage);
	after = wire_open_greeted(f);
	wire_expect_alive(after);
	wire_expect_alive(before);
	wire_free(&after);
	wire_free(&before);
	assert_int_equal(fixture_stop(f), 0);
	fixture_free(&f);
	fixture_free(&other);
}

static void
a_wrong_reload_changes_nothing(void **state)
{
	struct fixture *f = fixture_new(NULL);
	struct wire *w;
	size_t log;

	(void)state;
	fixture_start(f);
	w = wire_open_greeted(f);
	fixture_set(f, "limits", "signin_s = 100000");
	log = fixture_log_size(f);
	fixture_signal(f, SIGHUP);
	log = fixture_wait_log(f, log, "reload.refused");
	fixture_wait_log(f, log, "signin_s");
	wire_expect_alive(w);
	/* and a right one counts for connections that there are already */
	fixture_set(f, "limits", "signin_s = 10");
	fixture_signal(f, SIGHUP);
	fixture_wait_log(f, log, "reload.done");
	wire_expect_alive(w);
	fixture_advance(f, 11000);
	wire_expect_closed(w);
	wire_free(&w);
	fixture_free(&f);
}

static unsigned
children_of(pid_t pid, pid_t *pids_r, unsigned max)
{
	char *path = mem_printf("/proc/%d/task", (int)pid);
	DIR *d = opendir(path);
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(d);
	while ((e = readdir(d))) {
		char *list = mem_printf("%s/%s/children", path, e->d_name);
		FILE *f = fopen(list, "re");
		int child;

		while (f && n < max && fscanf(f, "%d", &child) == 1)
			pids_r[n++] = child;
		if (f)
			fclose(f);
		free(list);
	}
	closedir(d);
	free(path);
	return n;
}

static void
helpers_get_four_descriptors_and_end_with_the_server(void **state)
{
	struct fixture *f = fixture_new(NULL);
	pid_t children[8];
	struct pollfd ends[8];
	unsigned n;

	(void)state;
	fixture_start(f);
	fixture_wait_log(f, 0, "courier.started");
	n = children_of(f->pid, children, ARRAY_LEN(children));
	assert_int_equal(n, 3); /* starter, courier, imaging */
	for (unsigned i = 0; i < n; i++) {
		char *path = mem_printf("/proc/%d/fd", (int)children[i]);
		DIR *d = opendir(path);
		struct dirent *e;

		/* they are closed to everybody but root: not even we see in */
		if (d == NULL && errno == EACCES && geteuid() != 0) {
			free(path);
			continue;
		}
		assert_non_null(d);
		while ((e = readdir(d)))
			if (e->d_name[0] != '.' && atoi(e->d_name) > 3) {
				char what[256] = "";
				char *link = mem_printf("%s/%s", path, e->d_name);

				/* what they have opened themselves is theirs: no socket
				 * and no file of ours is among it */
				assert_true(readlink(link, what, sizeof(what) - 1) >= 0);
				assert_null(strstr(what, "socket:"));
				assert_null(strstr(what, "emage.db"));
				free(link);
			}
		closedir(d);
		free(path);
	}
	/* not even a kill leaves them behind: the kernel ends them with us */
	for (unsigned i = 0; i < n; i++) {
		ends[i] = (struct pollfd){.events = POLLIN};
		ends[i].fd = (int)syscall(SYS_pidfd_open, children[i], 0);
		assert_true(ends[i].fd >= 0);
	}
	fixture_kill(f);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(poll(&ends[i], 1, 60000), 1);
		close(ends[i].fd);
	}
	fixture_free(&f);
}

static void
a_dead_courier_is_replaced(void **state)
{
	struct fixture *f = fixture_new(NULL);
	size_t log;

	(void)state;
	fixture_start(f);
	log = fixture_wait_log(f, 0, "courier.started");
	kill(fixture_child(f, "emage-imaging"), SIGKILL);
	kill(fixture_child(f, "emage-courier"), SIGKILL);
	log = fixture_wait_log(f, log, "courier.lost");
	fixture_wait_log(f, log, "courier.started");
	assert_true(fixture_counter(f, "helper_restarts") >= 1);
	assert_int_equal(fixture_stop(f), 0);
	fixture_free(&f);
}

/* ------------------------------------------------------------ confinement */

/* A line of /proc/PID/FILE; *line_r is empty when there is none. */
static void
proc_line(pid_t pid, const char *file, const char *begins, char line_r[256])
{
	char *path = mem_printf("/proc/%d/%s", (int)pid, file);
	FILE *f = fopen(path, "re");

	assert_non_null(f);
	while (fgets(line_r, 256, f) && strncmp(line_r, begins, strlen(begins)) != 0)
		line_r[0] = '\0';
	fclose(f);
	free(path);
}

static void
the_server_is_confined(void **state)
{
	struct fixture *f = fixture_new(NULL);
	char line[256];
	int soft = -1, hard = -1;

	(void)state;
	fixture_start(f);
	proc_line(f->pid, "limits", "Max core file size", line);
	assert_int_equal(sscanf(line, "Max core file size %d %d", &soft, &hard), 2);
	assert_int_equal(soft, 0);
	assert_int_equal(hard, 0);
	proc_line(f->pid, "status", "NoNewPrivs:", line);
	assert_string_equal(line, "NoNewPrivs:\t1\n");
#ifndef SANITIZED
	proc_line(f->pid, "status", "Seccomp:", line);
	assert_string_equal(line, "Seccomp:\t2\n");
#endif
	fixture_free(&f);
}

#ifndef SANITIZED
/* In a child: number of the first promise that does not hold, 0 = all do. */
static int
try_what_is_taken_away(const struct settings *st, const char *inside, const char *outside)
{
	int fd;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	confine_self(st);
	fd = open(inside, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || close(fd) != 0 || unlink(inside) != 0)
		return 1;
	/* a kernel without Landlock is lived with, see confine.h */
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* version */) >= 2 &&
	    (open(outside, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0 || errno != EACCES))
		return 2;
	if (open("/etc/hostname", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES)
		return 3; /* reading goes on: names, zones, certificates */
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 || errno != EPERM)
		return 4;
	if (mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
		MAP_FAILED ||
	    errno != EPERM)
		return 5;
	if (setuid(12345) == 0 || errno != EPERM)
		return 6;
	if (socket(AF_PACKET, SOCK_RAW, 0) >= 0 || errno != EAFNOSUPPORT)
		return 7;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd < 0 ? 8 : 0;
}

static void
what_is_taken_away_is_gone(void **state)
{
	struct fixture *f = fixture_new(NULL);
	struct settings_source from = {.path = f->config, .must_exist = true};
	char *inside = mem_printf("%s/probe", f->storage);
	char *outside = mem_printf("%s/probe", f->folder);
	struct settings *st;
	char faults[512];
	int status = -1;
	pid_t pid;

	(void)state;
	assert_int_equal(settings_load(&from, &st, faults, sizeof(faults)), 0);
	pid = fork();
	if (pid == 0)
		_exit(try_what_is_taken_away(st, inside, outside));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	settings_free(&st);
	free(inside);
	free(outside);
	fixture_free(&f);
}
#endif

/* -------------------------------------------------------------- sd_notify(3) */

static bool
manager_hears(int fd, const char *what)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char text[512];

	while (poll(&p, 1, 60000) == 1) {
		ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

		assert_true(n > 0);
		text[n] = '\0';
		if (strstr(text, what))
			return true;
	}
	return false;
}

static void
the_service_manager_is_told(void **state)
{
	static const char *wrapper[8] = {"/usr/bin/env", NULL, "WATCHDOG_USEC=100000", NULL};
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct fixture *f = fixture_new(NULL);
	char *var;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)state;
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/notify", f->folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	var = mem_printf("NOTIFY_SOCKET=%s", sun.sun_path);
	wrapper[1] = var;
	start_by_exec(f, wrapper);
	assert_true(manager_hears(fd, "READY=1"));
	assert_true(manager_hears(fd, "WATCHDOG=1"));
	fixture_signal(f, SIGHUP);
	assert_true(manager_hears(fd, "RELOADING=1\nMONOTONIC_USEC="));
	assert_true(manager_hears(fd, "READY=1"));
	fixture_signal(f, SIGTERM);
	assert_true(manager_hears(fd, "STOPPING=1"));
	assert_int_equal(fixture_wait_end(f), 0);
	close(fd);
	free(var);
	fixture_free(&f);
}

/* ------------------------------------------------------------ held connections */

static int
tcp_connect(const struct fixture *f)
{
	struct sockaddr_in sin = {
	    .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)atoi(f->port)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	return fd;
}

/* Until the other side has closed; whatever it says before is not looked at. */
static void
expect_end(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char bytes[4096];
	ssize_t n;

	do {
		assert_int_equal(poll(&p, 1, 60000), 1);
		n = recv(fd, bytes, sizeof(bytes), 0);
	} while (n > 0);
}

static void
half_a_hello_costs_no_tls_object_and_ends(void **state)
{
	enum { N = 300 };
	static const uint8_t half[] = {0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc};
	struct fixture *f = fixture_new(NULL);
	struct wire *w;
	int fds[N];

	(void)state;
	fixture_start(f);
	for (int i = 0; i < N; i++) {
		fds[i] = tcp_connect(f);
		assert_int_equal(send(fds[i], half, sizeof(half), MSG_NOSIGNAL), sizeof(half));
	}
	/* others get through, and pieces that come one by one are put together */
	w = wire_open_greeted(f);
	wire_expect_alive(w);
	for (int i = 0; i < 20; i++)
		assert_int_equal(send(fds[0], "\xaa", 1, MSG_NOSIGNAL), 1);
	wire_expect_alive(w);
	assert_true(fixture_counter(f, "connections_open") >= N);
	fixture_advance(f, 5100);
	for (int i = 0; i < N; i++) {
		expect_end(fds[i]);
		close(fds[i]);
	}
	wire_expect_alive(w);
	assert_true(fixture_counter(f, "deadlines_missed") >= N);
	wire_free(&w);
	/* rubbish is not waited for */
	fds[0] = tcp_connect(f);
	assert_int_equal(send(fds[0], "GET / HTTP/1.0\r\n\r\n", 18, MSG_NOSIGNAL), 18);
	expect_end(fds[0]);
	close(fds[0]);
	fixture_free(&f);
}

static void
too_many_make_the_oldest_give_way(void **state)
{
	static const char *const sets[] = {
	    "limits.connections=64", "limits.unauthenticated=16", NULL};
	struct fixture *f = fixture_new(sets);
	struct wire *operator_, *w;
	int fds[40];

	(void)state;
	fixture_start(f);
	operator_ = wire_open_local(f);
	for (int i = 0; i < 40; i++)
		fds[i] = tcp_connect(f);
	w = wire_open_greeted(f);
	wire_expect_alive(w);
	for (int i = 0; i < 24; i++)
		expect_end(fds[i]);
	/* who is signed in never gives way */
	assert_int_equal(wire_call_empty(operator_, METHOD_admin_status), 0);
	for (int i = 0; i < 40; i++)
		close(fds[i]);
	wire_free(&w);
	wire_free(&operator_);
	fixture_free(&f);
}

static void
one_source_is_held_to_its_share(void **state)
{
	static const char *const sets[] = {"listen.trusted_sources=", "limits.per_source=4", NULL};
	struct fixture *f = fixture_new(sets);
	int fds[6];

	(void)state;
	fixture_start(f);
	for (int i = 0; i < 6; i++)
		fds[i] = tcp_connect(f);
	expect_end(fds[4]);
	expect_end(fds[5]);
	assert_int_equal(fixture_counter(f, "connections_refused"), 2);
	for (int i = 0; i < 6; i++)
		close(fds[i]);
	fixture_free(&f);
}

/* What admin.status has just said. */
static uint64_t
open_connections(const struct wire *w)
{
	const Emage__AdminStatusReply *r = (const Emage__AdminStatusReply *)w->reply;

	for (size_t i = 0; i < r->n_counters; i++) {
		if (strcmp(r->counters[i]->name, "connections_open") == 0)
			return r->counters[i]->value;
	}
	fail_msg("no counter of open connections");
	return 0;
}

/* F-09: descriptors run out, the server does not spin, and mends itself. */
static void
without_descriptors_it_goes_on(void **state)
{
	static const char *const wrapper[] = {"/usr/bin/prlimit", "--nofile=64:64", NULL};
	struct fixture *f = fixture_new(NULL);
	struct wire *operator_, *w;
	int fds[200];

	(void)state;
	start_by_exec(f, wrapper);
	operator_ = wire_open_local(f);
	for (int i = 0; i < 200; i++)
		fds[i] = tcp_connect(f);
	assert_int_equal(wire_call_empty(operator_, METHOD_admin_status), 0);
	for (int i = 0; i < 200; i++)
		close(fds[i]);
	/* what was held goes as soon as the server has noticed; asked on a
	 * connection that is there, since a new one might give way as well */
	do
		assert_int_equal(wire_call_empty(operator_, METHOD_admin_status), 0);
	while (open_connections(operator_) > 1);
	w = wire_open_greeted(f);
	wire_expect_alive(w);
	wire_free(&w);
	wire_free(&operator_);
	assert_int_equal(fixture_stop(f), 0);
	fixture_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wrong_settings_are_named),
	    cmocka_unit_test(missing_and_exposed_files_are_refused),
	    cmocka_unit_test(options),
	    cmocka_unit_test(one_server_for_one_folder),
	    cmocka_unit_test(a_reload_takes_the_new_certificate),
	    cmocka_unit_test(a_wrong_reload_changes_nothing),
	    cmocka_unit_test(helpers_get_four_descriptors_and_end_with_the_server),
	    cmocka_unit_test(a_dead_courier_is_replaced),
	    cmocka_unit_test(the_server_is_confined),
#ifndef SANITIZED
	    cmocka_unit_test(what_is_taken_away_is_gone),
#endif
	    cmocka_unit_test(the_service_manager_is_told),
	    cmocka_unit_test(half_a_hello_costs_no_tls_object_and_ends),
	    cmocka_unit_test(too_many_make_the_oldest_give_way),
	    cmocka_unit_test(one_source_is_held_to_its_share),
	    cmocka_unit_test(without_descriptors_it_goes_on),
	};

	secret_setup();
	return cmocka_run_group_tests_name("server_daemon", tests, NULL, NULL);
}
