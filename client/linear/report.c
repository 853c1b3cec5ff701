/* SPDX-License-Identifier: MIT */
/*
 * Visualiser un examen: the report, paragraph by paragraph.
 */
#include "client/model/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/linear/talk.h"
#include "client/model/dates.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"

#define REPORT_SEARCH_MAX 60

enum report_command {
	REPORT_NEXT,
	REPORT_PREVIOUS,
	REPORT_FIRST,
	REPORT_REST,
	REPORT_SEARCH,
	REPORT_SEARCH_NEXT,
	REPORT_IMAGES,
};
static const struct linear_command report_commands[] = {
    [REPORT_NEXT] = {"", N_("suite")},
    [REPORT_PREVIOUS] = {"p", N_("paragraphe précédent")},
    [REPORT_FIRST] = {"d", N_("depuis le début")},
    [REPORT_REST] = {"t", N_("tout jusqu'à la fin")},
    [REPORT_SEARCH] = {"c", N_("chercher")},
    [REPORT_SEARCH_NEXT] = {"n", N_("passage suivant")},
    [REPORT_IMAGES] = {"i", N_("montre les images")},
};

struct reader {
	struct linear *l;
	struct report report;
	/* paragraphs: offset and length in the text */
	size_t (*part)[2];
	size_t n, at;				   /* at: the next one to be read */
	char words[3 * 4 * REPORT_SEARCH_MAX + 1]; /* folded; "" = none looked for */
};

/* -------------------------------------------------------------------- loading */

static int
report_take_part(void *arg, const ProtobufCMessage *msg, bool more)
{
	return report_take(arg, (const Emage__ExamReportReply *)msg, more) ? 0 : -EM_E_PROTOCOL;
}

/* Length of the last paragraph, without the ends of lines behind it. */
static size_t
report_rest(const char *text)
{
	size_t len = strlen(text);

	while (len > 0 && text[len - 1] == '\n')
		len--;
	return len;
}

/* Paragraphs are parted by blank lines. */
static void
report_split(struct reader *r)
{
	const char *text = r->report.text;
	size_t at = 0;

	r->part = mem_new_array(r->report.len / 2 + 1, sizeof(*r->part));
	while (at < r->report.len) {
		const char *end;
		size_t len;

		if (text[at] == '\n') {
			at++;
			continue;
		}
		end = strstr(text + at, "\n\n");
		len = end ? (size_t)(end - text) - at : report_rest(text + at);
		r->part[r->n][0] = at;
		r->part[r->n][1] = len;
		r->n++;
		at += len;
	}
}

/* False when there is none; why has been said. */
static bool
report_load(struct reader *r, const struct exam *exam)
{
	Emage__ExamReportRequest q = EMAGE__EXAM_REPORT_REQUEST__INIT;
	int err = -EM_E_NOT_FOUND;

	q.exam_id = exam->id;
	if (exam->has_report) {
		do {
			report_release(&r->report);
			err = linear_call(r->l, METHOD_exam_report, &q.base, LINEAR_ONCE,
			    report_take_part, &r->report);
		} while (err == -EM_E_CLOSED);
	}
	if (err == -EM_E_NOT_FOUND)
		linear_say(r->l, "%s", _("Il n'y a pas de compte rendu pour cet examen."));
	else if (err < 0)
		linear_say_error(r->l, err);
	if (err < 0)
		return false;
	report_split(r);
	return true;
}

/* ---------------------------------------------------------------------- words */

static void
report_say_head(struct linear *l, const struct exam *e, const struct report *m)
{
	char when[DATES_LEN], signature[96];

	dates_time(lang_now(), e->taken_at_ms, when);
	linear_say(l, "%s, %s, %s", e->description[0] ? e->description : e->modality, when,
	    e->establishment);
	if (!m->complete)
		return;
	linear_say(l, "%s", m->title[0] ? m->title : _("Compte rendu"));
	dates_time(lang_now(), m->signed_at_ms, when);
	if (m->signed_at_ms == 0)
		snprintf(signature, sizeof(signature), "%s", _("non signé"));
	else
		snprintf(signature, sizeof(signature), _("signé le %s"), when);
	linear_say(l, "%s%s%s%s%s", m->author, m->author[0] ? ", " : "", signature,
	    m->is_final ? "" : ", ", m->is_final ? "" : _("provisoire"));
}

