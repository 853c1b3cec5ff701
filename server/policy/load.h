/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_LOAD_H
#define EMAGE_SERVER_POLICY_LOAD_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a directory has so many fewer people than the one before (more than 5 in
 * 100) that its file may be cut off, and somebody should look first. */
bool policy_load_is_drop(uint64_t n_before, uint64_t n_people);

/* A loading that nothing was added to for so long has been left behind. */
#define POLICY_LOAD_LEFT_MS (2 * INT64_C(60000))

/* FINESS number with a right Luhn key; letters of Corsica count as 0. */
bool policy_finess_key_is_right(const char *finess);

/* The two digits that belong to the 13 characters of an INS; Corsica's 2A and 2B
 * count as 19 and 18. False when it is not made like one. */
bool policy_ins_key(const char *matricule, char key_r[3]);

/* An INS as somebody types it, with blanks and in small letters: whether it is long
 * enough to have a key, and that is another one. */
bool policy_ins_key_is_wrong(const char *typed);

#endif
