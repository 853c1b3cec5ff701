/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_RELEASE_H
#define EMAGE_SERVER_POLICY_RELEASE_H

#include <stdbool.h>
#include <stdint.h>

/* When an exam becomes visible to its patient (imaging.release). */
enum policy_release {
	POLICY_RELEASE_REPORT, /* "report": once a final report is here */
	POLICY_RELEASE_IMPORT, /* "import": at once */
	POLICY_RELEASE_HAND,   /* "hand": when somebody says so */
};

/* The setting's word; false when it is none of these. */
bool policy_release_parse(const char *word, enum policy_release *how_r);
/* Whether storing an object releases its exam: `final_report` = it is one;
 * `asked` = whoever imports it says so. */
bool policy_releases(enum policy_release how, bool final_report, bool asked);

/* imaging.release_days: whether time alone releases an exam, and which: those that
 * came in by *arrived_by_ms_r. */
bool policy_release_by_time(int64_t days, int64_t now_ms, int64_t *arrived_by_ms_r);

#endif
