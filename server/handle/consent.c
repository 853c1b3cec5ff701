/* SPDX-License-Identifier: MIT */
/*
 * Withdrawing one's consent: as easy as giving it, and at once (V-04, S-06). The
 * exams stay where the law wants them; the account opens again only with a new
 * consent, which the database itself demands.
 */
#include "server/handle/consent.h"

#include <string.h>

#include "common/language.h"
#include "common/text.h"
#include "proto/account.pb-c.h"
#include "server/handle.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/handle/reauth.h"
#include "server/registry.h"

#define WORD_MAX_BYTES 64u

/* What is to be typed, so that nobody withdraws by leaning on a key. */
static const char *const words[N_LANGUAGES] = {
    [LANGUAGE_FR] = "RETIRER",
    [LANGUAGE_DE] = "WIDERRUFEN",
    [LANGUAGE_EN] = "WITHDRAW",
};

/* In any of the languages: the screen's may not be the account's. */
static bool
consent_is_word(const char *typed)
{
	char folded[3 * WORD_MAX_BYTES + 1], word[3 * WORD_MAX_BYTES + 1];
	bool found = false;

	(void)text_fold(typed, strlen(typed), folded);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		(void)text_fold(words[i], strlen(words[i]), word);
		found = found || strcmp(folded, word) == 0;
	}
	return found;
}

int
check_consent_get(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_consent_get_read(struct request *rq, struct store_conn *db)
{
	Emage__ConsentGetReply *reply = rq->reply;
	struct store_consent consent = {.establishment = ""};
	struct store_account who;
	int rc = store_account_by_id(db, rq->arena, rq->caller.account_id, &who);

	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? -EM_E_SESSION_ENDED : rc;
	rc = store_consent_get(db, rq->arena, rq->caller.patient_id, &consent);
	if (rc < 0 && rc != -EM_E_NOT_FOUND)
		return rc;
	reply->given_at_ms = consent.at_ms;
	reply->establishment = (char *)(uintptr_t)consent.establishment;
	reply->word = (char *)(uintptr_t)words[language_of(who.language)];
	return 0;
}

int
check_consent_withdraw(struct request *rq)
{
	const Emage__ConsentWithdrawRequest *m = rq->msg;

	if (strlen(m->word) > WORD_MAX_BYTES || !consent_is_word(m->word))
		return request_invalid(rq, "word");
	return reauth_check(rq, m->password, "password");
}

int
handle_consent_withdraw_read(struct request *rq, struct store_conn *db)
{
	return reauth_begin(rq, db);
}

int
handle_consent_withdraw_work(struct request *rq)
{
	const Emage__ConsentWithdrawRequest *m = rq->msg;

	return reauth_work(rq, m->password, rq->state);
}

/* Professionals who have the record open; of more than these, what is being sent
 * ends with the next look at their records. */
#define HOLDERS_MAX 64u

struct holders {
	uint64_t patient_id;
	uint64_t account_ids[HOLDERS_MAX];
	unsigned n;
};

/* rq->cleanup: after the commit, and also when it is not known whether there was
 * one, for a failure may only close. */
static void
consent_signal(struct request *rq)
{
	const struct holders *h = rq->state;

	if (rq->result != 0 && rq->result != -EM_E_UNCERTAIN)
		return;
	for (unsigned i = 0; i < h->n; i++)
		registry_shut_out(h->account_ids[i], h->patient_id);
	notice_wake(rq);
}

int
consent_shut(struct request *rq, struct store_conn *db, const struct store_account *who,
    const struct store_consent_by *by, enum text_id notice)
{
	const bool own = who->account_id == rq->caller.account_id;
	const struct notice_from from = notice_from(rq);
	struct holders *h = arena_alloc(rq->arena, sizeof(*h));
	int rc;

	if (h == NULL)
		return -EM_E_NO_MEMORY;
	h->patient_id = who->patient_id;
	rc = store_record_holders(db, who->patient_id, h->account_ids, HOLDERS_MAX, &h->n);
	if (rc == 0)
		rc = store_consent_withdraw(db, who->account_id, who->patient_id, by, rq->now_ms);
	if (rc == 0)
		rc = store_session_end_all(db, who->account_id, 0);
	if (rc == 0)
		rc = store_challenge_end_all(db, who->account_id);
	if (rc == 0)
		rc = store_contact_drop(db, who->account_id);
	if (rc == 0)
		rc = notice_tell(&from, db, who, notice, 0);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){.event = "consent.withdrawn",
			.patient_id = who->patient_id,
			.detail = own ? "" : "desk"});
	if (rc < 0)
		return rc;
	/* the patient's own connection hears it by its reply, the others at once */
	registry_end_account(who->account_id, own ? rq->caller.session_id : 0);
	rq->state = h;
	rq->cleanup = consent_signal;
	return 0;
}

int
handle_consent_withdraw_write(struct request *rq, struct store_conn *db)
{
	static const struct store_consent_by patient = {.operator_name = "", .channel = ""};
	struct reauth *ra = rq->state;
	bool right;
	int rc = reauth_write(rq, db, ra, "password", "consent.withdrawn", &right);

	if (rc < 0 || !right)
		return rc;
	rc = consent_shut(rq, db, &ra->who, &patient, TEXT_NOTICE_WITHDRAWN);
	if (rc == 0)
		rq->change = (struct change){.phase = PH_A};
	return rc;
}
