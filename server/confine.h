/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_CONFINE_H
#define EMAGE_SERVER_CONFINE_H

#include "server/server.h"

/*
 * What the server and whatever it starts will never need again is taken away
 * from them: writing outside its folders (Landlock), and the system calls that
 * change the machine or look into other processes (seccomp). The helpers narrow
 * themselves further. Before any thread and any helper. A kernel without these
 * is logged and lived with; what the service manager forbids stands anyway.
 */
void confine_self(const struct settings *st);

#endif
