/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_ATTR_H
#define EMAGE_IMAGING_ATTR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mem.h"
#include "imaging/charset.h"
#include "imaging/dicom.h"

/*
 * Attributes as values one can use. Strings live in the arena, are never NULL
 * ("" = absent or unusable) and hold no control character.
 */
struct attr {
	struct arena *a;
	struct charset charset;
	bool has_offset; /* Timezone Offset From UTC (0008,0201) */
	int offset_min;
};

void attr_init(struct attr *at, struct arena *a, const struct dicom_item *ds);
/* The character set inside an item, which may differ. */
struct attr attr_inside(const struct attr *at, const struct dicom_item *item);

/* First value, one line, at most 256 characters. */
const char *attr_string(const struct attr *at, const struct dicom_item *item, uint32_t tag);
/* Value number i of several. */
const char *attr_string_at(
    const struct attr *at, const struct dicom_item *item, uint32_t tag, unsigned i);
/* Whole text, lines kept. */
const char *attr_long_text(const struct attr *at, const struct dicom_item *item, uint32_t tag);
/* FAMILY^Given^Middle^Prefix^Suffix, the alphabetic form where there is one. */
const char *attr_name(const struct attr *at, const struct dicom_item *item, uint32_t tag);
/* The same for reading: "Dr Anne EXEMPLE". */
const char *attr_spoken_name(const struct attr *at, const struct dicom_item *item, uint32_t tag);
/* "" unless it is made of digits and dots, 64 at most. */
const char *attr_uid(const struct attr *at, const struct dicom_item *item, uint32_t tag);
/* Meaning of the first code of a sequence. */
const char *attr_code_meaning(
    const struct attr *at, const struct dicom_item *item, uint32_t sequence);

/* yyyymmdd and hhmmss; 0 when absent or no date. */
uint32_t attr_date(const struct attr *at, const struct dicom_item *item, uint32_t tag);
uint32_t attr_time(const struct attr *at, const struct dicom_item *item, uint32_t tag);
/* UTC epoch of a DT value; without an offset of its own the dataset's, else
 * Paris. 0 when absent. */
int64_t attr_datetime_ms(const struct attr *at, const struct dicom_item *item, uint32_t tag);
/* Finite number, or otherwise. */
double attr_number(const struct dicom_item *item, uint32_t tag, double otherwise);
/* A finite list of exactly n, or false. */
bool attr_vector(const struct dicom_item *item, uint32_t tag, double *v_r, size_t n);

#endif
