/* SPDX-License-Identifier: MIT */
/*
 * emagectl(8): finds the subcommand, reads its options, runs it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"
#include "server/settings.h"
#include "tools/emagectl/ctl.h"
#include "tools/lib/complete.h"
#include "tools/lib/pbjson.h"

static const struct ctl_command *const ctl_commands[] = {
    &ctl_init,
    &ctl_patient_add,
    &ctl_staff_add,
    &ctl_staff_list,
    &ctl_staff_set,
    &ctl_staff_reset,
    &ctl_session_list,
    &ctl_session_end,
    &ctl_outbox_list,
    &ctl_outbox_retry,
    &ctl_outbox_drop,
    &ctl_establishment_add,
    &ctl_establishment_list,
    &ctl_import_dicom,
    &ctl_import_rpps,
    &ctl_import_finess,
    &ctl_import_patients,
    &ctl_import_accesses,
    &ctl_contest_list,
    &ctl_contest_answer,
    &ctl_release,
    &ctl_audit_list,
    &ctl_audit_checkpoint,
    &ctl_audit_verify,
    &ctl_backup_keygen, /* before the shorter name */
    &ctl_backup,
    &ctl_restore,
    &ctl_status,
};

#define OPT(field) .offset = offsetof(struct ctl, field)

static const struct option_row ctl_rows[] = {
    {'S', "socket", "PATH", OPTION_STRING, OPT(socket), .words = "@file",
	.help = "Local socket of the server (default $EMAGE_SOCKET, else as configured)."},
    {'c', "config", "FILE", OPTION_STRING, OPT(config), .words = "@file",
	.help = "The server's settings (default " EMAGE_SYSCONFDIR "/emage/emaged.conf)."},
    {'d', "directory", "DIR", OPTION_STRING, OPT(directory), .words = "@dir",
	.help = "Storage directory; its emaged.conf is then the default of --config."},
    {0, "timeout", "SECONDS", OPTION_INT, OPT(timeout_s), .min = 1, .max = 3600,
	.help = "Longest wait for an answer (default 60)."},
    {'j', "json", NULL, OPTION_FLAG, OPT(json), .help = "Answer in JSON."},
    {'h', "help", NULL, OPTION_FLAG, OPT(help), .help = "Show this."},
};

/* ----------------------------------------------------------- for subcommands */

int
ctl_fail(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", CTL_PROGRAM);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	putc('\n', stderr);
	return CTL_FAILED;
}

struct settings *
ctl_settings(const struct ctl *ctl)
{
	struct settings_source from = {
	    .path = ctl->config ? ctl->config : EMAGE_SYSCONFDIR "/emage/emaged.conf",
	    .must_exist = ctl->config != NULL,
	    .directory = ctl->directory,
	};
	struct settings *st = NULL;
	char err[1024], *beside = NULL;

	if (ctl->directory && !ctl->config)
		from.path = beside = mem_printf("%s/emaged.conf", ctl->directory);
	if (settings_load(&from, &st, err, sizeof(err)) < 0) {
		fputs(err, stderr);
		st = NULL;
	}
	free(beside);
	return st;
}

static char *
ctl_socket_path(const struct ctl *ctl)
{
	const char *env = getenv("EMAGE_SOCKET");
	struct settings *st;
	char *path;

	if (ctl->socket)
		return mem_strdup(ctl->socket);
	if (env && *env && !ctl->config && !ctl->directory)
		return mem_strdup(env);
	st = ctl_settings(ctl);
	if (!st)
		return NULL;
	path = mem_strdup(st->listen_local_socket);
	settings_free(&st);
	return path;
}

int
ctl_connect(struct ctl *ctl)
{
	char *path = ctl_socket_path(ctl);
	const struct connection_options o = {
	    .socket = path,
	    .timeout_ms = (int)ctl->timeout_s * 1000,
	};
	int rc;

	if (!path)
		return -EM_E_CONFIG;
	rc = connection_open(&ctl->c, CTL_PROGRAM, &o);
	if (rc == 0) {
		rc = connection_hello(&ctl->c, EMAGE__CLIENT_KIND__CLIENT_KIND_SCRIPT, "fr", NULL);
		if (rc < 0)
			ctl_fail("%s: %s", path, err_text(rc));
	}
	free(path);
	return rc;
}

