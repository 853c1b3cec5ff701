/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_DESK_H
#define EMAGE_CLIENT_MODEL_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/desk.pb-c.h"

/*
 * Patients as the reception desk sees them. Texts are sanitised on their way in
 * and wiped on their way out.
 */
struct desk_row {
	uint64_t id;
	char *name;	  /* "Martin (Durand)": used name, then that at birth */
	char *given_name; /* never NULL */
	char *ipp, *sex;
	uint32_t birth_date; /* yyyymmdd */
	Emage__AccountState account;
	unsigned n_namesakes;
};

struct desk_found {
	struct desk_row *rows;
	size_t n;
	bool loaded, more;
	bool namesakes;	    /* some of them have the names and the birth date of another */
	bool ins_key_wrong; /* the INS asked for has a key that is not its own */
};
void desk_found_take(struct desk_found *f, const Emage__PatientFindReply *reply);
void desk_found_release(struct desk_found *f);

struct desk_patient {
	struct desk_row row; /* id 0: nothing has come */
	char *identifier, *email, *mobile;
	char *numbers;	 /* "0042 (990000001), 77 (HOPITAL)" */
	char *ins;	 /* "184057500100148 · identité qualifiée", "" = not known */
	char **consents; /* a line each, newest first */
	size_t n_consents;
	int64_t temporary_until_ms;
	bool has_password;
};
void desk_patient_take(struct desk_patient *p, const Emage__PatientGetReply *reply);
void desk_patient_release(struct desk_patient *p);

/* What is printed for a patient; shown once. */
struct desk_letter {
	char *identifier, *temporary_password;
	char *civility, *given_name, *used_name, *birth_name;
	char *language, *establishment, *support_address, *region;
	int64_t until_ms;
	uint64_t patient_id;
};
void desk_letter_take(struct desk_letter *l, const Emage__DeskLetter *from);
void desk_letter_release(struct desk_letter *l);

/* What is done about an account, each after a question. */
enum desk_act {
	DESK_LETTER,
	DESK_RESET,
	DESK_CODE,
	DESK_SUSPEND,
	/* these two with the birth date, from an identity document */
	DESK_RESUME,
	DESK_WITHDRAW,
	N_DESK_ACTS
};
struct desk_question {
	const char *title, *text, *yes; /* msgids; the text has the patient's name */
};
const struct desk_question *desk_question(enum desk_act act);
/* Free it with session_text_free(). */
char *desk_question_text(enum desk_act act, const struct desk_row *r);

/* Whether an access code can be sent. */
bool desk_has_way(const struct desk_patient *p);

/* ---- words, in the person's language */
#define DESK_TEXT_LEN 128
const char *desk_account_text(Emage__AccountState account);
/* "14/02/1975" */
void desk_day_text(uint32_t yyyymmdd, char out_r[DESK_TEXT_LEN]);
/* How a consent was given. */
const char *desk_channel_text(const char *channel);
/* "Camille Martin (Durand)" */
char *desk_name(const struct desk_row *r);
/* What a refused form is to be mended in; "" = the error says it. */
const char *desk_field_text(const char *field);
/* Why the other address must wait; "" = the error says it. */
void desk_contact_refusal(
    int err, const char *field, unsigned retry_after_s, char out_r[2 * DESK_TEXT_LEN]);
/* "choisi par le patient", "temporaire, jusqu'au 24/12/2026" */
void desk_password_text(const struct desk_patient *p, char out_r[DESK_TEXT_LEN]);

#endif
