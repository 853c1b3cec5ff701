/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_LETTER_FILE_H
#define EMAGE_LETTER_FILE_H

#include <limits.h>
#include <stddef.h>

/* Letters as files: for their owner alone (0600), and never over one that is
 * there. On failure nothing of it stays. */

/* 0 or -errno; -EEXIST when there is something of that name. */
int file_new(const char *path, const void *bytes, size_t len);
/* FOLDER/STEM.EXT, or STEM-2.EXT and so on when there is one. What is no letter,
 * digit or hyphen of ASCII in the stem becomes one. 0 and the path, or -errno. */
int file_new_in(const char *folder, const char *stem, const char *ext, const void *bytes,
    size_t len, char path_r[PATH_MAX]);
/* All of it to an open descriptor. 0 or -errno. */
int file_write(int fd, const void *bytes, size_t len);

#endif
