/* SPDX-License-Identifier: MIT */
/*
 * emagectl import dicom: real files, broken ones, and hostile ones, each with its
 * own verdict.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "common/mem.h"
#include "proto/exam.pb-c.h"
#include "tests/lib/wire.h"

#define ARGS_MAX 32

static struct fixture *server;
static struct fixture_patient camille, paul;

static int
set_up(void **state)
{
	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	fixture_add_establishment(server, "679900019", "CHU FICTIF");
	fixture_add_patient(server, "Camille", "camille@example.org", &camille);
	fixture_add_patient(server, "Paul", "paul@example.org", &paul);
	wire_first_sign_in(server, &camille);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

/* ------------------------------------------------------------------- running it */

struct outcome {
	int status;
	json_t *files; /* objects, in the order of their verdicts */
	json_t *counts;
};

/* options and paths, ending with NULL. */
static struct outcome
import(const char *const *words)
{
	const char *argv[ARGS_MAX] = {
	    "emagectl", "import", "dicom", "--json", "-S", server->socket, "--finess", "679900019"};
	struct outcome o = {.files = json_array()};
	char *out, *line, *rest;
	size_t n = 8;

	for (size_t i = 0; words[i]; i++)
		argv[n++] = words[i];
	o.status = fixture_run(server, argv, &out);
	for (line = strtok_r(out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		json_t *j = json_loads(line, 0, NULL);

		assert_non_null(j);
		if (json_object_get(j, "file"))
			json_array_append_new(o.files, j);
		else
			o.counts = j;
	}
	free(out);
	return o;
}

static void
outcome_free(struct outcome *o)
{
	json_decref(o->files);
	json_decref(o->counts);
}

static long long
count(const struct outcome *o, const char *what)
{
	return json_integer_value(json_object_get(o->counts, what));
}

static const char *
text_of(const struct outcome *o, size_t i, const char *key)
{
	const char *s = json_string_value(json_object_get(json_array_get(o->files, i), key));

	return s ? s : "";
}

/* One file for Camille, released. */
static struct outcome
import_one(const char *path)
{
	const char *words[] = {"--patient", camille.identifier, "--release", path, NULL};

	return import(words);
}

static void
assert_verdict(const char *path, const char *verdict, int status)
{
	struct outcome o = import_one(path);

	if (strcmp(text_of(&o, 0, "verdict"), verdict) != 0 || o.status != status)
		fail_msg("%s: %s (%s), status %d", path, text_of(&o, 0, "verdict"),
		    text_of(&o, 0, "reason"), o.status);
	if (strcmp(verdict, "refused") == 0)
		assert_string_not_equal(text_of(&o, 0, "reason"), "");
	outcome_free(&o);
}

static char *
make_file(const char *name, const void *bytes, size_t len)
{
	char *path = mem_printf("%s/%s", server->folder, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	return path;
}

static uint32_t
exams_of_camille(void)
{
	struct wire *w = wire_open_greeted(server);
	Emage__ExamListRequest rq = EMAGE__EXAM_LIST_REQUEST__INIT;
	uint32_t total;

	fixture_advance(server, 24 * 3600 * 1000);
	wire_free(&w);
	w = wire_open_greeted(server);
	wire_sign_in(w, &camille);
	rq.page = 1;
	rq.page_size = 10;
	assert_int_equal(wire_call(w, METHOD_exam_list, &rq), 0);
	total = ((const Emage__ExamListReply *)w->reply)->total;
	wire_free(&w);
	return total;
}

/* ------------------------------------------------------------------------- tests */

static void
test_dry_run_stores_nothing(void **state)
{
	char *path = fixture_dicom("CT_small.dcm");
	const char *words[] = {"--dry-run", "--patient", camille.identifier, path, NULL};
	struct outcome o = import(words);

	(void)state;
	assert_int_equal(o.status, 0);
	assert_string_equal(text_of(&o, 0, "verdict"), "would store");
	assert_string_equal(text_of(&o, 0, "modality"), "CT");
	assert_int_equal(count(&o, "would store"), 1);
	assert_int_equal(exams_of_camille(), 0);
	outcome_free(&o);
	free(path);
}

static void
test_again_is_known(void **state)
{
	char *path = fixture_dicom("CT_small.dcm");

	(void)state;
	assert_verdict(path, "stored", 0);
	assert_verdict(path, "known", 0);
	assert_int_equal(exams_of_camille(), 1);
	free(path);
}

static void
test_kinds_of_files(void **state)
{
	static const struct {
		const char *name, *verdict;
		int status;
	} cases[] = {
	    {"MR_small.dcm", "stored", 0},
	    {"JPEG2000.dcm", "stored", 0},
	    {"reportsi.dcm", "stored", 0},
	    {"SC_rgb_jpeg_dcmtk.dcm", "stored", 0},
	    {"SC_rgb_rle_2frame.dcm", "stored", 0},
	    {"rtplan.dcm", "skipped", 0},
	    {"rtstruct.dcm", "skipped", 0},
	    {"MR_truncated.dcm", "refused", 2},
	    {"rtplan_truncated.dcm", "refused", 2},
	    {"README.txt", "refused", 2},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *path = fixture_dicom(cases[i].name);

		assert_verdict(path, cases[i].verdict, cases[i].status);
		free(path);
	}
}

static void
test_folder(void **state)
{
	char *folder = mem_printf("%s/folder", server->folder);
	char *below = mem_printf("%s/below", folder);
	char *mr = fixture_dicom("MR_small_RLE.dcm"), *us = fixture_dicom("SC_rgb_rle.dcm");
	char *linked[2] = {mem_printf("%s/b.dcm", folder), mem_printf("%s/a.dcm", below)};
	const char *words[] = {"--patient", camille.identifier, "--jobs", "3", folder, NULL};
	char *note, *cut, *dicomdir;
	struct outcome o;

	(void)state;
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(mkdir(below, 0700), 0);
	{
		char bytes[65536];
		char *const from[2] = {mr, us};

		for (size_t i = 0; i < 2; i++) {
			FILE *in = fopen(from[i], "r"), *out = fopen(linked[i], "w");
			size_t n = fread(bytes, 1, sizeof(bytes), in);

			fwrite(bytes, 1, n, out);
			fclose(in);
			fclose(out);
		}
	}
	note = make_file("folder/note.txt", "Rien de médical ici.\n", 22);
	cut = make_file("folder/below/cut.dcm",
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	    "DICM\x02\0\x10\0UI",
	    138);
	dicomdir = make_file("folder/DICOMDIR", "", 0);
	o = import(words);
	assert_int_equal(o.status, 1); /* one was refused */
	assert_int_equal(count(&o, "files"), 4);
	assert_int_equal(count(&o, "refused"), 1);
	assert_int_equal(count(&o, "skipped"), 1);
	assert_int_equal(count(&o, "stored") + count(&o, "known"), 2);
	outcome_free(&o);
	/* the DICOMDIR itself stands for its folder */
	words[4] = dicomdir;
	o = import(words);
	assert_int_equal(count(&o, "files"), 4);
	assert_int_equal(count(&o, "known"), 2);
	outcome_free(&o);
	free(folder);
	free(below);
	free(mr);
	free(us);
	free(linked[0]);
	free(linked[1]);
	free(note);
	free(cut);
	free(dicomdir);
}

/* Somebody else's study is not given away by asking. */
static void
test_study_of_another_patient(void **state)
{
	char *path = fixture_dicom("MR_small_bigendian.dcm"),
	     *first = fixture_dicom("MR_small.dcm");
	const char *words[] = {"--patient", paul.identifier, path, NULL};
	struct outcome o;

	(void)state;
	assert_verdict(first, "known", 0);
	o = import(words);
	/* the same study: refused, or known already as the very same instance */
	assert_true(count(&o, "stored") == 0);
	outcome_free(&o);
	free(path);
	free(first);
}

static void
test_who_is_not_there(void **state)
{
	char *path = fixture_dicom("CT_small.dcm");
	const char *nobody[] = {"--patient", "ZZZ-ZZZZ-ZZZ", path, NULL};
	const char *missing[] = {"--patient", camille.identifier, "/nonexistent/file.dcm", NULL};
	struct outcome o = import(nobody);

	(void)state;
	assert_true(o.status != 0);
	assert_int_equal(count(&o, "stored"), 0);
	outcome_free(&o);
	o = import(missing);
	assert_int_equal(o.status, 2);
	outcome_free(&o);
	free(path);
}

/* ------------------------------------------------------------------- hostile files */

struct dicom {
	uint8_t *bytes;
	size_t len, cap;
};

static void
put(struct dicom *d, const void *bytes, size_t len)
{
	if (d->len + len > d->cap) {
		d->cap = 2 * (d->len + len);
		d->bytes = mem_grow(d->bytes, d->cap, 1);
	}
	memcpy(d->bytes + d->len, bytes, len);
	d->len += len;
}

/* Explicit VR, little endian, short form. */
static void
put_element(struct dicom *d, uint16_t group, uint16_t element, const char vr[2], const void *bytes,
    uint16_t len)
{
	const uint8_t head[8] = {(uint8_t)group, (uint8_t)(group >> 8), (uint8_t)element,
	    (uint8_t)(element >> 8), (uint8_t)vr[0], (uint8_t)vr[1], (uint8_t)len,
	    (uint8_t)(len >> 8)};

	put(d, head, sizeof(head));
	put(d, bytes, len);
}

static void
put_text(struct dicom *d, uint16_t group, uint16_t element, const char vr[2], const char *text)
{
	char padded[80];
	size_t len = strlen(text);

	memcpy(padded, text, len);
	if (len % 2)
		padded[len++] = vr[0] == 'U' ? '\0' : ' ';
	put_element(d, group, element, vr, padded, (uint16_t)len);
}

static void
put_us(struct dicom *d, uint16_t group, uint16_t element, uint16_t value)
{
	const uint8_t bytes[2] = {(uint8_t)value, (uint8_t)(value >> 8)};

	put_element(d, group, element, "US", bytes, 2);
}

static struct dicom
begin_dicom(void)
{
	static const uint8_t preamble[132] = {[128] = 'D', [129] = 'I', [130] = 'C', [131] = 'M'};
	struct dicom d = {0};

	put(&d, preamble, sizeof(preamble));
	put_text(&d, 2, 0x10, "UI", "1.2.840.10008.1.2.1");
	put_text(&d, 8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.2");
	put_text(&d, 8, 0x18, "UI", "1.2.3.4.5.6.7.8");
	put_text(&d, 8, 0x20, "DA", "20260101");
	put_text(&d, 8, 0x60, "CS", "CT");
	return d;
}

static void
finish_dicom(struct dicom *d, uint16_t rows, uint16_t columns, const char *frames)
{
	put_text(d, 0x10, 0x10, "PN", "FICTIF^Jean");
	put_text(d, 0x20, 0x0d, "UI", "1.2.3.4.5");
	put_text(d, 0x20, 0x0e, "UI", "1.2.3.4.5.6");
	put_us(d, 0x28, 2, 1);
	put_text(d, 0x28, 4, "CS", "MONOCHROME2");
	put_text(d, 0x28, 8, "IS", frames);
	put_us(d, 0x28, 0x10, rows);
	put_us(d, 0x28, 0x11, columns);
	put_us(d, 0x28, 0x100, 16);
	put_us(d, 0x28, 0x101, 16);
	put_us(d, 0x28, 0x102, 15);
	put_us(d, 0x28, 0x103, 0);
	put(d, "\xe0\x7f\x10\0OW\0\0\x04\0\0\0\1\2\3\4", 16);
}

/* A few bytes that announce a picture of 35 TB (P-06). */
static void
test_picture_that_is_not_there(void **state)
{
	struct dicom d = begin_dicom();
	char *path;

	(void)state;
	finish_dicom(&d, 65535, 65535, "4096");
	path = make_file("bomb.dcm", d.bytes, d.len);
	assert_verdict(path, "refused", 2);
	free(path);
	free(d.bytes);
}

/* Sequences in sequences: costs this file, and the next goes through. */
static void
test_nested_without_end(void **state)
{
	struct dicom d = begin_dicom();
	char *path, *next = fixture_dicom("MR_small_implicit.dcm");

	(void)state;
	for (int i = 0; i < 30000; i++) {
		put(&d, "\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff", 12);
		put(&d, "\xfe\xff\0\xe0\xff\xff\xff\xff", 8);
	}
	path = make_file("nested.dcm", d.bytes, d.len);
	assert_verdict(path, "refused", 2);
	assert_verdict(next, "known", 0);
	free(path);
	free(next);
	free(d.bytes);
}

static void
test_escapes_reach_no_terminal(void **state)
{
	struct dicom d = begin_dicom();
	const char *argv[] = {"emagectl", "import", "dicom", "-S", server->socket, "--patient",
	    camille.identifier, NULL, NULL};
	char *path, *out;

	(void)state;
	put_text(&d, 0x28, 0x10, "US", "\x1b[2J");
	path = make_file("esc\x1b[2J.dcm", d.bytes, d.len);
	argv[7] = path;
	fixture_run(server, argv, &out);
	assert_null(strchr(out, '\x1b'));
	assert_non_null(strstr(out, "esc"));
	assert_non_null(strstr(out, "1 files: "));
	free(out);
	free(path);
	free(d.bytes);
}

static void
test_random_bytes(void **state)
{
	uint8_t bytes[5000];
	uint32_t x = 20261124;

	(void)state;
	for (int round = 0; round < 10; round++) {
		char *path;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			x = x * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(x >> 24);
		}
		if (round % 2)
			memcpy(bytes + 128, "DICM", 4);
		path = make_file("random.dcm", bytes, sizeof(bytes));
		assert_verdict(path, "refused", 2);
		free(path);
	}
	/* and an empty one */
	{
		char *path = make_file("empty.dcm", "", 0);

		assert_verdict(path, "refused", 2);
		free(path);
	}
}

/* After all this: one server, its counters right, a clean end. */
static void
test_server_still_whole(void **state)
{
	(void)state;
	assert_true(fixture_counter(server, "imports_refused") >= 15);
	assert_true(fixture_counter(server, "imports_stored") >= 6);
	assert_true(exams_of_camille() >= 5);
	assert_int_equal(fixture_stop(server), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_dry_run_stores_nothing),
	    cmocka_unit_test(test_again_is_known),
	    cmocka_unit_test(test_kinds_of_files),
	    cmocka_unit_test(test_folder),
	    cmocka_unit_test(test_study_of_another_patient),
	    cmocka_unit_test(test_who_is_not_there),
	    cmocka_unit_test(test_picture_that_is_not_there),
	    cmocka_unit_test(test_nested_without_end),
	    cmocka_unit_test(test_escapes_reach_no_terminal),
	    cmocka_unit_test(test_random_bytes),
	    cmocka_unit_test(test_server_still_whole),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
