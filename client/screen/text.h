/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SCREEN_TEXT_H
#define EMAGE_CLIENT_SCREEN_TEXT_H

#include "client/screen/screen.h"

/*
 * A text to be read: heading, then a page that scrolls. Inside the personal
 * space or without signing in.
 */
struct text_page {
	const char *name;	    /* of the sync line: "answer"; constant */
	const char *heading, *text; /* copied */
};

struct screen *screen_text_new(struct app *app, const struct text_page *page);

/* What the keys of CTX_TEXT do to a page; false when it is none of them. */
struct pager;
bool screen_text_scroll(struct pager *p, enum action a);
/* The wheel of a mouse; false when it is something else. */
bool screen_text_wheel(struct pager *p, const struct event *ev);

#endif
