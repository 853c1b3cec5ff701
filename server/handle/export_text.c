/* SPDX-License-Identifier: MIT */
/*
 * What an export says in words: JSON for programs, a page for people.
 */
#include "server/handle/export_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/language.h"
#include "server/handle/jsontext.h"

#define PAGE_ROWS  100u
#define PAGE_ARENA ((size_t)4 * 1024 * 1024)

static const char *const readmes[N_LANGUAGES] = {
    [LANGUAGE_FR] = "VOS DONNÉES E-MAGE\n\n"
		    "Cette archive contient tout ce que vous pouvez voir dans e-mage.\n\n"
		    "account.json    votre compte, vos adresses, vos consentements\n"
		    "exams.json      la liste de vos examens, avec leur numéro de dossier\n"
		    "accesses.json   qui a consulté vos examens, quand et pourquoi\n"
		    "exams/NNNN/     un dossier par examen :\n"
		    "  report.txt    son compte rendu\n"
		    "  images/*.dcm  ses images d'origine, au format DICOM\n\n"
		    "Les images s'ouvrent avec tout logiciel DICOM ; un professionnel de santé\n"
		    "en a un. Ces fichiers ne sont pas chiffrés : gardez-les en lieu sûr.\n",
    [LANGUAGE_DE] = "IHRE E-MAGE-DATEN\n\n"
		    "Dieses Archiv enthält alles, was Sie in e-mage sehen können.\n\n"
		    "account.json    Ihr Konto, Ihre Adressen, Ihre Einwilligungen\n"
		    "exams.json      die Liste Ihrer Untersuchungen mit ihrer Ordnernummer\n"
		    "accesses.json   wer Ihre Untersuchungen wann und warum eingesehen hat\n"
		    "exams/NNNN/     ein Ordner je Untersuchung:\n"
		    "  report.txt    ihr Befund\n"
		    "  images/*.dcm  ihre Originalbilder im Format DICOM\n\n"
		    "Die Bilder lassen sich mit jedem DICOM-Programm öffnen; Fachpersonen haben\n"
		    "eines. Die Dateien sind nicht verschlüsselt: Bewahren Sie sie sicher auf.\n",
    [LANGUAGE_EN] = "YOUR E-MAGE DATA\n\n"
		    "This archive holds everything that you can see in e-mage.\n\n"
		    "account.json    your account, your addresses, your consents\n"
		    "exams.json      the list of your exams, with their folder's number\n"
		    "accesses.json   who opened your exams, when and why\n"
		    "exams/NNNN/     one folder per exam:\n"
		    "  report.txt    its report\n"
		    "  images/*.dcm  its original images, in DICOM format\n\n"
		    "Any DICOM program opens the images; a health professional has one. These\n"
		    "files are not encrypted: keep them in a safe place.\n",
};

int
export_text_readme(struct export_files *f, const char *language)
{
	const char *text = readmes[language_of(language)];

	return buf_append(&f->texts[EXPORT_README], text, strlen(text));
}

void
export_name_report(unsigned exam, char out_r[TAR_NAME_MAX])
{
	(void)snprintf(out_r, TAR_NAME_MAX, "exams/%04u/report.txt", exam + 1);
}

void
export_name_image(unsigned exam, unsigned instance, char out_r[TAR_NAME_MAX])
{
	(void)snprintf(out_r, TAR_NAME_MAX, "exams/%04u/images/%06u.dcm", exam + 1, instance + 1);
}

/* ----------------------------------------------------------------- account */

