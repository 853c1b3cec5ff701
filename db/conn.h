/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_CONN_H
#define EMAGE_DB_CONN_H

#include "common/err.h"
#include "common/mem.h"
#include "db/driver.h"
#include "db/store.h"

/*
 * Inside db/ (and its tests): a connection of the store, and how the families
 * (account.c, exam.c ...) speak to the driver. A family's file is a table of
 * columns per struct and a few lines per function.
 */
struct store_conn {
	const struct db_driver *driver;
	struct db_conn *db;
	struct store *store;
	bool wanted; /* reader: what follows belongs to one transaction */
	bool in_txn; /* ... which has begun */
	/* First -EM_E_IO or -EM_E_UNAVAILABLE of any statement, kept even when a
	 * job swallows it: the writer must know. */
	int fault;
};

/* store_open() on any driver. */
int store_open_on(
    const struct db_driver *driver, const struct store_options *o, struct store **store_r);

/* ---------------------------------------------------- columns <-> members */

enum db_kind {
	DB_K_U64,
	DB_K_I64,
	DB_K_U32,
	DB_K_INT,
	DB_K_BOOL,
	DB_K_F64,
	DB_K_TEXT,  /* const char *, copied into the arena */
	DB_K_FIXED, /* uint8_t[size] */
	DB_K_BYTES, /* const uint8_t * and its size_t at len_offset */
};

struct db_field {
	enum db_kind kind;
	size_t offset;
	size_t size;
	size_t len_offset;
};

#define DB_KIND_OF(x)                                                                              \
	_Generic((x), uint64_t                                                                     \
		 : DB_K_U64, int64_t                                                               \
		 : DB_K_I64, uint32_t                                                              \
		 : DB_K_U32, int                                                                   \
		 : DB_K_INT, bool                                                                  \
		 : DB_K_BOOL, double                                                               \
		 : DB_K_F64, const char *                                                          \
		 : DB_K_TEXT, uint8_t *                                                            \
		 : DB_K_FIXED)
#define DB_COL(type, member)                                                                       \
	{                                                                                          \
		.kind = DB_KIND_OF(((type *)0)->member), .offset = offsetof(type, member),         \
		.size = sizeof(((type *)0)->member)                                                \
	}
#define DB_COL_BYTES(type, member, len_member)                                                     \
	{                                                                                          \
		.kind = DB_K_BYTES, .offset = offsetof(type, member),                              \
		.len_offset = offsetof(type, len_member)                                           \
	}

/* The columns of a result, in order. */
struct db_fields {
	const struct db_field *field;
	unsigned n;
	size_t row_size;
};
#define DB_FIELDS(type, table)                                                                     \
	(&(const struct db_fields){                                                                \
	    .field = (table), .n = ARRAY_LEN(table), .row_size = sizeof(type)})

/* ------------------------------------------------------------------ binds */

static inline struct db_value
db_i64(int64_t i)
{
	return (struct db_value){.type = DB_INT, .i = i};
}
static inline struct db_value
db_u64(uint64_t u)
{
	/* identifiers are positive; one past INT64_MAX names nothing */
	return (struct db_value){.type = DB_INT, .i = (int64_t)u};
}
static inline struct db_value
db_f64(double d)
{
	return (struct db_value){.type = DB_REAL, .d = d};
}
struct db_value db_text(const char *s);
struct db_value db_blob(const void *p, size_t len);

struct db_binds {
	const struct db_value *value;
	unsigned n;
};
#define BINDS(...)                                                                                 \
	(&(const struct db_binds){                                                                 \
	    .value = (const struct db_value[]){__VA_ARGS__},                                       \
	    .n = sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value),         \
	})
#define NO_BINDS (&(const struct db_binds){.n = 0})

/* ------------------------------------------------------------- statements */

/* Runs to the end; rows, if any, are passed over. *changed_r may be NULL. */
int db_exec(struct store_conn *db, enum db_query q, const struct db_binds *b, uint64_t *changed_r);
/* As db_exec, but -EM_E_NOT_FOUND unless exactly one row was changed. */
int db_exec_one(struct store_conn *db, enum db_query q, const struct db_binds *b);
/* First column of the first row as an integer, or -EM_E_NOT_FOUND. */
int db_scalar(struct store_conn *db, enum db_query q, const struct db_binds *b, int64_t *v_r);
int db_id(struct store_conn *db, enum db_query q, const struct db_binds *b, uint64_t *id_r);
/* First row into *row, or -EM_E_NOT_FOUND. The arena may be NULL when no field
 * needs it. */
int db_one(struct store_conn *db, struct arena *a, enum db_query q, const struct db_binds *b,
    const struct db_fields *f, void *row);
/* At most max rows into an array of the caller's. */
int db_some(struct store_conn *db, struct arena *a, enum db_query q, const struct db_binds *b,
    const struct db_fields *f, void *rows, unsigned max, unsigned *n_r);
/* All rows, in an array in the arena (NULL when there are none). */
int db_all(struct store_conn *db, struct arena *a, enum db_query q, const struct db_binds *b,
    const struct db_fields *f, void **rows_r, unsigned *n_r);
/* One row after the other: each(arg, row) until it returns non-zero, which then
 * is the result. `row` is scratch of f->row_size bytes. The arena is the
 * caller's to reset. */
int db_each(struct store_conn *db, struct arena *a, enum db_query q, const struct db_binds *b,
    const struct db_fields *f, void *row, int (*each)(void *arg), void *arg);

/* Begins, commits ... on the writer's connection; keeps `fault`. */
int db_txn(struct store_conn *db, enum db_txn what);

/* Folded copy of a text, for searching and sorting; free(). */
char *db_fold(const char *s);
/* The folded texts that begin so: [lo, hi), both "" when nothing is left of it;
 * free(). What a person types is text: there are no wildcards. */
void db_fold_range(const char *beginning, char **lo_r, char **hi_r);
/* Sorts after every text. */
#define DB_LAST_TEXT "\xf4\x8f\xbf\xbf"

#endif
