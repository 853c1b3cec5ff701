/* SPDX-License-Identifier: MIT */
/*
 * The first look at a DICOM file, before DCMTK sees it.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "imaging/refusal.h"
#include "imaging/scan.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct refusal why = {0};
	struct scan s;
	int rc = scan_file(bytes, len, &s, &why);

	fuzz_must(rc <= 0);
	if (rc == 0) {
		fuzz_must(memchr(s.transfer_syntax, 0, sizeof(s.transfer_syntax)) != NULL);
		fuzz_must(s.syntax != NULL);
	}
	scan_release(&s); /* what was inflated stays after a refusal too */
	return 0;
}
