/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_TTY_SLOW_H
#define EMAGE_CLIENT_TTY_SLOW_H

#include <stdbool.h>

#include "client/thrift.h"

/* After newterm(): whether this terminal speaks what thrift.c writes. */
bool tty_slow_can(void);
/* curses' picture of the screen is the one that is wanted; its own way to the
 * terminal stays unused. */
void tty_slow_take(struct thrift *t);

#endif
