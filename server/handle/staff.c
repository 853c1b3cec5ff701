/* SPDX-License-Identifier: MIT */
/*
 * Accounts of staff: their list, a new one, a new temporary password. Whoever
 * administers never sees or chooses a password: it goes to the person's own
 * address, and only an operator on the local socket, who could read the database
 * anyway, gets it to hand over.
 */
#include "server/handle.h"

#include <string.h>

#include "common/language.h"
#include "common/log.h"
#include "proto/common.pb-c.h"
#include "server/handle/fields.h"
#include "server/handle/lists.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/handle/pwhash.h"
#include "server/handle/staff_int.h"
#include "server/handle/temporary.h"
#include "server/policy/identifier.h"
#include "server/policy/page.h"
#include "server/policy/password.h"
#include "server/policy/rpps.h"

#define NAME_MAX_CHARS	     100u
#define IDENTIFIER_MIN_BYTES 3u
#define IDENTIFIER_MAX_BYTES 40u
#define IDENTIFIER_DRAWS     16u

struct staff_state {
	char temporary[POLICY_TEMP_PASSWORD_MAX];
	char hash[PWHASH_MAX];
	char own_hash[PWHASH_MAX]; /* beside which it was made */
};

/* --------------------------------------------------------------- what is shared */

bool
staff_is_role(int role)
{
	return role == EMAGE__ROLE__ROLE_RECEPTION || role == EMAGE__ROLE__ROLE_PROFESSIONAL ||
	       role == EMAGE__ROLE__ROLE_ADMIN;
}

static const char *
staff_role_name(int role)
{
	switch (role) {
	case EMAGE__ROLE__ROLE_RECEPTION:
		return "reception";
	case EMAGE__ROLE__ROLE_PROFESSIONAL:
		return "professional";
	case EMAGE__ROLE__ROLE_ADMIN:
		return "admin";
	default:
		return "none";
	}
}

int
staff_audit(struct request *rq, struct store_conn *db, const char *event, uint64_t account_id,
    int role, const char *more)
{
	const char *detail =
	    arena_printf(rq->arena, "account=%llu role=%s%s%s", (unsigned long long)account_id,
		staff_role_name(role), more[0] != '\0' ? " " : "", more);

	if (detail == NULL)
		return -EM_E_NO_MEMORY;
	return people_audit(rq, db, &(struct store_audit){.event = event, .detail = detail});
}

int
staff_professional(struct request *rq, struct store_conn *db, const char *rpps, uint64_t account_id,
    uint64_t *professional_id_r)
{
	struct store_professional p;
	int rc = store_professional_by_rpps(db, rq->arena, rpps, &p);

	if (rc == 0 && p.account_id != 0 && p.account_id != account_id)
		rc = -EM_E_EXISTS;
	if (rc == -EM_E_NOT_FOUND || rc == -EM_E_EXISTS)
		request_refuse(rq, -rc, "rpps", 0, 0);
	if (rc == 0)
		*professional_id_r = p.professional_id;
	return rc;
}

/* As it is typed; something that has not the form of a drawn one stays as it is. */
static char *
staff_identifier(struct arena *a, const char *kept)
{
	char *shown = arena_alloc(a, POLICY_IDENTIFIER_MAX);

	if (shown == NULL || !policy_identifier_is_sound(kept))
		return arena_strdup(a, kept);
	policy_identifier_show(kept, shown);
	return shown;
}

int
staff_fill_row(struct request *rq, const struct store_staff_row *from, Emage__StaffRow *row)
{
	row->account_id = from->who.account_id;
	row->identifier = staff_identifier(rq->arena, from->identifier);
	row->role = (Emage__Role)from->who.role;
	row->family_name = (char *)(uintptr_t)from->who.family_name;
	row->given_name = (char *)(uintptr_t)from->who.given_name;
	row->establishment_id = from->who.establishment_id;
	row->establishment = (char *)(uintptr_t)from->who.establishment;
	row->rpps = (char *)(uintptr_t)from->who.rpps;
	row->email = (char *)(uintptr_t)from->email;
	row->mobile = (char *)(uintptr_t)from->mobile;
	row->disabled = from->state != ACCOUNT_ACTIVE;
	row->created_at_ms = from->created_at_ms;
	row->last_session_at_ms = from->last_session_at_ms;
	return row->identifier == NULL ? -EM_E_NO_MEMORY : 0;
}

