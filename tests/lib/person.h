/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_PERSON_H
#define EMAGE_TESTS_PERSON_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/lib/pty_stage.h"

/*
 * A person who uses the client by lines: reads to a text, answers a question.
 * Nothing is read twice. What does not come fails the test.
 */
struct person {
	struct pty *p;
	struct pty_stage *s;
	size_t at;		       /* how far she has read */
	char code[16], first_code[16]; /* that came by e-mail */
	const char *sought;
};

/* NULL options: --linear on a vt100. */
struct person person_new(struct pty_stage *s, const struct pty_stage_options *o);
/* Reads on to the end of this text. */
void hear(struct person *h, const char *text);
/* Reads to a question and answers it. */
void answer(struct person *h, const char *question, const char *text);
void answer_code(struct person *h);
/* To the sections. */
void sign_in(struct person *h);
/* The program ends in order, and has sent nothing but text; then freed. */
void person_end(struct person *h);
void person_leave(struct person *h);
/* Fails unless it is text, line ends, and nothing else. */
void assert_plain(const char *raw, size_t len);

#endif
