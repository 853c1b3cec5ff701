/* SPDX-License-Identifier: MIT */
/*
 * What a patient waits for on the screens about professionals: a page of the
 * history, a search in the directory, and until a block holds while others load.
 * Times are those of one client that asks and waits: the way over loopback is in
 * them.
 */
#include "tests/bench/access.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "db/store.h"
#include "proto/access.pb-c.h"
#include "server/server.h"
#include "tests/bench/data.h"
#include "tests/bench/proc.h"
#include "tools/lib/connection.h"

#define N_PROFESSIONALS 300000u
#define N_HISTORY_SHORT 61u
#define N_HISTORY_LONG	100000u
#define ROWS_A_JOB	10000u
#define N_SPECIALTIES	60u
#define N_PLACES	40u /* of data.c */
#define N_CALLS		1500u
#define N_BLOCKS	40u
#define LOAD_MS		4000
#define N_LOADING	64u
#define FIRST_MS	1400000000000LL

/* Sessions 64 and 65: who reads the short history and blocks, and who reads the
 * long one. */
#define SESSION_SHORT 64u
#define SESSION_LONG  65u

/* ------------------------------------------------------------------ filling */

static const char *const given_names[] = {"Marie", "Jean", "Anne", "Pierre", "Jean-Paul", "Camille",
    "Dominique", "Françoise", "Nathalie", "Émile", "Zoé", "Loïc", "Catherine", "Vincent", "Marc",
    "Hélène", "Jean-Luc", "Marie-Noëlle", "Benoît", "Wanda"};
static const char *const syllables[] = {"MAR", "BER", "DU", "LE", "FA", "VA", "RO", "CHE", "MUL",
    "SCHMI", "TIN", "NARD", "PONT", "ROUX", "LET", "DON", "ZEL", "GER", "BACH", "LIN"};

/* Of a fixed sequence, so that every run measures the same. */
static uint32_t
access_draw(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*state >> 33);
}

/* Small numbers more often than large ones, as names are. */
static uint32_t
access_draw_low(uint64_t *state, uint32_t n)
{
	uint32_t a = access_draw(state) % n, b = access_draw(state) % n;

	return a < b ? a : b;
}

struct access_job {
	uint64_t random;
	uint32_t from, n; /* rows, or professionals */
	uint64_t patient_id;
};

static int
access_run_people(struct store_conn *db, void *arg)
{
	struct access_job *j = arg;
	int rc = 0;

	for (uint32_t i = j->from; i < j->from + j->n && rc == 0; i++) {
		char rpps[16], family[64], code[8], label[32];
		struct store_professional_line l = {
		    .rpps = rpps,
		    .family_name = family,
		    .given_name = given_names[access_draw_low(&j->random, ARRAY_LEN(given_names))],
		    .profession_code = i % 20 == 0 ? "40" : "10",
		    .profession = i % 20 == 0 ? "Chirurgien-Dentiste" : "Médecin",
		    .specialty_code = code,
		    .specialty = label,
		    .load_id = 1,
		};
		enum store_put put;
		uint32_t specialty = access_draw_low(&j->random, N_SPECIALTIES);

		(void)snprintf(rpps, sizeof(rpps), "%011u", i);
		(void)snprintf(family, sizeof(family), "%s%s%s",
		    syllables[access_draw_low(&j->random, ARRAY_LEN(syllables))],
		    syllables[access_draw_low(&j->random, ARRAY_LEN(syllables))],
		    syllables[access_draw_low(&j->random, ARRAY_LEN(syllables))]);
		(void)snprintf(code, sizeof(code), "SM%02u", specialty);
		(void)snprintf(label, sizeof(label), "Spécialité %u (SM)", specialty);
		if (i % 3 == 0)
			l.establishment_id = 1 + access_draw_low(&j->random, N_PLACES);
		rc = store_professional_put(db, &l, &put);
	}
	return rc;
}

