/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_PROGRAM_H
#define EMAGE_COMMON_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/* Other programs: where they are, and starting them. */

/* Where a file of ours is: beside this program (a build that was not
 * installed), else in the folder where it is installed. `how` of access(2). */
bool program_find(const char *installed, const char *name, int how, char path_r[PATH_MAX]);

/* fds[0] becomes the child's standard input, and so on; all others are closed in
 * it, and no signal is blocked. */
struct program_start {
	const char *path;
	char *const *argv, *const *env; /* env NULL: ours */
	const int *fds;
	unsigned n_fds;	 /* at most PROGRAM_FDS_MAX */
	bool dies_along; /* killed when the thread that started it ends */
	bool deaf;	 /* SIGTERM, SIGINT and SIGHUP are not for it */
	bool sibling;	 /* a child of our parent's, not of ours; single-threaded only */
	bool apart;	 /* a session of its own: no controlling terminal */
};
#define PROGRAM_FDS_MAX 8u
#define PROGRAM_NOT_RUN 127 /* its exit status when `path` cannot be executed */

/* Forks and executes. The child's id, or -1 and errno. */
pid_t program_start(const struct program_start *s);

#endif
