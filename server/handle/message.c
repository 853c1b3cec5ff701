/* SPDX-License-Identifier: MIT */
/*
 * Sealing of messages while they wait in the outbox.
 */
#include "server/handle/message.h"

#include <string.h>

#include <sodium.h>

#include "common/err.h"
#include "server/handle/keyed.h"

#define MARK	  "sealed1:" /* names the form; another one gets another number */
#define MARK_LEN  (sizeof(MARK) - 1)
#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN	  crypto_aead_xchacha20poly1305_ietf_ABYTES
#define BASE64	  sodium_base64_VARIANT_URLSAFE_NO_PADDING

/* What the sealed text belongs to: its row's key and where it goes. */
static uint8_t *
message_bound(struct arena *a, const struct store_message *m, size_t *len_r)
{
	size_t n = strlen(m->address);
	uint8_t *bound = arena_alloc(a, sizeof(m->key) + n);

	if (bound == NULL)
		return NULL;
	memcpy(bound, m->key, sizeof(m->key));
	memcpy(bound + sizeof(m->key), m->address, n);
	*len_r = sizeof(m->key) + n;
	return bound;
}

char *
message_seal(
    const struct secret *pepper, struct arena *a, const struct store_message *m, const char *body)
{
	size_t len = strlen(body), bound_len = 0, box_len = NONCE_LEN + len + TAG_LEN;
	size_t text_len = sodium_base64_encoded_len(box_len, BASE64);
	uint8_t *bound = message_bound(a, m, &bound_len);
	uint8_t *box = arena_alloc(a, box_len);
	char *text = arena_alloc(a, MARK_LEN + text_len);
	uint8_t key[32];

	if (bound == NULL || box == NULL || text == NULL)
		return NULL;
	keyed_derive(pepper, "outbox body", key);
	randombytes_buf(box, NONCE_LEN);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
	    box + NONCE_LEN, NULL, (const uint8_t *)body, len, bound, bound_len, NULL, box, key);
	secret_wipe(key, sizeof(key));
	memcpy(text, MARK, MARK_LEN);
	(void)sodium_bin2base64(text + MARK_LEN, text_len, box, box_len, BASE64);
	return text;
}

int
message_open(
    const struct secret *pepper, struct arena *a, const struct store_message *m, char **body_r)
{
	size_t text_len = strlen(m->body), bound_len = 0, box_len = 0;
	uint8_t *bound = message_bound(a, m, &bound_len);
	uint8_t *box = arena_alloc(a, text_len + 1);
	uint8_t *body = arena_alloc(a, text_len + 1);
	uint8_t key[32];
	int rc;

	if (bound == NULL || box == NULL || body == NULL)
		return -EM_E_NO_MEMORY;
	if (strncmp(m->body, MARK, MARK_LEN) != 0 ||
	    sodium_base642bin(box, text_len, m->body + MARK_LEN, text_len - MARK_LEN, NULL,
		&box_len, NULL, BASE64) != 0 ||
	    box_len < NONCE_LEN + TAG_LEN)
		return -EM_E_INVALID;
	keyed_derive(pepper, "outbox body", key);
	rc = crypto_aead_xchacha20poly1305_ietf_decrypt(body, NULL, NULL, box + NONCE_LEN,
		 box_len - NONCE_LEN, bound, bound_len, box, key) == 0
		 ? 0
		 : -EM_E_INVALID;
	secret_wipe(key, sizeof(key));
	if (rc == 0)
		*body_r = (char *)body;
	return rc;
}
