/* SPDX-License-Identifier: MIT */
/*
 * Checkpoints of the audit trail, written and read.
 */
#include "tools/emagectl/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/program.h"
#include "common/secret.h"
#include "tools/emagectl/ctl.h"
#include "tools/emagectl/keyfile.h"

#define CHECKPOINT_HEAD "emage audit checkpoint 1\n"
#define CHECKPOINT_MAX	1024u
#define SECRET_LEN	crypto_sign_SECRETKEYBYTES
#define PUBLIC_LEN	crypto_sign_PUBLICKEYBYTES
#define SIGNATURE_LEN	crypto_sign_BYTES
#define HEX_LEN(n)	(2 * (n) + 1)

_Static_assert(SECRET_LEN == KEYFILE_MAX_BYTES, "a key that a file holds");

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
checkpoint_make_key(const char *path, uint8_t secret_r[SECRET_LEN])
{
	uint8_t public[PUBLIC_LEN];

	crypto_sign_keypair(public, secret_r);
	return keyfile_make(path, secret_r, SECRET_LEN, public, sizeof(public));
}

int
checkpoint_secret_key(const char *path, uint8_t secret_r[SECRET_LEN])
{
	struct stat st;

	if (stat(path, &st) < 0 && errno == ENOENT)
		return checkpoint_make_key(path, secret_r);
	if (keyfile_load(path, secret_r) == SECRET_LEN)
		return 0;
	return checkpoint_fault(path, "not a secret key of 128 hexadecimal digits");
}

int
checkpoint_public_key(const char *path, uint8_t public_r[PUBLIC_LEN])
{
	uint8_t key[SECRET_LEN];
	size_t len = keyfile_load(path, key);

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

int
checkpoint_send(const char *command, const struct checkpoint *c, const uint8_t secret[SECRET_LEN])
{
	char *const argv[] = {
	    (char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)command, NULL};
	char *text = checkpoint_text(c, secret);
	int in[2], status = -1;
	pid_t pid = -1;
	bool taken;

	if (pipe2(in, O_CLOEXEC) == 0) {
		signal(SIGPIPE, SIG_IGN);
		pid = program_start(&(struct program_start){.path = "/bin/sh",
		    .argv = argv,
		    .fds = (int[]){in[0], STDOUT_FILENO, STDERR_FILENO},
		    .n_fds = 3,
		    .dies_along = true});
		close(in[0]);
		/* a pipe takes it as a whole; what the command left unread shows in its status */
		taken = write(in[1], text, strlen(text)) == (ssize_t)strlen(text);
		close(in[1]);
		while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (pid > 0 && taken && WIFEXITED(status) && WEXITSTATUS(status) == 0)
			pid = 0;
	}
	free(text);
	if (pid == 0)
		return 0;
	if (WIFEXITED(status))
		ctl_fail("%s: ended with status %d", command, WEXITSTATUS(status));
	else
		ctl_fail("%s: could not be run to its end", command);
	return -EM_E_IO;
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
