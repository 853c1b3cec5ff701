# SPDX-License-Identifier: MIT
# Installing.
## make install     programs, man pages, catalogues, data (DESTDIR, prefix)
install: all
