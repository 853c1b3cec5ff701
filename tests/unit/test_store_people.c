/* SPDX-License-Identifier: MIT */
/* Accounts, counters, challenges, sessions and messages in a real database. */
#include "tests/unit/test_store.h"

#include <sqlite3.h>

/* Runs one store function as a job of the writer: W(f, store_x(db, ...)). */
#define JOB(name, type, call)                                                                      \
	static int name(struct store_conn *db, void *arg)                                          \
	{                                                                                          \
		type *a = arg;                                                                     \
		return call;                                                                       \
	}

/* ----------------------------------------------------------------- accounts */

static void
test_account_round_trip(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct store_account a;

	assert_int_equal(store_account_by_identifier(f->reader, f->arena, "emmartin1", &a), 0);
	assert_int_equal(a.account_id, p.account_id);
	assert_int_equal(a.patient_id, p.patient_id);
	assert_int_equal(a.role, 1);
	assert_int_equal(a.state, ACCOUNT_ACTIVE);
	assert_string_equal(a.civility, "Madame");
	assert_string_equal(a.given_name, "Camille");
	assert_string_equal(a.used_name, "FICTIVE");
	assert_string_equal(a.birth_name, "EXEMPLE");
	assert_string_equal(a.email, "camille@exemple.invalid");
	assert_string_equal(a.mobile, "+33600000042");
	assert_string_equal(a.password_hash, "");
	assert_string_equal(a.temp_hash, "$temp$");
	assert_int_equal(a.temp_expires_at_ms, NOW_MS + 1000);
	assert_int_equal(store_account_by_id(f->reader, f->arena, p.account_id, &a), 0);
	assert_string_equal(a.identifier, "emmartin1");
	assert_int_equal(
	    store_account_by_identifier(f->reader, f->arena, "nobody", &a), -EM_E_NOT_FOUND);
	assert_int_equal(store_account_by_id(f->reader, f->arena, UINT64_MAX, &a), -EM_E_NOT_FOUND);
}

struct hash_args {
	uint64_t account_id;
	const char *hash, *old;
};
JOB(run_set_password, struct hash_args, store_account_set_password(db, a->account_id, a->hash))
JOB(run_rehash, struct hash_args, store_account_rehash(db, a->account_id, a->old, a->hash))

static void
test_own_password_ends_the_temporary_one(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct hash_args h = {.account_id = p.account_id, .hash = "$own$", .old = "$stale$"};
	struct store_account a;

	assert_int_equal(store_run(f->store, run_set_password, &h), 0);
	assert_int_equal(store_account_by_id(f->reader, f->arena, p.account_id, &a), 0);
	assert_string_equal(a.password_hash, "$own$");
	assert_string_equal(a.temp_hash, "");
	assert_int_equal(a.temp_expires_at_ms, 0);

	/* a hash that somebody has replaced meanwhile is left alone */
	h.hash = "$new$";
	assert_int_equal(store_run(f->store, run_rehash, &h), -EM_E_NOT_FOUND);
	h.old = "$own$";
	assert_int_equal(store_run(f->store, run_rehash, &h), 0);
	assert_int_equal(store_account_by_id(f->reader, f->arena, p.account_id, &a), 0);
	assert_string_equal(a.password_hash, "$new$");
	h.account_id = 999;
	assert_int_equal(store_run(f->store, run_set_password, &h), -EM_E_NOT_FOUND);
}

struct add_args {
	struct store_patient_new n;
	uint64_t patient_id, account_id;
};
JOB(run_add, struct add_args, store_patient_add(db, &a->n, &a->patient_id, &a->account_id))

