/* SPDX-License-Identifier: MIT */
/*
 * Pictures where there is no terminal.
 */
#include "client/picture/dump.h"

#include <stdlib.h>

#include "client/picture/cells.h"
#include "client/picture/scale.h"
#include "common/err.h"
#include "common/mem.h"

static void
dump_row(const struct picture_cell *cells, unsigned columns, FILE *to)
{
	while (columns > 0 && cells[columns - 1].ch == ' ')
		columns--;
	for (unsigned x = 0; x < columns; x++)
		fputc((int)cells[x].ch, to);
	fputc('\n', to);
}

int
picture_dump_plain(const struct picture_frame *f, const struct picture_view *v, unsigned columns,
    unsigned rows, FILE *to)
{
	/* letters are about twice as high as wide */
	struct picture_room room = {
	    .width = columns, .height = rows, .dot_width = 1, .dot_height = 2};
	struct picture_renderer *r = picture_renderer_new();
	struct picture_canvas c = {0};
	struct picture_cell *cells = mem_new_array((size_t)rows * columns, sizeof(*cells));
	struct picture_map map;

	picture_render(r, f, 0, v, &room, &c, &map);
	picture_cells(&c, PICTURE_PLAIN, cells, rows, columns);
	for (unsigned y = map.top; y < map.bottom; y++)
		dump_row(cells + (size_t)y * columns, columns, to);
	free(cells);
	picture_canvas_release(&c);
	picture_renderer_free(&r);
	return fflush(to) == 0 && !ferror(to) ? 0 : -EM_E_IO;
}
