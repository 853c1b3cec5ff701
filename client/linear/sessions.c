/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: one's open sessions, and ending them (S-05).
 */
#include <stdio.h>

#include "client/linear/talk.h"
#include "client/model/account_text.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

#define SESSIONS_TITLE N_("Sessions ouvertes")

enum sessions_command { SESSIONS_OTHERS, SESSIONS_AGAIN };
static const struct linear_command sessions_commands[] = {
    [SESSIONS_OTHERS] = {"t", N_("Terminer les autres")},
    [SESSIONS_AGAIN] = {"r", N_("redemande la liste au serveur")},
};

static int
sessions_take(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	account_take_sessions(arg, (const Emage__SessionListReply *)msg);
	return 0;
}

static bool
sessions_load(struct linear *l, struct account_sessions *m)
{
	Emage__SessionListRequest r = EMAGE__SESSION_LIST_REQUEST__INIT;
	int err = linear_call(l, METHOD_session_list, &r.base, LINEAR_AGAIN, sessions_take, m);

	if (err < 0)
		linear_say_error(l, err);
	return err == 0;
}

/* This one, which ends by logging out, has no number. Returns how many have one. */
static unsigned
sessions_say(struct linear *l, const struct account_sessions *m)
{
	unsigned n = 0;

	linear_say(l, "%s", _(SESSIONS_TITLE));
	for (size_t i = 0; i < m->n; i++) {
		char text[ACCOUNT_TEXT_LEN];

		account_session_text(&m->rows[i], text);
		if (m->rows[i].is_this_one)
			linear_say(l, "%s, %s", account_session_kind(m->rows[i].kind), text);
		else
			linear_say(
			    l, "%u. %s, %s", ++n, account_session_kind(m->rows[i].kind), text);
	}
	linear_say(l, "%s",
	    _("Une session que vous ne reconnaissez pas ? Terminez-la, puis changez votre mot de "
	      "passe."));
	return n;
}

/* The other one with this number; they come behind this one. */
static uint64_t
sessions_id(const struct account_sessions *m, unsigned number)
{
	for (size_t i = 0; i < m->n; i++)
		if (!m->rows[i].is_this_one && --number == 0)
			return m->rows[i].id;
	return 0;
}

static int
sessions_take_ended(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	*(unsigned *)arg = ((const Emage__SessionEndReply *)msg)->ended;
	return 0;
}

/* id 0: all but this one. */
static void
sessions_end(struct linear *l, uint64_t id)
{
	Emage__SessionEndRequest r = EMAGE__SESSION_END_REQUEST__INIT;
	unsigned ended = 0;
	int err;

	if (linear_pick(l, SESSIONS_TITLE,
		id == 0 ? _("Terminer toutes vos sessions, sauf celle-ci ?")
			: _("Terminer cette session ? Ce qui y est affiché disparaît aussitôt."),
		1, N_("Terminer"), N_("Garder")) != 1)
		return;
	r.session_id = id;
	err =
	    linear_call(l, METHOD_session_end, &r.base, LINEAR_AGAIN, sessions_take_ended, &ended);
	if (err == -EM_E_NOT_FOUND) /* ended by itself meanwhile */
		linear_say(l, "%s", _("Cette session était déjà terminée."));
	else if (err < 0)
		linear_say_error(l, err);
	else
		linear_say(
		    l, ngettext("%u session terminée.", "%u sessions terminées.", ended), ended);
}

void
linear_sessions(struct linear *l)
{
	struct account_sessions m = {0};
	struct linear_answer a;

	while (sessions_load(l, &m)) {
		unsigned n = sessions_say(l, &m);
		const struct linear_prompt p = {
		    .title = SESSIONS_TITLE,
		    .about = N_("Où vous êtes identifié en ce moment. Vous pouvez terminer une "
				"session oubliée ailleurs."),
		    .question = _("Votre choix :"),
		    .commands = sessions_commands,
		    .n_commands = ARRAY_LEN(sessions_commands),
		    .hidden = n > 0 ? 0 : 1u << SESSIONS_OTHERS,
		    .max = n,
		    .numbers = N_("termine cette session"),
		};

		if (!linear_ask(l, &p, &a) || a.kind == LINEAR_BACK)
			break;
		if (a.kind == LINEAR_NUMBER)
			sessions_end(l, sessions_id(&m, a.value));
		else if (a.value == SESSIONS_OTHERS)
			sessions_end(l, 0);
	}
}
