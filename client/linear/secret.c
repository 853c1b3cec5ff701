/* SPDX-License-Identifier: MIT */
/*
 * Passwords and codes that a change asks for, and what is said when they do not do.
 */
#include <stdio.h>
#include <string.h>

#include "client/linear/talk.h"
#include "client/model/account_text.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

bool
linear_ask_secret(struct linear *l, const char *title, const char *about, const char *question,
    const char *empty, char out_r[LINEAR_SECRET_LEN])
{
	const struct linear_prompt p = {
	    .title = title,
	    .about = about,
	    .question = question,
	    .is_text = true,
	    .is_secret = true,
	    .max_chars = LINEAR_PASSWORD_MAX,
	};
	struct linear_answer a;

	while (linear_ask(l, &p, &a) && a.kind != LINEAR_BACK) {
		if (a.text[0] == '\0' && empty) {
			linear_say(l, "%s", empty);
			continue;
		}
		snprintf(out_r, LINEAR_SECRET_LEN, "%s", a.text);
		lines_forget(l->lines);
		return true;
	}
	return false;
}

bool
linear_ask_password(struct linear *l, const char *title, char out_r[LINEAR_SECRET_LEN])
{
	return linear_ask_secret(
	    l, title, NULL, _("Mot de passe :"), _("Saisissez votre mot de passe."), out_r);
}

bool
linear_ask_code(struct linear *l, const char *title, const char *question, const char *empty,
    char out_r[LINEAR_CODE_LEN])
{
	const struct linear_prompt p = {
	    .title = title,
	    .question = question,
	    .is_text = true,
	    .max_chars = (LINEAR_CODE_LEN - 1) / 4,
	};
	struct linear_answer a;
	size_t n = 0;

	while (n == 0) {
		if (!linear_ask(l, &p, &a) || a.kind == LINEAR_BACK)
			return false;
		for (const char *s = a.text; *s; s++) /* as people read it out: 1234 5678 */
			if (*s != ' ')
				out_r[n++] = *s;
		if (n == 0)
			linear_say(l, "%s", empty);
	}
	out_r[n] = '\0';
	lines_forget(l->lines);
	return true;
}

void
linear_say_refused(struct linear *l, int err)
{
	char text[ACCOUNT_TEXT_LEN];

	if (err == -EM_E_AUTH && l->end == LINEAR_GO) {
		account_wrong_password(l->retry_after_s, text);
		linear_say(l, "%s", text);
		return;
	}
	linear_say_error(l, err == -EM_E_CLOSED ? -EM_E_UNCERTAIN : err);
}
