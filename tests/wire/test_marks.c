/* SPDX-License-Identifier: MIT */
/*
 * emagectl status tells when there was a backup and a checkpoint last, and warns when
 * that is too long ago (L-03); checkpoints go where the settings say.
 */
#include "tests/lib/check.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "tests/lib/server_fixture.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS	  (60 * MINUTE_MS)

static struct fixture *server;

/* The folder that checkpoints go to is "away"; the command puts them into "sent". */
static int
set_up(void **state)
{
	const char *sets[] = {"audit.checkpoints=../away",
	    "audit.checkpoint_command=cat > \"$EMAGE_TEST_SENT\"", NULL};
	char *sent;

	(void)state;
	server = fixture_new(sets);
	sent = mem_printf("%s/sent", server->folder);
	setenv("EMAGE_TEST_SENT", sent, 1);
	free(sent);
	fixture_start(server);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

/* As in tests/fault/test_backup.c: $E emagectl, $S socket, $C settings, $F folder. */
static void
says(int status, const char *text, const char *line)
{
	char *script = mem_printf("exec 2>&1; E='%s/emagectl'; S='%s'; C='%s'; F='%s'; %s",
	    getenv("EMAGE_BUILD"), server->socket, server->config, server->folder, line);
	const char *argv[] = {"/bin/sh", "-c", script, NULL};
	char *out;
	int ended = fixture_run(server, argv, &out);

	if (ended != status || strstr(out, text) == NULL)
		fail_msg("%s: status %d: %s", line, ended, out);
	free(out);
	free(script);
}

static void
test_never(void **state)
{
	(void)state;
	/* its start is not what is looked at here: without it the status is 1 */
	says(0, "", "until $E status -S $S | grep -q '^courier  *up'; do :; done");
	says(0, "last backup                  never\n", "$E status -S $S");
	says(0, "last checkpoint              never\n", "$E status -S $S");
	fixture_advance(server, 16 * MINUTE_MS);
	says(1, "last checkpoint              never  LATE\n", "$E status -S $S");
	says(1, "last backup                  never\n", "$E status -S $S");
	fixture_advance(server, 26 * HOUR_MS);
	says(1, "last backup                  never  LATE\n", "$E status -S $S");
}

static void
test_checkpoint(void **state)
{
	(void)state;
	says(0, ".checkpoint: ", "mkdir $F/away && $E audit checkpoint -c $C");
	says(0, "emage audit checkpoint 1\n", "cat $F/away/*.checkpoint");
	says(0, "", "cmp $F/away/*.checkpoint $F/sent");
	says(0, "sound: ", "$E audit verify -c $C --checkpoint $F/sent");
	says(1, "last checkpoint              00:00:0", "$E status -S $S");
	fixture_advance(server, 14 * MINUTE_MS);
	says(1, "last checkpoint              00:14:0", "$E status -S $S | grep -v LATE; false");
	fixture_advance(server, 2 * MINUTE_MS);
	says(1, "  LATE\n", "$E status -S $S | grep checkpoint; false");
}

/* What did not arrive is no checkpoint. */
static void
test_checkpoint_lost(void **state)
{
	(void)state;
	says(2, "ended with status", "EMAGE_TEST_SENT=/nowhere/sent $E audit checkpoint -c $C");
	says(1, "  LATE\n", "$E status -S $S | grep checkpoint; false");
	says(2, "No such file", "rm -r $F/away; $E audit checkpoint -c $C");
	says(1, "  LATE\n", "$E status -S $S | grep checkpoint; false");
	says(0, "emage audit checkpoint 1\n", "$E audit checkpoint -c $C -");
	says(1, "  LATE\n", "$E status -S $S | grep checkpoint; false");
}

static void
test_backup(void **state)
{
	(void)state;
	says(0, "", "$E backup keygen $F/key && $E backup -c $C -k $F/key.pub $F/backups");
	says(0, "00:00:0", "$E audit checkpoint -S $S --key $F/other $F/x && $E status -S $S");
	says(0, "backup.taken", "$E audit list -S $S --event backup");
	fixture_advance(server, 25 * HOUR_MS);
	says(0, "last backup                  1 d 01:00:0", "$E status -S $S | grep -v LATE");
	fixture_advance(server, 2 * HOUR_MS);
	says(1, "last backup                  1 d 03:00:0", "$E status -S $S");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_never),
	    cmocka_unit_test(test_checkpoint),
	    cmocka_unit_test(test_checkpoint_lost),
	    cmocka_unit_test(test_backup),
	};

	return cmocka_run_group_tests_name("marks", tests, set_up, tear_down);
}
