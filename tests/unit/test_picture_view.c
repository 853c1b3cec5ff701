/* SPDX-License-Identifier: MIT */
/*
 * Window, scaling, zoom and pan against values worked out by hand.
 */
#include "client/picture/scale.h"
#include "client/picture/window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "tests/lib/check.h"

static struct picture_frame
frame(unsigned rows, unsigned columns)
{
	struct picture_frame f = {.rows = rows,
	    .columns = columns,
	    .grey = mem_new_array((size_t)rows * columns, 2),
	    .slope = 1,
	    .max = 255};

	return f;
}

static const struct picture_view WHOLE = {
    .center = 128, .width = 256, .zoom = 1, .pan_x = 0.5, .pan_y = 0.5};

/* PS3.3 C.11.2.1.2.1 for c = 40, w = 400: black up to -160, white from 239, the
 * middle 127.5 at 39.5. */
static void
linear_window(void **state)
{
	struct picture_lut *lut = mem_new(sizeof(*lut));
	struct picture_frame f = {.slope = 1, .intercept = -1024, .bias = 32768};
	struct picture_view v = {.center = 40, .width = 400};
	int zero = 1024 + 32768; /* index of 0 Hounsfield units */

	(void)state;
	picture_lut_make(lut, &f, &v);
	assert_int_equal(lut->grey[zero - 160], 0);
	assert_int_equal(lut->grey[zero - 159], 1); /* 0.64 */
	assert_int_equal(lut->grey[zero + 39], 127);
	assert_int_equal(lut->grey[zero + 40], 128);
	assert_int_equal(lut->grey[zero + 238], 254); /* 254.36 */
	assert_int_equal(lut->grey[zero + 239], 255);
	assert_int_equal(lut->grey[0], 0);
	assert_int_equal(lut->grey[65535], 255);
	for (int i = 1; i < 65536; i++)
		assert_true(lut->grey[i] >= lut->grey[i - 1]);

	/* the identity window of 8 bits: c = 128, w = 256 */
	f = (struct picture_frame){.slope = 1};
	v = (struct picture_view){.center = 128, .width = 256};
	picture_lut_make(lut, &f, &v);
	for (int i = 0; i < 256; i++)
		assert_int_equal(lut->grey[i], i);

	/* width 1: a threshold between c - 0.5 and above */
	v = (struct picture_view){.center = 100, .width = 1};
	picture_lut_make(lut, &f, &v);
	assert_int_equal(lut->grey[99], 0);
	assert_int_equal(lut->grey[100], 255);
	free(lut);
}

/* A negative is asked for by the frame or by the person; both together undo
 * each other. A falling slope turns the ramp round, too. */
static void
negatives(void **state)
{
	struct picture_lut *lut = mem_new(sizeof(*lut));
	struct picture_frame f = {.slope = 1};
	struct picture_view v = {.center = 128, .width = 256};

	(void)state;
	f.monochrome1 = true;
	picture_lut_make(lut, &f, &v);
	assert_int_equal(lut->grey[0], 255);
	assert_int_equal(lut->grey[200], 55);
	v.invert = true;
	picture_lut_make(lut, &f, &v);
	assert_int_equal(lut->grey[200], 200);
	f.monochrome1 = false;
	picture_lut_make(lut, &f, &v);
	assert_int_equal(lut->grey[200], 55);
	v.invert = false;
	f.slope = -1;
	f.intercept = 255;
	picture_lut_make(lut, &f, &v);
	assert_int_equal(lut->grey[0], 255);
	assert_int_equal(lut->grey[255], 0);
	free(lut);
}

/* 1000 pixels of which 4 are far out: they do not stretch the window. */
static void
automatic_window(void **state)
{
	struct picture_frame f = frame(10, 100);
	struct picture_lut *lut = mem_new(sizeof(*lut));
	struct picture_view v = WHOLE;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		f.grey[i] = (uint16_t)(i < 4 ? 60000 : 100 + i % 201);
	picture_window_auto(&f, &v.center, &v.width);
	picture_lut_make(lut, &f, &v);
	assert_int_equal(lut->grey[100], 0);
	assert_int_equal(lut->grey[300], 255);
	assert_in_range(lut->grey[200], 126, 129);
	/* all the same: no division by nothing */
	for (unsigned i = 0; i < 1000; i++)
		f.grey[i] = 7;
	picture_window_auto(&f, &v.center, &v.width);
	assert_true(v.width == 1 && isfinite(v.center));
	picture_frame_release(&f);
	free(lut);
}

