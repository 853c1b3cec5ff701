/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_CORE_H
#define EMAGE_SERVER_CORE_H

#include "server/admit.h"
#include "server/rate.h"
#include "server/server.h"
#include "server/stages.h"
#include "server/work.h"

struct loop;

/*
 * What the io threads share beyond what handlers see. Set up by main before
 * they start; its parts do their own locking.
 */
struct core {
	struct server server;
	const struct stages *stages; /* N_METHODS rows */
	struct admit *admit;
	struct rate_table *rates;
	struct work_pool *hash, *media;
	struct loop **loops;
	unsigned n_loops;
};

#endif
