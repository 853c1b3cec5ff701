/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_RPPS_H
#define EMAGE_SERVER_POLICY_RPPS_H

#include <stdbool.h>

/* National number of a professional: eleven digits, the last a Luhn key. */
#define POLICY_RPPS_LEN 11u
bool policy_rpps_is_valid(const char *rpps);

#endif
