/* SPDX-License-Identifier: MIT */
/*
 * Loading a national directory with the real programs: lines a second, memory, and how
 * long somebody else's write waits meanwhile.
 *
 *	bench_import BUILD [LINES]
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "proto/admin.pb-c.h"
#include "tests/bench/proc.h"
#include "tests/bench/table.h"
#include "tools/lib/connection.h"
#include "tests/lib/rpps.h"

#define N_LINES 2000000u
/* A national extract in a minute. */
#define GOAL_PER_S	33333.0
#define GOAL_CLIENT_MIB 64.0
#define GOAL_SERVER_MIB 160.0
#define GOAL_WAIT_MS	1000.0
#define LINE_MAX_BYTES	1024

struct bench {
	const char *build;
	char *directory, *socket;
	struct table table;
};

/* What one import took. */
struct bench_import {
	double seconds, wait_ms; /* the longest wait of others */
	double client_mib, server_mib;
	unsigned n_waits;
};

/* ---------------------------------------------------------------- the extract */

static uint32_t
bench_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*state >> 33);
}

static void
bench_name(uint64_t *random, char out_r[64])
{
	static const char *const syllables[] = {"MAR", "BER", "DU", "LE", "FA", "VA", "RO", "CHE",
	    "MUL", "SCHMI", "TIN", "NARD", "PONT", "ROUX", "LET", "DON", "ZEL", "GER", "BACH",
	    "LIN"};

	out_r[0] = '\0';
	for (unsigned i = 0, n = 2 + bench_random(random) % 3; i < n; i++)
		(void)strcat(out_r, syllables[bench_random(random) % ARRAY_LEN(syllables)]);
}

/* A few are common, a thousand are not: an index of them is written all over. */
static void
bench_given(uint64_t *random, char out_r[64])
{
	static const char *const parts[] = {"An", "Pau", "Zo", "Jean-Lu", "É", "Cami", "Ma", "Ni",
	    "So", "The", "Lu", "Cla", "Hé", "Vin", "Al", "Fré"};
	static const char *const ends[] = {"ne", "lle", "é", "c", "ric", "rie", "o", "a", "ine",
	    "ette", "is", "ane", "ie", "dé", "ent", "ice"};
	uint32_t k = bench_random(random) % 64 * (bench_random(random) % 64);

	(void)snprintf(out_r, 64, "%s%s%s", parts[k % 16], ends[k / 16 % 16],
	    k / 256 % 16 ? ends[k / 256 % 16] : "");
}

/* One in six a physician, at one of 20,000 places of all departments; as many columns
 * that nobody reads as make a line as long as those of the extract. */
static void
bench_line(FILE *f, uint64_t *random, const char *number, const char *family, const char *given)
{
	static const char *const profession[][2] = {{"10", "Médecin"}, {"60", "Infirmier"},
	    {"70", "Masseur-Kinésithérapeute"}, {"21", "Pharmacien"}, {"50", "Sage-Femme"},
	    {"93", "Psychologue"}};
	unsigned p = bench_random(random) % ARRAY_LEN(profession), place;

	place = bench_random(random) % 20000;
	fprintf(f, "8|%s|8%s|DR|Docteur|M|Monsieur|%s|%s|%s|%s|C|Civil|%s|S|Salarié||", number,
	    number, family, given, profession[p][0], profession[p][1],
	    p == 0 ? "S|Spécialité|SM44|Radio-diagnostic (SM)" : "|||");
	fprintf(f, "|%02u%07u||F%09u|CENTRE HOSPITALIER FICTIF %u||%*s|%02u%03u\n", 1 + place % 95,
	    place, place, place, 150, "RUE DE L'EXEMPLE", 1 + place % 95, place % 1000);
}

static void
bench_extract(const char *path, unsigned n)
{
	FILE *f = fopen(path, "we");
	uint64_t random = 1;

	if (!f)
		die("%s: %s", path, strerror(errno));
	fputs("Type d'identifiant PP|Identifiant PP|Identification nationale PP|Code civilité "
	      "d'exercice|Libellé civilité d'exercice|Code civilité|Libellé civilité|Nom "
	      "d'exercice|Prénom d'exercice|Code profession|Libellé profession|Code catégorie "
	      "professionnelle|Libellé catégorie professionnelle|Code type savoir-faire|Libellé "
	      "type savoir-faire|Code savoir-faire|Libellé savoir-faire|Code mode exercice|"
	      "Libellé mode exercice|Numéro SIRET site|Numéro SIREN site|Numéro FINESS site|"
	      "Numéro FINESS établissement juridique|Identifiant technique de la structure|Raison "
	      "sociale site|Enseigne commerciale site|Libellé Voie (coord. structure)|Code postal "
	      "(coord. structure)\n",
	    f);
	for (unsigned i = 0, person = 0; i < n; person++) {
		unsigned n_lines = 1 + (bench_random(&random) % 8 < 5);
		char number[12], family[64], given[64];

		rpps_make(person, number);
		bench_name(&random, family);
		bench_given(&random, given);
		for (unsigned k = 0; k < n_lines && i < n; k++, i++)
			bench_line(f, &random, number, family, given);
	}
	if (fclose(f) != 0)
		die("%s: %s", path, strerror(errno));
}

