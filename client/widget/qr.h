/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WIDGET_QR_H
#define EMAGE_CLIENT_WIDGET_QR_H

#include <stdbool.h>

/*
 * A QR code in cells: dark on light whatever the theme, with its quiet zone.
 * Two modules a cell where the terminal has half blocks, two cells a module
 * otherwise.
 */
#define QR_QUIET 4 /* modules around, as the standard wants them */

struct qr {
	unsigned char *modules; /* size * size, 1 = dark; NULL: none */
	int size;
};

/* False when the text is too long. Error correction as low as it goes: what is
 * scanned from a screen is not stained. */
bool qr_make(struct qr *q, const char *text);
void qr_release(struct qr *q); /* wipes */

/* Whether half blocks can be trusted: the Linux console's fonts lack them. */
bool qr_has_halves(void);
/* Cells that it takes, quiet zone included. */
int qr_rows(const struct qr *q, bool halves);
int qr_columns(const struct qr *q, bool halves);
/* Light as the screen's ground instead of dark: for a terminal without colours
 * whose ground is light already. */
void qr_draw(const struct qr *q, int y, int x, bool halves, bool ground_is_light);

#endif
