/* SPDX-License-Identifier: MIT */
/*
 * The challenge of step 2.
 */
#include "client/model/signin.h"

#include <stdlib.h>

#include "client/model/session.h"
#include "client/tr.h"
#include "common/clock.h"
#include "common/mem.h"

/* Long enough for a relay that works. */
#define SIGNIN_ASK_MS 15000

void
signin_clear(struct signin *s)
{
	for (size_t i = 0; i < s->n_contacts; i++)
		session_text_free(&s->contacts[i].masked);
	*s = (struct signin){0};
}

static void
signin_take(struct signin *s, Emage__MaskedContact *const *contacts, size_t n,
    Emage__Channel sent_to, uint32_t expires_in_s, uint32_t resend_in_s, uint32_t tries_left)
{
	int64_t now_ms = clock_boot_ms();

	signin_clear(s);
	for (size_t i = 0; i < n && i < SIGNIN_MAX_CONTACTS; i++) {
		s->contacts[i].channel = contacts[i]->channel;
		s->contacts[i].masked = session_text(contacts[i]->masked);
		s->n_contacts++;
	}
	s->sent_to = sent_to;
	s->expires_at_ms = now_ms + (int64_t)expires_in_s * 1000;
	s->resend_at_ms = now_ms + (int64_t)resend_in_s * 1000;
	s->tries_left = tries_left;
	s->ask_at_ms = n > 0 ? now_ms + SIGNIN_ASK_MS : 0;
}

void
signin_take_password(struct signin *s, const Emage__AuthPasswordReply *r)
{
	signin_take(s, r->contacts, r->n_contacts, r->sent_to, r->expires_in_s, r->resend_in_s,
	    r->tries_left);
	s->totp = r->totp;
	s->in_person = !r->totp && r->n_contacts == 0;
}

bool
signin_is_unsent(const struct signin *s)
{
	return s->totp || s->in_person;
}

void
signin_take_resend(struct signin *s, const Emage__AuthResendReply *r)
{
	signin_take(s, r->contacts, r->n_contacts, r->sent_to, r->expires_in_s, r->resend_in_s,
	    r->tries_left);
}

Emage__Channel
signin_other(const struct signin *s)
{
	for (size_t i = 0; i < s->n_contacts; i++)
		if (s->contacts[i].channel != s->sent_to)
			return s->contacts[i].channel;
	return s->sent_to;
}

char *
signin_take_sending(struct signin *s, const Emage__AuthSendingReply *r)
{
	Emage__Channel other = signin_other(s);
	const char *way = other == EMAGE__CHANNEL__CHANNEL_MOBILE ? _("mobile") : _("e-mail");

	s->late = r->waiting;
	s->given_up = r->given_up;
	s->ask_at_ms = r->waiting ? clock_boot_ms() + SIGNIN_ASK_MS : 0;
	if (!r->waiting && !r->given_up)
		return NULL;
	if (r->given_up && other != s->sent_to)
		return mem_printf(
		    _("Le code n'a pas pu être envoyé : demandez-en un autre par %s."), way);
	if (r->given_up)
		return mem_printf(
		    "%s", _("Le code n'a pas pu être envoyé : demandez-en un autre."));
	if (other != s->sent_to)
		return mem_printf(
		    _("L'envoi prend plus de temps que prévu. Autre envoi possible : %s."), way);
	return mem_printf("%s", _("L'envoi prend plus de temps que prévu : patientez."));
}

const char *
signin_masked(const struct signin *s, Emage__Channel channel)
{
	for (size_t i = 0; i < s->n_contacts; i++)
		if (s->contacts[i].channel == channel)
			return s->contacts[i].masked;
	return "";
}

static unsigned
signin_left_s(int64_t at_ms, int64_t now_ms)
{
	return at_ms > now_ms ? (unsigned)((at_ms - now_ms + 999) / 1000) : 0;
}

unsigned
signin_expires_in_s(const struct signin *s, int64_t now_ms)
{
	return signin_left_s(s->expires_at_ms, now_ms);
}

unsigned
signin_resend_in_s(const struct signin *s, int64_t now_ms)
{
	return signin_left_s(s->resend_at_ms, now_ms);
}
