/* SPDX-License-Identifier: MIT */
/*
 * A helper program beside the client's loop: what it gets, what it does not get,
 * and how its end is told.
 */
#include "tests/lib/check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/spawn.h"
#include "common/mem.h"

#define DEADLINE_MS 60000

static char folder[] = "/tmp/emage-spawn-XXXXXX";

static void
write_script(const char *text)
{
	char *path = mem_printf("%s/helper", folder);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fprintf(f, "#!/bin/sh\n%s\n", text) > 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0700), 0);
	free(path);
}

static struct spawn *
start(const char *script, const void *input, size_t len)
{
	const char *const args[] = {"one", "two words", NULL};
	struct spawn *s;
	struct buf in;

	write_script(script);
	buf_init(&in, 1 << 20);
	assert_int_equal(buf_append(&in, input, len), 0);
	s = spawn_new("helper", args, &in);
	assert_non_null(s);
	assert_null(buf_bytes(&in)); /* taken */
	return s;
}

static struct spawn_result
finish(struct spawn *s)
{
	struct pollfd p[SPAWN_FDS];

	do {
		spawn_wants(s, p);
		assert_true(poll(p, SPAWN_FDS, DEADLINE_MS) > 0);
	} while (!spawn_step(s, p));
	return spawn_result(s);
}

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) && setenv("EMAGE_LIBEXEC", folder, 1) == 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	char *path = mem_printf("%s/helper", folder);
	int rc;

	(void)state;
	unlink(path);
	rc = rmdir(folder);
	free(path);
	return rc;
}

static void
what_goes_in_comes_out(void **state)
{
	static const char input[] = "une lettre\nen deux lignes\n";
	struct spawn *s = start("cat; printf '%s|' \"$0\" \"$@\"", input, sizeof(input) - 1);
	struct spawn_result r = finish(s);
	char *want = mem_printf("%s%s/helper|one|two words|", input, folder);

	(void)state;
	assert_int_equal(r.status, 0);
	assert_string_equal(r.out, want);
	assert_string_equal(r.err, "");
	spawn_free(&s);
	assert_null(s);
	free(want);
}

/* More than a pipe holds. */
static void
much_goes_in(void **state)
{
	size_t len = 300000;
	char *input = mem_new(len);
	struct spawn_result r;
	struct spawn *s;

	(void)state;
	memset(input, 'x', len);
	s = start("wc -c", input, len);
	r = finish(s);
	assert_int_equal(r.status, 0);
	assert_int_equal(atoi(r.out), 300000);
	spawn_free(&s);
	free(input);
}

/* No descriptor but three pipes, no terminal, no word of our environment. */
static void
it_inherits_nothing(void **state)
{
	int extra[2], high;
	struct spawn_result r;
	struct spawn *s;

	(void)state;
	assert_int_equal(pipe(extra), 0); /* as a careless library would leave it */
	high = fcntl(extra[0], F_DUPFD, 200);
	assert_true(high >= 200);
	setenv("SECRET_OF_OURS", "1", 1);
	s = start("cat > /dev/null; for f in /proc/$$/fd/*; do readlink \"$f\"; done | "
		  "grep -v -e '^pipe:' -e '/helper$'; env; (: < /dev/tty) 2>/dev/null && echo tty",
	    "", 0);
	r = finish(s);
	assert_null(strstr(r.out, "SECRET_OF_OURS"));
	assert_null(strstr(r.out, "EMAGE_LIBEXEC"));
	assert_non_null(strstr(r.out, "PATH=/usr/bin:/bin\n"));
	assert_null(strstr(r.out, "/dev/"));
	assert_null(strstr(r.out, "socket:"));
	assert_null(strstr(r.out, "tty"));
	spawn_free(&s);
	/* the two that it must not have are told apart from its own by their number */
	s = start("cat > /dev/null; ls /proc/self/fd | wc -l", "", 0);
	r = finish(s);
	assert_int_equal(atoi(r.out), 4); /* and the folder that ls reads */
	spawn_free(&s);
	close(extra[0]);
	close(extra[1]);
	close(high);
}

static void
its_end_is_told(void **state)
{
	static const struct {
		const char *script;
		int status;
		const char *err;
	} rows[] = {
	    {"exit 7", 7, ""},
	    {"echo 'emage-letter: no' >&2; echo more >&2; exit 3", 3, "emage-letter: no"},
	    {"printf '\\033[2Jx\\ty' >&2; exit 1", 1, "\xef\xbf\xbd[2Jx y"},
	    {"kill -9 $$", -1, ""},
	    /* says nothing more, but has not ended */
	    {"exec 1>&- 2>&- 0<&-; exit 5", 5, ""},
	    {"head -c 100000 /dev/zero", -1, ""},
	    {"head -c 100000 /dev/zero | tr '\\0' e >&2; exit 4", 4, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct spawn *s = start(rows[i].script, "in", 2);
		struct spawn_result r = finish(s);

		print_message("%zu\n", i);
		assert_int_equal(r.status, rows[i].status);
		if (rows[i].err)
			assert_string_equal(r.err, rows[i].err);
		spawn_free(&s);
	}
}

static void
what_is_not_there_is_not_started(void **state)
{
	const char *const args[] = {NULL};
	struct buf in;

	(void)state;
	buf_init(&in, 100);
	assert_int_equal(buf_append(&in, "x", 1), 0);
	assert_null(spawn_new("no-such-helper", args, &in));
	assert_null(buf_bytes(&in));
}

/* Left alone before it has all its input, it does not go on with a part. */
static void
without_its_input_it_is_killed(void **state)
{
	size_t len = 300000;
	char *input = mem_new(len), *fifo = mem_printf("%s/fifo", folder), byte;
	struct pollfd p;
	struct spawn *s;

	(void)state;
	assert_int_equal(mkfifo(fifo, 0600), 0);
	s = start("exec 9> \"${0%/*}/fifo\"; kill -STOP $$", input, len);
	p = (struct pollfd){.fd = open(fifo, O_RDONLY | O_CLOEXEC), .events = POLLIN};
	assert_true(p.fd >= 0);
	spawn_free(&s);
	assert_null(s);
	/* its end of the FIFO goes with it */
	assert_int_equal(poll(&p, 1, DEADLINE_MS), 1);
	assert_int_equal(read(p.fd, &byte, 1), 0);
	close(p.fd);
	assert_int_equal(unlink(fifo), 0);
	free(fifo);
	free(input);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_goes_in_comes_out),
	    cmocka_unit_test(much_goes_in),
	    cmocka_unit_test(it_inherits_nothing),
	    cmocka_unit_test(its_end_is_told),
	    cmocka_unit_test(what_is_not_there_is_not_started),
	    cmocka_unit_test(without_its_input_it_is_killed),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("spawn", tests, set_up, tear_down);
}
