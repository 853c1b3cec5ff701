/* SPDX-License-Identifier: MIT */
/*
 * One file: look at its structure, parse it, say what it is, take its frames
 * or its text.
 */
#include "imaging/decode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/frame.h"
#include "imaging/describe.h"
#include "imaging/pdf.h"
#include "imaging/picture.h"
#include "imaging/report.h"

struct decode {
	struct decode_output *out;
	struct arena *a;
	uint16_t method;
	uint32_t id;
	Emage__ImagingDecodeReply *r;
	struct buf *frames;
	struct refusal why;
	struct scan scan;
	struct dicom_file *file;
	struct attr attr;
};

static int
decode_write(struct decode *d, const void *bytes, size_t len)
{
	const char *p = bytes;
	ssize_t n;

	while (!d->out->dry && len > 0) {
		n = pwrite(d->out->fd, p, len, (off_t)d->out->offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return refuse(&d->why, "", "the result cannot be written");
		p += n;
		len -= (size_t)n;
		d->out->offset += (uint64_t)n;
	}
	return 0;
}

/* Keeps a codestream and tells of it. */
static int
decode_emit(struct decode *d, struct frameinfo *fi, const uint8_t *v, size_t len, bool last)
{
	Emage__ImagingFrame pb = EMAGE__IMAGING_FRAME__INIT;
	uint16_t flags = last ? FRAME_REPLY : FRAME_REPLY | FRAME_MORE;
	int rc;

	pb.info = &fi->pb;
	pb.offset = d->out->offset;
	rc = decode_write(d, v, len);
	if (rc < 0)
		return rc;
	rc = frame_append(d->frames, d->method, flags, d->id, &pb.base);
	return rc < 0 ? refuse(&d->why, "", "too many frames") : 0;
}

static int
decode_add_frame(struct decode *d, struct picture *p, uint32_t frame)
{
	struct frameinfo fi;
	const uint8_t *v;
	size_t len;
	int rc;

	frameinfo_fill(
	    &d->attr, dicom_dataset(d->file), frame, picture_is_grey(p), p->image.is_signed, &fi);
	rc = picture_frame(p, frame, &fi, &v, &len, &d->why);
	return rc < 0 ? rc : decode_emit(d, &fi, v, len, frame + 1 == p->image.n_frames);
}

static int
decode_images(struct decode *d)
{
	struct picture p;
	int rc;

	rc = picture_open(&p, d->file, d->scan.syntax, &d->why);
	for (uint32_t i = 0; rc == 0 && i < p.image.n_frames; i++)
		rc = decode_add_frame(d, &p, i);
	if (rc == 0)
		d->r->n_frames = p.image.n_frames;
	picture_close(&p);
	return rc;
}

static int
decode_page(struct decode *d, const struct pdf_pages *pages, int page, struct encoder *e)
{
	struct frameinfo fi;
	uint8_t *rgb;
	int rc;

	frameinfo_fill(&d->attr, dicom_dataset(d->file), 0, false, false, &fi);
	if (pdf_pages_render(pages, page, &rgb, &fi.pb.rows, &fi.pb.columns) < 0)
		return refuse(
		    &d->why, "EncapsulatedDocument (0042,0011)", "a page cannot be drawn");
	rc = encoder_run(e, rgb, fi.pb.rows, fi.pb.columns, 3, 8, &d->why);
	free(rgb);
	if (rc < 0)
		return rc;
	fi.pb.photometric = EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB;
	fi.pb.bits_stored = 8;
	fi.pb.max = 255;
	fi.pb.total_bytes = (uint32_t)e->len;
	return decode_emit(d, &fi, e->v, e->len, page + 1 == pdf_pages_count(pages));
}

/* A scanned document: its pages are frames. */
static int
decode_pages(struct decode *d)
{
	struct encoder encoder = {0};
	struct pdf_pages *pages = NULL;
	const char *pdf;
	size_t len;
	int rc;

	rc = report_document(dicom_dataset(d->file), &pdf, &len, &d->why);
	if (rc == 0 && pdf_pages_open(pdf, len, LIMIT_PDF_PICTURES, &pages) < 0)
		rc = refuse(&d->why, "EncapsulatedDocument (0042,0011)",
		    "no text in the PDF, and too many pages or none");
	for (int i = 0; rc == 0 && i < pdf_pages_count(pages); i++)
		rc = decode_page(d, pages, i, &encoder);
	if (rc == 0)
		d->r->n_frames = (uint32_t)pdf_pages_count(pages);
	pdf_pages_close(&pages);
	encoder_release(&encoder);
	return rc;
}

static int
decode_report(struct decode *d, bool pdf)
{
	const struct dicom_item *ds = dicom_dataset(d->file);
	struct buf text;
	int rc;

	buf_init(&text, LIMIT_REPORT_BYTES);
	rc = pdf ? report_pdf(&d->attr, ds, &text, d->r, &d->why)
		 : report_structured(&d->attr, ds, &text, d->r, &d->why);
	if (rc == 0) {
		d->r->is_report = true;
		d->r->report_bytes = (uint32_t)text.len;
		rc = decode_write(d, buf_bytes(&text), text.len);
	}
	buf_release(&text);
	return rc == 1 ? decode_pages(d) : rc;
}

static int
decode_object(struct decode *d)
{
	const struct dicom_item *ds = dicom_dataset(d->file);
	enum describe_kind kind;
	const char *words;
	int rc;

	attr_init(&d->attr, d->a, ds);
	kind = describe_kind_of(
	    &d->scan, ds, attr_uid(&d->attr, ds, DICOM_TAG(0x0008, 0x0016)), &words);
	if (kind == DESCRIBE_REFUSED)
		return refuse(&d->why, "SOPClassUID (0008,0016)", "%s", words);
	if (kind == DESCRIBE_NOTHING) {
		/* a directory has no study: whatever is known is told */
		describe_object(&d->attr, ds, d->r, &(struct refusal){0});
		d->r->nothing_to_show = true;
		d->r->reason = (char *)(uintptr_t)words;
		return 0;
	}
	rc = describe_object(&d->attr, ds, d->r, &d->why);
	if (rc < 0)
		return rc;
	if (kind == DESCRIBE_IMAGE)
		return decode_images(d);
	return decode_report(d, kind == DESCRIBE_PDF);
}

static int
decode_run(struct decode *d, const uint8_t *bytes, size_t len)
{
	int rc;

	rc = scan_file(bytes, len, &d->scan, &d->why);
	if (rc < 0)
		return rc;
	d->r->transfer_syntax_uid = arena_strdup(d->a, d->scan.transfer_syntax);
	if (dicom_open(d->scan.dataset, d->scan.dataset_len, d->scan.transfer_syntax, &d->file) < 0)
		return refuse(&d->why, "", "damaged: DCMTK cannot parse it");
	rc = decode_object(d);
	if (rc == 0 && arena_exhausted(d->a))
		rc = refuse(&d->why, "", "its attributes take too much memory");
	return rc;
}

/* What was written before the fault is taken back. */
static void
decode_refused(struct decode *d)
{
	emage__imaging_decode_reply__init(d->r);
	d->r->reason = arena_strdup(d->a, d->why.reason);
	d->r->field = arena_strdup(d->a, d->why.field);
	if (d->r->reason == NULL || d->r->field == NULL) {
		d->r->reason = (char *)(uintptr_t) "its attributes take too much memory";
		d->r->field = (char *)(uintptr_t) "";
	}
	buf_release(d->frames);
	if (!d->out->dry && ftruncate(d->out->fd, 0) < 0)
		d->out->offset = 0;
}

void
decode_file(const uint8_t *bytes, size_t len, struct decode_output *out, struct arena *a,
    uint16_t method, uint32_t id, Emage__ImagingDecodeReply *r, struct buf *frames)
{
	struct decode d = {
	    .out = out,
	    .a = a,
	    .method = method,
	    .id = id,
	    .r = r,
	    .frames = frames,
	};

	emage__imaging_decode_reply__init(r);
	if (decode_run(&d, bytes, len) < 0)
		decode_refused(&d);
	else
		r->ok = true;
	dicom_close(&d.file);
	scan_release(&d.scan);
}
