/* SPDX-License-Identifier: MIT */
/*
 * 2.1 Vos examens: a page of the list, each row a sentence that says all of it.
 */
#include "client/model/exams.h"

#include <stdio.h>
#include <string.h>

#include "client/lang.h"
#include "client/linear/talk.h"
#include "client/model/dates.h"
#include "client/tr.h"
#include "client/words.h"
#include "common/err.h"
#include "common/mem.h"

enum exams_command {
	EXAMS_FILTER = N_LINEAR_PAGE,
	EXAMS_CLEAR,
	EXAMS_SORT,
	EXAMS_REFRESH,
};
static const struct linear_command exams_commands[] = {
    LINEAR_PAGE_COMMANDS,
    [EXAMS_FILTER] = {"f", N_("filtre de recherche : dates et établissement")},
    [EXAMS_CLEAR] = {"e", N_("efface le filtre")},
    [EXAMS_SORT] = {"t", N_("trie")},
    [EXAMS_REFRESH] = {"r", N_("redemande la liste au serveur")},
};

static const struct exams_order {
	Emage__ExamSort sort;
	const char *name;
} exams_orders[] = {
    {EMAGE__EXAM_SORT__EXAM_SORT_DATE, N_("Date")},
    {EMAGE__EXAM_SORT__EXAM_SORT_ESTABLISHMENT, N_("Établissement producteur")},
    {EMAGE__EXAM_SORT__EXAM_SORT_DESCRIPTION, N_("Description")},
};

struct exams_taken {
	struct exams *model;
	const struct exams_query *asked;
};

/* ---------------------------------------------------------------------- asking */

static int
exams_take(void *arg, const ProtobufCMessage *msg, bool more)
{
	struct exams_taken *taken = arg;

	(void)more;
	exams_take_list(taken->model, taken->asked, (const Emage__ExamListReply *)msg);
	return 0;
}

/* False when the list stays as it was; why has been said. */
static bool
exams_load(struct linear *l, struct exams *m, const struct exams_query *q)
{
	Emage__ExamListRequest r = exams_request(q);
	struct exams_taken taken = {.model = m, .asked = q};
	int err = linear_call(l, METHOD_exam_list, &r.base, LINEAR_AGAIN, exams_take, &taken);

	if (err < 0)
		linear_say_error(l, err);
	return err == 0;
}

static int
exams_take_places(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	exams_take_establishments(arg, (const Emage__ExamEstablishmentsReply *)msg);
	return 0;
}

/* ----------------------------------------------------------------------- words */

static struct linear_page
exams_page(const struct exams *m)
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
exams_say_row(struct linear *l, unsigned number, const struct exam *e)
{
	char when[DATES_LEN], images[64] = "";

	dates_time(lang_now(), e->taken_at_ms, when);
	if (e->n_images > 0)
		snprintf(images, sizeof(images), ngettext(", %u image", ", %u images", e->n_images),
		    e->n_images);
	linear_say(l, "%u. %s, %s, %s%s%s%s", number, when, e->establishment,
	    e->description[0] ? e->description : e->modality, images, e->has_report ? ", " : "",
	    e->has_report ? _("compte rendu") : "");
}

static void
exams_say(struct linear *l, const struct exams *m)
{
	const struct linear_page page = exams_page(m);

	linear_say(l, "%s", _("Liste des examens"));
	linear_say_page(l, &page);
	for (size_t i = 0; i < m->n_rows; i++)
		exams_say_row(l, (unsigned)i + 1, &m->rows[i]);
}

/* ---------------------------------------------------------------------- filter */

static bool
exams_ask_place(struct linear *l, struct exams *m, uint64_t *id_r)
{
	Emage__ExamEstablishmentsRequest r = EMAGE__EXAM_ESTABLISHMENTS_REQUEST__INIT;
	int choice, err;

	err =
	    linear_call(l, METHOD_exam_establishments, &r.base, LINEAR_AGAIN, exams_take_places, m);
	if (err < 0) {
		linear_say_error(l, err);
		return false;
	}
	for (size_t i = 0; i < m->n_establishments; i++)
		linear_say(l, "%zu. %s", i + 1, m->establishments[i].name);
	choice = linear_pick(l, N_("Filtrer les examens"), _("Établissement :"),
	    (unsigned)m->n_establishments, N_("choisit cet établissement"), N_("Tous"));
	*id_r = choice > 0 ? m->establishments[choice - 1].id : 0;
	return choice >= 0;
}

