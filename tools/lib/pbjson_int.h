/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TOOLS_PBJSON_INT_H
#define EMAGE_TOOLS_PBJSON_INT_H

#include <protobuf-c/protobuf-c.h>

/* What the two halves of pbjson and the description of methods share. */

/* Bytes of one value of this field's type in memory. */
size_t pbjson_size_of(const ProtobufCFieldDescriptor *f);
/* "emage.ExamRow" -> "ExamRow". */
const char *pbjson_short_name(const char *full_name);

#endif
