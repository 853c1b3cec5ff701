/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_DAY_H
#define EMAGE_COMMON_DAY_H

#include <stdint.h>

/* Days as people write them. No strftime(): it would need generated locales. */
#define DAY_TEXT_LEN 32
/* A yyyymmdd that is a day: "10/06/2016" (fr, and whatever is not known),
 * "10.06.2016" (de), "10 Jun 2016" (en). */
void day_text(const char *language, uint32_t yyyymmdd, char out_r[DAY_TEXT_LEN]);
/* The day in Paris at a moment, yyyymmdd. */
uint32_t day_paris(int64_t at_ms);

#endif
