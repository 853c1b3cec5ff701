/* SPDX-License-Identifier: MIT */
/*
 * One's own account through the real server: forgotten password, changes and
 * their notices, authenticator app, withdrawal, export, help.
 */
#include "tests/lib/check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <liboath/oath.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "proto/account.pb-c.h"
#include "proto/exam.pb-c.h"
#include "tests/lib/file.h"
#include "tests/lib/tls_raw.h"
#include "tests/lib/wire.h"

#define HOUR_MS (3600 * 1000)
#define DAY_MS	(24 * HOUR_MS)
#define ID	4711u

static struct fixture *server;
static struct fixture_patient camille, paul, zoe;

static int
set_up(void **state)
{
	char *files[] = {fixture_dicom("CT_small.dcm"), fixture_dicom("reportsi.dcm"), NULL};

	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	fixture_add_establishment(server, "679900019", "CHU FICTIF");
	fixture_add_patient(server, "Camille", "camille@example.org", &camille);
	fixture_add_patient(server, "Paul", "paul@example.org", &paul);
	fixture_add_patient(server, "Zoé", "zoe@example.org", &zoe);
	wire_first_sign_in(server, &camille);
	wire_first_sign_in(server, &paul);
	wire_first_sign_in(server, &zoe);
	fixture_import(server, &camille, (const char *const *)files);
	free(files[0]);
	free(files[1]);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

/* Counters of the tests before are of no interest any more. */
static int
next_day(void **state)
{
	(void)state;
	fixture_advance(server, DAY_MS + 60000);
	return 0;
}

static struct wire *
signed_in(const struct fixture_patient *p)
{
	struct wire *w = wire_open_greeted(server);

	wire_sign_in(w, p);
	return w;
}

/* The next message that goes to an address and has a text in it; whole. */
static char *
next_mail(struct mailbox *m, const char *to, const char *text)
{
	for (;;) {
		char *mail = NULL;
		size_t len;

		assert_int_equal(mailbox_next(m, FIXTURE_DEADLINE_MS, &mail, &len), 0);
		if (strstr(mail, to) != NULL && strstr(mail, text) != NULL)
			return mail;
		free(mail);
	}
}

/* "7HK9-M2XC-4F3T-Q8YZ" in a message. */
static void
secret_in(const char *mail, char out_r[24])
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

	for (const char *s = strstr(mail, "\n\n"); *s != '\0'; s++) {
		size_t k = 0;

		while (k < 19 && (k % 5 == 4 ? s[k] == '-' : s[k] && strchr(letters, s[k])))
			k++;
		if (k == 19) {
			(void)snprintf(out_r, 24, "%.19s", s);
			return;
		}
	}
	fail_msg("no secret in: %s", mail);
}

static int
recover(struct wire *w, const char *identifier)
{
	Emage__RecoveryStartRequest rq = EMAGE__RECOVERY_START_REQUEST__INIT;

	rq.identifier = (char *)(uintptr_t)identifier;
	return wire_call(w, METHOD_recovery_start, &rq);
}

/* --------------------------------------------------------------- forgotten */

static void
test_forgotten_password(void **state)
{
	Emage__AuthNewPasswordRequest rq = EMAGE__AUTH_NEW_PASSWORD_REQUEST__INIT;
	struct mailbox *m = fixture_mailbox(server);
	struct wire *w = wire_open_greeted(server), *other = signed_in(&paul);
	char code[16], secret[24], *mail;

	(void)state;
	assert_int_equal(recover(w, paul.identifier), 0);
	mail = next_mail(m, "paul@example.org", "temporaire");
	secret_in(mail, secret);
	free(mail);
	/* nothing of the old has changed */
	assert_int_equal(wire_call_empty(other, METHOD_session_whoami), 0);
	assert_int_equal(wire_password(w, paul.identifier, secret), 0);
	fixture_next_code(m, code);
	assert_int_equal(wire_code(w, code), 0);
	assert_int_equal(wire_call_empty(w, METHOD_account_get), -EM_E_UNKNOWN_METHOD);
	rq.password = (char *)(uintptr_t) "une nouvelle phrase";
	assert_int_equal(wire_call(w, METHOD_auth_new_password, &rq), 0);
	/* now it has, everywhere */
	assert_int_equal(wire_call_empty(other, METHOD_account_get), -EM_E_SESSION_ENDED);
	mail = next_mail(m, "paul@example.org", "vient d'");
	free(mail);
	paul.password = "une nouvelle phrase";
	wire_free(&other);
	wire_free(&w);
	w = signed_in(&paul);
	wire_free(&w);
	mailbox_free(&m);
}

