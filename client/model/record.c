/* SPDX-License-Identifier: MIT */
/*
 * The open record.
 */
#include "client/model/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/model/session.h"
#include "client/tr.h"
#include "common/clock.h"
#include "common/mem.h"

bool
record_is_open(const struct record *r)
{
	return r->patient_id != 0;
}

void
record_release(struct record *r)
{
	session_text_free(&r->name);
	session_text_free(&r->motive);
	*r = (struct record){.patient_id = 0};
}

void
record_take(struct record *r, uint64_t patient_id, const Emage__RecordOpenReply *reply)
{
	const char *family = reply->used_name[0] ? reply->used_name : reply->birth_name;
	char *name = mem_printf("%s %s", reply->given_name, family);

	record_release(r);
	r->patient_id = patient_id;
	r->name = session_text(name);
	r->motive = session_text(reply->motive_label);
	r->birth_date = reply->birth_date;
	r->ends_at_ms = clock_boot_ms() + (int64_t)reply->left_s * 1000;
	r->over_block = reply->over_block;
	session_text_free(&name);
}

int64_t
record_left_ms(const struct record *r, int64_t now_ms)
{
	return r->ends_at_ms - now_ms;
}

void
record_left_text(const struct record *r, int64_t now_ms, char *out_r, size_t len)
{
	int64_t minutes = record_left_ms(r, now_ms) / 60000;

	if (minutes < 1)
		snprintf(out_r, len, "%s", _("moins d'une minute"));
	else
		snprintf(out_r, len, _("%u min"), (unsigned)minutes);
}

void
motives_release(struct motives *m)
{
	for (size_t i = 0; i < m->n; i++) {
		session_text_free(&m->rows[i].code);
		session_text_free(&m->rows[i].label);
	}
	free(m->rows);
	*m = (struct motives){.n = 0};
}

void
motives_take(struct motives *m, const Emage__MotiveListReply *reply)
{
	motives_release(m);
	m->rows = mem_new_array(reply->n_motives + 1, sizeof(*m->rows));
	for (size_t i = 0; i < reply->n_motives; i++) {
		m->rows[i].code = session_text(reply->motives[i]->code);
		m->rows[i].label = session_text(reply->motives[i]->label);
		m->rows[i].needs_detail = reply->motives[i]->needs_detail;
		m->n++;
	}
}