int
ctl_call(struct ctl *ctl, enum method_index m, const ProtobufCMessage *request,
    ProtobufCMessage **reply_r)
{
	Emage__Error *e = NULL;
	char text[256];
	int rc = rpc_call_wait(ctl->c.rpc, m, request, ctl->c.timeout_ms, reply_r, &e);

	if (rc < 0) {
		connection_error_text(rc, e, text, sizeof(text));
		ctl_fail("%s", rc == -EM_E_UNKNOWN_METHOD ? "the server does not take this user "
							    "for an operator (listen.operators)"
							  : text);
	}
	if (e)
		protobuf_c_message_free_unpacked(&e->base, NULL);
	return rc;
}

void
ctl_print_json(const ProtobufCMessage *msg)
{
	json_t *j = pbjson_from_message(msg);

	pbjson_print(stdout, j, 2);
	json_decref(j);
}

char *
ctl_clean(const char *text)
{
	size_t len = strlen(text);
	char *clean = mem_new(3 * len + 1);

	text_sanitise(text, len, false, clean);
	return clean;
}

int
ctl_usage(const struct ctl_command *cmd)
{
	fprintf(stderr, "usage: %s %s [OPTION]... %s\n", CTL_PROGRAM, cmd->name, cmd->args);
	return CTL_FAILED;
}

/* --------------------------------------------------------------------- help */

static void
ctl_help(FILE *f)
{
	fprintf(f, "usage: %s COMMAND [OPTION]...\n\n", CTL_PROGRAM);
	for (size_t i = 0; i < ARRAY_LEN(ctl_commands); i++)
		fprintf(f, "  %-20s %s\n", ctl_commands[i]->name, ctl_commands[i]->help);
	fputs("\nOptions of every command:\n", f);
	option_help(f, ctl_rows, ARRAY_LEN(ctl_rows));
	fprintf(f, "\n%s COMMAND --help tells the rest; %s --version.\n", CTL_PROGRAM, CTL_PROGRAM);
}

static void
ctl_help_command(const struct ctl_command *cmd)
{
	printf("usage: %s %s [OPTION]... %s\n\n%s\n", CTL_PROGRAM, cmd->name, cmd->args, cmd->help);
	if (cmd->n_rows > 0) {
		putchar('\n');
		option_help(stdout, cmd->rows, cmd->n_rows);
	}
	puts("\nOptions of every command:");
	option_help(stdout, ctl_rows, ARRAY_LEN(ctl_rows));
}

/* --------------------------------------------------------------- subcommands */

/* How many words of argv the command's name takes; 0 = it is not this one. */
static int
ctl_name_words(const struct ctl_command *cmd, int argc, char **argv)
{
	const char *p = cmd->name;
	int n = 0;

	while (*p) {
		size_t len = strcspn(p, " ");

		if (n >= argc || strlen(argv[n]) != len || strncmp(argv[n], p, len) != 0)
			return 0;
		n++;
		p += len + (p[len] == ' ');
	}
	return n;
}

static const struct ctl_command *
ctl_find(int argc, char **argv, int *n_words_r)
{
	for (size_t i = 0; i < ARRAY_LEN(ctl_commands); i++) {
		*n_words_r = ctl_name_words(ctl_commands[i], argc, argv);
		if (*n_words_r > 0)
			return ctl_commands[i];
	}
	return NULL;
}

/* "patient" -> "patient add" */
static const char *
ctl_beginning_with(const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < ARRAY_LEN(ctl_commands); i++)
		if (strncmp(ctl_commands[i]->name, word, len) == 0 &&
		    ctl_commands[i]->name[len] == ' ')
			return ctl_commands[i]->name;
	return NULL;
}

