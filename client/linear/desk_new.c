/* SPDX-License-Identifier: MIT */
/*
 * Reception: recording a consent. For somebody new the traits come first (2 Nouveau
 * patient); then the text, how it was agreed to, the addresses, and the birth date
 * once more. What is refused is asked for again, the rest is kept.
 */
#include <stdio.h>
#include <string.h>

#include "client/lang.h"
#include "client/linear/talk.h"
#include "client/model/dates.h"
#include "client/model/faq.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

#define NEW_TITLE      N_("Recueil du consentement")
#define NEW_TEXT_MAX   254
#define NEW_TEXT_BYTES (NEW_TEXT_MAX * 4 + 1)

enum new_field {
	NEW_GIVEN,
	NEW_USED,
	NEW_BIRTH,
	NEW_BORN,
	NEW_IPP,
	NEW_EMAIL,
	NEW_MOBILE,
	N_NEW_FIELDS
};

/* As the protocol names them, and as they are asked for. */
static const struct {
	const char *field, *question;
	bool of_new; /* a trait: not of somebody who is known */
} new_fields[N_NEW_FIELDS] = {
    [NEW_GIVEN] = {"given_name", N_("Prénom :"), true},
    [NEW_USED] = {"used_name", N_("Nom d'usage :"), true},
    [NEW_BIRTH] = {"birth_name", N_("Nom de naissance :"), true},
    [NEW_BORN] = {"birth_date", N_("Né(e) le :"), true},
    [NEW_IPP] = {"ipp", N_("IPP :"), true},
    [NEW_EMAIL] = {"email", N_("Adresse mail :"), false},
    [NEW_MOBILE] = {"mobile", N_("Mobile :"), false},
};

struct new_consent {
	const struct desk_patient *known; /* NULL: a new patient */
	char text[N_NEW_FIELDS][NEW_TEXT_BYTES];
	uint32_t born;
	int civility, channel, language; /* from 1 */
	char *version, *read;		 /* the text, and what it is called */
	bool namesake;
	struct desk_letter letter; /* what is handed over at the end */
	Emage__LetterKind kind;
};

static const struct new_choice {
	const char *value, *text;
} new_civilities[] = {{"Madame", N_("Madame")}, {"Monsieur", N_("Monsieur")}, {"", "-"}},
  new_channels[] = {
      {"paper", N_("sur papier")}, {"spoken", N_("oral")}, {"remote", N_("à distance")}};

/* ------------------------------------------------------------------- asking */

/* From 1; 0 when the person goes back. */
static int
new_choose(struct linear *l, const char *question, const struct new_choice *all, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		linear_say(l, "%u. %s", i + 1, _(all[i].text));
	n = (unsigned)linear_pick(l, NEW_TITLE, question, n, N_("choisit cette ligne"), NULL);
	return (int)n > 0 ? (int)n : 0;
}

static bool
new_ask(struct linear *l, struct new_consent *c, enum new_field f)
{
	if (f == NEW_BORN)
		return linear_ask_date(l, NEW_TITLE, _(new_fields[f].question), &c->born);
	return linear_ask_text(l, NEW_TITLE, _(new_fields[f].question), N_("laisse vide"),
	    NEW_TEXT_MAX, c->text[f], NEW_TEXT_BYTES);
}

static bool
new_ask_all(struct linear *l, struct new_consent *c, bool traits)
{
	for (unsigned f = 0; f < N_NEW_FIELDS; f++)
		if (new_fields[f].of_new == traits && !new_ask(l, c, (enum new_field)f))
			return false;
	return true;
}

static int
new_take_text(void *arg, const ProtobufCMessage *msg, bool more)
{
	const Emage__ConsentTextReply *r = (const Emage__ConsentTextReply *)msg;
	struct new_consent *c = arg;

	(void)more;
	session_text_free(&c->version);
	session_text_free(&c->read);
	c->version = session_text(r->version);
	c->read = faq_paragraphs(r->text);
	return 0;
}

/* In the patient's language, which may not be that of the desk. False when it was not
 * agreed to. */
static bool
new_read(struct linear *l, struct new_consent *c)
{
	Emage__ConsentTextRequest r = EMAGE__CONSENT_TEXT_REQUEST__INIT;
	int err;

	for (int i = 0; i < N_LANGS; i++)
		linear_say(l, "%d. %s", i + 1, lang_at((size_t)i)->name);
	c->language = linear_pick(
	    l, NEW_TITLE, _("Langue du patient :"), N_LANGS, N_("choisit cette langue"), NULL);
	if (c->language < 1)
		return false;
	r.language = (char *)(uintptr_t)lang_at((size_t)c->language - 1)->code;
	err = linear_call(l, METHOD_consent_text, &r.base, LINEAR_AGAIN, new_take_text, c);
	if (err < 0) {
		linear_say_error(l, err);
		return false;
	}
	linear_say(l, _("Texte du consentement (version %s)"), c->version);
	linear_say(l, "%s", c->read);
	return linear_pick(l, NEW_TITLE, _("Votre choix :"), 1,
		   N_("Le patient a lu ou entendu ce texte et consent"),
		   N_("Ne rien changer")) == 1;
}

