/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_DECODE_H
#define EMAGE_CLIENT_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "client/picture/picture.h"
#include "proto/exam.pb-c.h"

/* A decoded frame takes 2 bytes a pixel of grey, 3 of colour. The largest
 * mammograms have 30 million pixels. */
#define PICTURE_SIDE_MAX   16384u
#define PICTURE_PIXELS_MAX (64u * 1024 * 1024)

/*
 * Turns the codestream of a frame into pixels. The server's word is not taken
 * for anything: sizes are limited, and the codestream's own header must say the
 * same as `info` before memory is asked for. Release with
 * picture_frame_release(). 0, -EM_E_INVALID (broken, or says other than info),
 * -EM_E_TOO_LARGE, -EM_E_NO_MEMORY; *f_r is empty after an error.
 */
int picture_decode(
    const Emage__FrameInfo *info, const uint8_t *bytes, size_t len, struct picture_frame *f_r);

#endif
