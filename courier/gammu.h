/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_GAMMU_H
#define EMAGE_COURIER_GAMMU_H

#include "courier/backend.h"

/* Short messages as files for gammu-smsd (its FILES back end: OUT*.txtu in the
 * outbox folder, UTF-8), which sends them by a modem of this machine. */
extern const struct backend gammu_backend;

#endif
