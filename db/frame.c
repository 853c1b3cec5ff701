/* SPDX-License-Identifier: MIT */
/*
 * Frames of a series, by number. The runs (at most RUN_MAX neighbouring
 * frames each, kept by frame_add) lead to the run that holds the first frame
 * asked for, so that page after page costs the same in a long series.
 */
#include "db/frame.h"

#include <string.h>

#define RUN_MAX 256u

struct frame_run {
	const uint8_t *place;
	size_t place_len;
	uint32_t n_frames;
};

static const struct db_field frame_fields[] = {
    DB_COL(struct store_frame, exam_id),
    DB_COL(struct store_frame, instance_id),
    DB_COL(struct store_frame, offset),
    DB_COL(struct store_frame, n_bytes),
    DB_COL_BYTES(struct store_frame, info, info_len),
};
static const struct db_field run_fields[] = {
    DB_COL_BYTES(struct frame_run, place, place_len),
    DB_COL(struct frame_run, n_frames),
};

/* ---------------------------------------------------------------- reading */

struct frame_search {
	struct frame_run run;
	uint32_t skip; /* frames before the one looked for, from this run on */
};

/* 1 stops at the run that holds the frame. */
static int
frame_search_run(void *arg)
{
	struct frame_search *s = arg;

	if (s->skip < s->run.n_frames)
		return 1;
	s->skip -= s->run.n_frames;
	return 0;
}

int
store_frames_get(struct store_conn *db, struct arena *a, const struct store_eyes *eyes,
    uint64_t series_id, uint32_t first, uint32_t max, struct store_frame **rows_r, unsigned *n_r,
    uint32_t *total_r)
{
	struct frame_search s = {.skip = first};
	int64_t total = 0;
	void *rows = NULL;
	int rc = db_scalar(db, Q_frame_total,
	    BINDS(db_u64(eyes->patient_id), db_i64(eyes->all), db_u64(series_id)), &total);

	*rows_r = NULL;
	*n_r = 0;
	if (rc)
		return rc;
	*total_r = (uint32_t)total;
	if (first >= total || !max)
		return 0;
	/* a short series is walked from its beginning */
	if (total > RUN_MAX) {
		rc = db_each(db, a, Q_frame_runs,
		    BINDS(db_u64(eyes->patient_id), db_i64(eyes->all), db_u64(series_id)),
		    DB_FIELDS(struct frame_run, run_fields), &s.run, frame_search_run, &s);
		if (rc != 1)
			return rc ? rc : -EM_E_NOT_FOUND;
	}
	rc = db_all(db, a, Q_frame_page,
	    BINDS(db_u64(eyes->patient_id), db_i64(eyes->all), db_u64(series_id),
		db_blob(s.run.place, s.run.place_len), db_i64(max), db_i64(s.skip)),
	    DB_FIELDS(struct store_frame, frame_fields), &rows, n_r);
	*rows_r = rows;
	return rc;
}

/* ---------------------------------------------------------------- writing */

static int
frame_split(struct store_conn *db, struct arena *a, uint64_t series_id, const struct frame_run *run)
{
	const uint32_t half = run->n_frames / 2;
	struct frame_run upper;
	int rc = db_one(db, a, Q_frame_nth,
	    BINDS(db_u64(series_id), db_blob(run->place, run->place_len), db_i64(half)),
	    &(const struct db_fields){
		.field = run_fields, .n = 1, .row_size = sizeof(struct frame_run)},
	    &upper);

	if (!rc)
		rc = db_exec_one(db, Q_run_set,
		    BINDS(db_i64(half), db_u64(series_id), db_blob(run->place, run->place_len)));
	if (!rc)
		rc = db_exec(db, Q_run_insert,
		    BINDS(db_u64(series_id), db_blob(upper.place, upper.place_len),
			db_i64(run->n_frames - half)),
		    NULL);
	return rc;
}

int
frame_add(struct store_conn *db, struct arena *a, uint64_t series_id, uint64_t instance_id,
    const uint8_t place[PLACE_LEN], const struct store_frame_new *f)
{
	struct frame_run run = {.n_frames = 0};
	int rc = db_exec(db, Q_frame_insert,
	    BINDS(db_u64(series_id), db_blob(place, PLACE_LEN), db_u64(instance_id),
		db_u64(f->offset), db_i64(f->n_bytes), db_blob(f->info, f->info_len)),
	    NULL);

	if (rc)
		return rc;
	rc = db_one(db, a, Q_run_find, BINDS(db_u64(series_id), db_blob(place, PLACE_LEN)),
	    DB_FIELDS(struct frame_run, run_fields), &run);
	/* the first run begins before everything */
	if (rc == -EM_E_NOT_FOUND)
		return db_exec(
		    db, Q_run_insert, BINDS(db_u64(series_id), db_blob(NULL, 0), db_i64(1)), NULL);
	if (rc)
		return rc;
	run.n_frames++;
	if (run.n_frames > RUN_MAX)
		return frame_split(db, a, series_id, &run);
	return db_exec_one(db, Q_run_set,
	    BINDS(db_i64(run.n_frames), db_u64(series_id), db_blob(run.place, run.place_len)));
}

int
frame_place_is_first(
    struct store_conn *db, struct arena *a, uint64_t series_id, const uint8_t place[PLACE_LEN])
{
	struct frame_run first;
	int rc = db_one(db, a, Q_frame_first, BINDS(db_u64(series_id)),
	    &(const struct db_fields){
		.field = run_fields, .n = 1, .row_size = sizeof(struct frame_run)},
	    &first);

	if (rc)
		return rc;
	return first.place_len == PLACE_LEN && memcmp(first.place, place, PLACE_LEN) == 0;
}
