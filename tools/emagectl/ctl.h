/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CTL_CTL_H
#define EMAGE_CTL_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/admin.pb-c.h"
#include "proto/letter.pb-c.h"
#include "tools/lib/connection.h"
#include "tools/lib/options.h"

/* emagectl(8): what its subcommands share. */

#define CTL_PROGRAM "emagectl"

enum ctl_exit {
	CTL_OK = 0,
	CTL_PARTLY = 1, /* something was refused, or is not as it should be */
	CTL_FAILED = 2, /* nothing was done */
};

struct ctl {
	/* options that every subcommand takes */
	const char *socket, *config, *directory;
	int64_t timeout_s;
	bool json, help;

	struct connection c;
};

/* One row a subcommand: feeds dispatch, --help and completion. */
struct ctl_command {
	const char *name;  /* "patient add" */
	const char *args;  /* after the options, for --help */
	const char *help;  /* one line */
	const char *words; /* completion of arguments: "@file", or NULL */
	const struct option_row *rows;
	size_t n_rows;
	size_t options_size; /* of the struct that the rows fill */
	/* enum ctl_exit; `options` is zeroed, then filled; argv: what is left */
	int (*run)(struct ctl *ctl, const void *options, int argc, char **argv);
};

extern const struct ctl_command ctl_init, ctl_patient_add, ctl_staff_add, ctl_staff_list,
    ctl_staff_set, ctl_staff_reset, ctl_session_list, ctl_session_end, ctl_outbox_list,
    ctl_outbox_retry, ctl_outbox_drop, ctl_establishment_add, ctl_establishment_list,
    ctl_import_dicom, ctl_import_rpps, ctl_import_finess, ctl_import_patients, ctl_import_accesses,
    ctl_contest_list, ctl_contest_answer, ctl_release, ctl_audit_list, ctl_audit_checkpoint,
    ctl_audit_verify, ctl_backup, ctl_backup_keygen, ctl_restore, ctl_status;

struct settings;
/* The server's settings, as the options say where; NULL after a message.
 * settings_free(). */
struct settings *ctl_settings(const struct ctl *ctl);
/* Opens the local socket and greets. 0, or -EM_E_* after a message. */
int ctl_connect(struct ctl *ctl);
/* One request, one reply (protobuf_c_message_free_unpacked). Messages likewise. */
int ctl_call(struct ctl *ctl, enum method_index m, const ProtobufCMessage *request,
    ProtobufCMessage **reply_r);
/* The reply as JSON on standard output. */
void ctl_print_json(const ProtobufCMessage *msg);
/* Text from a server or a file name, for a terminal. Freed by the caller. */
char *ctl_clean(const char *text);
/* "reception" */
const char *ctl_role_word(Emage__Role role);
/* A number of something, "an account"; 0, or CTL_FAILED after a message. */
int ctl_number(const char *word, const char *of, uint64_t *n_r);
/* Has emage-letter(8) make a letter. `file` "-" = PDF on standard output; one that
 * ends in .txt gets text. Either may be NULL. CTL_OK, or CTL_FAILED after a
 * message. ctl_letter_check() finds what can be found before there is one. */
int ctl_letter_check(const char *file, const char *printer);
int ctl_letter(const char *file, const char *printer, const Emage__Letter *l);
/* "emagectl: ..." on standard error; returns CTL_FAILED. */
int ctl_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* For a wrong count of arguments: the subcommand's usage. Returns CTL_FAILED. */
int ctl_usage(const struct ctl_command *cmd);

#endif
