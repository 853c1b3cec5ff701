/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_CONFINE_H
#define EMAGE_CLIENT_CONFINE_H

#include <stdbool.h>

/*
 * What the client can never do again, whatever bytes a keyboard or a server
 * sends it: run a program or make a process, look into another one, type into
 * its own terminal, become somebody else. Threads stay, for looking up names.
 */
struct confine_wish {
	bool may_spawn; /* one that hands a letter to the printer: programs, processes */
};

/* For the whole process and for good. Refused calls fail with EPERM. 0, or
 * -errno where the kernel does not offer it: then nothing is refused. Builds
 * with a sanitizer, which has calls of its own, do nothing. */
int confine_client(const struct confine_wish *wish);

#endif
