/* SPDX-License-Identifier: MIT */
/*
 * emagectl init: a certificate authority of one's own, and what it signs.
 */
#include "tools/emagectl/init.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/tls.h"
#include "tools/emagectl/ctl.h"
#include "tools/lib/certificate.h"

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

int
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