static bool
exams_filter(struct linear *l, struct exams *m)
{
	struct exams_query q = m->query;

	linear_say(l, "%s", _("Filtrer les examens"));
	linear_say(l, "%s", _(WORDS_CRITERION));
	if (!linear_ask_period(l, N_("Filtrer les examens"), &q.from_date, &q.to_date))
		return false;
	if (!exams_ask_place(l, m, &q.establishment_id))
		return false;
	q.page = 1;
	if (!exams_query_is_filtered(&q)) {
		linear_say_error(l, -EM_E_FILTER_EMPTY);
		return false;
	}
	return exams_load(l, m, &q);
}

static bool
exams_clear(struct linear *l, struct exams *m)
{
	struct exams_query q = m->query;

	q.from_date = q.to_date = 0;
	q.establishment_id = 0;
	q.page = 1;
	return exams_load(l, m, &q);
}

/* -------------------------------------------------------------- order and page */

/* The same column again turns the order round, as on the screens. */
static bool
exams_sort(struct linear *l, struct exams *m)
{
	struct exams_query q = m->query;
	int choice;

	for (size_t i = 0; i < ARRAY_LEN(exams_orders); i++)
		linear_say(l, "%zu. %s", i + 1, _(exams_orders[i].name));
	choice = linear_pick(l, N_("trier"), _("Votre choix :"), ARRAY_LEN(exams_orders),
	    N_("trie par cette colonne, la même une autre fois : sens inverse"), NULL);
	if (choice < 1)
		return false;
	q.ascending = q.sort == exams_orders[choice - 1].sort
			  ? !q.ascending
			  : exams_orders[choice - 1].sort != EMAGE__EXAM_SORT__EXAM_SORT_DATE;
	q.sort = exams_orders[choice - 1].sort;
	q.page = 1;
	return exams_load(l, m, &q);
}

static bool
exams_go(struct linear *l, struct exams *m, unsigned page)
{
	struct exams_query q = m->query;

	q.page = page;
	return exams_load(l, m, &q);
}

/* ------------------------------------------------------------------------ list */

static unsigned
exams_hidden(const struct exams *m)
{
	const struct linear_page page = exams_page(m);
	unsigned hidden = linear_page_hidden(&page);

	if (!exams_query_is_filtered(&m->query))
		hidden |= 1u << EXAMS_CLEAR;
	return hidden;
}

/* True when the list has changed and is to be read out again. */
static bool
exams_act(struct linear *l, struct exams *m, unsigned command)
{
	const struct linear_page page = exams_page(m);
	uint32_t to;

	switch (command) {
	case EXAMS_FILTER:
		return exams_filter(l, m);
	case EXAMS_CLEAR:
		return exams_clear(l, m);
	case EXAMS_SORT:
		return exams_sort(l, m);
	case EXAMS_REFRESH:
		return exams_load(l, m, &m->query);
	default:
		to = linear_page_turn(l, &page, command);
		return to > 0 && exams_go(l, m, to);
	}
}

static bool
exams_ask(struct linear *l, const struct exams *m, struct linear_answer *a_r)
{
	const struct linear_prompt p = {
	    .title = N_("Vos examens"),
	    .about = N_("Cette rubrique vous permet d'avoir accès à tous vos examens d'imagerie "
			"réalisés dans les établissements ayant recueilli votre consentement. "
			"Vous pouvez utiliser le filtre afin de rechercher un examen précis. Pour "
			"des raisons de sécurité, il est indispensable de vous déconnecter de "
			"votre espace."),
	    .question = _("Votre choix :"),
	    .commands = exams_commands,
	    .n_commands = ARRAY_LEN(exams_commands),
	    .hidden = exams_hidden(m),
	    .max = (unsigned)m->n_rows,
	    .numbers = N_("visualise cet examen"),
	};

	return linear_ask(l, &p, a_r);
}

void
linear_exams(struct linear *l)
{
	struct linear_answer a = {.kind = LINEAR_COMMAND};
	struct exams m;
	bool is_new;

	exams_init(&m);
	is_new = exams_load(l, &m, &m.query);
	while (is_new || m.loaded) {
		if (is_new)
			exams_say(l, &m);
		if (!exams_ask(l, &m, &a) || a.kind == LINEAR_BACK)
			break;
		is_new = true; /* after an exam the list is read out again */
		if (a.kind == LINEAR_NUMBER)
			linear_report(l, &m.rows[a.value - 1]);
		else
			is_new = exams_act(l, &m, a.value);
	}
	exams_release(&m);
}
