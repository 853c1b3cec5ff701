/* SPDX-License-Identifier: MIT */
/*
 * Structured reports as text (PS3.3 C.17.3). The tree of content items is
 * walked as a reader would: headings, sentences, measurements with their
 * units. References to images, contexts and modifiers are left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicase.h>

#include "common/err.h"
#include "imaging/limits.h"
#include "imaging/report.h"

#define TAG_CONTENT	DICOM_TAG(0x0040, 0xa730)
#define TAG_CONCEPT	DICOM_TAG(0x0040, 0xa043)
#define TAG_RELATION	DICOM_TAG(0x0040, 0xa010)
#define TAG_VALUE_TYPE	DICOM_TAG(0x0040, 0xa040)
#define TAG_TEXT	DICOM_TAG(0x0040, 0xa160)
#define TAG_CODE	DICOM_TAG(0x0040, 0xa168)
#define TAG_DATETIME	DICOM_TAG(0x0040, 0xa120)
#define TAG_DATE	DICOM_TAG(0x0040, 0xa121)
#define TAG_TIME	DICOM_TAG(0x0040, 0xa122)
#define TAG_PERSON	DICOM_TAG(0x0040, 0xa123)
#define TAG_MEASURED	DICOM_TAG(0x0040, 0xa300)
#define TAG_NUMBER	DICOM_TAG(0x0040, 0xa30a)
#define TAG_QUALIFIER	DICOM_TAG(0x0040, 0xa301)
#define TAG_UNITS	DICOM_TAG(0x0040, 0x08ea)
#define TAG_CODE_VALUE	DICOM_TAG(0x0008, 0x0100)
#define TAG_CODE_SCHEME DICOM_TAG(0x0008, 0x0102)

#define SR_CHILDREN_MAX 10000u

/* The text on its way. Nesting was limited by the scan of the file. */
struct sr {
	struct buf *text;
	bool full;
};

struct sr_type {
	const char *name;
	/* Writes the value; NULL: the item says nothing in words. */
	const char *(*value)(const struct attr *at, const struct dicom_item *item);
};

static void
sr_put(struct sr *sr, const char *s)
{
	if (buf_append(sr->text, s, strlen(s)) < 0)
		sr->full = true;
}

static void
sr_indent(struct sr *sr, unsigned depth)
{
	while (depth-- > 0)
		sr_put(sr, "  ");
}

/* Text with its further lines indented like the first. */
static void
sr_put_lines(struct sr *sr, unsigned depth, const char *s)
{
	size_t n;

	for (;;) {
		n = strcspn(s, "\n");
		if (buf_append(sr->text, s, n) < 0)
			sr->full = true;
		sr_put(sr, "\n");
		if (s[n] == '\0' || s[n + 1] == '\0')
			return;
		s += n + 1;
		sr_indent(sr, *s == '\n' ? 0 : depth);
	}
}

static const char *
sr_value_text(const struct attr *at, const struct dicom_item *item)
{
	return attr_long_text(at, item, TAG_TEXT);
}

static const char *
sr_value_code(const struct attr *at, const struct dicom_item *item)
{
	return attr_code_meaning(at, item, TAG_CODE);
}

static const char *
sr_value_person(const struct attr *at, const struct dicom_item *item)
{
	return attr_spoken_name(at, item, TAG_PERSON);
}

static const char *
sr_or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

static const char *
sr_day(const struct attr *at, uint32_t d)
{
	if (d == 0)
		return "";
	return sr_or_empty(
	    arena_printf(at->a, "%02u/%02u/%04u", d % 100, d / 100 % 100, d / 10000));
}

static const char *
sr_value_date(const struct attr *at, const struct dicom_item *item)
{
	return sr_day(at, attr_date(at, item, TAG_DATE));
}

static const char *
sr_value_time(const struct attr *at, const struct dicom_item *item)
{
	uint32_t t = attr_time(at, item, TAG_TIME);

	if (attr_string(at, item, TAG_TIME)[0] == '\0')
		return "";
	return sr_or_empty(arena_printf(at->a, "%02u:%02u", t / 10000, t / 100 % 100));
}

/* As it is written, without a change of zone: the reader's clock was that one. */
static const char *
sr_value_datetime(const struct attr *at, const struct dicom_item *item)
{
	const char *s = attr_string(at, item, TAG_DATETIME);
	const char *day = sr_day(at, attr_date(at, item, TAG_DATETIME));

	if (day[0] == '\0' || strspn(s, "0123456789") < 12)
		return day;
	return sr_or_empty(arena_printf(at->a, "%s %.2s:%.2s", day, s + 8, s + 10));
}

/* "mm" rather than "millimeter"; nothing for pure numbers. */
static const char *
sr_units(const struct attr *at, const struct dicom_item *measured)
{
	const struct dicom_item *code = dicom_item_at(measured, TAG_UNITS, 0);
	const char *value;

	if (code == NULL)
		return "";
	value = attr_string(at, code, TAG_CODE_VALUE);
	if (strcmp(value, "1") == 0)
		return "";
	if (strcmp(attr_string(at, code, TAG_CODE_SCHEME), "UCUM") == 0 && value[0] != '{' &&
	    value[0] != '\0')
		return value;
	return attr_code_meaning(at, measured, TAG_UNITS);
}

