# SPDX-License-Identifier: MIT
# Passwords never accepted, from the word lists of Debian packages: dictionaries
# of French, German and English, and the frequent passwords and names that
# python3-zxcvbn comes with.
BLOCKLIST_DICTS := /usr/share/dict/french /usr/share/dict/ngerman /usr/share/dict/american-english
BLOCKLIST_COMMON := /usr/lib/python3/dist-packages/zxcvbn/frequency_lists.py
BLOCKLIST_HERE := $(wildcard data/blocklist/*.txt)

$(B)/mkblocklist: $(B)/tools/build/mkblocklist.o $(B)/server/policy/blocklist.o $(B)/libcommon.a
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(BASE_LIBS) -pthread

$(B)/blocklist.bin: $(B)/mkblocklist $(BLOCKLIST_HERE) $(BLOCKLIST_DICTS) $(BLOCKLIST_COMMON)
	$(call say,MAKE)
	$(Q)tr ',"' '\n\n' < $(BLOCKLIST_COMMON) | \
	    $(B)/mkblocklist $(BLOCKLIST_HERE:%=-p %) $(BLOCKLIST_DICTS) - > $@.tmp && mv $@.tmp $@

# The list of motives goes into the program.
$(B)/server/policy/motive.o: $(B)/data/motives.txt.h

all: $(B)/blocklist.bin
