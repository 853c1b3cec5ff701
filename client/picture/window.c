/* SPDX-License-Identifier: MIT */
/*
 * The window: from stored values to greys.
 */
#include "client/picture/window.h"

#include <math.h>
#include <stdlib.h>

#include "common/mem.h"

/*
 * PS3.3 C.11.2.1.2.1, LINEAR, with ymin = 0 and ymax = 255:
 *   x <= c - 0.5 - (w-1)/2  ->  0
 *   x >  c - 0.5 + (w-1)/2  ->  255
 *   else ((x - (c - 0.5)) / (w-1) + 0.5) * 255
 * MONOCHROME1 and a person's wish for a negative each turn the result round.
 */
void
picture_lut_make(
    struct picture_lut *lut, const struct picture_frame *f, const struct picture_view *v)
{
	bool inverted = f->monochrome1 != v->invert;
	double width = fmax(v->width, PICTURE_WIDTH_MIN);
	double low = v->center - 0.5 - (width - 1) / 2, high = v->center - 0.5 + (width - 1) / 2;
	double gain = width > 1 ? 255 / (width - 1) : 0;

	if (lut->is_made && lut->inverted == inverted && lut->bias == f->bias &&
	    lut->slope == f->slope && lut->intercept == f->intercept && lut->center == v->center &&
	    lut->width == width)
		return;
	lut->is_made = true;
	lut->inverted = inverted;
	lut->bias = f->bias;
	lut->slope = f->slope;
	lut->intercept = f->intercept;
	lut->center = v->center;
	lut->width = width;

	for (int i = 0; i < 65536; i++) {
		double x = (i - f->bias) * f->slope + f->intercept;
		double y = (x - low) * gain + 0.5;
		y = x <= low ? 0 : x > high ? 255 : y;
		lut->grey[i] = (uint8_t)(inverted ? 255 - (int)y : (int)y);
	}
}

/* Stored value below which `share` of the pixels lie. */
static int32_t
window_percentile(const uint32_t *count, uint64_t total, double share, int32_t bias)
{
	uint64_t below = 0, limit = (uint64_t)((double)total * share);

	for (int32_t i = 0; i < 65536; i++) {
		below += count[i];
		if (below > limit)
			return i - bias;
	}
	return 65535 - bias;
}

void
picture_window_auto(const struct picture_frame *f, double *center_r, double *width_r)
{
	size_t n = (size_t)f->rows * f->columns;
	uint32_t *count;
	double a, b;

	if (f->grey == NULL) {
		*center_r = 128;
		*width_r = 256;
		return;
	}
	count = mem_new_array(65536, sizeof(*count));
	for (size_t i = 0; i < n; i++)
		count[f->grey[i]]++;
	a = window_percentile(count, n, 0.005, f->bias) * f->slope + f->intercept;
	b = window_percentile(count, n, 0.995, f->bias) * f->slope + f->intercept;
	free(count);
	/* the formula makes exactly a black and b white */
	*width_r = fabs(b - a) + 1;
	*center_r = (a + b) / 2 + 0.5;
}

double
picture_window_span(const struct picture_frame *f)
{
	double span = fabs(((double)f->max - f->min) * f->slope);

	return span >= 1 && span <= 1e9 ? span : f->rgb != NULL ? 255 : 4096;
}

void
picture_window_clamp(const struct picture_frame *f, double *center, double *width)
{
	double a = -f->bias * f->slope + f->intercept;
	double b = (65535 - f->bias) * f->slope + f->intercept;

	*center = fmin(fmax(*center, fmin(a, b)), fmax(a, b));
	*width = fmin(fmax(*width, PICTURE_WIDTH_MIN), fmax(2 * fabs(b - a), PICTURE_WIDTH_MIN));
}
