/* SPDX-License-Identifier: MIT */
/*
 * The words of messages: files of sections are read, every section is held
 * against the table of texts, and placeholders are put in when one is made.
 */
#include "server/handle/texts.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/language.h"
#include "common/log.h"
#include "common/sms.h"
#include "common/text.h"
#include "proto/common.pb-c.h"
#include "server/handle/reading.h"

#define FILE_MAX_BYTES	  65536u
#define SUBJECT_MAX_BYTES 120u
/* What an operator's words may become with the longest values in them; those built in
 * are one short message. */
#define MOBILE_MAX_SEGMENTS 3u

static const char built_in_fr[] =
#include "data/messages/fr.txt.h"
    ;
static const char built_in_de[] =
#include "data/messages/de.txt.h"
    ;
static const char built_in_en[] =
#include "data/messages/en.txt.h"
    ;

static const char *const built_in[N_LANGUAGES] = {
    [LANGUAGE_FR] = built_in_fr,
    [LANGUAGE_DE] = built_in_de,
    [LANGUAGE_EN] = built_in_en,
};

static const struct placeholder {
	const char *name;
	size_t offset;
} placeholders[] = {
    {.name = "code", .offset = offsetof(struct text_values, code)},
    {.name = "minutes", .offset = offsetof(struct text_values, minutes)},
    {.name = "support", .offset = offsetof(struct text_values, support)},
    {.name = "reference", .offset = offsetof(struct text_values, reference)},
    {.name = "hours", .offset = offsetof(struct text_values, hours)},
};
/* as bits */
enum { CODE = 1, MINUTES = 2, SUPPORT = 4, HOURS = 16 };

#define EMAIL_MAX_CHARS 4000u
/* Two texts of one matter; `needs` by e-mail and by mobile. */
#define PAIR(id, section, email_needs, mobile_needs)                                               \
	[id] = {.name = section "_email",                                                          \
	    .subject = true,                                                                       \
	    .optional = true,                                                                      \
	    .needs = (email_needs),                                                                \
	    .allows = (email_needs) | SUPPORT,                                                     \
	    .max_chars = EMAIL_MAX_CHARS},                                                         \
	[(id) + 1] = {.name = section "_mobile",                                                   \
	    .optional = true,                                                                      \
	    .needs = (mobile_needs),                                                               \
	    .allows = (mobile_needs)}

/* needs: placeholders that must stand in the body; allows: that may. Bits are
 * places in the table above. */
static const struct {
	const char *name;
	bool subject;
	bool optional; /* the one built in stands for it */
	unsigned needs, allows;
	size_t max_chars; /* of an e-mail; 0 = a short message */
} rules[N_TEXTS] = {
    [TEXT_CODE_EMAIL] =
	{.name = "code_email", .subject = true, .needs = 3, .allows = 7, .max_chars = 4000},
    [TEXT_CODE_MOBILE] = {.name = "code_mobile", .needs = 3, .allows = 3},
    [TEXT_CONTEST_EMAIL] =
	{.name = "contest_email", .subject = true, .needs = 8, .allows = 12, .max_chars = 4000},
    PAIR(TEXT_TEMPORARY, "temporary", CODE | HOURS, CODE | MINUTES),
    PAIR(TEXT_NOTICE_RECOVERY, "notice_recovery", 0, 0),
    PAIR(TEXT_NOTICE_PASSWORD, "notice_password", 0, 0),
    PAIR(TEXT_PROVE, "prove", CODE | MINUTES, CODE | MINUTES),
    PAIR(TEXT_CONFIRM, "confirm", CODE | MINUTES, CODE | MINUTES),
    PAIR(TEXT_NOTICE_CONTACT, "notice_contact", CODE | HOURS, CODE | HOURS),
    PAIR(TEXT_NOTICE_UNDONE, "notice_undone", 0, 0),
    PAIR(TEXT_NOTICE_TOTP_ON, "notice_totp_on", 0, 0),
    PAIR(TEXT_NOTICE_TOTP_OFF, "notice_totp_off", 0, 0),
    PAIR(TEXT_NOTICE_CODE_FAILED, "notice_code_failed", 0, 0),
    PAIR(TEXT_NOTICE_SESSION, "notice_session", 0, 0),
    PAIR(TEXT_NOTICE_WITHDRAWN, "notice_withdrawn", 0, 0),
    PAIR(TEXT_NOTICE_EXAM_OPENED, "notice_exam_opened", 0, 0),
    PAIR(TEXT_NOTICE_NEW_REPORT, "notice_new_report", 0, 0),
    PAIR(TEXT_NOTICE_OVER_BLOCK, "notice_over_block", 0, 0),
    PAIR(TEXT_NOTICE_ADDRESS, "notice_address", 0, 0),
    PAIR(TEXT_NOTICE_LETTER, "notice_letter", 0, 0),
    PAIR(TEXT_NOTICE_SUSPENDED, "notice_suspended", 0, 0),
    PAIR(TEXT_NOTICE_RESUMED, "notice_resumed", 0, 0),
    PAIR(TEXT_NOTICE_REOPENED, "notice_reopened", 0, 0),
    PAIR(TEXT_NOTICE_DESK_WITHDRAWN, "notice_desk_withdrawn", 0, 0),
};

