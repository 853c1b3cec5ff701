/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_MOTIVE_H
#define EMAGE_SERVER_POLICY_MOTIVE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Why a professional opens a patient's exams: the list of data/motives.txt. What
 * an access keeps is the code and the words of its day.
 */
#define POLICY_MOTIVE_EMERGENCY "emergency"
#define POLICY_MOTIVE_MAX	200u

/* Words of a code into out_r (POLICY_MOTIVE_MAX); an unknown language becomes
 * French. Whether there is such a code. */
bool policy_motive_label(const char *code, const char *language, char *out_r);
/* The code with these words in French, whatever their case and accents, into
 * out_r (POLICY_MOTIVE_MAX). Whether there is one. */
bool policy_motive_code(const char *label, char *out_r);

#endif
