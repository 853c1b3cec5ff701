/* SPDX-License-Identifier: MIT */
/*
 * emagectl audit list, audit checkpoint, audit verify.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "proto/backup.pb-c.h"
#include "proto/staff.pb-c.h"
#include "server/settings.h"
#include "tools/emagectl/checkpoint.h"
#include "tools/emagectl/ctl.h"
#include "tools/lib/pbjson.h"

#define LIST_LIMIT  100u
#define LIST_USUAL  20
#define STEP_MAX_MS 1000

/* --------------------------------------------------------------------- list */

struct list_options {
	const char *event;
	int64_t patient, count, before;
};

#define OPT(field) .offset = offsetof(struct list_options, field)

static const struct option_row list_rows[] = {
    {0, "event", "BEGINNING", OPTION_STRING, OPT(event),
	.help = "Those alone whose event begins so: session, exam.opened."},
    {0, "patient", "ID", OPTION_INT, OPT(patient), .max = INT64_MAX,
	.help = "Those alone about this patient."},
    {'n', "count", "N", OPTION_INT, OPT(count), .min = 1, .max = INT64_MAX,
	.help = "At most so many (default 20)."},
    {0, "before", "ROW", OPTION_INT, OPT(before), .min = 1, .max = INT64_MAX,
	.help = "Only rows before this one."},
};
#undef OPT

static void
audit_show(const Emage__AuditRow *r)
{
	struct clock_civil c = clock_paris(r->at_ms);
	char *actor = ctl_clean(r->actor), *detail = ctl_clean(r->detail);

	printf("%8" PRIu64 "  %04d-%02d-%02d %02d:%02d:%02d  %-20s %-8s %s", r->seq, c.year,
	    c.month, c.day, c.hour, c.minute, c.second, r->event, r->result, actor);
	if (r->patient_id)
		printf("  patient=%" PRIu64, r->patient_id);
	if (r->exam_id)
		printf("  exam=%" PRIu64, r->exam_id);
	printf("%s%s\n", *detail ? "  " : "", detail);
	free(actor);
	free(detail);
}

static int
audit_list(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct list_options *o = options;
	Emage__AuditListRequest rq = EMAGE__AUDIT_LIST_REQUEST__INIT;
	int64_t left = o->count ? o->count : LIST_USUAL;

	(void)argv;
	if (argc > 0)
		return ctl_usage(&ctl_audit_list);
	if (ctl_connect(ctl) < 0)
		return CTL_FAILED;
	rq.event = (char *)(o->event ? o->event : "");
	rq.patient_id = (uint64_t)o->patient;
	rq.before_seq = (uint64_t)o->before;
	do {
		Emage__AuditListReply *reply;
		ProtobufCMessage *msg;

		rq.limit = left < LIST_LIMIT ? (uint32_t)left : LIST_LIMIT;
		if (ctl_call(ctl, METHOD_audit_list, &rq.base, &msg) < 0)
			return CTL_FAILED;
		reply = (Emage__AuditListReply *)msg;
		for (size_t i = 0; i < reply->n_rows; i++) {
			if (ctl->json)
				ctl_print_json(&reply->rows[i]->base);
			else
				audit_show(reply->rows[i]);
		}
		left -= (int64_t)reply->n_rows;
		rq.before_seq = reply->next_seq;
		protobuf_c_message_free_unpacked(msg, NULL);
	} while (left > 0 && rq.before_seq != 0);
	return CTL_OK;
}

const struct ctl_command ctl_audit_list = {
    .name = "audit list",
    .args = "",
    .help = "Show the audit trail, newest first.",
    .rows = list_rows,
    .n_rows = ARRAY_LEN(list_rows),
    .options_size = sizeof(struct list_options),
    .run = audit_list,
};

/* --------------------------------------------------------------- checkpoint */

struct checkpoint_options {
	const char *key, *checkpoint;
	bool consent;
};

/* audit-checkpoint.key in the storage folder unless one is named. */
static char *
audit_key_path(const struct ctl *ctl, const char *named)
{
	struct settings *st;
	char *path;

	if (named)
		return mem_strdup(named);
	st = ctl_settings(ctl);
	if (!st)
		return NULL;
	path = mem_printf("%s/audit-checkpoint.key", st->storage_directory);
	settings_free(&st);
	return path;
}

static const struct option_row checkpoint_rows[] = {
    {'k', "key", "FILE", OPTION_STRING, .offset = offsetof(struct checkpoint_options, key),
	.words = "@file",
	.help = "Secret key to sign with (default audit-checkpoint.key in the storage folder). "
		"It is made when it is not there, its public half beside it in FILE.pub; better "
		"kept on another machine."},
};

/* As the settings say: a file of its own into the folder, then the command. *path_r:
 * the file, if there is one. */
