/* SPDX-License-Identifier: MIT */
/*
 * emagectl staff add, list, set, reset: accounts of those who work with e-mage.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "proto/staff.pb-c.h"
#include "tools/emagectl/ctl.h"

#define PAGE_SIZE  50u
#define ROLE_WORDS "reception professional admin"

static const struct {
	const char *word;
	Emage__Role role;
} staff_roles[] = {
    {"patient", EMAGE__ROLE__ROLE_PATIENT},
    {"reception", EMAGE__ROLE__ROLE_RECEPTION},
    {"professional", EMAGE__ROLE__ROLE_PROFESSIONAL},
    {"admin", EMAGE__ROLE__ROLE_ADMIN},
};

const char *
ctl_role_word(Emage__Role role)
{
	for (size_t i = 0; i < ARRAY_LEN(staff_roles); i++)
		if (staff_roles[i].role == role)
			return staff_roles[i].word;
	return "?";
}

/* NULL stays UNSPECIFIED. 0, or CTL_FAILED after a message. */
static int
staff_read_role(const char *word, Emage__Role *role_r)
{
	for (size_t i = 1; word && i < ARRAY_LEN(staff_roles); i++) {
		if (strcmp(staff_roles[i].word, word) != 0)
			continue;
		*role_r = staff_roles[i].role;
		return 0;
	}
	if (!word)
		return 0;
	return ctl_fail("--role: \"%s\" is none of %s", word, ROLE_WORDS);
}

static char *
staff_text(const char *s)
{
	return (char *)(s ? s : "");
}

int
ctl_number(const char *word, const char *of, uint64_t *n_r)
{
	char *end;

	errno = 0;
	*n_r = strtoull(word, &end, 10);
	if (errno != 0 || *word < '1' || *word > '9' || *end != '\0')
		return ctl_fail("\"%s\" is not the number of %s", word, of);
	return 0;
}

/* ---------------------------------------------------------------- staff add */

struct add_options {
	const char *role, *identifier, *family_name, *given_name, *rpps, *email, *mobile, *language;
	int64_t establishment;
};

#define OPT(field) .offset = offsetof(struct add_options, field)

static const struct option_row add_rows[] = {
    {0, "role", "ROLE", OPTION_STRING, OPT(role), .words = ROLE_WORDS,
	.help = "reception, professional or admin."},
    {0, "name", "NAME", OPTION_STRING, OPT(family_name), .help = "Family name."},
    {0, "given-name", "NAME", OPTION_STRING, OPT(given_name), .help = "Given name."},
    {0, "identifier", "WORD", OPTION_STRING, OPT(identifier),
	.help = "What the person signs in with (default: one is drawn)."},
    {0, "establishment", "ID", OPTION_INT, OPT(establishment), .max = INT64_MAX,
	.help = "Where the person works; needed for reception."},
    {0, "rpps", "NUMBER", OPTION_STRING, OPT(rpps),
	.help = "The professional's number, known in the directory; needed for professional."},
    {0, "email", "ADDRESS", OPTION_STRING, OPT(email),
	.help = "Where access codes go; this or --mobile is needed to sign in."},
    {0, "mobile", "NUMBER", OPTION_STRING, OPT(mobile),
	.help = "Likewise, with the country: +33612345678."},
    {0, "language", "LANG", OPTION_STRING, OPT(language), .words = "fr de en",
	.help = "Language of messages (default fr)."},
};
#undef OPT

static void
staff_print_password(const char *temporary)
{
	printf("temporary password: %s\n"
	       "The password is shown this once; it must be replaced at the first sign-in.\n",
	    temporary);
}

