/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_EXPORT_TEXT_H
#define EMAGE_SERVER_HANDLE_EXPORT_TEXT_H

#include "server/handle/export_files.h"

/* The texts of an export. 0 or -EM_E_*: TOO_LARGE past their limit. */
int export_text_readme(struct export_files *f, const char *language);
int export_text_account(struct export_files *f);
/* Fills f->exams as well. */
int export_text_exams(struct export_files *f);
int export_text_accesses(struct export_files *f);

/* A report as a text file, into `out`. */
int export_text_report(const struct store_report *r, struct buf *out);

/* Names of an exam's members. */
void export_name_report(unsigned exam, char out_r[TAR_NAME_MAX]);
void export_name_image(unsigned exam, unsigned instance, char out_r[TAR_NAME_MAX]);

#endif
