/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_DUMP_H
#define EMAGE_CLIENT_DUMP_H

#include <stdio.h>

#include "client/picture/picture.h"

/*
 * A picture in ASCII letters on a stream, at most columns x rows, empty margins
 * left out: for pipes, logs and terminals that can do nothing. 0 or -EM_E_IO.
 */
int picture_dump_plain(const struct picture_frame *f, const struct picture_view *v,
    unsigned columns, unsigned rows, FILE *to);

#endif
