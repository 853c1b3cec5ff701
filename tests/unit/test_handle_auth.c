/* SPDX-License-Identifier: MIT */
/*
 * Signing in with a password: one answer for every failure, throttles that
 * outlive a restart, temporary passwords.
 */
#include "tests/unit/test_handle_imaging.h"
#include "tests/unit/test_handle_sql.h"

#include "server/handle/keyed.h"
#include "server/handle/pwhash.h"

#define TERMINAL EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL
#define KIOSK	 EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK

static void
account_state(struct place *p, uint64_t patient_id, enum account_state state)
{
	char sql[128];

	(void)snprintf(sql, sizeof(sql), "UPDATE account SET state = %d WHERE patient_id = %llu",
	    (int)state, (unsigned long long)patient_id);
	place_sql(p, sql);
}

/* Failures of an identifier in the past. */
struct failures {
	const char *identifier;
	bool trusted;
	struct store_counter counter;
};

static int
run_failures(struct store_conn *db, struct place *p, void *arg)
{
	const struct failures *f = arg;
	char kept[64];
	uint8_t key[32];
	size_t n = 0;

	for (const char *s = f->identifier; *s != '\0'; s++) {
		if (*s != '-')
			kept[n++] = (char)(*s >= 'A' && *s <= 'Z' ? *s + 32 : *s);
	}
	kept[n] = '\0';
	keyed_identifier(&p->server.pepper, kept, f->trusted, key);
	return store_counter_put(db, COUNTER_PASSWORD, key, &f->counter);
}

static void
failures_set(struct place *p, const char *identifier, bool trusted, uint32_t n, int64_t last_ms)
{
	struct failures f = {.identifier = identifier,
	    .trusted = trusted,
	    .counter = {.n = n, .since_ms = last_ms, .last_ms = last_ms}};

	assert_int_equal(place_write(p, run_failures, &f), 0);
}

/* ------------------------------------------------------------------- */

static int
run_suspend(struct store_conn *db, struct place *p, void *arg)
{
	uint64_t account_id = 0;
	int rc = store_account_of_patient(db, *(uint64_t *)arg, &account_id);

	return rc < 0 ? rc : store_account_suspend(db, account_id, p->now_ms);
}

static void
account_suspend(struct place *p, uint64_t patient_id)
{
	assert_int_equal(place_write(p, run_suspend, &patient_id), 0);
}

static void
test_every_failure_has_one_answer(void **state)
{
	static const struct {
		uint32_t n;
		unsigned retry_after_s;
	} histories[] = {{0, 1}, {1, 3}, {60, 60}};
	struct place *p = *state;
	struct person wrong = person_settled(p, "1"), withdrawn = person_settled(p, "2");
	struct person pending = person_settled(p, "3"), locked = person_settled(p, "4");
	struct person suspended = person_settled(p, "5");
	struct {
		const char *identifier, *password;
	} classes[] = {
	    {wrong.identifier, "pas le bon mot"}, {"XXX-0000-XXX", OWN_PASSWORD},
	    {withdrawn.identifier, OWN_PASSWORD}, {pending.identifier, OWN_PASSWORD},
	    {suspended.identifier, OWN_PASSWORD},
	    {locked.identifier, OWN_PASSWORD}, /* with the last history only */
	};
	uint8_t first[128], other[128];

	account_state(p, withdrawn.patient_id, ACCOUNT_WITHDRAWN);
	account_state(p, pending.patient_id, ACCOUNT_PENDING);
	account_suspend(p, suspended.patient_id);
	for (size_t h = 0; h < ARRAY_LEN(histories); h++) {
		size_t n_classes = histories[h].n >= 50 ? 6 : 5, n = 0;
		Emage__Error *e;

		for (size_t i = 0; i < n_classes; i++) {
			failures_set(
			    p, classes[i].identifier, false, histories[h].n, p->now_ms - 600000);
			if (i == 0)
				n = refused_bytes(
				    p, classes[i].identifier, classes[i].password, first);
			else
				assert_int_equal(refused_bytes(p, classes[i].identifier,
						     classes[i].password, other),
				    n);
			if (i > 0)
				assert_memory_equal(other, first, n);
		}
		e = emage__error__unpack(NULL, n, first);
		assert_non_null(e);
		assert_int_equal(e->retry_after_s, histories[h].retry_after_s);
		emage__error__free_unpacked(e, NULL);
	}
	/* and without any history the right one is let in */
	failures_set(p, locked.identifier, false, 0, 0);
	person_sign_in(
	    p, &(struct caller){.phase = PH_A, .kind = TERMINAL}, locked.identifier, OWN_PASSWORD);
}

