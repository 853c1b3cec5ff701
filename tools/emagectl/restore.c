/* SPDX-License-Identifier: MIT */
/*
 * emagectl restore: unseals a backup into a storage folder that has no database, and
 * verifies all of it before it says so. Everything is made beside its place and put
 * there at the end, the database last.
 */
#include "tools/emagectl/restore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <libgen.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "server/server.h"
#include "server/settings.h"
#include "tools/emagectl/checkpoint.h"
#include "tools/emagectl/ctl.h"
#include "tools/emagectl/keyfile.h"
#include "tools/lib/pbjson.h"

#define PART "restore.part"

struct restore_options {
	const char *key, *checkpoint, *checkpoint_key, *owner;
};

struct restore {
	const struct restore_options *o;
	char *archive_path, *media_path; /* of the backup */
	char *directory;		 /* the storage folder */
	char *part;
	int lock_fd, media_fd;
	uint8_t secret[SEALED_SECRET];
	struct restore_archive archive;
	struct restore_check check;
	bool progress;
};

#define OPT(field) .offset = offsetof(struct restore_options, field)

static const struct option_row restore_rows[] = {
    {'k', "key", "FILE", OPTION_STRING, OPT(key), .words = "@file",
	.help = "Secret key that backup keygen has made; needed."},
    {0, "checkpoint", "FILE", OPTION_STRING, OPT(checkpoint), .words = "@file",
	.help = "A checkpoint of the audit trail that is not younger than the backup: shows a "
		"backup that somebody else has made up."},
    {0, "checkpoint-key", "FILE", OPTION_STRING, OPT(checkpoint_key), .words = "@file",
	.help = "Key that it was signed with; its public half suffices."},
    {0, "owner", "USER", OPTION_STRING, OPT(owner), .help = "Give what is restored to this user."},
};

static int
restore_fault(const char *path)
{
	ctl_fail("%s: %s", path, strerror(errno));
	return -EM_E_IO;
}

static char *
restore_path(const struct restore *r, const char *name)
{
	return mem_printf("%s/%s", r->part, name);
}

/* -------------------------------------------------------------- from and to */

