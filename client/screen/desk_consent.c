/* SPDX-License-Identifier: MIT */
/*
 * Reception: recording a consent. For somebody new the traits come first (2
 * Nouveau patient); then the text, how it was agreed to, the addresses, and the
 * birth date once more. The letter follows.
 */
#include "client/screen/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/lang.h"
#include "client/model/dates.h"
#include "client/model/faq.h"
#include "client/model/session.h"
#include "client/screen/sheet.h"
#include "client/screen/text.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

#define NAME_MAX_CHARS	  100
#define ADDRESS_MAX_CHARS 254
#define NUMBER_MAX_CHARS  64

enum desk_consent_item {
	CONSENT_CIVILITY,
	CONSENT_GIVEN,
	CONSENT_USED,
	CONSENT_BIRTH,
	CONSENT_BORN,
	CONSENT_IPP,
	CONSENT_LANGUAGE,
	CONSENT_READ,
	CONSENT_AGREED,
	CONSENT_CHANNEL,
	CONSENT_EMAIL,
	CONSENT_MOBILE,
	CONSENT_CHECK,
	CONSENT_CONTINUE,
	CONSENT_BACK,
};

enum desk_consent_stage { STAGE_TRAITS, STAGE_CONSENT };

static const struct desk_value {
	const char *value, *text;
} consent_civilities[] = {{"Madame", N_("Madame")}, {"Monsieur", N_("Monsieur")}, {"", "-"}},
  consent_channels[] = {
      {"paper", N_("sur papier")}, {"spoken", N_("oral")}, {"remote", N_("à distance")}};

struct screen_desk_consent {
	struct sheet sheet;
	enum desk_consent_stage stage;
	struct desk_row known; /* id 0: a new patient */
	char *name;	       /* of who is known */
	struct choice civility, language, channel;
	bool agreed;
	char *version, *text; /* NULL until the server has told */
	size_t text_language;
	bool read, missing, namesake;
};

static struct screen_desk_consent *
screen_desk_consent(void *s)
{
	return s;
}

static void
desk_consent_drop_text(struct screen_desk_consent *c)
{
	session_text_free(&c->version);
	free(c->text);
	c->text = NULL;
	c->read = c->agreed = false;
}

static void
desk_consent_release(struct sheet *s)
{
	struct screen_desk_consent *c = screen_desk_consent(s);

	desk_consent_drop_text(c);
	session_text_free(&c->name);
}

/* --------------------------------------------------------------------- text */

static void
desk_consent_got_text(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__ConsentTextReply *r = (const Emage__ConsentTextReply *)msg;
	struct screen_desk_consent *c = screen_desk_consent(s);

	(void)more;
	if (err == -EM_E_CLOSED) {
		c->missing = true;
	} else if (err < 0) {
		app_message_error(s->app, err, e);
	} else {
		desk_consent_drop_text(c);
		c->version = session_text(r->version);
		c->text = faq_paragraphs(r->text);
	}
}

/* In the patient's language, which may not be that of the desk. */
static void
desk_consent_load(struct screen_desk_consent *c)
{
	Emage__ConsentTextRequest r = EMAGE__CONSENT_TEXT_REQUEST__INIT;

	desk_consent_drop_text(c);
	c->text_language = c->language.chosen;
	r.language = (char *)(uintptr_t)lang_at(c->language.chosen)->code;
	c->missing = app_call(&c->sheet.base, METHOD_consent_text, &r.base, CALL_WAIT,
			 desk_consent_got_text) == 0;
}

static void
desk_consent_resumed(struct screen *s)
{
	if (screen_desk_consent(s)->missing)
		desk_consent_load(screen_desk_consent(s));
}

static void
desk_consent_read(struct screen_desk_consent *c)
{
	struct app *app = c->sheet.base.app;
	char *heading;

	if (c->text == NULL)
		return;
	heading = mem_printf(_("Texte du consentement (version %s)"), c->version);
	c->read = true;
	sheet_focus(&c->sheet, CONSENT_AGREED);
	app_push(app,
	    screen_text_new(app,
		&(struct text_page){.name = "consent-text", .heading = heading, .text = c->text}));
	free(heading);
}

