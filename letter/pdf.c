/* SPDX-License-Identifier: MIT */
/*
 * The letter on A4. Folded in three it shows its address in the right-hand
 * window of a French envelope (DL, NF Z 11-001): nothing else stands in that
 * window. Text is one page where that can be done without small print, else it
 * goes on a second one.
 */
#include "letter/pdf.h"

#include <string.h>

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "common/err.h"

#define MM	     (72.0 / 25.4)
#define PAGE_WIDTH   (210 * MM)
#define PAGE_HEIGHT  (297 * MM)
#define MARGIN_LEFT  (20 * MM)
#define MARGIN_RIGHT (20 * MM)
#define TOP	     (17 * MM)
#define BOTTOM	     (282 * MM)
#define WIDTH	     (PAGE_WIDTH - MARGIN_LEFT - MARGIN_RIGHT)

/* The head: who and what on the left, the address on the right. */
#define HEAD_WIDTH     (86 * MM)
#define ADDRESS_LEFT   (110 * MM)
#define ADDRESS_TOP    (50 * MM)
#define ADDRESS_WIDTH  (80 * MM)
#define ADDRESS_HEIGHT (33 * MM)
#define BODY_TOP       (92 * MM)
#define FOLD	       (99 * MM)

#define SANS "DejaVu Sans"
#define MONO "DejaVu Sans Mono"

/* Points, before the scale of a letter that would be a line too long. */
#define SIZE_SENDER  10.0
#define SIZE_TITLE   19.0
#define SIZE_FIELD   10.0
#define SIZE_ADDRESS 11.0
#define SIZE_TEXT    9.6
#define SIZE_HEADING 10.5
#define SIZE_SECRET  22.0
#define SIZE_SMALL   7.6
#define SIZE_PAGE    8.0
#define SCALE_LEAST  0.9
#define SCALE_STEP   0.02
#define ADDRESS_STEP 0.95

#define GAP	   (2.8 * MM) /* between paragraphs */
#define BULLET	   (5 * MM)
#define BOX_PAD	   (2.5 * MM)
#define BOX_GAP	   (0.8 * MM) /* above and below what is to be typed */
#define BOX_RADIUS (1.5 * MM)

struct pdf {
	const struct content *content;
	cairo_t *cr;
	PangoContext *pango;
	double scale, y;
	unsigned page, n_pages;
	bool draw; /* else only measured */
	bool has_unknown;
};

/* ---------------------------------------------------------------------- text */

struct pdf_style {
	const char *family;
	double size;
	bool bold;
	size_t strong_at, strong_len; /* bytes that are bold in any case */
};

static void
pdf_attribute(PangoAttrList *attrs, PangoAttribute *a, size_t at, size_t len)
{
	a->start_index = (guint)at;
	a->end_index = (guint)(at + len);
	pango_attr_list_insert(attrs, a);
}

/* "e-mage" and its like stay on one line. */
static void
pdf_keep_together(PangoAttrList *attrs, const char *text)
{
	for (const char *at = text; (at = strstr(at, "e-")) != NULL; at += 2)
		if (at == text || at[-1] == ' ' || at[-1] == '.')
			pdf_attribute(
			    attrs, pango_attr_allow_breaks_new(FALSE), (size_t)(at - text), 3);
}

