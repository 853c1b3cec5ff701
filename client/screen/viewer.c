/* SPDX-License-Identifier: MIT */
/*
 * The images of an exam: the screen's life, where the person is, the loop.
 */
#include "client/screen/viewer.h"

#include <math.h>
#include <stdlib.h>

#include "client/tr.h"
#include "common/clock.h"
#include "common/mem.h"

#define VIEWER_STACK_MS	     100 /* a loop through a stack: 10 images a second */
#define VIEWER_PERIOD_MIN_MS 20
#define VIEWER_PERIOD_MAX_MS 2000

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

void
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

void
viewer_loop_speed(struct viewer *v, double factor)
{
	v->period_ms =
	    fmin(fmax(v->period_ms * factor, VIEWER_PERIOD_MIN_MS), VIEWER_PERIOD_MAX_MS);
	v->loop_from_ms = clock_boot_ms();
	viewer_schedule(v);
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