static int
access_run_history(struct store_conn *db, void *arg)
{
	static const struct store_actor by = {.name = "", .terminal = "terminal"};
	struct access_job *j = arg;
	int rc = 0;

	for (uint32_t i = j->from; i < j->from + j->n && rc == 0; i++) {
		struct store_access e = {
		    .patient_id = j->patient_id,
		    .at_ms = FIRST_MS + (int64_t)i * 60000,
		    .recorded_at_ms = FIRST_MS + (int64_t)i * 60000,
		    .rpps = "10000000009",
		    .family_name = syllables[access_draw(&j->random) % ARRAY_LEN(syllables)],
		    .given_name = given_names[access_draw(&j->random) % ARRAY_LEN(given_names)],
		    .profession = "Médecin",
		    .specialty = "Radiologie (SCH)",
		    .establishment = "CHU FICTIF",
		    .motive = "seen",
		    .motive_label = "Vu en consultation",
		    .motive_detail = "",
		    .terminal = "poste 4",
		};
		uint64_t number;

		rc = store_access_append(db, &e, &by, &number);
	}
	return rc;
}

static void
access_run_all(struct store *store, int (*run)(struct store_conn *db, void *arg),
    struct access_job *j, uint32_t n)
{
	for (j->from = 0; j->from < n; j->from += j->n) {
		j->n = n - j->from < ROWS_A_JOB ? n - j->from : ROWS_A_JOB;
		if (store_run(store, run, j) != 0)
			die("bench access: rows were refused");
	}
}

static uint32_t
access_rows(struct store *store, uint64_t patient_id)
{
	const struct store_access_query q = {
	    .patient_id = patient_id, .from_ms = INT64_MIN, .before_ms = INT64_MAX, .name = ""};
	struct store_conn *reader;
	uint32_t n = 0;

	if (store_reader_new(store, &reader) != 0 || store_access_count(reader, &q, &n) != 0)
		die("bench access: cannot read");
	store_reader_free(&reader);
	return n;
}

void
access_fill(const char *directory, uint32_t n_patients)
{
	char *path = mem_printf("%s/" SERVER_DATABASE, directory);
	const struct store_options o = {
	    .path = path, .cache_bytes = BENCH_CACHE_MIB << 20, .queue_max = 100, .batch_max = 64};
	const uint64_t readers[] = {data_session_patient(n_patients, SESSION_SHORT),
	    data_session_patient(n_patients, SESSION_LONG)};
	struct access_job j = {.random = 1};
	struct store *store;

	if (store_open(&o, &store) != 0)
		die("bench access: %s: cannot open", path);
	/* the long history comes last: with it all is there */
	if (access_rows(store, readers[1]) < N_HISTORY_LONG) {
		access_run_all(store, access_run_people, &j, N_PROFESSIONALS);
		j.patient_id = readers[0];
		access_run_all(store, access_run_history, &j, N_HISTORY_SHORT);
		j.patient_id = readers[1];
		access_run_all(store, access_run_history, &j, N_HISTORY_LONG);
	}
	store_close(&store);
	free(path);
}

/* ---------------------------------------------------------------- measuring */

static void
access_call(struct connection *c, enum method_index m, const ProtobufCMessage *request,
    ProtobufCMessage **reply_r)
{
	Emage__Error *e = NULL;
	int rc = rpc_call_wait(c->rpc, m, request, c->timeout_ms, reply_r, &e);

	if (rc != 0)
		die("bench access: %s refused: %s", method_at((unsigned)m)->name, err_name(rc));
}

static void
access_connect(const struct load_target *t, uint32_t session, struct connection *c)
{
	char *server = mem_printf("127.0.0.1:%d", t->port);
	const struct connection_options o = {
	    .server = server, .ca_path = t->ca_path, .timeout_ms = 10000};
	Emage__SessionResumeRequest resume = EMAGE__SESSION_RESUME_REQUEST__INIT;
	ProtobufCMessage *msg;
	uint8_t token[32];

	*c = (struct connection){.timeout_ms = 10000};
	if (connection_open(c, "bench", &o) != 0 ||
	    connection_hello(c, EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL, "fr", NULL) != 0)
		die("bench access: no connection");
	data_token(session, token);
	resume.token = (ProtobufCBinaryData){.data = token, .len = sizeof(token)};
	access_call(c, METHOD_session_resume, &resume.base, &msg);
	protobuf_c_message_free_unpacked(msg, NULL);
	free(server);
}

