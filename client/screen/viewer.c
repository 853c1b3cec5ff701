/* SPDX-License-Identifier: MIT */
/*
 * The images of an exam: what keys, mouse and time do.
 */
#include "client/screen/viewer.h"

#include <math.h>
#include <stdlib.h>

#include "client/tr.h"
#include "common/clock.h"
#include "common/mem.h"

#define VIEWER_PAGE	     10	 /* images of a page key */
#define VIEWER_STACK_MS	     100 /* a loop through a stack: 10 images a second */
#define VIEWER_PERIOD_MIN_MS 20
#define VIEWER_PERIOD_MAX_MS 2000
#define VIEWER_ZOOM_STEP     1.25
#define VIEWER_PAN_STEP	     0.1  /* of what is seen */
#define VIEWER_KEY_WIDTH     1.1  /* a key's change of the window's width */
#define VIEWER_KEY_CENTER    0.05 /* and of its centre, in widths */
#define VIEWER_CELL_WIDTH    1.02 /* the same for a cell of dragging */
#define VIEWER_CELL_CENTER   0.02

void
viewer_schedule(struct viewer *v)
{
	int64_t due[] = {
	    v->asked && !v->settled ? v->probe_until_ms : 0,
	    v->fenced ? v->fence_until_ms : 0,
	    v->is_quick && !v->loops ? v->fine_at_ms : 0,
	    v->loops ? v->loop_from_ms + (int64_t)v->period_ms : 0,
	    v->retry_at_ms,
	};
	int64_t first = 0;

	for (size_t i = 0; i < ARRAY_LEN(due); i++)
		if (due[i] > 0 && (first == 0 || due[i] < first))
			first = due[i];
	v->base.wake_at_ms = first;
}

static double
viewer_period(const struct study_series *r)
{
	double ms = r->frame_time_ms > 0 ? r->frame_time_ms : VIEWER_STACK_MS;

	return fmin(fmax(ms, VIEWER_PERIOD_MIN_MS), VIEWER_PERIOD_MAX_MS);
}

void
viewer_go(struct viewer *v, int64_t at, int direction)
{
	struct study_series *r = viewer_series(v);

	if (r == NULL)
		return;
	at = at < 0 ? 0 : at >= r->n_frames ? (int64_t)r->n_frames - 1 : at;
	v->at = (uint32_t)at;
	v->direction = direction;
	viewer_changed(v);
	viewer_pump(v);
}

void
viewer_choose_series(struct viewer *v, size_t series)
{
	if (series >= v->study.n_series)
		return;
	v->series = series;
	v->loops = false;
	v->period_ms = viewer_period(viewer_series(v));
	viewer_go(v, 0, 1);
}

/* --------------------------------------------------------------------- loop */

static void
viewer_toggle_loop(struct viewer *v)
{
	v->loops = !v->loops;
	v->loop_from_ms = clock_boot_ms();
	v->direction = 1;
	viewer_changed(v);
	viewer_pump(v);
}

/*
 * Goes to the frame that is due now. A slow terminal makes it leave some out, so
 * the rate is kept; one that has not come yet is waited for; broken ones are left
 * out.
 */
static void
viewer_loop_tick(struct viewer *v, int64_t now_ms)
{
	struct study_series *r = viewer_series(v);
	int64_t late = now_ms - v->loop_from_ms;
	uint32_t steps = (uint32_t)fmin((double)late / v->period_ms, r->n_frames);
	uint32_t at = v->at;

	if (steps == 0)
		return;
	for (uint32_t i = 0; i < steps; i++) {
		uint32_t next = (at + 1) % r->n_frames;
		enum study_state state = r->frames[next].state;
		if (state != STUDY_HERE && state != STUDY_FAILED)
			break;
		at = next;
	}
	/* keep the beat; after a stop begin a new one */
	if (late > 4 * (int64_t)v->period_ms + 200 || at == v->at)
		v->loop_from_ms = now_ms;
	else
		v->loop_from_ms += (int64_t)(steps * v->period_ms);
	if (at == v->at) {
		viewer_pump(v);
		return;
	}
	v->at = at;
	viewer_changed(v);
	viewer_pump(v);
}

