/* SPDX-License-Identifier: MIT */
/*
 * Large directories with the real programs: memory that does not grow with the file,
 * and a server that dies in the middle.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/access.pb-c.h"
#include "proto/load.pb-c.h"
#include "tests/lib/rpps.h"
#include "tests/lib/wire.h"

#define HEADING                                                                                    \
	"Type d'identifiant PP|Identifiant PP|Nom d'exercice|Prénom d'exercice|Code profession|"  \
	"Libellé profession|Code savoir-faire|Libellé savoir-faire|Adresse\n"
/* Of a line: the columns that nobody reads make most of it. */
#define ADDRESS_BYTES 330

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif
/* 100 MB; what is kept of it does not fit into the memory that is allowed. */
#ifdef SANITIZED
#define N_LINES 20000u
#else
#define N_LINES 250000u
#endif
#define BROKEN_LINE 12345u
#define MEMORY_KIB  (64 << 10)

static struct fixture *server;

static int
set_up(void **state)
{
	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

/* ------------------------------------------------------------------- a large file */

/* Line 1 is the heading. */
static void
write_lines(int fd)
{
	FILE *f = fdopen(fd, "w");
	char address[ADDRESS_BYTES + 1];

	assert_non_null(f);
	memset(address, 'x', ADDRESS_BYTES);
	address[ADDRESS_BYTES] = '\0';
	fputs(HEADING, f);
	for (unsigned i = 2; i <= N_LINES; i++) {
		char number[12];

		rpps_make(i, number);
		if (i == BROKEN_LINE)
			number[10] = number[10] == '0' ? '1' : '0';
		fprintf(f, "8|%s|FICTIF-%u|Anne|10|Médecin|SM44|Radio-diagnostic (SM)|%s\n", number,
		    i * 2654435761u, address);
	}
	assert_int_equal(fclose(f), 0);
}

static pid_t
start_import(int *in_r, FILE **out_r)
{
	int in[2], out[2];
	pid_t pid;
	char *program = mem_printf("%s/emagectl", getenv("EMAGE_BUILD"));

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		close(in[0]);
		close(in[1]);
		close(out[0]);
		close(out[1]);
		execl(program, program, "import", "rpps", "--dry-run", "--all-departments", "-S",
		    server->socket, "-", (char *)NULL);
		_exit(127);
	}
	free(program);
	close(in[0]);
	close(out[1]);
	*in_r = in[1];
	*out_r = fdopen(out[0], "r");
	return pid;
}

/* What the server was given of memory so far, in KiB. */
static long
server_peak_kib(void)
{
	char *path = mem_printf("/proc/%d/status", (int)server->pid), line[128];
	FILE *f = fopen(path, "re");
	long kib = -1;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		(void)sscanf(line, "VmHWM: %ld kB", &kib);
	fclose(f);
	free(path);
	return kib;
}

