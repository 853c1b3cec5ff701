/* SPDX-License-Identifier: MIT */
/*
 * Changing an address: what must be proven, what may not be, and the way back
 * (R-08, A-15).
 */
#include "tests/unit/test_handle_account.h"
#include "tests/unit/test_handle_imaging.h"
#include "tests/unit/test_handle_sql.h"

#include <pthread.h>

#define CAMILLE	       "camille@exemple.invalid"
#define NEW_EMAIL      "nouvelle@exemple.invalid"
#define CAMILLE_MOBILE "+33600000042"
#define NEW_MOBILE     "+33700000043"

static struct {
	struct person camille;
	struct caller me;
} here;

static int
set_up(void **state)
{
	int rc = place_setup(state);

	here.camille = person_settled(*state, "");
	here.me = person_open(*state, &here.camille, OWN_PASSWORD, TERMINAL, 1);
	return rc;
}

static int
start(struct place *p, struct caller *who, Emage__Channel channel, const char *address,
    const char *password)
{
	Emage__ContactStartRequest m = EMAGE__CONTACT_START_REQUEST__INIT;

	m.channel = channel;
	m.address = (char *)(uintptr_t)address;
	m.password = (char *)(uintptr_t)password;
	return call_once(p, who, METHOD_contact_start, &m);
}

static int
prove(struct place *p, struct caller *who, const char *code, bool *done_r)
{
	Emage__ContactProveRequest m = EMAGE__CONTACT_PROVE_REQUEST__INIT;
	struct call c = {.n_replies = 0};

	m.code = (char *)(uintptr_t)code;
	call_begin(&c, p, who, METHOD_contact_prove, &m);
	if (done_r != NULL)
		*done_r = ((const Emage__ContactProveReply *)c.rq.reply)->done;
	call_end(&c);
	return c.err;
}

static int
confirm(struct place *p, struct caller *who, const char *code)
{
	Emage__ContactConfirmRequest m = EMAGE__CONTACT_CONFIRM_REQUEST__INIT;

	m.code = (char *)(uintptr_t)code;
	return call_once(p, who, METHOD_contact_confirm, &m);
}

static int
undo(struct place *p, const char *code)
{
	Emage__ContactUndoRequest m = EMAGE__CONTACT_UNDO_REQUEST__INIT;
	struct caller who = caller_new(TERMINAL, 50);

	m.undo_code = (char *)(uintptr_t)code;
	return call_once(p, &who, METHOD_contact_undo, &m);
}

static const char *
wrong(const char *right)
{
	return strcmp(right, "00000000") == 0 ? "00000001" : "00000000";
}

/* The whole way. `old`: where the first code goes. */
static void
change(struct place *p, Emage__Channel channel, const char *address, const char *old)
{
	assert_int_equal(start(p, &here.me, channel, address, OWN_PASSWORD), 0);
	assert_int_equal(prove(p, &here.me, letter_to(p, old).code, NULL), 0);
	assert_int_equal(confirm(p, &here.me, letter_to(p, address).code), 0);
}

static void
test_change_and_undo(void **state)
{
	struct place *p = *state;
	struct letter at_old, at_other, at_new;
	struct caller later;

	change(p, EMAIL, NEW_EMAIL, CAMILLE);
	assert_string_equal(account_get(p, &here.me).email, NEW_EMAIL);
	assert_true(account_get(p, &here.me).wait_until_ms > p->now_ms);
	at_old = letter_to(p, CAMILLE);
	at_other = letter_to(p, CAMILLE_MOBILE);
	at_new = letter_to(p, NEW_EMAIL);
	assert_string_not_equal(at_old.secret, "");
	assert_string_equal(at_old.secret, at_other.secret);
	assert_string_equal(at_old.secret, at_new.secret);
	assert_non_null(strstr(at_old.body, "72 heures"));
	/* codes go to the new one from now on */
	later = caller_new(TERMINAL, 7);
	assert_int_equal(person_password(p, &later, here.camille.identifier, OWN_PASSWORD), 0);
	assert_string_not_equal(letter_to(p, NEW_EMAIL).code, "");
	/* and back, without signing in; typed as people type */
	p->now_ms += 71 * HOUR_MS;
	assert_int_equal(undo(p, "0000-0000-0000-0000"), EM_E_CODE_WRONG);
	for (char *s = at_old.secret; *s != '\0'; s++)
		*s = *s == '-' ? ' ' : (char)(*s >= 'A' ? *s - 'A' + 'a' : *s);
	assert_int_equal(undo(p, at_old.secret), 0);
	assert_int_equal(world.ended_account, here.me.account_id);
	{
		struct store_session s;
		struct store_account who;
		struct arena *a = arena_new(1 << 16);

		assert_int_equal(store_reader_begin(p->reader), 0);
		assert_int_equal(
		    store_session_get(p->reader, here.me.session_id, &s), -EM_E_NOT_FOUND);
		assert_int_equal(store_account_by_id(p->reader, a, here.me.account_id, &who), 0);
		assert_string_equal(who.email, CAMILLE);
		store_reader_end(p->reader);
		arena_free(&a);
	}
	/* once */
	assert_int_equal(undo(p, at_old.secret), EM_E_CODE_WRONG);
}

