/* SPDX-License-Identifier: MIT */
/*
 * Codes that go out through other people's software and arrive: by e-mail through
 * Postfix, over IPv6, when the first relay is gone; by short message through Kannel
 * and its fake SMS centre. What arrived is read and opens the account.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "common/mem.h"
#include "tests/lib/await.h"
#include "tests/lib/file.h"
#include "tests/lib/others.h"
#include "tests/lib/relay.h"
#include "tests/lib/wire.h"

static char folder[RELAY_FOLDER_MAX];

static int
set_up(void **state)
{
	(void)state;
	relay_folder(folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return file_remove_all(folder);
}

/* --------------------------------------------------------------------- e-mail */

/* The value of a header, unfolded; it must stand there exactly once. */
static void
header(const char *text, const char *name, char value_r[512])
{
	char *wanted = mem_printf("\n%s: ", name);
	const char *s = strstr(text, wanted);
	size_t n = 0;

	if (!s)
		fail_msg("no header %s in:\n%s", name, text);
	assert_true(s < strstr(text, "\n\n"));
	s += strlen(wanted);
	assert_null(strstr(s, wanted));
	for (; *s && n < 511 && (*s != '\n' || s[1] == ' ' || s[1] == '\t'); s++)
		if (*s != '\n')
			value_r[n++] = *s;
	value_r[n] = '\0';
	free(wanted);
}

static void
expect_header(const char *text, const char *name, const char *value)
{
	char got[512];

	header(text, name, got);
	assert_string_equal(got, value);
}

/* One encoded word of RFC 2047, in UTF-8 and base64, that says this. */
static void
expect_encoded(const char *word, const char *says)
{
	static const char begin[] = "=?UTF-8?B?";
	const char *end = strstr(word, "?=");
	char plain[128];
	size_t len;

	assert_int_equal(strncmp(word, begin, sizeof(begin) - 1), 0);
	assert_non_null(end);
	assert_string_equal(end, "?=");
	word += sizeof(begin) - 1;
	assert_int_equal(
	    sodium_base642bin((uint8_t *)plain, sizeof(plain) - 1, word, (size_t)(end - word), NULL,
		&len, NULL, sodium_base64_VARIANT_ORIGINAL),
	    0);
	plain[len] = '\0';
	assert_string_equal(plain, says);
}

static void
check_message(const char *text)
{
	char value[512], day[4], month[4], key[33];
	int date, year, hour, minute, second, zone;

	expect_header(text, "From", "e-mage <ne-pas-repondre@e-mage.example>");
	expect_header(text, "To", "camille@example.org");
	expect_header(text, "Auto-Submitted", "auto-generated");
	expect_header(text, "MIME-Version", "1.0");
	expect_header(text, "Content-Type", "text/plain; charset=UTF-8");
	expect_header(text, "Content-Transfer-Encoding", "8bit");
	header(text, "Subject", value);
	expect_encoded(value, "Votre code d'accès e-mage");
	header(text, "Date", value);
	assert_int_equal(sscanf(value, "%3s, %2d %3s %4d %2d:%2d:%2d %5d", day, &date, month, &year,
			     &hour, &minute, &second, &zone),
	    8);
	header(text, "Message-ID", value);
	assert_int_equal(sscanf(value, "<%32[0-9a-f]@e-mage.example>", key), 1);
	assert_int_equal(strlen(key), 32);
	assert_non_null(strstr(text, "\n\nBonjour,\n\nVotre code d'accès e-mage : "));
	/* no name */
	assert_null(strstr(text, "Camille"));
	assert_null(strstr(text, "MARTIN"));
}

