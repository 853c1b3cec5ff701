/* SPDX-License-Identifier: MIT */
/*
 * Every transfer syntax and kind of pixel through the real program, pixel by
 * pixel against values that were known before or that another decoder reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/imaging/files.h"
#include "tests/lib/imaging_child.h"

/* A line of the index. */
struct expectation {
	char name[64], kind[8];
	uint32_t rows, columns, frames;
	int tolerance;
	double slope, intercept;
};

static int
setup(void **state)
{
	(void)state;
	return files_make("syntaxes");
}

static int
teardown(void **state)
{
	(void)state;
	files_remove();
	return 0;
}

static bool
next_expectation(FILE *index, struct expectation *e)
{
	return fscanf(index, "%63s %7s %u %u %u %d %lf %lf", e->name, e->kind, &e->rows,
		   &e->columns, &e->frames, &e->tolerance, &e->slope, &e->intercept) == 8;
}

/* The first thing that is not as expected, in words; NULL when all is. */
static const char *
compare_info(const Emage__FrameInfo *fi, const struct expectation *e)
{
	bool rgb = strcmp(e->kind, "rgb") == 0;

	if (fi->rows != e->rows || fi->columns != e->columns)
		return "size";
	if ((fi->photometric == EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB) != rgb)
		return "colour";
	if (!rgb && (fi->slope != e->slope || fi->intercept != e->intercept))
		return "rescale";
	return NULL;
}

static const char *
compare_samples(const int32_t *v, const int32_t *want, size_t n, const struct expectation *e,
    const Emage__FrameInfo *fi)
{
	int32_t min = v[0], max = v[0], off;

	for (size_t i = 0; i < n; i++) {
		off = v[i] - want[i];
		if (off > e->tolerance || off < -e->tolerance)
			return "pixels";
		min = v[i] < min ? v[i] : min;
		max = v[i] > max ? v[i] : max;
	}
	if (strcmp(e->kind, "grey") == 0 && (fi->min != min || fi->max != max))
		return "range";
	return NULL;
}

static const char *
compare(
    const struct imaging_result *r, const struct expectation *e, const uint8_t *raw, size_t raw_len)
{
	const char *wrong = NULL;
	size_t n = 0;
	int32_t *v;

	if (r->n_frames != e->frames)
		return "number of frames";
	for (uint32_t k = 0; k < r->n_frames && wrong == NULL; k++) {
		wrong = compare_info(r->frames[k]->info, e);
		v = wrong == NULL ? imaging_result_samples(r, k, &n) : NULL;
		if (v == NULL)
			return wrong == NULL ? "codestream" : wrong;
		if (raw_len != e->frames * n * sizeof(*v))
			wrong = "size of what is expected";
		else
			wrong = compare_samples(v, (const int32_t *)(const void *)raw + k * n, n, e,
			    r->frames[k]->info);
		free(v);
	}
	return wrong;
}

static const char *
check_file(struct imaging_child *c, const struct expectation *e)
{
	struct imaging_result r;
	const char *wrong;
	size_t raw_len = 0;
	uint8_t *raw = imaging_read_file(files_path(e->name, ".raw"), &raw_len);

	if (raw == NULL)
		return "nothing is expected of it";
	if (imaging_child_decode_path(c, files_path(e->name, ".dcm"), false, &r) < 0) {
		imaging_child_died(c);
		imaging_child_start(c);
		wrong = "the process died";
	} else {
		wrong = r.reply->ok ? compare(&r, e, raw, raw_len) : "refused";
		if (!r.reply->ok)
			print_message("%s: %s %s\n", e->name, r.reply->reason, r.reply->field);
		imaging_result_free(&r);
	}
	free(raw);
	return wrong;
}

