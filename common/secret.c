/* SPDX-License-Identifier: MIT */
/*
 * Secrets in libsodium's guarded memory.
 */
#include "common/secret.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "common/err.h"
#include "common/log.h"

void
secret_setup(void)
{
	if (sodium_init() < 0)
		die("the random generator does not work");
}

struct secret
secret_new(size_t len)
{
	struct secret s = {.bytes = sodium_malloc(len == 0 ? 1 : len), .len = len};

	if (s.bytes == NULL)
		die("no locked memory left for a secret (see ulimit -l)");
	sodium_memzero(s.bytes, len);
	return s;
}

struct secret
secret_from(const void *bytes, size_t len)
{
	struct secret s = secret_new(len);

	memcpy(s.bytes, bytes, len);
	return s;
}

void
secret_free(struct secret *s)
{
	sodium_free(s->bytes); /* wipes */
	*s = (struct secret){0};
}

bool
secret_equal(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

void
secret_wipe(void *bytes, size_t len)
{
	sodium_memzero(bytes, len);
}

int
secret_load(const char *path, size_t len, struct secret *s_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int rc = -EM_E_IO;

	*s_r = (struct secret){0};
	if (fd < 0 || fstat(fd, &st) < 0) {
		log_error("key.unreadable", "path=%s cause=%m", path);
		goto out;
	}
	rc = -EM_E_CONFIG;
	if ((st.st_mode & 077) != 0) {
		log_error("key.exposed", "path=%s mend=\"chmod 600\"", path);
		goto out;
	}
	*s_r = secret_new(len);
	if (st.st_size != (off_t)len || read(fd, s_r->bytes, len) != (ssize_t)len) {
		log_error("key.length", "path=%s bytes=%zu", path, len);
		secret_free(s_r);
		goto out;
	}
	rc = 0;
out:
	if (fd >= 0)
		close(fd);
	return rc;
}

void
secret_hash(const uint8_t *key, const void *bytes, size_t len, uint8_t out_r[32])
{
	if (crypto_generichash(out_r, 32, bytes, len, key, key == NULL ? 0 : 32) != 0)
		die("BLAKE2b failed");
}
