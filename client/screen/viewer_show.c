/* SPDX-License-Identifier: MIT */
/*
 * The picture on the terminal. What the terminal can do is asked when the screen
 * is first painted; nothing is drawn before the answer, or before patience ends.
 * A picture is followed by a question that the terminal answers when it has drawn
 * it; until then no other is sent, so a slow line shows fewer pictures and never
 * lags behind the keys.
 */
#include "client/screen/viewer.h"

#include <stdlib.h>
#include <string.h>

#include "client/theme.h"
#include "client/widget/paint.h"
#include "client/widget/rows.h"
#include "common/buf.h"
#include "common/clock.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"

#include <curses.h>

/* The bytes of one picture, at most. */
#define SHOW_MAX_BYTES (15u << 20)
/* A terminal that takes longer has not understood the question. */
#define SHOW_FENCE_MS 3000
/* How long after the last movement the picture is drawn in full quality. */
#define SHOW_FINE_MS 250
#define SHOW_DEAF    3
/* A full picture that takes longer is too slow for a loop of 25; one of fewer
 * greys that is this fast shows that the full one would do. */
#define SHOW_SLOW_MS 40
#define SHOW_FAST_MS 12

/* A terminal that does not know a question may print it: in a row that is drawn
 * anew then, and with the cursor back where curses left it. */
#define SHOW_ASK_ROW 4
static const char show_before_asking[] = "\0337\033[5;1H";
static const char show_after_asking[] = "\0338";

void
viewer_show_setup(struct viewer *v)
{
	struct app *app = v->base.app;

	v->env = probe_env_read();
	v->env.no_color = v->env.no_color || app_is_mono(app);
	v->env.is_utf8 = paint_can_show(0x2588);
	if (!probe_wish_by_name(app_graphics(app), &v->wish))
		v->wish = PROBE_AUTO;
	/* characters need no answer, and old terminals print the question */
	v->settled = v->wish > PROBE_WISH_ITERM || !probe_should_ask(&v->env);
	v->pane = picture_pane_new();
	v->renderer = picture_renderer_new();
	v->place.way = PICTURE_NONE;
}

void
viewer_show_release(struct viewer *v)
{
	picture_pane_free(&v->pane);
	picture_renderer_free(&v->renderer);
	picture_canvas_release(&v->canvas);
	if (v->cells != NULL)
		secret_wipe(v->cells, v->n_cells * sizeof(*v->cells));
	free(v->cells);
}

/* Sends what was collected, all or nothing. */
static void
show_send(struct viewer *v, struct buf *out)
{
	if (out->len > 0)
		app_raw(v->base.app, buf_bytes(out), out->len);
	buf_release(out);
}

static void
show_erase(struct viewer *v)
{
	struct buf out;

	buf_init(&out, SHOW_MAX_BYTES);
	if (picture_pane_erase(v->pane, &out) == 0)
		show_send(v, &out);
	buf_release(&out);
	v->is_stale = true;
}

/* In the middle of its room, when the terminal draws no larger sixels. */
static void
show_limit(int *from, unsigned *n, unsigned most)
{
	if (most == 0 || *n <= most)
		return;
	*from += (int)(*n - most) / 2;
	*n = most;
}

/* Colour of the screen's blanks. */
static int
show_ground(void)
{
	short fg, bg;

	return pair_content(theme_pair(STYLE_PLAIN), &fg, &bg) == OK ? bg : -1;
}

void
viewer_show_place(struct viewer *v, const struct area *a)
{
	struct picture_pane_place p = {
	    .way = v->settled ? probe_choose(&v->probe, &v->env, v->wish) : PICTURE_NONE,
	    .top = a->y,
	    .left = a->x,
	    .rows = a->h > 0 ? (unsigned)a->h : 0,
	    .columns = a->w > 0 ? (unsigned)a->w : 0,
	    .ground = show_ground(),
	    .registers = v->probe.sixel_registers,
	    .max_width = v->probe.sixel_max_width,
	    .max_height = v->probe.sixel_max_height,
	};
	int width, height;

	app_cell_pixels(v->base.app, &width, &height);
	probe_cell_size(&v->probe, a->h, a->w, width, height, &p.cell_width, &p.cell_height);
	if (p.rows == 0 || p.columns == 0)
		p.way = PICTURE_NONE;
	if (p.way == PICTURE_SIXEL) {
		show_limit(&p.left, &p.columns, p.max_width / p.cell_width);
		show_limit(&p.top, &p.rows, p.max_height / p.cell_height);
	}
	if (memcmp(&p, &v->place, sizeof(p)) == 0)
		return;
	v->place = p;
	v->is_stale = true;
}

