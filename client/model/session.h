/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_SESSION_H
#define EMAGE_CLIENT_MODEL_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/model/record.h"
#include "common/secret.h"
#include "proto/session.pb-c.h"

/*
 * The server's greeting, and the open session with its limits. Times are
 * clock_boot_ms(). Texts are sanitised on their way in.
 */
struct session {
	/* greeting */
	char *region, *support_address; /* never NULL */
	unsigned password_min_chars, code_digits;
	/* session */
	struct secret token; /* bytes NULL: no session */
	Emage__Role role;
	char *display_name;   /* never NULL */
	char *civility;	      /* Madame, Monsieur or ""; never NULL */
	struct record record; /* of a professional */
	int64_t idle_limit_ms, ends_at_ms;
	int64_t touched_at_ms; /* the server last heard of the person */
};

void session_init(struct session *s);
void session_release(struct session *s);
/* As configured, until the server has greeted. */
void session_set_region(struct session *s, const char *name);
void session_take_hello(struct session *s, const Emage__HelloReply *reply);
void session_take_open(struct session *s, const Emage__AuthCodeReply *reply);
void session_take_resume(struct session *s, const Emage__SessionResumeReply *reply);
/* The person as one speaks to her in the language of now: "Mme Camille MARTIN". */
void session_name(const struct session *s, char *out_r, size_t len);
bool session_is_open(const struct session *s);
/* Wipes what the person has left. */
void session_close(struct session *s);

/* The server heard of the person now. */
void session_touched(struct session *s, int64_t now_ms);
/* Milliseconds until the server ends it for inactivity. */
int64_t session_idle_left_ms(const struct session *s, int64_t now_ms);
/* Milliseconds until it ends in any case. */
int64_t session_total_left_ms(const struct session *s, int64_t now_ms);
/* Whether a key pressed now should tell the server that somebody is there:
 * a quarter of the limit has passed without a request. */
bool session_wants_touch(const struct session *s, int64_t now_ms);

/* Sanitised copy of a server's string; session_text_free() wipes it. */
char *session_text(const char *s);
void session_text_free(char **s);

#endif
