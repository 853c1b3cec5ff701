/* SPDX-License-Identifier: MIT */
/*
 * The tree of elements, without recursion.
 */
#include "imaging/walk.h"

#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "imaging/dicom.h"
#include "imaging/limits.h"

#define TAG_ITEM	 0xfffee000u
#define TAG_ITEM_END	 0xfffee00du
#define TAG_SEQUENCE_END 0xfffee0ddu

/* elements of one dataset */
#define ORDER_MATTERS_FROM 1000u
#define LIMIT_DISORDERED   200u

enum walk_kind {
	WALK_DATASET,	/* elements */
	WALK_SEQUENCE,	/* items */
	WALK_FRAGMENTS, /* items that hold no elements */
};

struct walk_level {
	enum walk_kind kind;
	size_t end;	/* nothing of it may pass this */
	bool delimited; /* a delimiter ends it before that */
	bool implicit, big_endian;
	bool guessed; /* only looks like a sequence: damage inside is not damage */
	unsigned n;   /* elements so far */
	uint32_t last_tag;
};

/* An item is a level too. */
#define WALK_LEVELS (2 * LIMIT_NESTING + 2)

struct walk {
	const uint8_t *bytes;
	size_t len, pos;
	struct walk_level stack[WALK_LEVELS];
	unsigned depth;
	unsigned n_elements;
	unsigned n_disordered;
	uint32_t at;  /* tag of the last element begun */
	bool hostile; /* damage that is never forgiven */
};

static uint32_t
walk_u16(const uint8_t *p, bool big)
{
	return big ? (uint32_t)(p[0] << 8 | p[1]) : (uint32_t)(p[1] << 8 | p[0]);
}

static uint32_t
walk_u32(const uint8_t *p, bool big)
{
	return big ? walk_u16(p, true) << 16 | walk_u16(p + 2, true)
		   : walk_u16(p + 2, false) << 16 | walk_u16(p, false);
}

static uint32_t
walk_tag(const uint8_t *p, bool big)
{
	return walk_u16(p, big) << 16 | walk_u16(p + 2, big);
}

/* VRs of 16-bit length; every other one of two capitals has 32 (PS3.5 7.1.2). */
static bool
walk_vr_is_short(const char vr[2])
{
	static const char SHORT[] = "AEASATCSDADSDTFDFLISLOLTPNSHSLSSSTTMUIULUS";

	for (size_t i = 0; i + 1 < sizeof(SHORT); i += 2)
		if (SHORT[i] == vr[0] && SHORT[i + 1] == vr[1])
			return true;
	return vr[0] < 'A' || vr[0] > 'Z' || vr[1] < 'A' || vr[1] > 'Z';
}

int
walk_element(const uint8_t *bytes, size_t len, size_t pos, bool implicit, bool big_endian,
    struct walk_element *e_r)
{
	const uint8_t *p = bytes + pos;

	if (len - pos < 8)
		return -EM_E_INVALID;
	*e_r = (struct walk_element){.tag = walk_tag(p, big_endian), .value = pos + 8};
	if (implicit || e_r->tag >> 16 == 0xfffe) {
		e_r->value_len = walk_u32(p + 4, big_endian);
		return 0;
	}
	memcpy(e_r->vr, p + 4, 2);
	if (walk_vr_is_short(e_r->vr)) {
		e_r->value_len = walk_u16(p + 6, big_endian);
		return 0;
	}
	if (len - pos < 12)
		return -EM_E_INVALID;
	e_r->value = pos + 12;
	e_r->value_len = walk_u32(p + 8, big_endian);
	return 0;
}

static struct walk_level *
walk_top(struct walk *w)
{
	return &w->stack[w->depth - 1];
}

static int
walk_broken(const struct walk *w, struct refusal *why, const char *what)
{
	char field[32];

	snprintf(field, sizeof(field), "%s(%04X,%04X)", w->at == 0x7fe00010 ? "PixelData " : "",
	    w->at >> 16, w->at & 0xffff);
	return refuse(why, field, "%s", what);
}

static int
walk_push(struct walk *w, const struct walk_level *l, struct refusal *why)
{
	if (w->depth == WALK_LEVELS) {
		w->hostile = true;
		return walk_broken(w, why, "sequences are nested too deeply");
	}
	w->stack[w->depth++] = *l;
	return 0;
}

/* How a value of defined length is gone over. */
enum walk_reading { WALK_SKIP, WALK_AS_SEQUENCE, WALK_GUESS };

/*
 * What DCMTK may read as a sequence has to be one: VR SQ, in implicit VR what
 * its dictionary says, or a private element (whose dictionary may be anywhere)
 * that begins as one. Anything else that does is only a guess.
 */
static enum walk_reading
walk_reading_of(const struct walk *w, const struct walk_element *e, bool big)
{
	bool items = e->value_len >= 8 && walk_tag(w->bytes + e->value, big) == TAG_ITEM;

	if (memcmp(e->vr, "SQ", 2) == 0)
		return WALK_AS_SEQUENCE;
	if (e->vr[0] == '\0' && (dicom_is_sequence(e->tag) || (items && (e->tag >> 16 & 1) != 0)))
		return WALK_AS_SEQUENCE;
	if (items && (e->vr[0] == '\0' || memcmp(e->vr, "UN", 2) == 0))
		return WALK_GUESS;
	return WALK_SKIP;
}

