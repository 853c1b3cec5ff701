/* SPDX-License-Identifier: MIT */
/*
 * What a picture costs the client, in CPU milliseconds (the least of many runs),
 * beside the targets of the design: a slice re-windowed in symbols under 50 ms at
 * 200x60, sixels of 800x800 under 20 ms, a loop of 25 images a second. The slice
 * is made here: a head of ellipses with noise, so that it costs what CT costs.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <charls/charls.h>

#include "client/picture/decode.h"
#include "client/picture/pane.h"
#include "client/picture/scale.h"
#include "common/err.h"
#include "common/mem.h"

#define SIDE   512u
#define RUNS   15
#define OUTPUT (64u << 20)

static double
bench_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

/* Hounsfield units: air, skull, brain with ventricles, noise of +-12. */
static void
bench_head(uint16_t *stored)
{
	uint32_t seed = 7;

	for (unsigned y = 0; y < SIDE; y++) {
		for (unsigned x = 0; x < SIDE; x++) {
			double dx = (x - 256.0) / 180, dy = (y - 256.0) / 220, r = hypot(dx, dy);
			double v = r > 1.06 ? -1000 : r > 1.02 ? -60 : r > 0.92 ? 1100 : 35;
			if (r < 0.9 && hypot((fabs(dx) - 0.15) * 6, dy * 2.5) < 0.6)
				v = 5;
			seed = seed * 1664525 + 1013904223;
			v += (double)(seed >> 16 & 0xff) / 10.6 - 12;
			stored[y * SIDE + x] = (uint16_t)((int)v & 0xffff);
		}
	}
}

struct bench {
	struct picture_frame frame;
	struct picture_renderer *renderer;
	struct picture_canvas canvas;
	struct picture_view view;
	struct picture_pane *pane;
	struct picture_pane_place place;
	struct picture_lut *lut;
	const Emage__FrameInfo *info;
	const uint8_t *code;
	size_t code_len;
	uint64_t key;
	bool quick;
	size_t bytes; /* of the last picture */
	unsigned turn;
};

static void
bench_draw(struct bench *b)
{
	struct picture_room room = picture_place_room(&b->place);
	struct buf out;

	picture_render(b->renderer, &b->frame, b->key, &b->view, &room, &b->canvas, NULL);
	buf_init(&out, OUTPUT);
	picture_pane_put(b->pane, &b->place);
	if (picture_pane_draw(b->pane, &b->canvas, b->quick, &out) != 0)
		die("bench: picture does not fit");
	b->bytes = out.len;
	buf_release(&out);
}

/* Another window: only the table, the look-up and the terminal's bytes. */
static void
bench_rewindow(struct bench *b)
{
	b->view.center = 40 + (++b->turn & 7);
	b->key = 1;
	bench_draw(b);
}

/* Another frame: decoding and scaling, too. */
static void
bench_next(struct bench *b)
{
	picture_frame_release(&b->frame);
	if (picture_decode(b->info, b->code, b->code_len, &b->frame) != 0)
		die("bench: own codestream not decoded");
	b->key = 0;
	bench_draw(b);
}

static void
bench_lut(struct bench *b)
{
	b->view.center = 40 + (++b->turn & 7);
	picture_lut_make(b->lut, &b->frame, &b->view);
}

static double
bench_least(struct bench *b, void (*what)(struct bench *b))
{
	double least = 1e9;

	what(b);
	for (int i = 0; i < RUNS; i++) {
		double from = bench_now_ms();
		what(b);
		least = fmin(least, bench_now_ms() - from);
	}
	return least;
}

static void
bench_line(const char *what, double ms, size_t bytes, double target_ms)
{
	printf("%-44s %8.2f ms", what, ms);
	if (bytes > 0)
		printf(" %9zu bytes", bytes);
	else
		printf("%16s", "");
	if (target_ms > 0)
		printf("   target %g ms: %s", target_ms, ms < target_ms ? "met" : "MISSED");
	putchar('\n');
}

