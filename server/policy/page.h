/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_PAGE_H
#define EMAGE_SERVER_POLICY_PAGE_H

#include <stdint.h>

/* Where a page of a list lies. */
struct policy_page {
	uint32_t page;	  /* the one shown, from 1; 1 also when there is nothing */
	uint32_t n_pages; /* at least 1: "Page 1 sur 1" */
	uint32_t offset;  /* of its first row */
	uint32_t n_rows;  /* on it */
};

/* A page past the end is the last one, page 0 the first; a size of 0 is 1. */
struct policy_page policy_page(uint32_t total, uint32_t page, uint32_t size);

#endif
