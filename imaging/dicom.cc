/* SPDX-License-Identifier: MIT */
/*
 * DCMTK behind imaging/dicom.h. Every function catches what DCMTK and the C++
 * library throw: a broken file is an error code, never an exception in C.
 */
#include "imaging/dicom.h"

#include <string.h>

#include <exception>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/oflog/oflog.h>

#include "common/err.h"

struct dicom_file {
	DcmDataset dataset;
	DcmPixelSequence *fragments; /* NULL: not compressed */
};

namespace
{

template <typename R, typename F>
R
guarded(R otherwise, F body) noexcept
{
	try {
		return body();
	} catch (const std::exception &) {
		return otherwise;
	} catch (...) {
		return otherwise;
	}
}

DcmTagKey
key_of(uint32_t tag)
{
	return DcmTagKey(static_cast<Uint16>(tag >> 16), static_cast<Uint16>(tag & 0xffff));
}

/* Reading moves DCMTK's list cursors, so nothing of it is const. */
DcmItem *
unwrap(const struct dicom_item *item)
{
	return reinterpret_cast<DcmItem *>(const_cast<struct dicom_item *>(item));
}

const struct dicom_item *
wrap(const DcmItem *item)
{
	return reinterpret_cast<const struct dicom_item *>(item);
}

DcmElement *
find(const struct dicom_item *item, uint32_t tag)
{
	DcmElement *e = nullptr;

	if (item == nullptr || unwrap(item)->findAndGetElement(key_of(tag), e).bad())
		return nullptr;
	return e;
}

DcmSequenceOfItems *
find_sequence(const struct dicom_item *item, uint32_t tag)
{
	DcmElement *e = find(item, tag);

	return e != nullptr && e->ident() == EVR_SQ ? static_cast<DcmSequenceOfItems *>(e)
						    : nullptr;
}

template <typename T>
bool
number(OFCondition (DcmElement::*get)(T &, const unsigned long), DcmElement *e, size_t i, double &r)
{
	T v = 0;

	if ((e->*get)(v, static_cast<unsigned long>(i)).bad())
		return false;
	r = static_cast<double>(v);
	return true;
}

bool
number_at(DcmElement *e, size_t i, double &r)
{
	switch (e->ident()) {
	case EVR_US:
	case EVR_xs:
	case EVR_lt:
	case EVR_OW:
		return number<Uint16>(&DcmElement::getUint16, e, i, r);
	case EVR_SS:
		return number<Sint16>(&DcmElement::getSint16, e, i, r);
	case EVR_UL:
	case EVR_up:
		return number<Uint32>(&DcmElement::getUint32, e, i, r);
	case EVR_SL:
	case EVR_IS:
		return number<Sint32>(&DcmElement::getSint32, e, i, r);
	case EVR_FL:
		return number<Float32>(&DcmElement::getFloat32, e, i, r);
	case EVR_FD:
	case EVR_DS:
		return number<Float64>(&DcmElement::getFloat64, e, i, r);
	default:
		return false;
	}
}

DcmPixelData *
pixel_data(const struct dicom_file *file)
{
	DcmElement *e = find(dicom_dataset(file), DICOM_TAG(0x7fe0, 0x0010));

	return dynamic_cast<DcmPixelData *>(e);
}

void
find_fragments(struct dicom_file *file)
{
	DcmPixelData *p = pixel_data(file);
	E_TransferSyntax xfer = EXS_Unknown;
	const DcmRepresentationParameter *param = nullptr;

	if (p == nullptr)
		return;
	p->getOriginalRepresentationKey(xfer, param);
	if (DcmXfer(xfer).isEncapsulated() &&
	    p->getEncapsulatedRepresentation(xfer, param, file->fragments).bad())
		file->fragments = nullptr;
}

} // namespace

int
dicom_init(void)
{
	return guarded(-EM_E_CONFIG, [] {
		/* values of a file are a person's: nothing of it is printed */
		OFLog::configure(OFLogger::OFF_LOG_LEVEL);
		if (!dcmDataDict.isDictionaryLoaded())
			return -EM_E_CONFIG;
		DJDecoderRegistration::registerCodecs(
		    EDC_photometricInterpretation, EUC_never, EPC_colorByPixel);
		return 0;
	});
}

bool
dicom_is_sequence(uint32_t tag)
{
	return guarded(true, [&] { return DcmTag(key_of(tag)).getEVR() == EVR_SQ; });
}

int
dicom_open(
    const uint8_t *bytes, size_t len, const char *transfer_syntax, struct dicom_file **file_r)
{
	*file_r = nullptr;
	return guarded(-EM_E_INVALID, [&] {
		DcmXfer xfer(transfer_syntax);
		DcmInputBufferStream stream;
		OFCondition rc;
		auto *file = new dicom_file();

		*file_r = file;
		E_TransferSyntax how = xfer.getXfer();
		if (how == EXS_DeflatedLittleEndianExplicit)
			how = EXS_LittleEndianExplicit;
		stream.setBuffer(bytes, static_cast<offile_off_t>(len));
		stream.setEos();
		file->dataset.transferInit();
		rc = file->dataset.read(stream, how, EGL_noChange, DCM_MaxReadLength);
		file->dataset.transferEnd();
		if (rc.bad())
			return -EM_E_INVALID;
		find_fragments(file);
		return 0;
	});
}

void
dicom_close(struct dicom_file **file)
{
	guarded(0, [&] {
		delete *file;
		return 0;
	});
	*file = nullptr;
}

const struct dicom_item *
dicom_dataset(const struct dicom_file *file)
{
	return wrap(&file->dataset);
}

