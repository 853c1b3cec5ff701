/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_GOLDEN_H
#define EMAGE_TESTS_GOLDEN_H

#include <stdbool.h>

#include "tests/lib/pty.h"

/*
 * Compares the screen with tests/ui/golden/<name>.<language>.<columns>x<rows>.txt:
 * its rows, blanks at their end left out, then the cursor's cell and, for a language
 * with "mono" in its name, the cells that are bold, underlined or reversed. Waits until
 * they are equal; at the deadline prints the rows that differ and is false.
 * EMAGE_GOLDEN=update writes the file instead (explain the change in the
 * commit); a missing file is a failure otherwise.
 */
bool golden_matches(struct pty *p, const char *name, const char *language);
/* The same, but for what is another one each time (ASCII; ends with NULL): each
 * character of it is "#" in the file. */
bool golden_matches_but(
    struct pty *p, const char *name, const char *language, const char *const *but);

#endif
