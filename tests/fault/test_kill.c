/* SPDX-License-Identifier: MIT */
/*
 * kill -9 at random instants under mixed writes. Whatever was acknowledged is
 * there afterwards, what was not is there as a whole or not at all, and the
 * database and its audit chain are sound.
 */
#include "tests/lib/check.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "db/store.h"
#include "proto/admin.pb-c.h"
#include "server/server.h"
#include "tests/lib/verify.h"
#include "tests/lib/wire.h"

#define N_ROUNDS     12u
#define N_WRITERS    4u
#define IN_FLIGHT    8u /* of each writer */
#define N_WRITES_MAX 20000u
#define PATIENT_EACH 16u /* every so many writes is a patient: slow, by a hash worker */

enum fate { FATE_NONE, FATE_SENT, FATE_ACKNOWLEDGED };

struct write {
	struct kill *kill;
	unsigned writer;
	enum fate fate;
	uint64_t id; /* of the establishment or patient, once acknowledged */
};

struct kill {
	struct fixture *f;
	struct wire *wire[N_WRITERS];
	struct write *writes; /* number = place */
	unsigned n_writes, n_acknowledged;
	unsigned kill_at; /* so many acknowledged in this round */
	bool over;
};

static bool
kill_is_patient(unsigned nr)
{
	return nr % PATIENT_EACH == PATIENT_EACH - 1;
}

static void kill_send(struct kill *k, unsigned writer);

static void
kill_done(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct write *w = arg;
	struct kill *k = w->kill;
	unsigned nr = (unsigned)(w - k->writes);

	(void)more;
	if (err != 0) {
		/* of the connection; a refusal would be an error of ours */
		if (e != NULL && e->code != EM_E_BUSY && e->code != EM_E_UNAVAILABLE)
			fail_msg("write %u refused: %s", nr, err_name((int)e->code));
		return;
	}
	w->fate = FATE_ACKNOWLEDGED;
	w->id = kill_is_patient(nr)
		    ? ((const Emage__AdminPatientAddReply *)msg)->patient_id
		    : ((const Emage__AdminEstablishmentAddReply *)msg)->establishment_id;
	k->n_acknowledged++;
	if (k->n_acknowledged < k->kill_at)
		kill_send(k, w->writer);
	else
		k->over = true;
}

static int
kill_establishment(struct rpc *rpc, unsigned nr, rpc_done *done, void *arg)
{
	Emage__AdminEstablishmentAddRequest rq = EMAGE__ADMIN_ESTABLISHMENT_ADD_REQUEST__INIT;
	char finess[16], name[48];

	snprintf(finess, sizeof(finess), "99%07u", nr);
	snprintf(name, sizeof(name), "Clinique fictive n° %u", nr);
	rq.finess = finess;
	rq.name = name;
	return rpc_call(rpc, METHOD_admin_establishment_add, &rq.base, 0, done, arg) != 0;
}

static void
kill_patient_request(unsigned nr, char ipp[32], Emage__AdminPatientAddRequest *rq)
{
	snprintf(ipp, 32, "IPP%u", nr);
	emage__admin_patient_add_request__init(rq);
	rq->civility = (char *)(uintptr_t) "Madame";
	rq->given_name = (char *)(uintptr_t) "Camille";
	rq->used_name = (char *)(uintptr_t) "FICTIVE";
	rq->birth_name = (char *)(uintptr_t) "FICTIVE";
	rq->birth_date = 19840531;
	rq->sex = (char *)(uintptr_t) "F";
	rq->email = (char *)(uintptr_t) "camille@example.org";
	rq->language = (char *)(uintptr_t) "fr";
	rq->ipp = ipp;
	rq->ipp_authority = (char *)(uintptr_t) "679900019";
	rq->operator_name = (char *)(uintptr_t) "Accueil fictif";
}

static void
kill_send(struct kill *k, unsigned writer)
{
	unsigned nr = k->n_writes++;
	struct write *w = &k->writes[nr];
	struct rpc *rpc = k->wire[writer]->rpc;
	Emage__AdminPatientAddRequest rq;
	char ipp[32];

	assert_true(nr < N_WRITES_MAX);
	*w = (struct write){.kill = k, .writer = writer, .fate = FATE_SENT};
	if (kill_is_patient(nr)) {
		kill_patient_request(nr, ipp, &rq);
		rpc_call(rpc, METHOD_admin_patient_add, &rq.base, 0, kill_done, w);
	} else {
		kill_establishment(rpc, nr, kill_done, w);
	}
}

/* Writes until so many have been acknowledged, then the server is killed with
 * the others under way. */