static void
viewer_loop_speed(struct viewer *v, double factor)
{
	v->period_ms =
	    fmin(fmax(v->period_ms * factor, VIEWER_PERIOD_MIN_MS), VIEWER_PERIOD_MAX_MS);
	v->loop_from_ms = clock_boot_ms();
	viewer_schedule(v);
}

/* --------------------------------------------------------------------- look */

/* What is shown, or NULL: without it there is nothing to look at differently. */
static const struct study_frame *
viewer_shown(struct viewer *v)
{
	const struct study_frame *f;

	if (!v->has_shown || !v->has_window)
		return NULL;
	f = study_frame(&v->study, v->shown_series, v->shown);
	return f->state == STUDY_HERE ? f : NULL;
}

static void
viewer_window_step(struct viewer *v, int step)
{
	const struct study_frame *f = viewer_shown(v);

	if (f == NULL)
		return;
	v->window = look_next(f->info, v->study.series[v->shown_series].modality, v->window, step);
	if (v->window.kind == LOOK_AUTO)
		picture_window_auto(&f->pixels, &v->view.center, &v->view.width);
	viewer_changed(v);
}

/* By hand: the width times `factor`, the centre by `shift` widths. */
static void
viewer_window_move(struct viewer *v, double factor, double shift)
{
	const struct study_frame *f = viewer_shown(v);

	if (f == NULL || f->pixels.grey == NULL)
		return;
	v->view.center += shift * v->view.width;
	v->view.width *= factor;
	picture_window_clamp(&f->pixels, &v->view.center, &v->view.width);
	v->window = (struct look_window){.kind = LOOK_MANUAL};
	viewer_changed(v);
}

static void
viewer_zoom(struct viewer *v, double factor)
{
	v->view.zoom = fmin(fmax(v->view.zoom * factor, PICTURE_ZOOM_MIN), PICTURE_ZOOM_MAX);
	/* steps up and down meet at 100 % again */
	if (v->view.zoom < 1.01)
		v->view.zoom = 1;
	viewer_changed(v);
}

static void
viewer_pan(struct viewer *v, double x, double y)
{
	v->view.pan_x += x / v->view.zoom;
	v->view.pan_y += y / v->view.zoom;
	viewer_changed(v);
}

static void
viewer_reset(struct viewer *v)
{
	v->has_window = false;
	viewer_changed(v);
	viewer_retry(v);
}

/* --------------------------------------------------------------------- keys */

/* As far as is known: windows are for greys. */
static bool
viewer_is_colour(const struct study_frame *f)
{
	return f->info != NULL && f->info->photometric == EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB;
}

static bool
viewer_can(const struct screen *s, enum action a)
{
	const struct viewer *v = (const struct viewer *)s;
	const struct study_series *r =
	    v->series < v->study.n_series ? &v->study.series[v->series] : NULL;

	switch (a) {
	case ACTION_SERIES_PREVIOUS:
	case ACTION_SERIES_NEXT:
	case ACTION_SERIES_LIST:
		return v->study.n_series > 1;
	case ACTION_IMAGE_PREVIOUS:
	case ACTION_IMAGE_NEXT:
	case ACTION_LOOP:
		return r != NULL && r->n_frames > 1;
	case ACTION_WINDOW_NEXT:
	case ACTION_WINDOW_PREVIOUS:
		return r != NULL && !viewer_is_colour(&r->frames[v->at]);
	case ACTION_PAN_LEFT:
		return v->view.zoom > 1;
	default:
		return true;
	}
}

