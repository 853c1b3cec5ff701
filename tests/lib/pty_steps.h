/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_PTY_STEPS_H
#define EMAGE_TESTS_PTY_STEPS_H

#include "tests/lib/pty_stage.h"

/*
 * Steps of a person, each waiting for the screen that
 * answers it; a test fails where one does not come. Wants CMocka's headers before.
 */

/* Typed, or a key; and the repaint that answers. */
void step_type(struct pty *p, const char *keys);
void step_key(struct pty *p, enum pty_key key);
void step_tabs(struct pty *p, unsigned n);
/* Into the field after this one. */
void step_next(struct pty *p, const char *text);
/* The screen of this name is there. */
void step_wait(struct pty *p, const char *screen);
/* Enter, and then this screen. */
void step_enter(struct pty *p, const char *screen);
/* From the first field of the search for a patient: name, birth date, Enter. */
void step_seek(struct pty *p, const char *name, const char *born);
/* The same for the stage's patient, who is found. */
void step_find_martin(struct pty *p);

/* Somebody with a password of her own; the mailbox of the stage begins anew. */
void step_somebody(
    struct pty_stage *s, const char *name, const char *address, struct fixture_patient *who_r);
/* She has signed in, to the list of her exams. NULL options = all usual. */
struct pty *step_signed_in(
    struct pty_stage *s, const struct fixture_patient *who, const struct pty_stage_options *o);
/* Presses the button of the settings whose row has this text: that screen comes. */
void step_open_setting(struct pty *p, const char *row, const char *screen);
/* The code of the next message that has one, and Enter. */
void step_type_code(struct pty *p, struct pty_stage *s);
/* The word behind this text in the next message that has it. */
void step_message_word(struct pty_stage *s, const char *before, char *out_r, size_t len);
/* What an authenticator app (oathtool) makes of the secret now. */
void step_totp_code(struct pty_stage *s, const char *secret, char code_r[16]);

#endif
