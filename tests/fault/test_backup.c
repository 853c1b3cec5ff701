/* SPDX-License-Identifier: MIT */
/*
 * The drill (F-29): a server under writes is backed up, killed, its folder destroyed;
 * restored elsewhere a patient signs in and reads an exam, and all that was
 * acknowledged before the backup is there. A bit that is another one, an archive that
 * was cut off, another key and a place where a server lives are each refused, and
 * leave nothing behind.
 */
#include "tests/lib/check.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/admin.pb-c.h"
#include "proto/exam.pb-c.h"
#include "tests/lib/wire.h"

#define N_BEFORE  300u /* writes acknowledged before the backup begins */
#define IN_FLIGHT 8u
#define N_ROWS	  "150000"

/* Runs a line of the shell in the fixture's place: $E emagectl, $S the socket, $D the
 * storage folder, $F the fixture's. Standard error is in *out_r too. */
static int
run(struct fixture *f, char **out_r, const char *line)
{
	char *script = mem_printf("exec 2>&1; E='%s/emagectl'; S='%s'; D='%s'; F='%s'; %s",
	    getenv("EMAGE_BUILD"), f->socket, f->storage, f->folder, line);
	const char *argv[] = {"/bin/sh", "-c", script, NULL};
	int status = fixture_run(f, argv, out_r);

	free(script);
	return status;
}

static void
must(struct fixture *f, const char *line)
{
	char *out;

	if (run(f, &out, line) != 0)
		fail_msg("%s: %s", line, out);
	free(out);
}

/* It ends with this status, and says this. */
static void
says(struct fixture *f, int status, const char *text, const char *line)
{
	char *out;
	int ended = run(f, &out, line);

	if (ended != status || strstr(out, text) == NULL)
		fail_msg("%s: status %d: %s", line, ended, out);
	free(out);
}

static char *
only(struct fixture *f, const char *pattern)
{
	char *whole = mem_printf("%s/%s", f->folder, pattern), *path;
	glob_t g;

	assert_int_equal(glob(whole, 0, NULL, &g), 0);
	path = mem_strdup(g.gl_pathv[0]);
	globfree(&g);
	free(whole);
	return path;
}

/* ------------------------------------------------------------------- the drill */

struct load {
	struct wire *wire;
	unsigned n_sent, n_acknowledged, n_before;
};

static void load_send(struct load *l);

static void
load_done(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct load *l = arg;

	(void)msg;
	(void)e;
	(void)more;
	if (err == -EM_E_CANCELLED || err == -EM_E_CLOSED)
		return;
	assert_int_equal(err, 0);
	l->n_acknowledged++;
	load_send(l);
}

static void
load_send(struct load *l)
{
	Emage__AdminEstablishmentAddRequest rq = EMAGE__ADMIN_ESTABLISHMENT_ADD_REQUEST__INIT;
	char finess[16], name[48];

	snprintf(finess, sizeof(finess), "99%07u", l->n_sent);
	snprintf(name, sizeof(name), "Clinique fictive n° %u", l->n_sent++);
	rq.finess = finess;
	rq.name = name;
	assert_int_not_equal(
	    rpc_call(l->wire->rpc, METHOD_admin_establishment_add, &rq.base, 0, load_done, l), 0);
}

static void
load_step(struct load *l)
{
	struct pollfd p = {.fd = -1};
	int timeout_ms;

	rpc_wants(l->wire->rpc, &p.fd, &p.events, &timeout_ms);
	assert_true(poll(&p, 1, FIXTURE_DEADLINE_MS) > 0);
	rpc_step(l->wire->rpc);
}