/* A picture is on its way to the terminal: no other is sent. */
static bool
show_is_busy(const struct viewer *v)
{
	return picture_way_is_raw(v->place.way) && (v->fenced || app_raw_pending(v->base.app));
}

const struct picture_frame *
viewer_frame(struct viewer *v)
{
	struct study_series *r = viewer_series(v);
	const struct picture_frame *f;

	if (r == NULL)
		return NULL;
	/* the words around the picture change when it does, not before */
	if (v->has_shown && show_is_busy(v))
		return study_pixels(&v->study, v->shown_series, v->shown);
	f = study_pixels(&v->study, v->series, v->at);
	if (f != NULL) {
		v->has_shown = true;
		v->shown_series = v->series;
		v->shown = v->at;
		return f;
	}
	return v->has_shown ? study_pixels(&v->study, v->shown_series, v->shown) : NULL;
}

/* The look that belongs to the frame: its own window where one was chosen. */
static void
show_look(struct viewer *v, const struct picture_frame *f)
{
	struct study_series *r = &v->study.series[v->shown_series];
	const Emage__FrameInfo *info = study_frame(&v->study, v->shown_series, v->shown)->info;
	struct picture_room room = picture_place_room(&v->place);

	if (!v->has_window || v->window_series != v->shown_series) {
		v->window = look_first(info, r->modality);
		v->window_series = v->shown_series;
		v->view = (struct picture_view){.zoom = 1, .pan_x = 0.5, .pan_y = 0.5};
		v->has_window = true;
		picture_window_auto(f, &v->view.center, &v->view.width);
	}
	if (f->grey != NULL && look_values(info, v->window, &v->view.center, &v->view.width))
		picture_window_clamp(f, &v->view.center, &v->view.width);
	picture_view_clamp(f, &v->view, &room);
}

/* What belongs on the screen, its look chosen; NULL when there is nothing to show. */
static const struct picture_frame *
show_choose(struct viewer *v)
{
	const struct picture_frame *f = v->place.way != PICTURE_NONE ? viewer_frame(v) : NULL;

	if (f != NULL)
		show_look(v, f);
	return f;
}

static bool
show_render(struct viewer *v)
{
	const struct picture_frame *f = show_choose(v);
	struct picture_room room;

	if (f == NULL)
		return false;
	room = picture_place_room(&v->place);
	picture_render(v->renderer, f, ((uint64_t)v->shown_series << 32 | v->shown) + 1, &v->view,
	    &room, &v->canvas, &v->map);
	return true;
}

/* A row of cells as text. */
static void
show_text_row(const struct viewer *v, unsigned row)
{
	const struct picture_cell *cell = v->cells + (size_t)row * v->place.columns;
	char s[4 * 1024 + 1];
	size_t n = 0;

	for (unsigned x = 0; x < v->place.columns && n + 4 < sizeof(s); x++)
		n += text_encode(cell[x].ch, s + n);
	s[n] = '\0';
	paint_bytes(
	    v->place.top + (int)row, v->place.left, (int)v->place.columns, STYLE_PLAIN, s, n);
}

void
viewer_show_text(struct viewer *v)
{
	size_t n = (size_t)v->place.rows * v->place.columns;

	/* the words around it want its look; of itself nothing is seen yet */
	if (picture_way_is_raw(v->place.way) || rows_are_measured()) {
		show_choose(v);
		return;
	}
	if (!show_render(v))
		return;
	if (n > v->n_cells) {
		v->cells = mem_grow(v->cells, n, sizeof(*v->cells));
		v->n_cells = n;
	}
	picture_cells(&v->canvas, v->place.way, v->cells, v->place.rows, v->place.columns);
	for (unsigned row = 0; row < v->place.rows; row++)
		show_text_row(v, row);
	v->is_stale = false;
}

static void
show_ask(struct viewer *v)
{
	if (v->asked || v->settled)
		return;
	v->asked = true;
	v->probe_until_ms = clock_boot_ms() + probe_patience_ms(&v->env);
	app_raw(v->base.app, show_before_asking, strlen(show_before_asking));
	app_raw(v->base.app, PROBE_QUESTIONS, strlen(PROBE_QUESTIONS));
	app_raw(v->base.app, show_after_asking, strlen(show_after_asking));
	viewer_schedule(v);
}

