/* SPDX-License-Identifier: MIT */
/*
 * Fragments of compressed pixels to frames (PS3.5 A.4).
 */
#include "imaging/codestream.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"

static const char PIXEL_DATA[] = "PixelData (7FE0,0010)";

/* The offset table gives the byte where each frame's first fragment begins. */
static bool
codestream_by_table(struct codestream *cs)
{
	const uint8_t *table, *fragment;
	size_t len, fragment_len;
	uint64_t at = 0;
	uint32_t frame = 0, offset;

	if (dicom_offset_table(cs->file, &table, &len) < 0 || len != (size_t)cs->n_frames * 4)
		return false;
	for (uint32_t i = 0; i < cs->n_fragments && frame < cs->n_frames; i++) {
		memcpy(&offset, table + 4 * frame, sizeof(offset));
		if (offset == at)
			cs->first[frame++] = i;
		if (dicom_fragment(cs->file, i, &fragment, &fragment_len) < 0)
			return false;
		at += 8 + fragment_len;
	}
	return frame == cs->n_frames && cs->first[0] == 0;
}

/* Without a table: a frame begins where a codestream begins. */
static bool
codestream_by_marker(struct codestream *cs)
{
	const uint8_t *p;
	size_t len;
	uint32_t frame = 0;

	for (uint32_t i = 0; i < cs->n_fragments; i++) {
		if (dicom_fragment(cs->file, i, &p, &len) < 0)
			return false;
		if (len < 2 || p[0] != 0xff || (p[1] != 0xd8 && p[1] != 0x4f))
			continue;
		if (frame == cs->n_frames)
			return false;
		cs->first[frame++] = i;
	}
	return frame == cs->n_frames && cs->first[0] == 0;
}

int
codestream_open(struct codestream *cs, const struct dicom_file *file, const struct image *im,
    const struct syntax *syntax, struct refusal *why)
{
	size_t n = dicom_n_fragments(file);

	*cs = (struct codestream){.file = file, .n_frames = im->n_frames};
	if (n < im->n_frames || n > UINT32_MAX)
		return refuse(why, PIXEL_DATA, "fewer fragments than frames");
	cs->n_fragments = (uint32_t)n;
	cs->first = mem_new_array((size_t)im->n_frames + 1, sizeof(cs->first[0]));
	cs->first[im->n_frames] = cs->n_fragments;
	if (n == im->n_frames) {
		for (uint32_t i = 0; i < im->n_frames; i++)
			cs->first[i] = i;
		return 0;
	}
	if (syntax->pixels == SYNTAX_RLE)
		return refuse(why, PIXEL_DATA, "an RLE frame is one fragment");
	if (im->n_frames == 1 || codestream_by_table(cs) || codestream_by_marker(cs))
		return 0;
	return refuse(why, PIXEL_DATA, "fragments cannot be told apart by frame");
}

void
codestream_close(struct codestream *cs)
{
	free(cs->first);
	free(cs->joined);
	*cs = (struct codestream){0};
}

static int
codestream_join(struct codestream *cs, uint32_t from, uint32_t to, const uint8_t **v_r,
    size_t *len_r, struct refusal *why)
{
	const uint8_t *p;
	uint8_t *grown;
	size_t len, total = 0;

	for (uint32_t i = from; i < to; i++) {
		if (dicom_fragment(cs->file, i, &p, &len) < 0)
			return refuse(why, PIXEL_DATA, "a fragment cannot be read");
		if (total + len > cs->joined_cap) {
			grown = realloc(cs->joined, (total + len) * 2);
			if (grown == NULL)
				return refuse(why, "", "not enough memory");
			cs->joined = grown;
			cs->joined_cap = (total + len) * 2;
		}
		if (len > 0)
			memcpy(cs->joined + total, p, len);
		total += len;
	}
	*v_r = cs->joined;
	*len_r = total;
	return 0;
}

int
codestream_frame(
    struct codestream *cs, uint32_t frame, const uint8_t **v_r, size_t *len_r, struct refusal *why)
{
	uint32_t from = cs->first[frame], to = cs->first[frame + 1];

	if (to - from > 1)
		return codestream_join(cs, from, to, v_r, len_r, why);
	if (dicom_fragment(cs->file, from, v_r, len_r) < 0 || *len_r == 0)
		return refuse(why, PIXEL_DATA, "a fragment cannot be read");
	return 0;
}
