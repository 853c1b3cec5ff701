/* SPDX-License-Identifier: MIT */
/*
 * What is put on record, what must not be found anywhere, and who may read the
 * files (D-04, L-01, N-07, A-10).
 */
#include "tests/lib/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/exam.pb-c.h"
#include "tests/lib/wire.h"

static struct fixture *server;
static struct fixture_patient camille;

static int
set_up(void **state)
{
	char *files[] = {fixture_dicom("CT_small.dcm"), fixture_dicom("reportsi.dcm"), NULL};

	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	fixture_add_establishment(server, "679900019", "CHU FICTIF");
	fixture_add_patient(server, "Camille", "camille@example.org", &camille);
	wire_first_sign_in(server, &camille);
	fixture_import(server, &camille, (const char *const *)files);
	free(files[0]);
	free(files[1]);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

static struct wire *
open_session(void)
{
	struct wire *w = wire_open_greeted(server);

	wire_sign_in(w, &camille);
	return w;
}

/* The exam that has images, or the one that has a report. */
static uint64_t
find_exam(struct wire *w, bool with_report)
{
	Emage__ExamListRequest rq = EMAGE__EXAM_LIST_REQUEST__INIT;
	const Emage__ExamListReply *list;

	rq.page = 1;
	rq.page_size = 10;
	assert_int_equal(wire_call(w, METHOD_exam_list, &rq), 0);
	list = (const Emage__ExamListReply *)w->reply;
	for (size_t i = 0; i < list->n_rows; i++)
		if (list->rows[i]->has_report == with_report)
			return list->rows[i]->exam_id;
	fail();
	return 0;
}

static int
series(struct wire *w, uint64_t exam_id)
{
	Emage__ExamSeriesRequest rq = EMAGE__EXAM_SERIES_REQUEST__INIT;

	rq.exam_id = exam_id;
	return wire_call(w, METHOD_exam_series, &rq);
}

static int
report(struct wire *w, uint64_t exam_id)
{
	Emage__ExamReportRequest rq = EMAGE__EXAM_REPORT_REQUEST__INIT;

	rq.exam_id = exam_id;
	return wire_call(w, METHOD_exam_report, &rq);
}

static int64_t
n_opened(void)
{
	return fixture_sql_number(
	    server, "SELECT count(*) FROM audit WHERE event = 'exam.opened' AND result = 'ok'");
}

/* A crash right behind the first byte: the opening is there. */
static void
test_openings_are_on_record(void **state)
{
	struct wire *w = open_session();
	uint64_t exam = find_exam(w, false), other = find_exam(w, true);

	(void)state;
	assert_int_equal(series(w, exam), 0);
	fixture_kill(server);
	assert_int_equal(n_opened(), 1);
	wire_free(&w);
	fixture_start(server);
	w = open_session();
	/* one opening, however much of it is read; each exam is one */
	assert_int_equal(series(w, exam), 0);
	assert_int_equal(series(w, exam), 0);
	assert_int_equal(report(w, other), 0);
	fixture_kill(server);
	assert_int_equal(n_opened(), 3);
	wire_free(&w);
	fixture_start(server);
}

/* Without the record there is nothing to see. */
static void
test_no_record_no_exam(void **state)
{
	struct wire *w;
	uint64_t exam, other;
	int rc;

	(void)state;
	fixture_stop(server);
	fixture_sql(server, "CREATE TRIGGER no_record BEFORE INSERT ON audit WHEN NEW.event = "
			    "'exam.opened' BEGIN SELECT RAISE(ABORT, 'no'); END");
	fixture_start(server);
	fixture_advance(server, 3600 * 1000);
	w = open_session();
	exam = find_exam(w, false);
	other = find_exam(w, true);
	rc = series(w, exam);
	assert_true(rc < 0);
	assert_null(w->reply);
	assert_non_null(w->error); /* said, not just cut off */
	rc = report(w, other);
	assert_true(rc < 0);
	assert_null(w->reply);
	/* the rest goes on */
	find_exam(w, true);
	wire_free(&w);
	fixture_stop(server);
	fixture_sql(server, "DROP TRIGGER no_record");
	fixture_start(server);
}

/* ------------------------------------------------------------- what must not be found */

static uint8_t *
read_file(const char *path, size_t *len_r)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	uint8_t *bytes;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	bytes = mem_new((size_t)st.st_size + 1);
	assert_int_equal(read(fd, bytes, (size_t)st.st_size), st.st_size);
	close(fd);
	*len_r = (size_t)st.st_size;
	return bytes;
}

