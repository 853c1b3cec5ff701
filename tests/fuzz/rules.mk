# SPDX-License-Identifier: MIT
# make fuzz: libFuzzer on what takes bytes from outside, with ASan and UBSan.

FUZZ_SECONDS ?= 20
FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_FLAVOUR := --no-print-directory B=$(B)/fuzz TESTING=1 WERROR=1 SAN=1 CC=clang \
		OPT="-O1 -g -fsanitize=fuzzer-no-link"
FUZZ_LIBS    := server db client letter picture netrpc tools imaging common
FUZZ_LOAD    := $(patsubst %.c,$(B)/%.o,$(wildcard tools/emagectl/load*.c)) $(B)/server/policy/load.o
FUZZ_DICOM   ?= /usr/lib/python3/dist-packages/pydicom/data/test_files

$(FUZZ_TARGETS:%=$(B)/tests/fuzz/fuzz_%): %: %.o $(FUZZ_LIBS:%=$(B)/lib%.a)
	$(call say,LINK)
	$(Q)$(CXX) $(LDFLAGS) -fsanitize=fuzzer -o $@ $< \
	    $(filter-out $<,$(filter %.o,$^)) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(DCMTK_LIBS) $(OPENJPEG_LIBS) $(TEST_SYS)
$(B)/tests/fuzz/fuzz_import: $(FUZZ_LOAD)
$(B)/tests/fuzz/seeds: $(B)/tests/fuzz/seeds.o $(FUZZ_LIBS:%=$(B)/lib%.a)
	$(call say,LINK)
	$(Q)$(CXX) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	    $(DCMTK_LIBS) $(OPENJPEG_LIBS) $(TEST_SYS)

# seeds first as they are, then what changes of them find
.PHONY: fuzz run-fuzz
run-fuzz: $(FUZZ_TARGETS:%=$(B)/tests/fuzz/fuzz_%) $(B)/tests/fuzz/seeds
	@mkdir -p $(B)/seeds/scan $(FUZZ_TARGETS:%=$(B)/corpus/%) $(B)/findings
	@ASAN_OPTIONS=detect_leaks=0 $(B)/tests/fuzz/seeds $(B)/seeds
	@find $(FUZZ_DICOM) -name '*.dcm' -size -40k -exec cp {} $(B)/seeds/scan \;
	@set -e; for t in $(FUZZ_TARGETS); do \
		echo "fuzz $$t"; \
		LSAN_OPTIONS=report_objects=1 $(B)/tests/fuzz/fuzz_$$t -max_total_time=$(FUZZ_SECONDS) \
		    -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0 \
		    -artifact_prefix=$(B)/findings/$$t- $(B)/corpus/$$t $(B)/seeds/$$t \
		    > $(B)/findings/$$t.log 2>&1 || { tail -60 $(B)/findings/$$t.log; exit 1; }; \
	done

fuzz:
	$(MAKE) $(FUZZ_FLAVOUR) run-fuzz
