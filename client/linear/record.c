/* SPDX-License-Identifier: MIT */
/*
 * A professional: a patient is found, the motive is told, the exams of the open
 * record are read; then the record is closed, or stays open for its time.
 */
#include "client/model/record.h"

#include <string.h>

#include "client/linear/talk.h"
#include "client/tr.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"

#define RECORD_TITLE	  N_("Ouvrir un dossier")
#define RECORD_DETAIL_MIN 10
#define RECORD_DETAIL_MAX 500

static int
record_take_motives(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	motives_take(arg, (const Emage__MotiveListReply *)msg);
	return 0;
}

struct record_taken {
	struct record *record;
	uint64_t patient_id;
};

static int
record_take_open(void *arg, const ProtobufCMessage *msg, bool more)
{
	const struct record_taken *t = arg;

	(void)more;
	record_take(t->record, t->patient_id, (const Emage__RecordOpenReply *)msg);
	return 0;
}

/* "" where the motive needs none. False when the person goes back. */
static bool
record_ask_detail(struct linear *l, const struct motive *m, char *out_r, size_t len)
{
	out_r[0] = '\0';
	while (m->needs_detail && text_count(out_r, strlen(out_r)) < RECORD_DETAIL_MIN) {
		if (out_r[0] != '\0')
			linear_say(l, "%s", _("Précisez le motif : de 10 à 500 caractères."));
		if (!linear_ask_text(l, RECORD_TITLE, _("Précisez :"), N_("de 10 à 500 caractères"),
			RECORD_DETAIL_MAX, out_r, len))
			return false;
	}
	return true;
}

/* NULL when the person goes back: no motive, no access. */
static const struct motive *
record_ask_motive(struct linear *l, struct motives *all)
{
	Emage__MotiveListRequest r = EMAGE__MOTIVE_LIST_REQUEST__INIT;
	int choice, err;

	err = linear_call(l, METHOD_motive_list, &r.base, LINEAR_AGAIN, record_take_motives, all);
	if (err < 0) {
		linear_say_error(l, err);
		return NULL;
	}
	linear_say(l, "%s",
	    _("Le patient verra cet accès dans son historique, avec votre nom, la date et ce "
	      "motif. Le dossier se referme de lui-même."));
	for (unsigned i = 0; i < all->n; i++)
		linear_say(l, "%u. %s", i + 1, all->rows[i].label);
	choice = linear_pick(
	    l, RECORD_TITLE, _("Motif :"), (unsigned)all->n, N_("choisit ce motif"), NULL);
	return choice > 0 ? &all->rows[choice - 1] : NULL;
}

static bool
record_open(struct linear *l, const struct desk_row *patient, const struct motive *m)
{
	Emage__RecordOpenRequest r = EMAGE__RECORD_OPEN_REQUEST__INIT;
	struct record_taken taken = {.record = &l->session.record, .patient_id = patient->id};
	char detail[RECORD_DETAIL_MAX * 4 + 1];
	int err;

	if (!record_ask_detail(l, m, detail, sizeof(detail)))
		return false;
	r.patient_id = patient->id;
	r.motive = m->code;
	r.motive_detail = detail;
	/* once: each opening stands in the patient's history */
	err = linear_call(l, METHOD_record_open, &r.base, LINEAR_ONCE, record_take_open, &taken);
	if (err < 0)
		linear_say_error(l, err);
	else if (l->session.record.over_block)
		linear_say(
		    l, "%s", _("Accès en urgence malgré un blocage : le patient en est averti."));
	return err == 0;
}

/* ----------------------------------------------------------------- open record */

static void
record_say(struct linear *l)
{
	const struct record *r = &l->session.record;
	char left[64];

	record_left_text(r, clock_boot_ms(), left, sizeof(left));
	linear_say(l, _("Dossier de %.200s · %.200s"), r->name, r->motive);
	linear_say(l, _("encore %s"), left);
}

static void
record_close(struct linear *l)
{
	Emage__RecordCloseRequest r = EMAGE__RECORD_CLOSE_REQUEST__INIT;
	int err;

	if (!linear_confirm(
		l, N_("Fermer le dossier"), _("Fermer le dossier ?"), N_("Fermer le dossier")))
		return;
	err = linear_call(l, METHOD_record_close, &r.base, LINEAR_AGAIN, NULL, NULL);
	if (err < 0) {
		linear_say_error(l, err);
		return;
	}
	record_release(&l->session.record);
	linear_say(l, "%s", _("Le dossier est fermé."));
}

void
linear_record_exams(struct linear *l)
{
	struct record *r = &l->session.record;

	if (record_is_open(r) && record_left_ms(r, clock_boot_ms()) <= 0)
		record_release(r);
	if (!record_is_open(r)) {
		linear_say_error(l, -EM_E_NO_RECORD);
		return;
	}
	record_say(l);
	linear_exams(l);
	if (l->end == LINEAR_GO)
		record_close(l);
}

void
linear_record(struct linear *l)
{
	struct desk_found found = {.n = 0};
	struct motives motives = {.n = 0};
	const struct desk_row *patient = linear_find_patient(l, &found);
	const struct motive *m;

	if (patient) {
		m = record_ask_motive(l, &motives);
		if (m && record_open(l, patient, m))
			linear_record_exams(l);
	}
	motives_release(&motives);
	desk_found_release(&found);
}
