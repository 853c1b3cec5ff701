/* SPDX-License-Identifier: MIT */
/*
 * Secrets of authenticator apps, and codes held against them.
 */
#include "server/handle/second.h"

#include <string.h>

#include <sodium.h>

#include "common/log.h"
#include "server/handle/keyed.h"
#include "server/server.h"

#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN	  crypto_aead_xchacha20poly1305_ietf_ABYTES
#define BOX_LEN	  (NONCE_LEN + POLICY_TOTP_SECRET_LEN + TAG_LEN)

uint8_t *
second_seal(const struct secret *pepper, struct arena *a, uint64_t account_id,
    const uint8_t secret[POLICY_TOTP_SECRET_LEN], size_t *len_r)
{
	uint8_t *box = arena_alloc(a, BOX_LEN);
	uint8_t key[32];

	if (box == NULL)
		return NULL;
	keyed_derive(pepper, "totp secret", key);
	randombytes_buf(box, NONCE_LEN);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE_LEN, NULL, secret,
	    POLICY_TOTP_SECRET_LEN, (const uint8_t *)&account_id, sizeof(account_id), NULL, box,
	    key);
	secret_wipe(key, sizeof(key));
	*len_r = BOX_LEN;
	return box;
}

int
second_open(const struct secret *pepper, const struct store_totp *t,
    uint8_t secret_r[POLICY_TOTP_SECRET_LEN])
{
	uint8_t key[32];
	int rc;

	if (t->secret_len != BOX_LEN)
		return -EM_E_INVALID;
	keyed_derive(pepper, "totp secret", key);
	rc = crypto_aead_xchacha20poly1305_ietf_decrypt(secret_r, NULL, NULL, t->secret + NONCE_LEN,
		 BOX_LEN - NONCE_LEN, (const uint8_t *)&t->account_id, sizeof(t->account_id),
		 t->secret, key) == 0
		 ? 0
		 : -EM_E_INVALID;
	secret_wipe(key, sizeof(key));
	return rc;
}

void
second_hash_recovery(const struct secret *pepper, uint64_t account_id,
    const char code[POLICY_RECOVERY_CODE_LEN + 1], uint8_t out_r[32])
{
	uint8_t bytes[sizeof(account_id) + POLICY_RECOVERY_CODE_LEN];

	memcpy(bytes, &account_id, sizeof(account_id));
	memcpy(bytes + sizeof(account_id), code, POLICY_RECOVERY_CODE_LEN);
	keyed_hash(pepper, "recovery code", bytes, sizeof(bytes), out_r);
	secret_wipe(bytes, sizeof(bytes));
}

bool
second_is_formed(const char *typed)
{
	char totp[POLICY_TOTP_DIGITS + 1], recovery[POLICY_RECOVERY_CODE_LEN + 1];
	bool formed = policy_totp_read(typed, totp) || policy_recovery_code_read(typed, recovery);

	secret_wipe(totp, sizeof(totp));
	secret_wipe(recovery, sizeof(recovery));
	return formed;
}

static int
second_try_app(
    struct request *rq, struct store_conn *db, uint64_t account_id, const char *code, bool *right_r)
{
	uint8_t secret[POLICY_TOTP_SECRET_LEN];
	struct store_totp t;
	int64_t step = 0;
	int rc = store_totp_get(db, rq->arena, account_id, &t);

	*right_r = false;
	if (rc == -EM_E_NOT_FOUND || (rc == 0 && !t.in_force))
		return 0;
	if (rc == 0 && second_open(&rq->server->pepper, &t, secret) != 0) {
		log_error("totp.secret", "cause=\"not sealed by this key\"");
		return -EM_E_INTERNAL;
	}
	if (rc < 0)
		return rc;
	*right_r = policy_totp_check(secret, code, rq->now_ms, t.last_step, &step);
	secret_wipe(secret, sizeof(secret));
	return *right_r ? store_totp_use(db, account_id, step) : 0;
}

int
second_try(struct request *rq, struct store_conn *db, uint64_t account_id, const char *typed,
    enum second_how *how_r)
{
	char totp[POLICY_TOTP_DIGITS + 1], recovery[POLICY_RECOVERY_CODE_LEN + 1];
	uint8_t hash[32];
	bool right = false;
	int rc = 0;

	*how_r = SECOND_WRONG;
	if (policy_totp_read(typed, totp)) {
		rc = second_try_app(rq, db, account_id, totp, &right);
		if (rc == 0 && right)
			*how_r = SECOND_TOTP;
	} else if (policy_recovery_code_read(typed, recovery)) {
		second_hash_recovery(&rq->server->pepper, account_id, recovery, hash);
		rc = store_recovery_code_use(db, account_id, hash, rq->now_ms);
		if (rc == 0)
			*how_r = SECOND_RECOVERY;
		rc = rc == -EM_E_NOT_FOUND ? 0 : rc;
		secret_wipe(hash, sizeof(hash));
	}
	secret_wipe(totp, sizeof(totp));
	secret_wipe(recovery, sizeof(recovery));
	return rc;
}