/* emagectl backup, while others write. */
static void
backup_under_writes(struct fixture *f, struct load *l)
{
	int status;
	pid_t pid;

	l->wire = wire_open_local(f);
	for (unsigned i = 0; i < IN_FLIGHT; i++)
		load_send(l);
	while (l->n_acknowledged < N_BEFORE)
		load_step(l);
	l->n_before = l->n_acknowledged;
	pid = fork();
	if (pid == 0)
		_exit(run(f, NULL, "$E backup -S $S --key $F/safe/backup.pub $F/backups"));
	while (waitpid(pid, &status, WNOHANG) == 0)
		load_step(l);
	assert_int_equal(status, 0);
	/* nobody was held up by it */
	assert_true(l->n_acknowledged > l->n_before);
	print_message("%u writes before, %u during the backup\n", l->n_before,
	    l->n_acknowledged - l->n_before);
}

static void
read_exam(struct fixture *f, const struct fixture_patient *p)
{
	Emage__ExamListRequest list = EMAGE__EXAM_LIST_REQUEST__INIT;
	Emage__ExamReportRequest report = EMAGE__EXAM_REPORT_REQUEST__INIT;
	Emage__ExamSeriesRequest series = EMAGE__EXAM_SERIES_REQUEST__INIT;
	Emage__FrameGetRequest frame = EMAGE__FRAME_GET_REQUEST__INIT;
	struct wire *w = wire_open_greeted(f);
	const Emage__ExamListReply *exams;

	wire_sign_in(w, p);
	list.page = 1;
	list.page_size = 10;
	assert_int_equal(wire_call(w, METHOD_exam_list, &list), 0);
	exams = (const Emage__ExamListReply *)w->reply;
	assert_int_equal(exams->n_rows, 2);
	for (size_t i = 0; i < 2; i++) {
		if (exams->rows[i]->has_report)
			report.exam_id = exams->rows[i]->exam_id;
		else
			series.exam_id = exams->rows[i]->exam_id;
	}
	assert_int_equal(wire_call(w, METHOD_exam_report, &report), 0);
	assert_int_equal(wire_call(w, METHOD_exam_series, &series), 0);
	frame.series_id = ((const Emage__ExamSeriesReply *)w->reply)->series[0]->series_id;
	frame.count = 1;
	assert_int_equal(wire_call(w, METHOD_frame_get, &frame), 0);
	assert_true(((const Emage__FrameGetReply *)w->reply)->info->total_bytes > 0);
	wire_free(&w);
}

static void
test_drill(void **state)
{
	struct fixture *f = fixture_new(NULL), *elsewhere = fixture_new(NULL);
	char *files[] = {fixture_dicom("CT_small.dcm"), fixture_dicom("reportsi.dcm"), NULL};
	struct load l = {.n_sent = 0};
	struct fixture_patient camille;
	char *line;

	(void)state;
	fixture_start(f);
	fixture_stop(f);
	/* some megabytes, so that the copy takes steps */
	fixture_sql(f,
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " N_ROWS
	    ") INSERT INTO establishment (finess, name, name_fold) SELECT printf('88%08d', i),"
	    " 'Maison fictive', 'maison fictive' FROM n");
	fixture_start(f);
	fixture_add_establishment(f, "679900019", "CHU FICTIF");
	fixture_add_patient(f, "Camille", "camille@example.org", &camille);
	wire_first_sign_in(f, &camille);
	fixture_import(f, &camille, (const char *const *)files);
	must(f, "mkdir $F/safe && $E backup keygen $F/safe/backup && cp $D/keys/pepper $F/safe &&"
		" $E audit checkpoint -S $S --key $F/safe/trail $F/safe/checkpoint");
	backup_under_writes(f, &l);
	fixture_kill(f);
	wire_free(&l.wire);
	must(f, "rm -rf $D");

	line = mem_printf("rm -f $D/keys/pepper && $E restore -d $D --key %s/safe/backup"
			  " --checkpoint %s/safe/checkpoint --checkpoint-key %s/safe/trail.pub"
			  " %s/backups",
	    f->folder, f->folder, f->folder, f->folder);
	says(elsewhere, 0, "keys/pepper is not there", line);
	free(line);
	line = mem_printf("cp %s/safe/pepper $D/keys/", f->folder);
	must(elsewhere, line);
	free(line);
	assert_int_equal(
	    fixture_sql_number(elsewhere,
		"SELECT count(*) FROM establishment WHERE finess LIKE '99%'") >= l.n_before,
	    1);
	for (unsigned i = 0; i < l.n_before; i++) {
		line = mem_printf("SELECT count(*) FROM establishment WHERE finess = '99%07u'", i);
		if (fixture_sql_number(elsewhere, line) != 1)
			fail_msg("write %u was acknowledged before the backup and is not in it", i);
		free(line);
	}
	fixture_start(elsewhere);
	/* codes may be sent again */
	fixture_advance(elsewhere, INT64_C(24) * 3600 * 1000);
	read_exam(elsewhere, &camille);
	says(elsewhere, 0, "sound: ", "$E audit verify -S $S");
	free(files[0]);
	free(files[1]);
	fixture_free(&f);
	fixture_free(&elsewhere);
}

