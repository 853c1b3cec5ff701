/* SPDX-License-Identifier: MIT */
/*
 * Windows, directions and lengths of a frame.
 */
#include "client/screen/viewer_look.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "client/tr.h"
#include "common/mem.h"
#include "common/text.h"

/* Windows of CT, in Hounsfield units, as radiology departments set them. */
static const struct look_preset {
	const char *name;
	double center, width;
} look_presets[] = {
    {.name = N_("Abdomen"), .center = 40, .width = 400},
    {.name = N_("Poumon"), .center = -600, .width = 1500},
    {.name = N_("Os"), .center = 400, .width = 1800},
    {.name = N_("Cerveau"), .center = 40, .width = 80},
};

/* A frame's own windows that have a meaning. */
static size_t
look_n_dicom(const Emage__FrameInfo *info)
{
	size_t n = 0;

	while (n < info->n_windows && isfinite(info->windows[n]->center) &&
	       isfinite(info->windows[n]->width) && info->windows[n]->width >= 1)
		n++;
	return n;
}

static size_t
look_n_presets(const Emage__FrameInfo *info, const char *modality)
{
	return strcmp(modality, "CT") == 0 &&
		       info->photometric != EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB
		   ? ARRAY_LEN(look_presets)
		   : 0;
}

size_t
look_count(const Emage__FrameInfo *info, const char *modality)
{
	return look_n_dicom(info) + look_n_presets(info, modality) + 1;
}

struct look_window
look_at(const Emage__FrameInfo *info, const char *modality, size_t i)
{
	size_t n_dicom = look_n_dicom(info), n_presets = look_n_presets(info, modality);

	if (i < n_dicom)
		return (struct look_window){.kind = LOOK_DICOM, .index = i};
	if (i - n_dicom < n_presets)
		return (struct look_window){.kind = LOOK_PRESET, .index = i - n_dicom};
	return (struct look_window){.kind = LOOK_AUTO};
}

/* A slice has air around the patient or inside. */
#define LOOK_AIR_HU (-500)

struct look_window
look_first(const Emage__FrameInfo *info, const char *modality)
{
	size_t n_dicom = look_n_dicom(info);
	bool has_air = info->min * info->slope + info->intercept <= LOOK_AIR_HU;

	if (n_dicom > 0 || (look_n_presets(info, modality) > 0 && has_air))
		return look_at(info, modality, 0);
	return (struct look_window){.kind = LOOK_AUTO};
}

struct look_window
look_next(const Emage__FrameInfo *info, const char *modality, struct look_window now, int step)
{
	size_t n = look_count(info, modality);

	for (size_t i = 0; i < n; i++) {
		struct look_window w = look_at(info, modality, i);
		if (w.kind == now.kind && w.index == now.index)
			return look_at(info, modality, (i + (step < 0 ? n - 1 : 1)) % n);
	}
	return look_at(info, modality, 0);
}

bool
look_values(const Emage__FrameInfo *info, struct look_window w, double *center_r, double *width_r)
{
	if (w.kind == LOOK_DICOM && w.index < look_n_dicom(info)) {
		*center_r = info->windows[w.index]->center;
		*width_r = info->windows[w.index]->width;
		return true;
	}
	if (w.kind == LOOK_PRESET && w.index < ARRAY_LEN(look_presets)) {
		*center_r = look_presets[w.index].center;
		*width_r = look_presets[w.index].width;
		return true;
	}
	return false;
}

void
look_name(const Emage__FrameInfo *info, struct look_window w, char *out_r, size_t len)
{
	const char *said;
	char clean[3 * 64 + 1];

	out_r[0] = '\0';
	if (w.kind == LOOK_PRESET)
		snprintf(out_r, len, "%s", _(look_presets[w.index].name));
	else if (w.kind == LOOK_AUTO)
		snprintf(out_r, len, "%s", _("automatique"));
	if (w.kind != LOOK_DICOM || w.index >= look_n_dicom(info))
		return;
	said = info->windows[w.index]->explanation;
	text_sanitise(said, strnlen(said, 64), false, clean);
	if (clean[0] != '\0')
		snprintf(out_r, len, "%s", clean);
	else
		snprintf(out_r, len, _("de l'examen %zu"), w.index + 1);
}

/* Letters of a direction in the patient (x to the left, y to the back, z to the
 * head), the strongest first; a second one when it is oblique. */
static void
look_letters(const double v[3], char out_r[4])
{
	static const char letters[3][2] = {{'R', 'L'}, {'A', 'P'}, {'F', 'H'}};
	bool taken[3] = {false};
	size_t n = 0;

	for (int turn = 0; turn < 2; turn++) {
		int best = -1;
		for (int i = 0; i < 3; i++)
			if (!taken[i] && (best < 0 || fabs(v[i]) > fabs(v[best])))
				best = i;
		/* a slant of less than about 17 degrees is not worth a letter */
		if (!(fabs(v[best]) > 0.3))
			break;
		taken[best] = true;
		out_r[n++] = letters[best][v[best] > 0];
	}
	out_r[n] = '\0';
}

/* (0020,0020): letters as the modality wrote them. */
static void
look_letters_said(const char *said, char out_r[4])
{
	size_t n = 0;

	for (; *said != '\0' && n < 2; said++)
		if (strchr("APRLHF", *said) != NULL)
			out_r[n++] = *said;
	out_r[n] = '\0';
}

static void
look_opposite(const char *letters, char out_r[4])
{
	static const char pairs[] = "APRLHF";
	size_t n = 0;

	for (; *letters != '\0'; letters++)
		out_r[n++] = pairs[(size_t)(strchr(pairs, *letters) - pairs) ^ 1];
	out_r[n] = '\0';
}

struct look_edges
look_edges(const Emage__FrameInfo *info)
{
	struct look_edges e = {0};

	if (info->n_orientation == 6) {
		look_letters(info->orientation, e.right);
		look_letters(info->orientation + 3, e.bottom);
	} else {
		look_letters_said(info->patient_orientation_row, e.right);
		look_letters_said(info->patient_orientation_column, e.bottom);
	}
	look_opposite(e.right, e.left);
	look_opposite(e.bottom, e.top);
	return e;
}

double
look_scale_mm(double max_mm)
{
	static const double steps[] = {500, 200, 100, 50, 20, 10, 5, 2, 1};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (steps[i] <= max_mm)
			return steps[i];
	return 0;
}
