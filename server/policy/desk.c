/* SPDX-License-Identifier: MIT */
/* What nobody at a desk may do alone. */
#include "server/policy/desk.h"

#include "server/policy/password.h"

bool
policy_desk_code_due(const struct store_account *who)
{
	return who->email[0] == '\0' && who->mobile[0] == '\0' && !who->totp;
}

bool
policy_desk_same_hand(
    const struct store_desk_hand *a, const struct store_desk_hand *b, bool establishments)
{
	if (a->account_id == 0 || b->account_id == 0)
		return false;
	return a->account_id == b->account_id || (establishments && a->establishment_id != 0 &&
						     a->establishment_id == b->establishment_id);
}

bool
policy_desk_letter_waits(const struct store_account *who, int64_t now_ms)
{
	return who->temp_hash[0] != '\0' && who->temp_channel == 0 &&
	       now_ms < who->temp_expires_at_ms;
}

bool
policy_desk_is_slip(
    const struct store_account *who, const struct store_consent *consent, int64_t now_ms)
{
	const int64_t past_ms = now_ms - consent->at_ms;

	return consent->given && who->password_hash[0] == '\0' &&
	       who->temp_expires_at_ms == consent->at_ms + POLICY_TEMP_LETTER_MS && past_ms >= 0 &&
	       past_ms < POLICY_DESK_SLIP_MS;
}