static void
test_patient_taken_keys_leave_nothing(void **state)
{
	struct fixture *f = *state;
	struct add_args one = {.n = fixture_patient_new("one")};
	struct add_args two = {.n = fixture_patient_new("two")};
	struct store_account a;
	uint64_t id;

	one.n.ipp = "IPP0001";
	one.n.ipp_authority = "CHU-FICTIF";
	assert_int_equal(store_run(f->store, run_add, &one), 0);
	assert_int_equal(store_patient_by_ipp(f->reader, "CHU-FICTIF", "IPP0001", &id), 0);
	assert_int_equal(id, one.patient_id);
	assert_int_equal(store_patient_by_ipp(f->reader, "AUTRE", "IPP0001", &id), -EM_E_NOT_FOUND);

	/* number taken: no account either */
	two.n.ipp = "IPP0001";
	two.n.ipp_authority = "CHU-FICTIF";
	assert_int_equal(store_run(f->store, run_add, &two), -EM_E_EXISTS);
	assert_int_equal(
	    store_account_by_identifier(f->reader, f->arena, "two", &a), -EM_E_NOT_FOUND);
	/* identifier taken: no number either */
	two.n.identifier = "one";
	two.n.ipp = "IPP0002";
	assert_int_equal(store_run(f->store, run_add, &two), -EM_E_EXISTS);
	assert_int_equal(
	    store_patient_by_ipp(f->reader, "CHU-FICTIF", "IPP0002", &id), -EM_E_NOT_FOUND);
	/* the same number from somebody else is another number */
	two.n.identifier = "two";
	two.n.ipp = "IPP0001";
	two.n.ipp_authority = "AUTRE";
	assert_int_equal(store_run(f->store, run_add, &two), 0);
}

/* ----------------------------------------------------------------- counters */

struct counter_args {
	enum counter_kind kind;
	uint8_t key[32];
	struct store_counter c;
	int64_t before_ms;
};
JOB(run_put, struct counter_args, store_counter_put(db, a->kind, a->key, &a->c))
JOB(run_counter_purge, struct counter_args, store_counter_purge(db, a->before_ms))

static void
test_counter(void **state)
{
	struct fixture *f = *state;
	struct counter_args a = {.kind = COUNTER_PASSWORD,
	    .key = {1, 2, 3},
	    .c = {.n = 7, .since_ms = 100, .last_ms = 200},
	    .before_ms = 200};
	struct store_counter c = {.n = 99};

	assert_int_equal(store_counter_get(f->reader, a.kind, a.key, &c), 0);
	assert_int_equal(c.n, 0);
	assert_int_equal(store_run(f->store, run_put, &a), 0);
	a.c.n = 8;
	assert_int_equal(store_run(f->store, run_put, &a), 0);
	assert_int_equal(store_counter_get(f->reader, a.kind, a.key, &c), 0);
	assert_int_equal(c.n, 8);
	assert_int_equal(c.since_ms, 100);
	assert_int_equal(c.last_ms, 200);
	/* each kind counts for itself */
	assert_int_equal(store_counter_get(f->reader, COUNTER_CODE, a.key, &c), 0);
	assert_int_equal(c.n, 0);

	assert_int_equal(store_run(f->store, run_counter_purge, &a), 0);
	assert_int_equal(store_counter_get(f->reader, a.kind, a.key, &c), 0);
	assert_int_equal(c.n, 8);
	a.before_ms = 201;
	/* what locks is not forgotten, sends are */
	a.c.n = 20;
	assert_int_equal(store_run(f->store, run_put, &a), 0);
	assert_int_equal(store_run(f->store, run_counter_purge, &a), 0);
	assert_int_equal(store_counter_get(f->reader, a.kind, a.key, &c), 0);
	assert_int_equal(c.n, 20);
	a.kind = COUNTER_SEND_DAY;
	assert_int_equal(store_run(f->store, run_put, &a), 0);
	assert_int_equal(store_run(f->store, run_counter_purge, &a), 0);
	assert_int_equal(store_counter_get(f->reader, a.kind, a.key, &c), 0);
	assert_int_equal(c.n, 0);
	a.kind = COUNTER_PASSWORD;
	a.c.n = 19;
	assert_int_equal(store_run(f->store, run_put, &a), 0);
	assert_int_equal(store_run(f->store, run_counter_purge, &a), 0);
	assert_int_equal(store_counter_get(f->reader, a.kind, a.key, &c), 0);
	assert_int_equal(c.n, 0);
}

