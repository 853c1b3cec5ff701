/* SPDX-License-Identifier: MIT */
/*
 * What a terminal sends, whole or cut at any place: the same events.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "client/keys.h"

struct fuzz_events {
	uint64_t hash;
	size_t n;
};

static void
fuzz_event(void *arg, const struct event *ev)
{
	struct fuzz_events *e = arg;

	e->n++;
	e->hash = (e->hash ^ (uint64_t)ev->type ^ ev->key << 4) * 1099511628211u;
	if (ev->type == EVENT_REPLY)
		fuzz_must(ev->len > 0 && ev->bytes[0] == '\033');
	if (ev->type == EVENT_KEY)
		fuzz_must(ev->key != K_NONE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct fuzz_events whole = {0}, parts = {0};
	struct keys *a = keys_new(true, fuzz_event, &whole);
	struct keys *b = keys_new(true, fuzz_event, &parts);
	size_t i;

	keys_feed(a, (const char *)bytes, len);
	for (i = 0; i < len; i++)
		keys_feed(b, (const char *)bytes + i, 1);
	fuzz_must(whole.n == parts.n && whole.hash == parts.hash);
	fuzz_must(keys_pending(a) == keys_pending(b));
	for (i = 0; i < 64 && keys_pending(a); i++)
		keys_flush(a);
	keys_free(&a);
	keys_free(&b);
	return 0;
}
