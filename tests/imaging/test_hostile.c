/* SPDX-License-Identifier: MIT */
/*
 * Files that lie about what they hold, built by hand: each is refused with a
 * reason, costs itself only and no memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <zlib.h>

#include "common/buf.h"
#include "common/mem.h"
#include "tests/lib/imaging_child.h"

#define EXPLICIT "1.2.840.10008.1.2.1"
#define IMPLICIT "1.2.840.10008.1.2"
#define DEFLATED "1.2.840.10008.1.2.1.99"
#define RLE	 "1.2.840.10008.1.2.5"

/* Under the sanitizers memory is theirs to spend. */
#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_COUNTS 0
#elif defined(__has_feature)
#define MEMORY_COUNTS !__has_feature(address_sanitizer)
#else
#define MEMORY_COUNTS 1
#endif

static struct imaging_child child;

/* ------------------------------------------------------- files built by hand */

static void
put16(struct buf *b, unsigned v)
{
	uint8_t bytes[2] = {(uint8_t)v, (uint8_t)(v >> 8)};

	assert_int_equal(buf_append(b, bytes, sizeof(bytes)), 0);
}

static void
put32(struct buf *b, uint32_t v)
{
	put16(b, v & 0xffff);
	put16(b, v >> 16);
}

static void
put_tag(struct buf *b, uint32_t tag)
{
	put16(b, tag >> 16);
	put16(b, tag & 0xffff);
}

/* Explicit VR with a 16-bit length. */
static void
put_text(struct buf *b, uint32_t tag, const char *vr, const char *value)
{
	size_t len = strlen(value);

	put_tag(b, tag);
	assert_int_equal(buf_append(b, vr, 2), 0);
	put16(b, (unsigned)(len + len % 2));
	assert_int_equal(buf_append(b, value, len), 0);
	if (len % 2 != 0)
		assert_int_equal(buf_append(b, "", 1), 0);
}

static void
put_us(struct buf *b, uint32_t tag, unsigned value)
{
	put_tag(b, tag);
	assert_int_equal(buf_append(b, "US", 2), 0);
	put16(b, 2);
	put16(b, value);
}

/* Preamble and meta group. */
static void
put_head(struct buf *b, const char *syntax)
{
	static const uint8_t PREAMBLE[128];

	buf_init(b, (size_t)64 << 20);
	buf_append(b, PREAMBLE, sizeof(PREAMBLE));
	buf_append(b, "DICM", 4);
	put_text(b, 0x00020010, "UI", syntax);
}

