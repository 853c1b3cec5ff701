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

/* Two codes. */
#define PROFESSIONAL_SCRATCH 1024

struct professional_known {
	uint64_t professional_id;
	uint64_t load_id; /* in this generation; 0 = it has not got the person */
	const char *specialty_code, *profession_code;
	bool same_name, is_in_force;
	/* of this line */
	const char *family_fold, *given_fold;
};

static const struct db_field known_fields[] = {
    DB_COL(struct professional_known, professional_id),
    DB_COL(struct professional_known, load_id),
    DB_COL(struct professional_known, specialty_code),
    DB_COL(struct professional_known, profession_code),
    DB_COL(struct professional_known, same_name),
    DB_COL(struct professional_known, is_in_force),
};

/* Whether this label was written just now; if not, it is from now on. */
static bool
professional_is_seen(struct store_seen *seen, const char *code, const char *label)
{
	uint32_t hash = 5381;
	struct store_entry *e;

	if (!seen)
		return false;
	for (const char *s = code; *s; s++)
		hash = hash * 33 + (uint8_t)*s;
	e = &seen->label[hash % STORE_LABELS_MAX];
	if (e->code && strcmp(e->code, code) == 0 && strcmp(e->label, label) == 0)
		return true;
	*e = (struct store_entry){.code = code, .label = label};
	return false;
}

struct professional_label {
	int kind;
	enum db_query said, put;
	const char *code, *label;
};

/* A code's label of today: nearly always the one that is there. Those of a
 * directory that is not in force yet wait with it. */
static int
professional_label_put(struct store_conn *db, const struct store_professional_line *l,
    const struct professional_label *p)
{
	int64_t n = 0;
	char *fold;
	int rc = 0;

	if (!*p->code || professional_is_seen(l->seen, p->code, p->label))
		return 0;
	if (!l->generation)
		rc = db_scalar(db, p->said, BINDS(db_text(p->code), db_text(p->label)), &n);
	if (rc || n)
		return rc;
	fold = db_fold(p->label);
	if (l->generation)
		rc = db_exec(db, Q_directory_label_put,
		    BINDS(db_u64(l->generation), db_i64(p->kind), db_text(p->code),
			db_text(p->label), db_text(fold)),
		    NULL);
	else
		rc = db_exec(
		    db, p->put, BINDS(db_text(p->code), db_text(p->label), db_text(fold)), NULL);
	free(fold);
	return rc;
}

static int
professional_labels(struct store_conn *db, const struct store_professional_line *l)
{
	int rc = professional_label_put(db, l,
	    &(struct professional_label){.kind = 1,
		.said = Q_profession_said,
		.put = Q_profession_put,
		.code = l->profession_code,
		.label = l->profession});

	return rc ? rc
		  : professional_label_put(db, l,
			&(struct professional_label){.kind = 2,
			    .said = Q_specialty_said,
			    .put = Q_specialty_put,
			    .code = l->specialty_code,
			    .label = l->specialty});
}

/* First line of this loading about somebody: all that this generation has is replaced. */
static int
professional_write(struct store_conn *db, const struct store_professional_line *l,
    uint64_t generation, struct professional_known *k)
{
	const char *name = l->family_name, *family = k->family_fold, *given = k->given_fold;
	int rc = 0;

	if (k->professional_id == 0)
		rc = db_exec(db, Q_professional_insert,
		    BINDS(db_text(l->rpps), db_text(name), db_text(l->given_name), db_text(family),
			db_text(given), db_text(l->profession_code), db_text(l->specialty_code),
			db_u64(l->load_id)),
		    NULL);
	if (!rc && k->professional_id == 0)
		rc = db_id(db, Q_professional_id, BINDS(db_text(l->rpps)), &k->professional_id);
	if (!rc && k->load_id)
		rc = db_exec(
		    db, Q_place_clear, BINDS(db_u64(generation), db_u64(k->professional_id)), NULL);
	if (!rc && k->load_id)
		rc = db_exec_one(
		    db, Q_directory_remove, BINDS(db_u64(generation), db_u64(k->professional_id)));
	if (!rc)
		rc = db_exec(db, Q_directory_insert,
		    BINDS(db_u64(generation), db_text(family), db_text(given),
			db_u64(k->professional_id), db_text(name), db_text(l->given_name),
			db_text(l->profession_code), db_text(l->specialty_code),
			db_u64(l->load_id)),
		    NULL);
	k->specialty_code = l->specialty_code;
	k->profession_code = l->profession_code;
	k->same_name = true;
	return rc == -EM_E_NOT_FOUND ? -EM_E_INTERNAL : rc;
}