/* ---------------------------------------------------------------- what is refused */

static struct fixture *house;

/* A small one, backed up once; its server goes on. */
static int
set_up(void **state)
{
	char *files[] = {fixture_dicom("CT_small.dcm"), NULL};
	struct fixture_patient camille;

	(void)state;
	house = fixture_new(NULL);
	fixture_start(house);
	fixture_add_establishment(house, "679900019", "CHU FICTIF");
	fixture_add_patient(house, "Camille", "camille@example.org", &camille);
	fixture_import(house, &camille, (const char *const *)files);
	must(house, "$E backup keygen $F/key && $E backup -S $S --key $F/key.pub $F/backups");
	free(files[0]);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&house);
	return 0;
}

/* Nothing is left where it should have been restored to. */
static void
refused(const char *text)
{
	says(house, 2, text, "$E restore -d $F/new --key $F/key $F/backups");
	must(
	    house, "test -z \"$(find $F/new -mindepth 1 ! -name emage.db.lock)\" && rm -rf $F/new");
}

static void
flip(const char *path, off_t at)
{
	uint8_t byte;
	int fd;

	assert_int_equal(chmod(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

/* Each byte of the head, and some of each part behind it. */
static void
flip_all_over(const char *path)
{
	struct stat st;
	off_t step;

	assert_int_equal(stat(path, &st), 0);
	step = st.st_size / 40;
	for (off_t at = 0; at < st.st_size; at += at < 160 ? 13 : step) {
		flip(path, at);
		refused(at >= 16 && at < 48 ? "another key" : "damaged");
		flip(path, at);
	}
	flip(path, st.st_size - 1);
	refused("damaged");
	flip(path, st.st_size - 1);
}

static void
test_one_bit(void **state)
{
	char *archive = only(house, "backups/*.backup"), *image = only(house, "backups/media/*/*");

	(void)state;
	flip_all_over(archive);
	flip_all_over(image);
	must(house, "$E restore -d $F/new --key $F/key $F/backups && rm -rf $F/new");
	free(archive);
	free(image);
}

static void
test_cut(void **state)
{
	char *archive = only(house, "backups/*.backup"), *line;
	struct stat st;

	(void)state;
	assert_int_equal(stat(archive, &st), 0);
	assert_int_equal(chmod(archive, 0600), 0);
	line = mem_printf("cp %s $F/whole", archive);
	must(house, line);
	for (off_t size = st.st_size - 1; size > 0; size = size * 2 / 3) {
		assert_int_equal(truncate(archive, size), 0);
		refused(size < 16 ? "not a sealed file" : "cut off");
	}
	free(line);
	line = mem_printf("cp $F/whole %s && mv $F/backups/media $F/apart && mkdir"
			  " $F/backups/media",
	    archive);
	must(house, line);
	refused("the backup is not whole");
	must(house, "rmdir $F/backups/media && mv $F/apart $F/backups/media");
	free(line);
	free(archive);
}

/* An image under another's name, whole and sealed as it should be. */
static void
test_exchanged(void **state)
{
	(void)state;
	must(house, "cd $F/backups/media/* && set -- * && mv \"$1\" x && cp \"$2\" \"$1\"");
	refused("not the file that the archive names");
	must(house, "cd $F/backups/media/* && set -- * && mv -f x \"$1\"");
	must(house, "$E restore -d $F/new --key $F/key $F/backups && rm -rf $F/new");
}

static void
test_keys(void **state)
{
	(void)state;
	must(house, "$E backup keygen $F/other");
	says(house, 2, "sealed to another key", "$E restore -d $F/new --key $F/other $F/backups");
	says(house, 2, "sealed to another key", "$E restore -d $F/new --key $F/key.pub $F/backups");
	says(
	    house, 2, "does not belong on this machine", "$E backup -S $S --key $F/key $F/backups");
	says(house, 2, "File exists", "$E backup keygen $F/key");
	says(house, 2, "where to?", "$E backup -d $D -S $S --key $F/key.pub");
}

static void
test_living(void **state)
{
	(void)state;
	says(house, 2, "a server, or another restore, is at work there",
	    "$E restore -d $D --key $F/key $F/backups");
	fixture_stop(house);
	says(house, 2, "there is a database already", "$E restore -d $D --key $F/key $F/backups");
	fixture_start(house);
	says(house, 0, "sound: ", "$E audit verify -S $S");
}

/* Files of images are written once, and an older archive stays whole. */
static void
test_again(void **state)
{
	char *files[] = {fixture_dicom("MR_small.dcm"), NULL}, *line;
	char *first = only(house, "backups/*.backup");
	struct fixture_patient paul;

	(void)state;
	fixture_advance(house, 60000);
	says(house, 0, " 2 files of images, 0 of them new",
	    "$E backup -S $S --key $F/key.pub $F/backups");
	fixture_add_patient(house, "Paul", "paul@example.org", &paul);
	fixture_import(house, &paul, (const char *const *)files);
	fixture_advance(house, 60000);
	says(house, 0, " 4 files of images, 2 of them new",
	    "$E backup -S $S --key $F/key.pub $F/backups");
	says(house, 0, " 4 files of images", "$E restore -d $F/new --key $F/key $F/backups");
	must(house, "rm -rf $F/new");
	line = mem_printf("$E restore -d $F/new --key $F/key %s", first);
	says(house, 0, " 2 files of images", line);
	must(house, "rm -rf $F/new && test -z \"$(find $F/backups -name .part)\" && test ! -e"
		    " $D/emage.db.copy");
	free(line);
	free(first);
	free(files[0]);
}

/* A file that grows no further, as on a full disk: told, and nothing is left. */
static void
test_full(void **state)
{
	(void)state;
	says(house, 2, "File too large",
	    "trap '' XFSZ; ulimit -f 16; $E backup -S $S --key $F/key.pub $F/full");
	must(house, "test -z \"$(find $F/full -type f)\"");
	says(house, 2, "File too large",
	    "trap '' XFSZ; ulimit -f 16; $E restore -d $F/new --key $F/key $F/backups");
	must(
	    house, "test -z \"$(find $F/new -mindepth 1 ! -name emage.db.lock)\" && rm -rf $F/new");
	says(house, 0, " 2 of them new", "$E backup -S $S --key $F/key.pub $F/full");
}

/* What a server that was killed has left of a copy is gone with its next start. */
static void
test_copy_left(void **state)
{
	(void)state;
	fixture_kill(house);
	must(house, "cp $D/emage.db $D/emage.db.copy");
	fixture_start(house);
	must(house, "test ! -e $D/emage.db.copy");
}

/* A file of images that is gone: told, and the rest is backed up. */
static void
test_missing(void **state)
{
	(void)state;
	must(house, "find $D/media -name '*.jls' | sort | head -n 1 | xargs -I{} mv {} $F/gone");
	fixture_advance(house, 60000);
	says(house, 1, "the backup is without them", "$E backup -S $S --key $F/key.pub $F/backups");
	says(house, 1, "restored and verified", "$E restore -d $F/new --key $F/key $F/backups");
	must(house, "rm -rf $F/new");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_drill),
	    cmocka_unit_test_setup_teardown(test_one_bit, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_cut, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_exchanged, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_keys, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_living, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_again, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_copy_left, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_missing, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
