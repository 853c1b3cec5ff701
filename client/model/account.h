/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_ACCOUNT_H
#define EMAGE_CLIENT_MODEL_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/account.pb-c.h"

/*
 * One's own account as the settings show it. Texts are sanitised on their way
 * in and wiped when they go.
 */
struct account {
	bool loaded;
	char *identifier, *email, *mobile; /* NULL until loaded; "": none */
	char *consent_establishment;
	char language[4];
	bool notice_exam_opened, notice_new_report;
	bool totp;
	unsigned recovery_codes_left;
	int64_t consent_at_ms, password_changed_at_ms, contact_wait_until_ms;
};

void account_release(struct account *a);
void account_take(struct account *a, const Emage__AccountGetReply *reply);
/* E-mail, or the mobile as people write it; "" when there is none. */
#define ACCOUNT_MOBILE_LEN 40
const char *account_address(
    const struct account *a, Emage__Channel channel, char mobile_r[ACCOUNT_MOBILE_LEN]);

/* "+33612345642" as "06 12 34 56 42", other countries as "+49 151 234 567 89". */
void account_mobile_text(const char *e164, char out_r[ACCOUNT_MOBILE_LEN]);

/* "JBSWY3DPEHPK3PXP" as "JBSW Y3DP EHPK 3PXP"; cut where out_r ends. */
void account_group_secret(const char *secret, char *out_r, size_t len);

/* Open sessions. */
#define ACCOUNT_MAX_SESSIONS 8
struct account_session {
	uint64_t id;
	Emage__ClientKind kind;
	int64_t opened_at_ms, active_at_ms;
	bool is_this_one;
};
struct account_sessions {
	bool loaded;
	struct account_session rows[ACCOUNT_MAX_SESSIONS]; /* this one first, newest next */
	size_t n;
};
void account_take_sessions(struct account_sessions *s, const Emage__SessionListReply *reply);

#endif