/* --------------------------------------------------------------------- list */

int
check_staff_list(struct request *rq)
{
	const Emage__StaffListRequest *m = rq->msg;

	if (m->role != EMAGE__ROLE__ROLE_UNSPECIFIED && !staff_is_role((int)m->role))
		return request_invalid(rq, "role");
	if (!fields_typed(m->name, LIST_NAME_MAX))
		return request_invalid(rq, "name");
	return lists_check_page(rq, m->page, m->page_size);
}

int
handle_staff_list_read(struct request *rq, struct store_conn *db)
{
	const Emage__StaffListRequest *m = rq->msg;
	Emage__StaffListReply *reply = rq->reply;
	struct store_staff_query q = {.role = (int)m->role, .name = m->name};
	char *identifier = arena_alloc(rq->arena, 3 * strlen(m->name) + 1);
	struct store_staff_row *found = NULL;
	struct policy_page page;
	Emage__StaffRow *rows;
	unsigned n = 0;
	int rc;

	if (identifier == NULL)
		return -EM_E_NO_MEMORY;
	(void)policy_identifier_normalise(m->name, identifier);
	q.identifier = identifier;
	rc = store_staff_count(db, &q, &reply->total);
	page = policy_page(reply->total, m->page, m->page_size);
	q.offset = page.offset;
	q.limit = page.n_rows;
	if (rc == 0)
		rc = store_staff_page(db, rq->arena, &q, &found, &n);
	rows = arena_alloc(rq->arena, (n + 1) * sizeof(*rows));
	reply->rows = arena_alloc(rq->arena, (n + 1) * sizeof(*reply->rows));
	if (rows == NULL || reply->rows == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; rc == 0 && i < n; i++) {
		emage__staff_row__init(&rows[i]);
		reply->rows[i] = &rows[i];
		rc = staff_fill_row(rq, &found[i], &rows[i]);
	}
	reply->n_rows = rc == 0 ? n : 0;
	reply->page = page.page;
	reply->n_pages = page.n_pages;
	reply->page_size = m->page_size;
	return rc;
}

/* ---------------------------------------------------------------------- add */

/* The first field that does not look as it must, or NULL. */
static const char *
staff_fault(const Emage__StaffAddRequest *m)
{
	const bool professional = m->role == EMAGE__ROLE__ROLE_PROFESSIONAL;

	if (!staff_is_role((int)m->role))
		return "role";
	if (m->identifier[0] != '\0' &&
	    (!fields_line(m->identifier, IDENTIFIER_MIN_BYTES, IDENTIFIER_MAX_BYTES) ||
		strlen(m->identifier) > IDENTIFIER_MAX_BYTES))
		return "identifier";
	if (!fields_line(m->family_name, 1, NAME_MAX_CHARS))
		return "family_name";
	if (!fields_line(m->given_name, 0, NAME_MAX_CHARS))
		return "given_name";
	if (m->role == EMAGE__ROLE__ROLE_RECEPTION && m->establishment_id == 0)
		return "establishment_id";
	if (professional ? !policy_rpps_is_valid(m->rpps) : m->rpps[0] != '\0')
		return "rpps";
	if (m->email[0] != '\0' && !fields_email(m->email))
		return "email";
	if (m->mobile[0] != '\0' && !fields_mobile(m->mobile))
		return "mobile";
	/* without one no access code would ever arrive */
	if (m->email[0] == '\0' && m->mobile[0] == '\0')
		return "email";
	if (m->language[0] != '\0' && !language_is_known(m->language))
		return "language";
	return NULL;
}

