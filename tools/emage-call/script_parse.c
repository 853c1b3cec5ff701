/* SPDX-License-Identifier: MIT */
/*
 * Reading of scripts: logical lines, then each command by the table.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/err.h"
#include "common/mem.h"
#include "tools/emage-call/script_int.h"
#include "tools/lib/describe.h"

static int script_parse_call(struct script *s, struct script_line *l, char *rest);
static int script_parse_expect(struct script *s, struct script_line *l, char *rest);
static int script_parse_let(struct script *s, struct script_line *l, char *rest);
static int script_parse_print(struct script *s, struct script_line *l, char *rest);
static int script_parse_save(struct script *s, struct script_line *l, char *rest);
static int script_parse_mailbox(struct script *s, struct script_line *l, char *rest);
static int script_parse_reconnect(struct script *s, struct script_line *l, char *rest);

const struct script_command script_commands[] = {
    {"call", "call METHOD [JSON]", script_parse_call, script_run_call},
    {"expect", "expect PATH OPERATOR VALUE | expect error NAME", script_parse_expect,
	script_run_expect},
    {"let", "let NAME = VALUE | PATH | file PATH | env NAME | mail [after TEXT]", script_parse_let,
	script_run_let},
    {"print", "print VALUE | PATH", script_parse_print, script_run_print},
    {"save", "save FILE", script_parse_save, script_run_save},
    {"mailbox", "mailbox MAILDIR", script_parse_mailbox, script_run_mailbox},
    {"reconnect", "reconnect", script_parse_reconnect, script_run_reconnect},
};
const size_t script_commands_len = ARRAY_LEN(script_commands);

/* Longest first, so that "<=" is not read as "<". */
static const struct {
	const char *text;
	enum script_compare compare;
} script_operators[] = {
    {"==", SCRIPT_EQUAL},
    {"!=", SCRIPT_UNEQUAL},
    {"<=", SCRIPT_LESS_EQUAL},
    {">=", SCRIPT_GREATER_EQUAL},
    {"<", SCRIPT_LESS},
    {">", SCRIPT_GREATER},
    {"contains ", SCRIPT_CONTAINS},
};

int
script_fault(const struct script *s, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%u: ", strcmp(s->o.path, "-") == 0 ? "stdin" : s->o.path, s->at);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	putc('\n', stderr);
	return -EM_E_INVALID;
}

static int
script_usage(const struct script *s, const struct script_line *l)
{
	return script_fault(s, "wanted: %s", l->command->usage);
}

/* Cuts the first word off; "" when there is none. */
static char *
script_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	size_t len = strcspn(word, " \t");

	*rest = word + len;
	if (**rest)
		*(*rest)++ = '\0';
	*rest += strspn(*rest, " \t");
	return word;
}

/* ------------------------------------------------------------------ commands */

static int
script_parse_call(struct script *s, struct script_line *l, char *rest)
{
	char where[300];
	char *name = script_word(&rest);

	if (!*name)
		return script_usage(s, l);
	snprintf(where, sizeof(where), "%s:%u", s->o.path, s->at);
	l->method = describe_find(where, name);
	if (!l->method)
		return -EM_E_INVALID;
	if (!*rest)
		return 0;
	if (*rest != '{')
		return script_fault(s, "the request of %s is a JSON object", name);
	return script_value_parse(s, &l->value, rest, false);
}

static int
script_parse_error_name(struct script *s, struct script_line *l, const char *name)
{
	static const struct {
		const char *name;
		int number;
	} errors[] = {
#define ERR(name, number, text) {#name, number},
#include "common/err.def"
#undef ERR
	};
	const char *names[ARRAY_LEN(errors)], *near;

	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		names[i] = errors[i].name;
		if (strcmp(errors[i].name, name) == 0) {
			l->err = errors[i].number;
			return 0;
		}
	}
	near = config_nearest(name, names, ARRAY_LEN(names));
	if (near)
		return script_fault(s, "no error %s; did you mean %s?", name, near);
	return script_fault(s, "no error %s", name);
}