static void
test_early_tries_are_not_evaluated(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = caller_new(TERMINAL, 1);

	p->now_ms += 1000000;
	assert_int_equal(
	    person_password(p, &who, camille.identifier, "faux mot de passe"), EM_E_AUTH);
	/* the right one, too early: refused, and the delay does not grow */
	p->now_ms += 500;
	assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), EM_E_AUTH);
	p->now_ms += 500;
	assert_int_equal(person_password(p, &who, camille.identifier, OWN_PASSWORD), 0);
	assert_int_equal(who.phase, PH_C);
}

static void
test_throttle_outlives_a_restart(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	uint8_t before[128], after[128];
	size_t n;

	failures_set(p, camille.identifier, false, 12, p->now_ms);
	n = refused_bytes(p, camille.identifier, OWN_PASSWORD, before);
	place_restart(p);
	assert_int_equal(refused_bytes(p, camille.identifier, OWN_PASSWORD, after), n);
	assert_memory_equal(before, after, n);
	/* an identifier that nobody has is remembered likewise */
	failures_set(p, "XXX-0000-XXX", false, 12, p->now_ms);
	place_restart(p);
	assert_int_equal(refused_bytes(p, "XXX-0000-XXX", OWN_PASSWORD, after), n);
	assert_memory_equal(before, after, n);
}

static void
test_strangers_do_not_lock_the_kiosk(void **state)
{
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller kiosk = caller_new(KIOSK, 1), stranger = caller_new(TERMINAL, 2);

	failures_set(p, camille.identifier, false, 50, p->now_ms);
	assert_int_equal(
	    person_password(p, &stranger, camille.identifier, OWN_PASSWORD), EM_E_AUTH);
	person_sign_in(p, &kiosk, camille.identifier, OWN_PASSWORD);
	assert_int_equal(kiosk.phase, PH_O);
}

/* Of tries that were hashed at the same time the writer evaluates one. */
static void
test_parallel_guesses_count_once(void **state)
{
	const struct stages *s = &stages_table[METHOD_auth_password];
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	Emage__AuthPasswordRequest wrong = EMAGE__AUTH_PASSWORD_REQUEST__INIT, right;
	struct caller who = caller_new(TERMINAL, 1);
	struct call c[2] = {{.place = p}, {.place = p}};

	wrong.identifier = camille.identifier;
	wrong.password = (char *)(uintptr_t) "faux mot de passe";
	right = wrong;
	right.password = (char *)(uintptr_t)OWN_PASSWORD;
	p->now_ms += 1000000;
	for (size_t i = 0; i < 2; i++) {
		c[i].rq = (struct request){.method = method_at(METHOD_auth_password),
		    .server = &p->server,
		    .arena = arena_new(1 << 20),
		    .msg = i == 0 ? &wrong : &right,
		    .caller = who,
		    .now_ms = p->now_ms};
		c[i].rq.reply = call_new_reply(c[i].rq.arena, c[i].rq.method);
		assert_int_equal(store_reader_begin(p->reader), 0);
		assert_int_equal(s->read(&c[i].rq, p->reader), 0);
		store_reader_end(p->reader);
		assert_int_equal(s->work(&c[i].rq), 0);
	}
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(store_run(p->server.store, call_on_writer, &c[i]), 0);
		assert_int_equal(c[i].rq.refuse, EM_E_AUTH);
		call_end(&c[i]);
	}
}

/* --------------------------------------------------- temporary passwords */