/* The head at the current position, and whether its value stays inside. */
static int
walk_next(struct walk *w, struct walk_element *e_r, struct refusal *why)
{
	const struct walk_level *top = walk_top(w);

	if (w->pos > top->end ||
	    walk_element(w->bytes, top->end, w->pos, top->implicit, top->big_endian, e_r) < 0)
		return walk_broken(w, why, "the file is cut off");
	if (e_r->tag >> 16 != 0xfffe) {
		w->at = e_r->tag;
		if (top->kind != WALK_DATASET)
			return walk_broken(w, why, "something that is no item is in a sequence");
	}
	if (e_r->value_len != WALK_UNDEFINED && e_r->value_len > top->end - e_r->value)
		return walk_broken(w, why, "the file ends inside an element");
	if (++w->n_elements > LIMIT_ELEMENTS)
		return walk_broken(w, why, "too many elements");
	w->pos = e_r->value;
	return 0;
}

/* DCMTK looks for an element's place from the last one backwards: a long
 * dataset in descending order would take it minutes. */
static int
walk_order(struct walk *w, struct walk_level *top, uint32_t tag, struct refusal *why)
{
	if (tag < top->last_tag && top->n > ORDER_MATTERS_FROM &&
	    ++w->n_disordered > LIMIT_DISORDERED) {
		w->hostile = true;
		return walk_broken(w, why, "too many elements out of order");
	}
	top->n++;
	top->last_tag = tag;
	return 0;
}

/* Opens the value of an element as a level, or steps over it. */
static int
walk_value(struct walk *w, const struct walk_element *e, struct refusal *why)
{
	const struct walk_level *top = walk_top(w);
	bool is_sq = memcmp(e->vr, "SQ", 2) == 0;
	bool is_un = memcmp(e->vr, "UN", 2) == 0;
	bool has_vr = e->vr[0] != '\0' && !is_un;
	struct walk_level inner = {
	    .kind = WALK_SEQUENCE,
	    .end = top->end,
	    .delimited = e->value_len == WALK_UNDEFINED,
	    .implicit = top->implicit || is_un,
	    .big_endian = top->big_endian && !is_un,
	};
	enum walk_reading reading;

	if (inner.delimited) {
		if (has_vr && !is_sq)
			inner.kind = WALK_FRAGMENTS;
		return walk_push(w, &inner, why);
	}
	inner.end = e->value + e->value_len;
	reading = walk_reading_of(w, e, inner.big_endian);
	inner.guessed = reading == WALK_GUESS;
	if (reading != WALK_SKIP)
		return walk_push(w, &inner, why);
	w->pos = inner.end;
	return 0;
}

static int
walk_in_dataset(struct walk *w, struct refusal *why)
{
	struct walk_element e;
	int rc;

	rc = walk_next(w, &e, why);
	if (rc < 0)
		return rc;
	if (e.tag == TAG_ITEM_END && walk_top(w)->delimited) {
		w->depth--;
		return 0;
	}
	if (e.tag >> 16 == 0xfffe)
		return walk_broken(w, why, "a delimiter stands where an element should");
	rc = walk_order(w, walk_top(w), e.tag, why);
	return rc < 0 ? rc : walk_value(w, &e, why);
}

static int
walk_in_sequence(struct walk *w, struct refusal *why)
{
	struct walk_level *top = walk_top(w);
	struct walk_level item = *top;
	struct walk_element e;
	int rc;

	rc = walk_next(w, &e, why);
	if (rc < 0)
		return rc;
	if (e.tag == TAG_SEQUENCE_END) {
		w->depth--;
		return 0;
	}
	if (e.tag != TAG_ITEM)
		return walk_broken(w, why, "something that is no item is in a sequence");
	item.delimited = e.value_len == WALK_UNDEFINED;
	if (top->kind == WALK_FRAGMENTS) {
		if (item.delimited)
			return walk_broken(w, why, "a fragment has no length");
		w->pos += e.value_len;
		return 0;
	}
	item.kind = WALK_DATASET;
	item.guessed = false;
	item.n = 0;
	item.last_tag = 0;
	if (!item.delimited)
		item.end = e.value + e.value_len;
	return walk_push(w, &item, why);
}

/* Damage inside what was only taken for a sequence: steps over it. */
static bool
walk_forgive(struct walk *w, struct refusal *why)
{
	for (unsigned i = w->depth; i > 0; i--) {
		if (!w->stack[i - 1].guessed)
			continue;
		w->pos = w->stack[i - 1].end;
		w->depth = i - 1;
		*why = (struct refusal){0};
		return true;
	}
	return false;
}

/* Some media and networks pad files with zeros. */
static bool
walk_only_padding(const struct walk *w)
{
	if (w->depth != 1 || w->pos >= w->len || w->bytes[w->pos] != 0)
		return false;
	for (size_t i = w->pos; i < w->len; i++)
		if (w->bytes[i] != 0)
			return false;
	return true;
}

int
walk_dataset(const uint8_t *bytes, size_t len, const struct syntax *syntax, size_t *used_r,
    struct refusal *why)
{
	struct walk w = {.bytes = bytes, .len = len, .depth = 1};
	struct walk_level *top;
	int rc;

	w.stack[0] = (struct walk_level){
	    .kind = WALK_DATASET,
	    .end = len,
	    .implicit = syntax->implicit,
	    .big_endian = syntax->big_endian,
	};
	for (;;) {
		top = walk_top(&w);
		*used_r = w.pos;
		if (walk_only_padding(&w))
			return 0;
		if (w.pos == top->end && !top->delimited) {
			if (--w.depth == 0)
				return 0;
			continue;
		}
		rc = top->kind == WALK_DATASET ? walk_in_dataset(&w, why)
					       : walk_in_sequence(&w, why);
		if (rc < 0 && (w.hostile || !walk_forgive(&w, why)))
			return rc;
	}
}