int
check_staff_add(struct request *rq)
{
	const char *field = staff_fault(rq->msg);

	return field == NULL ? 0 : request_invalid(rq, field);
}

int
handle_staff_add_read(struct request *rq, struct store_conn *db)
{
	const Emage__StaffAddRequest *m = rq->msg;
	uint64_t professional_id;

	rq->state = arena_alloc(rq->arena, sizeof(struct staff_state));
	if (rq->state == NULL)
		return -EM_E_NO_MEMORY;
	/* before anything is computed; decided on the writer */
	return m->rpps[0] == '\0' ? 0 : staff_professional(rq, db, m->rpps, 0, &professional_id);
}

int
handle_staff_add_work(struct request *rq)
{
	struct staff_state *st = rq->state;

	policy_temp_password(st->temporary);
	return pwhash_make(&rq->server->pepper, st->temporary,
	    st->own_hash[0] != '\0' ? st->own_hash : NULL, st->hash);
}

/* What is chosen, or one that nobody has. */
static int
staff_choose_identifier(struct request *rq, struct store_conn *db, const char *wanted, char *kept_r)
{
	struct store_account taken;
	int rc = 0;

	for (unsigned i = 0; i < IDENTIFIER_DRAWS; i++) {
		char drawn[POLICY_IDENTIFIER_MAX];

		policy_identifier_new(drawn);
		(void)policy_identifier_normalise(wanted[0] != '\0' ? wanted : drawn, kept_r);
		if (kept_r[0] == '\0')
			return request_invalid(rq, "identifier");
		rc = store_account_by_identifier(db, rq->arena, kept_r, &taken);
		if (rc == -EM_E_NOT_FOUND)
			return 0;
		if (rc < 0)
			return rc;
		if (wanted[0] != '\0') {
			request_refuse(rq, EM_E_EXISTS, "identifier", 0, 0);
			return -EM_E_EXISTS;
		}
	}
	log_error("staff.identifier", "cause=none free draws=%u", IDENTIFIER_DRAWS);
	return -EM_E_INTERNAL;
}

/* The temporary password to whom it belongs: on paper through an operator, else
 * sent. */
static int
staff_hand_over(struct request *rq, struct store_conn *db, const struct store_account *who,
    char **temporary_r, Emage__MaskedContact ***sent_to_r, size_t *n_sent_to_r)
{
	const struct notice_from from = notice_from(rq);
	struct staff_state *st = rq->state;
	Emage__MaskedContact **all = NULL;
	int channel = 0, rc;
	size_t n = 0;

	if (rq->caller.source.local) {
		*temporary_r = arena_strdup(rq->arena, st->temporary);
		return *temporary_r == NULL ? -EM_E_NO_MEMORY
					    : store_account_set_temp(db, who->account_id, st->hash,
						  rq->now_ms + POLICY_TEMP_LETTER_MS, 0);
	}
	rc = temporary_send(&from, db, who, st->temporary, st->hash, &channel);
	if (rc == 0)
		rc = people_contacts(rq->arena, who, &all, &n);
	if (rc < 0)
		return rc;
	rq->cleanup = notice_wake;
	for (size_t i = 0; i < n; i++) {
		if ((int)all[i]->channel != channel)
			continue;
		*sent_to_r = &all[i];
		*n_sent_to_r = 1;
	}
	return 0;
}

