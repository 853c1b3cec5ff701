/* SPDX-License-Identifier: MIT */
/*
 * The session's state.
 */
#include "client/model/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tr.h"
#include "common/clock.h"
#include "common/mem.h"
#include "common/text.h"

char *
session_text(const char *s)
{
	size_t len = strlen(s);
	char *out = mem_new(3 * len + 1);

	text_sanitise(s, len, false, out);
	return out;
}

void
session_text_free(char **s)
{
	if (*s)
		secret_wipe(*s, strlen(*s));
	free(*s);
	*s = NULL;
}

static void
session_set_text(char **at, const char *s)
{
	session_text_free(at);
	*at = session_text(s);
}

void
session_init(struct session *s)
{
	*s = (struct session){.password_min_chars = 12, .code_digits = 8};
	session_set_text(&s->region, "");
	session_set_text(&s->support_address, "");
	session_set_text(&s->display_name, "");
	session_set_text(&s->civility, "");
}

void
session_release(struct session *s)
{
	session_close(s);
	session_text_free(&s->region);
	session_text_free(&s->support_address);
	session_text_free(&s->display_name);
	session_text_free(&s->civility);
	*s = (struct session){0};
}

void
session_set_region(struct session *s, const char *name)
{
	session_set_text(&s->region, name);
}

void
session_take_hello(struct session *s, const Emage__HelloReply *reply)
{
	session_set_text(&s->region, reply->region);
	session_set_text(&s->support_address, reply->support_address);
	s->password_min_chars = reply->password_min_chars;
	s->code_digits = reply->code_digits;
}

static void
session_begin(
    struct session *s, const ProtobufCBinaryData *token, uint32_t idle_s, uint32_t total_s)
{
	int64_t now_ms = clock_boot_ms();

	secret_free(&s->token);
	s->token = secret_from(token->data, token->len);
	s->idle_limit_ms = (int64_t)idle_s * 1000;
	s->ends_at_ms = now_ms + (int64_t)total_s * 1000;
	s->touched_at_ms = now_ms;
}

void
session_take_open(struct session *s, const Emage__AuthCodeReply *reply)
{
	session_begin(s, &reply->token, reply->idle_limit_s, reply->absolute_limit_s);
	session_set_text(&s->display_name, reply->display_name);
	session_set_text(&s->civility, reply->civility);
	s->role = reply->role;
}

void
session_take_resume(struct session *s, const Emage__SessionResumeReply *reply)
{
	session_begin(s, &reply->token, reply->idle_limit_s, reply->absolute_left_s);
	session_set_text(&s->display_name, reply->display_name);
	session_set_text(&s->civility, reply->civility);
	s->role = reply->role;
}

void
session_name(const struct session *s, char *out_r, size_t len)
{
	if (strcmp(s->civility, "Madame") == 0)
		snprintf(out_r, len, _("Mme %s"), s->display_name);
	else if (strcmp(s->civility, "Monsieur") == 0)
		snprintf(out_r, len, _("M. %s"), s->display_name);
	else
		snprintf(out_r, len, "%s", s->display_name);
}

bool
session_is_open(const struct session *s)
{
	return s->token.bytes != NULL;
}

void
session_close(struct session *s)
{
	if (s->token.bytes)
		secret_free(&s->token);
	s->token = (struct secret){0};
	record_release(&s->record);
	session_set_text(&s->display_name, "");
	session_set_text(&s->civility, "");
	s->role = EMAGE__ROLE__ROLE_UNSPECIFIED;
}

void
session_touched(struct session *s, int64_t now_ms)
{
	s->touched_at_ms = now_ms;
}

int64_t
session_idle_left_ms(const struct session *s, int64_t now_ms)
{
	return s->touched_at_ms + s->idle_limit_ms - now_ms;
}

int64_t
session_total_left_ms(const struct session *s, int64_t now_ms)
{
	return s->ends_at_ms - now_ms;
}

bool
session_wants_touch(const struct session *s, int64_t now_ms)
{
	return session_is_open(s) && now_ms - s->touched_at_ms > s->idle_limit_ms / 4;
}
