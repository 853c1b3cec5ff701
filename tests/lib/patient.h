/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_LIB_PATIENT_H
#define EMAGE_TESTS_LIB_PATIENT_H

#include "db/store.h"

/* Somebody fictitious to be adapted and added; the identifier is borrowed. With an
 * address of each kind, and a temporary password that nothing matches. */
struct store_patient_new patient_new(const char *identifier, int64_t now_ms);

#endif
