# SPDX-License-Identifier: MIT
#
# e-mage. One Makefile for everything, built out of tree in $(B).
#
#   make            the programs, in build/
#   make demo       everything on a fresh machine, then the client
#   make test       everything on a fresh machine, then every check
#   make help       the other targets
#
# Flavours: CC=clang, TESTING=1 (clock can be shifted), SAN=1 (ASan + UBSan),
# WERROR=1. A flavour wants a folder of its own: make B=build/x CC=clang

B        ?= build
CC       := $(if $(filter default,$(origin CC)),gcc,$(CC))
CXX      := $(if $(findstring clang,$(CC)),clang++,g++)
prefix   ?= /usr/local
bindir   ?= $(prefix)/bin
sbindir  ?= $(prefix)/sbin
libexecdir ?= $(prefix)/libexec/emage
datadir  ?= $(prefix)/share
mandir   ?= $(datadir)/man
localedir ?= $(datadir)/locale
sysconfdir ?= /etc
localstatedir ?= /var
VERSION  := 0.1.0

# ---------------------------------------------------------------- outer goals
# These run on a machine where nothing is installed yet, so they read nothing
# that needs a compiler or pkg-config.
OUTER := help deps demo test clean distclean dist
.PHONY: all $(OUTER) check check-unit check-wire check-ui check-san check-fault \
        check-imaging fuzz bench lint format install uninstall
.DEFAULT_GOAL := all

help:
	@sed -n 's/^## //p' Makefile */rules.mk

## make deps        install what is missing (apt; asks for root where needed)
deps:
	@sh tools/build/deps.sh build check demo servers

## make demo        demo region with its server, then the client (or, without a
##                  terminal, the whole journey played by itself)
demo:
	@sh tools/build/deps.sh build demo
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@sh data/demo/demo.sh $(B)

## make test        all checks, with gcc and clang and the sanitizers
test: deps
	@$(MAKE) --no-print-directory -j$$(nproc) check

## make clean       remove build/
clean:
	rm -rf $(B)
distclean: clean

## make dist        source archive
dist:
	git archive --prefix=emage-$(VERSION)/ -o emage-$(VERSION).tar.gz HEAD

ifneq ($(filter-out $(OUTER),$(or $(MAKECMDGOALS),all)),)

# ------------------------------------------------------------- configuration
# Found once per flavour: packages and the hardening flags this compiler has.
CONFIG := $(B)/config.mk
include $(CONFIG)
$(CONFIG): tools/build/probe.sh
	@mkdir -p $(B)
	@CC="$(CC)" CXX="$(CXX)" SAN="$(SAN)" sh tools/build/probe.sh > $@.tmp && mv $@.tmp $@

PATHS := -DEMAGE_VERSION='"$(VERSION)"' -DEMAGE_LIBEXECDIR='"$(libexecdir)"' \
	 -DEMAGE_LOCALEDIR='"$(localedir)"' -DEMAGE_DATADIR='"$(datadir)/emage"' \
	 -DEMAGE_SYSCONFDIR='"$(sysconfdir)"' -DEMAGE_LOCALSTATEDIR='"$(localstatedir)"'
WARN  := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wundef -Wformat=2 -Wpointer-arith
CWARN := $(WARN) -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
CPPFLAGS += -D_GNU_SOURCE -I. -I$(B) $(PATHS) $(if $(TESTING),-DEMAGE_TESTING)
OPT      ?= -O2 -g
CFLAGS   += -std=gnu17 $(OPT) $(HARDEN_C) $(SANITIZE) $(if $(WERROR),-Werror)
CXXFLAGS += -std=c++17 $(OPT) $(HARDEN_C) $(SANITIZE) $(if $(WERROR),-Werror)
LDFLAGS  += $(HARDEN_LD) $(SANITIZE) $(if $(TESTING),$(TEST_LINKER))
# generated code is not held to our warnings
GENFLAGS := -std=gnu17 $(OPT) $(HARDEN_C) $(SANITIZE) -w

