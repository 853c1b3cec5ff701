/* SPDX-License-Identifier: MIT */
/*
 * emagectl contest list, contest answer: patients' questions about accesses.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "proto/load.pb-c.h"
#include "tools/emagectl/ctl.h"

/* --------------------------------------------------------------------- list */

static void
contest_time(const char *label, int64_t at_ms)
{
	struct clock_civil c = clock_paris(at_ms);

	printf("%s%04d-%02d-%02d %02d:%02d\n", label, c.year, c.month, c.day, c.hour, c.minute);
}

static void
contest_show(const Emage__Contest *c)
{
	char *question = ctl_clean(c->question), *who = ctl_clean(c->professional);
	char *where = ctl_clean(c->establishment);

	printf("%s\n", c->reference);
	contest_time("  asked:        ", c->asked_at_ms);
	printf(
	    "  patient:      %" PRIu64 ", access %" PRIu64 "\n", c->patient_id, c->access_number);
	contest_time("  access:       ", c->access_at_ms);
	printf("  professional: %s%s%s\n", who, *where ? ", " : "", where);
	printf("  question:     %s\n", question);
	free(question);
	free(who);
	free(where);
}

static int
contest_list(struct ctl *ctl, const void *options, int argc, char **argv)
{
	Emage__AdminContestListRequest rq = EMAGE__ADMIN_CONTEST_LIST_REQUEST__INIT;
	bool more = true;

	(void)options;
	(void)argv;
	if (argc > 0)
		return ctl_usage(&ctl_contest_list);
	if (ctl_connect(ctl) < 0)
		return CTL_FAILED;
	while (more) {
		Emage__AdminContestListReply *reply;
		ProtobufCMessage *msg;

		if (ctl_call(ctl, METHOD_admin_contest_list, &rq.base, &msg) < 0)
			return CTL_FAILED;
		reply = (Emage__AdminContestListReply *)msg;
		for (size_t i = 0; i < reply->n_contests; i++) {
			if (ctl->json)
				ctl_print_json(&reply->contests[i]->base);
			else
				contest_show(reply->contests[i]);
			rq.after = reply->contests[i]->contest_id;
		}
		more = reply->more;
		protobuf_c_message_free_unpacked(msg, NULL);
	}
	return CTL_OK;
}

const struct ctl_command ctl_contest_list = {
    .name = "contest list",
    .args = "",
    .help = "Show patients' questions about accesses that wait for an answer.",
    .run = contest_list,
};

/* ------------------------------------------------------------------- answer */

struct answer_options {
	const char *author;
};

static const struct option_row answer_rows[] = {
    {0, "author", "NAME", OPTION_STRING, .offset = offsetof(struct answer_options, author),
	.help = "Who answers, as the patient will read it."},
};

/* "Q-000012", or 12. */
static uint64_t
contest_number(const char *word)
{
	const char *digits = strncmp(word, "Q-", 2) == 0 ? word + 2 : word;
	uint64_t n;
	char *end;

	errno = 0;
	n = strtoull(digits, &end, 10);
	return errno != 0 || *digits < '0' || *digits > '9' || *end != '\0' ? 0 : n;
}

static int
contest_answer(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct answer_options *o = options;
	Emage__AdminContestAnswerRequest rq = EMAGE__ADMIN_CONTEST_ANSWER_REQUEST__INIT;
	ProtobufCMessage *msg;

	if (argc != 2)
		return ctl_usage(&ctl_contest_answer);
	if (!o->author)
		return ctl_fail("--author is needed");
	rq.contest_id = contest_number(argv[0]);
	if (rq.contest_id == 0)
		return ctl_fail("\"%s\" is not the reference of a question", argv[0]);
	rq.author = (char *)o->author;
	rq.answer = argv[1];
	if (ctl_connect(ctl) < 0 || ctl_call(ctl, METHOD_admin_contest_answer, &rq.base, &msg) < 0)
		return CTL_FAILED;
	if (ctl->json)
		ctl_print_json(msg);
	protobuf_c_message_free_unpacked(msg, NULL);
	return CTL_OK;
}

const struct ctl_command ctl_contest_answer = {
    .name = "contest answer",
    .args = "REFERENCE TEXT",
    .help = "Answer a patient's question; the patient reads it with the access.",
    .rows = answer_rows,
    .n_rows = ARRAY_LEN(answer_rows),
    .options_size = sizeof(struct answer_options),
    .run = contest_answer,
};