static int
professional_set_specialty(
    struct store_conn *db, const char *code, uint64_t generation, uint64_t professional_id)
{
	const struct db_binds *b =
	    BINDS(db_text(code), db_u64(generation), db_u64(professional_id));
	int rc = db_exec_one(db, Q_directory_set_specialty, b);

	return rc ? rc : db_exec(db, Q_place_set_specialty, b, NULL);
}

static int
professional_place(struct store_conn *db, const struct store_professional_line *l,
    uint64_t generation, const struct professional_known *k)
{
	if (!l->establishment_id)
		return 0;
	if (!k->same_name)
		return db_exec(db, Q_place_insert,
		    BINDS(db_u64(l->establishment_id), db_u64(generation),
			db_u64(k->professional_id)),
		    NULL);
	return db_exec(db, Q_place_add,
	    BINDS(db_u64(generation), db_u64(l->establishment_id), db_text(k->family_fold),
		db_text(k->given_fold), db_u64(k->professional_id), db_text(k->profession_code),
		db_text(k->specialty_code)),
	    NULL);
}

static int
professional_put(struct store_conn *db, const struct store_professional_line *l,
    uint64_t generation, struct professional_known *k, enum store_put *put_r)
{
	int rc = professional_labels(db, l);

	*put_r = !k->is_in_force && !k->load_id ? STORE_PUT_NEW
		 : k->load_id != l->load_id	? STORE_PUT_CHANGED
						: STORE_PUT_AGAIN;
	if (!rc && *put_r != STORE_PUT_AGAIN) {
		rc = professional_write(db, l, generation, k);
	} else if (!rc && !*k->specialty_code && *l->specialty_code) {
		k->specialty_code = l->specialty_code;
		rc = professional_set_specialty(
		    db, l->specialty_code, generation, k->professional_id);
	}
	if (!rc && *put_r == STORE_PUT_NEW && !l->generation)
		rc = db_exec(db, Q_directory_load_add, BINDS(db_i64(1)), NULL);
	return rc ? rc : professional_place(db, l, generation, k);
}

static int
professional_look_up(struct store_conn *db, struct arena *a,
    const struct store_professional_line *l, uint64_t generation, struct professional_known *k)
{
	const char *family = k->family_fold, *given = k->given_fold;
	int rc = db_one(db, a, Q_professional_known,
	    BINDS(db_text(family), db_text(given), db_u64(generation), db_text(l->rpps)),
	    DB_FIELDS(struct professional_known, known_fields), k);

	k->family_fold = family;
	k->given_fold = given;
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

/* Whether the line before was about the same person, under the same names. */
static bool
professional_is_last(const struct store_professional_line *l, struct professional_known *k)
{
	const struct store_seen *seen = l->seen;

	if (!seen || !seen->rpps || strcmp(seen->rpps, l->rpps) != 0 ||
	    strcmp(seen->family_name, l->family_name) != 0 ||
	    strcmp(seen->given_name, l->given_name) != 0)
		return false;
	*k = (struct professional_known){
	    .professional_id = seen->professional_id,
	    .load_id = l->load_id,
	    .specialty_code = seen->specialty_code,
	    .profession_code = seen->profession_code,
	    .same_name = true,
	};
	return true;
}

/* For the next line. What was looked up does not outlive this one. */
static void
professional_note(const struct store_professional_line *l, const struct professional_known *k,
    bool is_last, enum store_put put)
{
	struct store_seen *seen = l->seen;

	if (!seen)
		return;
	if (is_last) {
		seen->specialty_code = k->specialty_code;
		return;
	}
	seen->rpps = put == STORE_PUT_AGAIN ? NULL : l->rpps;
	seen->family_name = l->family_name;
	seen->given_name = l->given_name;
	seen->profession_code = l->profession_code;
	seen->specialty_code = l->specialty_code;
	seen->professional_id = k->professional_id;
}

int
store_professional_put(
    struct store_conn *db, const struct store_professional_line *l, enum store_put *put_r)
{
	char *family = db_fold(l->family_name), *given = db_fold(l->given_name);
	struct professional_known known = {.specialty_code = "", .profession_code = ""};
	struct arena *a = arena_new(PROFESSIONAL_SCRATCH);
	uint64_t generation = l->generation;
	bool is_last = professional_is_last(l, &known);
	int rc = 0;

	known.family_fold = family;
	known.given_fold = given;
	if (!generation)
		rc = db_id(db, Q_directory_in_force, NO_BINDS, &generation);
	if (!rc && !is_last)
		rc = professional_look_up(db, a, l, generation, &known);
	if (!rc)
		rc = professional_put(db, l, generation, &known, put_r);
	if (!rc)
		professional_note(l, &known, is_last, *put_r);
	arena_free(&a);
	free(family);
	free(given);
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
