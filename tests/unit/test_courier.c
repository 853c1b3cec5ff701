/* SPDX-License-Identifier: MIT */
/*
 * The courier process itself, started as emaged starts it: what it writes into
 * the Maildir, what it refuses, and what it can no longer do.
 */
#include "tests/unit/test_courier.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/frame.h"
#include "common/mem.h"
#include "courier/backend.h"
#include "courier/mail.h"
#include "courier/sandbox.h"
#include "proto/internal.pb-c.h"
#include "tests/lib/file.h"

static int
office_setup(void **state)
{
	struct office *o = mem_new(sizeof(*o));

	(void)snprintf(o->dir, sizeof(o->dir), "/tmp/emage-courier-XXXXXX");
	assert_non_null(mkdtemp(o->dir));
	office_start(o);
	*state = o;
	return 0;
}

static int
office_teardown(void **state)
{
	struct office *o = *state;

	assert_int_equal(file_remove_all(o->dir), 0);
	free(o);
	return 0;
}

static void
part_path(const struct office *o, const char *part, const char *key, char out_r[160])
{
	(void)snprintf(
	    out_r, 160, "%s/mail/%s/%s%s", o->dir, part, key, key[0] != '\0' ? ".e-mage" : "");
}

static char *
file_text(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = mem_new(65536);

	assert_non_null(f);
	assert_true(fread(text, 1, 65535, f) > 0);
	(void)fclose(f);
	return text;
}

static unsigned
files_in(const struct office *o, const char *part)
{
	const struct dirent *e;
	char path[160];
	unsigned n = 0;
	DIR *d;

	part_path(o, part, "", path);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	(void)closedir(d);
	return n;
}

/* --------------------------------------------------------------- delivery */

