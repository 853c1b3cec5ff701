/* SPDX-License-Identifier: MIT */
/*
 * What the environment and terminfo say about the terminal. Apart from the
 * rest, because <term.h> makes macros of common words.
 */
#include "client/picture/probe.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include <curses.h>
#include <term.h>

static bool
probe_is_set(const char *name)
{
	const char *v = getenv(name);

	return v != NULL && v[0] != '\0';
}

struct probe_env
probe_env_read(void)
{
	struct probe_env env = {
	    .term = getenv("TERM"),
	    .colorterm = getenv("COLORTERM"),
	    .term_program = getenv("TERM_PROGRAM"),
	    .in_tmux = probe_is_set("TMUX") || probe_is_set("STY"),
	    .is_remote = probe_is_set("SSH_CONNECTION") || probe_is_set("SSH_TTY"),
	    .is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
	    .no_color = probe_is_set("NO_COLOR"),
	    .n_colors = cur_term != NULL ? tigetnum("colors") : -1,
	};

	return env;
}