static PangoLayout *
pdf_layout(struct pdf *p, const struct pdf_style *s, double width, const char *text)
{
	PangoFontDescription *font = pango_font_description_new();
	PangoLayout *l = pango_layout_new(p->pango);
	PangoAttrList *attrs = pango_attr_list_new();

	pango_font_description_set_family_static(font, s->family);
	pango_font_description_set_absolute_size(font, s->size * PANGO_SCALE);
	pango_font_description_set_weight(font, s->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(l, font);
	pango_font_description_free(font);
	/* a name that is broken gets no hyphen that is not its own */
	pango_attr_list_insert(attrs, pango_attr_insert_hyphens_new(FALSE));
	/* copied, searched and read out letter by letter */
	pango_attr_list_insert(attrs, pango_attr_font_features_new("liga=0"));
	pdf_keep_together(attrs, text);
	if (s->strong_len > 0)
		pdf_attribute(
		    attrs, pango_attr_weight_new(PANGO_WEIGHT_BOLD), s->strong_at, s->strong_len);
	pango_layout_set_attributes(l, attrs);
	pango_attr_list_unref(attrs);
	pango_layout_set_auto_dir(l, FALSE);
	pango_layout_set_width(l, width > 0 ? (int)(width * PANGO_SCALE) : -1);
	pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_text(l, text, -1);
	if (pango_layout_get_unknown_glyphs_count(l) > 0)
		p->has_unknown = true;
	return l;
}

static double
pdf_height(PangoLayout *l)
{
	int height;

	pango_layout_get_size(l, NULL, &height);
	return (double)height / PANGO_SCALE;
}

static double
pdf_width(PangoLayout *l)
{
	int width;

	pango_layout_get_size(l, &width, NULL);
	return (double)width / PANGO_SCALE;
}

static void
pdf_show(struct pdf *p, PangoLayout *l, double x, double y)
{
	if (!p->draw)
		return;
	cairo_move_to(p->cr, x, y);
	pango_cairo_show_layout(p->cr, l);
}

/* ---------------------------------------------------------------------- pages */

static void
pdf_page_number(struct pdf *p)
{
	const struct pdf_style style = {.family = SANS, .size = SIZE_PAGE};
	char text[32];
	PangoLayout *l;

	if (p->n_pages < 2)
		return;
	g_snprintf(text, sizeof(text), "%u/%u", p->page, p->n_pages);
	l = pdf_layout(p, &style, 0, text);
	pdf_show(p, l, PAGE_WIDTH - MARGIN_RIGHT - pdf_width(l), BOTTOM + 3 * MM);
	g_object_unref(l);
}

static void
pdf_end_page(struct pdf *p)
{
	pdf_page_number(p);
	if (p->draw)
		cairo_show_page(p->cr);
}

/* Room for something that is not to be broken. */
static void
pdf_need(struct pdf *p, double height)
{
	if (p->y + height <= BOTTOM || p->y <= TOP)
		return;
	pdf_end_page(p);
	p->page++;
	p->y = TOP;
}

/* A paragraph, line by line, so that it may go on overleaf. Takes the layout. */
static void
pdf_flow(struct pdf *p, PangoLayout *l, double x)
{
	PangoLayoutIter *it = pango_layout_get_iter(l);

	do {
		PangoLayoutLine *line = pango_layout_iter_get_line_readonly(it);
		PangoRectangle box;
		double height, baseline;

		pango_layout_iter_get_line_extents(it, NULL, &box);
		height = (double)box.height / PANGO_SCALE;
		baseline = (double)(pango_layout_iter_get_baseline(it) - box.y) / PANGO_SCALE;
		pdf_need(p, height);
		if (p->draw) {
			cairo_move_to(p->cr, x + (double)box.x / PANGO_SCALE, p->y + baseline);
			pango_cairo_show_layout_line(p->cr, line);
		}
		p->y += height;
	} while (pango_layout_iter_next_line(it));
	pango_layout_iter_free(it);
	g_object_unref(l);
}

/* ----------------------------------------------------------------------- head */

static void
pdf_head_line(struct pdf *p, const struct pdf_style *s, const char *text)
{
	PangoLayout *l = pdf_layout(p, s, HEAD_WIDTH, text);

	pdf_flow(p, l, MARGIN_LEFT);
}

/* "Prénom : Camille", the label light, the value strong. */
static void
pdf_field(struct pdf *p, const struct content_block *b)
{
	const struct pdf_style style = {.family = SANS,
	    .size = SIZE_FIELD,
	    .strong_at = strlen(b->label) + 1,
	    .strong_len = strlen(b->text)};
	char *text = g_strdup_printf("%s %s", b->label, b->text);

	pdf_head_line(p, &style, text);
	p->y += 0.6 * MM;
	g_free(text);
}

static void
pdf_head(struct pdf *p)
{
	const struct pdf_style sender = {.family = SANS, .size = SIZE_SENDER, .bold = true};
	const struct pdf_style title = {.family = SANS, .size = SIZE_TITLE, .bold = true};

	p->y = TOP;
	for (size_t i = 0; i < p->content->n; i++) {
		const struct content_block *b = &p->content->blocks[i];

		if (b->kind == CONTENT_SENDER) {
			pdf_head_line(p, &sender, b->text);
		} else if (b->kind == CONTENT_TITLE) {
			p->y += 6 * MM;
			pdf_head_line(p, &title, b->text);
			p->y += 6 * MM;
		} else if (b->kind == CONTENT_FIELD) {
			pdf_field(p, b);
		}
	}
}

/* One text of all lines, as large as the window takes it whole. */
static void
pdf_address(struct pdf *p)
{
	struct pdf_style style = {.family = SANS, .size = SIZE_ADDRESS};
	GString *text = g_string_new(NULL);
	PangoLayout *l = NULL;

	for (size_t i = 0; i < p->content->n; i++) {
		if (p->content->blocks[i].kind != CONTENT_ADDRESS)
			continue;
		if (text->len > 0)
			g_string_append_c(text, '\n');
		g_string_append(text, p->content->blocks[i].text);
	}
	do {
		if (l)
			g_object_unref(l);
		l = pdf_layout(p, &style, ADDRESS_WIDTH, text->str);
		style.size *= ADDRESS_STEP;
	} while (pdf_height(l) > ADDRESS_HEIGHT);
	pdf_show(p, l, ADDRESS_LEFT, ADDRESS_TOP);
	g_object_unref(l);
	g_string_free(text, TRUE);
}

/* Where to fold it. */
static void
pdf_fold_marks(struct pdf *p)
{
	if (!p->draw)
		return;
	cairo_save(p->cr);
	cairo_set_line_width(p->cr, 0.4);
	cairo_set_source_rgb(p->cr, 0.5, 0.5, 0.5);
	for (int i = 1; i <= 2; i++) {
		cairo_move_to(p->cr, 5 * MM, i * FOLD);
		cairo_line_to(p->cr, 9 * MM, i * FOLD);
	}
	cairo_stroke(p->cr);
	cairo_restore(p->cr);
}

/* ----------------------------------------------------------------------- body */

static void
pdf_text(struct pdf *p, double size, bool bold, const struct content_block *b)
{
	const struct pdf_style style = {.family = SANS,
	    .size = size * p->scale,
	    .bold = bold,
	    .strong_at = b->strong_at,
	    .strong_len = b->strong_len};

	pdf_flow(p, pdf_layout(p, &style, WIDTH, b->text), MARGIN_LEFT);
	p->y += GAP * p->scale;
}

static void
pdf_item(struct pdf *p, const struct content_block *b)
{
	const struct pdf_style style = {.family = SANS,
	    .size = SIZE_TEXT * p->scale,
	    .strong_at = b->strong_at,
	    .strong_len = b->strong_len};
	const struct pdf_style plain = {.family = SANS, .size = SIZE_TEXT * p->scale};
	PangoLayout *bullet = pdf_layout(p, &plain, 0, "•");

	pdf_need(p, pdf_height(bullet));
	pdf_show(p, bullet, MARGIN_LEFT + 1 * MM, p->y);
	pdf_flow(p, pdf_layout(p, &style, WIDTH - BULLET, b->text), MARGIN_LEFT + BULLET);
	p->y += GAP * p->scale * 0.6;
	g_object_unref(bullet);
}

static void
pdf_frame(struct pdf *p, double y, double height)
{
	const double x = MARGIN_LEFT, w = WIDTH, r = BOX_RADIUS;

	if (!p->draw)
		return;
	cairo_save(p->cr);
	cairo_new_sub_path(p->cr);
	cairo_arc(p->cr, x + w - r, y + r, r, -G_PI / 2, 0);
	cairo_arc(p->cr, x + w - r, y + height - r, r, 0, G_PI / 2);
	cairo_arc(p->cr, x + r, y + height - r, r, G_PI / 2, G_PI);
	cairo_arc(p->cr, x + r, y + r, r, G_PI, 1.5 * G_PI);
	cairo_close_path(p->cr);
	cairo_set_line_width(p->cr, 0.8);
	cairo_stroke(p->cr);
	cairo_restore(p->cr);
}

/* On one line whatever its length: broken, a hyphen could be one of its own. */
static PangoLayout *
pdf_typed(struct pdf *p, const char *text)
{
	struct pdf_style style = {.family = MONO, .size = SIZE_SECRET * p->scale, .bold = true};
	double room = WIDTH - 2 * BOX_PAD, width;
	PangoLayout *l = pdf_layout(p, &style, 0, text);

	width = pdf_width(l);
	if (width <= room)
		return l;
	g_object_unref(l);
	style.size *= room / width;
	return pdf_layout(p, &style, 0, text);
}

static void
pdf_secret(struct pdf *p, const struct content_block *b)
{
	const struct pdf_style strong = {
	    .family = SANS, .size = SIZE_TEXT * p->scale, .bold = true};
	const struct pdf_style plain = {.family = SANS, .size = SIZE_TEXT * p->scale};
	const double inner = WIDTH - 2 * BOX_PAD, x = MARGIN_LEFT + BOX_PAD;
	PangoLayout *lines[] = {
	    pdf_layout(p, &strong, inner, b->label),
	    pdf_typed(p, b->text),
	    pdf_layout(p, &plain, inner, b->note),
	    pdf_layout(p, &plain, inner, b->use),
	};
	const double gap = BOX_GAP * p->scale;
	double height = 2 * BOX_PAD + 2 * gap, y;

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		height += pdf_height(lines[i]);
	p->y += GAP * p->scale * 0.4;
	pdf_need(p, height);
	pdf_frame(p, p->y, height);
	y = p->y + BOX_PAD;
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		bool typed = i == 1;

		y += typed ? gap : 0;
		pdf_show(p, lines[i], typed ? x + (inner - pdf_width(lines[i])) / 2 : x, y);
		y += pdf_height(lines[i]) + (typed ? gap : 0);
		g_object_unref(lines[i]);
	}
	p->y += height + GAP * p->scale;
}

