/* SPDX-License-Identifier: MIT */
/*
 * A server that was taken over (H-03): what it tries is refused or is its end, in the
 * real process; and what it still has to do in spite of that.
 */
#include "tests/lib/check.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/confine.h"
#include "common/mem.h"
#include "tests/lib/wire.h"

/* A server whose program `program` tries `what` once it is confined. */
static struct fixture *
begin(const char *const *sets, const char *program, const char *what)
{
	struct fixture *f = fixture_new(sets);
	char *wish = mem_printf("%s %s", program, what);

	setenv("EMAGE_TEST_TRY", wish, 1);
	free(wish);
	fixture_start(f);
	unsetenv("EMAGE_TEST_TRY");
	return f;
}

static void
test_an_attack_is_the_end_of_it(void **state)
{
	static const struct {
		const char *what;
		bool sanitizers_do; /* and may, in their builds */
	} attacks[] = {
	    {.what = "execve", .sanitizers_do = true},
	    {.what = "fork", .sanitizers_do = true},
	    {.what = "ptrace", .sanitizers_do = true},
	    {.what = "socket"},
	    {.what = "connect"},
	    {.what = "setuid"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(attacks); i++) {
		struct fixture *f;
		int status;

		if (CONFINE_SANITIZED && attacks[i].sanitizers_do)
			continue;
		print_message("%s\n", attacks[i].what);
		f = begin(NULL, "emaged", attacks[i].what);
		status = fixture_wait_end(f);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGSYS);
		fixture_free(&f);
	}
}

/* The server answers afterwards as if nothing had been. */
static void
expect_refused(const char *const *sets, const char *what, const char *error)
{
	struct fixture *f = begin(sets, "emaged", what);
	char *line = mem_printf("confine.try what=%s errno=%s\n", what, error);
	struct wire *w;

	fixture_wait_log(f, 0, line);
	w = wire_open_greeted(f);
	wire_expect_alive(w);
	wire_free(&w);
	assert_int_equal(fixture_stop(f), 0);
	fixture_free(&f);
	free(line);
}

static void
test_what_a_library_might_try_fails(void **state)
{
	(void)state;
	expect_refused(NULL, "unlisted", "ENOSYS");
	expect_refused(NULL, "tomorrow", "ENOSYS");
	if (!CONFINE_SANITIZED)
		expect_refused(NULL, "code", "ENOSYS");
}

static void
test_only_its_files_are_open_to_it(void **state)
{
	(void)state;
	if (CONFINE_SANITIZED)
		skip();
	expect_refused(NULL, "open", confine_landlock() > 0 ? "EACCES" : "0");
}

static void
test_the_administrator_may_look_first(void **state)
{
	static const char *const log[] = {"confine.calls=log", NULL};
	static const char *const off[] = {"confine.calls=off", NULL};

	(void)state;
	expect_refused(log, "unlisted", "0");
	expect_refused(off, "unlisted", "0");
	/* what it never needs stays refused */
	if (CONFINE_SANITIZED)
		return;
	expect_refused(log, "setuid", "EPERM");
	expect_refused(off, "setuid", "EPERM");
	expect_refused(off, "open", "0");
}

static int
filters_of(pid_t pid, const char *task)
{
	char *path = mem_printf("/proc/%d/task/%s/status", (int)pid, task);
	FILE *f = fopen(path, "re");
	char line[256];
	int n = -1;

	while (f && fgets(line, sizeof(line), f))
		(void)sscanf(line, "Seccomp_filters: %d", &n);
	if (f)
		fclose(f);
	free(path);
	return n;
}

static void
test_every_thread_is_confined(void **state)
{
	struct fixture *f = fixture_new(NULL);
	struct dirent *task;
	unsigned n = 0;
	char *path, main_task[16];
	DIR *d;

	(void)state;
	fixture_start(f);
	fixture_wait_log(f, 0, "courier.started");
	snprintf(main_task, sizeof(main_task), "%d", (int)f->pid);
	path = mem_printf("/proc/%d/task", (int)f->pid);
	d = opendir(path);
	assert_non_null(d);
	while ((task = readdir(d)) != NULL) {
		if (task->d_name[0] == '.')
			continue;
		n++;
		/* all servers' and helpers', and two of its own */
		assert_int_equal(filters_of(f->pid, task->d_name), filters_of(f->pid, main_task));
		assert_true(filters_of(f->pid, task->d_name) >= (CONFINE_SANITIZED ? 2 : 3));
	}
	assert_true(n > 4);
	closedir(d);
	free(path);
	assert_int_equal(fixture_stop(f), 0);
	fixture_free(&f);
}

