/* SPDX-License-Identifier: MIT */
/*
 * Authenticator app and recovery codes as the second step, and the
 * withdrawal of consent (V-04, V-05).
 */
#include "tests/unit/test_handle_account.h"
#include "tests/unit/test_handle_imaging.h"
#include "tests/unit/test_handle_sql.h"

#include <liboath/oath.h>
#include <pthread.h>
#include <sqlite3.h>

#include "server/policy/second.h"

#define CAMILLE	       "camille@exemple.invalid"
#define CAMILLE_MOBILE "+33600000042"

static struct {
	struct person camille;
	struct caller me;
	uint8_t secret[64];
	size_t secret_len;
	char recovery[POLICY_RECOVERY_CODES][16];
} here;

static int
set_up(void **state)
{
	int rc = place_setup(state);

	here.camille = person_settled(*state, "");
	here.me = person_open(*state, &here.camille, OWN_PASSWORD, TERMINAL, 1);
	return rc;
}

/* What the person's app shows at a time, by the library alone. */
static void
app_shows(int64_t at_ms, char code_r[8])
{
	assert_int_equal(oath_totp_generate((const char *)here.secret, here.secret_len,
			     (time_t)(at_ms / 1000), 30, 0, 6, code_r),
	    OATH_OK);
}

static int
app_start(struct place *p, struct caller *who, const char *password)
{
	Emage__TotpStartRequest m = EMAGE__TOTP_START_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	const Emage__TotpStartReply *r;
	char *bytes = NULL;

	m.password = (char *)(uintptr_t)password;
	call_begin(&c, p, who, METHOD_totp_start, &m);
	r = c.rq.reply;
	if (c.err == 0) {
		assert_int_equal(oath_base32_decode(r->secret_base32, strlen(r->secret_base32),
				     &bytes, &here.secret_len),
		    OATH_OK);
		assert_int_equal(here.secret_len, 20);
		memcpy(here.secret, bytes, here.secret_len);
		free(bytes);
		assert_int_equal(strncmp(r->uri, "otpauth://totp/e-mage:", 22), 0);
		assert_non_null(strstr(r->uri, here.camille.identifier));
		assert_non_null(strstr(r->uri, r->secret_base32));
	}
	call_end(&c);
	return c.err;
}

static int
app_confirm(struct place *p, struct caller *who, const char *code)
{
	Emage__TotpConfirmRequest m = EMAGE__TOTP_CONFIRM_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	const Emage__TotpConfirmReply *r;

	m.code = (char *)(uintptr_t)code;
	call_begin(&c, p, who, METHOD_totp_confirm, &m);
	r = c.rq.reply;
	if (c.err == 0) {
		assert_int_equal(r->n_recovery_codes, POLICY_RECOVERY_CODES);
		for (size_t i = 0; i < r->n_recovery_codes; i++)
			(void)snprintf(here.recovery[i], 16, "%s", r->recovery_codes[i]);
	}
	call_end(&c);
	return c.err;
}

static int
app_remove(struct place *p, struct caller *who, const char *password, const char *code)
{
	Emage__TotpRemoveRequest m = EMAGE__TOTP_REMOVE_REQUEST__INIT;

	m.password = (char *)(uintptr_t)password;
	m.code = (char *)(uintptr_t)code;
	return call_once(p, who, METHOD_totp_remove, &m);
}

static void
app_on(struct place *p)
{
	char code[8];

	assert_int_equal(app_start(p, &here.me, OWN_PASSWORD), 0);
	app_shows(p->now_ms, code);
	assert_int_equal(app_confirm(p, &here.me, code), 0);
	p->now_ms += MINUTE_MS;
}

/* Step 1 with the password; whether the app is asked for. */
static bool
asks_for_app(struct place *p, struct caller *who, const char *password)
{
	Emage__AuthPasswordRequest m = EMAGE__AUTH_PASSWORD_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	const Emage__AuthPasswordReply *r;
	bool totp;

	m.identifier = here.camille.identifier;
	m.password = (char *)(uintptr_t)password;
	call_begin(&c, p, who, METHOD_auth_password, &m);
	assert_int_equal(c.err, 0);
	r = c.rq.reply;
	totp = r->totp;
	if (totp) {
		assert_int_equal(r->n_contacts, 0);
		assert_int_equal(r->sent_to, 0);
		assert_int_equal(r->tries_left, 5);
		assert_true(r->expires_in_s > 0);
	}
	call_end(&c);
	assert_int_equal(who->phase, PH_C);
	return totp;
}

