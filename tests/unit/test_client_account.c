/* SPDX-License-Identifier: MIT */
/*
 * The models behind the settings: account, sessions, questions, addresses of
 * authenticator apps, the archive's file.
 */
#include "tests/lib/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/model/account.h"
#include "client/model/export.h"
#include "client/model/faq.h"
#include "client/model/otpauth.h"
#include "client/model/password.h"
#include "client/widget/qr.h"
#include "common/clock.h"
#include "common/mem.h"

#define S(literal) ((char *)(uintptr_t)(literal))

/* -------------------------------------------------------------------- account */

static void
test_mobile(void **state)
{
	char out[ACCOUNT_MOBILE_LEN];

	(void)state;
	account_mobile_text("+33612345642", out);
	assert_string_equal(out, "06 12 34 56 42");
	account_mobile_text("+4915123456789", out);
	assert_string_equal(out, "+49 151 234 567 89");
	account_mobile_text("+336123456420", out); /* too long for France */
	assert_string_equal(out, "+33 612 345 642 0");
	account_mobile_text("+99999999999999999999999999999999999999999999", out);
	assert_true(strlen(out) < ACCOUNT_MOBILE_LEN);
}

static void
test_account(void **state)
{
	Emage__AccountGetReply r = EMAGE__ACCOUNT_GET_REPLY__INIT;
	struct account a = {0};
	char mobile[ACCOUNT_MOBILE_LEN];

	(void)state;
	r.email = S("a\x1b[2Jb@example.org");
	r.mobile = S("+33612345642");
	r.language = S("xx");
	r.second_step = EMAGE__SECOND_STEP__SECOND_STEP_TOTP;
	account_take(&a, &r);
	assert_true(a.loaded && a.totp);
	assert_string_equal(a.language, ""); /* not one of ours */
	/* nothing that a terminal would obey */
	assert_null(strchr(account_address(&a, EMAGE__CHANNEL__CHANNEL_EMAIL, mobile), '\x1b'));
	assert_string_equal(
	    account_address(&a, EMAGE__CHANNEL__CHANNEL_MOBILE, mobile), "06 12 34 56 42");
	account_release(&a);
	assert_string_equal(account_address(&a, EMAGE__CHANNEL__CHANNEL_EMAIL, mobile), "");
	assert_string_equal(account_address(&a, EMAGE__CHANNEL__CHANNEL_MOBILE, mobile), "");
}

static void
test_secret(void **state)
{
	char out[12];

	(void)state;
	account_group_secret("JBSWY3DP", out, sizeof(out));
	assert_string_equal(out, "JBSW Y3DP");
	account_group_secret("JBSWY3DPEHPK3PXP", out, sizeof(out));
	assert_true(strlen(out) < sizeof(out));
	account_group_secret("", out, sizeof(out));
	assert_string_equal(out, "");
}

static void
test_sessions(void **state)
{
	Emage__SessionListReply r = EMAGE__SESSION_LIST_REPLY__INIT;
	Emage__OpenSession rows[20];
	Emage__OpenSession *at[20];
	struct account_sessions s = {0};

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		emage__open_session__init(&rows[i]);
		rows[i].session_id = i + 1;
		rows[i].active_at_ms = (int64_t)i;
		rows[i].is_this_one = i == 2;
		at[i] = &rows[i];
	}
	r.sessions = at;
	r.n_sessions = 20;
	account_take_sessions(&s, &r);
	assert_int_equal(s.n, ACCOUNT_MAX_SESSIONS);
	assert_int_equal(s.rows[0].id, 3);
	assert_int_equal(s.rows[1].id, ACCOUNT_MAX_SESSIONS); /* newest of those kept */
	r.n_sessions = 0;
	account_take_sessions(&s, &r);
	assert_true(s.loaded && s.n == 0);
}

static void
test_password(void **state)
{
	(void)state;
	assert_false(password_is_long("onze lettre", 12));
	assert_true(password_is_long("éééééééééééé", 12)); /* characters, not bytes */
	assert_false(password_is_long("éééééé", 12));
	assert_true(password_is_repeated("a", "a"));
	assert_false(password_is_repeated("a", "b"));
	assert_false(password_is_repeated("", ""));
}

/* ------------------------------------------------------------------ questions */

static void
take_faq(struct faq *f, size_t n, bool more)
{
	Emage__HelpFaqReply r = EMAGE__HELP_FAQ_REPLY__INIT;
	Emage__HelpFaqEntry *rows = mem_new_array(n, sizeof(*rows));
	Emage__HelpFaqEntry **at = mem_new_array(n, sizeof(Emage__HelpFaqEntry *));

	for (size_t i = 0; i < n; i++) {
		emage__help_faq_entry__init(&rows[i]);
		rows[i].section = S("Mon compte");
		rows[i].question = i % 2 ? S("Où est l'échographie ?") : S("Mot de passe ?");
		rows[i].answer = S("Première ligne\nseconde\x1b[31m ligne");
		at[i] = &rows[i];
	}
	r.entries = at;
	r.n_entries = n;
	assert_true(faq_take(f, &r, more));
	free(rows);
	free(at);
}

