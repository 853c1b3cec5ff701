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
	const char *const *but;
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

static char *
golden_of(const struct pty *p, const char *const *but)
{
	char *rows = pty_screen_text(pty_view(p), false), *text;
	unsigned row, column;

	pty_screen_cursor(pty_view(p), &row, &column);
	text = mem_printf("%scursor: row %u column %u%s\n", rows, row, column,
	    pty_screen_cursor_visible(pty_view(p)) ? "" : " hidden");
	free(rows);
	for (; *but != NULL; but++)
		golden_hide(text, *but);
	return text;
}

static bool
golden_holds(struct pty *p, void *arg)
{
	struct golden *g = arg;

	free(g->have);
	g->have = golden_of(p, g->but);
	return g->want != NULL && strcmp(g->want, g->have) == 0;
}

static bool
golden_update(struct pty *p, const char *path, const char *const *but)
{
	FILE *f = fopen(path, "we");
	char *text;
	bool ok;

	pty_settle(p);
	text = golden_of(p, but);
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
	struct golden g = {.want = golden_read(path), .but = but};
	bool same;

	pty_poll(p);
	if (mode != NULL && strcmp(mode, "update") == 0) {
		same = golden_update(p, path, but);
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
