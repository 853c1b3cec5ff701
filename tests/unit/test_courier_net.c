/* SPDX-License-Identifier: MIT */
/*
 * The courier and the world: real relays, which refuse, want to be asked again,
 * have the wrong certificate, say nothing or hang up; a gateway for short messages;
 * and the way from one back end to the next.
 */
#include "tests/unit/test_courier.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>

#include "courier/gammu.h"
#include "courier/rest.h"
#include "courier/sms.h"
#include "courier/smtp.h"
#include "tests/lib/file.h"
#include "tests/lib/relay.h"

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

/* What a courier is told, with room for its words. */
struct plan {
	Emage__CourierSetupRequest rq;
	char *email[2], *mobile[2], *relays[2], ca[96], maildir[96], relay[2][64], sms_url[256];
};

static void
plan_init(struct plan *p)
{
	*p = (struct plan){.rq = EMAGE__COURIER_SETUP_REQUEST__INIT};
	p->rq.email = p->email;
	p->rq.mobile = p->mobile;
	p->rq.relays = p->relays;
	(void)snprintf(p->ca, sizeof(p->ca), "%s/ca.pem", folder);
	(void)snprintf(p->maildir, sizeof(p->maildir), "%s/mail", folder);
	p->rq.ca = p->ca;
	p->rq.maildir = p->maildir;
	p->rq.timeout_s = 20;
	p->rq.sms_method = (char *)(uintptr_t) "GET";
}

static void
plan_email(struct plan *p, const char *name)
{
	p->email[p->rq.n_email++] = (char *)(uintptr_t)name;
}

static void
plan_relay(struct plan *p, const char *scheme, int port)
{
	size_t i = p->rq.n_relays++;

	(void)snprintf(p->relay[i], sizeof(p->relay[i]), "%s://127.0.0.1:%d", scheme, port);
	p->relays[i] = p->relay[i];
}

/* By e-mail, by this one relay. */
static void
plan_smtp(struct plan *p, const char *scheme, int port)
{
	plan_init(p);
	plan_email(p, "smtp");
	plan_relay(p, scheme, port);
}

/* By mobile, by a gateway: what stands before and behind its port. */
static void
plan_sms(struct plan *p, const char *before, int port, const char *behind)
{
	plan_init(p);
	p->mobile[p->rq.n_mobile++] = (char *)(uintptr_t) "sms";
	(void)snprintf(p->sms_url, sizeof(p->sms_url), "%s%d%s", before, port, behind);
	p->rq.sms_url = p->sms_url;
}

static void
plan_login(struct plan *p)
{
	p->rq.relay_user = (char *)(uintptr_t) "user";
	p->rq.relay_password = (char *)(uintptr_t) "secret";
}

static void
begin(struct office *o, const struct plan *p)
{
	*o = (struct office){0};
	office_spawn(o);
	office_set_up(o, &p->rq);
}

/* Whether what is sent is of use for a while only, like a code. */
static bool urgent;

static enum answer
send_to(struct office *o, const char *address, const char *key, char reason_r[64])
{
	Emage__CourierSendRequest m = message(key);

	m.address = (char *)(uintptr_t)address;
	m.expires_at_ms = urgent ? INT64_MAX : 0;
	if (address[0] == '+')
		m.channel = (char *)(uintptr_t) "mobile";
	return office_send(o, &m, reason_r);
}

/* -------------------------------------------------------------------- relays */

static void
test_starttls_login_and_what_arrives(void **state)
{
	struct relay r = relay_start("smtp", folder);
	struct office o;
	struct plan p;
	char reason[64], *told;

	(void)state;
	plan_smtp(&p, "smtp", r.port);
	plan_login(&p);
	begin(&o, &p);
	assert_int_equal(send_to(&o, "camille@exemple.invalid", "aa01", reason), SENT);
	told = relay_next(&r);
	assert_non_null(strstr(told, "\"from\": \"ne-pas-repondre@e-mage.example\""));
	assert_non_null(strstr(told, "\"to\": [\"camille@exemple.invalid\"]"));
	assert_non_null(strstr(told, "\"tls\": true"));
	assert_non_null(strstr(told, "\"login\": true"));
	assert_non_null(strstr(told, "Message-ID: <aa01@e-mage.example>\\r\\n"));
	assert_non_null(strstr(told, "Auto-Submitted: auto-generated\\r\\n"));
	assert_non_null(strstr(told, "charset=UTF-8"));
	assert_non_null(strstr(told, "Code : 1234 5678\\r\\nValable 15 minutes, \\u00e9t\\u00e9"));
	free(told);
	assert_int_equal(office_end(&o), 0);
	relay_stop(&r);
}

