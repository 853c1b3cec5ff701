/* SPDX-License-Identifier: MIT */
/*
 * Copies of the database by SQLite's backup interface. The source is a reading
 * connection whose transaction stays open, so that all steps see one state; it
 * writes nothing and moves nothing out of the log (decision: one connection does).
 */
#include "db/sqlite/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"

struct db_copy {
	sqlite3 *from, *to;
	sqlite3_backup *backup;
	int64_t page_bytes;
};

/* For its owner alone before anything is in it. */
static int
copy_make_file(const char *path)
{
	int fd;

	if (unlink(path) < 0 && errno != ENOENT)
		log_warn("store.copy", "errno=%d", errno);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		log_error("store.copy", "errno=%d", errno);
		return errno == ENOSPC ? -EM_E_UNAVAILABLE : -EM_E_IO;
	}
	close(fd);
	return 0;
}

/* What is half made is thrown away, so it needs neither journal nor fsync. */
static int
copy_open(struct db_copy *c, const char *path)
{
	int result =
	    sqlite3_open_v2(path, &c->to, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE, NULL);

	if (result == SQLITE_OK)
		result = sqlite3_exec(
		    c->to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL, NULL);
	if (result == SQLITE_OK) {
		c->backup = sqlite3_backup_init(c->to, "main", c->from, "main");
		if (!c->backup)
			result = sqlite3_errcode(c->to);
	}
	return result == SQLITE_OK ? 0 : sqlite_error(c->to, result, "copy");
}

int
sqlite_copy_begin(struct db_conn *conn, const char *path, struct db_copy **copy_r)
{
	struct db_copy *c = mem_new(sizeof(*c));
	int rc = copy_make_file(path);

	c->from = ((struct sqlite_conn *)conn)->db;
	if (!rc)
		rc = sqlite_integer(c->from, "PRAGMA page_size", &c->page_bytes);
	if (!rc)
		rc = copy_open(c, path);
	if (rc) {
		sqlite_copy_end(&c);
		unlink(path);
		return rc;
	}
	*copy_r = c;
	return 0;
}

int
sqlite_copy_step(struct db_copy *c, unsigned n_pages, uint64_t *done_r, uint64_t *total_r)
{
	int result = sqlite3_backup_step(c->backup, (int)n_pages);
	int64_t total = sqlite3_backup_pagecount(c->backup);

	*total_r = (uint64_t)(total * c->page_bytes);
	*done_r = (uint64_t)((total - sqlite3_backup_remaining(c->backup)) * c->page_bytes);
	if (result == SQLITE_OK)
		return 1;
	return result == SQLITE_DONE ? 0 : sqlite_error(c->to, result, "copy");
}

void
sqlite_copy_end(struct db_copy **copy)
{
	struct db_copy *c = *copy;

	if (c->backup)
		(void)sqlite3_backup_finish(c->backup);
	(void)sqlite3_close(c->to);
	free(c);
	*copy = NULL;
}
