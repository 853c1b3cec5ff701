/* SPDX-License-Identifier: MIT */
/*
 * TLS 1.3 as N-01, N-02 and N-04 want it, with OpenSSL 3.
 */
#include "common/tls.h"

#include <arpa/inet.h>
#include <string.h>

#include <openssl/err.h>

#include "common/err.h"
#include "common/log.h"

#define TLS_SUITES "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define TLS_GROUPS "X25519:P-256:P-384"
/* RFC 9266, section 2 */
#define TLS_EXPORTER_LABEL "EXPORTER-Channel-Binding"

static const uint8_t tls_alpn[] = "\x07" TLS_ALPN;

const char *
tls_error_text(void)
{
	unsigned long newest = ERR_peek_last_error();
	const char *reason = newest == 0 ? NULL : ERR_reason_error_string(newest);

	ERR_clear_error();
	return reason == NULL ? "no detail" : reason;
}

static int
tls_pick_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
    unsigned in_len, void *arg)
{
	unsigned char *picked;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&picked, out_len, tls_alpn, sizeof(tls_alpn) - 1, in, in_len) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = picked;
	return SSL_TLSEXT_ERR_OK;
}

/* RFC 7301 lets a client leave ALPN out and the callback above is then not
 * called; this one is, and refuses. */
static int
tls_want_alpn(SSL *ssl, int *alert, void *arg)
{
	const unsigned char *bytes;
	size_t len;

	(void)arg;
	if (SSL_client_hello_get0_ext(
		ssl, TLSEXT_TYPE_application_layer_protocol_negotiation, &bytes, &len) == 1)
		return SSL_CLIENT_HELLO_SUCCESS;
	*alert = SSL_AD_NO_APPLICATION_PROTOCOL;
	return SSL_CLIENT_HELLO_ERROR;
}

static SSL_CTX *
tls_ctx(const SSL_METHOD *method)
{
	SSL_CTX *ctx = SSL_CTX_new(method);

	if (ctx == NULL || SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_ciphersuites(ctx, TLS_SUITES) != 1 ||
	    SSL_CTX_set1_groups_list(ctx, TLS_GROUPS) != 1)
		die("TLS set-up: %s", tls_error_text());
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
				  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(ctx, 1);
	return ctx;
}

int
tls_server_ctx(const char *cert_path, const char *key_path, SSL_CTX **ctx_r)
{
	SSL_CTX *ctx = tls_ctx(TLS_server_method());

	*ctx_r = NULL;
	SSL_CTX_set_max_early_data(ctx, 0);
	SSL_CTX_set_alpn_select_cb(ctx, tls_pick_alpn, NULL);
	SSL_CTX_set_client_hello_cb(ctx, tls_want_alpn, NULL);
	if (SSL_CTX_use_certificate_chain_file(ctx, cert_path) != 1) {
		log_error("tls.certificate", "path=%s cause=\"%s\"", cert_path, tls_error_text());
		goto fail;
	}
	if (SSL_CTX_use_PrivateKey_file(ctx, key_path, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1) {
		log_error("tls.key", "path=%s cause=\"%s\"", key_path, tls_error_text());
		goto fail;
	}
	*ctx_r = ctx;
	return 0;
fail:
	SSL_CTX_free(ctx);
	return -EM_E_CONFIG;
}

int
tls_client_ctx(const char *ca_path, SSL_CTX **ctx_r)
{
	SSL_CTX *ctx = tls_ctx(TLS_client_method());
	int loaded;

	*ctx_r = NULL;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (SSL_CTX_set_alpn_protos(ctx, tls_alpn, sizeof(tls_alpn) - 1) != 0)
		die("TLS set-up: %s", tls_error_text());
	loaded = ca_path == NULL ? SSL_CTX_set_default_verify_paths(ctx)
				 : SSL_CTX_load_verify_file(ctx, ca_path);
	if (loaded != 1) {
		tls_error_text();
		SSL_CTX_free(ctx);
		return -EM_E_CONFIG;
	}
	*ctx_r = ctx;
	return 0;
}

static bool
tls_is_address(const char *host)
{
	uint8_t bytes[16];

	return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

SSL *
tls_client_new(SSL_CTX *ctx, const char *host)
{
	SSL *ssl = SSL_new(ctx);
	int named;

	if (ssl == NULL)
		return NULL;
	if (tls_is_address(host))
		named = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host);
	else
		named = SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
	if (named != 1) {
		SSL_free(ssl);
		return NULL;
	}
	SSL_set_connect_state(ssl);
	return ssl;
}

bool
tls_exporter(SSL *ssl, uint8_t out_r[32])
{
	return SSL_export_keying_material(
		   ssl, out_r, 32, TLS_EXPORTER_LABEL, strlen(TLS_EXPORTER_LABEL), NULL, 0, 0) == 1;
}
