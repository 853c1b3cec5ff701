/* SPDX-License-Identifier: MIT */
/*
 * Transfers under way.
 */
#include "courier/transfer.h"

#include <stdlib.h>

#include "common/mem.h"

/* Connections to one relay or gateway, and in all: eight relays and a gateway. */
#define TRANSFER_HOST_MAX  8L
#define TRANSFER_TOTAL_MAX 72L

struct transfers {
	CURLM *multi;
};

struct transfers *
transfers_new(void)
{
	struct transfers *t;
	CURLM *multi;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return NULL;
	multi = curl_multi_init();
	if (multi == NULL)
		return NULL;
	(void)curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, TRANSFER_HOST_MAX);
	(void)curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, TRANSFER_TOTAL_MAX);
	t = mem_new(sizeof(*t));
	t->multi = multi;
	return t;
}

void
transfers_free(struct transfers **t)
{
	if (*t == NULL)
		return;
	(void)curl_multi_cleanup((*t)->multi);
	curl_global_cleanup();
	free(*t);
	*t = NULL;
}

bool
transfers_start(struct transfers *all, struct transfer *t)
{
	return curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t) == CURLE_OK &&
	       curl_multi_add_handle(all->multi, t->easy) == CURLM_OK;
}

static void
transfers_collect(struct transfers *all)
{
	const CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(all->multi, &left)) != NULL) {
		CURLcode code = m->data.result;
		struct transfer *t = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		(void)curl_multi_remove_handle(all->multi, t->easy);
		t->done(t, code);
	}
}

bool
transfers_wait(struct transfers *all, int fd, int timeout_ms)
{
	struct curl_waitfd w = {.fd = fd, .events = CURL_WAIT_POLLIN};
	int running;

	(void)curl_multi_poll(all->multi, &w, fd >= 0 ? 1 : 0, timeout_ms, NULL);
	(void)curl_multi_perform(all->multi, &running);
	transfers_collect(all);
	return fd >= 0 && w.revents != 0;
}
