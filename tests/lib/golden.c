/* SPDX-License-Identifier: MIT */
/*
 * Golden screens: text files under version control that say what a screen
 * looks like.
 */
#include "tests/lib/golden.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"

struct golden {
	char *want; /* NULL = no file */
	char *have; /* newest screen compared */
	bool attrs;
	const char *const *but;
};

/* Without colours, attributes are what tells a title, a field or a hit from text. */
static const struct {
	enum pty_attr attr;
	const char *name;
} golden_attr_names[] = {
    {PTY_BOLD, "bold"},
    {PTY_UNDERLINE, "underline"},
    {PTY_REVERSE, "reverse"},
};

static char *
golden_path(const struct pty *p, const char *name, const char *language)
{
	const char *source = getenv("EMAGE_SOURCE");

	return mem_printf("%s/tests/ui/golden/%s.%s.%ux%u.txt", source ? source : ".", name,
	    language, pty_screen_columns(pty_view(p)), pty_screen_rows(pty_view(p)));
}

static char *
golden_read(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;

	if (f == NULL)
		return NULL;
	n = getdelim(&text, &cap, '\0', f);
	fclose(f);
	if (n < 0) {
		free(text);
		return mem_strdup("");
	}
	return text;
}

static void
golden_hide(char *text, const char *what)
{
	size_t len = strlen(what);

	for (char *at = text; len > 0 && (at = strstr(at, what)) != NULL; at += len)
		memset(at, '#', len);
}

/* Writes the runs of cells of one row that have the attribute. */
static void
golden_put_runs(FILE *out, const struct pty_screen *s, unsigned row, size_t which)
{
	unsigned columns = pty_screen_columns(s);
	bool any = false;

	for (unsigned from = 0, to; from < columns; from = to + 1) {
		for (to = from; to < columns && (pty_screen_attrs(s, row, to) &
						    (unsigned)golden_attr_names[which].attr);
		     to++)
			continue;
		if (to == from)
			continue;
		if (!any)
			fprintf(out, "row %u %s:", row, golden_attr_names[which].name);
		fprintf(out, " %u-%u", from, to - 1);
		any = true;
	}
	if (any)
		fputc('\n', out);
}

/* "row 3 bold: 1-17", a line for each row and attribute in use. */
static char *
golden_attrs(const struct pty_screen *s)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return mem_strdup("");
	for (unsigned row = 0; row < pty_screen_rows(s); row++)
		for (size_t which = 0; which < ARRAY_LEN(golden_attr_names); which++)
			golden_put_runs(out, s, row, which);
	fclose(out);
	return text;
}

static char *
golden_of(const struct pty *p, bool attrs, const char *const *but)
{
	char *shown = attrs ? golden_attrs(pty_view(p)) : mem_strdup("");
	char *rows = pty_screen_text(pty_view(p), false), *text;
	unsigned row, column;

	pty_screen_cursor(pty_view(p), &row, &column);
	text = mem_printf("%scursor: row %u column %u%s\n%s", rows, row, column,
	    pty_screen_cursor_visible(pty_view(p)) ? "" : " hidden", shown);
	free(rows);
	free(shown);
	for (; *but != NULL; but++)
		golden_hide(text, *but);
	return text;
}

static bool
golden_holds(struct pty *p, void *arg)
{
	struct golden *g = arg;

	free(g->have);
	g->have = golden_of(p, g->attrs, g->but);
	return g->want != NULL && strcmp(g->want, g->have) == 0;
}

static bool
golden_update(struct pty *p, const char *path, const struct golden *g)
{
	FILE *f = fopen(path, "we");
	char *text;
	bool ok;

	pty_settle(p);
	text = golden_of(p, g->attrs, g->but);
	ok = f != NULL && fputs(text, f) >= 0;

	if (f != NULL && fclose(f) != 0)
		ok = false;
	if (!ok)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	free(text);
	return ok;
}

/* Next line of *text without its end; NULL after the last. */
static char *
golden_line(char **text)
{
	char *line = *text;
	size_t len;

	if (line == NULL || *line == '\0')
		return NULL;
	len = strcspn(line, "\n");
	*text = line + len + (line[len] != '\0');
	line[len] = '\0';
	return line;
}

static void
golden_print_difference(const struct pty *p, const char *path, struct golden *g)
{
	char *want_at = g->want, *have_at = g->have, *want, *have;
	unsigned row = 0;

	if (pty_is_quiet(p))
		return;
	fprintf(stderr, "%s:%s\n", path,
	    g->want == NULL ? " no such file (EMAGE_GOLDEN=update makes it)" : "");
	for (;; row++) {
		want = golden_line(&want_at);
		have = golden_line(&have_at);
		if (want == NULL && have == NULL)
			return;
		if (want != NULL && have != NULL && strcmp(want, have) == 0)
			continue;
		if (want != NULL)
			fprintf(stderr, "%3u -%s\n", row, want);
		if (have != NULL)
			fprintf(stderr, "%3u +%s\n", row, have);
	}
}

bool
golden_matches(struct pty *p, const char *name, const char *language)
{
	static const char *const nothing[] = {NULL};

	return golden_matches_but(p, name, language, nothing);
}

bool
golden_matches_but(struct pty *p, const char *name, const char *language, const char *const *but)
{
	const char *mode = getenv("EMAGE_GOLDEN");
	char *path = golden_path(p, name, language);
	struct golden g = {
	    .want = golden_read(path),
	    .attrs = strstr(language, "mono") != NULL,
	    .but = but,
	};
	bool same;

	pty_poll(p);
	if (mode != NULL && strcmp(mode, "update") == 0) {
		same = golden_update(p, path, &g);
	} else if (g.want == NULL) {
		same = golden_holds(p, &g);
		golden_print_difference(p, path, &g);
	} else {
		same = pty_wait(p, golden_holds, &g, path);
		if (!same)
			golden_print_difference(p, path, &g);
	}
	free(g.want);
	free(g.have);
	free(path);
	return same;
}
