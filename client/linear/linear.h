/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_LINEAR_H
#define EMAGE_CLIENT_LINEAR_H

#include "client/clientconf.h"
#include "client/options.h"

/*
 * The whole client by lines: one thing a line, one question at a time, answers
 * by number or letter. For braille displays, speech and terminals that cannot
 * place a cursor. Sends no control character but the end of a line.
 *
 * Runs until the person leaves, or input or terminal end. Returns the exit
 * status. Before: tty_locale(), lang_set().
 */
int linear_run(const struct options *o, const struct clientconf *conf);

#endif
