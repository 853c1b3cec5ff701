/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_THRIFT_SCROLL_H
#define EMAGE_CLIENT_THRIFT_SCROLL_H

#include "client/thrift_pen.h"

/* Inside thrift.c: rows that are wanted n rows above (n < 0: below) where they are. */
struct thrift_scroll {
	int n;		 /* 0: none */
	int top, bottom; /* of all that moves or is laid bare */
};

/* The longest run of them, whatever it saves. */
struct thrift_scroll thrift_scroll_find(
    const struct thrift_cell *shown, const struct thrift_cell *want, int rows, int columns);
/* In the terminal; and in what it is known to show. */
void pen_scroll(struct pen *p, const struct thrift_scroll *s);
void thrift_scroll_apply(const struct thrift_scroll *s, struct thrift_cell *shown, int columns);

#endif
