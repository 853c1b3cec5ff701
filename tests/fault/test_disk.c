/* SPDX-License-Identifier: MIT */
/*
 * The disk under the whole server is full, or fails. Nothing is acknowledged
 * that is not there afterwards: a full disk refuses and mends, an error of the
 * disk ends the process, which recovers when it is started again.
 */
#include "tests/lib/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/admin.pb-c.h"
#include "tests/fault/disk_preload.h"
#include "tests/lib/wire.h"

#define N_BEFORE 5u

struct disk {
	struct fixture *f;
	char control[128];
};

static void
disk_set(const struct disk *d, char fault)
{
	int fd = open(d->control, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0 && pwrite(fd, &fault, 1, 0) == 1);
	close(fd);
}

/* 0 with its id and whether it was there before, or -EM_E_*. */
static int
disk_add(struct wire *w, unsigned nr, bool *existed_r)
{
	Emage__AdminEstablishmentAddRequest rq = EMAGE__ADMIN_ESTABLISHMENT_ADD_REQUEST__INIT;
	char finess[16], name[48];
	int rc;

	snprintf(finess, sizeof(finess), "98%07u", nr);
	snprintf(name, sizeof(name), "Cabinet fictif n° %u", nr);
	rq.finess = finess;
	rq.name = name;
	rc = wire_call(w, METHOD_admin_establishment_add, &rq);
	if (rc == 0)
		*existed_r = ((const Emage__AdminEstablishmentAddReply *)w->reply)->existed;
	return rc;
}

static void
disk_start(struct disk *d)
{
	char *shim = mem_printf("%s/tests/fault/disk_preload.so", getenv("EMAGE_BUILD"));

	disk_set(d, FAULT_NONE);
	assert_int_equal(access(shim, R_OK), 0);
	setenv(FAULT_CONTROL, d->control, 1);
	setenv("LD_PRELOAD", shim, 1);
	fixture_start(d->f);
	unsetenv("LD_PRELOAD");
	free(shim);
}

static void
disk_add_some(struct wire *w, unsigned from)
{
	bool existed;
	unsigned i;

	for (i = 0; i < N_BEFORE; i++) {
		assert_int_equal(disk_add(w, from + i, &existed), 0);
		assert_false(existed);
	}
}

static void
disk_all_there(struct wire *w, unsigned from)
{
	bool existed;
	unsigned i;

	for (i = 0; i < N_BEFORE; i++) {
		assert_int_equal(disk_add(w, from + i, &existed), 0);
		assert_true(existed);
	}
}

/* Not made, or nobody can say: never acknowledged. */
static void
disk_is_refused(struct wire *w, unsigned nr)
{
	bool existed;
	int rc = disk_add(w, nr, &existed);

	assert_true(rc == -EM_E_UNAVAILABLE || rc == -EM_E_UNCERTAIN);
}

static void
test_full_disk_refuses_and_mends(void **state)
{
	struct disk *d = *state;
	struct wire *w;
	bool existed;

	disk_start(d);
	w = wire_open_local(d->f);
	disk_add_some(w, 100);
	disk_set(d, FAULT_FULL);
	disk_is_refused(w, 199);
	disk_is_refused(w, 199);
	/* reading goes on, on the same connection */
	assert_int_equal(wire_call_empty(w, METHOD_admin_status), 0);
	disk_set(d, FAULT_NONE);
	assert_int_equal(disk_add(w, 199, &existed), 0);
	assert_false(existed); /* what was refused had left nothing behind */
	disk_all_there(w, 100);
	wire_free(&w);
	assert_int_equal(fixture_stop(d->f), 0);
}

/* The first failure stops all writing; the process ends and says so. */
static void
disk_fails(struct disk *d, char fault, unsigned from)
{
	struct wire *w;
	bool existed = false;
	int rc, status;

	disk_start(d);
	w = wire_open_local(d->f);
	disk_add_some(w, from);
	disk_set(d, fault);
	rc = disk_add(w, from + 99, &existed);
	if (rc == 0)
		fail_msg("acknowledged although the disk had failed");
	status = fixture_wait_end(d->f);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
	wire_free(&w);
	disk_set(d, FAULT_NONE);
	fixture_start(d->f);
	w = wire_open_local(d->f);
	disk_all_there(w, from);
	assert_int_equal(disk_add(w, from + 99, &existed), 0); /* there or not: whole */
	wire_free(&w);
	assert_int_equal(fixture_stop(d->f), 0);
}

static void
test_failed_write(void **state)
{
	disk_fails(*state, FAULT_EIO, 200);
}

static void
test_failed_sync(void **state)
{
	disk_fails(*state, FAULT_SYNC_FAILS, 300);
}

static int
disk_set_up(void **state)
{
	struct disk *d = mem_new(sizeof(*d));

	d->f = fixture_new(NULL);
	snprintf(d->control, sizeof(d->control), "%s/fault", d->f->folder);
	*state = d;
	return 0;
}

static int
disk_tear_down(void **state)
{
	struct disk *d = *state;

	fixture_free(&d->f);
	free(d);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_full_disk_refuses_and_mends),
	    cmocka_unit_test(test_failed_write),
	    cmocka_unit_test(test_failed_sync),
	};

	return cmocka_run_group_tests_name("disk", tests, disk_set_up, disk_tear_down);
}