/* Byte by byte, record by record. */
static void
test_forgotten_tells_nothing(void **state)
{
	const char *const who[] = {
	    camille.identifier, "C4F-7HK9-M2X", "x", "Un identifiant que personne n'a jamais eu"};
	struct {
		uint8_t bytes[256];
		size_t len, n_records;
		uint16_t lens[TLS_RAW_RECORDS_MAX];
	} a[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(who); i++) {
		Emage__RecoveryStartRequest rq = EMAGE__RECOVERY_START_REQUEST__INIT;
		struct tls_raw t;

		memset(&a[i], 0, sizeof(a[i]));
		assert_true(tls_raw_open(&t, server, NULL));
		tls_raw_hello(&t);
		t.n_records = 0;
		rq.identifier = (char *)(uintptr_t)who[i];
		tls_raw_send(&t, 80, 77, &rq.base);
		a[i].len = tls_raw_receive(&t, a[i].bytes, sizeof(a[i].bytes));
		a[i].n_records = t.n_records;
		memcpy(a[i].lens, t.record_lens, sizeof(a[i].lens));
		tls_raw_close(&t);
		assert_int_equal(a[i].len, a[0].len);
		assert_memory_equal(a[i].bytes, a[0].bytes, a[0].len);
		assert_int_equal(a[i].n_records, a[0].n_records);
		assert_memory_equal(a[i].lens, a[0].lens, a[0].n_records * sizeof(a[0].lens[0]));
	}
	assert_true(a[0].len >= FRAME_HEADER_LEN);
}

/* ---------------------------------------------------------------- changes */

static void
test_change_password_closes_the_other(void **state)
{
	Emage__AccountChangePasswordRequest rq = EMAGE__ACCOUNT_CHANGE_PASSWORD_REQUEST__INIT;
	struct wire *w, *kiosk = wire_open(server);
	struct mailbox *m;
	char code[16], *mail;

	(void)state;
	m = fixture_mailbox(server);
	assert_int_equal(wire_hello(kiosk, EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK), 0);
	assert_int_equal(wire_password(kiosk, paul.identifier, paul.password), 0);
	fixture_next_code(m, code);
	assert_int_equal(wire_code(kiosk, code), 0);
	w = signed_in(&paul);
	assert_int_equal(wire_call_empty(w, METHOD_session_list), 0);
	assert_int_equal(((const Emage__SessionListReply *)w->reply)->n_sessions, 2);
	rq.old_password = (char *)(uintptr_t)paul.password;
	rq.new_password = (char *)(uintptr_t) "encore une autre phrase";
	assert_int_equal(wire_call(w, METHOD_account_change_password, &rq), 0);
	assert_int_equal(((const Emage__AccountChangePasswordReply *)w->reply)->sessions_ended, 1);
	assert_int_equal(wire_call_empty(kiosk, METHOD_account_get), -EM_E_SESSION_ENDED);
	assert_int_equal(wire_call_empty(w, METHOD_account_get), 0);
	mail = next_mail(m, "paul@example.org", "vient d'");
	free(mail);
	paul.password = "encore une autre phrase";
	mailbox_free(&m);
	wire_free(&kiosk);
	wire_free(&w);
}

static void
test_change_address_and_undo(void **state)
{
	Emage__ContactStartRequest start = EMAGE__CONTACT_START_REQUEST__INIT;
	Emage__ContactProveRequest prove = EMAGE__CONTACT_PROVE_REQUEST__INIT;
	Emage__ContactConfirmRequest confirm = EMAGE__CONTACT_CONFIRM_REQUEST__INIT;
	Emage__ContactUndoRequest undo = EMAGE__CONTACT_UNDO_REQUEST__INIT;
	struct wire *w = signed_in(&paul), *outside;
	struct mailbox *m = fixture_mailbox(server);
	char code[16], secret[24], *mail;

	(void)state;
	start.channel = EMAGE__CHANNEL__CHANNEL_EMAIL;
	start.address = (char *)(uintptr_t) "paul@autre.example";
	start.password = (char *)(uintptr_t)paul.password;
	assert_int_equal(wire_call(w, METHOD_contact_start, &start), 0);
	assert_non_null(strstr(((const Emage__ContactStartReply *)w->reply)->sent_to, "p"));
	mail = next_mail(m, "To: paul@example.org", "changer une adresse");
	assert_int_equal(mailbox_code(mail, code, sizeof(code)), 0);
	free(mail);
	prove.code = code;
	assert_int_equal(wire_call(w, METHOD_contact_prove, &prove), 0);
	mail = next_mail(m, "To: paul@autre.example", "confirmer");
	assert_int_equal(mailbox_code(mail, code, sizeof(code)), 0);
	free(mail);
	confirm.code = code;
	assert_int_equal(wire_call(w, METHOD_contact_confirm, &confirm), 0);
	mail = next_mail(m, "To: paul@example.org", "72 heures");
	secret_in(mail, secret);
	free(mail);
	outside = wire_open_greeted(server);
	undo.undo_code = secret;
	assert_int_equal(wire_call(outside, METHOD_contact_undo, &undo), 0);
	assert_int_equal(wire_call_empty(w, METHOD_account_get), -EM_E_SESSION_ENDED);
	wire_free(&w);
	fixture_advance(server, HOUR_MS);
	w = signed_in(&paul);
	assert_int_equal(wire_call_empty(w, METHOD_account_get), 0);
	assert_string_equal(((const Emage__AccountGetReply *)w->reply)->email, "paul@example.org");
	wire_free(&w);
	wire_free(&outside);
	mailbox_free(&m);
}

