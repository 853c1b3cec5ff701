/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_REGISTRY_H
#define EMAGE_SERVER_REGISTRY_H

#include <stdint.h>

/*
 * Which connection of this process holds which open session, so that ending a
 * session takes effect at once, streams under way included. It is a
 * convenience of this process: the store decides, and every request looks
 * there. A handler ends the row first (store_session_end...) and then calls
 * these. Any thread, never blocks for long. The connection goes back to phase
 * A; its next request of phase O is answered SESSION_ENDED.
 */
void registry_end_session(uint64_t session_id);
/* Every session of the account but `except` (0 = none kept). */
void registry_end_account(uint64_t account_id, uint64_t except_session_id);

/* The account's person, a professional, may no longer see the patient: where
 * that patient is open, what is being sent ends as if there were no such patient
 * and the connection forgets the patient. Their sessions go on. */
void registry_shut_out(uint64_t account_id, uint64_t patient_id);

struct loop;

/* For the connections. Binding takes the session away from the connection that
 * held it, which is told SESSION_TAKEN. Unbinding does nothing when the session
 * is bound to another connection by then. */
void registry_bind(uint64_t session_id, uint64_t account_id, struct loop *loop, uint64_t conn_id);
void registry_unbind(uint64_t session_id, uint64_t conn_id);
/* How many sessions are bound. */
unsigned registry_count(void);

#endif
