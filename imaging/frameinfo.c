/* SPDX-License-Identifier: MIT */
/*
 * Window, rescale and geometry of one frame.
 */
#include "imaging/frameinfo.h"

#include <math.h>
#include <string.h>

#define TAG_SHARED    DICOM_TAG(0x5200, 0x9229)
#define TAG_PER_FRAME DICOM_TAG(0x5200, 0x9230)
/* functional group macros */
#define MACRO_MEASURES	  DICOM_TAG(0x0028, 0x9110)
#define MACRO_POSITION	  DICOM_TAG(0x0020, 0x9113)
#define MACRO_ORIENTATION DICOM_TAG(0x0020, 0x9116)
#define MACRO_VOI	  DICOM_TAG(0x0028, 0x9132)
#define MACRO_RESCALE	  DICOM_TAG(0x0028, 0x9145)

/* Where a frame's attributes may stand, nearest first. */
struct frameinfo_places {
	const struct dicom_item *frame, *shared, *ds;
};

/* The item that holds an attribute of a macro, or NULL. */
static const struct dicom_item *
frameinfo_find(const struct frameinfo_places *p, uint32_t macro, uint32_t tag)
{
	const struct dicom_item *item = NULL;

	if (p->frame != NULL)
		item = dicom_item_at(p->frame, macro, 0);
	if (item == NULL && p->shared != NULL)
		item = dicom_item_at(p->shared, macro, 0);
	if (item != NULL && dicom_has(item, tag))
		return item;
	return dicom_has(p->ds, tag) ? p->ds : NULL;
}

static void
frameinfo_add_window(struct frameinfo *fi, double center, double width, const char *explanation)
{
	Emage__Window *w;

	if (fi->pb.n_windows == LIMIT_WINDOWS || !isfinite(center) || !isfinite(width) ||
	    width <= 0)
		return;
	w = &fi->windows[fi->pb.n_windows];
	emage__window__init(w);
	w->center = center;
	w->width = width;
	w->explanation = (char *)(uintptr_t)explanation;
	fi->window_list[fi->pb.n_windows++] = w;
}

static void
frameinfo_windows(const struct attr *at, const struct frameinfo_places *p, struct frameinfo *fi)
{
	const uint32_t center = DICOM_TAG(0x0028, 0x1050), width = DICOM_TAG(0x0028, 0x1051);
	const struct dicom_item *item = frameinfo_find(p, MACRO_VOI, center);
	double c[LIMIT_WINDOWS], w[LIMIT_WINDOWS];
	size_t n, n_widths;

	if (item == NULL)
		return;
	n = dicom_numbers(item, center, c, LIMIT_WINDOWS);
	n_widths = dicom_numbers(item, width, w, LIMIT_WINDOWS);
	if (n > n_widths)
		n = n_widths;
	for (unsigned i = 0; i < n && i < LIMIT_WINDOWS; i++)
		frameinfo_add_window(
		    fi, c[i], w[i], attr_string_at(at, item, DICOM_TAG(0x0028, 0x1055), i));
}

/* A VOI LUT shown as the window over which it rises or falls. */
static void
frameinfo_lut_window(
    const struct attr *at, const struct dicom_item *item, bool is_signed, struct frameinfo *fi)
{
	const uint16_t *d, *v;
	size_t n, n_values, from = 0, to;
	double first;

	if (!dicom_words(item, DICOM_TAG(0x0028, 0x3002), &d, &n) || n < 3 ||
	    !dicom_words(item, DICOM_TAG(0x0028, 0x3006), &v, &n_values))
		return;
	n = d[0] == 0 ? 65536 : d[0];
	first = is_signed ? (int16_t)d[1] : d[1];
	to = n;
	if (n_values >= n) {
		while (from + 1 < n && v[from + 1] == v[0])
			from++;
		while (to > from + 1 && v[to - 2] == v[n - 1])
			to--;
	}
	frameinfo_add_window(fi, first + (double)(from + to) / 2, (double)(to - from),
	    attr_string(at, item, DICOM_TAG(0x0028, 0x3003)));
}

static void
frameinfo_voi_luts(
    const struct attr *at, const struct frameinfo_places *p, bool is_signed, struct frameinfo *fi)
{
	const uint32_t sequence = DICOM_TAG(0x0028, 0x3010);
	const struct dicom_item *item = frameinfo_find(p, MACRO_VOI, sequence);
	size_t n = item == NULL ? 0 : dicom_n_items(item, sequence);

	for (size_t i = 0; i < n && i < LIMIT_WINDOWS; i++)
		frameinfo_lut_window(at, dicom_item_at(item, sequence, i), is_signed, fi);
}

