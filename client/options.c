/* SPDX-License-Identifier: MIT */
/*
 * Command line: one table feeds getopt and the help.
 */
#include "client/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "client/lang.h"
#include "client/picture/probe.h"
#include "client/theme.h"
#include "client/tr.h"
#include "common/mem.h"

enum options_id {
	OPTION_SERVER = 's',
	OPTION_CA = 256,
	OPTION_CONFIG,
	OPTION_LINEAR,
	OPTION_KIOSK,
	OPTION_STAFF,
	OPTION_LANG,
	OPTION_GRAPHICS,
	OPTION_THEME,
	OPTION_NO_MOUSE,
	OPTION_HELP,
	OPTION_VERSION,
};

struct options_row {
	int id;
	const char *name;
	const char *argument; /* NULL: none */
	const char *help;
};

static const struct options_row options_table[] = {
    {OPTION_SERVER, "server", "HOST:PORT", N_("serveur, au lieu des régions configurées")},
    {OPTION_CA, "ca", "FILE", N_("certificats auxquels se fier (PEM), et à aucun autre")},
    {OPTION_CONFIG, "config", "FILE", N_("fichier de configuration")},
    {OPTION_LINEAR, "linear", NULL,
	N_("une question à la fois, ligne par ligne : plage braille, voix, terminal simple")},
    {OPTION_KIOSK, "kiosk", NULL, N_("borne partagée : délais courts, souris, pas de sortie")},
    {OPTION_STAFF, "staff", NULL, N_("accès du personnel, d'ordinaire par SSH")},
    {OPTION_LANG, "lang", "fr|de|en", N_("langue")},
    {OPTION_GRAPHICS, "graphics", "WAY",
	N_("images : auto, kitty, sixel, iterm, half, shade, plain, none")},
    {OPTION_THEME, "theme", "NAME", N_("couleurs : clair, sombre, contraste, mono")},
    {OPTION_NO_MOUSE, "no-mouse", NULL, N_("laisse la souris au terminal")},
    {OPTION_HELP, "help", NULL, N_("affiche cette aide")},
    {OPTION_VERSION, "version", NULL, N_("affiche la version")},
};

static void
options_help(void)
{
	printf("%s\n\n", _("Utilisation : emage [options]"));
	for (size_t i = 0; i < ARRAY_LEN(options_table); i++) {
		const struct options_row *row = &options_table[i];
		char left[64];

		snprintf(left, sizeof(left), "%s--%s%s%s", row->id < 256 ? "-s, " : "    ",
		    row->name, row->argument ? " " : "", row->argument ? row->argument : "");
		printf("  %-26s  %s\n", left, _(row->help));
	}
}

static int
options_mistake(const char *what, const char *value)
{
	fprintf(stderr, "emage: %s : %s\n", what, value);
	fprintf(stderr, "%s\n", _("Essayez « emage --help »."));
	return 2 + 1;
}

static int
options_check(const struct options *o)
{
	enum probe_wish wish;
	enum theme theme;

	if (o->language && !lang_is_known(o->language))
		return options_mistake(_("langue inconnue"), o->language);
	if (o->theme && !theme_by_name(o->theme, &theme))
		return options_mistake(_("thème inconnu"), o->theme);
	if (o->kiosk && o->staff)
		return options_mistake(_("options qui s'excluent"), "--kiosk --staff");
	if (o->graphics && !probe_wish_by_name(o->graphics, &wish))
		return options_mistake(_("façon de montrer les images inconnue"), o->graphics);
	return 0;
}

static int
options_take(struct options *o, int id)
{
	switch (id) {
	case OPTION_SERVER:
		o->server = optarg;
		return 0;
	case OPTION_CA:
		o->ca = optarg;
		return 0;
	case OPTION_CONFIG:
		o->config = optarg;
		return 0;
	case OPTION_LINEAR:
		o->linear = true;
		return 0;
	case OPTION_KIOSK:
		o->kiosk = true;
		return 0;
	case OPTION_STAFF:
		o->staff = true;
		return 0;
	case OPTION_LANG:
		o->language = optarg;
		return 0;
	case OPTION_GRAPHICS:
		o->graphics = optarg;
		return 0;
	case OPTION_THEME:
		o->theme = optarg;
		return 0;
	case OPTION_NO_MOUSE:
		o->no_mouse = true;
		return 0;
	case OPTION_HELP:
		options_help();
		return 1;
	case OPTION_VERSION:
		printf("emage %s\n", EMAGE_VERSION);
		return 1;
	default:
		fprintf(stderr, "%s\n", _("Essayez « emage --help »."));
		return 2 + 1;
	}
}

int
options_parse(int argc, char **argv, struct options *o_r)
{
	struct option longs[ARRAY_LEN(options_table) + 1] = {0};
	int id;

	*o_r = (struct options){0};
	for (size_t i = 0; i < ARRAY_LEN(options_table); i++) {
		longs[i].name = options_table[i].name;
		longs[i].has_arg = options_table[i].argument ? required_argument : no_argument;
		longs[i].val = options_table[i].id;
	}
	while ((id = getopt_long(argc, argv, "s:", longs, NULL)) != -1) {
		int end = options_take(o_r, id);

		if (end != 0)
			return end;
	}
	if (optind < argc)
		return options_mistake(_("argument en trop"), argv[optind]);
	return options_check(o_r);
}
