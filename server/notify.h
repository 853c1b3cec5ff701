/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_NOTIFY_H
#define EMAGE_SERVER_NOTIFY_H

#include <stdint.h>

/*
 * What systemd wants to hear (sd_notify(3)), said by hand: one datagram. All
 * of it does nothing where NOTIFY_SOCKET is not set. Main thread.
 */
/* Reads the environment and takes it out, so that no child has it. */
void notify_setup(void);
void notify_send(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* How often WATCHDOG=1 is due, 0 = not wanted. */
int64_t notify_watchdog_ms(void);

#endif
