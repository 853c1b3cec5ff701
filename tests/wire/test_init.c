/* SPDX-License-Identifier: MIT */
/*
 * emagectl without a server: init makes what is missing and touches nothing that
 * is there; and what command lines say when they are wrong.
 */
#include "tests/lib/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "common/mem.h"
#include "tests/lib/server_fixture.h"

static const char *const made[] = {
    "emaged.conf", "keys/pepper", "tls/ca.key", "tls/ca.pem", "tls/server.key", "tls/server.pem"};

static struct fixture *server;

static int
set_up(void **state)
{
	(void)state;
	server = fixture_new(NULL);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

static char *
in_store(const char *name)
{
	return mem_printf("%s/%s", server->storage, name);
}

struct content {
	uint8_t bytes[16384];
	size_t len;
	struct stat st;
};

static void
read_content(const char *name, struct content *c)
{
	char *path = in_store(name);
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		fail_msg("%s is not there", path);
	c->len = (size_t)read(fd, c->bytes, sizeof(c->bytes));
	assert_int_equal(fstat(fd, &c->st), 0);
	close(fd);
	free(path);
}

static void
assert_same(const struct content *a, const struct content *b)
{
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->bytes, b->bytes, a->len);
	assert_int_equal(a->st.st_ino, b->st.st_ino);
	assert_int_equal(a->st.st_mode, b->st.st_mode);
}

static json_t *
init_again(int wanted_status)
{
	const char *argv[] = {"emagectl", "init", "--json", "-d", server->storage, NULL};
	char *out;
	json_t *j;

	assert_int_equal(fixture_run(server, argv, &out), wanted_status);
	j = json_loads(out, 0, NULL);
	free(out);
	return j;
}

static void
test_again_changes_nothing(void **state)
{
	struct content before[ARRAY_LEN(made)], after;
	json_t *told;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(made); i++)
		read_content(made[i], &before[i]);
	told = init_again(0);
	assert_int_equal(json_array_size(json_object_get(told, "made")), 0);
	assert_true(json_array_size(json_object_get(told, "kept")) >= 4);
	json_decref(told);
	for (size_t i = 0; i < ARRAY_LEN(made); i++) {
		read_content(made[i], &after);
		assert_same(&before[i], &after);
	}
}

static void
test_modes(void **state)
{
	static const struct {
		const char *name;
		mode_t mode;
	} wanted[] = {{"", 0700}, {"keys", 0700}, {"tls", 0700}, {"media", 0700},
	    {"keys/pepper", 0400}, {"tls/ca.key", 0400}, {"tls/server.key", 0400},
	    {"tls/ca.pem", 0644}, {"emaged.conf", 0644}};
	struct stat st;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		char *path = in_store(wanted[i].name);

		assert_int_equal(stat(path, &st), 0);
		if ((st.st_mode & 07777) != wanted[i].mode)
			fail_msg("%s: mode %o", path, st.st_mode & 07777);
		free(path);
	}
}

static X509 *
read_certificate(const char *name)
{
	char *path = in_store(name);
	FILE *f = fopen(path, "r");
	X509 *x;

	assert_non_null(f);
	x = PEM_read_X509(f, NULL, NULL, NULL);
	assert_non_null(x);
	fclose(f);
	free(path);
	return x;
}

static void
test_certificate(void **state)
{
	X509 *ca = read_certificate("tls/ca.pem"), *x = read_certificate("tls/server.pem");
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	(void)state;
	X509_STORE_add_cert(store, ca);
	X509_STORE_CTX_init(ctx, store, x, NULL);
	X509_STORE_CTX_set_default(ctx, "ssl_server");
	X509_STORE_set_flags(store, X509_V_FLAG_X509_STRICT);
	assert_int_equal(X509_verify_cert(ctx), 1);
	assert_int_equal(X509_check_host(x, "localhost", 0, 0, NULL), 1);
	assert_int_equal(X509_check_ip_asc(x, "127.0.0.1", 0), 1);
	assert_int_equal(X509_check_ip_asc(x, "::1", 0), 1);
	assert_int_equal(X509_check_host(x, "other.example", 0, 0, NULL), 0);
	assert_int_equal(EVP_PKEY_get_bits(X509_get0_pubkey(x)), 256);
	/* one that is signed by it signs nothing */
	assert_int_equal(X509_check_ca(ca), 1);
	assert_int_equal(X509_check_ca(x), 0);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	X509_free(ca);
	X509_free(x);
}

static void
test_renewing(void **state)
{
	char *path = in_store("tls/server.pem"), *ca_key = in_store("tls/ca.key");
	struct content key_before, key_after;
	json_t *told;

	(void)state;
	read_content("tls/server.key", &key_before);
	assert_int_equal(unlink(path), 0);
	told = init_again(0);
	assert_int_equal(json_array_size(json_object_get(told, "made")), 1);
	json_decref(told);
	read_content("tls/server.key", &key_after);
	assert_same(&key_before, &key_after);
	test_certificate(state);
	/* without the authority's key nothing is signed, and nothing is made up */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(ca_key), 0);
	told = init_again(2);
	assert_null(told);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_not_equal(access(ca_key, F_OK), 0);
	free(path);
	free(ca_key);
}

/* A certificate from elsewhere needs no authority of ours. */
static void
test_certificate_from_elsewhere(void **state)
{
	char *ca = in_store("tls/ca.pem"), *ca_key = in_store("tls/ca.key");
	json_t *told;

	(void)state;
	assert_int_equal(unlink(ca), 0);
	assert_int_equal(unlink(ca_key), 0);
	told = init_again(0);
	assert_int_equal(json_array_size(json_object_get(told, "made")), 0);
	json_decref(told);
	assert_int_not_equal(access(ca, F_OK), 0);
	free(ca);
	free(ca_key);
}

