/* SPDX-License-Identifier: MIT */
/*
 * emagectl init: everything that a new server needs before its first start.
 * Nothing that exists is ever changed, so it may be run again at any time.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>
#include <openssl/pem.h>
#include <sodium.h>

#include "common/config.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/tls.h"
#include "server/settings.h"
#include "tools/lib/certificate.h"
#include "tools/emagectl/ctl.h"
#include "tools/emagectl/place.h"
#include "tools/lib/pbjson.h"

#define INIT_PEPPER_LEN 32

struct init_options {
	struct option_list names, sets;
	const char *owner;
};

#define OPT(field) .offset = offsetof(struct init_options, field)

static const struct option_row init_rows[] = {
    {0, "name", "NAME", OPTION_LIST, OPT(names),
	.help = "Name or address by which clients call this server, for its certificate; "
		"localhost, 127.0.0.1, ::1 and the host's name are always in it."},
    {0, "set", "SECTION.KEY=VALUE", OPTION_LIST, OPT(sets),
	.help = "Value for the new settings file."},
    {0, "owner", "USER", OPTION_STRING, OPT(owner),
	.help = "Give what is made to this user (as root, for the service: emage)."},
};

/* ------------------------------------------------------------------ settings */

static const struct setting *
init_setting(const char *name, size_t len)
{
	for (size_t i = 0; i < settings_table_len; i++) {
		const struct setting *row = &settings_table[i];
		size_t section_len = strlen(row->section);

		if (len == section_len + 1 + strlen(row->key) &&
		    strncmp(name, row->section, section_len) == 0 && name[section_len] == '.' &&
		    strncmp(name + section_len + 1, row->key, strlen(row->key)) == 0)
			return row;
	}
	return NULL;
}

static int
init_no_setting(const char *name, size_t len)
{
	char **names = mem_new_array(settings_table_len, sizeof(*names));
	char *word = mem_printf("%.*s", (int)len, name);
	const char *near;

	for (size_t i = 0; i < settings_table_len; i++)
		names[i] = mem_printf("%s.%s", settings_table[i].section, settings_table[i].key);
	near = config_nearest(word, (const char *const *)names, settings_table_len);
	if (near)
		ctl_fail("--set: no setting %s; did you mean %s?", word, near);
	else
		ctl_fail("--set: no setting %s", word);
	for (size_t i = 0; i < settings_table_len; i++)
		free(names[i]);
	free(names);
	free(word);
	return -EM_E_CONFIG;
}

static int
init_set_number(void *at, const struct setting *row, const char *value)
{
	char *end;
	long long number;

	if (row->type == SETTING_BOOL) {
		*(int64_t *)at = strcmp(value, "yes") == 0;
		if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
			goto bad;
		return 0;
	}
	errno = 0;
	number = strtoll(value, &end, 10);
	if (errno != 0 || !*value || *end || number < row->min || number > row->max)
		goto bad;
	*(int64_t *)at = number;
	return 0;
bad:
	ctl_fail("--set: %s.%s cannot be \"%s\"", row->section, row->key, value);
	return -EM_E_CONFIG;
}

static int
init_set(struct settings *st, const char *assignment)
{
	const char *equals = strchr(assignment, '=');
	size_t len = equals ? (size_t)(equals - assignment) : strlen(assignment);
	const struct setting *row = init_setting(assignment, len);
	char *at;

	if (!equals) {
		ctl_fail("--set wants SECTION.KEY=VALUE");
		return -EM_E_CONFIG;
	}
	if (!row)
		return init_no_setting(assignment, len);
	if (strpbrk(equals, "\r\n")) {
		ctl_fail("--set: a value is one line");
		return -EM_E_CONFIG;
	}
	at = (char *)st + row->offset;
	if (row->type == SETTING_INT || row->type == SETTING_BOOL)
		return init_set_number(at, row, equals + 1);
	free(*(char **)(void *)at);
	*(char **)(void *)at = mem_strdup(equals + 1);
	return 0;
}

/* What a new file says: the defaults and --set. */
static int
init_values(const struct init_options *o, struct settings *st_r)
{
	char err[512];
	/* there is no such file: the defaults alone */
	int rc = config_load(settings_table, settings_table_len, "/nonexistent/emaged.conf", false,
	    st_r, err, sizeof(err));

	for (size_t i = 0; i < o->sets.n && rc == 0; i++)
		rc = init_set(st_r, o->sets.items[i]);
	return rc;
}

