/* SPDX-License-Identifier: MIT */
/*
 * The images' screen against an app made here: what it asks the server for, what
 * it writes past curses, and when. No server, no terminal, no waiting: the clock
 * stands still until the test moves it.
 */
#include "client/screen/viewer.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <charls/charls.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/check.h"

#include <curses.h>

#define SIDE	 32u
#define N_FRAMES 40u

/* ------------------------------------------------------------------ the app */

struct call {
	uint32_t id;
	enum method_index method;
	app_done *done;
	uint32_t first, count; /* of frames */
	uint32_t cancels;      /* id that a frame_cancel names */
};

struct app {
	const char *graphics;
	struct call calls[64]; /* not answered yet */
	size_t n_calls;
	unsigned n_made; /* ever */
	uint32_t last_cancelled;
	bool is_away; /* no connection */
	bool is_kiosk;
	char raw[4u << 20];
	size_t n_raw;
	bool raw_pending;
	struct screen *pushed;
	bool popped;
	int error;
	int64_t now_ms;
	struct screen *top;
};

static struct app app;

void
app_push(struct app *a, struct screen *s)
{
	a->top->ops->covered(a->top, true);
	a->pushed = s;
}

void
app_pop(struct app *a, struct screen *s)
{
	if (s != a->pushed) {
		a->popped = true;
		return;
	}
	a->pushed = NULL;
	s->ops->free(s);
	a->top->ops->covered(a->top, false);
}

void
app_message_error(struct app *a, int err, const Emage__Error *e)
{
	(void)e;
	a->error = err;
}

uint32_t
app_call(struct screen *s, enum method_index m, const ProtobufCMessage *request,
    enum call_kind kind, app_done *done)
{
	struct app *a = s->app;
	struct call *c = &a->calls[a->n_calls];

	(void)kind;
	if (a->is_away)
		return 0;
	assert_true(a->n_calls < ARRAY_LEN(a->calls));
	*c = (struct call){.id = ++a->n_made, .method = m, .done = done};
	if (m == METHOD_frame_cancel) {
		a->last_cancelled = ((const Emage__FrameCancelRequest *)request)->request_id;
		return c->id;
	}
	if (m == METHOD_frame_get) {
		c->first = ((const Emage__FrameGetRequest *)request)->first;
		c->count = ((const Emage__FrameGetRequest *)request)->count;
	}
	a->n_calls++;
	return c->id;
}

void
app_forget(struct screen *s, uint32_t id)
{
	struct app *a = s->app;

	for (size_t i = 0; i < a->n_calls; i++)
		if (a->calls[i].id == id)
			a->calls[i] = a->calls[--a->n_calls];
}

bool
app_waits(const struct screen *s)
{
	for (size_t i = 0; i < s->app->n_calls; i++)
		if (s->app->calls[i].method == METHOD_exam_series)
			return true;
	return false;
}

void
app_raw(struct app *a, const void *bytes, size_t len)
{
	assert_true(a->n_raw + len < sizeof(a->raw));
	memcpy(a->raw + a->n_raw, bytes, len);
	a->n_raw += len;
	a->raw[a->n_raw] = '\0';
}

bool
app_raw_pending(const struct app *a)
{
	return a->raw_pending;
}

void
app_cell_pixels(const struct app *a, int *width_r, int *height_r)
{
	(void)a;
	*width_r = 8;
	*height_r = 16;
}

const char *
app_graphics(const struct app *a)
{
	return a->graphics;
}

bool
app_is_mono(const struct app *a)
{
	(void)a;
	return false;
}

bool
app_is_kiosk(const struct app *a)
{
	return a->is_kiosk;
}

void
app_repaint(struct app *a)
{
	(void)a;
}

void
screen_exam_draw_brand(const struct exam *exam, const struct area *row)
{
	paint_text(row->y, row->x, row->w, STYLE_BAR, exam->description);
}

void
screen_exam_draw_way(const struct area *row, bool images, const char *detail)
{
	(void)images;
	paint_text(row->y, row->x, row->w, STYLE_PLAIN, detail != NULL ? detail : "");
}

int64_t
clock_boot_ms(void)
{
	return app.now_ms;
}

int64_t
clock_now_ms(void)
{
	return app.now_ms;
}

/* -------------------------------------------------------------- the test's */

