/* SPDX-License-Identifier: MIT */
/*
 * The images of an exam in words; drawn in plain characters when asked for.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/linear/talk.h"
#include "client/model/study.h"
#include "client/picture/cells.h"
#include "client/picture/pane.h"
#include "client/screen/viewer.h"
#include "client/screen/viewer_look.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

#define IMAGES_MAX_COLUMNS 240u
#define IMAGES_MAX_ROWS	   200u
#define IMAGES_CELL_WIDTH  8u
#define IMAGES_CELL_HEIGHT 16u

enum images_command {
	IMAGES_NEXT,
	IMAGES_PREVIOUS,
	IMAGES_DRAW,
	IMAGES_WINDOW,
	IMAGES_INVERT,
	IMAGES_DESCRIBE,
	IMAGES_SERIES,
};
static const struct linear_command images_commands[] = {
    [IMAGES_NEXT] = {"", N_("image suivante")},
    [IMAGES_PREVIOUS] = {"p", N_("image précédente")},
    [IMAGES_DRAW] = {"d", N_("dessine l'image avec des caractères")},
    [IMAGES_WINDOW] = {"w", N_("choisit la fenêtre")},
    [IMAGES_INVERT] = {"n", N_("échange le noir et le blanc")},
    [IMAGES_DESCRIBE] = {"r", N_("décrit l'image encore une fois")},
    [IMAGES_SERIES] = {"s", N_("choisit une autre série")},
};

struct images {
	struct linear *l;
	struct study study;
	size_t series;
	uint32_t at;
	/* how it looks */
	struct look_window window;
	bool has_window;
	bool invert;
};

/* --------------------------------------------------------------------- loading */

static int
images_take_series(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	study_take_series(arg, (const Emage__ExamSeriesReply *)msg);
	return 0;
}

static bool
images_load(struct images *m, const struct exam *exam)
{
	Emage__ExamSeriesRequest r = EMAGE__EXAM_SERIES_REQUEST__INIT;
	int err;

	r.exam_id = exam->id;
	err = linear_call(
	    m->l, METHOD_exam_series, &r.base, LINEAR_AGAIN, images_take_series, &m->study);
	if (err < 0)
		linear_say_error(m->l, err);
	else if (m->study.n_series == 0)
		linear_say(m->l, "%s", _("Cet examen ne contient pas d'image."));
	return err == 0 && m->study.n_series > 0;
}

static int
images_take_frame(void *arg, const ProtobufCMessage *msg, bool more)
{
	int taken = study_take(arg, (const Emage__FrameGetReply *)msg);

	(void)more;
	return taken < 0 ? taken : 0;
}

/* The frame that is looked at; NULL when it cannot be had, which has been said. */
static const struct study_frame *
images_frame(struct images *m)
{
	struct study_frame *f = study_frame(&m->study, m->series, m->at);
	const struct study_ask ask = {.series = m->series, .first = m->at, .count = 1};
	Emage__FrameGetRequest r = EMAGE__FRAME_GET_REQUEST__INIT;
	int err = 0;

	study_forgive(&m->study);
	r.series_id = m->study.series[m->series].id;
	r.first = m->at;
	r.count = 1;
	while (f->state != STUDY_HERE) {
		study_asked(&m->study, &ask);
		err = linear_call(
		    m->l, METHOD_frame_get, &r.base, LINEAR_ONCE, images_take_frame, &m->study);
		study_ended(&m->study);
		if (err < 0 && err != -EM_E_CLOSED)
			break;
		if (err == 0 && f->state != STUDY_HERE)
			err = -EM_E_NOT_FOUND;
		if (err == -EM_E_NOT_FOUND)
			break;
	}
	study_trim(&m->study, m->series, m->at);
	if (f->state == STUDY_HERE && study_pixels(&m->study, m->series, m->at) != NULL)
		return f;
	if (err < 0)
		linear_say_error(m->l, err);
	linear_say(m->l, _("Image %u illisible"), m->at + 1);
	return NULL;
}

/* ----------------------------------------------------------------------- words */

static void
images_say_series(struct images *m)
{
	linear_say(m->l, "%s", _("Séries"));
	for (size_t i = 0; i < m->study.n_series; i++) {
		const struct study_series *s = &m->study.series[i];
		char words[160], n[48];

		viewer_series_words(s, words, sizeof(words));
		snprintf(n, sizeof(n), ngettext("%u image", "%u images", s->n_frames), s->n_frames);
		linear_say(m->l, "%zu. %s, %s, %s", i + 1, s->modality, words, n);
	}
}

/* "AR" -> "avant, droite du patient". */
static void
images_direction(const char *letters, char *out, size_t len)
{
	static const struct {
		char letter;
		const char *word;
	} words[] = {
	    {'A', N_("avant du corps")},
	    {'P', N_("arrière du corps")},
	    {'R', N_("droite du patient")},
	    {'L', N_("gauche du patient")},
	    {'H', N_("tête")},
	    {'F', N_("pieds")},
	};
	size_t n = 0;

	out[0] = '\0';
	for (; *letters; letters++)
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (words[i].letter == *letters && n < len)
				n += (size_t)snprintf(
				    out + n, len - n, "%s%s", n > 0 ? ", " : "", _(words[i].word));
}

