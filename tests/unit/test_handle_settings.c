/* SPDX-License-Identifier: MIT */
/*
 * The settings of one's own account: what they show, language and notices,
 * another password, open sessions.
 */
#include "tests/unit/test_handle_account.h"
#include "tests/unit/test_handle_imaging.h"
#include "tests/unit/test_handle_sql.h"

#include "server/handle/notice.h"

#define CAMILLE	       "camille@exemple.invalid"
#define CAMILLE_MOBILE "+33600000042"
#define OTHER_PASSWORD "huit poires jaunes"

static void
test_what_is_shown(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller me = person_open(p, &camille, OWN_PASSWORD, TERMINAL, 1);
	struct settings_seen s = account_get(p, &me);

	assert_string_equal(s.email, CAMILLE);
	assert_string_equal(s.mobile, CAMILLE_MOBILE);
	assert_string_equal(s.language, "fr");
	assert_string_equal(s.identifier, camille.identifier);
	assert_true(s.exam_opened && s.new_report && !s.totp);
	assert_int_equal(s.wait_until_ms, 0);
	assert_int_equal(s.consent_at_ms, PLACE_NOW_MS);
	assert_int_equal(s.password_at_ms, PLACE_NOW_MS);
}

static void
test_language_and_notices(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller me = person_open(p, &camille, OWN_PASSWORD, TERMINAL, 1);
	Emage__AccountSetLanguageRequest l = EMAGE__ACCOUNT_SET_LANGUAGE_REQUEST__INIT;
	Emage__AccountSetNoticesRequest n = EMAGE__ACCOUNT_SET_NOTICES_REQUEST__INIT;
	static const char *const wrong[] = {"", "it", "FR", "fra", "fr;"};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		l.language = (char *)(uintptr_t)wrong[i];
		assert_int_equal(call_once(p, &me, METHOD_account_set_language, &l), EM_E_INVALID);
	}
	l.language = (char *)(uintptr_t) "de";
	assert_int_equal(call_once(p, &me, METHOD_account_set_language, &l), 0);
	n.new_report = true;
	assert_int_equal(call_once(p, &me, METHOD_account_set_notices, &n), 0);
	assert_string_equal(account_get(p, &me).language, "de");
	assert_false(account_get(p, &me).exam_opened);
	assert_true(account_get(p, &me).new_report);
	/* what is sent is in it, whatever language the screen had */
	assert_int_equal(account_change_password(p, &me, OWN_PASSWORD, OTHER_PASSWORD, NULL), 0);
	assert_non_null(strstr(letter_to(p, CAMILLE).subject, "Passwort"));
}

static int
tell_both(struct store_conn *db, struct place *p, void *arg)
{
	struct notice_from from = {
	    .server = &p->server, .arena = arena_new(1 << 20), .now_ms = p->now_ms};
	uint64_t patient_id = *(uint64_t *)arg;
	int rc = notice_new_report(&from, db, patient_id);

	if (rc == 0)
		rc = notice_exam_opened(&from, db, patient_id);
	arena_free(&from.arena);
	return rc;
}

static void
test_notices_are_switched(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller me = person_open(p, &camille, OWN_PASSWORD, TERMINAL, 1);
	unsigned before = place_posted(p).n_notices;
	uint64_t nobody = 99999;

	for (unsigned wanted = 0; wanted < 4; wanted++) {
		Emage__AccountSetNoticesRequest n = EMAGE__ACCOUNT_SET_NOTICES_REQUEST__INIT;

		n.exam_opened = (wanted & 1) != 0;
		n.new_report = (wanted & 2) != 0;
		assert_int_equal(call_once(p, &me, METHOD_account_set_notices, &n), 0);
		assert_int_equal(place_write(p, tell_both, &camille.patient_id), 0);
		/* by each of the two ways */
		before += 2 * ((wanted & 1) + (wanted >> 1));
		assert_int_equal(place_posted(p).n_notices, before);
	}
	assert_int_equal(place_write(p, tell_both, &nobody), 0);
	place_sql(p, "UPDATE account SET state = 2");
	assert_int_equal(place_write(p, tell_both, &camille.patient_id), 0);
	assert_int_equal(place_posted(p).n_notices, before);
	/* names nobody and nothing */
	assert_null(strstr(letter_to(p, CAMILLE).body, "amille"));
	assert_null(strstr(letter_to(p, CAMILLE).body, camille.identifier));
}

/* ---------------------------------------------------------------- password */

