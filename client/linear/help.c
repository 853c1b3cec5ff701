/* SPDX-License-Identifier: MIT */
/*
 * Questions and answers, where to write, a forgotten password: what helps also
 * without signing in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/linear/talk.h"
#include "client/model/faq.h"
#include "client/tr.h"
#include "client/words.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"
#include "proto/account.pb-c.h"

#define HELP_SEARCH_MAX 60

/* ------------------------------------------------------------------- questions */

static int
help_take_faq(void *arg, const ProtobufCMessage *msg, bool more)
{
	return faq_take(arg, (const Emage__HelpFaqReply *)msg, more) ? 0 : -EM_E_PROTOCOL;
}

/* 0 or -EM_E_*. */
static int
help_load_faq(struct linear *l, struct faq *f)
{
	Emage__HelpFaqRequest r = EMAGE__HELP_FAQ_REQUEST__INIT;
	char language[4];
	int err;

	snprintf(language, sizeof(language), "%s", lang_now());
	r.language = language;
	do {
		faq_release(f);
		err = linear_call(l, METHOD_help_faq, &r.base, LINEAR_ONCE, help_take_faq, f);
	} while (err == -EM_E_CLOSED);
	return err;
}

static void
help_say_questions(struct linear *l, const struct faq *f)
{
	const char *section = "";

	for (size_t i = 0; i < f->n_found; i++) {
		const struct faq_entry *e = faq_found(f, i);

		if (strcmp(section, e->section) != 0)
			linear_say(l, "%s", e->section);
		section = e->section;
		linear_say(l, "%zu. %s", i + 1, e->question);
	}
}

static void
help_search(struct linear *l, struct faq *f)
{
	char words[HELP_SEARCH_MAX * 4 + 1];

	if (!linear_ask_text(l,
		N_("cherche parmi les questions ; accents et majuscules ne comptent pas"),
		_("Chercher :"), N_("toutes les questions"), HELP_SEARCH_MAX, words, sizeof(words)))
		return;
	faq_search(f, words);
	if (f->n_found > 0)
		return;
	linear_say(l, "%s", _("Aucune question ne contient ces mots : essayez-en d'autres."));
	faq_search(f, "");
}

void
linear_faq(struct linear *l)
{
	static const struct linear_command commands[] = {
	    {"c", N_("cherche parmi les questions ; accents et majuscules ne comptent pas")},
	    {"r", N_("relit les questions")},
	};
	struct faq f = {0};
	struct linear_answer a;
	int err = help_load_faq(l, &f);
	bool is_new = true;

	if (err < 0)
		linear_say_error(l, err);
	else
		faq_search(&f, "");
	while (err == 0) {
		const struct linear_prompt p = {
		    .title = N_("Foire aux questions"),
		    .about = WORDS_FAQ,
		    .question = _("Votre choix :"),
		    .commands = commands,
		    .n_commands = ARRAY_LEN(commands),
		    .max = (unsigned)f.n_found,
		    .numbers = N_("lit la réponse à cette question"),
		};

		if (is_new) {
			linear_say(l, "%s", _("Foire aux questions"));
			help_say_questions(l, &f);
		}
		if (!linear_ask(l, &p, &a) || a.kind == LINEAR_BACK)
			break;
		is_new = a.kind == LINEAR_COMMAND;
		if (a.kind == LINEAR_NUMBER) {
			linear_say(l, "%s", faq_found(&f, a.value - 1)->question);
			linear_say(l, "%s", faq_found(&f, a.value - 1)->answer);
		} else if (a.value == 0) {
			help_search(l, &f);
		}
	}
	faq_release(&f);
}

/* --------------------------------------------------------------------- support */

struct help_support {
	char *address, *phone, *page;
};

static char *
help_text(const char *s, bool keep_lines)
{
	size_t len = strlen(s);
	char *out = mem_new(3 * len + 1);

	text_sanitise(s, len, keep_lines, out);
	return out;
}