static void
test_undo_too_late(void **state)
{
	struct place *p = *state;
	struct letter at_old;

	change(p, EMAIL, NEW_EMAIL, CAMILLE);
	at_old = letter_to(p, CAMILLE);
	p->now_ms += 72 * HOUR_MS;
	assert_int_equal(undo(p, at_old.secret), EM_E_CODE_WRONG);
}

/* Who has taken the account over changes twice to shake the owner off: the
 * owner's code still brings the owner's address back, and theirs is dead. */
static void
test_first_owner_wins(void **state)
{
	struct place *p = *state;
	struct letter first, second;

	change(p, EMAIL, NEW_EMAIL, CAMILLE);
	first = letter_to(p, CAMILLE);
	p->now_ms += HOUR_MS;
	change(p, EMAIL, "encore@exemple.invalid", NEW_EMAIL);
	second = letter_to(p, NEW_EMAIL);
	assert_string_not_equal(first.secret, second.secret);
	assert_int_equal(undo(p, first.secret), 0);
	assert_int_equal(undo(p, second.secret), EM_E_CODE_WRONG);
}

static void
test_never_both_within_three_days(void **state)
{
	struct place *p = *state;

	change(p, EMAIL, NEW_EMAIL, CAMILLE);
	p->now_ms += 71 * HOUR_MS;
	assert_int_equal(start(p, &here.me, MOBILE, NEW_MOBILE, OWN_PASSWORD), EM_E_RATE);
	assert_int_equal(start(p, &here.me, MOBILE, "", OWN_PASSWORD), EM_E_RATE);
	p->now_ms += HOUR_MS;
	assert_int_equal(account_get(p, &here.me).wait_until_ms, 0);
	change(p, MOBILE, NEW_MOBILE, CAMILLE_MOBILE);
	assert_string_equal(account_get(p, &here.me).mobile, NEW_MOBILE);
}

static void
test_remove_and_add(void **state)
{
	struct place *p = *state;
	bool done = false;

	/* the code goes to the address that is to go */
	assert_int_equal(start(p, &here.me, MOBILE, "", OWN_PASSWORD), 0);
	assert_int_equal(prove(p, &here.me, letter_to(p, CAMILLE_MOBILE).code, &done), 0);
	assert_true(done);
	assert_string_equal(account_get(p, &here.me).mobile, "");
	assert_string_not_equal(letter_to(p, CAMILLE).secret, "");
	/* the last one cannot go; what is not there neither */
	assert_int_equal(start(p, &here.me, EMAIL, "", OWN_PASSWORD), EM_E_NO_CHANNEL);
	assert_int_equal(start(p, &here.me, MOBILE, "", OWN_PASSWORD), EM_E_EXISTS);
	/* the other way proves what is added where there is none */
	assert_int_equal(start(p, &here.me, MOBILE, NEW_MOBILE, OWN_PASSWORD), 0);
	assert_int_equal(prove(p, &here.me, letter_to(p, CAMILLE).code, &done), 0);
	assert_false(done);
	assert_int_equal(confirm(p, &here.me, letter_to(p, NEW_MOBILE).code), 0);
	assert_string_equal(account_get(p, &here.me).mobile, NEW_MOBILE);
	/* undone: it is gone again */
	assert_int_equal(undo(p, letter_to(p, CAMILLE).secret), 0);
}