/* A folder means the newest archive in it: their names sort by time. */
static char *
restore_newest(const char *folder)
{
	struct dirent **names = NULL;
	int n = scandir(folder, &names, NULL, alphasort);
	char *found = NULL;

	for (int i = n - 1; i >= 0; i--) {
		const size_t len = strlen(names[i]->d_name), end = strlen(BACKUP_ENDING);

		if (!found && len > end && strcmp(names[i]->d_name + len - end, BACKUP_ENDING) == 0)
			found = mem_printf("%s/%s", folder, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	if (!found)
		ctl_fail("%s: no archive of emagectl backup is in it", folder);
	return found;
}

static int
restore_from(struct restore *r, const char *path)
{
	struct stat st;
	char *copy;

	if (stat(path, &st) < 0)
		return restore_fault(path);
	r->archive_path = S_ISDIR(st.st_mode) ? restore_newest(path) : mem_strdup(path);
	if (!r->archive_path)
		return -EM_E_NOT_FOUND;
	copy = mem_strdup(r->archive_path);
	r->media_path = mem_printf("%s/" BACKUP_MEDIA, dirname(copy));
	free(copy);
	r->media_fd = open(r->media_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return r->media_fd < 0 ? restore_fault(r->media_path) : 0;
}

/* An empty folder of images is what emagectl init makes. */
static int
restore_refuse_living(const struct restore *r)
{
	char *database = mem_printf("%s/" SERVER_DATABASE, r->directory);
	char *media = mem_printf("%s/" SERVER_MEDIA, r->directory);
	int rc = 0;

	if (access(database, F_OK) == 0) {
		ctl_fail("%s: there is a database already, and it is not written over: name "
			 "another folder (-d), or move this one away",
		    database);
		rc = -EM_E_EXISTS;
	} else if (rmdir(media) < 0 && errno != ENOENT) {
		ctl_fail("%s: there are images already: name another folder (-d), or move them "
			 "away",
		    media);
		rc = -EM_E_EXISTS;
	}
	free(database);
	free(media);
	return rc;
}

/* The lock that a server holds on its database. */
static int
restore_lock(struct restore *r)
{
	char *path = mem_printf("%s/" SERVER_DATABASE ".lock", r->directory);
	int rc = 0;

	r->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (r->lock_fd < 0) {
		rc = restore_fault(path);
	} else if (flock(r->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		ctl_fail("%s: a server, or another restore, is at work there: stop it first",
		    r->directory);
		rc = -EM_E_BUSY;
	}
	free(path);
	return rc;
}

static int
restore_remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

/* What a restore has left that did not come to its end, too. */
static void
restore_remove_part(const struct restore *r)
{
	nftw(r->part, restore_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int
restore_to(struct restore *r)
{
	char *media;
	int rc;

	if (mkdir(r->directory, 0700) < 0 && errno != EEXIST)
		return restore_fault(r->directory);
	rc = restore_lock(r);
	if (rc == 0)
		rc = restore_refuse_living(r);
	if (rc < 0)
		return rc;
	restore_remove_part(r);
	media = restore_path(r, SERVER_MEDIA);
	if (mkdir(r->part, 0700) < 0 || mkdir(media, 0700) < 0)
		rc = restore_fault(media);
	free(media);
	return rc;
}

static int
restore_room(const struct restore *r, uint64_t n_bytes)
{
	char needed[BACKUP_BYTES_LEN], there[BACKUP_BYTES_LEN];
	struct statvfs fs;

	if (statvfs(r->directory, &fs) < 0)
		return restore_fault(r->directory);
	if ((uint64_t)fs.f_bavail * fs.f_frsize > n_bytes)
		return 0;
	ctl_fail("%s: %s are needed and %s are free: make room, or name another folder (-d)",
	    r->directory, backup_bytes(n_bytes, needed),
	    backup_bytes((uint64_t)fs.f_bavail * fs.f_frsize, there));
	return -EM_E_UNAVAILABLE;
}

/* -------------------------------------------------------------------- the work */

static int
restore_one_image(struct restore *r, const struct backup_file *f)
{
	char name[BACKUP_NAME_LEN], *folder, *to;
	int rc = 0;

	backup_media_name(f, name);
	to = mem_printf("%s/" SERVER_MEDIA "/%s", r->part, name);
	folder = mem_strdup(to);
	if (mkdir(dirname(folder), 0700) < 0 && errno != EEXIST)
		rc = restore_fault(to);
	if (rc == 0)
		rc = restore_image(r->media_fd, f, r->secret, to);
	free(folder);
	free(to);
	return rc;
}

static int
restore_images(struct restore *r)
{
	char x[BACKUP_BYTES_LEN], y[BACKUP_BYTES_LEN];
	uint64_t done = 0;
	int rc = restore_room(r, r->archive.media_bytes);

	for (size_t i = 0; rc == 0 && i < r->archive.n_files; i++) {
		const struct backup_file *f = &r->archive.files[i];

		if (!f->missing)
			rc = restore_one_image(r, f);
		done += f->n_bytes;
		if (r->progress)
			fprintf(stderr, "\r\033[Kimages: %s of %s", backup_bytes(done, x),
			    backup_bytes(r->archive.media_bytes, y));
	}
	return rc;
}

static uid_t restore_uid;
static gid_t restore_gid;

static int
restore_give_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return lchown(path, restore_uid, restore_gid);
}

static int
restore_give(const struct restore *r)
{
	const struct passwd *pw = r->o->owner ? getpwnam(r->o->owner) : NULL;

	if (!pw)
		return 0;
	restore_uid = pw->pw_uid;
	restore_gid = pw->pw_gid;
	if (nftw(r->part, restore_give_one, 16, FTW_PHYS) != 0 ||
	    fchown(r->lock_fd, restore_uid, restore_gid) < 0 ||
	    lchown(r->directory, restore_uid, restore_gid) < 0)
		return restore_fault(r->directory);
	return 0;
}

static int
restore_move(const struct restore *r, const char *name)
{
	char *from = restore_path(r, name), *to = mem_printf("%s/%s", r->directory, name);
	int rc = rename(from, to) < 0 ? restore_fault(to) : 0;

	free(from);
	free(to);
	return rc;
}

/* Images, then what refers to them; on the disk before it is told. */
static int
restore_settle(const struct restore *r)
{
	int fd = open(r->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 || syncfs(fd) < 0 ? restore_fault(r->directory) : 0;

	if (rc == 0)
		rc = restore_move(r, SERVER_MEDIA);
	if (rc == 0 && fsync(fd) < 0)
		rc = restore_fault(r->directory);
	if (rc == 0)
		rc = restore_move(r, SERVER_DATABASE);
	if (rc == 0 && fsync(fd) < 0)
		rc = restore_fault(r->directory);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int
restore_all(struct restore *r)
{
	char *database = restore_path(r, SERVER_DATABASE);
	int rc = restore_open(&r->archive, r->archive_path, r->secret);

	if (rc == 0)
		rc = restore_to(r);
	if (rc == 0)
		rc = restore_room(r, r->archive.database_bytes);
	if (rc == 0)
		rc = restore_database(&r->archive, database, r->progress);
	if (rc == 0)
		rc = restore_list(&r->archive);
	if (rc == 0)
		rc = restore_images(r);
	if (rc == 0)
		rc = restore_verify(database, &r->check);
	if (rc == 0)
		rc = restore_give(r);
	if (rc == 0)
		rc = restore_settle(r);
	if (r->progress)
		fputs("\r\033[K", stderr);
	if (r->lock_fd >= 0 && rc != -EM_E_BUSY)
		restore_remove_part(r);
	free(database);
	return rc;
}

/* ----------------------------------------------------------------- the command */

/* What must be right before anything is read. */
static int
restore_prepare(struct restore *r, const struct ctl *ctl)
{
	uint8_t key[KEYFILE_MAX_BYTES], public[crypto_sign_PUBLICKEYBYTES];
	struct checkpoint c;
	struct settings *st;

	if (!r->o->key)
		return ctl_fail("with which key? Name the secret one (--key FILE)");
	if (keyfile_load(r->o->key, key) != SEALED_SECRET)
		return ctl_fail(
		    "%s: not a secret key of 64 hexadecimal digits that can be read", r->o->key);
	memcpy(r->secret, key, SEALED_SECRET);
	secret_wipe(key, sizeof(key));
	if (r->o->owner && !getpwnam(r->o->owner))
		return ctl_fail("--owner: no user %s", r->o->owner);
	if (r->o->checkpoint) {
		if (!r->o->checkpoint_key)
			return ctl_fail("--checkpoint needs --checkpoint-key");
		if (checkpoint_public_key(r->o->checkpoint_key, public) < 0 ||
		    checkpoint_read(r->o->checkpoint, public, &c) < 0)
			return CTL_FAILED;
		r->check.checkpoint_seq = c.rows;
		memcpy(r->check.checkpoint_hash, c.hash, sizeof(c.hash));
	}
	if (ctl->directory) {
		r->directory = mem_strdup(ctl->directory);
	} else {
		st = ctl_settings(ctl);
		if (!st)
			return CTL_FAILED;
		r->directory = mem_strdup(st->storage_directory);
		settings_free(&st);
	}
	r->part = mem_printf("%s/" PART, r->directory);
	return CTL_OK;
}

static void
restore_tell(const struct ctl *ctl, const struct restore *r)
{
	char *pepper = mem_printf("%s/" SERVER_PEPPER, r->directory);
	const uint64_t n = r->archive.n_files - r->archive.n_missing;

	if (ctl->json) {
		json_t *j = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "directory", r->directory,
		    "archive", r->archive_path, "auditRows", (json_int_t)r->check.n_rows,
		    "accesses", (json_int_t)r->check.n_accesses, "files", (json_int_t)n,
		    "missingFiles", (json_int_t)r->archive.n_missing);

		pbjson_print(stdout, j, 2);
		json_decref(j);
	} else {
		printf("%s: restored and verified: %" PRIu64 " rows of the audit trail, %" PRIu64
		       " accesses, %" PRIu64 " files of images\n",
		    r->directory, r->check.n_rows, r->check.n_accesses, n);
	}
	if (access(pepper, F_OK) < 0)
		ctl_fail("%s is not there, and is in no backup: bring it back from where it is "
			 "kept, before emagectl init; nobody can sign in with another one",
		    pepper);
	free(pepper);
}

static int
restore_run(struct ctl *ctl, const void *options, int argc, char **argv)
{
	struct restore r = {.o = options,
	    .lock_fd = -1,
	    .media_fd = -1,
	    .archive = {.fd = -1},
	    .progress = !ctl->json && isatty(STDERR_FILENO)};
	int rc;

	if (argc != 1)
		return ctl_usage(&ctl_restore);
	r.check.archive = &r.archive;
	r.check.progress = r.progress;
	rc = restore_prepare(&r, ctl);
	if (rc == CTL_OK)
		rc = restore_from(&r, argv[0]) < 0 || restore_all(&r) < 0 ? CTL_FAILED : CTL_OK;
	if (rc == CTL_OK) {
		restore_tell(ctl, &r);
		rc = r.archive.n_missing ? CTL_PARTLY : CTL_OK;
	}
	restore_close(&r.archive);
	if (r.media_fd >= 0)
		close(r.media_fd);
	if (r.lock_fd >= 0)
		close(r.lock_fd);
	secret_wipe(r.secret, sizeof(r.secret));
	free(r.archive_path);
	free(r.media_path);
	free(r.directory);
	free(r.part);
	return rc;
}

const struct ctl_command ctl_restore = {
    .name = "restore",
    .args = "ARCHIVE | FOLDER",
    .help = "Bring a backup back into a storage folder without a database, all verified.",
    .words = "@file",
    .rows = restore_rows,
    .n_rows = ARRAY_LEN(restore_rows),
    .options_size = sizeof(struct restore_options),
    .run = restore_run,
};
