/* SPDX-License-Identifier: MIT */
/*
 * Argon2id of passwords, with one computation for the two passwords that an
 * account may have.
 */
#include "server/handle/pwhash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "common/err.h"
#include "common/log.h"
#include "server/handle/keyed.h"
#include "server/policy/password.h"

#define SALT_LEN crypto_pwhash_argon2id_SALTBYTES
#define HASH_LEN 32u
#define BASE64	 sodium_base64_VARIANT_ORIGINAL_NO_PADDING

/* Highest parameters taken from a row: a damaged one must not cost the host. */
#define OPS_MAX	    16u
#define MEM_KIB_MAX (1024u * 1024u)

struct parsed {
	bool usable;
	unsigned ops, mem_kib;
	uint8_t salt[SALT_LEN];
	uint8_t hash[HASH_LEN];
};

static bool
pwhash_decode(const char *text, size_t text_len, uint8_t *out_r, size_t len)
{
	size_t got = 0;

	return sodium_base642bin(out_r, len, text, text_len, NULL, &got, NULL, BASE64) == 0 &&
	       got == len;
}

static struct parsed
pwhash_parse(const char *s)
{
	struct parsed p = {.usable = false};
	const char *salt, *hash;
	int at = 0;

	if (sscanf(s, "$argon2id$v=19$m=%7u,t=%2u,p=1$%n", &p.mem_kib, &p.ops, &at) != 2 ||
	    at == 0 || p.ops < 1 || p.ops > OPS_MAX || p.mem_kib < 8 || p.mem_kib > MEM_KIB_MAX)
		return p;
	salt = s + at;
	hash = strchr(salt, '$');
	if (hash == NULL)
		return p;
	p.usable = pwhash_decode(salt, (size_t)(hash - salt), p.salt, SALT_LEN) &&
		   pwhash_decode(hash + 1, strlen(hash + 1), p.hash, HASH_LEN);
	return p;
}

/* What Argon2id is given: 32 bytes whatever the length of the password. */
static int
pwhash_input(const struct secret *pepper, const char *password, uint8_t out_r[32])
{
	char *form = policy_password_form(password);

	if (form == NULL)
		return -EM_E_INVALID;
	keyed_hash(pepper, "password", form, strlen(form), out_r);
	secret_wipe(form, strlen(form));
	free(form);
	return 0;
}

static int
pwhash_compute(const struct parsed *with, const uint8_t input[32], uint8_t out_r[HASH_LEN])
{
	if (crypto_pwhash(out_r, HASH_LEN, (const char *)input, 32, with->salt, with->ops,
		(size_t)with->mem_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0)
		return 0;
	log_error("password.hash", "cause=memory kib=%u", with->mem_kib);
	return -EM_E_NO_MEMORY;
}

int
pwhash_make(
    const struct secret *pepper, const char *password, const char *beside, char out_r[PWHASH_MAX])
{
	struct parsed p = {.usable = false};
	char salt[sodium_base64_ENCODED_LEN(SALT_LEN, BASE64)];
	char hash[sodium_base64_ENCODED_LEN(HASH_LEN, BASE64)];
	uint8_t input[32];
	int rc;

	if (beside != NULL)
		p = pwhash_parse(beside);
	if (!p.usable) {
		p.ops = PWHASH_OPS;
		p.mem_kib = PWHASH_MEM_KIB;
		randombytes_buf(p.salt, sizeof(p.salt));
	}
	rc = pwhash_input(pepper, password, input);
	if (rc == 0)
		rc = pwhash_compute(&p, input, p.hash);
	if (rc == 0) {
		(void)sodium_bin2base64(salt, sizeof(salt), p.salt, SALT_LEN, BASE64);
		(void)sodium_bin2base64(hash, sizeof(hash), p.hash, HASH_LEN, BASE64);
		(void)snprintf(out_r, PWHASH_MAX, "$argon2id$v=19$m=%u,t=%u,p=1$%s$%s", p.mem_kib,
		    p.ops, salt, hash);
	}
	secret_wipe(input, sizeof(input));
	secret_wipe(&p, sizeof(p));
	secret_wipe(hash, sizeof(hash));
	return rc;
}

static bool
pwhash_same_cost(const struct parsed *a, const struct parsed *b)
{
	return a->ops == b->ops && a->mem_kib == b->mem_kib &&
	       memcmp(a->salt, b->salt, SALT_LEN) == 0;
}

int
pwhash_try(const struct secret *pepper, const char *password, const char *own_hash,
    const char *temp_hash, struct pwhash_match *match_r)
{
	struct parsed own = pwhash_parse(own_hash);
	struct parsed temp = pwhash_parse(temp_hash);
	struct parsed dummy = {.ops = PWHASH_OPS, .mem_kib = PWHASH_MEM_KIB};
	const struct parsed *with = own.usable ? &own : temp.usable ? &temp : &dummy;
	uint8_t input[32], got[HASH_LEN];
	bool own_equal, temp_equal;
	int rc;

	*match_r = (struct pwhash_match){.own = false};
	/* a temporary password made without its neighbour's salt can never match */
	if (own.usable && temp.usable && !pwhash_same_cost(&own, &temp))
		log_error("password.salt", "cause=differs");
	rc = pwhash_input(pepper, password, input);
	if (rc == 0)
		rc = pwhash_compute(with, input, got);
	if (rc == 0) {
		own_equal = secret_equal(got, own.hash, HASH_LEN);
		temp_equal = secret_equal(got, temp.hash, HASH_LEN);
		match_r->own = own.usable && own_equal;
		match_r->temp = temp.usable && temp_equal && pwhash_same_cost(with, &temp);
		match_r->stale = own.ops != PWHASH_OPS || own.mem_kib != PWHASH_MEM_KIB;
	}
	secret_wipe(input, sizeof(input));
	secret_wipe(got, sizeof(got));
	secret_wipe(&own, sizeof(own));
	secret_wipe(&temp, sizeof(temp));
	return rc;
}
