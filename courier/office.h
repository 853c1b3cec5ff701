/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_OFFICE_H
#define EMAGE_COURIER_OFFICE_H

#include "common/confine.h"
#include "courier/job.h"
#include "courier/transfer.h"

/* The back ends in use, by channel, as the server has set them up. */
struct office {
	Emage__CourierSetupRequest *setup; /* owned */
	enum confine_mode mode;
	struct transfers *transfers; /* NULL: none needs the network */
	struct routes email, mobile;
	struct route opened[2 * JOB_ROUTES_MAX]; /* each once */
	size_t n_opened;
};

/* Takes setup. Opens what it names, then gives up for good what they do not need
 * (sandbox.h). 0, or -EM_E_CONFIG with a constant in *reason_r; office_close()
 * in either case. */
int office_open(struct office *o, Emage__CourierSetupRequest *setup, enum confine_mode mode,
    const char **reason_r);
void office_close(struct office *o);

#endif
