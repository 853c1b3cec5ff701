/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_TR_H
#define EMAGE_CLIENT_TR_H

#include <libintl.h>

/* Message ids are the guide's French; catalogues are in po/. Strings are UTF-8
 * whatever the terminal speaks. */
#define _(s)  gettext(s)
#define N_(s) s

#endif
