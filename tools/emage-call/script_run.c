/* SPDX-License-Identifier: MIT */
/*
 * Running of scripts, command by command.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"
#include "tools/emage-call/script_int.h"
#include "tools/lib/describe.h"
#include "tools/lib/pbjson.h"

#define SCRIPT_SHOW_MAX 200u /* characters of a value in a message */

/* -------------------------------------------------------------------- loading */

static int
script_set_var(struct script *s, const char *assignment)
{
	const char *equals = strchr(assignment, '='), *value = equals ? equals + 1 : NULL;
	char *name, *line = NULL;
	json_t *j = NULL;

	if (!equals || equals == assignment) {
		fprintf(stderr, "%s: --var wants NAME=VALUE\n", CALLER_PROGRAM);
		return -EM_E_INVALID;
	}
	if (*value == '@' || strcmp(value, "-") == 0) {
		value += *value == '@';
		line = caller_first_line(value);
		if (!line) {
			fprintf(stderr, "%s: %s: %s\n", CALLER_PROGRAM, value, strerror(errno));
			return -EM_E_INVALID;
		}
	}
	j = json_string(line ? line : value);
	if (!j)
		fprintf(stderr, "%s: --var: not UTF-8\n", CALLER_PROGRAM);
	name = mem_printf("%.*s", (int)(equals - assignment), assignment);
	if (j)
		json_object_set_new(s->vars, name, j);
	free(name);
	if (line)
		secret_wipe(line, strlen(line));
	free(line);
	return j ? 0 : -EM_E_INVALID;
}

struct script *
script_load(const struct script_options *o)
{
	struct script *s = mem_new(sizeof(*s));
	char *text;
	int rc = 0;

	s->o = *o;
	s->vars = json_object();
	s->replies = json_array();
	text = caller_read_text(o->path);
	if (!text) {
		fprintf(stderr, "%s: %s: %s\n", CALLER_PROGRAM, o->path, strerror(errno));
		script_free(&s);
		return NULL;
	}
	rc = script_parse(s, text);
	secret_wipe(text, strlen(text));
	free(text);
	for (size_t i = 0; i < o->n_vars && rc == 0; i++)
		rc = script_set_var(s, o->vars[i]);
	if (rc < 0)
		script_free(&s);
	return s;
}

static void
script_drop_bytes(struct script *s)
{
	if (s->bytes_f)
		fclose(s->bytes_f);
	s->bytes_f = NULL;
	free(s->bytes);
	s->bytes = NULL;
	s->bytes_len = 0;
}

void
script_free(struct script **sp)
{
	struct script *s = *sp;

	if (!s)
		return;
	*sp = NULL;
	for (size_t i = 0; i < s->n_lines; i++) {
		free(s->lines[i].name);
		script_value_release(&s->lines[i].value);
	}
	free(s->lines);
	script_drop_bytes(s);
	json_decref(s->vars);
	json_decref(s->replies);
	json_decref(s->error);
	mailbox_free(&s->mailbox);
	free(s);
}

/* ---------------------------------------------------------------------- calls */

static bool
script_keep_reply(void *arg, const ProtobufCMessage *msg)
{
	struct script *s = arg;

	json_array_append_new(s->replies, pbjson_from_message(msg));
	caller_write_bytes(msg, s->bytes_f);
	return true;
}

static int
script_greet(struct script *s, const struct method *m)
{
	int rc;

	if (s->greeted || m == method_at(METHOD_hello)) {
		s->greeted = true;
		return 0;
	}
	rc = connection_hello(s->c, s->o.kind, s->o.language, NULL);
	if (rc < 0) {
		script_fault(s, "hello: %s", err_text(rc));
		return rc;
	}
	s->greeted = true;
	return 0;
}

static void
script_begin_call(struct script *s)
{
	json_array_clear(s->replies);
	json_decref(s->error);
	s->error = NULL;
	script_drop_bytes(s);
	s->bytes_f = open_memstream(&s->bytes, &s->bytes_len);
	if (!s->bytes_f)
		die("out of memory");
	s->n_calls++;
}

int
script_run_call(struct script *s, const struct script_line *l)
{
	struct caller_result r;
	json_t *request = NULL;
	char name[64];

	describe_name(l->method, name, sizeof(name));
	if (s->o.verbose)
		fprintf(stderr, "%s:%u: call %s\n", s->o.path, l->number, name);
	if (l->value.json && !(request = script_value_get(s, &l->value)))
		return CALLER_REFUSED;
	if (script_greet(s, l->method) < 0) {
		json_decref(request);
		return CALLER_FAILED;
	}
	script_begin_call(s);
	caller_call(s->c, l->method, request, script_keep_reply, s, &r);
	json_decref(request);
	fflush(s->bytes_f);
	s->err = -r.err;
	s->error = r.error;
	if (r.err == 0)
		return CALLER_OK;
	/* not a failure yet: the next line may expect it */
	s->err_line = l->number;
	snprintf(s->err_text, sizeof(s->err_text), "%s: %s", name, r.text);
	if (r.by_server || net_state(s->c->net) != NET_UP)
		return CALLER_OK;
	s->err_line = 0;
	script_fault(s, "%s", s->err_text);
	return CALLER_FAILED;
}

/* ----------------------------------------------------------------- expecting */

