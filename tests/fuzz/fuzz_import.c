/* SPDX-License-Identifier: MIT */
/*
 * Files that operators load: directories, patients, histories. Whatever stands in
 * them, what goes to the server is a request that it can read. The first byte
 * says which importer, the next two its options and the server's mood.
 */
#include "tests/fuzz/fuzz.h"

#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"
#include "common/wirecheck.h"
#include "server/settings.h"
#include "tools/emagectl/load.h"

static const struct ctl_command *const fuzz_importers[] = {
    &ctl_import_rpps, &ctl_import_finess, &ctl_import_patients, &ctl_import_accesses};

/* Requests that were sent and not answered yet. */
struct fuzz_sent {
	enum method_index method;
	rpc_done *done;
	void *arg;
};
static struct fuzz_sent fuzz_queue[LOAD_WINDOW];
static size_t fuzz_n_queued;
static uint8_t fuzz_mood;

/* -------------------------------------------- what is not there without a server */

int
ctl_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	return CTL_FAILED;
}

char *
ctl_clean(const char *text)
{
	return mem_strdup(text);
}

int
ctl_usage(const struct ctl_command *cmd)
{
	(void)cmd;
	abort();
}

struct settings *
ctl_settings(const struct ctl *ctl)
{
	struct settings *st = mem_new(sizeof(*st));

	(void)ctl;
	st->region_departments = mem_strdup("67 68 2A 971");
	st->region_professions = mem_strdup("10 60");
	return st;
}

int
ctl_connect(struct ctl *ctl)
{
	(void)ctl;
	return fuzz_mood % 16 == 15 ? -EM_E_CLOSED : 0;
}

void
connection_close(struct connection *c)
{
	(void)c;
}

void
connection_error_text(int err, const Emage__Error *e, char *out_r, size_t out_len)
{
	(void)err;
	(void)e;
	snprintf(out_r, out_len, "refused");
}

const char *
net_error_text(const struct net *n)
{
	(void)n;
	return "too large";
}

struct buf *
net_out(struct net *n)
{
	static struct buf nothing_waits;

	(void)n;
	return &nothing_waits;
}

/* A reply with nothing in it, but for a flag of that name. */
static ProtobufCMessage *
fuzz_reply(enum method_index m, const char *flag)
{
	const ProtobufCMessageDescriptor *desc = method_at(m)->reply;
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field_by_name(desc, flag);
	ProtobufCMessage *msg = mem_new(desc->sizeof_message);

	protobuf_c_message_init(desc, msg);
	if (field)
		*(protobuf_c_boolean *)((char *)msg + field->offset) = fuzz_mood % 2;
	return msg;
}

int
ctl_call(struct ctl *ctl, enum method_index m, const ProtobufCMessage *request,
    ProtobufCMessage **reply_r)
{
	(void)ctl;
	(void)request;
	if (fuzz_mood % 16 == 14)
		return -EM_E_CLOSED;
	*reply_r = fuzz_reply(m, "used");
	return 0;
}

uint32_t
rpc_call(struct rpc *r, enum method_index m, const ProtobufCMessage *request, int timeout_ms,
    rpc_done *done, void *arg)
{
	size_t len = protobuf_c_message_get_packed_size(request);
	uint8_t *packed = mem_new(len);
	const char *field;

	(void)r;
	(void)timeout_ms;
	fuzz_must(len <= method_at(m)->cap_bytes);
	fuzz_must(protobuf_c_message_pack(request, packed) == len);
	fuzz_must(wirecheck(method_at(m)->request, packed, len, &field) == 0);
	free(packed);
	fuzz_must(fuzz_n_queued < LOAD_WINDOW);
	fuzz_queue[fuzz_n_queued++] = (struct fuzz_sent){.method = m, .done = done, .arg = arg};
	return 1;
}

void
rpc_wants(const struct rpc *r, int *fd_r, short *events_r, int *timeout_ms_r)
{
	(void)r;
	*fd_r = -1;
	*events_r = 0;
	*timeout_ms_r = 0;
}

