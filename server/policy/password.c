/* SPDX-License-Identifier: MIT */
/*
 * Whether somebody may choose this password. Guessing programs try what people
 * do: a known password or a word of a dictionary, alone, with some digits, with
 * digits for letters; a walk over the keyboard; something short said twice;
 * one's own names. Each is looked for in the folded password without blanks.
 */
#include "server/policy/password.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"
#include "server/policy/blocklist.h"

/* A word with at most so many digits around it is still that word. */
#define PASSWORD_DIGITS_AROUND 8u
/* Own words shorter than this occur in everything. */
#define PASSWORD_OWN_MIN 3u
/* What must be left of a password once the person's own words are out. */
#define PASSWORD_REST_MIN 6u

/* A password in the ways it is looked at; all `cap` bytes, wiped together. */
struct password_forms {
	size_t cap;
	char *squeezed; /* folded, without blanks */
	char *plain;	/* of that, letters and digits */
	char *scratch;
};

static bool
password_is_letter(char c)
{
	/* what lies beyond ASCII after the fold is some script's letter */
	return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

static bool
password_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* -------------------------------------------------------------- too common */

/* Neighbours on French, English and German keyboards, in both directions. */
static bool
password_step_is_walk(char a, char b)
{
	static const char *const rows[] = {"azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop",
	    "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "1234567890"};
	size_t i;

	if (a == b || a == b + 1 || b == a + 1)
		return true;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		const char *at = strchr(rows[i], a);

		if (at && (at[1] == b || (at > rows[i] && at[-1] == b)))
			return true;
	}
	return false;
}

/* Two thirds of its steps go to a neighbour: azertyuiop123, abcdefghijkl. */
static bool
password_is_walk(const char *s)
{
	size_t i, n = strlen(s), n_steps = 0;

	if (n < 2)
		return true;
	for (i = 1; i < n; i++)
		n_steps += password_step_is_walk(s[i - 1], s[i]);
	return 3 * n_steps >= 2 * (n - 1);
}

/* The same again: abcabcabcabc, chocolatchocolat. */
static bool
password_is_repeated(const char *s)
{
	size_t n = strlen(s), period;

	for (period = 1; 2 * period <= n; period++) {
		if (memcmp(s, s + period, n - period) == 0)
			return true;
	}
	return false;
}

static bool
password_has_few_letters(const char *s)
{
	bool seen[256] = {false};
	unsigned n = 0;

	for (; *s && n < 5; s++) {
		n += !seen[(unsigned char)*s];
		seen[(unsigned char)*s] = true;
	}
	return n < 5;
}

/* A listed word with digits before or behind it. */
static bool
password_is_word_and_digits(const struct blocklist *b, struct password_forms *f)
{
	char *word = f->scratch;
	size_t len = strlen(f->plain), start = 0, end = len;

	while (end > 0 && password_is_digit(f->plain[end - 1]))
		end--;
	while (start < end && password_is_digit(f->plain[start]))
		start++;
	if (start == end || start + (len - end) > PASSWORD_DIGITS_AROUND)
		return false;
	memcpy(word, f->plain + start, end - start);
	word[end - start] = '\0';
	return blocklist_has(b, word);
}

/* p4ssw0rd: digits and signs that stand for letters. */
static bool
password_is_disguised(const struct blocklist *b, struct password_forms *f)
{
	static const struct {
		char written, meant;
	} signs[] = {{'0', 'o'}, {'1', 'i'}, {'3', 'e'}, {'4', 'a'}, {'5', 's'}, {'7', 't'},
	    {'8', 'b'}, {'@', 'a'}, {'$', 's'}, {'!', 'i'}};
	size_t i, k, n = 0;

	for (i = 0; f->squeezed[i]; i++) {
		char c = f->squeezed[i];

		for (k = 0; k < ARRAY_LEN(signs) && signs[k].written != c; k++)
			continue;
		if (k < ARRAY_LEN(signs))
			c = signs[k].meant;
		if (password_is_letter(c) || password_is_digit(c))
			f->scratch[n++] = c;
	}
	f->scratch[n] = '\0';
	return n > 0 && blocklist_has(b, f->scratch);
}

static bool
password_is_common(const struct blocklist *b, struct password_forms *f)
{
	if (password_is_walk(f->squeezed) || password_is_repeated(f->squeezed) ||
	    password_has_few_letters(f->squeezed))
		return true;
	if (!b)
		return false;
	return blocklist_has(b, f->squeezed) || (*f->plain && blocklist_has(b, f->plain)) ||
	       password_is_word_and_digits(b, f) || password_is_disguised(b, f);
}

/* ---------------------------------------------------------------- own words */

/* Takes every occurrence of a word out; a mark stays, so that what was apart
 * does not become a word. */
static void
password_strike(char *s, const char *word, size_t len)
{
	char *at = s;

	while ((at = strstr(at, word)) != NULL) {
		size_t behind = strlen(at + len);

		*at = '|';
		memmove(at + 1, at + len, behind + 1);
		secret_wipe(at + 1 + behind + 1, len - 1);
	}
}

/* The parts of one own text: "jean-paul", "c.martin@exemple.fr". */
static void
password_strike_parts(char *s, const char *text)
{
	size_t len = strlen(text), i, from = 0, n;
	char *folded = mem_new(3 * len + 1);

	/* the whole first: "la fontaine" as lafontaine */
	n = blocklist_squeeze(text, len, folded);
	if (n >= PASSWORD_OWN_MIN)
		password_strike(s, folded, n);
	n = text_fold(text, len, folded);
	for (i = 0; i <= n; i++) {
		if (i < n && (password_is_letter(folded[i]) || password_is_digit(folded[i])))
			continue;
		folded[i] = '\0';
		if (i - from >= PASSWORD_OWN_MIN)
			password_strike(s, folded + from, i - from);
		from = i + 1;
	}
	secret_wipe(folded, 3 * len + 1);
	free(folded);
}

static bool
password_is_own(struct password_forms *f, const char *const *words, size_t n_words)
{
	static const char *const here[] = {"e-mage", "pulsy", "imagerie", "médicale"};
	size_t i, n = 0, before = strlen(f->squeezed);

	memcpy(f->scratch, f->squeezed, before + 1);
	for (i = 0; i < n_words; i++) {
		if (words[i] && words[i][0])
			password_strike_parts(f->scratch, words[i]);
	}
	for (i = 0; i < ARRAY_LEN(here); i++)
		password_strike_parts(f->scratch, here[i]);
	if (strlen(f->scratch) == before)
		return false;
	/* digits and signs around one's name are the first to be tried */
	for (i = 0; f->scratch[i]; i++)
		n += password_is_letter(f->scratch[i]);
	return n < PASSWORD_REST_MIN;
}

/* -------------------------------------------------------------------- check */

static void
password_fill(struct password_forms *f, const char *nfc)
{
	size_t len = strlen(nfc), i, n = 0, n_squeezed;

	f->cap = 3 * len + 1;
	f->squeezed = mem_new(f->cap);
	f->plain = mem_new(f->cap);
	f->scratch = mem_new(f->cap);
	n_squeezed = blocklist_squeeze(nfc, len, f->squeezed);
	for (i = 0; i < n_squeezed; i++) {
		if (password_is_letter(f->squeezed[i]) || password_is_digit(f->squeezed[i]))
			f->plain[n++] = f->squeezed[i];
	}
	f->plain[n] = '\0';
}

static void
password_wipe(struct password_forms *f)
{
	char *const all[] = {f->squeezed, f->plain, f->scratch};
	size_t i;

	for (i = 0; i < ARRAY_LEN(all); i++) {
		secret_wipe(all[i], f->cap);
		free(all[i]);
	}
}

static bool
password_has_control(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	}
	return false;
}

int
policy_password_check(const struct blocklist *b, const char *password, unsigned min_chars,
    const char *const *words, size_t n_words)
{
	struct password_forms f;
	char *nfc;
	int rc = 0;

	if (strlen(password) > POLICY_PASSWORD_MAX_BYTES)
		return -EM_E_PASSWORD_LONG;
	nfc = text_nfc(password, strlen(password));
	if (!nfc || password_has_control(nfc)) {
		free(nfc);
		return -EM_E_INVALID;
	}
	password_fill(&f, nfc);
	if (text_count(nfc, strlen(nfc)) < min_chars)
		rc = -EM_E_PASSWORD_SHORT;
	else if (password_is_own(&f, words, n_words))
		rc = -EM_E_PASSWORD_OWN;
	else if (password_is_common(b, &f))
		rc = -EM_E_PASSWORD_COMMON;
	password_wipe(&f);
	secret_wipe(nfc, strlen(nfc));
	free(nfc);
	return rc;
}
