/* SPDX-License-Identifier: MIT */
/*
 * Access codes: limits, sending, counting. What is decided is in policy/; what
 * is remembered is in the store, so that nothing starts anew with a connection
 * or a restart.
 */
#include "server/handle/code.h"

#include <sodium.h>

#include "proto/common.pb-c.h"
#include "server/courier_link.h"
#include "server/handle/keyed.h"
#include "server/handle/message.h"
#include "server/handle/people.h"
#include "server/handle/smsbudget.h"
#include "server/handle/texts.h"
#include "server/policy/code.h"
#include "server/server.h"

static const struct {
	enum counter_kind kind;
	enum policy_send_window window;
} windows[] = {
    {.kind = COUNTER_SEND_15MIN, .window = POLICY_SEND_15MIN},
    {.kind = COUNTER_SEND_DAY, .window = POLICY_SEND_DAY},
};

uint32_t
code_seconds(int64_t ms)
{
	return ms <= 0 ? 0 : (uint32_t)((ms + 999) / 1000);
}

int
code_is_locked(struct request *rq, struct store_conn *db, uint64_t account_id, bool *locked_r)
{
	struct store_counter c = {.n = 0};
	uint8_t key[32];
	int rc;

	keyed_account(&rq->server->pepper, account_id, key);
	rc = store_counter_get(db, COUNTER_CODE, key, &c);
	*locked_r = policy_code_locked(c.n);
	return rc;
}

int
code_may_send(struct request *rq, struct store_conn *db, uint64_t account_id, bool *refused_r)
{
	uint8_t key[32];

	*refused_r = false;
	keyed_account(&rq->server->pepper, account_id, key);
	for (size_t i = 0; i < ARRAY_LEN(windows); i++) {
		struct store_counter c = {.n = 0};
		int64_t wait_ms;
		int rc = store_counter_get(db, windows[i].kind, key, &c);

		if (rc < 0)
			return rc;
		wait_ms = policy_send_wait_ms(windows[i].window, &c, rq->now_ms);
		if (wait_ms > 0) {
			*refused_r = true;
			request_refuse(rq, EM_E_RESEND_LIMIT, "", code_seconds(wait_ms), 0);
			return 0;
		}
	}
	return 0;
}

int
code_count_send(struct request *rq, struct store_conn *db, uint64_t account_id)
{
	uint8_t key[32];
	int rc = 0;

	keyed_account(&rq->server->pepper, account_id, key);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(windows); i++) {
		struct store_counter c = {.n = 0};

		rc = store_counter_get(db, windows[i].kind, key, &c);
		if (rc < 0)
			return rc;
		c = policy_send_count(windows[i].window, &c, rq->now_ms);
		rc = store_counter_put(db, windows[i].kind, key, &c);
	}
	return rc;
}

/* The message, from the arena and sealed, into the outbox. The clear text is
 * wiped with the arena. */
static int
code_post(struct request *rq, struct store_conn *db, const struct store_account *who,
    struct store_challenge *c, const char code[POLICY_CODE_DIGITS + 1])
{
	const struct settings *settings = server_settings(rq->server);
	struct store_message m = {
	    .kind = OUTBOX_CODE,
	    .channel = c->channel,
	    .account_id = who->account_id,
	    .address = people_address(who, c->channel),
	    .language = rq->caller.language[0] != '\0' ? rq->caller.language : who->language,
	    .created_at_ms = rq->now_ms,
	    .due_at_ms = rq->now_ms,
	    .expires_at_ms = c->expires_at_ms,
	};
	/* in two groups of four: easier to carry from one screen to another */
	struct text_values v = {
	    .code = arena_printf(rq->arena, "%.4s %.4s", code, code + 4),
	    .minutes = arena_printf(
		rq->arena, "%lld", (long long)((c->expires_at_ms - rq->now_ms) / 60000)),
	    .support = settings->region_support,
	};
	const char *body = NULL;
	int64_t next_ms;
	int rc = 0;

