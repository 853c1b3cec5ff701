/* SPDX-License-Identifier: MIT */
/*
 * Scaling in two passes. For each axis a table says which source pixels make a
 * dot, with which weights; each source row is scaled across once and held while
 * rows of dots need it.
 */
#include "client/picture/scale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/secret.h"

/* Sources of the dots first .. first+n-1 of an axis. */
struct scale_axis {
	unsigned n;
	unsigned n_taps; /* at most, a dot */
	uint32_t *first; /* source pixel, a dot */
	uint32_t *taps;	 /* how many */
	float *weights;	 /* n_taps a dot */
	size_t cap_dots, cap_weights;
};

struct picture_renderer {
	uint64_t key; /* of what `values` shows; 0 = nothing */
	struct picture_map map;
	uint16_t *values; /* scaled, of the dots that show the frame */
	size_t cap_values;
	struct scale_axis x, y;
	float *rows[2]; /* source rows scaled across: even, odd */
	int64_t row_at[2];
	float *sum;
	size_t cap_row;
	struct picture_lut lut;
};

void
picture_canvas_size(struct picture_canvas *c, unsigned width, unsigned height, bool is_rgb)
{
	size_t bytes = (size_t)width * height * (is_rgb ? 3 : 1);

	if (bytes > c->cap_bytes) {
		picture_canvas_release(c);
		c->pixels = mem_new(bytes);
		c->cap_bytes = bytes;
	}
	c->width = width;
	c->height = height;
	c->is_rgb = is_rgb;
}

void
picture_canvas_release(struct picture_canvas *c)
{
	if (c->pixels != NULL)
		secret_wipe(c->pixels, c->cap_bytes);
	free(c->pixels);
	*c = (struct picture_canvas){0};
}

/* Dots per millimetre (or per frame pixel) at which the whole frame fits. */
static double
scale_fit(const struct picture_frame *f, const struct picture_room *room, double *width_r,
    double *height_r)
{
	double w = f->columns * (f->spacing_col_mm > 0 ? f->spacing_col_mm : 1);
	double h = f->rows * (f->spacing_row_mm > 0 ? f->spacing_row_mm : 1);

	*width_r = w / room->dot_width;
	*height_r = h / room->dot_height;
	return fmin(room->width / *width_r, room->height / *height_r);
}

/* One axis: the frame's n pixels on `size` dots. */
static void
scale_map_axis(double dots, unsigned n, double pan, unsigned size, double *origin_r, double *step_r,
    unsigned *from_r, unsigned *to_r)
{
	double step = n / dots;
	/* centred when it fits, else around the pan point */
	double origin = (dots <= size + 0.5 ? 0.5 : pan) * n - step * size / 2;
	double from = ceil(-origin / step - 0.5), to = ceil((n - origin) / step - 0.5);

	*step_r = step;
	*origin_r = origin;
	*from_r = (unsigned)fmin(fmax(from, 0), size);
	*to_r = (unsigned)fmin(fmax(to, *from_r), size);
}

void
picture_map_make(const struct picture_frame *f, const struct picture_view *v,
    const struct picture_room *room, struct picture_map *m_r)
{
	double w, h, scale = scale_fit(f, room, &w, &h) * fmax(v->zoom, PICTURE_ZOOM_MIN);

	scale_map_axis(w * scale, f->columns, v->pan_x, room->width, &m_r->x0, &m_r->step_x,
	    &m_r->left, &m_r->right);
	scale_map_axis(h * scale, f->rows, v->pan_y, room->height, &m_r->y0, &m_r->step_y,
	    &m_r->top, &m_r->bottom);
}

static double
scale_clamp_pan(double pan, double dots, unsigned size)
{
	double half = dots > 0 ? size / dots / 2 : 0.5;

	return half >= 0.5 ? 0.5 : fmin(fmax(pan, half), 1 - half);
}

void
picture_view_clamp(
    const struct picture_frame *f, struct picture_view *v, const struct picture_room *room)
{
	double w, h, scale;

	v->zoom = fmin(fmax(v->zoom, PICTURE_ZOOM_MIN), PICTURE_ZOOM_MAX);
	scale = scale_fit(f, room, &w, &h) * v->zoom;
	v->pan_x = scale_clamp_pan(v->pan_x, w * scale, room->width);
	v->pan_y = scale_clamp_pan(v->pan_y, h * scale, room->height);
}

