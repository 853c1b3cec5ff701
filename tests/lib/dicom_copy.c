/* SPDX-License-Identifier: MIT */
/*
 * The same image under other UIDs.
 */
#include "tests/lib/dicom_copy.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"

#define DICOM_COPY_MAX (16u << 20)
#define ELEMENT_HEADER 8u /* tag, VR, length */

/* The last digit; a UID is padded with a zero byte to an even length. */
static void
dicom_copy_change(uint8_t *bytes, size_t n, const char tag_and_vr[6], size_t number)
{
	uint8_t *at = memmem(bytes, n, tag_and_vr, 6), *last;

	if (!at || at + ELEMENT_HEADER + at[6] > bytes + n)
		die("copy of a DICOM file: an element is missing");
	last = at + ELEMENT_HEADER + at[6] - 1;
	last -= *last == 0;
	*last = (uint8_t)('1' + (*last + number) % 9);
}

char *
dicom_copy(const char *path, const char *folder, size_t number)
{
	static const char uids[][6] = {
	    {0x02, 0, 0x03, 0, 'U', 'I'},
	    {0x08, 0, 0x18, 0, 'U', 'I'},
	    {0x20, 0, 0x0d, 0, 'U', 'I'},
	    {0x20, 0, 0x0e, 0, 'U', 'I'},
	};
	char *copy = mem_printf("%s/%zu-%s", folder, number, strrchr(path, '/') + 1);
	FILE *in = fopen(path, "re"), *out = fopen(copy, "we");
	uint8_t *bytes = mem_new(DICOM_COPY_MAX);
	size_t n;

	if (!in || !out)
		die("%s: %s", copy, strerror(errno));
	n = fread(bytes, 1, DICOM_COPY_MAX, in);
	for (size_t i = 0; i < sizeof(uids) / sizeof(uids[0]); i++)
		dicom_copy_change(bytes, n, uids[i], number);
	if (fwrite(bytes, 1, n, out) != n)
		die("%s: %s", copy, strerror(errno));
	fclose(in);
	if (fclose(out) != 0)
		die("%s: %s", copy, strerror(errno));
	free(bytes);
	return copy;
}
