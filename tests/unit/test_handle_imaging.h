/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_HANDLE_IMAGING_H
#define EMAGE_TESTS_UNIT_TEST_HANDLE_IMAGING_H

#include "tests/unit/test_handle_person.h"

/* For tests that decode nothing. */
int
imaging_decode(struct imaging_pool *p, struct arena *a, int in_fd, int out_fd, bool metadata_only,
    Emage__ImagingDecodeReply **reply_r, Emage__ImagingFrame ***frames_r)
{
	(void)p;
	(void)a;
	(void)in_fd;
	(void)out_fd;
	(void)metadata_only;
	(void)reply_r;
	(void)frames_r;
	return -EM_E_UNAVAILABLE;
}

#endif
