/* SPDX-License-Identifier: MIT */
/* Page arithmetic, once for every list. */
#include "server/policy/page.h"

struct policy_page
policy_page(uint32_t total, uint32_t page, uint32_t size)
{
	struct policy_page p = {.page = page};
	uint32_t left;

	if (size == 0)
		size = 1;
	p.n_pages = total / size + (total % size != 0);
	if (p.n_pages == 0)
		p.n_pages = 1;
	if (p.page == 0)
		p.page = 1;
	if (p.page > p.n_pages)
		p.page = p.n_pages;
	/* cannot overflow: a page that exists begins below total */
	p.offset = (p.page - 1) * size;
	left = total - p.offset;
	p.n_rows = left < size ? left : size;
	return p;
}
