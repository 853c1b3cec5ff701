/* SPDX-License-Identifier: MIT */
/*
 * Messages in the Internet Message Format (RFC 5322, 2047, 3834).
 */
#include "courier/mail.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "common/clock.h"
#include "common/mem.h"
#include "common/text.h"

#define ADDRESS_MAX_BYTES 254u
#define KEY_MAX_BYTES	  64u
#define LINE_MAX_BYTES	  998u /* RFC 5322, 2.1.1 */
/* Bytes of text in one encoded word: 39 become 52 of base64, 64 in all, which
 * leaves room for "Subject: " on a line of 76 (RFC 2047, 2). */
#define WORD_MAX_BYTES 39u

/* ----------------------------------------------------------------- checks */

static bool
mail_is_mobile(const struct mail *m)
{
	return strcmp(m->channel, "mobile") == 0;
}

/* No control character: neither end of line nor NUL gets into a header. */
static bool
mail_is_header_text(const char *s)
{
	if (!text_is_utf8(s, strlen(s)))
		return false;
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	}
	return true;
}

static bool
mail_is_address(const char *s, size_t len)
{
	const char *at = memchr(s, '@', len);

	if (at == NULL || at == s || at == s + len - 1 || len > ADDRESS_MAX_BYTES ||
	    memchr(at + 1, '@', len - (size_t)(at + 1 - s)) != NULL)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] <= ' ' || s[i] > '~' || strchr("<>()[],;:\\\"", s[i]) != NULL)
			return false;
	}
	return true;
}

static bool
mail_is_number(const char *s)
{
	size_t n = strlen(s);

	return s[0] == '+' && n >= 9 && n <= 16 && strspn(s + 1, "0123456789") == n - 1;
}

/* The address between the angle brackets of "name <address>", or all of it. */
static const char *
mail_address_of(const char *from, size_t *len_r)
{
	const char *open = strrchr(from, '<');
	const char *s = open == NULL ? from : open + 1;

	*len_r = open == NULL ? strlen(s) : strcspn(s, ">");
	return s;
}

static bool
mail_is_from(const char *from)
{
	size_t len;
	const char *s = mail_address_of(from, &len);

	return mail_is_header_text(from) && mail_is_address(s, len) &&
	       (s == from || strcmp(s + len, ">") == 0);
}

static bool
mail_is_body(const char *s)
{
	if (!text_is_utf8(s, strlen(s)))
		return false;
	while (*s != '\0') {
		size_t len = strcspn(s, "\n");

		if (len > LINE_MAX_BYTES || memchr(s, '\r', len) != NULL)
			return false;
		s += len + (s[len] == '\n');
	}
	return true;
}

static bool
mail_is_key(const char *s)
{
	static const char good[] =
	    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";
	size_t n = strlen(s);

	return n > 0 && n <= KEY_MAX_BYTES && strspn(s, good) == n;
}

const char *
mail_fault(const struct mail *m)
{
	if (!mail_is_mobile(m) && strcmp(m->channel, "email") != 0)
		return "unknown channel";
	if (mail_is_mobile(m) ? !mail_is_number(m->address)
			      : !mail_is_address(m->address, strlen(m->address)))
		return "malformed address";
	if (!mail_is_from(m->from))
		return "malformed sender";
	if (!mail_is_header_text(m->subject))
		return "malformed subject";
	if (!mail_is_body(m->body))
		return "malformed text";
	if (!mail_is_key(m->key))
		return "malformed key";
	return NULL;
}

/* ---------------------------------------------------------------- headers */

static bool
mail_is_ascii(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)s[i] > 0x7e)
			return false;
	}
	return true;
}

/* Text of a header: as it is, or in encoded words of whole characters. */
static void
mail_put_text(FILE *out, const char *s, size_t len)
{
	if (mail_is_ascii(s, len) && len < 70) {
		(void)fwrite(s, 1, len, out);
		return;
	}
	while (len > 0) {
		char
		    word[sodium_base64_ENCODED_LEN(WORD_MAX_BYTES, sodium_base64_VARIANT_ORIGINAL)];
		size_t n = 0, next;
		uint32_t cp;

		while (n < len && (next = text_decode(s + n, len - n, &cp)) > 0 &&
		       n + next <= WORD_MAX_BYTES)
			n += next;
		(void)sodium_bin2base64(
		    word, sizeof(word), (const uint8_t *)s, n, sodium_base64_VARIANT_ORIGINAL);
		s += n;
		len -= n;
		(void)fprintf(out, "=?UTF-8?B?%s?=%s", word, len > 0 ? "\n " : "");
	}
}

