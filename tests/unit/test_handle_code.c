/* SPDX-License-Identifier: MIT */
/*
 * Access codes: sealed until they are sent, used once, bound to their attempt,
 * few tries and few sends whatever is restarted.
 */
#include "tests/unit/test_handle_imaging.h"

#include <pthread.h>

#define TERMINAL EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL

static bool
file_holds(const char *path, const char *what)
{
	FILE *f = fopen(path, "re");
	char *bytes;
	size_t n;
	bool found;

	if (f == NULL)
		return false;
	bytes = calloc(1, 8 << 20);
	assert_non_null(bytes);
	n = fread(bytes, 1, (8 << 20) - 1, f);
	found = memmem(bytes, n, what, strlen(what)) != NULL;
	free(bytes);
	(void)fclose(f);
	return found;
}

static void
test_code_is_nowhere_in_the_database(void **state)
{
	static const char *const names[] = {"emage.db", "emage.db-wal"};
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = caller_new(TERMINAL, 1);
	struct posted mail;
	char grouped[16], path[128];

	assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), 0);
	mail = place_posted(p);
	(void)snprintf(grouped, sizeof(grouped), "%.4s %.4s", mail.code, mail.code + 4);
	assert_non_null(strstr(mail.body, grouped));
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", p->dir, names[i]);
		assert_false(file_holds(path, mail.code));
		assert_false(file_holds(path, grouped));
	}
	(void)snprintf(path, sizeof(path), "%s/emage.db-wal", p->dir);
	assert_true(file_holds(path, "sealed1:"));
}

static void
test_message_names_nobody(void **state)
{
	static const char *const words[] = {
	    "Camille", "camille", "FICTIVE", "Fictive", "xemple.inv", "+336", "Exemple"};
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = caller_new(TERMINAL, 1);
	struct posted mail;

	assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), 0);
	mail = place_posted(p);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		char *support = strstr(mail.body, "aide@exemple.invalid");

		assert_non_null(support);
		memset(support, '.', strlen("aide@exemple.invalid"));
		assert_null(strstr(mail.body, words[i]));
		memcpy(support, "aide@exemple.invalid", strlen("aide@exemple.invalid"));
	}
	assert_null(strstr(mail.body, camille.identifier));
}

static void
test_no_code_before_the_password(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = caller_new(TERMINAL, 1);
	unsigned before = place_posted(p).n, wakes = world.n_wakes;

	assert_int_equal(
	    person_password(p, &who, camille.identifier, "faux mot de passe"), EM_E_AUTH);
	assert_int_equal(person_password(p, &who, "XXX-0000-XXX", OWN_PASSWORD), EM_E_AUTH);
	assert_int_equal(place_posted(p).n, before);
	assert_int_equal(world.n_wakes, wakes);
	p->now_ms += 1000;
	assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), 0);
	assert_int_equal(place_posted(p).n, before + 1);
	assert_int_equal(world.n_wakes, wakes + 1);
}

static void
other_code(const char *code, char out_r[9])
{
	memcpy(out_r, code, 9);
	out_r[7] = out_r[7] == '0' ? '1' : '0';
}

static void
test_wrong_codes_run_out(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = caller_new(TERMINAL, 1);
	struct posted mail;
	char wrong[9];

	assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), 0);
	mail = place_posted(p);
	other_code(mail.code, wrong);
	for (uint32_t left = 4; left > 0; left--) {
		Emage__AuthCodeRequest m = EMAGE__AUTH_CODE_REQUEST__INIT;
		struct call c = {.n_replies = 0};

		m.code = wrong;
		call_begin(&c, p, &who, METHOD_auth_code, &m);
		assert_int_equal(c.err, EM_E_CODE_WRONG);
		assert_int_equal(c.rq.tries_left, left);
		assert_int_equal(who.phase, PH_C);
		call_end(&c);
	}
	assert_int_equal(person_code(p, &who, wrong), EM_E_CODE_DEAD);
	assert_int_equal(who.phase, PH_A);
	/* back in step 2 by hand: the challenge is gone for good */
	who.phase = PH_C;
	assert_int_equal(person_code(p, &who, mail.code), EM_E_CODE_EXPIRED);
}

static void
test_code_lives_15_minutes(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = caller_new(TERMINAL, 1), copy;
	struct posted mail;

	assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), 0);
	mail = place_posted(p);
	copy = who;
	p->now_ms += 15 * 60000;
	assert_int_equal(person_code(p, &copy, mail.code), EM_E_CODE_EXPIRED);
	assert_int_equal(copy.phase, PH_C);
	p->now_ms -= 1;
	assert_int_equal(person_code(p, &who, mail.code), 0);
	assert_int_equal(who.phase, PH_O);
}

static void
test_code_belongs_to_its_connection(void **state)
{
	struct place *p = *state;
	struct person a = person_settled(p, "1"), b = person_settled(p, "2");
	struct caller here = caller_new(TERMINAL, 1), there = caller_new(TERMINAL, 2), stolen;
	char code_a[9], code_b[9];

	assert_int_equal(person_password(p, &here, a.identifier, OWN_PASSWORD), 0);
	memcpy(code_a, place_posted(p).code, 9);
	assert_int_equal(person_password(p, &there, b.identifier, OWN_PASSWORD), 0);
	memcpy(code_b, place_posted(p).code, 9);
	assert_string_not_equal(code_a, code_b);
	/* one attempt's code in another's */
	assert_int_equal(person_code(p, &there, code_a), EM_E_CODE_WRONG);
	/* the same challenge over another TLS connection */
	stolen = here;
	memset(stolen.binding, 9, sizeof(stolen.binding));
	assert_int_equal(person_code(p, &stolen, code_a), EM_E_CODE_EXPIRED);
	assert_int_equal(person_code(p, &here, code_a), 0);
	assert_int_equal(person_code(p, &there, code_b), 0);
}

