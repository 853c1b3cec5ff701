/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_SANDBOX_H
#define EMAGE_IMAGING_SANDBOX_H

#include "common/confine.h"

/* Dies with its parent, leaves no core, keeps only descriptors 0-2 and
 * `socket_fd`. First thing in main(). 0 or -EM_E_*. */
int sandbox_begin(int socket_fd);

/*
 * Closes the door, once everything that is a file has been loaded: limits on
 * memory and files, no file system (Landlock where the kernel has it), no
 * system call but those of an allow-list (seccomp; anything else kills the
 * process). Opening files is answered with EACCES, since libraries try it.
 * 0 or -EM_E_*; CONFINE_OFF leaves the system calls as they are.
 */
int sandbox_close(enum confine_mode mode);

#endif
