/* SPDX-License-Identifier: MIT */
/*
 * emage-call(1): one request in JSON, one reply in JSON; or a script of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "tools/emage-call/caller.h"
#include "tools/emage-call/script.h"
#include "tools/lib/complete.h"
#include "tools/lib/describe.h"
#include "tools/lib/options.h"
#include "tools/lib/pbjson.h"

struct call_options {
	const char *server, *socket, *ca, *name, *kind, *language, *out, *script, *describe;
	struct option_list vars;
	int64_t timeout_s;
	bool list, raw, compact, verbose, help, version;
};

#define OPT(field) .offset = offsetof(struct call_options, field)

static const struct option_row call_rows[] = {
    {'s', "server", "HOST:PORT", OPTION_STRING, OPT(server),
	.help = "Server to call (default $EMAGE_SERVER, else localhost:7443)."},
    {'S', "socket", "PATH", OPTION_STRING, OPT(socket), .words = "@file",
	.help = "Call over a local socket instead, as an operator."},
    {0, "ca", "FILE", OPTION_STRING, OPT(ca), .words = "@file",
	.help = "Certificate to trust (default $EMAGE_CA, else the system's)."},
    {0, "name", "NAME", OPTION_STRING, OPT(name),
	.help = "Name that the server's certificate must bear (default HOST)."},
    {'k', "kind", "KIND", OPTION_STRING, OPT(kind), .words = "script terminal kiosk",
	.help = "What to greet as: script (default), terminal or kiosk."},
    {0, "language", "LANG", OPTION_STRING, OPT(language), .words = "fr de en",
	.help = "Language of messages to the person: fr (default), de, en."},
    {'t', "timeout", "SECONDS", OPTION_INT, OPT(timeout_s), .min = 1, .max = 3600,
	.help = "Longest wait for a reply, and for a message (default 30)."},
    {'l', "list", NULL, OPTION_FLAG, OPT(list), .help = "List the methods."},
    {'d', "describe", "METHOD", OPTION_STRING, OPT(describe),
	.help = "Show a method's messages and a request to start from."},
    {'f', "script", "FILE", OPTION_STRING, OPT(script), .words = "@file",
	.help = "Run the lines of FILE (- is standard input) on one connection."},
    {0, "var", "NAME=VALUE", OPTION_LIST, OPT(vars),
	.help = "Variable for the script; VALUE @FILE is the first line of FILE, - of standard "
		"input."},
    {'c', "compact", NULL, OPTION_FLAG, OPT(compact), .help = "One reply a line."},
    {0, "raw", NULL, OPTION_FLAG, OPT(raw),
	.help = "Write what the bytes field of the replies holds, and nothing else."},
    {'o', "out", "FILE", OPTION_STRING, OPT(out), .words = "@file",
	.help = "Write to FILE instead of standard output."},
    {'v', "verbose", NULL, OPTION_FLAG, OPT(verbose),
	.help = "Tell each call of a script, and how many there were."},
    {'h', "help", NULL, OPTION_FLAG, OPT(help), .help = "Show this."},
    {'V', "version", NULL, OPTION_FLAG, OPT(version), .help = "Show the version."},
};

static void
call_usage(FILE *f)
{
	fputs("usage: emage-call [OPTION]... METHOD [JSON | @FILE | -]\n"
	      "       emage-call [OPTION]... --script FILE\n"
	      "       emage-call --list | --describe METHOD | --help\n",
	    f);
}

static void
call_help(FILE *f)
{
	call_usage(f);
	putc('\n', f);
	option_help(f, call_rows, ARRAY_LEN(call_rows));
	fputs("\nStatus: 0 done, 1 refused or not as expected, 2 usage or connection.\n", f);
}

static Emage__ClientKind
call_kind(const char *word)
{
	static const struct {
		const char *word;
		Emage__ClientKind kind;
	} kinds[] = {
	    {"script", EMAGE__CLIENT_KIND__CLIENT_KIND_SCRIPT},
	    {"terminal", EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL},
	    {"kiosk", EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK},
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].word, word) == 0)
			return kinds[i].kind;
	return EMAGE__CLIENT_KIND__CLIENT_KIND_UNSPECIFIED;
}

/* ----------------------------------------------------------------- one call */

