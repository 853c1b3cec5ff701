/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_TEXTS_H
#define EMAGE_SERVER_HANDLE_TEXTS_H

#include <stddef.h>

#include "common/mem.h"

/*
 * The words of the messages that leave the house, per language, from
 * data/messages. A message tells a code and how long it lives, or the number of a
 * question: the table of placeholders below is all that it can name, so no name, exam or identifier
 * can get into one. Every text is checked when it is loaded.
 */
struct texts;

enum text_id {
	TEXT_CODE_EMAIL,    /* code, minutes, support */
	TEXT_CODE_MOBILE,   /* code, minutes */
	TEXT_CONTEST_EMAIL, /* reference, support; to an establishment */
	/* pairs: text_for() takes the first of two */
	TEXT_TEMPORARY, /* code, hours by e-mail, minutes by mobile, support */
	TEXT_NOTICE_RECOVERY = TEXT_TEMPORARY + 2,
	TEXT_NOTICE_PASSWORD = TEXT_NOTICE_RECOVERY + 2,
	TEXT_PROVE = TEXT_NOTICE_PASSWORD + 2,	/* code, minutes, support */
	TEXT_CONFIRM = TEXT_PROVE + 2,		/* likewise, to an address not yet one's own */
	TEXT_NOTICE_CONTACT = TEXT_CONFIRM + 2, /* code that undoes it, hours, support */
	TEXT_NOTICE_UNDONE = TEXT_NOTICE_CONTACT + 2,
	TEXT_NOTICE_TOTP_ON = TEXT_NOTICE_UNDONE + 2,
	TEXT_NOTICE_TOTP_OFF = TEXT_NOTICE_TOTP_ON + 2,
	TEXT_NOTICE_CODE_FAILED = TEXT_NOTICE_TOTP_OFF + 2,
	TEXT_NOTICE_SESSION = TEXT_NOTICE_CODE_FAILED + 2,
	TEXT_NOTICE_WITHDRAWN = TEXT_NOTICE_SESSION + 2,
	TEXT_NOTICE_EXAM_OPENED = TEXT_NOTICE_WITHDRAWN + 2,
	TEXT_NOTICE_NEW_REPORT = TEXT_NOTICE_EXAM_OPENED + 2,
	TEXT_NOTICE_ADDRESS = TEXT_NOTICE_NEW_REPORT + 2, /* an administrator changed one */
	TEXT_NOTICE_OVER_BLOCK = TEXT_NOTICE_ADDRESS + 2,
	/* what a reception did, for somebody who stood there or said so */
	TEXT_NOTICE_LETTER = TEXT_NOTICE_OVER_BLOCK + 2,
	TEXT_NOTICE_SUSPENDED = TEXT_NOTICE_LETTER + 2,
	TEXT_NOTICE_RESUMED = TEXT_NOTICE_SUSPENDED + 2,
	TEXT_NOTICE_REOPENED = TEXT_NOTICE_RESUMED + 2,
	TEXT_NOTICE_DESK_WITHDRAWN = TEXT_NOTICE_REOPENED + 2,
	TEXT_END = TEXT_NOTICE_DESK_WITHDRAWN + 2,
	N_TEXTS = TEXT_END,
};

struct text_values {
	const char *code;
	const char *minutes;
	const char *support;
	const char *hours;
	const char *reference; /* of a patient's question: a number and no more */
};

/* Of a pair: the text for a channel (emage.Channel). */
enum text_id text_for(enum text_id pair, int channel);

/*
 * The texts built in or, when `dir` is neither NULL nor empty, the files of
 * that folder in their place; notices that these leave out are those built in. 0, or -EM_E_CONFIG
 * with every fault in err_r, one "file:line: what" a line.
 */
int texts_new(const char *dir, struct texts **texts_r, char *err_r, size_t err_len);
void texts_free(struct texts **t);

/* Subject ("" for a mobile) and body with the values put in, from the arena; a
 * language that is not there becomes French. 0 or -EM_E_NO_MEMORY. */
int texts_make(const struct texts *t, struct arena *a, enum text_id id, const char *language,
    const struct text_values *v, const char **subject_r, const char **body_r);

#endif