/* -------------------------------------------------------------------- stages */

static void
desk_consent_enter(struct screen_desk_consent *c, enum desk_consent_stage stage)
{
	struct sheet *s = &c->sheet;

	c->stage = stage;
	for (size_t i = CONSENT_CIVILITY; i <= CONSENT_IPP; i++)
		sheet_hide(s, i, stage != STAGE_TRAITS);
	for (size_t i = CONSENT_LANGUAGE; i <= CONSENT_CHECK; i++)
		sheet_hide(s, i, stage != STAGE_CONSENT);
	s->items[CONSENT_CONTINUE].label =
	    stage == STAGE_TRAITS ? N_("CONTINUER") : N_("Enregistrer le consentement");
	sheet_focus(s, stage == STAGE_TRAITS ? CONSENT_CIVILITY : CONSENT_LANGUAGE);
	s->top = 0;
}

static bool
desk_consent_date(struct screen_desk_consent *c, size_t item, uint32_t *date_r)
{
	if (dates_parse(sheet_value(&c->sheet, item), date_r) && *date_r != 0)
		return true;
	sheet_mend(&c->sheet, item, desk_field_text("birth_date"));
	return false;
}

static void
desk_consent_submit_traits(struct screen_desk_consent *c)
{
	struct sheet *s = &c->sheet;
	uint32_t born;

	if (field_is_empty(s->items[CONSENT_GIVEN].field))
		sheet_mend(s, CONSENT_GIVEN, desk_field_text("given_name"));
	else if (field_is_empty(s->items[CONSENT_USED].field) &&
		 field_is_empty(s->items[CONSENT_BIRTH].field))
		sheet_mend(s, CONSENT_USED, desk_field_text("used_name"));
	else if (desk_consent_date(c, CONSENT_BORN, &born))
		desk_consent_enter(c, STAGE_CONSENT);
}

/* ------------------------------------------------------------------- sending */

static void desk_consent_send(struct screen_desk_consent *c);

static void
desk_consent_other_person(struct screen *s)
{
	screen_desk_consent(s)->namesake = true;
	desk_consent_send(screen_desk_consent(s));
}

/* The stage and the item where the refused field is. */
static void
desk_consent_mend(struct screen_desk_consent *c, const char *field)
{
	static const struct {
		const char *field;
		enum desk_consent_item item;
	} places[] = {{"given_name", CONSENT_GIVEN}, {"used_name", CONSENT_USED},
	    {"birth_name", CONSENT_BIRTH}, {"birth_date", CONSENT_BORN}, {"ipp", CONSENT_IPP},
	    {"email", CONSENT_EMAIL}, {"mobile", CONSENT_MOBILE}};

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		if (strcmp(places[i].field, field) != 0)
			continue;
		desk_consent_enter(c, places[i].item <= CONSENT_IPP ? STAGE_TRAITS : STAGE_CONSENT);
		sheet_mend(&c->sheet, places[i].item, desk_field_text(field));
		return;
	}
	app_message(c->sheet.base.app, MESSAGE_ERROR, "%s",
	    desk_field_text(field)[0] ? desk_field_text(field)
				      : _("Le consentement n'a pas été accepté : vérifiez."));
	if (strcmp(field, "text_version") == 0)
		desk_consent_load(c);
}

static void
desk_consent_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_desk_consent *c = screen_desk_consent(s);
	struct app *app = s->app;

	(void)more;
	if (err == -EM_E_CLOSED)
		return;
	if (err == -EM_E_EXISTS && e != NULL && strcmp(e->field, "namesake") == 0) {
		app_push(app,
		    screen_question_new(s, N_("Même nom, même date de naissance"),
			mem_strdup(_("Un patient de ce nom et de cette date de naissance existe "
				     "déjà. Recherchez-le d'abord ; n'enregistrez un nouveau "
				     "patient que s'il s'agit d'une autre personne.")),
			N_("Revenir"), N_("C'est une autre personne"), desk_consent_other_person));
	} else if ((err == -EM_E_EXISTS || err == -EM_E_INVALID) && e != NULL) {
		desk_consent_mend(c, e->field);
	} else if (err < 0) {
		app_message_error(app, err, e);
	} else {
		const Emage__DeskConsentReply *r = (const Emage__DeskConsentReply *)msg;
		struct screen *letter = screen_desk_letter_new(app, r->letter,
		    r->reopened ? EMAGE__LETTER_KIND__LETTER_KIND_REOPENED
				: EMAGE__LETTER_KIND__LETTER_KIND_FIRST);
		bool fresh = c->known.id == 0;
		uint64_t id = r->letter->patient_id;

		app_pop(app, s);
		if (fresh)
			app_push(app, screen_desk_patient_new(app, id));
		app_push(app, letter);
	}
}