/* The date that is on the paper once more: a slip is seen. */
static bool
new_check_born(struct linear *l, const struct new_consent *c)
{
	uint32_t born = c->known ? c->known->row.birth_date : c->born, again = 0;

	linear_say(l, "%s",
	    _("Pour confirmer, retapez la date de naissance lue sur la pièce d'identité."));
	while (linear_ask_date(l, NEW_TITLE, _("Né(e) le :"), &again)) {
		if (again == born)
			return true;
		linear_say(
		    l, "%s", _("Ce n'est pas la même date de naissance : vérifiez l'identité."));
	}
	return false;
}

/* ------------------------------------------------------------------- sending */

static int
new_take(void *arg, const ProtobufCMessage *msg, bool more)
{
	const Emage__DeskConsentReply *r = (const Emage__DeskConsentReply *)msg;
	struct new_consent *c = arg;

	(void)more;
	desk_letter_take(&c->letter, r->letter);
	c->kind = r->reopened ? EMAGE__LETTER_KIND__LETTER_KIND_REOPENED
			      : EMAGE__LETTER_KIND__LETTER_KIND_FIRST;
	return 0;
}

static int
new_send(struct linear *l, struct new_consent *c)
{
	Emage__DeskConsentRequest r = EMAGE__DESK_CONSENT_REQUEST__INIT;

	if (c->known) {
		r.patient_id = c->known->row.id;
	} else {
		r.civility = (char *)(uintptr_t)new_civilities[c->civility - 1].value;
		if (c->civility < 3)
			r.sex = (char *)(uintptr_t)(c->civility == 1 ? "F" : "M");
		r.given_name = c->text[NEW_GIVEN];
		r.used_name = c->text[NEW_USED];
		r.birth_name = c->text[NEW_BIRTH];
		r.birth_date = c->born;
		r.ipp = c->text[NEW_IPP];
		r.namesake = c->namesake;
	}
	r.email = c->text[NEW_EMAIL];
	r.mobile = c->text[NEW_MOBILE];
	r.language = (char *)(uintptr_t)lang_at((size_t)c->language - 1)->code;
	r.text_version = c->version;
	r.channel = (char *)(uintptr_t)new_channels[c->channel - 1].value;
	return linear_call(l, METHOD_desk_consent, &r.base, LINEAR_ONCE, new_take, c);
}

/* What stands in the way, and whether it can be mended here: then it has been asked
 * for again. */
static bool
new_mend(struct linear *l, struct new_consent *c, int err)
{
	if (err == -EM_E_EXISTS && strcmp(l->field, "namesake") == 0) {
		linear_say(l, "%s",
		    _("Un patient de ce nom et de cette date de naissance existe déjà. "
		      "Recherchez-le d'abord ; n'enregistrez un nouveau patient que s'il s'agit "
		      "d'une autre personne."));
		c->namesake =
		    linear_pick(l, N_("Même nom, même date de naissance"), _("Votre choix :"), 1,
			N_("C'est une autre personne"), N_("Revenir")) == 1;
		return c->namesake;
	}
	if ((err != -EM_E_INVALID && err != -EM_E_EXISTS) || desk_field_text(l->field)[0] == '\0') {
		linear_say_error(l, err);
		return false;
	}
	linear_say(l, "%s", desk_field_text(l->field));
	for (unsigned f = 0; f < N_NEW_FIELDS; f++)
		if (strcmp(new_fields[f].field, l->field) == 0)
			return new_ask(l, c, (enum new_field)f);
	return strcmp(l->field, "text_version") == 0 && new_read(l, c);
}

static bool
new_prepare(struct linear *l, struct new_consent *c)
{
	if (!c->known) {
		c->civility = new_choose(l, _("Civilité :"), new_civilities, 3);
		if (c->civility == 0 || !new_ask_all(l, c, true))
			return false;
	}
	if (!new_read(l, c))
		return false;
	c->channel = new_choose(l, _("Recueilli :"), new_channels, 3);
	return c->channel != 0 && new_ask_all(l, c, false) && new_check_born(l, c);
}

void
linear_desk_consent(struct linear *l, const struct desk_patient *known)
{
	struct new_consent c = {.known = known};
	int err = -EM_E_CANCELLED;

	linear_say(l, "%s", known ? _(NEW_TITLE) : _("Nouveau patient"));
	if (new_prepare(l, &c)) {
		do
			err = new_send(l, &c);
		while (err < 0 && new_mend(l, &c, err));
	}
	if (err == 0)
		linear_letter(l, &c.letter, c.kind);
	desk_letter_release(&c.letter);
	session_text_free(&c.version);
	session_text_free(&c.read);
}

void
linear_desk_new(struct linear *l)
{
	linear_say(l, "%s",
	    _("Recherchez d'abord le patient. Les traits sont ceux de la pièce d'identité."));
	linear_desk_consent(l, NULL);
}
