/* SPDX-License-Identifier: MIT */
/*
 * 2.3 Bloquer l'accès à un médecin: who is blocked; finding a professional;
 * blocking and unblocking, which name the person and what changes.
 */
#include "client/model/blocks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/linear/talk.h"
#include "client/model/dates.h"
#include "client/model/directory.h"
#include "client/tr.h"
#include "client/words.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"

#define BLOCKS_FIND_SIZE 10

enum blocks_command { BLOCKS_FIND = N_LINEAR_PAGE, BLOCKS_REFRESH };
static const struct linear_command blocks_commands[] = {
    LINEAR_PAGE_COMMANDS,
    [BLOCKS_FIND] = {"b", N_("Bloquer un accès")},
    [BLOCKS_REFRESH] = {"r", N_("redemande la liste au serveur")},
};
static const struct linear_command blocks_found_commands[] = {LINEAR_PAGE_COMMANDS};

struct blocks_taken {
	struct blocks *model;
	const struct blocks_query *asked;
};

/* ---------------------------------------------------------------------- change */

static int
blocks_take_added(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	*(bool *)arg = ((const Emage__BlockAddReply *)msg)->was_blocked;
	return 0;
}

static int
blocks_take_removed(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	*(bool *)arg = ((const Emage__BlockRemoveReply *)msg)->was_blocked;
	return 0;
}

static void
blocks_send(struct linear *l, const struct professional *p, const char *name)
{
	Emage__BlockAddRequest add = EMAGE__BLOCK_ADD_REQUEST__INIT;
	Emage__BlockRemoveRequest remove = EMAGE__BLOCK_REMOVE_REQUEST__INIT;
	bool block = p->blocked_at_ms == 0, was_blocked = false;
	int err;

	add.professional_id = remove.professional_id = p->id;
	/* both say the same however often they are said */
	err = block ? linear_call(l, METHOD_block_add, &add.base, LINEAR_AGAIN, blocks_take_added,
			  &was_blocked)
		    : linear_call(l, METHOD_block_remove, &remove.base, LINEAR_AGAIN,
			  blocks_take_removed, &was_blocked);
	if (err == -EM_E_TOO_LARGE)
		linear_say(l, "%s", _("Vous avez atteint le nombre maximal de blocages."));
	else if (err < 0)
		linear_say_error(l, err);
	else if (block && was_blocked)
		linear_say(l, _("%s : déjà bloqué ailleurs, liste à jour."), name);
	else if (block)
		linear_say(l, _("%s : accès bloqué dès maintenant."), name);
	else if (was_blocked)
		linear_say(l, _("%s : blocage annulé."), name);
	else
		linear_say(l, _("%s : blocage déjà annulé ailleurs, liste à jour."), name);
}

/* "Charlotte EXEMPLE (Médecin, Psychiatrie (SM), CHRU de Strasbourg)" */
static char *
blocks_person(const struct professional *p, const char *name)
{
	char *trade = professional_trade(p->profession, p->specialty);
	char *person = mem_printf("%s (%s%s%s)", name, trade,
	    trade[0] && p->establishments[0] ? ", " : "", p->establishments);

	free(trade);
	return person;
}

/* Asks first; Enter changes nothing. */
static void
blocks_change(struct linear *l, const struct professional *p, bool emergency_overrides)
{
	char *name = professional_name(p->given_name, p->family_name);
	char *person = blocks_person(p, name);
	bool block = p->blocked_at_ms == 0;
	const char *title = block ? N_("Bloquer un accès") : N_("Annuler le blocage");

	if (block)
		linear_say(l,
		    _("%1$s ne pourra plus consulter vos examens, dès maintenant. %2$s Vous "
		      "pourrez annuler ce blocage à tout moment."),
		    person,
		    emergency_overrides
			? _("Un accès en urgence restera possible malgré le blocage : vous en "
			    "recevrez l'avis et il paraîtra dans votre historique.")
			: _("Même en urgence, l'accès sera refusé."));
	else
		linear_say(
		    l, _("%s pourra de nouveau consulter vos examens, dès maintenant."), person);
	linear_say(l, "%s", _("Pour plus de sécurité, vous devez confirmer votre choix."));
	if (linear_pick(l, title, _("Votre choix :"), 1,
		block ? N_("Bloquer") : N_("Annuler le blocage"), N_("Ne rien changer")) == 1)
		blocks_send(l, p, name);
	free(person);
	free(name);
}

/* ------------------------------------------------------------------------ rows */

static void
blocks_say_row(struct linear *l, unsigned number, const struct professional *p)
{
	char *name = professional_name(p->given_name, p->family_name);
	char *person = blocks_person(p, name);
	char at[DATES_LEN] = "";

	if (p->blocked_at_ms != 0)
		dates_time(lang_now(), p->blocked_at_ms, at);
	if (at[0])
		linear_say(l, _("%1$u. %2$s, bloqué le %3$s"), number, person, at);
	else
		linear_say(l, "%u. %s", number, person);
	free(person);
	free(name);
}

