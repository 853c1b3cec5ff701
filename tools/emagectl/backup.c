/* SPDX-License-Identifier: MIT */
/*
 * emagectl backup, backup keygen.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"
#include "common/secret.h"
#include "proto/backup.pb-c.h"
#include "server/settings.h"
#include "tools/emagectl/backup_take.h"
#include "tools/emagectl/keyfile.h"
#include "tools/lib/pbjson.h"

static int
backup_mark(struct backup *b)
{
	Emage__BackupMarkRequest rq = EMAGE__BACKUP_MARK_REQUEST__INIT;
	ProtobufCMessage *msg;

	rq.kind = EMAGE__BACKUP_KIND__BACKUP_KIND_BACKUP;
	rq.n_bytes = b->n_written;
	rq.n_files = b->n_files - b->n_missing;
	if (ctl_call(b->ctl, METHOD_backup_mark, &rq.base, &msg) < 0)
		return CTL_PARTLY;
	protobuf_c_message_free_unpacked(msg, NULL);
	return CTL_OK;
}

static void
backup_tell(const struct backup *b)
{
	char x[BACKUP_BYTES_LEN], y[BACKUP_BYTES_LEN];
	json_t *j;

	if (b->ctl->json) {
		j = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "folder", b->folder.path,
		    "archive", b->name, "databaseBytes", (json_int_t)b->database_bytes, "files",
		    (json_int_t)(b->n_files - b->n_missing), "newFiles", (json_int_t)b->n_new,
		    "missingFiles", (json_int_t)b->n_missing, "writtenBytes",
		    (json_int_t)b->n_written);
		pbjson_print(stdout, j, 2);
		json_decref(j);
		return;
	}
	printf("%s/%s: database %s, %zu files of images, %" PRIu64 " of them new; %s written\n",
	    b->folder.path, b->name, backup_bytes(b->database_bytes, x),
	    b->n_files - (size_t)b->n_missing, b->n_new, backup_bytes(b->n_written, y));
}

static int
backup_all(struct backup *b)
{
	int rc = backup_take(b), status;

	if (b->progress)
		fputs("\r\033[K", stderr);
	if (rc < 0)
		return CTL_FAILED;
	backup_tell(b);
	status = backup_mark(b);
	if (b->n_missing == 0)
		return status;
	ctl_fail("%" PRIu64 " files of images that the database knows of are not in the storage "
		 "folder; the backup is without them",
	    b->n_missing);
	return CTL_PARTLY;
}

/* ------------------------------------------------------------------ commands */

struct backup_options {
	const char *key;
};

static const struct option_row backup_rows[] = {
    {'k', "key", "FILE", OPTION_STRING, .offset = offsetof(struct backup_options, key),
	.words = "@file", .help = "Public key to seal it to (default: the setting backup.key)."},
};

/* Folder and key: as named, else as the settings say. */
static int
backup_where(struct ctl *ctl, const char *folder, const char *key, char **folder_r, char **key_r)
{
	struct settings *st = folder && key ? NULL : ctl_settings(ctl);

	if (!st && !(folder && key))
		return CTL_FAILED;
	*folder_r = mem_strdup(folder ? folder : st->backup_folder);
	*key_r = mem_strdup(key ? key : st->backup_key);
	settings_free(&st);
	if (!**folder_r)
		return ctl_fail("where to? Name a folder, or set backup.folder");
	if (!**key_r)
		return ctl_fail("sealed to whom? Name a public key (--key FILE.pub), or set "
				"backup.key; emagectl backup keygen makes a pair");
	return CTL_OK;
}

static int
backup_public(const char *path, uint8_t public_r[SEALED_PUBLIC])
{
	uint8_t key[KEYFILE_MAX_BYTES];
	const size_t len = strlen(path);
	const bool looks_public = len > 4 && strcmp(path + len - 4, ".pub") == 0;

	if (keyfile_load(path, key) == SEALED_PUBLIC && looks_public) {
		memcpy(public_r, key, SEALED_PUBLIC);
		return CTL_OK;
	}
	secret_wipe(key, sizeof(key));
	return ctl_fail("%s: %s", path,
	    looks_public ? "not a public key of 64 hexadecimal digits"
			 : "its name does not end in .pub: backups are sealed to the public half, "
			   "and the secret one does not belong on this machine");
}

static int
backup_run(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct backup_options *o = options;
	struct backup b = {.ctl = ctl,
	    .progress = !ctl->json && isatty(STDERR_FILENO),
	    .archive = {.fd = -1},
	    .media = {.fd = -1}};
	char *folder = NULL, *key = NULL;
	int rc;

	if (argc > 1)
		return ctl_usage(&ctl_backup);
	rc = backup_where(ctl, argc ? argv[0] : NULL, o->key, &folder, &key);
	if (rc == CTL_OK)
		rc = backup_public(key, b.public);
	if (rc == CTL_OK && ctl_connect(ctl) < 0)
		rc = CTL_FAILED;
	if (rc == CTL_OK) {
		rc = backup_folder_open(&b.folder, folder) < 0 ? CTL_FAILED : backup_all(&b);
		/* what is still awaited would come into what is gone */
		connection_close(&ctl->c);
		backup_part_end(&b.archive);
		backup_folder_close(&b.folder);
	}
	free(b.files);
	free(folder);
	free(key);
	return rc;
}

const struct ctl_command ctl_backup = {
    .name = "backup",
    .args = "[FOLDER]",
    .help = "Copy database and images, sealed, into a folder; the service goes on.",
    .words = "@dir",
    .rows = backup_rows,
    .n_rows = ARRAY_LEN(backup_rows),
    .options_size = sizeof(struct backup_options),
    .run = backup_run,
};

static int
backup_keygen(struct ctl *ctl, const void *options, int argc, char **argv)
{
	uint8_t public[SEALED_PUBLIC], secret[SEALED_SECRET];
	int rc;

	(void)ctl;
	(void)options;
	if (argc != 1)
		return ctl_usage(&ctl_backup_keygen);
	crypto_box_keypair(public, secret);
	rc = keyfile_make(argv[0], secret, sizeof(secret), public, sizeof(public));
	secret_wipe(secret, sizeof(secret));
	if (rc < 0)
		return CTL_FAILED;
	fprintf(stderr, "Keep %s off this machine, twice: without it no backup can be read.\n",
	    argv[0]);
	return CTL_OK;
}

const struct ctl_command ctl_backup_keygen = {
    .name = "backup keygen",
    .args = "FILE",
    .help = "Make the pair of keys of backups: FILE, kept elsewhere, and FILE.pub.",
    .words = "@file",
    .run = backup_keygen,
};
