/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_SERVER_H
#define EMAGE_SERVER_SERVER_H

#include <stdatomic.h>
#include <stdint.h>

#include "common/config.h"
#include "common/secret.h"
#include "db/store.h"

/* Values of settings.def: settings.<section>_<key>. */
struct settings {
#define STR(section, key, fallback, help)		  char *section##_##key;
#define PATH(section, key, fallback, help)		  char *section##_##key;
#define INT(section, key, min, max, fallback, unit, help) int64_t section##_##key;
#define BOOL(section, key, fallback, help)		  int64_t section##_##key;
#include "server/settings.def"
#undef STR
#undef PATH
#undef INT
#undef BOOL
};

extern const struct setting settings_table[];
extern const size_t settings_table_len;

/* Counters of emagectl status and monitoring; relaxed atomics. */
/* clang-format off */
#define COUNTERS(X) \
	X(connections_accepted) X(connections_open) X(connections_refused) X(connections_signed_in) \
	X(handshakes_failed) X(deadlines_missed) X(frames_malformed) X(requests) \
	X(requests_refused) X(signins_ok) X(signins_failed) X(codes_sent) \
	X(codes_wrong) X(messages_sent) X(messages_failed) X(messages_expired) X(messages_deferred) X(sms_over_budget) X(frames_sent) \
	X(bytes_sent) X(imports_stored) X(imports_refused) X(helper_restarts)
/* clang-format on */

struct counters {
#define X(name) atomic_uint_fast64_t name;
	COUNTERS(X)
#undef X
};

/* Below storage.directory; `emagectl init` makes them. */
#define SERVER_DATABASE "emage.db"
#define SERVER_MEDIA	"media"
#define SERVER_PEPPER	"keys/pepper" /* 32 bytes, mode 0400 */
/* For a moment: the database's copy, on its way into a backup. */
#define SERVER_COPY "emage.db.copy"

struct blocklist; /* policy/password.h */
struct courier_link;
struct imaging_pool;
struct consents; /* handle/consents.h */
struct texts;	 /* handle/texts.h */
struct pages;	 /* handle/pages.h */

/*
 * What the whole process shares. Set up by main before any thread starts;
 * afterwards read-only, but for `counters`, and `settings` which a reload
 * replaces as a whole (server_settings() gives the one in force; old ones stay
 * valid until exit).
 */
struct server {
	_Atomic(const struct settings *) settings;
	struct store *store;
	struct secret pepper; /* 32 bytes: keys password hashes and code hashes */
	int directory_fd;     /* storage.directory */
	int media_fd;	      /* storage.directory/media: originals and frames */
	struct blocklist *blocklist;
	struct texts *texts;	   /* words of messages: texts_new() */
	struct consents *consents; /* what is consented to: consents_new() */
	/* help and support: pages_new(); replaced by a reload like the settings */
	_Atomic(struct pages *) pages;
	struct courier_link *courier;
	struct imaging_pool *imaging;
	struct counters counters;
	atomic_uint exports; /* under way */
	int64_t started_at_ms;
};

static inline const struct settings *
server_settings(const struct server *s)
{
	return atomic_load_explicit(&s->settings, memory_order_acquire);
}

static inline const struct pages *
server_pages(struct server *s)
{
	return atomic_load_explicit(&s->pages, memory_order_acquire);
}

#define server_count(s, name)                                                                      \
	atomic_fetch_add_explicit(&(s)->counters.name, 1, memory_order_relaxed)

#endif