/* The oldest is answered: some lines of it, and some that were never sent, are refused. */
void
rpc_step(struct rpc *r)
{
	struct fuzz_sent sent = fuzz_queue[0];
	ProtobufCMessage *msg;
	Emage__LoadRefusal one = EMAGE__LOAD_REFUSAL__INIT, two = one;
	Emage__LoadRefusal *list[] = {&one, &two};
	const ProtobufCFieldDescriptor *field;

	(void)r;
	fuzz_must(fuzz_n_queued > 0);
	memmove(fuzz_queue, fuzz_queue + 1, --fuzz_n_queued * sizeof(sent));
	if (fuzz_mood % 16 == 13) {
		sent.done(sent.arg, -EM_E_CLOSED, NULL, NULL, false);
		return;
	}
	msg = fuzz_reply(sent.method, "");
	field = protobuf_c_message_descriptor_get_field_by_name(msg->descriptor, "refused");
	fuzz_must(field != NULL);
	one.line = fuzz_mood % 8;
	two.line = UINT32_MAX;
	one.field = one.reason = two.field = two.reason = (char *)(uintptr_t) "field";
	*(size_t *)(void *)((char *)msg + field->quantifier_offset) = ARRAY_LEN(list);
	*(Emage__LoadRefusal ***)(void *)((char *)msg + field->offset) = list;
	sent.done(sent.arg, 0, msg, NULL, false);
	free(msg);
}

/* ------------------------------------------------------------------- reading */

/* What the lines are: text, and its columns parts of it. */
static void
fuzz_lines(const char *path, char separator, bool quoted)
{
	FILE *f = fopen(path, "re");
	struct lines l;
	char *fields[8];
	int rc;

	fuzz_must(f != NULL);
	lines_begin(&l, f);
	while ((rc = lines_next(&l)) != 0) {
		size_t len = strlen(l.text), n;

		fuzz_must(rc == 1 || l.text[0] == '\0');
		fuzz_must(text_is_utf8(l.text, len));
		n = lines_split(l.text, separator, quoted, fields, ARRAY_LEN(fields));
		fuzz_must(n > 0 && n <= len + 1);
		for (size_t i = 0; i < n && i < ARRAY_LEN(fields); i++) {
			fuzz_must(fields[i] >= l.text && fields[i] <= l.text + len);
			fuzz_must(fields[i] + strlen(fields[i]) <= l.text + len);
		}
	}
	lines_end(&l);
	fclose(f);
}

/* Flags as bits say. */
static void
fuzz_options(const struct ctl_command *cmd, void *options, unsigned bits)
{
	for (size_t i = 0; i < cmd->n_rows; i++)
		if (cmd->rows[i].type == OPTION_FLAG)
			*(bool *)((char *)options + cmd->rows[i].offset) = bits >> i & 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct ctl_command *cmd;
	struct ctl ctl = {.json = false};
	FILE *out = stdout, *err = stderr, *nowhere = fopen("/dev/null", "we");
	char path[64], *argv[] = {path};
	void *options;
	int fd, status;

	if (len < 3)
		return 0;
	cmd = fuzz_importers[bytes[0] % ARRAY_LEN(fuzz_importers)];
	fuzz_mood = bytes[2];
	fd = memfd_create("lines", MFD_CLOEXEC);
	fuzz_must(fd >= 0 && nowhere != NULL);
	fuzz_must(write(fd, bytes + 3, len - 3) == (ssize_t)(len - 3));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fuzz_lines(path, bytes[0] & 4 ? ';' : '|', bytes[0] & 8);
	options = mem_new(cmd->options_size);
	fuzz_options(cmd, options, bytes[1]);
	if (bytes[0] & 16)
		((struct load_options *)options)->refused = "/dev/null";
	ctl.json = bytes[0] & 32;
	stdout = stderr = nowhere;
	status = cmd->run(&ctl, options, 1, argv);
	stdout = out;
	stderr = err;
	fuzz_must(status == CTL_OK || status == CTL_PARTLY || status == CTL_FAILED);
	fuzz_n_queued = 0;
	free(options);
	fclose(nowhere);
	close(fd);
	return 0;
}
