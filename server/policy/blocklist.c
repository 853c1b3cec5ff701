/* SPDX-License-Identifier: MIT */
/*
 * Passwords never accepted: a sorted array of short hashes, mapped from a file,
 * searched by halving. A text file is read into the same array.
 */
#include "server/policy/blocklist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"
#include "server/policy/password.h"

#define LINE_MAX_BYTES 1024

struct blocklist {
	const uint8_t *entries;
	uint32_t n, n_long;
	void *map; /* NULL: entries are allocated */
	size_t map_len;
};

size_t
blocklist_squeeze(const char *s, size_t len, char *out_r)
{
	size_t n_folded = text_fold(s, len, out_r);
	size_t i, n = 0;

	for (i = 0; i < n_folded; i++) {
		if (out_r[i] != ' ')
			out_r[n++] = out_r[i];
	}
	out_r[n] = '\0';
	return n;
}

void
blocklist_entry(const char *squeezed, size_t len, uint8_t entry_r[BLOCKLIST_ENTRY_LEN])
{
	uint8_t hash[32];

	secret_hash(NULL, squeezed, len, hash);
	memcpy(entry_r, hash, BLOCKLIST_ENTRY_LEN);
	secret_wipe(hash, sizeof(hash));
}

static uint32_t
blocklist_u32(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int
blocklist_compare(const void *a, const void *b)
{
	return memcmp(a, b, BLOCKLIST_ENTRY_LEN);
}

/* Whether the mapped bytes are a list of ours; a damaged one is an error and
 * not a list that lets everything pass. */
static int
blocklist_take_map(struct blocklist *b)
{
	const uint8_t *bytes = b->map;

	b->n = blocklist_u32(bytes + BLOCKLIST_MAGIC_LEN);
	b->n_long = blocklist_u32(bytes + BLOCKLIST_MAGIC_LEN + 4);
	b->entries = bytes + BLOCKLIST_HEADER_LEN;
	if (b->n == 0 || b->n_long > b->n ||
	    b->map_len != BLOCKLIST_HEADER_LEN + (size_t)b->n * BLOCKLIST_ENTRY_LEN)
		return -EM_E_CONFIG;
	return 0;
}

static int
blocklist_read_text(struct blocklist *b, int fd)
{
	FILE *file = fdopen(fd, "re");
	char line[LINE_MAX_BYTES], squeezed[3 * LINE_MAX_BYTES + 1];
	uint8_t *entries = NULL;
	size_t cap = 0;
	int rc = 0;

	if (!file) {
		close(fd);
		return -EM_E_IO;
	}
	while (!rc && fgets(line, sizeof(line), file)) {
		size_t n = blocklist_squeeze(line, strcspn(line, "\r\n"), squeezed);

		if (n == 0)
			continue;
		if (b->n == UINT32_MAX / BLOCKLIST_ENTRY_LEN) {
			rc = -EM_E_CONFIG;
			break;
		}
		if (b->n == cap) {
			cap = cap ? 2 * cap : 1024;
			entries = mem_grow(entries, cap, BLOCKLIST_ENTRY_LEN);
		}
		blocklist_entry(squeezed, n, entries + (size_t)b->n++ * BLOCKLIST_ENTRY_LEN);
		b->n_long += text_count(squeezed, n) >= BLOCKLIST_LONG_CHARS;
	}
	if (ferror(file))
		rc = -EM_E_IO;
	fclose(file);
	if (b->n)
		qsort(entries, b->n, BLOCKLIST_ENTRY_LEN, blocklist_compare);
	b->entries = entries;
	return rc;
}

static int
blocklist_read(struct blocklist *b, int fd, size_t size)
{
	char magic[BLOCKLIST_MAGIC_LEN];

	if (size < BLOCKLIST_HEADER_LEN ||
	    pread(fd, magic, sizeof(magic), 0) != (ssize_t)sizeof(magic) ||
	    memcmp(magic, BLOCKLIST_MAGIC, sizeof(magic)) != 0)
		return blocklist_read_text(b, fd);
	b->map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (b->map == MAP_FAILED) {
		b->map = NULL;
		return -EM_E_IO;
	}
	b->map_len = size;
	return blocklist_take_map(b);
}

int
blocklist_load(const char *path, struct blocklist **b_r)
{
	struct blocklist *b;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		log_error("password.blocklist", "errno=%d", errno);
		if (fd >= 0)
			close(fd);
		return -EM_E_IO;
	}
	b = mem_new(sizeof(*b));
	rc = blocklist_read(b, fd, (size_t)st.st_size);
	if (!rc && b->n == 0)
		rc = -EM_E_CONFIG;
	if (rc) {
		log_error("password.blocklist", "why=\"%s\"",
		    rc == -EM_E_IO ? "cannot be read" : "empty or damaged");
		blocklist_free(&b);
		return rc;
	}
	log_info("password.blocklist", "entries=%u long=%u", b->n, b->n_long);
	*b_r = b;
	return 0;
}

void
blocklist_free(struct blocklist **bp)
{
	struct blocklist *b = *bp;

	if (!b)
		return;
	if (b->map)
		munmap(b->map, b->map_len);
	else
		free((void *)(uintptr_t)b->entries);
	free(b);
	*bp = NULL;
}

bool
blocklist_has(const struct blocklist *b, const char *folded)
{
	uint8_t entry[BLOCKLIST_ENTRY_LEN];
	size_t len = strlen(folded);
	char *squeezed = mem_new(3 * len + 1);
	size_t n = blocklist_squeeze(folded, len, squeezed);

	blocklist_entry(squeezed, n, entry);
	secret_wipe(squeezed, n);
	free(squeezed);
	return bsearch(entry, b->entries, b->n, BLOCKLIST_ENTRY_LEN, blocklist_compare) != NULL;
}

uint32_t
blocklist_count(const struct blocklist *b, uint32_t *n_long_r)
{
	*n_long_r = b->n_long;
	return b->n;
}