static void
export_account(
    struct jsontext *j, const struct store_account *who, const struct store_profile *profile)
{
	jsontext_string(j, "identifier", who->identifier);
	jsontext_string(j, "civility", who->civility);
	jsontext_string(j, "given_name", who->given_name);
	jsontext_string(j, "used_name", who->used_name);
	jsontext_string(j, "birth_name", who->birth_name);
	jsontext_string(j, "sex", profile->sex);
	jsontext_day(j, "birth_date", profile->birth_date);
	jsontext_string(j, "email", who->email);
	jsontext_string(j, "mobile", who->mobile);
	jsontext_string(j, "language", who->language);
	jsontext_bool(j, "notice_exam_opened", profile->notice_exam_opened);
	jsontext_bool(j, "notice_new_report", profile->notice_new_report);
	jsontext_bool(j, "authenticator_app", who->totp);
	jsontext_time(j, "created_at", profile->created_at_ms);
	jsontext_time(j, "password_changed_at", profile->password_changed_at_ms);
}

int
export_text_account(struct export_files *f)
{
	struct jsontext j = {.out = &f->texts[EXPORT_ACCOUNT], .first = true};
	struct arena *a = arena_new(PAGE_ARENA);
	struct store_consent *consents = NULL;
	struct store_account who;
	struct store_profile profile;
	unsigned n = 0;
	int rc = store_account_by_id(f->db, a, f->account_id, &who);

	if (rc == 0)
		rc = store_profile_get(f->db, a, f->account_id, &profile);
	if (rc == 0)
		rc = store_consents(f->db, a, f->patient_id, &consents, &n);
	if (rc < 0)
		goto out;
	jsontext_open(&j, NULL, '{');
	jsontext_time(&j, "exported_at", f->now_ms);
	jsontext_string(&j, "region", server_settings(f->server)->region_name);
	export_account(&j, &who, &profile);
	jsontext_open(&j, "consents", '[');
	for (unsigned i = 0; i < n; i++) {
		jsontext_open(&j, NULL, '{');
		jsontext_string(&j, "what", consents[i].given ? "given" : "withdrawn");
		jsontext_time(&j, "at", consents[i].at_ms);
		jsontext_string(&j, "establishment", consents[i].establishment);
		jsontext_close(&j, '}');
	}
	jsontext_close(&j, ']');
	jsontext_close(&j, '}');
	rc = j.failed ? -EM_E_TOO_LARGE : 0;
out:
	arena_free(&a);
	return rc;
}

/* ------------------------------------------------------------------- exams */

static int
export_exam(struct export_files *f, struct arena *a, struct jsontext *j, uint64_t exam_id)
{
	struct store_exam x;
	char folder[16];
	/* a list leaves out what only this needs */
	int rc = store_exam_get(
	    f->db, a, &(struct store_eyes){.patient_id = f->patient_id}, exam_id, &x);

	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? 0 : rc;
	if (f->n_exams == EXPORT_EXAMS_MAX)
		return -EM_E_TOO_LARGE;
	f->exams[f->n_exams] = (struct export_exam){.exam_id = exam_id, .has_report = x.has_report};
	(void)snprintf(folder, sizeof(folder), "exams/%04u", ++f->n_exams);
	jsontext_open(j, NULL, '{');
	jsontext_string(j, "folder", folder);
	jsontext_time(j, "taken_at", x.taken_at_ms);
	jsontext_string(j, "establishment", x.establishment);
	jsontext_string(j, "modality", x.modality);
	jsontext_string(j, "description", x.description);
	jsontext_string(j, "study_uid", x.study_uid);
	jsontext_string(j, "accession_number", x.accession_number);
	jsontext_bool(j, "has_report", x.has_report);
	jsontext_number(j, "n_images", x.n_images);
	jsontext_close(j, '}');
	return j->failed ? -EM_E_TOO_LARGE : 0;
}

int
export_text_exams(struct export_files *f)
{
	struct jsontext j = {.out = &f->texts[EXPORT_EXAMS], .first = true};
	struct store_exam_query q = {.patient_id = f->patient_id,
	    .from_ms = INT64_MIN,
	    .before_ms = INT64_MAX,
	    .limit = PAGE_ROWS};
	struct arena *a = arena_new(PAGE_ARENA);
	unsigned n = PAGE_ROWS;
	int rc = 0;

	jsontext_open(&j, NULL, '[');
	while (rc == 0 && n == PAGE_ROWS) {
		struct store_exam *rows = NULL;

		n = 0;
		rc = store_exam_page(f->db, a, &q, &rows, &n);
		for (unsigned i = 0; rc == 0 && i < n; i++)
			rc = export_exam(f, a, &j, rows[i].exam_id);
		q.offset += n;
		arena_reset(a);
	}
	jsontext_close(&j, ']');
	arena_free(&a);
	return rc == 0 && j.failed ? -EM_E_TOO_LARGE : rc;
}

