/* SPDX-License-Identifier: MIT */
/*
 * Files that are cut off or damaged, and files by the thousand. The process
 * refuses with a reason; where it cannot, it dies, and the answer is never a
 * wrong "ok".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/mem.h"
#include "tests/imaging/files.h"
#include "tests/lib/imaging_child.h"

/* Under the sanitizers memory is theirs to spend. */
#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_COUNTS 0
#elif defined(__has_feature)
#define MEMORY_COUNTS !__has_feature(address_sanitizer)
#else
#define MEMORY_COUNTS 1
#endif

static struct imaging_child child;

/* One file first: what the process loads at its start counts for no test. */
static int
setup(void **state)
{
	struct imaging_result r;

	(void)state;
	if (files_make("syntaxes") != 0 || !imaging_child_start(&child) ||
	    imaging_child_decode_path(&child, files_path("mono1", ".dcm"), false, &r) < 0)
		return -1;
	imaging_result_free(&r);
	return 0;
}

static int
teardown(void **state)
{
	int status = imaging_child_stop(&child);

	(void)state;
	files_remove();
	return status;
}

/* The reply, or false when the process died over it (it is started again). */
static bool
ask(const void *bytes, size_t len, struct imaging_result *r)
{
	if (imaging_child_decode(&child, bytes, len, false, r) == 0)
		return true;
	imaging_child_died(&child);
	assert_true(imaging_child_start(&child));
	return false;
}

/* Resident kB, or the peak, of the child. */
static long
child_kib(const char *what)
{
	char path[64], line[256];
	long kib = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)child.pid);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, what, strlen(what)) == 0)
			kib = atol(line + strlen(what) + 1);
	fclose(f);
	return kib;
}

/* Every codestream must be what its info says. */
static void
check_consistent(const struct imaging_result *r)
{
	int32_t *v;
	size_t n;

	for (uint32_t k = 0; k < r->n_frames; k++) {
		v = imaging_result_samples(r, k, &n);
		assert_non_null(v);
		free(v);
	}
}

static void
truncated_files_are_refused_wherever_they_end(void **state)
{
	static const char *const NAMES[] = {"frames-s16", "frames-s16-70", "frames-s16-rle",
	    "frames-s16-jpeg-ls", "frames-s16-j2k", "rgb-jpeg-444", "palette-16", "ankle-deflated"};
	struct imaging_result r;
	uint8_t *v;
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
		v = imaging_read_file(files_path(NAMES[i], ".dcm"), &len);
		assert_non_null(v);
		for (unsigned cut = 1; cut < 60; cut++) {
			/* a file ends with its pixels: less is always too little */
			assert_true(ask(v, len - 1 - len * cut / 61, &r));
			assert_false(r.reply->ok && !r.reply->nothing_to_show);
			imaging_result_free(&r);
		}
		free(v);
	}
}

static void
padding_behind_the_dataset_does_no_harm(void **state)
{
	static const size_t PADDING[] = {1, 7, 8, 100, 4096};
	struct imaging_result r;
	uint8_t *v, *padded;
	size_t len;

	(void)state;
	v = imaging_read_file(files_path("ankle-explicit", ".dcm"), &len);
	assert_non_null(v);
	padded = mem_new(len + 4096);
	memcpy(padded, v, len);
	for (size_t i = 0; i < ARRAY_LEN(PADDING); i++) {
		assert_true(ask(padded, len + PADDING[i], &r));
		assert_true(r.reply->ok);
		assert_int_equal(r.n_frames, 1);
		imaging_result_free(&r);
	}
	free(padded);
	free(v);
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void
mutated_files_never_give_a_wrong_picture(void **state)
{
	static const char *const NAMES[] = {"frames-s16", "frames-s16-70", "frames-s16-rle",
	    "frames-s16-jpeg-ls", "frames-s16-j2k", "rgb-jpeg-444", "palette-segmented",
	    "modality-lut", "ankle-undefined-lengths", "ybr-full-422"};
	unsigned n_ok = 0, n_refused = 0, n_died = 0;
	uint32_t seed = 20161124;
	struct imaging_result r;
	uint8_t *v, *copy;
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
		v = imaging_read_file(files_path(NAMES[i], ".dcm"), &len);
		assert_non_null(v);
		copy = mem_new(len);
		for (unsigned run = 0; run < 50; run++) {
			memcpy(copy, v, len);
			/* half of them in the head, where the lies are */
			for (unsigned hits = 0; hits <= run % 8; hits++)
				copy[132 + next_random(&seed) % (run % 2 ? 1200 : len - 132)] =
				    (uint8_t)next_random(&seed);
			if (!ask(copy, len, &r)) {
				n_died++;
				continue;
			}
			n_ok += r.reply->ok ? 1 : 0;
			n_refused += r.reply->ok ? 0 : 1;
			assert_true(r.reply->ok || r.reply->reason[0] != '\0');
			assert_true(r.reply->ok || r.n_frames == 0);
			check_consistent(&r);
			imaging_result_free(&r);
		}
		free(copy);
		free(v);
	}
	print_message(
	    "500 mutants: %u read, %u refused, %u killed the process\n", n_ok, n_refused, n_died);
	/* both must happen, or the mutations test nothing */
	assert_true(n_ok > 50 && n_refused > 50);
	assert_true(n_died < 25);
}

static void
a_thousand_files_leave_memory_flat(void **state)
{
	static const char *const NAMES[] = {
	    "ankle", "ankle-70", "ankle-j2k", "rgb-jpeg-444", "palette-16"};
	struct imaging_result r;
	long settled = 0, after;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		assert_int_equal(imaging_child_decode_path(&child,
				     files_path(NAMES[i % ARRAY_LEN(NAMES)], ".dcm"), false, &r),
		    0);
		assert_true(r.reply->ok);
		imaging_result_free(&r);
		if (i == 100)
			settled = child_kib("VmRSS");
	}
	after = child_kib("VmRSS");
	print_message("resident: %ld kB after 100 files, %ld kB after 1000\n", settled, after);
	assert_true(!MEMORY_COUNTS || after < settled + 2048);
}

static void
a_socket_that_makes_no_sense_ends_the_process(void **state)
{
	struct imaging_child c;
	int status;

	(void)state;
	assert_true(imaging_child_start(&c));
	assert_int_equal(write(c.socket, "GET / HTTP/1.0\r\n\r\n", 18), 18);
	status = imaging_child_died(&c);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(truncated_files_are_refused_wherever_they_end),
	    cmocka_unit_test(padding_behind_the_dataset_does_no_harm),
	    cmocka_unit_test(mutated_files_never_give_a_wrong_picture),
	    cmocka_unit_test(a_thousand_files_leave_memory_flat),
	    cmocka_unit_test(a_socket_that_makes_no_sense_ends_the_process),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
