/* SPDX-License-Identifier: MIT */
/*
 * emagectl establishment add, establishment list.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/mem.h"
#include "proto/staff.pb-c.h"
#include "tools/emagectl/ctl.h"

#define PAGE_SIZE 50u

/* --------------------------------------------------------- establishment add */

struct establishment_options {
	const char *finess, *name, *contact;
};

static const struct option_row establishment_rows[] = {
    {0, "finess", "NUMBER", OPTION_STRING, .offset = offsetof(struct establishment_options, finess),
	.help = "Its FINESS number."},
    {0, "name", "NAME", OPTION_STRING, .offset = offsetof(struct establishment_options, name),
	.help = "Its name, as patients know it."},
    {0, "contact", "ADDRESS", OPTION_STRING,
	.offset = offsetof(struct establishment_options, contact),
	.help = "E-mail that is told of patients' questions."},
};

static int
establishment_add(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct establishment_options *o = options;
	Emage__AdminEstablishmentAddRequest rq = EMAGE__ADMIN_ESTABLISHMENT_ADD_REQUEST__INIT;
	Emage__AdminEstablishmentAddReply *reply;
	ProtobufCMessage *msg;

	(void)argv;
	if (argc > 0)
		return ctl_usage(&ctl_establishment_add);
	if (!o->finess || !o->name)
		return ctl_fail("--finess and --name are needed");
	rq.finess = (char *)o->finess;
	rq.name = (char *)o->name;
	rq.contact = (char *)(o->contact ? o->contact : "");
	if (ctl_connect(ctl) < 0 ||
	    ctl_call(ctl, METHOD_admin_establishment_add, &rq.base, &msg) < 0)
		return CTL_FAILED;
	reply = (Emage__AdminEstablishmentAddReply *)msg;
	if (ctl->json)
		ctl_print_json(msg);
	else
		printf("establishment %" PRIu64 "%s\n", reply->establishment_id,
		    reply->existed ? " (known already)" : "");
	protobuf_c_message_free_unpacked(msg, NULL);
	return CTL_OK;
}

const struct ctl_command ctl_establishment_add = {
    .name = "establishment add",
    .args = "",
    .help = "Add an establishment, or find it by its FINESS number.",
    .rows = establishment_rows,
    .n_rows = ARRAY_LEN(establishment_rows),
    .options_size = sizeof(struct establishment_options),
    .run = establishment_add,
};

/* -------------------------------------------------------- establishment list */

static void
establishment_show(const Emage__EstablishmentRow *r)
{
	char *name = ctl_clean(r->name), *contact = ctl_clean(r->contact);

	printf("%6" PRIu64 "  %-9s  %s%s%s\n", r->establishment_id, r->finess, name,
	    *contact ? ", " : "", contact);
	free(name);
	free(contact);
}

static int
establishment_list(struct ctl *ctl, const void *options, int argc, char **argv)
{
	Emage__EstablishmentListRequest rq = EMAGE__ESTABLISHMENT_LIST_REQUEST__INIT;
	uint32_t n_pages = 1;

	(void)options;
	if (argc > 1)
		return ctl_usage(&ctl_establishment_list);
	if (ctl_connect(ctl) < 0)
		return CTL_FAILED;
	rq.name = argc > 0 ? argv[0] : (char *)"";
	rq.page_size = PAGE_SIZE;
	for (rq.page = 1; rq.page <= n_pages; rq.page++) {
		Emage__EstablishmentListReply *reply;
		ProtobufCMessage *msg;

		if (ctl_call(ctl, METHOD_establishment_list, &rq.base, &msg) < 0)
			return CTL_FAILED;
		reply = (Emage__EstablishmentListReply *)msg;
		for (size_t i = 0; i < reply->n_rows; i++) {
			if (ctl->json)
				ctl_print_json(&reply->rows[i]->base);
			else
				establishment_show(reply->rows[i]);
		}
		n_pages = reply->n_pages;
		protobuf_c_message_free_unpacked(msg, NULL);
	}
	return CTL_OK;
}

const struct ctl_command ctl_establishment_list = {
    .name = "establishment list",
    .args = "[BEGINNING]",
    .help = "Show establishments, or those with a word or a FINESS number that begins so.",
    .run = establishment_list,
};