bool
dicom_text(const struct dicom_item *item, uint32_t tag, const char **bytes_r, size_t *len_r)
{
	return guarded(false, [&] {
		DcmElement *e = find(item, tag);
		char *s = nullptr;
		Uint32 len = 0;

		if (e == nullptr || !e->isaString() || e->getString(s, len).bad() || s == nullptr)
			return false;
		*bytes_r = s;
		*len_r = len;
		return len > 0;
	});
}

size_t
dicom_numbers(const struct dicom_item *item, uint32_t tag, double *v_r, size_t max)
{
	return guarded(size_t(0), [&] {
		DcmElement *e = find(item, tag);
		size_t n = e == nullptr ? 0 : e->getVM();

		for (size_t i = 0; i < n && i < max; i++)
			if (!number_at(e, i, v_r[i]))
				return i;
		return n;
	});
}

bool
dicom_words(const struct dicom_item *item, uint32_t tag, const uint16_t **v_r, size_t *n_r)
{
	return guarded(false, [&] {
		DcmElement *e = find(item, tag);
		Uint16 *v = nullptr;
		Sint16 *sv = nullptr;

		if (e == nullptr)
			return false;
		if (e->ident() == EVR_SS) {
			if (e->getSint16Array(sv).bad() || sv == nullptr)
				return false;
			v = reinterpret_cast<Uint16 *>(sv);
		} else if (e->getUint16Array(v).bad() || v == nullptr) {
			return false;
		}
		*v_r = v;
		*n_r = e->getLength() / 2;
		return true;
	});
}

bool
dicom_bytes(const struct dicom_item *item, uint32_t tag, const uint8_t **v_r, size_t *len_r)
{
	return guarded(false, [&] {
		DcmElement *e = find(item, tag);
		Uint8 *v = nullptr;

		if (e == nullptr || e->getUint8Array(v).bad() || v == nullptr)
			return false;
		*v_r = v;
		*len_r = e->getLength();
		return true;
	});
}

bool
dicom_has(const struct dicom_item *item, uint32_t tag)
{
	return guarded(false, [&] { return find(item, tag) != nullptr; });
}

size_t
dicom_n_items(const struct dicom_item *item, uint32_t sequence)
{
	return guarded(size_t(0), [&] {
		DcmSequenceOfItems *sq = find_sequence(item, sequence);

		return sq == nullptr ? size_t(0) : size_t(sq->card());
	});
}

const struct dicom_item *
dicom_item_at(const struct dicom_item *item, uint32_t sequence, size_t i)
{
	return guarded(static_cast<const struct dicom_item *>(nullptr), [&] {
		DcmSequenceOfItems *sq = find_sequence(item, sequence);
		DcmItem *found = nullptr;

		if (sq != nullptr && i < sq->card())
			found = sq->getItem(static_cast<unsigned long>(i));
		return wrap(found);
	});
}

int
dicom_native_pixels(const struct dicom_file *file, bool words, const uint8_t **v_r, size_t *len_r)
{
	return guarded(-EM_E_INVALID, [&] {
		DcmPixelData *p = pixel_data(file);
		Uint8 *bytes = nullptr;
		Uint16 *w = nullptr;

		if (p == nullptr || file->fragments != nullptr)
			return -EM_E_INVALID;
		/* 8-bit pixels may be written as words too: DCMTK swaps what must be */
		if (words || p->getVR() == EVR_OW) {
			if (p->getUint16Array(w).bad() || w == nullptr)
				return -EM_E_INVALID;
			bytes = reinterpret_cast<Uint8 *>(w);
		} else if (p->getUint8Array(bytes).bad() || bytes == nullptr) {
			return -EM_E_INVALID;
		}
		*v_r = bytes;
		*len_r = p->getLength(EXS_LittleEndianExplicit);
		return 0;
	});
}

size_t
dicom_n_fragments(const struct dicom_file *file)
{
	return guarded(size_t(0), [&] {
		size_t n = file->fragments == nullptr ? 0 : file->fragments->card();

		return n == 0 ? size_t(0) : n - 1;
	});
}

namespace
{

int
pixel_item(const struct dicom_file *file, size_t i, const uint8_t **v_r, size_t *len_r)
{
	DcmPixelItem *item = nullptr;
	Uint8 *v = nullptr;

	if (file->fragments == nullptr ||
	    file->fragments->getItem(item, static_cast<unsigned long>(i)).bad())
		return -EM_E_INVALID;
	*v_r = nullptr;
	*len_r = item->getLength();
	if (*len_r == 0)
		return 0;
	if (item->getUint8Array(v).bad() || v == nullptr)
		return -EM_E_INVALID;
	*v_r = v;
	return 0;
}

} // namespace

int
dicom_fragment(const struct dicom_file *file, size_t i, const uint8_t **v_r, size_t *len_r)
{
	return guarded(-EM_E_INVALID, [&] { return pixel_item(file, i + 1, v_r, len_r); });
}

int
dicom_offset_table(const struct dicom_file *file, const uint8_t **v_r, size_t *len_r)
{
	return guarded(-EM_E_INVALID, [&] { return pixel_item(file, 0, v_r, len_r); });
}

int
dicom_decode_frame(const struct dicom_file *file, uint32_t frame, uint32_t fragment, void *buffer,
    size_t len, char model_r[17])
{
	return guarded(-EM_E_INVALID, [&] {
		DcmPixelData *p = pixel_data(file);
		Uint32 start = fragment + 1; /* the offset table is item 0 */
		OFString model;

		if (p == nullptr || len > 0xffffffffu)
			return -EM_E_INVALID;
		if (p->getUncompressedFrame(unwrap(dicom_dataset(file)), frame, start, buffer,
			 static_cast<Uint32>(len), model)
			.bad())
			return -EM_E_INVALID;
		if (model.length() > 16)
			return -EM_E_INVALID;
		memcpy(model_r, model.c_str(), model.length() + 1);
		return 0;
	});
}