struct texts_language {
	char *subject[N_TEXTS];
	char *body[N_TEXTS];
};

struct texts {
	struct texts_language in[N_LANGUAGES];
};

/* The placeholder at s ("{code}"), its place in the table or -1; *len_r counts
 * the braces. */
static int
texts_placeholder(const char *s, size_t *len_r)
{
	const char *end = strchr(s, '}');

	if (end == NULL)
		return -1;
	*len_r = (size_t)(end - s) + 1;
	for (size_t i = 0; i < ARRAY_LEN(placeholders); i++) {
		if (strlen(placeholders[i].name) == *len_r - 2 &&
		    strncmp(s + 1, placeholders[i].name, *len_r - 2) == 0)
			return (int)i;
	}
	return -1;
}

static const char *
texts_value(const struct text_values *v, int which)
{
	const char *value;

	memcpy(&value, (const char *)v + placeholders[which].offset, sizeof(value));
	return value == NULL ? "" : value;
}

/* Length of the finished text; writes it when out is not NULL. */
static size_t
texts_fill(const char *body, const struct text_values *v, char *out)
{
	size_t len = 0;

	for (const char *s = body; *s != '\0';) {
		size_t from = 1, n = 1;
		int which = *s == '{' ? texts_placeholder(s, &from) : -1;
		const char *put = s;

		if (which >= 0) {
			put = texts_value(v, which);
			n = strlen(put);
		} else {
			from = 1;
		}
		if (out != NULL)
			memcpy(out + len, put, n);
		len += n;
		s += from;
	}
	return len;
}

/* With the longest values that it can get. */
static void
texts_check_mobile(struct reading *r, int id, const char *body)
{
	static const struct text_values longest = {
	    .code = "ABCD-EFGH-JKMN-PQRS", .minutes = "15", .hours = "72"};
	size_t len = texts_fill(body, &longest, NULL);
	char *text = mem_new(len + 1);
	struct sms_size size;

	(void)texts_fill(body, &longest, text);
	size = sms_measure(text, len);
	if (size.segments > MOBILE_MAX_SEGMENTS)
		reading_fault(r, "[%s] would be %u short messages, at most %u may be",
		    rules[id].name, size.segments, MOBILE_MAX_SEGMENTS);
	else if (size.segments > 1)
		log_warn("messages.long", "file=\"%s\" message=%s segments=%u alphabet=%s", r->file,
		    rules[id].name, size.segments, size.unicode ? "ucs-2" : "gsm");
	free(text);
}

static void
texts_check(struct reading *r, int id, const char *subject, const char *body)
{
	unsigned seen = 0;

	if (rules[id].subject != (subject[0] != '\0'))
		reading_fault(r, "[%s] %s a line \"Subject: ...\"", rules[id].name,
		    rules[id].subject ? "needs" : "may not have");
	if (strlen(subject) > SUBJECT_MAX_BYTES || strpbrk(subject, "{}") != NULL)
		reading_fault(r, "[%s] subject too long, or with a placeholder", rules[id].name);
	for (const char *s = strchr(body, '{'); s != NULL; s = strchr(s + 1, '{')) {
		size_t len = 0;
		int which = texts_placeholder(s, &len);

		if (which < 0 || !(rules[id].allows & 1u << which))
			reading_fault(
			    r, "[%s] unknown placeholder near \"%.20s\"", rules[id].name, s);
		else
			seen |= 1u << which;
	}
	for (size_t i = 0; i < ARRAY_LEN(placeholders); i++) {
		if (rules[id].needs & ~seen & 1u << i)
			reading_fault(r, "[%s] lacks {%s}", rules[id].name, placeholders[i].name);
	}
	if (rules[id].max_chars == 0)
		texts_check_mobile(r, id, body);
	else if (text_count(body, strlen(body)) > rules[id].max_chars)
		reading_fault(
		    r, "[%s] is longer than %zu characters", rules[id].name, rules[id].max_chars);
}

static int
texts_section(const char *line, size_t len)
{
	for (int id = 0; id < N_TEXTS; id++) {
		if (strlen(rules[id].name) == len && strncmp(rules[id].name, line, len) == 0)
			return id;
	}
	return -1;
}

