/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_REFUSAL_H
#define EMAGE_IMAGING_REFUSAL_H

/*
 * Why a file is not taken, in words for an operator. Never a value out of the
 * file: reasons go to logs and terminals.
 */
struct refusal {
	char reason[128];
	char field[64]; /* "BitsAllocated (0028,0100)", or "" */
};

/* Fills it (the first reason stays) and returns -EM_E_INVALID. */
int refuse(struct refusal *r, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
