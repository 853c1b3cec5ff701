/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_SANDBOX_H
#define EMAGE_COURIER_SANDBOX_H

#include <stdbool.h>

/*
 * Gives up for good what sending needs not: new programs, other processes and,
 * unless `network`, sockets; files cannot be reached by a path from the root.
 * 0, or -EM_E_CONFIG with the cause logged: then nothing may be sent.
 */
int sandbox_enter(bool network);
/* Whether this build filters system calls: the sanitizers' do not. */
bool sandbox_filters(void);

#endif