static void
test_forms(void **state)
{
	static const char *const bad_emails[] = {"x", "a@b\r\nBcc: c@d.fr", "a@b@c.fr", "@b.fr",
	    "a b@c.fr", "a@", "a@b.fr>", "a@b.fr,c@d.fr", "\xc3\xa9@b.fr"};
	struct place *p = *state;
	char longest[300];

	for (size_t i = 0; i < ARRAY_LEN(bad_emails); i++)
		assert_int_equal(
		    start(p, &here.me, EMAIL, bad_emails[i], OWN_PASSWORD), EM_E_INVALID);
	memset(longest, 'a', sizeof(longest));
	memcpy(longest + 255 - 13, "@exemple.test", 14);
	assert_int_equal(strlen(longest), 255);
	assert_int_equal(start(p, &here.me, EMAIL, longest, OWN_PASSWORD), EM_E_INVALID);
	assert_int_equal(start(p, &here.me, EMAIL, longest + 1, OWN_PASSWORD), 0);
	assert_int_equal(start(p, &here.me, MOBILE, NEW_EMAIL, OWN_PASSWORD), EM_E_INVALID);
	assert_int_equal(start(p, &here.me, EMAIL, NEW_MOBILE, OWN_PASSWORD), EM_E_INVALID);
	assert_int_equal(start(p, &here.me, 0, NEW_EMAIL, OWN_PASSWORD), EM_E_INVALID);
	assert_int_equal(start(p, &here.me, EMAIL, CAMILLE, OWN_PASSWORD), EM_E_EXISTS);
	assert_int_equal(start(p, &here.me, MOBILE, "06 00 00 00 42", OWN_PASSWORD), EM_E_EXISTS);
	assert_int_equal(start(p, &here.me, EMAIL, NEW_EMAIL, ""), EM_E_INVALID);
	assert_int_equal(start(p, &here.me, EMAIL, NEW_EMAIL, "faux"), EM_E_AUTH);
	assert_int_equal(prove(p, &here.me, "1234567", NULL), EM_E_INVALID);
	assert_int_equal(confirm(p, &here.me, "123456789"), EM_E_INVALID);
	assert_int_equal(undo(p, ""), EM_E_INVALID);
}

/* No step can be left out, taken twice, or taken from another session. */
static void
test_order(void **state)
{
	struct place *p = *state;
	struct caller kiosk = person_open(p, &here.camille, OWN_PASSWORD, KIOSK, 2);
	struct letter first;

	assert_int_equal(prove(p, &here.me, "12345678", NULL), EM_E_CODE_EXPIRED);
	assert_int_equal(confirm(p, &here.me, "12345678"), EM_E_CODE_EXPIRED);
	assert_int_equal(start(p, &here.me, EMAIL, NEW_EMAIL, OWN_PASSWORD), 0);
	/* an address not yet confirmed gets nothing (R-08) */
	assert_int_equal(letter_to(p, NEW_EMAIL).n, 0);
	first = letter_to(p, CAMILLE);
	assert_int_equal(prove(p, &kiosk, first.code, NULL), EM_E_CODE_EXPIRED);
	assert_int_equal(confirm(p, &here.me, first.code), EM_E_CODE_EXPIRED);
	assert_int_equal(prove(p, &here.me, first.code, NULL), 0);
	assert_int_equal(prove(p, &here.me, first.code, NULL), EM_E_CODE_EXPIRED);
	assert_int_equal(
	    confirm(p, &here.me, wrong(letter_to(p, NEW_EMAIL).code)), EM_E_CODE_WRONG);
	{
		struct caller again = caller_new(TERMINAL, 9);

		assert_int_equal(
		    person_password(p, &again, here.camille.identifier, OWN_PASSWORD), 0);
		assert_string_not_equal(letter_to(p, CAMILLE).code, first.code);
	}
	assert_int_equal(confirm(p, &here.me, letter_to(p, NEW_EMAIL).code), 0);
}

static void
test_codes_die(void **state)
{
	struct place *p = *state;
	struct letter mail;

	/* by time */
	assert_int_equal(start(p, &here.me, EMAIL, NEW_EMAIL, OWN_PASSWORD), 0);
	mail = letter_to(p, CAMILLE);
	p->now_ms += 15 * MINUTE_MS;
	assert_int_equal(prove(p, &here.me, mail.code, NULL), EM_E_CODE_EXPIRED);
	/* by five tries */
	p->now_ms += HOUR_MS;
	assert_int_equal(start(p, &here.me, EMAIL, NEW_EMAIL, OWN_PASSWORD), 0);
	mail = letter_to(p, CAMILLE);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(prove(p, &here.me, wrong(mail.code), NULL), EM_E_CODE_WRONG);
	assert_int_equal(prove(p, &here.me, wrong(mail.code), NULL), EM_E_CODE_DEAD);
	assert_int_equal(prove(p, &here.me, mail.code, NULL), EM_E_CODE_EXPIRED);
	/* by another beginning */
	p->now_ms += HOUR_MS;
	assert_int_equal(start(p, &here.me, EMAIL, NEW_EMAIL, OWN_PASSWORD), 0);
	mail = letter_to(p, CAMILLE);
	assert_int_equal(start(p, &here.me, EMAIL, "x@exemple.invalid", OWN_PASSWORD), 0);
	assert_int_equal(prove(p, &here.me, mail.code, NULL), EM_E_CODE_WRONG);
	/* by a changed password */
	mail = letter_to(p, CAMILLE);
	assert_int_equal(
	    account_change_password(p, &here.me, OWN_PASSWORD, "huit poires jaunes", NULL), 0);
	assert_int_equal(prove(p, &here.me, mail.code, NULL), EM_E_CODE_EXPIRED);
}

