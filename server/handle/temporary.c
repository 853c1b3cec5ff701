/* SPDX-License-Identifier: MIT */
/*
 * Temporary passwords on their way.
 */
#include "server/handle/temporary.h"

#include "proto/common.pb-c.h"
#include "server/handle/people.h"
#include "server/policy/contact.h"
#include "server/policy/password.h"

#define HOUR_MS	  3600000
#define MINUTE_MS 60000

int
temporary_send(const struct notice_from *from, struct store_conn *db,
    const struct store_account *who, const char *temporary, const char *hash, int *channel_r)
{
	const bool by_email = who->email[0] != '\0';
	const int channel =
	    by_email ? EMAGE__CHANNEL__CHANNEL_EMAIL : EMAGE__CHANNEL__CHANNEL_MOBILE;
	const int64_t life_ms = by_email ? POLICY_TEMP_EMAIL_MS : POLICY_TEMP_MOBILE_MS;
	struct notice_to to = {.account_id = who->account_id,
	    .channel = channel,
	    .address = people_address(who, channel),
	    .language = who->language,
	    .expires_at_ms = from->now_ms + life_ms};
	struct text_values v = {.code = temporary,
	    .hours = arena_printf(from->arena, "%lld", (long long)(life_ms / HOUR_MS)),
	    .minutes = arena_printf(from->arena, "%lld", (long long)(life_ms / MINUTE_MS))};
	int rc;

	if (to.address[0] == '\0')
		return -EM_E_NO_CHANNEL;
	if (v.hours == NULL || v.minutes == NULL)
		return -EM_E_NO_MEMORY;
	*channel_r = channel;
	rc = store_account_set_temp(db, who->account_id, hash, to.expires_at_ms, channel);
	if (rc == 0)
		rc = notice_post(from, db, &to, TEXT_TEMPORARY, &v);
	if (rc == 0)
		rc = notice_tell(from, db, who, TEXT_NOTICE_RECOVERY, channel);
	return rc;
}

int
temporary_wait_ms(const struct notice_from *from, struct store_conn *db,
    const struct store_account *who, int64_t *wait_ms_r)
{
	const int64_t hold_ms = server_settings(from->server)->desk_letter_hold_h * HOUR_MS;
	struct store_contact_change c;
	int rc;

	*wait_ms_r = 0;
	if (who->email[0] != '\0' && who->mobile[0] != '\0')
		return 0;
	rc = store_contact_last_desk(db, from->arena, who->account_id, &c);
	if (rc == 0)
		*wait_ms_r = policy_contact_hold_ms(c.done_at_ms, hold_ms, from->now_ms);
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}
