/* SPDX-License-Identifier: MIT */
/*
 * Who has looked at the stage's patient's exams.
 */
#include "tests/lib/pty_stage_people.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/pty_stage.h"

#define LOAD_ID	   1
#define BLOCKS_MAX 100

struct stage_person {
	const char *rpps, *family_name, *given_name, *specialty_code, *specialty, *place;
};

static const struct stage_person stage_people[] = {
    {"99900000001", "EXEMPLE", "Dominique", "SCH01", "Radiologie (SCH)", STAGE_PLACE},
    {"99900000002", "GHRFICTIF", "Radiologue", "SM44", "Radiodiagnostic (SM)",
	"Clinique de l’Œil fictive"},
    {"99900000003", "MULLER-FICTIF", "Jean-Paul", "SCH01", "Radiologie (SCH)",
	"Cabinet d'imagerie du Parc"},
    {"99900000004", "EXEMPLE", "Vincent", "SCH01", "Radiologie (SCH)", STAGE_PLACE},
    {"99900000005", "INVENTÉE", "Charlotte", "SM42", "Psychiatrie (SM)", STAGE_PLACE},
    {"99900000006", "SUPPOSÉE", "Catherine", "SM44", "Radiodiagnostic (SM)", ""},
    {"99900000007", "D’ÉTÉ-FICTIF", "Élodie", "SM54", "Médecine générale (SM)", STAGE_PLACE},
    {"99900000008", "כהן-FICTIF", "דנה 🩻", "SM04", "Cardiologie (SM)", STAGE_PLACE},
};
enum { DOMINIQUE, RADIOLOGUE, JEAN_PAUL, VINCENT, CHARLOTTE, CATHERINE, ELODIE };

struct stage_access {
	const char *at;
	unsigned who;
	const char *motive, *label, *detail;
	enum access_result result;
};

/* Newest first; those before them are made up. */
static const struct stage_access stage_accesses[] = {
    {"2017-06-06 11:34", DOMINIQUE, "seen", "Vu en consultation", "Douleurs depuis trois semaines.",
	ACCESS_GRANTED},
    {"2017-06-02 17:05", RADIOLOGUE, "in_my_ward", "Hospitalisé dans mon service", "",
	ACCESS_GRANTED},
    {"2017-06-01 09:48", JEAN_PAUL, "attending", "Médecin traitant", "", ACCESS_GRANTED},
    {"2017-05-03 17:14", VINCENT, "emergency", "Accès en urgence", "", ACCESS_GRANTED},
    {"2017-04-20 10:07", JEAN_PAUL, "in_my_ward", "Hospitalisé dans mon service", "",
	ACCESS_GRANTED},
    {"2017-04-18 08:12", CHARLOTTE, "seen", "Vu en consultation", "", ACCESS_REFUSED},
    {"2017-04-17 23:50", CATHERINE, "emergency", "Accès en urgence", "", ACCESS_OVER_BLOCK},
    {"2017-04-11 15:30", ELODIE, "seen", "Vu en consultation", "", ACCESS_GRANTED},
};
#define STAGE_ANSWERED (ARRAY_LEN(stage_accesses) - 1)

static int64_t
people_when_ms(const char *at)
{
	int year, month, day, hour, minute;

	if (sscanf(at, "%d-%d-%d %d:%d", &year, &month, &day, &hour, &minute) != 5)
		die("stage: no date: %s", at);
	return clock_from_paris(year, month, day, hour, minute, 0);
}

/* ---------------------------------------------------------------- professionals */

static int
people_place(struct store_conn *db, const char *name, uint64_t *id_r)
{
	bool existed;
	int rc;

	*id_r = 0;
	if (name[0] == '\0')
		return 0;
	rc = store_establishment_by_name(db, name, id_r);
	return rc == -EM_E_NOT_FOUND ? store_establishment_add(db, "", name, id_r, &existed) : rc;
}

static int
people_put(struct store_conn *db, const struct stage_person *p)
{
	struct store_professional_line line = {
	    .rpps = p->rpps,
	    .family_name = p->family_name,
	    .given_name = p->given_name,
	    .profession_code = "10",
	    .profession = "Médecin",
	    .specialty_code = p->specialty_code,
	    .specialty = p->specialty,
	    .load_id = LOAD_ID,
	};
	enum store_put put;
	int rc = people_place(db, p->place, &line.establishment_id);

	return rc < 0 ? rc : store_professional_put(db, &line, &put);
}

