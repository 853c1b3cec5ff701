/* SPDX-License-Identifier: MIT */
/*
 * Reading a backup's archive and its files of images.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "tools/emagectl/ctl.h"
#include "tools/emagectl/restore.h"

#define LINE_MAX_BYTES 160u
#define FILE_BYTES_MAX (UINT64_C(1) << 50)

static int
archive_fault(const struct restore_archive *a, const char *what)
{
	ctl_fail("%s: %s", a->path, what);
	return -EM_E_INVALID;
}

static int
archive_broken(const struct restore_archive *a, int rc)
{
	ctl_fail("%s: %s", a->path, sealed_why(a->in));
	return rc;
}

/* A line without its end; all of it has been vouched for. */
static int
archive_line(struct restore_archive *a, char line_r[LINE_MAX_BYTES])
{
	size_t n, len = 0;
	int rc;

	for (;;) {
		rc = sealed_get(a->in, &line_r[len], 1, &n);
		if (rc < 0)
			return archive_broken(a, rc);
		if (n == 0 || len + 1 == LINE_MAX_BYTES)
			return archive_fault(a, "not an archive that this program can read");
		if (line_r[len] == '\n')
			break;
		len++;
	}
	line_r[len] = '\0';
	return 0;
}

int
restore_open(struct restore_archive *a, const char *path, const uint8_t secret[SEALED_SECRET])
{
	char line[LINE_MAX_BYTES], hash[2 * 32 + 1];
	size_t n = 0;
	int rc;

	*a = (struct restore_archive){.path = path, .fd = open(path, O_RDONLY | O_CLOEXEC)};
	if (a->fd < 0) {
		ctl_fail("%s: %s", path, strerror(errno));
		return -EM_E_IO;
	}
	a->in = sealed_in_new(a->fd, secret);
	rc = archive_line(a, line);
	if (rc == 0 && strncmp(line, BACKUP_HEAD, strlen(BACKUP_HEAD) - 1) != 0)
		return archive_fault(a, "not an archive of emagectl backup");
	if (rc == 0)
		rc = archive_line(a, line);
	if (rc == 0 && (sscanf(line, "audit %" SCNu64 " %64s", &a->audit_seq, hash) != 2 ||
			   sodium_hex2bin(a->audit_hash, sizeof(a->audit_hash), hash, strlen(hash),
			       NULL, &n, NULL) != 0))
		return archive_fault(a, "not an archive that this program can read");
	if (rc == 0)
		rc = archive_line(a, line);
	if (rc == 0 && sscanf(line, "database %" SCNu64, &a->database_bytes) != 1)
		return archive_fault(a, "not an archive that this program can read");
	return rc == 0 ? archive_line(a, line) : rc;
}

void
restore_close(struct restore_archive *a)
{
	sealed_in_free(&a->in);
	if (a->fd >= 0)
		close(a->fd);
	free(a->files);
}

/* ------------------------------------------------------------------- writing */

static int
archive_write(int fd, const char *path, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			ctl_fail("%s: %s", path, strerror(errno));
			return -EM_E_IO;
		}
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
archive_sync(int fd, const char *path)
{
	if (fsync(fd) == 0)
		return 0;
	ctl_fail("%s: %s", path, strerror(errno));
	return -EM_E_IO;
}

static int
archive_create(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);

	if (fd < 0)
		ctl_fail("%s: %s", path, strerror(errno));
	return fd;
}

int
restore_database(struct restore_archive *a, const char *to, bool progress)
{
	uint8_t *bytes = mem_new(SEALED_CHUNK);
	char x[BACKUP_BYTES_LEN], y[BACKUP_BYTES_LEN];
	uint64_t done = 0;
	int fd = archive_create(to, 0600), rc = fd < 0 ? -EM_E_IO : 0;

	while (rc == 0 && done < a->database_bytes) {
		const uint64_t left = a->database_bytes - done;
		size_t n;

		rc =
		    sealed_get(a->in, bytes, left < SEALED_CHUNK ? (size_t)left : SEALED_CHUNK, &n);
		if (rc < 0)
			archive_broken(a, rc);
		else if (n == 0)
			rc = archive_fault(a, "its database ends early");
		else
			rc = archive_write(fd, to, bytes, n);
		done += n;
		if (progress)
			fprintf(stderr, "\r\033[Kdatabase: %s of %s", backup_bytes(done, x),
			    backup_bytes(a->database_bytes, y));
	}
	if (rc == 0)
		rc = archive_sync(fd, to);
	if (fd >= 0)
		close(fd);
	free(bytes);
	return rc;
}

