# SPDX-License-Identifier: MIT
# make bench-imaging: what a slice costs at import.

.PHONY: bench-imaging run-bench-imaging
run-bench-imaging: $(B)/tests/imaging/bench_imaging $(B)/emage-imaging
	@EMAGE_BUILD=$(abspath $(B)) EMAGE_SOURCE=$(CURDIR) $<

## make bench-imaging   import of DICOM: slices a second a core
bench-imaging:
	$(MAKE) $(BENCH_FLAVOUR) run-bench-imaging

FUZZ_S ?= 60
$(B)/tests/imaging/fuzz_imaging: $(B)/tests/imaging/fuzz_imaging.o $(B)/libimaging.a $(B)/libcommon.a
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(JPEG_LIBS) $(ZLIB_LIBS) $(BASE_LIBS)

# seeds: a byte that chooses, then a file
.PHONY: fuzz-imaging run-fuzz-imaging
run-fuzz-imaging: $(B)/tests/imaging/fuzz_imaging
	@mkdir -p $(B)/corpus $(B)/seeds
	@/usr/bin/python3 tests/imaging/make_files.py syntaxes $(B)/seeds
	@for f in $(B)/seeds/frames-*.dcm $(B)/seeds/palette-*.dcm $(B)/seeds/ankle-deflated.dcm; do \
		{ printf '\002'; cat $$f; } > $(B)/corpus/$$(basename $$f); done
	@printf '\000\\ISO 2022 IR 87\000Yamada=\033$$B;3ED\033(B' > $(B)/corpus/name
	$< -max_total_time=$(FUZZ_S) -max_len=65536 -artifact_prefix=$(B)/ $(B)/corpus

## make fuzz-imaging    libFuzzer on the imaging process's own parsers, FUZZ_S seconds
fuzz-imaging:
	$(MAKE) --no-print-directory B=$(B)/fuzz TESTING=1 WERROR=1 SAN=1 CC=clang \
	    OPT="-O1 -g -fsanitize=fuzzer-no-link" run-fuzz-imaging
