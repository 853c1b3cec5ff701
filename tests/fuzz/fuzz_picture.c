/* SPDX-License-Identifier: MIT */
/*
 * A frame as a server sends it, which may be anybody: information, then a
 * codestream. 16-bit length, packed emage.FrameInfo, codestream.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "client/picture/decode.h"
#include "client/picture/picture.h"
#include "common/wirecheck.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct picture_frame frame;
	Emage__FrameInfo *info;
	const char *field;
	size_t info_len;
	int rc;

	if (len < 2)
		return 0;
	info_len = (size_t)bytes[0] << 8 | bytes[1];
	if (info_len > len - 2 ||
	    wirecheck(&emage__frame_info__descriptor, bytes + 2, info_len, &field) != 0)
		return 0;
	info = emage__frame_info__unpack(NULL, info_len, bytes + 2);
	if (info == NULL)
		return 0;
	/* larger ones only take the fuzzer's memory */
	if ((uint64_t)info->rows * info->columns <= 1u << 20) {
		rc = picture_decode(info, bytes + 2 + info_len, len - 2 - info_len, &frame);
		fuzz_must(rc <= 0);
		if (rc == 0) {
			fuzz_must(frame.rows == info->rows && frame.columns == info->columns);
			picture_frame_release(&frame);
		}
	}
	emage__frame_info__free_unpacked(info, NULL);
	return 0;
}
