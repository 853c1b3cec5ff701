/* SPDX-License-Identifier: MIT */
/*
 * The export of one's data: what is in it, that tar(1) reads it, that it is on
 * record first, and how little memory it takes (V-06).
 */
#include "tests/unit/test_handle_ward.h"
#include "tests/unit/test_handle_sql.h"

#include <jansson.h>

#include "common/buf.h"
#include "proto/account.pb-c.h"
#include "server/handle/media.h"
#include "server/handle/tar.h"

struct archive {
	struct buf bytes;
	uint64_t total_bytes;
	uint32_t total_files, n_named, n_replies;
	size_t longest;
};

static void
archive_take(struct call *c, const void *reply)
{
	const Emage__ExportGetReply *r = reply;
	struct archive *a = c->arg;

	if (a->n_replies++ == 0) {
		a->total_bytes = r->total_bytes;
		a->total_files = r->total_files;
	} else {
		assert_int_equal(r->total_bytes, 0);
	}
	a->n_named += r->file[0] != '\0';
	a->longest = r->data.len > a->longest ? r->data.len : a->longest;
	assert_true(emage__export_get_reply__get_packed_size(r) <= FRAME_BODY_MAX);
	assert_int_equal(buf_append(&a->bytes, r->data.data, r->data.len), 0);
}

static int export(struct place *p, struct caller *who, struct archive *a)
{
	Emage__ExportGetRequest m = EMAGE__EXPORT_GET_REQUEST__INIT;
	struct call c = {.on_reply = archive_take, .arg = a};

	*a = (struct archive){.n_replies = 0};
	buf_init(&a->bytes, (size_t)1 << 26);
	call_begin(&c, p, who, METHOD_export_get, &m);
	call_end(&c);
	assert_int_equal(atomic_load(&p->server.exports), 0);
	return c.err;
}

/* The account of a patient who is signed in, as the ward makes it up. */
static int
ward_with_accounts(void **state)
{
	int rc = ward_setup(state);
	struct place *p = *state;

	assert_int_equal(store_reader_begin(p->reader), 0);
	assert_int_equal(
	    store_account_of_patient(p->reader, ward.me.patient_id, &ward.me.account_id), 0);
	assert_int_equal(
	    store_account_of_patient(p->reader, ward.them.patient_id, &ward.them.account_id), 0);
	store_reader_end(p->reader);
	return rc;
}

/* Unpacked by tar(1) into a folder of the place. */
static void
unpack(struct place *p, struct archive *a)
{
	char path[128], command[512];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/export.tar", p->dir);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(buf_bytes(&a->bytes), 1, a->bytes.len, f), a->bytes.len);
	assert_int_equal(fclose(f), 0);
	(void)snprintf(command, sizeof(command),
	    "mkdir -p %s/out && tar -xf %s -C %s/out 2>%s/tar.err && test ! -s %s/tar.err", p->dir,
	    path, p->dir, p->dir, p->dir);
	assert_int_equal(system(command), 0);
}

static char *
content(struct place *p, const char *name, size_t *len_r)
{
	char path[256];
	char *text = calloc(1, 1 << 20);
	FILE *f;

	assert_non_null(text);
	(void)snprintf(path, sizeof(path), "%s/out/%s", p->dir, name);
	f = fopen(path, "re");
	if (f == NULL)
		fail_msg("%s is not in the archive", name);
	*len_r = fread(text, 1, (1 << 20) - 1, f);
	(void)fclose(f);
	return text;
}