static void
report_say_part(struct reader *r)
{
	if (r->at >= r->n)
		return;
	linear_say(r->l, "%.*s", (int)r->part[r->at][1], r->report.text + r->part[r->at][0]);
	r->at++;
	if (r->at == r->n)
		linear_say(r->l, "%s", _("Fin du compte rendu."));
}

/* ----------------------------------------------------------------- searching */

static bool
report_part_has(const struct reader *r, size_t i)
{
	size_t len = r->part[i][1];
	char *plain = mem_new(len + 1), *folded = mem_new(3 * len + 1);
	bool has;

	memcpy(plain, r->report.text + r->part[i][0], len);
	for (size_t k = 0; k < len; k++)
		plain[k] = plain[k] == '\n' ? ' ' : plain[k];
	text_fold(plain, len, folded);
	has = strstr(folded, r->words) != NULL;
	secret_wipe(plain, len);
	secret_wipe(folded, 3 * len);
	free(plain);
	free(folded);
	return has;
}

/* From the paragraph that is read next, round to where it began. */
static void
report_find(struct reader *r)
{
	for (size_t i = 0; i < r->n; i++) {
		size_t k = (r->at + i) % r->n;

		if (!report_part_has(r, k))
			continue;
		if (k < r->at)
			linear_say(r->l, "%s", _("Repris au début du texte."));
		r->at = k;
		report_say_part(r);
		return;
	}
	linear_say(r->l, "%s", _("Pas d'autre passage."));
}

static void
report_search(struct reader *r)
{
	const struct linear_prompt p = {
	    .title = N_("cherche un mot ; accents et majuscules ne comptent pas"),
	    .question = _("Chercher :"),
	    .is_text = true,
	    .max_chars = REPORT_SEARCH_MAX,
	};
	struct linear_answer a;
	size_t i = 0;

	if (!linear_ask(r->l, &p, &a) || a.kind != LINEAR_TEXT || a.text[0] == '\0')
		return;
	text_fold(a.text, strlen(a.text), r->words);
	while (i < r->n && !report_part_has(r, i))
		i++;
	if (i == r->n || r->words[0] == '\0') {
		linear_say(r->l, _("« %s » ne figure pas dans ce texte."), a.text);
		r->words[0] = '\0';
		return;
	}
	report_find(r);
}

/* -------------------------------------------------------------------- reading */

static unsigned
report_hidden(const struct reader *r, const struct exam *exam)
{
	unsigned hidden = 0;

	if (r->at >= r->n)
		hidden |= 1u << REPORT_NEXT | 1u << REPORT_REST;
	if (r->at < 2)
		hidden |= 1u << REPORT_PREVIOUS | 1u << REPORT_FIRST;
	if (r->n == 0)
		hidden |= 1u << REPORT_SEARCH;
	if (r->words[0] == '\0')
		hidden |= 1u << REPORT_SEARCH_NEXT;
	if (exam->n_images == 0)
		hidden |= 1u << REPORT_IMAGES;
	return hidden;
}

static void
report_act(struct reader *r, const struct exam *exam, enum report_command c)
{
	switch (c) {
	case REPORT_NEXT:
		report_say_part(r);
		break;
	case REPORT_PREVIOUS:
		r->at -= 2;
		report_say_part(r);
		break;
	case REPORT_FIRST:
		r->at = 0;
		report_say_part(r);
		break;
	case REPORT_REST:
		while (r->at < r->n && r->l->end == LINEAR_GO)
			report_say_part(r);
		break;
	case REPORT_SEARCH:
		report_search(r);
		break;
	case REPORT_SEARCH_NEXT:
		report_find(r);
		break;
	case REPORT_IMAGES:
		linear_images(r->l, exam);
		report_say_head(r->l, exam, &r->report);
		break;
	}
}

void
linear_report(struct linear *l, const struct exam *exam)
{
	struct reader r = {.l = l};
	struct linear_answer a;

	report_load(&r, exam);
	if (l->end == LINEAR_GO) {
		report_say_head(l, exam, &r.report);
		report_say_part(&r);
	}
	for (;;) {
		const struct linear_prompt p = {
		    .title = N_("Visualiser un examen"),
		    .question = _("Votre choix :"),
		    .commands = report_commands,
		    .n_commands = ARRAY_LEN(report_commands),
		    .hidden = report_hidden(&r, exam),
		};

		if (!linear_ask(l, &p, &a) || a.kind == LINEAR_BACK)
			break;
		report_act(&r, exam, (enum report_command)a.value);
	}
	free(r.part);
	report_release(&r.report);
	secret_wipe(r.words, sizeof(r.words));
}
