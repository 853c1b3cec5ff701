/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_ADMIN_H
#define EMAGE_CLIENT_MODEL_ADMIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/staff.pb-c.h"

/*
 * What administration shows: rows of replies, kept as they came but for their texts,
 * which are sanitised.
 */

/* A copy of a message; protobuf_c_message_free_unpacked(m, NULL). */
ProtobufCMessage *admin_keep(const ProtobufCMessage *msg);

struct admin_rows {
	ProtobufCMessage **row;
	size_t n;
};
void admin_rows_clear(struct admin_rows *r);
void admin_rows_add(struct admin_rows *r, ProtobufCMessage *const *rows, size_t n);

/* msgid: "Accueil" */
const char *admin_role(Emage__Role role);
#define ADMIN_N_ROLES 3u
/* The roles that staff may have, in the order of choices. */
Emage__Role admin_role_at(size_t i);
size_t admin_role_index(Emage__Role role);

/* "ada@example.org", or the mobile, or both. */
#define ADMIN_TEXT_LEN 320
void admin_addresses(const Emage__StaffRow *r, char out_r[ADMIN_TEXT_LEN]);
/* Where something went: "a•••@example.org"; "" = nowhere. */
void admin_sent_to(Emage__MaskedContact *const *to, size_t n, char out_r[ADMIN_TEXT_LEN]);
/* "+33612345678" of "06 12 34 56 78"; something else stays as it is. */
void admin_mobile(const char *typed, char out_r[ADMIN_TEXT_LEN]);

/* What a verifying says, msgid with its numbers put in. */
void admin_verdict(const Emage__AuditVerifyReply *v, char out_r[ADMIN_TEXT_LEN]);

#endif
