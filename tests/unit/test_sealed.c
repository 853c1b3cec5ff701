/* SPDX-License-Identifier: MIT */
/*
 * Sealed files: what went in comes out; a bit that is another one, an end that was cut
 * off, bytes behind the end and another key are each found, wherever they are.
 */
#include "tests/lib/check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "tools/lib/sealed.h"

static uint8_t public[SEALED_PUBLIC], secret[SEALED_SECRET];

static int
set_up(void **state)
{
	(void)state;
	secret_setup();
	crypto_box_keypair(public, secret);
	return 0;
}

static int
seal(const uint8_t *bytes, size_t len, size_t step)
{
	uint8_t hash[SEALED_HASH];
	struct sealed_out *out;
	uint64_t n_written;
	int fd = memfd_create("sealed", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(sealed_out_new(fd, public, &out), 0);
	for (size_t at = 0; at < len; at += step)
		assert_int_equal(sealed_put(out, bytes + at, len - at < step ? len - at : step), 0);
	assert_int_equal(sealed_finish(out, hash, &n_written), 0);
	assert_int_equal(n_written, sealed_size(len));
	assert_int_equal(lseek(fd, 0, SEEK_END), n_written);
	sealed_out_free(&out);
	return fd;
}

/* All of it, in pieces; what sealed_get() says last. */
static int
unseal(int fd, const uint8_t *key, uint8_t *bytes_r, size_t room, size_t *len_r)
{
	struct sealed_in *in = sealed_in_new(fd, key);
	size_t n = 0;
	int rc;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	*len_r = 0;
	do {
		assert_true(*len_r < room);
		rc = sealed_get(
		    in, bytes_r + *len_r, room - *len_r < 5000 ? room - *len_r : 5000, &n);
		*len_r += n;
	} while (rc == 0 && n > 0);
	assert_int_equal(rc == 0, sealed_why(in)[0] == '\0');
	sealed_in_free(&in);
	return rc;
}

static void
test_round(void **state)
{
	static const size_t sizes[] = {
	    0, 1, SEALED_CHUNK - 1, SEALED_CHUNK, SEALED_CHUNK + 1, 2 * SEALED_CHUNK, 200000};
	const size_t room = 200001;
	uint8_t *bytes = mem_new(room), *back = mem_new(room);
	size_t len;

	(void)state;
	randombytes_buf(bytes, room);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		int fd = seal(bytes, sizes[i], 777 + i);

		assert_int_equal(unseal(fd, secret, back, room, &len), 0);
		assert_int_equal(len, sizes[i]);
		assert_memory_equal(back, bytes, len);
		close(fd);
	}
	free(bytes);
	free(back);
}

static void
test_every_bit(void **state)
{
	uint8_t bytes[100] = {1}, back[101], byte;
	int fd = seal(bytes, sizeof(bytes), 10);
	const off_t size = lseek(fd, 0, SEEK_END);
	size_t len;

	(void)state;
	for (off_t at = 0; at < size; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			assert_int_equal(pread(fd, &byte, 1, at), 1);
			byte ^= (uint8_t)(1u << bit);
			assert_int_equal(pwrite(fd, &byte, 1, at), 1);
			assert_true(unseal(fd, secret, back, sizeof(back), &len) < 0);
			assert_int_equal(len, 0);
			byte ^= (uint8_t)(1u << bit);
			assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		}
	}
	assert_int_equal(unseal(fd, secret, back, sizeof(back), &len), 0);
	close(fd);
}

static void
test_every_cut(void **state)
{
	uint8_t bytes[100] = {1}, back[101];
	int fd = seal(bytes, sizeof(bytes), 10);
	size_t len;

	(void)state;
	for (off_t size = lseek(fd, 0, SEEK_END) - 1; size >= 0; size--) {
		assert_int_equal(ftruncate(fd, size), 0);
		assert_int_equal(unseal(fd, secret, back, sizeof(back), &len), -EM_E_INVALID);
		assert_int_equal(len, 0);
	}
	close(fd);
}

/* Whole chunks, of a file that had more. */
static void
test_cut_between_chunks(void **state)
{
	const size_t room = 3 * SEALED_CHUNK + 1;
	uint8_t *bytes = mem_new(room), *back = mem_new(room);
	int fd = seal(bytes, 3 * SEALED_CHUNK, SEALED_CHUNK);
	size_t len;

	(void)state;
	assert_int_equal(ftruncate(fd, 152 + 2 * (SEALED_CHUNK + 17)), 0);
	assert_int_equal(unseal(fd, secret, back, room, &len), -EM_E_INVALID);
	close(fd);
	free(bytes);
	free(back);
}

static void
test_more_behind(void **state)
{
	uint8_t bytes[10] = {1}, back[11];
	int fd = seal(bytes, sizeof(bytes), 10);
	size_t len;

	(void)state;
	assert_int_equal(pwrite(fd, "x", 1, lseek(fd, 0, SEEK_END)), 1);
	assert_int_equal(unseal(fd, secret, back, sizeof(back), &len), -EM_E_INVALID);
	close(fd);
}

static void
test_another_key(void **state)
{
	uint8_t other_public[SEALED_PUBLIC], other[SEALED_SECRET], bytes[10] = {1}, back[11];
	int fd = seal(bytes, sizeof(bytes), 10);
	size_t len;

	(void)state;
	crypto_box_keypair(other_public, other);
	assert_int_equal(unseal(fd, other, back, sizeof(back), &len), -EM_E_CERTIFICATE);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round),
	    cmocka_unit_test(test_every_bit),
	    cmocka_unit_test(test_every_cut),
	    cmocka_unit_test(test_cut_between_chunks),
	    cmocka_unit_test(test_more_behind),
	    cmocka_unit_test(test_another_key),
	};

	return cmocka_run_group_tests_name("sealed", tests, set_up, NULL);
}
