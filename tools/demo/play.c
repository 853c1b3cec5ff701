/* SPDX-License-Identifier: MIT */
/*
 * Plays the demo's journey where nobody sits at a terminal: the real client in
 * a pseudo-terminal, the codes read from the mailbox as a person would, and
 * what the client shows printed on standard output.
 *
 *	demo-play MAILDIR CREDENTIALS CLIENT [ARGUMENT ...]
 *
 * CREDENTIALS is a file of two lines, identifier and temporary password, so
 * that the password stands in no argument.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/pty.h"
#include "tools/lib/mailbox.h"

#define PLAY_MAIL_MS  20000
#define PLAY_WORD_MAX 128
/* The demo's own choice; a real person takes another. */
#define PLAY_PASSWORD "une chouette sur le toit"

struct play {
	struct pty *pty;
	struct mailbox *mail;
	char identifier[PLAY_WORD_MAX];
	char temporary[PLAY_WORD_MAX];
};

static void
play_credentials(struct play *p, const char *path)
{
	FILE *in = fopen(path, "r");

	if (in == NULL || fgets(p->identifier, sizeof(p->identifier), in) == NULL ||
	    fgets(p->temporary, sizeof(p->temporary), in) == NULL)
		die("%s: two lines wanted, identifier and temporary password", path);
	fclose(in);
	p->identifier[strcspn(p->identifier, "\n")] = '\0';
	p->temporary[strcspn(p->temporary, "\n")] = '\0';
}

static void
play_print(struct play *p, const char *what)
{
	char *text = pty_screen_text(pty_view(p->pty), false);

	printf("\n──── %s\n%s", what, text);
	fflush(stdout);
	free(text);
}

/* What is waited for must come; the harness has printed the screen if not. */
static void
play_until(struct play *p, const char *text)
{
	if (!pty_wait_text(p->pty, text))
		die("the journey ended before \"%s\"", text);
}

static void
play_until_screen(struct play *p, const char *screen)
{
	if (!pty_wait_screen(p->pty, screen))
		die("the journey ended before the screen \"%s\"", screen);
}

static void
play_sign_in(struct play *p, const char *password)
{
	pty_send(p->pty, password);
	pty_key(p->pty, PTY_KEY_ENTER);
	play_until_screen(p, "code");
}

static void
play_type_code(struct play *p)
{
	char code[PLAY_WORD_MAX], *mail = NULL;
	const char *body;
	size_t len = 0;

	/* notices go the same way */
	do {
		free(mail);
		mail = NULL;
		if (mailbox_next(p->mail, PLAY_MAIL_MS, &mail, &len) != 0)
			die("no message with a code came");
	} while (mailbox_code(mail, code, sizeof(code)) != 0);
	body = strstr(mail, "\n\n");
	printf("\n──── le message reçu\n%s", body != NULL ? body + 2 : mail);
	free(mail);
	pty_send(p->pty, code);
	pty_key(p->pty, PTY_KEY_ENTER);
}

static void
play_enter(struct play *p)
{
	play_until_screen(p, "signin");
	play_print(p, "l'accueil");
	pty_send(p->pty, p->identifier);
	pty_key(p->pty, PTY_KEY_TAB);
	play_sign_in(p, p->temporary);
	play_print(p, "le code d'accès est parti");
	play_type_code(p);
	play_until_screen(p, "newpass");
	pty_send(p->pty, PLAY_PASSWORD);
	pty_key(p->pty, PTY_KEY_TAB);
	pty_send(p->pty, PLAY_PASSWORD);
	pty_key(p->pty, PTY_KEY_ENTER);
	/* the identifier stays in its field, the password has the focus */
	play_until_screen(p, "signin");
	play_sign_in(p, PLAY_PASSWORD);
	play_type_code(p);
	play_until_screen(p, "exams");
	play_until(p, "Résultat");
	play_print(p, "la liste des examens");
}

static void
play_read(struct play *p)
{
	/* the second exam is a scan of the head */
	pty_key(p->pty, PTY_KEY_DOWN);
	pty_key(p->pty, PTY_KEY_ENTER);
	play_until_screen(p, "report");
	play_until(p, "signé");
	play_print(p, "le compte rendu");
	pty_send(p->pty, "i");
	play_until_screen(p, "viewer");
	play_until(p, "Image non diagnostique");
	if (!pty_wait_no_text(p->pty, "Échap : annuler"))
		die("the image did not come");
	play_print(p, "une image, en caractères");
}

static void
play_leave(struct play *p)
{
	pty_key(p->pty, PTY_KEY_ESCAPE);
	pty_send(p->pty, "0");
	play_until(p, "Se déconnecter");
	pty_key(p->pty, PTY_KEY_RIGHT);
	pty_key(p->pty, PTY_KEY_ENTER);
	play_until_screen(p, "signin");
	play_print(p, "la session est terminée");
}

int
main(int argc, char **argv)
{
	struct play p = {0};

	if (argc < 4) {
		fprintf(stderr, "usage: demo-play MAILDIR CREDENTIALS CLIENT [ARGUMENT ...]\n");
		return 2;
	}
	play_credentials(&p, argv[2]);
	p.mail = mailbox_open(argv[1]);
	if (p.mail == NULL)
		die("%s: no mailbox", argv[1]);
	p.pty = pty_start(&(struct pty_options){.argv = (const char *const *)argv + 3});
	play_enter(&p);
	play_read(&p);
	play_leave(&p);
	pty_free(&p.pty);
	mailbox_free(&p.mail);
	printf("\nLe parcours est allé jusqu'au bout.\n");
	return 0;
}
