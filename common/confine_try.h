/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_CONFINE_TRY_H
#define EMAGE_COMMON_CONFINE_TRY_H

/*
 * Only builds with EMAGE_TESTING have it: what a process that was taken over would
 * try. With EMAGE_TEST_TRY="PROGRAM WHAT" in the environment the program of that name
 * does it and, if it lives, logs "confine.try" with the errno. In other builds there
 * is nothing to be called.
 */
#ifdef EMAGE_TESTING
void confine_try(void);
#else
static inline void
confine_try(void)
{
}
#endif

#endif
