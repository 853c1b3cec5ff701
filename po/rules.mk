# SPDX-License-Identifier: MIT
# Catalogues. The sources hold the guide's French; fr is made from them, en and
# de are translated.
.PHONY: catalogues
catalogues:
