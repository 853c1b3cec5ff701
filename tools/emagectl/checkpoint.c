/* SPDX-License-Identifier: MIT */
/*
 * Checkpoints of the audit trail, written and read.
 */
#include "tools/emagectl/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "tools/emagectl/ctl.h"

#define CHECKPOINT_HEAD "emage audit checkpoint 1\n"
#define CHECKPOINT_MAX	1024u
#define SECRET_LEN	crypto_sign_SECRETKEYBYTES
#define PUBLIC_LEN	crypto_sign_PUBLICKEYBYTES
#define SIGNATURE_LEN	crypto_sign_BYTES
#define HEX_LEN(n)	(2 * (n) + 1)

static int
checkpoint_fault(const char *path, const char *what)
{
	ctl_fail("%s: %s", path, what);
	return -EM_E_INVALID;
}

/* -1: no such file. */
static ssize_t
checkpoint_load(const char *path, char text_r[CHECKPOINT_MAX + 1])
{
	FILE *f = fopen(path, "re");
	size_t n;

	if (!f)
		return -1;
	n = fread(text_r, 1, CHECKPOINT_MAX, f);
	text_r[n] = '\0';
	fclose(f);
	return (ssize_t)n;
}

static int
checkpoint_sync(const char *path, int fd, const char *text)
{
	size_t len = strlen(text);

	if (write(fd, text, len) == (ssize_t)len && fsync(fd) == 0)
		return 0;
	ctl_fail("%s: %s", path, strerror(errno));
	return -EM_E_IO;
}

/* ---------------------------------------------------------------------- keys */

static int
checkpoint_key_file(const char *path, const uint8_t *key, size_t len, mode_t mode)
{
	char hex[HEX_LEN(SECRET_LEN) + 2];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode), rc;

	if (fd < 0) {
		ctl_fail("%s: %s", path, strerror(errno));
		return -EM_E_IO;
	}
	sodium_bin2hex(hex, sizeof(hex), key, len);
	hex[2 * len] = '\n';
	hex[2 * len + 1] = '\0';
	rc = checkpoint_sync(path, fd, hex);
	close(fd);
	secret_wipe(hex, sizeof(hex));
	return rc;
}

static int
checkpoint_make_key(const char *path, uint8_t secret_r[SECRET_LEN])
{
	char *beside = mem_printf("%s.pub", path);
	uint8_t public[PUBLIC_LEN];
	int rc;

	crypto_sign_keypair(public, secret_r);
	rc = checkpoint_key_file(path, secret_r, SECRET_LEN, 0600);
	if (rc == 0)
		rc = checkpoint_key_file(beside, public, PUBLIC_LEN, 0644);
	if (rc == 0)
		fprintf(stderr, "made %s and %s\n", path, beside);
	free(beside);
	return rc;
}

/* Length of the key that the file has: of either kind; 0 = it has none. */
static size_t
checkpoint_load_key(const char *path, uint8_t key_r[SECRET_LEN])
{
	char text[CHECKPOINT_MAX + 1];
	size_t len = 0;

	if (checkpoint_load(path, text) < 0)
		return 0;
	text[strcspn(text, "\r\n")] = '\0';
	if (sodium_hex2bin(key_r, SECRET_LEN, text, strlen(text), NULL, &len, NULL) != 0)
		len = 0;
	secret_wipe(text, sizeof(text));
	return len;
}

int
checkpoint_secret_key(const char *path, uint8_t secret_r[SECRET_LEN])
{
	struct stat st;

	if (stat(path, &st) < 0 && errno == ENOENT)
		return checkpoint_make_key(path, secret_r);
	if (checkpoint_load_key(path, secret_r) == SECRET_LEN)
		return 0;
	return checkpoint_fault(path, "not a secret key of 128 hexadecimal digits");
}

int
checkpoint_public_key(const char *path, uint8_t public_r[PUBLIC_LEN])
{
	uint8_t key[SECRET_LEN];
	size_t len = checkpoint_load_key(path, key);

	if (len == PUBLIC_LEN)
		memcpy(public_r, key, PUBLIC_LEN);
	else if (len == SECRET_LEN)
		crypto_sign_ed25519_sk_to_pk(public_r, key);
	secret_wipe(key, sizeof(key));
	if (len == PUBLIC_LEN || len == SECRET_LEN)
		return 0;
	return checkpoint_fault(path, "no such key; name the one it was signed with (--key)");
}