/* For a message: sanitised, cut, freed by the caller. */
static char *
script_show_short(const json_t *json)
{
	char *text = script_show(json), *shown = mem_new(3 * SCRIPT_SHOW_MAX + 4);
	size_t len = strlen(text), width;
	bool cut = len > SCRIPT_SHOW_MAX;

	len = cut ? text_fit(text, SCRIPT_SHOW_MAX / 4, &width) : len;
	len = text_sanitise(text, len, false, shown);
	if (cut)
		memcpy(shown + len, "...", 4);
	free(text);
	return shown;
}

static int
script_expect_error(struct script *s, const struct script_line *l)
{
	unsigned refused = s->err_line;

	s->err_line = 0;
	if (s->err == l->err)
		return CALLER_OK;
	if (refused)
		script_fault(s, "expected error %s; %s", err_name(l->err), s->err_text);
	else
		script_fault(s, "expected error %s; the call went well", err_name(l->err));
	return CALLER_REFUSED;
}

int
script_run_expect(struct script *s, const struct script_line *l)
{
	static const char *const words[] = {
	    [SCRIPT_EQUAL] = "==",
	    [SCRIPT_UNEQUAL] = "!=",
	    [SCRIPT_LESS] = "<",
	    [SCRIPT_LESS_EQUAL] = "<=",
	    [SCRIPT_GREATER] = ">",
	    [SCRIPT_GREATER_EQUAL] = ">=",
	    [SCRIPT_CONTAINS] = "contains",
	};
	json_t *is, *wanted;
	char *is_text, *wanted_text;
	bool holds = false;

	s->n_expected++;
	if (l->err)
		return script_expect_error(s, l);
	is = script_path_get(s, l->name);
	wanted = is ? script_value_get(s, &l->value) : NULL;
	if (wanted) {
		holds = script_compare(is, l->compare, wanted);
		if (!holds) {
			is_text = script_show_short(is);
			wanted_text = script_show_short(wanted);
			script_fault(s, "expected %s %s %s; it is %s", l->name, words[l->compare],
			    wanted_text, is_text);
			free(is_text);
			free(wanted_text);
		}
	}
	json_decref(is);
	json_decref(wanted);
	return holds ? CALLER_OK : CALLER_REFUSED;
}

/* --------------------------------------------------------------------- others */

int
script_run_let(struct script *s, const struct script_line *l)
{
	json_t *j = script_value_get(s, &l->value);

	if (!j)
		return CALLER_REFUSED;
	json_object_set_new(s->vars, l->name, j);
	return CALLER_OK;
}

int
script_run_print(struct script *s, const struct script_line *l)
{
	json_t *j = script_value_get(s, &l->value);
	char *clean;
	bool ok;

	if (!j)
		return CALLER_REFUSED;
	if (json_is_string(j)) {
		clean = mem_new(3 * json_string_length(j) + 1);
		text_sanitise(json_string_value(j), json_string_length(j), true, clean);
		ok = puts(clean) >= 0;
		free(clean);
	} else {
		ok = pbjson_print(stdout, j, 2);
	}
	json_decref(j);
	/* in step with what others write there */
	if (ok && fflush(stdout) == 0)
		return CALLER_OK;
	script_fault(s, "%s", strerror(errno));
	return CALLER_FAILED;
}

int
script_run_save(struct script *s, const struct script_line *l)
{
	char *path = script_fill_text(s, l->name);
	FILE *f;
	bool ok;

	if (!path)
		return CALLER_REFUSED;
	f = fopen(path, "we");
	ok = f && fwrite(s->bytes, 1, s->bytes_len, f) == s->bytes_len;
	if (f && fclose(f) != 0)
		ok = false;
	if (!ok)
		script_fault(s, "%s: %s", path, strerror(errno));
	free(path);
	return ok ? CALLER_OK : CALLER_FAILED;
}

int
script_run_mailbox(struct script *s, const struct script_line *l)
{
	char *path = script_fill_text(s, l->name);

	if (!path)
		return CALLER_REFUSED;
	mailbox_free(&s->mailbox);
	s->mailbox = mailbox_open(path);
	if (!s->mailbox)
		script_fault(s, "%s: %s", path, strerror(errno));
	free(path);
	return s->mailbox ? CALLER_OK : CALLER_FAILED;
}

int
script_run_reconnect(struct script *s, const struct script_line *l)
{
	s->greeted = false;
	s->at = l->number;
	return connection_again(s->c, CALLER_PROGRAM) < 0 ? CALLER_FAILED : CALLER_OK;
}

/* ------------------------------------------------------------------- the whole */

/* A refusal that the line after it did not expect. */
static int
script_check_refusal(struct script *s)
{
	if (s->err_line == 0)
		return CALLER_OK;
	s->at = s->err_line;
	script_fault(s, "%s", s->err_text);
	return s->error ? CALLER_REFUSED : CALLER_FAILED;
}

int
script_run(struct script *s, struct connection *c)
{
	int rc = CALLER_OK;

	s->c = c;
	for (size_t i = 0; i < s->n_lines && rc == CALLER_OK; i++) {
		const struct script_line *l = &s->lines[i];

		if (!l->err)
			rc = script_check_refusal(s);
		if (rc != CALLER_OK)
			break;
		s->at = l->number;
		rc = l->command->run(s, l);
	}
	if (rc == CALLER_OK)
		rc = script_check_refusal(s);
	if (s->o.verbose && rc == CALLER_OK)
		fprintf(stderr, "%s: %u calls, %u expectations met\n", s->o.path, s->n_calls,
		    s->n_expected);
	return rc;
}
