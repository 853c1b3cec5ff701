/* SPDX-License-Identifier: MIT */
/*
 * From the message to the blocks of a letter: everything is checked, then one
 * table says which part stands where and when.
 */
#include "letter/content.h"

#include <stdbool.h>
#include <string.h>

#include "common/clock.h"
#include "common/day.h"
#include "common/err.h"
#include "common/text.h"
#include "common/wirecheck.h"
#include "letter/words.h"

/* ---------------------------------------------------------------- the message */

/* One line that can be printed: what a printer or a reader of the page would take
 * for a command, or what is not to be seen, is refused. */
static bool
content_is_line(const char *s, size_t max_chars)
{
	size_t len = strlen(s), n;
	uint32_t cp;

	if (text_count(s, len) > max_chars)
		return false;
	for (; len > 0; s += n, len -= n) {
		n = text_decode(s, len, &cp);
		if (n == 0 || !text_cp_is_safe(cp))
			return false;
	}
	return true;
}

static bool
content_field_is_good(const ProtobufCMessage *m, const ProtobufCFieldDescriptor *f)
{
	const char *base = (const char *)m;
	char *const *list;
	size_t n;

	if (f->type != PROTOBUF_C_TYPE_STRING)
		return true;
	if (f->label != PROTOBUF_C_LABEL_REPEATED)
		return content_is_line(*(char *const *)(base + f->offset), CONTENT_MAX_CHARS);
	list = *(char *const *const *)(base + f->offset);
	n = *(const size_t *)(base + f->quantifier_offset);
	for (size_t i = 0; i < n; i++)
		if (list[i][0] == '\0' || !content_is_line(list[i], CONTENT_MAX_CHARS))
			return false;
	return n <= CONTENT_MAX_RECIPIENT;
}

static bool
content_is_day(uint32_t yyyymmdd)
{
	return clock_day_start_ms(yyyymmdd) != INT64_MIN;
}

/* The field at fault, or NULL. */
static const char *
content_fault(const Emage__Letter *l)
{
	const ProtobufCMessageDescriptor *d = l->base.descriptor;

	for (unsigned i = 0; i < d->n_fields; i++)
		if (!content_field_is_good(&l->base, &d->fields[i]))
			return d->fields[i].name;
	if (!content_is_day(l->date))
		return "date";
	if (l->given_name[0] == '\0')
		return "given_name";
	if (l->used_name[0] == '\0' && l->birth_name[0] == '\0')
		return "used_name";
	if (l->region[0] == '\0')
		return "region";
	if (l->identifier[0] == '\0' || strlen(l->identifier) > CONTENT_MAX_SECRET)
		return "identifier";
	if (strlen(l->temporary_password) > CONTENT_MAX_SECRET)
		return "temporary_password";
	if (l->temporary_password[0] != '\0' && !content_is_day(l->expires))
		return "expires";
	return NULL;
}

/* ----------------------------------------------------------------- the blocks */

struct content_values {
	const char *establishment, *date, *civility, *given_name, *used_name, *birth_name,
	    *identifier, *password, *expires, *support, *region;
};

#define ROW(k, words) .kind = CONTENT_##k, .part = WORDS_PART_##words
#define VALUE(field)  .value = offsetof(struct content_values, field) + 1
#define KIND(name)    (1u << EMAGE__LETTER_KIND__LETTER_KIND_##name)

/* A row with a value that is empty is left out, and so is one that is of
 * another kind of letter, or of a temporary password when there is none. */
