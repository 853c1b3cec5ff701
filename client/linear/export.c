/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: everything the person can see as one archive on this machine;
 * how far it is, a line for each tenth.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/lang.h"
#include "client/linear/talk.h"
#include "client/model/export.h"
#include "client/tr.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"

#define EXPORT_TITLE	N_("Exporter mes données")
#define EXPORT_PATH_MAX 500
#define EXPORT_STEP	10 /* percent between two lines */

struct export
{
	struct linear *l;
	struct export_file file;
	unsigned said; /* percent */
	int error;     /* errno of the file */
};

/* -------------------------------------------------------------------- progress */

static void
export_say_progress(struct export *x)
{
	unsigned percent = export_percent(&x->file);
	char received[EXPORT_SIZE_LEN], total[EXPORT_SIZE_LEN];

	if (percent < x->said + EXPORT_STEP)
		return;
	x->said = percent - percent % EXPORT_STEP;
	export_size_text(lang_now(), x->file.received_bytes, received);
	export_size_text(lang_now(), x->file.total_bytes, total);
	linear_say(x->l, _("%1$u %% : %2$s sur %3$s"), percent, received, total);
}

static int
export_take_part(void *arg, const ProtobufCMessage *msg, bool more)
{
	struct export *x = arg;

	x->error = export_take(&x->file, (const Emage__ExportGetReply *)msg);
	if (x->error == 0 && !more)
		x->error = export_finish(&x->file);
	if (x->error != 0)
		return -EM_E_CANCELLED;
	export_say_progress(x);
	return 0;
}

static void
export_receive(struct export *x)
{
	Emage__ExportGetRequest r = EMAGE__EXPORT_GET_REQUEST__INIT;
	int err;

	linear_say(x->l, "%s", _("Préparation de l'archive, Ctrl-C annule."));
	err = linear_call(x->l, METHOD_export_get, &r.base, LINEAR_ONCE, export_take_part, x);
	if (x->l->end != LINEAR_GO)
		return;
	if (x->error != 0)
		linear_say(x->l, "%s", export_error_text(x->error));
	else if (err == 0)
		linear_say(x->l, _("Vos données sont dans %.300s"), x->file.path);
	else if (err == -EM_E_CANCELLED)
		linear_say(x->l, "%s", _("Annulé : rien n'a été gardé."));
	else if (err == -EM_E_CLOSED)
		linear_say(
		    x->l, "%s", _("La connexion a été coupée : rien n'a été gardé, recommencez."));
	else
		linear_say_error(x->l, err);
}

/* ------------------------------------------------------------------------ file */

/* The file is open; false to ask for another one. */
static bool
export_ready(struct export *x, const char *path)
{
	int error = export_open(&x->file, path, false);
	char *question;
	bool replaces;

	if (error == EEXIST) {
		question = mem_printf(_("Le fichier %.200s existe déjà. Le remplacer ?"), path);
		replaces = linear_pick(
			       x->l, EXPORT_TITLE, question, 1, N_("Remplacer"), N_("Garder")) == 1;
		free(question);
		if (!replaces)
			return false;
		error = export_open(&x->file, path, true);
	}
	if (error != 0)
		linear_say(x->l, "%s", export_error_text(error));
	return error == 0;
}

static void
export_ask(struct linear *l)
{
	struct export x = {.l = l, .file = {.fd = -1}};
	char usual[EXPORT_PATH_LEN], path[EXPORT_PATH_MAX * 4 + 1];

	export_default_path(clock_now_ms(), usual);
	do {
		linear_say(l, _("%1$s : %2$s"), _("Entrée"), usual);
		if (!linear_ask_text(l, EXPORT_TITLE, _("Fichier :"), N_("ce nom de fichier"),
			EXPORT_PATH_MAX, path, sizeof(path)))
			return;
		if (path[0] == '\0')
			snprintf(path, sizeof(path), "%s", usual);
	} while (!export_ready(&x, path));
	export_receive(&x);
	export_abort(&x.file);
}

void
linear_export(struct linear *l)
{
	linear_say(l, "%s", _(EXPORT_TITLE));
	linear_say(l, "%s",
	    _("Une archive avec tout ce que vous pouvez voir : vos informations, vos comptes "
	      "rendus, l'historique des accès, les blocages, et les images d'origine au format "
	      "DICOM, que tout professionnel de santé peut lire."));
	if (l->options->kiosk) {
		linear_say(l, "%s",
		    _("Pas sur une borne : l'archive resterait sur une machine que d'autres "
		      "utilisent. Connectez-vous depuis votre ordinateur, ou demandez vos images à "
		      "l'établissement qui les a réalisées."));
		return;
	}
	linear_say(l, "%s",
	    _("Le fichier n'est lisible que par vous. Il contient des données médicales : "
	      "rangez-le en lieu sûr."));
	export_ask(l);
}
