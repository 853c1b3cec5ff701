/* SPDX-License-Identifier: MIT */
/*
 * emage, the client of patients and staff: options, configuration, terminal,
 * then the app's loop until the person leaves.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "client/app.h"
#include "client/clientconf.h"
#include "client/confine.h"
#include "client/lang.h"
#include "client/linear/linear.h"
#include "client/options.h"
#include "client/tr.h"
#include "client/tty.h"
#include "common/log.h"
#include "common/secret.h"

#define MAIN_CANNOT_RUN 1
#define MAIN_BAD_CONFIG 78 /* EX_CONFIG */

/* What a person has typed must not end up in a core file, nor be read by another
 * process of the same user. */
static void
main_protect(void)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* From here on no program is run, but the one that prints for staff. A kiosk does not do without; a
 * person's own terminal does, where the kernel has no such filter. */
static int
main_confine(const struct options *o)
{
	if (confine_client(&(struct confine_wish){.may_spawn = o->staff}) == 0 || !o->kiosk)
		return 0;
	fprintf(stderr, "emage: %s\n",
	    _("ce noyau ne sait pas interdire les autres programmes (seccomp) : une borne en a "
	      "besoin. Utilisez un noyau qui le sait."));
	return MAIN_CANNOT_RUN;
}

static int
main_terminal_fault(enum tty_fault fault)
{
	const char *name = getenv("TERM");

	switch (fault) {
	case TTY_NO_TTY:
		fprintf(
		    stderr, "emage: %s\n", _("l'entrée et la sortie doivent être un terminal."));
		break;
	case TTY_DUMB:
		fprintf(stderr, "emage: %s\n",
		    _("ce terminal ne sait pas placer le curseur (TERM=dumb)."));
		break;
	default:
		fprintf(stderr, _("emage: terminal inconnu : TERM=%s"), name ? name : "");
		fprintf(stderr, "\n%s\n", _("Essayez : TERM=xterm emage"));
	}
	return MAIN_CANNOT_RUN;
}

/* A terminal that cannot place a cursor, or that nothing is known of, gets lines
 * without being asked; a kiosk needs its screen. */
static bool
main_wants_lines(const struct options *o, enum tty_fault fault)
{
	return (fault == TTY_DUMB || fault == TTY_UNKNOWN) && !o->kiosk;
}

static int
main_load(const struct options *o, struct clientconf *conf)
{
	char faults[2048];

	/* a server given by hand is all that a patient's client wants to know */
	if ((!o->server || o->staff) &&
	    clientconf_load(o->config, conf, faults, sizeof(faults)) < 0) {
		fprintf(stderr, "%s", faults);
		return MAIN_BAD_CONFIG;
	}
	if (o->server) {
		if (clientconf_from_server(o->server, o->ca, conf) == 0)
			return 0;
		fprintf(stderr, _("emage: « %s » n'est pas HÔTE:PORT"), o->server);
		fputc('\n', stderr);
		return MAIN_BAD_CONFIG;
	}
	if (conf->n_regions > 0)
		return 0;
	fprintf(stderr, _("emage: aucune région dans %s ; indiquez un serveur avec -s HÔTE:PORT"),
	    o->config ? o->config : CLIENTCONF_PATH);
	fputc('\n', stderr);
	return MAIN_BAD_CONFIG;
}

static int
main_run(const struct options *o, bool has_locale)
{
	struct clientconf conf = {0};
	enum tty_fault fault;
	struct app *app;
	int status;

	status = main_load(o, &conf);
	if (status != 0)
		goto out;
	if (o->linear) {
		status = linear_run(o, &conf);
		goto out;
	}
	fault = tty_check();
	if (main_wants_lines(o, fault)) {
		status = linear_run(o, &conf);
		goto out;
	}
	if (fault != TTY_OK) {
		status = main_terminal_fault(fault);
		goto out;
	}
	app = app_new(o, &conf);
	if (!app) {
		status = main_terminal_fault(TTY_UNKNOWN);
		goto out;
	}
	if (!has_locale)
		app_message(app, MESSAGE_WARN, "%s",
		    _("Les paramètres régionaux demandés manquent : caractères UTF-8 utilisés."));
	status = app_run(app);
	app_free(&app);
out:
	clientconf_release(&conf);
	return status;
}

int
main(int argc, char **argv)
{
	struct options o;
	bool has_locale;
	int end;

	main_protect();
	/* the screen is not a place for log lines */
	log_set(LOG_LEVEL_ERROR, false);
	has_locale = tty_locale();
	lang_start();
	lang_set(lang_from_environment());
	end = options_parse(argc, argv, &o);
	if (end != 0)
		return end - 1;
	if (o.language)
		lang_set(o.language);
	secret_setup();
	end = main_confine(&o);
	return end != 0 ? end : main_run(&o, has_locale);
}
