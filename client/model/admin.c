/* SPDX-License-Identifier: MIT */
/*
 * Rows of administration.
 */
#include "client/model/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/model/account.h"
#include "client/model/session.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

/* ------------------------------------------------------------------ keeping */

static void admin_clean(ProtobufCMessage *msg);

static void
admin_clean_string(char **s)
{
	char *clean;

	if (*s == NULL || **s == '\0')
		return;
	clean = session_text(*s);
	free(*s);
	*s = clean;
}

static void
admin_clean_field(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	char *at = (char *)msg + field->offset;
	bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
	size_t n = repeated ? *(size_t *)(void *)((char *)msg + field->quantifier_offset) : 1;

	if (field->type == PROTOBUF_C_TYPE_STRING) {
		char **s = repeated ? *(char ***)(void *)at : (char **)(void *)at;

		for (size_t i = 0; i < n; i++)
			admin_clean_string(&s[i]);
	} else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		ProtobufCMessage **m =
		    repeated ? *(ProtobufCMessage ***)(void *)at : (ProtobufCMessage **)(void *)at;

		for (size_t i = 0; i < n; i++)
			if (m[i] != NULL)
				admin_clean(m[i]);
	}
}

static void
admin_clean(ProtobufCMessage *msg)
{
	for (unsigned i = 0; i < msg->descriptor->n_fields; i++)
		admin_clean_field(msg, &msg->descriptor->fields[i]);
}

ProtobufCMessage *
admin_keep(const ProtobufCMessage *msg)
{
	size_t len = protobuf_c_message_get_packed_size(msg);
	uint8_t *bytes = mem_new(len + 1);
	ProtobufCMessage *copy;

	protobuf_c_message_pack(msg, bytes);
	copy = protobuf_c_message_unpack(msg->descriptor, NULL, len, bytes);
	free(bytes);
	if (copy == NULL)
		die("out of memory");
	admin_clean(copy);
	return copy;
}

void
admin_rows_clear(struct admin_rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		protobuf_c_message_free_unpacked(r->row[i], NULL);
	free(r->row);
	*r = (struct admin_rows){.n = 0};
}

void
admin_rows_add(struct admin_rows *r, ProtobufCMessage *const *rows, size_t n)
{
	if (n == 0)
		return;
	r->row = mem_grow(r->row, r->n + n, sizeof(ProtobufCMessage *));
	for (size_t i = 0; i < n; i++)
		r->row[r->n++] = admin_keep(rows[i]);
}

/* -------------------------------------------------------------------- words */

static const struct {
	Emage__Role role;
	const char *label;
} admin_roles[] = {
    {EMAGE__ROLE__ROLE_RECEPTION, N_("Accueil")},
    {EMAGE__ROLE__ROLE_PROFESSIONAL, N_("Professionnel de santé")},
    {EMAGE__ROLE__ROLE_ADMIN, N_("Administrateur")},
    /* what no staff has */
    {EMAGE__ROLE__ROLE_PATIENT, N_("Patient")},
};

const char *
admin_role(Emage__Role role)
{
	for (size_t i = 0; i < ARRAY_LEN(admin_roles); i++)
		if (admin_roles[i].role == role)
			return admin_roles[i].label;
	return "?";
}

Emage__Role
admin_role_at(size_t i)
{
	return admin_roles[i].role;
}

size_t
admin_role_index(Emage__Role role)
{
	for (size_t i = 0; i < ADMIN_N_ROLES; i++)
		if (admin_roles[i].role == role)
			return i;
	return 0;
}

void
admin_sent_to(Emage__MaskedContact *const *to, size_t n, char out_r[ADMIN_TEXT_LEN])
{
	char *clean = n > 0 ? session_text(to[0]->masked) : mem_strdup("");

	snprintf(out_r, ADMIN_TEXT_LEN, "%s", clean);
	free(clean);
}

void
admin_mobile(const char *typed, char out_r[ADMIN_TEXT_LEN])
{
	size_t n = 0;

	for (const char *s = typed; *s && n + 4 < ADMIN_TEXT_LEN; s++) {
		if (strchr(" .-", *s))
			continue;
		if (n == 0 && *s == '0' && s[1] != '0') {
			memcpy(out_r, "+33", 3);
			n = 3;
		} else {
			out_r[n++] = *s;
		}
	}
	out_r[n] = '\0';
}

void
admin_verdict(const Emage__AuditVerifyReply *v, char out_r[ADMIN_TEXT_LEN])
{
	unsigned long long rows = v->n_rows, total = v->n_total, accesses = v->n_accesses;

	if (!v->done)
		snprintf(out_r, ADMIN_TEXT_LEN,
		    _("%1$llu lignes du journal sur %2$llu, %3$llu accès"), rows, total, accesses);
	else if (v->sound)
		snprintf(out_r, ADMIN_TEXT_LEN,
		    _("Intact : %1$llu lignes du journal et %2$llu accès."), rows, accesses);
	else if (v->bad_seq)
		snprintf(out_r, ADMIN_TEXT_LEN,
		    _("ALTÉRÉ : la ligne %1$llu du journal n'est pas celle qui a été écrite."),
		    (unsigned long long)v->bad_seq);
	else if (v->bad_consent)
		snprintf(out_r, ADMIN_TEXT_LEN,
		    _("ALTÉRÉ : le consentement %1$llu n'est pas celui qui a été écrit."),
		    (unsigned long long)v->bad_consent);
	else
		snprintf(out_r, ADMIN_TEXT_LEN,
		    _("ALTÉRÉ : l'accès %1$llu du patient %2$llu n'est pas celui qui a été écrit."),
		    (unsigned long long)v->bad_number, (unsigned long long)v->bad_patient);
}
