/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_DIRECTORY_H
#define EMAGE_CLIENT_MODEL_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/access.pb-c.h"

/*
 * The directory of professionals: the lists that a search chooses from, and the
 * professionals last found. Texts are sanitised on their way in.
 */

/* One row of a list of professionals. */
struct professional {
	uint64_t id;
	char *family_name, *given_name, *profession, *specialty; /* never NULL */
	char *establishments;  /* "CHRU de Strasbourg, Clinique fictive"; never NULL */
	int64_t blocked_at_ms; /* 0 = not blocked */
};

void professional_copy(const Emage__Professional *from, struct professional *to_r);
void professional_release(struct professional *p);
/* "Charlotte EXEMPLE"; one of the two may be missing. Freed by the caller. */
char *professional_name(const char *given_name, const char *family_name);
/* A profession of the national list (TRE_G15) in the language of now; others as they
 * came. Borrowed. */
const char *professional_profession(const char *label);
/* "Médecin, Psychiatrie (SM)". Freed by the caller. */
char *professional_trade(const char *profession, const char *specialty);

struct directory_entry {
	char *code, *label;
};
struct directory_place {
	uint64_t id;
	char *name;
};

#define DIRECTORY_NAME_MAX 100

/* What is asked for. */
struct directory_query {
	char family_name[DIRECTORY_NAME_MAX * 4 + 1]; /* "" = any */
	char given_name[DIRECTORY_NAME_MAX * 4 + 1];
	size_t profession, specialty, place; /* 0 = any; else number in its list + 1 */
	uint32_t page, page_size;
};

struct directory {
	struct directory_entry *professions, *specialties;
	size_t n_professions, n_specialties;
	struct directory_place *places;
	size_t n_places;
	bool has_lists, places_cut;
	bool joining; /* between the parts of the lists */
	/* found */
	struct professional *rows;
	size_t n_rows;
	uint32_t total, page, n_pages;
	bool loaded, more_than_counted;
};

void directory_init(struct directory *d);
void directory_release(struct directory *d);

/* One part; `more`: others follow. */
void directory_take_lists(struct directory *d, const Emage__DirectoryListsReply *part, bool more);
/* The parts stopped coming: those that came are of no use. */
void directory_drop_lists(struct directory *d);

/* Whether anything is asked for; names of blanks and signs alone are nothing. */
bool directory_query_says_something(const struct directory_query *q);
/* The request; it borrows from the query and the lists. */
Emage__DirectorySearchRequest directory_request(
    const struct directory *d, const struct directory_query *q);
void directory_take_found(struct directory *d, const Emage__DirectorySearchReply *reply);
/* A search that is no more. */
void directory_forget_found(struct directory *d);
/* What has become of a block, in the rows shown. */
void directory_mark(struct directory *d, uint64_t professional_id, int64_t blocked_at_ms);

#endif