/* ------------------------------------------------------ authenticator app */

static void
test_app(void **state)
{
	Emage__TotpStartRequest start = EMAGE__TOTP_START_REQUEST__INIT;
	Emage__TotpConfirmRequest confirm = EMAGE__TOTP_CONFIRM_REQUEST__INIT;
	struct wire *w = signed_in(&paul);
	char *secret = NULL, code[8], recovery[16];
	size_t len = 0;
	time_t now;

	(void)state;
	start.password = (char *)(uintptr_t)paul.password;
	assert_int_equal(wire_call(w, METHOD_totp_start, &start), 0);
	{
		const Emage__TotpStartReply *r = (const Emage__TotpStartReply *)w->reply;

		assert_int_equal(
		    oath_base32_decode(r->secret_base32, strlen(r->secret_base32), &secret, &len),
		    OATH_OK);
	}
	now = (time_t)((clock_now_ms() + server->shift_ms) / 1000);
	assert_int_equal(oath_totp_generate(secret, len, now, 30, 0, 6, code), OATH_OK);
	confirm.code = code;
	assert_int_equal(wire_call(w, METHOD_totp_confirm, &confirm), 0);
	(void)snprintf(recovery, sizeof(recovery), "%s",
	    ((const Emage__TotpConfirmReply *)w->reply)->recovery_codes[0]);
	wire_free(&w);
	fixture_advance(server, HOUR_MS);
	w = wire_open_greeted(server);
	assert_int_equal(wire_password(w, paul.identifier, paul.password), 0);
	assert_true(((const Emage__AuthPasswordReply *)w->reply)->totp);
	now = (time_t)((clock_now_ms() + server->shift_ms) / 1000);
	assert_int_equal(oath_totp_generate(secret, len, now, 30, 0, 6, code), OATH_OK);
	assert_int_equal(wire_code(w, code), 0);
	assert_int_equal(wire_call_empty(w, METHOD_session_whoami), 0);
	assert_string_equal(((const Emage__SessionWhoamiReply *)w->reply)->factors[1], "totp");
	wire_free(&w);
	w = wire_open_greeted(server);
	assert_int_equal(wire_password(w, paul.identifier, paul.password), 0);
	assert_int_equal(wire_code(w, code), -EM_E_CODE_WRONG); /* used */
	assert_int_equal(wire_code(w, recovery), 0);
	free(secret);
	wire_free(&w);
}

/* ------------------------------------------------------------------ export */

static void
ask_export(struct wire *w, uint32_t id)
{
	wire_send_frame(w, 0, 78, 0, id, NULL, 0);
}

static void
test_export(void **state)
{
	struct wire *w = signed_in(&camille);
	uint64_t total = 0;
	bool more = true;
	struct buf all;
	char path[128], command[400];
	FILE *f;

	(void)state;
	buf_init(&all, (size_t)1 << 26);
	ask_export(w, ID);
	while (more) {
		struct frame frame = wire_next_frame(w);
		Emage__ExportGetReply *r;

		assert_int_equal(frame.id, ID);
		assert_false(frame.flags & FRAME_ERROR);
		r = emage__export_get_reply__unpack(NULL, frame.body_len, frame.body);
		assert_non_null(r);
		if (all.len == 0)
			total = r->total_bytes;
		assert_int_equal(buf_append(&all, r->data.data, r->data.len), 0);
		more = (frame.flags & FRAME_MORE) != 0;
		emage__export_get_reply__free_unpacked(r, NULL);
	}
	assert_int_equal(all.len, total);
	(void)snprintf(path, sizeof(path), "%s/export.tar", server->folder);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(buf_bytes(&all), 1, all.len, f), all.len);
	assert_int_equal(fclose(f), 0);
	/* as tar(1) and the DICOM tools see it */
	(void)snprintf(command, sizeof(command),
	    "cd %s && mkdir -p x && tar -xf export.tar -C x && test -s x/README.txt && "
	    "grep -q camille@example.org x/account.json && "
	    "ls x/exams/0001/images/000001.dcm x/exams/0002/images/000001.dcm > list && "
	    "ls x/exams/*/report.txt >> list && test $(wc -l < list) = 3",
	    server->folder);
	assert_int_equal(system(command), 0);
	/* on record */
	fixture_stop(server);
	assert_int_equal(
	    fixture_sql_number(server, "SELECT count(*) FROM audit WHERE event = 'export.taken'"),
	    1);
	fixture_start(server);
	buf_release(&all);
	wire_free(&w);
}

