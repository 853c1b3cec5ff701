/* SPDX-License-Identifier: MIT */
/*
 * From the pixels of a file to the codestream that is kept: decode, undo what
 * colour spaces, palettes and tables do, encode losslessly.
 */
#include "imaging/picture.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "imaging/j2k.h"
#include "imaging/jls.h"
#include "imaging/jpeg.h"
#include "imaging/rle.h"

static const char PIXEL_DATA[] = "PixelData (7FE0,0010)";

bool
picture_is_grey(const struct picture *p)
{
	return p->image.colour <= IMAGE_MONOCHROME2;
}

static int
picture_open_native(struct picture *p, struct refusal *why)
{
	const struct image *im = &p->image;
	uint64_t need = (uint64_t)image_frame_bytes(im) * im->n_frames;

	if (im->bits_allocated == 1)
		need = ((uint64_t)image_n_pixels(im) * im->n_frames + 7) / 8;
	if (dicom_native_pixels(p->file, im->bits_allocated == 16, &p->native, &p->native_len) < 0)
		return refuse(why, PIXEL_DATA, "missing");
	if (p->native_len < need)
		return refuse(why, PIXEL_DATA, "fewer pixels than the header announces");
	return 0;
}

/* Buffers for one frame, zeroed: what a decoder leaves out must not show an earlier file. */
static int
picture_buffers(struct picture *p, struct refusal *why)
{
	size_t samples = image_n_pixels(&p->image) * p->image.samples;

	if (p->syntax->pixels != SYNTAX_NATIVE) {
		p->decoded = calloc(samples + 8, 2);
		if (p->decoded == NULL)
			return refuse(why, "", "not enough memory");
	}
	/* 2 bytes a grey value, and RGB behind a palette's index */
	p->packed = calloc(image_n_pixels(&p->image), p->image.colour == IMAGE_PALETTE ? 5u
						      : p->image.samples == 3	       ? 3u
										       : 2u);
	return p->packed != NULL ? 0 : refuse(why, "", "not enough memory");
}

int
picture_open(struct picture *p, const struct dicom_file *file, const struct syntax *syntax,
    struct refusal *why)
{
	const struct dicom_item *ds = dicom_dataset(file);
	int rc;

	*p = (struct picture){.file = file, .syntax = syntax};
	if (syntax->pixels == SYNTAX_REFUSED)
		return refuse(why, "TransferSyntaxUID (0002,0010)", "%s", syntax->why);
	rc = image_read(ds, syntax, &p->image, why);
	if (rc == 0 && syntax->pixels == SYNTAX_NATIVE)
		rc = picture_open_native(p, why);
	else if (rc == 0)
		rc = codestream_open(&p->codestream, file, &p->image, syntax, why);
	if (rc == 0 && p->image.colour == IMAGE_PALETTE)
		rc = palette_read(ds, p->image.is_signed, &p->palette, why);
	if (rc == 0 && picture_is_grey(p))
		grey_lut_read(ds, p->image.is_signed, &p->lut);
	return rc == 0 ? picture_buffers(p, why) : rc;
}

void
picture_close(struct picture *p)
{
	codestream_close(&p->codestream);
	palette_release(&p->palette);
	encoder_release(&p->encoder);
	free(p->decoded);
	free(p->packed);
	*p = (struct picture){0};
}

static struct image_raw
picture_raw(const struct image *im, const uint8_t *bytes, size_t len)
{
	return (struct image_raw){
	    .bytes = bytes,
	    .len = len,
	    .samples = im->samples,
	    .bits_allocated = im->bits_allocated,
	    .bits_stored = im->bits_stored,
	    .high_bit = im->high_bit,
	    .is_signed = im->is_signed,
	    .planar = im->samples > 1 && im->planar,
	    .colour = im->colour,
	};
}

static void
picture_native(const struct picture *p, uint32_t frame, struct image_raw *raw_r)
{
	size_t len = image_frame_bytes(&p->image);

	if (p->image.bits_allocated == 1) {
		*raw_r = picture_raw(&p->image, p->native, p->native_len);
		raw_r->first_bit = image_n_pixels(&p->image) * frame;
		return;
	}
	*raw_r = picture_raw(&p->image, p->native + (size_t)frame * len, len);
}

/* JPEG, by DCMTK. */
static int
picture_decode(struct picture *p, uint32_t frame, struct image_raw *raw_r, struct refusal *why)
{
	size_t len = image_n_pixels(&p->image) * p->image.samples * (p->image.bits_allocated / 8);
	char model[17];
	int colour;

	if (dicom_decode_frame(p->file, frame, p->codestream.first[frame], p->decoded, len, model) <
	    0)
		return refuse(why, PIXEL_DATA, "the codestream is damaged or cut off");
	*raw_r = picture_raw(&p->image, p->decoded, len);
	if (p->image.samples == 1)
		return 0;
	colour = image_colour_by_name(model, strlen(model));
	if (colour < IMAGE_RGB)
		return refuse(why, PIXEL_DATA, "the codestream's colours are not understood");
	raw_r->colour = (enum image_colour)colour;
	raw_r->planar = false;
	return 0;
}

static void
picture_set_codec(struct frameinfo *fi, Emage__Codec codec, Emage__Photometric photometric)
{
	fi->pb.codec = codec;
	fi->pb.photometric = photometric;
	if (photometric == EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB) {
		fi->pb.bits_stored = 8;
		fi->pb.max = 255;
	}
}