static const char *
sr_value_number(const struct attr *at, const struct dicom_item *item)
{
	const struct dicom_item *measured = dicom_item_at(item, TAG_MEASURED, 0);
	const char *number, *units;

	if (measured == NULL)
		return attr_code_meaning(at, item, TAG_QUALIFIER);
	number = attr_string(at, measured, TAG_NUMBER);
	units = sr_units(at, measured);
	if (number[0] == '\0')
		return attr_code_meaning(at, item, TAG_QUALIFIER);
	return sr_or_empty(
	    arena_printf(at->a, "%s%s%s", number, units[0] == '\0' ? "" : " ", units));
}

static const struct sr_type TYPES[] = {
    {"TEXT", sr_value_text},
    {"CODE", sr_value_code},
    {"NUM", sr_value_number},
    {"PNAME", sr_value_person},
    {"DATE", sr_value_date},
    {"TIME", sr_value_time},
    {"DATETIME", sr_value_datetime},
};

/* What an item says in words, "" when nothing. */
static const char *
sr_value(const struct attr *at, const struct dicom_item *item, const char *type)
{
	for (size_t i = 0; i < ARRAY_LEN(TYPES); i++)
		if (strcmp(TYPES[i].name, type) == 0)
			return TYPES[i].value(at, item);
	return "";
}

static bool
sr_is_content(const struct attr *at, const struct dicom_item *item)
{
	static const char *const WANTED[] = {"CONTAINS", "HAS PROPERTIES", "INFERRED FROM"};
	const char *relation = attr_string(at, item, TAG_RELATION);

	for (size_t i = 0; i < ARRAY_LEN(WANTED); i++)
		if (strcmp(WANTED[i], relation) == 0)
			return true;
	return false;
}

static void
sr_heading(struct sr *sr, const char *name)
{
	char *upper = (char *)u8_toupper(
	    (const uint8_t *)name, strlen(name) + 1, NULL, NULL, NULL, &(size_t){0});

	if (sr->text->len > 0)
		sr_put(sr, "\n");
	sr_put(sr, upper == NULL ? name : upper);
	sr_put(sr, "\n");
	free(upper);
}

static void sr_children(struct sr *sr, const struct attr *outer, const struct dicom_item *item,
    unsigned depth, unsigned level);

/*
 * One item. depth is the indent, level the distance from the root: there a
 * text's name is a heading, since the simplest reports have no others.
 */
static void
sr_item(struct sr *sr, const struct attr *outer, const struct dicom_item *item, unsigned depth,
    unsigned level, bool alone)
{
	struct attr at = attr_inside(outer, item);
	const char *type = attr_string(&at, item, TAG_VALUE_TYPE);
	const char *name = attr_code_meaning(&at, item, TAG_CONCEPT);
	const char *value;
	bool is_text = strcmp(type, "TEXT") == 0;

	if (strcmp(type, "CONTAINER") == 0) {
		if (name[0] != '\0')
			sr_heading(sr, name);
		sr_children(sr, &at, item, depth, level + 1);
		return;
	}
	value = sr_value(&at, item, type);
	if (value[0] != '\0') {
		if (is_text && level == 0 && name[0] != '\0') {
			sr_heading(sr, name);
			name = "";
		}
		sr_indent(sr, depth);
		if (name[0] != '\0' && !(is_text && alone)) {
			sr_put(sr, name);
			sr_put(sr, ": ");
		}
		sr_put_lines(sr, depth, value);
		depth++;
	}
	sr_children(sr, &at, item, depth, level + 1);
}

/* Whether the texts of a container share one name, which then says nothing. */
static bool
sr_same_names(const struct attr *at, const struct dicom_item *item, size_t n)
{
	const struct dicom_item *child;
	const char *first = NULL, *name;

	for (size_t i = 0; i < n; i++) {
		child = dicom_item_at(item, TAG_CONTENT, i);
		if (!sr_is_content(at, child) ||
		    strcmp(attr_string(at, child, TAG_VALUE_TYPE), "TEXT") != 0)
			continue;
		name = attr_code_meaning(at, child, TAG_CONCEPT);
		if (first != NULL && strcmp(first, name) != 0)
			return false;
		first = name;
	}
	return true;
}

static void
sr_children(struct sr *sr, const struct attr *outer, const struct dicom_item *item, unsigned depth,
    unsigned level)
{
	size_t n = dicom_n_items(item, TAG_CONTENT);
	bool alone = n <= SR_CHILDREN_MAX && sr_same_names(outer, item, n);
	const struct dicom_item *child;

	/* each is looked for from the first on */
	if (n > SR_CHILDREN_MAX)
		sr->full = true;

	for (size_t i = 0; i < n && !sr->full; i++) {
		child = dicom_item_at(item, TAG_CONTENT, i);
		if (sr_is_content(outer, child))
			sr_item(sr, outer, child, depth, level, alone);
	}
}

int
report_structured(const struct attr *at, const struct dicom_item *ds, struct buf *text,
    Emage__ImagingDecodeReply *r, struct refusal *why)
{
	struct sr sr = {.text = text};

	r->report_title = (char *)(uintptr_t)attr_code_meaning(at, ds, TAG_CONCEPT);
	report_signature(at, ds, r);
	sr_children(&sr, at, ds, 0, 0);
	if (sr.full)
		return refuse(why, "ContentSequence (0040,A730)", "the report is too long");
	if (arena_exhausted(at->a))
		return refuse(
		    why, "ContentSequence (0040,A730)", "the report takes too much memory");
	if (text->len == 0)
		return refuse(why, "ContentSequence (0040,A730)", "no text in it");
	return 0;
}
