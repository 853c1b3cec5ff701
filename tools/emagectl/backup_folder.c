/* SPDX-License-Identifier: MIT */
/*
 * A folder of backups: which files of images are there, and new ones, which get their
 * names once they are whole.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "tools/emagectl/backup.h"
#include "tools/emagectl/ctl.h"

#define N_FOLDERS 256u
/* What is left free beside a backup. */
#define ROOM_SPARE_BYTES (UINT64_C(1) << 20)

void
backup_media_name(const struct backup_file *f, char out_r[BACKUP_NAME_LEN])
{
	snprintf(out_r, BACKUP_NAME_LEN, "%02x/%016" PRIx64 ".%s",
	    (unsigned)(f->instance_id & 0xff), f->instance_id, f->original ? "dcm" : "jls");
}

void
backup_sealed_name(const struct backup_file *f, char out_r[BACKUP_SEALED_LEN])
{
	char hash[2 * SEALED_HASH + 1], name[BACKUP_NAME_LEN];

	backup_media_name(f, name);
	sodium_bin2hex(hash, sizeof(hash), f->hash, sizeof(f->hash));
	snprintf(out_r, BACKUP_SEALED_LEN, "%s-%s", name, hash);
}

const char *
backup_bytes(uint64_t n, char out_r[BACKUP_BYTES_LEN])
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
	double v = (double)n;
	size_t i = 0;

	while (v >= 1000 && i + 1 < ARRAY_LEN(units)) {
		v /= 1000;
		i++;
	}
	snprintf(out_r, BACKUP_BYTES_LEN, i ? "%.1f %s" : "%.0f %s", v, units[i]);
	return out_r;
}

static int
backup_fault(const struct backup_folder *b, const char *what)
{
	const int rc = errno == ENOSPC || errno == EDQUOT ? -EM_E_UNAVAILABLE : -EM_E_IO;

	ctl_fail("%s%s%s: %s%s", b->path, what[0] ? "/" : "", what, strerror(errno),
	    rc == -EM_E_UNAVAILABLE ? ": make room, or name another folder" : "");
	return rc;
}

/* ------------------------------------------------------------- what is there */

static int
backup_compare(const void *a, const void *b)
{
	const struct backup_file *x = a, *y = b;

	if (x->instance_id != y->instance_id)
		return x->instance_id < y->instance_id ? -1 : 1;
	return (int)x->original - (int)y->original;
}

/* <16 digits>.dcm-<64 digits>; another name is not ours. */
static void
backup_know(struct backup_folder *b, const char *name)
{
	struct backup_file f = {.kept = true};
	size_t n = 0;

	if (strlen(name) != 21 + 2 * SEALED_HASH || strspn(name, "0123456789abcdef") != 16 ||
	    (strncmp(name + 16, ".dcm-", 5) != 0 && strncmp(name + 16, ".jls-", 5) != 0) ||
	    sodium_hex2bin(f.hash, sizeof(f.hash), name + 21, 2 * SEALED_HASH, NULL, &n, NULL) !=
		0 ||
	    n != sizeof(f.hash))
		return;
	f.instance_id = strtoull(name, NULL, 16);
	f.original = name[17] == 'd';
	if (b->n_known == b->n_room) {
		b->n_room = b->n_room ? 2 * b->n_room : 1024;
		b->known = mem_grow(b->known, b->n_room, sizeof(*b->known));
	}
	b->known[b->n_known++] = f;
}

static int
backup_read_folder(struct backup_folder *b, const char *name)
{
	int fd = openat(b->media_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *e;
	DIR *d;

	if (fd < 0)
		return errno == ENOENT ? 0 : backup_fault(b, BACKUP_MEDIA);
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return backup_fault(b, BACKUP_MEDIA);
	}
	while ((e = readdir(d)) != NULL)
		backup_know(b, e->d_name);
	closedir(d);
	return 0;
}

