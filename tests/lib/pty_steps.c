/* SPDX-License-Identifier: MIT */
/*
 * Steps of a person who has an account.
 */
#include "tests/lib/check.h"

#include "tests/lib/pty_steps.h"
#include "tests/lib/wire.h"

void
step_type(struct pty *p, const char *keys)
{
	pty_send(p, keys);
	assert_true(pty_wait_idle(p));
}

void
step_key(struct pty *p, enum pty_key key)
{
	pty_key(p, key);
	assert_true(pty_wait_idle(p));
}

void
step_somebody(
    struct pty_stage *s, const char *name, const char *address, struct fixture_patient *who_r)
{
	fixture_add_patient(s->fixture, name, address, who_r);
	wire_first_sign_in(s->fixture, who_r);
	pty_stage_next_day(s);
	mailbox_free(&s->mailbox);
	s->mailbox = fixture_mailbox(s->fixture);
}

struct pty *
step_signed_in(
    struct pty_stage *s, const struct fixture_patient *who, const struct pty_stage_options *o)
{
	struct pty *p = pty_stage_client(s, o);

	assert_true(pty_stage_password(p, who->identifier, who->password));
	assert_true(pty_stage_code(p, s));
	assert_true(pty_wait_screen(p, "exams"));
	return p;
}

void
step_open_setting(struct pty *p, const char *row, const char *screen)
{
	step_type(p, "4");
	assert_true(pty_wait_screen(p, "settings"));
	assert_true(pty_wait_text(p, row));
	assert_true(pty_stage_choose(p, row));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, screen));
}

void
step_type_code(struct pty *p, struct pty_stage *s)
{
	char code[16];

	fixture_next_code(s->mailbox, code);
	pty_send(p, code);
	pty_key(p, PTY_KEY_ENTER);
}