static int
init_config(struct place *p, const char *path, const struct settings *st)
{
	char *text;
	off_t len;
	int rc = -EM_E_IO, fd;

	if (place_exists(path))
		return place_kept(p, path);
	fd = memfd_create("settings", MFD_CLOEXEC);
	if (fd < 0)
		return ctl_fail("%s", strerror(errno));
	config_print(settings_table, settings_table_len, st, fd);
	len = lseek(fd, 0, SEEK_END);
	text = mem_new((size_t)len + 1);
	if (pread(fd, text, (size_t)len, 0) == len)
		rc = place_file(p, path, text, (size_t)len, 0644);
	free(text);
	close(fd);
	return rc;
}

/* ------------------------------------------------------------------------ TLS */

static EVP_PKEY *
init_read_key(const char *path)
{
	FILE *f = fopen(path, "re");
	EVP_PKEY *key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;

	if (f)
		fclose(f);
	if (!key)
		ctl_fail("%s: %s", path, f ? tls_error_text() : strerror(errno));
	return key;
}

static X509 *
init_read_certificate(const char *path)
{
	FILE *f = fopen(path, "re");
	X509 *x = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

	if (f)
		fclose(f);
	if (!x)
		ctl_fail("%s: %s", path, f ? tls_error_text() : strerror(errno));
	return x;
}

/* Exactly one of the two; a BIO in memory, so that the file appears whole. */
static int
init_write_pem(struct place *p, const char *path, EVP_PKEY *key, X509 *x)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	long len = 0;
	int rc = -EM_E_IO;

	if (bio && (key ? PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL)
			: PEM_write_bio_X509(bio, x)) == 1)
		len = BIO_get_mem_data(bio, &bytes);
	if (len > 0)
		rc = place_file(p, path, bytes, (size_t)len, key ? 0400 : 0644);
	else
		ctl_fail("%s: %s", path, tls_error_text());
	if (len > 0)
		secret_wipe(bytes, (size_t)len);
	BIO_free(bio);
	return rc;
}

/* A key that is there is used again: a certificate can be renewed by removing
 * it and running init once more. */
static EVP_PKEY *
init_key(struct place *p, const char *path)
{
	EVP_PKEY *key;

	if (place_exists(path)) {
		place_kept(p, path);
		return init_read_key(path);
	}
	key = certificate_key();
	if (!key)
		ctl_fail("%s: %s", path, tls_error_text());
	else if (init_write_pem(p, path, key, NULL) < 0) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

static int
init_authority(struct place *p, const char *directory, EVP_PKEY **key_r, X509 **x_r)
{
	char *key_path = mem_printf("%s/tls/ca.key", directory);
	char *path = mem_printf("%s/tls/ca.pem", directory);
	int rc = -EM_E_IO;

	*x_r = NULL;
	*key_r = NULL;
	if (place_exists(path) && !place_exists(key_path)) {
		ctl_fail("%s is not there, so nothing can be signed; put certificate and key "
			 "into tls/server.pem and tls/server.key",
		    key_path);
		goto out;
	}
	*key_r = init_key(p, key_path);
	if (!*key_r)
		goto out;
	if (place_exists(path)) {
		place_kept(p, path);
		*x_r = init_read_certificate(path);
		rc = *x_r ? 0 : -EM_E_IO;
		goto out;
	}
	*x_r = certificate_authority(*key_r, "e-mage");
	if (*x_r)
		rc = init_write_pem(p, path, NULL, *x_r);
	else
		ctl_fail("%s: %s", path, tls_error_text());
out:
	free(key_path);
	free(path);
	return rc;
}

#define INIT_NAMES_MAX 32

static int
init_names(const struct init_options *o, const char *host, const char *names_r[INIT_NAMES_MAX],
    size_t *n_r)
{
	static const char *const always[] = {"localhost", "127.0.0.1", "::1"};
	size_t n = 0;

	if (o->names.n > INIT_NAMES_MAX - ARRAY_LEN(always) - 1) {
		ctl_fail("--name: at most %zu", INIT_NAMES_MAX - ARRAY_LEN(always) - 1);
		return -EM_E_INVALID;
	}
	for (size_t i = 0; i < o->names.n; i++) {
		const char *name = o->names.items[i];

		if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
						"XYZ0123456789.:-*")] != '\0') {
			ctl_fail("--name: \"%s\" is no name or address", name);
			return -EM_E_INVALID;
		}
		names_r[n++] = name;
	}
	if (*host && strcmp(host, "localhost") != 0)
		names_r[n++] = host;
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		names_r[n++] = always[i];
	*n_r = n;
	return 0;
}