/* Moves through images and series. True when it was one of these. */
static bool
viewer_act_move(struct viewer *v, enum action a)
{
	const struct study_series *r = viewer_series(v);
	int64_t last = r != NULL ? (int64_t)r->n_frames - 1 : 0;

	switch (a) {
	case ACTION_SERIES_PREVIOUS:
		viewer_choose_series(v, v->series > 0 ? v->series - 1 : v->study.n_series - 1);
		return true;
	case ACTION_SERIES_NEXT:
		viewer_choose_series(v, v->series + 1 < v->study.n_series ? v->series + 1 : 0);
		return true;
	case ACTION_IMAGE_PREVIOUS:
		viewer_go(v, (int64_t)v->at - 1, -1);
		return true;
	case ACTION_IMAGE_NEXT:
		viewer_go(v, (int64_t)v->at + 1, 1);
		return true;
	case ACTION_IMAGE_BACK:
		viewer_go(v, (int64_t)v->at - VIEWER_PAGE, -1);
		return true;
	case ACTION_IMAGE_ON:
		viewer_go(v, (int64_t)v->at + VIEWER_PAGE, 1);
		return true;
	case ACTION_IMAGE_FIRST:
		viewer_go(v, 0, 1);
		return true;
	case ACTION_IMAGE_LAST:
		viewer_go(v, last, -1);
		return true;
	default:
		return false;
	}
}

/* Looks at the same image differently. True when it was one of these. */
static bool
viewer_act_look(struct viewer *v, enum action a)
{
	switch (a) {
	case ACTION_WINDOW_NEXT:
		viewer_window_step(v, 1);
		return true;
	case ACTION_WINDOW_PREVIOUS:
		viewer_window_step(v, -1);
		return true;
	case ACTION_WINDOW_DARKER:
		viewer_window_move(v, 1, VIEWER_KEY_CENTER);
		return true;
	case ACTION_WINDOW_LIGHTER:
		viewer_window_move(v, 1, -VIEWER_KEY_CENTER);
		return true;
	case ACTION_WINDOW_NARROWER:
		viewer_window_move(v, 1 / VIEWER_KEY_WIDTH, 0);
		return true;
	case ACTION_WINDOW_WIDER:
		viewer_window_move(v, VIEWER_KEY_WIDTH, 0);
		return true;
	case ACTION_ZOOM_IN:
		viewer_zoom(v, VIEWER_ZOOM_STEP);
		return true;
	case ACTION_ZOOM_OUT:
		viewer_zoom(v, 1 / VIEWER_ZOOM_STEP);
		return true;
	case ACTION_PAN_LEFT:
		viewer_pan(v, -VIEWER_PAN_STEP, 0);
		return true;
	case ACTION_PAN_RIGHT:
		viewer_pan(v, VIEWER_PAN_STEP, 0);
		return true;
	case ACTION_PAN_UP:
		viewer_pan(v, 0, -VIEWER_PAN_STEP);
		return true;
	case ACTION_PAN_DOWN:
		viewer_pan(v, 0, VIEWER_PAN_STEP);
		return true;
	case ACTION_INVERT:
		v->view.invert = !v->view.invert;
		viewer_changed(v);
		return true;
	case ACTION_RESET:
		viewer_reset(v);
		return true;
	default:
		return false;
	}
}

static void
viewer_act(struct screen *s, enum action a)
{
	struct viewer *v = viewer_of(s);

	if (viewer_act_move(v, a) || viewer_act_look(v, a))
		return;
	switch (a) {
	case ACTION_LOOP:
		viewer_toggle_loop(v);
		break;
	case ACTION_LOOP_SLOWER:
		viewer_loop_speed(v, 1.25);
		break;
	case ACTION_LOOP_FASTER:
		viewer_loop_speed(v, 0.8);
		break;
	case ACTION_SERIES_LIST:
		app_push(s->app, viewer_list_new(v));
		break;
	case ACTION_SHOW_REPORT:
		app_pop(s->app, s);
		break;
	case ACTION_BACK:
		if (!viewer_cancel_wait(v))
			app_pop(s->app, s);
		break;
	case ACTION_BACK_LIST:
		app_pop(s->app, s);
		break;
	default:
		break;
	}
}

/* -------------------------------------------------------------------- mouse */

static bool
viewer_is_in_picture(const struct viewer *v, const struct event *ev)
{
	const struct picture_pane_place *p = &v->place;

	return ev->y >= p->top && ev->y < p->top + (int)p->rows && ev->x >= p->left &&
	       ev->x < p->left + (int)p->columns;
}

