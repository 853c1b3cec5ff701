/* SPDX-License-Identifier: MIT */
/*
 * Images of an exam: what is here, what comes next, what goes.
 */
#include "client/model/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client/model/session.h"
#include "client/picture/decode.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"

void
study_init(struct study *s, size_t max_bytes, size_t max_pixels_bytes)
{
	*s = (struct study){.max_bytes = max_bytes, .max_pixels_bytes = max_pixels_bytes};
}

static void
study_drop_pixels(struct study *s, struct study_frame *f)
{
	if (f->pixels.grey == NULL && f->pixels.rgb == NULL)
		return;
	s->pixels_bytes -= picture_frame_bytes(&f->pixels);
	picture_frame_release(&f->pixels);
}

static void
study_drop_bytes(struct study *s, struct study_frame *f)
{
	if (f->bytes != NULL)
		secret_wipe(f->bytes, f->cap);
	free(f->bytes);
	s->bytes -= f->cap;
	f->bytes = NULL;
	f->len = f->cap = 0;
}

/* Back to MISSING. */
static void
study_drop(struct study *s, struct study_series *r, struct study_frame *f)
{
	study_drop_pixels(s, f);
	study_drop_bytes(s, f);
	if (f->info != NULL)
		emage__frame_info__free_unpacked(f->info, NULL);
	if (f->state == STUDY_HERE)
		r->n_here--;
	*f = (struct study_frame){.state = STUDY_MISSING};
}

void
study_release(struct study *s)
{
	for (size_t i = 0; i < s->n_series; i++) {
		struct study_series *r = &s->series[i];
		for (uint32_t k = 0; k < r->n_frames; k++)
			study_drop(s, r, &r->frames[k]);
		free(r->frames);
		free(r->modality);
		free(r->description);
		free(r->body_part);
	}
	free(s->series);
	study_init(s, s->max_bytes, s->max_pixels_bytes);
}

/* Whether a series of the reply is there already. */
static bool
study_begins_again(const struct study *s, const Emage__ExamSeriesReply *reply)
{
	for (size_t i = 0; i < s->n_series; i++)
		for (size_t k = 0; k < reply->n_series; k++)
			if (s->series[i].id == reply->series[k]->series_id)
				return true;
	return false;
}

/* As many frames as there is room for. */
static struct study_series
study_new_series(const Emage__Series *in, uint32_t n_frames)
{
	return (struct study_series){
	    .id = in->series_id,
	    .number = in->number,
	    .modality = session_text(in->modality),
	    .description = session_text(in->description),
	    .body_part = session_text(in->body_part),
	    .rows = in->rows,
	    .columns = in->columns,
	    .frame_time_ms =
		isfinite(in->frame_time_ms) && in->frame_time_ms > 0 ? in->frame_time_ms : 0,
	    .n_frames = n_frames,
	    .frames = mem_new_array(n_frames, sizeof(struct study_frame)),
	};
}

void
study_take_series(struct study *s, const Emage__ExamSeriesReply *reply)
{
	uint32_t left = STUDY_MAX_FRAMES;

	if (study_begins_again(s, reply))
		study_release(s);
	for (size_t i = 0; i < s->n_series; i++)
		left -= s->series[i].n_frames;
	s->series = mem_grow(s->series, s->n_series + reply->n_series + 1, sizeof(*s->series));
	for (size_t i = 0; i < reply->n_series && s->n_series < STUDY_MAX_SERIES; i++) {
		const Emage__Series *in = reply->series[i];
		uint32_t n_frames = in->n_frames < left ? in->n_frames : left;
		if (n_frames == 0)
			continue;
		s->series[s->n_series++] = study_new_series(in, n_frames);
		left -= n_frames;
	}
}

struct study_frame *
study_frame(struct study *s, size_t series, uint32_t at)
{
	return &s->series[series].frames[at];
}

/* How many frames on each side fit into memory, going by those that are here. */
static uint32_t
study_reach(const struct study *s, const struct study_series *r)
{
	size_t size = (size_t)r->rows * r->columns, seen = 0, n = 0;

	for (uint32_t k = 0; k < r->n_frames && n < 8; k++) {
		if (r->frames[k].state == STUDY_HERE) {
			seen += r->frames[k].cap;
			n++;
		}
	}
	if (n > 0)
		size = seen / n;
	size = size > 0 ? size : 1;
	return (uint32_t)(s->max_bytes * 3 / 4 / size / 2);
}