struct call_output {
	FILE *f;
	bool raw;
	unsigned indent;
	bool failed;
};

static bool
call_print(void *arg, const ProtobufCMessage *msg)
{
	struct call_output *o = arg;
	json_t *j;

	if (o->raw) {
		o->failed = !caller_write_bytes(msg, o->f);
		return !o->failed;
	}
	j = pbjson_from_message(msg);
	o->failed = !pbjson_print(o->f, j, o->indent) || fflush(o->f) != 0;
	json_decref(j);
	return !o->failed;
}

static int
call_once(struct connection *c, const struct method *m, const json_t *request,
    const struct call_options *o)
{
	struct call_output out = {
	    .f = stdout,
	    .raw = o->raw,
	    .indent = o->compact || m->cost == COST_stream ? 0 : 2,
	};
	struct caller_result r;
	int rc = CALLER_OK;

	if (o->out && !(out.f = fopen(o->out, "we"))) {
		fprintf(stderr, "%s: %s: %s\n", CALLER_PROGRAM, o->out, strerror(errno));
		return CALLER_FAILED;
	}
	caller_call(c, m, request, call_print, &out, &r);
	if (r.err < 0) {
		fprintf(stderr, "%s: %s\n", CALLER_PROGRAM, r.text);
		rc = r.by_server ? CALLER_REFUSED : CALLER_FAILED;
	}
	if ((o->out ? fclose(out.f) : fflush(out.f)) != 0 || out.failed) {
		fprintf(stderr, "%s: %s\n", CALLER_PROGRAM,
		    o->raw && errno == 0 ? "the reply has no bytes" : strerror(errno));
		rc = CALLER_FAILED;
	}
	caller_result_release(&r);
	return rc;
}

/* Greets unless that is the call itself. */
static int
call_greet(struct connection *c, const struct method *m, const struct call_options *o)
{
	int rc = 0;

	if (m != method_at(METHOD_hello))
		rc = connection_hello(c, call_kind(o->kind), o->language, NULL);
	if (rc < 0)
		fprintf(stderr, "%s: hello: %s\n", CALLER_PROGRAM, err_text(rc));
	return rc;
}

/* A fault in the request is told before anybody is bothered with it. */
static bool
call_check(const struct method *m, const json_t *request)
{
	ProtobufCMessage *msg = NULL;
	char err[512];

	if (!request || pbjson_to_message(m->request, request, &msg, err, sizeof(err)) == 0) {
		if (msg)
			protobuf_c_message_free_unpacked(msg, NULL);
		return true;
	}
	fprintf(stderr, "%s: %s\n", CALLER_PROGRAM, err);
	return false;
}

static int
call_method(
    const struct call_options *o, const struct connection_options *where, char **words, int n_words)
{
	const struct method *m = describe_find(CALLER_PROGRAM, words[0]);
	struct connection c = {0};
	char err[512] = "";
	json_t *request = NULL;
	int rc = CALLER_FAILED;

	if (!m)
		return CALLER_FAILED;
	if (n_words > 1 && !(request = caller_read_json(words[1], err, sizeof(err)))) {
		fprintf(stderr, "%s: %s\n", CALLER_PROGRAM, err);
		return CALLER_FAILED;
	}
	if (call_check(m, request) && connection_open(&c, CALLER_PROGRAM, where) == 0 &&
	    call_greet(&c, m, o) == 0)
		rc = call_once(&c, m, request, o);
	json_decref(request);
	connection_close(&c);
	return rc;
}

/* -------------------------------------------------------------------- script */