static int
script_parse_expect(struct script *s, struct script_line *l, char *rest)
{
	size_t len = strcspn(rest, " \t=!<>");
	char *after = rest + len + strspn(rest + len, " \t");

	if (len == strlen("error") && strncmp(rest, "error", len) == 0 && *after &&
	    !strchr("=!<>", *after))
		return script_parse_error_name(s, l, script_word(&after));
	l->name = mem_printf("%.*s", (int)len, rest);
	if (!*l->name)
		return script_usage(s, l);
	for (size_t i = 0; i < ARRAY_LEN(script_operators); i++) {
		const char *text = script_operators[i].text;

		if (strncmp(after, text, strlen(text)) != 0)
			continue;
		l->compare = script_operators[i].compare;
		return script_value_parse(s, &l->value, after + strlen(text), false);
	}
	return script_usage(s, l);
}

static int
script_parse_let(struct script *s, struct script_line *l, char *rest)
{
	size_t len = strcspn(rest, " \t=");
	char *after = rest + len + strspn(rest + len, " \t");

	l->name = mem_printf("%.*s", (int)len, rest);
	if (!*l->name ||
	    strspn(l->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789_") != len ||
	    *after != '=')
		return script_usage(s, l);
	return script_value_parse(s, &l->value, after + 1, true);
}

static int
script_parse_print(struct script *s, struct script_line *l, char *rest)
{
	return *rest ? script_value_parse(s, &l->value, rest, true) : script_usage(s, l);
}

static int
script_parse_save(struct script *s, struct script_line *l, char *rest)
{
	l->name = mem_strdup(rest);
	return *rest ? 0 : script_usage(s, l);
}

static int
script_parse_mailbox(struct script *s, struct script_line *l, char *rest)
{
	return script_parse_save(s, l, rest);
}

static int
script_parse_reconnect(struct script *s, struct script_line *l, char *rest)
{
	return *rest ? script_usage(s, l) : 0;
}

/* --------------------------------------------------------------------- lines */

static const struct script_command *
script_command(const struct script *s, const char *word)
{
	const char *names[ARRAY_LEN(script_commands)], *near;

	for (size_t i = 0; i < script_commands_len; i++) {
		names[i] = script_commands[i].name;
		if (strcmp(names[i], word) == 0)
			return &script_commands[i];
	}
	near = config_nearest(word, names, script_commands_len);
	if (near)
		script_fault(s, "no command %s; did you mean %s?", word, near);
	else
		script_fault(s, "no command %s", word);
	return NULL;
}

static int
script_parse_line(struct script *s, char *text)
{
	struct script_line l = {.number = s->at};
	size_t len;
	char *word;
	int rc;

	text += strspn(text, " \t\r");
	len = strlen(text);
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	if (!*text || *text == '#')
		return 0;
	word = script_word(&text);
	l.command = script_command(s, word);
	if (!l.command)
		return -EM_E_INVALID;
	rc = l.command->parse(s, &l, text);
	s->lines = mem_grow(s->lines, s->n_lines + 1, sizeof(*s->lines));
	s->lines[s->n_lines++] = l;
	return rc;
}

/* How many brackets of JSON a line leaves open, strings apart. */
static int
script_open_brackets(const char *text, const char *end)
{
	bool in_string = false;
	int open = 0;

	for (; text < end; text++) {
		if (in_string && *text == '\\' && text + 1 < end)
			text++;
		else if (*text == '"')
			in_string = !in_string;
		else if (!in_string && strchr("{[", *text))
			open++;
		else if (!in_string && strchr("}]", *text))
			open--;
	}
	return open;
}

int
script_parse(struct script *s, char *text)
{
	char *start, *end = text;
	unsigned line = 1;
	int rc = 0;

	while (*text) {
		int open = 0;

		s->at = line;
		/* a line goes on while its JSON is open */
		for (start = text; *text; text = end + 1) {
			end = strchr(text, '\n');
			if (!end)
				end = text + strlen(text);
			line++;
			if (start[strspn(start, " \t")] != '#')
				open += script_open_brackets(text, end);
			if (open <= 0 || !*end)
				break;
			*end = ' ';
		}
		text = *end ? end + 1 : end;
		*end = '\0';
		if (script_parse_line(s, start) < 0)
			rc = -EM_E_INVALID;
	}
	return rc;
}