static void
test_temporary_password_only_leads_to_ones_own(void **state)
{
	struct place *p = *state;
	struct person camille = person_add(p, "");
	struct caller who = caller_new(TERMINAL, 1);
	Emage__AuthCodeRequest m = EMAGE__AUTH_CODE_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	const Emage__AuthCodeReply *reply;
	struct posted mail;

	assert_int_equal(person_password(p, &who, camille.identifier, camille.temporary), 0);
	mail = place_posted(p);
	m.code = mail.code;
	call_begin(&c, p, &who, METHOD_auth_code, &m);
	assert_int_equal(c.err, 0);
	reply = c.rq.reply;
	assert_true(reply->must_change_password);
	assert_int_equal(reply->token.len, 0);
	assert_string_equal(reply->display_name, "Camille FICTIVE-ÉXEMPLE");
	assert_string_equal(reply->civility, "Madame");
	call_end(&c);
	assert_int_equal(who.phase, PH_T);
	assert_int_equal(who.session_id, 0);

	assert_int_equal(person_new_password(p, &who, "trop court"), EM_E_PASSWORD_SHORT);
	assert_int_equal(person_new_password(p, &who, "motdepasse2016"), EM_E_PASSWORD_COMMON);
	assert_int_equal(person_new_password(p, &who, "fictive exemple"), EM_E_PASSWORD_OWN);
	assert_int_equal(person_new_password(p, &who, camille.temporary), EM_E_PASSWORD_SAME);
	assert_int_equal(who.phase, PH_T);
	assert_int_equal(person_new_password(p, &who, OWN_PASSWORD), 0);
	assert_int_equal(who.phase, PH_A);

	/* used once */
	assert_int_equal(
	    person_password(p, &who, camille.identifier, camille.temporary), EM_E_AUTH);
	p->now_ms += 1000;
	person_sign_in(p, &who, camille.identifier, OWN_PASSWORD);
	assert_int_equal(who.phase, PH_O);
}

static void
test_temporary_password_as_people_type_it(void **state)
{
	struct place *p = *state;
	struct person camille = person_add(p, "");
	struct caller who = caller_new(TERMINAL, 1);
	char typed[32];
	size_t n = 0;

	for (const char *s = camille.temporary; *s != '\0'; s++) {
		if (*s != '-')
			typed[n++] = (char)(*s >= 'A' && *s <= 'Z' ? *s + 32 : *s);
	}
	typed[n] = '\0';
	assert_int_equal(person_password(p, &who, camille.identifier, typed), 0);
}

static void
test_expired_temporary_password_is_a_wrong_one(void **state)
{
	struct place *p = *state;
	struct person camille = person_add(p, "");
	struct caller who = caller_new(TERMINAL, 1);
	uint8_t expired[128], unknown[128];
	size_t n;

	p->now_ms += POLICY_TEMP_LETTER_MS - 1;
	assert_int_equal(person_password(p, &who, camille.identifier, camille.temporary), 0);
	p->now_ms += 1;
	n = refused_bytes(p, camille.identifier, camille.temporary, expired);
	assert_int_equal(refused_bytes(p, "XXX-0000-XXX", camille.temporary, unknown), n);
	assert_memory_equal(expired, unknown, n);
}

static void
test_second_user_of_a_temporary_password_is_out(void **state)
{
	struct place *p = *state;
	struct person camille = person_add(p, "");
	struct caller one = caller_new(TERMINAL, 1), two = caller_new(TERMINAL, 2);

	person_sign_in(p, &one, camille.identifier, camille.temporary);
	person_sign_in(p, &two, camille.identifier, camille.temporary);
	assert_int_equal(person_new_password(p, &two, OWN_PASSWORD), 0);
	assert_int_equal(person_new_password(p, &one, "huit poires mûres"), EM_E_SESSION_ENDED);
}

/* -------------------------------------------------------------- at rest */

struct hash_of {
	uint64_t account_id;
	char hash[PWHASH_MAX];
};

static int
run_set_hash(struct store_conn *db, struct place *p, void *arg)
{
	const struct hash_of *h = arg;

	(void)p;
	return store_account_set_password(db, h->account_id, h->hash);
}

