/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_STORE_DISK_H
#define EMAGE_TESTS_UNIT_TEST_STORE_DISK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "common/mem.h"

/*
 * A disk that fails: an SQLite VFS before the real one. It counts what changes
 * a file (write, sync, truncate), makes the k-th of these fail, or cuts the
 * power there. It knows what of each file is on the medium and what only in the
 * cache; disk_lose() then keeps, drops or tears (512 bytes) what was in the
 * cache, in any order, as a disk may.
 *
 * Never syncs really: that is what makes thousands of runs possible.
 */
#define DISK_SECTOR 512

enum disk_fault {
	DISK_NO_FAULT,
	DISK_EIO,	 /* nothing written */
	DISK_FULL,	 /* nothing written, no space */
	DISK_SHORT,	 /* half of it written, then EIO */
	DISK_SYNC_FAILS, /* the next sync from there on fails, once */
	DISK_CUT,	 /* power off: nothing works any more */
	N_DISK_FAULTS,
};

struct disk_sector {
	sqlite3_int64 nr;
	bool tail; /* cut off by a truncate */
	uint8_t old[DISK_SECTOR];
};

/* A file with a cache: the database or its log. */
struct disk_file {
	char path[128];
	struct disk_sector *sector; /* in the cache; what the medium has */
	size_t n, cap;
	sqlite3_int64 size_on_medium;
};

static struct {
	pthread_mutex_t lock;
	sqlite3_vfs vfs, *real;
	struct disk_file file[2];
	unsigned n_ops, fault_at;
	enum disk_fault fault;
	bool off, sync_fails, faulted;
	uint64_t seed;
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct disk_handle {
	sqlite3_file base;
	struct disk_file *file; /* NULL: passed on */
	sqlite3_file *real;
};

static inline sqlite3_file *
disk_real(sqlite3_file *f)
{
	return ((struct disk_handle *)f)->real;
}

/* xorshift: the same run for the same seed */
static inline unsigned
disk_random(unsigned below)
{
	disk.seed ^= disk.seed << 13;
	disk.seed ^= disk.seed >> 7;
	disk.seed ^= disk.seed << 17;
	return (unsigned)((disk.seed >> 16) % below);
}

/* ------------------------------------------------------------------- cache */

static inline void
disk_remember(struct disk_handle *h, sqlite3_int64 nr, bool tail)
{
	struct disk_file *f = h->file;
	size_t i;

	for (i = 0; i < f->n; i++) {
		if (f->sector[i].nr == nr) {
			/* written again after the truncate: a sector by itself */
			f->sector[i].tail = f->sector[i].tail && tail;
			return;
		}
	}
	if (f->n == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 64;
		f->sector = mem_grow(f->sector, f->cap, sizeof(*f->sector));
	}
	f->sector[f->n] = (struct disk_sector){.nr = nr, .tail = tail};
	/* past the end it reads as zeros */
	(void)h->real->pMethods->xRead(h->real, f->sector[f->n].old, DISK_SECTOR, nr * DISK_SECTOR);
	f->n++;
}

static inline void
disk_on_medium(struct disk_handle *h)
{
	h->file->n = 0;
	(void)h->real->pMethods->xFileSize(h->real, &h->file->size_on_medium);
}

/* What shall happen to this change of a file. */
static inline enum disk_fault
disk_op(struct disk_handle *h)
{
	enum disk_fault fault = DISK_NO_FAULT;

	if (!h->file)
		return DISK_NO_FAULT;
	if (disk.off)
		return DISK_EIO;
	if (++disk.n_ops == disk.fault_at) {
		fault = disk.fault;
		disk.faulted = true;
		if (fault == DISK_CUT) {
			disk.off = true;
			return DISK_EIO;
		}
		if (fault == DISK_SYNC_FAILS) {
			disk.sync_fails = true;
			return DISK_NO_FAULT;
		}
	}
	return fault;
}

/* ------------------------------------------------------------------ methods */

static inline int
disk_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 offset)
{
	struct disk_handle *h = (struct disk_handle *)f;
	enum disk_fault fault;
	sqlite3_int64 nr;
	int result = SQLITE_OK;

	pthread_mutex_lock(&disk.lock);
	fault = disk_op(h);
	if (fault == DISK_SHORT)
		n /= 2;
	if (fault == DISK_NO_FAULT || fault == DISK_SHORT) {
		for (nr = offset / DISK_SECTOR; h->file && nr * DISK_SECTOR < offset + n; nr++)
			disk_remember(h, nr, false);
		result = h->real->pMethods->xWrite(h->real, bytes, n, offset);
	}
	if (fault == DISK_FULL)
		result = SQLITE_FULL;
	else if (fault != DISK_NO_FAULT)
		result = SQLITE_IOERR_WRITE;
	pthread_mutex_unlock(&disk.lock);
	return result;
}

