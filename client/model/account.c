/* SPDX-License-Identifier: MIT */
/*
 * The account and its sessions, from the server's replies.
 */
#include "client/model/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/model/session.h"

void
account_release(struct account *a)
{
	session_text_free(&a->identifier);
	session_text_free(&a->email);
	session_text_free(&a->mobile);
	session_text_free(&a->consent_establishment);
	*a = (struct account){0};
}

void
account_take(struct account *a, const Emage__AccountGetReply *r)
{
	account_release(a);
	a->loaded = true;
	a->identifier = session_text(r->identifier);
	a->email = session_text(r->email);
	a->mobile = session_text(r->mobile);
	a->consent_establishment = session_text(r->consent_establishment);
	if (lang_is_known(r->language))
		snprintf(a->language, sizeof(a->language), "%s", r->language);
	a->notice_exam_opened = r->notice_exam_opened;
	a->notice_new_report = r->notice_new_report;
	a->totp = r->second_step == EMAGE__SECOND_STEP__SECOND_STEP_TOTP;
	a->recovery_codes_left = r->recovery_codes_left;
	a->consent_at_ms = r->consent_at_ms;
	a->password_changed_at_ms = r->password_changed_at_ms;
	a->contact_wait_until_ms = r->contact_wait_until_ms;
}

const char *
account_address(const struct account *a, Emage__Channel channel, char mobile_r[ACCOUNT_MOBILE_LEN])
{
	mobile_r[0] = '\0';
	if (channel != EMAGE__CHANNEL__CHANNEL_MOBILE)
		return a->email ? a->email : "";
	if (a->mobile && a->mobile[0])
		account_mobile_text(a->mobile, mobile_r);
	return mobile_r;
}

void
account_mobile_text(const char *e164, char out_r[ACCOUNT_MOBILE_LEN])
{
	bool french = strncmp(e164, "+33", 3) == 0 && strlen(e164) == 12;
	const char *s = french ? e164 + 3 : e164;
	size_t group = french ? 1 : 3; /* "6", then by two; "+49", then by three */
	size_t len = 0;

	if (french)
		out_r[len++] = '0';
	for (size_t in_group = 0; *s && len + 2 < ACCOUNT_MOBILE_LEN; s++) {
		if (in_group == group) {
			out_r[len++] = ' ';
			in_group = 0;
			group = french ? 2 : 3;
		}
		out_r[len++] = *s;
		in_group++;
	}
	out_r[len] = '\0';
}

void
account_group_secret(const char *secret, char *out_r, size_t len)
{
	size_t at = 0;

	for (size_t i = 0; secret[i] && at + 2 < len; i++) {
		if (i > 0 && i % 4 == 0)
			out_r[at++] = ' ';
		out_r[at++] = secret[i];
	}
	out_r[at] = '\0';
}

/* This one first, then by when it was used last. */
static int
account_session_order(const void *a, const void *b)
{
	const struct account_session *x = a, *y = b;

	if (x->is_this_one != y->is_this_one)
		return x->is_this_one ? -1 : 1;
	return x->active_at_ms < y->active_at_ms ? 1 : x->active_at_ms > y->active_at_ms ? -1 : 0;
}

void
account_take_sessions(struct account_sessions *s, const Emage__SessionListReply *reply)
{
	s->loaded = true;
	s->n = 0;
	for (size_t i = 0; i < reply->n_sessions && s->n < ACCOUNT_MAX_SESSIONS; i++) {
		const Emage__OpenSession *o = reply->sessions[i];

		s->rows[s->n++] = (struct account_session){
		    .id = o->session_id,
		    .kind = o->kind,
		    .opened_at_ms = o->opened_at_ms,
		    .active_at_ms = o->active_at_ms,
		    .is_this_one = o->is_this_one,
		};
	}
	qsort(s->rows, s->n, sizeof(s->rows[0]), account_session_order);
}
