/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_SCAN_H
#define EMAGE_IMAGING_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "imaging/refusal.h"
#include "imaging/syntax.h"

/*
 * A first look at a file, before DCMTK sees it: the file meta group, then the
 * whole tree of elements without recursion, so that truncation, nesting and
 * the number of elements are known. DCMTK recurses once a level and dies of
 * a file of some KB that nests deeply.
 */
struct scan {
	char transfer_syntax[65];
	char media_sop_class[65]; /* (0002,0002), "" = not given */
	const struct syntax *syntax;
	const uint8_t *dataset; /* in the file, or inflated */
	size_t dataset_len;
	uint8_t *inflated; /* owned, or NULL */
};

/* 0 or -EM_E_INVALID with *why filled. The bytes must outlive the scan. */
int scan_file(const uint8_t *bytes, size_t len, struct scan *s_r, struct refusal *why);
void scan_release(struct scan *s);

#endif
