/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_SANDBOX_H
#define EMAGE_COURIER_SANDBOX_H

#include <stdbool.h>

/*
 * Gives up for good what sending needs not: new programs, other processes,
 * files but those below `folder` (NULL: none; the server's database lies beside
 * it and has the same owner) and, unless `network`, sockets. 0, or -EM_E_CONFIG
 * with the cause logged: then nothing may be sent. A kernel without Landlock
 * leaves the files to their permissions, which is logged.
 */
int sandbox_enter(const char *folder, bool network);
/* Whether this build closes files and system calls: the sanitizers' do not. */
bool sandbox_filters(void);

#endif
