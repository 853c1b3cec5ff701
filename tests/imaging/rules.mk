# SPDX-License-Identifier: MIT
# make bench-imaging: what a slice costs at import.

.PHONY: bench-imaging run-bench-imaging
run-bench-imaging: $(B)/tests/imaging/bench_imaging $(B)/emage-imaging
	@EMAGE_BUILD=$(abspath $(B)) EMAGE_SOURCE=$(CURDIR) $<

## make bench-imaging   import of DICOM: slices a second a core
bench-imaging:
	$(MAKE) $(BENCH_FLAVOUR) run-bench-imaging
