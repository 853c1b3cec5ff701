/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_LIB_DICOM_COPY_H
#define EMAGE_TESTS_LIB_DICOM_COPY_H

#include <stddef.h>

/*
 * Copies a DICOM file (explicit VR, little endian) into a folder, with UIDs of
 * study, series and instance that are its own: their last digit differs for each
 * of 9 numbers. So one image can be several persons'. Returns the copy's path, to
 * be freed.
 */
char *dicom_copy(const char *path, const char *folder, size_t number);

#endif