/* --------------------------------------------------------------- challenges */

struct challenge_args {
	struct store_challenge c;
	uint64_t id;
	uint32_t left;
	int64_t now_ms;
};
JOB(run_challenge, struct challenge_args, store_challenge_add(db, &a->c, &a->id))
JOB(run_try, struct challenge_args, store_challenge_take_try(db, a->id, &a->left))
JOB(run_use, struct challenge_args, store_challenge_use(db, a->id, a->now_ms))
JOB(run_renew, struct challenge_args, store_challenge_renew(db, &a->c))
JOB(run_end_all, struct challenge_args, store_challenge_end_all(db, a->c.account_id))
JOB(run_challenge_purge, struct challenge_args, store_challenge_purge(db, a->now_ms))

static struct challenge_args
challenge_of(const struct fixture_patient *p)
{
	struct challenge_args a = {
	    .c = {.account_id = p->account_id,
		.created_at_ms = NOW_MS,
		.sent_at_ms = NOW_MS,
		.expires_at_ms = NOW_MS + 900000,
		.channel = 1,
		.tries_left = 3,
		.n_sends = 1,
		.temp_password = true},
	    .now_ms = NOW_MS + 5,
	};

	memset(a.c.code_hash, 0xaa, sizeof(a.c.code_hash));
	memset(a.c.binding, 0xbb, sizeof(a.c.binding));
	return a;
}

static void
test_challenge_tries(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct challenge_args a = challenge_of(&p);
	struct store_challenge c;
	uint32_t i;

	assert_int_equal(store_run(f->store, run_challenge, &a), 0);
	assert_int_equal(store_challenge_get(f->reader, a.id, &c), 0);
	a.c.challenge_id = a.id;
	assert_int_equal(c.account_id, p.account_id);
	assert_int_equal(c.expires_at_ms, NOW_MS + 900000);
	assert_int_equal(c.tries_left, 3);
	assert_true(c.temp_password);
	assert_memory_equal(c.code_hash, a.c.code_hash, 32);
	assert_memory_equal(c.binding, a.c.binding, 32);

	for (i = 3; i-- > 0;) {
		assert_int_equal(store_run(f->store, run_try, &a), 0);
		assert_int_equal(a.left, i);
	}
	assert_int_equal(store_run(f->store, run_try, &a), -EM_E_CODE_DEAD);

	/* another code in the same challenge gives no try back */
	a.c.tries_left = 3;
	a.c.n_sends = 2;
	a.c.sent_at_ms = NOW_MS + 60000;
	memset(a.c.code_hash, 0xcc, 32);
	assert_int_equal(store_run(f->store, run_renew, &a), 0);
	assert_int_equal(store_challenge_get(f->reader, a.id, &c), 0);
	assert_int_equal(c.tries_left, 0);
	assert_int_equal(c.n_sends, 2);
	assert_int_equal(c.sent_at_ms, NOW_MS + 60000);
	assert_memory_equal(c.code_hash, a.c.code_hash, 32);
	assert_int_equal(store_run(f->store, run_try, &a), -EM_E_CODE_DEAD);
}