static const struct content_row {
	enum content_kind kind;
	enum words_part part;
	size_t value; /* 0 = none, else its offset + 1 */
	unsigned kinds;
	bool temporary;
	enum words_part note, use; /* of CONTENT_SECRET */
} content_rows[] = {
    {ROW(TITLE, title)},
    {ROW(FIELD, date), VALUE(date)},
    {ROW(FIELD, civility), VALUE(civility)},
    {ROW(FIELD, given_name), VALUE(given_name)},
    {ROW(FIELD, used_name), VALUE(used_name)},
    {ROW(FIELD, birth_name), VALUE(birth_name)},
    {ROW(TEXT, created), .kinds = KIND(FIRST)},
    {ROW(TEXT, again), .kinds = KIND(AGAIN)},
    {ROW(TEXT, reopened), .kinds = KIND(REOPENED)},
    {ROW(TEXT, consent), .kinds = KIND(FIRST)},
    {ROW(ITEM, access)},
    {ROW(ITEM, first_time), .temporary = true},
    {ROW(ITEM, key)},
    {ROW(SECRET, identifier), VALUE(identifier), .note = WORDS_PART_keep,
	.use = WORDS_PART_identifier_use},
    {ROW(SECRET, password), VALUE(password), .temporary = true, .note = WORDS_PART_expires,
	.use = WORDS_PART_password_use},
    {ROW(TEXT, codes)},
    {ROW(HEADING, help_title)},
    {ROW(ITEM, help_site)},
    {ROW(ITEM, help_mail), VALUE(support)},
    {ROW(SMALL, rights)},
};

static const struct {
	const char *name;
	size_t offset;
} content_placeholders[] = {
    {"{region}", offsetof(struct content_values, region)},
    {"{support}", offsetof(struct content_values, support)},
    {"{expires}", offsetof(struct content_values, expires)},
};

static const char *
content_value(const struct content_values *v, size_t offset)
{
	return *(const char *const *)((const char *)v + offset);
}

/* A part with its placeholder, of which it has one at most, replaced. */
static const char *
content_words(
    struct arena *a, const struct words *w, enum words_part part, const struct content_values *v)
{
	const char *text = w->part[part];

	for (size_t i = 0; i < ARRAY_LEN(content_placeholders); i++) {
		const char *name = content_placeholders[i].name;
		const char *at = strstr(text, name);

		if (at)
			return arena_printf(a, "%.*s%s%s", (int)(at - text), text,
			    content_value(v, content_placeholders[i].offset), at + strlen(name));
	}
	return text;
}

static int
content_add(struct content *c, struct content_block b)
{
	if (!b.text || !b.note || c->n == CONTENT_MAX_BLOCKS)
		return -EM_E_NO_MEMORY;
	b.label = b.label ? b.label : "";
	b.use = b.use ? b.use : "";
	c->blocks[c->n++] = b;
	return 0;
}

static int
content_add_line(struct content *c, enum content_kind kind, const char *text)
{
	return content_add(c, (struct content_block){.kind = kind, .text = text, .note = ""});
}

/* Above the letter: who sends it, and to whom. */
static int
content_add_head(
    struct arena *a, const Emage__Letter *l, const struct content_values *v, struct content *c)
{
	const char *family = l->used_name[0] ? l->used_name : l->birth_name;
	int rc = 0;

	if (v->establishment[0])
		rc = content_add_line(c, CONTENT_SENDER, v->establishment);
	if (rc == 0)
		rc = content_add_line(c, CONTENT_ADDRESS,
		    arena_printf(a, "%s%s%s %s", v->civility, v->civility[0] ? " " : "",
			l->given_name, family));
	for (size_t i = 0; rc == 0 && i < l->n_recipient; i++)
		rc = content_add_line(c, CONTENT_ADDRESS, l->recipient[i]);
	return rc;
}

/* What stands between "**" is strong; the stars go. words_load() has seen to it
 * that there are two pairs or none, and a part with a placeholder has none. */
static void
content_strong(struct arena *a, struct content_block *b)
{
	const char *from = strstr(b->text, "**"), *to;

	if (!from)
		return;
	to = strstr(from + 2, "**");
	b->strong_at = (size_t)(from - b->text);
	b->strong_len = (size_t)(to - from) - 2;
	b->text = arena_printf(
	    a, "%.*s%.*s%s", (int)b->strong_at, b->text, (int)b->strong_len, from + 2, to + 2);
}

