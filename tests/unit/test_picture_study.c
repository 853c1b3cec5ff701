/* SPDX-License-Identifier: MIT */
/*
 * What is asked for next, what is kept, and what a server that does not keep to
 * the protocol gets. Then windows, directions and lengths of a frame.
 */
#include "client/model/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <charls/charls.h>

#include "client/screen/viewer_look.h"
#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/check.h"

#define SIDE 16u

/* A study of two series of n frames each. */
static void
study_of(struct study *s, uint32_t n, size_t max_bytes, size_t max_pixels_bytes)
{
	Emage__ExamSeriesReply reply = EMAGE__EXAM_SERIES_REPLY__INIT;
	Emage__Series a = EMAGE__SERIES__INIT, b = EMAGE__SERIES__INIT, empty = EMAGE__SERIES__INIT;
	Emage__Series *list[] = {&a, &empty, &b};

	a.series_id = 11;
	b.series_id = 12;
	a.n_frames = b.n_frames = n;
	a.rows = a.columns = b.rows = b.columns = SIDE;
	a.description = "THORAX\x1b[31m 1.25mm";
	b.frame_time_ms = -1.0 / 0.0;
	reply.series = list;
	reply.n_series = 3;
	study_init(s, max_bytes, max_pixels_bytes);
	study_take_series(s, &reply);
}

/* A codestream of one grey. */
static size_t
code_of(uint8_t grey, uint8_t code_r[1024])
{
	charls_frame_info head = {SIDE, SIDE, 8, 1};
	charls_jpegls_encoder *e = charls_jpegls_encoder_create();
	uint8_t pixels[SIDE * SIDE];
	size_t len;

	memset(pixels, grey, sizeof(pixels));
	assert_int_equal(charls_jpegls_encoder_set_frame_info(e, &head), 0);
	assert_int_equal(charls_jpegls_encoder_set_destination_buffer(e, code_r, 1024), 0);
	assert_int_equal(charls_jpegls_encoder_encode_from_buffer(e, pixels, sizeof(pixels), 0), 0);
	assert_int_equal(charls_jpegls_encoder_get_bytes_written(e, &len), 0);
	charls_jpegls_encoder_destroy(e);
	return len;
}

/* One reply: info when `first`, then bytes [from, to) of the frame. */
static int
reply(struct study *s, uint32_t index, bool first, size_t from, size_t to)
{
	Emage__FrameGetReply r = EMAGE__FRAME_GET_REPLY__INIT;
	Emage__FrameInfo info = EMAGE__FRAME_INFO__INIT;
	uint8_t code[1024];
	size_t len = code_of((uint8_t)index, code);

	info.rows = info.columns = SIDE;
	info.bits_stored = 8;
	info.slope = 1;
	info.total_bytes = (uint32_t)len;
	r.index = index;
	r.info = first ? &info : NULL;
	r.data.data = code + from;
	r.data.len = (to < len ? to : len) - from;
	return study_take(s, &r);
}

/* The whole frame in one reply. */
static void
frame_comes(struct study *s, uint32_t index)
{
	assert_int_equal(reply(s, index, true, 0, SIZE_MAX), 1);
}

static void
run_comes(struct study *s, struct study_ask ask)
{
	study_asked(s, &ask);
	for (uint32_t i = 0; i < ask.count; i++)
		frame_comes(s, ask.first + i);
	study_ended(s);
}

static void
series_are_taken(void **state)
{
	struct study s;

	(void)state;
	study_of(&s, 5, 1 << 20, 1 << 20);
	assert_int_equal(s.n_series, 2); /* an empty one is none */
	assert_int_equal(s.series[1].id, 12);
	assert_null(strchr(s.series[0].description, 27));
	assert_true(s.series[1].frame_time_ms == 0);
	study_release(&s);
}

/* The frame looked at first, then onwards, then back, each frame once. */
/* One reply of one series. */
static void
one_more(struct study *s, uint64_t id)
{
	Emage__ExamSeriesReply reply = EMAGE__EXAM_SERIES_REPLY__INIT;
	Emage__Series in = EMAGE__SERIES__INIT, *list[] = {&in};

	in.series_id = id;
	in.n_frames = 3;
	reply.series = list;
	reply.n_series = 1;
	study_take_series(s, &reply);
}

static void
series_of_several_replies(void **state)
{
	struct study s;

	(void)state;
	study_of(&s, 5, 1 << 20, 1 << 20);
	one_more(&s, 13);
	one_more(&s, 14);
	assert_int_equal(s.n_series, 4);
	assert_int_equal(s.series[0].id, 11);
	assert_int_equal(s.series[3].id, 14);
	assert_int_equal(s.series[3].n_frames, 3);
	/* asked for again after a cut */
	one_more(&s, 11);
	assert_int_equal(s.n_series, 1);
	assert_int_equal(s.series[0].n_frames, 3);
	study_release(&s);
}