static void
frameinfo_rescale(const struct frameinfo_places *p, struct frameinfo *fi)
{
	const uint32_t slope = DICOM_TAG(0x0028, 0x1053), intercept = DICOM_TAG(0x0028, 0x1052);
	const struct dicom_item *item = frameinfo_find(p, MACRO_RESCALE, slope);

	if (item == NULL)
		item = frameinfo_find(p, MACRO_RESCALE, intercept);
	if (item == NULL)
		return;
	fi->pb.slope = attr_number(item, slope, 1);
	fi->pb.intercept = attr_number(item, intercept, 0);
	if (fi->pb.slope == 0)
		fi->pb.slope = 1;
}

/* Ultrasound: one region in centimetres gives a scale. */
static bool
frameinfo_region_spacing(const struct dicom_item *ds, double v_r[2])
{
	const uint32_t regions = DICOM_TAG(0x0018, 0x6011);
	const struct dicom_item *r = dicom_item_at(ds, regions, 0);

	if (r == NULL || dicom_n_items(ds, regions) != 1 ||
	    attr_number(r, DICOM_TAG(0x0018, 0x6024), 0) != 3 ||
	    attr_number(r, DICOM_TAG(0x0018, 0x6026), 0) != 3)
		return false;
	v_r[0] = fabs(attr_number(r, DICOM_TAG(0x0018, 0x602e), 0)) * 10;
	v_r[1] = fabs(attr_number(r, DICOM_TAG(0x0018, 0x602c), 0)) * 10;
	return true;
}

static void
frameinfo_spacing(const struct frameinfo_places *p, struct frameinfo *fi)
{
	/* of the patient, then at the detector, then of a film */
	static const uint32_t TAGS[] = {
	    DICOM_TAG(0x0028, 0x0030), DICOM_TAG(0x0018, 0x1164), DICOM_TAG(0x0018, 0x2010)};
	const struct dicom_item *item;
	bool found = false;

	for (size_t i = 0; i < ARRAY_LEN(TAGS) && !found; i++) {
		item = frameinfo_find(p, MACRO_MEASURES, TAGS[i]);
		found = item != NULL && attr_vector(item, TAGS[i], fi->spacing, 2);
	}
	if (!found)
		found = frameinfo_region_spacing(p->ds, fi->spacing);
	if (found && fi->spacing[0] > 0 && fi->spacing[1] > 0) {
		fi->pb.n_pixel_spacing_mm = 2;
		fi->pb.pixel_spacing_mm = fi->spacing;
	}
}

static void
frameinfo_geometry(const struct frameinfo_places *p, struct frameinfo *fi)
{
	const uint32_t position = DICOM_TAG(0x0020, 0x0032), cosines = DICOM_TAG(0x0020, 0x0037);
	const uint32_t thickness = DICOM_TAG(0x0018, 0x0050);
	const struct dicom_item *item;

	item = frameinfo_find(p, MACRO_POSITION, position);
	if (item != NULL && attr_vector(item, position, fi->position, 3)) {
		fi->pb.n_position_mm = 3;
		fi->pb.position_mm = fi->position;
	}
	item = frameinfo_find(p, MACRO_ORIENTATION, cosines);
	if (item != NULL && attr_vector(item, cosines, fi->orientation, 6)) {
		fi->pb.n_orientation = 6;
		fi->pb.orientation = fi->orientation;
	}
	item = frameinfo_find(p, MACRO_MEASURES, thickness);
	if (item != NULL)
		fi->pb.slice_thickness_mm = attr_number(item, thickness, 0);
	fi->pb.slice_location_mm = attr_number(p->ds, DICOM_TAG(0x0020, 0x1041), 0);
}

void
frameinfo_fill(const struct attr *at, const struct dicom_item *ds, uint32_t frame, bool grey,
    bool is_signed, struct frameinfo *fi)
{
	const uint32_t orientation = DICOM_TAG(0x0020, 0x0020);
	struct frameinfo_places p = {
	    .frame = dicom_item_at(ds, TAG_PER_FRAME, frame),
	    .shared = dicom_item_at(ds, TAG_SHARED, 0),
	    .ds = ds,
	};
	double number;

	*fi = (struct frameinfo){0};
	emage__frame_info__init(&fi->pb);
	fi->pb.slope = 1;
	fi->pb.windows = fi->window_list;
	if (grey) {
		frameinfo_rescale(&p, fi);
		frameinfo_windows(at, &p, fi);
		frameinfo_voi_luts(at, &p, is_signed || fi->pb.intercept < 0, fi);
	}
	frameinfo_spacing(&p, fi);
	frameinfo_geometry(&p, fi);
	if (fi->pb.n_orientation == 0) {
		fi->pb.patient_orientation_row =
		    (char *)(uintptr_t)attr_string_at(at, ds, orientation, 0);
		fi->pb.patient_orientation_column =
		    (char *)(uintptr_t)attr_string_at(at, ds, orientation, 1);
	}
	fi->pb.lossy = strcmp(attr_string(at, ds, DICOM_TAG(0x0028, 0x2110)), "01") == 0;
	number = attr_number(ds, DICOM_TAG(0x0020, 0x0013), 0);
	if (fabs(number) < 2e9)
		fi->pb.instance_number = (int32_t)number;
}
