/* SPDX-License-Identifier: MIT */
/*
 * Questions. One table says what can be answered, is read out with the question,
 * and explains itself at "?".
 */
#include "client/linear/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tr.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"

#define PROMPT_HINTS_MAX 4096

/* Answers to every question. */
enum prompt_always { PROMPT_HELP, PROMPT_BACK, PROMPT_ZERO, PROMPT_BRIEF, N_PROMPT_ALWAYS };
static const struct linear_command prompt_always[] = {
    [PROMPT_HELP] = {"?", N_("aide")},
    [PROMPT_BACK] = {"q", N_("retour")},
    [PROMPT_ZERO] = {"0", N_("retour")},
    [PROMPT_BRIEF] = {"-", N_("annonce ou tait les choix à chaque question")},
};

static bool
prompt_is_hidden(const struct linear_prompt *p, size_t i)
{
	return (p->hidden >> i & 1u) != 0;
}

static const char *
prompt_key(const struct linear_command *c)
{
	return c->key[0] ? c->key : _("Entrée");
}

/* What an answer to every question does at this one. */
static const char *
prompt_always_help(const struct linear_prompt *p, size_t i)
{
	return _(
	    p->leave && (i == PROMPT_BACK || i == PROMPT_ZERO) ? p->leave : prompt_always[i].help);
}

/* "1 à 10", or "1". */
static void
prompt_range(const struct linear_prompt *p, char *out, size_t len)
{
	if (p->max > 1)
		snprintf(out, len, _("%1$u à %2$u"), 1u, p->max);
	else
		snprintf(out, len, "1");
}

/* ------------------------------------------------------------------------ help */

static void
prompt_help(struct linear *l, const struct linear_prompt *p)
{
	char range[48];

	linear_say(l, "%s", _(p->title));
	if (p->about)
		linear_say(l, "%s", _(p->about));
	if (p->more)
		linear_say(l, "%s", _(p->more));
	if (p->max > 0) {
		prompt_range(p, range, sizeof(range));
		linear_say(l, _("%1$s : %2$s"), range, _(p->numbers));
	}
	for (size_t i = 0; i < p->n_commands; i++)
		if (!prompt_is_hidden(p, i))
			linear_say(l, _("%1$s : %2$s"), prompt_key(&p->commands[i]),
			    _(p->commands[i].help));
	for (size_t i = 0; i < N_PROMPT_ALWAYS; i++)
		linear_say(l, _("%1$s : %2$s"), prompt_always[i].key, prompt_always_help(p, i));
}

static void
prompt_append_hint(struct buf *b, const char *key, const char *help)
{
	char hint[512];
	int n = snprintf(hint, sizeof(hint), _("%1$s : %2$s"), key, help);

	if (b->len > 0)
		buf_append(b, ", ", 2);
	buf_append(b, hint, n < (int)sizeof(hint) ? (size_t)n : sizeof(hint) - 1);
}

/* What can be answered, in one line, when it is not what it was at the question
 * before. A text says it where it has answers of its own: the others are the same
 * everywhere. */
static void
prompt_hints(struct linear *l, const struct linear_prompt *p)
{
	struct buf b;
	char range[48];

	if (l->is_brief || (p->is_text && p->n_commands == 0))
		return;
	buf_init(&b, PROMPT_HINTS_MAX);
	if (p->max > 0) {
		prompt_range(p, range, sizeof(range));
		prompt_append_hint(&b, range, _(p->numbers));
	}
	for (size_t i = 0; i < p->n_commands; i++)
		if (!prompt_is_hidden(p, i))
			prompt_append_hint(&b, prompt_key(&p->commands[i]), _(p->commands[i].help));
	prompt_append_hint(&b, "?", prompt_always_help(p, PROMPT_HELP));
	prompt_append_hint(&b, "q", prompt_always_help(p, PROMPT_BACK));
	buf_append(&b, "", 1);
	/* the same choices again are not read out again */
	if (!l->hints || strcmp(l->hints, (const char *)buf_bytes(&b)) != 0) {
		free(l->hints);
		l->hints = mem_strdup((const char *)buf_bytes(&b));
		linear_say(l, "%s", l->hints);
	}
	buf_release(&b);
}

/* --------------------------------------------------------------------- answers */

