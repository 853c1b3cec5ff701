/* SPDX-License-Identifier: MIT */
/* Blocks and emergencies. */
#include "server/policy/access.h"

enum policy_access
policy_access(bool blocked, bool emergency, bool emergency_overrides_block)
{
	if (!blocked)
		return POLICY_ACCESS_GRANTED;
	return emergency && emergency_overrides_block ? POLICY_ACCESS_OVER_BLOCK
						      : POLICY_ACCESS_REFUSED;
}
