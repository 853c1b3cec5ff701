/* SPDX-License-Identifier: MIT */
/*
 * emage-imaging: reads files from outside for emaged, in a process that can do
 * nothing else. Started by emaged with a socket at descriptor 3.
 */
#include <stdio.h>
#include <string.h>

#include "common/confine.h"
#include "common/confine_try.h"
#include "common/err.h"
#include "common/log.h"
#include "imaging/charset.h"
#include "imaging/dicom.h"
#include "imaging/pdf.h"
#include "imaging/sandbox.h"
#include "imaging/service.h"

#define SOCKET_FD 3

int
main(int argc, char **argv)
{
	enum confine_mode mode = CONFINE_STRICT;

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("emage-imaging %s\n", EMAGE_VERSION);
		return 0;
	}
	if (argc > 1 && (argc > 2 || !confine_mode_parse(argv[1], &mode)))
		die("is started by emaged");
	if (sandbox_begin(SOCKET_FD) < 0)
		die("cannot set the process up");
	if (dicom_init() < 0)
		die("no DICOM dictionary: is libdcmtk installed?");
	if (charset_init() < 0)
		die("a character set converter is missing");
	if (pdf_init() < 0)
		die("cannot set Poppler up");
	if (sandbox_close(mode) < 0)
		die("cannot close the sandbox");
	confine_try();
	return service_run(SOCKET_FD) < 0 ? 1 : 0;
}
