/* SPDX-License-Identifier: MIT */
/*
 * Reports as text, objects with nothing to show, refusals by name, and what is
 * read besides pixels: windows, geometry, rescale.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/imaging/files.h"
#include "tests/lib/imaging_child.h"

static struct imaging_child child;
static struct imaging_result result;

static int
setup(void **state)
{
	(void)state;
	return files_make("reports") != 0 || !imaging_child_start(&child) ? -1 : 0;
}

static int
teardown(void **state)
{
	int status = imaging_child_stop(&child);

	(void)state;
	files_remove();
	return status;
}

static int
free_result(void **state)
{
	(void)state;
	imaging_result_free(&result);
	return 0;
}

static const Emage__ImagingDecodeReply *
decode(const char *name)
{
	assert_int_equal(
	    imaging_child_decode_path(&child, files_path(name, ".dcm"), false, &result), 0);
	return result.reply;
}

static const char STRUCTURED[] = "INDICATION\n"
				 "Céphalées.\n"
				 "Fièvre depuis trois jours.\n"
				 "\n"
				 "RÉSULTATS\n"
				 "Diamètre: 12.5 mm\n"
				 "Indice: 0.8\n"
				 "Côté: Gauche\n"
				 "  près du bord\n"
				 "Examen précédent: 24/12/2015\n"
				 "Acquisition: 18/02/2016 22:37\n"
				 "Relecture: Pr Jean MODÈLE\n"
				 "\n"
				 "CONCLUSION\n"
				 "Examen normal.\n";

static void
check_structured(const char *name)
{
	const Emage__ImagingDecodeReply *r = decode(name);

	assert_true(r->ok && r->is_report && r->report_verified);
	assert_int_equal(r->n_frames, 0);
	assert_string_equal(r->report_title, "Compte rendu d'imagerie");
	assert_string_equal(r->report_author, "Dr Hélène ESSAI");
	/* 2016-02-18 22:45 UTC */
	assert_true(r->report_signed_at_ms == INT64_C(1455835500000));
	assert_int_equal(r->report_bytes, strlen(STRUCTURED));
	assert_int_equal(result.out_len, strlen(STRUCTURED));
	assert_string_equal((const char *)result.out, STRUCTURED);
}

static void
a_structured_report_reads_like_one(void **state)
{
	(void)state;
	check_structured("structured");
}

static void
so_does_one_in_latin_1(void **state)
{
	(void)state;
	check_structured("structured-latin1");
}

static void
a_draft_is_not_verified(void **state)
{
	const Emage__ImagingDecodeReply *r = decode("draft");

	(void)state;
	assert_true(r->ok && r->is_report);
	assert_false(r->report_verified);
	assert_string_equal(r->report_author, "Auteur BROUILLON");
	assert_true(r->report_signed_at_ms == 0);
}

static void
a_pdf_becomes_text_without_its_margins(void **state)
{
	const Emage__ImagingDecodeReply *r = decode("pdf");

	(void)state;
	assert_true(r->ok && r->is_report && r->report_verified);
	assert_string_equal(r->report_title, "Compte rendu scanné");
	assert_string_equal((const char *)result.out,
	    "COMPTE RENDU\n"
	    "\n"
	    "Résultats : pas d'anomalie (voir image n° 3).\n"
	    "  en retrait\n"
	    "\n"
	    "Conclusion : examen normal.\n");
}

static void
a_scanned_pdf_becomes_pictures_of_its_pages(void **state)
{
	const Emage__ImagingDecodeReply *r = decode("pdf-scanned");
	const Emage__FrameInfo *fi;
	int32_t *v, dark = 255, light = 0;
	size_t n;

	(void)state;
	assert_true(r->ok && !r->is_report);
	assert_int_equal(result.n_frames, 2);
	fi = result.frames[1]->info;
	/* 288 by 374.4 points at 150 dots an inch */
	assert_int_equal(fi->columns, 600);
	assert_int_equal(fi->rows, 780);
	v = imaging_result_samples(&result, 1, &n);
	assert_non_null(v);
	for (size_t i = 0; i < n; i++) {
		dark = v[i] < dark ? v[i] : dark;
		light = v[i] > light ? v[i] : light;
	}
	free(v);
	/* the picture went from black to white */
	assert_true(dark < 20 && light > 235);
}

/* Name of a file, words that the reason holds, attribute at fault. */
struct refused {
	const char *name, *reason, *field;
};