static void
clamped_window(void **state)
{
	struct picture_frame f = {.slope = 2, .intercept = -1000};
	double c = 1e9, w = 0;

	(void)state;
	picture_window_clamp(&f, &c, &w);
	assert_true(c == 65535 * 2.0 - 1000 && w == PICTURE_WIDTH_MIN);
	c = -1e9;
	w = 1e12;
	picture_window_clamp(&f, &c, &w);
	assert_true(c == -1000 && w == 2 * 65535 * 2.0);
}

static void
render(const struct picture_frame *f, const struct picture_view *v, struct picture_room room,
    struct picture_canvas *c, struct picture_map *m)
{
	struct picture_renderer *r = picture_renderer_new();

	picture_render(r, f, 0, v, &room, c, m);
	picture_renderer_free(&r);
}

/* 4 x 4 onto 2 x 2: each dot is the mean of four. */
static void
made_smaller(void **state)
{
	static const uint16_t in[16] = {
	    0, 10, 100, 100, 20, 30, 100, 100, 1, 1, 200, 0, 1, 2, 0, 200};
	static const uint8_t want[4] = {15, 100, 1, 100};
	struct picture_frame f = frame(4, 4);
	struct picture_canvas c = {0};

	(void)state;
	memcpy(f.grey, in, sizeof(in));
	render(&f, &WHOLE, (struct picture_room){2, 2, 1, 1}, &c, NULL);
	assert_memory_equal(c.pixels, want, 4);
	/* 3 onto 2: the middle pixel is shared half and half:
	 * (0 * 1 + 90 * 0.5) / 1.5 = 30, (90 * 0.5 + 150 * 1) / 1.5 = 130 */
	picture_frame_release(&f);
	f = frame(3, 3);
	for (int y = 0; y < 3; y++) {
		f.grey[3 * y + 1] = 90;
		f.grey[3 * y + 2] = 150;
	}
	render(&f, &WHOLE, (struct picture_room){2, 2, 1, 1}, &c, NULL);
	assert_int_equal(c.pixels[0], 30);
	assert_int_equal(c.pixels[1], 130);
	assert_int_equal(c.pixels[2], 30);
	picture_frame_release(&f);
	picture_canvas_release(&c);
}

/* 2 onto 4: dots' centres lie at 0.25 0.75 1.25 1.75, pixels' at 0.5 and 1.5, so
 * the dots in the middle are a quarter and three quarters of the way. */
static void
made_larger(void **state)
{
	static const uint8_t want[4] = {0, 25, 75, 100};
	struct picture_frame f = frame(2, 2);
	struct picture_canvas c = {0};

	(void)state;
	f.grey[1] = f.grey[3] = 100;
	render(&f, &WHOLE, (struct picture_room){4, 4, 1, 1}, &c, NULL);
	for (int y = 0; y < 4; y++)
		assert_memory_equal(c.pixels + 4 * y, want, 4);
	/* the same size: nothing is changed */
	render(&f, &WHOLE, (struct picture_room){2, 2, 1, 1}, &c, NULL);
	assert_int_equal(c.pixels[0], 0);
	assert_int_equal(c.pixels[1], 100);
	picture_frame_release(&f);
	picture_canvas_release(&c);
}

/* A picture of one grey stays that grey at any size: no weight is lost. */
static void
weights_add_up(void **state)
{
	struct picture_frame f = frame(61, 83);
	struct picture_canvas c = {0};
	struct picture_map m;

	(void)state;
	for (unsigned i = 0; i < 61 * 83; i++)
		f.grey[i] = 201;
	for (unsigned w = 1; w < 200; w += 7) {
		render(&f, &WHOLE, (struct picture_room){w, w, 1, 1}, &c, &m);
		for (unsigned y = 0; y < w; y++)
			for (unsigned x = 0; x < w; x++) {
				bool inside =
				    x >= m.left && x < m.right && y >= m.top && y < m.bottom;
				assert_int_equal(c.pixels[y * w + x], inside ? 201 : 0);
			}
	}
	picture_frame_release(&f);
	picture_canvas_release(&c);
}

/* Pixels twice as high as wide, on dots twice as high as wide, and margins. */
static void
true_shape(void **state)
{
	struct picture_frame f = frame(100, 100);
	struct picture_map m;

	(void)state;
	/* square pixels, square dots: 100 x 40 dots hold 40 x 40 in the middle */
	picture_map_make(&f, &WHOLE, &(struct picture_room){100, 40, 1, 1}, &m);
	assert_int_equal(m.left, 30);
	assert_int_equal(m.right, 70);
	assert_int_equal(m.top, 0);
	assert_int_equal(m.bottom, 40);
	assert_true(fabs(m.step_x - 2.5) < 1e-9 && fabs(m.step_y - 2.5) < 1e-9);
	/* letters, 8 x 16: the same picture is 80 letters wide */
	picture_map_make(&f, &WHOLE, &(struct picture_room){100, 40, 8, 16}, &m);
	assert_int_equal(m.left, 10);
	assert_int_equal(m.right, 90);
	/* rows 2 mm apart, columns 1 mm: twice as high as wide */
	f.spacing_row_mm = 2;
	f.spacing_col_mm = 1;
	picture_map_make(&f, &WHOLE, &(struct picture_room){100, 40, 1, 1}, &m);
	assert_int_equal(m.right - m.left, 20);
	assert_int_equal(m.bottom - m.top, 40);
	picture_frame_release(&f);
}

