# SPDX-License-Identifier: MIT
# make bench: the reference, the load generator, the table.

BENCH_PATIENTS ?= 1000000
BENCH_LINES    ?= 2000000
BENCH_FLAVOUR  := --no-print-directory B=$(B)/bench WERROR=1
BENCH_PROGRAMS := $(patsubst %,$(B)/tests/bench/%,reference bench bench_record bench_alike bench_verify bench_import bench_courier)
BENCH_PARTS    := access committer data load proc table ui writes

$(BENCH_PROGRAMS): $(B)/tests/bench/%: $(B)/tests/bench/%.o \
    $(BENCH_PARTS:%=$(B)/tests/bench/%.o) $(TEST_LIBS:%=$(B)/lib%.a)
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(TEST_SYS)

.PHONY: bench run-bench
run-bench: all $(BENCH_PROGRAMS) $(B)/tests/bench/bench_picture $(B)/tests/bench/bench_patients
	EMAGE_LIBEXEC=$(abspath $(B)) EMAGE_BUILD=$(abspath $(B)) EMAGE_SOURCE=$(CURDIR) \
	    $(B)/tests/bench/bench $(abspath $(B)) $(BENCH_PATIENTS) $(BENCH_PART)
	$(B)/tests/bench/bench_picture
	$(B)/tests/bench/bench_patients $(abspath $(B)) $(BENCH_PATIENTS)
	$(B)/tests/bench/bench_record $(abspath $(B))
	@# a program looks for the courier beside itself
	ln -sf ../../emage-courier $(B)/tests/bench/emage-courier
	EMAGE_BUILD=$(abspath $(B)) EMAGE_SOURCE=$(CURDIR) $(B)/tests/bench/bench_courier
	EMAGE_LIBEXEC=$(abspath $(B)) $(B)/tests/bench/bench_import $(abspath $(B)) $(BENCH_LINES)
	EMAGE_LIBEXEC=$(abspath $(B)) EMAGE_BUILD=$(abspath $(B)) EMAGE_SOURCE=$(CURDIR) \
	    $(B)/tests/bench/bench_alike
	$(B)/tests/bench/bench_verify $(abspath $(B))

bench:
	$(MAKE) $(BENCH_FLAVOUR) run-bench
