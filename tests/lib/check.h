/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_LIB_CHECK_H
#define EMAGE_TESTS_LIB_CHECK_H

/* CMocka with the headers that it wants first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
