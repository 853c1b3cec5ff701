/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SCREEN_VIEWER_H
#define EMAGE_CLIENT_SCREEN_VIEWER_H

#include "client/app.h"
#include "client/model/exams.h"
#include "client/model/study.h"
#include "client/picture/pane.h"
#include "client/picture/probe.h"
#include "client/picture/scale.h"
#include "client/screen/viewer_look.h"

/*
 * The images of an exam. Inside of the screen, for viewer*.c only:
 *
 *	viewer.c	its life, where the person is, the loop
 *	viewer_act.c	what keys and mouse do
 *	viewer_load.c	asking for series and frames
 *	viewer_show.c	the picture on the terminal, and when it is drawn
 *	viewer_draw.c	the text around it
 *	viewer_look.c	windows, directions, scale: pure
 *	viewer_list.c	choosing a series
 */
struct viewer {
	struct screen base;
	struct exam exam;

	/* what there is */
	struct study study;
	bool has_series;     /* the list has come */
	uint32_t call;	     /* frames under way, or 0 */
	int64_t retry_at_ms; /* the server was busy; 0 = not waiting */

	/* where the person is, and what the terminal shows of it: a frame that
	 * has not come yet leaves the one before on the screen */
	size_t series;
	uint32_t at;
	int direction;
	bool has_shown;
	size_t shown_series;
	uint32_t shown;

	/* how it looks */
	struct picture_view view;
	struct look_window window;
	size_t window_series; /* series that `view` was made for */
	bool has_window;

	/* loop */
	bool loops;
	double period_ms;
	int64_t loop_from_ms; /* when frame `at` was due */

	/* mouse: button held, cell where it was last */
	int drag_button, drag_y, drag_x;

	/* terminal */
	struct probe_env env;
	struct probe probe;
	enum probe_wish wish;
	bool asked, settled; /* questions sent; answers in, or not waited for */
	int64_t probe_until_ms;
	struct picture_pane *pane;
	struct picture_pane_place place;
	struct picture_pane_place drawn_place; /* of the picture on the terminal */
	struct look_edges drawn_edges;
	struct picture_renderer *renderer;
	struct picture_canvas canvas;
	struct picture_map map;
	struct picture_cell *cells; /* for the ways that go through curses */
	size_t n_cells;
	bool is_stale; /* the terminal does not show what it should */
	bool is_quick; /* moving */
	int64_t fine_at_ms;
	/* flow control: a picture is on its way to the terminal */
	bool fenced;
	int64_t fence_until_ms;
	int64_t sent_at_ms;
	bool was_quick;	 /* the one on its way has fewer greys */
	bool is_slow;	 /* it takes the terminal long: fewer greys while moving */
	unsigned n_deaf; /* fences that were never answered */
};

static inline struct viewer *
viewer_of(struct screen *s)
{
	return (struct viewer *)s;
}

/* NULL before the list has come, or when it is empty. */
static inline struct study_series *
viewer_series(struct viewer *v)
{
	return v->series < v->study.n_series ? &v->study.series[v->series] : NULL;
}

/* viewer.c */
void viewer_go(struct viewer *v, int64_t at, int direction);
void viewer_choose_series(struct viewer *v, size_t series);
/* Another look at the same frame. */
void viewer_changed(struct viewer *v);
/* Sets the screen's wake_at_ms to the earliest that something is due. */
void viewer_schedule(struct viewer *v);

void viewer_toggle_loop(struct viewer *v);
void viewer_loop_speed(struct viewer *v, double factor);

/* viewer_act.c */
bool viewer_can(const struct screen *s, enum action a);
void viewer_act(struct screen *s, enum action a);
bool viewer_event(struct screen *s, const struct event *ev);

/* viewer_load.c */
void viewer_ask_series(struct viewer *v);
/* Asks for what is wanted next, gives up what is not wanted any more. */
void viewer_pump(struct viewer *v);
/* Gives up the frames under way. */
void viewer_cancel(struct viewer *v);
/* Stops waiting: back to the frame that is shown. True when it was waiting. */
bool viewer_cancel_wait(struct viewer *v);
/* Asks again for what failed. */
void viewer_retry(struct viewer *v);

/* viewer_show.c */
/* The frame that belongs on the screen now, its window applied; NULL = none. */
const struct picture_frame *viewer_frame(struct viewer *v);
void viewer_show_setup(struct viewer *v);
void viewer_show_release(struct viewer *v);
/* Where the picture goes from now on. */
void viewer_show_place(struct viewer *v, const struct area *a);
/* For ways that curses draws. */
void viewer_show_text(struct viewer *v);
void viewer_painted(struct screen *s, bool whole);
void viewer_covered(struct screen *s, bool is_covered);
void viewer_reply(struct viewer *v, const struct event *ev);
/* Time limits of the conversation with the terminal. */
void viewer_show_tick(struct viewer *v, int64_t now_ms);

/* viewer_draw.c */
void viewer_draw(struct screen *s, const struct area *room);
void viewer_draw_brand(struct screen *s, const struct area *row);
void viewer_draw_way(struct screen *s, const struct area *row);
/* "2  SCANNER · THORAX 1.25mm", sanitised; what the list and the way say. */
void viewer_series_words(const struct study_series *r, char *out_r, size_t len);

/* viewer_list.c */
struct screen *viewer_list_new(struct viewer *v);

#endif
