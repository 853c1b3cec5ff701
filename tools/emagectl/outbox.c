/* SPDX-License-Identifier: MIT */
/*
 * emagectl outbox list, retry, drop: messages that wait to leave.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/mem.h"
#include "proto/outbox.pb-c.h"
#include "tools/emagectl/ctl.h"

static void
outbox_show(const Emage__OutboxRow *r)
{
	struct clock_civil came = clock_paris(r->created_at_ms), due = clock_paris(r->due_at_ms);
	char *masked = ctl_clean(r->masked);

	printf("%8" PRIu64 "  %-6s  since %04d-%02d-%02d %02d:%02d, %u tries, next %02d:%02d  %s\n",
	    r->outbox_id, r->is_code ? "code" : "notice", came.year, came.month, came.day,
	    came.hour, came.minute, r->n_tries, due.hour, due.minute, masked);
	free(masked);
}

static int
outbox_list(struct ctl *ctl, const void *options, int argc, char **argv)
{
	Emage__OutboxListRequest rq = EMAGE__OUTBOX_LIST_REQUEST__INIT;
	bool more = true;

	(void)options;
	(void)argv;
	if (argc > 0)
		return ctl_usage(&ctl_outbox_list);
	if (ctl_connect(ctl) < 0)
		return CTL_FAILED;
	while (more) {
		Emage__OutboxListReply *reply;
		ProtobufCMessage *msg;

		if (ctl_call(ctl, METHOD_outbox_list, &rq.base, &msg) < 0)
			return CTL_FAILED;
		reply = (Emage__OutboxListReply *)msg;
		for (size_t i = 0; i < reply->n_rows; i++) {
			if (ctl->json)
				ctl_print_json(&reply->rows[i]->base);
			else
				outbox_show(reply->rows[i]);
			rq.after = reply->rows[i]->outbox_id;
		}
		more = reply->more;
		if (!more && !ctl->json)
			printf("%u waiting\n", reply->n_waiting);
		protobuf_c_message_free_unpacked(msg, NULL);
	}
	return CTL_OK;
}

const struct ctl_command ctl_outbox_list = {
    .name = "outbox list",
    .args = "",
    .help = "Show messages that wait to leave, with their tries; never what they say.",
    .run = outbox_list,
};

/* A message's number, or "all" where that makes sense. */
static int
outbox_number(const char *text, bool all, uint64_t *id_r)
{
	if (all && strcmp(text, "all") == 0) {
		*id_r = 0;
		return 0;
	}
	return ctl_number(text, "a message", id_r);
}

static int
outbox_each(
    struct ctl *ctl, const struct ctl_command *cmd, enum method_index m, int argc, char **argv)
{
	bool retry = m == METHOD_outbox_retry;
	int n_done = 0;

	if (argc == 0)
		return ctl_usage(cmd);
	if (ctl_connect(ctl) < 0)
		return CTL_FAILED;
	for (int i = 0; i < argc; i++) {
		Emage__OutboxRetryRequest again = EMAGE__OUTBOX_RETRY_REQUEST__INIT;
		Emage__OutboxDropRequest drop = EMAGE__OUTBOX_DROP_REQUEST__INIT;
		ProtobufCMessage *msg;

		if (outbox_number(argv[i], retry, retry ? &again.outbox_id : &drop.outbox_id) !=
			0 ||
		    ctl_call(ctl, m, retry ? &again.base : &drop.base, &msg) < 0)
			continue;
		if (ctl->json)
			ctl_print_json(msg);
		else if (retry)
			printf("%u due now\n", ((Emage__OutboxRetryReply *)msg)->n);
		else
			printf("message %s dropped\n", argv[i]);
		protobuf_c_message_free_unpacked(msg, NULL);
		n_done++;
	}
	return n_done == argc ? CTL_OK : n_done > 0 ? CTL_PARTLY : CTL_FAILED;
}

static int
outbox_retry(struct ctl *ctl, const void *options, int argc, char **argv)
{
	(void)options;
	return outbox_each(ctl, &ctl_outbox_retry, METHOD_outbox_retry, argc, argv);
}

const struct ctl_command ctl_outbox_retry = {
    .name = "outbox retry",
    .args = "MESSAGE... | all",
    .help = "Try messages again now, without waiting for their time.",
    .run = outbox_retry,
};

static int
outbox_drop(struct ctl *ctl, const void *options, int argc, char **argv)
{
	(void)options;
	return outbox_each(ctl, &ctl_outbox_drop, METHOD_outbox_drop, argc, argv);
}

const struct ctl_command ctl_outbox_drop = {
    .name = "outbox drop",
    .args = "MESSAGE...",
    .help = "Give messages up; they are never sent.",
    .run = outbox_drop,
};
