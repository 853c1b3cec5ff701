/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_ACCESS_H
#define EMAGE_SERVER_POLICY_ACCESS_H

#include <stdbool.h>

/*
 * May this professional see this patient? A block is the patient's word; only
 * where the region has decided so does an emergency go over it, and then the row
 * of the history says so.
 */
enum policy_access {
	POLICY_ACCESS_GRANTED,
	POLICY_ACCESS_OVER_BLOCK, /* granted, and the patient is told at once */
	POLICY_ACCESS_REFUSED,	  /* answered as an unknown patient, and recorded */
};
enum policy_access policy_access(bool blocked, bool emergency, bool emergency_overrides_block);

#endif