static inline int
disk_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct disk_handle *h = (struct disk_handle *)f;
	sqlite3_int64 nr, before = 0;
	int result;

	pthread_mutex_lock(&disk.lock);
	if (disk_op(h) != DISK_NO_FAULT) {
		result = SQLITE_IOERR_TRUNCATE;
	} else {
		(void)h->real->pMethods->xFileSize(h->real, &before);
		for (nr = size / DISK_SECTOR; h->file && nr * DISK_SECTOR < before; nr++)
			disk_remember(h, nr, true);
		result = h->real->pMethods->xTruncate(h->real, size);
	}
	pthread_mutex_unlock(&disk.lock);
	return result;
}

static inline int
disk_sync(sqlite3_file *f, int flags)
{
	struct disk_handle *h = (struct disk_handle *)f;
	int result = SQLITE_OK;

	(void)flags;
	pthread_mutex_lock(&disk.lock);
	if (disk_op(h) != DISK_NO_FAULT || (h->file && disk.sync_fails)) {
		disk.sync_fails = false;
		result = SQLITE_IOERR_FSYNC;
	} else if (h->file) {
		disk_on_medium(h);
	}
	pthread_mutex_unlock(&disk.lock);
	return result;
}

static inline int
disk_close(sqlite3_file *f)
{
	return disk_real(f)->pMethods->xClose(disk_real(f));
}
static inline int
disk_read(sqlite3_file *f, void *to, int n, sqlite3_int64 offset)
{
	return disk_real(f)->pMethods->xRead(disk_real(f), to, n, offset);
}
static inline int
disk_size(sqlite3_file *f, sqlite3_int64 *size_r)
{
	return disk_real(f)->pMethods->xFileSize(disk_real(f), size_r);
}
static inline int
disk_lock(sqlite3_file *f, int level)
{
	return disk_real(f)->pMethods->xLock(disk_real(f), level);
}
static inline int
disk_unlock(sqlite3_file *f, int level)
{
	return disk_real(f)->pMethods->xUnlock(disk_real(f), level);
}
static inline int
disk_reserved(sqlite3_file *f, int *held_r)
{
	return disk_real(f)->pMethods->xCheckReservedLock(disk_real(f), held_r);
}
static inline int
disk_control(sqlite3_file *f, int op, void *arg)
{
	return disk_real(f)->pMethods->xFileControl(disk_real(f), op, arg);
}
static inline int
disk_sector_size(sqlite3_file *f)
{
	(void)f;
	return DISK_SECTOR;
}
/* No promise at all: sectors may tear and come in any order. */
static inline int
disk_promises(sqlite3_file *f)
{
	(void)f;
	return 0;
}
static inline int
disk_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **at_r)
{
	return disk_real(f)->pMethods->xShmMap(disk_real(f), page, size, extend, at_r);
}
static inline int
disk_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return disk_real(f)->pMethods->xShmLock(disk_real(f), offset, n, flags);
}
static inline void
disk_shm_barrier(sqlite3_file *f)
{
	disk_real(f)->pMethods->xShmBarrier(disk_real(f));
}
static inline int
disk_shm_unmap(sqlite3_file *f, int forget)
{
	return disk_real(f)->pMethods->xShmUnmap(disk_real(f), forget);
}

