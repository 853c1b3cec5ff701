/* SPDX-License-Identifier: MIT */
/*
 * Sealed files: a stream under a key that was drawn for it, the key sealed to a
 * public one.
 */
#include "tools/lib/sealed.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"

#define STREAM(x) crypto_secretstream_xchacha20poly1305_##x
#define A_BYTES	  crypto_secretstream_xchacha20poly1305_ABYTES
#define KEY_BYTES crypto_secretstream_xchacha20poly1305_KEYBYTES
#define LAST	  crypto_secretstream_xchacha20poly1305_TAG_FINAL

static const uint8_t sealed_magic[16] = "emage sealed 1\n";

struct sealed_head {
	uint8_t magic[sizeof(sealed_magic)];
	uint8_t public[SEALED_PUBLIC];
	uint8_t key[KEY_BYTES + crypto_box_SEALBYTES];
	uint8_t stream[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
};

struct sealed_out {
	int fd;
	struct sealed_head head;
	bool begun; /* the first chunk has left */
	uint64_t n_written;
	size_t n_plain;
	crypto_secretstream_xchacha20poly1305_state stream;
	crypto_generichash_state hash;
	uint8_t plain[SEALED_CHUNK], sealed[SEALED_CHUNK + A_BYTES];
};

struct sealed_in {
	int fd;
	const uint8_t *secret;
	bool begun, ended;
	int rc;
	uint64_t at; /* bytes of the file read */
	size_t n_plain, n_given;
	struct sealed_head head;
	crypto_secretstream_xchacha20poly1305_state stream;
	crypto_generichash_state hash;
	char why[SEALED_WHY_LEN];
	uint8_t plain[SEALED_CHUNK], sealed[SEALED_CHUNK + A_BYTES];
};

uint64_t
sealed_size(uint64_t n_bytes)
{
	return sizeof(struct sealed_head) + n_bytes + (n_bytes / SEALED_CHUNK + 1) * A_BYTES;
}

/* ------------------------------------------------------------------- writing */

static int
sealed_write(struct sealed_out *out, const uint8_t *bytes, size_t len)
{
	crypto_generichash_update(&out->hash, bytes, len);
	out->n_written += len;
	while (len > 0) {
		ssize_t n = write(out->fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -EM_E_IO;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

int
sealed_out_new(int fd, const uint8_t public[SEALED_PUBLIC], struct sealed_out **out_r)
{
	struct sealed_out *out = mem_new(sizeof(*out));
	uint8_t key[KEY_BYTES];
	int rc = 0;

	out->fd = fd;
	memcpy(out->head.magic, sealed_magic, sizeof(sealed_magic));
	memcpy(out->head.public, public, SEALED_PUBLIC);
	STREAM(keygen)(key);
	crypto_generichash_init(&out->hash, NULL, 0, SEALED_HASH);
	/* a public key that is no point of the curve */
	if (crypto_box_seal(out->head.key, key, sizeof(key), public) != 0) {
		errno = EINVAL;
		rc = -EM_E_IO;
	}
	STREAM(init_push)(&out->stream, out->head.stream, key);
	secret_wipe(key, sizeof(key));
	if (rc == 0)
		rc = sealed_write(out, (const uint8_t *)&out->head, sizeof(out->head));
	if (rc == 0)
		*out_r = out;
	else
		sealed_out_free(&out);
	return rc;
}

static int
sealed_push(struct sealed_out *out, uint8_t tag)
{
	const struct sealed_head *vouched = out->begun ? NULL : &out->head;
	unsigned long long n = 0;

	STREAM(push)
	(&out->stream, out->sealed, &n, out->plain, out->n_plain, (const uint8_t *)vouched,
	    vouched ? sizeof(*vouched) : 0, tag);
	out->begun = true;
	out->n_plain = 0;
	return sealed_write(out, out->sealed, (size_t)n);
}

int
sealed_put(struct sealed_out *out, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	int rc = 0;

	while (rc == 0 && len > 0) {
		size_t n = SEALED_CHUNK - out->n_plain;

		n = len < n ? len : n;
		memcpy(out->plain + out->n_plain, p, n);
		out->n_plain += n;
		p += n;
		len -= n;
		if (out->n_plain == SEALED_CHUNK)
			rc = sealed_push(out, 0);
	}
	return rc;
}

int
sealed_finish(struct sealed_out *out, uint8_t hash_r[SEALED_HASH], uint64_t *n_written_r)
{
	int rc = sealed_push(out, LAST);

	crypto_generichash_final(&out->hash, hash_r, SEALED_HASH);
	*n_written_r = out->n_written;
	return rc;
}

void
sealed_out_free(struct sealed_out **out)
{
	if (*out == NULL)
		return;
	secret_wipe(*out, sizeof(**out));
	free(*out);
	*out = NULL;
}

/* ------------------------------------------------------------------- reading */

struct sealed_in *
sealed_in_new(int fd, const uint8_t secret[SEALED_SECRET])
{
	struct sealed_in *in = mem_new(sizeof(*in));

	in->fd = fd;
	in->secret = secret;
	crypto_generichash_init(&in->hash, NULL, 0, SEALED_HASH);
	return in;
}

void
sealed_in_free(struct sealed_in **in)
{
	if (*in == NULL)
		return;
	secret_wipe(*in, sizeof(**in));
	free(*in);
	*in = NULL;
}

static int
sealed_fault(struct sealed_in *in, int rc, const char *why)
{
	snprintf(in->why, sizeof(in->why), "%s", why);
	return rc;
}

/* Up to len bytes, fewer only at the file's end. */
static int
sealed_read(struct sealed_in *in, void *to, size_t len, size_t *n_r)
{
	uint8_t *bytes = to;

	for (*n_r = 0; *n_r < len;) {
		ssize_t n = read(in->fd, bytes + *n_r, len - *n_r);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return sealed_fault(in, -EM_E_IO, strerror(errno));
		if (n == 0)
			break;
		*n_r += (size_t)n;
	}
	crypto_generichash_update(&in->hash, bytes, *n_r);
	in->at += *n_r;
	return 0;
}

static int
sealed_begin(struct sealed_in *in)
{
	uint8_t public[SEALED_PUBLIC], key[KEY_BYTES];
	size_t n;
	int rc = sealed_read(in, &in->head, sizeof(in->head), &n);

	if (rc < 0)
		return rc;
	if (n < sizeof(sealed_magic) ||
	    memcmp(in->head.magic, sealed_magic, sizeof(sealed_magic)) != 0)
		return sealed_fault(in, -EM_E_INVALID, "not a sealed file, or damaged at byte 0");
	if (n < sizeof(in->head))
		return sealed_fault(in, -EM_E_INVALID, "cut off in its first 152 bytes");
	crypto_scalarmult_base(public, in->secret);
	if (memcmp(public, in->head.public, sizeof(public)) != 0)
		return sealed_fault(in, -EM_E_CERTIFICATE, "sealed to another key than this one");
	if (crypto_box_seal_open(key, in->head.key, sizeof(in->head.key), public, in->secret) != 0)
		return sealed_fault(in, -EM_E_INVALID, "damaged between bytes 48 and 127");
	STREAM(init_pull)(&in->stream, in->head.stream, key);
	secret_wipe(key, sizeof(key));
	return 0;
}

static int
sealed_bad_chunk(struct sealed_in *in, uint64_t from, size_t n)
{
	if (n < sizeof(in->sealed))
		snprintf(in->why, sizeof(in->why),
		    "cut off at byte %" PRIu64 ", or damaged behind byte %" PRIu64, in->at, from);
	else
		snprintf(in->why, sizeof(in->why), "damaged between bytes %" PRIu64 " and %" PRIu64,
		    from, in->at - 1);
	return -EM_E_INVALID;
}

/* Nothing may come behind the last chunk. */
static int
sealed_end(struct sealed_in *in)
{
	const uint64_t end = in->at;
	uint8_t more;
	size_t n;
	int rc = sealed_read(in, &more, 1, &n);

	in->ended = true;
	if (rc < 0 || n == 0)
		return rc;
	snprintf(in->why, sizeof(in->why), "goes on behind its end at byte %" PRIu64, end);
	return -EM_E_INVALID;
}

static int
sealed_pull(struct sealed_in *in)
{
	const struct sealed_head *vouched = in->begun ? NULL : &in->head;
	const uint64_t from = in->begun ? in->at : 0;
	unsigned long long n_plain = 0;
	uint8_t tag = 0;
	size_t n;
	int rc = in->begun ? 0 : sealed_begin(in);

	if (rc == 0)
		rc = sealed_read(in, in->sealed, sizeof(in->sealed), &n);
	if (rc < 0)
		return rc;
	in->begun = true;
	if (n < A_BYTES || STREAM(pull)(&in->stream, in->plain, &n_plain, &tag, in->sealed, n,
			       (const uint8_t *)vouched, vouched ? sizeof(*vouched) : 0) != 0)
		return sealed_bad_chunk(in, from, n);
	in->n_plain = (size_t)n_plain;
	in->n_given = 0;
	return tag == LAST ? sealed_end(in) : 0;
}

int
sealed_get(struct sealed_in *in, void *bytes_r, size_t len, size_t *n_r)
{
	size_t n;

	*n_r = 0;
	while (in->rc == 0 && in->n_given == in->n_plain && !in->ended)
		in->rc = sealed_pull(in);
	if (in->rc < 0)
		return in->rc;
	n = in->n_plain - in->n_given;
	*n_r = n < len ? n : len;
	memcpy(bytes_r, in->plain + in->n_given, *n_r);
	in->n_given += *n_r;
	return 0;
}

const char *
sealed_why(const struct sealed_in *in)
{
	return in->why;
}

void
sealed_in_hash(struct sealed_in *in, uint8_t hash_r[SEALED_HASH])
{
	crypto_generichash_final(&in->hash, hash_r, SEALED_HASH);
}
