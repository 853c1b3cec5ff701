/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_IMPORT_UPLOAD_H
#define EMAGE_SERVER_HANDLE_IMPORT_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "server/request.h"

/* Takes an upload off the connection, whole or not: its descriptor, the
 * caller's from now on, or -EM_E_NOT_FOUND. io thread only. */
int import_take_upload(struct request *rq, uint32_t id, bool *whole_r);

#endif
