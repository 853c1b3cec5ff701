/* SPDX-License-Identifier: MIT */
/*
 * The text around the picture: a row above (window, upper edge's letter, the
 * warning), letters at the sides, a row below (scale or progress, lower letter,
 * zoom and number), and on wide terminals the list of series.
 */
#include "client/screen/viewer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "client/tr.h"
#include "common/text.h"

#define DRAW_SIDE	 3   /* columns left and right of the picture, for letters */
#define DRAW_LIST_WIDTH	 34  /* of the list of series ... */
#define DRAW_LIST_FROM	 112 /* ... where there are this many columns */
#define DRAW_SCALE_WIDTH 16
#define DRAW_COUNT_WIDTH 24 /* room that the count of images loaded is worth */

void
viewer_series_words(const struct study_series *r, char *out_r, size_t len)
{
	const char *what = r->description[0] != '\0' ? r->description : r->body_part;

	if (what[0] != '\0')
		snprintf(out_r, len, "%s", what);
	else
		snprintf(out_r, len, _("série %u"), r->number);
}

void
viewer_draw_brand(struct screen *s, const struct area *row)
{
	screen_exam_draw_brand(&viewer_of(s)->exam, row);
}

void
viewer_draw_way(struct screen *s, const struct area *row)
{
	struct viewer *v = viewer_of(s);
	char words[160], detail[320];
	size_t i;

	if (viewer_series(v) == NULL) {
		screen_exam_draw_way(row, true, NULL);
		return;
	}
	/* this row is drawn first: it must name the image that will be drawn */
	viewer_frame(v);
	i = v->has_shown ? v->shown_series : v->series;
	viewer_series_words(&v->study.series[i], words, sizeof(words));
	snprintf(detail, sizeof(detail), _("série %zu/%zu · %s · image %u/%u"), i + 1,
	    v->study.n_series, words, (v->has_shown ? v->shown : v->at) + 1,
	    v->study.series[i].n_frames);
	screen_exam_draw_way(row, true, detail);
}

static void
draw_series(struct viewer *v, const struct area *a)
{
	char s[256], words[160];

	paint_text(a->y, a->x, a->w, STYLE_TITLE, _("Séries"));
	for (size_t i = 0; i < v->study.n_series && (int)i + 2 < a->h; i++) {
		const struct study_series *r = &v->study.series[i];
		bool is_here = i == v->series;
		viewer_series_words(r, words, sizeof(words));
		snprintf(s, sizeof(s), "%c%zu %s", is_here ? '>' : ' ', i + 1, words);
		paint_cell(
		    a->y + 1 + (int)i, a->x, a->w - 6, is_here ? STYLE_CURRENT : STYLE_PLAIN, s);
		snprintf(s, sizeof(s), "%u", r->n_frames);
		paint_right(a->y + 1 + (int)i, a->x + a->w - 6, 5,
		    is_here ? STYLE_CURRENT : STYLE_PLAIN, s);
	}
}

/* Window numbers and name. */
static void
draw_window(struct viewer *v, int y, int x, int w)
{
	const struct study_frame *f = study_frame(&v->study, v->shown_series, v->shown);
	char name[128], s[256] = "";
	int n = 0;

	if (!v->has_window || f->info == NULL)
		return;
	look_name(f->info, v->window, name, sizeof(name));
	if (f->pixels.rgb == NULL)
		n = snprintf(s, sizeof(s), _("C %.0f L %.0f%s%s"), v->view.center, v->view.width,
		    name[0] != '\0' ? " · " : "", name);
	/* (0028,2110): details may be gone */
	if (f->info->lossy && n >= 0 && n < (int)sizeof(s))
		snprintf(s + n, sizeof(s) - (size_t)n, "%s%s", n > 0 ? " · " : "",
		    _("compression avec pertes"));
	paint_text(y, x, w, STYLE_PLAIN, s);
}

/* "|--------| 5 cm": as long as that on the screen. */
static void
draw_scale(struct viewer *v, int y, int x, int w)
{
	const struct study_frame *f = study_frame(&v->study, v->shown_series, v->shown);
	struct picture_room room = picture_place_room(&v->place);
	double mm, round;
	char s[64];
	int n, k = 0;

	if (f->pixels.spacing_col_mm <= 0 || v->place.columns == 0)
		return;
	/* millimetres a column */
	mm = v->map.step_x * f->pixels.spacing_col_mm * room.width / v->place.columns;
	round = look_scale_mm(mm * DRAW_SCALE_WIDTH);
	n = round > 0 ? (int)lround(round / mm) : 0;
	if (n < 3 || n > DRAW_SCALE_WIDTH || n + 8 > w)
		return;
	s[k++] = '|';
	while (k < n - 1)
		s[k++] = '-';
	s[k++] = '|';
	snprintf(s + k, sizeof(s) - (size_t)k, round >= 10 ? _(" %.0f cm") : _(" %.0f mm"),
	    round >= 10 ? round / 10 : round);
	paint_text(y, x, w, STYLE_PLAIN, s);
}