static void
pdf_body(struct pdf *p)
{
	if (p->y < BODY_TOP)
		p->y = BODY_TOP;
	else
		p->y += GAP;
	for (size_t i = 0; i < p->content->n; i++) {
		const struct content_block *b = &p->content->blocks[i];

		if (b->kind == CONTENT_TEXT) {
			pdf_text(p, SIZE_TEXT, false, b);
		} else if (b->kind == CONTENT_ITEM) {
			pdf_item(p, b);
		} else if (b->kind == CONTENT_SECRET) {
			pdf_secret(p, b);
		} else if (b->kind == CONTENT_HEADING) {
			/* with what follows it */
			pdf_need(p, 20 * MM);
			pdf_text(p, SIZE_HEADING, true, b);
		} else if (b->kind == CONTENT_SMALL) {
			p->y += GAP * p->scale;
			pdf_text(p, SIZE_SMALL, false, b);
		}
	}
}

/* The whole of it; how many pages it took. */
static unsigned
pdf_letter(struct pdf *p, bool draw)
{
	p->draw = draw;
	p->page = 1;
	pdf_head(p);
	pdf_address(p);
	pdf_fold_marks(p);
	pdf_body(p);
	pdf_end_page(p);
	return p->page;
}

/* A little smaller if that saves a page. */
static void
pdf_measure(struct pdf *p)
{
	for (p->scale = 1; p->scale >= SCALE_LEAST; p->scale -= SCALE_STEP) {
		p->n_pages = pdf_letter(p, false);
		if (p->n_pages == 1)
			return;
	}
	p->scale = 1;
	p->n_pages = pdf_letter(p, false);
}

