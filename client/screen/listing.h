/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SCREEN_LISTING_H
#define EMAGE_CLIENT_SCREEN_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "client/app.h"
#include "client/widget/form.h"
#include "client/widget/paging.h"

/*
 * What the screens with a list have in common: reading what is typed into their
 * fields, with the words for what is wrong and the focus where it is to be
 * mended. Nothing typed is changed.
 */

/* An item that is a FIELD_DATE; 0 for an empty one. */
bool listing_read_date(struct screen *s, struct form *f, size_t item, uint32_t *date_r);
/* Both ends of a period, in their order. */
bool listing_read_period(struct screen *s, struct form *f, size_t from_item, size_t to_item,
    uint32_t *from_r, uint32_t *to_r);
bool listing_read_page(
    struct screen *s, struct form *f, size_t item, const struct paging *p, uint32_t *page_r);
/* A page down (1) or up (-1); true when *page_r is to be asked for. */
bool listing_turn(
    struct screen *s, const struct paging *p, struct table *t, int direction, uint32_t *page_r);
/* After an event: says so when the field with the focus took no more of it. */
void listing_tell_full(struct screen *s, struct form *f);

/* In a small window the criteria give their rows to the list while the focus is not
 * in them: F2 brings them. */
bool listing_hides_filter(const struct form *f, size_t last_criterion, const struct area *room);
/* Draws the table of a form whose items those are. */
void listing_draw_table(
    struct form *f, size_t headers_item, size_t rows_item, struct table *t, const struct area *a);

#endif