static void
test_message_is_a_file(void **state)
{
	struct office *o = *state;
	Emage__CourierSendRequest m = message("00ff");
	char reason[64], path[160], *text;
	struct stat st;

	assert_int_equal(office_send(o, &m, reason), SENT);
	part_path(o, "new", "00ff", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	text = file_text(path);
	assert_non_null(strstr(text, "\nTo: camille@exemple.invalid\n"));
	assert_non_null(strstr(text, "\nFrom: e-mage <ne-pas-repondre@e-mage.example>\n"));
	assert_non_null(strstr(text, "\nSubject: =?UTF-8?B?Vm90cmUgY29kZSBkJ2FjY8Oocw==?=\n"));
	assert_non_null(strstr(text, "\nMessage-ID: <00ff@e-mage.example>\n"));
	assert_non_null(strstr(text, "\nAuto-Submitted: auto-generated\n"));
	assert_non_null(strstr(text, "\nMIME-Version: 1.0\n"));
	assert_non_null(strstr(text, "\nContent-Type: text/plain; charset=UTF-8\n"));
	assert_non_null(strstr(text, "\nContent-Transfer-Encoding: 8bit\n\n"
				     "Code : 1234 5678\nValable 15 minutes, été comme hiver.\n"));
	free(text);
	assert_int_equal(files_in(o, "tmp"), 0);
	assert_int_equal(office_end(o), 0);
}

static void
test_redelivery_is_recognised(void **state)
{
	struct office *o = *state;
	Emage__CourierSendRequest m = message("abcd");
	char reason[64], from[160], to[170];

	assert_int_equal(office_send(o, &m, reason), SENT);
	assert_int_equal(office_send(o, &m, reason), SENT);
	assert_int_equal(files_in(o, "new"), 1);
	/* also by another process, when its reader has moved it */
	assert_int_equal(office_end(o), 0);
	part_path(o, "new", "abcd", from);
	part_path(o, "cur", "abcd", to);
	(void)strncat(to, ":2,S", sizeof(to) - strlen(to) - 1);
	assert_int_equal(rename(from, to), 0);
	office_start(o);
	assert_int_equal(office_send(o, &m, reason), SENT);
	assert_int_equal(files_in(o, "new"), 0);
	m.idempotency_key = (char *)(uintptr_t) "abce";
	assert_int_equal(office_send(o, &m, reason), SENT);
	assert_int_equal(files_in(o, "new"), 1);
	assert_int_equal(office_end(o), 0);
}

static void
test_mobile_shows_channel_and_number(void **state)
{
	struct office *o = *state;
	Emage__CourierSendRequest m = message("0102");
	char reason[64], path[160], *text;

	m.channel = (char *)(uintptr_t) "mobile";
	m.address = (char *)(uintptr_t) "+33600000042";
	m.subject = (char *)(uintptr_t) "";
	m.body = (char *)(uintptr_t) "code 1234 5678";
	assert_int_equal(office_send(o, &m, reason), SENT);
	part_path(o, "new", "0102", path);
	text = file_text(path);
	assert_non_null(strstr(text, "\nX-Emage-Channel: mobile\nX-Emage-Number: +33600000042\n"));
	assert_non_null(strstr(text, "\nSubject: SMS +33600000042\n"));
	assert_non_null(strstr(text, "\n\ncode 1234 5678\n"));
	free(text);
	assert_int_equal(office_end(o), 0);
}

static void
test_what_cannot_be_sent(void **state)
{
	static const char *const addresses[] = {"", "camille", "a@b@c.invalid", "a b@c.invalid",
	    "a@b.invalid\nBcc: c@d.invalid", "<a@b.invalid>"};
	struct office *o = *state;
	Emage__CourierSendRequest m;
	char reason[64];

	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		m = message("0001");
		m.address = (char *)(uintptr_t)addresses[i];
		assert_int_equal(office_send(o, &m, reason), NEVER);
		assert_string_equal(reason, "malformed address");
	}
	m = message("0001");
	m.subject = (char *)(uintptr_t) "x\nBcc: c@d.invalid";
	assert_int_equal(office_send(o, &m, reason), NEVER);
	assert_string_equal(reason, "malformed subject");
	m = message("../0001");
	assert_int_equal(office_send(o, &m, reason), NEVER);
	assert_string_equal(reason, "malformed key");
	m = message("0001");
	m.channel = (char *)(uintptr_t) "fax";
	assert_int_equal(office_send(o, &m, reason), NEVER);
	assert_string_equal(reason, "unknown channel");
	m = message("0001");
	m.body = (char *)(uintptr_t) "\x1b[2J";
	assert_int_equal(office_send(o, &m, reason), NEVER);
	assert_string_equal(reason, "malformed value");
	m = message("0001");
	m.expires_at_ms = 1000;
	assert_int_equal(office_send(o, &m, reason), EXPIRED);
	assert_string_equal(reason, "expired");
	assert_int_equal(files_in(o, "new"), 0);
	/* and it goes on */
	m = message("0002");
	assert_int_equal(office_send(o, &m, reason), SENT);
	assert_int_equal(office_end(o), 0);
}

static void
test_what_fails_now_is_tried_again(void **state)
{
	struct office *o = *state;
	Emage__CourierSendRequest m = message("0003");
	char reason[64], path[160];

	/* ready once it has answered something */
	assert_int_equal(office_send(o, &m, reason), SENT);
	part_path(o, "tmp", "", path);
	/* a folder that was removed under it takes no file */
	assert_int_equal(rmdir(path), 0);
	m = message("0004");
	assert_int_equal(office_send(o, &m, reason), LATER);
	assert_string_equal(reason, "cannot write to the maildir");
	assert_int_equal(office_end(o), 0);
}

static void
test_nonsense_ends_it(void **state)
{
	struct office *o = *state;
	static const uint8_t other_method[FRAME_HEADER_LEN] = {0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 1};
	uint8_t byte;

	assert_int_equal(
	    send(o->fd, other_method, sizeof(other_method), MSG_NOSIGNAL), sizeof(other_method));
	assert_int_equal(office_read(o, &byte, 1), 0);
	assert_int_equal(office_end(o), 1);
}

static void
test_not_started_by_hand(void **state)
{
	struct office *o = *state;
	char command[320];

	assert_int_equal(office_end(o), 0);
	(void)snprintf(command, sizeof(command),
	    "%s/emage-courier maildir %s/x 3</dev/null 2>/dev/null", getenv("EMAGE_BUILD"), o->dir);
	assert_int_equal(WEXITSTATUS(system(command)), 2);
}