/* ------------------------------------------------------------------ consent */

/* At once, for the other session too (S-06). */
static void
test_withdraw_is_at_once(void **state)
{
	Emage__ConsentWithdrawRequest rq = EMAGE__CONSENT_WITHDRAW_REQUEST__INIT;
	struct wire *w = signed_in(&zoe), *kiosk = wire_open(server), *after;
	struct mailbox *m = fixture_mailbox(server);
	char code[16], *mail;

	(void)state;
	assert_int_equal(wire_hello(kiosk, EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK), 0);
	assert_int_equal(wire_password(kiosk, zoe.identifier, zoe.password), 0);
	fixture_next_code(m, code);
	assert_int_equal(wire_code(kiosk, code), 0);
	rq.password = (char *)(uintptr_t)zoe.password;
	rq.word = (char *)(uintptr_t) "retirer";
	assert_int_equal(wire_call(w, METHOD_consent_withdraw, &rq), 0);
	assert_int_equal(wire_call_empty(w, METHOD_account_get), -EM_E_UNKNOWN_METHOD);
	assert_int_equal(wire_call_empty(kiosk, METHOD_account_get), -EM_E_SESSION_ENDED);
	mail = next_mail(m, "zoe@example.org", "consentement");
	free(mail);
	after = wire_open_greeted(server);
	assert_int_equal(wire_password(after, zoe.identifier, zoe.password), -EM_E_AUTH);
	/* the exams, and the way back by a new consent, are the database's business */
	fixture_stop(server);
	assert_int_equal(
	    fixture_sql_number(server, "SELECT count(*) FROM consent WHERE given = 0"), 1);
	fixture_start(server);
	wire_free(&after);
	wire_free(&kiosk);
	wire_free(&w);
	mailbox_free(&m);
}

/* -------------------------------------------------------------------- help */

static void
first_question(struct wire *w, char out_r[128])
{
	struct frame f;

	wire_send_frame(w, 0, 85, 0, ID, NULL, 0);
	do {
		Emage__HelpFaqReply *r;

		f = wire_next_frame(w);
		assert_false(f.flags & FRAME_ERROR);
		r = emage__help_faq_reply__unpack(NULL, f.body_len, f.body);
		assert_non_null(r);
		(void)snprintf(out_r, 128, "%s", r->entries[0]->question);
		emage__help_faq_reply__free_unpacked(r, NULL);
	} while (f.flags & FRAME_MORE);
}

static void
test_help_is_the_operators(void **state)
{
	struct wire *w = wire_open_greeted(server);
	char *folder = mem_printf("%s/help", server->folder), *line, question[128];
	char *faq = mem_printf("%s/faq", folder);
	size_t from;

	(void)state;
	first_question(w, question);
	assert_string_equal(question, "Comment me connecter la première fois ?");
	assert_int_equal(wire_call_empty(w, METHOD_help_support), 0);
	assert_string_equal(
	    ((const Emage__HelpSupportReply *)w->reply)->address, "support.e-mage@pulsy.fr");
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(mkdir(faq, 0755), 0);
	file_write("== Ici\n? Notre question ?\nNotre réponse.\n", "%s/fr.txt", faq);
	line = mem_printf("directory = %s", folder);
	fixture_set(server, "help", line);
	from = fixture_log_size(server);
	fixture_signal(server, SIGHUP);
	from = fixture_wait_log(server, from, "reload.done");
	first_question(w, question);
	assert_string_equal(question, "Notre question ?");
	/* a fault is told with its line, and what was in force stays */
	file_write("== Ici\n? Notre question ?\n", "%s/fr.txt", faq);
	fixture_signal(server, SIGHUP);
	(void)fixture_wait_log(server, from, "fr.txt:2:");
	first_question(w, question);
	assert_string_equal(question, "Notre question ?");
	free(line);
	free(faq);
	free(folder);
	wire_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(t) cmocka_unit_test_setup(t, next_day)
	    TEST(test_forgotten_password),
	    TEST(test_forgotten_tells_nothing),
	    TEST(test_change_password_closes_the_other),
	    TEST(test_change_address_and_undo),
	    TEST(test_app),
	    TEST(test_export),
	    TEST(test_withdraw_is_at_once),
	    TEST(test_help_is_the_operators),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