static void
test_everything_is_in_it(void **state)
{
	struct place *p = *state;
	struct archive a;
	size_t len, n_images = 0;
	char *text;
	json_t *j, *exam;

	assert_int_equal(export(p, &ward.me, &a), 0);
	assert_int_equal(a.total_bytes, a.bytes.len);
	assert_int_equal(a.total_files, a.n_named);
	assert_int_equal(a.bytes.len % 512, 0);
	unpack(p, &a);
	text = content(p, "README.txt", &len);
	assert_non_null(strstr(text, "VOS DONNÉES"));
	free(text);
	text = content(p, "account.json", &len);
	j = json_loads(text, 0, NULL);
	assert_non_null(j);
	assert_string_equal(
	    json_string_value(json_object_get(j, "email")), "camille@exemple.invalid");
	assert_string_equal(json_string_value(json_object_get(j, "birth_date")), "1975-02-14");
	assert_int_equal(json_array_size(json_object_get(j, "consents")), 1);
	assert_null(strstr(text, "argon2"));
	json_decref(j);
	free(text);
	text = content(p, "exams.json", &len);
	j = json_loads(text, 0, NULL);
	assert_int_equal(json_array_size(j), 1);
	exam = json_array_get(j, 0);
	assert_string_equal(json_string_value(json_object_get(exam, "folder")), "exams/0001");
	assert_string_equal(json_string_value(json_object_get(exam, "study_uid")), plan.study_uid);
	json_decref(j);
	free(text);
	text = content(p, "accesses.json", &len);
	j = json_loads(text, 0, NULL);
	assert_true(json_is_array(j));
	json_decref(j);
	free(text);
	text = content(p, "exams/0001/report.txt", &len);
	assert_non_null(strstr(text, "Œdème absent."));
	free(text);
	/* five slices and the report's own object, each as it came */
	for (;;) {
		char path[256];
		struct stat st;

		(void)snprintf(
		    path, sizeof(path), "%s/out/exams/0001/images/%06zu.dcm", p->dir, n_images + 1);
		if (stat(path, &st) != 0)
			break;
		assert_true(st.st_size > 0);
		n_images++;
	}
	assert_int_equal(n_images, 6);
	assert_int_equal(a.total_files, 4 + 1 + n_images);
	buf_release(&a.bytes);
}

/* The originals are byte by byte those in the media folder. */
static void
test_originals_as_they_came(void **state)
{
	struct place *p = *state;
	struct arena *arena = arena_new(1 << 20);
	struct archive a;
	uint64_t *ids = NULL;
	unsigned n = 0;

	assert_int_equal(export(p, &ward.me, &a), 0);
	unpack(p, &a);
	assert_int_equal(store_reader_begin(p->reader), 0);
	assert_int_equal(
	    store_originals_of(p->reader, arena, ward.me.patient_id, ward.ct, &ids, &n), 0);
	store_reader_end(p->reader);
	assert_int_equal(n, 6);
	for (unsigned i = 0; i < n; i++) {
		int fd = media_open(p->server.media_fd, ids[i], MEDIA_ORIGINAL);
		uint8_t *want = calloc(1, 1 << 20);
		char name[64];
		size_t len;
		char *got;
		ssize_t n_want;

		(void)snprintf(name, sizeof(name), "exams/0001/images/%06u.dcm", i + 1);
		got = content(p, name, &len);
		assert_true(fd >= 0);
		assert_non_null(want);
		n_want = read(fd, want, 1 << 20);
		assert_int_equal(n_want, len);
		assert_memory_equal(want, got, len);
		free(want);
		free(got);
		(void)close(fd);
	}
	/* somebody else's exam has none for me */
	assert_int_equal(store_reader_begin(p->reader), 0);
	assert_int_equal(
	    store_originals_of(p->reader, arena, ward.them.patient_id, ward.ct, &ids, &n), 0);
	store_reader_end(p->reader);
	assert_int_equal(n, 0);
	arena_free(&arena);
	buf_release(&a.bytes);
}

/* Somebody without exams gets what there is, and nothing of anybody else's. */
static void
test_without_exams(void **state)
{
	struct place *p = *state;
	struct archive a;
	size_t len;
	char *text;

	assert_int_equal(export(p, &ward.them, &a), 0);
	assert_int_equal(a.total_files, 4);
	assert_int_equal(a.total_bytes, a.bytes.len);
	unpack(p, &a);
	text = content(p, "exams.json", &len);
	assert_string_equal(text, "[]\n");
	free(text);
	assert_null(
	    memmem(buf_bytes(&a.bytes), a.bytes.len, plan.study_uid, strlen(plan.study_uid)));
	buf_release(&a.bytes);
}