/* -------------------------------------------------------------------- directory */

static int
blocks_take_lists(void *arg, const ProtobufCMessage *msg, bool more)
{
	directory_take_lists(arg, (const Emage__DirectoryListsReply *)msg, more);
	return 0;
}

static int
blocks_take_found(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	directory_take_found(arg, (const Emage__DirectorySearchReply *)msg);
	return 0;
}

/* The lists that a search chooses from, once. */
static bool
blocks_load_lists(struct linear *l, struct directory *d)
{
	Emage__DirectoryListsRequest r = EMAGE__DIRECTORY_LISTS_REQUEST__INIT;
	int err = 0;

	while (!d->has_lists) {
		err = linear_call(
		    l, METHOD_directory_lists, &r.base, LINEAR_ONCE, blocks_take_lists, d);
		if (err < 0)
			directory_drop_lists(d);
		if (err < 0 && err != -EM_E_CLOSED)
			break;
	}
	if (!d->has_lists)
		linear_say_error(l, err);
	return d->has_lists;
}

static const char *
blocks_entry_text(const struct directory *d, int list, size_t i)
{
	return list == 0   ? d->professions[i].label
	       : list == 1 ? d->specialties[i].label
			   : d->places[i].name;
}

/*
 * The lists are long: the beginning of a word leaves a few to choose from by
 * number. False when the person goes back.
 */
static bool
blocks_ask_entry(
    struct linear *l, const struct directory *d, int list, const char *question, size_t *chosen_r)
{
	const size_t n = list == 0 ? d->n_professions : list == 1 ? d->n_specialties : d->n_places;
	char text[256], words[768], folded[1536];
	size_t *fits = mem_new_array(n + 1, sizeof(*fits)), n_fits = 0;
	bool goes_on;
	int choice;

	*chosen_r = 0;
	goes_on = linear_ask_text(l, N_("Recherche d'un professionnel"), question,
	    list == 2 ? N_("Tous") : N_("Toutes"), 60, text, sizeof(text));
	text_fold(text, goes_on ? strlen(text) : 0, words);
	for (size_t i = 0; goes_on && words[0] && i < n; i++) {
		const char *label = blocks_entry_text(d, list, i);

		text_fold(label, strnlen(label, sizeof(folded) / 3 - 1), folded);
		if (!strstr(folded, words))
			continue;
		fits[n_fits++] = i;
		linear_say(l, "%zu. %s", n_fits, label);
	}
	if (goes_on && words[0] && n_fits == 0) {
		linear_say(l, "%s", _("Aucun résultat"));
		goes_on = false;
	} else if (goes_on && n_fits > 0) {
		choice = linear_pick(l, N_("Recherche d'un professionnel"), question,
		    (unsigned)n_fits, N_("choisit cette ligne"), NULL);
		*chosen_r = choice > 0 ? fits[choice - 1] + 1 : 0;
		goes_on = choice > 0;
	}
	free(fits);
	return goes_on;
}

static bool
blocks_ask_criteria(struct linear *l, const struct directory *d, struct directory_query *q_r)
{
	const char *title = N_("Recherche d'un professionnel");

	*q_r = (struct directory_query){.page = 1, .page_size = BLOCKS_FIND_SIZE};
	linear_say(l, "%s", _("Recherche d'un professionnel"));
	linear_say(l, "%s", _(WORDS_BLOCKS_FIND));
	linear_say(l, "%s", _(WORDS_CRITERION));
	if (!linear_ask_text(l, title, _("Nom :"), N_("sans ce critère"), DIRECTORY_NAME_MAX,
		q_r->family_name, sizeof(q_r->family_name)) ||
	    !linear_ask_text(l, title, _("Prénom :"), N_("sans ce critère"), DIRECTORY_NAME_MAX,
		q_r->given_name, sizeof(q_r->given_name)) ||
	    !blocks_ask_entry(l, d, 0, _("Profession :"), &q_r->profession) ||
	    !blocks_ask_entry(l, d, 1, _("Spécialité :"), &q_r->specialty) ||
	    !blocks_ask_entry(l, d, 2, _("Établissement :"), &q_r->place))
		return false;
	if (directory_query_says_something(q_r))
		return true;
	linear_say_error(l, -EM_E_FILTER_EMPTY);
	return false;
}

static bool
blocks_search(struct linear *l, struct directory *d, const struct directory_query *q)
{
	Emage__DirectorySearchRequest r = directory_request(d, q);
	int err =
	    linear_call(l, METHOD_directory_search, &r.base, LINEAR_AGAIN, blocks_take_found, d);

	if (err < 0)
		linear_say_error(l, err);
	return err == 0;
}

