/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_COURIER_LINK_H
#define EMAGE_SERVER_COURIER_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The courier process and the outbox that feeds it: a thread of its own reads
 * due rows, hands them over, and marks what became of them.
 *
 * The process is started with the frames of internal.proto on descriptor 3: first
 * how messages leave (method 2), then messages (method 1), several under way at a
 * time. A reply carries method and id of its request and FRAME_REPLY. It ends at
 * the end of file there; what was under way is then handed over again.
 *
 * A row's body is sealed with a key that the database does not hold, since an
 * access code must not be found in it: the link opens it with message_open()
 * of handle/message.h and wipes it after sending. */
struct courier_link;

/* Says that a row was added (after its commit). Any thread, never blocks. */
void courier_wake(struct courier_link *c);
/* Whether a courier process is running. Any thread; NULL is down. */
bool courier_is_up(const struct courier_link *c);
/* Its process, set up or not yet; 0 = none. Any thread. */
pid_t courier_pid(const struct courier_link *c);

struct server;

/* Starts the thread, which starts the process. Needs the store, the settings
 * and the pepper. 0 or -EM_E_IO. */
int courier_link_new(struct server *server, struct courier_link **c_r);
/* Ends both; a message under way is finished or stays waiting. Nulls. */
void courier_link_free(struct courier_link **c);

/* Wait before a message that has failed n_tries times (from 1) is tried again:
 * doubles up to half a minute for a code, ten minutes for a notice, and `chance`
 * (0..UINT32_MAX) moves it by a quarter to either side so that many do not come back
 * at once. */
int64_t courier_backoff_ms(bool is_code, uint32_t n_tries, uint32_t chance);

#endif
