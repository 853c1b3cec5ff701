/* SPDX-License-Identifier: MIT */
/*
 * emage-imaging as a child, and what its codestreams hold.
 */
#include "tests/lib/imaging_child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charls/charls.h>
#include <jpeglib.h>

#include "common/err.h"
#include "common/frame.h"
#include "common/mem.h"
#include "common/wirecheck.h"

bool
imaging_child_start(struct imaging_child *c)
{
	const char *build = getenv("EMAGE_BUILD");
	int pair[2];
	char path[512];

	*c = (struct imaging_child){0};
	snprintf(path, sizeof(path), "%s/emage-imaging", build == NULL ? "." : build);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return false;
	c->pid = fork();
	if (c->pid == 0) {
		/* 3 may be the socket itself, and then keeps close-on-exec */
		if (pair[1] == 3)
			fcntl(3, F_SETFD, 0);
		else
			dup2(pair[1], 3);
		execl(path, path, (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	c->socket = pair[0];
	buf_init(&c->in, (size_t)1 << 20);
	return c->pid > 0;
}

int
imaging_child_died(struct imaging_child *c)
{
	int status = -1;

	while (waitpid(c->pid, &status, 0) < 0)
		;
	close(c->socket);
	buf_release(&c->in);
	c->pid = 0;
	return status;
}

int
imaging_child_stop(struct imaging_child *c)
{
	shutdown(c->socket, SHUT_RDWR);
	return imaging_child_died(c);
}

static int
imaging_child_send(struct imaging_child *c, int in_fd, int out_fd, bool dry)
{
	union {
		char bytes[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	Emage__ImagingDecodeRequest req = EMAGE__IMAGING_DECODE_REQUEST__INIT;
	int fds[2] = {in_fd, out_fd};
	struct buf out;
	struct iovec iov;
	struct msghdr msg = {
	    .msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control.bytes,
	    .msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *h = CMSG_FIRSTHDR(&msg);
	ssize_t n;

	req.metadata_only = dry;
	buf_init(&out, 1024);
	frame_append(&out, 1, 0, ++c->id, &req.base);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(h), fds, sizeof(fds));
	iov = (struct iovec){.iov_base = buf_bytes(&out), .iov_len = out.len};
	n = sendmsg(c->socket, &msg, MSG_NOSIGNAL);
	buf_release(&out);
	return n > 0 ? 0 : -EM_E_CLOSED;
}

/* The next frame, unpacked. */
static int
imaging_child_receive(
    struct imaging_child *c, const ProtobufCMessageDescriptor *desc, bool *more_r, void **msg_r)
{
	const char *field = "";
	struct frame f;
	uint8_t *room;
	ssize_t n;
	int rc;

	while ((rc = frame_peek(&c->in, FRAME_BODY_MAX, &f)) == -EM_E_AGAIN) {
		room = buf_reserve(&c->in, 65536);
		n = room == NULL ? -1 : recv(c->socket, room, 65536, 0);
		if (n <= 0)
			return -EM_E_CLOSED;
		buf_commit(&c->in, (size_t)n);
	}
	if (rc == 0 && (f.id != c->id || (f.flags & FRAME_REPLY) == 0))
		rc = -EM_E_PROTOCOL;
	if (rc == 0)
		rc = wirecheck(desc, f.body, f.body_len, &field);
	if (rc < 0)
		return rc;
	*more_r = (f.flags & FRAME_MORE) != 0;
	*msg_r = protobuf_c_message_unpack(desc, NULL, f.body_len, f.body);
	buf_consume(&c->in, FRAME_HEADER_LEN + f.body_len);
	return *msg_r == NULL ? -EM_E_PROTOCOL : 0;
}

static int
imaging_child_answer(struct imaging_child *c, struct imaging_result *r)
{
	bool more = false;
	int rc;

	rc = imaging_child_receive(
	    c, &emage__imaging_decode_reply__descriptor, &more, (void **)&r->reply);
	if (rc < 0)
		return rc;
	r->frames = mem_new_array(r->reply->n_frames + 1, sizeof(*r->frames));
	while (more) {
		if (r->n_frames == r->reply->n_frames)
			return -EM_E_PROTOCOL;
		rc = imaging_child_receive(
		    c, &emage__imaging_frame__descriptor, &more, (void **)&r->frames[r->n_frames]);
		if (rc < 0)
			return rc;
		r->n_frames++;
	}
	return r->n_frames == r->reply->n_frames ? 0 : -EM_E_PROTOCOL;
}

static uint8_t *
imaging_read_fd(int fd, size_t *len_r)
{
	struct stat st;
	uint8_t *v;

	if (fstat(fd, &st) < 0)
		return NULL;
	*len_r = (size_t)st.st_size;
	v = mem_new(*len_r + 1);
	if (pread(fd, v, *len_r, 0) != (ssize_t)*len_r) {
		free(v);
		return NULL;
	}
	return v;
}

uint8_t *
imaging_read_file(const char *path, size_t *len_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *v;

	if (fd < 0)
		return NULL;
	v = imaging_read_fd(fd, len_r);
	close(fd);
	return v;
}

static int
imaging_child_exchange(struct imaging_child *c, int in_fd, bool dry, struct imaging_result *r)
{
	int out_fd = memfd_create("out", MFD_CLOEXEC);
	int rc;

	*r = (struct imaging_result){0};
	rc = imaging_child_send(c, in_fd, out_fd, dry);
	if (rc == 0)
		rc = imaging_child_answer(c, r);
	if (rc == 0)
		r->out = imaging_read_fd(out_fd, &r->out_len);
	close(out_fd);
	if (rc < 0)
		imaging_result_free(r);
	return rc;
}

int
imaging_child_decode(
    struct imaging_child *c, const void *bytes, size_t len, bool dry, struct imaging_result *r)
{
	int in_fd = memfd_create("in", MFD_CLOEXEC);
	int rc = -EM_E_IO;

	if (write(in_fd, bytes, len) == (ssize_t)len)
		rc = imaging_child_exchange(c, in_fd, dry, r);
	close(in_fd);
	return rc;
}

int
imaging_child_decode_path(
    struct imaging_child *c, const char *path, bool dry, struct imaging_result *r)
{
	int in_fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc;

	if (in_fd < 0)
		return -EM_E_NOT_FOUND;
	rc = imaging_child_exchange(c, in_fd, dry, r);
	close(in_fd);
	return rc;
}

void
imaging_result_free(struct imaging_result *r)
{
	for (uint32_t i = 0; i < r->n_frames; i++)
		emage__imaging_frame__free_unpacked(r->frames[i], NULL);
	free(r->frames);
	if (r->reply != NULL)
		emage__imaging_decode_reply__free_unpacked(r->reply, NULL);
	free(r->out);
	*r = (struct imaging_result){0};
}

static bool
imaging_jpeg_ls(const uint8_t *v, size_t len, const Emage__FrameInfo *fi, uint32_t samples,
    void *out, size_t out_len)
{
	charls_jpegls_decoder *d = charls_jpegls_decoder_create();
	charls_frame_info info;
	size_t need = 0;
	bool ok;

	ok = charls_jpegls_decoder_set_source_buffer(d, v, len) == 0 &&
	     charls_jpegls_decoder_read_header(d) == 0 &&
	     charls_jpegls_decoder_get_frame_info(d, &info) == 0 &&
	     charls_jpegls_decoder_get_destination_size(d, 0, &need) == 0 && need == out_len &&
	     info.width == fi->columns && info.height == fi->rows &&
	     info.component_count == (int32_t)samples &&
	     info.bits_per_sample == (int32_t)fi->bits_stored &&
	     charls_jpegls_decoder_decode_to_buffer(d, out, out_len, 0) == 0;
	charls_jpegls_decoder_destroy(d);
	return ok;
}

static bool
imaging_jpeg(const uint8_t *v, size_t len, const Emage__FrameInfo *fi, uint8_t *out)
{
	struct jpeg_decompress_struct d = {0};
	struct jpeg_error_mgr err;
	JSAMPROW row;

	d.err = jpeg_std_error(&err);
	jpeg_create_decompress(&d);
	jpeg_mem_src(&d, v, (unsigned long)len);
	jpeg_read_header(&d, TRUE);
	d.out_color_space = JCS_RGB;
	jpeg_start_decompress(&d);
	if (d.output_width != fi->columns || d.output_height != fi->rows)
		return false;
	while (d.output_scanline < d.output_height) {
		row = out + (size_t)d.output_scanline * fi->columns * 3;
		jpeg_read_scanlines(&d, &row, 1);
	}
	jpeg_finish_decompress(&d);
	jpeg_destroy_decompress(&d);
	return true;
}

int32_t *
imaging_result_samples(const struct imaging_result *r, uint32_t frame, size_t *n_r)
{
	const Emage__ImagingFrame *f = r->frames[frame];
	const Emage__FrameInfo *fi = f->info;
	uint32_t samples = fi->photometric == EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB ? 3 : 1;
	size_t n = (size_t)fi->rows * fi->columns * samples;
	size_t width = fi->bits_stored > 8 ? 2 : 1;
	uint8_t *raw = mem_new(n * width);
	int32_t *v = mem_new_array(n, sizeof(*v));
	uint32_t sign = fi->is_signed ? 1u << (fi->bits_stored - 1) : 0;
	bool ok = f->offset + fi->total_bytes <= r->out_len;

	if (ok && fi->codec == EMAGE__CODEC__CODEC_JPEG_LS)
		ok = imaging_jpeg_ls(
		    r->out + f->offset, fi->total_bytes, fi, samples, raw, n * width);
	else if (ok)
		ok = imaging_jpeg(r->out + f->offset, fi->total_bytes, fi, raw);
	for (size_t i = 0; ok && i < n; i++) {
		v[i] = width == 2 ? raw[2 * i] | raw[2 * i + 1] << 8 : raw[i];
		v[i] = (int32_t)(((uint32_t)v[i] ^ sign) - sign);
	}
	free(raw);
	if (!ok) {
		free(v);
		return NULL;
	}
	*n_r = n;
	return v;
}