/* Takes one section: `s` is behind its heading, up to `end`. */
static void
texts_take(struct reading *r, struct texts_language *l, int id, const char *s, const char *end)
{
	static const char key[] = "Subject: ";
	char *subject = NULL, *body;

	if ((size_t)(end - s) > sizeof(key) && strncmp(s, key, sizeof(key) - 1) == 0) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));

		s += sizeof(key) - 1;
		nl = nl == NULL ? end : nl;
		subject = mem_printf("%.*s", (int)(nl - s), s);
		s = nl;
	}
	while (s < end && *s == '\n')
		s++;
	while (end > s && end[-1] == '\n')
		end--;
	body = mem_printf("%.*s", (int)(end - s), s);
	if (subject == NULL)
		subject = mem_strdup("");
	texts_check(r, id, subject, body);
	free(l->subject[id]);
	free(l->body[id]);
	l->subject[id] = subject;
	l->body[id] = body;
}

static void
texts_parse(struct reading *r, struct texts_language *l, const char *text)
{
	const char *begin = NULL; /* of the section that is open */
	const char *next;
	unsigned heading = 0;
	int id = -1;

	r->line = 0;
	if (reading_shown(r, text, strlen(text)) < strlen(text))
		return;
	for (const char *s = text; *s != '\0'; s = next) {
		const char *nl = strchr(s, '\n');
		size_t len = nl == NULL ? strlen(s) : (size_t)(nl - s);

		next = nl == NULL ? s + len : nl + 1;
		r->line++;
		if (len > 2 && s[0] == '[' && s[len - 1] == ']') {
			unsigned here = r->line;

			r->line = heading;
			if (id >= 0)
				texts_take(r, l, id, begin, s);
			r->line = heading = here;
			id = texts_section(s + 1, len - 2);
			if (id < 0)
				reading_fault(r, "no such message: %.*s", (int)len, s);
			begin = next;
		} else if (heading == 0 && len > 0 && s[0] != '#') {
			reading_fault(r, "text before the first [message]");
		}
	}
	r->line = heading;
	if (id >= 0)
		texts_take(r, l, id, begin, text + strlen(text));
	for (int i = 0; i < N_TEXTS; i++) {
		if (l->body[i] == NULL && !rules[i].optional)
			reading_fault(r, "[%s] is missing", rules[i].name);
	}
}

/* What an operator's folder leaves out. */
static void
texts_borrow(struct texts *t)
{
	struct texts *whole = NULL;
	char err[256];

	/* the built-in ones have been checked with the program */
	if (texts_new(NULL, &whole, err, sizeof(err)) != 0)
		die("built-in messages: %s", err);
	for (size_t i = 0; i < N_LANGUAGES; i++) {
		for (int id = 0; id < N_TEXTS; id++) {
			if (t->in[i].body[id] != NULL)
				continue;
			t->in[i].subject[id] = mem_strdup(whole->in[i].subject[id]);
			t->in[i].body[id] = mem_strdup(whole->in[i].body[id]);
		}
	}
	texts_free(&whole);
}

int
texts_new(const char *dir, struct texts **texts_r, char *err_r, size_t err_len)
{
	struct reading r = {.err = err_r, .err_len = err_len};
	struct texts *t = mem_new(sizeof(*t));
	bool own = dir != NULL && dir[0] != '\0';

	if (err_len > 0)
		err_r[0] = '\0';
	for (enum language i = 0; i < N_LANGUAGES; i++) {
		char *path = mem_printf("%s/%s.txt", own ? dir : "messages", language_code(i));
		char *read;

		r.file = path;
		r.line = 0;
		read = own ? reading_file(&r, FILE_MAX_BYTES, NULL) : mem_strdup(built_in[i]);
		if (read != NULL)
			texts_parse(&r, &t->in[i], read);
		free(read);
		free(path);
	}
	if (r.n_faults > 0) {
		texts_free(&t);
		return -EM_E_CONFIG;
	}
	if (own)
		texts_borrow(t);
	*texts_r = t;
	return 0;
}

enum text_id
text_for(enum text_id pair, int channel)
{
	return channel == EMAGE__CHANNEL__CHANNEL_MOBILE ? (enum text_id)(pair + 1) : pair;
}

void
texts_free(struct texts **t)
{
	if (*t == NULL)
		return;
	for (size_t i = 0; i < N_LANGUAGES; i++) {
		for (int id = 0; id < N_TEXTS; id++) {
			free((*t)->in[i].subject[id]);
			free((*t)->in[i].body[id]);
		}
	}
	free(*t);
	*t = NULL;
}

int
texts_make(const struct texts *t, struct arena *a, enum text_id id, const char *language,
    const struct text_values *v, const char **subject_r, const char **body_r)
{
	const enum language which = language_of(language);
	char *body;

	body = arena_alloc(a, texts_fill(t->in[which].body[id], v, NULL) + 1);
	*subject_r = arena_strdup(a, t->in[which].subject[id]);
	if (body == NULL || *subject_r == NULL)
		return -EM_E_NO_MEMORY;
	(void)texts_fill(t->in[which].body[id], v, body);
	*body_r = body;
	return 0;
}
