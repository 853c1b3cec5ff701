/* SPDX-License-Identifier: MIT */
/*
 * Open sessions of this process. One table for the whole process, since what
 * ends a session (a handler on the writer, an operator) knows neither loops
 * nor connections.
 */
#include "server/registry.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/err.h"
#include "common/mem.h"
#include "server/loop.h"
#include "server/session.h"

#define N_CHAINS 8192u

struct registry_entry {
	struct registry_entry *next_session, *next_account;
	uint64_t session_id, account_id, conn_id;
	struct loop *loop;
};

struct registry_msg {
	struct loop_msg msg;
	uint64_t session_id, conn_id;
	int err;
	uint64_t shut_out_of; /* a patient, 0 = the session ends */
};

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER; /* guards the rest */
static struct registry_entry *registry_sessions[N_CHAINS];
static struct registry_entry *registry_accounts[N_CHAINS];
static unsigned registry_n;

static struct registry_entry **
registry_session_chain(uint64_t session_id)
{
	return &registry_sessions[session_id % N_CHAINS];
}

static struct registry_entry **
registry_account_chain(uint64_t account_id)
{
	return &registry_accounts[account_id % N_CHAINS];
}

static struct registry_entry *
registry_find(uint64_t session_id)
{
	struct registry_entry *e = *registry_session_chain(session_id);

	while (e && e->session_id != session_id)
		e = e->next_session;
	return e;
}

static void
registry_on_end(struct loop *l, struct loop_msg *m)
{
	struct registry_msg *rm = (struct registry_msg *)m;
	struct conn *c = loop_find(l, rm->conn_id);

	if (c && c->session_id == rm->session_id) {
		if (rm->shut_out_of)
			session_shut_out(c, rm->shut_out_of);
		else
			session_expire(c, rm->err, false);
	}
	free(rm);
}

static void
registry_post(const struct registry_entry *e, int err, uint64_t shut_out_of)
{
	struct registry_msg *rm = mem_new(sizeof(*rm));

	rm->msg.deliver = registry_on_end;
	rm->session_id = e->session_id;
	rm->conn_id = e->conn_id;
	rm->err = err;
	rm->shut_out_of = shut_out_of;
	loop_post(e->loop, &rm->msg);
}

static void
registry_tell(const struct registry_entry *e, int err)
{
	registry_post(e, err, 0);
}

void
registry_end_session(uint64_t session_id)
{
	struct registry_entry *e;

	pthread_mutex_lock(&registry_lock);
	e = registry_find(session_id);
	if (e)
		registry_tell(e, EM_E_SESSION_ENDED);
	pthread_mutex_unlock(&registry_lock);
}

void
registry_end_account(uint64_t account_id, uint64_t except_session_id)
{
	struct registry_entry *e;

	pthread_mutex_lock(&registry_lock);
	for (e = *registry_account_chain(account_id); e; e = e->next_account)
		if (e->account_id == account_id && e->session_id != except_session_id)
			registry_tell(e, EM_E_SESSION_ENDED);
	pthread_mutex_unlock(&registry_lock);
}

void
registry_shut_out(uint64_t account_id, uint64_t patient_id)
{
	struct registry_entry *e;

	pthread_mutex_lock(&registry_lock);
	for (e = *registry_account_chain(account_id); e; e = e->next_account)
		if (e->account_id == account_id)
			registry_post(e, EM_E_NOT_FOUND, patient_id);
	pthread_mutex_unlock(&registry_lock);
}

void
registry_bind(uint64_t session_id, uint64_t account_id, struct loop *loop, uint64_t conn_id)
{
	struct registry_entry **chain, *e;

	pthread_mutex_lock(&registry_lock);
	e = registry_find(session_id);
	if (e) {
		if (e->conn_id != conn_id)
			registry_tell(e, EM_E_SESSION_TAKEN);
	} else {
		e = mem_new(sizeof(*e));
		e->session_id = session_id;
		e->account_id = account_id;
		chain = registry_session_chain(session_id);
		e->next_session = *chain;
		*chain = e;
		chain = registry_account_chain(account_id);
		e->next_account = *chain;
		*chain = e;
		registry_n++;
	}
	e->loop = loop;
	e->conn_id = conn_id;
	pthread_mutex_unlock(&registry_lock);
}

void
registry_unbind(uint64_t session_id, uint64_t conn_id)
{
	struct registry_entry **at, *e;

	pthread_mutex_lock(&registry_lock);
	e = registry_find(session_id);
	if (!e || e->conn_id != conn_id)
		goto out;
	for (at = registry_session_chain(session_id); *at != e; at = &(*at)->next_session)
		;
	*at = e->next_session;
	for (at = registry_account_chain(e->account_id); *at != e; at = &(*at)->next_account)
		;
	*at = e->next_account;
	free(e);
	registry_n--;
out:
	pthread_mutex_unlock(&registry_lock);
}

unsigned
registry_count(void)
{
	unsigned n;

	pthread_mutex_lock(&registry_lock);
	n = registry_n;
	pthread_mutex_unlock(&registry_lock);
	return n;
}