static void
assert_not_in(const char *path, const char *const *words)
{
	size_t len;
	uint8_t *bytes = read_file(path, &len);

	for (size_t i = 0; words[i]; i++)
		if (memmem(bytes, len, words[i], strlen(words[i])))
			fail_msg("%s holds \"%s\"", path, words[i]);
	free(bytes);
}

/* After right and wrong sign-ins, in every way a thing can be said. */
static void
test_log_and_database_hold_no_secrets(void **state)
{
	struct mailbox *m;
	struct wire *w;
	char code[16], identifier[32];
	const char *const in_log[] = {"MARTIN", "Camille", "camille@", "example.org",
	    camille.identifier, identifier, camille.password, camille.temporary, code, "CHU FICTIF",
	    "faux mot", NULL};
	const char *const in_db[] = {camille.password, camille.temporary, code, "faux mot", NULL};
	char *path;
	size_t n = 0;

	(void)state;
	/* as the store keeps it */
	for (const char *p = camille.identifier; *p; p++)
		if (*p != '-')
			identifier[n++] = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	identifier[n] = '\0';
	fixture_advance(server, 3600 * 1000);
	m = fixture_mailbox(server);
	w = wire_open_greeted(server);
	assert_int_equal(wire_password(w, camille.identifier, "faux mot de passe"), -EM_E_AUTH);
	fixture_advance(server, 2000);
	assert_int_equal(wire_password(w, camille.identifier, camille.password), 0);
	fixture_next_code(m, code);
	wire_code(w, "12345678");
	assert_int_equal(wire_code(w, code), 0);
	mailbox_free(&m);
	wire_free(&w);
	assert_not_in(server->log, in_log);
	path = mem_printf("%s/emage.db", server->storage);
	assert_not_in(path, in_db);
	free(path);
	path = mem_printf("%s/emage.db-wal", server->storage);
	assert_not_in(path, in_db);
	free(path);
}

/* Nobody but the server's user reads anything below the storage directory. */
static void
check_modes(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	struct stat st;

	assert_non_null(d);
	assert_int_equal(fstat(dirfd(d), &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	while ((e = readdir(d))) {
		char *child = mem_printf("%s/%s", path, e->d_name);

		assert_int_equal(lstat(child, &st), 0);
		if (e->d_name[0] != '.' && S_ISDIR(st.st_mode))
			check_modes(child);
		else if (S_ISREG(st.st_mode) && !strstr(e->d_name, ".pem") &&
			 !strstr(e->d_name, ".conf"))
			if (st.st_mode & 077)
				fail_msg("%s: mode %o", child, st.st_mode & 0777);
		free(child);
	}
	closedir(d);
}

static void
test_modes_of_files(void **state)
{
	(void)state;
	check_modes(server->storage);
}

/* Before sign-in a server says what is on its front door and no more (N-07). */
static void
test_stranger_learns_little(void **state)
{
	struct wire *w = wire_open_greeted(server);
	const Emage__HelloReply *hello = (const Emage__HelloReply *)w->reply;
	size_t len = emage__hello_reply__get_packed_size(hello);
	uint8_t *bytes = mem_new(len);
	static const char *const words[] = {"0.1", "emaged", "OpenSSL", "SQLite", "/tmp", "Debian"};

	(void)state;
	emage__hello_reply__pack(hello, bytes);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		assert_null(memmem(bytes, len, words[i], strlen(words[i])));
	free(bytes);
	/* and errors have no text at all: code, field, two numbers */
	assert_int_equal(emage__error__descriptor.n_fields, 4);
	wire_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_openings_are_on_record),
	    cmocka_unit_test(test_no_record_no_exam),
	    cmocka_unit_test(test_log_and_database_hold_no_secrets),
	    cmocka_unit_test(test_modes_of_files),
	    cmocka_unit_test(test_stranger_learns_little),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