static const sqlite3_io_methods disk_methods = {
    .iVersion = 2,
    .xClose = disk_close,
    .xRead = disk_read,
    .xWrite = disk_write,
    .xTruncate = disk_truncate,
    .xSync = disk_sync,
    .xFileSize = disk_size,
    .xLock = disk_lock,
    .xUnlock = disk_unlock,
    .xCheckReservedLock = disk_reserved,
    .xFileControl = disk_control,
    .xSectorSize = disk_sector_size,
    .xDeviceCharacteristics = disk_promises,
    .xShmMap = disk_shm_map,
    .xShmLock = disk_shm_lock,
    .xShmBarrier = disk_shm_barrier,
    .xShmUnmap = disk_shm_unmap,
};

static inline int
disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *flags_r)
{
	struct disk_handle *h = (struct disk_handle *)f;
	int result;

	(void)vfs;
	h->real = (sqlite3_file *)(h + 1);
	h->file = flags & SQLITE_OPEN_MAIN_DB ? &disk.file[0]
		  : flags & SQLITE_OPEN_WAL   ? &disk.file[1]
					      : NULL;
	result = disk.real->xOpen(disk.real, name, h->real, flags, flags_r);
	f->pMethods = result == SQLITE_OK ? &disk_methods : NULL;
	if (h->file && result == SQLITE_OK && strcmp(h->file->path, name) != 0) {
		snprintf(h->file->path, sizeof(h->file->path), "%s", name);
		disk_on_medium(h);
	}
	return result;
}

/* -------------------------------------------------------------------- using */

/* From now on every database is opened through it. */
static inline void
disk_insert(void)
{
	disk.real = sqlite3_vfs_find(NULL);
	disk.vfs = *disk.real;
	disk.vfs.zName = "failing-disk";
	disk.vfs.pNext = NULL;
	disk.vfs.szOsFile = (int)sizeof(struct disk_handle) + disk.real->szOsFile;
	disk.vfs.xOpen = disk_open;
	sqlite3_vfs_register(&disk.vfs, 1);
}

static inline void
disk_remove(void)
{
	size_t i;

	sqlite3_vfs_unregister(&disk.vfs);
	for (i = 0; i < 2; i++) {
		free(disk.file[i].sector);
		disk.file[i] = (struct disk_file){.n = 0};
	}
}

/* A sound disk whose k-th change will fail so; all files as they are now are on
 * the medium. */
static inline void
disk_arm(unsigned k, enum disk_fault fault, uint64_t seed)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		disk.file[i].n = 0;
		disk.file[i].path[0] = '\0';
	}
	disk.n_ops = 0;
	disk.fault_at = k;
	disk.fault = fault;
	disk.off = disk.sync_fails = disk.faulted = false;
	disk.seed = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

/* A file that had grown may be as short as it was. */
static inline void
disk_shorten(const struct disk_file *f)
{
	struct stat st;

	if (stat(f->path, &st) == 0 && st.st_size > f->size_on_medium &&
	    truncate(f->path, f->size_on_medium) != 0)
		abort();
}

/* After the power came back: what was in the cache is there, or not, or half. */
static inline void
disk_lose(void)
{
	size_t i, k;

	for (i = 0; i < 2; i++) {
		struct disk_file *f = &disk.file[i];
		const bool tail_back = disk_random(2), shorten = disk_random(4) == 0;
		FILE *file = f->path[0] ? fopen(f->path, "r+e") : NULL;

		if (!file)
			continue;
		for (k = 0; k < f->n; k++) {
			if (f->sector[k].tail ? !tail_back : disk_random(2))
				continue;
			fseek(file, f->sector[k].nr * DISK_SECTOR, SEEK_SET);
			fwrite(f->sector[k].old, 1, DISK_SECTOR, file);
		}
		fclose(file);
		if (shorten)
			disk_shorten(f);
		f->n = 0;
	}
}

#endif
