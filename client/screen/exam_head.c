/* SPDX-License-Identifier: MIT */
/*
 * What the two screens of an exam share: its heading and the way between them.
 */
#include "client/screen/screen.h"

#include <stdio.h>

#include "client/lang.h"
#include "client/model/dates.h"
#include "client/model/exams.h"
#include "client/tr.h"

void
screen_exam_draw_brand(const struct exam *exam, const struct area *row)
{
	char when[DATES_LEN];
	char text[512];

	dates_time(lang_now(), exam->taken_at_ms, when);
	snprintf(text, sizeof(text), "%.200s · %s · %.200s",
	    exam->description[0] ? exam->description : exam->modality, when, exam->establishment);
	paint_text(row->y, row->x, row->w, STYLE_BAR, text);
}

void
screen_exam_draw_way(const struct area *row, bool images, const char *detail)
{
	const char *report = _("[C]ompte rendu");
	const char *pictures = _("[I]mages");
	int end = row->x + row->w;
	int x = row->x;

	/* ">" before the one that is shown */
	x += paint_text(row->y, x, 1, STYLE_CURRENT, images ? " " : ">");
	x += paint_text(row->y, x, end - x, images ? STYLE_PLAIN : STYLE_CURRENT, report) + 2;
	x += paint_text(row->y, x, 1, STYLE_CURRENT, images ? ">" : " ");
	x += paint_text(row->y, x, end - x, images ? STYLE_CURRENT : STYLE_PLAIN, pictures);
	if (!detail)
		return;
	x += paint_text(row->y, x, end - x, STYLE_PLAIN, _(" : "));
	paint_text(row->y, x, end - x, STYLE_PLAIN, detail);
}
