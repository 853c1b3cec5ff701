/* SPDX-License-Identifier: MIT */
/*
 * Steps of a person who has an account.
 */
#include "tests/lib/check.h"

#include "tests/lib/pty_steps.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/mem.h"
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
step_wait(struct pty *p, const char *screen)
{
	assert_true(pty_wait_screen(p, screen));
}

void
step_enter(struct pty *p, const char *screen)
{
	pty_key(p, PTY_KEY_ENTER);
	step_wait(p, screen);
}

void
step_tabs(struct pty *p, unsigned n)
{
	while (n-- > 0)
		step_key(p, PTY_KEY_TAB);
}

void
step_next(struct pty *p, const char *text)
{
	step_key(p, PTY_KEY_TAB);
	step_type(p, text);
}

void
step_seek(struct pty *p, const char *name, const char *born)
{
	step_type(p, name);
	step_tabs(p, 2);
	step_type(p, born);
	pty_key(p, PTY_KEY_ENTER);
}

void
step_find_martin(struct pty *p)
{
	step_seek(p, "martin", "31/05/1984");
	assert_true(pty_wait_text(p, ">MARTIN"));
}

void
step_somebody(
    struct pty_stage *s, const char *name, const char *address, struct fixture_patient *who_r)
{
	fixture_add_patient(s->fixture, name, address, who_r);
	wire_first_sign_in(s->fixture, who_r);
	pty_stage_next_day(s);
	pty_stage_new_mailbox(s);
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

void
step_message_word(struct pty_stage *s, const char *before, char *out_r, size_t len)
{
	bool found = false;

	while (!found) {
		char *text;
		size_t n;

		assert_int_equal(mailbox_next(s->mailbox, FIXTURE_DEADLINE_MS, &text, &n), 0);
		found = mailbox_word(text, before, out_r, len) == 0;
		free(text);
	}
}

void
step_totp_code(struct pty_stage *s, const char *secret, char code_r[16])
{
	char *at = mem_printf("@%lld", (long long)((clock_now_ms() + s->fixture->shift_ms) / 1000));
	const char *argv[] = {"/usr/bin/oathtool", "--totp", "-b", "-N", at, secret, NULL};
	char *out;

	fixture_must_run(s->fixture, argv, &out);
	snprintf(code_r, 16, "%.6s", out);
	free(out);
	free(at);
}
