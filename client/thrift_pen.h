/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_THRIFT_PEN_H
#define EMAGE_CLIENT_THRIFT_PEN_H

#include "client/thrift.h"

/* Inside thrift.c: the cursor, what it writes with, and the bytes so far. */
struct pen {
	int columns;
	int y, x; /* x < 0: not known */
	unsigned look;
	char *bytes;
	size_t len, cap;
};

void pen_put(struct pen *p, const char *bytes, size_t len);
/* As it was; what has been put since is forgotten. */
void pen_rewind(struct pen *p, const struct pen *before);
void pen_move(struct pen *p, int y, int x);
/* Bytes that pen_move() would put. */
size_t pen_distance(const struct pen *p, int y, int x);
/* Whether the cell can be written without a change of look. A blank has no weight. */
bool pen_suits(const struct pen *p, const struct thrift_cell *c);
void pen_take(struct pen *p, const struct thrift_cell *c); /* its look */
void pen_cell(struct pen *p, const struct thrift_cell *c);
void pen_plain(struct pen *p); /* no look */
/* Erases with the ground of the terminal, to the end of the row or of the screen. */
void pen_erase(struct pen *p, bool screen);

bool thrift_cell_is_blank(const struct thrift_cell *c);
bool thrift_cell_same(const struct thrift_cell *a, const struct thrift_cell *b);

#endif
