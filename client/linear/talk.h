/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_LINEAR_TALK_H
#define EMAGE_CLIENT_LINEAR_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/linear/lines.h"
#include "client/linear/linear.h"
#include "client/link.h"
#include "client/model/account.h"
#include "client/model/desk.h"
#include "client/model/exams.h"
#include "client/model/session.h"
#include "client/model/signin.h"
#include "client/spawn.h"
#include "common/method.h"
#include "proto/letter.pb-c.h"

/*
 * A conversation: straight-line functions that say, ask a person (linear_ask) and
 * ask the server (linear_call). Both wait in the one loop of wait.c, where a lost
 * connection comes back, limits are watched and the end is noticed. Once `end` is
 * set both return at once, and every function goes back to its caller.
 */
enum linear_end {
	LINEAR_GO,
	LINEAR_SIGNIN, /* the session is over: to signing in */
	LINEAR_LEAVE,  /* the program ends */
};

#define LINEAR_IDENTIFIER_MAX 64
#define LINEAR_PASSWORD_MAX   256

struct linear {
	const struct options *options;
	const struct clientconf *conf;
	struct lines *lines;
	struct link *link;
	struct session session;
	struct signin signin;
	bool totp; /* the code is not one that was sent */
	char identifier[LINEAR_IDENTIFIER_MAX * 4 + 1];
	enum linear_end end;
	bool is_brief; /* choices are not read out */
	char *hints;   /* choices that were read out last */
	/* wait.c */
	struct spawn *spawn; /* that is waited for, or NULL */
	bool spawn_is_over;
	const char *question; /* that waits for its answer, or NULL */
	bool lost_is_said, idle_warned, total_warned;
	unsigned n_losses;
	bool stop_is_asked;
	/* of the last failed call, for linear_say_error() */
	unsigned retry_after_s, tries_left;
	char field[32];
};

/* ---- wait.c */

