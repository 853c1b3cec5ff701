/* SPDX-License-Identifier: MIT */
/*
 * emaged: options, and what the process denies itself before anything else.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/log.h"
#include "common/secret.h"
#include "server/daemon.h"
#include "server/settings.h"

#define CONFIG_PATH EMAGE_SYSCONFDIR "/emage/emaged.conf"
#define FAULTS_LEN  4096
#define EXIT_USAGE  2

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define UNDER_SANITIZER 1
#endif

enum action { ACTION_RUN, ACTION_CHECK, ACTION_PRINT };

static const char usage_text[] =
    "usage: emaged [-c FILE] [-d DIRECTORY] [--check-config | --print-config]\n"
    "       emaged --help | --version\n"
    "\n"
    "  -c, --config FILE     settings (" CONFIG_PATH ")\n"
    "  -d, --directory DIR   takes the place of storage.directory\n"
    "      --check-config    reads the settings, says what is wrong, and ends\n"
    "      --print-config    prints the settings in force with what they mean\n"
    "      --help, --version\n";

static const struct option long_options[] = {
    {.name = "config", .has_arg = required_argument, .val = 'c'},
    {.name = "directory", .has_arg = required_argument, .val = 'd'},
    {.name = "check-config", .has_arg = no_argument, .val = 'k'},
    {.name = "print-config", .has_arg = no_argument, .val = 'p'},
    {.name = "help", .has_arg = no_argument, .val = 'h'},
    {.name = "version", .has_arg = no_argument, .val = 'V'},
    {.name = NULL},
};

/* The leak check of the sanitizers needs it, and a test that reads the system
 * calls without being root. */
static bool
may_be_traced(void)
{
#if defined(UNDER_SANITIZER)
	return true;
#elif defined(EMAGE_TESTING)
	return getenv("EMAGE_TEST_TRACEABLE") != NULL;
#else
	return false;
#endif
}

/* No core dump and no debugger may get at what patients entrust; what is made
 * is ours alone; no program that is run gets more rights than this one. */
static void
harden(void)
{
	struct rlimit none = {.rlim_cur = 0, .rlim_max = 0}, files;

	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	if (!may_be_traced())
		prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static int
print_settings(const struct settings_source *from)
{
	struct settings_source as_written = *from;
	struct settings *st;
	char faults[FAULTS_LEN];

	as_written.as_written = true;
	if (settings_load(&as_written, &st, faults, sizeof(faults)) != 0) {
		fprintf(stderr, "%s", faults);
		return EXIT_SETTINGS;
	}
	config_print(settings_table, settings_table_len, st, STDOUT_FILENO);
	settings_free(&st);
	return EXIT_SUCCESS;
}

static int
run(const struct settings_source *from, enum action action)
{
	struct settings *st;
	char faults[FAULTS_LEN];

	if (action == ACTION_PRINT)
		return print_settings(from);
	if (settings_load(from, &st, faults, sizeof(faults)) != 0) {
		fprintf(stderr, "%s", faults);
		return EXIT_SETTINGS;
	}
	if (action == ACTION_CHECK) {
		settings_free(&st);
		return EXIT_SUCCESS;
	}
	return daemon_run(from, st);
}

int
main(int argc, char **argv)
{
	struct settings_source from = {.path = CONFIG_PATH};
	enum action action = ACTION_RUN;
	int opt;

	harden();
	while ((opt = getopt_long(argc, argv, "c:d:", long_options, NULL)) != -1) {
		switch (opt) {
		case 'c':
			from.path = optarg;
			from.must_exist = true;
			break;
		case 'd':
			from.directory = optarg;
			break;
		case 'k':
			action = ACTION_CHECK;
			break;
		case 'p':
			action = ACTION_PRINT;
			break;
		case 'h':
			fputs(usage_text, stdout);
			return EXIT_SUCCESS;
		case 'V':
			puts("emaged " EMAGE_VERSION);
			return EXIT_SUCCESS;
		default:
			fputs(usage_text, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fputs(usage_text, stderr);
		return EXIT_USAGE;
	}
	secret_setup();
	return run(&from, action);
}
