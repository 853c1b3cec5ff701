/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CTL_IMPORT_H
#define EMAGE_CTL_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

/* Which files `emagectl import dicom` sends. */

struct import_file {
	char *path;
	bool is_named; /* on the command line, so it is sent whatever it is */
};

struct import_list {
	struct import_file *files;
	size_t n, cap;
};

/*
 * Adds a file, or every regular file below a folder in the order of names. A
 * DICOMDIR stands for the folder it lies in. 0, or -EM_E_IO after a message
 * (what could be read is in the list nevertheless).
 */
int import_list_add(struct import_list *l, const char *path);
void import_list_release(struct import_list *l);

/* Whether these first bytes of a file look like DICOM: the mark at 128, or a
 * data set without one. `len` may be short. */
bool import_looks_like_dicom(const unsigned char *bytes, size_t len);

#endif