static void
test_settings_are_the_servers(void **state)
{
	const char *check[] = {"emaged", "-c", server->config, "--check-config", NULL};
	struct content conf;

	(void)state;
	fixture_must_run(server, check, NULL);
	read_content("emaged.conf", &conf);
	assert_non_null(memmem(conf.bytes, conf.len, server->storage, strlen(server->storage)));
	assert_non_null(memmem(conf.bytes, conf.len, "port = 0", 8));
}

static void
test_wrong_command_lines(void **state)
{
	char *fresh = mem_printf("%s/fresh", server->folder);
	const char *const lines[][8] = {
	    {"emagectl", NULL},
	    {"emagectl", "inti", NULL},
	    {"emagectl", "patient", NULL},
	    {"emagectl", "init", "more", NULL},
	    {"emagectl", "init", "-d", fresh, "--set", "listen.prot=1", NULL},
	    {"emagectl", "init", "-d", fresh, "--set", "listen.port", NULL},
	    {"emagectl", "init", "-d", fresh, "--set", "limits.frame_s=0", NULL},
	    {"emagectl", "init", "-d", fresh, "--set", "region.name=a\nb", NULL},
	    {"emagectl", "init", "-d", fresh, "--owner", "nobody-of-that-name", NULL},
	    {"emagectl", "init", "--dirctory", fresh, NULL},
	    {"emagectl", "status", "-S", "/nonexistent/socket", NULL},
	    {"emagectl", "status", "--timeout", "0", NULL},
	    {"emagectl", "release", NULL},
	    {"emagectl", "patient", "add", "--name", "X", NULL},
	    {"emagectl", "import", "dicom", NULL},
	    {"emage-call", NULL},
	    {"emage-call", "--describe", "nothing", NULL},
	    {"emage-call", "--kind", "robot", "ping", NULL},
	    {"emage-call", "ping", "not json", NULL},
	    {"emage-call", "ping", "{}", "{}", NULL},
	    {"emage-call", "-s", "::", "ping", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (fixture_run(server, lines[i], NULL) != 2)
			fail_msg("line %zu", i);
	/* and none of them began anything */
	assert_int_not_equal(access(fresh, F_OK), 0);
	free(fresh);
}

static void
test_name_in_the_certificate_only_if_it_is_one(void **state)
{
	char *fresh = mem_printf("%s/named", server->folder);
	const char *bad[] = {"emagectl", "init", "-d", fresh, "--name", "a,IP:1.2.3.4", NULL};
	const char *good[] = {"emagectl", "init", "-d", fresh, "--name", "emage.example", "--name",
	    "192.0.2.7", NULL};
	char *path = mem_printf("%s/tls/server.pem", fresh);
	FILE *f;
	X509 *x;

	(void)state;
	assert_int_equal(fixture_run(server, bad, NULL), 2);
	assert_int_not_equal(access(path, F_OK), 0);
	fixture_must_run(server, good, NULL);
	f = fopen(path, "r");
	assert_non_null(f);
	x = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	assert_int_equal(X509_check_host(x, "emage.example", 0, 0, NULL), 1);
	assert_int_equal(X509_check_ip_asc(x, "192.0.2.7", 0), 1);
	X509_free(x);
	free(path);
	free(fresh);
}

/* ------------------------------------------------------------------ completion */

static void
assert_completes(const char *const *argv, const char *wanted)
{
	char *out;

	fixture_must_run(server, argv, &out);
	if (!strstr(out, wanted))
		fail_msg("no %s in: %s", wanted, out);
	free(out);
}

static void
test_completion(void **state)
{
	(void)state;
	assert_completes((const char *const[]){"emagectl", "--complete", "", NULL}, "import\n");
	assert_completes(
	    (const char *const[]){"emagectl", "--complete", "patient", "", NULL}, "add\n");
	assert_completes(
	    (const char *const[]){"emagectl", "--complete", "patient", "add", "--s", NULL},
	    "--sex\n");
	assert_completes(
	    (const char *const[]){"emagectl", "--complete", "patient", "add", "--sex", "", NULL},
	    "F\nM\n");
	assert_completes(
	    (const char *const[]){"emagectl", "--complete", "import", "dicom", "", NULL},
	    "@file\n");
	assert_completes(
	    (const char *const[]){"emage-call", "--complete", "", NULL}, "exam.list\n");
	assert_completes(
	    (const char *const[]){"emage-call", "--complete", "-d", "", NULL}, "ping\n");
	assert_completes(
	    (const char *const[]){"emage-call", "--complete", "--kind", "", NULL}, "kiosk\n");
}

static void
test_help_and_version(void **state)
{
	assert_completes((const char *const[]){"emagectl", "--help", NULL}, "import dicom");
	assert_completes(
	    (const char *const[]){"emagectl", "import", "dicom", "--help", NULL}, "--dry-run");
	assert_completes((const char *const[]){"emagectl", "--version", NULL}, EMAGE_VERSION);
	assert_completes((const char *const[]){"emage-call", "--help", NULL}, "--script");
	assert_completes((const char *const[]){"emage-call", "--version", NULL}, EMAGE_VERSION);
	assert_completes((const char *const[]){"emage-call", "--list", NULL}, "auth.new_password");
	assert_completes((const char *const[]){"emage-call", "--describe", "frame.get", NULL},
	    "repeated Window windows");
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_again_changes_nothing, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_modes, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_certificate, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_renewing, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_certificate_from_elsewhere, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_settings_are_the_servers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_wrong_command_lines, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_name_in_the_certificate_only_if_it_is_one, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_completion, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_help_and_version, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