static void
test_faq(void **state)
{
	struct faq f = {0};

	(void)state;
	take_faq(&f, 3, true);
	assert_false(f.complete);
	take_faq(&f, 1, false);
	assert_true(f.complete);
	assert_int_equal(f.n_found, 4);
	faq_search(&f, "  ECHOGRAPHIE compte ");
	assert_int_equal(f.n_found, 1);
	assert_string_equal(faq_found(&f, 0)->question, "Où est l'échographie ?");
	faq_search(&f, "ligne seconde"); /* over the line's end, in any order */
	assert_int_equal(f.n_found, 4);
	faq_search(&f, "licorne");
	assert_int_equal(f.n_found, 0);
	faq_search(&f, "");
	assert_int_equal(f.n_found, 4);
	assert_null(strchr(faq_found(&f, 0)->answer, '\x1b'));
	assert_non_null(strchr(faq_found(&f, 0)->answer, '\n'));
	assert_non_null(strstr(faq_found(&f, 0)->answer, "ligne\n\nseconde"));
	/* another load begins anew */
	take_faq(&f, 1, false);
	assert_int_equal(f.n, 1);
	faq_release(&f);
}

static void
test_faq_too_many(void **state)
{
	struct faq f = {0};
	Emage__HelpFaqReply r = EMAGE__HELP_FAQ_REPLY__INIT;

	(void)state;
	take_faq(&f, FAQ_MAX_ENTRIES, true);
	r.n_entries = 1;
	assert_false(faq_take(&f, &r, false));
	faq_release(&f);
}

/* -------------------------------------------------------------------- QR code */

static void
test_otpauth(void **state)
{
	static const char uri[] = "otpauth://totp/e-mage:ABC-DEF?secret=JBSW&issuer=e-mage"
				  "&algorithm=SHA1&digits=6&period=30";
	char *s = otpauth_shorten(uri, 0);

	(void)state;
	assert_string_equal(s, uri);
	free(s);
	s = otpauth_shorten(uri, 1);
	assert_string_equal(s, "otpauth://totp/e-mage:ABC-DEF?secret=JBSW&issuer=e-mage");
	free(s);
	s = otpauth_shorten(uri, 2);
	assert_string_equal(s, "otpauth://totp/e-mage:ABC-DEF?secret=JBSW");
	free(s);
	/* what an app does not assume stays, and an issuer that the label lacks */
	s = otpauth_shorten("otpauth://totp/ABC?secret=JBSW&issuer=e-mage&digits=60", 2);
	assert_string_equal(s, "otpauth://totp/ABC?secret=JBSW&issuer=e-mage&digits=60");
	free(s);
}

static void
test_qr(void **state)
{
	struct qr q = {0};
	char *uri = mem_printf("otpauth://totp/e-mage:ABC-DEFG-HIJ?secret=%032d", 0);
	char *long_text = mem_new(5001);

	(void)state;
	assert_true(qr_make(&q, uri));
	assert_int_equal((q.size - 17) % 4, 0);
	/* 80 x 24 has room for it, quiet zone and all */
	assert_true(qr_rows(&q, true) <= 22);
	assert_int_equal(qr_columns(&q, true), q.size + 2 * QR_QUIET);
	assert_int_equal(qr_columns(&q, false), 2 * (q.size + 2 * QR_QUIET));
	/* a finder pattern in the corner: dark edge, light ring */
	assert_int_equal(q.modules[0], 1);
	assert_int_equal(q.modules[q.size + 1], 0);
	memset(long_text, 'x', 5000);
	assert_false(qr_make(&q, long_text));
	assert_null(q.modules);
	qr_release(&q);
	free(long_text);
	free(uri);
}

/* -------------------------------------------------------------------- archive */

static char folder[] = "/tmp/emage-test-export-XXXXXX";

static int
take_bytes(struct export_file *x, uint64_t total, const char *bytes)
{
	Emage__ExportGetReply r = EMAGE__EXPORT_GET_REPLY__INIT;

	r.total_bytes = total;
	r.data.data = (uint8_t *)(uintptr_t)bytes;
	r.data.len = strlen(bytes);
	return export_take(x, &r);
}

static unsigned
files_in_folder(void)
{
	char *command = mem_printf("%s/.", folder);
	struct stat st;
	unsigned n;

	assert_int_equal(stat(command, &st), 0);
	free(command);
	/* counted by trying to remove it: only an empty one goes */
	n = rmdir(folder) == 0 ? 0 : 1;
	if (n == 0)
		assert_int_equal(mkdir(folder, 0700), 0);
	return n;
}