static void
test_tls_from_the_first_byte(void **state)
{
	struct relay r = relay_start("smtps", folder);
	struct office o;
	struct plan p;
	char reason[64], *told;

	(void)state;
	plan_smtp(&p, "smtps", r.port);
	begin(&o, &p);
	assert_int_equal(send_to(&o, "camille@exemple.invalid", "ab01", reason), SENT);
	told = relay_next(&r);
	assert_non_null(strstr(told, "\"tls\": true"));
	free(told);
	assert_int_equal(office_end(&o), 0);
	relay_stop(&r);
}

/* Refused for good, for now, the first time, and in the middle. */
static void
test_what_relays_say(void **state)
{
	struct relay r = relay_start("plain", folder);
	struct office o;
	struct plan p;
	char reason[64];

	(void)state;
	plan_smtp(&p, "smtp+plain", r.port);
	begin(&o, &p);
	assert_int_equal(send_to(&o, "nobody@exemple.invalid", "ac01", reason), NEVER);
	assert_string_equal(reason, "refused by the relay");
	/* the relay is well: the next one may go */
	assert_int_equal(send_to(&o, "full@exemple.invalid", "ac02", reason), RECEIVER_LATER);
	assert_string_equal(reason, "the receiver takes nothing now");
	assert_int_equal(send_to(&o, "later@exemple.invalid", "ac03", reason), RECEIVER_LATER);
	assert_int_equal(send_to(&o, "later@exemple.invalid", "ac03", reason), SENT);
	free(relay_next(&r));
	/* of us, not of the receiver: nothing is thrown away for it */
	assert_int_equal(send_to(&o, "denied@exemple.invalid", "ac06", reason), LATER);
	assert_string_equal(reason, "no relay takes it now");
	assert_int_equal(office_end(&o), 0);
	begin(&o, &p);
	assert_int_equal(send_to(&o, "close@exemple.invalid", "ac04", reason), LATER);
	/* left alone but for what is urgent, until something came through */
	assert_int_equal(send_to(&o, "camille@exemple.invalid", "ac05", reason), LATER);
	assert_string_equal(reason, "every relay has failed and is left alone for a while");
	urgent = true;
	assert_int_equal(send_to(&o, "camille@exemple.invalid", "ac07", reason), SENT);
	free(relay_next(&r));
	urgent = false;
	assert_int_equal(send_to(&o, "camille@exemple.invalid", "ac05", reason), SENT);
	free(relay_next(&r));
	assert_int_equal(office_end(&o), 0);
	relay_stop(&r);
}

/* Nothing is said to a relay that is not the one, or that would listen to it in
 * clear. */
static void
test_trust(void **state)
{
	struct relay good = relay_start("smtp", folder), open_one = relay_start("plain", folder);
	struct office o;
	struct plan p;
	char reason[64];

	(void)state;
	plan_smtp(&p, "smtp", good.port);
	plan_login(&p);
	(void)snprintf(p.ca, sizeof(p.ca), "%s/other.pem", folder);
	begin(&o, &p);
	assert_int_equal(send_to(&o, "camille@exemple.invalid", "ad01", reason), LATER);
	assert_string_equal(reason, "the relay's certificate is not trusted");
	assert_int_equal(office_end(&o), 0);

	plan_smtp(&p, "smtp", open_one.port);
	begin(&o, &p);
	assert_int_equal(send_to(&o, "camille@exemple.invalid", "ad02", reason), LATER);
	assert_string_equal(reason, "the relay offers no TLS");
	assert_int_equal(office_end(&o), 0);

	plan_smtp(&p, "smtp", good.port);
	p.rq.relay_user = (char *)(uintptr_t) "user";
	p.rq.relay_password = (char *)(uintptr_t) "wrong";
	begin(&o, &p);
	assert_int_equal(send_to(&o, "camille@exemple.invalid", "ad03", reason), LATER);
	assert_string_equal(reason, "the relay does not take the login");
	assert_int_equal(office_end(&o), 0);
	relay_stop(&good);
	relay_stop(&open_one);
}