struct picture_renderer *
picture_renderer_new(void)
{
	return mem_new(sizeof(struct picture_renderer));
}

static void
scale_axis_release(struct scale_axis *a)
{
	free(a->first);
	free(a->taps);
	free(a->weights);
}

void
picture_renderer_free(struct picture_renderer **r)
{
	struct picture_renderer *p = *r;

	if (p == NULL)
		return;
	if (p->values != NULL)
		secret_wipe(p->values, p->cap_values * sizeof(*p->values));
	for (int i = 0; i < 2; i++) {
		if (p->rows[i] != NULL)
			secret_wipe(p->rows[i], p->cap_row * sizeof(float));
		free(p->rows[i]);
	}
	if (p->sum != NULL)
		secret_wipe(p->sum, p->cap_row * sizeof(float));
	free(p->sum);
	free(p->values);
	scale_axis_release(&p->x);
	scale_axis_release(&p->y);
	free(p);
	*r = NULL;
}

static void
scale_axis_size(struct scale_axis *a, unsigned n, unsigned n_taps)
{
	size_t n_weights = (size_t)n * n_taps;

	if (n > a->cap_dots) {
		a->first = mem_grow(a->first, n, sizeof(*a->first));
		a->taps = mem_grow(a->taps, n, sizeof(*a->taps));
		a->cap_dots = n;
	}
	if (n_weights > a->cap_weights) {
		a->weights = mem_grow(a->weights, n_weights, sizeof(*a->weights));
		a->cap_weights = n_weights;
	}
	a->n = n;
	a->n_taps = n_taps;
}

/* A dot made of the source's [from, to): each pixel by how much of it lies
 * inside. */
static unsigned
scale_tap_area(double from, double to, unsigned n, uint32_t *first_r, float *weights)
{
	double a = fmax(from, 0), b = fmin(to, n), total = b - a;
	uint32_t first = (uint32_t)fmin(a, n - 1.0), last = (uint32_t)fmin(ceil(b) - 1, n - 1.0);
	unsigned taps = 0;

	*first_r = first;
	for (uint32_t i = first; i <= last; i++) {
		double part = fmin(b, i + 1.0) - fmax(a, i);
		weights[taps++] = (float)(part / total);
	}
	return taps;
}

/* A dot between two source pixels. */
static unsigned
scale_tap_blend(double at, unsigned n, uint32_t *first_r, float *weights)
{
	double p = fmin(fmax(at - 0.5, 0), n - 1.0);
	uint32_t first = (uint32_t)p;
	double part = p - first;

	*first_r = first;
	if (first + 1 >= n || part <= 0) {
		weights[0] = 1;
		return 1;
	}
	weights[0] = (float)(1 - part);
	weights[1] = (float)part;
	return 2;
}

static void
scale_axis_make(
    struct scale_axis *a, double origin, double step, unsigned from, unsigned to, unsigned n)
{
	scale_axis_size(a, to - from, step > 1 ? (unsigned)ceil(step) + 2 : 2);
	for (unsigned i = 0; i < a->n; i++) {
		double at = origin + step * (from + i);
		float *weights = a->weights + (size_t)i * a->n_taps;
		a->taps[i] = step > 1 ? scale_tap_area(at, at + step, n, &a->first[i], weights)
				      : scale_tap_blend(at + step / 2, n, &a->first[i], weights);
	}
}

static void
scale_across_grey(const struct scale_axis *x, const uint16_t *source, float *out)
{
	for (unsigned i = 0; i < x->n; i++) {
		const uint16_t *s = source + x->first[i];
		const float *w = x->weights + (size_t)i * x->n_taps;
		float sum = 0;
		for (unsigned t = 0; t < x->taps[i]; t++)
			sum += w[t] * s[t];
		out[i] = sum;
	}
}

static void
scale_across_rgb(const struct scale_axis *x, const uint8_t *source, float *out)
{
	for (unsigned i = 0; i < x->n; i++) {
		const uint8_t *s = source + 3 * (size_t)x->first[i];
		const float *w = x->weights + (size_t)i * x->n_taps;
		float r = 0, g = 0, b = 0;
		for (unsigned t = 0; t < x->taps[i]; t++, s += 3) {
			r += w[t] * s[0];
			g += w[t] * s[1];
			b += w[t] * s[2];
		}
		out[3 * i] = r;
		out[3 * i + 1] = g;
		out[3 * i + 2] = b;
	}
}

