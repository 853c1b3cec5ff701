# SPDX-License-Identifier: MIT
# Tests: one CMocka program a file, linked with every library of the tree.

TEST_LIBS := test server db courier letter imaging client picture netrpc tools common
TEST_SYS  := $(EVENT_LIBS) $(SQLITE_LIBS) $(OATH_LIBS) $(NCURSES_LIBS) $(QRENCODE_LIBS) $(CHARLS_LIBS) $(JPEG_LIBS) $(ZLIB_LIBS) \
	     $(JANSSON_LIBS) $(SECCOMP_LIBS) $(CURL_LIBS) $(CMOCKA_LIBS) $(VTERM_LIBS) $(BASE_LIBS) -lutil -pthread -lm

# Those that take longest begin first, so that no core waits for them at the end.
LONGEST := unit/test_store_disk fault/test_backup fault/test_courier_kill imaging/test_damaged \
	   ui/test_kiosk ui/test_account_looks unit/test_store_open wire/test_desk wire/test_mutations
longest_first = $(filter $(LONGEST:%=$(B)/tests/%),$(1)) $(filter-out $(LONGEST:%=$(B)/tests/%),$(1))

# tests of one folder: sources -> programs
tests_of = $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/$(1)/test_*.c)))

$(B)/tests/%: $(B)/tests/%.o $(TEST_LIBS:%=$(B)/lib%.a)
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(TEST_LIBS:%=$(B)/lib%.a) -Wl,--end-group $(TEST_SYS)

# One more than there are cores: many tests wait for a terminal or a server.
TEST_JOBS ?= $(shell expr $$(nproc) + 1)
# run <folders>, <jobs>: every program of them, each told where the build is
run = @sh tests/run.sh $(B) $(2) $(call longest_first,$(foreach f,$(1),$(call tests_of,$(f))))

SUITES := unit imaging wire ui fault
SAN_SUITES := unit wire
# and one way through the real client
SAN_MORE = $(B)/tests/ui/test_journey
.PHONY: $(SUITES:%=run-%) built-tests built-san
$(foreach s,$(SUITES),$(eval run-$(s): $$(call tests_of,$(s)) all))
run-unit run-imaging run-wire run-ui run-fault: run-%:
	$(call run,$*,$(TEST_JOBS))
built-tests: all $(foreach s,$(SUITES),$(call tests_of,$(s)))
built-san: all $(foreach s,$(SAN_SUITES),$(call tests_of,$(s))) $(SAN_MORE)
run-all: built-tests
	$(call run,$(SUITES),$(TEST_JOBS))
run-san: built-san
	$(call run,$(SAN_SUITES),$(TEST_JOBS)) $(SAN_MORE)

TEST_FLAVOUR := --no-print-directory B=$(B)/test TESTING=1 WERROR=1 OPT="-O2 -g1"
SAN_FLAVOUR  := --no-print-directory B=$(B)/san TESTING=1 WERROR=1 SAN=1 CC=clang OPT="-O1 -g1"

## make check-unit  units (CMocka); check-imaging: decoding, against GDCM and pydicom
## make check-wire  the real server over TLS
## make check-ui    the real client in a pseudo-terminal, golden screens
## make check-fault faults injected: kill -9, full disk, cut connections
check-unit check-imaging check-wire check-ui check-fault: check-%:
	$(MAKE) $(TEST_FLAVOUR) run-$*
## make check-san   units, wire and a journey again under ASan and UBSan, built with clang
check-san:
	$(MAKE) $(SAN_FLAVOUR) run-san
## make check       all of them
check:
	$(MAKE) $(TEST_FLAVOUR) run-all
	$(MAKE) $(SAN_FLAVOUR) run-san

## make fuzz        hostile bytes for FUZZ_SECONDS (20) each target
## make bench       figures against the least that the same work can cost
##                  (BENCH_PATIENTS=10000 for a short one; a million are made once)
include $(wildcard tests/*/rules.mk)