static void
test_by_postfix(void **state)
{
	char *relays, *ca = mem_printf("courier.ca=%s/ca.pem", folder), *text, digits[16];
	const char *sets[] = {"courier.email=smtp", ca, NULL, NULL};
	struct fixture_patient p;
	struct mailbox *box;
	struct postfix post;
	struct fixture *f;
	struct wire *w;
	size_t len;

	(void)state;
	if (others_no_postfix()) {
		print_message("%s\n", others_no_postfix());
		free(ca);
		skip();
	}
	postfix_start(&post, folder);
	box = mailbox_open(post.maildir);
	assert_non_null(box);
	relays = mem_printf(
	    "courier.relays=smtp://127.0.0.1:%u smtp://[::1]:%u", await_free_port(), post.port);
	sets[2] = relays;
	f = fixture_new(sets);
	fixture_start(f);
	fixture_add_patient(f, "Camille", "camille@example.org", &p);
	w = wire_open_greeted(f);
	assert_int_equal(wire_password(w, p.identifier, p.temporary), 0);
	assert_int_equal(mailbox_next(box, FIXTURE_DEADLINE_MS, &text, &len), 0);
	check_message(text);
	assert_int_equal(mailbox_code(text, digits, sizeof(digits)), 0);
	assert_int_equal(wire_code(w, digits), 0);
	assert_true(await_text(post.log, 0, "client=unknown[::1]", NULL));
	free(text);
	wire_free(&w);
	fixture_free(&f);
	mailbox_free(&box);
	postfix_stop(&post);
	free(relays);
	free(ca);
}

/* ------------------------------------------------------------- short message */

/* As dist/courier/kannel.conf has it, but for the port. */
static char *
kannel_url(unsigned port)
{
	static const char key[] = "sms_url = http://127.0.0.1:13013/";
	char *path = fixture_source("dist/courier/kannel.conf"), line[512] = "", *url;
	FILE *f = fopen(path, "re");

	assert_non_null(f);
	while (strncmp(line, key, sizeof(key) - 1) != 0)
		assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	url = mem_printf("courier.sms_url=http://127.0.0.1:%u/%s", port, line + sizeof(key) - 1);
	free(path);
	return url;
}

/* The last message that the centre has: "<e-mage +33600000042 text ...>". */
static char *
centre_message(const struct kannel *k, const char *number)
{
	char *wanted = mem_printf("<e-mage %s text ", number), line[1024];
	char *found = NULL, *at;
	FILE *f;

	assert_true(await_text(k->centre_log, 0, wanted, NULL));
	f = fopen(k->centre_log, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		at = strstr(line, wanted);
		if (at) {
			free(found);
			found = mem_strdup(at + strlen(wanted));
		}
	}
	fclose(f);
	free(wanted);
	assert_non_null(found);
	return found;
}

static void
test_by_kannel(void **state)
{
	char *url, *login = mem_printf("%s/login", folder), *text, *said, digits[16];
	char *set_login = mem_printf("courier.sms_login=%s", login);
	const char *sets[] = {
	    "courier.mobile=sms", "courier.sms_success=Accepted", set_login, NULL, NULL};
	struct fixture_patient p;
	struct fixture *f;
	struct kannel k;
	struct wire *w;

	(void)state;
	kannel_start(&k, folder);
	file_write("emage\nsecret\n", "%s", login);
	url = kannel_url(k.port);
	sets[3] = url;
	f = fixture_new(sets);
	fixture_start(f);
	fixture_add_patient(f, "Camille", "+33600000042", &p);
	w = wire_open_greeted(f);
	assert_int_equal(wire_password(w, p.identifier, p.temporary), 0);
	text = centre_message(&k, "+33600000042");
	assert_int_equal(strncmp(text, "e-mage : votre code d'accès est ", 32), 0);
	assert_null(strstr(text, "Camille"));
	said = mem_printf("\n\n%s", text);
	assert_int_equal(mailbox_code(said, digits, sizeof(digits)), 0);
	assert_int_equal(wire_code(w, digits), 0);
	free(said);
	free(text);
	wire_free(&w);
	fixture_free(&f);
	kannel_stop(&k);
	free(url);
	free(set_login);
	free(login);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_by_postfix),
	    cmocka_unit_test(test_by_kannel),
	};

	return cmocka_run_group_tests_name("arrives", tests, set_up, tear_down);
}
