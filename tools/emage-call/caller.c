/* SPDX-License-Identifier: MIT */
/*
 * JSON in, call, JSON out.
 */
#include "tools/emage-call/caller.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "tools/lib/pbjson.h"

struct caller_wait {
	struct caller_result *result;
	caller_reply *each;
	void *arg;
	bool done;
	bool stopped; /* by the receiver: what still comes is dropped */
};

static json_t *
caller_error_json(int err, const Emage__Error *e)
{
	json_t *j = json_pack("{s:s, s:i, s:s%, s:I, s:I}", "name", err_name(err), "code",
	    (int)e->code, "field", e->field, strlen(e->field), "retry_after_s",
	    (json_int_t)e->retry_after_s, "tries_left", (json_int_t)e->tries_left);

	return j ? j : json_object(); /* a field that is not UTF-8 */
}

static void
caller_done(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct caller_wait *w = arg;

	w->done = !more;
	if (err < 0) {
		w->result->err = err;
		w->result->by_server = e != NULL;
		connection_error_text(err, e, w->result->text, sizeof(w->result->text));
		if (e)
			w->result->error = caller_error_json(err, e);
		return;
	}
	w->result->n_replies++;
	if (!w->stopped && !w->each(w->arg, msg))
		w->stopped = true;
}

static void
caller_wait(struct connection *c, struct caller_wait *w)
{
	while (!w->done) {
		struct pollfd p = {.fd = -1};
		int timeout_ms;

		rpc_wants(c->rpc, &p.fd, &p.events, &timeout_ms);
		poll(&p, 1, timeout_ms);
		rpc_step(c->rpc);
	}
}

static void
caller_fail(struct caller_result *r, int err)
{
	r->err = err;
	connection_error_text(err, NULL, r->text, sizeof(r->text));
}

void
caller_call(struct connection *c, const struct method *m, const json_t *request, caller_reply *each,
    void *arg, struct caller_result *r)
{
	struct caller_wait w = {.result = r, .each = each, .arg = arg};
	json_t *empty = json_object();
	ProtobufCMessage *msg;

	*r = (struct caller_result){.err = 0};
	r->err = pbjson_to_message(
	    m->request, request ? request : empty, &msg, r->text, sizeof(r->text));
	json_decref(empty);
	if (r->err < 0)
		return;
	if (rpc_call(c->rpc, method_index(m), msg, c->timeout_ms, caller_done, &w) != 0)
		caller_wait(c, &w);
	else if (net_state(c->net) == NET_UP)
		caller_fail(r, -EM_E_TOO_LARGE);
	else
		caller_fail(r, net_error(c->net) ? net_error(c->net) : -EM_E_CLOSED);
	protobuf_c_message_free_unpacked(msg, NULL);
}

void
caller_result_release(struct caller_result *r)
{
	json_decref(r->error);
	r->error = NULL;
}

/* -------------------------------------------------------------- reading input */

char *
caller_read_text(const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char *text = NULL, *bigger;
	size_t len = 0, cap = 0, n = 1;

	if (!f)
		return NULL;
	while (n > 0) {
		if (cap - len < 4096) {
			/* not realloc(), which would leave a copy behind */
			bigger = mem_new(cap + 16384);
			if (text) {
				memcpy(bigger, text, len);
				secret_wipe(text, len);
				free(text);
			}
			text = bigger;
			cap += 16384;
		}
		n = fread(text + len, 1, cap - len - 1, f);
		len += n;
	}
	if (f != stdin)
		fclose(f);
	return text;
}

json_t *
caller_read_json(const char *text, char *err_r, size_t err_len)
{
	bool is_file = text[0] == '@' || strcmp(text, "-") == 0;
	char *all = is_file ? caller_read_text(*text == '@' ? text + 1 : text) : NULL;
	json_error_t e;
	json_t *j = NULL;

	if (is_file && !all) {
		snprintf(err_r, err_len, "%s: %s", text + 1, strerror(errno));
		return NULL;
	}
	j = json_loads(all ? all : text, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &e);
	if (!j)
		snprintf(
		    err_r, err_len, "not JSON: line %d, column %d: %s", e.line, e.column, e.text);
	if (all) {
		secret_wipe(all, strlen(all));
		free(all);
	}
	return j;
}

char *
caller_first_line(const char *path)
{
	char *text = caller_read_text(path);

	if (text)
		text[strcspn(text, "\r\n")] = '\0';
	return text;
}

bool
caller_write_bytes(const ProtobufCMessage *msg, FILE *f)
{
	for (unsigned i = 0; i < msg->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &msg->descriptor->fields[i];
		const ProtobufCBinaryData *b;

		if (field->type != PROTOBUF_C_TYPE_BYTES ||
		    field->label == PROTOBUF_C_LABEL_REPEATED)
			continue;
		b = (const void *)((const uint8_t *)msg + field->offset);
		return fwrite(b->data, 1, b->len, f) == b->len;
	}
	return false;
}
