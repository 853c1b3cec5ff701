/* SPDX-License-Identifier: MIT */
/*
 * PNG, and the two terminal protocols that carry it.
 */
#include "client/picture/png.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <zlib.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"

/* Bytes of a PNG in one command of kitty: 4096 in base64. */
#define KITTY_CHUNK 3072u
#define KITTY_HEAD  128u /* what stands before them, at most */
#define ITERM2_HEAD 256u

static void
png_put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static int
png_chunk(struct buf *out, const char *type, const uint8_t *bytes, size_t len)
{
	uint8_t *p = buf_reserve(out, len + 12);

	if (p == NULL)
		return -EM_E_TOO_LARGE;
	png_put_u32(p, (uint32_t)len);
	memcpy(p + 4, type, 4);
	if (len > 0)
		memcpy(p + 8, bytes, len);
	png_put_u32(p + 8 + len, (uint32_t)crc32(0, p + 4, (uInt)(len + 4)));
	buf_commit(out, len + 12);
	return 0;
}

/* A row as differences from the pixel to the left (filter 1, SUB). */
static void
png_filter(uint8_t *out, const uint8_t *row, size_t len, size_t pixel)
{
	*out++ = 1;
	memcpy(out, row, pixel);
	for (size_t i = pixel; i < len; i++)
		out[i] = (uint8_t)(row[i] - row[i - pixel]);
}

static int
png_deflate(const struct picture_canvas *c, uint8_t **bytes_r, size_t *len_r, size_t *cap_r)
{
	size_t pixel = c->is_rgb ? 3 : 1, row = c->width * pixel;
	uint8_t *filtered = mem_new((row + 1) * c->height), *packed;
	uLong cap = compressBound((uLong)((row + 1) * c->height));
	uLongf len = cap;
	int err = 0;

	packed = mem_new(cap);
	for (unsigned y = 0; y < c->height; y++)
		png_filter(filtered + y * (row + 1), c->pixels + y * row, row, pixel);
	if (compress2(packed, &len, filtered, (uLong)((row + 1) * c->height), 1) != Z_OK)
		err = -EM_E_NO_MEMORY;
	secret_wipe(filtered, (row + 1) * c->height);
	free(filtered);
	*bytes_r = packed;
	*len_r = len;
	*cap_r = cap;
	return err;
}

int
picture_png_write(const struct picture_canvas *c, struct buf *out)
{
	uint8_t head[13] = {0}, *packed;
	size_t len, cap;
	int err;

	png_put_u32(head, c->width);
	png_put_u32(head + 4, c->height);
	head[8] = 8;
	head[9] = c->is_rgb ? 2 : 0;
	err = png_deflate(c, &packed, &len, &cap);
	if (err == 0)
		err = buf_append(out, "\x89PNG\r\n\x1a\n", 8);
	if (err == 0)
		err = png_chunk(out, "IHDR", head, sizeof(head));
	if (err == 0)
		err = png_chunk(out, "IDAT", packed, len);
	if (err == 0)
		err = png_chunk(out, "IEND", NULL, 0);
	secret_wipe(packed, len);
	free(packed);
	return err;
}

static size_t
png_put_base64(char *p, const uint8_t *bytes, size_t len)
{
	return (size_t)EVP_EncodeBlock((unsigned char *)p, bytes, (int)len);
}

int
picture_kitty_write(
    const struct buf *png, unsigned id, unsigned rows, unsigned columns, struct buf *out)
{
	const uint8_t *bytes = buf_bytes(png);
	size_t left = png->len;
	bool is_first = true;

	do {
		size_t n = left < KITTY_CHUNK ? left : KITTY_CHUNK;
		char *start = (char *)buf_reserve(out, KITTY_CHUNK * 4 / 3 + KITTY_HEAD + 4),
		     *p = start;
		if (start == NULL)
			return -EM_E_TOO_LARGE;
		p += is_first ? snprintf(p, KITTY_HEAD,
				    "\033_Ga=T,f=100,i=%u,p=1,q=2,C=1,c=%u,r=%u,m=%d;", id, columns,
				    rows, left > n)
			      : snprintf(p, KITTY_HEAD, "\033_Gm=%d;", left > n);
		p += png_put_base64(p, bytes, n);
		memcpy(p, "\033\\", 2);
		buf_commit(out, (size_t)(p + 2 - start));
		bytes += n;
		left -= n;
		is_first = false;
	} while (left > 0);
	return 0;
}

int
picture_kitty_delete(unsigned id, struct buf *out)
{
	char s[40];
	int n = snprintf(s, sizeof(s), "\033_Ga=d,d=I,i=%u,q=2;\033\\", id);

	return buf_append(out, s, (size_t)n);
}

int
picture_iterm2_write(const struct buf *png, unsigned rows, unsigned columns, struct buf *out)
{
	char *start = (char *)buf_reserve(out, (png->len + 2) / 3 * 4 + ITERM2_HEAD + 4),
	     *p = start;

	if (start == NULL)
		return -EM_E_TOO_LARGE;
	p += snprintf(p, ITERM2_HEAD,
	    "\033]1337;File=inline=1;size=%zu;width=%u;height=%u;preserveAspectRatio=0;"
	    "doNotMoveCursor=1:",
	    png->len, columns, rows);
	p += png_put_base64(p, buf_bytes(png), png->len);
	*p++ = '\a';
	buf_commit(out, (size_t)(p - start));
	return 0;
}