static int
picture_encode_rgb(struct picture *p, const uint8_t *rgb, struct frameinfo *fi, struct refusal *why)
{
	picture_set_codec(fi, EMAGE__CODEC__CODEC_JPEG_LS, EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB);
	return encoder_run(&p->encoder, rgb, p->image.rows, p->image.columns, 3, 8, why);
}

static int
picture_encode_grey(struct picture *p, struct grey *g, struct frameinfo *fi, struct refusal *why)
{
	if (p->lut.v != NULL) {
		grey_apply_lut(g, &p->lut);
		fi->pb.slope = 1;
		fi->pb.intercept = 0;
	}
	grey_pack(g);
	picture_set_codec(fi, EMAGE__CODEC__CODEC_JPEG_LS,
	    p->image.colour == IMAGE_MONOCHROME1 ? EMAGE__PHOTOMETRIC__PHOTOMETRIC_MONOCHROME1
						 : EMAGE__PHOTOMETRIC__PHOTOMETRIC_MONOCHROME2);
	fi->pb.bits_stored = g->precision;
	fi->pb.is_signed = g->is_signed;
	fi->pb.min = g->min;
	fi->pb.max = g->max;
	return encoder_run(
	    &p->encoder, g->v, p->image.rows, p->image.columns, 1, g->precision, why);
}

static int
picture_encode(
    struct picture *p, const struct image_raw *raw, struct frameinfo *fi, struct refusal *why)
{
	struct grey g = {.v = p->packed, .n = image_n_pixels(&p->image)};
	uint8_t *rgb = p->packed;

	if (raw->samples == 3) {
		colour_to_rgb(raw, g.n, rgb);
		return picture_encode_rgb(p, rgb, fi, why);
	}
	grey_extract(raw, &g);
	if (p->image.colour != IMAGE_PALETTE)
		return picture_encode_grey(p, &g, fi, why);
	rgb = (uint8_t *)(g.v + g.n);
	palette_apply(&p->palette, g.v, g.n, g.is_signed, rgb);
	return picture_encode_rgb(p, rgb, fi, why);
}

/* A JPEG that every decoder reads as this dataset means it: kept as it is. */
static bool
picture_passes(const struct picture *p, const struct jpeg_head *h, const uint8_t *v, size_t len)
{
	bool rgb = p->image.colour == IMAGE_RGB;

	if (h->sof != 0xc0 || h->precision != 8 || p->image.samples != 3)
		return false;
	return (h->says_rgb == rgb || (h->surely_ycc && !h->says_rgb)) && jpeg_is_sound(v, len);
}

/* Head checked, passed on (1) or decoded (0). */
static int
picture_jpeg(struct picture *p, uint32_t frame, const uint8_t *v, size_t len, struct frameinfo *fi,
    struct image_raw *raw_r, struct refusal *why)
{
	struct jpeg_head head;
	int rc;

	if (!jpeg_read_head(v, len, &head))
		return refuse(why, PIXEL_DATA, "no JPEG codestream");
	rc = jpeg_check_head(&head, &p->image, why);
	if (rc < 0)
		return rc;
	if (!picture_passes(p, &head, v, len))
		return picture_decode(p, frame, raw_r, why);
	picture_set_codec(fi, EMAGE__CODEC__CODEC_JPEG, EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB);
	return 1;
}

static int
picture_compressed(struct picture *p, uint32_t frame, struct frameinfo *fi, const uint8_t **v_r,
    size_t *len_r, struct refusal *why)
{
	struct image_raw raw;
	int rc;

	rc = codestream_frame(&p->codestream, frame, v_r, len_r, why);
	if (rc < 0)
		return rc;
	if (p->syntax->pixels == SYNTAX_JPEG_2000)
		rc = j2k_decode(*v_r, *len_r, &p->image, p->decoded, &raw, why);
	else if (p->syntax->pixels == SYNTAX_JPEG_LS)
		rc = jls_decode(*v_r, *len_r, &p->image, p->decoded, &raw, why);
	else if (p->syntax->pixels == SYNTAX_RLE)
		rc = rle_decode(*v_r, *len_r, &p->image, p->decoded, &raw, why);
	else
		rc = picture_jpeg(p, frame, *v_r, *len_r, fi, &raw, why);
	return rc == 0 ? picture_encode(p, &raw, fi, why) : rc;
}

int
picture_frame(struct picture *p, uint32_t frame, struct frameinfo *fi, const uint8_t **v_r,
    size_t *len_r, struct refusal *why)
{
	struct image_raw raw;
	int rc;

	if (p->syntax->pixels == SYNTAX_NATIVE) {
		picture_native(p, frame, &raw);
		rc = picture_encode(p, &raw, fi, why);
	} else {
		rc = picture_compressed(p, frame, fi, v_r, len_r, why);
	}
	if (rc < 0)
		return rc;
	/* 1: the file's own codestream is kept */
	if (rc == 0) {
		*v_r = p->encoder.v;
		*len_r = p->encoder.len;
	}
	if (*len_r > UINT32_MAX)
		return refuse(why, PIXEL_DATA, "a frame is too large");
	fi->pb.rows = p->image.rows;
	fi->pb.columns = p->image.columns;
	fi->pb.total_bytes = (uint32_t)*len_r;
	fi->pb.lossy = fi->pb.lossy || p->syntax->lossy;
	return 0;
}