static void
test_change_password(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller me = person_open(p, &camille, OWN_PASSWORD, TERMINAL, 1);
	struct caller kiosk = person_open(p, &camille, OWN_PASSWORD, KIOSK, 2);
	struct caller half = caller_new(TERMINAL, 3), again = caller_new(TERMINAL, 4);
	struct letter mail;
	unsigned ended = 99, notices;

	/* a code that is on its way, and a temporary password */
	assert_int_equal(person_password(p, &half, camille.identifier, OWN_PASSWORD), 0);
	assert_int_equal(recover(p, &again, camille.identifier), 0);
	mail = letter_to(p, CAMILLE);
	notices = place_posted(p).n_notices;
	assert_int_equal(account_change_password(p, &me, OWN_PASSWORD, OTHER_PASSWORD, &ended), 0);
	assert_int_equal(ended, 1);
	assert_int_equal(world.ended_account, me.account_id);
	assert_int_equal(place_posted(p).n_notices, notices + 2);
	assert_int_equal(me.phase, PH_O);
	/* all of it is over */
	{
		struct store_session s;

		assert_int_equal(store_reader_begin(p->reader), 0);
		assert_int_equal(
		    store_session_get(p->reader, kiosk.session_id, &s), -EM_E_NOT_FOUND);
		assert_int_equal(store_session_get(p->reader, me.session_id, &s), 0);
		store_reader_end(p->reader);
	}
	assert_int_equal(person_code(p, &half, "12345678"), EM_E_CODE_EXPIRED);
	assert_int_equal(person_password(p, &again, camille.identifier, mail.secret), EM_E_AUTH);
	p->now_ms += MINUTE_MS;
	assert_int_equal(person_password(p, &again, camille.identifier, OWN_PASSWORD), EM_E_AUTH);
	p->now_ms += MINUTE_MS;
	assert_int_equal(person_password(p, &again, camille.identifier, OTHER_PASSWORD), 0);
}

static void
test_change_password_refused(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller me = person_open(p, &camille, OWN_PASSWORD, TERMINAL, 1);
	char longest[1100];

	memset(longest, 'a', sizeof(longest));
	longest[1025] = '\0';
	assert_int_equal(account_change_password(p, &me, "", OTHER_PASSWORD, NULL), EM_E_INVALID);
	assert_int_equal(account_change_password(p, &me, OWN_PASSWORD, "", NULL), EM_E_INVALID);
	assert_int_equal(
	    account_change_password(p, &me, OWN_PASSWORD, longest, NULL), EM_E_PASSWORD_LONG);
	assert_int_equal(
	    account_change_password(p, &me, longest, OTHER_PASSWORD, NULL), EM_E_INVALID);
	assert_int_equal(account_change_password(p, &me, OWN_PASSWORD, "onze lettre", NULL),
	    EM_E_PASSWORD_SHORT);
	assert_int_equal(account_change_password(p, &me, OWN_PASSWORD, "motdepasse2016", NULL),
	    EM_E_PASSWORD_COMMON);
	assert_int_equal(account_change_password(p, &me, OWN_PASSWORD, "camille fictive", NULL),
	    EM_E_PASSWORD_OWN);
	assert_int_equal(
	    account_change_password(p, &me, OWN_PASSWORD, OWN_PASSWORD, NULL), EM_E_PASSWORD_SAME);
	/* what the rules say is told only to somebody who knows the old one */
	assert_int_equal(account_change_password(p, &me, "faux", "court", NULL), EM_E_AUTH);
	/* of many tries at a time only the first is evaluated: the right one waits */
	assert_int_equal(
	    account_change_password(p, &me, OWN_PASSWORD, OTHER_PASSWORD, NULL), EM_E_AUTH);
	p->now_ms += 1000;
	assert_int_equal(account_change_password(p, &me, OWN_PASSWORD, OTHER_PASSWORD, NULL), 0);
}

/* A session left open is no place to guess from: the lock of sign-in holds. */
static void
test_guessing_locks(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller me = person_open(p, &camille, OWN_PASSWORD, TERMINAL, 1);
	struct caller elsewhere = caller_new(TERMINAL, 2);

	for (unsigned i = 0; i < 50; i++) {
		p->now_ms += MINUTE_MS;
		assert_int_equal(
		    account_change_password(p, &me, "faux", OTHER_PASSWORD, NULL), EM_E_AUTH);
		if (i % 20 == 10)
			place_restart(p);
	}
	p->now_ms += MINUTE_MS;
	assert_int_equal(
	    account_change_password(p, &me, OWN_PASSWORD, OTHER_PASSWORD, NULL), EM_E_AUTH);
	p->now_ms += MINUTE_MS;
	assert_int_equal(
	    person_password(p, &elsewhere, camille.identifier, OWN_PASSWORD), EM_E_AUTH);
}

