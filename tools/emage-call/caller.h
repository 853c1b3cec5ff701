/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CALL_CALLER_H
#define EMAGE_CALL_CALLER_H

#include <stdbool.h>

#include <jansson.h>

#include "tools/lib/connection.h"

/* One call with JSON in and JSON out, and what came of it. */

#define CALLER_PROGRAM "emage-call"

enum caller_exit {
	CALLER_OK = 0,
	CALLER_REFUSED = 1, /* by the server, or by an expectation */
	CALLER_FAILED = 2,  /* usage or connection */
};

/* Called for each reply while it arrives; false ends the call. */
typedef bool caller_reply(void *arg, const ProtobufCMessage *msg);

struct caller_result {
	int err;	/* 0 or -EM_E_* */
	bool by_server; /* the server said it, not the connection */
	json_t *error;	/* {"code":..,"name":..,"field":..,...} when it did */
	char text[512]; /* err in words */
	unsigned n_replies;
};

/* Sends a request read from JSON (NULL = empty) and waits for every reply. A
 * fault in the JSON is -EM_E_INVALID with by_server false. */
void caller_call(struct connection *c, const struct method *m, const json_t *request,
    caller_reply *each, void *arg, struct caller_result *r);
void caller_result_release(struct caller_result *r);

/* JSON text, "@FILE" or "-" (standard input) as JSON. NULL after a message in
 * err_r. */
json_t *caller_read_json(const char *text, char *err_r, size_t err_len);

/* All of a file, "-" = standard input; NULL and errno. Freed by the caller. */
char *caller_read_text(const char *path);
/* First line of a file, without its end; NULL and errno. Freed by the caller. */
char *caller_first_line(const char *path);

/* Appends what the first bytes field of a message holds. False when there is
 * none or the stream fails. */
bool caller_write_bytes(const ProtobufCMessage *msg, FILE *f);

#endif
