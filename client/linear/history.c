/* SPDX-License-Identifier: MIT */
/*
 * 2.2 Historique des accès: who has looked at the exams; one access in detail, and
 * the question about it.
 */
#include "client/screen/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/linear/talk.h"
#include "client/model/accesses.h"
#include "client/model/dates.h"
#include "client/model/directory.h"
#include "client/tr.h"
#include "client/words.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"

#define HISTORY_WHO_MAX 100

enum history_command { HISTORY_NARROW = N_LINEAR_PAGE, HISTORY_ALL, HISTORY_AGAIN };
static const struct linear_command history_commands[] = {
    LINEAR_PAGE_COMMANDS,
    [HISTORY_NARROW] = {"f", N_("filtre : dates et professionnel")},
    [HISTORY_ALL] = {"e", N_("efface le filtre")},
    [HISTORY_AGAIN] = {"r", N_("redemande la liste au serveur")},
};

struct history_taken {
	struct accesses *model;
	const struct accesses_query *asked;
};

/* ---------------------------------------------------------------------- asking */

static int
history_take(void *arg, const ProtobufCMessage *msg, bool more)
{
	struct history_taken *taken = arg;

	(void)more;
	accesses_take(taken->model, taken->asked, (const Emage__AccessListReply *)msg);
	return 0;
}

static bool
history_load(struct linear *l, struct accesses *m, const struct accesses_query *q)
{
	struct accesses_query asked = *q; /* q may be the model's own */
	Emage__AccessListRequest r = accesses_request(&asked);
	struct history_taken taken = {.model = m, .asked = &asked};
	int err = linear_call(l, METHOD_access_list, &r.base, LINEAR_AGAIN, history_take, &taken);

	if (err < 0)
		linear_say_error(l, err);
	return err == 0;
}

static bool
history_filter(struct linear *l, struct accesses *m)
{
	struct accesses_query q = m->query;

	if (!linear_ask_period(l, N_("Filtrer l'historique des accès"), &q.from_date, &q.to_date) ||
	    !linear_ask_text(l, N_("Filtrer l'historique des accès"), _("Professionnel :"),
		N_("Tous"), HISTORY_WHO_MAX, q.professional, sizeof(q.professional)))
		return false;
	q.page = 1;
	if (!accesses_query_is_filtered(&q)) {
		linear_say_error(l, -EM_E_FILTER_EMPTY);
		return false;
	}
	return history_load(l, m, &q);
}

/* ----------------------------------------------------------------------- words */

static struct linear_page
history_page(const struct accesses *m)
{
	return (struct linear_page){
	    .at = m->page,
	    .n_pages = m->n_pages,
	    .n_rows = (uint32_t)m->n_rows,
	    .size = m->query.page_size,
	    .total = m->total,
	};
}

static void
history_say_row(struct linear *l, unsigned number, const struct access_row *r)
{
	char *name = professional_name(r->given_name, r->family_name);
	char *trade = professional_trade(r->profession, r->specialty);
	const char *result = access_result_words(r->result);
	char when[DATES_LEN];

	dates_time(lang_now(), r->at_ms, when);
	linear_say(l, "%u. %s%s, %s, %s, %s%s%s", number,
	    r->contest != EMAGE__CONTEST_STATE__CONTEST_STATE_NONE ? _("[contesté] ") : "", when,
	    name, trade, r->motive, result[0] ? ", " : "", result);
	free(name);
	free(trade);
}

static void
history_say(struct linear *l, const struct accesses *m)
{
	const struct linear_page page = history_page(m);

	linear_say(l, "%s", _("Historique des accès"));
	linear_say(l, "%s", _(WORDS_HISTORY_HEAD));
	linear_say_page(l, &page);
	for (size_t i = 0; i < m->n_rows; i++)
		history_say_row(l, (unsigned)i + 1, &m->rows[i]);
}

/* -------------------------------------------------------------------- question */

static int
history_take_reference(void *arg, const ProtobufCMessage *msg, bool more)
{
	char **reference = arg;

	(void)more;
	*reference = session_text(((const Emage__AccessContestReply *)msg)->reference);
	return 0;
}

static void
history_send(struct linear *l, uint64_t number, char *question)
{
	Emage__AccessContestRequest r = EMAGE__ACCESS_CONTEST_REQUEST__INIT;
	char *reference = NULL;
	int err;

	r.number = number;
	r.question = question;
	err = linear_call(
	    l, METHOD_access_contest, &r.base, LINEAR_ONCE, history_take_reference, &reference);
	if (err == 0)
		linear_say(l, _("Votre question est envoyée sous la référence %s."), reference);
	else if (err == -EM_E_EXISTS)
		linear_say(l, "%s", _("Une question sur cet accès attend déjà sa réponse."));
	else /* cut off: it may have been written, the detail tells */
		linear_say_error(l, err == -EM_E_CLOSED ? -EM_E_UNCERTAIN : err);
	session_text_free(&reference);
}

