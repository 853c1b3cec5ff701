/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_STUDY_H
#define EMAGE_CLIENT_MODEL_STUDY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/picture/picture.h"
#include "proto/exam.pb-c.h"

/*
 * The images of an exam: its series, and the frames that have come so far. What
 * is kept has a limit; frames far from where the person looks go first. Frames
 * stay as they came (a tenth to a half of their pixels' size); a few are held
 * decoded. No I/O: study_plan() says what to ask for next, study_take() takes
 * the replies. Texts of series are sanitised.
 */

/* Frames kept as they came, and decoded ones. */
#define STUDY_MAX_BYTES	       (192u << 20)
#define STUDY_MAX_PIXELS_BYTES (96u << 20)
/* One codestream: no lossless frame that can be decoded is larger. */
#define STUDY_FRAME_MAX_BYTES (96u << 20)
/* Frames of all series together, a limit to what a server can make us hold. */
#define STUDY_MAX_FRAMES 100000u
#define STUDY_MAX_SERIES 1000u
/* Frames of one request: enough to keep a line busy, few enough to cancel. */
#define STUDY_RUN 16u

enum study_state {
	STUDY_MISSING,
	STUDY_COMING, /* some of its bytes have come */
	STUDY_HERE,
	STUDY_FAILED, /* see err */
};

struct study_frame {
	enum study_state state;
	int err; /* -EM_E_* of a failed one */
	Emage__FrameInfo *info;
	uint8_t *bytes;
	size_t len, cap;
	struct picture_frame pixels; /* decoded, or empty */
	uint64_t used;		     /* when the pixels were last asked for */
};

struct study_series {
	uint64_t id;
	uint32_t number;
	char *modality, *description, *body_part; /* never NULL */
	uint32_t rows, columns;			  /* of the first frame */
	double frame_time_ms;			  /* 0 = a stack */
	uint32_t n_frames;
	uint32_t n_here;	    /* in state HERE */
	struct study_frame *frames; /* n_frames */
};

/* A request for frames; count 0 = none. */
struct study_ask {
	size_t series;
	uint32_t first, count;
};

struct study {
	struct study_series *series;
	size_t n_series;
	size_t max_bytes, max_pixels_bytes;
	size_t bytes, pixels_bytes; /* held */
	uint64_t clock;		    /* counts uses */
	struct study_ask asked;	    /* under way */
	uint32_t next;		    /* the frame whose bytes come next */
};

void study_init(struct study *s, size_t max_bytes, size_t max_pixels_bytes);
void study_release(struct study *s); /* wipes */

/* One reply of the list of series, whose replies follow each other; a list that
 * begins again takes the place of the one before. */
void study_take_series(struct study *s, const Emage__ExamSeriesReply *reply);

/*
 * What to ask for when the person looks at frame `at` of a series and last
 * moved in `direction` (-1, 0, 1): that frame, then its neighbours, as far as
 * memory allows. Nothing while a request is under way. Pure.
 */
struct study_ask study_plan(const struct study *s, size_t series, uint32_t at, int direction);
/* Whether the request under way keeps the person waiting and should be
 * cancelled: frame `at` is missing and will not come soon. */
bool study_should_cancel(const struct study *s, size_t series, uint32_t at);

/* A request was sent; it ended (last reply, error, cancelled). */
void study_asked(struct study *s, const struct study_ask *ask);
void study_ended(struct study *s);
/* The frame that was awaited cannot come. */
void study_fail(struct study *s, size_t series, uint32_t at, int err);
/* Forgets failures, so that they are asked for again. */
void study_forgive(struct study *s);

/* One reply of the request under way. 0; 1 when a frame is complete;
 * -EM_E_PROTOCOL when it is not what was asked for: give the request up. */
int study_take(struct study *s, const Emage__FrameGetReply *reply);

struct study_frame *study_frame(struct study *s, size_t series, uint32_t at);
/* The pixels of a frame that is HERE, decoding them when needed; valid until
 * the next call. NULL when it is not, or when it cannot be decoded (state
 * FAILED then). */
const struct picture_frame *study_pixels(struct study *s, size_t series, uint32_t at);

/* Makes room, furthest from frame `at` first; never the frame itself. */
void study_trim(struct study *s, size_t series, uint32_t at);

#endif
