/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_DB_FAKE_H
#define EMAGE_TESTS_DB_FAKE_H

#include "db/conn.h"

/*
 * A database for tests, in one of two ways:
 *
 *	scripted	fake_rows() says which rows a named statement returns;
 *			every statement is recorded with what was bound
 *	in between	passes all calls on to another driver (`under`)
 *
 * In both, the k-th call of the driver can be made to fail, so that a test can
 * go through every way in which a function may be let down by its database.
 * One fake at a time in a process; the driver has no other place for a state.
 */
#define FAKE_RECORDS_MAX 256
#define FAKE_BINDS_MAX	 16
#define FAKE_TEXT_MAX	 64

struct fake_bind {
	enum db_type type;
	int64_t i;
	double d;
	size_t len;
	char bytes[FAKE_TEXT_MAX]; /* cut; always a string */
};
struct fake_record {
	enum db_query query; /* N_QUERIES: a transaction's statement */
	enum db_txn txn;
	unsigned n_binds;
	struct fake_bind bind[FAKE_BINDS_MAX];
};

extern const struct db_driver db_fake;

/* Starts anew: scripted when under is NULL. */
void fake_reset(const struct db_driver *under);
/* Rows of a statement: n_rows times n_columns values, which are borrowed. The
 * same rows come each time it is run. */
void fake_rows(enum db_query q, const struct db_value *values, unsigned n_columns, unsigned n_rows);
/* Rows that a statement is said to have changed (1 unless told). */
void fake_changed(enum db_query q, uint64_t n);

/* The k-th call from now on (from 1; 0 = none) fails with this; only calls of
 * one statement's kind when `txn` says so: fake_fail_txn(DB_COMMIT, ...). */
void fake_fail_at(unsigned k, int rc);
void fake_fail_txn(enum db_txn txn, int rc);
/* Calls that could have failed, since fake_fail_at() or reset. */
unsigned fake_n_calls(void);
/* Whether the failure asked for has happened. */
bool fake_has_failed(void);

const struct fake_record *fake_records(unsigned *n_r);
/* Cursors open now: 0 between two functions of the store. */
unsigned fake_n_open(void);

/* A connection on the fake without a store behind it. */
struct store_conn *fake_conn_new(void);
void fake_conn_free(struct store_conn **c);

#endif
