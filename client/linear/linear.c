/* SPDX-License-Identifier: MIT */
/*
 * From the choice of the region to the end: what comes after what.
 */
#include "client/linear/linear.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/linear/talk.h"
#include "client/sections.h"
#include "client/tr.h"
#include "client/words.h"
#include "common/mem.h"
#include "common/secret.h"

/* ------------------------------------------------------------------ connection */

static void
linear_link_ready(void *arg, bool resumed)
{
	/* said by the loop, as the loss was */
	(void)arg;
	(void)resumed;
}

static void
linear_link_session_over(void *arg, int err)
{
	linear_session_over(arg, err);
}

static const struct link_hooks linear_link_hooks = {
    .ready = linear_link_ready,
    .session_over = linear_link_session_over,
};

/* -------------------------------------------------------------------- language */

bool
linear_language(struct linear *l)
{
	int i;

	for (i = 0; i < N_LANGS; i++)
		linear_say(l, "%d. %s", i + 1, lang_at((size_t)i)->name);
	i = linear_pick(
	    l, N_("langue"), _("Votre choix :"), N_LANGS, N_("choisit cette langue"), NULL);
	if (i < 1)
		return false;
	lang_set(lang_at((size_t)i - 1)->code);
	link_set_language(l->link, lang_now());
	return true;
}

/* -------------------------------------------------------------------- sections */

struct linear_section {
	enum action action; /* that opens it on the screens: client/sections.c */
	void (*run)(struct linear *l);
};

static const struct linear_section linear_sections[] = {
    {ACTION_SECTION_EXAMS, linear_exams},
    {ACTION_SECTION_HISTORY, linear_history},
    {ACTION_SECTION_BLOCKS, linear_blocks},
    {ACTION_SECTION_DESK, linear_desk},
    {ACTION_SECTION_DESK_NEW, linear_desk_new},
    {ACTION_SECTION_RECORD, linear_record},
    {ACTION_SECTION_RECORD_EXAMS, linear_record_exams},
    {ACTION_SECTION_SETTINGS, linear_settings},
    {ACTION_SECTION_OWN, linear_settings},
    {ACTION_SECTION_FAQ, linear_faq},
    {ACTION_SECTION_SUPPORT, linear_support},
};

static const struct linear_section *
linear_section_of(enum action a)
{
	for (size_t i = 0; i < ARRAY_LEN(linear_sections); i++)
		if (linear_sections[i].action == a)
			return &linear_sections[i];
	return NULL;
}

static void
linear_log_out(struct linear *l)
{
	if (!linear_confirm(l, N_("Déconnexion de votre espace personnel"),
		_("Pour des raisons de sécurité, il est indispensable de vous déconnecter de "
		  "votre espace. Voulez-vous vous déconnecter maintenant ?"),
		N_("Se déconnecter")))
		return;
	linear_send_logout(l);
	linear_say(l, "%s", _("Vous êtes déconnecté. À bientôt."));
	linear_session_over(l, 0);
}

/* The sections as the screens number them; those that are not there by lines are
 * left out. Returns the largest number. */
static unsigned
linear_say_sections(struct linear *l)
{
	const struct section *s;
	unsigned max = 0;

	for (size_t i = 0; (s = section_at(l->session.role, i)) != NULL; i++) {
		if (!linear_section_of(s->action) && s->open)
			continue;
		linear_say(l, "%s", _(s->label));
		max = s->open ? (unsigned)i + 1 : max;
	}
	return max;
}