struct racer {
	struct place *place;
	struct caller who;
	const char *code;
	int err;
};

static void *
race_code(void *arg)
{
	struct racer *r = arg;

	r->err = person_code(r->place, &r->who, r->code);
	return NULL;
}

static void
test_one_of_many_submits_wins(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = caller_new(TERMINAL, 1);
	struct racer racers[24];
	pthread_t threads[ARRAY_LEN(racers)];
	struct posted mail;
	unsigned n_won = 0;

	assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), 0);
	mail = place_posted(p);
	for (size_t i = 0; i < ARRAY_LEN(racers); i++) {
		racers[i] = (struct racer){.place = p, .who = who, .code = mail.code};
		assert_int_equal(pthread_create(&threads[i], NULL, race_code, &racers[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(racers); i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		n_won += racers[i].err == 0;
		assert_true(racers[i].err == 0 || racers[i].err == EM_E_CODE_EXPIRED);
	}
	assert_int_equal(n_won, 1);
}

/* -------------------------------------------------------------- more codes */

static int
resend(struct place *p, struct caller *who, int channel)
{
	Emage__AuthResendRequest m = EMAGE__AUTH_RESEND_REQUEST__INIT;

	m.channel = (Emage__Channel)channel;
	return call_once(p, who, METHOD_auth_resend, &m);
}

static void
test_resend_replaces_and_is_limited(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = caller_new(TERMINAL, 1);
	struct posted first, second;
	char wrong[9];

	p->now_ms += 86400000; /* the sends of settling in are past */
	assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), 0);
	first = place_posted(p);
	other_code(first.code, wrong);
	assert_int_equal(person_code(p, &who, wrong), EM_E_CODE_WRONG);
	assert_int_equal(resend(p, &who, 0), EM_E_RESEND_EARLY);
	p->now_ms += 60000;
	assert_int_equal(resend(p, &who, EMAGE__CHANNEL__CHANNEL_MOBILE), 0);
	second = place_posted(p);
	assert_int_equal(second.n, first.n + 1);
	assert_int_equal(second.newest.channel, EMAGE__CHANNEL__CHANNEL_MOBILE);
	if (strcmp(first.code, second.code) != 0)
		assert_int_equal(person_code(p, &who, first.code), EM_E_CODE_WRONG);
	p->now_ms += 60000;
	assert_int_equal(resend(p, &who, 0), 0);
	p->now_ms += 60000;
	assert_int_equal(resend(p, &who, 0), EM_E_RESEND_LIMIT);
	/* neither a restart nor a new sign-in makes room */
	place_restart(p);
	assert_int_equal(resend(p, &who, 0), EM_E_RESEND_LIMIT);
	assert_int_equal(
	    person_password(p, &who, camille.identifier, OWN_PASSWORD), EM_E_RESEND_LIMIT);
	p->now_ms += 15 * 60000;
	assert_int_equal(resend(p, &who, 0), 0);
	/* wrong tries were not given back by any of these */
	other_code(place_posted(p).code, wrong);
	while (person_code(p, &who, wrong) == EM_E_CODE_WRONG)
		;
	assert_int_equal(who.phase, PH_A);
}

static void
test_twenty_wrong_codes_disable(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = caller_new(TERMINAL, 1);
	unsigned n_wrong = 0;
	uint8_t locked[128], unknown[128];
	size_t n;

	/* a new challenge for each five, far apart, over restarts */
	for (unsigned round = 0; round < 4; round++) {
		char wrong[9];

		p->now_ms += 86400000;
		place_restart(p);
		assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), 0);
		other_code(place_posted(p).code, wrong);
		while (who.phase == PH_C) {
			int err = person_code(p, &who, wrong);

			assert_true(err == EM_E_CODE_WRONG || err == EM_E_CODE_DEAD);
			n_wrong++;
		}
	}
	assert_int_equal(n_wrong, 20);
	/* and then nobody is told that the password was right */
	p->now_ms += 86400000;
	n = refused_bytes(p, camille.identifier, OWN_PASSWORD, locked);
	assert_int_equal(refused_bytes(p, "XXX-0000-XXX", OWN_PASSWORD, unknown), n);
	assert_memory_equal(locked, unknown, n);
}

static void
test_right_code_forgives(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = caller_new(TERMINAL, 1);

	/* more often than the limit of sends, each time brought to its end */
	for (unsigned i = 0; i < 6; i++) {
		person_sign_in(p, &who, camille.identifier, OWN_PASSWORD);
		assert_int_equal(who.phase, PH_O);
		who.phase = PH_A;
	}
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, place_setup, place_teardown)
	const struct CMUnitTest tests[] = {
	    T(test_code_is_nowhere_in_the_database),
	    T(test_message_names_nobody),
	    T(test_no_code_before_the_password),
	    T(test_wrong_codes_run_out),
	    T(test_code_lives_15_minutes),
	    T(test_code_belongs_to_its_connection),
	    T(test_one_of_many_submits_wins),
	    T(test_resend_replaces_and_is_limited),
	    T(test_twenty_wrong_codes_disable),
	    T(test_right_code_forgives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
