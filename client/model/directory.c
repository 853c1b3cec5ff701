/* SPDX-License-Identifier: MIT */
/*
 * Lists of the directory, and who was found in it.
 */
#include "client/model/directory.h"

#include <stdlib.h>
#include <string.h>

#include "client/model/session.h"
#include "client/tr.h"
#include "common/mem.h"
#include "common/text.h"

/* Longest list that is kept of a server that sends without end. */
#define DIRECTORY_MAX 20000u

/* ------------------------------------------------------------- professionals */

static char *
professional_join(char *const *names, size_t n)
{
	char *all = mem_strdup("");

	for (size_t i = 0; i < n; i++) {
		char *name = session_text(names[i]);
		char *longer = mem_printf("%s%s%s", all, i > 0 ? ", " : "", name);

		session_text_free(&name);
		free(all);
		all = longer;
	}
	return all;
}

void
professional_copy(const Emage__Professional *from, struct professional *to_r)
{
	*to_r = (struct professional){
	    .id = from->professional_id,
	    .family_name = session_text(from->family_name),
	    .given_name = session_text(from->given_name),
	    .profession = session_text(from->profession),
	    .specialty = session_text(from->specialty),
	    .establishments = professional_join(from->establishments, from->n_establishments),
	    .blocked_at_ms = from->blocked_at_ms,
	};
}

void
professional_release(struct professional *p)
{
	session_text_free(&p->family_name);
	session_text_free(&p->given_name);
	session_text_free(&p->profession);
	session_text_free(&p->specialty);
	session_text_free(&p->establishments);
	*p = (struct professional){0};
}

char *
professional_name(const char *given_name, const char *family_name)
{
	return mem_printf(
	    "%s%s%s", given_name, given_name[0] && family_name[0] ? " " : "", family_name);
}

const char *
professional_profession(const char *label)
{
	static const char *const known[] = {
	    N_("Médecin"),
	    N_("Pharmacien"),
	    N_("Chirurgien-Dentiste"),
	    N_("Sage-Femme"),
	    N_("Infirmier"),
	    N_("Masseur-Kinésithérapeute"),
	    N_("Pédicure-Podologue"),
	    N_("Orthoptiste"),
	    N_("Orthophoniste"),
	    N_("Ergothérapeute"),
	    N_("Manipulateur ERM"),
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(label, known[i]) == 0)
			return _(known[i]);
	return label;
}

char *
professional_trade(const char *profession, const char *specialty)
{
	return mem_printf("%s%s%s", professional_profession(profession),
	    profession[0] && specialty[0] ? ", " : "", specialty);
}

/* --------------------------------------------------------------------- lists */

void
directory_init(struct directory *d)
{
	*d = (struct directory){.page = 1};
}

static void
directory_drop_entries(struct directory_entry **list, size_t *n)
{
	for (size_t i = 0; i < *n; i++) {
		session_text_free(&(*list)[i].code);
		session_text_free(&(*list)[i].label);
	}
	free(*list);
	*list = NULL;
	*n = 0;
}

void
directory_drop_lists(struct directory *d)
{
	directory_drop_entries(&d->professions, &d->n_professions);
	directory_drop_entries(&d->specialties, &d->n_specialties);
	for (size_t i = 0; i < d->n_places; i++)
		session_text_free(&d->places[i].name);
	free(d->places);
	d->places = NULL;
	d->n_places = 0;
	d->has_lists = d->joining = d->places_cut = false;
}

static void
directory_add_entries(
    struct directory_entry **list, size_t *n, Emage__DirectoryEntry *const *more, size_t n_more)
{
	if (n_more == 0 || n_more > DIRECTORY_MAX - *n)
		return;
	*list = mem_grow(*list, *n + n_more, sizeof(**list));
	for (size_t i = 0; i < n_more; i++)
		(*list)[(*n)++] = (struct directory_entry){
		    .code = mem_strdup(more[i]->code), /* goes back as it came */
		    .label = session_text(more[i]->label),
		};
}

static void
directory_add_places(struct directory *d, const Emage__DirectoryListsReply *part)
{
	if (part->n_places == 0 || part->n_places > DIRECTORY_MAX - d->n_places)
		return;
	d->places = mem_grow(d->places, d->n_places + part->n_places, sizeof(*d->places));
	for (size_t i = 0; i < part->n_places; i++)
		d->places[d->n_places++] = (struct directory_place){
		    .id = part->places[i]->establishment_id,
		    .name = session_text(part->places[i]->name),
		};
}

void
directory_take_lists(struct directory *d, const Emage__DirectoryListsReply *part, bool more)
{
	if (!d->joining)
		directory_drop_lists(d);
	directory_add_entries(
	    &d->professions, &d->n_professions, part->professions, part->n_professions);
	directory_add_entries(
	    &d->specialties, &d->n_specialties, part->specialties, part->n_specialties);
	directory_add_places(d, part);
	d->places_cut = part->places_cut;
	d->joining = more;
	d->has_lists = !more;
}

/* --------------------------------------------------------------------- search */

static bool
directory_says_something(const char *name)
{
	size_t len = strlen(name);
	char *fold = mem_new(3 * len + 1);
	bool says = text_fold(name, len, fold) > 0;

	free(fold);
	return says;
}

bool
directory_query_says_something(const struct directory_query *q)
{
	return q->profession > 0 || q->specialty > 0 || q->place > 0 ||
	       directory_says_something(q->family_name) || directory_says_something(q->given_name);
}

static char *
directory_code(const struct directory_entry *list, size_t n, size_t chosen)
{
	return chosen > 0 && chosen <= n ? list[chosen - 1].code : (char *)(uintptr_t) "";
}

Emage__DirectorySearchRequest
directory_request(const struct directory *d, const struct directory_query *q)
{
	Emage__DirectorySearchRequest r = EMAGE__DIRECTORY_SEARCH_REQUEST__INIT;

	r.family_name = (char *)(uintptr_t)q->family_name;
	r.given_name = (char *)(uintptr_t)q->given_name;
	r.profession = directory_code(d->professions, d->n_professions, q->profession);
	r.specialty = directory_code(d->specialties, d->n_specialties, q->specialty);
	if (q->place > 0 && q->place <= d->n_places)
		r.establishment_id = d->places[q->place - 1].id;
	r.page = q->page;
	r.page_size = q->page_size;
	return r;
}

void
directory_forget_found(struct directory *d)
{
	for (size_t i = 0; i < d->n_rows; i++)
		professional_release(&d->rows[i]);
	free(d->rows);
	d->rows = NULL;
	d->n_rows = 0;
	d->total = d->n_pages = 0;
	d->page = 1;
	d->loaded = d->more_than_counted = false;
}

void
directory_take_found(struct directory *d, const Emage__DirectorySearchReply *r)
{
	directory_forget_found(d);
	d->rows = mem_new_array(r->n_rows + 1, sizeof(*d->rows));
	for (size_t i = 0; i < r->n_rows; i++)
		professional_copy(r->rows[i], &d->rows[d->n_rows++]);
	d->total = r->total;
	d->more_than_counted = r->more_than_counted;
	d->page = r->page > 0 ? r->page : 1;
	d->n_pages = r->n_pages;
	d->loaded = true;
}

void
directory_mark(struct directory *d, uint64_t professional_id, int64_t blocked_at_ms)
{
	for (size_t i = 0; i < d->n_rows; i++)
		if (d->rows[i].id == professional_id)
			d->rows[i].blocked_at_ms = blocked_at_ms;
}

void
directory_release(struct directory *d)
{
	directory_forget_found(d);
	directory_drop_lists(d);
}