static void
test_challenge_used_once_and_replaced(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct fixture_patient other = fixture_patient(f, "emautre2");
	struct challenge_args a = challenge_of(&p), b = a, o = challenge_of(&other);
	struct store_challenge c;

	assert_int_equal(store_run(f->store, run_challenge, &a), 0);
	assert_int_equal(store_run(f->store, run_challenge, &o), 0);
	assert_int_equal(store_run(f->store, run_use, &a), 0);
	assert_int_equal(store_run(f->store, run_use, &a), -EM_E_NOT_FOUND);
	assert_int_equal(store_run(f->store, run_try, &a), -EM_E_NOT_FOUND);
	assert_int_equal(store_challenge_get(f->reader, a.id, &c), -EM_E_NOT_FOUND);

	/* a second one of the account ends the first, not somebody else's */
	assert_int_equal(store_run(f->store, run_challenge, &a), 0);
	assert_int_equal(store_run(f->store, run_challenge, &b), 0);
	assert_int_not_equal(a.id, b.id);
	assert_int_equal(store_challenge_get(f->reader, a.id, &c), -EM_E_NOT_FOUND);
	assert_int_equal(store_run(f->store, run_use, &a), -EM_E_NOT_FOUND);
	assert_int_equal(store_challenge_get(f->reader, b.id, &c), 0);
	assert_int_equal(store_challenge_get(f->reader, o.id, &c), 0);

	assert_int_equal(store_run(f->store, run_end_all, &b), 0);
	assert_int_equal(store_challenge_get(f->reader, b.id, &c), -EM_E_NOT_FOUND);

	/* numbers are not given twice, even after all rows are gone */
	o.now_ms = NOW_MS + 1;
	assert_int_equal(store_run(f->store, run_challenge_purge, &o), 0);
	assert_int_equal(store_challenge_get(f->reader, o.id, &c), -EM_E_NOT_FOUND);
	assert_int_equal(store_run(f->store, run_challenge, &a), 0);
	assert_true(a.id > b.id);
}

/* ----------------------------------------------------------------- sessions */

struct session_args {
	struct store_session s;
	uint64_t id, except;
	int64_t at_ms;
	uint8_t token[32];
};
JOB(run_session, struct session_args, store_session_add(db, &a->s, &a->id))
JOB(run_touch, struct session_args, store_session_touch(db, a->id, a->at_ms))
JOB(run_retoken, struct session_args, store_session_retoken(db, a->id, a->token, a->at_ms))
JOB(run_end, struct session_args, store_session_end(db, a->id))
JOB(run_session_end_all, struct session_args, store_session_end_all(db, a->s.account_id, a->except))
JOB(run_session_purge, struct session_args, store_session_purge(db, a->at_ms))

static struct session_args
session_of(const struct fixture_patient *p, uint8_t token, int64_t opened_at_ms)
{
	struct session_args a = {.s = {
				     .account_id = p->account_id,
				     .patient_id = p->patient_id,
				     .role = 1,
				     .kind = 2,
				     .opened_at_ms = opened_at_ms,
				     .active_at_ms = opened_at_ms,
				     .idle_limit_ms = 120000,
				     .ends_at_ms = opened_at_ms + 900000,
				     .factors = 3,
				 }};

	memset(a.s.token_hash, token, 32);
	return a;
}

static void
test_session_life(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct session_args a = session_of(&p, 1, NOW_MS);
	struct store_session s;

	assert_int_equal(store_run(f->store, run_session, &a), 0);
	assert_int_equal(store_session_get(f->reader, a.id, &s), 0);
	assert_int_equal(s.patient_id, p.patient_id);
	assert_int_equal(s.kind, 2);
	assert_int_equal(s.factors, 3);
	assert_int_equal(s.idle_limit_ms, 120000);
	assert_int_equal(s.ends_at_ms, NOW_MS + 900000);
	assert_int_equal(store_session_by_token(f->reader, a.s.token_hash, &s), 0);
	assert_int_equal(s.session_id, a.id);

	/* never backwards */
	a.at_ms = NOW_MS + 5000;
	assert_int_equal(store_run(f->store, run_touch, &a), 0);
	a.at_ms = NOW_MS + 4000;
	assert_int_equal(store_run(f->store, run_touch, &a), 0);
	assert_int_equal(store_session_get(f->reader, a.id, &s), 0);
	assert_int_equal(s.active_at_ms, NOW_MS + 5000);

	memset(a.token, 2, 32);
	assert_int_equal(store_run(f->store, run_retoken, &a), 0);
	assert_int_equal(store_session_by_token(f->reader, a.s.token_hash, &s), -EM_E_NOT_FOUND);
	assert_int_equal(store_session_by_token(f->reader, a.token, &s), 0);
	assert_int_equal(s.generation, 1);

	assert_int_equal(store_run(f->store, run_end, &a), 0);
	assert_int_equal(store_run(f->store, run_end, &a), -EM_E_NOT_FOUND);
	assert_int_equal(store_run(f->store, run_touch, &a), -EM_E_NOT_FOUND);
	assert_int_equal(store_session_by_token(f->reader, a.token, &s), -EM_E_NOT_FOUND);
}

