/* SPDX-License-Identifier: MIT */
/*
 * What a person is shown on the way through changes of her account: codes for an
 * address, an authenticator app put on and taken off, open sessions, an account
 * that is closed. In each look, as text under version control.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "server/policy/second.h"
#include "tests/lib/pty_look.h"
#include "tests/lib/wire.h"

/* Buttons of the settings, counted from the first. */
enum account_setting {
	ACCOUNT_EMAIL = 0,
	ACCOUNT_MOBILE = 1,
	ACCOUNT_TOTP = 6,
	ACCOUNT_SESSIONS = 7,
	ACCOUNT_CONSENT = 9,
};

#define ACCOUNT_MINUTE_MS 60000

/* Four days a look, since the other address of an account rests for 72 hours. */
static void
account_go_to_day(struct pty_stage *s, const struct pty_look *l, int more)
{
	pty_look_day(s, 1 + 4 * (int)l->number + more);
}

static struct pty *
account_sign_in(struct pty_stage *s, const struct pty_look *l, const struct fixture_patient *who)
{
	struct pty *p = pty_look_client(s, l, NULL, false);

	assert_true(pty_stage_password(p, who->identifier, who->password));
	assert_true(pty_stage_code(p, s));
	step_wait(p, "exams");
	return p;
}

/* From another section, so that the first button has the focus. */
static void
account_open(struct pty *p, enum account_setting setting, const char *screen)
{
	pty_send(p, "1");
	step_wait(p, "exams");
	pty_send(p, "4");
	step_wait(p, "settings");
	for (unsigned i = 0; i < (unsigned)setting; i++)
		step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	step_wait(p, screen);
}

static void
account_code(struct pty *p, struct pty_stage *s)
{
	char code[16];

	fixture_next_code(s->mailbox, code);
	pty_send(p, code);
	pty_key(p, PTY_KEY_ENTER);
}

/* Both codes, and what the other address answers for 72 hours. */
static void
account_contact(struct pty_stage *s, const struct pty_look *l, struct pty *p)
{
	char address[64];

	snprintf(address, sizeof(address), "camille%u@example.org", l->number);
	account_open(p, ACCOUNT_EMAIL, "contact");
	step_type(p, address);
	step_key(p, PTY_KEY_TAB);
	step_type(p, s->patient.password);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_idle(p));
	pty_look_golden(p, l, "contact-known");
	account_code(p, s);
	pty_look_golden(p, l, "contact-new");
	account_code(p, s);
	step_wait(p, "settings");
	account_open(p, ACCOUNT_MOBILE, "contact");
	step_type(p, "0639980001");
	step_key(p, PTY_KEY_TAB);
	step_type(p, s->patient.password);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "! "));
	pty_look_golden(p, l, "contact-held");
	step_key(p, PTY_KEY_ESCAPE);
}

/* What the app shows, whose secret is known (EMAGE_TEST_SECOND). */
static void
account_app_code(struct pty_stage *s, char code_r[16])
{
	uint8_t secret[POLICY_TOTP_SECRET_LEN];
	char base32[POLICY_TOTP_BASE32_MAX];

	policy_totp_draw(secret);
	policy_totp_base32(secret, base32);
	step_totp_code(s, base32, code_r);
}

/* The beginning of the key as the screen shows it. */
static void
account_app_key(char key_r[8])
{
	uint8_t secret[POLICY_TOTP_SECRET_LEN];
	char base32[POLICY_TOTP_BASE32_MAX];

	policy_totp_draw(secret);
	policy_totp_base32(secret, base32);
	snprintf(key_r, 8, "%.4s", base32);
}