/* ---------------------------------------------------------------------- output */

static bool
pdf_has_family(PangoFontMap *map, const char *name)
{
	PangoFontFamily **families;
	bool found = false;
	int n;

	pango_font_map_list_families(map, &families, &n);
	for (int i = 0; i < n && !found; i++)
		found = strcmp(pango_font_family_get_name(families[i]), name) == 0;
	g_free(families);
	return found;
}

static cairo_status_t
pdf_write(void *out, const unsigned char *bytes, unsigned len)
{
	return buf_append(out, bytes, len) < 0 ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

/* What the libraries would print on standard error is of no use to a desk. */
static void
pdf_say_nothing(const gchar *domain, GLogLevelFlags level, const gchar *text, gpointer arg)
{
	(void)domain;
	(void)level;
	(void)text;
	(void)arg;
}

/* Outlines as they are: a page is not a screen. */
static void
pdf_context_options(struct pdf *p)
{
	cairo_font_options_t *o = cairo_font_options_create();

	cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(p->pango, o);
	cairo_font_options_destroy(o);
	pango_cairo_context_set_resolution(p->pango, 72);
	pango_context_set_round_glyph_positions(p->pango, FALSE);
	pango_context_set_base_dir(p->pango, PANGO_DIRECTION_LTR);
	pango_context_set_language(p->pango, pango_language_from_string(p->content->language));
}

/* Nothing of the person; of the time no more than stands on the page, so that
 * the same letter is always the same file. */
static void
pdf_metadata(cairo_surface_t *surface, const struct content *c)
{
	char date[32];

	g_snprintf(date, sizeof(date), "%04u-%02u-%02u", c->date / 10000, c->date / 100 % 100,
	    c->date % 100);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, c->title);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "e-mage");
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
}

int
pdf_make(const struct content *c, struct buf *out_r, struct pdf_report *report_r)
{
	struct pdf p = {.content = c};
	cairo_surface_t *surface;
	cairo_status_t status;

	*report_r = (struct pdf_report){0};
	g_log_set_default_handler(pdf_say_nothing, NULL);
	if (!pdf_has_family(pango_cairo_font_map_get_default(), SANS) ||
	    !pdf_has_family(pango_cairo_font_map_get_default(), MONO))
		return -EM_E_NOT_FOUND;
	surface = cairo_pdf_surface_create_for_stream(pdf_write, out_r, PAGE_WIDTH, PAGE_HEIGHT);
	pdf_metadata(surface, c);
	p.cr = cairo_create(surface);
	p.pango = pango_cairo_create_context(p.cr);
	pdf_context_options(&p);
	pdf_measure(&p);
	pdf_letter(&p, true);
	g_object_unref(p.pango);
	status = cairo_status(p.cr);
	cairo_destroy(p.cr);
	cairo_surface_finish(surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	*report_r = (struct pdf_report){.n_pages = p.n_pages, .has_unknown = p.has_unknown};
	if (status == CAIRO_STATUS_WRITE_ERROR)
		return -EM_E_TOO_LARGE;
	return status == CAIRO_STATUS_SUCCESS ? 0 : -EM_E_INTERNAL;
}