static int
staff_add(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct add_options *o = options;
	Emage__StaffAddRequest rq = EMAGE__STAFF_ADD_REQUEST__INIT;
	Emage__StaffAddReply *reply;
	ProtobufCMessage *msg;

	(void)argv;
	if (argc > 0)
		return ctl_usage(&ctl_staff_add);
	if (!o->role || !o->family_name)
		return ctl_fail("--role and --name are needed");
	if (staff_read_role(o->role, &rq.role) != 0)
		return CTL_FAILED;
	rq.identifier = staff_text(o->identifier);
	rq.family_name = staff_text(o->family_name);
	rq.given_name = staff_text(o->given_name);
	rq.establishment_id = (uint64_t)o->establishment;
	rq.rpps = staff_text(o->rpps);
	rq.email = staff_text(o->email);
	rq.mobile = staff_text(o->mobile);
	rq.language = staff_text(o->language);
	if (ctl_connect(ctl) < 0 || ctl_call(ctl, METHOD_staff_add, &rq.base, &msg) < 0)
		return CTL_FAILED;
	reply = (Emage__StaffAddReply *)msg;
	if (ctl->json) {
		ctl_print_json(msg);
	} else {
		printf("account:            %" PRIu64 "\n"
		       "identifier:         %s\n",
		    reply->account_id, reply->identifier);
		staff_print_password(reply->temporary_password);
	}
	secret_wipe(reply->temporary_password, strlen(reply->temporary_password));
	protobuf_c_message_free_unpacked(msg, NULL);
	return CTL_OK;
}

const struct ctl_command ctl_staff_add = {
    .name = "staff add",
    .args = "",
    .help = "Open an account of staff; prints identifier and temporary password.",
    .rows = add_rows,
    .n_rows = ARRAY_LEN(add_rows),
    .options_size = sizeof(struct add_options),
    .run = staff_add,
};

/* --------------------------------------------------------------- staff list */

struct list_options {
	const char *role;
};

static const struct option_row list_rows[] = {
    {0, "role", "ROLE", OPTION_STRING, .offset = offsetof(struct list_options, role),
	.words = ROLE_WORDS, .help = "These alone."},
};

static void
staff_show(const Emage__StaffRow *r)
{
	char *family = ctl_clean(r->family_name), *given = ctl_clean(r->given_name);
	char *place = ctl_clean(*r->rpps ? r->rpps : r->establishment);

	printf("%6" PRIu64 "  %-12s  %-12s  %-9s %s %s%s%s\n", r->account_id, r->identifier,
	    ctl_role_word(r->role), r->disabled ? "disabled" : "", family, given,
	    *place ? ", " : "", place);
	free(family);
	free(given);
	free(place);
}

static int
staff_list(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct list_options *o = options;
	Emage__StaffListRequest rq = EMAGE__STAFF_LIST_REQUEST__INIT;
	uint32_t n_pages = 1;

	if (argc > 1)
		return ctl_usage(&ctl_staff_list);
	if (staff_read_role(o->role, &rq.role) != 0 || ctl_connect(ctl) < 0)
		return CTL_FAILED;
	rq.name = argc > 0 ? argv[0] : staff_text(NULL);
	rq.page_size = PAGE_SIZE;
	for (rq.page = 1; rq.page <= n_pages; rq.page++) {
		Emage__StaffListReply *reply;
		ProtobufCMessage *msg;

		if (ctl_call(ctl, METHOD_staff_list, &rq.base, &msg) < 0)
			return CTL_FAILED;
		reply = (Emage__StaffListReply *)msg;
		for (size_t i = 0; i < reply->n_rows; i++) {
			if (ctl->json)
				ctl_print_json(&reply->rows[i]->base);
			else
				staff_show(reply->rows[i]);
		}
		n_pages = reply->n_pages;
		protobuf_c_message_free_unpacked(msg, NULL);
	}
	return CTL_OK;
}

const struct ctl_command ctl_staff_list = {
    .name = "staff list",
    .args = "[BEGINNING]",
    .help = "Show accounts of staff, or those whose name or identifier begins so.",
    .rows = list_rows,
    .n_rows = ARRAY_LEN(list_rows),
    .options_size = sizeof(struct list_options),
    .run = staff_list,
};

/* ---------------------------------------------------------------- staff set */