static void
assert_factor(struct place *p, struct caller *who, const char *name)
{
	Emage__SessionWhoamiRequest m = EMAGE__SESSION_WHOAMI_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	const Emage__SessionWhoamiReply *r;

	call_begin(&c, p, who, METHOD_session_whoami, &m);
	assert_int_equal(c.err, 0);
	r = c.rq.reply;
	assert_int_equal(r->n_factors, 2);
	assert_string_equal(r->factors[0], "password");
	assert_string_equal(r->factors[1], name);
	call_end(&c);
}

static void
test_app_in_place_of_code(void **state)
{
	struct place *p = *state;
	struct caller who = caller_new(TERMINAL, 5);
	Emage__AuthResendRequest resend = EMAGE__AUTH_RESEND_REQUEST__INIT;
	char code[8];
	unsigned n;

	app_on(p);
	assert_true(account_get(p, &here.me).totp);
	assert_int_equal(account_get(p, &here.me).recovery_codes, 10);
	assert_non_null(strstr(letter_to(p, CAMILLE).body, "application d'authentification"));
	n = letter_to(p, CAMILLE).n + letter_to(p, CAMILLE_MOBILE).n;
	assert_true(asks_for_app(p, &who, OWN_PASSWORD));
	/* no message, and none can be had instead (no way down) */
	p->now_ms += 2 * MINUTE_MS;
	assert_int_equal(call_once(p, &who, METHOD_auth_resend, &resend), EM_E_NO_CHANNEL);
	resend.channel = EMAIL;
	assert_int_equal(call_once(p, &who, METHOD_auth_resend, &resend), EM_E_NO_CHANNEL);
	assert_int_equal(letter_to(p, CAMILLE).n + letter_to(p, CAMILLE_MOBILE).n, n);
	app_shows(p->now_ms, code);
	assert_int_equal(person_code(p, &who, code), 0);
	assert_int_equal(who.phase, PH_O);
	assert_factor(p, &who, "totp");
	/* that code is used (also after a restart), the next one is not */
	place_restart(p);
	who = caller_new(KIOSK, 6);
	assert_true(asks_for_app(p, &who, OWN_PASSWORD));
	assert_int_equal(person_code(p, &who, code), EM_E_CODE_WRONG);
	p->now_ms += 30000;
	app_shows(p->now_ms, code);
	assert_int_equal(person_code(p, &who, code), 0);
}

static void
test_recovery_codes_once(void **state)
{
	struct place *p = *state;

	app_on(p);
	for (unsigned i = 0; i < POLICY_RECOVERY_CODES; i++) {
		struct caller who = caller_new(TERMINAL, (uint8_t)(10 + i));

		p->now_ms += MINUTE_MS;
		assert_true(asks_for_app(p, &who, OWN_PASSWORD));
		assert_int_equal(person_code(p, &who, here.recovery[i]), 0);
		assert_factor(p, &who, "recovery-code");
		assert_int_equal(account_get(p, &who).recovery_codes, 9 - i);
		who = caller_new(TERMINAL, (uint8_t)(40 + i));
		assert_true(asks_for_app(p, &who, OWN_PASSWORD));
		assert_int_equal(person_code(p, &who, here.recovery[i]), EM_E_CODE_WRONG);
	}
}

static void
test_tries_are_those_of_codes(void **state)
{
	struct place *p = *state;
	unsigned evaluated = 0;

	app_on(p);
	for (unsigned i = 0; i < 8; i++) {
		struct caller who = caller_new(TERMINAL, (uint8_t)(10 + i));

		p->now_ms += MINUTE_MS;
		if (person_password(p, &who, here.camille.identifier, OWN_PASSWORD) != 0)
			break;
		for (unsigned k = 0; k < 5; k++) {
			/* what cannot be right costs no try */
			assert_int_equal(person_code(p, &who, "12345"), EM_E_INVALID);
			assert_int_equal(person_code(p, &who, "1234567890"), EM_E_INVALID);
			(void)person_code(p, &who, k % 2 ? "0000-0000" : "000000");
			evaluated++;
		}
		assert_int_equal(who.phase, PH_A);
	}
	assert_int_equal(evaluated, 20);
	/* both ways know of it */
	assert_non_null(strstr(letter_to(p, CAMILLE).subject, "refus"));
}

static void
test_offer(void **state)
{
	struct place *p = *state;
	char code[8], old[8];

	assert_int_equal(app_confirm(p, &here.me, "123456"), EM_E_NOT_FOUND);
	assert_int_equal(app_start(p, &here.me, "faux"), EM_E_AUTH);
	p->now_ms += MINUTE_MS;
	assert_int_equal(app_start(p, &here.me, OWN_PASSWORD), 0);
	app_shows(p->now_ms, old);
	/* not in force before it is proven */
	assert_false(account_get(p, &here.me).totp);
	/* another secret each time; an old one is not taken */
	assert_int_equal(app_start(p, &here.me, OWN_PASSWORD), 0);
	app_shows(p->now_ms, code);
	if (strcmp(old, code) != 0)
		assert_int_equal(app_confirm(p, &here.me, old), EM_E_CODE_WRONG);
	p->now_ms += 15 * MINUTE_MS;
	app_shows(p->now_ms, code);
	assert_int_equal(app_confirm(p, &here.me, code), EM_E_CODE_EXPIRED);
	app_on(p);
	assert_int_equal(app_start(p, &here.me, OWN_PASSWORD), EM_E_EXISTS);
	app_shows(p->now_ms, code);
	assert_int_equal(app_confirm(p, &here.me, code), EM_E_NOT_FOUND);
}

