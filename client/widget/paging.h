/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WIDGET_PAGING_H
#define EMAGE_CLIENT_WIDGET_PAGING_H

#include <stdbool.h>
#include <stdint.h>

#include "client/widget/form.h"

/*
 * The row above a list: "Afficher [10 v] par page   Résultats 1 à 10 sur 30
 * Page [ 1] sur 3". The screen asks for pages; here is which one.
 */
struct paging {
	struct choice size;
	struct field page;
	char size_text[8];
	/* of the list as it was answered */
	bool loaded, more; /* more: there are more than `total` */
	uint32_t at, n_pages, total, page_size;
	uint32_t n_rows;
};

/* page_size: 5, 10, 20 or 50. Must not move afterwards. */
void paging_init(struct paging *p, uint32_t page_size);
void paging_release(struct paging *p);
/* A page has come. */
void paging_follow(
    struct paging *p, uint32_t at, uint32_t n_pages, uint32_t total, uint32_t n_rows);
/* None has come: the size is again that of the page that is shown. */
void paging_refused(struct paging *p);
/* What is chosen now. */
uint32_t paging_size(const struct paging *p);
/* The page that is typed in; false when there is no such page. */
bool paging_read(const struct paging *p, uint32_t *page_r);

enum paging_turn {
	PAGING_END,   /* there is nothing that way */
	PAGING_MOVED, /* within the page: the table shows other rows */
	PAGING_ASK,   /* *page_r is wanted */
};
/* A page of the screen first, then a page of the list. */
enum paging_turn paging_turn(
    const struct paging *p, struct table *t, int direction, uint32_t *page_r);

/* Draws at row y, in two rows where one is too narrow; returns the rows used. */
int paging_draw(struct paging *p, struct form *f, size_t size_item, size_t page_item, int y,
    const struct area *room);

#endif