static int
staff_add(struct request *rq, struct store_conn *db, const char *identifier, uint64_t *account_id_r)
{
	const Emage__StaffAddRequest *m = rq->msg;
	struct store_staff_new s = {
	    .role = (int)m->role,
	    .identifier = identifier,
	    .family_name = m->family_name,
	    .given_name = m->given_name,
	    .establishment_id = m->establishment_id,
	    .email = m->email,
	    .mobile = m->mobile,
	    .language = m->language[0] != '\0' ? m->language : "fr",
	    .now_ms = rq->now_ms,
	};
	int rc = 0;

	if (m->rpps[0] != '\0')
		rc = staff_professional(rq, db, m->rpps, 0, &s.professional_id);
	if (rc < 0)
		return rc;
	rc = store_staff_add(db, &s, account_id_r);
	if (rc == -EM_E_INVALID) /* the row refers to no establishment */
		request_refuse(rq, EM_E_INVALID, "establishment_id", 0, 0);
	return rc;
}

int
handle_staff_add_write(struct request *rq, struct store_conn *db)
{
	const Emage__StaffAddRequest *m = rq->msg;
	Emage__StaffAddReply *reply = rq->reply;
	char kept[3 * IDENTIFIER_MAX_BYTES + 1];
	struct store_account who;
	int rc = staff_choose_identifier(rq, db, m->identifier, kept);

	if (rc == 0)
		rc = staff_add(rq, db, kept, &reply->account_id);
	if (rc == 0)
		rc = store_account_by_id(db, rq->arena, reply->account_id, &who);
	if (rc == 0)
		rc = staff_hand_over(
		    rq, db, &who, &reply->temporary_password, &reply->sent_to, &reply->n_sent_to);
	if (rc == 0)
		rc = staff_audit(rq, db, "staff.added", reply->account_id, (int)m->role, "");
	if (rc < 0)
		return rc;
	reply->identifier = staff_identifier(rq->arena, kept);
	return reply->identifier == NULL ? -EM_E_NO_MEMORY : 0;
}

/* -------------------------------------------------------------------- reset */

int
check_staff_reset(struct request *rq)
{
	const Emage__StaffResetRequest *m = rq->msg;

	return m->account_id == 0 ? request_invalid(rq, "account_id") : 0;
}

/* A patient's account is nobody's here. */
static int
staff_account(
    struct request *rq, struct store_conn *db, uint64_t account_id, struct store_account *who_r)
{
	int rc = store_account_by_id(db, rq->arena, account_id, who_r);

	return rc == 0 && !staff_is_role(who_r->role) ? -EM_E_NOT_FOUND : rc;
}

int
handle_staff_reset_read(struct request *rq, struct store_conn *db)
{
	const Emage__StaffResetRequest *m = rq->msg;
	struct staff_state *st = arena_alloc(rq->arena, sizeof(*st));
	struct store_account who;
	int rc = staff_account(rq, db, m->account_id, &who);

	if (st == NULL)
		return -EM_E_NO_MEMORY;
	rq->state = st;
	if (rc < 0)
		return rc;
	if (who.state != ACCOUNT_ACTIVE) /* it would open nothing */
		return request_invalid(rq, "account_id");
	if (strlen(who.password_hash) >= sizeof(st->own_hash))
		return -EM_E_INTERNAL;
	memcpy(st->own_hash, who.password_hash, strlen(who.password_hash) + 1);
	return 0;
}

int
handle_staff_reset_work(struct request *rq)
{
	return handle_staff_add_work(rq);
}

/* The own password and what is open stay until the temporary one is used. */
int
handle_staff_reset_write(struct request *rq, struct store_conn *db)
{
	const Emage__StaffResetRequest *m = rq->msg;
	const struct staff_state *st = rq->state;
	Emage__StaffResetReply *reply = rq->reply;
	struct store_account who;
	int rc = staff_account(rq, db, m->account_id, &who);

	if (rc == 0 && strcmp(who.password_hash, st->own_hash) != 0)
		rc = -EM_E_BUSY; /* changed meanwhile: the new one would never match */
	if (rc == 0)
		rc = staff_hand_over(
		    rq, db, &who, &reply->temporary_password, &reply->sent_to, &reply->n_sent_to);
	return rc < 0 ? rc : staff_audit(rq, db, "staff.reset", m->account_id, who.role, "");
}
