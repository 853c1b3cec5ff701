/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_OPTIONS_H
#define EMAGE_CLIENT_OPTIONS_H

#include <stdbool.h>

/* The command line. Strings are borrowed from argv; NULL = not given. */
struct options {
	const char *server;
	const char *ca;
	const char *config;
	const char *language;
	const char *graphics;
	const char *theme;
	bool kiosk;
	bool staff;
	bool no_mouse;
	bool linear;
};

/* 0, or an exit status + 1 when the program shall end now (help, version,
 * mistake); what there is to say has been printed. */
int options_parse(int argc, char **argv, struct options *o_r);

#endif
