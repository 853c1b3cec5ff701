/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_LETTER_H
#define EMAGE_TESTS_UNIT_TEST_LETTER_H

#include "common/buf.h"
#include "common/mem.h"
#include "proto/letter.pb-c.h"

/* A letter to nobody, with everything that it can have. */
#define LETTER_SAMPLE                                                                              \
	{                                                                                          \
		PROTOBUF_C_MESSAGE_INIT(&emage__letter__descriptor),                               \
		    .language = (char *)"fr", .date = 20261124, .civility = (char *)"Madame",      \
		    .given_name = (char *)"Léa-Noëlle", .used_name = (char *)"ÉCHANTILLON",        \
		    .birth_name = (char *)"SPÉCIMEN", .identifier = (char *)"C4F-7HK9-M2X",        \
		    .temporary_password = (char *)"7HK9-M2XC-4F3T-Q8YZ", .expires = 20261224,      \
		    .establishment = (char *)"CHU FICTIF STRASBOURG",                              \
		    .support_address = (char *)"aide@exemple.example",                             \
		    .region = (char *)"Grand Est",                                                 \
	}

static inline void
letter_pack(const Emage__Letter *l, struct buf *out_r)
{
	buf_init(out_r, 65536);
	buf_commit(out_r,
	    emage__letter__pack(l, buf_reserve(out_r, emage__letter__get_packed_size(l) + 1)));
}

#endif
