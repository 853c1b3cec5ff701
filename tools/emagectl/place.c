/* SPDX-License-Identifier: MIT */
/*
 * Making of files and folders for emagectl init.
 */
#include "tools/emagectl/place.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "tools/emagectl/ctl.h"

int
place_begin(struct place *p, const char *owner, bool tell)
{
	struct passwd *pw;

	*p = (struct place){.tell = tell};
	if (owner) {
		pw = getpwnam(owner);
		if (!pw) {
			ctl_fail("--owner: no user %s", owner);
			return -EM_E_NOT_FOUND;
		}
		p->uid = pw->pw_uid;
		p->gid = pw->pw_gid;
		p->give = true;
	}
	p->made = json_array();
	p->kept = json_array();
	return 0;
}

void
place_end(struct place *p)
{
	json_decref(p->made);
	json_decref(p->kept);
}

bool
place_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static int
place_note(struct place *p, json_t *list, const char *word, const char *path)
{
	char *clean = ctl_clean(path);

	json_array_append_new(list, json_string(clean));
	if (p->tell)
		printf("%s  %s\n", word, clean);
	free(clean);
	return 0;
}

static bool
place_is_noted(const json_t *list, const char *path)
{
	json_t *noted;
	size_t i;

	json_array_foreach(
	    (json_t *)list, i, noted) if (strcmp(json_string_value(noted), path) == 0) return true;
	return false;
}

int
place_kept(struct place *p, const char *path)
{
	if (place_is_noted(p->made, path) || place_is_noted(p->kept, path))
		return 0;
	return place_note(p, p->kept, "kept", path);
}

static int
place_fault(const char *path)
{
	ctl_fail("%s: %s", path, strerror(errno));
	return -EM_E_IO;
}

/* The folders above a path; they are everybody's to enter. */
static int
place_parents(struct place *p, const char *path)
{
	char *copy = mem_strdup(path);
	const char *parent = dirname(copy);
	int rc = 0;

	if (!place_exists(parent))
		rc = place_directory(p, parent, 0755);
	free(copy);
	return rc;
}

/* What is private belongs to the server's user; what all may read stays the
 * administrator's. */
static bool
place_gives(const struct place *p, mode_t mode)
{
	return p->give && (mode & 077) == 0;
}

int
place_directory(struct place *p, const char *path, mode_t mode)
{
	struct stat st;

	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return place_kept(p, path);
		errno = ENOTDIR;
		return place_fault(path);
	}
	if (place_parents(p, path) < 0)
		return -EM_E_IO;
	if (mkdir(path, mode) < 0 || chmod(path, mode) < 0 ||
	    (place_gives(p, mode) && chown(path, p->uid, p->gid) < 0))
		return place_fault(path);
	return place_note(p, p->made, "made", path);
}

static int
place_write(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return fsync(fd);
}

/* So that the name itself survives a power cut. */
static int
place_sync_parent(const char *path)
{
	char *copy = mem_strdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		close(fd);
	free(copy);
	return rc;
}

int
place_file(struct place *p, const char *path, const void *bytes, size_t len, mode_t mode)
{
	char *fresh;
	int fd, rc = -EM_E_IO;

	if (place_parents(p, path) < 0)
		return -EM_E_IO;
	fresh = mem_printf("%s.XXXXXX", path);
	fd = mkostemp(fresh, O_CLOEXEC);
	if (fd < 0) {
		place_fault(path);
		goto out;
	}
	if (place_write(fd, bytes, len) < 0 || fchmod(fd, mode) < 0 ||
	    (place_gives(p, mode) && fchown(fd, p->uid, p->gid) < 0) ||
	    /* unlike rename(), this never replaces */
	    link(fresh, path) < 0 || place_sync_parent(path) < 0)
		place_fault(path);
	else
		rc = place_note(p, p->made, "made", path);
	unlink(fresh);
	close(fd);
out:
	free(fresh);
	return rc;
}
