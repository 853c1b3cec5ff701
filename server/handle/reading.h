/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_READING_H
#define EMAGE_SERVER_HANDLE_READING_H

#include <stddef.h>

/* A file of words being read: an operator's, or the one built in. Every fault is
 * told, not only the first. */
struct reading {
	const char *file;
	unsigned line; /* 0 = the file as a whole */
	char *err;     /* of the caller; faults are appended and cut at err_len */
	size_t err_len;
	unsigned n_faults;
};

/* Adds "file:line: what" and a line's end. */
void reading_fault(struct reading *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The whole file with a NUL at its end, for the caller to free; NULL with the
 * fault told, also when it has max_bytes or more. `absent`, when not NULL, stands
 * for a file that is not there. */
char *reading_file(struct reading *r, size_t max_bytes, const char *absent);

/* How much of s can be shown, lines' ends included; what is left is a fault. */
size_t reading_shown(struct reading *r, const char *s, size_t len);

#endif