static struct viewer *
open_viewer(const char *graphics)
{
	static const struct exam exam = {.id = 5,
	    .establishment = "CHRU",
	    .modality = "CT",
	    .description = "CRANE",
	    .n_images = 2};

	memset(&app, 0, sizeof(app));
	app.graphics = graphics;
	app.now_ms = 1000;
	app.top = screen_viewer_new(&app, &exam);
	return viewer_of(app.top);
}

static void
close_viewer(struct viewer *v)
{
	v->base.ops->free(&v->base);
}

/* Time passes; what is due then is done. */
static void
later(struct viewer *v, int ms)
{
	app.now_ms += ms;
	if (v->base.wake_at_ms != 0 && v->base.wake_at_ms <= app.now_ms)
		v->base.ops->tick(&v->base);
}

static void
paint(struct viewer *v, bool whole)
{
	struct area room = {.y = 3, .x = 0, .h = LINES - 5, .w = COLS};

	erase();
	paint_begin();
	v->base.ops->draw(&v->base, &room);
	v->base.ops->painted(&v->base, whole);
}

static void
act(struct viewer *v, enum action a)
{
	v->base.ops->act(&v->base, a);
	paint(v, false);
}

static void
terminal_says(struct viewer *v, const char *reply)
{
	struct event ev = {.type = EVENT_REPLY, .bytes = reply, .len = strlen(reply)};

	assert_true(v->base.ops->event(&v->base, &ev));
	paint(v, false);
}

/* Takes the oldest call of a method off the list. */
static bool
take_call(enum method_index m, struct call *c_r)
{
	for (size_t i = 0; i < app.n_calls; i++) {
		if (app.calls[i].method != m)
			continue;
		*c_r = app.calls[i];
		app.calls[i] = app.calls[--app.n_calls];
		return true;
	}
	return false;
}

static void
series_come(struct viewer *v)
{
	Emage__ExamSeriesReply reply = EMAGE__EXAM_SERIES_REPLY__INIT;
	Emage__Series a = EMAGE__SERIES__INIT, b = EMAGE__SERIES__INIT, *list[] = {&a, &b};
	struct call c;

	a.series_id = 1;
	a.n_frames = N_FRAMES;
	a.rows = a.columns = b.rows = b.columns = SIDE;
	a.modality = b.modality = "CT";
	a.description = "AXIAL";
	b.series_id = 2;
	b.n_frames = 3;
	b.description = "CORONAL";
	reply.series = list;
	reply.n_series = 2;
	assert_true(take_call(METHOD_exam_series, &c));
	c.done(&v->base, 0, &reply.base, NULL, false);
	paint(v, false);
}

/* A frame of the request under way: a bright square on -1000. */
static void
frame_comes(struct viewer *v, bool more)
{
	Emage__FrameGetReply reply = EMAGE__FRAME_GET_REPLY__INIT;
	Emage__FrameInfo info = EMAGE__FRAME_INFO__INIT;
	charls_frame_info head = {SIDE, SIDE, 16, 1};
	charls_jpegls_encoder *e = charls_jpegls_encoder_create();
	uint16_t stored[SIDE * SIDE];
	uint8_t code[SIDE * SIDE * 4];
	double cosines[6] = {1, 0, 0, 0, 1, 0}, spacing[2] = {1, 1};
	struct call *c = NULL;

	for (size_t i = 0; i < app.n_calls; i++)
		if (app.calls[i].method == METHOD_frame_get)
			c = &app.calls[i];
	assert_non_null(c);
	for (unsigned i = 0; i < SIDE * SIDE; i++)
		stored[i] = (uint16_t)(i % SIDE > 8 && i / SIDE > 8 ? 1000 : -1000);
	assert_int_equal(charls_jpegls_encoder_set_frame_info(e, &head), 0);
	assert_int_equal(charls_jpegls_encoder_set_destination_buffer(e, code, sizeof(code)), 0);
	assert_int_equal(charls_jpegls_encoder_encode_from_buffer(e, stored, sizeof(stored), 0), 0);
	assert_int_equal(charls_jpegls_encoder_get_bytes_written(e, &reply.data.len), 0);
	charls_jpegls_encoder_destroy(e);
	info.rows = info.columns = SIDE;
	info.bits_stored = 16;
	info.is_signed = true;
	info.slope = 1;
	info.min = -1000;
	info.max = 1000;
	info.orientation = cosines;
	info.n_orientation = 6;
	info.pixel_spacing_mm = spacing;
	info.n_pixel_spacing_mm = 2;
	info.total_bytes = (uint32_t)reply.data.len;
	reply.info = &info;
	reply.data.data = code;
	reply.index = c->first++;
	struct call now = *c;
	if (!more)
		*c = app.calls[--app.n_calls];
	now.done(&v->base, 0, &reply.base, NULL, more);
	paint(v, false);
}

