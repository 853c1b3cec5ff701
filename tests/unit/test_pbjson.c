/* SPDX-License-Identifier: MIT */
/*
 * Messages as JSON and back.
 */
#include "tests/lib/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/exam.pb-c.h"
#include "proto/session.pb-c.h"
#include "tools/lib/pbjson.h"

static int
parse(const ProtobufCMessageDescriptor *desc, const char *text, ProtobufCMessage **msg_r, char *err)
{
	json_error_t e;
	json_t *j = json_loads(text, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &e);
	int rc;

	assert_non_null(j);
	err[0] = '\0';
	rc = pbjson_to_message(desc, j, msg_r, err, 256);
	json_decref(j);
	return rc;
}

static ProtobufCMessage *
good(const ProtobufCMessageDescriptor *desc, const char *text)
{
	ProtobufCMessage *msg;
	char err[256];

	if (parse(desc, text, &msg, err) != 0)
		fail_msg("%s: %s", text, err);
	return msg;
}

static void
assert_fault(const ProtobufCMessageDescriptor *desc, const char *text, const char *wanted)
{
	ProtobufCMessage *msg;
	char err[256];

	assert_int_equal(parse(desc, text, &msg, err), -EM_E_INVALID);
	assert_null(msg);
	assert_string_equal(err, wanted);
}

static void
assert_json(const ProtobufCMessage *msg, const char *wanted)
{
	json_t *j = pbjson_from_message(msg);
	char *text = pbjson_text(j, 0);

	assert_string_equal(text, wanted);
	free(text);
	json_decref(j);
}

static void
test_every_scalar_both_ways(void **state)
{
	static const char text[] =
	    "{\"rows\": 512, \"columns\": 256, \"bits_stored\": 12, \"is_signed\": true, "
	    "\"photometric\": \"PHOTOMETRIC_RGB\", \"codec\": \"CODEC_JPEG\", \"total_bytes\": "
	    "4294967295, \"slope\": 0.5, \"intercept\": -1024.0, \"min\": -2147483648, \"max\": "
	    "2147483647, \"windows\": [{\"center\": 40.0, \"width\": 400.0, \"explanation\": "
	    "\"médiastin\"}], \"pixel_spacing_mm\": [0.25, 0.75], \"orientation\": [], "
	    "\"position_mm\": [], \"lossy\": false, \"patient_orientation_row\": \"\", "
	    "\"patient_orientation_column\": \"\", \"instance_number\": -1, "
	    "\"slice_location_mm\": \"NaN\", \"slice_thickness_mm\": \"-Infinity\"}";
	ProtobufCMessage *msg = good(&emage__frame_info__descriptor, text);
	const Emage__FrameInfo *info = (const Emage__FrameInfo *)msg;

	(void)state;
	assert_int_equal(info->rows, 512);
	assert_true(info->is_signed);
	assert_int_equal(info->photometric, EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB);
	assert_int_equal(info->total_bytes, UINT32_MAX);
	assert_int_equal(info->min, INT32_MIN);
	assert_int_equal(info->max, INT32_MAX);
	assert_int_equal(info->n_windows, 1);
	assert_string_equal(info->windows[0]->explanation, "médiastin");
	assert_int_equal(info->n_pixel_spacing_mm, 2);
	assert_true(info->pixel_spacing_mm[1] == 0.75);
	assert_true(isnan(info->slice_location_mm));
	assert_true(isinf(info->slice_thickness_mm) && info->slice_thickness_mm < 0);
	assert_json(msg, text);
	protobuf_c_message_free_unpacked(msg, NULL);
}

static void
test_64_bit_are_strings(void **state)
{
	static const char text[] = "{\"exam_id\": \"18446744073709551615\", \"taken_at_ms\": "
				   "\"-9223372036854775808\"}";
	ProtobufCMessage *msg = good(&emage__exam_row__descriptor, text);
	const Emage__ExamRow *row = (const Emage__ExamRow *)msg;
	json_t *j = pbjson_from_message(msg);

	(void)state;
	assert_true(row->exam_id == UINT64_MAX);
	assert_true(row->taken_at_ms == INT64_MIN);
	assert_string_equal(
	    json_string_value(json_object_get(j, "exam_id")), "18446744073709551615");
	assert_string_equal(
	    json_string_value(json_object_get(j, "taken_at_ms")), "-9223372036854775808");
	json_decref(j);
	protobuf_c_message_free_unpacked(msg, NULL);

	/* and numbers are taken */
	msg = good(&emage__exam_row__descriptor, "{\"exam_id\": 7, \"taken_at_ms\": 1e3}");
	row = (const Emage__ExamRow *)msg;
	assert_true(row->exam_id == 7 && row->taken_at_ms == 1000);
	protobuf_c_message_free_unpacked(msg, NULL);
}

static void
test_generous_reading(void **state)
{
	ProtobufCMessage *msg = good(&emage__exam_list_request__descriptor,
	    "{\"establishmentId\": \"3\", \"sort\": 2, \"pageSize\": \"10\", \"ascending\": null}");
	const Emage__ExamListRequest *rq = (const Emage__ExamListRequest *)msg;

	(void)state;
	assert_true(rq->establishment_id == 3);
	assert_int_equal(rq->sort, EMAGE__EXAM_SORT__EXAM_SORT_DESCRIPTION);
	assert_int_equal(rq->page_size, 10);
	protobuf_c_message_free_unpacked(msg, NULL);
}