static void
history_contest(struct linear *l, const struct access_detail *d)
{
	char text[ACCESS_QUESTION_MAX * 4 + 1];
	char *name = professional_name(d->row.given_name, d->row.family_name);
	size_t n, from, len;

	while (linear_ask_text(l, N_("Contester cet accès"),
	    _("Que voulez-vous demander à l'établissement ?"), N_("Ne pas envoyer"),
	    ACCESS_QUESTION_MAX, text, sizeof(text))) {
		if (text[0] == '\0')
			break;
		if (access_question_check(text, &n, &from, &len) != ACCESS_QUESTION_OK) {
			linear_say(l, _("Posez votre question en %1$d à %2$d caractères."),
			    ACCESS_QUESTION_MIN, ACCESS_QUESTION_MAX);
			continue;
		}
		text[from + len] = '\0';
		linear_say(l,
		    _("Votre question sera envoyée à l'établissement, qui vous répondra ici. Elle "
		      "ne pourra plus être modifiée, et l'accès sera marqué « [contesté] "
		      "».\n\nProfessionnel : %s"),
		    name);
		if (linear_pick(l, N_("Contester cet accès"), _("Votre choix :"), 1, N_("Envoyer"),
			N_("Ne pas envoyer")) == 1)
			history_send(l, d->row.number, text + from);
		break;
	}
	secret_wipe(text, sizeof(text));
	free(name);
}

/* ---------------------------------------------------------------------- detail */

static int
history_take_detail(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	return access_detail_take(arg, (const Emage__AccessGetReply *)msg) ? 0 : -EM_E_PROTOCOL;
}

static bool
history_load_detail(struct linear *l, uint64_t number, struct access_detail *d)
{
	Emage__AccessGetRequest r = EMAGE__ACCESS_GET_REQUEST__INIT;
	char *text;
	int err;

	r.number = number;
	err = linear_call(l, METHOD_access_get, &r.base, LINEAR_AGAIN, history_take_detail, d);
	if (err < 0) {
		linear_say_error(l, err);
		return false;
	}
	linear_say(l, _("Accès n° %llu"), (unsigned long long)number);
	text = access_text(d);
	text[strlen(text) - (text[0] != '\0')] = '\0'; /* the end of its last line */
	linear_say(l, "%s", text);
	free(text);
	return true;
}

static void
history_detail(struct linear *l, struct accesses *m, uint64_t number)
{
	static const struct linear_command commands[] = {
	    {"c", N_("pose une question sur cet accès")},
	};
	struct access_detail d = {0};
	struct linear_answer a;

	while (history_load_detail(l, number, &d)) {
		const struct linear_prompt p = {
		    .title = N_("Détail d'un accès"),
		    .question = _("Votre choix :"),
		    .commands = commands,
		    .n_commands = ARRAY_LEN(commands),
		    .hidden = access_detail_may_contest(&d) ? 0 : 1,
		};

		if (!linear_ask(l, &p, &a) || a.kind == LINEAR_BACK)
			break;
		history_contest(l, &d);
	}
	if (d.loaded)
		accesses_mark(m, number, d.row.contest);
	access_detail_release(&d);
}

/* ------------------------------------------------------------------------ list */

/* True when the list has changed and is to be read out again. */
static bool
history_act(struct linear *l, struct accesses *m, unsigned command)
{
	const struct linear_page page = history_page(m);
	struct accesses_query q = m->query;

	switch (command) {
	case HISTORY_NARROW:
		return history_filter(l, m);
	case HISTORY_ALL:
		q = (struct accesses_query){.page = 1, .page_size = m->query.page_size};
		break;
	case HISTORY_AGAIN:
		break;
	default:
		q.page = linear_page_turn(l, &page, command);
	}
	return q.page > 0 && history_load(l, m, &q);
}

static bool
history_ask(struct linear *l, const struct accesses *m, struct linear_answer *a_r)
{
	const struct linear_page page = history_page(m);
	const struct linear_prompt p = {
	    .title = N_("Historique des accès par les professionnels de santé"),
	    .about = WORDS_HISTORY,
	    .question = _("Votre choix :"),
	    .commands = history_commands,
	    .n_commands = ARRAY_LEN(history_commands),
	    .hidden = linear_page_hidden(&page) |
		      (accesses_query_is_filtered(&m->query) ? 0 : 1u << HISTORY_ALL),
	    .max = (unsigned)m->n_rows,
	    .numbers = N_("ouvre le détail de cet accès"),
	};

	return linear_ask(l, &p, a_r);
}

void
linear_history(struct linear *l)
{
	struct linear_answer a;
	struct accesses m;
	bool is_new;

	accesses_init(&m);
	is_new = history_load(l, &m, &m.query);
	while (is_new || m.loaded) {
		if (is_new)
			history_say(l, &m);
		if (!history_ask(l, &m, &a) || a.kind == LINEAR_BACK)
			break;
		is_new = true;
		if (a.kind == LINEAR_NUMBER)
			history_detail(l, &m, m.rows[a.value - 1].number);
		else
			is_new = history_act(l, &m, a.value);
	}
	accesses_release(&m);
}
