#!/bin/sh
# SPDX-License-Identifier: MIT
# A text file as a C string literal on standard output.
set -eu
printf '/* made from %s */\n' "$1"
sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$/\\n"/' "$1"
