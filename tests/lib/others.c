/* SPDX-License-Identifier: MIT */
/*
 * Starting Postfix and Kannel.
 */
#include "tests/lib/others.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/await.h"
#include "tests/lib/server_fixture.h"

/* A program in a process group of its own, its words in a file. */
static pid_t
others_run(const char *log, const char *const *argv)
{
	pid_t pid = fork();

	if (pid < 0)
		die("others: fork");
	if (pid == 0) {
		int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpgid(0, 0);
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	setpgid(pid, pid);
	return pid;
}

static void
others_end(pid_t *pid)
{
	if (*pid > 0) {
		kill(-*pid, SIGKILL);
		waitpid(*pid, NULL, 0);
	}
	*pid = 0;
}

static void
others_must(bool ok, const char *what)
{
	if (!ok)
		die("others: %s", what);
}

/* ------------------------------------------------------------------- Postfix */

const char *
others_no_postfix(void)
{
	return geteuid() == 0 ? NULL : "Postfix wants to be root: this test is left out";
}

void
postfix_start(struct postfix *p, const char *folder)
{
	char *script = fixture_source("tests/lib/postfix.sh"), *pkg = fixture_source("build/pkg");
	char *port, *out = mem_printf("%s/postfix.out", folder);

	*p = (struct postfix){.port = await_free_port()};
	port = mem_printf("%u", p->port);
	snprintf(p->maildir, sizeof(p->maildir), "%s/box/Maildir", folder);
	snprintf(p->log, sizeof(p->log), "%s/maillog", folder);
	p->pid = others_run(out, (const char *const[]){"/bin/sh", script, pkg, folder, port, NULL});
	others_must(await_text(p->log, 0, "daemon started", NULL), "Postfix does not start");
	free(script);
	free(pkg);
	free(port);
	free(out);
}

void
postfix_stop(struct postfix *p)
{
	others_end(&p->pid);
}

/* -------------------------------------------------------------------- Kannel */

static void
kannel_configure(const struct kannel *k, const char *path, unsigned centre_port)
{
	FILE *f = fopen(path, "we");

	others_must(f != NULL, path);
	fprintf(f,
	    "group = core\nadmin-port = %u\nadmin-password = secret\nsmsbox-port = %u\n\n"
	    "group = smsc\nsmsc = fake\nport = %u\nconnect-allow-ip = 127.0.0.1\n\n"
	    "group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = %u\n\n"
	    "group = sendsms-user\nusername = emage\npassword = secret\n",
	    await_free_port(), await_free_port(), centre_port, k->port);
	others_must(fclose(f) == 0, path);
}

void
kannel_start(struct kannel *k, const char *folder)
{
	char *pkg = fixture_source("build/pkg"), *conf = mem_printf("%s/kannel.conf", folder);
	char *bearerbox = mem_printf("%s/usr/sbin/bearerbox", pkg);
	char *smsbox = mem_printf("%s/usr/sbin/smsbox", pkg);
	char *centre = mem_printf("%s/usr/lib/kannel/test/fakesmsc", pkg);
	char *bearerbox_log = mem_printf("%s/bearerbox.log", folder);
	char *smsbox_log = mem_printf("%s/smsbox.log", folder), port[16];
	unsigned centre_port = await_free_port();

	*k = (struct kannel){.port = await_free_port()};
	snprintf(port, sizeof(port), "%u", centre_port);
	snprintf(k->centre_log, sizeof(k->centre_log), "%s/centre.log", folder);
	kannel_configure(k, conf, centre_port);
	k->bearerbox =
	    others_run(bearerbox_log, (const char *const[]){bearerbox, "-v", "1", conf, NULL});
	others_must(await_text(bearerbox_log, 0, "entering mainloop", NULL), "bearerbox");
	k->centre = others_run(k->centre_log, (const char *const[]){centre, "-H", "127.0.0.1", "-r",
						  port, "-m", "0", "1 2 text none", NULL});
	others_must(await_text(bearerbox_log, 0, "Fakesmsc client connected", NULL), "centre");
	k->smsbox = others_run(smsbox_log, (const char *const[]){smsbox, "-v", "1", conf, NULL});
	others_must(await_text(smsbox_log, 0, "Connected to bearerbox", NULL), "smsbox");
	free(pkg);
	free(conf);
	free(bearerbox);
	free(smsbox);
	free(centre);
	free(bearerbox_log);
	free(smsbox_log);
}

void
kannel_stop(struct kannel *k)
{
	others_end(&k->smsbox);
	others_end(&k->centre);
	others_end(&k->bearerbox);
}
