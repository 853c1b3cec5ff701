/* SPDX-License-Identifier: MIT */
/*
 * Patients found by a number, or by two of name, given name and birth date.
 *
 * A birth date leaves a few dozen in a region, so it decides when it is there.
 * Without it one of the two names must: the rarer one, told apart by counting to
 * FIND_FEW. When both are common, those who have both are met soon on a walk
 * through the names in order.
 */
#include "db/conn.h"

#include <stdlib.h>
#include <string.h>

#define INS_LEN	     13u
#define FIND_FEW     4000
#define FIND_MAX_MAX 50u
/* A patient stands in two rows at most; and one more tells that there are others. */
#define FIND_ROWS (2u * (FIND_MAX_MAX + 1u))

struct find_id {
	uint64_t patient_id;
};
static const struct db_field id_fields[] = {DB_COL(struct find_id, patient_id)};

static const struct db_field row_fields[] = {
    DB_COL(struct store_patient_row, patient_id),
    DB_COL(struct store_patient_row, account_id),
    DB_COL(struct store_patient_row, civility),
    DB_COL(struct store_patient_row, given_name),
    DB_COL(struct store_patient_row, used_name),
    DB_COL(struct store_patient_row, birth_name),
    DB_COL(struct store_patient_row, birth_date),
    DB_COL(struct store_patient_row, sex),
    DB_COL(struct store_patient_row, ipp),
    DB_COL(struct store_patient_row, account),
    DB_COL(struct store_patient_row, blocked_at_ms),
};

static const char *
find_text(const char *s)
{
	return s ? s : "";
}

/* ------------------------------------------------------------------- names */

int
store_patient_names_put(struct store_conn *db, const struct store_patient_names *n)
{
	const char *names[] = {n->used_name, n->birth_name};
	char *given = db_fold(n->given_name);
	int rc = db_exec(db, Q_patient_name_clear, BINDS(db_u64(n->patient_id)), NULL);

	for (size_t i = 0; !rc && i < ARRAY_LEN(names); i++) {
		char *name = db_fold(names[i]);

		/* somebody without any name is found by the others */
		if (*names[i] || !*names[1 - i])
			rc = db_exec(db, Q_patient_name_insert,
			    BINDS(db_text(name), db_text(given), db_i64(n->birth_date),
				db_u64(n->patient_id)),
			    NULL);
		free(name);
	}
	free(given);
	return rc;
}

int
store_patient_namesake(
    struct store_conn *db, const struct store_patient_names *n, uint64_t *patient_id_r)
{
	char *used = db_fold(*n->used_name ? n->used_name : n->birth_name);
	char *birth = db_fold(*n->birth_name ? n->birth_name : n->used_name);
	char *given = db_fold(n->given_name);
	int rc = db_id(db, Q_namesake,
	    BINDS(db_text(used), db_text(birth), db_text(given), db_i64(n->birth_date)),
	    patient_id_r);

	free(used);
	free(birth);
	free(given);
	return rc;
}

/* ---------------------------------------------------------------- searching */

struct find_names {
	char *text[4]; /* name and given name: beginning, and just past it */
	enum db_query walk;
};

static void
find_names_free(struct find_names *f)
{
	for (size_t i = 0; i < ARRAY_LEN(f->text); i++)
		free(f->text[i]);
}

static int
find_is_rare(
    struct store_conn *db, enum db_query count, const char *lo, const char *hi, bool *rare_r)
{
	int64_t n = 0;
	int rc = db_scalar(db, count, BINDS(db_text(lo), db_text(hi), db_i64(FIND_FEW + 1)), &n);

	*rare_r = n <= FIND_FEW;
	return rc;
}

static int
find_choose(struct store_conn *db, struct find_names *f, uint32_t birth_date)
{
	int n = (*f->text[0] != '\0') + (*f->text[2] != '\0') + (birth_date != 0);
	bool rare = false;
	int rc;

	if (n < 2)
		return -EM_E_FILTER_EMPTY;
	f->walk = birth_date ? Q_who_by_birth : Q_who_by_name;
	if (birth_date)
		return 0;
	rc = find_is_rare(db, Q_who_count_name, f->text[0], f->text[1], &rare);
	if (rc || rare)
		return rc;
	rc = find_is_rare(db, Q_who_count_given, f->text[2], f->text[3], &rare);
	if (!rc && rare)
		f->walk = Q_who_by_given;
	return rc;
}

static int
find_by_names(
    struct store_conn *db, const struct store_patient_find *q, struct find_id *ids, unsigned *n_r)
{
	struct find_names f = {.walk = Q_who_by_name};
	int rc;

