/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_IMAGING_FILES_H
#define EMAGE_TESTS_IMAGING_FILES_H

/* Makes a folder of test files with make_files.py; test programs include this
 * once each. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char files_dir[256];

static int
files_run(const char *const argv[])
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		;
	return status;
}

static int
files_make(const char *kind)
{
	const char *source = getenv("EMAGE_SOURCE"), *tmp = getenv("TMPDIR");
	char script[512];

	snprintf(
	    files_dir, sizeof(files_dir), "%s/emage-imaging-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(files_dir) == NULL)
		return -1;
	snprintf(script, sizeof(script), "%s/tests/imaging/make_files.py",
	    source == NULL ? "." : source);
	return files_run((const char *const[]){"/usr/bin/python3", script, kind, files_dir, NULL});
}

static void
files_remove(void)
{
	if (files_dir[0] != '\0')
		files_run((const char *const[]){"/bin/rm", "-rf", files_dir, NULL});
}

static const char *
files_path(const char *name, const char *tail)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s%s", files_dir, name, tail);
	return path;
}

#endif
