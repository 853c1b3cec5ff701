/* SPDX-License-Identifier: MIT */
/*
 * The image pixel module: what it says, and whether it is possible.
 */
#include "imaging/image.h"

#include <string.h>

#include "common/mem.h"
#include "imaging/limits.h"

static const char *const COLOURS[N_IMAGE_COLOURS] = {
    [IMAGE_MONOCHROME1] = "MONOCHROME1",
    [IMAGE_MONOCHROME2] = "MONOCHROME2",
    [IMAGE_PALETTE] = "PALETTE COLOR",
    [IMAGE_RGB] = "RGB",
    [IMAGE_YBR_FULL] = "YBR_FULL",
    [IMAGE_YBR_FULL_422] = "YBR_FULL_422",
    [IMAGE_YBR_PARTIAL_422] = "YBR_PARTIAL_422",
    [IMAGE_YBR_J2K] = "YBR_RCT",
};

int
image_colour_by_name(const char *name, size_t len)
{
	while (len > 0 && (name[len - 1] == ' ' || name[len - 1] == '\0'))
		len--;
	if (len == 7 && memcmp(name, "YBR_ICT", 7) == 0)
		return IMAGE_YBR_J2K;
	for (unsigned i = 0; i < N_IMAGE_COLOURS; i++)
		if (strlen(COLOURS[i]) == len && memcmp(COLOURS[i], name, len) == 0)
			return (int)i;
	return -1;
}

/* An attribute that is a whole number from min to max. */
struct image_number {
	uint32_t tag;
	const char *field;
	double min, max;
	double otherwise; /* -1: must be given */
	uint32_t value;
};

static int
image_numbers(
    const struct dicom_item *ds, struct image_number *numbers, size_t n, struct refusal *why)
{
	double v;

	for (size_t i = 0; i < n; i++) {
		v = numbers[i].otherwise;
		if (dicom_numbers(ds, numbers[i].tag, &v, 1) == 0 && v < 0)
			return refuse(why, numbers[i].field, "missing");
		/* written so that NaN is refused too */
		if (!(v >= numbers[i].min && v <= numbers[i].max))
			return refuse(why, numbers[i].field, "outside %.0f..%.0f", numbers[i].min,
			    numbers[i].max);
		numbers[i].value = (uint32_t)v;
	}
	return 0;
}

static int
image_check_bits(const struct image *im, const struct syntax *syntax, struct refusal *why)
{
	if (im->bits_allocated != 1 && im->bits_allocated != 8 && im->bits_allocated != 16)
		return refuse(why, "BitsAllocated (0028,0100)", "pixels of %u bits are not read",
		    im->bits_allocated);
	if (im->bits_stored > im->bits_allocated)
		return refuse(why, "BitsStored (0028,0101)", "more than BitsAllocated");
	if (im->high_bit + 1 < im->bits_stored || im->high_bit >= im->bits_allocated)
		return refuse(why, "HighBit (0028,0102)", "does not fit BitsStored");
	if (im->bits_allocated == 1 && (syntax->pixels != SYNTAX_NATIVE || im->samples != 1))
		return refuse(why, "BitsAllocated (0028,0100)",
		    "pixels of 1 bit are read only when grey and not compressed");
	return 0;
}

static int
image_check_colour(const struct image *im, const struct syntax *syntax, struct refusal *why)
{
	bool one = im->colour <= IMAGE_PALETTE;

	if (im->samples != (one ? 1u : 3u))
		return refuse(
		    why, "SamplesPerPixel (0028,0002)", "does not fit PhotometricInterpretation");
	if (im->colour == IMAGE_PALETTE && im->bits_allocated == 1)
		return refuse(why, "BitsAllocated (0028,0100)", "a palette wants 8 or 16 bits");
	if (im->colour == IMAGE_YBR_J2K && syntax->pixels != SYNTAX_JPEG_2000)
		return refuse(
		    why, "PhotometricInterpretation (0028,0004)", "belongs to JPEG 2000 alone");
	if ((im->colour == IMAGE_YBR_FULL_422 || im->colour == IMAGE_YBR_PARTIAL_422) &&
	    syntax->pixels == SYNTAX_NATIVE && (im->bits_allocated != 8 || im->columns % 2 != 0))
		return refuse(why, "PhotometricInterpretation (0028,0004)",
		    "4:2:2 wants 8 bits and an even width");
	return 0;
}