/* One line. Not while a question is open. */
void linear_say(struct linear *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void linear_say_error(struct linear *l, int err);
/* Ends the session on this side; to signing in. err 0 or why. */
void linear_session_over(struct linear *l, int err);
/* Tells the server if it can be told, without waiting. */
void linear_send_logout(struct linear *l);

/* Shows the question and waits for a line. LINES_LINE, LINES_BAD, LINES_LONG,
 * LINES_STOP, or LINES_OVER when the conversation is at its end. */
enum lines_event linear_line(struct linear *l, const char *question, bool secret);

enum linear_again {
	LINEAR_ONCE,  /* a connection lost meanwhile is the caller's matter */
	LINEAR_AGAIN, /* asks again when it is back: what can be asked twice */
};
/* One reply; 0, or -EM_E_*, which gives the request up. */
typedef int linear_take(void *arg, const ProtobufCMessage *msg, bool more);
/*
 * Asks the server and waits: for the connection, and for all replies. 0 or
 * -EM_E_*; -EM_E_CANCELLED also when the conversation ends or the person has
 * pressed Ctrl-C. take may be NULL. LINEAR_AGAIN is for single replies: the first
 * of several would be taken twice. What is given up while replies are still to come
 * is cancelled at the server as well.
 */
int linear_call(struct linear *l, enum method_index m, const ProtobufCMessage *request,
    enum linear_again again, linear_take *take, void *arg);

/* Runs a program of ours, for staff alone, and waits for its end. Takes the input and
 * wipes it. The caller asks spawn_result() and frees; NULL: it cannot be started, or
 * the conversation has ended meanwhile. */
struct spawn *linear_spawn(
    struct linear *l, const char *name, const char *const args[], struct buf *take_input);

/* ---- prompt.c */

struct linear_command {
	const char *key;  /* small letters, or "" = Enter alone */
	const char *help; /* msgid: what it does */
};

struct linear_prompt {
	const char *title; /* msgids: heading and text of the help; about may be NULL */
	const char *about;
	const char *more;     /* msgid: what the help says after it, or NULL */
	const char *leave;    /* msgid: what q and 0 do where it is not "retour", or NULL */
	const char *question; /* in the person's language */
	const struct linear_command *commands;
	size_t n_commands;
	unsigned hidden;     /* bit i: command i makes no sense now */
	unsigned max;	     /* numbers 1 to max are answers ... */
	const char *numbers; /* ... msgid: that do this */
	bool is_text;	     /* what is no command is the answer */
	bool is_secret;
	size_t max_chars; /* of a text */
};

enum linear_kind {
	LINEAR_COMMAND, /* value: its place in the table */
	LINEAR_NUMBER,	/* value */
	LINEAR_TEXT,	/* text, valid until the next question; may be empty */
	LINEAR_BACK,
};
struct linear_answer {
	enum linear_kind kind;
	unsigned value;
	char *text;
};

/* Asks until there is an answer. False when the conversation is at its end. */
bool linear_ask(struct linear *l, const struct linear_prompt *p, struct linear_answer *a_r);
/* 1 is yes (msgid), Enter is no. */
bool linear_confirm(struct linear *l, const char *title, const char *question, const char *yes);
/* A number of 1 to max, 0 for Enter alone, -1 to go back. enter: msgid. */
int linear_pick(struct linear *l, const char *title, const char *question, unsigned max,
    const char *numbers, const char *enter);

/* ---- signin.c: false when the person goes back; else the session is open, or
 * `end` is set. */
bool linear_sign_in(struct linear *l);
/* ---- code.c */
enum linear_code {
	LINEAR_CODE_OPEN,  /* the session is, or `end` is set */
	LINEAR_CODE_BACK,  /* to the password */
	LINEAR_CODE_AGAIN, /* the password must be sent again: another connection */
	LINEAR_CODE_NEW,   /* a password of one's own is wanted */
};
enum linear_code linear_code(struct linear *l);
/* ---- newpass.c: signing in again comes next. */
void linear_new_password(struct linear *l);
/* "au moins 12 caractères", and what the server refuses. */
void linear_say_password_rules(struct linear *l);
#define LINEAR_SECRET_LEN (LINEAR_PASSWORD_MAX * 4 + 1)
/* A new password, typed twice. 0, 1 when they do not do (said), -EM_E_CANCELLED when
 * the person goes back. */
int linear_ask_new_password(
    struct linear *l, const char *title, const char *about, char out_r[LINEAR_SECRET_LEN]);
/* ---- secret.c: what is typed without being seen. The caller wipes it. */
/* False when the person goes back; else it is not empty. empty: what is said when it
 * would be. */
bool linear_ask_secret(struct linear *l, const char *title, const char *about, const char *question,
    const char *empty, char out_r[LINEAR_SECRET_LEN]);
/* One's own password once more. */
bool linear_ask_password(struct linear *l, const char *title, char out_r[LINEAR_SECRET_LEN]);
/* A code of the message that has come, or of the app; seen, as at signing in. */
#define LINEAR_CODE_LEN 129
bool linear_ask_code(struct linear *l, const char *title, const char *question, const char *empty,
    char out_r[LINEAR_CODE_LEN]);
/* To a change that asked for the password: wrong ones have words of their own. A
 * connection lost meanwhile leaves open whether the change was made. */
void linear_say_refused(struct linear *l, int err);
/* ---- linear.c */
/* False when the person goes back. */
bool linear_language(struct linear *l);

/* ---- list.c: what lists share */
struct linear_page {
	uint32_t at, n_pages, n_rows, size, total;
	bool more; /* there are more than `total` */
};
/* "Résultats 1 à 10 sur 30", "Page 1 sur 3" */
void linear_say_page(struct linear *l, const struct linear_page *p);
/* A day, 0 = none. False when the person goes back. */
bool linear_ask_date(struct linear *l, const char *title, const char *question, uint32_t *date_r);
/* Both ends of a period, 0 = open. False when the person goes back. */
bool linear_ask_period(struct linear *l, const char *title, uint32_t *from_r, uint32_t *to_r);
/* The commands that turn pages; a table begins with them. */
#define LINEAR_PAGE_COMMANDS                                                                       \
	[LINEAR_PAGE_NEXT] = {"n", N_("page suivante")},                                           \
	[LINEAR_PAGE_PREVIOUS] = {"p", N_("page précédente")},                                     \
	[LINEAR_PAGE_GO] = {"g", N_("va à une page")}
enum { LINEAR_PAGE_NEXT, LINEAR_PAGE_PREVIOUS, LINEAR_PAGE_GO, N_LINEAR_PAGE };
unsigned linear_page_hidden(const struct linear_page *p);
/* The page that a command asks for, or 0: it is none of these, or no page. */
uint32_t linear_page_turn(struct linear *l, const struct linear_page *p, unsigned command);
/* A text, or "" for Enter alone. False when the person goes back. */
bool linear_ask_text(struct linear *l, const char *title, const char *question, const char *enter,
    size_t max_chars, char *out_r, size_t len);

/* ---- what the settings lead to */
void linear_contact(struct linear *l, const struct account *a, Emage__Channel channel);
void linear_password(struct linear *l);
void linear_totp(struct linear *l, bool in_force);
void linear_sessions(struct linear *l);
void linear_export(struct linear *l);
void linear_consent(struct linear *l);

/* ---- who works there */
/* One who is found; in `found`, which the caller releases. NULL: the person goes back. */
const struct desk_row *linear_find_patient(struct linear *l, struct desk_found *found);
/* Says it, and prints, saves or reads it out as long as the person wants. */
void linear_letter(struct linear *l, const struct desk_letter *letter, Emage__LetterKind kind);
/* Of somebody who is known, or with the traits of a new patient (NULL). */
void linear_desk_consent(struct linear *l, const struct desk_patient *known);
void linear_desk(struct linear *l);
void linear_desk_new(struct linear *l);
void linear_record(struct linear *l);
void linear_record_exams(struct linear *l);

/* ---- sections; the last four also without a session */
void linear_exams(struct linear *l);
void linear_report(struct linear *l, const struct exam *exam);
void linear_images(struct linear *l, const struct exam *exam);
void linear_history(struct linear *l);
void linear_blocks(struct linear *l);
void linear_settings(struct linear *l);
void linear_faq(struct linear *l);
void linear_support(struct linear *l);
void linear_forgot(struct linear *l);
void linear_undo(struct linear *l);

#endif
