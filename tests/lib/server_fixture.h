/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_LIB_SERVER_FIXTURE_H
#define EMAGE_TESTS_LIB_SERVER_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tools/lib/mailbox.h"

/*
 * A real emaged of $EMAGE_BUILD in a folder of its own under /tmp: made by
 * `emagectl init`, listening on a free port of 127.0.0.1, its clock in the
 * test's hand, its messages in a Maildir. Anything that goes wrong here ends
 * the test program with the server's log.
 */

/* Longest wait for anything; only a broken server lets it pass. */
#define FIXTURE_DEADLINE_MS 60000

struct fixture {
	char folder[64];  /* /tmp/emage-test-XXXXXX */
	char storage[80]; /* storage.directory */
	char config[96];
	char ca[96];	 /* authority to trust */
	char socket[96]; /* local socket */
	char maildir[96];
	char log[96]; /* standard error of emaged */
	char clock[96];
	char port[8]; /* once it has been started */
	int64_t shift_ms;
	pid_t pid;		    /* 0 = not running */
	pid_t parent_pid;	    /* of the wrapper, if there is one */
	unsigned max_files;	    /* descriptors of the server; 0 = as it comes */
	const char *notify;	    /* NOTIFY_SOCKET of the server, or NULL */
	const char *const *wrapper; /* program and arguments in front, or NULL */
};

/* `sets`: "section.key=value" strings for emagectl init, ending with NULL; or
 * NULL. Not started yet. */
struct fixture *fixture_new(const char *const *sets);
/* Stops it if need be and removes the folder. */
void fixture_free(struct fixture **f);

/* Returns when it listens. Takes the port that it had before. */
void fixture_start(struct fixture *f);
/* SIGTERM, then its exit status as of waitpid(2). */
int fixture_stop(struct fixture *f);
/* SIGKILL: no word of goodbye, nothing written. */
void fixture_kill(struct fixture *f);
void fixture_signal(struct fixture *f, int sig);
/* Its exit status, once it ends by itself. */
int fixture_wait_end(struct fixture *f);

/* A living child of the server with this name, 0 = none. */
pid_t fixture_child(const struct fixture *f, const char *name);

/* All clocks of the server (and of the courier) go on by so much. */
void fixture_advance(struct fixture *f, int64_t ms);

/* Runs SQL on the database of a server that is not running. */
void fixture_sql(struct fixture *f, const char *sql);
/* First column of the first row, as a number; likewise. */
int64_t fixture_sql_number(struct fixture *f, const char *sql);

/* Waits until the server's log has this text behind `from` bytes; returns the
 * offset behind it. */
size_t fixture_wait_log(struct fixture *f, size_t from, const char *text);
size_t fixture_log_size(const struct fixture *f);
/* Writes a line into the settings (a drop-in), for a reload. */
void fixture_set(struct fixture *f, const char *section, const char *line);

/* A program of $EMAGE_BUILD; "-d FOLDER" is not added. Standard output in *out_r
 * (free) unless NULL. Returns its exit status. */
int fixture_run(struct fixture *f, const char *const *argv, char **out_r);
/* As above, which must end with 0. */
void fixture_must_run(struct fixture *f, const char *const *argv, char **out_r);

struct fixture_patient {
	char identifier[32];
	char temporary[32];
	uint64_t patient_id;
	const char *email, *password;
};
/* A fictitious person; address like "camille@example.org" or "+33600000042". */
void fixture_add_patient(
    struct fixture *f, const char *given_name, const char *address, struct fixture_patient *p_r);
/* Returns the establishment's id. */
uint64_t fixture_add_establishment(struct fixture *f, const char *finess, const char *name);
/* Imports and releases files for a patient; each must be stored. */
void fixture_import(struct fixture *f, const struct fixture_patient *p, const char *const *paths);

struct mailbox *fixture_mailbox(struct fixture *f);
/* The code of the next message that has one; it must come. */
void fixture_next_code(struct mailbox *m, char code_r[16]);
/* A value of `emagectl status`. */
int64_t fixture_counter(struct fixture *f, const char *name);

/* A file of python3-pydicom's test data, by name. Freed by the caller. */
char *fixture_dicom(const char *name);
/* $EMAGE_SOURCE/what; freed by the caller. */
char *fixture_source(const char *what);

#endif
