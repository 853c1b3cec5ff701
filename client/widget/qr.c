/* SPDX-License-Identifier: MIT */
/*
 * QR codes by libqrencode, drawn with characters.
 */
#include "client/widget/qr.h"

#include <stdlib.h>
#include <string.h>

#include <qrencode.h>

#include "client/widget/paint.h"
#include "common/mem.h"
#include "common/secret.h"

#define QR_UPPER_HALF 0x2580u

bool
qr_make(struct qr *q, const char *text)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
	size_t n;

	qr_release(q);
	if (!code)
		return false;
	n = (size_t)code->width * (size_t)code->width;
	q->size = code->width;
	q->modules = mem_new(n);
	for (size_t i = 0; i < n; i++)
		q->modules[i] = code->data[i] & 1;
	secret_wipe(code->data, n);
	QRcode_free(code);
	return true;
}

void
qr_release(struct qr *q)
{
	if (q->modules)
		secret_wipe(q->modules, (size_t)q->size * (size_t)q->size);
	free(q->modules);
	*q = (struct qr){0};
}

bool
qr_has_halves(void)
{
	const char *term = getenv("TERM");

	return paint_can_show(QR_UPPER_HALF) && !(term && strncmp(term, "linux", 5) == 0);
}

int
qr_rows(const struct qr *q, bool halves)
{
	int modules = q->size + 2 * QR_QUIET;

	return halves ? (modules + 1) / 2 : modules;
}

int
qr_columns(const struct qr *q, bool halves)
{
	int modules = q->size + 2 * QR_QUIET;

	return halves ? modules : 2 * modules;
}

/* Coordinates of the whole, quiet zone included; what lies beyond is light. */
static bool
qr_is_dark(const struct qr *q, int row, int column)
{
	row -= QR_QUIET;
	column -= QR_QUIET;
	if (row < 0 || row >= q->size || column < 0 || column >= q->size)
		return false;
	return q->modules[row * q->size + column] != 0;
}

static void
qr_draw_halves(const struct qr *q, int y, int x, bool ground_is_light)
{
	static const char *const shapes[] = {" ", "▀", "▄", "█"};
	enum style style = ground_is_light ? STYLE_PLAIN : STYLE_LIGHT;

	for (int row = 0; row < qr_rows(q, true); row++) {
		for (int column = 0; column < qr_columns(q, true); column++) {
			unsigned shape = (qr_is_dark(q, 2 * row, column) ? 1 : 0) |
					 (qr_is_dark(q, 2 * row + 1, column) ? 2 : 0);

			paint_text(y + row, x + column, 1, style, shapes[shape]);
		}
	}
}

static void
qr_draw_blanks(const struct qr *q, int y, int x, bool ground_is_light)
{
	enum style light = ground_is_light ? STYLE_DARK : STYLE_LIGHT;
	enum style dark = ground_is_light ? STYLE_LIGHT : STYLE_DARK;

	for (int row = 0; row < qr_rows(q, false); row++)
		for (int column = 0; column < q->size + 2 * QR_QUIET; column++)
			paint_fill(
			    y + row, x + 2 * column, 2, qr_is_dark(q, row, column) ? dark : light);
}

void
qr_draw(const struct qr *q, int y, int x, bool halves, bool ground_is_light)
{
	if (!q->modules)
		return;
	if (halves)
		qr_draw_halves(q, y, x, ground_is_light);
	else
		qr_draw_blanks(q, y, x, ground_is_light);
}
