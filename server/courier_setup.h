/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_COURIER_SETUP_H
#define EMAGE_SERVER_COURIER_SETUP_H

#include "proto/internal.pb-c.h"
#include "server/settings.h"

/* How messages leave, from the settings to the first frame for the courier. */
#define COURIER_WORDS_MAX SETTINGS_COURIER_WORDS_MAX
#define COURIER_LOGIN_MAX 256u
/* Tries with one relay, gateway or folder that a message may need: each relay, and
 * the other ways. */
#define COURIER_TRIES_MAX (COURIER_WORDS_MAX + 4)

struct courier_setup {
	Emage__CourierSetupRequest rq; /* borrows from the settings and from here */
	char *text[3];		       /* that the words stand in */
	char *email[COURIER_WORDS_MAX], *mobile[COURIER_WORDS_MAX], *relays[COURIER_WORDS_MAX];
	char relay_user[COURIER_LOGIN_MAX], relay_password[COURIER_LOGIN_MAX];
	char sms_user[COURIER_LOGIN_MAX], sms_password[COURIER_LOGIN_MAX];
};
/* 0, or -EM_E_CONFIG with the cause logged: a login cannot be read. To be wiped in
 * either case. */
int courier_setup_make(const struct settings *st, struct courier_setup *s_r);
void courier_setup_wipe(struct courier_setup *s);

#endif