static void
test_old_parameters_are_renewed(void **state)
{
	/* a hash of smaller parameters lends them, and its salt */
	static const char small[] = "$argon2id$v=19$m=1024,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$"
				    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
	struct place *p = *state;
	struct person camille = person_settled(p, "");
	struct caller who = caller_new(TERMINAL, 1);
	struct arena *a = arena_new(1 << 16);
	struct hash_of h = {.account_id = 0};
	struct store_account account;
	char kept[40];

	person_sign_in(p, &who, camille.identifier, OWN_PASSWORD);
	h.account_id = who.account_id;
	assert_int_equal(pwhash_make(&p->server.pepper, OWN_PASSWORD, small, h.hash), 0);
	assert_memory_equal(h.hash, small, 52);
	assert_int_equal(place_write(p, run_set_hash, &h), 0);
	who = caller_new(TERMINAL, 2);
	person_sign_in(p, &who, camille.identifier, OWN_PASSWORD);
	assert_int_equal(store_reader_begin(p->reader), 0);
	assert_int_equal(store_account_by_id(p->reader, a, h.account_id, &account), 0);
	store_reader_end(p->reader);
	(void)snprintf(kept, sizeof(kept), "%.31s", account.password_hash);
	assert_string_equal(kept, "$argon2id$v=19$m=19456,t=2,p=1$");
	who = caller_new(TERMINAL, 3);
	person_sign_in(p, &who, camille.identifier, OWN_PASSWORD);
	arena_free(&a);
}

static void
test_hashes_of_one_account_share_one_computation(void **state)
{
	static const char nfc[] = "caf\xc3\xa9 sans sucre", nfd[] = "cafe\xcc\x81 sans sucre";
	struct place *p = *state;
	struct secret other = secret_from("fedcba9876543210fedcba9876543210", 32);
	char own[PWHASH_MAX], temp[PWHASH_MAX], apart[PWHASH_MAX];
	struct pwhash_match m;

	assert_int_equal(pwhash_make(&p->server.pepper, nfc, NULL, own), 0);
	assert_int_equal(pwhash_make(&p->server.pepper, "ABCD-EFGH", own, temp), 0);
	assert_int_equal(pwhash_make(&p->server.pepper, "ABCD-EFGH", NULL, apart), 0);
	assert_int_equal(pwhash_try(&p->server.pepper, nfd, own, temp, &m), 0);
	assert_true(m.own && !m.temp && !m.stale);
	assert_int_equal(pwhash_try(&p->server.pepper, "ABCD-EFGH", own, temp, &m), 0);
	assert_true(!m.own && m.temp);
	assert_int_equal(pwhash_try(&p->server.pepper, "ABCD-EFGH", "", temp, &m), 0);
	assert_true(!m.own && m.temp);
	/* a neighbour with a salt of its own is never right */
	assert_int_equal(pwhash_try(&p->server.pepper, "ABCD-EFGH", own, apart, &m), 0);
	assert_true(!m.own && !m.temp);
	assert_int_equal(pwhash_try(&p->server.pepper, nfc, "", "", &m), 0);
	assert_true(!m.own && !m.temp);
	/* the database without its pepper verifies nothing */
	assert_int_equal(pwhash_try(&other, nfc, own, "", &m), 0);
	assert_true(!m.own);
	secret_free(&other);
}

static void
test_forms_are_checked_before_anything(void **state)
{
	struct place *p = *state;
	struct caller who = caller_new(TERMINAL, 1);
	char longest[1100];

	memset(longest, 'a', sizeof(longest));
	longest[1025] = '\0';
	assert_int_equal(person_password(p, &who, "", "x"), EM_E_INVALID);
	assert_int_equal(person_password(p, &who, "x", ""), EM_E_INVALID);
	assert_int_equal(person_password(p, &who, "x", longest), EM_E_INVALID);
	longest[1024] = '\0';
	assert_int_equal(person_password(p, &who, "x", longest), EM_E_AUTH);
	who.phase = PH_C;
	assert_int_equal(person_code(p, &who, "1234567"), EM_E_INVALID);
	assert_int_equal(person_code(p, &who, "123456789"), EM_E_INVALID);
	assert_int_equal(person_code(p, &who, "1234567u"), EM_E_INVALID);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, place_setup, place_teardown)
	const struct CMUnitTest tests[] = {
	    T(test_every_failure_has_one_answer),
	    T(test_early_tries_are_not_evaluated),
	    T(test_throttle_outlives_a_restart),
	    T(test_strangers_do_not_lock_the_kiosk),
	    T(test_parallel_guesses_count_once),
	    T(test_temporary_password_only_leads_to_ones_own),
	    T(test_temporary_password_as_people_type_it),
	    T(test_expired_temporary_password_is_a_wrong_one),
	    T(test_second_user_of_a_temporary_password_is_out),
	    T(test_old_parameters_are_renewed),
	    T(test_hashes_of_one_account_share_one_computation),
	    T(test_forms_are_checked_before_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