static bool
study_is_missing(const struct study_series *r, int64_t at)
{
	return at >= 0 && at < r->n_frames && r->frames[at].state == STUDY_MISSING;
}

/* A run of missing frames that begins at `first`. */
static uint32_t
study_run(const struct study_series *r, uint32_t first, uint32_t most)
{
	uint32_t n = 0;

	while (n < most && study_is_missing(r, (int64_t)first + n))
		n++;
	return n;
}

struct study_ask
study_plan(const struct study *s, size_t series, uint32_t at, int direction)
{
	const struct study_series *r = &s->series[series];
	struct study_ask ask = {.series = series};
	uint32_t reach, near = direction < 0 ? STUDY_RUN / 4 : STUDY_RUN;
	int64_t step = direction < 0 ? -1 : 1;

	if (s->asked.count > 0)
		return ask;
	reach = study_reach(s, r);
	for (int64_t d = 0; d <= 2 * (int64_t)reach && d < 2 * (int64_t)r->n_frames; d++) {
		/* forward twice as fast as back: most go on as they began */
		int64_t ahead = (int64_t)at + step * d, behind = (int64_t)at - step * (d / 2);
		int64_t k = d <= reach && study_is_missing(r, ahead) ? ahead : behind;
		if (!study_is_missing(r, k))
			continue;
		if (k < at) {
			/* several at once, the nearest one last */
			uint32_t back = 0;
			while (back + 1 < near && study_is_missing(r, k - back - 1))
				back++;
			k -= back;
			ask.first = (uint32_t)k;
			ask.count = back + 1;
			return ask;
		}
		ask.first = (uint32_t)k;
		ask.count = study_run(r, ask.first, k == at && direction < 0 ? 1 : STUDY_RUN);
		return ask;
	}
	return ask;
}

bool
study_should_cancel(const struct study *s, size_t series, uint32_t at)
{
	const struct study_ask *a = &s->asked;
	enum study_state state = s->series[series].frames[at].state;

	if (a->count == 0 || state == STUDY_HERE || state == STUDY_FAILED)
		return false;
	return a->series != series || at < s->next || at >= a->first + a->count || at > s->next + 2;
}

void
study_asked(struct study *s, const struct study_ask *ask)
{
	s->asked = *ask;
	s->next = ask->first;
}

void
study_ended(struct study *s)
{
	struct study_ask *a = &s->asked;

	if (a->count > 0 && s->next < a->first + a->count) {
		struct study_series *r = &s->series[a->series];
		if (r->frames[s->next].state == STUDY_COMING)
			study_drop(s, r, &r->frames[s->next]);
	}
	*a = (struct study_ask){0};
}

void
study_fail(struct study *s, size_t series, uint32_t at, int err)
{
	struct study_series *r = &s->series[series];
	struct study_frame *f = &r->frames[at];

	if (f->state == STUDY_HERE)
		r->n_here--;
	study_drop_bytes(s, f);
	f->state = STUDY_FAILED;
	f->err = err;
}

void
study_forgive(struct study *s)
{
	for (size_t i = 0; i < s->n_series; i++)
		for (uint32_t k = 0; k < s->series[i].n_frames; k++)
			if (s->series[i].frames[k].state == STUDY_FAILED)
				study_drop(s, &s->series[i], &s->series[i].frames[k]);
}

/* The message goes when the reply is freed: a copy by way of its bytes. */
static Emage__FrameInfo *
study_copy_info(const Emage__FrameInfo *info)
{
	size_t len = emage__frame_info__get_packed_size(info);
	uint8_t *packed = mem_new(len + 1);
	Emage__FrameInfo *copy;

	emage__frame_info__pack(info, packed);
	copy = emage__frame_info__unpack(NULL, len, packed);
	free(packed);
	return copy;
}

/* Room for `more` bytes, grown as they come: the announced total is only a
 * limit. */