static void
every_syntax_gives_the_known_pixels(void **state)
{
	FILE *index = fopen(files_path("index", ""), "r");
	struct imaging_child c;
	struct expectation e;
	unsigned n = 0, n_wrong = 0;
	const char *wrong;

	(void)state;
	assert_non_null(index);
	assert_true(imaging_child_start(&c));
	while (next_expectation(index, &e) && strcmp(e.name, "end") != 0) {
		wrong = check_file(&c, &e);
		if (wrong != NULL)
			print_error("%s: %s\n", e.name, wrong);
		n_wrong += wrong != NULL;
		n++;
	}
	fclose(index);
	assert_int_equal(imaging_child_stop(&c), 0);
	assert_string_equal(e.name, "end");
	print_message("%u files\n", n);
	assert_true(n > 100);
	assert_int_equal(n_wrong, 0);
}

static void
transfer_syntaxes_are_reported_and_marked_lossy(void **state)
{
	static const struct {
		const char *name, *uid;
		bool lossy;
	} CASES[] = {
	    {"ankle-implicit", "1.2.840.10008.1.2", false},
	    {"ankle-explicit", "1.2.840.10008.1.2.1", false},
	    {"ankle-big-endian", "1.2.840.10008.1.2.2", false},
	    {"ankle-deflated", "1.2.840.10008.1.2.1.99", false},
	    {"ankle-no-meta", "1.2.840.10008.1.2.1", false},
	    {"ankle-rle", "1.2.840.10008.1.2.5", false},
	    {"ankle-57", "1.2.840.10008.1.2.4.57", false},
	    {"ankle-70", "1.2.840.10008.1.2.4.70", false},
	    {"ankle-jpeg-ls", "1.2.840.10008.1.2.4.80", false},
	    {"near-3-16", "1.2.840.10008.1.2.4.81", true},
	    {"ankle-j2k", "1.2.840.10008.1.2.4.90", false},
	    {"grey-8of8-u-50", "1.2.840.10008.1.2.4.50", true},
	    {"grey-12of16-u-51", "1.2.840.10008.1.2.4.51", true},
	};
	struct imaging_child c;
	struct imaging_result r;

	(void)state;
	assert_true(imaging_child_start(&c));
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		assert_int_equal(
		    imaging_child_decode_path(&c, files_path(CASES[i].name, ".dcm"), false, &r), 0);
		assert_string_equal(r.reply->transfer_syntax_uid, CASES[i].uid);
		assert_int_equal(r.frames[0]->info->lossy, CASES[i].lossy);
		imaging_result_free(&r);
	}
	assert_int_equal(imaging_child_stop(&c), 0);
}

static void
colour_jpeg_passes_through_untouched(void **state)
{
	struct imaging_child c;
	struct imaging_result r;

	(void)state;
	assert_true(imaging_child_start(&c));
	assert_int_equal(
	    imaging_child_decode_path(&c, files_path("rgb-jpeg-444", ".dcm"), false, &r), 0);
	assert_int_equal(r.frames[0]->info->codec, EMAGE__CODEC__CODEC_JPEG);
	assert_int_equal(r.out[0], 0xff);
	assert_int_equal(r.out[1], 0xd8);
	imaging_result_free(&r);
	assert_int_equal(imaging_child_stop(&c), 0);
}

static void
a_dry_run_answers_the_same_and_writes_nothing(void **state)
{
	struct imaging_child c;
	struct imaging_result r;

	(void)state;
	assert_true(imaging_child_start(&c));
	assert_int_equal(
	    imaging_child_decode_path(&c, files_path("frames-s16", ".dcm"), true, &r), 0);
	assert_true(r.reply->ok);
	assert_int_equal(r.n_frames, 5);
	assert_int_equal(r.out_len, 0);
	assert_true(r.frames[4]->info->total_bytes > 0);
	imaging_result_free(&r);
	assert_int_equal(imaging_child_stop(&c), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_syntax_gives_the_known_pixels),
	    cmocka_unit_test(transfer_syntaxes_are_reported_and_marked_lossy),
	    cmocka_unit_test(colour_jpeg_passes_through_untouched),
	    cmocka_unit_test(a_dry_run_answers_the_same_and_writes_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
