/* SPDX-License-Identifier: MIT */
/* Release of exams: a patient reads what a professional has finished. */
#include "server/policy/release.h"

#include <string.h>

#include "common/mem.h"

bool
policy_release_parse(const char *word, enum policy_release *how_r)
{
	static const char *const words[] = {
	    [POLICY_RELEASE_REPORT] = "report",
	    [POLICY_RELEASE_IMPORT] = "import",
	    [POLICY_RELEASE_HAND] = "hand",
	};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(word, words[i]) == 0) {
			*how_r = (enum policy_release)i;
			return true;
		}
	}
	return false;
}

bool
policy_release_by_time(int64_t days, int64_t now_ms, int64_t *arrived_by_ms_r)
{
	*arrived_by_ms_r = now_ms - days * INT64_C(86400000);
	return days > 0;
}

bool
policy_releases(enum policy_release how, bool final_report, bool asked)
{
	if (asked)
		return true;
	return how == POLICY_RELEASE_IMPORT || (how == POLICY_RELEASE_REPORT && final_report);
}