/* What is still to come. False when nothing is awaited. */
static bool
draw_progress(struct viewer *v, int y, int x, int w)
{
	const struct study_series *r = viewer_series(v);
	const struct study_frame *f = study_frame(&v->study, v->series, v->at);
	unsigned done = 0;
	char s[160];

	if (f->state == STUDY_FAILED) {
		snprintf(s, sizeof(s), _("Image %u illisible"), v->at + 1);
	} else if (f->state != STUDY_HERE) {
		if (f->state == STUDY_COMING)
			done = (unsigned)(f->len * 100 / f->info->total_bytes);
		snprintf(s, sizeof(s), _("Image %u : %u %% (Échap : annuler)"), v->at + 1, done);
	} else if (r->n_here < r->n_frames && (v->loops || v->study.asked.count > 0) &&
		   w >= DRAW_COUNT_WIDTH) {
		snprintf(s, sizeof(s), _("Chargement %u/%u"), r->n_here, r->n_frames);
	} else {
		return false;
	}
	paint_text(y, x, w, STYLE_INFO, s);
	return true;
}

/* Right end of the row below; the cursor stands on it. */
static int
draw_number(struct viewer *v, int y, int x, int w)
{
	char s[160], loop[48] = "", zoom[32] = "";
	int width;

	if (v->loops)
		snprintf(loop, sizeof(loop), _("%.0f images/s · "), 1000 / v->period_ms);
	if (v->view.zoom > 1)
		snprintf(zoom, sizeof(zoom), _("zoom %.0f %% · "), v->view.zoom * 100);
	snprintf(s, sizeof(s), _("%s%s%simage %u/%u"), loop, zoom,
	    v->view.invert ? _("négatif · ") : "", v->shown + 1,
	    v->study.series[v->shown_series].n_frames);
	width = (int)text_width(s);
	width = width < w ? width : w;
	paint_text(y, x + w - width, width, STYLE_PLAIN, s);
	paint_cursor(y, x + w - width);
	return width;
}

static void
draw_middle(int y, int x, int w, enum style style, const char *s)
{
	int width = (int)text_width(s);

	paint_text(y, x + (w - width) / 2, width, style, s);
}

/* A letter in the middle of a row, or as far left as `before` wants. */
static void
draw_letter(const struct area *a, int y, int before, const char *letter)
{
	int x = a->x + (a->w - (int)strlen(letter)) / 2, last = before - 2 - (int)strlen(letter);

	paint_text(y, x < last ? x : last, (int)strlen(letter), STYLE_LABEL, letter);
}

/* above, below: columns where the words right of the letters begin. */
static void
draw_edges(struct viewer *v, const struct area *a, int above, int below)
{
	const struct study_frame *f = study_frame(&v->study, v->shown_series, v->shown);
	struct look_edges e;

	if (f->info == NULL)
		return;
	e = look_edges(f->info);
	draw_letter(a, a->y, above, e.top);
	draw_letter(a, a->y + a->h - 1, below, e.bottom);
	paint_text(a->y + a->h / 2, a->x, DRAW_SIDE - 1, STYLE_LABEL, e.left);
	paint_right(
	    a->y + a->h / 2, a->x + a->w - DRAW_SIDE + 1, DRAW_SIDE - 1, STYLE_LABEL, e.right);
}

/* Nothing to show yet, or at all. */
static void
draw_empty(struct viewer *v, const struct area *a)
{
	const char *s = _("Chargement des images…");
	bool has_frame = viewer_series(v) != NULL;

	if (v->has_series && !has_frame)
		s = _("Cet examen ne contient pas d'image.");
	else if (v->wish == PROBE_WISH_NONE)
		s = _("Affichage des images désactivé (--graphics=none).");
	else if (!v->has_series && !app_waits(&v->base))
		s = _("Les images n'ont pas été chargées. R : réessayer.");
	draw_middle(a->y + a->h / 2, a->x, a->w, STYLE_PLAIN, s);
	if (has_frame)
		draw_progress(v, a->y + a->h - 1, a->x, a->w / 2);
	paint_cursor(a->y + a->h / 2, a->x);
}

/* Always there. Returns its column. */
static int
draw_warning(const struct area *a)
{
	const char *s = _("Image non diagnostique");
	int w = (int)text_width(s);

	paint_text(a->y, a->x + a->w - w, w, STYLE_TITLE, s);
	return a->x + a->w - w;
}

void
viewer_draw(struct screen *s, const struct area *room)
{
	struct viewer *v = viewer_of(s);
	struct area a = *room, picture, list;
	int right, above;

	if (a.w >= DRAW_LIST_FROM && v->study.n_series > 1) {
		list = (struct area){.y = a.y,
		    .x = a.x + a.w - DRAW_LIST_WIDTH + 2,
		    .h = a.h,
		    .w = DRAW_LIST_WIDTH - 2};
		a.w -= DRAW_LIST_WIDTH;
		draw_series(v, &list);
	}
	picture = (struct area){
	    .y = a.y + 1, .x = a.x + DRAW_SIDE, .h = a.h - 2, .w = a.w - 2 * DRAW_SIDE};
	viewer_show_place(v, &picture);
	viewer_show_text(v);
	above = draw_warning(&a);
	if (!v->has_shown) {
		draw_empty(v, &a);
		return;
	}
	right = draw_number(v, a.y + a.h - 1, a.x, a.w - 4);
	draw_window(v, a.y, a.x, (a.w / 2 < above - a.x - 4 ? a.w / 2 : above - a.x - 4) - 2);
	draw_edges(v, &a, above, a.x + a.w - 4 - right);
	if (!draw_progress(v, a.y + a.h - 1, a.x, a.w - right - 1))
		draw_scale(v, a.y + a.h - 1, a.x, a.w / 2 - 2);
}
