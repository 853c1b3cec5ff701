/* SPDX-License-Identifier: MIT */
/*
 * The helper processes die: only what they were doing suffers, and it is done
 * again.
 */
#include "tests/lib/check.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/mem.h"
#include "tests/lib/wire.h"

static void
helper_kill(const struct fixture *f, const char *name)
{
	pid_t pid = fixture_child(f, name);
	struct pollfd end = {.events = POLLIN};

	assert_int_not_equal(pid, 0);
	end.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	assert_true(end.fd >= 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(poll(&end, 1, FIXTURE_DEADLINE_MS), 1);
	close(end.fd);
}

/* The code of somebody who signs in just then comes all the same. */
static void
test_courier_killed(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient who;
	struct mailbox *mailbox = fixture_mailbox(f);
	int64_t restarts = fixture_counter(f, "helper_restarts");
	struct wire *w;
	char code[16];
	int i;

	fixture_add_patient(f, "Dominique", "dominique@example.org", &who);
	for (i = 0; i < 2; i++) {
		helper_kill(f, "emage-courier");
		w = wire_open_greeted(f);
		assert_int_equal(wire_password(w, who.identifier, who.temporary), 0);
		fixture_next_code(mailbox, code);
		assert_int_equal(wire_code(w, code), 0);
		wire_free(&w);
		fixture_advance(f, 3600 * 1000);
	}
	assert_true(fixture_counter(f, "helper_restarts") >= restarts + 2);
	assert_int_not_equal(fixture_child(f, "emage-courier"), 0);
	mailbox_free(&mailbox);
}

/* One that died with nothing in hand costs no file. */
static void
test_imaging_killed(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient who;
	char *small = fixture_dicom("CT_small.dcm"), *other = fixture_dicom("MR_small.dcm");
	const char *ct[] = {small, NULL}, *mr[] = {other, NULL};

	fixture_add_patient(f, "Alix", "alix@example.org", &who);
	fixture_add_establishment(f, "679900019", "Clinique fictive");
	fixture_import(f, &who, ct);
	while (fixture_child(f, "emage-imaging") != 0)
		helper_kill(f, "emage-imaging");
	fixture_import(f, &who, mr);
	assert_int_not_equal(fixture_child(f, "emage-imaging"), 0);
	free(small);
	free(other);
}

static int
helpers_set_up(void **state)
{
	struct fixture *f = fixture_new(NULL);

	fixture_start(f);
	*state = f;
	return 0;
}

static int
helpers_tear_down(void **state)
{
	struct fixture *f = *state;
	int status = fixture_stop(f);

	fixture_free(&f);
	return status;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_courier_killed),
	    cmocka_unit_test(test_imaging_killed),
	};

	return cmocka_run_group_tests_name("helpers", tests, helpers_set_up, helpers_tear_down);
}