static int
help_take_support(void *arg, const ProtobufCMessage *msg, bool more)
{
	const Emage__HelpSupportReply *r = (const Emage__HelpSupportReply *)msg;
	struct help_support *u = arg;

	(void)more;
	*u = (struct help_support){
	    .address = help_text(r->address, false),
	    .phone = help_text(r->phone, false),
	    .page = help_text(r->text, true),
	};
	return 0;
}

void
linear_support(struct linear *l)
{
	static const char *const at_hand[] = {
	    N_("- votre identifiant de connexion, jamais votre mot de passe ni un code d'accès ;"),
	    N_("- la région, la date et l'heure de ce qui s'est passé ;"),
	    N_("- le message affiché en bas de l'écran, mot à mot ;"),
	    N_("- pour un examen : sa date et l'établissement qui l'a réalisé."),
	};
	Emage__HelpSupportRequest r = EMAGE__HELP_SUPPORT_REQUEST__INIT;
	struct help_support u = {0};
	char language[4];
	int err;

	snprintf(language, sizeof(language), "%s", lang_now());
	r.language = language;
	err = linear_call(l, METHOD_help_support, &r.base, LINEAR_AGAIN, help_take_support, &u);
	if (err < 0)
		linear_say_error(l, err);
	linear_say(l, "%s", _("Assistance et support"));
	linear_say(l, _("Support technique : %s"),
	    u.address && u.address[0] ? u.address : l->session.support_address);
	if (u.phone && u.phone[0])
		linear_say(l, _("Téléphone : %s"), u.phone);
	if (u.page)
		linear_say(l, "%s", u.page);
	linear_say(l, "%s", _("Ayez sous la main pour écrire :"));
	for (size_t i = 0; i < ARRAY_LEN(at_hand); i++)
		linear_say(l, "%s", _(at_hand[i]));
	free(u.address);
	free(u.phone);
	free(u.page);
}

/* -------------------------------------------------------------------- forgotten */

void
linear_forgot(struct linear *l)
{
	Emage__RecoveryStartRequest r = EMAGE__RECOVERY_START_REQUEST__INIT;
	char identifier[LINEAR_IDENTIFIER_MAX * 4 + 1];
	int err;

	linear_say(l, "%s", _("Mot de passe oublié"));
	linear_say(l, "%s",
	    _("Afin de pouvoir vous transmettre un nouveau mot de passe, merci de saisir votre "
	      "identifiant de connexion. Ce nouveau mot de passe est temporaire, il vous sera "
	      "demandé de le changer pour pouvoir accéder au portail."));
	linear_say(l, "%s",
	    _("Si vous avez égaré votre identifiant, l'établissement ayant recueilli votre "
	      "consentement peut vous rééditer un nouveau document contenant votre login."));
	linear_say(l, "%s", _(WORDS_FORGOT_FIRST));
	if (!linear_ask_text(l, N_("Mot de passe oublié"), _("Identifiant :"), N_("retour"),
		LINEAR_IDENTIFIER_MAX, identifier, sizeof(identifier)) ||
	    identifier[0] == '\0')
		return;
	r.identifier = identifier;
	err = linear_call(l, METHOD_recovery_start, &r.base, LINEAR_AGAIN, NULL, NULL);
	if (err < 0) {
		linear_say_error(l, err);
		return;
	}
	memcpy(l->identifier, identifier, sizeof(l->identifier));
	linear_say(l, "%s",
	    _("Si cet identifiant est celui d'un compte, un nouveau mot de passe vous a été envoyé "
	      "à l'adresse mail ou téléphone renseignés dans votre compte personnel."));
	linear_say(l, "%s",
	    _("Il est temporaire : valable 24 heures par e-mail, 10 minutes par SMS, et une seule "
	      "fois. Tant qu'il n'a pas servi, votre mot de passe actuel reste valable."));
}