/* The kernel's own account of what the process may do. */
static void
test_sandbox_is_closed(void **state)
{
	struct office *o = *state;
	Emage__CourierSendRequest m = message("0005");
	char reason[64], path[64], *status;

	assert_int_equal(office_send(o, &m, reason), SENT);
	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)o->pid);
	status = file_text(path);
	assert_non_null(strstr(status, "\nNoNewPrivs:\t1\n"));
	if (sandbox_filters())
		assert_non_null(strstr(status, "\nSeccomp:\t2\n"));
	free(status);
	assert_int_equal(office_end(o), 0);
}

/* Runs `act` in a child inside the sandbox; its exit status or 1000 + signal. */
static int
sandboxed(const char *folder, int (*act)(const char *folder))
{
	struct sandbox_needs needs = {.folders = {folder}, .n_folders = 1, .ca = ""};
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(sandbox_enter(&needs) == 0 ? act(folder) : 99);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int
act_files(const char *folder)
{
	int beneath = open(folder, O_RDONLY | O_DIRECTORY);
	int made = openat(beneath, "file", O_WRONLY | O_CREAT, 0600);
	int outside = open("/etc/passwd", O_RDONLY);

	return (beneath >= 0) + 2 * (made >= 0) + 4 * (outside >= 0);
}

static int
act_socket(const char *folder)
{
	(void)folder;
	return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

static int
act_program(const char *folder)
{
	(void)folder;
	return execl("/bin/true", "true", (char *)NULL) < 0;
}

static void
test_sandbox_forbids(void **state)
{
	struct office *o = *state;
	bool landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, 1u) >= 2;

	assert_int_equal(office_end(o), 0);
	if (!sandbox_filters())
		skip();
	assert_int_equal(sandboxed(o->dir, act_files), landlock ? 3 : 7);
	assert_int_equal(sandboxed(o->dir, act_socket), 1000 + SIGSYS);
	assert_int_equal(sandboxed(o->dir, act_program), 1000 + SIGSYS);
}

/* ----------------------------------------------------------------- format */

static void
test_long_subject_is_folded(void **state)
{
	struct mail m = {
	    .channel = "email",
	    .address = "camille@exemple.invalid",
	    .from = "Région d'essai <ne-pas-repondre@e-mage.example>",
	    .subject = "Votre code d'accès, et encore beaucoup d'autres mots accentués à l'objet",
	    .body = "x",
	    .key = "7",
	    .now_ms = INT64_C(1480000000000),
	};
	char *text;
	const char *line;

	(void)state;
	assert_null(mail_fault(&m));
	text = mail_format(&m);
	assert_non_null(strstr(text, "Date: Thu, 24 Nov 2016 16:06:40 +0100\n"));
	assert_non_null(strstr(text, "From: =?UTF-8?B?UsOpZ2lvbiBkJ2Vzc2Fp?= "
				     "<ne-pas-repondre@e-mage.example>\n"));
	assert_non_null(strstr(text, "?=\n =?UTF-8?B?"));
	for (line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 76);
	free(text);
	/* a name with signs that mean something in front of an address */
	m.from = "e-mage, Grand Est (essai) <ne-pas-repondre@e-mage.example>";
	assert_null(mail_fault(&m));
	text = mail_format(&m);
	assert_non_null(strstr(text, "From: \"e-mage, Grand Est (essai)\" "
				     "<ne-pas-repondre@e-mage.example>\n"));
	free(text);
	/* summer time */
	m.now_ms = INT64_C(1467331200000);
	text = mail_format(&m);
	assert_non_null(strstr(text, "Date: Fri, 01 Jul 2016 02:00:00 +0200\n"));
	free(text);
}

static void
test_back_ends(void **state)
{
	(void)state;
	assert_non_null(backend_by_name("maildir"));
	assert_null(backend_by_name("pigeon"));
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, office_setup, office_teardown)
	const struct CMUnitTest tests[] = {
	    T(test_message_is_a_file),
	    T(test_redelivery_is_recognised),
	    T(test_mobile_shows_channel_and_number),
	    T(test_what_cannot_be_sent),
	    T(test_what_fails_now_is_tried_again),
	    T(test_nonsense_ends_it),
	    T(test_not_started_by_hand),
	    T(test_sandbox_is_closed),
	    T(test_sandbox_forbids),
	    cmocka_unit_test(test_long_subject_is_folded),
	    cmocka_unit_test(test_back_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
