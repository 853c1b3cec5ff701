/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TOOLS_MAILBOX_H
#define EMAGE_TOOLS_MAILBOX_H

#include <stddef.h>

/*
 * A Maildir that is watched for new messages: what lies there when it is opened
 * is old and left alone. For demonstrations, scripts and tests, where the
 * server's messages end in a Maildir.
 */
struct mailbox;

/* Makes the Maildir when there is none. NULL and errno on failure. */
struct mailbox *mailbox_open(const char *path);
void mailbox_free(struct mailbox **m);

/*
 * Waits for the next message, oldest first; each is given once. 0 and its text
 * in *text_r (free() by the caller), -EM_E_TIMEOUT, or -EM_E_IO.
 */
int mailbox_next(struct mailbox *m, int timeout_ms, char **text_r, size_t *len_r);

/* First run of 6 to 10 digits, grouped by single blanks or not, that stands alone
 * in the body of a message (after the first empty line): no part of a reference
 * ("Q-000002") or an address. 0, or -EM_E_NOT_FOUND. */
int mailbox_code(const char *text, char *code_r, size_t code_len);

/*
 * The word that follows `before` in the body of a message, over blanks and line
 * ends: a temporary password, the code of a notice. 0; -EM_E_NOT_FOUND when `before`
 * is not there, nothing follows it, or it does not fit.
 */
int mailbox_word(const char *text, const char *before, char *word_r, size_t len);

#endif
