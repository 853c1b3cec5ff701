/* SPDX-License-Identifier: MIT */
/*
 * Reading and answering.
 */
#include "tests/lib/person.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "common/mem.h"
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

/* ----------------------------------------------------------------- golden text */

/* Replaces what differs from run to run: it is known, for it was typed. */
static char *
person_mask(char *text, const char *value, const char *name)
{
	char *found;

	while (value[0] && (found = strstr(text, value)) != NULL) {
		char *next =
		    mem_printf("%.*s%s%s", (int)(found - text), text, name, found + strlen(value));

		free(text);
		text = next;
	}
	return text;
}

/* "02/12/2026 14:32", in each language: the server's clock is the world's. */
static void
person_mask_times(char *text)
{
	regex_t day;
	regmatch_t at;
	size_t from = 0;

	if (regcomp(&day,
		"20(2[6-9]|[3-9][0-9])-[0-9]{2}-[0-9]{2}|"
		"[0-9]{1,2}( [A-Z][a-z]{2} |[./][0-9]{2}[./])20(2[6-9]|[3-9][0-9])"
		"( [0-9]{2}:[0-9]{2})?",
		REG_EXTENDED) != 0)
		fail_msg("regcomp");
	while (regexec(&day, text + from, 1, &at, 0) == 0) {
		size_t len = strlen(text), start = from + (size_t)at.rm_so;

		memcpy(text + start, "<date>", 6);
		memmove(
		    text + start + 6, text + from + at.rm_eo, len - (from + (size_t)at.rm_eo) + 1);
		from = start + 6;
	}
	regfree(&day);
}

char *
person_transcript(const struct person *h)
{
	size_t len, n = 0;
	const char *raw = pty_raw(h->p, &len);
	char *text = mem_new(len + 1);

	for (size_t i = 0; i < len; i++)
		if (raw[i] != '\r')
			text[n++] = raw[i];
	text = person_mask(text, h->s->patient.identifier, "<identifiant>");
	text = person_mask(text, h->first_code, "<code>");
	text = person_mask(text, h->code, "<code>");
	person_mask_times(text);
	return text;
}

void
assert_golden_text(const char *have, const char *name)
{
	char *path = fixture_source(name);
	const char *mode = getenv("EMAGE_GOLDEN");
	FILE *f = fopen(path, mode && strcmp(mode, "update") == 0 ? "w+e" : "re");
	char *want = NULL;
	size_t cap = 0;

	if (f == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	if (mode && strcmp(mode, "update") == 0) {
		fputs(have, f);
		rewind(f);
	}
	if (getdelim(&want, &cap, '\0', f) < 0)
		fail_msg("%s: empty", path);
	fclose(f);
	if (strcmp(want, have) != 0) {
		size_t i = 0;

		while (want[i] == have[i])
			i++;
		while (i > 0 && want[i - 1] != '\n')
			i--;
		fprintf(stderr, "%s:\n-%.300s\n+%.300s\n", path, want + i, have + i);
		fail();
	}
	free(want);
	free(path);
}
