/* SPDX-License-Identifier: MIT */
/*
 * Messages about an account to those whose account it is.
 */
#include "server/handle/notice.h"

#include <sodium.h>

#include "proto/common.pb-c.h"
#include "server/courier_link.h"
#include "server/handle/keyed.h"
#include "server/handle/message.h"
#include "server/handle/people.h"
#include "server/handle/smsbudget.h"
#include "server/policy/code.h"

struct notice_from
notice_from(struct request *rq)
{
	return (struct notice_from){.server = rq->server, .arena = rq->arena, .now_ms = rq->now_ms};
}

int
notice_post(const struct notice_from *from, struct store_conn *db, const struct notice_to *to,
    enum text_id pair, struct text_values *v)
{
	struct store_message m = {
	    .kind = to->expires_at_ms != 0 ? OUTBOX_CODE : OUTBOX_NOTICE,
	    .channel = to->channel,
	    .account_id = to->account_id,
	    .address = to->address,
	    .language = to->language,
	    .created_at_ms = from->now_ms,
	    .due_at_ms = from->now_ms,
	    .expires_at_ms = to->expires_at_ms,
	};
	const char *body = NULL;
	uint64_t id;
	int rc = 0;

	if (to->channel == EMAGE__CHANNEL__CHANNEL_MOBILE)
		rc = smsbudget_take(from->server, db, from->now_ms, &m.due_at_ms);
	/* a notice can wait for it */
	if (rc < 0 && (rc != -EM_E_SMS_BUDGET || to->expires_at_ms != 0))
		return rc;
	v->support = server_settings(from->server)->region_support;
	rc = texts_make(from->server->texts, from->arena, text_for(pair, to->channel), m.language,
	    v, &m.subject, &body);
	if (rc < 0)
		return rc;
	randombytes_buf(m.key, sizeof(m.key));
	m.body = message_seal(&from->server->pepper, from->arena, &m, body);
	return m.body == NULL ? -EM_E_NO_MEMORY : store_outbox_add(db, &m, &id);
}

int
notice_tell(const struct notice_from *from, struct store_conn *db, const struct store_account *who,
    enum text_id pair, int except)
{
	static const int channels[] = {
	    EMAGE__CHANNEL__CHANNEL_EMAIL, EMAGE__CHANNEL__CHANNEL_MOBILE};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(channels); i++) {
		struct text_values v = {.code = NULL};
		struct notice_to to = {.account_id = who->account_id,
		    .channel = channels[i],
		    .address = people_address(who, channels[i]),
		    .language = who->language};

		if (channels[i] != except && to.address[0] != '\0')
			rc = notice_post(from, db, &to, pair, &v);
	}
	return rc;
}

static int
notice_if_wanted(const struct notice_from *from, struct store_conn *db, uint64_t patient_id,
    enum text_id pair, bool (*wanted)(const struct store_profile *p))
{
	struct store_account who;
	struct store_profile profile;
	uint64_t account_id;
	int rc = store_account_of_patient(db, patient_id, &account_id);

	if (rc == 0)
		rc = store_account_by_id(db, from->arena, account_id, &who);
	if (rc == 0)
		rc = store_profile_get(db, from->arena, account_id, &profile);
	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? 0 : rc;
	if (who.state != ACCOUNT_ACTIVE || !wanted(&profile))
		return 0;
	return notice_tell(from, db, &who, pair, 0);
}

static bool
notice_wants_report(const struct store_profile *p)
{
	return p->notice_new_report;
}

static bool
notice_wants_opened(const struct store_profile *p)
{
	return p->notice_exam_opened;
}

int
notice_new_report(const struct notice_from *from, struct store_conn *db, uint64_t patient_id)
{
	return notice_if_wanted(from, db, patient_id, TEXT_NOTICE_NEW_REPORT, notice_wants_report);
}

int
notice_report_of(const struct notice_from *from, struct store_conn *db, uint64_t exam_id)
{
	struct store_counter c;
	uint64_t patient_id;
	uint8_t key[32];
	int rc = store_exam_report_visible(db, exam_id, &patient_id);

	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? 0 : rc;
	keyed_patient(&from->server->pepper, patient_id, key);
	rc = store_counter_get(db, COUNTER_REPORT, key, &c);
	if (rc < 0 || policy_send_wait_ms(POLICY_SEND_REPORT, &c, from->now_ms) > 0)
		return rc;
	c = policy_send_count(POLICY_SEND_REPORT, &c, from->now_ms);
	rc = store_counter_put(db, COUNTER_REPORT, key, &c);
	return rc < 0 ? rc : notice_new_report(from, db, patient_id);
}

int
notice_exam_opened(const struct notice_from *from, struct store_conn *db, uint64_t patient_id)
{
	return notice_if_wanted(from, db, patient_id, TEXT_NOTICE_EXAM_OPENED, notice_wants_opened);
}

void
notice_wake(struct request *rq)
{
	if (rq->server->courier != NULL)
		courier_wake(rq->server->courier);
}
