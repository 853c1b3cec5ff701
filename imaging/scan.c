/* SPDX-License-Identifier: MIT */
/*
 * The file meta group, and the transfer syntax of files that lack one.
 */
#include "imaging/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/err.h"
#include "imaging/limits.h"
#include "imaging/walk.h"

#define PREAMBLE_LEN  128u
#define IMPLICIT_LE   "1.2.840.10008.1.2"
#define EXPLICIT_LE   "1.2.840.10008.1.2.1"
#define EXPLICIT_BE   "1.2.840.10008.1.2.2"
#define INFLATE_FLOOR ((uint64_t)1 << 20)
#define INFLATE_STEP  ((size_t)4 << 20)

static uint16_t
scan_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static bool
scan_is_vr(const uint8_t *p)
{
	return p[0] >= 'A' && p[0] <= 'Z' && p[1] >= 'A' && p[1] <= 'Z';
}

/* Without a meta group the first element tells; it is of group 0008 in every
 * object that a study can hold, 0004 in a directory. */
static const char *
scan_guess_syntax(const uint8_t *p, size_t len)
{
	if (len < 8)
		return NULL;
	if (p[0] == 0 && (p[1] == 8 || p[1] == 4) && scan_is_vr(p + 4))
		return EXPLICIT_BE;
	if (p[1] != 0 || (p[0] != 8 && p[0] != 4))
		return NULL;
	return scan_is_vr(p + 4) ? EXPLICIT_LE : IMPLICIT_LE;
}

static void
scan_copy_uid(char uid_r[65], const uint8_t *value, size_t len)
{
	if (len > 64)
		len = 64;
	memcpy(uid_r, value, len);
	uid_r[len] = '\0';
	while (len > 0 && (uid_r[len - 1] == ' ' || uid_r[len - 1] == '\0'))
		uid_r[--len] = '\0';
}

/* Reads group 0002 (always explicit, little endian) from pos; returns where
 * the dataset begins. The group's length element is often wrong: not used. */
static int
scan_meta(const uint8_t *bytes, size_t len, size_t pos, struct scan *s, size_t *dataset_r,
    struct refusal *why)
{
	struct walk_element e;

	while (len - pos >= 8 && scan_u16(bytes + pos) == 2) {
		if (walk_element(bytes, len, pos, false, false, &e) < 0 ||
		    e.value_len == WALK_UNDEFINED || e.value_len > len - e.value)
			return refuse(why, "", "the file meta information is damaged");
		if (e.tag == 0x00020010)
			scan_copy_uid(s->transfer_syntax, bytes + e.value, e.value_len);
		if (e.tag == 0x00020002)
			scan_copy_uid(s->media_sop_class, bytes + e.value, e.value_len);
		pos = e.value + e.value_len;
	}
	*dataset_r = pos;
	return 0;
}

static int
scan_inflate_step(z_stream *z, struct scan *s, size_t *cap, uint64_t max, struct refusal *why)
{
	uint8_t *grown;
	size_t used = z->total_out;
	int rc;

	if (used == *cap) {
		if (*cap >= max)
			return refuse(why, "TransferSyntaxUID (0002,0010)",
			    "deflated data grows more than %u times", LIMIT_DEFLATE_RATIO);
		*cap = *cap == 0 ? INFLATE_STEP : *cap * 2;
		if (*cap > max)
			*cap = (size_t)max;
		grown = realloc(s->inflated, *cap);
		if (grown == NULL)
			return refuse(why, "", "not enough memory");
		s->inflated = grown;
	}
	z->next_out = s->inflated + used;
	z->avail_out = *cap - used > UINT32_MAX ? UINT32_MAX : (uInt)(*cap - used);
	rc = inflate(z, Z_NO_FLUSH);
	if (rc == Z_STREAM_END)
		return 1;
	if (rc == Z_OK || (rc == Z_BUF_ERROR && z->avail_out == 0))
		return 0;
	return refuse(why, "", "deflated data is damaged or cut off");
}

static int
scan_inflate(const uint8_t *in, size_t len, struct scan *s, struct refusal *why)
{
	z_stream z = {.next_in = (uint8_t *)(uintptr_t)in, .avail_in = (uInt)len};
	uint64_t max = INFLATE_FLOOR + (uint64_t)len * LIMIT_DEFLATE_RATIO;
	size_t cap = 0;
	int rc;

	if (len > UINT32_MAX)
		return refuse(why, "", "file too large");
	if (max > LIMIT_DECODED_BYTES)
		max = LIMIT_DECODED_BYTES;
	if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return refuse(why, "", "not enough memory");
	while ((rc = scan_inflate_step(&z, s, &cap, max, why)) == 0)
		;
	s->dataset = s->inflated;
	s->dataset_len = z.total_out;
	inflateEnd(&z);
	return rc < 0 ? rc : 0;
}

static int
scan_syntax(struct scan *s, struct refusal *why)
{
	const char *guess;

	if (s->transfer_syntax[0] == '\0') {
		guess = scan_guess_syntax(s->dataset, s->dataset_len);
		if (guess == NULL)
			return refuse(why, "", "not a DICOM file");
		snprintf(s->transfer_syntax, sizeof(s->transfer_syntax), "%s", guess);
	}
	s->syntax = syntax_by_uid(s->transfer_syntax);
	if (s->syntax == NULL)
		return refuse(why, "TransferSyntaxUID (0002,0010)", "transfer syntax not known");
	return 0;
}

int
scan_file(const uint8_t *bytes, size_t len, struct scan *s_r, struct refusal *why)
{
	size_t pos = 0;
	int rc;

	*s_r = (struct scan){0};
	if (len >= PREAMBLE_LEN + 4 && memcmp(bytes + PREAMBLE_LEN, "DICM", 4) == 0)
		pos = PREAMBLE_LEN + 4;
	else if (len < 8 || (scan_u16(bytes) != 2 && scan_guess_syntax(bytes, len) == NULL))
		return refuse(why, "", "not a DICOM file");
	rc = scan_meta(bytes, len, pos, s_r, &pos, why);
	if (rc < 0)
		return rc;
	s_r->dataset = bytes + pos;
	s_r->dataset_len = len - pos;
	rc = scan_syntax(s_r, why);
	if (rc == 0 && s_r->syntax->deflated)
		rc = scan_inflate(bytes + pos, len - pos, s_r, why);
	if (rc == 0)
		rc = walk_dataset(
		    s_r->dataset, s_r->dataset_len, s_r->syntax, &s_r->dataset_len, why);
	return rc;
}

void
scan_release(struct scan *s)
{
	free(s->inflated);
	*s = (struct scan){0};
}
