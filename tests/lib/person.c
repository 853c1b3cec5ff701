/* SPDX-License-Identifier: MIT */
/*
 * Reading and answering.
 */
#include "tests/lib/person.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "common/text.h"
#include "tests/lib/check.h"

struct person
person_new(struct pty_stage *s, const struct pty_stage_options *o)
{
	static const char *const args[] = {"--linear", NULL};
	struct pty_stage_options usual = {.term = "vt100", .args = args};

	return (struct person){.p = pty_stage_client(s, o ? o : &usual), .s = s};
}

static const char *
person_find(const struct person *h, const char *text)
{
	size_t len;
	const char *raw = pty_raw(h->p, &len);

	return len > h->at ? memmem(raw + h->at, len - h->at, text, strlen(text)) : NULL;
}

static bool
person_has_read(struct pty *p, void *arg)
{
	const struct person *h = arg;

	(void)p;
	return person_find(h, h->sought) != NULL;
}

void
hear(struct person *h, const char *text)
{
	size_t len;

	h->sought = text;
	if (!pty_wait(h->p, person_has_read, h, text)) {
		const char *raw = pty_raw(h->p, &len);

		fprintf(stderr, "%.*s\n", (int)(len - h->at), raw + h->at);
		fail_msg("never said: %s", text);
	}
	h->at = (size_t)(person_find(h, text) - pty_raw(h->p, &len)) + strlen(text);
}

void
answer(struct person *h, const char *question, const char *text)
{
	hear(h, question);
	pty_send(h->p, text);
	pty_send(h->p, "\n");
}

void
answer_code(struct person *h)
{
	hear(h, "Un code d'accès à usage unique vous a été envoyé (e-mail) : c");
	fixture_next_code(h->s->mailbox, h->code);
	answer(h, "Code d'accès :", h->code);
}

void
sign_in(struct person *h)
{
	answer(h, "Identifiant : ", h->s->patient.identifier);
	answer(h, "Mot de passe : ", h->s->patient.password);
	answer_code(h);
	hear(h, "1 Examens");
}

void
assert_plain(const char *raw, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n = text_decode(raw + i, len - i, &cp);

		assert_true(n > 0);
		if (cp != '\n' && cp != '\r' && !text_cp_is_safe(cp)) {
			fprintf(stderr, "byte %zu is U+%04X\n", i, cp);
			fail();
		}
		i += n;
	}
}

void
person_end(struct person *h)
{
	int status;
	size_t len;
	const char *raw;

	assert_true(pty_wait_exit(h->p, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	raw = pty_raw(h->p, &len);
	assert_plain(raw, len);
}

void
person_leave(struct person *h)
{
	person_end(h);
	pty_free(&h->p);
}
