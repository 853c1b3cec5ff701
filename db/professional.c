/* SPDX-License-Identifier: MIT */
/*
 * The directory of professionals, keyed by RPPS number: loading, and the search
 * by criteria.
 */
#include "db/conn.h"

#include <stdlib.h>
#include <string.h>

static const struct db_field professional_fields[] = {
    DB_COL(struct store_professional, professional_id),
    DB_COL(struct store_professional, rpps),
    DB_COL(struct store_professional, family_name),
    DB_COL(struct store_professional, given_name),
    DB_COL(struct store_professional, profession),
    DB_COL(struct store_professional, specialty),
    DB_COL(struct store_professional, account_id),
};
static const struct db_field place_fields[] = {
    DB_COL(struct store_place, establishment_id),
    DB_COL(struct store_place, name),
};
static const struct db_field entry_fields[] = {
    DB_COL(struct store_entry, code),
    DB_COL(struct store_entry, label),
};

int
store_professional_get(
    struct store_conn *db, struct arena *a, uint64_t professional_id, struct store_professional *r)
{
	return db_one(db, a, Q_professional_get, BINDS(db_u64(professional_id)),
	    DB_FIELDS(struct store_professional, professional_fields), r);
}

int
store_professional_by_rpps(
    struct store_conn *db, struct arena *a, const char *rpps, struct store_professional *r)
{
	return db_one(db, a, Q_professional_by_rpps, BINDS(db_text(rpps)),
	    DB_FIELDS(struct store_professional, professional_fields), r);
}

int
store_professional_set_account(struct store_conn *db, uint64_t professional_id, uint64_t account_id)
{
	return db_exec_one(
	    db, Q_professional_set_account, BINDS(db_u64(account_id), db_u64(professional_id)));
}

int
store_professional_places(struct store_conn *db, struct arena *a, uint64_t professional_id,
    struct store_place *r, unsigned max, unsigned *n_r)
{
	return db_some(db, a, Q_professional_places, BINDS(db_u64(professional_id), db_i64(max)),
	    DB_FIELDS(struct store_place, place_fields), r, max, n_r);
}

/* ---------------------------------------------------------------- choices */

static int
professional_entries(struct store_conn *db, struct arena *a, enum db_query q, struct store_entry *r,
    unsigned max, unsigned *n_r)
{
	return db_some(
	    db, a, q, BINDS(db_i64(max)), DB_FIELDS(struct store_entry, entry_fields), r, max, n_r);
}

int
store_professions(
    struct store_conn *db, struct arena *a, struct store_entry *r, unsigned max, unsigned *n_r)
{
	return professional_entries(db, a, Q_professions, r, max, n_r);
}

int
store_specialties(
    struct store_conn *db, struct arena *a, struct store_entry *r, unsigned max, unsigned *n_r)
{
	return professional_entries(db, a, Q_specialties, r, max, n_r);
}

int
store_places(
    struct store_conn *db, struct arena *a, struct store_place *r, unsigned max, unsigned *n_r)
{
	return db_some(db, a, Q_professional_places_all, BINDS(db_i64(max)),
	    DB_FIELDS(struct store_place, place_fields), r, max, n_r);
}

/* ---------------------------------------------------------------- loading */

struct professional_known {
	uint64_t professional_id;
	const char *specialty_code;
	uint64_t load_id;
};

static const struct db_field known_fields[] = {
    DB_COL(struct professional_known, professional_id),
    DB_COL(struct professional_known, specialty_code),
    DB_COL(struct professional_known, load_id),
};

/* A code's label of today: nearly always the one that is there. */
static int
professional_label(struct store_conn *db, enum db_query said, enum db_query put, const char *code,
    const char *label)
{
	int64_t n = 0;
	char *fold;
	int rc;

	if (!*code)
		return 0;
	rc = db_scalar(db, said, BINDS(db_text(code), db_text(label)), &n);
	if (rc || n)
		return rc;
	fold = db_fold(label);
	rc = db_exec(db, put, BINDS(db_text(code), db_text(label), db_text(fold)), NULL);
	free(fold);
	return rc;
}