static void
test_memory_does_not_grow(void **state)
{
	char text[1024];
	struct rusage used;
	int in, status;
	FILE *out;
	pid_t pid;
	size_t n;

	(void)state;
	pid = start_import(&in, &out);
	write_lines(in);
	n = fread(text, 1, sizeof(text) - 1, out);
	text[n] = '\0';
	fclose(out);
	assert_int_equal(wait4(pid, &status, 0, &used), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	/* the one line, by its number, and none but that */
	assert_non_null(strstr(text, "-: line 12345: rpps: not eleven digits with a right key\n"));
	snprintf(text + 512, 512, "%u lines: %u new", N_LINES - 1, N_LINES - 2);
	assert_non_null(strstr(text, text + 512));
	assert_non_null(strstr(text, ", 1 refused"));
#ifndef SANITIZED
	assert_true(used.ru_maxrss < MEMORY_KIB);
	assert_true(server_peak_kib() < 2 * MEMORY_KIB);
#else
	assert_true(server_peak_kib() > 0);
#endif
}

/* --------------------------------------------------------------- a server that dies */

static int
put(struct wire *w, uint64_t load_id, unsigned from, unsigned n)
{
	Emage__AdminProfessionalsPutRequest m = EMAGE__ADMIN_PROFESSIONALS_PUT_REQUEST__INIT;
	Emage__AdminProfessional *line = mem_new_array(n, sizeof(*line)), **list;
	char(*text)[12] = mem_new_array(n, sizeof(*text));
	int rc;

	list = mem_new_array(n, sizeof(Emage__AdminProfessional *));
	for (unsigned i = 0; i < n; i++) {
		emage__admin_professional__init(&line[i]);
		rpps_make(from + i, text[i]);
		line[i].line = i + 1;
		line[i].rpps = text[i];
		line[i].family_name = (char *)(uintptr_t) "FICTIF";
		line[i].given_name = (char *)(uintptr_t) "Anne";
		line[i].profession_code = (char *)(uintptr_t) "10";
		line[i].profession = (char *)(uintptr_t) "Médecin";
		list[i] = &line[i];
	}
	m.load_id = load_id;
	m.whole = true;
	m.n_professionals = n;
	m.professionals = list;
	rc = wire_call(w, METHOD_admin_professionals_put, &m);
	free(list);
	free(line);
	free(text);
	return rc;
}

static int
begin(struct wire *w, uint64_t load_id)
{
	Emage__AdminDirectoryBeginRequest m = EMAGE__ADMIN_DIRECTORY_BEGIN_REQUEST__INIT;

	m.load_id = load_id;
	return wire_call(w, METHOD_admin_directory_begin, &m);
}

static bool
use(struct wire *w, uint64_t load_id)
{
	Emage__AdminDirectoryUseRequest m = EMAGE__ADMIN_DIRECTORY_USE_REQUEST__INIT;

	m.load_id = load_id;
	assert_int_equal(wire_call(w, METHOD_admin_directory_use, &m), 0);
	return ((const Emage__AdminDirectoryUseReply *)w->reply)->used;
}

static unsigned
n_found(struct wire *w)
{
	Emage__DirectorySearchRequest m = EMAGE__DIRECTORY_SEARCH_REQUEST__INIT;

	m.family_name = (char *)(uintptr_t) "fictif";
	m.page = 1;
	m.page_size = 10;
	assert_int_equal(wire_call(w, METHOD_directory_search, &m), 0);
	return ((const Emage__DirectorySearchReply *)w->reply)->total;
}

static void
test_killed_while_loading(void **state)
{
	struct wire *w = wire_open_local(server);

	(void)state;
	assert_int_equal(begin(w, 101), 0);
	assert_int_equal(put(w, 101, 0, 300), 0);
	assert_true(use(w, 101));
	assert_int_equal(n_found(w), 300);
	/* another one is under way when the server dies */
	assert_int_equal(begin(w, 102), 0);
	assert_int_equal(put(w, 102, 0, 400), 0);
	assert_int_equal(n_found(w), 300);
	wire_free(&w);
	fixture_kill(server);
	fixture_start(server);
	w = wire_open_local(server);
	assert_int_equal(n_found(w), 300);
	/* it may still be going on elsewhere: for a while no other may begin */
	assert_int_equal(begin(w, 103), -EM_E_BUSY);
	fixture_advance(server, 3 * 60000);
	assert_int_equal(begin(w, 103), 0);
	/* what was broken off is nobody's any more */
	assert_int_equal(put(w, 102, 400, 10), -EM_E_INVALID);
	assert_int_equal(put(w, 103, 0, 310), 0);
	assert_true(use(w, 103));
	assert_int_equal(n_found(w), 310);
	wire_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_memory_does_not_grow),
	    cmocka_unit_test(test_killed_while_loading),
	};

	return cmocka_run_group_tests_name("large imports", tests, set_up, tear_down);
}