static int
init_tls(struct place *p, const char *directory, const struct init_options *o)
{
	char *key_path = mem_printf("%s/tls/server.key", directory);
	char *path = mem_printf("%s/tls/server.pem", directory);
	const char *names[INIT_NAMES_MAX];
	char host[65] = "";
	size_t n_names;
	EVP_PKEY *ca_key = NULL, *key = NULL;
	X509 *ca = NULL, *x = NULL;
	int rc = -EM_E_IO;

	gethostname(host, sizeof(host) - 1);
	if (init_names(o, host, names, &n_names) < 0)
		goto out;
	if (place_exists(path)) {
		/* from here or from elsewhere: not ours to replace */
		place_kept(p, path);
		rc = 0;
		goto out;
	}
	if (init_authority(p, directory, &ca_key, &ca) < 0)
		goto out;
	key = init_key(p, key_path);
	x = key ? certificate_server(key, names, n_names, ca, ca_key) : NULL;
	if (x)
		rc = init_write_pem(p, path, NULL, x);
	else if (key)
		ctl_fail("%s: %s", path, tls_error_text());
out:
	X509_free(x);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
	free(key_path);
	free(path);
	return rc;
}

/* ------------------------------------------------------------------- the whole */

static int
init_pepper(struct place *p, const char *directory)
{
	char *path = mem_printf("%s/%s", directory, SERVER_PEPPER);
	struct secret pepper;
	int rc;

	if (place_exists(path)) {
		rc = place_kept(p, path);
	} else {
		pepper = secret_new(INIT_PEPPER_LEN);
		randombytes_buf(pepper.bytes, pepper.len);
		rc = place_file(p, path, pepper.bytes, pepper.len, 0400);
		secret_free(&pepper);
	}
	free(path);
	return rc;
}

static int
init_directories(struct place *p, const char *directory)
{
	static const char *const below[] = {"", "keys", "tls", SERVER_MEDIA};
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(below) && rc == 0; i++) {
		char *path = mem_printf("%s%s%s", directory, i ? "/" : "", below[i]);

		rc = place_directory(p, path, 0700);
		free(path);
	}
	return rc;
}

/* What the settings say, once they are there. */
static char *
init_directory(const struct ctl *ctl, const char *config)
{
	const struct settings_source from = {.path = config, .must_exist = true};
	struct settings *st;
	char err[1024], *directory;

	if (ctl->directory)
		return mem_strdup(ctl->directory);
	if (settings_load(&from, &st, err, sizeof(err)) < 0) {
		fputs(err, stderr);
		return NULL;
	}
	directory = mem_strdup(st->storage_directory);
	settings_free(&st);
	return directory;
}

static void
init_report(const struct ctl *ctl, const struct place *p, const char *directory, const char *config)
{
	json_t *j;

	if (ctl->json) {
		j = json_pack("{s:s, s:s, s:O, s:O}", "directory", directory, "config", config,
		    "made", p->made, "kept", p->kept);
		pbjson_print(stdout, j, 2);
		json_decref(j);
		return;
	}
	printf("\nNext: emaged -c %s\nClients trust %s/tls/ca.pem (option --ca).\n", config,
	    directory);
}

static int
init_run(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct init_options *o = options;
	struct settings st = {0};
	struct place p = {0};
	char *directory = NULL, *absolute = NULL, *config = NULL;
	int rc = CTL_FAILED;

	(void)argv;
	if (argc > 0)
		return ctl_usage(&ctl_init);
	if (init_values(o, &st) < 0 || place_begin(&p, o->owner, !ctl->json) < 0)
		goto out;
	if (ctl->directory) {
		/* the settings name it by its whole path, so it comes first */
		if (place_directory(&p, ctl->directory, 0700) < 0)
			goto out;
		absolute = realpath(ctl->directory, NULL);
		free(st.storage_directory);
		st.storage_directory = mem_strdup(absolute);
	}
	config = ctl->config	  ? mem_strdup(ctl->config)
		 : ctl->directory ? mem_printf("%s/emaged.conf", absolute)
				  : mem_strdup(EMAGE_SYSCONFDIR "/emage/emaged.conf");
	if (init_config(&p, config, &st) != 0)
		goto out;
	directory = absolute ? mem_strdup(absolute) : init_directory(ctl, config);
	if (!directory || init_directories(&p, directory) < 0 || init_pepper(&p, directory) < 0 ||
	    init_tls(&p, directory, o) < 0)
		goto out;
	init_report(ctl, &p, directory, config);
	rc = CTL_OK;
out:
	place_end(&p);
	config_release(settings_table, settings_table_len, &st);
	free(directory);
	free(absolute);
	free(config);
	return rc;
}

const struct ctl_command ctl_init = {
    .name = "init",
    .args = "",
    .help = "Make what a new server needs; never changes what is there.",
    .rows = init_rows,
    .n_rows = ARRAY_LEN(init_rows),
    .options_size = sizeof(struct init_options),
    .run = init_run,
};