static void
linear_space(struct linear *l)
{
	while (l->end == LINEAR_GO) {
		const struct section *s;
		const struct linear_section *run;
		char name[192];
		struct linear_answer a;

		session_name(&l->session, name, sizeof(name));
		linear_say(l, "%s", name);
		if (!linear_ask(l,
			&(struct linear_prompt){
			    .title = N_("3. Accès au portail"),
			    .leave = N_("Déconnexion"),
			    .question = _("Votre choix :"),
			    .max = linear_say_sections(l),
			    .numbers = N_("ouvre cette rubrique"),
			},
			&a))
			return;
		s = a.kind == LINEAR_NUMBER ? section_at(l->session.role, (size_t)a.value - 1)
					    : NULL;
		run = s ? linear_section_of(s->action) : NULL;
		if (run)
			run->run(l);
		else if (a.kind == LINEAR_BACK)
			linear_log_out(l);
	}
}

/* ---------------------------------------------------------------------- region */

static void
linear_open_region(struct linear *l, size_t i)
{
	session_set_region(&l->session, l->conf->regions[i].name);
	link_open(l->link, &l->conf->regions[i], lang_now());
	l->identifier[0] = '\0';
}

static void
linear_say_home(struct linear *l)
{
	linear_say(l, "%s", _("Vos images médicales accessibles facilement"));
	linear_say(l, "%s", _(WORDS_HOME));
	linear_say(l, "%s", _(WORDS_HOME_CHOICE));
	for (size_t i = 0; i < l->conf->n_regions; i++) {
		char sentence[256];

		snprintf(sentence, sizeof(sentence), _("J'ai réalisé mes examens d'imagerie en %s"),
		    l->conf->regions[i].name);
		linear_say(l, "%zu. %s", i + 1, sentence);
	}
}

/* False to leave. */
static bool
linear_region(struct linear *l)
{
	static const struct linear_command commands[] = {
	    {"l", N_("change de langue : français, Deutsch, English")},
	};
	struct linear_answer a;

	while (l->end == LINEAR_GO) {
		linear_say_home(l); /* again, in another language maybe */
		if (!linear_ask(l,
			&(struct linear_prompt){
			    .title = N_("Page d'accueil"),
			    .about = WORDS_HOME_PAGE,
			    .question = _("Votre choix :"),
			    .commands = commands,
			    .n_commands = ARRAY_LEN(commands),
			    .max = (unsigned)l->conf->n_regions,
			    .numbers = N_("choisit cette région"),
			},
			&a) ||
		    a.kind == LINEAR_BACK)
			return false;
		if (a.kind == LINEAR_NUMBER) {
			linear_open_region(l, a.value - 1);
			return true;
		}
		linear_language(l);
	}
	return false;
}

/* ------------------------------------------------------------------------ life */

/* One person, from the first question to the last. */
static void
linear_person(struct linear *l)
{
	bool asks_region = l->conf->n_regions > 1;

	l->end = LINEAR_GO;
	if (asks_region && !linear_region(l)) {
		l->end = LINEAR_LEAVE;
		return;
	}
	if (!asks_region)
		linear_open_region(l, 0);
	while (l->end == LINEAR_GO) {
		if (!linear_sign_in(l)) {
			if (!asks_region)
				l->end = LINEAR_LEAVE;
			return;
		}
		linear_space(l);
	}
}

int
linear_run(const struct options *o, const struct clientconf *conf)
{
	struct linear l = {.options = o, .conf = conf};

	l.lines = lines_open();
	session_init(&l.session);
	/* a machine of everybody's has its short limits by lines, too */
	l.link = link_new(&l.session,
	    o->kiosk ? EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK
		     : EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL,
	    &linear_link_hooks, &l);
	linear_say(&l, "e-mage · %s", _("Imagerie médicale partagée"));
	linear_say(&l, "%s",
	    _("Une question à la fois. Entrée termine la réponse, « ? » explique la question, "
	      "« q » ou « 0 » revient en arrière."));
	while (l.end != LINEAR_LEAVE)
		linear_person(&l);
	linear_send_logout(&l);
	link_free(&l.link);
	signin_clear(&l.signin);
	session_release(&l.session);
	lines_close(&l.lines);
	free(l.hints);
	secret_wipe(&l, sizeof(l));
	return 0;
}