/* Listens and says nothing; its descriptor. */
static int
tarpit(int *port_r)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port_r = ntohs(a.sin_port);
	return fd;
}

/* One that is silent, one that is not there: the next one has it. */
static void
test_the_next_relay(void **state)
{
	struct relay r = relay_start("plain", folder);
	struct office o;
	struct plan p;
	char reason[64];
	int port, fd = tarpit(&port);

	(void)state;
	for (int gone = 0; gone < 2; gone++) {
		plan_init(&p);
		plan_email(&p, "smtp");
		if (gone)
			assert_int_equal(close(fd), 0);
		plan_relay(&p, "smtp+plain", port);
		plan_relay(&p, "smtp+plain", r.port);
		p.rq.timeout_s = 1;
		begin(&o, &p);
		assert_int_equal(send_to(&o, "camille@exemple.invalid", "ae01", reason), SENT);
		free(relay_next(&r));
		assert_int_equal(office_end(&o), 0);
	}
	relay_stop(&r);
}

/* A relay that says nothing holds nobody else up: short messages go on. */
static void
test_many_under_way(void **state)
{
	struct office o;
	struct plan p;
	Emage__CourierSendRequest slow = message("af00"), quick = message("af01");
	char *email[] = {(char *)(uintptr_t) "smtp"}, *mobile[] = {(char *)(uintptr_t) "maildir"};
	Emage__CourierSendReply *reply;
	struct buf out;
	int port, fd = tarpit(&port);

	(void)state;
	plan_init(&p);
	p.rq.email = email;
	p.rq.mobile = mobile;
	p.rq.n_email = p.rq.n_mobile = 1;
	plan_relay(&p, "smtp+plain", port);
	p.rq.timeout_s = 2;
	begin(&o, &p);
	quick.channel = (char *)(uintptr_t) "mobile";
	quick.address = (char *)(uintptr_t) "+33600000042";
	quick.outbox_id = 6;
	buf_init(&out, FRAME_HEADER_LEN + FRAME_BODY_MAX);
	assert_int_equal(frame_append(&out, 1, 0, 101, &slow.base), 0);
	assert_int_equal(frame_append(&out, 1, 0, 102, &quick.base), 0);
	assert_int_equal(send(o.fd, buf_bytes(&out), out.len, MSG_NOSIGNAL), out.len);
	buf_release(&out);
	o.id = 102;
	reply = office_answer(&o);
	assert_true(reply->sent && reply->outbox_id == 6);
	emage__courier_send_reply__free_unpacked(reply, NULL);
	o.id = 101;
	reply = office_answer(&o);
	assert_true(!reply->sent && !reply->permanent);
	assert_string_equal(reply->reason, "the relay is too slow");
	emage__courier_send_reply__free_unpacked(reply, NULL);
	assert_int_equal(office_end(&o), 0);
	assert_int_equal(close(fd), 0);
}

/* What no relay takes goes the next way that is named. */
static void
test_the_next_way(void **state)
{
	struct office o;
	struct plan p;
	char reason[64], path[160];
	int port, fd = tarpit(&port);

	(void)state;
	assert_int_equal(close(fd), 0);
	plan_init(&p);
	plan_email(&p, "smtp");
	plan_email(&p, "maildir");
	plan_relay(&p, "smtp", port);
	begin(&o, &p);
	assert_int_equal(send_to(&o, "camille@exemple.invalid", "ag01", reason), SENT);
	(void)snprintf(path, sizeof(path), "%s/mail/new/ag01.e-mage", folder);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(office_end(&o), 0);
}

/* ------------------------------------------------------------ short messages */