static void
account_totp(struct pty_stage *s, const struct pty_look *l, struct pty *p)
{
	char code[16], key[8];

	account_open(p, ACCOUNT_TOTP, "totp");
	step_type(p, s->patient.password);
	pty_key(p, PTY_KEY_ENTER);
	account_app_key(key);
	assert_true(pty_wait_text(p, key));
	pty_look_golden(p, l, "totp-scan");
	account_app_code(s, code);
	pty_send(p, code);
	pty_key(p, PTY_KEY_ENTER);
	pty_look_golden(p, l, "totp-codes");
	pty_key(p, PTY_KEY_ENTER);
	step_wait(p, "settings");
	assert_true(pty_stage_log_out(p));
	/* a code counts once */
	fixture_advance(s->fixture, ACCOUNT_MINUTE_MS);
	assert_true(pty_stage_password(p, s->patient.identifier, s->patient.password));
	step_wait(p, "code");
	pty_look_golden(p, l, "code-app");
	account_app_code(s, code);
	pty_send(p, code);
	pty_key(p, PTY_KEY_ENTER);
	step_wait(p, "exams");
	fixture_advance(s->fixture, ACCOUNT_MINUTE_MS);
	account_open(p, ACCOUNT_TOTP, "totp");
	pty_look_golden(p, l, "totp-off");
	step_type(p, s->patient.password);
	step_key(p, PTY_KEY_TAB);
	account_app_code(s, code);
	pty_send(p, code);
	pty_key(p, PTY_KEY_ENTER);
	step_wait(p, "settings");
}

/* One on a kiosk, and this one a minute later. */
static void
account_sessions(struct pty_stage *s, const struct pty_look *l)
{
	static const char *const kiosk[] = {"--kiosk", NULL};
	struct pty *other = pty_stage_client(s, &(struct pty_stage_options){.args = kiosk});
	struct pty *p;

	assert_true(pty_stage_password(other, s->patient.identifier, s->patient.password));
	assert_true(pty_stage_code(other, s));
	step_wait(other, "exams");
	fixture_advance(s->fixture, ACCOUNT_MINUTE_MS);
	p = account_sign_in(s, l, &s->patient);
	account_open(p, ACCOUNT_SESSIONS, "sessions");
	pty_look_golden(p, l, "sessions");
	pty_key(p, PTY_KEY_ENTER);
	step_wait(p, "dialog");
	pty_look_golden(p, l, "sessions-end");
	pty_free(&p);
	pty_free(&other);
}

/* Somebody else, since it cannot be undone here. */
static void
account_closed(struct pty_stage *s, const struct pty_look *l)
{
	static const char *const words[] = {
	    "RETIRER", "RETIRER", "RETIRER", "WIDERRUFEN", "WITHDRAW", "RETIRER"};
	struct fixture_patient who;
	struct pty *p;

	fixture_add_patient(s->fixture, "Zoé", "zoe@example.org", &who);
	wire_first_sign_in(s->fixture, &who);
	account_go_to_day(s, l, 2);
	p = account_sign_in(s, l, &who);
	account_open(p, ACCOUNT_CONSENT, "consent");
	step_type(p, who.password);
	step_key(p, PTY_KEY_ENTER);
	step_type(p, words[l->number]);
	step_key(p, PTY_KEY_ENTER); /* the safe answer */
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	step_wait(p, "closed");
	pty_look_golden(p, l, "closed");
	pty_free(&p);
}

static void
account_all(struct pty_stage *s, const struct pty_look *l)
{
	struct pty *p;

	account_go_to_day(s, l, 0);
	p = account_sign_in(s, l, &s->patient);
	account_contact(s, l, p);
	account_totp(s, l, p);
	pty_free(&p);
	account_go_to_day(s, l, 1);
	account_sessions(s, l);
	account_closed(s, l);
}

/* An identifier that is always the same: the app's QR code has it. */
static int
account_set_up(void **state)
{
	struct pty_stage *s = pty_stage_new(true);

	*state = s;
	fixture_stop(s->fixture);
	fixture_sql(s->fixture, "UPDATE account SET identifier = 'wtm3rhwxhj'");
	fixture_start(s->fixture);
	snprintf(s->patient.identifier, sizeof(s->patient.identifier), "WTM3RHWXHJ");
	return 0;
}

int
main(void)
{
	setenv("EMAGE_TEST_SECOND", "golden", 1);
	return pty_look_run("account looks", account_set_up, account_all);
}