/* ----------------------------------------------------------------- the programs */

static long
bench_peak_kib(pid_t pid)
{
	char path[64], line[128];
	long kib = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		(void)sscanf(line, "VmHWM: %ld kB", &kib);
	if (f)
		fclose(f);
	return kib;
}

static void
bench_server(const struct bench *b, struct proc *p_r)
{
	char *emagectl = mem_printf("%s/emagectl", b->build);
	char *emaged = mem_printf("%s/emaged", b->build);
	char *config = mem_printf("%s/emaged.conf", b->directory);
	int port = proc_free_port();
	char *listen = mem_printf("listen.port=%d", port);
	const char *init[] = {emagectl, "init", "-d", b->directory, "--set", listen, "--set",
	    "log.level=error", NULL};
	const char *argv[] = {emaged, "-c", config, NULL};
	const char *remove[] = {"/bin/rm", "-rf", b->directory, NULL};

	(void)proc_run(remove);
	if (proc_run(init) != 0)
		die("bench import: emagectl init failed");
	proc_start(argv, PROC_ANY_CPU, port, p_r);
	/* its local socket comes after its port */
	while (access(b->socket, F_OK) != 0)
		(void)poll(NULL, 0, 10);
	free(emagectl);
	free(emaged);
	free(config);
	free(listen);
}

/* One write of somebody else. */
static double
bench_wait_ms(struct connection *c, unsigned n)
{
	Emage__AdminEstablishmentAddRequest m = EMAGE__ADMIN_ESTABLISHMENT_ADD_REQUEST__INIT;
	char finess[16], name[64];
	ProtobufCMessage *reply;
	int64_t from = proc_now_ns();

	(void)snprintf(finess, sizeof(finess), "98%07u", n);
	(void)snprintf(name, sizeof(name), "ATTENTE FICTIVE %u", n);
	m.finess = finess;
	m.name = name;
	if (rpc_call_wait(
		c->rpc, METHOD_admin_establishment_add, &m.base, c->timeout_ms, &reply, NULL) != 0)
		die("bench import: a write was refused");
	protobuf_c_message_free_unpacked(reply, NULL);
	return (double)(proc_now_ns() - from) / 1e6;
}