static void
test_gateway(void **state)
{
	struct relay r = relay_start("http", folder);
	struct office o;
	struct plan p;
	char reason[64], *told;

	(void)state;
	plan_sms(&p, "http://127.0.0.1:", r.port,
	    "/cgi-bin/sendsms?username={user}&password={password}&to={number}"
	    "&text={text}&charset=UTF-8&coding=0");
	p.rq.sms_user = (char *)(uintptr_t) "k&nnel";
	p.rq.sms_password = (char *)(uintptr_t) "p=w";
	p.rq.sms_success = (char *)(uintptr_t) "Accepted";
	begin(&o, &p);
	assert_int_equal(send_to(&o, "+33600000042", "ah01", reason), SENT);
	told = relay_next(&r);
	assert_non_null(strstr(told, "\"path\": \"/cgi-bin/sendsms\""));
	assert_non_null(strstr(told, "\"to\": [\"+33600000042\"]"));
	assert_non_null(strstr(told, "\"username\": [\"k&nnel\"]"));
	assert_non_null(strstr(told, "\"password\": [\"p=w\"]"));
	assert_non_null(
	    strstr(told, "\"text\": [\"Code : 1234 5678\\nValable 15 minutes, \\u00e9"));
	free(told);
	assert_int_equal(send_to(&o, "+33600000422", "ah02", reason), NEVER);
	assert_int_equal(send_to(&o, "+33600000200", "ah04", reason), RECEIVER_LATER);
	assert_string_equal(reason, "the gateway's answer is no success");
	assert_int_equal(send_to(&o, "+33600000500", "ah03", reason), LATER);
	assert_string_equal(reason, "the gateway does not take it now");
	assert_int_equal(send_to(&o, "+33600000042", "ah05", reason), LATER);
	assert_string_equal(reason, "the gateway has failed and is left alone for a while");
	urgent = true;
	assert_int_equal(send_to(&o, "+33600000042", "ah05", reason), SENT);
	urgent = false;
	assert_int_equal(office_end(&o), 0);
	relay_stop(&r);
}

static void
test_gateway_with_json(void **state)
{
	struct relay r = relay_start("http", folder);
	struct office o;
	struct plan p;
	char reason[64], *told;

	(void)state;
	plan_sms(&p, "http://127.0.0.1:", r.port, "/v1/messages");
	p.rq.sms_method = (char *)(uintptr_t) "POST";
	p.rq.sms_type = (char *)(uintptr_t) "application/json";
	p.rq.sms_body =
	    (char *)(uintptr_t) "{\"to\":\"{number}\",\"content\":\"{text}\",\"id\":\"{key}\"}";
	begin(&o, &p);
	assert_int_equal(send_to(&o, "+33600000042", "ai01", reason), SENT);
	told = relay_next(&r);
	assert_non_null(strstr(told, "\"type\": \"application/json\""));
	assert_non_null(
	    strstr(told, "{\\\"to\\\":\\\"+33600000042\\\",\\\"content\\\":\\\"Code : 1234 "
			 "5678\\\\u000aValable"));
	free(told);
	assert_int_equal(office_end(&o), 0);
	relay_stop(&r);
}

/* User and password by HTTP: in the address, whatever they hold. */
static void
test_gateway_with_form(void **state)
{
	struct relay r = relay_start("http", folder);
	struct office o;
	struct plan p;
	char reason[64], *told;

	(void)state;
	plan_sms(&p, "http://{user}:{password}@127.0.0.1:", r.port, "/Accounts/{user}/Messages");
	p.rq.sms_user = (char *)(uintptr_t) "AC12";
	p.rq.sms_password = (char *)(uintptr_t) "p@ss:w/rd";
	p.rq.sms_method = (char *)(uintptr_t) "POST";
	p.rq.sms_type = (char *)(uintptr_t) "application/x-www-form-urlencoded";
	p.rq.sms_body = (char *)(uintptr_t) "To={number}&Body={text}";
	begin(&o, &p);
	assert_int_equal(send_to(&o, "+33600000042", "ak01", reason), SENT);
	told = relay_next(&r);
	assert_non_null(strstr(told, "\"path\": \"/Accounts/AC12/Messages\""));
	assert_non_null(strstr(told, "\"body\": \"To=%2B33600000042&Body=Code%20%3A%201234"));
	/* AC12:p@ss:w/rd */
	assert_non_null(strstr(told, "\"auth\": \"Basic QUMxMjpwQHNzOncvcmQ=\""));
	free(told);
	assert_int_equal(office_end(&o), 0);
	relay_stop(&r);
}

static void
test_gammu(void **state)
{
	struct office o;
	struct plan p;
	char reason[64], path[192], text[128] = "";
	FILE *f;

	(void)state;
	plan_init(&p);
	p.mobile[p.rq.n_mobile++] = (char *)(uintptr_t) "gammu";
	p.rq.gammu = folder;
	begin(&o, &p);
	assert_int_equal(send_to(&o, "+33600000042", "aj01", reason), SENT);
	(void)snprintf(
	    path, sizeof(path), "%s/OUTA00000000_000000_00_+33600000042_aj01.txtu", folder);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	(void)fclose(f);
	assert_non_null(strstr(text, "Code : 1234 5678"));
	assert_int_equal(office_end(&o), 0);
}