/* First line of this loading about somebody: all that was known is replaced. */
static int
professional_write(
    struct store_conn *db, const struct store_professional_line *l, uint64_t *professional_id)
{
	char *family = db_fold(l->family_name), *given = db_fold(l->given_name);
	int rc;

	if (*professional_id == 0) {
		rc = db_id(db, Q_professional_insert,
		    BINDS(db_text(l->rpps), db_text(l->family_name), db_text(l->given_name),
			db_text(family), db_text(given), db_text(l->profession_code),
			db_text(l->specialty_code), db_u64(l->load_id)),
		    professional_id);
	} else {
		rc = db_exec(db, Q_place_clear, BINDS(db_u64(*professional_id)), NULL);
		if (!rc)
			rc = db_exec_one(db, Q_professional_update,
			    BINDS(db_text(l->family_name), db_text(l->given_name), db_text(family),
				db_text(given), db_text(l->profession_code),
				db_text(l->specialty_code), db_u64(l->load_id),
				db_u64(*professional_id)));
	}
	free(family);
	free(given);
	return rc;
}

static int
professional_set_specialty(struct store_conn *db, const char *code, uint64_t professional_id)
{
	const struct db_binds *b = BINDS(db_text(code), db_u64(professional_id));
	int rc = db_exec_one(db, Q_professional_set_specialty, b);

	return rc ? rc : db_exec(db, Q_place_set_specialty, b, NULL);
}

int
store_professional_put(
    struct store_conn *db, const struct store_professional_line *l, enum store_put *put_r)
{
	struct arena *a = arena_new(4096);
	struct professional_known known = {.professional_id = 0};
	int rc = db_one(db, a, Q_professional_known, BINDS(db_text(l->rpps)),
	    DB_FIELDS(struct professional_known, known_fields), &known);

	if (rc == -EM_E_NOT_FOUND)
		rc = 0;
	if (!rc)
		rc = professional_label(
		    db, Q_profession_said, Q_profession_put, l->profession_code, l->profession);
	if (!rc)
		rc = professional_label(
		    db, Q_specialty_said, Q_specialty_put, l->specialty_code, l->specialty);
	if (rc)
		goto out;
	*put_r = known.professional_id == 0    ? STORE_PUT_NEW
		 : known.load_id != l->load_id ? STORE_PUT_CHANGED
					       : STORE_PUT_AGAIN;
	if (*put_r != STORE_PUT_AGAIN)
		rc = professional_write(db, l, &known.professional_id);
	else if (!*known.specialty_code && *l->specialty_code)
		rc = professional_set_specialty(db, l->specialty_code, known.professional_id);
	if (!rc && l->establishment_id)
		rc = db_exec(db, Q_place_insert,
		    BINDS(db_u64(l->establishment_id), db_u64(known.professional_id)), NULL);
out:
	arena_free(&a);
	return rc;
}

/* ---------------------------------------------------------------- searching */

/* Rows found by given name alone are sorted when they are no more than this;
 * more are common enough to be met soon on a walk in the order of the list. */
#define FIND_SORT_MAX 8000

struct find {
	char *text[4]; /* family and given name: beginning, and just past it */
	struct db_value value[10];
	unsigned n; /* criteria; limit, offset, patient follow */
	enum db_query count, page;
};

static void
find_use(struct find *f, enum db_query count, enum db_query page)
{
	f->count = count;
	f->page = page;
}

static int
find_counted(struct store_conn *db, struct find *f, uint32_t limit, uint32_t *n_r)
{
	int64_t n = 0;
	int rc;

	f->value[f->n] = db_i64(limit);
	rc =
	    db_scalar(db, f->count, &(const struct db_binds){.value = f->value, .n = f->n + 1}, &n);
	*n_r = (uint32_t)n;
	return rc;
}

