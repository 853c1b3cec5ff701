/* SPDX-License-Identifier: MIT */
/*
 * JPEG-LS by CharLS.
 */
#include "imaging/encode.h"

#include <stdlib.h>

#include <charls/charls.h>

#include "common/err.h"

static int
encoder_set(charls_jpegls_encoder *c, const charls_frame_info *info)
{
	if (charls_jpegls_encoder_set_frame_info(c, info) != CHARLS_JPEGLS_ERRC_SUCCESS)
		return -EM_E_INTERNAL;
	if (info->component_count > 1 &&
	    charls_jpegls_encoder_set_interleave_mode(c, CHARLS_INTERLEAVE_MODE_SAMPLE) !=
		CHARLS_JPEGLS_ERRC_SUCCESS)
		return -EM_E_INTERNAL;
	return 0;
}

static int
encoder_room(struct encoder *e, const charls_jpegls_encoder *c)
{
	size_t need = 0;

	if (charls_jpegls_encoder_get_estimated_destination_size(c, &need) !=
	    CHARLS_JPEGLS_ERRC_SUCCESS)
		return -EM_E_INTERNAL;
	/* noise does not compress: the estimate is no upper bound */
	need += need / 4;
	if (need <= e->cap)
		return 0;
	free(e->v);
	e->v = malloc(need);
	e->cap = e->v == NULL ? 0 : need;
	return e->v == NULL ? -EM_E_NO_MEMORY : 0;
}

static int
encoder_encode(struct encoder *e, charls_jpegls_encoder *c, const void *pixels, size_t len)
{
	if (charls_jpegls_encoder_set_destination_buffer(c, e->v, e->cap) !=
	    CHARLS_JPEGLS_ERRC_SUCCESS)
		return -EM_E_INTERNAL;
	if (charls_jpegls_encoder_encode_from_buffer(c, pixels, len, 0) !=
	    CHARLS_JPEGLS_ERRC_SUCCESS)
		return -EM_E_INTERNAL;
	if (charls_jpegls_encoder_get_bytes_written(c, &e->len) != CHARLS_JPEGLS_ERRC_SUCCESS)
		return -EM_E_INTERNAL;
	return 0;
}

int
encoder_run(struct encoder *e, const void *pixels, uint32_t rows, uint32_t columns,
    unsigned samples, unsigned precision, struct refusal *why)
{
	charls_frame_info info = {
	    .width = columns,
	    .height = rows,
	    .bits_per_sample = (int32_t)precision,
	    .component_count = (int32_t)samples,
	};
	size_t len = (size_t)rows * columns * samples * (precision > 8 ? 2 : 1);
	charls_jpegls_encoder *c = charls_jpegls_encoder_create();
	int rc = -EM_E_NO_MEMORY;

	if (c != NULL)
		rc = encoder_set(c, &info);
	if (rc == 0)
		rc = encoder_room(e, c);
	if (rc == 0)
		rc = encoder_encode(e, c, pixels, len);
	charls_jpegls_encoder_destroy(c);
	if (rc == -EM_E_NO_MEMORY)
		return refuse(why, "", "not enough memory");
	return rc < 0 ? refuse(why, "PixelData (7FE0,0010)", "cannot be encoded") : 0;
}

void
encoder_release(struct encoder *e)
{
	free(e->v);
	*e = (struct encoder){0};
}
