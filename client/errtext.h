/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_ERRTEXT_H
#define EMAGE_CLIENT_ERRTEXT_H

#include <stddef.h>

#include "proto/common.pb-c.h"

/* An error (common/err.def, either sign) in the person's language: what is
 * wrong and how to mend it. e may be NULL. */
void errtext(int err, const Emage__Error *e, char *out_r, size_t len);
/* "Réessayez dans 30 secondes." */
void errtext_wait(unsigned seconds, char *out_r, size_t len);
/* For longer waits: "Réessayez dans 71 heures." */
void errtext_hours(unsigned seconds, char *out_r, size_t len);

#endif