static void
study_reserve(struct study *s, struct study_frame *f, size_t more)
{
	size_t cap = f->cap > 0 ? f->cap : 65536, total = f->info->total_bytes;
	uint8_t *bytes;

	if (f->len + more <= f->cap)
		return;
	while (cap < f->len + more)
		cap *= 2;
	cap = cap < total ? cap : total;
	bytes = mem_new(cap);
	if (f->len > 0)
		memcpy(bytes, f->bytes, f->len);
	if (f->bytes != NULL)
		secret_wipe(f->bytes, f->cap);
	free(f->bytes);
	s->bytes += cap - f->cap;
	f->bytes = bytes;
	f->cap = cap;
}

int
study_take(struct study *s, const Emage__FrameGetReply *reply)
{
	struct study_series *r = &s->series[s->asked.series];
	struct study_frame *f;

	if (s->asked.count == 0 || reply->index != s->next ||
	    s->next >= s->asked.first + s->asked.count)
		return -EM_E_PROTOCOL;
	f = &r->frames[s->next];
	if ((reply->info != NULL) != (f->state == STUDY_MISSING))
		return -EM_E_PROTOCOL;
	/* a reply that brings nothing would keep the person waiting for ever */
	if (reply->info == NULL && reply->data.len == 0)
		return -EM_E_PROTOCOL;
	if (reply->info != NULL) {
		if (reply->info->total_bytes == 0 ||
		    reply->info->total_bytes > STUDY_FRAME_MAX_BYTES)
			return -EM_E_PROTOCOL;
		f->info = study_copy_info(reply->info);
		if (f->info == NULL)
			return -EM_E_PROTOCOL;
		f->state = STUDY_COMING;
	}
	if (reply->data.len > f->info->total_bytes - f->len)
		return -EM_E_PROTOCOL;
	if (reply->data.len > 0) {
		study_reserve(s, f, reply->data.len);
		memcpy(f->bytes + f->len, reply->data.data, reply->data.len);
		f->len += reply->data.len;
	}
	if (f->len < f->info->total_bytes)
		return 0;
	f->state = STUDY_HERE;
	r->n_here++;
	s->next++;
	return 1;
}

/* The decoded frame that was not looked at for the longest time, but `keep`. */
static struct study_frame *
study_oldest_pixels(struct study *s, const struct study_frame *keep)
{
	struct study_frame *oldest = NULL;

	for (size_t i = 0; i < s->n_series; i++) {
		for (uint32_t k = 0; k < s->series[i].n_frames; k++) {
			struct study_frame *f = &s->series[i].frames[k];
			if (f == keep || (f->pixels.grey == NULL && f->pixels.rgb == NULL))
				continue;
			if (oldest == NULL || f->used < oldest->used)
				oldest = f;
		}
	}
	return oldest;
}

const struct picture_frame *
study_pixels(struct study *s, size_t series, uint32_t at)
{
	struct study_frame *f = study_frame(s, series, at), *oldest;
	int err;

	if (f->state != STUDY_HERE)
		return NULL;
	f->used = ++s->clock;
	if (f->pixels.grey != NULL || f->pixels.rgb != NULL)
		return &f->pixels;
	err = picture_decode(f->info, f->bytes, f->len, &f->pixels);
	if (err != 0) {
		study_fail(s, series, at, err);
		return NULL;
	}
	s->pixels_bytes += picture_frame_bytes(&f->pixels);
	while (
	    s->pixels_bytes > s->max_pixels_bytes && (oldest = study_oldest_pixels(s, f)) != NULL)
		study_drop_pixels(s, oldest);
	return &f->pixels;
}

/* Drops whole frames from both ends of a series towards `keep` (of this series,
 * or past its end when none is to be kept). */
static void
study_trim_series(struct study *s, struct study_series *r, int64_t keep)
{
	int64_t low = 0, high = (int64_t)r->n_frames - 1;

	while (s->bytes > s->max_bytes && low <= high) {
		int64_t k = keep < 0 || keep - low > high - keep ? low++ : high--;
		if (k != keep && r->frames[k].state == STUDY_HERE)
			study_drop(s, r, &r->frames[k]);
	}
}

void
study_trim(struct study *s, size_t series, uint32_t at)
{
	for (size_t i = 0; i < s->n_series; i++)
		if (i != series)
			study_trim_series(s, &s->series[i], -1);
	study_trim_series(s, &s->series[series], at);
}