/* Everything that is asked for comes. */
static void
frames_come(struct viewer *v)
{
	for (int guard = 0; v->study.asked.count > 0; guard++) {
		bool more = v->study.next + 1 < v->study.asked.first + v->study.asked.count;
		assert_true(guard < 500);
		frame_comes(v, more);
	}
}

static unsigned
count(const char *what)
{
	unsigned n = 0;

	for (const char *s = app.raw; (s = strstr(s, what)) != NULL; s++)
		n++;
	return n;
}

/* One row of curses' model as text, ASCII only. */
static const char *
row_text(int y)
{
	static char s[256];
	int n = 0;

	for (int x = 0; x < COLS && n < 255; x++) {
		cchar_t c;
		wchar_t w[CCHARW_MAX + 1] = {0};
		attr_t attr;
		short pair;
		mvin_wch(y, x, &c);
		getcchar(&c, w, &attr, &pair, NULL);
		s[n++] = w[0] >= 32 && w[0] < 127 ? (char)w[0] : '?';
	}
	s[n] = '\0';
	return s;
}

/* each picture is begun so, and the question to the terminal */
#define PICTURE "\0337"
#define ASKED	1

/* ------------------------------------------------------------------- tests */

/* Series, then the first frame and its neighbours; the picture is drawn when the
 * terminal has said what it can do, and not before. */
static void
opens(void **state)
{
	struct viewer *v = open_viewer("auto");
	struct call c;

	(void)state;
	assert_int_equal(app.n_calls, 1);
	paint(v, true);
	assert_int_equal(count(PROBE_QUESTIONS), 1);
	series_come(v);
	assert_int_equal(app.n_calls, 1);
	c = app.calls[0];
	assert_int_equal(c.method, METHOD_frame_get);
	assert_int_equal(c.first, 0);
	assert_int_equal(c.count, STUDY_RUN);
	assert_non_null(strstr(row_text(3), "Image non diagnostique"));
	assert_non_null(strstr(row_text(LINES - 3), "Image 1 : 0"));
	frame_comes(v, true);
	assert_int_equal(count(PICTURE), ASKED);
	terminal_says(v, "\033[?63;1;2;4c");
	assert_int_equal(count("\033P0;1q"), 1);
	assert_non_null(strstr(row_text(LINES - 3), "image 1/40"));
	/* window, letters and the warning stand around it, the cells under it are blank */
	assert_non_null(strstr(row_text(3), "C 40 L 400 ? Abdomen"));
	assert_non_null(strstr(row_text(3), "A"));
	assert_non_null(strstr(row_text(LINES - 3), "P"));
	assert_null(strpbrk(row_text(6), "ARP"));
	close_viewer(v);
}

/* No answer: half blocks after the time limit; a late answer still counts. */
static void
terminal_that_is_silent(void **state)
{
	struct viewer *v = open_viewer(NULL);

	(void)state;
	paint(v, true);
	series_come(v);
	frame_comes(v, true);
	assert_int_equal(count(PICTURE), ASKED);
	later(v, 5000);
	paint(v, false);
	assert_true(count("\033[48;5;") + count("38;5;") > 0);
	assert_int_equal(count("\033P0;1q"), 0);
	terminal_says(v, "\033[0n");
	terminal_says(v, "\033[?62;4c");
	assert_true(count("\033P0;1q") == 1 && count("X\033[") > 5); /* cells erased before */
	close_viewer(v);
}

/* One picture on its way at a time: those in between are left out, the last one
 * is always drawn. */
