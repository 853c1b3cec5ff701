/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_ACCOUNT_TEXT_H
#define EMAGE_CLIENT_MODEL_ACCOUNT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/model/account.h"

/*
 * What is said of one's account, in the person's language: the same words on the
 * screens and line by line. "" where there is nothing to say.
 */
#define ACCOUNT_TEXT_LEN 512

/* "changé le 24/11/2026" */
void account_password_text(const struct account *a, char out_r[ACCOUNT_TEXT_LEN]);
/* "activée, 9 codes de secours" */
void account_totp_text(const struct account *a, char out_r[ACCOUNT_TEXT_LEN]);
/* "donné le 24/11/2026 · CHRU de Strasbourg" */
void account_consent_text(const struct account *a, char out_r[ACCOUNT_TEXT_LEN]);
/* From when the other address may change, while it may not. */
void account_wait_text(const struct account *a, int64_t now_ms, char out_r[ACCOUNT_TEXT_LEN]);

/* "Borne", "Terminal" */
const char *account_session_kind(Emage__ClientKind kind);
/* "celle-ci, ouverte le 24/11/2026 14:32" */
void account_session_text(const struct account_session *s, char out_r[ACCOUNT_TEXT_LEN]);

/* How an address is to be written. */
const char *account_contact_form(Emage__Channel channel);
/* What the server's refusal of a new address says about this address; "" when it
 * is about something else. `field` as in its error. */
void account_contact_refusal(Emage__Channel channel, int err, const char *field,
    unsigned retry_after_s, char out_r[ACCOUNT_TEXT_LEN]);
/* The password that was asked once more is wrong. */
void account_wrong_password(unsigned retry_after_s, char out_r[ACCOUNT_TEXT_LEN]);

#endif