static int
people_put_more(struct store_conn *db, unsigned i)
{
	char rpps[16], family[32];
	struct store_professional_line line = {
	    .rpps = rpps,
	    .family_name = family,
	    .given_name = "Camille",
	    .profession_code = "60",
	    .profession = "Infirmier",
	    .specialty_code = "",
	    .specialty = "",
	    .load_id = LOAD_ID,
	};
	enum store_put put;

	snprintf(rpps, sizeof(rpps), "998%08u", i);
	snprintf(family, sizeof(family), "EXEMPLE-%u", i);
	return store_professional_put(db, &line, &put);
}

static int
people_put_all(struct store_conn *db)
{
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(stage_people) && rc == 0; i++)
		rc = people_put(db, &stage_people[i]);
	for (unsigned i = 1; i <= STAGE_N_MORE && rc == 0; i++)
		rc = people_put_more(db, i);
	return rc;
}

/* -------------------------------------------------------------------- accesses */

static int
people_access(
    struct store_conn *db, uint64_t patient_id, uint64_t exam_id, const struct stage_access *a)
{
	const struct stage_person *p = &stage_people[a->who];
	int64_t at_ms = people_when_ms(a->at);
	struct store_access e = {
	    .patient_id = patient_id,
	    .at_ms = at_ms,
	    .recorded_at_ms = at_ms,
	    .rpps = p->rpps,
	    .family_name = p->family_name,
	    .given_name = p->given_name,
	    .profession = "Médecin",
	    .specialty = p->specialty,
	    .establishment = p->place,
	    .motive = a->motive,
	    .motive_label = a->label,
	    .motive_detail = a->detail,
	    .result = a->result,
	    .exam_id = a->result == ACCESS_REFUSED ? 0 : exam_id,
	    .until_ms = at_ms + INT64_C(30) * 86400000,
	    .terminal = "Poste 4, radiologie",
	};
	const struct store_actor by = {.name = p->family_name, .terminal = e.terminal};
	uint64_t number;
	int rc = people_place(db, p->place, &e.establishment_id);

	return rc < 0 ? rc : store_access_append(db, &e, &by, &number);
}

/* The older ones first, so that numbers follow the dates. */
static int
people_accesses(struct store_conn *db, uint64_t patient_id, uint64_t exam_id)
{
	int rc = 0;

	for (unsigned i = STAGE_N_ACCESSES; i > 0 && rc == 0; i--) {
		size_t at = i - 1;
		char when[32];
		struct stage_access a = {
		    .who = JEAN_PAUL,
		    .motive = "attending",
		    .label = "Médecin traitant",
		    .detail = "",
		};

		if (at < ARRAY_LEN(stage_accesses)) {
			a = stage_accesses[at];
		} else {
			snprintf(
			    when, sizeof(when), "%zu-03-%02zu 09:00", 2017 - at / 10, 28 - at % 10);
			a.at = when;
		}
		rc = people_access(db, patient_id, exam_id, &a);
	}
	return rc;
}

/* One access was questioned, and answered. */
static int
people_question(struct store_conn *db, uint64_t patient_id)
{
	struct arena *arena = arena_new(65536);
	struct store_contest c;
	uint64_t id;
	int rc = store_contest_add(db, patient_id, STAGE_N_ACCESSES - STAGE_ANSWERED,
	    "Je ne connais pas ce médecin : pourquoi cet accès ?",
	    people_when_ms("2017-04-12 10:00"), &id);

	if (rc == 0)
		rc = store_contest_answer(db, arena, id, "Accueil",
		    "Elle remplaçait votre médecin traitant ce jour-là.",
		    people_when_ms("2017-04-14 16:20"), &c);
	arena_free(&arena);
	return rc;
}

static int
people_block(struct store_conn *db, uint64_t patient_id, unsigned who, const char *at)
{
	struct arena *arena = arena_new(65536);
	struct store_professional p;
	int64_t blocked_at_ms;
	bool was;
	int rc = store_professional_by_rpps(db, arena, stage_people[who].rpps, &p);

	if (rc == 0)
		rc = store_block_add(db, patient_id, p.professional_id, people_when_ms(at),
		    BLOCKS_MAX, &blocked_at_ms, &was);
	arena_free(&arena);
	return rc;
}

int
pty_stage_people_add(struct store_conn *db, uint64_t patient_id, uint64_t exam_id)
{
	int rc = people_put_all(db);

	if (rc == 0)
		rc = people_accesses(db, patient_id, exam_id);
	if (rc == 0)
		rc = people_question(db, patient_id);
	if (rc == 0)
		rc = people_block(db, patient_id, CHARLOTTE, "2017-05-04 14:42");
	return rc == 0 ? people_block(db, patient_id, CATHERINE, "2017-06-01 10:10") : rc;
}
