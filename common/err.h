/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_ERR_H
#define EMAGE_COMMON_ERR_H

/* EM_E_<name>: positive; functions return them negated. */
enum em_err {
#define ERR(name, number, text) EM_E_##name = number,
#include "common/err.def"
#undef ERR
};

/* Name ("CODE_WRONG") or English text of an error, given with either sign.
 * Never NULL. */
const char *err_name(int err);
const char *err_text(int err);

/* Prints "program: message" to standard error and exits with 1. For set-up,
 * broken invariants and memory exhaustion only. A program that owns a terminal
 * registers how to restore it first. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void die_before_exit(void (*restore)(void));

#endif
