/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_LETTER_EXIT_H
#define EMAGE_LETTER_EXIT_H

/* Exit statuses of emage-letter(8). What went wrong is a line on standard error,
 * with how to mend it. */
enum letter_exit {
	LETTER_EXIT_OK = 0,
	LETTER_EXIT_USAGE = 2,
	LETTER_EXIT_MESSAGE = 3, /* what was read is no letter */
	LETTER_EXIT_FONTS = 4,	 /* the fonts are not there */
	LETTER_EXIT_FILE = 5,	 /* not written */
	LETTER_EXIT_NO_LP = 6,	 /* the program that prints is not there */
	LETTER_EXIT_PRINTER = 7, /* it refused; its own words follow */
	LETTER_EXIT_LATE = 8,	 /* it did not end in time */
};

#endif