static void
images_say_orientation(struct images *m, const Emage__FrameInfo *info)
{
	struct look_edges e = look_edges(info);
	const char *letters[] = {e.left, e.right, e.top, e.bottom};
	char words[4][128];

	for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
		if (letters[i][0] == '\0')
			return;
		images_direction(letters[i], words[i], sizeof(words[i]));
	}
	linear_say(m->l, _("À gauche de l'image : %s"), words[0]);
	linear_say(m->l, _("À droite de l'image : %s"), words[1]);
	linear_say(m->l, _("En haut de l'image : %s"), words[2]);
	linear_say(m->l, _("En bas de l'image : %s"), words[3]);
}

/* With the comma or the point of the person's language. */
static void
images_number(double value, char out_r[32])
{
	char *point;

	snprintf(out_r, 32, "%.1f", value);
	point = strchr(out_r, '.');
	if (point && strcmp(lang_now(), "en") != 0)
		*point = ',';
}

static void
images_say_size(struct images *m, const Emage__FrameInfo *info)
{
	char number[32];

	linear_say(m->l, _("Taille : %1$u sur %2$u pixels"), info->columns, info->rows);
	if (info->n_pixel_spacing_mm == 2)
		linear_say(m->l, _("Champ : %1$.0f sur %2$.0f mm"),
		    info->columns * info->pixel_spacing_mm[1],
		    info->rows * info->pixel_spacing_mm[0]);
	images_number(info->slice_location_mm, number);
	if (info->n_position_mm == 3)
		linear_say(m->l, _("Position : %s mm"), number);
	images_number(info->slice_thickness_mm, number);
	if (info->slice_thickness_mm > 0)
		linear_say(m->l, _("Épaisseur de coupe : %s mm"), number);
}

/* Centre and width of the window that is chosen. */
static void
images_view(struct images *m, const struct study_frame *f, struct picture_view *v_r)
{
	*v_r = (struct picture_view){.zoom = 1, .pan_x = 0.5, .pan_y = 0.5, .invert = m->invert};
	if (!m->has_window)
		m->window = look_first(f->info, m->study.series[m->series].modality);
	m->has_window = true;
	picture_window_auto(&f->pixels, &v_r->center, &v_r->width);
	if (f->pixels.grey && look_values(f->info, m->window, &v_r->center, &v_r->width))
		picture_window_clamp(&f->pixels, &v_r->center, &v_r->width);
}

static void
images_say_window(struct images *m, const struct study_frame *f)
{
	struct picture_view v;
	char name[128], text[256];

	images_view(m, f, &v);
	if (f->pixels.grey) {
		look_name(f->info, m->window, name, sizeof(name));
		snprintf(text, sizeof(text), _("C %.0f L %.0f%s%s"), v.center, v.width,
		    name[0] ? ", " : "", name);
		linear_say(m->l, _("Fenêtre : %s"), text);
	}
	if (m->invert)
		linear_say(m->l, "%s", _("négatif"));
	if (f->info->lossy)
		linear_say(m->l, "%s", _("compression avec pertes"));
}

static void
images_describe(struct images *m)
{
	const struct study_series *s = &m->study.series[m->series];
	const struct study_frame *f = images_frame(m);
	char words[160];

	if (m->l->end != LINEAR_GO)
		return;
	viewer_series_words(s, words, sizeof(words));
	linear_say(m->l, _("série %zu/%zu · %s · image %u/%u"), m->series + 1, m->study.n_series,
	    words, m->at + 1, s->n_frames);
	if (!f)
		return;
	linear_say(m->l, _("Modalité : %s"), s->modality);
	images_say_size(m, f->info);
	images_say_window(m, f);
	images_say_orientation(m, f->info);
	linear_say(m->l, "%s", _("Image non diagnostique"));
}

/* --------------------------------------------------------------------- picture */

/* As many rows as the frame's shape asks for at that width. */
static unsigned
images_rows(const struct picture_frame *f, unsigned columns)
{
	bool known = f->spacing_row_mm > 0 && f->spacing_col_mm > 0;
	double high = f->rows * (known ? f->spacing_row_mm : 1);
	double wide = f->columns * (known ? f->spacing_col_mm : 1);
	double rows = columns * high / wide * IMAGES_CELL_WIDTH / IMAGES_CELL_HEIGHT;

	if (!(rows > 1))
		return 1;
	return rows < IMAGES_MAX_ROWS ? (unsigned)lround(rows) : IMAGES_MAX_ROWS;
}

static void
images_say_cells(
    struct images *m, const struct picture_cell *cells, unsigned rows, unsigned columns)
{
	char line[IMAGES_MAX_COLUMNS + 1];

	for (unsigned y = 0; y < rows && m->l->end == LINEAR_GO; y++) {
		unsigned n = columns;

		for (unsigned x = 0; x < columns; x++)
			line[x] = (char)cells[(size_t)y * columns + x].ch;
		while (n > 0 && line[n - 1] == ' ')
			n--;
		linear_say(m->l, "%.*s", (int)n, line);
	}
}

