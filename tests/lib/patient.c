/* SPDX-License-Identifier: MIT */
/*
 * The patient of tests that work on the store itself.
 */
#include "tests/lib/patient.h"

#define TEMPORARY_MS 1000

struct store_patient_new
patient_new(const char *identifier, int64_t now_ms)
{
	return (struct store_patient_new){
	    .identifier = identifier,
	    .civility = "Madame",
	    .given_name = "Camille",
	    .used_name = "FICTIVE",
	    .birth_name = "EXEMPLE",
	    .sex = "F",
	    .birth_date = 19750214,
	    .email = "camille@exemple.invalid",
	    .mobile = "+33600000042",
	    .language = "fr",
	    .temp_hash = "$temp$",
	    .temp_expires_at_ms = now_ms + TEMPORARY_MS,
	    .ipp = "",
	    .ipp_authority = "",
	    .operator_name = "accueil",
	    .now_ms = now_ms,
	};
}
