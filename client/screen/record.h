/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SCREEN_RECORD_H
#define EMAGE_CLIENT_SCREEN_RECORD_H

#include "client/model/desk.h"
#include "client/screen/screen.h"

/*
 * Inside of a professional's sections. The search, 1 Patients, is the desk's
 * (desk_find.c).
 *
 *	record_motive.c	 why the record is opened
 *	record_exams.c	 2 Examens: the list of exams with what is done in a record
 */
/* The row is copied. */
struct screen *screen_record_motive_new(struct app *app, const struct desk_row *patient);

#endif
