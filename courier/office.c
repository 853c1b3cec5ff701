/* SPDX-License-Identifier: MIT */
/*
 * Opening the back ends that are named.
 */
#include "courier/office.h"

#include <string.h>

#include "common/confine_try.h"
#include "common/mem.h"
#include "common/secret.h"
#include "courier/sandbox.h"

static const struct route *
office_find(const struct office *o, const struct backend *b)
{
	for (size_t i = 0; i < o->n_opened; i++) {
		if (o->opened[i].backend == b)
			return &o->opened[i];
	}
	return NULL;
}

static int
office_need_network(struct office *o, const struct backend *b, const char **reason_r)
{
	if (!b->network || o->transfers != NULL)
		return 0;
	o->transfers = transfers_new();
	if (o->transfers != NULL)
		return 0;
	*reason_r = "libcurl cannot be used";
	return -EM_E_CONFIG;
}

static int
office_add(struct office *o, struct routes *routes, const char *name, const char **reason_r)
{
	const struct backend *b = backend_by_name(name);
	const struct route *there = b == NULL ? NULL : office_find(o, b);
	int rc = 0;

	if (b == NULL || routes->n == JOB_ROUTES_MAX) {
		*reason_r = "unknown back end, or too many";
		return -EM_E_CONFIG;
	}
	if (there == NULL) {
		struct route *r = &o->opened[o->n_opened];

		r->backend = b;
		rc = office_need_network(o, b, reason_r);
		if (rc == 0)
			rc = b->open(o->setup, o->transfers, &r->state, reason_r);
		if (rc != 0)
			return rc;
		o->n_opened++;
		there = r;
	}
	routes->route[routes->n++] = *there;
	return 0;
}

static int
office_close_doors(const struct office *o, const char **reason_r)
{
	struct sandbox_needs needs = {
	    .network = o->transfers != NULL, .mode = o->mode, .ca = o->setup->ca};

	for (size_t i = 0; i < o->n_opened && needs.n_folders < SANDBOX_FOLDERS_MAX; i++) {
		const struct backend *b = o->opened[i].backend;

		if (b->folder != NULL)
			needs.folders[needs.n_folders++] = b->folder(o->setup);
	}
	if (sandbox_enter(&needs) == 0) {
		confine_try();
		return 0;
	}
	*reason_r = "the sandbox cannot be entered";
	return -EM_E_CONFIG;
}

int
office_open(struct office *o, Emage__CourierSetupRequest *setup, enum confine_mode mode,
    const char **reason_r)
{
	int rc = 0;

	*o = (struct office){.setup = setup, .mode = mode};
	for (size_t i = 0; rc == 0 && i < setup->n_email; i++)
		rc = office_add(o, &o->email, setup->email[i], reason_r);
	for (size_t i = 0; rc == 0 && i < setup->n_mobile; i++)
		rc = office_add(o, &o->mobile, setup->mobile[i], reason_r);
	return rc == 0 ? office_close_doors(o, reason_r) : rc;
}

void
office_close(struct office *o)
{
	transfers_free(&o->transfers);
	for (size_t i = 0; i < o->n_opened; i++)
		o->opened[i].backend->close(o->opened[i].state);
	if (o->setup == NULL)
		return;
	secret_wipe(o->setup->relay_password, strlen(o->setup->relay_password));
	secret_wipe(o->setup->sms_password, strlen(o->setup->sms_password));
	emage__courier_setup_request__free_unpacked(o->setup, NULL);
	*o = (struct office){0};
}