static int
access_compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Sorts. */
static double
access_p99(double *us, unsigned n)
{
	qsort(us, n, sizeof(*us), access_compare);
	return us[(n * 99 + 99) / 100 - 1];
}

/* Pages of 5 among the first n_pages, drawn at random: p99. The middle one in
 * *median_us_r. */
static double
access_history(struct connection *c, uint32_t rows, uint32_t n_pages, double *median_us_r)
{
	Emage__AccessListRequest m = EMAGE__ACCESS_LIST_REQUEST__INIT;
	double *us = mem_new_array(N_CALLS, sizeof(*us)), p99;
	uint64_t random = 7;

	m.page_size = 5;
	for (unsigned i = 0; i < N_CALLS; i++) {
		Emage__AccessListReply *reply;
		ProtobufCMessage *msg;
		int64_t from_ns = proc_now_ns();

		m.page = 1 + access_draw(&random) % n_pages;
		access_call(c, METHOD_access_list, &m.base, &msg);
		us[i] = (double)(proc_now_ns() - from_ns) / 1000;
		reply = (Emage__AccessListReply *)msg;
		if (reply->total != rows || reply->page != m.page || reply->n_rows == 0)
			die("bench access: not the page that was asked for");
		protobuf_c_message_free_unpacked(msg, NULL);
	}
	p99 = access_p99(us, N_CALLS);
	*median_us_r = us[N_CALLS / 2];
	free(us);
	return p99;
}

/* One of the searches that people make, all kinds as often. */
static void
access_draw_search(uint64_t *random, Emage__DirectorySearchRequest *m, char text[4][32])
{
	uint32_t kind = access_draw(random) % 10;
	const char *family = syllables[access_draw(random) % ARRAY_LEN(syllables)];
	const char *given = given_names[access_draw(random) % ARRAY_LEN(given_names)];

	*m = (Emage__DirectorySearchRequest)EMAGE__DIRECTORY_SEARCH_REQUEST__INIT;
	(void)snprintf(text[0], 32, "%.*s", kind < 3 ? (int)kind + 1 : 3, family);
	(void)snprintf(text[1], 32, "%s", given);
	(void)snprintf(text[2], 32, "SM%02u", access_draw(random) % N_SPECIALTIES);
	if (kind < 6)
		m->family_name = text[0];
	if (kind == 3 || kind >= 6)
		m->given_name = text[1];
	if (kind == 4 || kind == 7)
		m->specialty = text[2];
	if (kind == 5 || kind == 8)
		m->establishment_id = 1 + access_draw(random) % N_PLACES;
	if (kind == 9)
		m->profession = (char *)(uintptr_t) "10";
	m->page_size = 10;
	m->page = kind % 2 ? 1 : 1 + access_draw(random) % 100; /* also the last ones */
}

static double
access_search(struct connection *c, double *median_us_r)
{
	double *us = mem_new_array(N_CALLS, sizeof(*us)), p99;
	uint64_t random = 11, n_found = 0;

	for (unsigned i = 0; i < N_CALLS; i++) {
		Emage__DirectorySearchRequest m;
		ProtobufCMessage *msg;
		char text[4][32];
		int64_t from_ns;

		access_draw_search(&random, &m, text);
		from_ns = proc_now_ns();
		access_call(c, METHOD_directory_search, &m.base, &msg);
		us[i] = (double)(proc_now_ns() - from_ns) / 1000;
		n_found += ((Emage__DirectorySearchReply *)msg)->n_rows;
		protobuf_c_message_free_unpacked(msg, NULL);
	}
	if (n_found < N_CALLS)
		die("bench access: the searches find nothing");
	p99 = access_p99(us, N_CALLS);
	*median_us_r = us[N_CALLS / 2];
	free(us);
	return p99;
}

