/* SPDX-License-Identifier: MIT */
/*
 * Names and addresses of persons as replies and the audit trail show them.
 */
#include "server/handle/people.h"

#include <stdlib.h>
#include <string.h>

#include <unicase.h>

#include "common/text.h"

#define N_CHANNELS 2u
#define MASKED_MAX 64u

/* Family names stand in capitals, as on every French document. */
static char *
people_capitals(struct arena *a, const char *name)
{
	size_t len = 0;
	uint8_t *upper = u8_toupper((const uint8_t *)name, strlen(name), "fr", NULL, NULL, &len);
	char *copy = upper == NULL ? NULL : arena_strndup(a, (const char *)upper, len);

	free(upper);
	return copy;
}

char *
people_display_name(struct arena *a, const struct store_account *who)
{
	const char *family = who->used_name[0] != '\0' ? who->used_name : who->birth_name;
	char *capitals = people_capitals(a, family);

	if (capitals == NULL)
		return NULL;
	return arena_printf(a, "%s%s%s", who->given_name,
	    who->given_name[0] != '\0' && capitals[0] != '\0' ? " " : "", capitals);
}

const char *
people_address(const struct store_account *who, int channel)
{
	switch (channel) {
	case EMAGE__CHANNEL__CHANNEL_EMAIL:
		return who->email;
	case EMAGE__CHANNEL__CHANNEL_MOBILE:
		return who->mobile;
	default:
		return "";
	}
}

int
people_contacts(struct arena *a, const struct store_account *who,
    Emage__MaskedContact ***contacts_r, size_t *n_r)
{
	static const Emage__Channel channels[N_CHANNELS] = {
	    EMAGE__CHANNEL__CHANNEL_EMAIL, EMAGE__CHANNEL__CHANNEL_MOBILE};
	Emage__MaskedContact **list = arena_alloc(a, N_CHANNELS * sizeof(*list));
	size_t n = 0;

	if (list == NULL)
		return -EM_E_NO_MEMORY;
	for (size_t i = 0; i < N_CHANNELS; i++) {
		const char *address = people_address(who, (int)channels[i]);

		if (address[0] == '\0')
			continue;
		list[n] = arena_alloc(a, sizeof(*list[n]));
		if (list[n] == NULL)
			return -EM_E_NO_MEMORY;
		emage__masked_contact__init(list[n]);
		list[n]->channel = channels[i];
		list[n]->masked = arena_alloc(a, MASKED_MAX);
		if (list[n]->masked == NULL)
			return -EM_E_NO_MEMORY;
		if (channels[i] == EMAGE__CHANNEL__CHANNEL_EMAIL)
			text_mask_email(address, list[n]->masked, MASKED_MAX);
		else
			text_mask_mobile(address, list[n]->masked, MASKED_MAX);
		n++;
	}
	*contacts_r = list;
	*n_r = n;
	return 0;
}

const char *
people_terminal(int kind)
{
	static const char *const names[] = {
	    [EMAGE__CLIENT_KIND__CLIENT_KIND_UNSPECIFIED] = "",
	    [EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL] = "terminal",
	    [EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK] = "kiosk",
	    [EMAGE__CLIENT_KIND__CLIENT_KIND_SCRIPT] = "script",
	};

	return kind >= 0 && (size_t)kind < ARRAY_LEN(names) ? names[kind] : "";
}

int
people_audit(struct request *rq, struct store_conn *db, const struct store_audit *e)
{
	struct store_audit row = *e;

	row.at_ms = rq->now_ms;
	row.terminal = people_terminal(rq->caller.kind);
	row.actor = "";
	if (row.actor_account == 0)
		row.actor_account = rq->caller.account_id;
	if (rq->caller.source.local) {
		row.actor = arena_printf(rq->arena, "operator uid=%u", rq->caller.source.uid);
		if (row.actor == NULL)
			return -EM_E_NO_MEMORY;
	}
	row.result = row.result == NULL ? "ok" : row.result;
	row.detail = row.detail == NULL ? "" : row.detail;
	row.event = row.event == NULL ? "" : row.event;
	return store_audit_append(db, &row);
}