static int
audit_carry(struct ctl *ctl, const struct checkpoint *c,
    const uint8_t secret[crypto_sign_SECRETKEYBYTES], char **path_r)
{
	struct settings *st = ctl_settings(ctl);
	const time_t now = (time_t)(c->at_ms / 1000);
	char name[64];
	struct tm tm;
	int rc = 0;

	if (!st)
		return -EM_E_CONFIG;
	gmtime_r(&now, &tm);
	strftime(name, sizeof(name), "emage-%Y%m%dT%H%M%SZ.checkpoint", &tm);
	if (!*st->audit_checkpoints && !*st->audit_checkpoint_command) {
		ctl_fail("where to? Name a file, or set audit.checkpoints or "
			 "audit.checkpoint_command");
		rc = -EM_E_CONFIG;
	}
	if (rc == 0 && *st->audit_checkpoints) {
		*path_r = mem_printf("%s/%s", st->audit_checkpoints, name);
		rc = checkpoint_write(*path_r, c, secret);
	}
	if (rc == 0 && *st->audit_checkpoint_command)
		rc = checkpoint_send(st->audit_checkpoint_command, c, secret);
	settings_free(&st);
	return rc;
}

/* It is where it belongs: emagectl status knows. */
static int
audit_mark(struct ctl *ctl)
{
	Emage__BackupMarkRequest rq = EMAGE__BACKUP_MARK_REQUEST__INIT;
	ProtobufCMessage *msg;
	int rc;

	rq.kind = EMAGE__BACKUP_KIND__BACKUP_KIND_CHECKPOINT;
	rc = ctl_call(ctl, METHOD_backup_mark, &rq.base, &msg);
	if (rc == 0)
		protobuf_c_message_free_unpacked(msg, NULL);
	return rc;
}

/* NULL: to where the settings say. */
static int
audit_put(struct ctl *ctl, const struct checkpoint *c, const char *key, const char *file)
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	const bool to_stdout = file && strcmp(file, "-") == 0;
	char *named = audit_key_path(ctl, key), *path = NULL;
	int rc = named ? checkpoint_secret_key(named, secret) : -EM_E_CONFIG;

	if (rc == 0)
		rc = file ? checkpoint_write(file, c, secret) : audit_carry(ctl, c, secret, &path);
	secret_wipe(secret, sizeof(secret));
	/* nobody knows what becomes of what went to standard output */
	if (rc == 0 && !to_stdout)
		rc = audit_mark(ctl);
	if (rc == 0 && !to_stdout && !ctl->json)
		printf("%s: %" PRIu64 " rows\n", file ? file : path ? path : "sent", c->rows);
	free(named);
	free(path);
	return rc;
}

static int
audit_checkpoint(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct checkpoint_options *o = options;
	Emage__AuditHeadRequest rq = EMAGE__AUDIT_HEAD_REQUEST__INIT;
	const Emage__AuditHeadReply *head;
	struct checkpoint c;
	ProtobufCMessage *msg;
	int rc;

	if (argc > 1)
		return ctl_usage(&ctl_audit_checkpoint);
	if (ctl_connect(ctl) < 0 || ctl_call(ctl, METHOD_audit_head, &rq.base, &msg) < 0)
		return CTL_FAILED;
	head = (const Emage__AuditHeadReply *)msg;
	c = (struct checkpoint){.rows = head->seq, .at_ms = head->at_ms};
	if (head->hash.len == sizeof(c.hash))
		memcpy(c.hash, head->hash.data, sizeof(c.hash));
	rc = audit_put(ctl, &c, o->key, argc ? argv[0] : NULL);
	if (rc == 0 && ctl->json && (!argc || strcmp(argv[0], "-") != 0))
		ctl_print_json(msg);
	protobuf_c_message_free_unpacked(msg, NULL);
	return rc == 0 ? CTL_OK : CTL_FAILED;
}

const struct ctl_command ctl_audit_checkpoint = {
    .name = "audit checkpoint",
    .args = "[FILE]",
    .help = "Write down, signed, what the audit trail is now; keep it off this machine.",
    .words = "@file",
    .rows = checkpoint_rows,
    .n_rows = ARRAY_LEN(checkpoint_rows),
    .options_size = sizeof(struct checkpoint_options),
    .run = audit_checkpoint,
};

/* ------------------------------------------------------------------- verify */

static const struct option_row verify_rows[] = {
    {0, "checkpoint", "FILE", OPTION_STRING,
	.offset = offsetof(struct checkpoint_options, checkpoint), .words = "@file",
	.help = "What the trail once was, as audit checkpoint wrote it: shows one that was cut "
		"off, computed anew or set back."},
    {0, "consent", NULL, OPTION_FLAG, .offset = offsetof(struct checkpoint_options, consent),
	.help = "The trail and the ledger of consents only, not the histories."},
    {'k', "key", "FILE", OPTION_STRING, .offset = offsetof(struct checkpoint_options, key),
	.words = "@file",
	.help = "Key that it was signed with, its public half suffices (default "
		"audit-checkpoint.key in the storage folder)."},
};