static int
content_add_row(struct arena *a, const struct words *w, const struct content_values *v,
    const struct content_row *row, struct content *c)
{
	const char *value = row->value ? content_value(v, row->value - 1) : "";
	const char *words = content_words(a, w, row->part, v);
	struct content_block b = {.kind = row->kind, .text = words, .note = ""};

	if (words == w->part[row->part])
		content_strong(a, &b);
	if (row->kind == CONTENT_FIELD || row->kind == CONTENT_SECRET) {
		b.label = words;
		b.text = words ? value : NULL;
	}
	if (row->kind == CONTENT_SECRET) {
		b.note = content_words(a, w, row->note, v);
		b.use = w->part[row->use];
	}
	return content_add(c, b);
}

static const char *
content_civility(const struct words *w, const char *civility)
{
	if (strcmp(civility, "Madame") == 0)
		return w->part[WORDS_PART_madame];
	if (strcmp(civility, "Monsieur") == 0)
		return w->part[WORDS_PART_monsieur];
	return civility;
}

static int
content_make(struct arena *a, const Emage__Letter *l, const struct words *w, struct content *c)
{
	bool temporary = l->temporary_password[0] != '\0';
	char date[DAY_TEXT_LEN], expires[DAY_TEXT_LEN] = "";
	struct content_values v = {.establishment = l->establishment,
	    .date = date,
	    .civility = content_civility(w, l->civility),
	    .given_name = l->given_name,
	    .used_name = l->used_name,
	    .birth_name = l->birth_name,
	    .identifier = l->identifier,
	    .password = l->temporary_password,
	    .expires = expires,
	    .support = l->support_address,
	    .region = l->region};
	int rc;

	day_text(l->language, l->date, date);
	if (temporary)
		day_text(l->language, l->expires, expires);
	v.date = arena_strdup(a, date);
	v.expires = arena_strdup(a, expires);
	if (!v.date || !v.expires)
		return -EM_E_NO_MEMORY;
	rc = content_add_head(a, l, &v, c);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(content_rows); i++) {
		const struct content_row *row = &content_rows[i];

		if ((row->value && content_value(&v, row->value - 1)[0] == '\0') ||
		    (row->kinds && !(row->kinds & 1u << l->kind)) || (row->temporary && !temporary))
			continue;
		rc = content_add_row(a, w, &v, row, c);
	}
	return rc;
}

/* protobuf-c's memory comes from the arena, which wipes it. */
static void *
content_alloc(void *a, size_t n_bytes)
{
	return arena_alloc(a, n_bytes);
}

static void
content_keep(void *a, void *bytes)
{
	(void)a;
	(void)bytes;
}

int
content_read(
    struct arena *a, const uint8_t *bytes, size_t len, struct content *c_r, const char **field_r)
{
	ProtobufCAllocator alloc = {
	    .alloc = content_alloc, .free = content_keep, .allocator_data = a};
	struct words w;
	Emage__Letter *l;
	int rc;

	*c_r = (struct content){0};
	*field_r = "";
	if (wirecheck(&emage__letter__descriptor, bytes, len, field_r) < 0)
		return -EM_E_INVALID;
	l = emage__letter__unpack(&alloc, len, bytes);
	if (!l)
		return -EM_E_NO_MEMORY;
	*field_r = content_fault(l);
	if (*field_r)
		return -EM_E_INVALID;
	rc = words_load(a, l->language, &w);
	if (rc == -EM_E_INVALID)
		*field_r = "language";
	if (rc < 0)
		return rc;
	c_r->language = l->language;
	c_r->identifier = l->identifier;
	c_r->date = l->date;
	c_r->title = w.part[WORDS_PART_title];
	return content_make(a, l, &w, c_r);
}
