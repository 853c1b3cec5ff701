/* SPDX-License-Identifier: MIT */
/*
 * emagectl init: everything that a new server needs before its first start.
 * Nothing that exists is ever changed, so it may be run again at any time.
 */
#include "tools/emagectl/init.h"

#include <stdio.h>
#include <stdlib.h>

#include <sodium.h>

#include "common/config.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "tools/emagectl/ctl.h"
#include "tools/lib/pbjson.h"

#define INIT_PEPPER_LEN 32

#define OPT(field) .offset = offsetof(struct init_options, field)

static const struct option_row init_rows[] = {
    {0, "name", "NAME", OPTION_LIST, OPT(names),
	.help = "Name or address by which clients call this server, for its certificate; "
		"localhost, 127.0.0.1, ::1 and the host's name are always in it."},
    {0, "set", "SECTION.KEY=VALUE", OPTION_LIST, OPT(sets),
	.help = "Value for the new settings file."},
    {0, "owner", "USER", OPTION_STRING, OPT(owner),
	.help = "Give what is made to this user (as root, for the service: emage)."},
};

/* ------------------------------------------------------------------- the whole */

static int
init_pepper(struct place *p, const char *directory)
{
	char *path = mem_printf("%s/%s", directory, SERVER_PEPPER);
	struct secret pepper;
	int rc;

	if (place_exists(path)) {
		rc = place_kept(p, path);
	} else {
		pepper = secret_new(INIT_PEPPER_LEN);
		randombytes_buf(pepper.bytes, pepper.len);
		rc = place_file(p, path, pepper.bytes, pepper.len, 0400);
		secret_free(&pepper);
	}
	free(path);
	return rc;
}

static int
init_directories(struct place *p, const char *directory)
{
	static const char *const below[] = {"", "keys", "tls", SERVER_MEDIA};
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(below) && rc == 0; i++) {
		char *path = mem_printf("%s%s%s", directory, i ? "/" : "", below[i]);

		rc = place_directory(p, path, 0700);
		free(path);
	}
	return rc;
}

/* What the settings say, once they are there. */
static char *
init_directory(const struct ctl *ctl, const char *config)
{
	const struct settings_source from = {.path = config, .must_exist = true};
	struct settings *st;
	char err[1024], *directory;

	if (ctl->directory)
		return mem_strdup(ctl->directory);
	if (settings_load(&from, &st, err, sizeof(err)) < 0) {
		fputs(err, stderr);
		return NULL;
	}
	directory = mem_strdup(st->storage_directory);
	settings_free(&st);
	return directory;
}

static void
init_report(const struct ctl *ctl, const struct place *p, const char *directory, const char *config)
{
	json_t *j;

	if (ctl->json) {
		j = json_pack("{s:s, s:s, s:O, s:O}", "directory", directory, "config", config,
		    "made", p->made, "kept", p->kept);
		pbjson_print(stdout, j, 2);
		json_decref(j);
		return;
	}
	printf("\nNext: emaged -c %s\nClients trust %s/tls/ca.pem (option --ca).\n", config,
	    directory);
}

static int
init_run(struct ctl *ctl, const void *options, int argc, char **argv)
{
	const struct init_options *o = options;
	struct settings st = {0};
	struct place p = {0};
	char *directory = NULL, *absolute = NULL, *config = NULL;
	int rc = CTL_FAILED;

	(void)argv;
	if (argc > 0)
		return ctl_usage(&ctl_init);
	if (init_values(o, &st) < 0 || place_begin(&p, o->owner, !ctl->json) < 0)
		goto out;
	if (ctl->directory) {
		/* the settings name it by its whole path, so it comes first */
		if (place_directory(&p, ctl->directory, 0700) < 0)
			goto out;
		absolute = realpath(ctl->directory, NULL);
		free(st.storage_directory);
		st.storage_directory = mem_strdup(absolute);
	}
	config = ctl->config	  ? mem_strdup(ctl->config)
		 : ctl->directory ? mem_printf("%s/emaged.conf", absolute)
				  : mem_strdup(EMAGE_SYSCONFDIR "/emage/emaged.conf");
	if (init_config(&p, config, &st) != 0)
		goto out;
	directory = absolute ? mem_strdup(absolute) : init_directory(ctl, config);
	if (!directory || init_directories(&p, directory) < 0 || init_pepper(&p, directory) < 0 ||
	    init_tls(&p, directory, o) < 0)
		goto out;
	init_report(ctl, &p, directory, config);
	rc = CTL_OK;
out:
	place_end(&p);
	config_release(settings_table, settings_table_len, &st);
	free(directory);
	free(absolute);
	free(config);
	return rc;
}

const struct ctl_command ctl_init = {
    .name = "init",
    .args = "",
    .help = "Make what a new server needs; never changes what is there.",
    .rows = init_rows,
    .n_rows = ARRAY_LEN(init_rows),
    .options_size = sizeof(struct init_options),
    .run = init_run,
};