static void
slow_terminal(void **state)
{
	struct viewer *v = open_viewer("sixel");

	(void)state;
	paint(v, true);
	terminal_says(v, "\033[?62;4c");
	series_come(v);
	frames_come(v);
	assert_int_equal(count("\033P0;1q"), 1);
	assert_int_equal(count(PROBE_FENCE), 1);
	for (int i = 0; i < 10; i++)
		act(v, ACTION_IMAGE_NEXT);
	assert_int_equal(count("\033P0;1q"), 1);
	assert_int_equal(v->at, 10);
	/* the words belong to the picture that is seen */
	assert_non_null(strstr(row_text(LINES - 3), "image 1/40"));
	terminal_says(v, "\033[0n");
	assert_int_equal(count("\033P0;1q"), 2);
	assert_non_null(strstr(row_text(LINES - 3), "image 11/40"));
	/* quick enough: it was drawn in full, so nothing more is owed */
	assert_int_equal(count("#63;2;100;100;100"), 2);
	terminal_says(v, "\033[0n");
	later(v, 1000);
	paint(v, false);
	assert_int_equal(count("\033P0;1q"), 2);
	/* that took long: fewer greys while moving, all of them at rest */
	act(v, ACTION_IMAGE_NEXT);
	app.now_ms += 100;
	terminal_says(v, "\033[0n");
	act(v, ACTION_IMAGE_NEXT);
	assert_int_equal(count("\033P0;1q"), 4);
	assert_int_equal(count("#63;2;100;100;100"), 3);
	terminal_says(v, "\033[0n");
	later(v, 1000);
	paint(v, false);
	assert_int_equal(count("\033P0;1q"), 5);
	assert_int_equal(count("#63;2;100;100;100"), 4);
	/* bytes still in the queue: wait */
	terminal_says(v, "\033[0n");
	app.raw_pending = true;
	act(v, ACTION_INVERT);
	assert_int_equal(count("\033P0;1q"), 5);
	app.raw_pending = false;
	paint(v, false);
	assert_int_equal(count("\033P0;1q"), 6);
	close_viewer(v);
}

/* A terminal that never answers "drawn" gets its pictures all the same. */
static void
deaf_terminal(void **state)
{
	struct viewer *v = open_viewer("half");

	(void)state;
	paint(v, true);
	terminal_says(v, "\033[?62c");
	series_come(v);
	frames_come(v);
	for (int i = 0; i < 6; i++) {
		act(v, ACTION_IMAGE_NEXT);
		later(v, 5000);
		paint(v, false);
	}
	assert_in_range(count(PROBE_FENCE), 1, 4);
	app.n_raw = 0;
	act(v, ACTION_INVERT);
	assert_true(app.n_raw > 0); /* at once */
	close_viewer(v);
}

/* Windows, zoom, negative: no byte to the server. */
static void
looks_cost_no_round_trip(void **state)
{
	static const enum action acts[] = {ACTION_WINDOW_NEXT, ACTION_WINDOW_PREVIOUS,
	    ACTION_WINDOW_DARKER, ACTION_WINDOW_LIGHTER, ACTION_WINDOW_NARROWER,
	    ACTION_WINDOW_WIDER, ACTION_ZOOM_IN, ACTION_PAN_LEFT, ACTION_PAN_DOWN, ACTION_PAN_UP,
	    ACTION_PAN_RIGHT, ACTION_ZOOM_OUT, ACTION_INVERT};
	struct viewer *v = open_viewer("plain");
	unsigned before;

	(void)state;
	paint(v, true);
	series_come(v);
	frames_come(v);
	assert_int_equal(v->study.series[0].n_here, N_FRAMES);
	before = app.n_made;
	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		act(v, acts[i]);
	assert_int_equal(app.n_made, before);
	assert_true(v->view.invert && v->view.zoom == 1);
	act(v, ACTION_RESET);
	assert_int_equal(app.n_made, before);
	assert_true(!v->view.invert && v->view.width == 400);
	/* the picture is there, in letters, and curses holds it */
	assert_int_equal(app.n_raw, 0);
	assert_non_null(strstr(row_text(LINES - 8), "@@@@"));
	close_viewer(v);
}

/* Windows go round: the presets of CT, then the automatic one. */
static void
windows_go_round(void **state)
{
	static const char *const names[] = {"Poumon", "Os", "Cerveau", "automatique", "Abdomen"};
	struct viewer *v = open_viewer("plain");

	(void)state;
	paint(v, true);
	series_come(v);
	frame_comes(v, true);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		act(v, ACTION_WINDOW_NEXT);
		assert_non_null(strstr(row_text(3), names[i]));
	}
	act(v, ACTION_WINDOW_WIDER);
	assert_non_null(strstr(row_text(3), "C 40 L 440 "));
	assert_null(strstr(row_text(3), "Abdomen"));
	close_viewer(v);
}

