/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_RECORD_H
#define EMAGE_CLIENT_MODEL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/record.pb-c.h"

/*
 * The patient's record that a professional has open, and the motives to choose
 * from. Texts are sanitised on their way in and wiped on their way out. Times are
 * clock_boot_ms().
 */
struct record {
	uint64_t patient_id; /* 0: none is open */
	char *name;	     /* "Camille MARTIN" */
	char *motive;	     /* as the patient reads it */
	uint32_t birth_date; /* yyyymmdd */
	int64_t ends_at_ms;
	bool over_block;
};
bool record_is_open(const struct record *r);
void record_take(struct record *r, uint64_t patient_id, const Emage__RecordOpenReply *reply);
void record_release(struct record *r);
int64_t record_left_ms(const struct record *r, int64_t now_ms);
/* "27 min", from one minute on; "moins d'une minute". In the person's language. */
void record_left_text(const struct record *r, int64_t now_ms, char *out_r, size_t len);

struct motives {
	struct motive {
		char *code, *label;
		bool needs_detail;
	} * rows;
	size_t n;
};
void motives_take(struct motives *m, const Emage__MotiveListReply *reply);
void motives_release(struct motives *m);

#endif