static void
test_bytes_are_base64(void **state)
{
	static const char *const same[] = {
	    "{\"token\": \"+/8A\"}", "{\"token\": \"-_8A\"}", /* url-safe */
	};
	ProtobufCMessage *msg;
	const Emage__SessionResumeRequest *rq;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		msg = good(&emage__session_resume_request__descriptor, same[i]);
		rq = (const Emage__SessionResumeRequest *)msg;
		assert_int_equal(rq->token.len, 3);
		assert_memory_equal(rq->token.data, "\xfb\xff\x00", 3);
		assert_json(msg, "{\"token\": \"+/8A\"}");
		protobuf_c_message_free_unpacked(msg, NULL);
	}
	msg = good(&emage__session_resume_request__descriptor, "{\"token\": \"QQ\"}");
	rq = (const Emage__SessionResumeRequest *)msg;
	assert_int_equal(rq->token.len, 1);
	protobuf_c_message_free_unpacked(msg, NULL);
	assert_fault(&emage__session_resume_request__descriptor, "{\"token\": \"Q?==\"}",
	    "token: this is not base64");
}

static void
test_faults_name_place_and_nearest(void **state)
{
	static const struct {
		const ProtobufCMessageDescriptor *desc;
		const char *text, *fault;
	} cases[] = {
	    {&emage__auth_password_request__descriptor, "{\"identifer\": \"x\"}",
		"no field \"identifer\" in AuthPasswordRequest; did you mean \"identifier\"?"},
	    {&emage__auth_password_request__descriptor, "{\"zzzzzzzzzz\": 1}",
		"no field \"zzzzzzzzzz\" in AuthPasswordRequest"},
	    {&emage__auth_password_request__descriptor, "{\"password\": 12}",
		"password: a string is wanted"},
	    {&emage__auth_code_request__descriptor, "{\"code\": \"12\\u0000\"}",
		"code: a string must not hold a NUL character"},
	    {&emage__exam_list_request__descriptor, "{\"page\": -1}", "page: -1 is out of range"},
	    {&emage__exam_list_request__descriptor, "{\"page\": 4294967296}",
		"page: 4294967296 is out of range"},
	    {&emage__exam_list_request__descriptor, "{\"page\": 1.5}",
		"page: a whole number is wanted"},
	    {&emage__exam_list_request__descriptor, "{\"page\": \"1x\"}",
		"page: \"1x\" is not a whole number"},
	    {&emage__exam_list_request__descriptor,
		"{\"establishment_id\": \"18446744073709551616\"}",
		"establishment_id: \"18446744073709551616\" is not a whole number"},
	    {&emage__exam_list_request__descriptor, "{\"establishment_id\": -1}",
		"establishment_id: -1 is out of range"},
	    {&emage__exam_list_request__descriptor, "{\"sort\": \"EXAM_SORT_DAT\"}",
		"sort: no EXAM_SORT_DAT in ExamSort; did you mean EXAM_SORT_DATE?"},
	    {&emage__exam_list_request__descriptor, "{\"ascending\": \"yes\"}",
		"ascending: true or false is wanted"},
	    {&emage__exam_list_request__descriptor, "{\"page_size\": 1, \"pageSize\": 2}",
		"\"page_size\" is given twice"},
	    {&emage__exam_list_reply__descriptor, "{\"rows\": {}}", "rows: a list is wanted"},
	    {&emage__exam_list_reply__descriptor, "{\"rows\": [{}, {\"modality\": []}]}",
		"rows[1].modality: a string is wanted"},
	    {&emage__exam_list_reply__descriptor, "{\"rows\": [3]}",
		"rows[0]: an object is wanted (ExamRow)"},
	    {&emage__session_whoami_reply__descriptor, "{\"factors\": [\"a\", 1]}",
		"factors[1]: a string is wanted"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_fault(cases[i].desc, cases[i].text, cases[i].fault);
}

static void
test_terminals_get_no_control(void **state)
{
	Emage__HelloReply reply = EMAGE__HELLO_REPLY__INIT;
	json_t *j;
	char *text;

	(void)state;
	reply.region = (char *)"a\x1b[31m\xe2\x80\xae"
			       "b\xf0\x9f\x98\x80\xf3\xa0\x80\x81\xc2\x9b";
	j = pbjson_from_message(&reply.base);
	text = pbjson_text(json_object_get(j, "region"), 0);
	/* an emoji is text; a tag character, an override and C1 are not */
	assert_string_equal(text, "\"a\\u001B[31m\\u202Eb\xf0\x9f\x98\x80\\uDB40\\uDC01\\u009B\"");
	free(text);
	json_decref(j);

	reply.region = (char *)"bad \xff\xfe";
	j = pbjson_from_message(&reply.base);
	assert_string_equal(
	    json_string_value(json_object_get(j, "region")), "bad \xef\xbf\xbd\xef\xbf\xbd");
	json_decref(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_scalar_both_ways),
	    cmocka_unit_test(test_64_bit_are_strings),
	    cmocka_unit_test(test_generous_reading),
	    cmocka_unit_test(test_bytes_are_base64),
	    cmocka_unit_test(test_faults_name_place_and_nearest),
	    cmocka_unit_test(test_terminals_get_no_control),
	};

	pbjson_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
