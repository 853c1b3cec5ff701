/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_DRIVER_H
#define EMAGE_DB_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a database has to offer. The store is written once on top of this; a
 * driver knows connections, transactions and the statements of db/queries.def,
 * and nothing of patients or exams.
 *
 * A connection belongs to one thread at a time. At most one cursor is open per
 * connection and statement, so a statement's name is its cursor.
 *
 * Results: 0 or
 *	-EM_E_EXISTS		a key is taken
 *	-EM_E_INVALID		another constraint, or a trigger, refused the row
 *	-EM_E_UNAVAILABLE	nothing was done and later it may work: disk full,
 *				locked by somebody
 *	-EM_E_IO		anything else: what is on disk is no longer known
 *	-EM_E_INTERNAL		misuse: wrong number of binds, cursor open
 * each logged by the driver, where the cause is known.
 */

enum db_query {
#define QUERY(name, sql) Q_##name,
#include "db/queries.def"
#undef QUERY
	N_QUERIES,
};

/* "exam_get", for logs and for the fake. */
const char *db_query_name(enum db_query q);
const char *db_query_sql(enum db_query q);

enum db_type { DB_NULL, DB_INT, DB_REAL, DB_TEXT, DB_BLOB };

/* A value on its way in (borrowed until the cursor is finished) or out
 * (borrowed from the driver until the next step). */
struct db_value {
	enum db_type type;
	size_t len; /* of text and blob */
	union {
		int64_t i;
		double d;
		const void *p;
	};
};

enum db_txn {
	DB_BEGIN_READ,
	DB_BEGIN_WRITE,
	DB_COMMIT, /* of a write: returns only when it is durable */
	DB_ROLLBACK,
	DB_SAVEPOINT, /* one level */
	DB_RELEASE,
	DB_ROLLBACK_TO, /* undoes and forgets the savepoint */
	/* a second level inside of it */
	DB_TRY,
	DB_TRY_KEEP,
	DB_TRY_UNDO, /* undoes and forgets it */
	N_DB_TXN,
};

struct store_options;
struct db_driver;
struct db_copy; /* the driver's */

/* First member of every driver's connection. */
struct db_conn {
	const struct db_driver *driver;
};

struct db_driver {
	const char *name;
	/* The writer comes first: it creates and migrates. -EM_E_BUSY when
	 * another process has the database, -EM_E_CONFIG when it is newer than
	 * this program or cannot be used safely. */
	int (*open)(const struct store_options *o, bool writer, struct db_conn **c_r);
	/* clean: tidy up on disk (checkpoint); never after an I/O error. */
	void (*close)(struct db_conn *c, bool clean);
	int (*txn)(struct db_conn *c, enum db_txn what);
	/* Binds and opens the cursor; the first row comes with step(). */
	int (*run)(
	    struct db_conn *c, enum db_query q, const struct db_value *binds, unsigned n_binds);
	/* 1 = a row is there, 0 = no more, or an error. */
	int (*step)(struct db_conn *c, enum db_query q);
	unsigned (*n_columns)(struct db_conn *c, enum db_query q);
	void (*column)(struct db_conn *c, enum db_query q, unsigned i, struct db_value *v_r);
	/* Rows changed by the statement that ended last. */
	uint64_t (*n_changed)(struct db_conn *c);
	/* Rows changed by this connection so far, whether they stay or not. */
	uint64_t (*n_changed_ever)(struct db_conn *c);
	/* Closes the cursor; always after run(), also after an error. */
	void (*finish)(struct db_conn *c, enum db_query q);
	/* Called by the writer between transactions: what the database needs
	 * done from time to time (SQLite: moving the log into the file). */
	int (*maintain)(struct db_conn *c);
	/* A copy of the database into a new file (made anew), step by step, of what this
	 * reading connection's transaction sees: writers go on meanwhile. copy_step: 1 =
	 * there is more, 0 = the file is whole. NULL: this database is copied by its own
	 * means. */
	int (*copy_begin)(struct db_conn *c, const char *path, struct db_copy **copy_r);
	int (*copy_step)(
	    struct db_copy *copy, unsigned n_pages, uint64_t *done_r, uint64_t *total_r);
	void (*copy_end)(struct db_copy **copy);
};

extern const struct db_driver db_sqlite;

#endif