# ------------------------------------------------------------------- sources
# Commands are shown shortened; V=1 shows them whole.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '%-5s %s\n' '$(1)' '$(@:$(B)/%=%)')

# A folder is a library; a program is its main file and the libraries it needs.
c_of  = $(sort $(wildcard $(addsuffix /*.c,$(1))))
obj_of = $(patsubst %.cc,$(B)/%.o,$(patsubst %.c,$(B)/%.o,$(1)))

PROTO   := $(wildcard proto/*.proto)
PB_C    := $(PROTO:%.proto=$(B)/%.pb-c.c)
PB_H    := $(PROTO:%.proto=$(B)/%.pb-c.h)
PB_O    := $(PB_C:.c=.o)

COMMON  := $(call c_of,common)
DB      := $(call c_of,db db/sqlite)
SERVER  := $(filter-out server/main.c,$(call c_of,server server/policy server/handle))
COURIER := $(filter-out courier/main.c,$(call c_of,courier))
LETTER  := $(filter-out letter/main.c letter/pdf.c,$(call c_of,letter))
IMAGING := $(filter-out imaging/main.c,$(call c_of,imaging)) $(wildcard imaging/*.cc)
NETRPC  := client/net.c client/net_lookup.c client/rpc.c
PICTURE := $(call c_of,client/picture)
CLIENT  := $(filter-out client/main.c $(NETRPC),$(call c_of,client client/linear client/model client/screen client/widget))
TOOLLIB := $(call c_of,tools/lib)
CTL     := $(call c_of,tools/emagectl)
CALL    := $(call c_of,tools/emage-call)
TESTLIB := $(call c_of,tests/lib)

define library
$(B)/lib$(1).a: $(call obj_of,$(2)) $(3)
	$$(call say,AR)
	$$(Q)rm -f $$@; ar crs $$@ $$^
endef
$(eval $(call library,common,$(COMMON),$(PB_O)))
$(eval $(call library,db,$(DB)))
$(eval $(call library,server,$(SERVER)))
$(eval $(call library,courier,$(COURIER)))
$(eval $(call library,letter,$(LETTER)))
$(eval $(call library,imaging,$(IMAGING)))
$(eval $(call library,netrpc,$(NETRPC)))
$(eval $(call library,picture,$(PICTURE)))
$(eval $(call library,client,$(CLIENT)))
$(eval $(call library,tools,$(TOOLLIB)))
$(eval $(call library,test,$(TESTLIB)))

BASE_LIBS := $(PROTOBUF_C_LIBS) $(OPENSSL_LIBS) $(SODIUM_LIBS) $(ECONF_LIBS) $(UNISTRING_LIBS)
PROGRAMS := emaged emage emagectl emage-call emage-courier emage-imaging emage-letter

# program <name> <main objects> <our libraries> <system libraries> <linker>
define program
$(B)/$(1): $(2) $(3:%=$(B)/lib%.a)
	$$(call say,LINK)
	$$(Q)$(or $(5),$(CC)) $(LDFLAGS) -o $$@ $(2) -Wl,--start-group $(3:%=$(B)/lib%.a) -Wl,--end-group $(4)
endef
$(eval $(call program,emaged,$(B)/server/main.o,server db common,$(EVENT_LIBS) $(SQLITE_LIBS) $(OATH_LIBS) $(BASE_LIBS) $(SECCOMP_LIBS) -pthread -lm))
$(eval $(call program,emage,$(B)/client/main.o,client picture netrpc common,$(NCURSES_LIBS) $(SECCOMP_LIBS) $(QRENCODE_LIBS) $(CHARLS_LIBS) $(JPEG_LIBS) $(ZLIB_LIBS) $(BASE_LIBS) -pthread -lm))
$(eval $(call program,emagectl,$(call obj_of,$(CTL)) $(B)/server/settings.o $(B)/server/settings_courier.o $(B)/server/policy/load.o,tools netrpc db common,$(JANSSON_LIBS) $(SQLITE_LIBS) $(BASE_LIBS) -pthread -lm))
$(eval $(call program,emage-call,$(call obj_of,$(CALL)),tools netrpc common,$(JANSSON_LIBS) $(BASE_LIBS) -pthread -lm))
$(eval $(call program,emage-courier,$(B)/courier/main.o,courier common,$(CURL_LIBS) $(SECCOMP_LIBS) $(BASE_LIBS) -pthread -lm))
$(eval $(call program,emage-imaging,$(B)/imaging/main.o,imaging common,$(DCMTK_LIBS) $(POPPLER_LIBS) $(OPENJPEG_LIBS) $(CHARLS_LIBS) $(JPEG_LIBS) $(ZLIB_LIBS) $(SECCOMP_LIBS) $(BASE_LIBS) -pthread -lm,$(CXX)))
$(eval $(call program,emage-letter,$(B)/letter/main.o $(B)/letter/pdf.o,letter common,$(PANGO_LIBS) $(BASE_LIBS)))

# not installed: what `make demo` shows itself with
$(eval $(call program,demo-strip,$(B)/tools/demo/strip.o,common,$(BASE_LIBS) -lutil))
$(eval $(call program,demo-play,$(B)/tools/demo/play.o,test tools netrpc common,$(VTERM_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS) $(BASE_LIBS) -lutil -pthread))

## make all         the programs and the catalogues
all: $(PROGRAMS:%=$(B)/%) $(B)/demo-strip $(B)/demo-play catalogues

# --------------------------------------------------------------------- rules
.SECONDARY:
$(B)/proto/%.pb-c.c $(B)/proto/%.pb-c.h &: proto/%.proto
	@mkdir -p $(B)/proto
	$(call say,PROTO)
	$(Q)protoc-c --proto_path=proto --c_out=$(B)/proto $<
$(PB_O): $(B)/%.o: $(B)/%.c
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) -I$(B)/proto $(GENFLAGS) -c -o $@ $<

ALL_CPPFLAGS = $(CPPFLAGS) -I$(B)/proto $(PKG_CFLAGS)
# as system headers: they are not held to our warnings
$(B)/letter/pdf.o: PKG_CFLAGS += $(PANGO_CFLAGS)
$(B)/%.o: %.c $(CONFIG) | $(PB_H)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(CWARN) $(CFLAGS) -MMD -MP -c -o $@ $<
$(B)/%.o: %.cc $(CONFIG) | $(PB_H)
	@mkdir -p $(@D)
	$(call say,CXX)
	$(Q)$(CXX) $(ALL_CPPFLAGS) $(CXXFLAGS) -MMD -MP -c -o $@ $<
-include $(shell find $(B) -path '*/pkg' -prune -o -type f -name '*.d' -print 2>/dev/null)

## make lint        formatting, man pages, headers that compile alone, names not wanted
lint:
	$(Q)sh tools/build/lint.sh
## make format      clang-format over every source
format:
	$(Q)git ls-files '*.c' '*.h' '*.cc' | xargs clang-format -i

# The text of data files goes into programs as byte strings.
$(B)/%.sql.h: %.sql
	@mkdir -p $(@D)
	$(Q)sh tools/build/embed.sh $< > $@
$(B)/%.txt.h: %.txt
	@mkdir -p $(@D)
	$(Q)sh tools/build/embed.sh $< > $@
$(B)/server/handle/pages.o: $(patsubst %,$(B)/%.h,$(wildcard data/faq/*.txt data/support/*.txt))
$(B)/server/handle/consents.o: $(patsubst %,$(B)/%.h,$(wildcard data/consent/*.txt))
$(B)/letter/words.o: $(patsubst %,$(B)/%.h,$(wildcard data/letter/*.txt))
$(B)/server/handle/texts.o: $(patsubst %,$(B)/%.h,$(wildcard data/messages/*.txt))

include db/rules.mk
include server/policy/rules.mk
include po/rules.mk
include tests/rules.mk
include dist/rules.mk

endif
