# SPDX-License-Identifier: MIT
# What stands between the server and its disk in tests/fault/test_disk.c.
DISK_PRELOAD := $(B)/tests/fault/disk_preload.so
$(DISK_PRELOAD): tests/fault/disk_preload.c tests/fault/disk_preload.h $(CONFIG)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(CPPFLAGS) $(CWARN) -std=gnu17 -O1 $(if $(WERROR),-Werror) -fPIC -shared -o $@ $< -ldl
$(B)/tests/fault/test_disk: | $(DISK_PRELOAD)
