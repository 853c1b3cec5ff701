/* SPDX-License-Identifier: MIT */
/*
 * dist/sshd/emage.conf in force on a real sshd: whoever comes in gets the client and
 * nothing else. The sshd is the test's own, on loopback, for the user who runs it; of
 * the fragment only whom it is for and where the program is are replaced.
 */
#include "tests/lib/check.h"

#include <arpa/inet.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/mem.h"
#include "tests/lib/file.h"
#include "tests/lib/pty.h"
#include "tests/lib/server_fixture.h"

#define SSHD "/usr/sbin/sshd"

static struct fixture *server;
static char *folder, *ssh_options;
static unsigned port;
static pid_t sshd;

/* A command's status and output, both streams. */
static int
run(const char *command, char out_r[4096])
{
	FILE *f = popen(command, "re");
	size_t n;
	int status;

	assert_non_null(f);
	n = fread(out_r, 1, 4095, f);
	out_r[n] = '\0';
	status = pclose(f);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
must_run(const char *command)
{
	char out[4096];

	if (run(command, out) != 0)
		fail_msg("%s: %s", command, out);
}

static unsigned
free_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	close(fd);
	return ntohs(a.sin_port);
}

/* The fragment for this user and this build. What is left of the environment when the
 * client begins is written down. */
static void
write_fragment(void)
{
	char *path = fixture_source("dist/sshd/emage.conf"), *text = mem_strdup(""), *more;
	char line[512];
	FILE *f = fopen(path, "re");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, "Match Group ", 12) == 0)
			snprintf(line, sizeof(line), "Match All\n");
		else if (strncmp(line, "\tForceCommand @bindir@/emage --staff\n", 37) == 0)
			snprintf(line, sizeof(line), "\tForceCommand %s/client\n", folder);
		more = mem_printf("%s%s", text, line);
		free(text);
		text = more;
	}
	fclose(f);
	assert_non_null(strstr(text, "/client\n"));
	file_write(text, "%s/fragment", folder);
	free(text);
	free(path);
	text = mem_printf("#!/bin/sh\nenv > '%s/env'\nexec '%s/emage' --staff --server "
			  "127.0.0.1:%s --ca '%s'\n",
	    folder, getenv("EMAGE_BUILD"), server->port, server->ca);
	file_write_script(text, "%s/client", folder);
	free(text);
}

static void
write_config(void)
{
	char *text = mem_printf("Port %u\nListenAddress 127.0.0.1\nHostKey %s/host\nPidFile none\n"
				"UsePAM no\nStrictModes no\nAuthorizedKeysFile %s/user.pub\n"
				"PasswordAuthentication no\nPermitRootLogin prohibit-password\n"
				"Subsystem sftp internal-sftp\nInclude %s/fragment\n",
	    port, folder, folder, folder);

	file_write(text, "%s/sshd_config", folder);
	free(text);
}

static void
start_sshd(void)
{
	char *config = mem_printf("%s/sshd_config", folder);
	int64_t deadline_ms = clock_boot_ms() + FIXTURE_DEADLINE_MS;
	char out[4096], *command;

	/* as root it wants its folder; anybody else has none */
	if (getuid() == 0)
		mkdir("/run/sshd", 0755);
	sshd = fork();
	if (sshd == 0) {
		char *log = mem_printf("%s/log", folder);

		execl(SSHD, SSHD, "-D", "-f", config, "-E", log, (char *)NULL);
		_exit(127);
	}
	/* it is there when somebody answers */
	command = mem_printf("ssh-keyscan -p %u 127.0.0.1 2>/dev/null", port);
	while (run(command, out), out[0] == '\0')
		assert_true(clock_boot_ms() < deadline_ms);
	free(command);
	free(config);
}

