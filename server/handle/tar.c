/* SPDX-License-Identifier: MIT */
/* Headers and sizes of ustar archives. */
#include "server/handle/tar.h"

#include <stdio.h>
#include <string.h>

/* IEEE Std 1003.1, pax: ustar interchange format */
struct tar_block {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type;
	char link[100], magic[6], version[2], user[32], group[32], major[8], minor[8];
	char prefix[155], rest[12];
};
_Static_assert(sizeof(struct tar_block) == TAR_BLOCK, "a header is one block");

static void
tar_octal(char *field, size_t len, uint64_t value)
{
	field[len - 1] = '\0';
	for (size_t i = len - 1; i > 0; i--, value >>= 3)
		field[i - 1] = (char)('0' + (value & 7));
}

bool
tar_header(const char *name, uint64_t size, int64_t mtime_ms, uint8_t out_r[TAR_BLOCK])
{
	struct tar_block b;
	unsigned sum = 0;

	if (strlen(name) >= TAR_NAME_MAX || size > TAR_SIZE_MAX)
		return false;
	memset(&b, 0, sizeof(b));
	memcpy(b.name, name, strlen(name));
	tar_octal(b.mode, sizeof(b.mode), 0600);
	tar_octal(b.uid, sizeof(b.uid), 0);
	tar_octal(b.gid, sizeof(b.gid), 0);
	tar_octal(b.size, sizeof(b.size), size);
	tar_octal(b.mtime, sizeof(b.mtime), mtime_ms > 0 ? (uint64_t)mtime_ms / 1000 : 0);
	b.type = '0';
	memcpy(b.magic, "ustar", 6);
	memcpy(b.version, "00", 2);
	memset(b.checksum, ' ', sizeof(b.checksum));
	memcpy(out_r, &b, sizeof(b));
	for (size_t i = 0; i < sizeof(b); i++)
		sum += out_r[i];
	tar_octal(b.checksum, 7, sum);
	memcpy(out_r, &b, sizeof(b));
	return true;
}

size_t
tar_padding(uint64_t size)
{
	return (size_t)((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK);
}

uint64_t
tar_member_bytes(uint64_t size)
{
	return TAR_BLOCK + size + tar_padding(size);
}