/* Source row y scaled across; two are held, which is all that both ways of
 * scaling look back. */
static const float *
scale_row(struct picture_renderer *r, const struct picture_frame *f, uint32_t y)
{
	unsigned slot = y & 1;

	if (r->row_at[slot] != y) {
		size_t at = (size_t)y * f->columns;
		if (f->rgb != NULL)
			scale_across_rgb(&r->x, f->rgb + 3 * at, r->rows[slot]);
		else
			scale_across_grey(&r->x, f->grey + at, r->rows[slot]);
		r->row_at[slot] = y;
	}
	return r->rows[slot];
}

static void
scale_size(struct picture_renderer *r, size_t row, size_t n_rows)
{
	if (row > r->cap_row) {
		for (int i = 0; i < 2; i++)
			r->rows[i] = mem_grow(r->rows[i], row, sizeof(float));
		r->sum = mem_grow(r->sum, row, sizeof(float));
		r->cap_row = row;
	}
	if (row * n_rows > r->cap_values) {
		r->values = mem_grow(r->values, row * n_rows, sizeof(*r->values));
		r->cap_values = row * n_rows;
	}
	r->row_at[0] = r->row_at[1] = -1;
}

/* Fills r->values for r->map. */
static void
scale_values(struct picture_renderer *r, const struct picture_frame *f)
{
	const struct picture_map *m = &r->map;
	size_t row = (size_t)(m->right - m->left) * (f->rgb != NULL ? 3 : 1);

	scale_axis_make(&r->x, m->x0, m->step_x, m->left, m->right, f->columns);
	scale_axis_make(&r->y, m->y0, m->step_y, m->top, m->bottom, f->rows);
	scale_size(r, row, r->y.n);
	for (unsigned i = 0; i < r->y.n; i++) {
		const float *w = r->y.weights + (size_t)i * r->y.n_taps;
		uint16_t *out = r->values + i * row;
		memset(r->sum, 0, row * sizeof(float));
		for (unsigned t = 0; t < r->y.taps[i]; t++) {
			const float *across = scale_row(r, f, r->y.first[i] + t);
			for (size_t k = 0; k < row; k++)
				r->sum[k] += w[t] * across[k];
		}
		for (size_t k = 0; k < row; k++)
			out[k] = (uint16_t)(int32_t)(r->sum[k] + 0.5f);
	}
}

static bool
scale_same_map(const struct picture_map *a, const struct picture_map *b)
{
	return a->x0 == b->x0 && a->y0 == b->y0 && a->step_x == b->step_x &&
	       a->step_y == b->step_y && a->left == b->left && a->right == b->right &&
	       a->top == b->top && a->bottom == b->bottom;
}

/* Values -> greys or colours; what shows no frame is black, negative or not. */
static void
scale_paint(const struct picture_renderer *r, bool invert, struct picture_canvas *c)
{
	const struct picture_map *m = &r->map;
	size_t dot = c->is_rgb ? 3 : 1, row = (m->right - m->left) * dot;
	const uint16_t *in = r->values;

	memset(c->pixels, 0, (size_t)c->width * c->height * dot);
	for (unsigned y = m->top; y < m->bottom; y++, in += row) {
		uint8_t *out = c->pixels + ((size_t)y * c->width + m->left) * dot;
		if (c->is_rgb)
			for (size_t k = 0; k < row; k++)
				out[k] = (uint8_t)(invert ? 255 - in[k] : in[k]);
		else
			for (size_t k = 0; k < row; k++)
				out[k] = r->lut.grey[in[k]];
	}
}

void
picture_render(struct picture_renderer *r, const struct picture_frame *f, uint64_t key,
    const struct picture_view *v, const struct picture_room *room, struct picture_canvas *c_r,
    struct picture_map *map_r)
{
	struct picture_map map;

	picture_map_make(f, v, room, &map);
	if (key == 0 || key != r->key || !scale_same_map(&map, &r->map)) {
		r->map = map;
		r->key = key;
		scale_values(r, f);
	}
	picture_canvas_size(c_r, room->width, room->height, f->rgb != NULL);
	if (f->grey != NULL)
		picture_lut_make(&r->lut, f, v);
	scale_paint(r, v->invert, c_r);
	if (map_r != NULL)
		*map_r = map;
}