/* Left: window, as on every workstation. Right or middle: the picture follows. */
static void
viewer_drag(struct viewer *v, const struct event *ev)
{
	int dx = ev->x - v->drag_x, dy = ev->y - v->drag_y;

	v->drag_x = ev->x;
	v->drag_y = ev->y;
	if (v->drag_button == 1)
		viewer_window_move(v, pow(VIEWER_CELL_WIDTH, dx), VIEWER_CELL_CENTER * dy);
	else if (v->place.columns > 0 && v->place.rows > 0)
		viewer_pan(v, -(double)dx / v->place.columns, -(double)dy / v->place.rows);
}

static bool
viewer_mouse(struct viewer *v, const struct event *ev)
{
	switch (ev->mouse) {
	case MOUSE_WHEEL_UP:
		viewer_go(v, (int64_t)v->at - 1, -1);
		return true;
	case MOUSE_WHEEL_DOWN:
		viewer_go(v, (int64_t)v->at + 1, 1);
		return true;
	case MOUSE_PRESS:
		if (!viewer_is_in_picture(v, ev))
			return false;
		v->drag_button = ev->button;
		v->drag_x = ev->x;
		v->drag_y = ev->y;
		return true;
	case MOUSE_DRAG:
		if (v->drag_button == 0)
			return false;
		viewer_drag(v, ev);
		return true;
	case MOUSE_RELEASE:
		v->drag_button = 0;
		return true;
	}
	return false;
}

static bool
viewer_event(struct screen *s, const struct event *ev)
{
	struct viewer *v = viewer_of(s);

	if (ev->type == EVENT_REPLY) {
		viewer_reply(v, ev);
		return true;
	}
	return ev->type == EVENT_MOUSE && viewer_mouse(v, ev);
}

/* --------------------------------------------------------------------- life */

static void
viewer_tick(struct screen *s)
{
	struct viewer *v = viewer_of(s);
	int64_t now_ms = clock_boot_ms();

	viewer_show_tick(v, now_ms);
	if (v->loops && viewer_series(v) != NULL)
		viewer_loop_tick(v, now_ms);
	if (v->retry_at_ms > 0 && now_ms >= v->retry_at_ms) {
		v->retry_at_ms = 0;
		viewer_pump(v);
	}
	app_repaint(s->app);
	viewer_schedule(v);
}

static void
viewer_resumed(struct screen *s)
{
	viewer_retry(viewer_of(s));
}

static void
viewer_free(struct screen *s)
{
	struct viewer *v = viewer_of(s);

	viewer_show_release(v);
	study_release(&v->study);
	exam_release(&v->exam);
	free(v);
}

static const struct screen_ops viewer_ops = {
    .name = "viewer",
    .title = N_("Images de l'examen"),
    .about = N_("Les images de votre examen, une à une ou en boucle. Glissez avec la souris "
		"pour changer le contraste. Elles servent à s'informer : seul le compte rendu du "
		"radiologue fait foi."),
    .contexts = CTX_VIEWER | CTX_SPACE,
    .free = viewer_free,
    .draw = viewer_draw,
    .draw_brand = viewer_draw_brand,
    .draw_way = viewer_draw_way,
    .event = viewer_event,
    .act = viewer_act,
    .can = viewer_can,
    .tick = viewer_tick,
    .resumed = viewer_resumed,
    .covered = viewer_covered,
    .painted = viewer_painted,
};

struct screen *
screen_viewer_new(struct app *app, const struct exam *exam)
{
	struct viewer *v = mem_new(sizeof(*v));

	v->base.ops = &viewer_ops;
	v->base.app = app;
	exam_copy(exam, &v->exam);
	study_init(&v->study, STUDY_MAX_BYTES, STUDY_MAX_PIXELS_BYTES);
	v->view = (struct picture_view){.zoom = 1, .pan_x = 0.5, .pan_y = 0.5};
	v->period_ms = VIEWER_STACK_MS;
	viewer_show_setup(v);
	viewer_ask_series(v);
	return &v->base;
}