static void
desk_consent_send(struct screen_desk_consent *c)
{
	Emage__DeskConsentRequest r = EMAGE__DESK_CONSENT_REQUEST__INIT;
	struct sheet *s = &c->sheet;

	r.patient_id = c->known.id;
	if (c->known.id == 0) {
		r.civility = (char *)(uintptr_t)consent_civilities[c->civility.chosen].value;
		r.given_name = sheet_value(s, CONSENT_GIVEN);
		r.used_name = sheet_value(s, CONSENT_USED);
		r.birth_name = sheet_value(s, CONSENT_BIRTH);
		r.ipp = sheet_value(s, CONSENT_IPP);
		(void)dates_parse(sheet_value(s, CONSENT_BORN), &r.birth_date);
		if (c->civility.chosen < 2)
			r.sex = (char *)(uintptr_t)(c->civility.chosen == 0 ? "F" : "M");
	}
	r.email = sheet_value(s, CONSENT_EMAIL);
	r.mobile = sheet_value(s, CONSENT_MOBILE);
	r.language = (char *)(uintptr_t)lang_at(c->language.chosen)->code;
	r.text_version = c->version;
	r.channel = (char *)(uintptr_t)consent_channels[c->channel.chosen].value;
	r.namesake = c->namesake;
	app_call(&s->base, METHOD_desk_consent, &r.base, CALL_WAIT, desk_consent_done);
}

static void
desk_consent_submit(struct screen_desk_consent *c)
{
	struct sheet *s = &c->sheet;
	uint32_t again, born = c->known.birth_date;

	if (c->version == NULL)
		return; /* the text is on its way */
	if (!c->read) {
		sheet_mend(s, CONSENT_READ, _("Faites d'abord lire le texte au patient."));
		return;
	}
	if (!c->agreed) {
		sheet_mend(s, CONSENT_AGREED, _("Cochez la case quand le patient a consenti."));
		return;
	}
	if (c->known.id == 0 && !dates_parse(sheet_value(s, CONSENT_BORN), &born))
		return;
	if (c->known.account == EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_NONE &&
	    field_is_empty(s->items[CONSENT_EMAIL].field) &&
	    field_is_empty(s->items[CONSENT_MOBILE].field)) {
		sheet_mend(s, CONSENT_EMAIL, desk_field_text("email"));
		return;
	}
	if (!desk_consent_date(c, CONSENT_CHECK, &again))
		return;
	if (again != born) {
		sheet_mend(s, CONSENT_CHECK,
		    _("Ce n'est pas la même date de naissance : vérifiez l'identité."));
		return;
	}
	c->namesake = false;
	desk_consent_send(c);
}

/* -------------------------------------------------------------------- sheet */

static void
desk_consent_traits_lines(struct sheet_flow *f)
{
	sheet_text(f, STYLE_TITLE, "%s", _("Nouveau patient"));
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("Recherchez d'abord le patient. Les traits sont ceux de la pièce d'identité."));
	sheet_gap(f);
	sheet_field(f, _("Civilité :"), CONSENT_CIVILITY);
	sheet_field(f, _("Prénom :"), CONSENT_GIVEN);
	sheet_field(f, _("Nom d'usage :"), CONSENT_USED);
	sheet_field(f, _("Nom de naissance :"), CONSENT_BIRTH);
	sheet_field(f, _("Né(e) le :"), CONSENT_BORN);
	sheet_field(f, _("IPP :"), CONSENT_IPP);
}

