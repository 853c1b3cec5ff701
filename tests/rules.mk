# SPDX-License-Identifier: MIT
# Tests: one CMocka program a file, linked with every library of the tree.

TEST_LIBS := test server db courier client picture netrpc tools common
TEST_SYS  := $(EVENT_LIBS) $(SQLITE_LIBS) $(NCURSES_LIBS) $(CHARLS_LIBS) $(JPEG_LIBS) \
	     $(JANSSON_LIBS) $(SECCOMP_LIBS) $(CMOCKA_LIBS) $(VTERM_LIBS) $(BASE_LIBS) -lutil -pthread -lm

# tests of one folder: sources -> programs
tests_of = $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/$(1)/test_*.c)))

$(B)/tests/%: $(B)/tests/%.o $(TEST_LIBS:%=$(B)/lib%.a)
	$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(TEST_LIBS:%=$(B)/lib%.a) -Wl,--end-group $(TEST_SYS)

# run <folder>: every program of it, in turn, each told where the build is
define run
	@set -e; for t in $(call tests_of,$(1)); do EMAGE_BUILD=$(abspath $(B)) EMAGE_SOURCE=$(CURDIR) $$t; done
endef

.PHONY: run-unit run-wire run-ui run-fault
run-unit: $(call tests_of,unit) all
	$(call run,unit)
run-wire: $(call tests_of,wire) all
	$(call run,wire)
run-ui: $(call tests_of,ui) all
	$(call run,ui)
run-fault: $(call tests_of,fault) all
	$(call run,fault)

TEST_FLAVOUR := B=$(B)/test TESTING=1 WERROR=1
SAN_FLAVOUR  := B=$(B)/san TESTING=1 WERROR=1 SAN=1 CC=clang OPT="-O1 -g"

## make check-unit  units (CMocka)
check-unit:
	$(MAKE) --no-print-directory $(TEST_FLAVOUR) run-unit
## make check-wire  the real server over TLS
check-wire:
	$(MAKE) --no-print-directory $(TEST_FLAVOUR) run-wire
## make check-ui    the real client in a pseudo-terminal, golden screens
check-ui:
	$(MAKE) --no-print-directory $(TEST_FLAVOUR) run-ui
## make check-fault faults injected: kill -9, full disk, cut connections
check-fault:
	$(MAKE) --no-print-directory $(TEST_FLAVOUR) run-fault
## make check-san   units and wire again under ASan and UBSan, built with clang
check-san:
	$(MAKE) --no-print-directory $(SAN_FLAVOUR) run-unit run-wire
## make check       all of them
check:
	$(MAKE) --no-print-directory $(TEST_FLAVOUR) run-unit run-wire run-ui run-fault
	$(MAKE) --no-print-directory $(SAN_FLAVOUR) run-unit run-wire