static int
image_read_colour(const struct dicom_item *ds, struct image *im, struct refusal *why)
{
	const char *name;
	size_t len;
	int colour;

	if (!dicom_text(ds, DICOM_TAG(0x0028, 0x0004), &name, &len))
		return refuse(why, "PhotometricInterpretation (0028,0004)", "missing");
	colour = image_colour_by_name(name, len);
	if (colour < 0)
		return refuse(why, "PhotometricInterpretation (0028,0004)", "not known");
	im->colour = (enum image_colour)colour;
	return 0;
}

int
image_read(const struct dicom_item *ds, const struct syntax *syntax, struct image *im_r,
    struct refusal *why)
{
	enum { ROWS, COLUMNS, SAMPLES, ALLOCATED, STORED, HIGH, SIGN, FRAMES, PLANAR, N };
	struct image_number v[N] = {
	    [ROWS] = {DICOM_TAG(0x0028, 0x0010), "Rows (0028,0010)", 1, LIMIT_SIDE, -1, 0},
	    [COLUMNS] = {DICOM_TAG(0x0028, 0x0011), "Columns (0028,0011)", 1, LIMIT_SIDE, -1, 0},
	    [SAMPLES] = {DICOM_TAG(0x0028, 0x0002), "SamplesPerPixel (0028,0002)", 1, 3, 1, 0},
	    [ALLOCATED] = {DICOM_TAG(0x0028, 0x0100), "BitsAllocated (0028,0100)", 1, 64, -1, 0},
	    [STORED] = {DICOM_TAG(0x0028, 0x0101), "BitsStored (0028,0101)", 1, 64, -1, 0},
	    [HIGH] = {DICOM_TAG(0x0028, 0x0102), "HighBit (0028,0102)", 0, 63, 255, 0},
	    [SIGN] = {DICOM_TAG(0x0028, 0x0103), "PixelRepresentation (0028,0103)", 0, 1, 0, 0},
	    [FRAMES] = {DICOM_TAG(0x0028, 0x0008), "NumberOfFrames (0028,0008)", 0, LIMIT_FRAMES, 1,
		0},
	    [PLANAR] = {DICOM_TAG(0x0028, 0x0006), "PlanarConfiguration (0028,0006)", 0, 1, 0, 0},
	};
	double high;
	int rc;

	/* HighBit follows from BitsStored where it is missing */
	if (dicom_numbers(ds, v[STORED].tag, &high, 1) > 0 && high >= 1 && high <= 64)
		v[HIGH].otherwise = high - 1;
	rc = image_numbers(ds, v, N, why);
	if (rc < 0)
		return rc;
	*im_r = (struct image){
	    .rows = v[ROWS].value,
	    .columns = v[COLUMNS].value,
	    .samples = v[SAMPLES].value,
	    .bits_allocated = v[ALLOCATED].value,
	    .bits_stored = v[STORED].value,
	    .high_bit = v[HIGH].value,
	    .is_signed = v[SIGN].value == 1,
	    .n_frames = v[FRAMES].value == 0 ? 1 : v[FRAMES].value,
	    .planar = v[PLANAR].value == 1,
	};
	rc = image_read_colour(ds, im_r, why);
	if (rc == 0)
		rc = image_check_bits(im_r, syntax, why);
	if (rc == 0)
		rc = image_check_colour(im_r, syntax, why);
	if (rc < 0)
		return rc;
	if ((uint64_t)image_n_pixels(im_r) * im_r->samples * ((im_r->bits_allocated + 7) / 8) >
	    LIMIT_DECODED_BYTES / im_r->n_frames)
		return refuse(why, "NumberOfFrames (0028,0008)", "more than 2 GiB of pixels");
	return 0;
}

size_t
image_n_pixels(const struct image *im)
{
	return (size_t)im->rows * im->columns;
}

size_t
image_frame_bytes(const struct image *im)
{
	if (im->bits_allocated == 1)
		return (image_n_pixels(im) + 7) / 8;
	if (im->colour == IMAGE_YBR_FULL_422 || im->colour == IMAGE_YBR_PARTIAL_422)
		return image_n_pixels(im) * 2;
	return image_n_pixels(im) * im->samples * (im->bits_allocated / 8);
}