/* A helper that is ended for what it tries is named in the log, with the way to what
 * it was. */
static void
test_a_helper_that_is_ended_is_told(void **state)
{
	struct fixture *f;
	struct fixture_patient who;
	char *dicom;
	const char *import[] = {"emagectl", "import", "dicom", "-q", "-S", NULL, "--patient",
	    who.identifier, "--finess", "679900019", NULL, NULL};
	size_t at;

	(void)state;
	if (CONFINE_SANITIZED)
		skip();
	f = begin(NULL, "emage-courier", "execve");
	at = fixture_wait_log(f, 0, "helper.confined name=emage-courier pid=");
	fixture_wait_log(f, at, "signal=SYS remedy=\"journalctl -k -g type=1326");
	assert_int_equal(fixture_stop(f), 0);
	fixture_free(&f);

	f = begin(NULL, "emage-imaging", "socket");
	dicom = fixture_dicom("CT_small.dcm");
	import[5] = f->socket;
	import[10] = dicom;
	fixture_add_patient(f, "Alix", "alix@example.org", &who);
	fixture_add_establishment(f, "679900019", "Clinique fictive");
	assert_int_not_equal(fixture_run(f, import, NULL), 0);
	fixture_wait_log(f, 0, "helper.confined name=emage-imaging pid=");
	assert_int_equal(fixture_stop(f), 0);
	fixture_free(&f);
	free(dicom);
}

/* A container whose own rules forbid making rules: neither filters nor Landlock. */
static bool
forbid_confinement(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	bool done = filter != NULL && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
		    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(seccomp), 0) == 0 &&
		    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1,
			SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP, 0)) == 0 &&
		    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
			SCMP_SYS(landlock_create_ruleset), 0) == 0 &&
		    seccomp_load(filter) == 0;

	seccomp_release(filter);
	return done;
}

/* In a child: exit status 0 when the server serves there and says what is missing. */
static int
serve_in_a_container(void)
{
	static const char *const off[] = {"confine.calls=off", NULL};
	struct fixture *f;
	struct wire *w;
	int status;

	if (!forbid_confinement())
		return 1;
	f = begin(NULL, "emaged", "unlisted");
	fixture_wait_log(f, 0, "confine.partial");
	fixture_wait_log(f, 0, "confine.try what=unlisted errno=0\n");
	w = wire_open_greeted(f);
	wire_expect_alive(w);
	wire_free(&w);
	status = fixture_stop(f);
	fixture_free(&f);
	if (status != 0)
		return 2;
	/* the helpers, which insist, do without where they are told to */
	f = fixture_new(off);
	fixture_start(f);
	fixture_wait_log(f, 0, "courier.started");
	status = fixture_stop(f);
	fixture_free(&f);
	return status == 0 ? 0 : 3;
}

