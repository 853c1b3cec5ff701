/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_STAGES_H
#define EMAGE_SERVER_STAGES_H

#include "server/request.h"

/*
 * The functions of a method: the server's half of the table. Which of them
 * there are follows from its cost; the others are NULL.
 */
struct stages {
	int (*check)(struct request *rq);
	int (*local)(struct request *rq);
	int (*read)(struct request *rq, struct store_conn *db);
	int (*work)(struct request *rq);
	int (*write)(struct request *rq, struct store_conn *db);
	int (*next)(struct request *rq);
};

/* N_METHODS rows, in the order of the method table. */
extern const struct stages stages_table[];

#endif
