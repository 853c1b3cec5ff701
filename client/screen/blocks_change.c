/* SPDX-License-Identifier: MIT */
/*
 * Blocking and unblocking. The question names the person and says what changes;
 * both halves follow, also when somebody has changed the same elsewhere.
 */
#include "client/screen/blocks.h"

#include <stdlib.h>

#include "client/app.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

static void
blocks_change_follow(struct screen_blocks *b, int64_t blocked_at_ms)
{
	directory_mark(&b->find.model, b->change.id, blocked_at_ms);
	blocks_list_refresh(b);
}

static void
blocks_change_failed(struct screen_blocks *b, int err, const Emage__Error *e)
{
	if (err == -EM_E_TOO_LARGE) {
		app_message(b->base.app, MESSAGE_ERROR, "%s",
		    _("Vous avez atteint le nombre maximal de blocages."));
		return;
	}
	/* cut off: the lists tell, once they come again */
	if (err == -EM_E_CLOSED)
		err = -EM_E_UNCERTAIN;
	app_message_error(b->base.app, err, e);
	if (err == -EM_E_NOT_FOUND || err == -EM_E_UNCERTAIN) {
		blocks_list_refresh(b);
		blocks_find_again(b);
	}
}

static void
blocks_change_added(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_blocks *b = screen_blocks(s);
	const Emage__BlockAddReply *r = (const Emage__BlockAddReply *)msg;

	(void)more;
	b->change.call = 0;
	if (err < 0) {
		blocks_change_failed(b, err, e);
		return;
	}
	blocks_change_follow(b, r->blocked_at_ms);
	if (r->was_blocked)
		app_message(s->app, MESSAGE_WARN, _("%s : déjà bloqué ailleurs, liste à jour."),
		    b->change.name);
	else
		app_message(
		    s->app, MESSAGE_INFO, _("%s : accès bloqué dès maintenant."), b->change.name);
}

static void
blocks_change_removed(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_blocks *b = screen_blocks(s);
	const Emage__BlockRemoveReply *r = (const Emage__BlockRemoveReply *)msg;

	(void)more;
	b->change.call = 0;
	if (err < 0) {
		blocks_change_failed(b, err, e);
		return;
	}
	blocks_change_follow(b, 0);
	if (r->was_blocked)
		app_message(s->app, MESSAGE_INFO, _("%s : blocage annulé."), b->change.name);
	else
		app_message(s->app, MESSAGE_WARN,
		    _("%s : blocage déjà annulé ailleurs, liste à jour."), b->change.name);
}

static void
blocks_change_confirmed(struct screen *s)
{
	struct screen_blocks *b = screen_blocks(s);
	Emage__BlockAddRequest add = EMAGE__BLOCK_ADD_REQUEST__INIT;
	Emage__BlockRemoveRequest remove = EMAGE__BLOCK_REMOVE_REQUEST__INIT;
	uint32_t *call = &b->change.call;

	if (b->change.block) {
		add.professional_id = b->change.id;
		*call = app_call(s, METHOD_block_add, &add.base, CALL_WAIT, blocks_change_added);
	} else {
		remove.professional_id = b->change.id;
		*call = app_call(
		    s, METHOD_block_remove, &remove.base, CALL_WAIT, blocks_change_removed);
	}
	if (*call == 0)
		app_message(
		    s->app, MESSAGE_WARN, "%s", _("Pas de connexion : rien n'a été changé."));
}

/* "Charlotte EXEMPLE (Médecin, Psychiatrie (SM), CHRU de Strasbourg)" */
static char *
blocks_change_person(const struct professional *p, const char *name)
{
	char *trade = professional_trade(p->profession, p->specialty);
	char *person = mem_printf("%s (%s%s%s)", name, trade,
	    trade[0] && p->establishments[0] ? ", " : "", p->establishments);

	free(trade);
	return person;
}

static char *
blocks_change_text(const struct screen_blocks *b, const char *person)
{
	const char *confirm = _("Pour plus de sécurité, vous devez confirmer votre choix.");
	const char *emergency;
	char *what, *text;

	if (!b->change.block) {
		what = mem_printf(_("%s pourra de nouveau consulter vos examens, dès "
				    "maintenant."),
		    person);
	} else {
		emergency =
		    b->list.model.emergency_overrides
			? _("Un accès en urgence restera possible malgré le blocage : vous en "
			    "recevrez l'avis et il paraîtra dans votre historique.")
			: _("Même en urgence, l'accès sera refusé.");
		what = mem_printf(_("%1$s ne pourra plus consulter vos examens, dès maintenant. "
				    "%2$s Vous pourrez annuler ce blocage à tout moment."),
		    person, emergency);
	}
	text = mem_printf("%s\n\n%s", what, confirm);
	free(what);
	return text;
}

void
screen_blocks_change(struct screen_blocks *b, const struct professional *p)
{
	char *person;

	if (app_waits(&b->base))
		return;
	if (!b->list.model.loaded) { /* what a block means is not known yet */
		blocks_list_ask(b, &b->list.asked);
		app_message(b->base.app, MESSAGE_WARN, "%s",
		    _("La liste des blocages n'est pas encore chargée : réessayez."));
		return;
	}
	free(b->change.name);
	b->change.id = p->id;
	b->change.name = professional_name(p->given_name, p->family_name);
	b->change.block = p->blocked_at_ms == 0;
	person = blocks_change_person(p, b->change.name);
	app_push(
	    b->base.app, screen_question_new(&b->base,
			     b->change.block ? N_("Bloquer un accès") : N_("Annuler le blocage"),
			     blocks_change_text(b, person), N_("Ne rien changer"),
			     b->change.block ? N_("Bloquer") : N_("Annuler le blocage"),
			     blocks_change_confirmed));
	free(person);
}