static int
set_up(void **state)
{
	const struct passwd *me = getpwuid(getuid());
	char *command;

	(void)state;
	assert_true(access(SSHD, X_OK) == 0);
	server = fixture_new(NULL);
	fixture_start(server);
	folder = mem_printf("%s/ssh", server->folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	command = mem_printf("ssh-keygen -q -t ed25519 -N '' -f %1$s/host && "
			     "ssh-keygen -q -t ed25519 -N '' -f %1$s/user",
	    folder);
	must_run(command);
	free(command);
	port = free_port();
	ssh_options = mem_printf("-F none -i %s/user -p %u -o BatchMode=yes -o LogLevel=ERROR "
				 "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "
				 "-o User=%s",
	    folder, port, me->pw_name);
	write_fragment();
	write_config();
	start_sshd();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	if (sshd > 0) {
		kill(sshd, SIGTERM);
		waitpid(sshd, NULL, 0);
	}
	fixture_free(&server);
	free(folder);
	free(ssh_options);
	return 0;
}

/* ssh -tt with these words behind the host, in a terminal. */
static struct pty *
in_terminal(const char *words)
{
	char *command = mem_printf("exec ssh -tt %s 127.0.0.1 %s", ssh_options, words);
	const char *argv[] = {"/bin/sh", "-c", command, NULL};
	struct pty *p = pty_start(&(struct pty_options){.argv = argv});

	free(command);
	return p;
}

static void
test_client_arrives(void **state)
{
	struct pty *p = in_terminal("");

	(void)state;
	assert_true(pty_wait_text(p, "Identifiant"));
	pty_free(&p);
}

/* Whatever is asked for instead, it is the client that comes. */
static void
test_no_command(void **state)
{
	struct pty *p = in_terminal("'sh -c \"echo INTRUS; exec sh\"'");
	char *command =
	    mem_printf("ssh %s 127.0.0.1 'echo INTRUS; id' < /dev/null 2>&1", ssh_options);
	char out[4096];

	(void)state;
	assert_true(pty_wait_text(p, "Identifiant"));
	assert_true(pty_wait_no_text(p, "INTRUS"));
	pty_free(&p);
	(void)run(command, out);
	assert_null(strstr(out, "INTRUS"));
	assert_null(strstr(out, "uid="));
	free(command);
}

static void
test_no_sftp(void **state)
{
	char *command = mem_printf("echo 'get /etc/passwd %1$s/passwd' | timeout 20 sftp -b - "
				   "%2$s 127.0.0.1 2>&1",
	    folder, strstr(ssh_options, "-i"));
	char *got = mem_printf("%s/passwd", folder), *at, out[4096];

	(void)state;
	/* sftp takes the port by another letter */
	at = strstr(command, " -p ");
	assert_non_null(at);
	at[2] = 'P';
	assert_int_not_equal(run(command, out), 0);
	assert_true(access(got, F_OK) < 0);
	free(got);
	free(command);
}

static void
test_no_forwarding(void **state)
{
	char *through = mem_printf("ssh -o LogLevel=INFO %s -W 127.0.0.1:%s 127.0.0.1 "
				   "< /dev/null 2>&1",
	    ssh_options, server->port);
	char *back =
	    mem_printf("timeout 20 ssh %s -o ExitOnForwardFailure=yes -N -R 0:127.0.0.1:%s "
		       "127.0.0.1 < /dev/null 2>&1",
		ssh_options, server->port);
	char out[4096];

	(void)state;
	assert_int_not_equal(run(through, out), 0);
	assert_non_null(strstr(out, "prohibited"));
	assert_int_not_equal(run(back, out), 0);
	assert_non_null(strstr(out, "forwarding failed"));
	free(through);
	free(back);
}

/* A port of one's own that leads to the server's: the connection is taken and closed
 * without a byte. */
static void
test_no_local_port(void **state)
{
	unsigned mine = free_port();
	char *control = mem_printf("%s/control", folder);
	char *begin = mem_printf("ssh %s -f -N -M -S %s -L %u:127.0.0.1:%s 127.0.0.1 "
				 "> /dev/null 2>&1",
	    ssh_options, control, mine, server->port);
	char *end = mem_printf("ssh -S %s -O exit 127.0.0.1 > /dev/null 2>&1", control);
	char *try =
	    mem_printf("echo | timeout 20 openssl s_client -connect 127.0.0.1:%u 2>&1", mine);
	char out[4096];

	(void)state;
	must_run(begin);
	(void)run(try, out);
	assert_null(strstr(out, "BEGIN CERTIFICATE"));
	must_run(end);
	free(control);
	free(begin);
	free(end);
	free(try);
}

static void
test_environment(void **state)
{
	char *command =
	    mem_printf("TERMINFO=/tmp/evil LD_PRELOAD=/tmp/evil.so EMAGE_X=1 LANG=de_DE "
		       "ssh %s -o 'SendEnv=TERMINFO LD_PRELOAD EMAGE_X LANG' 127.0.0.1 "
		       "< /dev/null > /dev/null 2>&1; cat %s/env",
		ssh_options, folder);
	char out[4096];

	(void)state;
	assert_int_equal(run(command, out), 0);
	assert_null(strstr(out, "TERMINFO="));
	assert_null(strstr(out, "LD_PRELOAD="));
	assert_null(strstr(out, "EMAGE_X="));
	assert_non_null(strstr(out, "LANG=de_DE"));
	free(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_client_arrives),
	    cmocka_unit_test(test_no_command),
	    cmocka_unit_test(test_no_sftp),
	    cmocka_unit_test(test_no_forwarding),
	    cmocka_unit_test(test_no_local_port),
	    cmocka_unit_test(test_environment),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
