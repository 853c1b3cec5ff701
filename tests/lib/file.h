/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_LIB_FILE_H
#define EMAGE_TESTS_LIB_FILE_H

/*
 * The text becomes the whole of the file at a path, in the place of what was there;
 * nobody else may read a new one. They end the program when they cannot.
 */
void file_write(const char *text, const char *path_fmt, ...) __attribute__((format(printf, 2, 3)));
/* One that can be run. */
void file_write_script(const char *text, const char *path_fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The folder and all that is in it, links not followed. 0, or -1 with errno when
 * something of it stays. */
int file_remove_all(const char *folder);

#endif
