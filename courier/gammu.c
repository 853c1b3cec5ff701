/* SPDX-License-Identifier: MIT */
/*
 * Files for gammu-smsd. It takes files named OUT..., so one is written under
 * another name first; the name comes from the message's key, so that it is not
 * there twice.
 */
#include "courier/gammu.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"

#define NAME_MAX_BYTES 128u

struct gammu {
	int folder;
};

static const char *
gammu_folder(const Emage__CourierSetupRequest *setup)
{
	return setup->gammu;
}

static int
gammu_open(const Emage__CourierSetupRequest *setup, struct transfers *transfers, void **state_r,
    const char **reason_r)
{
	struct gammu *g;
	int fd = open(setup->gammu, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)transfers;
	if (fd < 0) {
		*reason_r = "the folder of gammu-smsd is not there (courier.gammu)";
		return -EM_E_CONFIG;
	}
	g = mem_new(sizeof(*g));
	g->folder = fd;
	*state_r = g;
	return 0;
}

static void
gammu_close(void *state)
{
	struct gammu *g = state;

	(void)close(g->folder);
	free(g);
}

static int
gammu_write(const struct gammu *g, const char *name, const char *text)
{
	size_t len = strlen(text);
	int fd = openat(g->folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	int rc;

	if (fd < 0)
		return -1;
	rc = write(fd, text, len) == (ssize_t)len ? fsync(fd) : -1;
	return close(fd) < 0 ? -1 : rc;
}

static enum delivery
gammu_deliver(void *state, struct job *job, const struct mail *m, const char **reason_r)
{
	const struct gammu *g = state;
	char hidden[NAME_MAX_BYTES], name[NAME_MAX_BYTES];

	(void)job;
	/* priority A, then the number and the key: OUT<priority><...>_<serial>_<number>_<key>.txt
	 */
	(void)snprintf(name, sizeof(name), "OUTA00000000_000000_00_%s_%s.txtu", m->address, m->key);
	(void)snprintf(hidden, sizeof(hidden), ".%s", m->key);
	if (gammu_write(g, hidden, m->body) == 0 &&
	    renameat(g->folder, hidden, g->folder, name) == 0 && fsync(g->folder) == 0)
		return DELIVERY_SENT;
	(void)unlinkat(g->folder, hidden, 0);
	*reason_r = "cannot write to the folder of gammu-smsd";
	return DELIVERY_LATER;
}

const struct backend gammu_backend = {
    .name = "gammu",
    .open = gammu_open,
    .deliver = gammu_deliver,
    .close = gammu_close,
    .folder = gammu_folder,
};