static void
what_cannot_be_read_is_refused_by_name(void **state)
{
	static const struct refused CASES[] = {
	    {"empty", "no text", "ContentSequence (0040,A730)"},
	    {"too-long", "too long", "ContentSequence (0040,A730)"},
	    {"pdf-broken", "no readable PDF", "EncapsulatedDocument (0042,0011)"},
	    {"refused-htj2k", "high-throughput JPEG 2000", "TransferSyntaxUID (0002,0010)"},
	    {"refused-mpeg4", "video", "TransferSyntaxUID (0002,0010)"},
	    {"refused-jpip", "elsewhere", "TransferSyntaxUID (0002,0010)"},
	    {"refused-32-bits", "32 bits", "BitsAllocated (0028,0100)"},
	    {"refused-cda", "CDA", "SOPClassUID (0008,0016)"},
	};
	const Emage__ImagingDecodeReply *r;

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		r = decode(CASES[i].name);
		assert_false(r->ok);
		assert_non_null(strstr(r->reason, CASES[i].reason));
		assert_string_equal(r->field, CASES[i].field);
		assert_int_equal(result.out_len, 0);
		assert_int_equal(result.n_frames, 0);
		imaging_result_free(&result);
	}
}

static void
objects_with_nothing_to_show_say_what_they_are(void **state)
{
	static const struct refused CASES[] = {
	    {"nothing-plan", "radiotherapy", ""},
	    {"nothing-dose", "radiotherapy", ""},
	    {"nothing-ecg", "waveform", ""},
	    {"nothing-state", "presentation state", ""},
	    {"nothing-key-objects", "key object", ""},
	    {"nothing-dose-record", "radiation dose", ""},
	    {"nothing-raw", "raw data", ""},
	};
	const Emage__ImagingDecodeReply *r;

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		r = decode(CASES[i].name);
		assert_true(r->ok && r->nothing_to_show);
		assert_non_null(strstr(r->reason, CASES[i].reason));
		assert_string_equal(r->sop_uid, "2.25.1");
		assert_int_equal(result.n_frames, 0);
		imaging_result_free(&result);
	}
}

static void
functional_groups_give_each_frame_its_own(void **state)
{
	const Emage__FrameInfo *fi;

	(void)state;
	decode("enhanced");
	assert_int_equal(result.n_frames, 3);
	for (uint32_t k = 0; k < 3; k++) {
		fi = result.frames[k]->info;
		assert_true(fi->slope == 2 && fi->intercept == -10);
		assert_int_equal(fi->n_pixel_spacing_mm, 2);
		assert_true(fi->pixel_spacing_mm[0] == 0.5 && fi->pixel_spacing_mm[1] == 0.75);
		assert_int_equal(fi->n_orientation, 6);
		assert_int_equal(fi->n_position_mm, 3);
		assert_true(fi->position_mm[2] == 10.0 * k);
		assert_true(fi->slice_thickness_mm == 3);
	}
	fi = result.frames[0]->info;
	assert_int_equal(fi->n_windows, 2);
	assert_true(fi->windows[1]->center == 400 && fi->windows[1]->width == 2000);
	assert_string_equal(fi->windows[0]->explanation, "CERVEAU");
	assert_string_equal(fi->windows[1]->explanation, "OS");
	fi = result.frames[1]->info;
	assert_int_equal(fi->n_windows, 1);
	assert_true(fi->windows[0]->center == 7 && fi->windows[0]->width == 9);
}

static void
a_voi_table_becomes_the_window_over_which_it_rises(void **state)
{
	const Emage__FrameInfo *fi;

	(void)state;
	decode("voi-lut");
	fi = result.frames[0]->info;
	assert_int_equal(fi->n_windows, 1);
	assert_string_equal(fi->windows[0]->explanation, "NORMAL");
	assert_true(fi->windows[0]->center - fi->windows[0]->width / 2 == 100);
	assert_true(fi->windows[0]->center + fi->windows[0]->width / 2 == 400);
	assert_string_equal(fi->patient_orientation_row, "A");
	assert_string_equal(fi->patient_orientation_column, "F");
	assert_true(fi->pixel_spacing_mm[0] == 0.2 && fi->pixel_spacing_mm[1] == 0.3);
	assert_true(result.reply->frame_time_ms == 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(a_structured_report_reads_like_one, free_result),
	    cmocka_unit_test_teardown(so_does_one_in_latin_1, free_result),
	    cmocka_unit_test_teardown(a_draft_is_not_verified, free_result),
	    cmocka_unit_test_teardown(a_pdf_becomes_text_without_its_margins, free_result),
	    cmocka_unit_test_teardown(a_scanned_pdf_becomes_pictures_of_its_pages, free_result),
	    cmocka_unit_test(what_cannot_be_read_is_refused_by_name),
	    cmocka_unit_test(objects_with_nothing_to_show_say_what_they_are),
	    cmocka_unit_test_teardown(functional_groups_give_each_frame_its_own, free_result),
	    cmocka_unit_test_teardown(
		a_voi_table_becomes_the_window_over_which_it_rises, free_result),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