static char *
prompt_trim(char *s)
{
	size_t n;

	while (*s == ' ')
		s++;
	n = strlen(s);
	while (n > 0 && s[n - 1] == ' ')
		s[--n] = '\0';
	return s;
}

/* Place of the command with this key, or n. */
static size_t
prompt_find(const struct linear_command *commands, size_t n, const char *key)
{
	size_t i = 0;

	while (i < n && strcasecmp(commands[i].key, key) != 0)
		i++;
	return i;
}

static bool
prompt_number(const struct linear_prompt *p, const char *text, unsigned *value_r)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || n > 6 || text[n] != '\0')
		return false;
	*value_r = (unsigned)strtoul(text, NULL, 10);
	return *value_r >= 1 && *value_r <= p->max;
}

/* True when it answers the question. */
static bool
prompt_read(struct linear *l, const struct linear_prompt *p, char *line, struct linear_answer *a)
{
	char *text = p->is_secret ? line : prompt_trim(line);
	size_t i = prompt_find(p->commands, p->n_commands, text);

	*a = (struct linear_answer){.text = text};
	if (i < p->n_commands && !prompt_is_hidden(p, i)) {
		a->kind = LINEAR_COMMAND;
		a->value = (unsigned)i;
		return true;
	}
	switch ((enum prompt_always)prompt_find(prompt_always, N_PROMPT_ALWAYS, text)) {
	case PROMPT_HELP:
		prompt_help(l, p);
		return false;
	case PROMPT_BACK:
	case PROMPT_ZERO:
		a->kind = LINEAR_BACK;
		return true;
	case PROMPT_BRIEF:
		l->is_brief = !l->is_brief;
		return false;
	default:
		break;
	}
	if (prompt_number(p, text, &a->value)) {
		a->kind = LINEAR_NUMBER;
		return true;
	}
	if (p->is_text) {
		a->kind = LINEAR_TEXT;
		if (text_count(text, strlen(text)) <= p->max_chars)
			return true;
		linear_say_error(l, -EM_E_TOO_LARGE);
		return false;
	}
	if (text[0] != '\0')
		linear_say(l, "%s", _("Cette réponse n'est pas prévue : « ? » donne les choix."));
	return false;
}

/* Ctrl-C: never ends anything without a word. */
static void
prompt_stop(struct linear *l)
{
	lines_write(l->lines, "\n");
	if (l->stop_is_asked) { /* pressed again instead of an answer */
		l->end = LINEAR_LEAVE;
		return;
	}
	l->stop_is_asked = true;
	if (linear_confirm(l, N_("Quitter"), _("Voulez-vous quitter e-mage ?"), N_("Quitter")))
		l->end = LINEAR_LEAVE;
	l->stop_is_asked = false;
}

bool
linear_ask(struct linear *l, const struct linear_prompt *p, struct linear_answer *a_r)
{
	char *question = mem_printf("%s ", p->question);
	bool is_answered = false;

	while (!is_answered && l->end == LINEAR_GO) {
		prompt_hints(l, p);
		switch (linear_line(l, question, p->is_secret)) {
		case LINES_LINE:
			is_answered = prompt_read(l, p, lines_text(l->lines), a_r);
			break;
		case LINES_BAD:
			linear_say_error(l, -EM_E_INVALID);
			break;
		case LINES_LONG:
			linear_say_error(l, -EM_E_TOO_LARGE);
			break;
		case LINES_STOP:
			prompt_stop(l);
			break;
		default:
			break;
		}
	}
	free(question);
	return l->end == LINEAR_GO;
}

bool
linear_confirm(struct linear *l, const char *title, const char *question, const char *yes)
{
	return linear_pick(l, title, question, 1, yes, N_("Rester")) == 1;
}

int
linear_pick(struct linear *l, const char *title, const char *question, unsigned max,
    const char *numbers, const char *enter)
{
	const struct linear_command commands[] = {{"", enter}};
	const struct linear_prompt p = {
	    .title = title,
	    .question = question,
	    .commands = commands,
	    .n_commands = enter ? 1 : 0,
	    .max = max,
	    .numbers = numbers,
	};
	struct linear_answer a;

	if (!linear_ask(l, &p, &a) || a.kind == LINEAR_BACK)
		return -1;
	return a.kind == LINEAR_NUMBER ? (int)a.value : 0;
}