static void
bench_way(struct bench *b, enum picture_way way, unsigned columns, unsigned rows,
    unsigned cell_width, unsigned cell_height, const char *size, double target_ms)
{
	char what[96];
	double ms;

	b->place = (struct picture_pane_place){.way = way,
	    .rows = rows,
	    .columns = columns,
	    .cell_width = cell_width,
	    .cell_height = cell_height};
	ms = bench_least(b, bench_rewindow);
	snprintf(what, sizeof(what), "%s %s: another window", picture_way_name(way), size);
	bench_line(what, ms, b->bytes, target_ms);
	ms = bench_least(b, bench_next);
	snprintf(what, sizeof(what), "%s %s: another image", picture_way_name(way), size);
	/* 25 images a second */
	bench_line(what, ms, b->bytes, 40);
}

static size_t
bench_encode(const uint16_t *stored, uint8_t *code_r, size_t cap)
{
	charls_frame_info head = {SIDE, SIDE, 16, 1};
	charls_jpegls_encoder *e = charls_jpegls_encoder_create();
	size_t len = 0;

	if (charls_jpegls_encoder_set_frame_info(e, &head) != 0 ||
	    charls_jpegls_encoder_set_destination_buffer(e, code_r, cap) != 0 ||
	    charls_jpegls_encoder_encode_from_buffer(e, stored, SIDE * SIDE * 2, 0) != 0 ||
	    charls_jpegls_encoder_get_bytes_written(e, &len) != 0)
		die("bench: not encoded");
	charls_jpegls_encoder_destroy(e);
	return len;
}

int
main(void)
{
	Emage__FrameInfo info = EMAGE__FRAME_INFO__INIT;
	uint16_t *stored = mem_new_array(SIDE * SIDE, 2);
	uint8_t *code = mem_new(SIDE * SIDE * 4);
	struct bench b = {
	    .renderer = picture_renderer_new(),
	    .pane = picture_pane_new(),
	    .lut = mem_new(sizeof(*b.lut)),
	    .view = {.center = 40, .width = 80, .zoom = 1, .pan_x = 0.5, .pan_y = 0.5},
	    .info = &info,
	    .code = code,
	};

	bench_head(stored);
	b.code_len = bench_encode(stored, code, SIDE * SIDE * 4);
	info.rows = info.columns = SIDE;
	info.bits_stored = 16;
	info.is_signed = true;
	info.slope = 1;
	if (picture_decode(&info, code, b.code_len, &b.frame) != 0)
		die("bench: own codestream not decoded");
	printf("slice of %u x %u, %zu bytes\n", SIDE, SIDE, b.code_len);
	bench_line("table of 65536 greys", bench_least(&b, bench_lut), 0, 0);
	bench_way(&b, PICTURE_CELLS_TRUE, 200, 60, 8, 16, "200x60", 50);
	bench_way(&b, PICTURE_CELLS_256, 200, 60, 8, 16, "200x60", 50);
	bench_way(&b, PICTURE_CELLS_16, 200, 60, 8, 16, "200x60", 50);
	bench_way(&b, PICTURE_SIXEL, 80, 40, 10, 20, "800x800", 20);
	b.quick = true;
	bench_way(&b, PICTURE_SIXEL, 80, 40, 10, 20, "800x800 quick", 20);
	b.quick = false;
	bench_way(&b, PICTURE_KITTY, 80, 40, 10, 20, "800x800", 0);
	b.view.width = 2000;
	bench_way(&b, PICTURE_SIXEL, 80, 40, 10, 20, "800x800 bone", 20);

	picture_frame_release(&b.frame);
	picture_canvas_release(&b.canvas);
	picture_renderer_free(&b.renderer);
	picture_pane_free(&b.pane);
	free(b.lut);
	free(stored);
	free(code);
	return 0;
}