/* ---------------------------------------------------------------- sessions */

struct seen {
	unsigned n, n_mine;
	uint64_t other;
};

static struct seen
list(struct place *p, struct caller *who)
{
	Emage__SessionListRequest m = EMAGE__SESSION_LIST_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	const Emage__SessionListReply *r;
	struct seen s = {.n = 0};

	call_begin(&c, p, who, METHOD_session_list, &m);
	assert_int_equal(c.err, 0);
	r = c.rq.reply;
	s.n = (unsigned)r->n_sessions;
	for (size_t i = 0; i < r->n_sessions; i++) {
		if (r->sessions[i]->is_this_one)
			s.n_mine++;
		else
			s.other = r->sessions[i]->session_id;
	}
	call_end(&c);
	return s;
}

static int
end(struct place *p, struct caller *who, uint64_t id, unsigned *n_r)
{
	Emage__SessionEndRequest m = EMAGE__SESSION_END_REQUEST__INIT;
	struct call c = {.n_replies = 0};

	m.session_id = id;
	call_begin(&c, p, who, METHOD_session_end, &m);
	*n_r = ((const Emage__SessionEndReply *)c.rq.reply)->ended;
	call_end(&c);
	return c.err;
}

static void
test_sessions(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, ""), paul = person_settled(p, "IPP-2");
	struct caller me = person_open(p, &camille, OWN_PASSWORD, TERMINAL, 1);
	struct caller kiosk = person_open(p, &camille, OWN_PASSWORD, KIOSK, 2);
	struct caller theirs = person_open(p, &paul, OWN_PASSWORD, TERMINAL, 3);
	struct caller operator_ = caller_operator();
	struct seen s = list(p, &me);
	unsigned n;

	assert_int_equal(s.n, 2);
	assert_int_equal(s.n_mine, 1);
	assert_int_equal(s.other, kiosk.session_id);
	assert_int_equal(list(p, &operator_).n, 0);
	/* somebody else's is like none (S-08) */
	assert_int_equal(end(p, &me, theirs.session_id, &n), EM_E_NOT_FOUND);
	assert_int_equal(end(p, &me, 123456789, &n), EM_E_NOT_FOUND);
	assert_int_equal(list(p, &theirs).n, 1);
	world.n_ended = 0;
	assert_int_equal(end(p, &me, kiosk.session_id, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(world.n_ended, 1);
	assert_int_equal(world.ended[0], kiosk.session_id);
	assert_int_equal(list(p, &me).n, 1);
	/* all but this one: none there is */
	assert_int_equal(end(p, &me, 0, &n), 0);
	assert_int_equal(n, 0);
	kiosk = person_open(p, &camille, OWN_PASSWORD, KIOSK, 2);
	assert_int_equal(end(p, &me, 0, &n), 0);
	assert_int_equal(n, 1);
	/* this one */
	assert_int_equal(end(p, &me, me.session_id, &n), 0);
	assert_int_equal(me.phase, PH_A);
}

/* What has run out is not shown as open. */
static void
test_sessions_that_ran_out(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller kiosk = person_open(p, &camille, OWN_PASSWORD, KIOSK, 2);
	struct caller me = person_open(p, &camille, OWN_PASSWORD, TERMINAL, 1);

	(void)kiosk;
	assert_int_equal(list(p, &me).n, 2);
	p->now_ms += 2 * MINUTE_MS;
	assert_int_equal(list(p, &me).n, 1);
	assert_int_equal(list(p, &me).n_mine, 1);
}

/* The newest wins, and the person hears of it (S-05). */
static void
test_newest_wins_with_notice(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller first = person_open(p, &camille, OWN_PASSWORD, TERMINAL, 1), second;
	unsigned n = place_posted(p).n_notices;

	second = person_open(p, &camille, OWN_PASSWORD, TERMINAL, 2);
	assert_int_equal(place_posted(p).n_notices, n + 2);
	assert_int_equal(list(p, &second).n, 1);
	/* one that has run out gave way long ago */
	p->now_ms += 11 * MINUTE_MS;
	first = person_open(p, &camille, OWN_PASSWORD, TERMINAL, 1);
	assert_int_equal(place_posted(p).n_notices, n + 2);
	(void)first;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(t) cmocka_unit_test_setup_teardown(t, place_setup, place_teardown)
	    TEST(test_what_is_shown),
	    TEST(test_language_and_notices),
	    TEST(test_notices_are_switched),
	    TEST(test_change_password),
	    TEST(test_change_password_refused),
	    TEST(test_guessing_locks),
	    TEST(test_sessions),
	    TEST(test_sessions_that_ran_out),
	    TEST(test_newest_wins_with_notice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
