/* SPDX-License-Identifier: MIT */
/* Leaving alone what fails. */
#include "courier/rest.h"

#include <sodium.h>

#include "common/clock.h"

#define REST_FIRST_MS 5000
#define REST_MAX_MS   600000

bool
rest_is_over(const struct rest *r)
{
	return r->n_failures == 0 || (!r->probed && r->until_ms <= clock_boot_ms());
}

bool
rest_takes_urgent(const struct rest *r)
{
	return r->n_failures == 0 || !r->probed;
}

struct rest_try
rest_begin(struct rest *r)
{
	struct rest_try t = {.began_ms = clock_boot_ms(), .probe = r->n_failures > 0};

	if (t.probe)
		r->probed = true;
	return t;
}

static int64_t
rest_ms(unsigned n_failures)
{
	int64_t ms = REST_FIRST_MS;

	for (; n_failures > 1 && ms < REST_MAX_MS; n_failures--)
		ms *= 2;
	if (ms > REST_MAX_MS)
		ms = REST_MAX_MS;
	return ms - ms / 4 + (int64_t)randombytes_uniform((uint32_t)(ms / 2));
}

void
rest_end(struct rest *r, const struct rest_try *t, bool works)
{
	if (t->probe)
		r->probed = false;
	if (works) {
		*r = (struct rest){.probed = false};
		return;
	}
	if (r->n_failures > 0 && !t->probe && t->began_ms <= r->since_ms)
		return;
	r->n_failures++;
	r->since_ms = clock_boot_ms();
	r->until_ms = r->since_ms + rest_ms(r->n_failures);
}
