/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_WALK_H
#define EMAGE_IMAGING_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "imaging/refusal.h"
#include "imaging/syntax.h"

#define WALK_UNDEFINED UINT32_MAX

/* The head of one element. */
struct walk_element {
	uint32_t tag;
	char vr[2];	    /* zeros when implicit */
	size_t value;	    /* offset */
	uint32_t value_len; /* or WALK_UNDEFINED; not checked against the end */
};

/* -EM_E_INVALID when the head is cut off. */
int walk_element(const uint8_t *bytes, size_t len, size_t pos, bool implicit, bool big_endian,
    struct walk_element *e_r);

/*
 * Goes over a whole dataset, sequences included, with a stack of its own:
 * every value must end before what holds it ends, nesting and number stay
 * within the limits. What may be a sequence counts as one (a value of implicit
 * VR that begins with an item), since DCMTK's dictionary may say so. *used_r is
 * where it ends: zeros may follow, over which DCMTK would stumble.
 */
int walk_dataset(const uint8_t *bytes, size_t len, const struct syntax *syntax, size_t *used_r,
    struct refusal *why);

#endif