/* ------------------------------------------------------------------- blocks */

struct access_loading {
	struct load *load;
	struct load_result result;
	atomic_bool done;
};

static void *
access_load(void *arg)
{
	struct access_loading *a = arg;

	load_flat_out(a->load, LOAD_PAGE, N_LOADING, LOAD_MS, &a->result);
	atomic_store(&a->done, true);
	return NULL;
}

static uint32_t
access_n_blocked(struct connection *c)
{
	Emage__BlockListRequest m = EMAGE__BLOCK_LIST_REQUEST__INIT;
	ProtobufCMessage *msg;
	uint32_t n;

	m.page = m.page_size = 1;
	access_call(c, METHOD_block_list, &m.base, &msg);
	n = ((Emage__BlockListReply *)msg)->total;
	protobuf_c_message_free_unpacked(msg, NULL);
	return n;
}

/* From the request until another reading of the store has it: the slowest. */
static double
access_block_once(struct connection *c, uint64_t professional_id)
{
	Emage__BlockAddRequest add = EMAGE__BLOCK_ADD_REQUEST__INIT;
	Emage__BlockRemoveRequest take = EMAGE__BLOCK_REMOVE_REQUEST__INIT;
	int64_t from_ns = proc_now_ns();
	ProtobufCMessage *msg;
	double ms;

	add.professional_id = take.professional_id = professional_id;
	access_call(c, METHOD_block_add, &add.base, &msg);
	protobuf_c_message_free_unpacked(msg, NULL);
	while (access_n_blocked(c) != 1)
		continue;
	ms = (double)(proc_now_ns() - from_ns) / 1e6;
	access_call(c, METHOD_block_remove, &take.base, &msg);
	protobuf_c_message_free_unpacked(msg, NULL);
	return ms;
}

static double
access_block(const struct load_target *t, struct connection *c)
{
	struct access_loading loading = {.load = load_open(t, N_LOADING)};
	pthread_t thread;
	double worst_ms = 0;
	unsigned n = 0;

	pthread_create(&thread, NULL, access_load, &loading);
	while (!atomic_load(&loading.done) && n < N_BLOCKS) {
		double ms = access_block_once(c, 1 + n);

		worst_ms = ms > worst_ms ? ms : worst_ms;
		n++;
	}
	pthread_join(thread, NULL);
	if (n < 5)
		die("bench access: %u blocks only", n);
	load_close(&loading.load);
	return worst_ms;
}

void
access_measure(const struct load_target *t, struct table *table)
{
	const uint32_t pages = (N_HISTORY_SHORT + 4) / 5;
	double brief_us, long_us, any_us, search_us, p99_us;
	struct connection brief, large;

	access_connect(t, SESSION_SHORT, &brief);
	access_connect(t, SESSION_LONG, &large);
	access_history(&brief, N_HISTORY_SHORT, pages, &brief_us);
	access_history(&large, N_HISTORY_LONG, pages, &long_us);
	table_at_most(
	    table, "history, a page of 5 of 100,000 against 5 of 61", "us", long_us, brief_us, 1.3);
	p99_us = access_history(&large, N_HISTORY_LONG, N_HISTORY_LONG / 5, &any_us);
	table_limit(table, "  any page of 100,000, p99", "ms", p99_us / 1000, 50);
	p99_us = access_search(&brief, &search_us);
	table_limit(table, "search among 300,000 professionals, p99", "ms", p99_us / 1000, 20);
	table_limit(table, "  its median", "ms", search_us / 1000, 5);
	table_limit(
	    table, "block until it holds, 64 clients loading", "ms", access_block(t, &brief), 1000);
	connection_close(&brief);
	connection_close(&large);
}
