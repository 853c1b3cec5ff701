/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_HANDLE_ACCOUNT_H
#define EMAGE_TESTS_UNIT_TEST_HANDLE_ACCOUNT_H

#include "tests/unit/test_handle_person.h"

#include "proto/account.pb-c.h"

/* A person who is signed in, and what she does with her account. */

#define TERMINAL  EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL
#define KIOSK	  EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK
#define EMAIL	  EMAGE__CHANNEL__CHANNEL_EMAIL
#define MOBILE	  EMAGE__CHANNEL__CHANNEL_MOBILE
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS	  (60 * MINUTE_MS)
#define DAY_MS	  (24 * HOUR_MS)

static inline struct caller
person_open(struct place *p, const struct person *person, const char *password, int kind, uint8_t n)
{
	struct caller who = caller_new(kind, n);

	person_sign_in(p, &who, person->identifier, password);
	assert_int_equal(who.phase, PH_O);
	return who;
}

/* The waiting messages to an address; the newest one's body. */
struct letter {
	unsigned n;
	char body[2048], subject[128];
	char secret[24]; /* a temporary password or undo code in it, "" = none */
	char code[9];	 /* an access code in it */
};

static inline void
letter_read(struct letter *r)
{
	const char *s = r->body;

	r->secret[0] = r->code[0] = '\0';
	for (; *s != '\0'; s++) {
		if (strspn(s, "0123456789ABCDEFGHJKMNPQRSTVWXYZ") == 4 && s[4] == '-' &&
		    strspn(s, "0123456789ABCDEFGHJKMNPQRSTVWXYZ-") == 19)
			(void)snprintf(r->secret, sizeof(r->secret), "%.19s", s);
		if (strspn(s, "0123456789") == 4 && s[4] == ' ' && strspn(s + 5, "0123456789") == 4)
			(void)snprintf(r->code, sizeof(r->code), "%.4s%.4s", s, s + 5);
	}
}

static inline struct letter
letter_to(struct place *p, const char *address)
{
	struct arena *a = arena_new(1 << 22);
	struct store_message m[200];
	struct letter r = {.n = 0};
	uint64_t newest = 0;
	unsigned n = 0;

	assert_int_equal(store_reader_begin(p->reader), 0);
	assert_int_equal(store_outbox_waiting(p->reader, a, 0, m, 200, &n), 0);
	store_reader_end(p->reader);
	for (unsigned i = 0; i < n; i++) {
		if (strcmp(m[i].address, address) != 0)
			continue;
		r.n++;
		if (m[i].outbox_id < newest)
			continue;
		newest = m[i].outbox_id;
		place_open_body(p, a, &m[i], r.body);
		(void)snprintf(r.subject, sizeof(r.subject), "%s", m[i].subject);
	}
	letter_read(&r);
	arena_free(&a);
	return r;
}

static inline int
account_change_password(
    struct place *p, struct caller *who, const char *old, const char *new, unsigned *ended_r)
{
	Emage__AccountChangePasswordRequest m = EMAGE__ACCOUNT_CHANGE_PASSWORD_REQUEST__INIT;
	struct call c = {.n_replies = 0};

	m.old_password = (char *)(uintptr_t)old;
	m.new_password = (char *)(uintptr_t) new;
	call_begin(&c, p, who, METHOD_account_change_password, &m);
	if (ended_r != NULL && c.err == 0)
		*ended_r = ((const Emage__AccountChangePasswordReply *)c.rq.reply)->sessions_ended;
	call_end(&c);
	return c.err;
}

struct settings_seen {
	char email[256], mobile[32], language[8], identifier[32];
	bool exam_opened, new_report, totp;
	unsigned recovery_codes;
	int64_t wait_until_ms, password_at_ms, consent_at_ms;
};

static inline struct settings_seen
account_get(struct place *p, struct caller *who)
{
	Emage__AccountGetRequest m = EMAGE__ACCOUNT_GET_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	struct settings_seen s = {.exam_opened = false};
	const Emage__AccountGetReply *r;

	call_begin(&c, p, who, METHOD_account_get, &m);
	assert_int_equal(c.err, 0);
	r = c.rq.reply;
	(void)snprintf(s.email, sizeof(s.email), "%s", r->email);
	(void)snprintf(s.mobile, sizeof(s.mobile), "%s", r->mobile);
	(void)snprintf(s.language, sizeof(s.language), "%s", r->language);
	(void)snprintf(s.identifier, sizeof(s.identifier), "%s", r->identifier);
	s.exam_opened = r->notice_exam_opened;
	s.new_report = r->notice_new_report;
	s.totp = r->second_step == EMAGE__SECOND_STEP__SECOND_STEP_TOTP;
	s.recovery_codes = r->recovery_codes_left;
	s.wait_until_ms = r->contact_wait_until_ms;
	s.password_at_ms = r->password_changed_at_ms;
	s.consent_at_ms = r->consent_at_ms;
	call_end(&c);
	return s;
}

/* ---------------------------------------------------------------- recovery */

static inline int
nothing(struct store_conn *db, struct place *p, void *arg)
{
	(void)db;
	(void)p;
	(void)arg;
	return 0;
}

/* With what follows the answer. */
static inline int
recover(struct place *p, struct caller *who, const char *identifier)
{
	Emage__RecoveryStartRequest m = EMAGE__RECOVERY_START_REQUEST__INIT;
	int err;

	m.identifier = (char *)(uintptr_t)identifier;
	err = call_once(p, who, METHOD_recovery_start, &m);
	/* the writer does things in order */
	assert_int_equal(place_write(p, nothing, NULL), 0);
	return err;
}

#endif
