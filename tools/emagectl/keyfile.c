/* SPDX-License-Identifier: MIT */
/*
 * Keys in files, for checkpoints and backups.
 */
#include "tools/emagectl/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "tools/emagectl/ctl.h"

#define HEX_MAX (2 * KEYFILE_MAX_BYTES + 2)

static int
keyfile_write(const char *path, const uint8_t *key, size_t len, mode_t mode)
{
	char hex[HEX_MAX];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode), rc = 0;

	if (fd < 0) {
		ctl_fail("%s: %s", path, strerror(errno));
		return -EM_E_IO;
	}
	sodium_bin2hex(hex, sizeof(hex), key, len);
	hex[2 * len] = '\n';
	if (write(fd, hex, 2 * len + 1) != (ssize_t)(2 * len + 1) || fsync(fd) < 0) {
		ctl_fail("%s: %s", path, strerror(errno));
		rc = -EM_E_IO;
	}
	close(fd);
	secret_wipe(hex, sizeof(hex));
	return rc;
}

int
keyfile_make(const char *path, const uint8_t *secret, size_t secret_len, const uint8_t *public,
    size_t public_len)
{
	char *beside = mem_printf("%s.pub", path);
	int rc = keyfile_write(path, secret, secret_len, 0600);

	if (rc == 0)
		rc = keyfile_write(beside, public, public_len, 0644);
	if (rc == 0)
		fprintf(stderr, "made %s and %s\n", path, beside);
	free(beside);
	return rc;
}

size_t
keyfile_load(const char *path, uint8_t key_r[KEYFILE_MAX_BYTES])
{
	FILE *f = fopen(path, "re");
	char text[HEX_MAX + 2];
	size_t n, len = 0;

	if (!f)
		return 0;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	if (sodium_hex2bin(key_r, KEYFILE_MAX_BYTES, text, strlen(text), NULL, &len, NULL) != 0)
		len = 0;
	secret_wipe(text, sizeof(text));
	return len;
}