static struct bench_import
bench_import(const struct bench *b, const char *const *words, const char *path, pid_t server)
{
	const struct connection_options o = {.socket = b->socket, .timeout_ms = 60000};
	const char *argv[16] = {
	    mem_printf("%s/emagectl", b->build), "import", "rpps", "-q", "-S", b->socket};
	struct bench_import r = {.n_waits = 0};
	struct connection c = {.net = NULL};
	int64_t from = proc_now_ns();
	struct rusage used;
	size_t n = 6;
	pid_t pid;
	int status;

	while (*words)
		argv[n++] = *words++;
	argv[n] = path;
	pid = fork();
	if (pid == 0) {
		int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(nowhere, STDOUT_FILENO);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	if (connection_open(&c, "bench_import", &o) != 0 ||
	    connection_hello(&c, EMAGE__CLIENT_KIND__CLIENT_KIND_SCRIPT, "fr", NULL) != 0)
		die("bench import: no connection");
	while (wait4(pid, &status, WNOHANG, &used) == 0) {
		double ms = bench_wait_ms(&c, r.n_waits++);

		if (ms > r.wait_ms)
			r.wait_ms = ms;
		/* as often as people sign in, not as often as possible */
		(void)poll(NULL, 0, 50);
	}
	connection_close(&c);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		die("bench import: emagectl import failed");
	r.seconds = (double)(proc_now_ns() - from) / 1e9;
	r.client_mib = (double)used.ru_maxrss / 1024;
	r.server_mib = (double)bench_peak_kib(server) / 1024;
	free((char *)(uintptr_t)argv[0]);
	return r;
}

/* ----------------------------------------------------------------- the reference */

/* The least that it can cost: six columns of each line into one table with one index. */
static double
bench_reference_per_s(const char *path, const char *database)
{
	static const int columns[] = {1, 7, 8, 9, 15, 21};
	FILE *f = fopen(path, "re");
	char line[LINE_MAX_BYTES], *field[32];
	int64_t from = proc_now_ns();
	sqlite3_stmt *insert;
	unsigned n = 0;
	sqlite3 *db;

	(void)unlink(database);
	if (!f || sqlite3_open(database, &db) != SQLITE_OK ||
	    sqlite3_exec(db,
		"PRAGMA synchronous = OFF; BEGIN; CREATE TABLE p (rpps, family, given, "
		"profession, specialty, finess); CREATE INDEX i ON p (family, given)",
		NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "INSERT INTO p VALUES (?, ?, ?, ?, ?, ?)", -1, &insert, NULL) !=
		SQLITE_OK ||
	    !fgets(line, sizeof(line), f))
		die("bench import: reference");
	while (fgets(line, sizeof(line), f)) {
		char *rest = line;

		for (size_t i = 0; i < ARRAY_LEN(field); i++)
			field[i] = rest ? strsep(&rest, "|\n") : NULL;
		for (size_t i = 0; i < ARRAY_LEN(columns); i++)
			sqlite3_bind_text(insert, (int)i + 1, field[columns[i]], -1, SQLITE_STATIC);
		if (sqlite3_step(insert) != SQLITE_DONE)
			die("bench import: reference");
		sqlite3_reset(insert);
		n++;
	}
	sqlite3_finalize(insert);
	if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		die("bench import: reference");
	sqlite3_close(db);
	fclose(f);
	(void)unlink(database);
	return (double)n / ((double)(proc_now_ns() - from) / 1e9);
}

/* ---------------------------------------------------------------------- figures */

static void
bench_region(struct bench *b, const char *path, unsigned n)
{
	static const char *const none[] = {NULL};
	struct bench_import r;
	struct proc p;

	bench_server(b, &p);
	r = bench_import(b, none, path, p.pid);
	proc_stop(&p);
	table_at_least(&b->table, "RPPS, the region's of a national extract", "l/s",
	    (double)n / r.seconds, GOAL_PER_S, 1.0);
	table_limit(&b->table, "  emagectl's memory", "MiB", r.client_mib, GOAL_CLIENT_MIB);
	table_limit(&b->table, "  emaged's memory", "MiB", r.server_mib, GOAL_SERVER_MIB);
	table_limit(&b->table, "  longest wait of another write", "ms", r.wait_ms, GOAL_WAIT_MS);
}

static void
bench_whole(struct bench *b, const char *path, unsigned n, double reference_per_s)
{
	static const char *const all[] = {
	    "--all-professions", "--all-departments", "--add-establishments", NULL};
	struct bench_import r;
	struct proc p;

	bench_server(b, &p);
	r = bench_import(b, all, path, p.pid);
	table_at_least(&b->table, "RPPS, every line of it kept", "l/s", (double)n / r.seconds,
	    GOAL_PER_S, 1.0);
	table_figure(
	    &b->table, "  by SQLite into a table", "l/s", (double)n / r.seconds, reference_per_s);
	table_limit(&b->table, "  emagectl's memory", "MiB", r.client_mib, GOAL_CLIENT_MIB);
	table_limit(&b->table, "  emaged's memory", "MiB", r.server_mib, GOAL_SERVER_MIB);
	table_limit(&b->table, "  longest wait of another write", "ms", r.wait_ms, GOAL_WAIT_MS);
	r = bench_import(b, all, path, p.pid);
	proc_stop(&p);
	table_figure(&b->table, "  once more, the old one taken away", "l/s", (double)n / r.seconds,
	    reference_per_s);
}

int
main(int argc, char **argv)
{
	const unsigned n = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : N_LINES;
	struct bench b = {.build = argc > 1 ? argv[1] : ".", .table = {.out = stdout}};
	char *path = mem_printf("%s/extract.txt", b.build);
	char *database = mem_printf("%s/extract.db", b.build);
	const char *remove[] = {"/bin/rm", "-rf", NULL, NULL};

	log_set(LOG_LEVEL_ERROR, false);
	b.directory = mem_printf("%s/import", b.build);
	b.socket = mem_printf("%s/emaged.sock", b.directory);
	table_begin(&b.table);
	bench_extract(path, n);
	bench_region(&b, path, n);
	bench_whole(&b, path, n, bench_reference_per_s(path, database));
	remove[2] = b.directory;
	(void)proc_run(remove);
	(void)unlink(path);
	free(b.directory);
	free(b.socket);
	free(database);
	free(path);
	return 0;
}
