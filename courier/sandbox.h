/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_SANDBOX_H
#define EMAGE_COURIER_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "common/confine.h"

#define SANDBOX_FOLDERS_MAX 8u

struct sandbox_needs {
	const char *folders[SANDBOX_FOLDERS_MAX]; /* written to */
	size_t n_folders;
	bool network;
	enum confine_mode mode;
	const char *ca; /* file of authorities, "" = the system's */
};

/*
 * Gives up for good what sending needs not: new programs, other processes,
 * files but those below the folders (the server's database lies beside them and
 * has the same owner) and, unless `network`, sockets and threads; with it, what
 * looking up a host reads can be read. 0, or -EM_E_CONFIG
 * with the cause logged: then nothing may be sent. A kernel without Landlock
 * leaves the files to their permissions, which is logged.
 */
int sandbox_enter(const struct sandbox_needs *needs);
/* Whether this build closes files and system calls: the sanitizers' do not. */
bool sandbox_filters(void);

#endif