	if (v.code == NULL || v.minutes == NULL)
		return -EM_E_NO_MEMORY;
	if (c->channel == EMAGE__CHANNEL__CHANNEL_MOBILE)
		rc = smsbudget_take(rq->server, db, rq->now_ms, &next_ms);
	if (rc < 0)
		return rc;
	rc = texts_make(rq->server->texts, rq->arena,
	    c->channel == EMAGE__CHANNEL__CHANNEL_MOBILE ? TEXT_CODE_MOBILE : TEXT_CODE_EMAIL,
	    m.language, &v, &m.subject, &body);
	if (rc < 0)
		return rc;
	randombytes_buf(m.key, sizeof(m.key));
	m.body = message_seal(&rq->server->pepper, rq->arena, &m, body);
	if (m.body == NULL)
		return -EM_E_NO_MEMORY;
	return store_outbox_add(db, &m, &c->outbox_id);
}

/* rq->cleanup: runs after the commit. */
static void
code_wake(struct request *rq)
{
	if (rq->server->courier != NULL)
		courier_wake(rq->server->courier);
}

int
code_send(struct request *rq, struct store_conn *db, const struct store_account *who, int channel,
    struct store_challenge *c)
{
	const struct settings *settings = server_settings(rq->server);
	char code[POLICY_CODE_DIGITS + 1];
	int rc;

	c->channel = channel;
	c->sent_at_ms = rq->now_ms;
	c->expires_at_ms = rq->now_ms + settings->code_lifetime_s * 1000;
	c->n_sends++;
	policy_code_draw(code);
	keyed_code(&rq->server->pepper, c, code, c->code_hash);
	rc = code_post(rq, db, who, c, code);
	secret_wipe(code, sizeof(code));
	if (rc == 0 && c->challenge_id == 0) {
		c->created_at_ms = rq->now_ms;
		c->tries_left = POLICY_CODE_TRIES;
		rc = store_challenge_add(db, c, &c->challenge_id);
	} else if (rc == 0) {
		rc = store_challenge_renew(db, c);
	}
	if (rc == 0)
		rc = code_count_send(rq, db, who->account_id);
	if (rc < 0)
		return rc;
	server_count(rq->server, codes_sent);
	rq->cleanup = code_wake;
	return 0;
}

int
code_forgive(struct request *rq, struct store_conn *db, uint64_t account_id)
{
	static const enum counter_kind kinds[] = {
	    COUNTER_CODE, COUNTER_SEND_15MIN, COUNTER_SEND_DAY};
	const struct store_counter none = {.n = 0};
	uint8_t key[32];
	int rc = 0;

	keyed_account(&rq->server->pepper, account_id, key);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(kinds); i++)
		rc = store_counter_put(db, kinds[i], key, &none);
	return rc;
}

int
code_unlock(struct request *rq, struct store_conn *db, uint64_t account_id)
{
	const struct store_counter none = {.n = 0};
	struct store_counter wrong, unlocked;
	uint8_t key[32];
	int rc;

	keyed_account(&rq->server->pepper, account_id, key);
	rc = store_counter_get(db, COUNTER_CODE, key, &wrong);
	if (rc == 0)
		rc = store_counter_get(db, COUNTER_UNLOCK, key, &unlocked);
	if (rc < 0 || !policy_code_locked(wrong.n) ||
	    policy_send_wait_ms(POLICY_SEND_UNLOCK, &unlocked, rq->now_ms) > 0)
		return rc;
	unlocked = policy_send_count(POLICY_SEND_UNLOCK, &unlocked, rq->now_ms);
	rc = store_counter_put(db, COUNTER_UNLOCK, key, &unlocked);
	return rc < 0 ? rc : store_counter_put(db, COUNTER_CODE, key, &none);
}

int
code_count_wrong(struct request *rq, struct store_conn *db, uint64_t account_id, bool *locked_r)
{
	struct store_counter c = {.n = 0};
	uint8_t key[32];
	int rc;

	keyed_account(&rq->server->pepper, account_id, key);
	rc = store_counter_get(db, COUNTER_CODE, key, &c);
	if (rc < 0)
		return rc;
	if (c.n == 0)
		c.since_ms = rq->now_ms;
	c.n++;
	c.last_ms = rq->now_ms;
	*locked_r = policy_code_locked(c.n);
	return store_counter_put(db, COUNTER_CODE, key, &c);
}