static void
images_draw(struct images *m)
{
	const struct study_frame *f = images_frame(m);
	unsigned columns = lines_columns(m->l->lines);
	struct picture_renderer *renderer;
	struct picture_canvas canvas = {0};
	struct picture_pane_place place;
	struct picture_room room;
	struct picture_view view;
	struct picture_cell *cells;

	if (!f)
		return;
	/* a full line would be followed by an empty one on some terminals */
	columns = columns > 2 ? columns - 1 : 1;
	columns = columns < IMAGES_MAX_COLUMNS ? columns : IMAGES_MAX_COLUMNS;
	place = (struct picture_pane_place){
	    .way = PICTURE_PLAIN,
	    .rows = images_rows(&f->pixels, columns),
	    .columns = columns,
	    .cell_width = IMAGES_CELL_WIDTH,
	    .cell_height = IMAGES_CELL_HEIGHT,
	};
	images_view(m, f, &view);
	room = picture_place_room(&place);
	cells = mem_new_array((size_t)place.rows * columns, sizeof(*cells));
	renderer = picture_renderer_new();
	picture_render(renderer, &f->pixels, 0, &view, &room, &canvas, NULL);
	picture_cells(&canvas, PICTURE_PLAIN, cells, place.rows, columns);
	images_say_cells(m, cells, place.rows, columns);
	linear_say(m->l, "%s", _("Image non diagnostique"));
	free(cells);
	picture_canvas_release(&canvas);
	picture_renderer_free(&renderer);
}

/* --------------------------------------------------------------------- choosing */

static void
images_choose_window(struct images *m)
{
	const char *modality = m->study.series[m->series].modality;
	const struct study_frame *f = images_frame(m);
	size_t n;
	int choice;

	if (!f)
		return;
	n = look_count(f->info, modality);
	for (size_t i = 0; i < n; i++) {
		struct look_window w = look_at(f->info, modality, i);
		char name[128];

		look_name(f->info, w, name, sizeof(name));
		linear_say(m->l, "%zu. %s", i + 1, name);
	}
	choice = linear_pick(m->l, N_("fenêtre"), _("Votre choix :"), (unsigned)n,
	    N_("choisit cette fenêtre"), NULL);
	if (choice < 1)
		return;
	m->window = look_at(f->info, modality, (size_t)choice - 1);
	m->has_window = true;
	images_say_window(m, f);
}

/* False to go back. */
static bool
images_choose_series(struct images *m)
{
	int choice = 1;

	if (m->study.n_series > 1) {
		images_say_series(m);
		choice = linear_pick(m->l, N_("Choisir une série"), _("Votre choix :"),
		    (unsigned)m->study.n_series, N_("ouvre cette série"), NULL);
	}
	if (choice < 1)
		return false;
	m->series = (size_t)choice - 1;
	m->at = 0;
	m->has_window = false;
	return true;
}

static void
images_go(struct images *m, uint32_t at)
{
	uint32_t n = m->study.series[m->series].n_frames;

	if (at >= n) {
		linear_say(m->l, "%s", at == n ? _("dernière image") : _("première image"));
		return;
	}
	m->at = at;
	images_describe(m);
}

static void
images_act(struct images *m, enum images_command c)
{
	switch (c) {
	case IMAGES_NEXT:
		images_go(m, m->at + 1);
		break;
	case IMAGES_PREVIOUS:
		images_go(m, m->at - 1); /* before the first: past every one */
		break;
	case IMAGES_DRAW:
		images_draw(m);
		break;
	case IMAGES_WINDOW:
		images_choose_window(m);
		break;
	case IMAGES_INVERT:
		m->invert = !m->invert;
		images_describe(m);
		break;
	case IMAGES_DESCRIBE:
		images_describe(m);
		break;
	case IMAGES_SERIES:
		break;
	}
}

/* One series, until the person wants another (true) or goes back. */
static bool
images_look(struct images *m)
{
	struct linear_answer a;

	images_describe(m);
	for (;;) {
		const struct linear_prompt p = {
		    .title = N_("Visualiser un examen"),
		    .question = _("Votre choix :"),
		    .commands = images_commands,
		    .n_commands = ARRAY_LEN(images_commands),
		    .hidden = m->study.n_series > 1 ? 0 : 1u << IMAGES_SERIES,
		    .max = m->study.series[m->series].n_frames,
		    .numbers = N_("va à cette image"),
		};

		if (!linear_ask(m->l, &p, &a) || a.kind == LINEAR_BACK)
			return false;
		if (a.kind == LINEAR_NUMBER)
			images_go(m, a.value - 1);
		else if (a.value == IMAGES_SERIES)
			return true;
		else
			images_act(m, (enum images_command)a.value);
	}
}

void
linear_images(struct linear *l, const struct exam *exam)
{
	struct images m = {.l = l};

	study_init(&m.study, STUDY_MAX_BYTES, STUDY_MAX_PIXELS_BYTES);
	if (images_load(&m, exam))
		while (images_choose_series(&m) && images_look(&m))
			;
	study_release(&m.study);
}
