/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_RPPS_H
#define EMAGE_TESTS_RPPS_H

/* The n-th RPPS number of tests, n < 10^8: "10", eight digits, and the Luhn key. */
void rpps_make(unsigned n, char rpps_r[12]);

#endif
