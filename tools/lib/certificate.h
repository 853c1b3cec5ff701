/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TOOLS_CERTIFICATE_H
#define EMAGE_TOOLS_CERTIFICATE_H

#include <stddef.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

/*
 * A certificate authority of one's own and what it signs, P-256. For regions
 * whose terminals trust one file; a certificate from elsewhere does as well.
 * Every function returns NULL at failure; the cause is in OpenSSL's queue.
 */

EVP_PKEY *certificate_key(void);

/* Signed by itself, may sign servers and nothing below them. Ten years. */
X509 *certificate_authority(EVP_PKEY *key, const char *common_name);

/* For a server that goes by these names and addresses; two years. */
X509 *certificate_server(
    EVP_PKEY *key, const char *const *names, size_t n_names, X509 *ca, EVP_PKEY *ca_key);

#endif
