/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_PTY_STAGE_H
#define EMAGE_TESTS_PTY_STAGE_H

#include <stdbool.h>

#include "tests/lib/pty.h"
#include "tests/lib/server_fixture.h"

/*
 * What a screen test plays on: a real server with one patient, whose exams are
 * those of the guide's page and more, thirty in all, and whose history and blocks
 * are those of pty_stage_people.h; and the real client in a
 * pseudo-terminal. The client's clock begins at 14:32:00 each time, so that
 * what it shows of the time of day is always the same for a minute.
 */
struct pty_stage {
	struct fixture *fixture;
	struct fixture_patient patient;
	struct mailbox *mailbox;
};

#define STAGE_N_EXAMS 30u
#define STAGE_PLACE   "CHRU de Strasbourg"
/* Date of the one exam that has images. */
#define STAGE_IMAGES_AT "24/12/2015 15:58"

/* The person has a password of her own already, or the temporary one of the
 * letter. Ends the program when the server cannot be set up. */
struct pty_stage *pty_stage_new(bool own_password);
void pty_stage_free(struct pty_stage **s);
/* For cmocka_run_group_tests(): *state is a stage with her own password. */
int pty_stage_set_up(void **state);
int pty_stage_tear_down(void **state);
/* A day passes for the server: sessions are over, and codes may be sent again
 * that it had begun to count. */
void pty_stage_next_day(struct pty_stage *s);
/* A mailbox that what comes from now on arrives in. */
void pty_stage_new_mailbox(struct pty_stage *s);
/* The newest exam waits for its release. */
void pty_stage_withhold(struct pty_stage *s);

/* A configuration of the client with two regions, as a kiosk in a hospital has it;
 * both are the stage's server. The caller frees its path. */
char *pty_stage_regions(const struct pty_stage *s);

struct pty_stage_options {
	const char *term, *language; /* NULL = as in pty.h */
	unsigned rows, columns;
	unsigned baud;
	const char *const *args; /* behind --server and --ca; ends with NULL */
	const char *const *env;
	bool ignore_hup, mute;
	bool bare; /* without --server and --ca */
};
/* The client, not yet waited for. NULL options = all usual. */
struct pty *pty_stage_client(const struct pty_stage *s, const struct pty_stage_options *o);

/*
 * Steps of a person, each waiting for what she would wait for. False when a
 * screen does not come (which is printed).
 */
bool pty_stage_fill_in(struct pty *p, const char *identifier, const char *password);
bool pty_stage_password(struct pty *p, const char *identifier, const char *password);
bool pty_stage_code(struct pty *p, const struct pty_stage *s);
/* Password, code, list of exams. */
bool pty_stage_sign_in(struct pty *p, const struct pty_stage *s);
/* Somebody of the staff, with their own password and a mailbox begun anew, a day
 * later: password, code, and the screen that they begin on; fails the test if it does
 * not come. */
struct pty *pty_stage_staff(struct pty_stage *s, const struct pty_stage_options *o,
    const struct fixture_patient *person, const char *first_screen);
/* Row of the list with this text gets the focus. */
bool pty_stage_choose(struct pty *p, const char *row);
/* Logs out and confirms; the client is at signing in again. */
bool pty_stage_log_out(struct pty *p);

#endif