static void
test_where_nothing_can_be_confined_it_serves(void **state)
{
	pid_t pid;
	int status = -1;

	(void)state;
	if (CONFINE_SANITIZED)
		skip();
	pid = fork();
	if (pid == 0)
		_exit(serve_in_a_container());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* It may not read the list of users, and has them looked up; a folder that it gave up
 * is told. */
static void
test_reloading(void **state)
{
	struct fixture *f = fixture_new(NULL);
	const struct passwd *pw = getpwuid(1);
	char *operators;
	size_t at;

	(void)state;
	assert_non_null(pw);
	operators = mem_printf("operators = root %s", pw->pw_name);
	fixture_start(f);
	fixture_set(f, "listen", operators);
	at = fixture_log_size(f);
	fixture_signal(f, SIGHUP);
	at = fixture_wait_log(f, at, "reload.done");
	fixture_set(f, "listen", "operators = nobody-of-this-name");
	fixture_signal(f, SIGHUP);
	at = fixture_wait_log(f, at, "no such user");
	fixture_set(f, "listen", operators);
	if (!CONFINE_SANITIZED && confine_landlock() > 0) {
		fixture_set(f, "listen", "certificate = /etc/ssl/certs/ca-certificates.crt");
		fixture_signal(f, SIGHUP);
		fixture_wait_log(
		    f, at, "listen.certificate: in a folder that may be read from a restart on");
	}
	free(operators);
	assert_int_equal(fixture_stop(f), 0);
	fixture_free(&f);
}

/* As those who renew certificates keep them: a link to the newest, in a folder that no
 * setting names. */
static void
test_a_certificate_behind_a_link_is_renewed(void **state)
{
	struct fixture *f = fixture_new(NULL);
	char folder[] = "/tmp/emage-archive-XXXXXX";
	char *link_path = mem_printf("%s/tls/server.pem", f->storage), *first, *second;

	(void)state;
	assert_non_null(mkdtemp(folder));
	first = mem_printf("%s/1.pem", folder);
	second = mem_printf("%s/2.pem", folder);
	assert_int_equal(rename(link_path, first), 0);
	assert_int_equal(symlink(first, link_path), 0);
	fixture_start(f);
	assert_int_equal(rename(first, second), 0);
	assert_int_equal(unlink(link_path), 0);
	assert_int_equal(symlink(second, link_path), 0);
	fixture_signal(f, SIGHUP);
	fixture_wait_log(f, 0, "reload.done");
	assert_int_equal(fixture_stop(f), 0);
	assert_int_equal(unlink(second), 0);
	assert_int_equal(rmdir(folder), 0);
	fixture_free(&f);
	free(link_path);
	free(first);
	free(second);
}

/* Whoever started the server starts it again, with another starter. */
static void
test_without_its_starter_it_ends(void **state)
{
	struct fixture *f = fixture_new(NULL);
	pid_t starter;
	int status;

	(void)state;
	fixture_start(f);
	fixture_wait_log(f, 0, "courier.started");
	starter = fixture_child(f, "emage-starter");
	assert_int_not_equal(starter, 0);
	assert_int_equal(kill(starter, SIGKILL), 0);
	fixture_wait_log(f, 0, "starter.lost");
	status = fixture_wait_end(f);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	fixture_free(&f);
}

/* It neither outlives the server nor listens to whom the service manager ends. */
static void
test_the_starter_ends_with_it(void **state)
{
	struct fixture *f = fixture_new(NULL);
	struct pollfd end = {.events = POLLIN};
	pid_t starter;

	(void)state;
	fixture_start(f);
	starter = fixture_child(f, "emage-starter");
	assert_int_not_equal(starter, 0);
	end.fd = (int)syscall(SYS_pidfd_open, starter, 0);
	assert_true(end.fd >= 0);
	assert_int_equal(kill(starter, SIGTERM), 0);
	assert_int_equal(fixture_counter(f, "helper_restarts"), 0);
	assert_int_equal(fixture_child(f, "emage-starter"), starter);
	fixture_kill(f);
	assert_int_equal(poll(&end, 1, FIXTURE_DEADLINE_MS), 1);
	close(end.fd);
	fixture_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_an_attack_is_the_end_of_it),
	    cmocka_unit_test(test_what_a_library_might_try_fails),
	    cmocka_unit_test(test_only_its_files_are_open_to_it),
	    cmocka_unit_test(test_the_administrator_may_look_first),
	    cmocka_unit_test(test_every_thread_is_confined),
	    cmocka_unit_test(test_a_helper_that_is_ended_is_told),
	    cmocka_unit_test(test_where_nothing_can_be_confined_it_serves),
	    cmocka_unit_test(test_reloading),
	    cmocka_unit_test(test_a_certificate_behind_a_link_is_renewed),
	    cmocka_unit_test(test_without_its_starter_it_ends),
	    cmocka_unit_test(test_the_starter_ends_with_it),
	};

	return cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
