/* SPDX-License-Identifier: MIT */
/*
 * emagectl session list, session end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/mem.h"
#include "proto/staff.pb-c.h"
#include "tools/emagectl/ctl.h"

#define PAGE_SIZE 50u

static void
session_show(const Emage__SessionRow *r)
{
	struct clock_civil opened = clock_paris(r->opened_at_ms);
	struct clock_civil active = clock_paris(r->active_at_ms);
	char *name = ctl_clean(r->name);

	printf("%8" PRIu64 "  %-12s  %-8s  since %04d-%02d-%02d %02d:%02d, active %02d:%02d%s%s\n",
	    r->session_id, ctl_role_word(r->role), r->terminal, opened.year, opened.month,
	    opened.day, opened.hour, opened.minute, active.hour, active.minute, *name ? "  " : "",
	    name);
	free(name);
}

static int
session_list(struct ctl *ctl, const void *options, int argc, char **argv)
{
	Emage__AdminSessionListRequest rq = EMAGE__ADMIN_SESSION_LIST_REQUEST__INIT;
	uint32_t n_pages = 1;

	(void)options;
	(void)argv;
	if (argc > 0)
		return ctl_usage(&ctl_session_list);
	if (ctl_connect(ctl) < 0)
		return CTL_FAILED;
	rq.page_size = PAGE_SIZE;
	for (rq.page = 1; rq.page <= n_pages; rq.page++) {
		Emage__AdminSessionListReply *reply;
		ProtobufCMessage *msg;

		if (ctl_call(ctl, METHOD_admin_session_list, &rq.base, &msg) < 0)
			return CTL_FAILED;
		reply = (Emage__AdminSessionListReply *)msg;
		for (size_t i = 0; i < reply->n_rows; i++) {
			if (ctl->json)
				ctl_print_json(&reply->rows[i]->base);
			else
				session_show(reply->rows[i]);
		}
		n_pages = reply->n_pages;
		protobuf_c_message_free_unpacked(msg, NULL);
	}
	return CTL_OK;
}

const struct ctl_command ctl_session_list = {
    .name = "session list",
    .args = "",
    .help = "Show open sessions, newest first; patients have no name here.",
    .run = session_list,
};

static int
session_end(struct ctl *ctl, const void *options, int argc, char **argv)
{
	Emage__AdminSessionEndRequest rq = EMAGE__ADMIN_SESSION_END_REQUEST__INIT;
	int n_done = 0;

	(void)options;
	if (argc == 0)
		return ctl_usage(&ctl_session_end);
	if (ctl_connect(ctl) < 0)
		return CTL_FAILED;
	for (int i = 0; i < argc; i++) {
		ProtobufCMessage *msg;

		if (ctl_number(argv[i], "a session", &rq.session_id) != 0 ||
		    ctl_call(ctl, METHOD_admin_session_end, &rq.base, &msg) < 0)
			continue;
		if (ctl->json)
			ctl_print_json(msg);
		else
			printf("session %s ended\n", argv[i]);
		protobuf_c_message_free_unpacked(msg, NULL);
		n_done++;
	}
	return n_done == argc ? CTL_OK : n_done > 0 ? CTL_PARTLY : CTL_FAILED;
}

const struct ctl_command ctl_session_end = {
    .name = "session end",
    .args = "SESSION...",
    .help = "End sessions at once, whatever they are sending.",
    .run = session_end,
};