/* By given name: sorted when few, else on a walk along the next best index. */
static int
find_by_given(struct store_conn *db, struct find *f, struct store_find *q)
{
	int rc = 0;

	find_use(f, Q_find_count_given, Q_find_page_given);
	if (q->n_given == 0) {
		rc = find_counted(db, f, FIND_SORT_MAX + 1, &q->n_given);
		q->n_given++;
	}
	if (rc || q->n_given <= FIND_SORT_MAX + 1)
		return rc;
	if (*q->specialty_code) {
		find_use(f, Q_find_count_specialty, Q_find_page_specialty);
	} else {
		f->value[1] = db_text(DB_LAST_TEXT);
		find_use(f, Q_find_count_family, Q_find_page_family);
	}
	return 0;
}

/* Chooses the index: the place, else the family name, else ... */
static int
find_prepare(struct store_conn *db, struct find *f, struct store_find *q)
{
	db_fold_range(q->family_name, &f->text[0], &f->text[1]);
	db_fold_range(q->given_name, &f->text[2], &f->text[3]);
	for (; f->n < 4; f->n++)
		f->value[f->n] = db_text(f->text[f->n]);
	f->value[f->n++] = db_text(q->profession_code);
	f->value[f->n++] = db_text(q->specialty_code);
	if (q->establishment_id) {
		f->value[f->n++] = db_u64(q->establishment_id);
		find_use(f, Q_find_count_place, Q_find_page_place);
	} else if (*f->text[0]) {
		find_use(f, Q_find_count_family, Q_find_page_family);
	} else if (*f->text[2]) {
		return find_by_given(db, f, q);
	} else if (*q->specialty_code) {
		find_use(f, Q_find_count_specialty, Q_find_page_specialty);
	} else if (*q->profession_code) {
		find_use(f, Q_find_count_profession, Q_find_page_profession);
	} else {
		return -EM_E_FILTER_EMPTY;
	}
	return 0;
}

static void
find_release(struct find *f)
{
	for (unsigned i = 0; i < ARRAY_LEN(f->text); i++)
		free(f->text[i]);
}

int
store_find_count(struct store_conn *db, struct store_find *q, uint32_t max, uint32_t *n_r)
{
	struct find f = {.n = 0};
	int rc;

	q->n_given = 0;
	rc = find_prepare(db, &f, q);
	if (!rc && q->n_given > 0)
		*n_r = q->n_given - 1 <= max ? q->n_given - 1 : max + 1;
	else if (!rc)
		rc = find_counted(db, &f, max + 1, n_r);
	find_release(&f);
	return rc;
}

static const struct db_field found_fields[] = {
    DB_COL(struct store_professional, professional_id),
    DB_COL(struct store_professional, rpps),
    DB_COL(struct store_professional, family_name),
    DB_COL(struct store_professional, given_name),
    DB_COL(struct store_professional, profession),
    DB_COL(struct store_professional, specialty),
    DB_COL(struct store_professional, blocked_at_ms),
};

int
store_find_page(struct store_conn *db, struct arena *a, struct store_find *q, uint32_t offset,
    uint32_t limit, struct store_professional **rows_r, unsigned *n_r)
{
	struct find f = {.n = 0};
	void *rows = NULL;
	int rc = find_prepare(db, &f, q);

	*n_r = 0;
	if (!rc) {
		f.value[f.n] = db_i64(limit);
		f.value[f.n + 1] = db_i64(offset);
		f.value[f.n + 2] = db_u64(q->patient_id);
		rc = db_all(db, a, f.page, &(const struct db_binds){.value = f.value, .n = f.n + 3},
		    DB_FIELDS(struct store_professional, found_fields), &rows, n_r);
	}
	*rows_r = rows;
	find_release(&f);
	return rc;
}
