/* SPDX-License-Identifier: MIT */
/*
 * How messages leave, as the settings have it.
 */
#include "server/courier_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/secret.h"

/* User and password from a file of two lines; "" = there is none. Whoever may
 * read it besides its owner is told. */
static int
courier_setup_login(
    const char *path, char user_r[COURIER_LOGIN_MAX], char password_r[COURIER_LOGIN_MAX])
{
	struct stat st;
	FILE *f;

	if (!*path)
		return 0;
	f = fopen(path, "re");
	if (!f || !fgets(user_r, COURIER_LOGIN_MAX, f) ||
	    !fgets(password_r, COURIER_LOGIN_MAX, f)) {
		log_error("courier.login", "cause=\"no two lines can be read\" file=\"%s\"", path);
		if (f)
			fclose(f);
		return -EM_E_CONFIG;
	}
	if (fstat(fileno(f), &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)))
		log_warn("courier.login", "cause=\"others may read it\" file=\"%s\"", path);
	user_r[strcspn(user_r, "\r\n")] = '\0';
	password_r[strcspn(password_r, "\r\n")] = '\0';
	fclose(f);
	return 0;
}

/* Words of a setting, cut at blanks in place. */
static size_t
courier_setup_words(char *text, char *words_r[COURIER_WORDS_MAX])
{
	size_t n = 0;
	char *rest = NULL;

	for (char *w = strtok_r(text, " \t", &rest); w && n < COURIER_WORDS_MAX;
	     w = strtok_r(NULL, " \t", &rest))
		words_r[n++] = w;
	return n;
}

void
courier_setup_wipe(struct courier_setup *s)
{
	for (size_t i = 0; i < ARRAY_LEN(s->text); i++)
		free(s->text[i]);
	secret_wipe(s, sizeof(*s));
}

int
courier_setup_make(const struct settings *st, struct courier_setup *s_r)
{
	Emage__CourierSetupRequest *rq = &s_r->rq;
	int rc;

	*s_r = (struct courier_setup){
	    .text = {mem_strdup(st->courier_email), mem_strdup(st->courier_mobile),
		mem_strdup(st->courier_relays)}};
	emage__courier_setup_request__init(rq);
	rq->email = s_r->email;
	rq->n_email = courier_setup_words(s_r->text[0], s_r->email);
	rq->mobile = s_r->mobile;
	rq->n_mobile = courier_setup_words(s_r->text[1], s_r->mobile);
	rq->relays = s_r->relays;
	rq->n_relays = courier_setup_words(s_r->text[2], s_r->relays);
	rq->maildir = st->courier_maildir;
	rq->ca = st->courier_ca;
	rq->sms_url = st->courier_sms_url;
	rq->sms_method = st->courier_sms_method;
	rq->sms_type = st->courier_sms_type;
	rq->sms_body = st->courier_sms_body;
	rq->sms_success = st->courier_sms_success;
	rq->gammu = st->courier_gammu;
	rq->timeout_s = (uint32_t)st->courier_timeout_s;
	rq->relay_user = s_r->relay_user;
	rq->relay_password = s_r->relay_password;
	rq->sms_user = s_r->sms_user;
	rq->sms_password = s_r->sms_password;
	rc = courier_setup_login(st->courier_relay_login, s_r->relay_user, s_r->relay_password);
	return rc ? rc
		  : courier_setup_login(st->courier_sms_login, s_r->sms_user, s_r->sms_password);
}
