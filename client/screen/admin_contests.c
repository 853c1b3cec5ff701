/* SPDX-License-Identifier: MIT */
/*
 * Administration, 4 Contestations: patients' questions about accesses that wait for
 * the answer of an establishment, oldest first.
 */
#include "client/screen/admin.h"

#include "client/lang.h"
#include "client/model/dates.h"
#include "client/tr.h"
#include "common/mem.h"

enum contests_column {
	CONTESTS_REFERENCE,
	CONTESTS_ASKED,
	CONTESTS_WHO,
	CONTESTS_PLACE,
	CONTESTS_QUESTION
};

static const struct table_column contests_columns[] = {
    [CONTESTS_REFERENCE] = {.title = N_("Référence"), .least = 9, .ideal = 10},
    [CONTESTS_ASKED] = {.title = N_("Posée le"), .least = 11, .ideal = 17},
    [CONTESTS_WHO] = {.title = N_("Professionnel"), .least = 14, .ideal = 20},
    [CONTESTS_PLACE] = {.title = N_("Établissement"), .least = 14, .ideal = 22, .drop = 1},
    [CONTESTS_QUESTION] = {.title = N_("Question"), .least = 16, .ideal = 30, .stretch = true},
};

static const char *
contests_cell(struct admin_list *l, const ProtobufCMessage *row, size_t column, int width)
{
	const Emage__Contest *c = (const Emage__Contest *)row;

	switch ((enum contests_column)column) {
	case CONTESTS_REFERENCE:
		return c->reference;
	case CONTESTS_ASKED:
		if (width >= 16)
			dates_time(lang_now(), c->asked_at_ms, l->text);
		else
			dates_day(lang_now(), c->asked_at_ms, l->text);
		return l->text;
	case CONTESTS_WHO:
		return c->professional;
	case CONTESTS_PLACE:
		return c->establishment;
	case CONTESTS_QUESTION:
		return c->question;
	}
	return "";
}

static void
contests_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__AdminContestListReply *r = (const Emage__AdminContestListReply *)msg;

	(void)more;
	if (admin_list_came(s, err, e))
		admin_list_take_stretch((struct admin_list *)s,
		    (ProtobufCMessage *const *)r->contests, r->n_contests, r->more,
		    r->n_contests > 0 ? r->contests[r->n_contests - 1]->contest_id : 0);
}

static void
contests_ask(struct admin_list *l)
{
	Emage__AdminContestListRequest r = EMAGE__ADMIN_CONTEST_LIST_REQUEST__INIT;

	r.after = l->next;
	admin_list_call(l, METHOD_admin_contest_list, &r.base, contests_done);
}

static void
contests_open(struct admin_list *l, const ProtobufCMessage *row)
{
	l->stale = true;
	app_push(
	    l->base.app, screen_admin_answer_new(l->base.app, (const Emage__Contest *)row));
}

static const struct admin_list_ops contests_list = {
    .heading = N_("Questions des patients qui attendent une réponse"),
    .empty = N_("Aucune question n'attend de réponse."),
    .columns = contests_columns,
    .n_columns = ARRAY_LEN(contests_columns),
    .cell = contests_cell,
    .ask = contests_ask,
    .open = contests_open,
};

static const struct screen_ops contests_ops = {
    .name = "admin-contests",
    .title = N_("Contestations"),
    .about = N_("Les accès que des patients contestent. Entrée ouvre une question et permet d'y "
		"répondre ; le patient lit la réponse dans le détail de l'accès."),
    .section = ACTION_SECTION_CONTESTS,
    ADMIN_LIST_OPS,
};

struct screen *
screen_admin_contests_new(struct app *app)
{
	struct admin_list *l = mem_new(sizeof(*l));

	admin_list_init(l, app, &contests_ops, &contests_list);
	return &l->base;
}