/* Nobody else may write it meanwhile. */
static int
backup_lock(const struct backup_folder *b)
{
	if (flock(b->fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return backup_fault(b, "");
	ctl_fail("%s: another backup is being written there: wait until it is done", b->path);
	return -EM_E_BUSY;
}

int
backup_folder_open(struct backup_folder *b, const char *path)
{
	char name[3];
	int rc;

	*b = (struct backup_folder){.path = path, .fd = -1, .media_fd = -1};
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return backup_fault(b, "");
	b->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b->fd < 0)
		return backup_fault(b, "");
	rc = backup_lock(b);
	if (rc < 0)
		return rc;
	if (mkdirat(b->fd, BACKUP_MEDIA, 0700) < 0 && errno != EEXIST)
		return backup_fault(b, BACKUP_MEDIA);
	b->media_fd = openat(b->fd, BACKUP_MEDIA, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b->media_fd < 0)
		return backup_fault(b, BACKUP_MEDIA);
	for (unsigned i = 0; rc == 0 && i < N_FOLDERS; i++) {
		snprintf(name, sizeof(name), "%02x", i);
		rc = backup_read_folder(b, name);
	}
	if (b->n_known > 0)
		qsort(b->known, b->n_known, sizeof(*b->known), backup_compare);
	return rc;
}

void
backup_folder_close(struct backup_folder *b)
{
	if (b->media_fd >= 0)
		close(b->media_fd);
	if (b->fd >= 0)
		close(b->fd);
	free(b->known);
}

bool
backup_folder_has(const struct backup_folder *b, struct backup_file *f)
{
	const struct backup_file *found =
	    b->n_known ? bsearch(f, b->known, b->n_known, sizeof(*f), backup_compare) : NULL;

	if (!found)
		return false;
	memcpy(f->hash, found->hash, sizeof(f->hash));
	f->kept = true;
	return true;
}

int
backup_folder_room(const struct backup_folder *b, uint64_t n_bytes)
{
	char needed[BACKUP_BYTES_LEN], there[BACKUP_BYTES_LEN];
	struct statvfs fs;
	uint64_t room;

	if (fstatvfs(b->fd, &fs) < 0)
		return backup_fault(b, "");
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (room >= n_bytes + ROOM_SPARE_BYTES)
		return 0;
	ctl_fail("%s: %s are needed and %s are free: make room, or name another folder", b->path,
	    backup_bytes(n_bytes, needed), backup_bytes(room, there));
	return -EM_E_UNAVAILABLE;
}

/* --------------------------------------------------------------- what is new */

int
backup_part_begin(struct backup_part *p, const struct backup_folder *b, int dir_fd,
    const uint8_t public[SEALED_PUBLIC])
{
	*p = (struct backup_part){.folder = b, .dir_fd = dir_fd};
	/* one that a backup before this one has left is begun anew */
	p->fd = openat(
	    dir_fd, BACKUP_PART, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (p->fd < 0 || sealed_out_new(p->fd, public, &p->out) < 0)
		return backup_fault(b, BACKUP_PART);
	return 0;
}

int
backup_part_put(struct backup_part *p, const void *bytes, size_t len)
{
	return sealed_put(p->out, bytes, len) < 0 ? backup_fault(p->folder, BACKUP_PART) : 0;
}

int
backup_part_finish(struct backup_part *p, uint8_t hash_r[SEALED_HASH], uint64_t *n_written_r)
{
	if (sealed_finish(p->out, hash_r, n_written_r) < 0 || fchmod(p->fd, 0400) < 0 ||
	    fsync(p->fd) < 0)
		return backup_fault(p->folder, BACKUP_PART);
	return 0;
}

int
backup_part_name(struct backup_part *p, const char *name)
{
	if (renameat2(p->dir_fd, BACKUP_PART, p->dir_fd, name, RENAME_NOREPLACE) < 0 &&
	    /* a file system that does not know the flag */
	    (errno != EINVAL || renameat(p->dir_fd, BACKUP_PART, p->dir_fd, name) < 0))
		return backup_fault(p->folder, name);
	return fsync(p->dir_fd) < 0 ? backup_fault(p->folder, name) : 0;
}

void
backup_part_end(struct backup_part *p)
{
	sealed_out_free(&p->out);
	if (p->fd < 0)
		return;
	close(p->fd);
	p->fd = -1;
	/* one that has got its name is not called so any more */
	unlinkat(p->dir_fd, BACKUP_PART, 0);
}