static void
desk_consent_consent_lines(struct screen_desk_consent *c, struct sheet_flow *f)
{
	struct sheet *s = &c->sheet;
	char version[DESK_TEXT_LEN];

	if (c->known.id != 0)
		sheet_text(f, STYLE_TITLE, _("%1$s : %2$s"), _("Recueil du consentement"), c->name);
	else
		sheet_text(f, STYLE_TITLE, _("%1$s : %2$s %3$s"), _("Recueil du consentement"),
		    sheet_value(s, CONSENT_GIVEN),
		    sheet_value(s, CONSENT_USED)[0] ? sheet_value(s, CONSENT_USED)
						    : sheet_value(s, CONSENT_BIRTH));
	sheet_gap(f);
	snprintf(version, sizeof(version), "%s",
	    c->version == NULL ? _("Chargement…")
	    : c->read	       ? _("lu")
			       : _("à faire lire"));
	sheet_field(f, _("Langue du patient :"), CONSENT_LANGUAGE);
	sheet_row(f, _("Texte du consentement :"), version, CONSENT_READ);
	sheet_check(f, CONSENT_AGREED);
	sheet_field(f, _("Recueilli :"), CONSENT_CHANNEL);
	sheet_field(f, _("Adresse mail :"), CONSENT_EMAIL);
	sheet_field(f, _("Mobile :"), CONSENT_MOBILE);
	if (c->known.account == EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_WITHDRAWN)
		sheet_text(f, STYLE_PLAIN, "%s",
		    _("Sans adresse ni mobile ici, ceux d'avant sont repris. L'ancien mot de "
		      "passe ne sert plus."));
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("Pour confirmer, retapez la date de naissance lue sur la pièce d'identité."));
	sheet_field(f, _("Né(e) le :"), CONSENT_CHECK);
}

static void
desk_consent_lines(struct sheet *s, struct sheet_flow *f)
{
	struct screen_desk_consent *c = screen_desk_consent(s);

	if (c->stage == STAGE_TRAITS)
		desk_consent_traits_lines(f);
	else
		desk_consent_consent_lines(c, f);
	sheet_gap(f);
	sheet_buttons(f, CONSENT_CONTINUE, 2);
}

static void
desk_consent_back(struct sheet *s)
{
	struct screen_desk_consent *c = screen_desk_consent(s);

	if (c->stage == STAGE_CONSENT && c->known.id == 0)
		desk_consent_enter(c, STAGE_TRAITS);
	else
		app_pop(s->base.app, &s->base);
}

static void
desk_consent_pressed(struct sheet *s, size_t item)
{
	struct screen_desk_consent *c = screen_desk_consent(s);

	if (item == CONSENT_BACK)
		desk_consent_back(s);
	else if (item == CONSENT_READ)
		desk_consent_read(c);
	else if (item != CONSENT_CONTINUE) /* Enter in a field goes on */
		form_act(&s->form, ACTION_NEXT);
	else if (app_waits(&s->base))
		return;
	else if (c->stage == STAGE_TRAITS)
		desk_consent_submit_traits(c);
	else
		desk_consent_submit(c);
}

static void
desk_consent_changed(struct sheet *s, size_t item)
{
	struct screen_desk_consent *c = screen_desk_consent(s);

	if (item == CONSENT_LANGUAGE && c->language.chosen != c->text_language)
		desk_consent_load(c);
	if (item == CONSENT_AGREED && c->agreed && !c->read) {
		c->agreed = false;
		sheet_mend(s, CONSENT_READ, _("Faites d'abord lire le texte au patient."));
	}
}

static const struct sheet_ops desk_consent_sheet = {
    .lines = desk_consent_lines,
    .pressed = desk_consent_pressed,
    .changed = desk_consent_changed,
    .back = desk_consent_back,
    .release = desk_consent_release,
};

