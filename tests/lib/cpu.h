/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_LIB_CPU_H
#define EMAGE_TESTS_LIB_CPU_H

#include <stdint.h>
#include <sys/types.h>

/* User and system time of a process so far, in steps of the kernel's clock. */
int64_t cpu_of_us(pid_t pid);
/* Of all programs that this one has run and waited for. */
int64_t cpu_of_children_us(void);

#endif
