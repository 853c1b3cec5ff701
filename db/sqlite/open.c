/* SPDX-License-Identifier: MIT */
/*
 * Opening and closing. The writer locks the database for this process, makes
 * the file for its owner alone, and sets what makes a commit durable; readers
 * cannot write, and neither checkpoints behind the writer's back.
 */
#include "db/sqlite/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "db/store.h"

#define CIFS_MAGIC	0xff534d42UL
#define LOG_LIMIT_BYTES "67108864"

/* ------------------------------------------------------------------ library */

static pthread_once_t open_once = PTHREAD_ONCE_INIT;

static void
open_library(void)
{
	/* Each connection has one thread, so no lock per call; and no count of
	 * allocations, which all threads would queue for. Refused, and needless,
	 * when somebody has already started the library. */
	(void)sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int
open_check_library(void)
{
	pthread_once(&open_once, open_library);
	if (sqlite3_initialize() != SQLITE_OK)
		return -EM_E_IO;
	if (sqlite3_libversion_number() < 3040000 || !sqlite3_threadsafe()) {
		log_error("store.library", "version=%s threadsafe=%d needs=3.40.0",
		    sqlite3_libversion(), sqlite3_threadsafe());
		return -EM_E_CONFIG;
	}
	return 0;
}

/* -------------------------------------------------------------------- files */

/* Locks and shared memory of a database do not work, or do not hold, there. */
static bool
open_is_remote(int fd)
{
	static const unsigned long refused[] = {NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, CIFS_MAGIC,
	    FUSE_SUPER_MAGIC, V9FS_MAGIC, AFS_FS_MAGIC};
	struct statfs fs;
	size_t i;

	if (fstatfs(fd, &fs))
		return true;
	for (i = 0; i < ARRAY_LEN(refused); i++) {
		if ((unsigned long)(uint32_t)fs.f_type == refused[i])
			return true;
	}
	return false;
}

static int
open_lock(const char *path, int *fd_r)
{
	char *lock = mem_printf("%s.lock", path);
	int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int rc = 0;

	free(lock);
	if (fd < 0) {
		log_error("store.lock", "errno=%d", errno);
		return -EM_E_IO;
	}
	if (open_is_remote(fd)) {
		log_error("store.lock", "why=\"not a local file system\"");
		rc = -EM_E_CONFIG;
	} else if (flock(fd, LOCK_EX | LOCK_NB)) {
		log_error("store.in_use", "errno=%d", errno);
		rc = -EM_E_BUSY;
	}
	if (rc)
		close(fd);
	else
		*fd_r = fd;
	return rc;
}

/* The log and its index take the mode of the file. Done under the lock: nobody
 * in this process has the file open, whose locks a close() would drop. */
static int
open_make_private(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int rc = 0;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		log_error("store.file", "errno=%d", errno);
		rc = -EM_E_IO;
	} else if (st.st_mode & 077) {
		log_warn("store.file", "mode=%03o set=600", st.st_mode & 0777U);
		if (fchmod(fd, 0600))
			rc = -EM_E_IO;
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

/* ----------------------------------------------------------------- pragmas */

int
sqlite_do(sqlite3 *db, const char *sql)
{
	int result = sqlite3_exec(db, sql, NULL, NULL, NULL);

	return result == SQLITE_OK ? 0 : sqlite_error(db, result, "set-up");
}

int
sqlite_integer(sqlite3 *db, const char *sql, int64_t *v_r)
{
	sqlite3_stmt *stmt = NULL;
	int result = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
	int rc = 0;

	if (result == SQLITE_OK)
		result = sqlite3_step(stmt);
	if (result == SQLITE_ROW)
		*v_r = sqlite3_column_int64(stmt, 0);
	else
		rc = sqlite_error(db, result, "set-up");
	(void)sqlite3_finalize(stmt);
	return rc;
}

static int
open_set_wal(sqlite3 *db)
{
	sqlite3_stmt *stmt = NULL;
	int result = sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &stmt, NULL);
	int rc = 0;

	if (result == SQLITE_OK)
		result = sqlite3_step(stmt);
	if (result != SQLITE_ROW)
		rc = sqlite_error(db, result, "journal_mode");
	else if (sqlite3_stricmp((const char *)sqlite3_column_text(stmt, 0), "wal") != 0)
		rc = -EM_E_CONFIG;
	(void)sqlite3_finalize(stmt);
	return rc;
}

static int
open_set(struct sqlite_conn *c, const struct store_options *o)
{
	char *cache = mem_printf("PRAGMA cache_size = -%lld", (long long)(o->cache_bytes / 1024));
	int rc;

	sqlite3_extended_result_codes(c->db, 1);
	sqlite3_busy_timeout(c->db, SQLITE_LOCK_WAIT_MS);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_wal_autocheckpoint(c->db, 0);
	rc = sqlite_do(c->db, "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
			      "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON");
	if (!rc)
		rc = sqlite_do(c->db, cache);
	if (!rc && !c->writer) {
		rc = sqlite_do(c->db, "PRAGMA query_only = ON");
		sqlite3_limit(c->db, SQLITE_LIMIT_ATTACHED, 0);
	}
	free(cache);
	return rc;
}

static int
open_count_log(void *arg, sqlite3 *db, const char *name, int n_pages)
{
	struct sqlite_conn *c = arg;

	(void)db;
	(void)name;
	if (n_pages < c->log_pages)
		c->checkpoint_at = SQLITE_CHECKPOINT_PAGES; /* begun anew */
	c->log_pages = n_pages;
	return SQLITE_OK;
}

static int
open_set_writer(struct sqlite_conn *c)
{
	int64_t full = 0, keys = 0;
	int rc = open_set_wal(c->db);

	/* deleted secrets and addresses are overwritten */
	if (!rc)
		rc = sqlite_do(c->db, "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
				      "PRAGMA recursive_triggers = ON;"
				      "PRAGMA journal_size_limit = " LOG_LIMIT_BYTES);
	if (!rc)
		rc = sqlite_integer(c->db, "PRAGMA synchronous", &full);
	if (!rc)
		rc = sqlite_integer(c->db, "PRAGMA foreign_keys", &keys);
	if (!rc && (full < 2 || keys != 1)) {
		log_error("store.unsafe", "synchronous=%d foreign_keys=%d", (int)full, (int)keys);
		rc = -EM_E_CONFIG;
	}
	if (!rc)
		rc = sqlite_migrate(c->db, sqlite_migrations, sqlite_n_migrations, NULL, NULL);
	if (!rc && sqlite3_prepare_v3(c->db, "PRAGMA data_version", -1, SQLITE_PREPARE_PERSISTENT,
		       &c->data_version, NULL) != SQLITE_OK)
		rc = sqlite_error(c->db, SQLITE_ERROR, "data_version");
	if (!rc)
		sqlite3_wal_hook(c->db, open_count_log, c);
	return rc;
}

int
sqlite_open(const struct store_options *o, bool writer, struct db_conn **c_r)
{
	int flags = SQLITE_OPEN_NOMUTEX | (writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
	struct sqlite_conn *c = mem_new(sizeof(*c));
	int result, rc;

	c->base.driver = &db_sqlite;
	c->writer = writer;
	c->lock_fd = -1;
	c->checkpoint_at = SQLITE_CHECKPOINT_PAGES;
	rc = open_check_library();
	if (!rc && writer)
		rc = open_lock(o->path, &c->lock_fd);
	if (!rc && writer)
		rc = open_make_private(o->path);
	if (rc)
		goto out;
	result = sqlite3_open_v2(o->path, &c->db, flags, NULL);
	rc = result == SQLITE_OK ? open_set(c, o) : sqlite_error(c->db, result, "open");
	if (!rc && writer)
		rc = open_set_writer(c);
out:
	if (rc)
		sqlite_close(&c->base, false);
	else
		*c_r = &c->base;
	return rc;
}

/* Everything into the file; the log is removed by the last connection. */
static void
open_tidy(sqlite3 *db)
{
	int result = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

	if (result == SQLITE_OK)
		sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	else
		log_warn("store.checkpoint", "why=\"%s\"", sqlite3_errstr(result));
}

void
sqlite_close(struct db_conn *conn, bool clean)
{
	struct sqlite_conn *c = (struct sqlite_conn *)conn;
	unsigned i;

	for (i = 0; i < N_QUERIES; i++)
		(void)sqlite3_finalize(c->stmt[i]);
	for (i = 0; i < N_DB_TXN; i++)
		(void)sqlite3_finalize(c->txn[i]);
	(void)sqlite3_finalize(c->data_version);
	if (clean && c->writer)
		open_tidy(c->db);
	(void)sqlite3_close(c->db);
	/* last: SQLite's own locks are gone by now */
	if (c->lock_fd >= 0)
		close(c->lock_fd);
	free(c);
}