/* ---------------------------------------------------------------- accesses */

static int
export_access(struct export_files *f, struct arena *a, struct jsontext *j, uint64_t number)
{
	static const char *const results[] = {
	    [ACCESS_GRANTED] = "granted",
	    [ACCESS_OVER_BLOCK] = "emergency over a block",
	    [ACCESS_REFUSED] = "refused",
	};
	struct store_access e;
	int rc = store_access_get(f->db, a, f->patient_id, number, &e);

	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? 0 : rc;
	jsontext_open(j, NULL, '{');
	jsontext_number(j, "number", (int64_t)e.number);
	jsontext_time(j, "at", e.at_ms);
	jsontext_string(j, "family_name", e.family_name);
	jsontext_string(j, "given_name", e.given_name);
	jsontext_string(j, "profession", e.profession);
	jsontext_string(j, "specialty", e.specialty);
	jsontext_string(j, "establishment", e.establishment);
	jsontext_string(j, "motive", e.motive_label);
	jsontext_string(j, "motive_detail", e.motive_detail);
	jsontext_string(
	    j, "result", (size_t)e.result < ARRAY_LEN(results) ? results[e.result] : "");
	jsontext_number(j, "exam", (int64_t)e.exam_id);
	jsontext_time(j, "until", e.until_ms);
	jsontext_close(j, '}');
	return j->failed ? -EM_E_TOO_LARGE : 0;
}

int
export_text_accesses(struct export_files *f)
{
	struct jsontext j = {.out = &f->texts[EXPORT_ACCESSES], .first = true};
	struct store_access_query q = {.patient_id = f->patient_id,
	    .from_ms = INT64_MIN,
	    .before_ms = INT64_MAX,
	    .name = "",
	    .limit = PAGE_ROWS};
	struct arena *a = arena_new(PAGE_ARENA);
	unsigned n = PAGE_ROWS;
	int rc = 0;

	jsontext_open(&j, NULL, '[');
	while (rc == 0 && n == PAGE_ROWS) {
		struct store_access_row *rows = NULL;

		n = 0;
		rc = store_access_page(f->db, a, &q, &rows, &n);
		for (unsigned i = 0; rc == 0 && i < n; i++)
			rc = export_access(f, a, &j, rows[i].number);
		q.offset += n;
		arena_reset(a);
	}
	jsontext_close(&j, ']');
	arena_free(&a);
	return rc == 0 && j.failed ? -EM_E_TOO_LARGE : rc;
}

/* ------------------------------------------------------------------ report */

int
export_text_report(const struct store_report *r, struct buf *out)
{
	struct clock_civil c = clock_paris(r->signed_at_ms);
	char date[64] = "";
	int rc;

	if (r->signed_at_ms != 0)
		(void)snprintf(date, sizeof(date), "%02d/%02d/%04d %02d:%02d\n", c.day, c.month,
		    c.year, c.hour, c.minute);
	rc = buf_append(out, r->title, strlen(r->title));
	if (rc == 0)
		rc = buf_append(out, "\n", 1);
	if (rc == 0 && r->author[0] != '\0')
		rc = buf_append(out, r->author, strlen(r->author));
	if (rc == 0 && r->author[0] != '\0')
		rc = buf_append(out, "\n", 1);
	if (rc == 0)
		rc = buf_append(out, date, strlen(date));
	if (rc == 0)
		rc = buf_append(out, "\n", 1);
	return rc == 0 ? buf_append(out, r->text, r->text_len) : rc;
}
