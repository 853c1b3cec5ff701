/* SPDX-License-Identifier: MIT */
/*
 * A Maildir: written under tmp, made durable, then moved to new. The file is
 * named after the message's key, so that a message which comes again (the reply
 * was lost, the server fell between sending and noting it) is not there twice.
 */
#include "courier/maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "common/mem.h"
#include "common/secret.h"

#define NAME_MAX_BYTES 96u
#define NAME_FORM      "%s.e-mage"

enum maildir_part { PART_TMP, PART_NEW, PART_CUR, N_PARTS };
static const char *const parts[N_PARTS] = {"tmp", "new", "cur"};

struct maildir {
	int fd[N_PARTS];
};

static void
maildir_close(void *state)
{
	struct maildir *d = state;

	for (int i = 0; i < N_PARTS; i++) {
		if (d->fd[i] >= 0)
			(void)close(d->fd[i]);
	}
	free(d);
}

static int
maildir_open_part(int base, const char *name)
{
	if (mkdirat(base, name, 0700) < 0 && errno != EEXIST)
		return -1;
	return openat(base, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static const char *
maildir_folder(const Emage__CourierSetupRequest *setup)
{
	return setup->maildir;
}

static int
maildir_open(const Emage__CourierSetupRequest *setup, struct transfers *transfers, void **state_r,
    const char **reason_r)
{
	const char *path = setup->maildir;
	struct maildir *d = mem_new(sizeof(*d));
	int base, rc = 0;

	(void)transfers;

	for (int i = 0; i < N_PARTS; i++)
		d->fd[i] = -1;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		goto failed;
	base = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (base < 0)
		goto failed;
	for (int i = 0; rc == 0 && i < N_PARTS; i++) {
		d->fd[i] = maildir_open_part(base, parts[i]);
		rc = d->fd[i];
		rc = rc < 0 ? rc : 0;
	}
	if (rc == 0 && fsync(base) < 0)
		rc = -1;
	(void)close(base);
	if (rc < 0)
		goto failed;
	*state_r = d;
	return 0;
failed:
	log_error("maildir.open", "cause=%s", strerrorname_np(errno));
	*reason_r = "the folder cannot be used (courier.maildir)";
	maildir_close(d);
	return -EM_E_IO;
}

/* Whether it lies there already: in new under its name, or in cur with the
 * flags of its reader behind it. */
static bool
maildir_has(const struct maildir *d, const char *name)
{
	size_t len = strlen(name);
	const struct dirent *e;
	bool found = faccessat(d->fd[PART_NEW], name, F_OK, 0) == 0;
	DIR *cur = NULL;
	int fd = found ? -1 : openat(d->fd[PART_CUR], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && (cur = fdopendir(fd)) == NULL)
		(void)close(fd);
	while (cur != NULL && !found && (e = readdir(cur)) != NULL)
		found = strncmp(e->d_name, name, len) == 0 &&
			(e->d_name[len] == '\0' || e->d_name[len] == ':');
	if (cur != NULL)
		(void)closedir(cur);
	return found;
}

static int
maildir_write(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		text += n;
		left -= (size_t)n;
	}
	return fsync(fd);
}

static int
maildir_store(const struct maildir *d, const char *name, const char *text)
{
	int fd = openat(d->fd[PART_TMP], name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int rc;

	if (fd < 0)
		return -1;
	rc = maildir_write(fd, text);
	if (close(fd) < 0)
		rc = -1;
	if (rc == 0)
		rc = renameat(d->fd[PART_TMP], name, d->fd[PART_NEW], name);
	if (rc < 0)
		(void)unlinkat(d->fd[PART_TMP], name, 0);
	return rc < 0 ? rc : fsync(d->fd[PART_NEW]);
}

static enum delivery
maildir_deliver(void *state, struct job *job, const struct mail *m, const char **reason_r)
{
	const struct maildir *d = state;
	char name[NAME_MAX_BYTES];
	char *text;
	int rc;

	(void)job;
	(void)snprintf(name, sizeof(name), NAME_FORM, m->key);
	if (maildir_has(d, name))
		return DELIVERY_SENT;
	text = mail_format(m);
	rc = maildir_store(d, name, text);
	if (rc < 0) {
		log_error("maildir.write", "cause=%s", strerrorname_np(errno));
		*reason_r = "cannot write to the maildir";
	}
	secret_wipe(text, strlen(text));
	free(text);
	return rc < 0 ? DELIVERY_LATER : DELIVERY_SENT;
}

const struct backend maildir_backend = {
    .name = "maildir",
    .open = maildir_open,
    .deliver = maildir_deliver,
    .close = maildir_close,
    .folder = maildir_folder,
};