	db_fold_range(find_text(q->name), &f.text[0], &f.text[1]);
	db_fold_range(find_text(q->given_name), &f.text[2], &f.text[3]);
	rc = find_choose(db, &f, q->birth_date);
	if (!rc)
		rc = db_some(db, NULL, f.walk,
		    BINDS(db_text(f.text[0]), db_text(f.text[1]), db_text(f.text[2]),
			db_text(f.text[3]), db_i64(q->birth_date), db_u64(q->professional_id),
			db_i64(FIND_ROWS)),
		    DB_FIELDS(struct find_id, id_fields), ids, FIND_ROWS, n_r);
	find_names_free(&f);
	return rc;
}

/* The thirteen characters of an INS, as it is kept: without blanks and key, in
 * capitals. */
static void
find_matricule(const char *ins, char out_r[INS_LEN + 1])
{
	size_t n = 0;

	for (; *ins && n < INS_LEN; ins++) {
		if (*ins != ' ')
			out_r[n++] = (char)(*ins >= 'a' && *ins <= 'z' ? *ins - 'a' + 'A' : *ins);
	}
	out_r[n] = '\0';
}

static int
find_ids(
    struct store_conn *db, const struct store_patient_find *q, struct find_id *ids, unsigned *n_r)
{
	const struct db_fields *fields = DB_FIELDS(struct find_id, id_fields);

	if (*find_text(q->identifier))
		return db_some(db, NULL, Q_who_by_identifier,
		    BINDS(db_text(q->identifier), db_u64(q->professional_id)), fields, ids,
		    FIND_ROWS, n_r);
	if (*find_text(q->ipp))
		return db_some(db, NULL, Q_who_by_ipp,
		    BINDS(db_text(q->ipp), db_text(find_text(q->ipp_authority)),
			db_u64(q->professional_id), db_i64(FIND_ROWS)),
		    fields, ids, FIND_ROWS, n_r);
	if (*find_text(q->ins)) {
		char matricule[INS_LEN + 1];

		find_matricule(q->ins, matricule);
		return db_some(db, NULL, Q_who_by_ins,
		    BINDS(db_text(matricule), db_u64(q->professional_id), db_i64(FIND_ROWS)),
		    fields, ids, FIND_ROWS, n_r);
	}
	return find_by_names(db, q, ids, n_r);
}

/* Leaves each patient once, in the order in which they were found. */
static unsigned
find_once(struct find_id *ids, unsigned n)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		unsigned k = 0;

		while (k < kept && ids[k].patient_id != ids[i].patient_id)
			k++;
		if (k == kept)
			ids[kept++] = ids[i];
	}
	return kept;
}

struct find_sort {
	char *name, *given;
	struct store_patient_row row;
};

static int
find_compare(const void *a, const void *b)
{
	const struct find_sort *x = a, *y = b;
	int d = strcmp(x->name, y->name);

	if (!d)
		d = strcmp(x->given, y->given);
	if (!d)
		d = (x->row.birth_date > y->row.birth_date) -
		    (x->row.birth_date < y->row.birth_date);
	return d ? d
		 : (x->row.patient_id > y->row.patient_id) -
		       (x->row.patient_id < y->row.patient_id);
}

static void
find_order(struct store_patient_row *rows, unsigned n)
{
	struct find_sort sort[FIND_MAX_MAX];

	for (unsigned i = 0; i < n; i++) {
		sort[i].row = rows[i];
		sort[i].name = db_fold(*rows[i].used_name ? rows[i].used_name : rows[i].birth_name);
		sort[i].given = db_fold(rows[i].given_name);
	}
	qsort(sort, n, sizeof(sort[0]), find_compare);
	for (unsigned i = 0; i < n; i++) {
		rows[i] = sort[i].row;
		free(sort[i].name);
		free(sort[i].given);
	}
}

int
store_patient_get(struct store_conn *db, struct arena *a, uint64_t patient_id,
    const struct store_patient_find *q, struct store_patient_row *r)
{
	return db_one(db, a, Q_patient_row,
	    BINDS(db_text(find_text(q->own_authority)), db_u64(q->professional_id),
		db_u64(patient_id)),
	    DB_FIELDS(struct store_patient_row, row_fields), r);
}

int
store_patient_find(struct store_conn *db, struct arena *a, const struct store_patient_find *q,
    unsigned max, struct store_patient_row **rows_r, unsigned *n_r, bool *more_r)
{
	struct find_id ids[FIND_ROWS];
	struct store_patient_row *rows;
	unsigned n = 0;
	int rc = find_ids(db, q, ids, &n);

	*n_r = 0;
	*more_r = false;
	*rows_r = NULL;
	if (rc)
		return rc;
	n = find_once(ids, n);
	max = max > FIND_MAX_MAX ? FIND_MAX_MAX : max;
	*more_r = n > max;
	n = n > max ? max : n;
	rows = arena_alloc(a, (n + 1) * sizeof(*rows));
	if (!rows)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; !rc && i < n; i++)
		rc = store_patient_get(db, a, ids[i].patient_id, q, &rows[i]);
	if (rc)
		return rc;
	find_order(rows, n);
	*rows_r = rows;
	*n_r = n;
	return 0;
}
