/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_LIMITS_H
#define EMAGE_IMAGING_LIMITS_H

#include <stdint.h>

/*
 * What one file may cost. Each is checked before memory is asked for: a header
 * of 1 KB can announce anything (P-06).
 */
#define LIMIT_FILE_BYTES    ((uint64_t)2 << 30)
#define LIMIT_DECODED_BYTES ((uint64_t)2 << 30) /* all frames together */
#define LIMIT_SIDE	    16384u		/* rows, columns */
#define LIMIT_FRAMES	    10000u
#define LIMIT_NESTING	    16u	     /* sequences inside sequences; DCMTK recurses */
#define LIMIT_ELEMENTS	    2000000u /* DCMTK keeps an object for each */
#define LIMIT_DEFLATE_RATIO 256u
#define LIMIT_REPORT_BYTES  ((uint32_t)1 << 20)
#define LIMIT_PDF_PAGES	    200
#define LIMIT_PDF_PICTURES  60 /* pages of a scan */
#define LIMIT_WINDOWS	    16u
#define LIMIT_CPU_S	    50 /* a file; the caller waits 60 s of wall clock */
#define LIMIT_MEMORY_BYTES  ((uint64_t)6 << 30)

#endif