static void
plan_goes_outwards(void **state)
{
	struct study s;
	struct study_ask ask;
	unsigned n_asks = 0, n_frames = 0;

	(void)state;
	study_of(&s, 100, 64 << 20, 1 << 20);
	ask = study_plan(&s, 1, 40, 1);
	assert_int_equal(ask.series, 1);
	assert_int_equal(ask.first, 40);
	assert_int_equal(ask.count, STUDY_RUN);
	study_asked(&s, &ask);
	assert_int_equal(study_plan(&s, 1, 40, 1).count, 0); /* one at a time */
	study_ended(&s);
	while ((ask = study_plan(&s, 1, 40, 1)).count > 0) {
		assert_true(ask.count <= STUDY_RUN && ask.first + ask.count <= 100);
		run_comes(&s, ask);
		n_frames += ask.count;
		n_asks++;
		if (n_asks == 2)
			assert_true(ask.first == 40 + STUDY_RUN || ask.first + ask.count == 40);
	}
	assert_int_equal(n_frames, 100);
	assert_int_equal(s.series[1].n_here, 100);
	assert_true(n_asks <= 12);
	study_release(&s);
}

/* Going backwards, the frames before come next. */
static void
plan_goes_backwards(void **state)
{
	struct study s;
	struct study_ask ask;

	(void)state;
	study_of(&s, 100, 64 << 20, 1 << 20);
	ask = study_plan(&s, 0, 50, -1);
	assert_int_equal(ask.first, 50);
	assert_int_equal(ask.count, 1);
	run_comes(&s, ask);
	ask = study_plan(&s, 0, 50, -1);
	assert_int_equal(ask.first + ask.count, 50);
	assert_in_range(ask.count, 2, STUDY_RUN);
	study_release(&s);
}

/* What is not needed at once goes on; what keeps a person waiting is given up. */
static void
cancelling(void **state)
{
	struct study s;
	struct study_ask ask = {.series = 0, .first = 20, .count = 16};

	(void)state;
	study_of(&s, 100, 64 << 20, 1 << 20);
	assert_false(study_should_cancel(&s, 0, 20));
	study_asked(&s, &ask);
	assert_false(study_should_cancel(&s, 0, 20));
	assert_false(study_should_cancel(&s, 0, 22));
	assert_true(study_should_cancel(&s, 0, 30)); /* ten frames away */
	assert_true(study_should_cancel(&s, 0, 90));
	assert_true(study_should_cancel(&s, 0, 19));
	assert_true(study_should_cancel(&s, 1, 20));
	frame_comes(&s, 20);
	assert_false(study_should_cancel(&s, 0, 20)); /* here: nobody waits */
	assert_int_equal(reply(&s, 21, true, 0, 10), 0);
	assert_int_equal(s.series[0].frames[21].state, STUDY_COMING);
	study_ended(&s);
	/* the half is dropped and asked for again */
	assert_int_equal(s.series[0].frames[21].state, STUDY_MISSING);
	assert_int_equal(study_plan(&s, 0, 21, 1).first, 21);
	study_release(&s);
}

static void
frames_in_parts(void **state)
{
	struct study s;
	struct study_ask ask = {.series = 0, .first = 3, .count = 2};
	const struct picture_frame *f;

	(void)state;
	study_of(&s, 10, 64 << 20, 1 << 20);
	study_asked(&s, &ask);
	assert_int_equal(reply(&s, 3, true, 0, 0), 0); /* info alone */
	assert_int_equal(reply(&s, 3, false, 0, 20), 0);
	assert_null(study_pixels(&s, 0, 3));
	assert_int_equal(reply(&s, 3, false, 20, SIZE_MAX), 1);
	frame_comes(&s, 4);
	study_ended(&s);
	f = study_pixels(&s, 0, 3);
	assert_non_null(f);
	assert_int_equal(f->grey[0], 3);
	assert_int_equal(study_pixels(&s, 0, 4)->grey[SIDE * SIDE - 1], 4);
	assert_int_equal(s.series[0].n_here, 2);
	study_release(&s);
}

