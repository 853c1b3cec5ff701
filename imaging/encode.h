/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_ENCODE_H
#define EMAGE_IMAGING_ENCODE_H

#include <stddef.h>
#include <stdint.h>

#include "imaging/refusal.h"

/* Lossless JPEG-LS; the codestream stays valid until the next call. */
struct encoder {
	uint8_t *v; /* owned */
	size_t cap;
	size_t len;
};

/* samples: 1, of `precision` bits (bytes up to 8, else words), or 3 by pixel. */
int encoder_run(struct encoder *e, const void *pixels, uint32_t rows, uint32_t columns,
    unsigned samples, unsigned precision, struct refusal *why);
void encoder_release(struct encoder *e);

#endif