/* An image with all it needs but its pixels. */
static void
put_image(struct buf *b, unsigned rows, unsigned columns, const char *frames, unsigned bits)
{
	put_text(b, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.7");
	put_text(b, 0x00080018, "UI", "2.25.1");
	put_text(b, 0x0020000d, "UI", "2.25.2");
	put_text(b, 0x0020000e, "UI", "2.25.3");
	put_us(b, 0x00280002, 1);
	put_text(b, 0x00280004, "CS", "MONOCHROME2");
	put_text(b, 0x00280008, "IS", frames);
	put_us(b, 0x00280010, rows);
	put_us(b, 0x00280011, columns);
	put_us(b, 0x00280100, bits);
	put_us(b, 0x00280101, bits);
	put_us(b, 0x00280102, bits - 1);
	put_us(b, 0x00280103, 0);
}

static void
put_pixels(struct buf *b, uint32_t len, size_t written)
{
	static const uint8_t ZEROS[256];

	put_tag(b, 0x7fe00010);
	buf_append(b, "OW\0", 4);
	put32(b, len);
	assert_true(written <= sizeof(ZEROS));
	buf_append(b, ZEROS, written);
}

/* ------------------------------------------------------------------- asking */

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

/* Refused with these words and this attribute, by a process that lives on. */
static void
check_refused(struct buf *b, const char *words, const char *field)
{
	pid_t pid = child.pid;
	struct imaging_result r;

	assert_true(ask(buf_bytes(b), b->len, &r));
	assert_int_equal(child.pid, pid);
	assert_false(r.reply->ok);
	if (strstr(r.reply->reason, words) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", r.reply->reason, words);
	assert_non_null(strstr(r.reply->field, field));
	assert_int_equal(r.out_len, 0);
	imaging_result_free(&r);
	buf_release(b);
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

/* -------------------------------------------------------------------- tests */

static void
headers_that_announce_too_much_cost_no_memory(void **state)
{
	struct buf b;
	long before;

	(void)state;
	before = child_kib("VmHWM");
	put_head(&b, EXPLICIT);
	put_image(&b, 65535, 65535, "4096", 16);
	put_pixels(&b, 200, 200);
	assert_true(b.len < 1024);
	check_refused(&b, "outside", "Rows (0028,0010)");
	put_head(&b, EXPLICIT);
	put_image(&b, 16384, 16384, "10000", 16);
	put_pixels(&b, 200, 200);
	check_refused(&b, "2 GiB", "NumberOfFrames (0028,0008)");
	put_head(&b, EXPLICIT);
	put_image(&b, 16, 16, "1000000000", 16);
	put_pixels(&b, 200, 200);
	check_refused(&b, "outside", "NumberOfFrames (0028,0008)");
	put_head(&b, EXPLICIT);
	put_image(&b, 16384, 16384, "1", 16);
	put_pixels(&b, 200, 200);
	check_refused(&b, "fewer pixels", "PixelData (7FE0,0010)");
	put_head(&b, EXPLICIT);
	put_image(&b, 16, 16, "1", 16);
	put_pixels(&b, 0xfffffff0u, 200);
	check_refused(&b, "ends inside", "PixelData (7FE0,0010)");
	/* 512 MiB announced, compressed: nothing is there to decode */
	put_head(&b, RLE);
	put_image(&b, 16384, 16384, "1", 16);
	put_tag(&b, 0x7fe00010);
	buf_append(&b, "OB\0", 4);
	put32(&b, 0xffffffffu);
	put_tag(&b, 0xfffee000);
	put32(&b, 0);
	put_tag(&b, 0xfffee000);
	put32(&b, 64);
	buf_append(&b, (const uint8_t[64]){2}, 64);
	put_tag(&b, 0xfffee0dd);
	put32(&b, 0);
	check_refused(&b, "damaged", "PixelData (7FE0,0010)");
	assert_true(!MEMORY_COUNTS || child_kib("VmHWM") < before + 16384);
}

static void
put_nested(struct buf *b, unsigned levels, bool implicit, bool undefined)
{
	for (unsigned i = 0; i < levels; i++) {
		put_tag(b, 0x00081115);
		if (!implicit)
			buf_append(b, "SQ\0", 4);
		put32(b, undefined ? 0xffffffffu
				   : (implicit ? 16 : 20) * (levels - i) - 8 - (implicit ? 0 : 4));
		put_tag(b, 0xfffee000);
		put32(b, undefined ? 0xffffffffu : (implicit ? 16 : 20) * (levels - i - 1));
	}
	for (unsigned i = 0; undefined && i < levels; i++) {
		put_tag(b, 0xfffee00d);
		put32(b, 0);
		put_tag(b, 0xfffee0dd);
		put32(b, 0);
	}
}

static void
nesting_is_limited_before_dcmtk_recurses(void **state)
{
	struct buf b;

	(void)state;
	for (int undefined = 0; undefined < 2; undefined++) {
		put_head(&b, EXPLICIT);
		put_nested(&b, 10000, false, undefined);
		check_refused(&b, "nested", "(0008,1115)");
		put_head(&b, IMPLICIT);
		put_nested(&b, 10000, true, undefined);
		check_refused(&b, "nested", "(0008,1115)");
	}
	/* as deep as allowed: not for that reason */
	put_head(&b, EXPLICIT);
	put_nested(&b, 16, false, true);
	put_image(&b, 16, 16, "1", 32);
	put_pixels(&b, 256, 256);
	check_refused(&b, "32 bits", "BitsAllocated");
	put_head(&b, EXPLICIT);
	put_nested(&b, 17, false, true);
	check_refused(&b, "nested", "(0008,1115)");
}

static void
nesting_does_not_hide_behind_damage(void **state)
{
	struct buf inside, b;

	(void)state;
	buf_init(&inside, (size_t)4 << 20);
	/* an item that DCMTK may put up with, then the depth */
	put_tag(&inside, 0xfffee000);
	put32(&inside, 8);
	put_tag(&inside, 0xfffee00d);
	put32(&inside, 0);
	put_tag(&inside, 0xfffee000);
	put32(&inside, 0xffffffffu);
	put_nested(&inside, 10000, true, true);
	put_head(&b, IMPLICIT);
	put_tag(&b, 0x00081115);
	put32(&b, (uint32_t)inside.len);
	buf_append(&b, buf_bytes(&inside), inside.len);
	buf_release(&inside);
	check_refused(&b, "delimiter", "(0008,1115)");
}

static void
order_and_number_of_elements_are_limited(void **state)
{
	struct buf b;

	(void)state;
	put_head(&b, EXPLICIT);
	for (unsigned i = 0; i < 60000; i++)
		put_text(&b, 0x7001ffffu - i, "LO", "");
	check_refused(&b, "out of order", "(7001,");
	put_head(&b, EXPLICIT);
	for (unsigned i = 0; i < 2100000; i++)
		put_text(&b, 0x70010000u + i / 64, "LO", "");
	check_refused(&b, "too many elements", "(7001,");
}

static void
a_deflate_bomb_is_stopped(void **state)
{
	static uint8_t zeros[1 << 20];
	uint8_t out[65536];
	z_stream z = {0};
	struct buf b;
	long before = child_kib("VmHWM");

	(void)state;
	put_head(&b, DEFLATED);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
	for (unsigned mib = 0; mib < 64; mib++) {
		z.next_in = zeros;
		z.avail_in = sizeof(zeros);
		do {
			z.next_out = out;
			z.avail_out = sizeof(out);
			deflate(&z, mib == 63 ? Z_FINISH : Z_NO_FLUSH);
			buf_append(&b, out, sizeof(out) - z.avail_out);
		} while (z.avail_out == 0);
	}
	deflateEnd(&z);
	assert_true(b.len < 100000);
	check_refused(&b, "grows", "TransferSyntaxUID");
	/* 65 KB in: at most 256 times that */
	assert_true(!MEMORY_COUNTS || child_kib("VmHWM") < before + 40000);
}

/* One fragment of 128 bytes with a header of these offsets. */
static void
put_rle(struct buf *b, uint32_t n_segments, uint32_t first, uint32_t second)
{
	static const uint8_t ZEROS[128];

	put_head(b, RLE);
	put_image(b, 8, 8, "1", 16);
	put_tag(b, 0x7fe00010);
	buf_append(b, "OB\0", 4);
	put32(b, 0xffffffffu);
	put_tag(b, 0xfffee000);
	put32(b, 0);
	put_tag(b, 0xfffee000);
	put32(b, 128);
	put32(b, n_segments);
	put32(b, first);
	put32(b, second);
	buf_append(b, ZEROS, 116);
	put_tag(b, 0xfffee0dd);
	put32(b, 0);
}

static void
rle_offsets_that_point_elsewhere_show_no_memory(void **state)
{
	static const uint32_t BAD[][3] = {{2, 64, 0x40000000}, {2, 0xfffffff0u, 96}, {2, 96, 64},
	    {2, 0, 64}, {3, 64, 96}, {0, 64, 96}, {0xffffffffu, 64, 96}};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
		put_rle(&b, BAD[i][0], BAD[i][1], BAD[i][2]);
		check_refused(&b, "RLE header", "PixelData (7FE0,0010)");
	}
	/* segments of zeros are 16 literals of one byte: too few pixels */
	put_rle(&b, 2, 64, 96);
	check_refused(&b, "cut off", "PixelData (7FE0,0010)");
}

static void
what_is_no_dicom_is_said_to_be_none(void **state)
{
	static const char *const FILES[] = {"x", "GIF89a, and nothing else in this file",
	    "%PDF-1.4 a document that nobody has encapsulated"};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(FILES); i++) {
		buf_init(&b, 1024);
		buf_append(&b, FILES[i], strlen(FILES[i]));
		check_refused(&b, "not a DICOM file", "");
	}
	put_head(&b, "1.2.3.4");
	put_image(&b, 4, 4, "1", 8);
	check_refused(&b, "not known", "TransferSyntaxUID");
	put_head(&b, EXPLICIT);
	put_text(&b, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.7");
	put_text(&b, 0x00080018, "UI", "../../etc/passwd");
	put_text(&b, 0x0020000d, "UI", "2.25.2");
	put_text(&b, 0x0020000e, "UI", "2.25.3");
	put_pixels(&b, 16, 16);
	check_refused(&b, "no identifier", "SOPInstanceUID (0008,0018)");
}

/* One good file first: what the process loads at its start counts for no test. */
static int
setup(void **state)
{
	struct imaging_result r;
	struct buf b;
	bool ok;

	(void)state;
	if (!imaging_child_start(&child))
		return -1;
	put_head(&b, EXPLICIT);
	put_image(&b, 8, 16, "1", 16);
	put_pixels(&b, 256, 256);
	ok = ask(buf_bytes(&b), b.len, &r) && r.reply->ok;
	buf_release(&b);
	imaging_result_free(&r);
	return ok ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	return imaging_child_stop(&child);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(headers_that_announce_too_much_cost_no_memory),
	    cmocka_unit_test(nesting_is_limited_before_dcmtk_recurses),
	    cmocka_unit_test(nesting_does_not_hide_behind_damage),
	    cmocka_unit_test(order_and_number_of_elements_are_limited),
	    cmocka_unit_test(a_deflate_bomb_is_stopped),
	    cmocka_unit_test(rle_offsets_that_point_elsewhere_show_no_memory),
	    cmocka_unit_test(what_is_no_dicom_is_said_to_be_none),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