/* Out of order, unasked, too long, too large: refused, nothing kept. */
static void
protocol_is_kept(void **state)
{
	struct study s;
	struct study_ask ask = {.series = 0, .first = 3, .count = 2};
	Emage__FrameGetReply r = EMAGE__FRAME_GET_REPLY__INIT;
	Emage__FrameInfo info = EMAGE__FRAME_INFO__INIT;
	uint8_t data[64] = {0};

	(void)state;
	study_of(&s, 10, 64 << 20, 1 << 20);
	assert_int_equal(reply(&s, 3, true, 0, 10), -EM_E_PROTOCOL); /* nothing asked */
	study_asked(&s, &ask);
	assert_int_equal(reply(&s, 4, true, 0, 10), -EM_E_PROTOCOL);
	assert_int_equal(reply(&s, 9, true, 0, 10), -EM_E_PROTOCOL);
	assert_int_equal(reply(&s, 3, false, 0, 10), -EM_E_PROTOCOL); /* no info */
	r.index = 3;
	r.info = &info;
	info.total_bytes = 0;
	assert_int_equal(study_take(&s, &r), -EM_E_PROTOCOL);
	info.total_bytes = STUDY_FRAME_MAX_BYTES + 1;
	assert_int_equal(study_take(&s, &r), -EM_E_PROTOCOL);
	info.total_bytes = 60;
	r.data.data = data;
	r.data.len = 64;
	assert_int_equal(study_take(&s, &r), -EM_E_PROTOCOL);
	study_ended(&s);
	assert_int_equal(s.bytes, 0);
	/* an announced size costs nothing until the bytes come */
	study_asked(&s, &ask);
	info.total_bytes = STUDY_FRAME_MAX_BYTES;
	assert_int_equal(study_take(&s, &r), 0);
	assert_true(s.bytes <= 65536);
	r.info = NULL;
	r.data.len = 0;
	assert_int_equal(study_take(&s, &r), -EM_E_PROTOCOL);
	study_release(&s);
}

/* A frame that cannot be decoded fails once and is not asked for again until
 * the person wants it. */
static void
broken_frame(void **state)
{
	struct study s;
	struct study_ask ask = {.series = 0, .first = 0, .count = 1};
	Emage__FrameGetReply r = EMAGE__FRAME_GET_REPLY__INIT;
	Emage__FrameInfo info = EMAGE__FRAME_INFO__INIT;
	uint8_t data[64] = {0xff, 0xd8};

	(void)state;
	study_of(&s, 1, 64 << 20, 1 << 20);
	study_asked(&s, &ask);
	info.rows = info.columns = SIDE;
	info.bits_stored = 8;
	info.total_bytes = sizeof(data);
	r.data.len = sizeof(data);
	r.data.data = data;
	r.info = &info;
	assert_int_equal(study_take(&s, &r), 1);
	study_ended(&s);
	assert_null(study_pixels(&s, 0, 0));
	assert_int_equal(study_frame(&s, 0, 0)->state, STUDY_FAILED);
	assert_int_equal(study_frame(&s, 0, 0)->err, -EM_E_INVALID);
	assert_int_equal(s.series[0].n_here, 0);
	assert_int_equal(study_plan(&s, 0, 0, 1).count, 0);
	study_forgive(&s);
	assert_int_equal(study_plan(&s, 0, 0, 1).count, 1);
	study_release(&s);
}

/* However long a person looks around, no more than the limit is held, and the
 * frame in view stays. */
static void
memory_is_bounded(void **state)
{
	struct study s;
	size_t frame_bytes, n_rounds = 0;

	(void)state;
	study_of(&s, 200, 64 << 20, 3 * SIDE * SIDE * 2);
	run_comes(&s, (struct study_ask){.series = 0, .first = 0, .count = 1});
	frame_bytes = s.bytes;
	s.max_bytes = 40 * frame_bytes;
	for (uint32_t at = 0; at < 200; at += 9) {
		struct study_ask ask;
		for (int k = 0; k < 30 && (ask = study_plan(&s, 0, at, 1)).count > 0; k++) {
			run_comes(&s, ask);
			study_trim(&s, 0, at);
			n_rounds++;
			assert_true(s.bytes <= s.max_bytes);
		}
		/* it comes to rest: what is asked for is not thrown away at once */
		assert_int_equal(study_plan(&s, 0, at, 1).count, 0);
		assert_non_null(study_pixels(&s, 0, at));
		assert_non_null(study_pixels(&s, 0, at < 199 ? at + 1 : at));
		assert_true(s.pixels_bytes <= s.max_pixels_bytes);
	}
	assert_true(n_rounds > 10);
	/* another series: the first one makes room */
	run_comes(&s, study_plan(&s, 1, 100, 1));
	study_trim(&s, 1, 100);
	assert_true(s.bytes <= s.max_bytes);
	assert_int_equal(s.series[1].n_here, STUDY_RUN);
	study_release(&s);
	assert_int_equal(s.bytes, 0);
	assert_int_equal(s.pixels_bytes, 0);
}

/* ------------------------------------------------------------------- look */