/* --------------------------------------------------------------- checkpoints */

static char *
checkpoint_text(const struct checkpoint *c, const uint8_t secret[SECRET_LEN])
{
	char hash[HEX_LEN(32)], key[HEX_LEN(PUBLIC_LEN)], signature[HEX_LEN(SIGNATURE_LEN)];
	uint8_t public[PUBLIC_LEN], sig[SIGNATURE_LEN];
	char *said, *text;

	crypto_sign_ed25519_sk_to_pk(public, secret);
	sodium_bin2hex(hash, sizeof(hash), c->hash, sizeof(c->hash));
	sodium_bin2hex(key, sizeof(key), public, sizeof(public));
	said = mem_printf(CHECKPOINT_HEAD "rows %" PRIu64 "\nhash %s\nat %" PRId64 "\nkey %s\n",
	    c->rows, hash, c->at_ms, key);
	crypto_sign_detached(sig, NULL, (const uint8_t *)said, strlen(said), secret);
	sodium_bin2hex(signature, sizeof(signature), sig, sizeof(sig));
	text = mem_printf("%ssignature %s\n", said, signature);
	free(said);
	return text;
}

static int
checkpoint_put(const char *path, const char *text)
{
	char *fresh = mem_printf("%s.XXXXXX", path);
	int fd = mkostemp(fresh, O_CLOEXEC), rc;

	if (fd < 0) {
		ctl_fail("%s: %s", path, strerror(errno));
		free(fresh);
		return -EM_E_IO;
	}
	rc = fchmod(fd, 0644) == 0 ? checkpoint_sync(path, fd, text) : -EM_E_IO;
	if (rc == 0 && rename(fresh, path) < 0) {
		ctl_fail("%s: %s", path, strerror(errno));
		rc = -EM_E_IO;
	}
	if (rc < 0)
		unlink(fresh);
	close(fd);
	free(fresh);
	return rc;
}

int
checkpoint_write(const char *path, const struct checkpoint *c, const uint8_t secret[SECRET_LEN])
{
	char *text = checkpoint_text(c, secret);
	int rc = 0;

	if (strcmp(path, "-") == 0)
		fputs(text, stdout);
	else
		rc = checkpoint_put(path, text);
	free(text);
	return rc;
}

static bool
checkpoint_hex(const char *hex, uint8_t *out_r, size_t len)
{
	size_t n = 0;

	return sodium_hex2bin(out_r, len, hex, strlen(hex), NULL, &n, NULL) == 0 && n == len;
}

int
checkpoint_read(const char *path, const uint8_t public[PUBLIC_LEN], struct checkpoint *c_r)
{
	char text[CHECKPOINT_MAX + 1], hash[HEX_LEN(32)], key[HEX_LEN(PUBLIC_LEN)];
	char signature[HEX_LEN(SIGNATURE_LEN)];
	uint8_t sig[SIGNATURE_LEN];
	const char *end;

	if (checkpoint_load(path, text) < 0)
		return checkpoint_fault(path, strerror(errno));
	end = strstr(text, "\nsignature ");
	if (!end ||
	    sscanf(text,
		CHECKPOINT_HEAD "rows %" SCNu64 "\nhash %64s\nat %" SCNd64 "\nkey %64s\n"
				"signature %128s",
		&c_r->rows, hash, &c_r->at_ms, key, signature) != 5 ||
	    !checkpoint_hex(hash, c_r->hash, sizeof(c_r->hash)) ||
	    !checkpoint_hex(signature, sig, sizeof(sig)))
		return checkpoint_fault(path, "not a checkpoint of the audit trail");
	if (crypto_sign_verify_detached(
		sig, (const uint8_t *)text, (size_t)(end - text) + 1, public) == 0)
		return 0;
	ctl_fail("%s: not signed with this key", path);
	return -EM_E_CERTIFICATE;
}
