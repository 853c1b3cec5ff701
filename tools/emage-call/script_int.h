/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CALL_SCRIPT_INT_H
#define EMAGE_CALL_SCRIPT_INT_H

#include <stdio.h>

#include "tools/emage-call/caller.h"
#include "tools/emage-call/script.h"
#include "tools/lib/mailbox.h"

/* What reading, running and values of scripts share. */

struct script_line;

/* One row a command: reads the rest of its line, runs it. */
struct script_command {
	const char *name;
	const char *usage;
	/* 0, or -EM_E_INVALID after script_fault() */
	int (*parse)(struct script *s, struct script_line *l, char *rest);
	/* enum caller_exit, after script_fault() unless CALLER_OK */
	int (*run)(struct script *s, const struct script_line *l);
};

enum script_compare {
	SCRIPT_EQUAL,
	SCRIPT_UNEQUAL,
	SCRIPT_LESS,
	SCRIPT_LESS_EQUAL,
	SCRIPT_GREATER,
	SCRIPT_GREATER_EQUAL,
	SCRIPT_CONTAINS,
};

/* Where a value comes from. */
enum script_source {
	SCRIPT_LITERAL, /* json, with $variables in its strings */
	SCRIPT_PATH,	/* of the last reply, or of a variable ($name...) */
	SCRIPT_FILE,	/* first line of a file */
	SCRIPT_ENV,
	SCRIPT_MAIL, /* code of the next message, or the word behind a text in it */
};

struct script_value {
	enum script_source source;
	json_t *json;
	char *text; /* path, file or name */
};

struct script_line {
	unsigned number;
	const struct script_command *command;
	const struct method *method;
	char *name; /* left side: variable, path or file */
	enum script_compare compare;
	struct script_value value;
	int err; /* expect error: EM_E_* */
};

struct script {
	struct script_options o;
	struct script_line *lines;
	size_t n_lines;
	unsigned at; /* number of the line at hand, for messages */

	struct connection *c;
	bool greeted;
	json_t *vars;
	json_t *replies;   /* of the last call */
	json_t *error;	   /* of the last call, as an object; NULL = it went well */
	int err;	   /* of the last call */
	unsigned err_line; /* of that call, until an `expect error` has seen it */
	char err_text[640];
	char *bytes; /* what the bytes fields of the last call held */
	size_t bytes_len;
	FILE *bytes_f;
	struct mailbox *mailbox;
	unsigned n_calls, n_expected;
};

/* "FILE:LINE: ..." on standard error. Returns -EM_E_INVALID. */
int script_fault(const struct script *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* script_value.c */

/* 0 or -EM_E_INVALID after script_fault(). Takes a JSON literal, "$name.path",
 * or a word: a path when word_is_path, else text (names of enum values). */
int script_value_parse(struct script *s, struct script_value *v, char *text, bool word_is_path);
void script_value_release(struct script_value *v);
/* New reference, or NULL after script_fault(). */
json_t *script_value_get(struct script *s, const struct script_value *v);
/* Length of the name at s. */
size_t script_name_len(const char *s);
/* A variable, borrowed; NULL after script_fault(). */
json_t *script_var(struct script *s, const char *name, size_t len);
/* Text with its variables put in; NULL after script_fault(). */
char *script_fill_text(struct script *s, const char *text);
/* A copy with the variables in its strings put in; NULL likewise. */
json_t *script_fill(struct script *s, const json_t *json);
/* A string as it is, anything else as JSON. Freed by the caller. */
char *script_show(const json_t *json);

/* script_path.c */

/* What a path stands for in the last reply: a new reference, or NULL after script_fault(). */
json_t *script_path_get(struct script *s, const char *path);

/* script_compare.c */

bool script_compare(const json_t *left, enum script_compare how, const json_t *right);

/* script_parse.c */

/* Fills lines. 0, or -EM_E_INVALID after every fault was told. */
int script_parse(struct script *s, char *text);
extern const struct script_command script_commands[];
extern const size_t script_commands_len;

/* script_run.c: the functions of the table */
int script_run_call(struct script *s, const struct script_line *l);
int script_run_expect(struct script *s, const struct script_line *l);
int script_run_let(struct script *s, const struct script_line *l);
int script_run_print(struct script *s, const struct script_line *l);
int script_run_save(struct script *s, const struct script_line *l);
int script_run_mailbox(struct script *s, const struct script_line *l);
int script_run_reconnect(struct script *s, const struct script_line *l);

#endif