static void
windows_in_order(void **state)
{
	Emage__FrameInfo info = EMAGE__FRAME_INFO__INIT;
	Emage__Window a = EMAGE__WINDOW__INIT, b = EMAGE__WINDOW__INIT;
	Emage__Window *list[] = {&a, &b};
	struct look_window w = {.kind = LOOK_MANUAL};
	char name[64];
	double c, width;

	(void)state;
	a.center = 35;
	a.width = 90;
	a.explanation = "CERVEAU\n";
	b.center = 500;
	b.width = 2000;
	info.windows = list;
	info.n_windows = 2;
	assert_int_equal(look_count(&info, "MR"), 3);
	assert_int_equal(look_count(&info, "CT"), 7);
	w = look_next(&info, "CT", w, 1);
	assert_true(w.kind == LOOK_DICOM && w.index == 0);
	assert_true(look_values(&info, w, &c, &width) && c == 35 && width == 90);
	look_name(&info, w, name, sizeof(name));
	assert_string_equal(name, "CERVEAU ");
	w = look_next(&info, "CT", w, 1);
	look_name(&info, w, name, sizeof(name));
	assert_non_null(strstr(name, "2"));
	w = look_next(&info, "CT", w, 1);
	assert_int_equal(w.kind, LOOK_PRESET);
	assert_true(look_values(&info, w, &c, &width) && c == 40 && width == 400);
	w = look_next(&info, "CT", look_at(&info, "CT", 0), -1);
	assert_int_equal(w.kind, LOOK_AUTO);
	assert_false(look_values(&info, w, &c, &width));
	assert_int_equal(look_first(&info, "CT").kind, LOOK_DICOM);
	/* a window without a meaning ends the list */
	a.width = 0.0 / 0.0;
	assert_int_equal(look_count(&info, "MR"), 1);
	/* none of its own: a slice with air is seen as abdomen, a projection, whose
	 * values begin at 0, and other modalities from their own values */
	info.slope = 1;
	info.intercept = -1024;
	assert_int_equal(look_first(&info, "CT").kind, LOOK_PRESET);
	assert_int_equal(look_first(&info, "MR").kind, LOOK_AUTO);
	info.intercept = 0;
	assert_int_equal(look_first(&info, "CT").kind, LOOK_AUTO);
	/* a frame with fewer windows than the one before */
	assert_false(look_values(&info, (struct look_window){LOOK_DICOM, 1}, &c, &width));
}

static void
edges_of(double row_x, double row_y, double row_z, double col_x, double col_y, double col_z,
    const char *want)
{
	Emage__FrameInfo info = EMAGE__FRAME_INFO__INIT;
	double cosines[6] = {row_x, row_y, row_z, col_x, col_y, col_z};
	struct look_edges e;
	char all[32] = "";

	info.orientation = cosines;
	info.n_orientation = 6;
	e = look_edges(&info);
	strcat(strcat(strcat(all, e.left), " "), e.right);
	strcat(strcat(strcat(strcat(all, " "), e.top), " "), e.bottom);
	assert_string_equal(all, want);
}

static void
directions(void **state)
{
	Emage__FrameInfo info = EMAGE__FRAME_INFO__INIT;
	struct look_edges e;

	(void)state;
	edges_of(1, 0, 0, 0, 1, 0, "R L A P");	      /* axial */
	edges_of(1, 0, 0, 0, 0, -1, "R L H F");	      /* coronal */
	edges_of(0, 1, 0, 0, 0, -1, "A P H F");	      /* sagittal */
	edges_of(0.8, 0.6, 0, 0, 0, -1, "RA LP H F"); /* turned by 37 degrees */
	edges_of(0.99, 0.14, 0, 0, 0, -1, "R L H F"); /* a little */
	edges_of(0.0 / 0.0, 0, 0, 0, 1, 0, "  A P");
	e = look_edges(&info);
	assert_true(e.left[0] == '\0' && e.top[0] == '\0');
	info.patient_orientation_row = "L";
	info.patient_orientation_column = "FA\033";
	e = look_edges(&info);
	assert_string_equal(e.left, "R");
	assert_string_equal(e.right, "L");
	assert_string_equal(e.top, "HP");
	assert_string_equal(e.bottom, "FA");
}

static void
lengths(void **state)
{
	(void)state;
	assert_true(look_scale_mm(0.9) == 0);
	assert_true(look_scale_mm(1) == 1);
	assert_true(look_scale_mm(49.9) == 20);
	assert_true(look_scale_mm(140) == 100);
	assert_true(look_scale_mm(1e9) == 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(series_are_taken),
	    cmocka_unit_test(series_of_several_replies),
	    cmocka_unit_test(plan_goes_outwards),
	    cmocka_unit_test(plan_goes_backwards),
	    cmocka_unit_test(cancelling),
	    cmocka_unit_test(frames_in_parts),
	    cmocka_unit_test(protocol_is_kept),
	    cmocka_unit_test(broken_frame),
	    cmocka_unit_test(memory_is_bounded),
	    cmocka_unit_test(windows_in_order),
	    cmocka_unit_test(directions),
	    cmocka_unit_test(lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
