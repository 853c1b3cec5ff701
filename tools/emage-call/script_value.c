/* SPDX-License-Identifier: MIT */
/*
 * Values of scripts: literals, variables, where else a value comes from.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "tools/emage-call/script_int.h"
#include "tools/lib/pbjson.h"

/* ------------------------------------------------------------------- reading */

static int
script_value_literal(struct script *s, struct script_value *v, const char *text)
{
	json_error_t e;

	v->source = SCRIPT_LITERAL;
	v->json = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &e);
	return v->json ? 0 : script_fault(s, "not JSON: column %d: %s", e.column, e.text);
}

static char *
script_trim(char *text)
{
	size_t len;

	while (isspace((unsigned char)*text))
		text++;
	len = strlen(text);
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text;
}

static bool
script_is_literal(const char *text)
{
	return strchr("\"{[-0123456789", *text) || strcmp(text, "true") == 0 ||
	       strcmp(text, "false") == 0 || strcmp(text, "null") == 0;
}

int
script_value_parse(struct script *s, struct script_value *v, char *text, bool word_is_path)
{
	static const struct {
		const char *word;
		enum script_source source;
	} words[] = {{"file ", SCRIPT_FILE}, {"env ", SCRIPT_ENV}, {"mail after ", SCRIPT_MAIL},
	    {"mail", SCRIPT_MAIL}};

	text = script_trim(text);
	if (*text == '\0')
		return script_fault(s, "a value is missing");
	if (script_is_literal(text))
		return script_value_literal(s, v, text);
	for (size_t i = 0; word_is_path && i < ARRAY_LEN(words); i++) {
		size_t len = strlen(words[i].word);

		if (strncmp(text, words[i].word, len) != 0 ||
		    (strcmp(words[i].word, "mail") == 0 && text[len] != '\0'))
			continue;
		v->source = words[i].source;
		v->text = mem_strdup(script_trim(text + len));
		return 0;
	}
	if (word_is_path || *text == '$') {
		v->source = SCRIPT_PATH;
		v->text = mem_strdup(text);
		return 0;
	}
	v->source = SCRIPT_LITERAL;
	v->json = json_string(text);
	return v->json ? 0 : script_fault(s, "not UTF-8");
}

void
script_value_release(struct script_value *v)
{
	json_decref(v->json);
	free(v->text);
	*v = (struct script_value){.json = NULL};
}

/* ----------------------------------------------------------------- variables */

size_t
script_name_len(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	return n;
}

json_t *
script_var(struct script *s, const char *name, size_t len)
{
	char *copy = mem_printf("%.*s", (int)len, name);
	json_t *j = json_object_get(s->vars, copy);

	if (!j)
		script_fault(s, "no variable $%s", copy);
	free(copy);
	return j;
}

/* Appends the variable that p names; its length behind the '$', or 0. */
static size_t
script_fill_one(struct script *s, const char *p, FILE *out)
{
	bool braces = *p == '{';
	size_t len = script_name_len(p + braces);
	json_t *j;
	char *text;

	if (len == 0 || (braces && p[1 + len] != '}')) {
		script_fault(s, "'$' wants a name behind it; $$ is a dollar sign");
		return 0;
	}
	j = script_var(s, p + braces, len);
	if (!j)
		return 0;
	text = script_show(j);
	fputs(text, out);
	secret_wipe(text, strlen(text));
	free(text);
	return len + (braces ? 2 : 0);
}

char *
script_fill_text(struct script *s, const char *text)
{
	char *filled = NULL;
	size_t len = 0, n;
	FILE *out = open_memstream(&filled, &len);

	if (!out)
		die("out of memory");
	for (; *text; text++) {
		if (*text != '$') {
			putc(*text, out);
		} else if (text[1] == '$') {
			putc(*text++, out);
		} else {
			n = script_fill_one(s, text + 1, out);
			if (n == 0)
				break;
			text += n;
		}
	}
	if (fclose(out) != 0)
		die("out of memory");
	if (*text) {
		free(filled);
		return NULL;
	}
	return filled;
}

/* A string that is one variable and nothing else takes the variable's type. */
static json_t *
script_fill_string(struct script *s, const char *text)
{
	char *filled;
	json_t *j;

	if (text[0] == '$' && text[1] && script_name_len(text + 1) == strlen(text + 1))
		return json_incref(script_var(s, text + 1, strlen(text + 1)));
	filled = script_fill_text(s, text);
	if (!filled)
		return NULL;
	j = json_string(filled);
	secret_wipe(filled, strlen(filled));
	free(filled);
	return j;
}

json_t *
script_fill(struct script *s, const json_t *json)
{
	json_t *copy, *value, *filled;
	const char *key;
	size_t i;

	if (json_is_string(json))
		return script_fill_string(s, json_string_value(json));
	if (json_is_object(json)) {
		copy = json_object();
		json_object_foreach((json_t *)json, key, value)
		{
			filled = script_fill(s, value);
			if (!filled)
				goto fail;
			json_object_set_new(copy, key, filled);
		}
		return copy;
	}
	if (json_is_array(json)) {
		copy = json_array();
		json_array_foreach((json_t *)json, i, value)
		{
			filled = script_fill(s, value);
			if (!filled)
				goto fail;
			json_array_append_new(copy, filled);
		}
		return copy;
	}
	return json_incref((json_t *)json);
fail:
	json_decref(copy);
	return NULL;
}

/* ------------------------------------------------------------------- getting */

/* after: text that the word follows, or "" for an access code. */
static json_t *
script_value_mail(struct script *s, const char *after)
{
	char *text, word[64];
	size_t len;
	int rc;

	if (!s->mailbox) {
		script_fault(s, "no `mailbox` line before `mail`");
		return NULL;
	}
	/* notices go the same way */
	do {
		rc = mailbox_next(s->mailbox, s->c->timeout_ms, &text, &len);
		if (rc < 0) {
			script_fault(s, "no message with %s came: %s", after[0] ? after : "a code",
			    err_text(rc));
			return NULL;
		}
		rc = after[0] ? mailbox_word(text, after, word, sizeof(word))
			      : mailbox_code(text, word, sizeof(word));
		secret_wipe(text, len);
		free(text);
	} while (rc < 0);
	return json_string(word);
}

static json_t *
script_value_file(struct script *s, const char *path)
{
	char *filled = script_fill_text(s, path), *line;
	json_t *j = NULL;

	if (!filled)
		return NULL;
	line = caller_first_line(filled);
	if (line)
		j = json_string(line);
	if (!j)
		script_fault(s, "%s: %s", filled, line ? "not UTF-8" : strerror(errno));
	free(filled);
	if (line)
		secret_wipe(line, strlen(line));
	free(line);
	return j;
}

json_t *
script_value_get(struct script *s, const struct script_value *v)
{
	const char *text;

	switch (v->source) {
	case SCRIPT_LITERAL:
		return script_fill(s, v->json);
	case SCRIPT_PATH:
		return script_path_get(s, v->text);
	case SCRIPT_FILE:
		return script_value_file(s, v->text);
	case SCRIPT_MAIL:
		return script_value_mail(s, v->text);
	case SCRIPT_ENV:
		break;
	}
	text = getenv(v->text);
	if (!text)
		script_fault(s, "$%s is not in the environment", v->text);
	return text ? json_string(text) : NULL;
}

/* ------------------------------------------------------------------- showing */

char *
script_show(const json_t *json)
{
	return json_is_string(json) ? mem_strdup(json_string_value(json)) : pbjson_text(json, 0);
}