struct set_options {
	const char *role, *rpps, *email, *mobile;
	int64_t establishment;
	bool enable, disable;
};

#define OPT(field) .offset = offsetof(struct set_options, field)

static const struct option_row set_rows[] = {
    {0, "role", "ROLE", OPTION_STRING, OPT(role), .words = ROLE_WORDS,
	.help = "reception, professional or admin; ends what the person has open."},
    {0, "rpps", "NUMBER", OPTION_STRING, OPT(rpps),
	.help = "The professional's number; needed by who becomes one."},
    {0, "establishment", "ID", OPTION_INT, OPT(establishment), .max = INT64_MAX,
	.help = "Where the person works."},
    {0, "email", "ADDRESS", OPTION_STRING, OPT(email),
	.help = "Where access codes go; the address of before is told."},
    {0, "mobile", "NUMBER", OPTION_STRING, OPT(mobile), .help = "Likewise."},
    {0, "enable", NULL, OPTION_FLAG, OPT(enable), .help = "Let the person sign in again."},
    {0, "disable", NULL, OPTION_FLAG, OPT(disable),
	.help = "Do not let the person sign in; ends what is open at once."},
};
#undef OPT

static int
staff_set(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct set_options *o = options;
	Emage__StaffSetRequest rq = EMAGE__STAFF_SET_REQUEST__INIT;
	ProtobufCMessage *msg;

	if (argc != 1)
		return ctl_usage(&ctl_staff_set);
	if (o->enable && o->disable)
		return ctl_fail("--enable or --disable, not both");
	if (ctl_number(argv[0], "an account", &rq.account_id) != 0 ||
	    staff_read_role(o->role, &rq.role) != 0)
		return CTL_FAILED;
	rq.rpps = staff_text(o->rpps);
	rq.establishment_id = (uint64_t)o->establishment;
	rq.email = staff_text(o->email);
	rq.mobile = staff_text(o->mobile);
	rq.enabled = o->enable	  ? EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_YES
		     : o->disable ? EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_NO
				  : EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_STAYS;
	if (ctl_connect(ctl) < 0 || ctl_call(ctl, METHOD_staff_set, &rq.base, &msg) < 0)
		return CTL_FAILED;
	if (ctl->json)
		ctl_print_json(msg);
	else
		staff_show(((Emage__StaffSetReply *)msg)->row);
	protobuf_c_message_free_unpacked(msg, NULL);
	return CTL_OK;
}

const struct ctl_command ctl_staff_set = {
    .name = "staff set",
    .args = "ACCOUNT",
    .help = "Change role, place or addresses of an account of staff; disable or enable it.",
    .rows = set_rows,
    .n_rows = ARRAY_LEN(set_rows),
    .options_size = sizeof(struct set_options),
    .run = staff_set,
};

/* -------------------------------------------------------------- staff reset */

static int
staff_reset(struct ctl *ctl, const void *options, int argc, char **argv)
{
	Emage__StaffResetRequest rq = EMAGE__STAFF_RESET_REQUEST__INIT;
	Emage__StaffResetReply *reply;
	ProtobufCMessage *msg;

	(void)options;
	if (argc != 1)
		return ctl_usage(&ctl_staff_reset);
	if (ctl_number(argv[0], "an account", &rq.account_id) != 0 || ctl_connect(ctl) < 0 ||
	    ctl_call(ctl, METHOD_staff_reset, &rq.base, &msg) < 0)
		return CTL_FAILED;
	reply = (Emage__StaffResetReply *)msg;
	if (ctl->json)
		ctl_print_json(msg);
	else
		staff_print_password(reply->temporary_password);
	secret_wipe(reply->temporary_password, strlen(reply->temporary_password));
	protobuf_c_message_free_unpacked(msg, NULL);
	return CTL_OK;
}

const struct ctl_command ctl_staff_reset = {
    .name = "staff reset",
    .args = "ACCOUNT",
    .help = "Give an account of staff a temporary password; prints it.",
    .run = staff_reset,
};
