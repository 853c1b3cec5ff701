/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SCREEN_SETTINGS_H
#define EMAGE_CLIENT_SCREEN_SETTINGS_H

#include "client/model/account.h"
#include "client/screen/screen.h"

/* The forms behind the settings; each leaves by itself when it is done. */

/* Adds, changes or removes an address. */
struct screen *screen_contact_new(
    struct app *app, Emage__Channel channel, const struct account *account);
struct screen *screen_password_new(struct app *app);
struct screen *screen_sessions_new(struct app *app);
/* Sets the authenticator app up, or takes it off. */
struct screen *screen_totp_new(struct app *app, bool in_force);
struct screen *screen_consent_new(struct app *app);
struct screen *screen_export_new(struct app *app);

#endif