/* Nobody's mailbox is filled, and no number is called at will. */
static void
test_limits(void **state)
{
	struct place *p = *state;
	unsigned n = 0;

	for (unsigned i = 0; i < 20; i++) {
		int err = start(p, &here.me, EMAIL, NEW_EMAIL, OWN_PASSWORD);

		n += err == 0;
		assert_true(err == 0 || err == EM_E_RESEND_LIMIT);
		p->now_ms += 20 * MINUTE_MS; /* the quarter of an hour is over each time */
	}
	assert_int_equal(n, 5);
	place_restart(p);
	assert_int_equal(start(p, &here.me, EMAIL, NEW_EMAIL, OWN_PASSWORD), EM_E_RESEND_LIMIT);
	p->now_ms += DAY_MS;
	assert_int_equal(start(p, &here.me, EMAIL, NEW_EMAIL, OWN_PASSWORD), 0);
	assert_int_equal(start(p, &here.me, EMAIL, NEW_EMAIL, OWN_PASSWORD), 0);
	assert_int_equal(start(p, &here.me, EMAIL, NEW_EMAIL, OWN_PASSWORD), 0);
	assert_int_equal(start(p, &here.me, EMAIL, NEW_EMAIL, OWN_PASSWORD), EM_E_RESEND_LIMIT);
}

/* Guesses at the old address's code and at sign-in are one account's: twenty. */
static void
test_wrong_codes_lock_together(void **state)
{
	struct place *p = *state;
	struct caller again = caller_new(TERMINAL, 9);
	unsigned wrong_ones = 0;

	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(start(p, &here.me, EMAIL, NEW_EMAIL, OWN_PASSWORD), 0);
		for (unsigned k = 0; k < 5; k++) {
			(void)prove(p, &here.me, wrong(letter_to(p, CAMILLE).code), NULL);
			wrong_ones++;
		}
		p->now_ms += HOUR_MS;
	}
	assert_int_equal(wrong_ones, 20);
	assert_int_equal(
	    person_password(p, &again, here.camille.identifier, OWN_PASSWORD), EM_E_AUTH);
	p->now_ms += DAY_MS;
	assert_int_equal(start(p, &here.me, EMAIL, NEW_EMAIL, OWN_PASSWORD), 0);
	assert_int_equal(prove(p, &here.me, letter_to(p, CAMILLE).code, NULL), EM_E_CODE_DEAD);
}

/* A temporary password in a mailbox that is another's by now. */
static void
test_temporary_password_goes_with_the_address(void **state)
{
	struct place *p = *state;
	struct caller who = caller_new(TERMINAL, 9);
	struct letter mail;

	assert_int_equal(recover(p, &who, here.camille.identifier), 0);
	mail = letter_to(p, CAMILLE);
	assert_string_not_equal(mail.secret, "");
	change(p, EMAIL, NEW_EMAIL, CAMILLE);
	assert_int_equal(person_password(p, &who, here.camille.identifier, mail.secret), EM_E_AUTH);
}

/* One code, many at a time: one of them is the one (F-24). */
struct racer {
	struct place *place;
	struct caller who;
	const char *code;
	enum method_index method;
	int err;
};

static void *
race(void *arg)
{
	struct racer *r = arg;

	r->err = r->method == METHOD_contact_undo ? undo(r->place, r->code)
						  : confirm(r->place, &r->who, r->code);
	return NULL;
}

static unsigned
race_won(struct place *p, enum method_index method, const char *code)
{
	struct racer racers[16];
	pthread_t threads[ARRAY_LEN(racers)];
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_LEN(racers); i++) {
		racers[i] =
		    (struct racer){.place = p, .who = here.me, .code = code, .method = method};
		assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(racers); i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		n += racers[i].err == 0;
	}
	return n;
}

static void
test_races(void **state)
{
	struct place *p = *state;

	assert_int_equal(start(p, &here.me, EMAIL, NEW_EMAIL, OWN_PASSWORD), 0);
	assert_int_equal(prove(p, &here.me, letter_to(p, CAMILLE).code, NULL), 0);
	assert_int_equal(race_won(p, METHOD_contact_confirm, letter_to(p, NEW_EMAIL).code), 1);
	assert_int_equal(race_won(p, METHOD_contact_undo, letter_to(p, CAMILLE).secret), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, place_teardown)
	    TEST(test_change_and_undo),
	    TEST(test_undo_too_late),
	    TEST(test_first_owner_wins),
	    TEST(test_never_both_within_three_days),
	    TEST(test_remove_and_add),
	    TEST(test_forms),
	    TEST(test_order),
	    TEST(test_codes_die),
	    TEST(test_limits),
	    TEST(test_wrong_codes_lock_together),
	    TEST(test_temporary_password_goes_with_the_address),
	    TEST(test_races),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
