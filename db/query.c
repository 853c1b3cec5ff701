/* SPDX-License-Identifier: MIT */
/*
 * From rows to structs and back: the few ways in which the store's functions
 * run a named statement. Every cursor opened here is closed here.
 */
#include "db/conn.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/text.h"

static const struct {
	const char *name, *sql;
} query_table[] = {
#define QUERY(name, sql) {#name, sql},
#include "db/queries.def"
#undef QUERY
};

const char *
db_query_name(enum db_query q)
{
	return query_table[q].name;
}

const char *
db_query_sql(enum db_query q)
{
	return query_table[q].sql;
}

struct db_value
db_text(const char *s)
{
	if (!s)
		return (struct db_value){.type = DB_NULL};
	return (struct db_value){.type = DB_TEXT, .p = s, .len = strlen(s)};
}

struct db_value
db_blob(const void *p, size_t len)
{
	return (struct db_value){.type = DB_BLOB, .p = p, .len = len};
}

char *
db_fold(const char *s)
{
	size_t len = strlen(s);
	char *out = mem_new(3 * len + 1);

	out[text_fold(s, len, out)] = '\0';
	return out;
}

void
db_fold_range(const char *beginning, char **lo_r, char **hi_r)
{
	*lo_r = db_fold(beginning);
	*hi_r = mem_printf("%s%s", *lo_r, **lo_r ? DB_LAST_TEXT : "");
}

static int
query_note(struct store_conn *db, int rc)
{
	if ((rc == -EM_E_IO || rc == -EM_E_UNAVAILABLE) && db->fault != -EM_E_IO)
		db->fault = rc;
	return rc;
}

int
db_txn(struct store_conn *db, enum db_txn what)
{
	return query_note(db, db->driver->txn(db->db, what));
}

static int
query_start(struct store_conn *db, enum db_query q, const struct db_binds *b)
{
	int rc;

	if (db->wanted && !db->in_txn) {
		rc = db_txn(db, DB_BEGIN_READ);
		if (rc)
			return rc;
		db->in_txn = true;
	}
	return query_note(db, db->driver->run(db->db, q, b->value, b->n));
}

static int
query_step(struct store_conn *db, enum db_query q)
{
	return query_note(db, db->driver->step(db->db, q));
}

/* ------------------------------------------------------------------- rows */

static int
query_integer(const struct db_field *f, int64_t i, void *to)
{
	switch (f->kind) {
	case DB_K_U64:
		*(uint64_t *)to = (uint64_t)i;
		return i < 0 ? -EM_E_IO : 0;
	case DB_K_I64:
		*(int64_t *)to = i;
		return 0;
	case DB_K_U32:
		*(uint32_t *)to = (uint32_t)i;
		return i < 0 || i > UINT32_MAX ? -EM_E_IO : 0;
	case DB_K_INT:
		*(int *)to = (int)i;
		return i < INT_MIN || i > INT_MAX ? -EM_E_IO : 0;
	case DB_K_BOOL:
		*(bool *)to = i != 0;
		return i < 0 || i > 1 ? -EM_E_IO : 0;
	default:
		return -EM_E_IO;
	}
}

static int
query_text(struct arena *a, const struct db_value *v, const char **to)
{
	if (v->type != DB_TEXT || !a)
		return -EM_E_IO;
	*to = arena_strndup(a, v->p, v->len);
	return *to ? 0 : -EM_E_NO_MEMORY;
}

static int
query_bytes(struct arena *a, const struct db_field *f, const struct db_value *v, char *row)
{
	uint8_t *copy;

	if (v->type != DB_BLOB && v->type != DB_TEXT)
		return -EM_E_IO;
	if (f->kind == DB_K_FIXED) {
		if (v->len != f->size)
			return -EM_E_IO;
		memcpy(row + f->offset, v->p, v->len);
		return 0;
	}
	/* one more, so that text is also a string */
	copy = a ? arena_alloc(a, v->len + 1) : NULL;
	if (!copy)
		return -EM_E_NO_MEMORY;
	if (v->len)
		memcpy(copy, v->p, v->len);
	*(const uint8_t **)(void *)(row + f->offset) = copy;
	*(size_t *)(void *)(row + f->len_offset) = v->len;
	return 0;
}

static int
query_field(struct arena *a, const struct db_field *f, const struct db_value *v, char *row)
{
	void *to = row + f->offset;

	switch (f->kind) {
	case DB_K_TEXT:
		return query_text(a, v, to);
	case DB_K_FIXED:
	case DB_K_BYTES:
		return query_bytes(a, f, v, row);
	case DB_K_F64:
		if (v->type != DB_REAL)
			return -EM_E_IO;
		*(double *)to = v->d;
		return 0;
	default:
		return v->type == DB_INT ? query_integer(f, v->i, to) : -EM_E_IO;
	}
}

/* The current row into a struct. A row that is not what the schema promises is
 * a damaged database. */
