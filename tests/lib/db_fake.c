/* SPDX-License-Identifier: MIT */
/* The driver for tests; see db_fake.h. */
#include "tests/lib/db_fake.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct fake_script {
	const struct db_value *values;
	unsigned n_columns, n_rows;
	uint64_t n_changed;
	bool changed_set;
};

/* Kept behind one lock, since the writer has a thread of its own. */
static struct {
	pthread_mutex_t lock;
	const struct db_driver *under;
	struct fake_script script[N_QUERIES];
	struct fake_record record[FAKE_RECORDS_MAX];
	unsigned n_records, n_calls, n_open;
	unsigned fail_at;
	int fail_rc;
	int fail_txn_rc[N_DB_TXN];
	bool has_failed;
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct fake_conn {
	struct db_conn base;
	struct db_conn *under;
	unsigned row[N_QUERIES]; /* the next step's, from 0 */
	bool open[N_QUERIES];
	uint64_t n_changed, n_changed_ever;
};

void
fake_reset(const struct db_driver *under)
{
	pthread_mutex_lock(&fake.lock);
	fake.under = under;
	memset(fake.script, 0, sizeof(fake.script));
	memset(fake.fail_txn_rc, 0, sizeof(fake.fail_txn_rc));
	fake.n_records = fake.n_calls = fake.n_open = fake.fail_at = 0;
	fake.has_failed = false;
	pthread_mutex_unlock(&fake.lock);
}

void
fake_rows(enum db_query q, const struct db_value *values, unsigned n_columns, unsigned n_rows)
{
	fake.script[q].values = values;
	fake.script[q].n_columns = n_columns;
	fake.script[q].n_rows = n_rows;
}

void
fake_changed(enum db_query q, uint64_t n)
{
	fake.script[q].n_changed = n;
	fake.script[q].changed_set = true;
}

void
fake_fail_at(unsigned k, int rc)
{
	pthread_mutex_lock(&fake.lock);
	fake.n_calls = 0;
	fake.fail_at = k;
	fake.fail_rc = rc;
	fake.has_failed = false;
	pthread_mutex_unlock(&fake.lock);
}

void
fake_fail_txn(enum db_txn txn, int rc)
{
	pthread_mutex_lock(&fake.lock);
	fake.fail_txn_rc[txn] = rc;
	fake.has_failed = false;
	pthread_mutex_unlock(&fake.lock);
}

unsigned
fake_n_calls(void)
{
	return fake.n_calls;
}

bool
fake_has_failed(void)
{
	return fake.has_failed;
}

const struct fake_record *
fake_records(unsigned *n_r)
{
	*n_r = fake.n_records;
	return fake.record;
}

unsigned
fake_n_open(void)
{
	return fake.n_open;
}

/* Counts a call; the error that it shall return, or 0. */
static int
fake_call(void)
{
	int rc = 0;

	pthread_mutex_lock(&fake.lock);
	if (++fake.n_calls == fake.fail_at) {
		fake.has_failed = true;
		rc = fake.fail_rc;
	}
	pthread_mutex_unlock(&fake.lock);
	return rc;
}

static void
fake_record_bind(struct fake_bind *to, const struct db_value *v)
{
	to->type = v->type;
	if (v->type == DB_INT) {
		to->i = v->i;
	} else if (v->type == DB_REAL) {
		to->d = v->d;
	} else if (v->type != DB_NULL && v->p) {
		size_t len = v->len < FAKE_TEXT_MAX - 1 ? v->len : FAKE_TEXT_MAX - 1;

		to->len = v->len;
		memcpy(to->bytes, v->p, len);
	}
}

static void
fake_record(enum db_query q, enum db_txn txn, const struct db_value *binds, unsigned n)
{
	struct fake_record *r;
	unsigned i;

	pthread_mutex_lock(&fake.lock);
	if (fake.n_records < FAKE_RECORDS_MAX) {
		r = &fake.record[fake.n_records++];
		*r = (struct fake_record){.query = q, .txn = txn, .n_binds = n};
		for (i = 0; i < n && i < FAKE_BINDS_MAX; i++)
			fake_record_bind(&r->bind[i], &binds[i]);
	}
	pthread_mutex_unlock(&fake.lock);
}

/* ------------------------------------------------------------------- driver */

static int
fake_open(const struct store_options *o, bool writer, struct db_conn **c_r)
{
	struct fake_conn *c = mem_new(sizeof(*c));
	int rc = 0;

	c->base.driver = &db_fake;
	if (fake.under)
		rc = fake.under->open(o, writer, &c->under);
	if (rc)
		free(c);
	else
		*c_r = &c->base;
	return rc;
}

static void
fake_close(struct db_conn *conn, bool clean)
{
	struct fake_conn *c = (struct fake_conn *)conn;

	if (c->under)
		c->under->driver->close(c->under, clean);
	free(c);
}

static int
fake_txn(struct db_conn *conn, enum db_txn what)
{
	struct fake_conn *c = (struct fake_conn *)conn;
	int rc = fake_call();

	fake_record(N_QUERIES, what, NULL, 0);
	pthread_mutex_lock(&fake.lock);
	if (!rc && fake.fail_txn_rc[what]) {
		rc = fake.fail_txn_rc[what];
		fake.has_failed = true;
	}
	pthread_mutex_unlock(&fake.lock);
	if (!rc && c->under)
		rc = c->under->driver->txn(c->under, what);
	return rc;
}

static int
fake_run(struct db_conn *conn, enum db_query q, const struct db_value *binds, unsigned n)
{
	struct fake_conn *c = (struct fake_conn *)conn;
	int rc = fake_call();

	fake_record(q, N_DB_TXN, binds, n);
	if (!rc && c->open[q])
		rc = -EM_E_INTERNAL;
	if (rc)
		return rc;
	c->open[q] = true;
	c->row[q] = 0;
	pthread_mutex_lock(&fake.lock);
	fake.n_open++;
	pthread_mutex_unlock(&fake.lock);
	return c->under ? c->under->driver->run(c->under, q, binds, n) : 0;
}

static int
fake_step(struct db_conn *conn, enum db_query q)
{
	struct fake_conn *c = (struct fake_conn *)conn;
	const struct fake_script *s = &fake.script[q];
	int rc = fake_call();

	if (rc)
		return rc;
	if (c->under)
		return c->under->driver->step(c->under, q);
	if (c->row[q] < s->n_rows) {
		c->row[q]++;
		return 1;
	}
	c->n_changed = s->changed_set ? s->n_changed : 1;
	c->n_changed_ever += c->n_changed;
	return 0;
}

static unsigned
fake_n_columns(struct db_conn *conn, enum db_query q)
{
	struct fake_conn *c = (struct fake_conn *)conn;

	return c->under ? c->under->driver->n_columns(c->under, q) : fake.script[q].n_columns;
}

static void
fake_column(struct db_conn *conn, enum db_query q, unsigned i, struct db_value *v_r)
{
	struct fake_conn *c = (struct fake_conn *)conn;
	const struct fake_script *s = &fake.script[q];

	if (c->under)
		c->under->driver->column(c->under, q, i, v_r);
	else
		*v_r = s->values[(c->row[q] - 1) * s->n_columns + i];
}

static uint64_t
fake_n_changed(struct db_conn *conn)
{
	struct fake_conn *c = (struct fake_conn *)conn;

	return c->under ? c->under->driver->n_changed(c->under) : c->n_changed;
}

static uint64_t
fake_n_changed_ever(struct db_conn *conn)
{
	struct fake_conn *c = (struct fake_conn *)conn;

	return c->under ? c->under->driver->n_changed_ever(c->under) : c->n_changed_ever;
}

static void
fake_finish(struct db_conn *conn, enum db_query q)
{
	struct fake_conn *c = (struct fake_conn *)conn;

	if (!c->open[q])
		return;
	c->open[q] = false;
	pthread_mutex_lock(&fake.lock);
	fake.n_open--;
	pthread_mutex_unlock(&fake.lock);
	if (c->under)
		c->under->driver->finish(c->under, q);
}

static int
fake_maintain(struct db_conn *conn)
{
	struct fake_conn *c = (struct fake_conn *)conn;

	return c->under ? c->under->driver->maintain(c->under) : 0;
}

const struct db_driver db_fake = {
    .name = "fake",
    .open = fake_open,
    .close = fake_close,
    .txn = fake_txn,
    .run = fake_run,
    .step = fake_step,
    .n_columns = fake_n_columns,
    .column = fake_column,
    .n_changed = fake_n_changed,
    .n_changed_ever = fake_n_changed_ever,
    .finish = fake_finish,
    .maintain = fake_maintain,
};

struct store_conn *
fake_conn_new(void)
{
	struct store_conn *c = mem_new(sizeof(*c));

	c->driver = &db_fake;
	if (fake_open(NULL, true, &c->db))
		die("the fake has no connection");
	return c;
}

void
fake_conn_free(struct store_conn **c)
{
	fake_close((*c)->db, true);
	free(*c);
	*c = NULL;
}
