/* SPDX-License-Identifier: MIT */
/*
 * Starting relay.py and reading what it tells.
 */
#include "tests/lib/check.h"

#include "tests/lib/relay.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/mem.h"
#include "tests/lib/server_fixture.h"

void
relay_folder(char folder_r[RELAY_FOLDER_MAX])
{
	static const char form[] =
	    "cd '%s' && new='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes' && {"
	    " for n in ca other; do openssl req -x509 $new -days 2 -subj /CN=$n -addext"
	    " basicConstraints=critical,CA:TRUE -keyout $n.key -out $n.pem || exit 1; done;"
	    " openssl req $new -subj /CN=localhost -keyout relay.key -out relay.csr &&"
	    " echo subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1 > relay.ext &&"
	    " openssl x509 -req -in relay.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2"
	    " -extfile relay.ext -out relay.pem; } 2> relay.log";
	char *command;

	snprintf(folder_r, RELAY_FOLDER_MAX, "/tmp/emage-relay-XXXXXX");
	assert_non_null(mkdtemp(folder_r));
	command = mem_printf(form, folder_r);
	assert_int_equal(system(command), 0);
	free(command);
}

struct relay
relay_start(const char *mode, const char *folder)
{
	return relay_start_at(mode, folder, 0);
}

struct relay
relay_start_at(const char *mode, const char *folder, int port)
{
	char *script = fixture_source("tests/lib/relay.py");
	char *pem = mem_printf("%s/relay.pem", folder), *key = mem_printf("%s/relay.key", folder);
	struct relay r = {0};
	int told[2];
	char line[16], wanted[16];

	snprintf(wanted, sizeof(wanted), "%d", port);
	assert_int_equal(pipe(told), 0);
	/* it may tell a while before anybody listens */
	fcntl(told[0], F_SETPIPE_SZ, 1 << 20);
	r.pid = fork();
	assert_true(r.pid >= 0);
	if (r.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(told[1], STDOUT_FILENO);
		execl("/usr/bin/python3", "python3", script, mode, pem, key, wanted, (char *)NULL);
		_exit(127);
	}
	close(told[1]);
	r.told = fdopen(told[0], "r");
	assert_non_null(r.told);
	assert_non_null(fgets(line, sizeof(line), r.told));
	r.port = atoi(line);
	assert_true(r.port > 0);
	free(script);
	free(pem);
	free(key);
	return r;
}

char *
relay_next(struct relay *r)
{
	char *line = NULL;
	size_t size = 0;

	assert_true(getline(&line, &size, r->told) > 0);
	return line;
}

static void
relay_kill(struct relay *r)
{
	if (r->pid > 0) {
		kill(r->pid, SIGKILL);
		waitpid(r->pid, NULL, 0);
	}
	r->pid = 0;
}

char *
relay_left(struct relay *r)
{
	char *line = NULL;
	size_t size = 0;

	relay_kill(r);
	if (getline(&line, &size, r->told) > 0)
		return line;
	free(line);
	return NULL;
}

void
relay_stop(struct relay *r)
{
	relay_kill(r);
	if (r->told)
		fclose(r->told);
	r->told = NULL;
}
