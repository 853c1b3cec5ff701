/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_AWAIT_H
#define EMAGE_TESTS_AWAIT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Waits until a growing file has this text behind `from` bytes; the offset behind it
 * in *at_r unless NULL. false when it never comes (a minute), with what the file holds
 * on standard error. The file may not be there yet, its folder must.
 */
bool await_text(const char *path, size_t from, const char *text, size_t *at_r);

/* A free TCP port of loopback. It may be taken before it is used: for servers that
 * cannot choose one themselves. */
unsigned await_free_port(void);

#endif
