/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_SYNTAX_H
#define EMAGE_IMAGING_SYNTAX_H

#include <stdbool.h>

/* How the pixels of a file are written. */
enum syntax_pixels {
	SYNTAX_NATIVE,
	SYNTAX_RLE,
	SYNTAX_JPEG, /* 8 or 12 bits, DCT or lossless */
	SYNTAX_JPEG_LS,
	SYNTAX_JPEG_2000,
	SYNTAX_REFUSED, /* known, not read: why says so */
};

/* A transfer syntax, PS3.6 table A-1. */
struct syntax {
	const char *uid;
	enum syntax_pixels pixels;
	bool implicit, big_endian, deflated, lossy;
	const char *why;
};

/* NULL when unknown. */
const struct syntax *syntax_by_uid(const char *uid);

#endif