static void
show_settle(struct viewer *v)
{
	if (!v->settled)
		paint_row_anew(SHOW_ASK_ROW);
	v->settled = true;
	v->is_stale = true;
}

/* The pane writes only what differs from the picture before. It must not when
 * that is elsewhere, or when the letters beside it have changed: curses clears a
 * row from the last letter on with one command, and with it what is no letter. */
static void
show_put(struct viewer *v)
{
	const struct study_frame *f = study_frame(&v->study, v->shown_series, v->shown);
	struct look_edges edges = f->info != NULL ? look_edges(f->info) : (struct look_edges){0};

	if (memcmp(&v->place, &v->drawn_place, sizeof(v->place)) == 0 &&
	    memcmp(&edges, &v->drawn_edges, sizeof(edges)) == 0)
		return;
	v->drawn_place = v->place;
	v->drawn_edges = edges;
	picture_pane_put(v->pane, &v->place);
}

static void
show_picture(struct viewer *v)
{
	struct buf out;
	int err;

	buf_init(&out, SHOW_MAX_BYTES);
	show_put(v);
	v->was_quick = v->is_quick && v->is_slow;
	v->sent_at_ms = clock_boot_ms();
	err = picture_pane_draw(v->pane, &v->canvas, v->was_quick, &out);
	if (err == 0 && v->n_deaf < SHOW_DEAF) {
		err = buf_append(&out, PROBE_FENCE, sizeof(PROBE_FENCE) - 1);
		v->fenced = err == 0;
		v->fence_until_ms = v->sent_at_ms + SHOW_FENCE_MS;
	}
	if (err == 0)
		show_send(v, &out);
	buf_release(&out);
	v->is_stale = false;
	viewer_schedule(v);
}

void
viewer_painted(struct screen *s, bool whole)
{
	struct viewer *v = viewer_of(s);

	show_ask(v);
	if (!v->settled || !picture_way_is_raw(v->place.way))
		return;
	if (whole) {
		picture_pane_lost(v->pane);
		v->is_stale = true;
	}
	/* one at a time: the newest is drawn when the terminal is ready for it */
	if (!v->is_stale || show_is_busy(v))
		return;
	if (show_render(v))
		show_picture(v);
}

void
viewer_covered(struct screen *s, bool is_covered)
{
	struct viewer *v = viewer_of(s);

	if (is_covered)
		show_erase(v);
	/* an answer may have gone to what covered this screen */
	v->fenced = false;
	v->is_stale = true;
	viewer_schedule(v);
}

/* The terminal has drawn the picture. */
static void
show_drawn(struct viewer *v)
{
	int64_t took_ms = clock_boot_ms() - v->sent_at_ms;

	if (!v->fenced)
		return;
	v->fenced = false;
	v->n_deaf = 0;
	if (!v->was_quick && took_ms > SHOW_SLOW_MS)
		v->is_slow = true;
	else if (v->was_quick && took_ms < SHOW_FAST_MS)
		v->is_slow = false;
}

void
viewer_reply(struct viewer *v, const struct event *ev)
{
	enum probe_reply r = probe_reply(&v->probe, ev->bytes, ev->len);

	if (r == PROBE_REPLY_FENCE) {
		show_drawn(v);
	} else if (r == PROBE_REPLY_LAST) {
		enum picture_way way = probe_choose(&v->probe, &v->env, v->wish);
		/* an answer that comes after patience has ended may change the way */
		if (v->settled && way != v->place.way)
			show_erase(v);
		show_settle(v);
	}
	viewer_schedule(v);
}

void
viewer_show_tick(struct viewer *v, int64_t now_ms)
{
	if (!v->settled && v->asked && now_ms >= v->probe_until_ms)
		show_settle(v);
	if (v->fenced && now_ms >= v->fence_until_ms) {
		v->fenced = false;
		v->n_deaf++;
	}
	if (v->is_quick && !v->loops && now_ms >= v->fine_at_ms) {
		v->is_quick = false;
		v->is_stale = v->is_stale || v->was_quick;
	}
}

void
viewer_changed(struct viewer *v)
{
	v->is_stale = true;
	v->is_quick = true;
	v->fine_at_ms = clock_boot_ms() + SHOW_FINE_MS;
	app_repaint(v->base.app);
	viewer_schedule(v);
}
