/* SPDX-License-Identifier: MIT */
/*
 * emagectl status.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "tools/emagectl/ctl.h"

static void
status_print_age(int64_t ms)
{
	int64_t s = ms / 1000;

	if (s >= 86400)
		printf("%" PRId64 " d ", s / 86400);
	printf("%02" PRId64 ":%02" PRId64 ":%02" PRId64, s / 3600 % 24, s / 60 % 60, s % 60);
}

/* "last backup   3 days ago  LATE" */
static void
status_print_last(const char *what, int64_t at_ms, int64_t now_ms, bool late)
{
	printf("%-28s ", what);
	if (at_ms) {
		status_print_age(now_ms - at_ms);
		fputs(" ago", stdout);
	} else {
		fputs("never", stdout);
	}
	puts(late ? "  LATE" : "");
}

static void
status_print(const Emage__AdminStatusReply *st)
{
	char *region = ctl_clean(st->region), *version = ctl_clean(st->version), *name;

	printf("emaged %s, %s, up ", version, region);
	status_print_age(st->now_ms - st->started_at_ms);
	printf("\n\n%-28s %s\n", "courier", st->courier_up ? "up" : "DOWN");
	printf("%-28s %u%s\n", "imaging processes", st->imaging_up, st->imaging_up ? "" : "  DOWN");
	status_print_last("last backup", st->backup_at_ms, st->now_ms, st->backup_late);
	status_print_last("last checkpoint", st->checkpoint_at_ms, st->now_ms, st->checkpoint_late);
	for (size_t i = 0; i < st->n_counters; i++) {
		name = ctl_clean(st->counters[i]->name);
		for (char *p = name; *p; p++)
			*p = *p == '_' ? ' ' : *p;
		printf("%-28s %" PRIu64 "\n", name, st->counters[i]->value);
		free(name);
	}
	free(region);
	free(version);
}

static int
status_run(struct ctl *ctl, const void *options, int argc, char **argv)
{
	Emage__AdminStatusRequest rq = EMAGE__ADMIN_STATUS_REQUEST__INIT;
	const Emage__AdminStatusReply *st;
	ProtobufCMessage *msg;
	bool whole;

	(void)options;
	(void)argv;
	if (argc > 0)
		return ctl_usage(&ctl_status);
	if (ctl_connect(ctl) < 0 || ctl_call(ctl, METHOD_admin_status, &rq.base, &msg) < 0)
		return CTL_FAILED;
	st = (const Emage__AdminStatusReply *)msg;
	if (ctl->json)
		ctl_print_json(msg);
	else
		status_print(st);
	whole = st->courier_up && st->imaging_up > 0 && !st->backup_late && !st->checkpoint_late;
	protobuf_c_message_free_unpacked(msg, NULL);
	return whole ? CTL_OK : CTL_PARTLY;
}

const struct ctl_command ctl_status = {
    .name = "status",
    .args = "",
    .help = "Say how the server is; exit status 1: a part is down or late.",
    .run = status_run,
};
