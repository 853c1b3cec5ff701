/* SPDX-License-Identifier: MIT */
/*
 * The images of an exam: what keys and mouse do.
 */
#include "client/screen/viewer.h"

#include <math.h>

#define VIEWER_PAGE	   10 /* images of a page key */
#define VIEWER_ZOOM_STEP   1.25
#define VIEWER_PAN_STEP	   0.1	/* of what is seen */
#define VIEWER_KEY_WIDTH   1.1	/* a key's change of the window's width */
#define VIEWER_KEY_CENTER  0.05 /* and of its centre, in widths */
#define VIEWER_CELL_WIDTH  1.02 /* the same for a cell of dragging */
#define VIEWER_CELL_CENTER 0.02

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

bool
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

void
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
	case ACTION_BACK:
		if (viewer_cancel_wait(v))
			break;
		/* FALLTHROUGH */
	case ACTION_SHOW_REPORT:
	case ACTION_BACK_LIST:
		viewer_cancel(v);
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

/* Left: window, as on every workstation. Right or middle: the picture follows; on
 * a touch screen, which has one button, a finger on a large picture moves it. */
static void
viewer_drag(struct viewer *v, const struct event *ev)
{
	int dx = ev->x - v->drag_x, dy = ev->y - v->drag_y;

	v->drag_x = ev->x;
	v->drag_y = ev->y;
	if (v->drag_button == 1 && !(app_is_kiosk(v->base.app) && v->view.zoom > 1))
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

bool
viewer_event(struct screen *s, const struct event *ev)
{
	struct viewer *v = viewer_of(s);

	if (ev->type == EVENT_REPLY) {
		viewer_reply(v, ev);
		return true;
	}
	return ev->type == EVENT_MOUSE && viewer_mouse(v, ev);
}
