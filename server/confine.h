/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_CONFINE_H
#define EMAGE_SERVER_CONFINE_H

#include "common/confine.h"
#include "server/server.h"

/* What is to become of system calls outside the lists, of the settings. */
enum confine_mode confine_mode(const struct settings *st);

/*
 * What the server and whatever it starts will never need again is taken away
 * from them: writing outside its folders (Landlock), and the system calls that
 * change the machine or look into other processes (seccomp). The helpers narrow
 * themselves further. Before any thread and any helper. A kernel without these
 * is logged and lived with; what the service manager forbids stands anyway.
 */
void confine_self(const struct settings *st);

/*
 * From now on the process only serves: it reads nothing but its own folders, those
 * of its settings and of their file (`config`), and makes no system call but those of
 * server/calls.def. What only an attack would call ends it, anything else fails with
 * ENOSYS (see CONFINEMENT in emaged(8)). After the sockets are bound and the starter
 * was begun, before any thread. Logged and lived with as above.
 */
void confine_serve(const struct settings *st, const char *config);

/* The rules of the above on a filter for any machine; for tests. 0 or -errno. */
int confine_serve_rules(scmp_filter_ctx filter, enum confine_mode mode);

#endif
