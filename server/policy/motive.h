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

/* What one writes of one's own, in characters. */
#define POLICY_MOTIVE_DETAIL_MIN 10u
#define POLICY_MOTIVE_DETAIL_MAX 500u
/* More than the list will ever have. */
#define POLICY_MOTIVES_MAX 32u

struct policy_motive {
	char code[POLICY_MOTIVE_MAX], label[POLICY_MOTIVE_MAX];
	bool needs_detail, emergency;
};
/* The list, in its order, with the words of a language; an unknown one becomes
 * French. Returns how many, at most max. */
unsigned policy_motives(const char *language, struct policy_motive *list_r, unsigned max);
/* Whether there is such a code. */
bool policy_motive_find(const char *code, const char *language, struct policy_motive *m_r);

/* Words of a code into out_r (POLICY_MOTIVE_MAX); an unknown language becomes
 * French. Whether there is such a code. */
bool policy_motive_label(const char *code, const char *language, char *out_r);
/* The code with these words in French, whatever their case and accents, into
 * out_r (POLICY_MOTIVE_MAX). Whether there is one. */
bool policy_motive_code(const char *label, char *out_r);

#endif
