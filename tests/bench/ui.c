/* SPDX-License-Identifier: MIT */
/*
 * The client as its person feels it: from the key to the end of the repaint
 * that answers it, through the terminal.
 */
#include "tests/bench/ui.h"

#include <glob.h>
#include <stdlib.h>

#include "common/err.h"
#include "common/mem.h"
#include "tests/bench/proc.h"
#include "tests/lib/pty_stage.h"

#define LARGE_SLICE "/usr/share/octave/packages/dicom-*/imdata/CT-MONO2-16-ankle.dcm"
#define LARGE_WORDS "RT ANKLE"
#define N_KEYS	    40u

static void
ui_must(bool holds, const char *what)
{
	if (!holds)
		die("bench: the client does not come as far as %s", what);
}

/* Median of the time from each key to its repaint. The keys take turns. */
static double
ui_keys_ms(struct pty *p, const char *const *keys, size_t n_keys)
{
	double ms[N_KEYS];
	unsigned i;

	for (i = 0; i < N_KEYS; i++) {
		int64_t from_ns = proc_now_ns();

		pty_send(p, keys[i % n_keys]);
		ui_must(pty_wait_idle(p), "a repaint");
		ms[i] = (double)(proc_now_ns() - from_ns) / 1e6;
	}
	return proc_median(ms, N_KEYS);
}

static struct pty *
ui_client(struct pty_stage *s, unsigned rows, unsigned columns)
{
	static const char *const args[] = {"--graphics", "half", NULL};
	struct pty *p = pty_stage_client(
	    s, &(struct pty_stage_options){.rows = rows, .columns = columns, .args = args});

	ui_must(pty_stage_sign_in(p, s), "the list of exams");
	return p;
}

static void
ui_large(struct table *t, struct pty_stage *s)
{
	static const char *const arrows[] = {"j", "k"}, *const windows[] = {"w", "W"};
	struct pty *p = ui_client(s, 60, 200);

	table_limit(t, "key to repaint, list at 200x60", "ms",
	    ui_keys_ms(p, arrows, ARRAY_LEN(arrows)), 16);
	pty_send(p, "s"); /* oldest first: there it is */
	ui_must(pty_wait_text(p, LARGE_WORDS) && pty_stage_choose(p, LARGE_WORDS), "a large slice");
	pty_key(p, PTY_KEY_ENTER);
	ui_must(pty_wait_screen(p, "report") || pty_wait_screen(p, "viewer"), "its exam");
	pty_send(p, "i");
	ui_must(pty_wait_screen(p, "viewer") && pty_wait_no_text(p, "Chargement"), "its picture");
	ui_must(pty_wait_text(p, "C "), "its window");
	table_limit(t, "slice of 512x512 in another window, 200x60", "ms",
	    ui_keys_ms(p, windows, ARRAY_LEN(windows)), 50);
	pty_free(&p);
}

static void
ui_bytes(struct table *t, struct pty_stage *s)
{
	struct pty *p = ui_client(s, 24, 80);

	ui_must(pty_wait_cursor(p, 8, 1), "the first row");
	pty_mark(p);
	pty_key(p, PTY_KEY_DOWN);
	ui_must(pty_wait_cursor(p, 9, 1) && pty_wait_idle(p), "the second row");
	table_limit(t, "bytes of an arrow key, list at 80x24", "", (double)pty_bytes(p), 250);
	pty_free(&p);
}

void
ui_measure(struct table *t)
{
	struct pty_stage *s = pty_stage_new(true);
	const char *large[] = {NULL, NULL};
	glob_t found;

	ui_must(glob(LARGE_SLICE, 0, NULL, &found) == 0, LARGE_SLICE);
	large[0] = found.gl_pathv[0];
	fixture_import(s->fixture, &s->patient, large);
	globfree(&found);
	ui_large(t, s);
	ui_bytes(t, s);
	pty_stage_free(&s);
}
