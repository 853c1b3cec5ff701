/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HELPER_H
#define EMAGE_SERVER_HELPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/buf.h"
#include "common/frame.h"

/*
 * A helper process: forked and executed, on the other end of a socket pair. It
 * has standard input from /dev/null, output and error where our errors go, the
 * socket as descriptor 3, and nothing else; it is killed when the server ends.
 * One thread at a time.
 */
struct helper {
	const char *name;
	pid_t pid; /* 0 = not running */
	int fd;
	struct buf in;
};

#define HELPER_METHOD 1u

/* `name`, a constant, is looked for beside this program, then in the libexec folder.
 * 0 or -EM_E_IO (logged). */
int helper_start(struct helper *h, const char *name);
/* Kills it if it still runs, and waits for its end; one that ended by itself is
 * logged with what it died of. */
void helper_end(struct helper *h);

/* Sends one frame, with up to two descriptors. 0, -EM_E_IO when it is gone,
 * -EM_E_TIMEOUT. Deadlines are of clock_boot_ms(). */
int helper_send(
    struct helper *h, const struct buf *frame, const int *fds, unsigned n_fds, int64_t deadline_ms);
/* The next frame; it stays valid until the next call, which consumes it. */
int helper_receive(struct helper *h, int64_t deadline_ms, struct frame *f_r);
/* Whether the next one is here already. */
bool helper_has_frame(const struct helper *h);

#endif
