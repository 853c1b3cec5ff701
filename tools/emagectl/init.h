/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CTL_INIT_H
#define EMAGE_CTL_INIT_H

#include "server/settings.h"
#include "tools/emagectl/place.h"
#include "tools/lib/options.h"

/* The parts of `emagectl init`. Each returns 0, or -EM_E_* after a message. */

struct init_options {
	struct option_list names, sets;
	const char *owner;
};

/* What a new settings file says: the defaults and --set. */
int init_values(const struct init_options *o, struct settings *st_r);
/* Writes it, unless there is one. */
int init_config(struct place *p, const char *path, const struct settings *st);

/* Authority, key and certificate, as far as they are missing. */
int init_tls(struct place *p, const char *directory, const struct init_options *o);

#endif