static int
ctl_no_command(int argc, char **argv)
{
	const char *names[ARRAY_LEN(ctl_commands)], *near;
	char *word;

	if (argc == 0) {
		ctl_help(stderr);
		return CTL_FAILED;
	}
	for (size_t i = 0; i < ARRAY_LEN(ctl_commands); i++)
		names[i] = ctl_commands[i]->name;
	word = mem_printf("%s%s%s", argv[0], argc > 1 && argv[1][0] != '-' ? " " : "",
	    argc > 1 && argv[1][0] != '-' ? argv[1] : "");
	near = ctl_beginning_with(word);
	if (!near)
		near = config_nearest(word, names, ARRAY_LEN(names));
	if (near)
		ctl_fail("no command \"%s\"; did you mean \"%s\"?", word, near);
	else
		ctl_fail("no command \"%s\"; see --help", word);
	free(word);
	return CTL_FAILED;
}

/*
 * A subcommand's options and those of every command stand in one list; each row
 * writes into one block: the subcommand's struct, then struct ctl.
 */
static int
ctl_run(const struct ctl_command *cmd, int argc, char **argv)
{
	size_t n = cmd->n_rows + ARRAY_LEN(ctl_rows);
	size_t gap = (cmd->options_size + 15) / 16 * 16;
	struct option_row *rows = mem_new_array(n, sizeof(*rows));
	char *block = mem_new(gap + sizeof(struct ctl));
	struct ctl *ctl = (struct ctl *)(void *)(block + gap);
	int first, rc = CTL_FAILED;

	for (size_t i = 0; i < n; i++) {
		rows[i] = i < cmd->n_rows ? cmd->rows[i] : ctl_rows[i - cmd->n_rows];
		if (i >= cmd->n_rows)
			rows[i].offset += gap;
	}
	ctl->timeout_s = 60;
	first = option_read(CTL_PROGRAM, rows, n, true, argc, argv, block);
	if (first >= 0 && ctl->help) {
		ctl_help_command(cmd);
		rc = CTL_OK;
	} else if (first >= 0) {
		rc = cmd->run(ctl, block, argc - first, argv + first);
	}
	connection_close(&ctl->c);
	for (size_t i = 0; i < cmd->n_rows; i++)
		if (cmd->rows[i].type == OPTION_LIST)
			free(((struct option_list *)(void *)(block + cmd->rows[i].offset))->items);
	free(rows);
	free(block);
	return rc;
}

/* -------------------------------------------------------------- completion */

/* Words that may stand at the end of this command line; bash completion. */
static int
ctl_complete(int argc, char **argv)
{
	const char *current = argc > 0 ? argv[argc - 1] : "";
	const char *before = argc > 1 ? argv[argc - 2] : "";
	const struct ctl_command *cmd;
	int n_words;

	cmd = ctl_find(argc - 1, argv, &n_words);
	if (!cmd) {
		for (size_t i = 0; i < ARRAY_LEN(ctl_commands); i++)
			complete_command(stdout, ctl_commands[i]->name, argc - 1, argv);
		return CTL_OK;
	}
	if (complete_value(stdout, cmd->rows, cmd->n_rows, before) ||
	    complete_value(stdout, ctl_rows, ARRAY_LEN(ctl_rows), before))
		return CTL_OK;
	if (*current == '-') {
		complete_options(stdout, cmd->rows, cmd->n_rows);
		complete_options(stdout, ctl_rows, ARRAY_LEN(ctl_rows));
	} else if (cmd->words) {
		puts(cmd->words);
	}
	return CTL_OK;
}

int
main(int argc, char **argv)
{
	const struct ctl_command *cmd;
	int n_words, rc;

	secret_setup();
	pbjson_setup();
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		ctl_help(stdout);
		return CTL_OK;
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("%s %s\n", CTL_PROGRAM, EMAGE_VERSION);
		return CTL_OK;
	}
	if (argc > 1 && strcmp(argv[1], "--complete") == 0)
		return ctl_complete(argc - 2, argv + 2);
	cmd = ctl_find(argc - 1, argv + 1, &n_words);
	if (!cmd)
		return ctl_no_command(argc - 1, argv + 1);
	/* getopt skips argv[0] */
	rc = ctl_run(cmd, argc - n_words, argv + n_words);
	if (fflush(stdout) != 0 && rc == CTL_OK)
		rc = ctl_fail("%s", strerror(errno));
	return rc;
}