/* Dragging: sideways the width, upwards brighter; with the right button the
 * picture follows. */
static void
mouse_drags(void **state)
{
	struct viewer *v = open_viewer("plain");
	struct event ev = {
	    .type = EVENT_MOUSE, .mouse = MOUSE_PRESS, .button = 1, .y = 10, .x = 40};

	(void)state;
	paint(v, true);
	series_come(v);
	frame_comes(v, true);
	assert_true(v->base.ops->event(&v->base, &ev));
	ev.mouse = MOUSE_DRAG;
	ev.x = 50;
	assert_true(v->base.ops->event(&v->base, &ev));
	assert_true(v->view.width > 450 && v->view.center == 40);
	ev.y = 5;
	assert_true(v->base.ops->event(&v->base, &ev));
	assert_true(v->view.center < 10);
	ev.mouse = MOUSE_RELEASE;
	assert_true(v->base.ops->event(&v->base, &ev));
	ev.mouse = MOUSE_DRAG; /* of a button pressed elsewhere */
	assert_false(v->base.ops->event(&v->base, &ev));

	for (int i = 0; i < 6; i++)
		act(v, ACTION_ZOOM_IN);
	double pan = v->view.pan_x;
	ev = (struct event){
	    .type = EVENT_MOUSE, .mouse = MOUSE_PRESS, .button = 3, .y = 10, .x = 40};
	v->base.ops->event(&v->base, &ev);
	ev.mouse = MOUSE_DRAG;
	ev.x = 45;
	v->base.ops->event(&v->base, &ev);
	assert_true(v->view.pan_x < pan);
	/* a finger has no right button */
	app.is_kiosk = true;
	pan = v->view.pan_x;
	ev.mouse = MOUSE_PRESS;
	ev.button = 1;
	v->base.ops->event(&v->base, &ev);
	ev.mouse = MOUSE_DRAG;
	ev.x = 42;
	v->base.ops->event(&v->base, &ev);
	assert_true(v->view.pan_x > pan);
	/* the wheel turns pages */
	ev.mouse = MOUSE_WHEEL_DOWN;
	v->base.ops->event(&v->base, &ev);
	assert_int_equal(v->at, 1);
	close_viewer(v);
}

/* Jumping away gives up what is on its way; the old picture stays until the new
 * one is there, and Esc goes back to it. */
static void
moving_away(void **state)
{
	struct viewer *v = open_viewer("plain");
	uint32_t first_call;

	(void)state;
	paint(v, true);
	series_come(v);
	frame_comes(v, true);
	first_call = v->call;
	act(v, ACTION_IMAGE_LAST);
	assert_int_equal(app.last_cancelled, first_call);
	assert_int_equal(app.n_calls, 1);
	assert_int_equal(app.calls[0].first, N_FRAMES - 1);
	assert_non_null(strstr(row_text(LINES - 3), "image 1/40"));
	assert_non_null(strstr(row_text(LINES - 3), "Image 40 : 0"));
	act(v, ACTION_BACK);
	assert_false(app.popped);
	assert_int_equal(v->at, 0);
	assert_null(strstr(row_text(LINES - 3), "Image 40"));
	uint32_t last_call = v->call;
	act(v, ACTION_BACK); /* nothing is awaited: leaves, and wants no more frames */
	assert_true(app.popped);
	assert_true(last_call != 0 && app.last_cancelled == last_call);
	close_viewer(v);
}

/* However small the screen, the warning and the letters are whole. */
static void
small_screen(void **state)
{
	struct viewer *v = open_viewer("plain");

	(void)state;
	resize_term(12, 40);
	paint(v, true);
	series_come(v);
	frame_comes(v, true);
	for (int i = 0; i < 4; i++)
		act(v, ACTION_ZOOM_IN);
	act(v, ACTION_INVERT);
	assert_non_null(strstr(row_text(3), " A  Image non diagnostique"));
	assert_non_null(strstr(row_text(LINES - 3), "P  zoom "));
	assert_non_null(strstr(row_text(LINES - 3), "image 1/40"));
	resize_term(24, 80);
	close_viewer(v);
}

