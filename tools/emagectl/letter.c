/* SPDX-License-Identifier: MIT */
/*
 * Letters from the command line: emage-letter(8) makes them, fed through a
 * pipe.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/program.h"
#include "tools/emagectl/ctl.h"

#define LETTER_PROGRAM	   "emage-letter"
#define LETTER_MAX_MESSAGE 16384u /* a pipe holds more, so that writing never waits */

int
ctl_letter_check(const char *file, const char *printer)
{
	char path[PATH_MAX];

	if (!file && !printer)
		return CTL_OK;
	if (file && strcmp(file, "-") == 0 && isatty(STDOUT_FILENO))
		return ctl_fail("--letter -: a PDF is nothing for a terminal: name a file, or end "
				"it in .txt for text");
	if (file && strcmp(file, "-") != 0 && access(file, F_OK) == 0)
		return ctl_fail(
		    "%s: exists already, and is not written over: name another file", file);
	if (!program_find(EMAGE_LIBEXECDIR, LETTER_PROGRAM, X_OK, path))
		return ctl_fail(LETTER_PROGRAM " is not installed in " EMAGE_LIBEXECDIR);
	return CTL_OK;
}

static bool
letter_ends_in(const char *file, const char *end)
{
	size_t len = strlen(file), n = strlen(end);

	return len > n && strcmp(file + len - n, end) == 0;
}

/* One run of the program with these bytes. Its messages are its own. */
static int
letter_run(const char *const argv[], const struct buf *message)
{
	char path[PATH_MAX];
	int in[2], status = -1;
	pid_t pid;

	if (!program_find(EMAGE_LIBEXECDIR, LETTER_PROGRAM, X_OK, path))
		return ctl_fail(LETTER_PROGRAM " is not installed in " EMAGE_LIBEXECDIR);
	if (pipe2(in, O_CLOEXEC) < 0)
		return ctl_fail(LETTER_PROGRAM ": %s", strerror(errno));
	signal(SIGPIPE, SIG_IGN);
	pid = program_start(&(struct program_start){.path = path,
	    .argv = (char *const *)(uintptr_t)argv,
	    .fds = (int[]){in[0], STDOUT_FILENO, STDERR_FILENO},
	    .n_fds = 3,
	    .dies_along = true});
	close(in[0]);
	/* what it did not take shows in its status */
	if (pid > 0 && write(in[1], buf_bytes(message), message->len) < 0)
		status = -1;
	close(in[1]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return CTL_OK;
	if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) == PROGRAM_NOT_RUN)
		ctl_fail(LETTER_PROGRAM " cannot be run");
	return CTL_FAILED;
}

int
ctl_letter(const char *file, const char *printer, const Emage__Letter *l)
{
	const char *form = file && letter_ends_in(file, ".txt") ? "--text" : "--pdf";
	const char *to_file[] = {LETTER_PROGRAM, form, "--output", file, NULL};
	const char *to_output[] = {LETTER_PROGRAM, form, NULL};
	const char *to_printer[] = {LETTER_PROGRAM, "--print", printer, NULL};
	struct buf message;
	uint8_t *room;
	int rc = CTL_OK;

	buf_init(&message, LETTER_MAX_MESSAGE);
	room = buf_reserve(&message, emage__letter__get_packed_size(l));
	if (!room)
		return ctl_fail("the letter is too long");
	buf_commit(&message, emage__letter__pack(l, room));
	if (file)
		rc = letter_run(strcmp(file, "-") == 0 ? to_output : to_file, &message);
	if (printer && letter_run(to_printer, &message) != CTL_OK)
		rc = CTL_FAILED;
	buf_release(&message);
	return rc;
}
