/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_DAEMON_H
#define EMAGE_SERVER_DAEMON_H

#include "server/settings.h"

#define EXIT_SETTINGS 78 /* EX_CONFIG of sysexits.h */

/* Serves until a signal ends it. Takes the settings. The exit status: 0, 1, or
 * EXIT_SETTINGS. */
int daemon_run(const struct settings_source *from, struct settings *st);

#endif
