/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_MAILDIR_H
#define EMAGE_COURIER_MAILDIR_H

#include "courier/backend.h"

/* Messages as files of a Maildir on this machine: the embedded default, which
 * needs no network; the folder is made when it is missing. */
extern const struct backend maildir_backend;

#endif
