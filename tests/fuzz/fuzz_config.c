/* SPDX-License-Identifier: MIT */
/*
 * Settings files: any file gives settings that are in their bounds, or an
 * error that says why.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/log.h"
#include "server/server.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct settings st = {0};
	char err[1024] = "", path[64];
	size_t i;
	int fd, rc;

	log_set(LOG_LEVEL_ERROR, false);
	fd = memfd_create("settings.conf", MFD_CLOEXEC);
	fuzz_must(fd >= 0);
	fuzz_must(write(fd, bytes, len) == (ssize_t)len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = config_load(settings_table, settings_table_len, path, true, &st, err, sizeof(err));
	fuzz_must(strlen(err) < sizeof(err));
	fuzz_must(rc == 0 || err[0] != '\0');
	for (i = 0; rc == 0 && i < settings_table_len; i++) {
		const struct setting *row = &settings_table[i];
		const char *at = (const char *)&st + row->offset;
		int64_t value;

		if (row->type != SETTING_INT)
			continue;
		memcpy(&value, at, sizeof(value));
		fuzz_must(value >= row->min && value <= row->max);
	}
	config_release(settings_table, settings_table_len, &st);
	close(fd);
	return 0;
}
