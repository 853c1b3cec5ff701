/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TOOLS_COMPLETE_H
#define EMAGE_TOOLS_COMPLETE_H

#include "tools/lib/options.h"

/*
 * What a shell's completion asks a tool: one candidate a line on `f`; "@file" and
 * "@dir" ask the shell to complete names of files itself. The shell drops what
 * does not fit the word being typed.
 */

/* The next word of a command's name, if its first words have been typed. */
void complete_command(FILE *f, const char *name, int n_typed, char **typed);
/* If `before` is an option that wants an argument: its values, and true. */
bool complete_value(FILE *f, const struct option_row *rows, size_t n, const char *before);
void complete_options(FILE *f, const struct option_row *rows, size_t n);
/* Blank separated words, one a line. */
void complete_words(FILE *f, const char *words);

#endif