/* The loop keeps its rate by leaving out, waits for what has not come, and goes
 * round. */
static void
loops(void **state)
{
	struct viewer *v = open_viewer("plain");
	uint32_t at;

	(void)state;
	paint(v, true);
	series_come(v);
	frame_comes(v, true);
	act(v, ACTION_LOOP);
	assert_true(v->loops);
	later(v, 130);
	assert_int_equal(v->at, 0); /* the second is not here */
	frame_comes(v, true);
	later(v, 100);
	assert_int_equal(v->at, 1);
	frames_come(v);
	for (uint32_t i = 2; i < 6; i++) {
		later(v, 99);
		assert_int_equal(v->at, i - 1);
		later(v, 1);
		assert_int_equal(v->at, i); /* ten a second */
	}
	later(v, 350); /* painting took long: three images on, not one ... */
	assert_int_equal(v->at, 8);
	later(v, 50); /* ... and the beat is kept */
	assert_int_equal(v->at, 9);
	v->at = N_FRAMES - 1;
	later(v, 100);
	assert_int_equal(v->at, 0);
	paint(v, false);
	assert_non_null(strstr(row_text(LINES - 3), "10 images/s"));
	act(v, ACTION_LOOP_FASTER);
	assert_true(v->period_ms < 100);
	act(v, ACTION_LOOP);
	at = v->at;
	later(v, 1000);
	assert_int_equal(v->at, at);
	close_viewer(v);
}

/* A dialog over the picture: erased before, drawn again after. */
static void
covered_and_uncovered(void **state)
{
	struct viewer *v = open_viewer("sixel");

	(void)state;
	paint(v, true);
	terminal_says(v, "\033[?62;4c");
	series_come(v);
	frame_comes(v, true);
	app.n_raw = 0;
	v->base.ops->covered(&v->base, true);
	assert_int_equal(count("X\033[") + count("X\0338"), LINES - 7); /* each row of it */
	app.n_raw = 0;
	v->base.ops->covered(&v->base, false);
	paint(v, true);
	assert_int_equal(count("\033P0;1q"), 1);
	close_viewer(v);
}

/* Cells: only what changed is written, but everything after the letters beside
 * the picture have changed. */
static void
only_changes_are_written(void **state)
{
	struct viewer *v = open_viewer("half");
	size_t whole;

	(void)state;
	paint(v, true);
	terminal_says(v, "\033[?62c");
	series_come(v);
	frames_come(v);
	terminal_says(v, "\033[0n");
	app.n_raw = 0;
	act(v, ACTION_INVERT);
	whole = app.n_raw; /* every dot */
	terminal_says(v, "\033[0n");
	app.n_raw = 0;
	act(v, ACTION_IMAGE_NEXT); /* the same picture */
	assert_in_range(app.n_raw, 1, 60);
	terminal_says(v, "\033[0n");
	app.n_raw = 0;
	study_frame(&v->study, 0, 2)->info->n_orientation = 0;
	act(v, ACTION_IMAGE_NEXT);
	assert_true(app.n_raw >= whole / 2);
	study_frame(&v->study, 0, 2)->info->n_orientation = 6;
	close_viewer(v);
}

static void
series_are_chosen(void **state)
{
	struct viewer *v = open_viewer("plain");
	struct screen *list;

	(void)state;
	paint(v, true);
	series_come(v);
	frame_comes(v, true);
	v->base.ops->act(&v->base, ACTION_SERIES_LIST);
	list = app.pushed;
	assert_non_null(list);
	list->ops->draw(list, &(struct area){.y = 3, .x = 0, .h = LINES - 5, .w = COLS});
	list->ops->act(list, ACTION_DOWN);
	list->ops->act(list, ACTION_DOWN);
	list->ops->act(list, ACTION_ACTIVATE);
	assert_null(app.pushed);
	assert_int_equal(v->series, 1);
	paint(v, false);
	frames_come(v);
	assert_non_null(strstr(row_text(LINES - 3), "image 1/3"));
	act(v, ACTION_SERIES_NEXT);
	assert_int_equal(v->series, 0);
	assert_true(v->view.width == 400);
	close_viewer(v);
}