static void
test_remove(void **state)
{
	struct place *p = *state;
	struct caller who = caller_new(TERMINAL, 5);
	char code[8];

	app_shows(p->now_ms, code);
	assert_int_equal(app_remove(p, &here.me, OWN_PASSWORD, "123456"), EM_E_NOT_FOUND);
	app_on(p);
	app_shows(p->now_ms, code);
	assert_int_equal(app_remove(p, &here.me, OWN_PASSWORD, "x"), EM_E_INVALID);
	assert_int_equal(app_remove(p, &here.me, "faux", code), EM_E_AUTH);
	p->now_ms += MINUTE_MS;
	assert_int_equal(app_remove(p, &here.me, OWN_PASSWORD, "0000-0000"), EM_E_CODE_WRONG);
	assert_int_equal(app_remove(p, &here.me, OWN_PASSWORD, here.recovery[3]), 0);
	assert_false(account_get(p, &here.me).totp);
	assert_int_equal(account_get(p, &here.me).recovery_codes, 0);
	assert_non_null(strstr(letter_to(p, CAMILLE).subject, "désactivée"));
	/* codes by message again */
	assert_false(asks_for_app(p, &who, OWN_PASSWORD));
}

/* The app is asked for after a temporary password too. */
static void
test_recovery_with_app(void **state)
{
	struct place *p = *state;
	struct caller who = caller_new(TERMINAL, 5);
	char code[8];

	app_on(p);
	assert_int_equal(recover(p, &who, here.camille.identifier), 0);
	assert_true(asks_for_app(p, &who, letter_to(p, CAMILLE).secret));
	app_shows(p->now_ms, code);
	assert_int_equal(person_code(p, &who, code), 0);
	assert_int_equal(who.phase, PH_T);
}

/* Neither secret nor codes lie in the database. */
static void
test_nothing_in_clear(void **state)
{
	struct place *p = *state;
	char path[96];
	long len;
	char *all;
	FILE *f;

	app_on(p);
	place_close_store(p);
	(void)snprintf(path, sizeof(path), "%s/emage.db", p->dir);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	len = ftell(f);
	rewind(f);
	all = malloc((size_t)len);
	assert_non_null(all);
	assert_int_equal(fread(all, 1, (size_t)len, f), len);
	(void)fclose(f);
	assert_null(memmem(all, (size_t)len, here.secret, here.secret_len));
	for (unsigned i = 0; i < POLICY_RECOVERY_CODES; i++)
		assert_null(memmem(all, (size_t)len, here.recovery[i], 9));
	free(all);
	place_open_store(p);
}

/* One code of the app, many at a time: one of them is the one (F-24). */
struct racer {
	struct place *place;
	struct caller who;
	const char *code;
	int err;
};

static void *
race(void *arg)
{
	struct racer *r = arg;

	r->err = person_code(r->place, &r->who, r->code);
	return NULL;
}

static void
test_race(void **state)
{
	struct place *p = *state;
	struct caller who = caller_new(TERMINAL, 5);
	struct racer racers[16];
	pthread_t threads[ARRAY_LEN(racers)];
	unsigned n = 0;
	char code[8];

	app_on(p);
	assert_true(asks_for_app(p, &who, OWN_PASSWORD));
	app_shows(p->now_ms, code);
	for (size_t i = 0; i < ARRAY_LEN(racers); i++) {
		racers[i] = (struct racer){.place = p, .who = who, .code = code};
		assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(racers); i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		n += racers[i].err == 0;
	}
	assert_int_equal(n, 1);
}

/* ----------------------------------------------------------------- consent */

static int
withdraw(struct place *p, struct caller *who, const char *password, const char *word)
{
	Emage__ConsentWithdrawRequest m = EMAGE__CONSENT_WITHDRAW_REQUEST__INIT;

	m.password = (char *)(uintptr_t)password;
	m.word = (char *)(uintptr_t)word;
	return call_once(p, who, METHOD_consent_withdraw, &m);
}