static void
kill_round(struct kill *k, unsigned acknowledged)
{
	struct pollfd p[N_WRITERS];
	unsigned i, n;
	int timeout_ms;

	k->over = false;
	k->kill_at = k->n_acknowledged + acknowledged;
	for (i = 0; i < N_WRITERS; i++)
		k->wire[i] = wire_open_local(k->f);
	for (i = 0; i < N_WRITERS; i++)
		for (n = 0; n < IN_FLIGHT; n++)
			kill_send(k, i);
	while (!k->over) {
		for (i = 0; i < N_WRITERS; i++)
			rpc_wants(k->wire[i]->rpc, &p[i].fd, &p[i].events, &timeout_ms);
		assert_true(poll(p, N_WRITERS, FIXTURE_DEADLINE_MS) > 0);
		for (i = 0; i < N_WRITERS && !k->over; i++)
			rpc_step(k->wire[i]->rpc);
	}
	fixture_kill(k->f);
	/* replies that had left before it died count as well */
	for (i = 0; i < N_WRITERS; i++) {
		while (rpc_pending(k->wire[i]->rpc) > 0 && net_state(k->wire[i]->net) == NET_UP)
			rpc_step(k->wire[i]->rpc);
		wire_free(&k->wire[i]);
	}
}

/* ------------------------------------------------------------- what is there */

static struct store *
kill_open_store(const struct kill *k, char **path_r)
{
	struct store_options o = {.cache_bytes = 8 << 20, .queue_max = 4, .batch_max = 4};
	struct store *store;

	*path_r = mem_printf("%s/" SERVER_DATABASE, k->f->storage);
	o.path = *path_r;
	assert_int_equal(store_open(&o, &store), 0);
	return store;
}

static int
kill_verify_write(struct store_conn *db, const struct write *w, unsigned nr)
{
	uint64_t id = 0;
	char key[32];
	int rc;

	if (kill_is_patient(nr)) {
		snprintf(key, sizeof(key), "IPP%u", nr);
		rc = store_patient_by_ipp(db, "679900019", key, &id);
	} else {
		snprintf(key, sizeof(key), "99%07u", nr);
		rc = store_establishment_by_finess(db, key, &id);
	}
	if (w->fate == FATE_ACKNOWLEDGED && (rc != 0 || id != w->id))
		fail_msg("write %u was acknowledged and is lost", nr);
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

/* A patient is there with account and consent, or not at all. */
static void
kill_verify_whole(sqlite3 *db)
{
	static const char *const none[] = {
	    "SELECT count(*) FROM patient WHERE patient_id NOT IN"
	    " (SELECT patient_id FROM account WHERE patient_id IS NOT NULL)",
	    "SELECT count(*) FROM patient WHERE patient_id NOT IN"
	    " (SELECT patient_id FROM patient_number)",
	    "SELECT count(*) FROM account WHERE patient_id NOT IN (SELECT patient_id FROM consent)",
	    "SELECT count(*) FROM pragma_foreign_key_check",
	    "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
	};
	sqlite3_stmt *s;
	size_t i;

	for (i = 0; i < ARRAY_LEN(none); i++) {
		assert_int_equal(sqlite3_prepare_v2(db, none[i], -1, &s, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_step(s), SQLITE_ROW);
		if (sqlite3_column_int64(s, 0) != 0)
			fail_msg("%s", none[i]);
		sqlite3_finalize(s);
	}
}

static void
kill_verify(struct kill *k)
{
	struct store_conn *reader;
	struct store *store;
	sqlite3 *db;
	unsigned i;
	char *path;

	store = kill_open_store(k, &path);
	assert_int_equal(store_reader_new(store, &reader), 0);
	for (i = 0; i < k->n_writes; i++)
		assert_int_equal(kill_verify_write(reader, &k->writes[i], i), 0);
	(void)verify_rows(reader);
	store_reader_free(&reader);
	store_close(&store);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	kill_verify_whole(db);
	sqlite3_close(db);
	free(path);
}

static void
test_killed_under_mixed_writes(void **state)
{
	static const char *const sets[] = {"threads.io=2", NULL};
	struct kill k = {.f = fixture_new(sets)};
	uint32_t any = (uint32_t)clock_now_ms();
	unsigned round;

	(void)state;
	print_message("instants from seed %u\n", any);
	k.writes = mem_new_array(N_WRITES_MAX, sizeof(*k.writes));
	for (round = 0; round < N_ROUNDS; round++) {
		any = any * 1664525 + 1013904223;
		fixture_start(k.f);
		kill_round(&k, 1 + any / 65536 % 150);
		kill_verify(&k);
	}
	print_message("%u writes, %u acknowledged, none lost\n", k.n_writes, k.n_acknowledged);
	/* and it serves again */
	fixture_start(k.f);
	fixture_add_establishment(k.f, "679900019", "Clinique fictive");
	assert_int_equal(fixture_stop(k.f), 0);
	free(k.writes);
	fixture_free(&k.f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_killed_under_mixed_writes),
	};

	return cmocka_run_group_tests_name("kill", tests, NULL, NULL);
}