struct audit_verifying {
	bool done, progress;
	int err;
	Emage__AuditVerifyReply verdict; /* its text apart */
	char why[32];
	char fault[256];
};

static void
audit_on_reply(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct audit_verifying *v = arg;

	if (err < 0) {
		connection_error_text(err, e, v->fault, sizeof(v->fault));
		v->err = err;
		v->done = true;
		return;
	}
	v->verdict = *(const Emage__AuditVerifyReply *)msg;
	snprintf(v->why, sizeof(v->why), "%s", v->verdict.why);
	v->verdict.why = v->why;
	v->done = !more;
	if (v->progress)
		fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " rows, %" PRIu64 " accesses ",
		    v->verdict.n_rows, v->verdict.n_total, v->verdict.n_accesses);
}

static int
audit_follow(struct ctl *ctl, const Emage__AuditVerifyRequest *rq, struct audit_verifying *v)
{
	if (!rpc_call(
		ctl->c.rpc, METHOD_audit_verify, &rq->base, ctl->c.timeout_ms, audit_on_reply, v))
		return ctl_fail("%s", err_text(-EM_E_CLOSED));
	while (!v->done) {
		struct pollfd p = {.fd = -1};
		int timeout_ms;

		rpc_wants(ctl->c.rpc, &p.fd, &p.events, &timeout_ms);
		if (timeout_ms < 0 || timeout_ms > STEP_MAX_MS)
			timeout_ms = STEP_MAX_MS;
		poll(&p, 1, timeout_ms);
		rpc_step(ctl->c.rpc);
	}
	if (v->progress)
		putc('\n', stderr);
	return v->err < 0 ? ctl_fail("%s", v->fault) : CTL_OK;
}

static void
audit_tell(const Emage__AuditVerifyReply *v, const struct checkpoint *c)
{
	if (v->sound) {
		printf("sound: %" PRIu64 " rows, %" PRIu64 " consents, %" PRIu64 " accesses",
		    v->n_rows, v->n_consents, v->n_accesses);
		if (c->rows)
			printf(", as the checkpoint of row %" PRIu64 " says", c->rows);
		putchar('\n');
	} else if (v->bad_seq && strcmp(v->why, "checkpoint") == 0) {
		printf("BROKEN: row %" PRIu64 " is not what the checkpoint says (%" PRIu64
		       " rows are there, the checkpoint has seen %" PRIu64 ")\n",
		    v->bad_seq, v->n_total, c->rows);
	} else if (v->bad_seq) {
		printf("BROKEN: row %" PRIu64 " of the trail (%s)\n", v->bad_seq, v->why);
	} else if (v->bad_consent) {
		printf("BROKEN: consent %" PRIu64 " is not what the trail tells\n", v->bad_consent);
	} else {
		printf("BROKEN: access %" PRIu64 " of patient %" PRIu64 " (%s)\n", v->bad_number,
		    v->bad_patient, v->why);
	}
}

static int
audit_verify(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct checkpoint_options *o = options;
	Emage__AuditVerifyRequest rq = EMAGE__AUDIT_VERIFY_REQUEST__INIT;
	struct audit_verifying v = {.progress = !ctl->json && isatty(STDERR_FILENO)};
	uint8_t public[crypto_sign_PUBLICKEYBYTES];
	struct checkpoint c = {.rows = 0};

	(void)argv;
	if (argc > 0)
		return ctl_usage(&ctl_audit_verify);
	if (o->checkpoint) {
		char *key = audit_key_path(ctl, o->key);
		int rc = key ? checkpoint_public_key(key, public) : -EM_E_CONFIG;

		free(key);
		if (rc == 0)
			rc = checkpoint_read(o->checkpoint, public, &c);
		if (rc < 0)
			return CTL_FAILED;
	}
	rq.without_accesses = o->consent;
	rq.checkpoint_seq = c.rows;
	if (c.rows)
		rq.checkpoint_hash = (ProtobufCBinaryData){.data = c.hash, .len = sizeof(c.hash)};
	if (ctl_connect(ctl) < 0 || audit_follow(ctl, &rq, &v) != CTL_OK)
		return CTL_FAILED;
	if (ctl->json)
		ctl_print_json(&v.verdict.base);
	else
		audit_tell(&v.verdict, &c);
	return v.verdict.sound ? CTL_OK : CTL_PARTLY;
}

const struct ctl_command ctl_audit_verify = {
    .name = "audit verify",
    .args = "",
    .help = "Recompute the audit trail and every history; 1 when something is wrong.",
    .rows = verify_rows,
    .n_rows = ARRAY_LEN(verify_rows),
    .options_size = sizeof(struct checkpoint_options),
    .run = audit_verify,
};