/* The day and the hour in Paris, in the words of RFC 5322 whatever the locale. */
static void
mail_put_date(FILE *out, int64_t now_ms)
{
	static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[12][4] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct clock_civil c = clock_paris(now_ms);
	time_t local = (time_t)(now_ms / 1000 + c.offset_min * 60);
	struct tm tm;

	(void)gmtime_r(&local, &tm);
	(void)fprintf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d %c%02d%02d\n", days[tm.tm_wday],
	    c.day, months[tm.tm_mon], c.year, c.hour, c.minute, c.second,
	    c.offset_min < 0 ? '-' : '+', abs(c.offset_min) / 60, abs(c.offset_min) % 60);
}

/* A name in front of an address: what has a meaning there is quoted. */
static void
mail_put_name(FILE *out, const char *name, size_t len)
{
	bool quote = false;

	for (size_t i = 0; i < len; i++)
		quote |= strchr("()<>[]:;@\\,.\"", name[i]) != NULL;
	if (!quote || !mail_is_ascii(name, len)) {
		mail_put_text(out, name, len);
		return;
	}
	(void)fputc('"', out);
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '"' || name[i] == '\\')
			(void)fputc('\\', out);
		(void)fputc(name[i], out);
	}
	(void)fputc('"', out);
}

static void
mail_put_from(FILE *out, const char *from)
{
	size_t len, name_len;
	const char *address = mail_address_of(from, &len);

	(void)fputs("From: ", out);
	if (address == from) {
		(void)fprintf(out, "%.*s\n", (int)len, address);
		return;
	}
	name_len = (size_t)(address - 1 - from);
	while (name_len > 0 && from[name_len - 1] == ' ')
		name_len--;
	if (name_len >= 2 && from[0] == '"' && from[name_len - 1] == '"') {
		from++;
		name_len -= 2;
	}
	mail_put_name(out, from, name_len);
	(void)fprintf(out, "%s<%.*s>\n", name_len > 0 ? " " : "", (int)len, address);
}

static void
mail_put_headers(FILE *out, const struct mail *m)
{
	size_t len;
	const char *sender = mail_address_of(m->from, &len);
	const char *domain = memchr(sender, '@', len);

	mail_put_date(out, m->now_ms);
	mail_put_from(out, m->from);
	if (mail_is_mobile(m))
		(void)fprintf(out, "To: %s@sms.invalid\n", m->address);
	else
		(void)fprintf(out, "To: %s\n", m->address);
	(void)fputs("Subject: ", out);
	if (m->subject[0] != '\0')
		mail_put_text(out, m->subject, strlen(m->subject));
	else
		(void)fprintf(out, "SMS %s", m->address);
	(void)fprintf(
	    out, "\nMessage-ID: <%s%.*s>\n", m->key, (int)(sender + len - domain), domain);
	(void)fputs("Auto-Submitted: auto-generated\n", out);
	(void)fprintf(out, "X-Emage-Channel: %s\n", m->channel);
	if (mail_is_mobile(m))
		(void)fprintf(out, "X-Emage-Number: %s\n", m->address);
}

char *
mail_format(const struct mail *m)
{
	size_t len = 0, body_len = strlen(m->body);
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return mem_strdup("");
	mail_put_headers(out, m);
	(void)fprintf(out,
	    "MIME-Version: 1.0\n"
	    "Content-Type: text/plain; charset=UTF-8\n"
	    "Content-Transfer-Encoding: %s\n"
	    "\n",
	    mail_is_ascii(m->body, body_len) ? "7bit" : "8bit");
	(void)fputs(m->body, out);
	if (body_len == 0 || m->body[body_len - 1] != '\n')
		(void)fputc('\n', out);
	(void)fclose(out);
	return text;
}

char *
mail_sender(const struct mail *m)
{
	size_t len;
	const char *s = mail_address_of(m->from, &len);

	return mem_printf("%.*s", (int)len, s);
}