/* The server is busy, the line is cut, a frame is missing: nothing is lost, and
 * nothing is asked for without end. */
static void
mishaps(void **state)
{
	struct viewer *v = open_viewer("plain");
	Emage__Error e = EMAGE__ERROR__INIT;
	struct call c;

	(void)state;
	paint(v, true);
	series_come(v);
	assert_true(take_call(METHOD_frame_get, &c));
	e.retry_after_s = 7;
	c.done(&v->base, -EM_E_RATE, NULL, &e, false);
	assert_int_equal(app.n_calls, 0);
	later(v, 3000);
	assert_int_equal(app.n_calls, 0);
	later(v, 5000);
	assert_int_equal(app.n_calls, 1);

	/* the connection is lost and comes back */
	assert_true(take_call(METHOD_frame_get, &c));
	app.is_away = true;
	c.done(&v->base, -EM_E_CLOSED, NULL, NULL, false);
	act(v, ACTION_IMAGE_NEXT);
	assert_int_equal(app.n_calls, 0);
	app.is_away = false;
	v->base.ops->resumed(&v->base);
	assert_int_equal(app.n_calls, 1);
	assert_int_equal(app.calls[0].first, 1);

	/* the server has not got this frame: told once, the next ones are asked for */
	assert_true(take_call(METHOD_frame_get, &c));
	c.done(&v->base, -EM_E_NOT_FOUND, NULL, NULL, false);
	assert_int_equal(app.error, -EM_E_NOT_FOUND);
	assert_int_equal(app.n_calls, 1);
	assert_int_equal(app.calls[0].first, 2);
	paint(v, false);
	assert_non_null(strstr(row_text(LINES - 3), "Image 2 illisible"));
	/* the person asks again */
	frames_come(v);
	act(v, ACTION_RESET);
	assert_int_equal(app.calls[0].first, 1);
	frames_come(v);
	paint(v, false);
	assert_non_null(strstr(row_text(LINES - 3), "image 2/40"));
	close_viewer(v);
}

/* A server that sends what was not asked for: that request is given up. */
static void
unasked_frames(void **state)
{
	struct viewer *v = open_viewer("plain");
	Emage__FrameGetReply reply = EMAGE__FRAME_GET_REPLY__INIT;
	struct call c;

	(void)state;
	paint(v, true);
	series_come(v);
	c = app.calls[0];
	reply.index = 30;
	c.done(&v->base, 0, &reply.base, NULL, true);
	assert_int_equal(app.last_cancelled, c.id);
	assert_int_equal(app.error, -EM_E_PROTOCOL);
	close_viewer(v);
}

static int
curses_up(void **state)
{
	/* no terminal is needed: curses' model is what is looked at */
	FILE *null = fopen("/dev/null", "r+");

	(void)state;
	setlocale(LC_ALL, "C.UTF-8");
	setenv("TERM", "xterm-256color", 1);
	setenv("LINES", "24", 1);
	setenv("COLUMNS", "80", 1);
	unsetenv("COLORTERM");
	unsetenv("TERM_PROGRAM");
	unsetenv("TMUX");
	unsetenv("STY");
	unsetenv("SSH_CONNECTION");
	unsetenv("SSH_TTY");
	unsetenv("NO_COLOR");
	if (null == NULL || newterm(NULL, null, null) == NULL)
		return -1;
	return LINES == 24 && COLS == 80 ? 0 : -1;
}

static int
curses_down(void **state)
{
	(void)state;
	endwin();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(opens),
	    cmocka_unit_test(terminal_that_is_silent),
	    cmocka_unit_test(slow_terminal),
	    cmocka_unit_test(deaf_terminal),
	    cmocka_unit_test(looks_cost_no_round_trip),
	    cmocka_unit_test(windows_go_round),
	    cmocka_unit_test(mouse_drags),
	    cmocka_unit_test(moving_away),
	    cmocka_unit_test(small_screen),
	    cmocka_unit_test(loops),
	    cmocka_unit_test(covered_and_uncovered),
	    cmocka_unit_test(only_changes_are_written),
	    cmocka_unit_test(series_are_chosen),
	    cmocka_unit_test(mishaps),
	    cmocka_unit_test(unasked_frames),
	};

	return cmocka_run_group_tests(tests, curses_up, curses_down);
}