static void
test_session_list_and_end(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct fixture_patient other = fixture_patient(f, "emautre2");
	struct session_args a = session_of(&p, 1, NOW_MS), b = session_of(&p, 2, NOW_MS + 1);
	struct session_args c = session_of(&p, 3, NOW_MS + 2), o = session_of(&other, 4, NOW_MS);
	struct store_session s[2];
	unsigned n;

	assert_int_equal(store_run(f->store, run_session, &a), 0);
	assert_int_equal(store_run(f->store, run_session, &b), 0);
	assert_int_equal(store_run(f->store, run_session, &c), 0);
	assert_int_equal(store_run(f->store, run_session, &o), 0);
	assert_int_equal(store_session_list(f->reader, p.account_id, s, 2, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(s[0].session_id, c.id);
	assert_int_equal(s[1].session_id, b.id);

	a.except = b.id;
	assert_int_equal(store_run(f->store, run_session_end_all, &a), 0);
	assert_int_equal(store_session_list(f->reader, p.account_id, s, 2, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(s[0].session_id, b.id);
	assert_int_equal(store_session_get(f->reader, o.id, s), 0);

	/* idle and absolute limits */
	o.at_ms = NOW_MS + 119999;
	assert_int_equal(store_run(f->store, run_session_purge, &o), 0);
	assert_int_equal(store_session_get(f->reader, o.id, s), 0);
	o.at_ms = NOW_MS + 120000;
	assert_int_equal(store_run(f->store, run_session_purge, &o), 0);
	assert_int_equal(store_session_get(f->reader, o.id, s), -EM_E_NOT_FOUND);
	assert_int_equal(store_session_get(f->reader, b.id, s), 0);
	b.at_ms = NOW_MS + 899000;
	assert_int_equal(store_run(f->store, run_touch, &b), 0);
	b.at_ms = NOW_MS + 900001;
	assert_int_equal(store_run(f->store, run_session_purge, &b), 0);
	assert_int_equal(store_session_get(f->reader, b.id, s), -EM_E_NOT_FOUND);
}

/* ------------------------------------------------------------------- outbox */

struct outbox_args {
	struct store_message m;
	uint64_t id;
	enum outbox_state to;
	int64_t due_at_ms;
};
JOB(run_post, struct outbox_args, store_outbox_add(db, &a->m, &a->id))
JOB(run_mark, struct outbox_args, store_outbox_mark(db, a->id, a->to, 1, a->due_at_ms))

JOB(run_hold, struct outbox_args, store_outbox_hold(db, a->id, a->due_at_ms))

/* How many by e-mail are due. */
static unsigned
outbox_due(struct fixture *f, enum outbox_kind kind, struct store_message *m, unsigned max)
{
	unsigned n = 0;

	assert_int_equal(store_outbox_due(f->reader, f->arena, kind, 1, NOW_MS, m, max, &n), 0);
	return n;
}

static struct outbox_args
message_of(const struct fixture_patient *p, enum outbox_kind kind, uint8_t key, int64_t due_at_ms)
{
	return (struct outbox_args){.m = {
					.kind = kind,
					.channel = 1,
					.account_id = p->account_id,
					.address = "camille@exemple.invalid",
					.language = "fr",
					.subject = "Votre code",
					.body = "secret body",
					.created_at_ms = NOW_MS,
					.due_at_ms = due_at_ms,
					.key = {key},
				    }};
}

static void
test_outbox_order_and_blanking(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct outbox_args notice = message_of(&p, OUTBOX_NOTICE, 1, NOW_MS);
	struct outbox_args code = message_of(&p, OUTBOX_CODE, 2, NOW_MS);
	struct outbox_args code2 = message_of(&p, OUTBOX_CODE, 3, NOW_MS);
	struct outbox_args later = message_of(&p, OUTBOX_CODE, 4, NOW_MS + 500);
	struct store_message m[4];
	int64_t due;

	assert_int_equal(store_outbox_next_due(f->reader, NOW_MS, &due), 0);
	assert_int_equal(due, 0);
	assert_int_equal(store_run(f->store, run_post, &later), 0);
	assert_int_equal(store_run(f->store, run_post, &notice), 0);
	assert_int_equal(store_run(f->store, run_post, &code), 0);
	assert_int_equal(store_run(f->store, run_post, &code2), 0);
	assert_int_equal(store_run(f->store, run_post, &code2), -EM_E_EXISTS);

	assert_int_equal(outbox_due(f, OUTBOX_CODE, m, 4), 2);
	assert_int_equal(m[0].outbox_id, code.id);
	assert_int_equal(m[1].outbox_id, code2.id);
	assert_string_equal(m[0].body, "secret body");
	assert_string_equal(m[0].address, "camille@exemple.invalid");
	assert_int_equal(m[0].key[0], 2);
	assert_int_equal(outbox_due(f, OUTBOX_CODE, m, 1), 1);
	assert_int_equal(outbox_due(f, OUTBOX_NOTICE, m, 4), 1);
	assert_int_equal(m[0].outbox_id, notice.id);

	/* tried in vain: later again */
	code.to = OUTBOX_WAITING;
	code.due_at_ms = NOW_MS + 100;
	assert_int_equal(store_run(f->store, run_mark, &code), 0);
	assert_int_equal(outbox_due(f, OUTBOX_CODE, m, 4), 1);
	assert_int_equal(store_outbox_next_due(f->reader, NOW_MS, &due), 0);
	assert_int_equal(due, NOW_MS + 100);
	code.to = code2.to = OUTBOX_SENT;
	assert_int_equal(store_run(f->store, run_mark, &code), 0);
	assert_int_equal(store_run(f->store, run_mark, &code), -EM_E_NOT_FOUND);
	assert_int_equal(store_run(f->store, run_mark, &code2), 0);
	assert_int_equal(outbox_due(f, OUTBOX_CODE, m, 4), 0);
	assert_int_equal(store_outbox_next_due(f->reader, NOW_MS, &due), 0);
	assert_int_equal(due, NOW_MS + 500);
}

JOB(run_outbox_purge, int64_t, store_outbox_purge(db, *a))

/* The number of rows with words or an address, behind the store's back. */
static int
rows_with_words(struct fixture *f)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;
	int n;

	assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
			     "SELECT COUNT(*) FROM outbox WHERE address <> '' OR subject <> ''"
			     " OR body <> ''",
			     -1, &stmt, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return n;
}

/* What has left says nothing any more, and goes after its days; what waits stays. */
static void
test_outbox_forgotten(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct outbox_args sent = message_of(&p, OUTBOX_NOTICE, 1, NOW_MS);
	struct outbox_args dropped = message_of(&p, OUTBOX_CODE, 2, NOW_MS);
	struct outbox_args waits = message_of(&p, OUTBOX_NOTICE, 3, NOW_MS);
	int64_t before_ms = NOW_MS;
	enum outbox_state was;

	assert_int_equal(store_run(f->store, run_post, &sent), 0);
	assert_int_equal(store_run(f->store, run_post, &dropped), 0);
	assert_int_equal(store_run(f->store, run_post, &waits), 0);
	assert_int_equal(rows_with_words(f), 3);
	sent.to = OUTBOX_SENT;
	dropped.to = OUTBOX_DROPPED;
	sent.due_at_ms = dropped.due_at_ms = NOW_MS;
	assert_int_equal(store_run(f->store, run_mark, &sent), 0);
	assert_int_equal(store_run(f->store, run_mark, &dropped), 0);
	assert_int_equal(rows_with_words(f), 1);

	assert_int_equal(store_run(f->store, run_outbox_purge, &before_ms), 0);
	assert_int_equal(store_outbox_state(f->reader, sent.id, &was), 0);
	before_ms++;
	assert_int_equal(store_run(f->store, run_outbox_purge, &before_ms), 0);
	assert_int_equal(store_outbox_state(f->reader, sent.id, &was), -EM_E_NOT_FOUND);
	assert_int_equal(store_outbox_state(f->reader, dropped.id, &was), -EM_E_NOT_FOUND);
	assert_int_equal(store_outbox_state(f->reader, waits.id, &was), 0);
}

/* What a receiver does not take now holds back its other notices, not its codes nor
 * anybody else's. */
static void
test_outbox_held_with_its_receiver(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct outbox_args first = message_of(&p, OUTBOX_NOTICE, 1, NOW_MS);
	struct outbox_args second = message_of(&p, OUTBOX_NOTICE, 2, NOW_MS);
	struct outbox_args code = message_of(&p, OUTBOX_CODE, 3, NOW_MS);
	struct outbox_args other = message_of(&p, OUTBOX_NOTICE, 4, NOW_MS);
	struct store_message m[4];

	other.m.address = "dominique@exemple.invalid";
	assert_int_equal(store_run(f->store, run_post, &first), 0);
	assert_int_equal(store_run(f->store, run_post, &second), 0);
	assert_int_equal(store_run(f->store, run_post, &code), 0);
	assert_int_equal(store_run(f->store, run_post, &other), 0);
	first.due_at_ms = NOW_MS + 1000;
	assert_int_equal(store_run(f->store, run_hold, &first), 0);
	assert_int_equal(outbox_due(f, OUTBOX_CODE, m, 4), 1);
	assert_int_equal(outbox_due(f, OUTBOX_NOTICE, m, 4), 1);
	assert_int_equal(m[0].outbox_id, other.id);
}

static bool
file_holds(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	size_t len = strlen(word), at = 0;
	int c;
	bool found = false;

	assert_non_null(file);
	while (!found && (c = fgetc(file)) != EOF) {
		at = c == word[at] ? at + 1 : (c == word[0]);
		found = at == len;
	}
	fclose(file);
	return found;
}

/* Sent codes are gone from the file itself, not only from the rows. */
static void
test_sent_code_is_overwritten(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct outbox_args code = message_of(&p, OUTBOX_CODE, 2, NOW_MS);

	code.m.body = "Kennwort-im-Klartext";
	assert_int_equal(store_run(f->store, run_post, &code), 0);
	fixture_close(f);
	assert_true(file_holds(f->path, "Kennwort-im-Klartext"));
	fixture_open(f);
	code.to = OUTBOX_SENT;
	assert_int_equal(store_run(f->store, run_mark, &code), 0);
	fixture_close(f);
	assert_false(file_holds(f->path, "Kennwort-im-Klartext"));
	fixture_open(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_account_round_trip),
	    TEST(test_own_password_ends_the_temporary_one),
	    TEST(test_patient_taken_keys_leave_nothing),
	    TEST(test_counter),
	    TEST(test_challenge_tries),
	    TEST(test_challenge_used_once_and_replaced),
	    TEST(test_session_life),
	    TEST(test_session_list_and_end),
	    TEST(test_outbox_order_and_blanking),
	    TEST(test_outbox_forgotten),
	    TEST(test_outbox_held_with_its_receiver),
	    TEST(test_sent_code_is_overwritten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