static void
test_export(void **state)
{
	char *path = mem_printf("%s/données.tar", folder);
	struct export_file x = {.fd = -1};
	struct stat st;

	(void)state;
	assert_int_equal(export_open(&x, path, false), 0);
	assert_int_equal(take_bytes(&x, 8, "abcd"), 0);
	assert_int_equal(export_percent(&x), 50);
	assert_int_equal(access(path, F_OK), -1); /* not before it is whole */
	assert_int_equal(take_bytes(&x, 8, "efgh"), 0);
	assert_int_equal(export_finish(&x), 0);
	export_abort(&x);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 8);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* never over another without being told to */
	assert_int_equal(export_open(&x, path, false), EEXIST);
	assert_int_equal(x.fd, -1);
	assert_int_equal(export_open(&x, path, true), 0);
	assert_int_equal(take_bytes(&x, 2, "xy"), 0);
	assert_int_equal(export_finish(&x), 0);
	export_abort(&x);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 2);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(files_in_folder(), 0);
	free(path);
}

/* Somebody else takes the name meanwhile: his file stays as it is. */
static void
test_export_race(void **state)
{
	char *path = mem_printf("%s/x.tar", folder);
	struct export_file x = {.fd = -1};
	FILE *f;

	(void)state;
	assert_int_equal(export_open(&x, path, false), 0);
	assert_int_equal(take_bytes(&x, 1, "a"), 0);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(export_finish(&x), EEXIST);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(files_in_folder(), 0);
	free(path);
}

/* What is not whole, too much, or given up leaves nothing. */
static void
test_export_broken(void **state)
{
	char *path = mem_printf("%s/x.tar", folder);
	char *nowhere = mem_printf("%s/no/x.tar", folder);
	char *link_path = mem_printf("%s/link.tar", folder);
	struct export_file x = {.fd = -1};

	(void)state;
	assert_int_equal(export_open(&x, path, false), 0);
	assert_int_equal(take_bytes(&x, 3, "ab"), 0);
	assert_int_equal(export_finish(&x), EPROTO);
	assert_int_equal(export_open(&x, path, false), 0);
	assert_int_equal(take_bytes(&x, 1, "ab"), EPROTO);
	export_abort(&x);
	assert_int_equal(files_in_folder(), 0);
	assert_int_equal(export_open(&x, folder, true), EISDIR);
	assert_int_equal(export_open(&x, nowhere, false), ENOENT);
	assert_int_equal(export_open(&x, "/dev/null", true), EACCES);
	assert_int_equal(symlink(path, link_path), 0);
	assert_int_equal(export_open(&x, link_path, true), EACCES);
	assert_int_equal(unlink(link_path), 0);
	free(path);
	free(nowhere);
	free(link_path);
}

static void
test_export_names(void **state)
{
	char path[EXPORT_PATH_LEN], size[EXPORT_SIZE_LEN];
	char *real = mem_printf("%s/maison.tar", folder);
	struct export_file x = {.fd = -1};

	(void)state;
	export_default_path(clock_from_paris(2026, 11, 24, 9, 0, 0), path);
	assert_string_equal(path, "~/e-mage-export-2026-11-24.tar");
	setenv("HOME", folder, 1);
	assert_int_equal(export_open(&x, "~/maison.tar", false), 0);
	assert_string_equal(x.path, real);
	export_abort(&x);
	export_size_text("fr", 12345678, size);
	assert_string_equal(size, "12,3\u00a0Mo");
	export_size_text("en", 12345678, size);
	assert_string_equal(size, "12.3\u00a0MB");
	export_size_text("de", 0, size);
	assert_string_equal(size, "0,0\u00a0kB");
	export_size_text("fr", UINT64_MAX / 2, size);
	assert_non_null(strstr(size, "Go"));
	assert_true(export_error_text(ENOSPC)[0] != '\0');
	free(real);
}

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int
remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_mobile),
	    cmocka_unit_test(test_account),
	    cmocka_unit_test(test_secret),
	    cmocka_unit_test(test_sessions),
	    cmocka_unit_test(test_password),
	    cmocka_unit_test(test_faq),
	    cmocka_unit_test(test_faq_too_many),
	    cmocka_unit_test(test_otpauth),
	    cmocka_unit_test(test_qr),
	    cmocka_unit_test(test_export),
	    cmocka_unit_test(test_export_race),
	    cmocka_unit_test(test_export_broken),
	    cmocka_unit_test(test_export_names),
	};

	return cmocka_run_group_tests_name("client account", tests, make_folder, remove_folder);
}