/* What is not released is not in it. */
static void
test_not_released(void **state)
{
	struct place *p = *state;
	struct archive a;

	place_sql(p, "UPDATE exam SET released_at_ms = 0");
	assert_int_equal(export(p, &ward.me, &a), 0);
	assert_int_equal(a.total_files, 4);
	buf_release(&a.bytes);
}

/* No row, no byte (I2, D-04). */
static void
test_on_record_first(void **state)
{
	struct place *p = *state;
	struct archive a;

	place_sql(p, "CREATE TRIGGER no_record BEFORE INSERT ON audit WHEN NEW.event = "
		     "'export.taken' BEGIN SELECT RAISE(ABORT, 'no'); END");
	assert_int_not_equal(export(p, &ward.me, &a), 0);
	assert_int_equal(a.n_replies, 0);
	buf_release(&a.bytes);
	place_sql(p, "DROP TRIGGER no_record");
	assert_int_equal(export(p, &ward.me, &a), 0);
	buf_release(&a.bytes);
}

/* A file that is missing ends it with an error, not with a short archive. */
static void
test_missing_original(void **state)
{
	struct place *p = *state;
	char command[160];
	struct archive a;

	(void)snprintf(
	    command, sizeof(command), "find %s/media -name '*.dcm' | tail -1 | xargs rm", p->dir);
	assert_int_equal(system(command), 0);
	assert_int_not_equal(export(p, &ward.me, &a), 0);
	buf_release(&a.bytes);
}

/* At most eight at a time. */
static void
test_not_too_many(void **state)
{
	struct place *p = *state;
	Emage__ExportGetRequest m = EMAGE__EXPORT_GET_REQUEST__INIT;
	struct call c = {.n_replies = 0};

	atomic_store(&p->server.exports, 8);
	call_begin(&c, p, &ward.me, METHOD_export_get, &m);
	assert_int_equal(c.err, EM_E_BUSY);
	assert_true(c.rq.retry_after_s > 0);
	call_end(&c);
	assert_int_equal(atomic_load(&p->server.exports), 8);
	atomic_store(&p->server.exports, 0);
}

/* A report that a patient can read from now on is told, by each way, and not
 * twice an hour. */
static void
test_new_report_is_told(void **state)
{
	static const char text[] = "Suite.";
	struct place *p = *state;

	assert_int_equal(place_posted(p).n_notices, 2);
	for (unsigned i = 0; i < 3; i++) {
		plan_reset();
		plan.study_uid = i == 0 ? "1.2.3.50" : i == 1 ? "1.2.3.51" : "1.2.3.52";
		p->now_ms += i == 2 ? 3600 * 1000 : 0;
		import_report(p, text, sizeof(text) - 1);
		assert_int_equal(place_posted(p).n_notices, i < 2 ? 2 : 4);
	}
}

static void
test_tar_headers(void **state)
{
	uint8_t block[TAR_BLOCK];
	char name[120];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[99] = '\0';
	assert_true(tar_header(name, TAR_SIZE_MAX, 0, block));
	assert_memory_equal(block + 124, "77777777777", 12);
	assert_false(tar_header(name, TAR_SIZE_MAX + 1, 0, block));
	name[99] = 'a';
	name[100] = '\0';
	assert_false(tar_header(name, 0, 0, block));
	assert_int_equal(tar_padding(0), 0);
	assert_int_equal(tar_padding(1), 511);
	assert_int_equal(tar_padding(512), 0);
	assert_int_equal(tar_member_bytes(513), 512 + 1024);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(t) cmocka_unit_test_setup_teardown(t, ward_with_accounts, place_teardown)
	    TEST(test_everything_is_in_it),
	    TEST(test_originals_as_they_came),
	    TEST(test_without_exams),
	    TEST(test_not_released),
	    TEST(test_on_record_first),
	    TEST(test_missing_original),
	    TEST(test_not_too_many),
	    TEST(test_new_report_is_told),
	    cmocka_unit_test(test_tar_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
