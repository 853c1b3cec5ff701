/* SPDX-License-Identifier: MIT */
/*
 * Images on their way: which to ask for, what to do when they come or do not.
 * One request for frames at a time, of up to STUDY_RUN frames, so that moving
 * away can cancel it.
 */
#include "client/screen/viewer.h"

#include "client/tr.h"
#include "common/clock.h"
#include "common/err.h"

#define LOAD_RETRY_MS 2000

static void
load_series_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct viewer *v = viewer_of(s);

	if (err == -EM_E_CLOSED)
		return; /* resumed() asks again */
	if (err != 0) {
		app_message_error(s->app, err, e);
		return;
	}
	study_take_series(&v->study, (const Emage__ExamSeriesReply *)msg);
	if (more)
		return;
	v->has_series = true;
	viewer_choose_series(v, 0);
}

void
viewer_ask_series(struct viewer *v)
{
	Emage__ExamSeriesRequest r = EMAGE__EXAM_SERIES_REQUEST__INIT;

	r.exam_id = v->exam.id;
	app_call(&v->base, METHOD_exam_series, &r.base, CALL_WAIT, load_series_done);
}

static void
load_cancel_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	/* whatever the answer is, nothing waits for it */
	(void)s;
	(void)err;
	(void)msg;
	(void)e;
	(void)more;
}

void
viewer_cancel(struct viewer *v)
{
	Emage__FrameCancelRequest r = EMAGE__FRAME_CANCEL_REQUEST__INIT;

	if (v->call == 0)
		return;
	app_forget(&v->base, v->call);
	r.request_id = v->call;
	app_call(&v->base, METHOD_frame_cancel, &r.base, CALL_BACKGROUND, load_cancel_done);
	v->call = 0;
	study_ended(&v->study);
}

/* The server cannot now, but may later. */
static bool
load_may_retry(int err)
{
	return err == -EM_E_BUSY || err == -EM_E_RATE || err == -EM_E_UNAVAILABLE ||
	       err == -EM_E_TIMEOUT;
}

static void
load_failed(struct viewer *v, int err, const Emage__Error *e)
{
	struct study_ask asked = v->study.asked;
	uint32_t next = v->study.next;

	viewer_cancel(v); /* unless it has ended */
	study_ended(&v->study);
	if (err == -EM_E_CLOSED)
		return; /* resumed() asks again */
	if (load_may_retry(err)) {
		int64_t wait_ms = e != NULL ? (int64_t)e->retry_after_s * 1000 : 0;
		v->retry_at_ms = clock_boot_ms() + (wait_ms > 0 ? wait_ms : LOAD_RETRY_MS);
		return;
	}
	if (asked.count > 0 && next < asked.first + asked.count)
		study_fail(&v->study, asked.series, next, err);
	if (asked.series == v->series && next == v->at)
		app_message_error(v->base.app, err, e);
	viewer_pump(v);
}

static void
load_frames_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct viewer *v = viewer_of(s);
	struct study *st = &v->study;
	struct study_ask asked = st->asked;
	int taken;

	if (!more)
		v->call = 0;
	if (err != 0) {
		load_failed(v, err, e);
		viewer_schedule(v);
		return;
	}
	taken = study_take(st, (const Emage__FrameGetReply *)msg);
	if (taken < 0) {
		/* asks for the next ones: nothing here is this request's any more */
		load_failed(v, taken, NULL);
		return;
	}
	if (taken == 1) {
		study_trim(st, v->series, v->at);
		if (asked.series == v->series && st->next - 1 == v->at)
			viewer_changed(v);
	}
	if (!more && st->asked.count > 0) {
		bool is_short = st->next < asked.first + asked.count;
		if (is_short)
			load_failed(v, -EM_E_NOT_FOUND, NULL);
		else
			study_ended(st);
	}
	viewer_pump(v);
}

void
viewer_pump(struct viewer *v)
{
	Emage__FrameGetRequest r = EMAGE__FRAME_GET_REQUEST__INIT;
	struct study_ask ask;

	if (viewer_series(v) == NULL)
		return;
	if (study_should_cancel(&v->study, v->series, v->at))
		viewer_cancel(v);
	if (v->retry_at_ms == 0) {
		ask = study_plan(&v->study, v->series, v->at, v->direction);
		if (ask.count > 0) {
			r.series_id = v->study.series[ask.series].id;
			r.first = ask.first;
			r.count = ask.count;
			v->call = app_call(
			    &v->base, METHOD_frame_get, &r.base, CALL_BACKGROUND, load_frames_done);
			if (v->call != 0)
				study_asked(&v->study, &ask);
		}
	}
	viewer_schedule(v);
}

bool
viewer_cancel_wait(struct viewer *v)
{
	struct study_series *r = viewer_series(v);

	if (r == NULL || !v->has_shown || (v->shown_series == v->series && v->shown == v->at) ||
	    study_frame(&v->study, v->series, v->at)->state == STUDY_HERE)
		return false;
	viewer_cancel(v);
	v->series = v->shown_series;
	v->at = v->shown;
	v->direction = 0;
	viewer_changed(v);
	viewer_pump(v);
	return true;
}

void
viewer_retry(struct viewer *v)
{
	study_forgive(&v->study);
	v->retry_at_ms = 0;
	if (!v->has_series && !app_waits(&v->base))
		viewer_ask_series(v);
	viewer_pump(v);
}
