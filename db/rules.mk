# SPDX-License-Identifier: MIT
# The schema goes into the program that migrates it.
MIGRATIONS := $(sort $(wildcard db/migrations/*.sql))
$(B)/db/sqlite/migrate.o: $(MIGRATIONS:%=$(B)/%.h)
