/* SPDX-License-Identifier: MIT */
/*
 * JPEG 2000 by OpenJPEG.
 */
#include "imaging/j2k.h"

#include <string.h>

#include <openjpeg.h>

#include "common/err.h"

static const char PIXEL_DATA[] = "PixelData (7FE0,0010)";

/* OpenJPEG's stream over memory. */
struct j2k_source {
	const uint8_t *v;
	size_t len, pos;
};

static OPJ_SIZE_T
j2k_read(void *buffer, OPJ_SIZE_T n, void *arg)
{
	struct j2k_source *s = arg;

	if (s->pos == s->len)
		return (OPJ_SIZE_T)-1;
	if (n > s->len - s->pos)
		n = s->len - s->pos;
	memcpy(buffer, s->v + s->pos, n);
	s->pos += n;
	return n;
}

static OPJ_OFF_T
j2k_skip(OPJ_OFF_T n, void *arg)
{
	struct j2k_source *s = arg;

	if (n < 0 || (uint64_t)n > s->len - s->pos)
		return -1;
	s->pos += (size_t)n;
	return n;
}

static OPJ_BOOL
j2k_seek(OPJ_OFF_T to, void *arg)
{
	struct j2k_source *s = arg;

	if (to < 0 || (uint64_t)to > s->len)
		return OPJ_FALSE;
	s->pos = (size_t)to;
	return OPJ_TRUE;
}

static opj_stream_t *
j2k_stream(struct j2k_source *s)
{
	opj_stream_t *stream = opj_stream_default_create(OPJ_TRUE);

	if (stream == NULL)
		return NULL;
	opj_stream_set_read_function(stream, j2k_read);
	opj_stream_set_skip_function(stream, j2k_skip);
	opj_stream_set_seek_function(stream, j2k_seek);
	opj_stream_set_user_data(stream, s, NULL);
	opj_stream_set_user_data_length(stream, s->len);
	return stream;
}

static opj_codec_t *
j2k_codec(const struct j2k_source *s)
{
	static const uint8_t JP2[] = {0, 0, 0, 12, 'j', 'P', ' ', ' '};
	bool boxed = s->len >= sizeof(JP2) && memcmp(s->v, JP2, sizeof(JP2)) == 0;
	opj_codec_t *codec = opj_create_decompress(boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K);
	opj_dparameters_t p;

	if (codec == NULL)
		return NULL;
	opj_set_default_decoder_parameters(&p);
	if (!opj_setup_decoder(codec, &p) || !opj_decoder_set_strict_mode(codec, OPJ_TRUE)) {
		opj_destroy_codec(codec);
		return NULL;
	}
	return codec;
}

/* Before any sample is decoded: the size must be the one announced. */
static int
j2k_check(const opj_image_t *j, const struct image *im, struct refusal *why)
{
	if (j->numcomps < im->samples || j->numcomps > 4)
		return refuse(
		    why, "SamplesPerPixel (0028,0002)", "does not fit the codestream's components");
	for (unsigned c = 0; c < im->samples; c++) {
		if (j->comps[c].w != im->columns || j->comps[c].h != im->rows)
			return refuse(
			    why, PIXEL_DATA, "the codestream's size is not Rows by Columns");
		if (j->comps[c].prec > 16 || j->comps[c].prec != j->comps[0].prec)
			return refuse(why, PIXEL_DATA, "the codestream's precision is not read");
	}
	return 0;
}

static bool
j2k_has_transform(opj_codec_t *codec)
{
	opj_codestream_info_v2_t *info = opj_get_cstr_info(codec);
	bool is = info != NULL && info->m_default_tile_info.mct != 0;

	opj_destroy_cstr_info(&info);
	return is;
}

static int
j2k_store(const opj_image_t *j, const struct image *im, uint8_t *buffer, struct refusal *why)
{
	size_t n = image_n_pixels(im);
	bool wide = j->comps[0].prec > 8;
	uint16_t word;

	for (unsigned c = 0; c < im->samples; c++) {
		if (j->comps[c].data == NULL)
			return refuse(why, PIXEL_DATA, "the codestream is cut off");
		for (size_t i = 0; i < n; i++) {
			word = (uint16_t)j->comps[c].data[i];
			if (wide)
				memcpy(buffer + 2 * (i * im->samples + c), &word, sizeof(word));
			else
				buffer[i * im->samples + c] = (uint8_t)word;
		}
	}
	return 0;
}

static int
j2k_run(opj_codec_t *codec, opj_stream_t *stream, const struct image *im, uint8_t *buffer,
    struct image_raw *raw_r, struct refusal *why)
{
	opj_image_t *j = NULL;
	unsigned precision;
	int rc;

	if (!opj_read_header(stream, codec, &j))
		return refuse(why, PIXEL_DATA, "no JPEG 2000 codestream");
	rc = j2k_check(j, im, why);
	if (rc == 0 && (!opj_decode(codec, stream, j) || !opj_end_decompress(codec, stream)))
		rc = refuse(why, PIXEL_DATA, "the codestream is damaged or cut off");
	if (rc == 0)
		rc = j2k_store(j, im, buffer, why);
	if (rc == 0) {
		/* The dataset's sign holds, even where the codestream says otherwise:
		 * known writers leave theirs unsigned. */
		precision = j->comps[0].prec;
		*raw_r = (struct image_raw){
		    .bytes = buffer,
		    .len = image_n_pixels(im) * im->samples * (precision > 8 ? 2 : 1),
		    .samples = im->samples,
		    .bits_allocated = precision > 8 ? 16 : 8,
		    .bits_stored = precision,
		    .high_bit = precision - 1,
		    .is_signed = im->is_signed,
		    .colour = im->colour,
		};
		if (im->samples == 3 && (j2k_has_transform(codec) || im->colour == IMAGE_YBR_J2K))
			raw_r->colour = IMAGE_RGB;
	}
	opj_image_destroy(j);
	return rc;
}

int
j2k_decode(const uint8_t *v, size_t len, const struct image *im, uint8_t *buffer,
    struct image_raw *raw_r, struct refusal *why)
{
	struct j2k_source source = {.v = v, .len = len};
	opj_stream_t *stream = j2k_stream(&source);
	opj_codec_t *codec = j2k_codec(&source);
	int rc;

	if (stream == NULL || codec == NULL)
		rc = refuse(why, "", "not enough memory");
	else
		rc = j2k_run(codec, stream, im, buffer, raw_r, why);
	opj_destroy_codec(codec);
	opj_stream_destroy(stream);
	return rc;
}