static void
zoom_and_pan(void **state)
{
	struct picture_frame f = frame(100, 100);
	struct picture_room room = {50, 50, 1, 1};
	struct picture_view v = WHOLE;
	struct picture_map m;

	(void)state;
	v.zoom = 2;
	picture_map_make(&f, &v, &room, &m);
	assert_true(fabs(m.x0 - 25) < 1e-9 && fabs(m.step_x - 1) < 1e-9);
	v.pan_x = 0;
	v.pan_y = 1;
	picture_view_clamp(&f, &v, &room);
	/* half of the picture is seen, so the view's middle stays a quarter inside */
	assert_true(fabs(v.pan_x - 0.25) < 1e-9 && fabs(v.pan_y - 0.75) < 1e-9);
	picture_map_make(&f, &v, &room, &m);
	assert_true(fabs(m.x0) < 1e-9 && fabs(m.y0 - 50) < 1e-9);
	assert_int_equal(m.left, 0);
	assert_int_equal(m.right, 50);
	v.zoom = 1000;
	picture_view_clamp(&f, &v, &room);
	assert_true(v.zoom == PICTURE_ZOOM_MAX);
	v.zoom = 0.1;
	picture_view_clamp(&f, &v, &room);
	assert_true(v.zoom == 1 && v.pan_x == 0.5 && v.pan_y == 0.5);
	picture_frame_release(&f);
}

/* Remembered scaling gives the same picture as scaling again, whatever changes. */
static void
remembered_scaling(void **state)
{
	struct picture_frame f = frame(40, 40), g = frame(40, 40);
	struct picture_renderer *r = picture_renderer_new();
	struct picture_canvas kept = {0}, fresh = {0};
	struct picture_view v = WHOLE;
	struct picture_room room = {64, 64, 1, 1};

	(void)state;
	for (unsigned i = 0; i < 1600; i++) {
		f.grey[i] = (uint16_t)(i % 251);
		g.grey[i] = (uint16_t)(i % 13 * 20);
	}
	for (int step = 0; step < 6; step++) {
		const struct picture_frame *now = step == 3 ? &g : &f;
		v.width = step == 1 ? 60 : 256;
		v.zoom = step == 2 ? 3 : 1;
		v.invert = step == 4;
		room.width = step == 5 ? 30 : 64;
		picture_render(r, now, now == &g ? 2 : 1, &v, &room, &kept, NULL);
		render(now, &v, room, &fresh, NULL);
		assert_memory_equal(kept.pixels, fresh.pixels, (size_t)room.width * room.height);
	}
	picture_renderer_free(&r);
	picture_canvas_release(&kept);
	picture_canvas_release(&fresh);
	picture_frame_release(&f);
	picture_frame_release(&g);
}

static void
colours_are_scaled_one_by_one(void **state)
{
	struct picture_frame f = {.rows = 1, .columns = 2, .rgb = mem_new(6), .slope = 1};
	struct picture_canvas c = {0};
	struct picture_view v = WHOLE;

	(void)state;
	memcpy(f.rgb, (uint8_t[]){0, 100, 200, 50, 100, 0}, 6);
	render(&f, &v, (struct picture_room){1, 1, 2, 1}, &c, NULL);
	assert_true(c.is_rgb);
	assert_memory_equal(c.pixels, ((uint8_t[]){25, 100, 100}), 3);
	v.invert = true;
	render(&f, &v, (struct picture_room){1, 1, 2, 1}, &c, NULL);
	assert_memory_equal(c.pixels, ((uint8_t[]){230, 155, 155}), 3);
	picture_frame_release(&f);
	picture_canvas_release(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(linear_window),
	    cmocka_unit_test(negatives),
	    cmocka_unit_test(automatic_window),
	    cmocka_unit_test(clamped_window),
	    cmocka_unit_test(made_smaller),
	    cmocka_unit_test(made_larger),
	    cmocka_unit_test(weights_add_up),
	    cmocka_unit_test(true_shape),
	    cmocka_unit_test(zoom_and_pan),
	    cmocka_unit_test(remembered_scaling),
	    cmocka_unit_test(colours_are_scaled_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
