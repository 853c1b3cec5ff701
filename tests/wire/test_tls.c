/* SPDX-License-Identifier: MIT */
/*
 * What the server takes of TLS, and what not (N-01, N-02).
 */
#include "tests/lib/check.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "common/mem.h"
#include "tests/lib/tls_raw.h"
#include "tests/lib/wire.h"

static struct fixture *server;

static int
set_up(void **state)
{
	(void)state;
	server = fixture_new(NULL);
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

static bool
opens(const struct tls_raw_options *o)
{
	struct tls_raw t;
	bool ok = tls_raw_open(&t, server, o);

	if (ok)
		tls_raw_hello(&t);
	tls_raw_close(&t);
	ERR_clear_error();
	return ok;
}

static void
test_versions(void **state)
{
	(void)state;
	assert_true(opens(NULL));
	assert_false(opens(&(struct tls_raw_options){.max_version = TLS1_2_VERSION}));
	assert_false(opens(&(struct tls_raw_options){.max_version = TLS1_1_VERSION}));
}

static void
test_alpn_is_a_must(void **state)
{
	static const char *const others[] = {"\x02h2", "\x08http/1.1",
	    "\x07"
	    "emage/2",
	    "\x06"
	    "emage/",
	    "\x08"
	    "emage/1 "};

	(void)state;
	assert_false(opens(&(struct tls_raw_options){.no_alpn = true}));
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_false(opens(&(struct tls_raw_options){.alpn = others[i]}));
	/* among others it is found */
	assert_true(opens(&(struct tls_raw_options){.alpn = "\x02h2\x07"
							    "emage/1"}));
}

static void
test_suites_and_groups(void **state)
{
	static const char *const good[] = {
	    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"};
	static const char *const bad[] = {"TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"};
	static const char *const good_groups[] = {"X25519", "P-256", "P-384"};
	static const char *const bad_groups[] = {"P-521", "X448", "ffdhe2048"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(opens(&(struct tls_raw_options){.suites = good[i]}));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(opens(&(struct tls_raw_options){.suites = bad[i]}));
	for (size_t i = 0; i < ARRAY_LEN(good_groups); i++)
		assert_true(opens(&(struct tls_raw_options){.groups = good_groups[i]}));
	for (size_t i = 0; i < ARRAY_LEN(bad_groups); i++)
		assert_false(opens(&(struct tls_raw_options){.groups = bad_groups[i]}));
}

/* Nothing to resume with, and nothing resumed: each handshake is a full one. */
static void
test_no_tickets_no_early_data(void **state)
{
	struct tls_raw t;
	SSL_SESSION *session;

	(void)state;
	assert_true(tls_raw_open(&t, server, NULL));
	tls_raw_hello(&t); /* tickets would have come before this reply */
	session = SSL_get1_session(t.ssl);
	assert_false(SSL_SESSION_is_resumable(session));
	assert_int_equal(SSL_SESSION_get_max_early_data(session), 0);
	assert_int_equal(SSL_get_early_data_status(t.ssl), SSL_EARLY_DATA_NOT_SENT);
	tls_raw_close(&t);

	assert_true(tls_raw_open(&t, server, &(struct tls_raw_options){.session = session}));
	assert_false(SSL_session_reused(t.ssl));
	tls_raw_hello(&t);
	tls_raw_close(&t);
	SSL_SESSION_free(session);
}

static void
test_key_update(void **state)
{
	struct tls_raw t;
	uint8_t bytes[256];
	Emage__PingRequest ping = EMAGE__PING_REQUEST__INIT;

	(void)state;
	assert_true(tls_raw_open(&t, server, NULL));
	tls_raw_hello(&t);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(SSL_key_update(t.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
		tls_raw_send(&t, 2, 5, &ping.base);
		assert_true(tls_raw_receive(&t, bytes, sizeof(bytes)) > FRAME_HEADER_LEN);
	}
	tls_raw_close(&t);
}

static void
test_what_is_not_tls(void **state)
{
	static const char *const said[] = {
	    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
	    "\x16\x03\x01\xff\xff",
	    "\x15\x03\x03\x00\x02\x02\x28",
	    "SSH-2.0-OpenSSH_9.2\r\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(said); i++) {
		uint8_t answer[64];
		ssize_t n;
		int fd = tls_raw_tcp(server, NULL);
		size_t len = i == 1 ? 5 : i == 2 ? 7 : strlen(said[i]);

		assert_true(fd >= 0);
		assert_int_equal(send(fd, said[i], len, MSG_NOSIGNAL), (ssize_t)len);
		/* at most an alert, then the end */
		while ((n = recv(fd, answer, sizeof(answer), 0)) > 0)
			assert_int_equal(answer[0], 0x15);
		assert_true(n == 0 || tls_raw_is_closed(fd));
		close(fd);
	}
	assert_true(opens(NULL));
}

/* The record layer may cut as it likes: one byte of plaintext a record. */
static void
test_small_records(void **state)
{
	static const char hello[] = "\0\0\0\x08\0\x01\0\0\0\0\0\x09"
				    "\x08\x01\x10\x03\x1a\x02"
				    "fr";
	struct tls_raw t;
	uint8_t bytes[1024];

	(void)state;
	assert_true(tls_raw_open(&t, server, NULL));
	for (size_t i = 0; i < sizeof(hello) - 1; i++)
		assert_int_equal(SSL_write(t.ssl, hello + i, 1), 1);
	assert_true(tls_raw_receive(&t, bytes, sizeof(bytes)) > FRAME_HEADER_LEN);
	assert_memory_equal(bytes + 4, "\0\x01\0\x01\0\0\0\x09", 8);
	tls_raw_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_versions),
	    cmocka_unit_test(test_alpn_is_a_must),
	    cmocka_unit_test(test_suites_and_groups),
	    cmocka_unit_test(test_no_tickets_no_early_data),
	    cmocka_unit_test(test_key_update),
	    cmocka_unit_test(test_what_is_not_tls),
	    cmocka_unit_test(test_small_records),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
