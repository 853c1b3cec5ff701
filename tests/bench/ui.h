/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_BENCH_UI_H
#define EMAGE_BENCH_UI_H

#include "tests/bench/table.h"

/* The real client on a real server of its own: keys to repaints, a slice in
 * another window, bytes of an arrow key. */
void ui_measure(struct table *t);

#endif