/* ---------------------------------------------------------------------- list */

static bool
archive_file(const char *line, struct backup_file *f_r)
{
	char kind[4], size[24], hash[2 * SEALED_HASH + 1] = "";
	size_t n = 0;
	int words =
	    sscanf(line, "%16" SCNx64 " %3s %20s %64s", &f_r->instance_id, kind, size, hash);

	f_r->original = strcmp(kind, "dcm") == 0;
	f_r->missing = words == 3 && strcmp(size, "missing") == 0;
	if (f_r->missing)
		return true;
	f_r->n_bytes = words == 4 ? strtoull(size, NULL, 10) : 0;
	return words == 4 && f_r->n_bytes < FILE_BYTES_MAX &&
	       sodium_hex2bin(f_r->hash, SEALED_HASH, hash, strlen(hash), NULL, &n, NULL) == 0 &&
	       n == SEALED_HASH;
}

int
restore_list(struct restore_archive *a)
{
	char line[LINE_MAX_BYTES], more;
	size_t n_room = 0, n, n_end = 0;
	int rc;

	while ((rc = archive_line(a, line)) == 0 && strncmp(line, "end ", 4) != 0) {
		struct backup_file f = {.kept = true};

		if (!archive_file(line, &f))
			return archive_fault(a, "its list of images cannot be read");
		if (a->n_files == n_room) {
			n_room = n_room ? 2 * n_room : 1024;
			a->files = mem_grow(a->files, n_room, sizeof(*a->files));
		}
		a->n_missing += f.missing;
		a->media_bytes += f.n_bytes;
		a->files[a->n_files++] = f;
	}
	if (rc < 0)
		return rc;
	if (sscanf(line, "end %zu", &n_end) != 1 || n_end != a->n_files)
		return archive_fault(a, "its list of images is not whole");
	rc = sealed_get(a->in, &more, 1, &n);
	if (rc < 0)
		return archive_broken(a, rc);
	return n == 0 ? 0 : archive_fault(a, "goes on behind its list of images");
}

/* -------------------------------------------------------------------- images */

static int
archive_copy(struct sealed_in *in, const char *from, int to_fd, const char *to, uint64_t *n_r)
{
	uint8_t *bytes = mem_new(SEALED_CHUNK);
	size_t n = 0;
	int rc;

	*n_r = 0;
	do {
		rc = sealed_get(in, bytes, SEALED_CHUNK, &n);
		if (rc < 0)
			ctl_fail("%s: %s", from, sealed_why(in));
		else
			rc = archive_write(to_fd, to, bytes, n);
		*n_r += n;
	} while (rc == 0 && n > 0);
	free(bytes);
	return rc;
}

int
restore_image(
    int media_fd, const struct backup_file *f, const uint8_t secret[SEALED_SECRET], const char *to)
{
	char from[BACKUP_SEALED_LEN];
	uint8_t hash[SEALED_HASH];
	struct sealed_in *in;
	uint64_t n = 0;
	int fd, to_fd, rc;

	backup_sealed_name(f, from);
	fd = openat(media_fd, from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		ctl_fail(BACKUP_MEDIA "/%s: %s: the backup is not whole", from, strerror(errno));
		return -EM_E_NOT_FOUND;
	}
	to_fd = archive_create(to, 0400);
	in = sealed_in_new(fd, secret);
	rc = to_fd < 0 ? -EM_E_IO : archive_copy(in, from, to_fd, to, &n);
	sealed_in_hash(in, hash);
	if (rc == 0 && (n != f->n_bytes || sodium_memcmp(hash, f->hash, sizeof(hash)) != 0)) {
		ctl_fail(BACKUP_MEDIA "/%s: not the file that the archive names", from);
		rc = -EM_E_INVALID;
	}
	if (rc == 0)
		rc = archive_sync(to_fd, to);
	if (to_fd >= 0)
		close(to_fd);
	sealed_in_free(&in);
	close(fd);
	return rc;
}