static struct linear_page
blocks_found_page(const struct directory *d, const struct directory_query *q)
{
	return (struct linear_page){
	    .at = d->page,
	    .n_pages = d->n_pages,
	    .n_rows = (uint32_t)d->n_rows,
	    .size = q->page_size,
	    .total = d->total,
	    .more = d->more_than_counted,
	};
}

/* Finds a professional and blocks, or unblocks. */
static void
blocks_find(struct linear *l, struct directory *d, bool emergency_overrides)
{
	struct directory_query q;
	struct linear_answer a;

	if (!blocks_load_lists(l, d) || !blocks_ask_criteria(l, d, &q))
		return;
	while (blocks_search(l, d, &q)) {
		const struct linear_page page = blocks_found_page(d, &q);
		const struct linear_prompt p = {
		    .title = N_("Recherche d'un professionnel"),
		    .question = _("Votre choix :"),
		    .commands = blocks_found_commands,
		    .n_commands = ARRAY_LEN(blocks_found_commands),
		    .hidden = linear_page_hidden(&page),
		    .max = (unsigned)d->n_rows,
		    .numbers = N_("bloque cet accès, ou annule son blocage"),
		};
		uint32_t to;

		if (d->n_rows == 0) {
			linear_say(l, "%s", _("Aucun professionnel ne correspond à ces critères."));
			return;
		}
		linear_say_page(l, &page);
		for (size_t i = 0; i < d->n_rows; i++)
			blocks_say_row(l, (unsigned)i + 1, &d->rows[i]);
		if (!linear_ask(l, &p, &a) || a.kind == LINEAR_BACK)
			return;
		if (a.kind == LINEAR_NUMBER) {
			blocks_change(l, &d->rows[a.value - 1], emergency_overrides);
			continue;
		}
		to = linear_page_turn(l, &page, a.value);
		q.page = to > 0 ? to : q.page;
	}
}

/* ------------------------------------------------------------------------ list */

static int
blocks_take_list(void *arg, const ProtobufCMessage *msg, bool more)
{
	struct blocks_taken *taken = arg;

	(void)more;
	blocks_take(taken->model, taken->asked, (const Emage__BlockListReply *)msg);
	return 0;
}

static bool
blocks_load(struct linear *l, struct blocks *m, uint32_t page)
{
	struct blocks_query q = m->query;
	Emage__BlockListRequest r;
	struct blocks_taken taken = {.model = m, .asked = &q};
	int err;

	q.page = page;
	r = blocks_request(&q);
	err = linear_call(l, METHOD_block_list, &r.base, LINEAR_AGAIN, blocks_take_list, &taken);
	if (err < 0)
		linear_say_error(l, err);
	return err == 0;
}

static struct linear_page
blocks_page(const struct blocks *m)
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
blocks_say(struct linear *l, const struct blocks *m)
{
	const struct linear_page page = blocks_page(m);

	linear_say(l, "%s", _("Professionnels de santé non autorisés"));
	if (m->n_rows == 0)
		linear_say(l, "%s", _("Vous n'avez bloqué aucun professionnel."));
	else
		linear_say_page(l, &page);
	for (size_t i = 0; i < m->n_rows; i++)
		blocks_say_row(l, (unsigned)i + 1, &m->rows[i]);
}

void
linear_blocks(struct linear *l)
{
	struct linear_answer a;
	struct directory d;
	struct blocks m;
	uint32_t to = 1;

	directory_init(&d);
	blocks_init(&m);
	while (blocks_load(l, &m, to)) {
		const struct linear_page page = blocks_page(&m);
		const struct linear_prompt p = {
		    .title = N_("Bloquer l'accès à vos examens pour un médecin"),
		    .about = WORDS_BLOCKS_FIND,
		    .question = _("Votre choix :"),
		    .commands = blocks_commands,
		    .n_commands = ARRAY_LEN(blocks_commands),
		    .hidden = linear_page_hidden(&page),
		    .max = (unsigned)m.n_rows,
		    .numbers = N_("Annuler le blocage"),
		};

		blocks_say(l, &m);
		if (!linear_ask(l, &p, &a) || a.kind == LINEAR_BACK)
			break;
		to = m.page;
		if (a.kind == LINEAR_NUMBER)
			blocks_change(l, &m.rows[a.value - 1], m.emergency_overrides);
		else if (a.value == BLOCKS_FIND)
			blocks_find(l, &d, m.emergency_overrides);
		else
			to = linear_page_turn(l, &page, a.value);
		to = to > 0 ? to : m.page;
	}
	directory_release(&d);
	blocks_release(&m);
}
