/* SPDX-License-Identifier: MIT */
/*
 * Making certificates with OpenSSL.
 */
#include "tools/lib/certificate.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "common/mem.h"

#define CERTIFICATE_CA_DAYS	3650
#define CERTIFICATE_SERVER_DAYS 730
/* terminals' clocks may be behind */
#define CERTIFICATE_EARLY_S 3600

EVP_PKEY *
certificate_key(void)
{
	return EVP_EC_gen("P-256");
}

static bool
certificate_serial(X509 *x)
{
	unsigned char bytes[16];
	BIGNUM *number;
	bool ok;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	bytes[0] &= 0x7f;
	number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
	BN_free(number);
	return ok;
}

static bool
certificate_extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;
	bool ok;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext && X509_add_ext(x, ext, -1) == 1;
	X509_EXTENSION_free(ext);
	return ok;
}

/* All but extensions and signature. */
static X509 *
certificate_blank(EVP_PKEY *key, const char *common_name, int days, X509 *issuer)
{
	X509 *x = X509_new();
	X509_NAME *name;

	if (!x)
		return NULL;
	name = X509_get_subject_name(x);
	if (X509_set_version(x, X509_VERSION_3) != 1 || !certificate_serial(x) ||
	    !X509_gmtime_adj(X509_getm_notBefore(x), -CERTIFICATE_EARLY_S) ||
	    !X509_gmtime_adj(X509_getm_notAfter(x), days * 86400L) ||
	    X509_set_pubkey(x, key) != 1 ||
	    X509_NAME_add_entry_by_txt(
		name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) != 1 ||
	    X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer) : name) != 1) {
		X509_free(x);
		return NULL;
	}
	return x;
}

X509 *
certificate_authority(EVP_PKEY *key, const char *common_name)
{
	X509 *x = certificate_blank(key, common_name, CERTIFICATE_CA_DAYS, NULL);

	if (x && certificate_extend(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
	    certificate_extend(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	    certificate_extend(x, x, NID_subject_key_identifier, "hash") &&
	    X509_sign(x, key, EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}

/* "DNS:localhost,IP:127.0.0.1" */
static char *
certificate_names(const char *const *names, size_t n_names)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	unsigned char address[16];

	if (!f)
		return NULL;
	for (size_t i = 0; i < n_names; i++) {
		bool is_address = inet_pton(AF_INET, names[i], address) == 1 ||
				  inet_pton(AF_INET6, names[i], address) == 1;

		fprintf(f, "%s%s:%s", i ? "," : "", is_address ? "IP" : "DNS", names[i]);
	}
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

X509 *
certificate_server(
    EVP_PKEY *key, const char *const *names, size_t n_names, X509 *ca, EVP_PKEY *ca_key)
{
	X509 *x = certificate_blank(key, names[0], CERTIFICATE_SERVER_DAYS, ca);
	char *alternatives = certificate_names(names, n_names);
	bool ok = x && alternatives &&
		  certificate_extend(x, ca, NID_basic_constraints, "critical,CA:FALSE") &&
		  certificate_extend(x, ca, NID_key_usage, "critical,digitalSignature") &&
		  certificate_extend(x, ca, NID_ext_key_usage, "serverAuth") &&
		  certificate_extend(x, ca, NID_subject_key_identifier, "hash") &&
		  certificate_extend(x, ca, NID_authority_key_identifier, "keyid") &&
		  certificate_extend(x, ca, NID_subject_alt_name, alternatives) &&
		  X509_sign(x, ca_key, EVP_sha256()) > 0;

	free(alternatives);
	if (!ok) {
		X509_free(x);
		return NULL;
	}
	return x;
}