static int
call_script(const struct call_options *o, const struct connection_options *where)
{
	struct script_options so = {
	    .path = o->script,
	    .vars = o->vars.items,
	    .n_vars = o->vars.n,
	    .kind = call_kind(o->kind),
	    .language = o->language,
	    .verbose = o->verbose,
	};
	struct connection c = {0};
	struct script *s = NULL;
	int rc = CALLER_FAILED;

	/* read as a whole first: a fault in the last line costs no call */
	s = script_load(&so);
	if (s && connection_open(&c, CALLER_PROGRAM, where) == 0)
		rc = script_run(s, &c);
	script_free(&s);
	connection_close(&c);
	return rc;
}

static int
call_describe(const char *name)
{
	const struct method *m = describe_find(CALLER_PROGRAM, name);

	if (!m)
		return CALLER_FAILED;
	describe_method(stdout, m);
	return CALLER_OK;
}

/* ---------------------------------------------------------------- completion */

static void
call_complete_methods(void)
{
	char name[64];

	for (unsigned i = 0; i < N_METHODS; i++) {
		describe_name(method_at(i), name, sizeof(name));
		puts(name);
	}
}

/* Words that may stand at the end of this command line. */
static int
call_complete(int argc, char **argv)
{
	const char *current = argc > 0 ? argv[argc - 1] : "";
	const char *before = argc > 1 ? argv[argc - 2] : "";

	if (strcmp(before, "--describe") == 0 || strcmp(before, "-d") == 0)
		call_complete_methods();
	else if (complete_value(stdout, call_rows, ARRAY_LEN(call_rows), before))
		return CALLER_OK;
	else if (*current == '-')
		complete_options(stdout, call_rows, ARRAY_LEN(call_rows));
	else if (*current == '@')
		puts("@file");
	else
		call_complete_methods();
	return CALLER_OK;
}

static int
call_run(const struct call_options *o, char **words, int n_words)
{
	struct connection_options where = {
	    .server = o->server,
	    .socket = o->socket,
	    .ca_path = o->ca,
	    .name = o->name,
	    .timeout_ms = (int)o->timeout_s * 1000,
	};

	if (o->help) {
		call_help(stdout);
		return CALLER_OK;
	}
	if (o->version) {
		printf("emage-call %s\n", EMAGE_VERSION);
		return CALLER_OK;
	}
	if (o->list) {
		describe_list(stdout);
		return CALLER_OK;
	}
	if (o->describe)
		return call_describe(o->describe);
	if (call_kind(o->kind) == EMAGE__CLIENT_KIND__CLIENT_KIND_UNSPECIFIED) {
		fprintf(stderr, "%s: --kind is script, terminal or kiosk\n", CALLER_PROGRAM);
		return CALLER_FAILED;
	}
	if (o->script && n_words == 0)
		return call_script(o, &where);
	if (o->script || n_words < 1 || n_words > 2) {
		call_usage(stderr);
		return CALLER_FAILED;
	}
	return call_method(o, &where, words, n_words);
}

int
main(int argc, char **argv)
{
	const char *server = getenv("EMAGE_SERVER");
	struct call_options o = {
	    .server = server ? server : "localhost",
	    .ca = getenv("EMAGE_CA"),
	    .kind = "script",
	    .language = "fr",
	    .timeout_s = 30,
	};
	int first, rc;

	if (argc > 1 && strcmp(argv[1], "--complete") == 0)
		return call_complete(argc - 2, argv + 2);
	secret_setup();
	pbjson_setup();
	first = option_read(CALLER_PROGRAM, call_rows, ARRAY_LEN(call_rows), true, argc, argv, &o);
	if (first < 0)
		return CALLER_FAILED;
	rc = call_run(&o, argv + first, argc - first);
	if (fflush(stdout) != 0 && rc == CALLER_OK) {
		fprintf(stderr, "%s: %s\n", CALLER_PROGRAM, strerror(errno));
		rc = CALLER_FAILED;
	}
	free(o.vars.items);
	return rc;
}
