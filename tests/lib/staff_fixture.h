/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_LIB_STAFF_FIXTURE_H
#define EMAGE_TESTS_LIB_STAFF_FIXTURE_H

#include "proto/staff.pb-c.h"
#include "tests/lib/wire.h"

/*
 * Fictitious staff of a server that runs: accounts of each role, made by an operator
 * on the local socket, each with a password of its own. Wants CMocka's headers before
 * it (tests/lib/check.h).
 */
struct staff {
	/* identifier, own password and e-mail, as wire_sign_in() takes them; no patient */
	struct fixture_patient person;
	Emage__Role role;
	uint64_t account_id;
	uint64_t establishment_id; /* reception */
	char rpps[12];		   /* professional */
};

/* A professional of the directory, number `n` (0 .. 999999) of this server, working at
 * an establishment (0 = none); its RPPS number in rpps_r. */
void staff_directory(struct fixture *f, unsigned n, const char *family_name, const char *given_name,
    uint64_t establishment_id, char rpps_r[12]);

/* RECEPTION: Line ACCUEIL, at an establishment (0: one is made). PROFESSIONAL: Paul
 * MEDECIN, number `n` of the directory, where he is put. ADMIN: Ada ADMIN. `n` also
 * tells their addresses apart. Returns with the own password chosen. */
void staff_new(
    struct fixture *f, Emage__Role role, unsigned n, uint64_t establishment_id, struct staff *s_r);
/* An open session of theirs, over TLS as a terminal. wire_free(). */
struct wire *staff_sign_in(struct fixture *f, const struct staff *s);
/* Both in one: an account of this role that has just signed in. */
struct wire *staff_wire(struct fixture *f, Emage__Role role, unsigned n, struct staff *s_r);

/* Madame Dominique EXEMPLE, born INVENTEE on 29/02/1960, of whom everything is always
 * the same, numbers too; and another of her name and birth date without an account.
 * Restarts the server. */
void staff_example(struct fixture *f);

#endif