static void
test_withdraw(void **state)
{
	struct place *p = *state;
	struct caller kiosk = person_open(p, &here.camille, OWN_PASSWORD, KIOSK, 2), who;
	Emage__ConsentGetRequest get = EMAGE__CONSENT_GET_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	uint8_t unknown[128], mine[128];
	size_t n_unknown, n_mine;
	struct store_session s;

	call_begin(&c, p, &here.me, METHOD_consent_get, &get);
	assert_int_equal(c.err, 0);
	assert_string_equal(((const Emage__ConsentGetReply *)c.rq.reply)->word, "RETIRER");
	assert_int_equal(((const Emage__ConsentGetReply *)c.rq.reply)->given_at_ms, PLACE_NOW_MS);
	call_end(&c);
	assert_int_equal(withdraw(p, &here.me, OWN_PASSWORD, ""), EM_E_INVALID);
	assert_int_equal(withdraw(p, &here.me, OWN_PASSWORD, "RETIRE"), EM_E_INVALID);
	assert_int_equal(withdraw(p, &here.me, "faux", "RETIRER"), EM_E_AUTH);
	p->now_ms += MINUTE_MS;
	assert_int_equal(here.me.phase, PH_O);
	assert_int_equal(withdraw(p, &here.me, OWN_PASSWORD, " retirer "), 0);
	/* at once, everywhere */
	assert_int_equal(here.me.phase, PH_A);
	assert_int_equal(world.ended_account, kiosk.account_id);
	assert_int_equal(store_reader_begin(p->reader), 0);
	assert_int_equal(store_session_get(p->reader, kiosk.session_id, &s), -EM_E_NOT_FOUND);
	store_reader_end(p->reader);
	assert_non_null(strstr(letter_to(p, CAMILLE).subject, "consentement"));
	/* signing in is answered as for nobody */
	p->now_ms += MINUTE_MS;
	n_unknown = refused_bytes(p, "C4F-7HK9-M2X", OWN_PASSWORD, unknown);
	n_mine = refused_bytes(p, here.camille.identifier, OWN_PASSWORD, mine);
	assert_int_equal(n_unknown, n_mine);
	assert_memory_equal(unknown, mine, n_mine);
	/* nor is there a way back by a forgotten password */
	who = caller_new(TERMINAL, 9);
	{
		unsigned n = letter_to(p, CAMILLE).n;

		assert_int_equal(recover(p, &who, here.camille.identifier), 0);
		assert_int_equal(letter_to(p, CAMILLE).n, n);
	}
}

static int
sql_of(struct place *p, const char *sql)
{
	char path[96];
	sqlite3 *db;
	int rc;

	place_close_store(p);
	(void)snprintf(path, sizeof(path), "%s/emage.db", p->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	place_open_store(p);
	return rc;
}

/* The database itself knows no other way than a new consent (V-04, V-05). */
static void
test_only_a_new_consent_opens(void **state)
{
	struct place *p = *state;
	struct caller who = caller_new(TERMINAL, 9);

	assert_int_equal(withdraw(p, &here.me, OWN_PASSWORD, "WITHDRAW"), 0);
	assert_int_not_equal(sql_of(p, "UPDATE account SET state = 1"), SQLITE_OK);
	assert_int_not_equal(sql_of(p, "DELETE FROM consent WHERE given = 0"), SQLITE_OK);
	assert_int_not_equal(sql_of(p, "UPDATE consent SET given = 1"), SQLITE_OK);
	assert_int_equal(
	    person_password(p, &who, here.camille.identifier, OWN_PASSWORD), EM_E_AUTH);
	assert_int_equal(sql_of(p, "INSERT INTO consent (patient_id, given, at_ms, operator_name)"
				   " SELECT patient_id, 1, 1480000100000, 'accueil' FROM account;"
				   "UPDATE account SET state = 1"),
	    SQLITE_OK);
	p->now_ms += MINUTE_MS;
	person_sign_in(p, &who, here.camille.identifier, OWN_PASSWORD);
	assert_int_equal(who.phase, PH_O);
	/* and a withdrawal shuts it, whoever writes it down */
	assert_int_equal(sql_of(p, "INSERT INTO consent (patient_id, given, at_ms, operator_name)"
				   " SELECT patient_id, 0, 1480000200000, 'accueil' FROM account"),
	    SQLITE_OK);
	who = caller_new(TERMINAL, 9);
	p->now_ms += MINUTE_MS;
	assert_int_equal(
	    person_password(p, &who, here.camille.identifier, OWN_PASSWORD), EM_E_AUTH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, place_teardown)
	    TEST(test_app_in_place_of_code),
	    TEST(test_recovery_codes_once),
	    TEST(test_tries_are_those_of_codes),
	    TEST(test_offer),
	    TEST(test_remove),
	    TEST(test_recovery_with_app),
	    TEST(test_nothing_in_clear),
	    TEST(test_race),
	    TEST(test_withdraw),
	    TEST(test_only_a_new_consent_opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
