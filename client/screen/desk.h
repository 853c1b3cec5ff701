/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SCREEN_DESK_H
#define EMAGE_CLIENT_SCREEN_DESK_H

#include "client/model/desk.h"
#include "client/screen/screen.h"
#include "proto/letter.pb-c.h"

/*
 * Inside of the desk's sections.
 *
 *	desk_find.c	1 Patients: the search
 *	desk_patient.c	one patient, and what can be done
 *	desk_consent.c	2 Nouveau patient, and the consent of one who is known
 *	desk_contact.c	another address, proven by a code
 *	desk_identity.c	what needs the birth date once more
 *	desk_letter.c	what is handed over: shown once
 */
struct screen *screen_desk_patient_new(struct app *app, uint64_t patient_id);
/* For somebody who is known; copied. */
struct screen *screen_desk_consent_new(struct app *app, const struct desk_patient *p);
struct screen *screen_desk_contact_new(
    struct app *app, const struct desk_patient *p, Emage__Channel channel);
/* DESK_RESUME or DESK_WITHDRAW. */
struct screen *screen_desk_identity_new(
    struct app *app, const struct desk_patient *p, enum desk_act act);
struct screen *screen_desk_letter_new(
    struct app *app, const Emage__DeskLetter *letter, Emage__LetterKind kind);
struct screen *screen_desk_code_new(
    struct app *app, const struct desk_patient *p, const Emage__DeskCodeReply *reply);

#endif