static int
query_row(
    struct store_conn *db, struct arena *a, enum db_query q, const struct db_fields *f, void *row)
{
	struct db_value v;
	int rc = db->driver->n_columns(db->db, q) == f->n ? 0 : -EM_E_IO;
	unsigned i;

	for (i = 0; !rc && i < f->n; i++) {
		db->driver->column(db->db, q, i, &v);
		rc = query_field(a, &f->field[i], &v, row);
	}
	if (rc == -EM_E_IO)
		log_error("store.bad_row", "query=%s column=%u", db_query_name(q), i);
	return query_note(db, rc);
}

/* ---------------------------------------------------------------- running */

int
db_exec(struct store_conn *db, enum db_query q, const struct db_binds *b, uint64_t *changed_r)
{
	int rc = query_start(db, q, b);

	if (!rc) {
		while ((rc = query_step(db, q)) == 1)
			continue;
	}
	if (!rc && changed_r)
		*changed_r = db->driver->n_changed(db->db);
	db->driver->finish(db->db, q);
	return rc;
}

int
db_exec_one(struct store_conn *db, enum db_query q, const struct db_binds *b)
{
	uint64_t n = 0;
	int rc = db_exec(db, q, b, &n);

	return rc ? rc : n == 1 ? 0 : -EM_E_NOT_FOUND;
}

int
db_each(struct store_conn *db, struct arena *a, enum db_query q, const struct db_binds *b,
    const struct db_fields *f, void *row, int (*each)(void *arg), void *arg)
{
	int rc = query_start(db, q, b);

	while (!rc) {
		rc = query_step(db, q);
		if (rc != 1)
			break;
		memset(row, 0, f->row_size);
		rc = query_row(db, a, q, f, row);
		if (!rc)
			rc = each(arg);
	}
	db->driver->finish(db->db, q);
	return rc;
}

int
db_some(struct store_conn *db, struct arena *a, enum db_query q, const struct db_binds *b,
    const struct db_fields *f, void *rows, unsigned max, unsigned *n_r)
{
	unsigned n = 0;
	int rc = query_start(db, q, b);

	*n_r = 0;
	while (!rc && n < max) {
		char *row = (char *)rows + n * f->row_size;

		rc = query_step(db, q);
		if (rc != 1)
			break;
		memset(row, 0, f->row_size);
		rc = query_row(db, a, q, f, row);
		n++;
	}
	db->driver->finish(db->db, q);
	if (!rc)
		*n_r = n;
	return rc;
}

/* A statement that changes something and returns a row must be run to its end:
 * only then has all of it happened. */
static int
query_rest(struct store_conn *db, enum db_query q)
{
	int rc = query_step(db, q);

	return rc == 1 ? -EM_E_INTERNAL : rc;
}

int
db_one(struct store_conn *db, struct arena *a, enum db_query q, const struct db_binds *b,
    const struct db_fields *f, void *row)
{
	int rc = query_start(db, q, b);

	if (!rc) {
		rc = query_step(db, q);
		if (rc == 1) {
			memset(row, 0, f->row_size);
			rc = query_row(db, a, q, f, row);
			if (!rc)
				rc = query_rest(db, q);
		} else if (rc == 0) {
			rc = -EM_E_NOT_FOUND;
		}
	}
	db->driver->finish(db->db, q);
	return rc;
}

static const struct db_field integer_field[] = {{.kind = DB_K_I64, .size = sizeof(int64_t)}};

int
db_scalar(struct store_conn *db, enum db_query q, const struct db_binds *b, int64_t *v_r)
{
	return db_one(db, NULL, q, b, DB_FIELDS(int64_t, integer_field), v_r);
}

int
db_id(struct store_conn *db, enum db_query q, const struct db_binds *b, uint64_t *id_r)
{
	int64_t id = 0;
	int rc = db_scalar(db, q, b, &id);

	if (!rc)
		*id_r = (uint64_t)id;
	return rc;
}

int
db_all(struct store_conn *db, struct arena *a, enum db_query q, const struct db_binds *b,
    const struct db_fields *f, void **rows_r, unsigned *n_r)
{
	char *rows = NULL;
	unsigned n = 0, cap = 0;
	int rc = query_start(db, q, b);

	*rows_r = NULL;
	*n_r = 0;
	while (!rc) {
		rc = query_step(db, q);
		if (rc != 1)
			break;
		rc = 0;
		if (n == cap) {
			char *more;

			cap = cap ? 2 * cap : 16;
			more = arena_alloc(a, cap * f->row_size);
			if (!more) {
				rc = -EM_E_NO_MEMORY;
				break;
			}
			if (n)
				memcpy(more, rows, n * f->row_size);
			rows = more;
		}
		rc = query_row(db, a, q, f, rows + n * f->row_size);
		n++;
	}
	db->driver->finish(db->db, q);
	if (!rc) {
		*rows_r = rows;
		*n_r = n;
	}
	return rc;
}