#define DESK_CONSENT_OPS(screen_name, screen_title, its_section)                                   \
	{                                                                                          \
		.name = screen_name, .title = screen_title,                                        \
		.about = N_("Faites lire le texte dans la langue du patient, cochez quand il "     \
			    "consent, saisissez ses adresses, puis retapez sa date de "            \
			    "naissance. Le document à remettre est affiché ensuite."),             \
		.contexts = CTX_SHEET | CTX_FORM | CTX_SPACE, .section = its_section,              \
		.free = sheet_free, .draw = sheet_draw, .event = sheet_event, .act = sheet_act,    \
		.wants_text = sheet_wants_text, .resumed = desk_consent_resumed,                   \
	}

static const struct screen_ops desk_consent_known_ops =
    DESK_CONSENT_OPS("desk-consent", N_("Recueil du consentement"), ACTION_SECTION_DESK);
static const struct screen_ops desk_consent_new_ops =
    DESK_CONSENT_OPS("desk-new", N_("Nouveau patient"), ACTION_SECTION_DESK_NEW);

static const char *
desk_consent_civility_text(void *arg, size_t i)
{
	(void)arg;
	return _(consent_civilities[i].text);
}

static const char *
desk_consent_channel_text(void *arg, size_t i)
{
	(void)arg;
	return _(consent_channels[i].text);
}

static const char *
desk_consent_language_text(void *arg, size_t i)
{
	(void)arg;
	return lang_at(i)->name;
}

static struct screen_desk_consent *
desk_consent_begin(struct app *app, const struct screen_ops *ops)
{
	struct screen_desk_consent *c = mem_new(sizeof(*c));
	struct sheet *s = &c->sheet;

	sheet_init(s, app, ops, &desk_consent_sheet);
	c->civility = (struct choice){.text = desk_consent_civility_text, .n = 3};
	c->channel = (struct choice){.text = desk_consent_channel_text, .n = 3};
	c->language = (struct choice){.text = desk_consent_language_text, .n = N_LANGS};
	sheet_add_choice(s, CONSENT_CIVILITY, &c->civility);
	sheet_add_field(s, CONSENT_GIVEN, FIELD_TEXT, NAME_MAX_CHARS);
	sheet_add_field(s, CONSENT_USED, FIELD_TEXT, NAME_MAX_CHARS);
	sheet_add_field(s, CONSENT_BIRTH, FIELD_TEXT, NAME_MAX_CHARS);
	sheet_add_field(s, CONSENT_BORN, FIELD_DATE, 10);
	sheet_add_field(s, CONSENT_IPP, FIELD_TEXT, NUMBER_MAX_CHARS);
	sheet_add_choice(s, CONSENT_LANGUAGE, &c->language);
	sheet_add_button(s, CONSENT_READ, N_("Faire lire le texte"));
	sheet_add_check(
	    s, CONSENT_AGREED, N_("Le patient a lu ou entendu ce texte et consent"), &c->agreed);
	sheet_add_choice(s, CONSENT_CHANNEL, &c->channel);
	sheet_add_field(s, CONSENT_EMAIL, FIELD_TEXT, ADDRESS_MAX_CHARS);
	sheet_add_field(s, CONSENT_MOBILE, FIELD_TEXT, 24);
	sheet_add_field(s, CONSENT_CHECK, FIELD_DATE, 10);
	sheet_add_button(s, CONSENT_CONTINUE, N_("CONTINUER"));
	sheet_add_button(s, CONSENT_BACK, N_("Annuler"));
	desk_consent_load(c);
	return c;
}

struct screen *
screen_desk_consent_new(struct app *app, const struct desk_patient *p)
{
	struct screen_desk_consent *c = desk_consent_begin(app, &desk_consent_known_ops);

	c->known = (struct desk_row){
	    .id = p->row.id, .birth_date = p->row.birth_date, .account = p->row.account};
	c->name = desk_name(&p->row);
	desk_consent_enter(c, STAGE_CONSENT);
	return &c->sheet.base;
}

struct screen *
screen_desk_register_new(struct app *app)
{
	struct screen_desk_consent *c = desk_consent_begin(app, &desk_consent_new_ops);

	desk_consent_enter(c, STAGE_TRAITS);
	return &c->sheet.base;
}