/* ----------------------------------------------------------------- small parts */

static void
test_verdicts(void **state)
{
	(void)state;
	assert_int_equal(smtp_verdict(true, 250, true, false), DELIVERY_SENT);
	assert_int_equal(smtp_verdict(false, 550, true, false), DELIVERY_NEVER);
	assert_int_equal(smtp_verdict(false, 554, false, false), DELIVERY_LATER); /* of us */
	assert_int_equal(smtp_verdict(false, 554, true, true), DELIVERY_LATER);
	assert_int_equal(smtp_verdict(false, 451, true, false), DELIVERY_RECEIVER_LATER);
	assert_int_equal(smtp_verdict(false, 421, true, false), DELIVERY_LATER);
	assert_int_equal(smtp_verdict(false, 354, true, false), DELIVERY_LATER);
	assert_int_equal(smtp_verdict(false, 0, true, false), DELIVERY_LATER);
	assert_int_equal(sms_verdict(202, true), DELIVERY_SENT);
	assert_int_equal(sms_verdict(200, false), DELIVERY_RECEIVER_LATER);
	assert_int_equal(sms_verdict(401, true), DELIVERY_LATER);
	assert_int_equal(sms_verdict(400, true), DELIVERY_NEVER);
}

/* What fails is left alone longer each time; one at a time looks whether it is back. */
static void
test_rest(void **state)
{
	struct rest r = {0};
	struct rest_try first = rest_begin(&r), second = rest_begin(&r), t;
	int64_t last_ms = 0;

	(void)state;
	assert_true(rest_is_over(&r));
	rest_end(&r, &first, false);
	assert_false(rest_is_over(&r));
	assert_true(rest_takes_urgent(&r));
	/* it began before: no failure of its own */
	rest_end(&r, &second, false);
	assert_int_equal(r.n_failures, 1);
	for (unsigned n = 2; n < 20; n++) {
		int64_t ms;

		t = rest_begin(&r);
		assert_false(rest_takes_urgent(&r));
		r.until_ms = 0;
		assert_false(rest_is_over(&r));
		rest_end(&r, &t, false);
		assert_int_equal(r.n_failures, n);
		ms = r.until_ms - r.since_ms;
		assert_true(ms >= 3750 && ms <= 750000);
		assert_true(n > 7 || ms > last_ms);
		last_ms = ms;
	}
	t = rest_begin(&r);
	rest_end(&r, &t, true);
	assert_true(rest_is_over(&r));
}

static void
test_a_set_up_that_cannot_be(void **state)
{
	struct office o = {0};
	struct plan p;
	struct buf out;
	uint8_t got[256];
	size_t n;

	(void)state;
	plan_init(&p);
	plan_email(&p, "smtp"); /* and no relay */
	office_spawn(&o);
	buf_init(&out, FRAME_HEADER_LEN + FRAME_BODY_MAX);
	assert_int_equal(frame_append(&out, 2, 0, 1, &p.rq.base), 0);
	assert_int_equal(send(o.fd, buf_bytes(&out), out.len, MSG_NOSIGNAL), out.len);
	buf_release(&out);
	n = office_read(&o, got, sizeof(got) - 1);
	got[n] = '\0';
	assert_non_null(memmem(got, n, "no relay is named (courier.relays)", 34));
	assert_int_equal(office_end(&o), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_starttls_login_and_what_arrives),
	    cmocka_unit_test(test_tls_from_the_first_byte),
	    cmocka_unit_test(test_what_relays_say),
	    cmocka_unit_test(test_trust),
	    cmocka_unit_test(test_the_next_relay),
	    cmocka_unit_test(test_many_under_way),
	    cmocka_unit_test(test_the_next_way),
	    cmocka_unit_test(test_gateway),
	    cmocka_unit_test(test_gateway_with_json),
	    cmocka_unit_test(test_gateway_with_form),
	    cmocka_unit_test(test_gammu),
	    cmocka_unit_test(test_verdicts),
	    cmocka_unit_test(test_rest),
	    cmocka_unit_test(test_a_set_up_that_cannot_be),
	};

	return cmocka_run_group_tests_name("courier and the world", tests, set_up, tear_down);
}
